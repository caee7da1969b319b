package main

import (
	"context"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// server answers what a schema alone can answer. Terraform itself compares most of a configuration with the schema before it asks the
// provider, validate does the rest; whatever would need the provider's own code is refused, never made up.
type server struct {
	refusing
	schema *tfprotov6.GetProviderSchemaResponse
}

func (s *server) GetMetadata(context.Context, *tfprotov6.GetMetadataRequest) (*tfprotov6.GetMetadataResponse, error) {
	out := &tfprotov6.GetMetadataResponse{ServerCapabilities: s.schema.ServerCapabilities}
	for _, name := range keys(s.schema.ResourceSchemas) {
		out.Resources = append(out.Resources, tfprotov6.ResourceMetadata{TypeName: name})
	}
	for _, name := range keys(s.schema.DataSourceSchemas) {
		out.DataSources = append(out.DataSources, tfprotov6.DataSourceMetadata{TypeName: name})
	}
	for _, name := range keys(s.schema.EphemeralResourceSchemas) {
		out.EphemeralResources = append(out.EphemeralResources, tfprotov6.EphemeralResourceMetadata{TypeName: name})
	}
	return out, nil
}

func (s *server) GetProviderSchema(context.Context, *tfprotov6.GetProviderSchemaRequest) (*tfprotov6.GetProviderSchemaResponse, error) {
	return s.schema, nil
}

func (s *server) GetResourceIdentitySchemas(context.Context, *tfprotov6.GetResourceIdentitySchemasRequest) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return &tfprotov6.GetResourceIdentitySchemasResponse{}, nil
}

func (s *server) GetFunctions(context.Context, *tfprotov6.GetFunctionsRequest) (*tfprotov6.GetFunctionsResponse, error) {
	return &tfprotov6.GetFunctionsResponse{}, nil
}

func (s *server) ValidateProviderConfig(_ context.Context, request *tfprotov6.ValidateProviderConfigRequest) (*tfprotov6.ValidateProviderConfigResponse, error) {
	found, err := validate(s.schema.Provider, request.Config)
	return &tfprotov6.ValidateProviderConfigResponse{PreparedConfig: request.Config, Diagnostics: found}, err
}

func (s *server) ConfigureProvider(context.Context, *tfprotov6.ConfigureProviderRequest) (*tfprotov6.ConfigureProviderResponse, error) {
	return &tfprotov6.ConfigureProviderResponse{}, nil
}

func (s *server) StopProvider(context.Context, *tfprotov6.StopProviderRequest) (*tfprotov6.StopProviderResponse, error) {
	return &tfprotov6.StopProviderResponse{}, nil
}

func (s *server) ValidateResourceConfig(_ context.Context, request *tfprotov6.ValidateResourceConfigRequest) (*tfprotov6.ValidateResourceConfigResponse, error) {
	found, err := validateType(s.schema.ResourceSchemas, request.TypeName, request.Config)
	return &tfprotov6.ValidateResourceConfigResponse{Diagnostics: found}, err
}

func (s *server) ValidateDataResourceConfig(_ context.Context, request *tfprotov6.ValidateDataResourceConfigRequest) (*tfprotov6.ValidateDataResourceConfigResponse, error) {
	found, err := validateType(s.schema.DataSourceSchemas, request.TypeName, request.Config)
	return &tfprotov6.ValidateDataResourceConfigResponse{Diagnostics: found}, err
}

func (s *server) ValidateEphemeralResourceConfig(_ context.Context, request *tfprotov6.ValidateEphemeralResourceConfigRequest) (*tfprotov6.ValidateEphemeralResourceConfigResponse, error) {
	found, err := validateType(s.schema.EphemeralResourceSchemas, request.TypeName, request.Config)
	return &tfprotov6.ValidateEphemeralResourceConfigResponse{Diagnostics: found}, err
}

func validateType(schemas map[string]*tfprotov6.Schema, name string, config *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
	schema, found := schemas[name]
	if !found {
		return nil, status.Errorf(codes.InvalidArgument, "no type %s", name)
	}
	return validate(schema, config)
}

