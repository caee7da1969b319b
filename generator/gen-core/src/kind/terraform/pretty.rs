//! JSON as files of values hold it: what `serde_json` writes with indentation, in half the time.

use serde_json::Value;

/// A value over several lines, indented by two spaces.
pub(super) fn pretty(value: &Value) -> serde_json::Result<Vec<u8>> {
    let mut out = Vec::with_capacity(4 * 1024);
    write(&mut out, value, 0)?;
    out.push(b'\n');
    Ok(out)
}

fn write(out: &mut Vec<u8>, value: &Value, depth: usize) -> serde_json::Result<()> {
    match value {
        Value::String(text) => string(out, text),
        Value::Array(items) if !items.is_empty() => {
            let mut start = b'[';
            for item in items {
                next_line(out, start, depth + 1);
                write(out, item, depth + 1)?;
                start = b',';
            }
            new_line(out, depth);
            out.push(b']');
            Ok(())
        }
        Value::Object(entries) if !entries.is_empty() => {
            let mut start = b'{';
            for (key, value) in entries {
                next_line(out, start, depth + 1);
                string(out, key)?;
                out.extend_from_slice(b": ");
                write(out, value, depth + 1)?;
                start = b',';
            }
            new_line(out, depth);
            out.push(b'}');
            Ok(())
        }
        plain => serde_json::to_writer(out, plain),
    }
}

fn next_line(out: &mut Vec<u8>, before: u8, depth: usize) {
    out.push(before);
    new_line(out, depth);
}

fn new_line(out: &mut Vec<u8>, depth: usize) {
    out.push(b'\n');
    out.resize(out.len() + 2 * depth, b' ');
}

fn string(out: &mut Vec<u8>, text: &str) -> serde_json::Result<()> {
    if text.bytes().any(|byte| byte < b' ' || matches!(byte, b'"' | b'\\')) {
        return serde_json::to_writer(out, text);
    }
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value};

    fn value() -> impl Strategy<Value = Value> {
        let text = "\\PC{0,8}|[\"\\\\\u{0}-\u{1f}\u{7f}a/]{0,6}";
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            text.prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 40, 5, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                prop::collection::vec((text, inner), 0..5)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect::<Map<_, _>>())),
            ]
        })
    }

    proptest! {
        #[test]
        fn bytes_are_those_of_serde_json(value in value()) {
            let expected = serde_json::to_string_pretty(&value).expect("JSON") + "\n";
            prop_assert_eq!(String::from_utf8(super::pretty(&value).expect("JSON")).expect("text"), expected);
        }
    }
}
