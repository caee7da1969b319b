package main

import (
	"fmt"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// validate says what the frameworks that providers are built with say of a schema alone, and Terraform leaves to them:
// read-only arguments that are given and required ones that are null (errors), and what is deprecated (a warning).
func validate(schema *tfprotov6.Schema, config *tfprotov6.DynamicValue) ([]*tfprotov6.Diagnostic, error) {
	value, err := config.Unmarshal(schema.ValueType())
	if err != nil {
		return nil, err
	}
	v := &validation{}
	v.block(schema.Block, value, tftypes.NewAttributePath())
	return v.found, nil
}

type validation struct {
	found []*tfprotov6.Diagnostic
}

func (v *validation) block(block *tfprotov6.SchemaBlock, value tftypes.Value, path *tftypes.AttributePath) {
	fields := fieldsOf(value)
	v.attributes(block.Attributes, fields, path)
	for _, inside := range block.BlockTypes {
		within(fields[inside.TypeName], path.WithAttributeName(inside.TypeName), func(one tftypes.Value, path *tftypes.AttributePath) {
			if inside.Block.Deprecated {
				v.say(tfprotov6.DiagnosticSeverityWarning, "Block is deprecated", inside.TypeName, path)
			}
			v.block(inside.Block, one, path)
		})
	}
}

func (v *validation) attributes(attributes []*tfprotov6.SchemaAttribute, fields map[string]tftypes.Value, path *tftypes.AttributePath) {
	for _, a := range attributes {
		given, found := fields[a.Name]
		if !found {
			continue
		}
		here := path.WithAttributeName(a.Name)
		if given.IsNull() {
			if a.Required {
				v.say(tfprotov6.DiagnosticSeverityError, "Missing required argument", a.Name, here)
			}
			continue
		}
		if a.Computed && !a.Optional && !a.Required {
			v.say(tfprotov6.DiagnosticSeverityError, "Value for unconfigurable attribute", a.Name, here)
		}
		if a.Deprecated {
			v.say(tfprotov6.DiagnosticSeverityWarning, "Argument is deprecated", a.Name, here)
		}
		if a.NestedType != nil {
			within(given, here, func(one tftypes.Value, path *tftypes.AttributePath) {
				v.attributes(a.NestedType.Attributes, fieldsOf(one), path)
			})
		}
	}
}

func (v *validation) say(severity tfprotov6.DiagnosticSeverity, summary, name string, path *tftypes.AttributePath) {
	v.found = append(v.found, &tfprotov6.Diagnostic{
		Severity: severity, Summary: summary, Detail: fmt.Sprintf("%q, says the provider's schema.", name), Attribute: path,
	})
}

// fieldsOf are the fields of an object; none of what is null or not known yet.
func fieldsOf(value tftypes.Value) map[string]tftypes.Value {
	var fields map[string]tftypes.Value
	if value.IsNull() || !value.IsKnown() || value.As(&fields) != nil {
		return nil
	}
	return fields
}

// within visits the objects of a collection, or the one object that is not in a collection.
func within(value tftypes.Value, path *tftypes.AttributePath, visit func(tftypes.Value, *tftypes.AttributePath)) {
	if value.Type() == nil || value.IsNull() || !value.IsKnown() {
		return
	}
	switch value.Type().(type) {
	case tftypes.List, tftypes.Set:
		var elements []tftypes.Value
		if value.As(&elements) != nil {
			return
		}
		for index, element := range elements {
			at := path.WithElementKeyInt(index)
			if value.Type().Is(tftypes.Set{}) {
				at = path.WithElementKeyValue(element)
			}
			visit(element, at)
		}
	case tftypes.Map:
		var elements map[string]tftypes.Value
		if value.As(&elements) != nil {
			return
		}
		for _, label := range keys(elements) {
			visit(elements[label], path.WithElementKeyString(label))
		}
	default:
		visit(value, path)
	}
}
