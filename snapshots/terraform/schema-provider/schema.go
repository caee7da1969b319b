package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sort"
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// provider is one provider of either form of file, as JSON has it.
type provider struct {
	Source    string           `json:"source"`
	Config    block            `json:"provider"`
	Resources map[string]block `json:"resource_schemas"`
	Data      map[string]block `json:"data_source_schemas"`
	Ephemeral map[string]block `json:"ephemeral_resource_schemas"`
	// Blocks that occur several times; `same_as` names one.
	Shared map[string]block `json:"blocks"`
}

// block is a block's content. In the output of Terraform it lies one level deeper than in a pruned file: in Inner.
type block struct {
	Inner      *block               `json:"block"`
	Attributes map[string]attribute `json:"attributes"`
	Blocks     map[string]nested    `json:"block_types"`
	Deprecated bool                 `json:"deprecated"`
	SameAs     string               `json:"same_as"`
}

type nested struct {
	Block   block  `json:"block"`
	Nesting string `json:"nesting_mode"`
	Min     int64  `json:"min_items"`
	Max     int64  `json:"max_items"`
}

type attribute struct {
	Type       json.RawMessage `json:"type"`
	Nested     *object         `json:"nested_type"`
	Required   bool            `json:"required"`
	Optional   bool            `json:"optional"`
	Computed   bool            `json:"computed"`
	Sensitive  bool            `json:"sensitive"`
	Deprecated bool            `json:"deprecated"`
	WriteOnly  bool            `json:"write_only"`
}

type object struct {
	Nesting    string               `json:"nesting_mode"`
	Attributes map[string]attribute `json:"attributes"`
}

// readFile reads a pruned schema, or the output of `terraform providers schema -json`, and returns the provider's source too.
func readFile(file, name string) (*tfprotov6.GetProviderSchemaResponse, string, error) {
	bytes, err := os.ReadFile(file)
	if err != nil {
		return nil, "", err
	}
	return read(bytes, name)
}

func read(bytes []byte, name string) (*tfprotov6.GetProviderSchemaResponse, string, error) {
	var whole struct {
		provider
		All map[string]provider `json:"provider_schemas"`
	}
	if err := json.Unmarshal(bytes, &whole); err != nil {
		return nil, "", err
	}
	found := whole.provider
	if whole.All != nil {
		for _, address := range keys(whole.All) {
			if strings.HasSuffix(address, "/"+name) {
				found = whole.All[address]
				parts := strings.Split(address, "/")
				found.Source = strings.Join(parts[max(0, len(parts)-2):], "/")
			}
		}
	}
	if !strings.HasSuffix(found.Source, "/"+name) {
		return nil, "", fmt.Errorf("no schema of a provider %q", name)
	}
	out, err := found.response()
	return out, found.Source, err
}

// reader turns blocks of the file into those of the protocol; names of shared blocks lead through it.
type reader struct {
	shared map[string]block
}

func (p provider) response() (*tfprotov6.GetProviderSchemaResponse, error) {
	r := reader{shared: p.Shared}
	config, err := r.schema(p.Config)
	if err != nil {
		return nil, fmt.Errorf("provider: %w", err)
	}
	out := &tfprotov6.GetProviderSchemaResponse{
		ServerCapabilities: &tfprotov6.ServerCapabilities{GetProviderSchemaOptional: true},
		Provider:           config,
	}
	for _, section := range []struct {
		from map[string]block
		to   *map[string]*tfprotov6.Schema
	}{
		{p.Resources, &out.ResourceSchemas},
		{p.Data, &out.DataSourceSchemas},
		{p.Ephemeral, &out.EphemeralResourceSchemas},
	} {
		*section.to = map[string]*tfprotov6.Schema{}
		for _, name := range keys(section.from) {
			if (*section.to)[name], err = r.schema(section.from[name]); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return out, nil
}

func (r reader) schema(from block) (*tfprotov6.Schema, error) {
	content, err := r.block(from, 0)
	if err != nil {
		return nil, err
	}
	return &tfprotov6.Schema{Block: content}, nil
}

func (r reader) block(from block, depth int) (*tfprotov6.SchemaBlock, error) {
	if depth > 64 {
		return nil, errors.New("a block holds itself")
	}
	if from.SameAs != "" {
		shared, found := r.shared[from.SameAs]
		if !found {
			return nil, fmt.Errorf("there is no block %q", from.SameAs)
		}
		return r.block(shared, depth+1)
	}
	if from.Inner != nil {
		return r.block(*from.Inner, depth+1)
	}
	attributes, err := attributesOf(from.Attributes)
	if err != nil {
		return nil, err
	}
	out := &tfprotov6.SchemaBlock{Attributes: attributes, Deprecated: from.Deprecated}
	for _, name := range keys(from.Blocks) {
		inside := from.Blocks[name]
		mode, found := blockModes[inside.Nesting]
		if !found {
			return nil, fmt.Errorf("%s: no nesting mode %q", name, inside.Nesting)
		}
		content, err := r.block(inside.Block, depth+1)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		out.BlockTypes = append(out.BlockTypes, &tfprotov6.SchemaNestedBlock{
			TypeName: name, Block: content, Nesting: mode, MinItems: inside.Min, MaxItems: inside.Max,
		})
	}
	return out, nil
}

var blockModes = map[string]tfprotov6.SchemaNestedBlockNestingMode{
	"single": tfprotov6.SchemaNestedBlockNestingModeSingle,
	"group":  tfprotov6.SchemaNestedBlockNestingModeGroup,
	"list":   tfprotov6.SchemaNestedBlockNestingModeList,
	"set":    tfprotov6.SchemaNestedBlockNestingModeSet,
	"map":    tfprotov6.SchemaNestedBlockNestingModeMap,
}

var objectModes = map[string]tfprotov6.SchemaObjectNestingMode{
	"single": tfprotov6.SchemaObjectNestingModeSingle,
	"list":   tfprotov6.SchemaObjectNestingModeList,
	"set":    tfprotov6.SchemaObjectNestingModeSet,
	"map":    tfprotov6.SchemaObjectNestingModeMap,
}

func attributesOf(from map[string]attribute) ([]*tfprotov6.SchemaAttribute, error) {
	var out []*tfprotov6.SchemaAttribute
	for _, name := range keys(from) {
		a := from[name]
		to := &tfprotov6.SchemaAttribute{
			Name: name, Required: a.Required, Optional: a.Optional, Computed: a.Computed,
			Sensitive: a.Sensitive, Deprecated: a.Deprecated, WriteOnly: a.WriteOnly,
		}
		if a.Nested != nil {
			mode, found := objectModes[a.Nested.Nesting]
			if !found {
				return nil, fmt.Errorf("%s: no nesting mode %q", name, a.Nested.Nesting)
			}
			inside, err := attributesOf(a.Nested.Attributes)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			to.NestedType = &tfprotov6.SchemaObject{Attributes: inside, Nesting: mode}
		} else {
			kind, err := tftypes.ParseJSONType(a.Type) //nolint:staticcheck // Types stand in the file in exactly the form of the protocol.
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			to.Type = kind
		}
		out = append(out, to)
	}
	return out, nil
}

func keys[V any](from map[string]V) []string {
	out := make([]string, 0, len(from))
	for key := range from {
		out = append(out, key)
	}
	sort.Strings(out)
	return out
}
