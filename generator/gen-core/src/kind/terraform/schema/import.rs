//! From `terraform providers schema -json` to the data that a repository keeps.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{SHARED, share};

/// Sections of a provider's schema that are by type.
const SECTIONS: [&str; 3] = ["resource_schemas", "data_source_schemas", "ephemeral_resource_schemas"];

/// Types in use: of resources, data sources and ephemeral resources alike.
pub type Used = BTreeSet<String>;

/// The pruned schema of a provider: no prose, and only the types in use. One type a line, so that a new version is a readable change.
///
/// `dump` is the whole output of `terraform providers schema -json`, `values` what is known of allowed values; the error says what
/// the dump lacks.
pub fn prune(
    dump: &Value,
    source: &str,
    version: &str,
    used: &Used,
    values: Option<&Value>,
) -> Result<String, String> {
    let providers = dump.get("provider_schemas").and_then(Value::as_object);
    let providers = providers.ok_or("this is not the output of `terraform providers schema -json`")?;
    let ending = format!("/{source}");
    let found = providers.iter().find(|(address, _)| address.ends_with(&ending) || *address == source);
    let (_, found) = found.ok_or_else(|| {
        let known: Vec<&str> = providers.keys().map(String::as_str).collect();
        format!("it has no provider {source}; it has {}", known.join(", "))
    })?;
    let empty = Map::new();
    let mut kept = Map::new();
    kept.insert("provider".to_owned(), block(&found["provider"]["block"]));
    for section in SECTIONS {
        let types = found.get(section).and_then(Value::as_object).unwrap_or(&empty);
        let types = types.iter().filter(|(name, _)| used.contains(*name));
        let types = types.map(|(name, schema)| (name.clone(), block(&schema["block"])));
        kept.insert(section.to_owned(), Value::Object(types.collect()));
    }
    let mut kept = Value::Object(kept);
    let shared = share::take_out(&mut kept);
    let functions = found.get("functions").and_then(Value::as_object).unwrap_or(&empty);
    let names: Vec<&String> = functions.keys().collect();
    let mut parts = vec![
        format!("\"source\": {}", Value::from(source)),
        format!("\"version\": {}", Value::from(version)),
        format!("\"provider\": {}", kept["provider"]),
    ];
    for section in SECTIONS {
        parts.push(lines(section, kept[section].as_object().unwrap_or(&empty)));
    }
    parts.push(lines(SHARED, &shared));
    parts.push(format!("\"functions\": {}", json!(names)));
    let known = values.and_then(Value::as_object).unwrap_or(&empty);
    let known: Map<String, Value> = known
        .iter()
        .filter(|(name, _)| used.contains(*name))
        .map(|(name, paths)| (name.clone(), paths.clone()))
        .collect();
    parts.push(lines("values", &known));
    let out = format!("{{\n{}\n}}\n", parts.join(",\n"));
    // Read back: what cannot be read is not worth keeping.
    super::Schema::read(out.as_bytes())?;
    Ok(out)
}

/// A section with one entry a line.
fn lines(name: &str, entries: &Map<String, Value>) -> String {
    let lines: Vec<String> =
        entries.iter().map(|(name, value)| format!("{}: {value}", Value::from(name.as_str()))).collect();
    if lines.is_empty() {
        format!("\"{name}\": {{}}")
    } else {
        format!("\"{name}\": {{\n{}\n}}", lines.join(",\n"))
    }
}

fn block(value: &Value) -> Value {
    let mut out = Map::new();
    put(&mut out, value, "attributes", |attributes| each(attributes, attribute));
    put(&mut out, value, "block_types", |blocks| {
        each(blocks, |nested| {
            let mut out = Map::new();
            keep(&mut out, nested, &["nesting_mode", "min_items", "max_items"]);
            out.insert("block".to_owned(), block(&nested["block"]));
            Value::Object(out)
        })
    });
    keep(&mut out, value, &["deprecated"]);
    Value::Object(out)
}

fn attribute(value: &Value) -> Value {
    let mut out = Map::new();
    keep(
        &mut out,
        value,
        &["type", "required", "optional", "computed", "sensitive", "deprecated", "write_only"],
    );
    put(&mut out, value, "nested_type", |nested| {
        let mut out = Map::new();
        keep(&mut out, nested, &["nesting_mode", "min_items", "max_items"]);
        put(&mut out, nested, "attributes", |attributes| each(attributes, attribute));
        Value::Object(out)
    });
    Value::Object(out)
}

fn each(entries: &Value, prune: impl Fn(&Value) -> Value) -> Value {
    let entries = entries.as_object().into_iter().flatten();
    Value::Object(entries.map(|(name, value)| (name.clone(), prune(value))).collect())
}

fn put(out: &mut Map<String, Value>, from: &Value, key: &str, prune: impl Fn(&Value) -> Value) {
    if let Some(value) = from.get(key) {
        out.insert(key.to_owned(), prune(value));
    }
}

/// Keeps what says something: flags that are set, numbers that are not zero.
fn keep(out: &mut Map<String, Value>, from: &Value, keys: &[&str]) {
    for key in keys {
        match from.get(*key) {
            None | Some(Value::Null | Value::Bool(false)) => {}
            Some(number) if number.as_u64() == Some(0) => {}
            Some(value) => {
                out.insert((*key).to_owned(), value.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_used_and_says_something_is_kept() {
        let dump = json!({"provider_schemas": {"example.org/acme/acme": {
            "provider": {"version": 0, "block": {"description": "prose"}},
            "resource_schemas": {
                "acme_bucket": {"version": 3, "block": {
                    "attributes": {"name": {"type": "string", "required": true, "optional": false, "description": "prose"}},
                    "block_types": {"rule": {"nesting_mode": "list", "max_items": 1, "min_items": 0, "block": {}}},
                }},
                "acme_other": {"block": {}},
            },
        }}});
        let text = prune(&dump, "acme/acme", "1.0.0", &Used::from(["acme_bucket".to_owned()]), None)
            .expect("a schema");
        assert!(text.contains("\"acme_bucket\": {\"attributes\":{\"name\":{\"required\":true,\"type\":\"string\"}},\"block_types\":{\"rule\":{\"block\":{},\"max_items\":1,\"nesting_mode\":\"list\"}}}"), "{text}");
        assert!(!text.contains("prose") && !text.contains("acme_other"), "{text}");
        let error = prune(&dump, "acme/other", "1.0.0", &Used::new(), None).expect_err("no such provider");
        assert!(error.contains("example.org/acme/acme"), "{error}");
    }
}