// PlanResourceChange plans what is created: every computed attribute that the configuration leaves out will be known after apply.
// Changes would need to know what replaces a resource, and are refused.
func (s *server) PlanResourceChange(_ context.Context, request *tfprotov6.PlanResourceChangeRequest) (*tfprotov6.PlanResourceChangeResponse, error) {
	schema, found := s.schema.ResourceSchemas[request.TypeName]
	if !found {
		return nil, status.Errorf(codes.InvalidArgument, "no resource type %s", request.TypeName)
	}
	kind := schema.ValueType()
	prior, err := request.PriorState.Unmarshal(kind)
	if err != nil {
		return nil, err
	}
	if !prior.IsNull() {
		return nil, refused("changes of what exists")
	}
	proposed, err := request.ProposedNewState.Unmarshal(kind)
	if err != nil {
		return nil, err
	}
	planned, err := blockPlan(schema.Block, proposed)
	if err != nil {
		return nil, err
	}
	state, err := tfprotov6.NewDynamicValue(kind, planned)
	if err != nil {
		return nil, err
	}
	return &tfprotov6.PlanResourceChangeResponse{PlannedState: &state}, nil
}

func blockPlan(block *tfprotov6.SchemaBlock, value tftypes.Value) (tftypes.Value, error) {
	return withFields(value, func(fields map[string]tftypes.Value) error {
		if err := attributesPlan(block.Attributes, fields); err != nil {
			return err
		}
		for _, inside := range block.BlockTypes {
			planned, err := each(fields[inside.TypeName], inside.ValueType(), func(one tftypes.Value) (tftypes.Value, error) {
				return blockPlan(inside.Block, one)
			})
			if err != nil {
				return err
			}
			fields[inside.TypeName] = planned
		}
		return nil
	})
}

func attributesPlan(attributes []*tfprotov6.SchemaAttribute, fields map[string]tftypes.Value) error {
	for _, a := range attributes {
		given := fields[a.Name]
		switch {
		case a.WriteOnly:
			fields[a.Name] = tftypes.NewValue(a.ValueType(), nil)
		case given.IsNull() && a.Computed:
			fields[a.Name] = tftypes.NewValue(a.ValueType(), tftypes.UnknownValue)
		case a.NestedType != nil:
			planned, err := each(given, a.ValueType(), func(one tftypes.Value) (tftypes.Value, error) {
				return withFields(one, func(inside map[string]tftypes.Value) error {
					return attributesPlan(a.NestedType.Attributes, inside)
				})
			})
			if err != nil {
				return err
			}
			fields[a.Name] = planned
		}
	}
	return nil
}

// withFields changes the fields of an object that is there and known.
func withFields(value tftypes.Value, change func(map[string]tftypes.Value) error) (tftypes.Value, error) {
	if value.IsNull() || !value.IsKnown() {
		return value, nil
	}
	var fields map[string]tftypes.Value
	if err := value.As(&fields); err != nil {
		return value, err
	}
	if err := change(fields); err != nil {
		return value, err
	}
	return tftypes.NewValue(value.Type(), fields), nil
}

// each changes the objects of a collection, or the one object that is not in a collection.
func each(value tftypes.Value, kind tftypes.Type, change func(tftypes.Value) (tftypes.Value, error)) (tftypes.Value, error) {
	if value.IsNull() || !value.IsKnown() {
		return value, nil
	}
	switch kind.(type) {
	case tftypes.List, tftypes.Set:
		var elements []tftypes.Value
		if err := value.As(&elements); err != nil {
			return value, err
		}
		for index, element := range elements {
			changed, err := change(element)
			if err != nil {
				return value, err
			}
			elements[index] = changed
		}
		return tftypes.NewValue(kind, elements), nil
	case tftypes.Map:
		var elements map[string]tftypes.Value
		if err := value.As(&elements); err != nil {
			return value, err
		}
		for label, element := range elements {
			changed, err := change(element)
			if err != nil {
				return value, err
			}
			elements[label] = changed
		}
		return tftypes.NewValue(kind, elements), nil
	default:
		return change(value)
	}
}
