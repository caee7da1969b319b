//! JSON Schemas of input files, made from the types that read them.

use serde_json::Value;

use crate::model::{capability, environment, profile, stack, subject, waiver};

/// Name and schema of each kind of input file. Editors find them by the first line of each file.
pub fn inputs() -> Vec<(&'static str, Value)> {
    vec![
        ("as-of", of::<profile::AsOf>("profiles/as-of.yaml")),
        ("capabilities", of::<capability::Dictionary>("profiles/capabilities.yaml")),
        ("environment", of::<environment::Environment>("stacks/<stack>/environments/<env>.yaml")),
        ("product", of::<subject::Product>("profiles/products/<product>.yaml")),
        ("profile", of::<profile::Profile>("profiles/<profile>.yaml")),
        ("provider", of::<subject::Provider>("profiles/providers/<provider>.yaml")),
        ("release", of::<waiver::Release>("stacks/<stack>/releases/<env>.yaml")),
        ("stack", of::<stack::Stack>("stacks/<stack>/stack.yaml")),
        ("waivers", of::<waiver::Waivers>("stacks/<stack>/waivers.yaml")),
    ]
}

fn of<T: schemars::JsonSchema>(file: &str) -> Value {
    let mut schema = schemars::schema_for!(T).to_value();
    schema["title"] = Value::from(file);
    schema
}

/// Schema of a map whose keys are words of an enum, which the derived schema would not hold to anything.
pub(crate) fn map<K: schemars::JsonSchema, V: schemars::JsonSchema>(
    generator: &mut schemars::SchemaGenerator,
) -> schemars::Schema {
    let (keys, values) = (generator.subschema_for::<K>(), generator.subschema_for::<V>());
    schemars::json_schema!({"type": "object", "propertyNames": keys, "additionalProperties": values})
}

/// The contracts of all component types that have one.
pub fn exports() -> Value {
    crate::model::component::ComponentType::ALL
        .into_iter()
        .filter_map(|kind| crate::contract::schema(kind).map(|schema| (kind.as_str().to_owned(), schema)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
