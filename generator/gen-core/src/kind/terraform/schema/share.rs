//! Blocks that occur several times in a schema are kept once: statements of a web application firewall hold each other nine
//! levels deep, and would take most of the file.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// Blocks shorter than this are not worth a name.
const LEAST: usize = 200;
/// The key of a name that stands for a block.
const NAME: &str = "same_as";

/// Takes blocks that occur several times out of a schema: they are returned by name, and names stand in their places.
pub(super) fn take_out(schema: &mut Value) -> Map<String, Value> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    count(schema, &mut counts);
    let repeated = counts.into_iter().filter(|(_, times)| *times > 1).map(|(text, _)| text);
    let names: BTreeMap<String, String> =
        repeated.enumerate().map(|(index, text)| (text, format!("block{}", index + 1))).collect();
    let mut shared = Map::new();
    for (text, name) in &names {
        if let Ok(mut block) = serde_json::from_str::<Value>(text) {
            replace(&mut block, &names);
            shared.insert(name.clone(), block);
        }
    }
    replace(schema, &names);
    shared
}

/// Puts blocks back in the places of their names. A name that stands for nothing, or for itself, stays.
pub(super) fn put_back(schema: &mut Value, shared: &Map<String, Value>) {
    fill(schema, shared, 0);
}

fn fill(value: &mut Value, shared: &Map<String, Value>, depth: usize) {
    // No schema is nearly as deep; what names itself ends here.
    if depth > 64 {
        return;
    }
    if let Some(block) = value.get(NAME).and_then(Value::as_str).and_then(|name| shared.get(name)) {
        *value = block.clone();
    }
    for child in children(value) {
        fill(child, shared, depth + 1);
    }
}

fn children(value: &mut Value) -> impl Iterator<Item = &mut Value> {
    let entries = value.as_object_mut().into_iter().flat_map(|entries| entries.iter_mut());
    entries.filter(|(key, _)| *key != "attributes").map(|(_, child)| child)
}

fn count(value: &Value, counts: &mut BTreeMap<String, usize>) {
    for (key, child) in value.as_object().into_iter().flatten() {
        if key == "block" {
            let text = child.to_string();
            if text.len() >= LEAST {
                let times = counts.entry(text).or_default();
                *times += 1;
                if *times > 1 {
                    // What is inside was counted with the first.
                    continue;
                }
            }
        }
        if key != "attributes" {
            count(child, counts);
        }
    }
}

fn replace(value: &mut Value, names: &BTreeMap<String, String>) {
    let Some(entries) = value.as_object_mut() else { return };
    for (key, child) in entries.iter_mut() {
        if key == "block"
            && let Some(name) = names.get(&child.to_string())
        {
            *child = json!({NAME: name});
        } else if key != "attributes" {
            replace(child, names);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_out_can_be_put_back() {
        let leaf = json!({"attributes": {"a".repeat(LEAST): {"type": "string"}}});
        let inner = json!({"block_types": {"x": {"block": leaf}, "y": {"block": leaf}}});
        let whole = json!({"resource_schemas": {"r": {"block_types": {"a": {"block": inner}, "b": {"block": inner}, "c": {"block": {}}}}}});
        let mut taken = whole.clone();
        let shared = take_out(&mut taken);
        assert_eq!(shared.len(), 2, "{shared:?}");
        assert!(taken.to_string().len() < whole.to_string().len() / 2);
        put_back(&mut taken, &shared);
        assert_eq!(taken, whole);
    }
}
