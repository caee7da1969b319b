//! SARIF 2.1.0 (OASIS, 2020-03-27), for code scanning.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use gen_core::diag::Fault;
use serde_json::{Value, json};

use crate::document::DiagnosticDoc;

pub(crate) fn render(diagnostics: &[DiagnosticDoc]) -> String {
    let used: BTreeSet<&str> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    let rules: Vec<Value> = Fault::ALL
        .iter()
        .filter(|fault| used.contains(fault.code()))
        .map(|fault| {
            json!({
                "id": fault.code(),
                "shortDescription": {"text": fault.summary()},
                "fullDescription": {"text": fault.manual().trim()},
            })
        })
        .collect();
    let results: Vec<Value> = diagnostics.iter().map(result).collect();
    let log = json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "gen", "version": env!("CARGO_PKG_VERSION"), "rules": rules}},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{log:#}\n")
}

/// A path as a relative reference (RFC 3986 §3.3): what has a meaning in one, or no place, is percent-encoded.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~!$&'()*+,;=@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn result(diagnostic: &DiagnosticDoc) -> Value {
    let mut text = diagnostic.summary.clone();
    if let Some(target) = &diagnostic.target {
        text = format!("{target}: {text}");
    }
    if !diagnostic.label.is_empty() {
        text = format!("{text}: {}", diagnostic.label);
    }
    for note in &diagnostic.notes {
        text = format!("{text}\n{}: {}", note.name, note.text);
    }
    let mut result =
        json!({"ruleId": diagnostic.code, "level": diagnostic.severity, "message": {"text": text}});
    if let Some(place) = &diagnostic.place {
        let mut location = json!({"artifactLocation": {"uri": uri(&place.file)}});
        if let (Some(line), Some(column)) = (place.line, place.column) {
            location["region"] = json!({"startLine": line, "startColumn": column});
            if let (Some(end_line), Some(end_column)) = (place.end_line, place.end_column) {
                location["region"]["endLine"] = json!(end_line);
                location["region"]["endColumn"] = json!(end_column);
            }
        }
        result["locations"] = json!([{"physicalLocation": location}]);
    }
    result
}

#[cfg(test)]
mod tests {
    #[test]
    fn paths_are_references() {
        assert_eq!(super::uri("stacks/a b/50%.yaml"), "stacks/a%20b/50%25.yaml");
        assert_eq!(super::uri("stacks/a/\u{e4}:#?.yaml"), "stacks/a/%C3%A4%3A%23%3F.yaml");
    }
}
