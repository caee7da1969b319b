package main

import (
	"context"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Both forms of file, with everything that a schema can say.
const content = `{"attributes": {
    "id": {"type": "string", "computed": true},
    "name": {"type": "string", "required": true},
    "secret": {"type": "string", "optional": true, "write_only": true, "sensitive": true},
    "lock": {"optional": true, "nested_type": {"nesting_mode": "list", "attributes": {
      "mode": {"type": "string", "required": true},
      "since": {"type": ["map", "number"], "computed": true}}}}},
  "block_types": {
    "rule": {"nesting_mode": "list", "min_items": 1, "max_items": 2, "block": %s}}}`

const inner = `{"attributes": {"port": {"type": "number", "optional": true, "computed": true}}}`

func files() map[string]string {
	return map[string]string{
		"pruned": `{"source": "acme/acme", "version": "1.0.0", "provider": {}, "resource_schemas": {"acme_thing": ` +
			strings.Replace(content, "%s", `{"same_as": "block1"}`, 1) + `}, "blocks": {"block1": ` + inner + `}}`,
		"terraform": `{"provider_schemas": {"registry.terraform.io/acme/acme": {"provider": {"version": 0, "block": {}}, "resource_schemas": {"acme_thing": {"version": 3, "block": ` +
			strings.Replace(content, "%s", inner, 1) + `}}}}}`,
	}
}

func TestBothFormsOfFileSayTheSame(t *testing.T) {
	for form, text := range files() {
		schema, source, err := read([]byte(text), "acme")
		if err != nil || source != "acme/acme" {
			t.Fatalf("%s: %q, %v", form, source, err)
		}
		block := schema.ResourceSchemas["acme_thing"].Block
		names := map[string]*tfprotov6.SchemaAttribute{}
		for _, attribute := range block.Attributes {
			names[attribute.Name] = attribute
		}
		if !names["name"].Required || !names["id"].Computed || !names["secret"].WriteOnly || !names["secret"].Sensitive {
			t.Errorf("%s: flags are lost: %+v", form, names)
		}
		lock := names["lock"].NestedType
		if lock.Nesting != tfprotov6.SchemaObjectNestingModeList || len(lock.Attributes) != 2 {
			t.Errorf("%s: nested attributes are lost: %+v", form, lock)
		}
		rule := block.BlockTypes[0]
		if rule.MinItems != 1 || rule.MaxItems != 2 || rule.Block.Attributes[0].Name != "port" {
			t.Errorf("%s: blocks are lost: %+v", form, rule)
		}
	}
}

func TestWhatIsNoSchemaIsRefused(t *testing.T) {
	for text, said := range map[string]string{
		`{}`: "no schema of a provider",
		`{"source": "acme/acme", "resource_schemas": {"a": {"same_as": "b"}}}`:                                          `no block "b"`,
		`{"source": "acme/acme", "resource_schemas": {"a": {"same_as": "b"}}, "blocks": {"b": {"same_as": "b"}}}`:       "holds itself",
		`{"source": "acme/acme", "resource_schemas": {"a": {"block_types": {"b": {"nesting_mode": "heap"}}}}}`:          "no nesting mode",
		`{"source": "acme/acme", "resource_schemas": {"a": {"attributes": {"b": {"type": "text", "optional": true}}}}}`: "a: b:",
	} {
		if _, _, err := read([]byte(text), "acme"); err == nil || !strings.Contains(err.Error(), said) {
			t.Errorf("%s: %v, and not %q", text, err, said)
		}
	}
}

func TestAPlanKeepsWhatIsGivenAndLeavesTheRestOpen(t *testing.T) {
	schema, _, err := read([]byte(files()["pruned"]), "acme")
	if err != nil {
		t.Fatal(err)
	}
	kind := schema.ResourceSchemas["acme_thing"].ValueType().(tftypes.Object)
	lock := kind.AttributeTypes["lock"].(tftypes.List)
	since := lock.ElementType.(tftypes.Object).AttributeTypes["since"]
	rule := kind.AttributeTypes["rule"].(tftypes.List)
	value := func(filled any, secret any) tftypes.Value {
		return tftypes.NewValue(kind, map[string]tftypes.Value{
			"id":     tftypes.NewValue(tftypes.String, filled),
			"name":   tftypes.NewValue(tftypes.String, "one"),
			"secret": tftypes.NewValue(tftypes.String, secret),
			"lock": tftypes.NewValue(lock, []tftypes.Value{tftypes.NewValue(lock.ElementType, map[string]tftypes.Value{
				"mode": tftypes.NewValue(tftypes.String, "strict"), "since": tftypes.NewValue(since, filled),
			})}),
			"rule": tftypes.NewValue(rule, []tftypes.Value{
				tftypes.NewValue(rule.ElementType, map[string]tftypes.Value{"port": tftypes.NewValue(tftypes.Number, 443)}),
				tftypes.NewValue(rule.ElementType, map[string]tftypes.Value{"port": tftypes.NewValue(tftypes.Number, filled)}),
			}),
		})
	}
	request := func(prior, proposed tftypes.Value) *tfprotov6.PlanResourceChangeRequest {
		before, _ := tfprotov6.NewDynamicValue(kind, prior)
		after, _ := tfprotov6.NewDynamicValue(kind, proposed)
		return &tfprotov6.PlanResourceChangeRequest{TypeName: "acme_thing", PriorState: &before, ProposedNewState: &after}
	}
	s := &server{schema: schema}
	nothing := tftypes.NewValue(kind, nil)
	response, err := s.PlanResourceChange(context.Background(), request(nothing, value(nil, "hidden")))
	if err != nil {
		t.Fatal(err)
	}
	planned, err := response.PlannedState.Unmarshal(kind)
	if err != nil {
		t.Fatal(err)
	}
	if wanted := value(tftypes.UnknownValue, nil); !planned.Equal(wanted) {
		t.Errorf("planned %s\nwanted %s", planned, wanted)
	}
	if _, err := s.PlanResourceChange(context.Background(), request(planned, planned)); err == nil {
		t.Error("a change was planned by somebody who cannot know what it replaces")
	}
}
