//! Values of a plan beside what an engine marks in them: marks have the shape of the value, and say `true`.

use serde_json::Value;

use super::change::Leaf;

/// What either of two marks says.
pub(super) fn union(a: &Value, b: &Value) -> Value {
    match (a, b) {
        (Value::Bool(true), _) | (_, Value::Bool(true)) => Value::Bool(true),
        (Value::Object(a), Value::Object(b)) => {
            let mut all = a.clone();
            for (key, marks) in b {
                let own = all.get(key).unwrap_or(&Value::Null);
                let both = union(own, marks);
                all.insert(key.clone(), both);
            }
            Value::Object(all)
        }
        (Value::Array(a), Value::Array(b)) => {
            let at = |marks: &[Value], index: usize| marks.get(index).cloned().unwrap_or_default();
            let longest = a.len().max(b.len());
            Value::Array((0..longest).map(|index| union(&at(a, index), &at(b, index))).collect())
        }
        (Value::Object(_) | Value::Array(_), _) => a.clone(),
        _ => b.clone(),
    }
}

/// Puts `word` wherever `marks`, of the same shape as the value, says `true`.
pub(super) fn mark(value: &mut Value, marks: &Value, word: &str) {
    match marks {
        Value::Bool(true) => *value = word.into(),
        Value::Object(marks) => {
            if value.is_null() && marks.values().any(has_mark) {
                *value = Value::Object(serde_json::Map::new());
            }
            let Value::Object(entries) = value else { return };
            for (key, marks) in marks {
                let marked = has_mark(marks);
                match entries.get_mut(key) {
                    Some(value) => mark(value, marks, word),
                    None if marked => {
                        let mut value = Value::Null;
                        mark(&mut value, marks, word);
                        entries.insert(key.clone(), value);
                    }
                    None => {}
                }
            }
        }
        Value::Array(marks) => {
            if let Value::Array(items) = value {
                for (index, marks) in marks.iter().enumerate() {
                    match items.get_mut(index) {
                        Some(item) => mark(item, marks, word),
                        None if has_mark(marks) => items.push(word.into()),
                        None => {}
                    }
                }
            }
        }
        _ => {}
    }
}

fn has_mark(marks: &Value) -> bool {
    match marks {
        Value::Bool(is) => *is,
        Value::Object(entries) => entries.values().any(has_mark),
        Value::Array(items) => items.iter().any(has_mark),
        _ => false,
    }
}

/// Leaves of a value what `marks` says `true` to, and nulls in the place of the rest.
pub(super) fn keep(value: &mut Value, marks: &Value) {
    match (value, marks) {
        (_, Value::Bool(true)) => {}
        (Value::Object(entries), Value::Object(marks)) => {
            entries.retain(|key, value| {
                let Some(marks) = marks.get(key).filter(|marks| has_mark(marks)) else { return false };
                keep(value, marks);
                true
            });
        }
        (Value::Array(items), Value::Array(marks)) => {
            for (index, item) in items.iter_mut().enumerate() {
                keep(item, marks.get(index).unwrap_or(&Value::Null));
            }
        }
        (value, _) => *value = Value::Null,
    }
}

/// Where two values differ, down to what is neither object nor list.
pub(super) fn leaves(path: &str, before: &Value, after: &Value, found: &mut Vec<Leaf>) {
    if before == after {
        return;
    }
    let within = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match (before, after) {
        (Value::Object(old), Value::Object(new)) => {
            let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for name in names {
                let of = |side: &serde_json::Map<String, Value>| side.get(name).cloned().unwrap_or_default();
                leaves(&within(name), &of(old), &of(new), found);
            }
        }
        (Value::Null, Value::Object(new)) if !new.is_empty() => {
            new.iter().for_each(|(name, value)| leaves(&within(name), &Value::Null, value, found));
        }
        (Value::Object(old), Value::Null) if !old.is_empty() => {
            old.iter().for_each(|(name, value)| leaves(&within(name), value, &Value::Null, found));
        }
        (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                leaves(&format!("{path}[{index}]"), old, new, found);
            }
        }
        _ => found.push(Leaf { path: path.to_owned(), before: before.clone(), after: after.clone() }),
    }
}
