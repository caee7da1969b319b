//! JSON Schemas of input files, made from the types that read them.

use serde_json::Value;

use crate::model::{capability, environment, framework, profile, stack, subject, waiver};

/// Name and schema of each kind of input file. Editors find them by the first line of each file.
pub fn inputs() -> Vec<(&'static str, Value)> {
    vec![
        ("as-of", of::<profile::AsOf>("profiles/as-of.yaml")),
        ("frameworks", of::<framework::Frameworks>("profiles/frameworks.yaml")),
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
    let mut schema = model::<T>();
    schema["title"] = Value::from(file);
    schema
}

/// The schema of a type, which accepts what the type accepts (`load/law.rs`).
pub(crate) fn model<T: schemars::JsonSchema>() -> Value {
    let mut schema = schemars::schema_for!(T).to_value();
    bound(&mut schema);
    schema
}

/// Gives whole numbers the upper bound of their type, which formats of 32 bits and more only hint at.
fn bound(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(bound),
        Value::Object(map) => {
            let maximum = match map.get("format").and_then(Value::as_str) {
                Some("uint32") => Some(u64::from(u32::MAX)),
                Some("uint64") => Some(u64::MAX),
                _ => None,
            };
            if let Some(maximum) = maximum {
                map.entry("maximum").or_insert_with(|| Value::from(maximum));
            }
            map.values_mut().for_each(bound);
        }
        _ => {}
    }
}

/// Schema of a map whose keys are words of an enum, which the derived schema would not hold to anything.
pub(crate) fn map<K: schemars::JsonSchema, V: schemars::JsonSchema>(
    generator: &mut schemars::SchemaGenerator,
) -> schemars::Schema {
    let (keys, values) = (generator.subschema_for::<K>(), generator.subschema_for::<V>());
    schemars::json_schema!({"type": "object", "propertyNames": keys, "additionalProperties": values})
}

/// Name and schema of each kind of rendered file that is ours to define.
pub fn rendered() -> Vec<(&'static str, Value)> {
    vec![("rendered/profile", schemars::schema_for!(crate::kind::profile::WorkloadProfile).to_value())]
}

/// Name and schema of each kind of record.
pub fn records() -> Vec<(&'static str, Value)> {
    vec![
        ("record/event", schemars::schema_for!(crate::audit::Event).to_value()),
        ("record/event-data", crate::audit::data_schema()),
    ]
}

/// The contracts of all component types that have one.
pub fn exports() -> Value {
    crate::model::component::ComponentType::ALL
        .into_iter()
        .filter_map(|kind| crate::contract::schema(kind).map(|schema| (kind.as_str().to_owned(), schema)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
