//! Every fault of a file at once: what the fast path does not tell, because it stops at the first.

use std::sync::Arc;

use jsonschema::error::ValidationErrorKind;
use jsonschema::paths::LocationSegment;
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use crate::diag::{Diagnostic, Fault, Place, Route, Spot, Step, did_you_mean};

use super::marked::{Failure, Kind, Node, parse};
use super::{secrets, traps};

/// All faults of a text that is meant to be of a kind of file.
pub(super) fn all(file: &Arc<str>, text: &str, schema: &Value) -> Vec<Diagnostic> {
    let tree = match parse(text) {
        Ok(tree) => tree,
        Err(Failure::Syntax(offset, message)) => {
            let (from, to) = around(text, offset);
            return vec![
                Diagnostic::error(Fault::Syntax)
                    .at(Place { file: file.clone(), spot: Spot::Bytes(from, to) })
                    .label(message),
            ];
        }
        Err(Failure::Limit(offset, message)) => {
            let (from, to) = around(text, offset);
            return vec![
                Diagnostic::error(Fault::TooLarge)
                    .at(Place { file: file.clone(), spot: Spot::Bytes(from, to) })
                    .label(message),
            ];
        }
    };
    let mut found = Vec::new();
    let at = |node: &Node| Place { file: file.clone(), spot: Spot::Bytes(node.span.start, node.span.end) };
    let mut words = Vec::new();
    traps::collect(&tree, &mut words);
    for (node, meaning) in words {
        let word = node.text().unwrap_or_default();
        found.push(
            Diagnostic::error(Fault::Ambiguous)
                .at(at(node))
                .label(format!("some tools read this as {meaning}"))
                .help(format!("write `\"{word}\"` if the word is meant")),
        );
    }
    let mut literals = Vec::new();
    secrets::collect(&tree, None, &mut literals);
    for (node, what) in literals {
        found.push(
            Diagnostic::error(Fault::LiteralSecret)
                .at(Place { file: file.clone(), spot: Spot::Bytes(node.span.start, node.span.start) })
                .label(format!("looks like {what}"))
                .help(
                    "put it into the secrets component, refer to it as `{ref: ..., key: ...}`, and rotate it",
                ),
        );
    }
    duplicates(&tree, &mut |key| {
        found.push(Diagnostic::error(Fault::DuplicateKey).at(at(key)).label("given before, further up"));
    });
    let json = tree.json();
    if let Some(validator) = validator(schema) {
        against_schema(file, &validator, &json, schema, &mut found);
    }
    found
}

/// A validator that also holds dates to the calendar.
pub(super) fn validator(schema: &Value) -> Option<Validator> {
    jsonschema::options().should_validate_formats(true).build(schema).ok()
}

/// The bytes of the line's rest, so that there is something to mark.
fn around(text: &str, offset: usize) -> (usize, usize) {
    let offset = (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let end = text[offset..].find('\n').map_or(text.len(), |at| offset + at);
    if end > offset {
        return (offset, end);
    }
    let start = text[..offset].trim_end().rfind('\n').map_or(0, |at| at + 1);
    (start.min(offset), offset)
}

fn duplicates(node: &Node, report: &mut impl FnMut(&Node)) {
    match &node.kind {
        Kind::Scalar(..) => {}
        Kind::Sequence(items) => items.iter().for_each(|item| duplicates(item, report)),
        Kind::Mapping(entries) => {
            let mut seen = std::collections::BTreeSet::new();
            for (key, value) in entries {
                if !seen.insert(key.text()) {
                    report(key);
                }
                duplicates(value, report);
            }
        }
    }
}

fn against_schema(
    file: &Arc<str>,
    validator: &Validator,
    json: &Value,
    schema: &Value,
    found: &mut Vec<Diagnostic>,
) {
    for error in validator.iter_errors(json) {
        describe(file, &error, schema, json, found);
    }
}

fn route(error: &ValidationError<'_>) -> Route {
    let steps = error.instance_path().iter().map(|segment| match segment {
        LocationSegment::Property(name) => Step::Key(name.into_owned()),
        LocationSegment::Index(index) => Step::Index(index),
    });
    Route(steps.collect())
}

fn describe(
    file: &Arc<str>,
    error: &ValidationError<'_>,
    schema: &Value,
    json: &Value,
    found: &mut Vec<Diagnostic>,
) {
    let route = route(error);
    let value = |fault: Fault| Diagnostic::error(fault).at(Place::value(file.clone(), route.clone()));
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let known = properties_at(schema, schema, json, &route.0);
            for name in unexpected {
                let diagnostic = Diagnostic::error(Fault::UnknownKey)
                    .at(Place::key(file.clone(), route.clone().key(name)))
                    .label("no such key here");
                let help = match did_you_mean(name, known.iter().map(String::as_str)) {
                    Some(meant) => Some(format!("did you mean `{meant}`?")),
                    None if known.is_empty() => None,
                    None => Some(format!("known keys: {}", known.join(", "))),
                };
                found.push(match help {
                    Some(help) => diagnostic.help(help),
                    None => diagnostic,
                });
            }
        }
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let diagnostic = Diagnostic::error(Fault::MissingKey).label(format!("`{name}` is missing"));
            found.push(match route.0.last() {
                None => diagnostic.at(Place::file(file.clone())),
                Some(Step::Key(_)) => diagnostic.at(Place::key(file.clone(), route)),
                Some(Step::Index(_)) => diagnostic.at(Place::value(file.clone(), route)),
            });
        }
        ValidationErrorKind::Type { kind } => {
            let wanted = serde_json::to_value(TypeWords(kind)).ok();
            let wanted = wanted.and_then(|words| words.as_str().map(str::to_owned)).unwrap_or_default();
            found.push(value(Fault::WrongType).label(format!("{wanted} is expected")));
        }
        ValidationErrorKind::AnyOf { context }
        | ValidationErrorKind::OneOfNotValid { context }
        | ValidationErrorKind::OneOfMultipleValid { context } => {
            branches(file, error, context, schema, json, found);
        }
        ValidationErrorKind::Enum { options } => {
            let words: Vec<&str> =
                options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            found.push(one_of(value(Fault::WrongValue), error.instance(), &words));
        }
        ValidationErrorKind::Constant { expected_value } => match expected_value.as_str() {
            Some(word) => found.push(one_of(value(Fault::WrongValue), error.instance(), &[word])),
            None => found.push(value(Fault::WrongValue).label(format!("{expected_value} is expected"))),
        },
        ValidationErrorKind::Pattern { pattern } => {
            let about = description_of(schema, pattern);
            let label = about.unwrap_or_else(|| format!("does not match {pattern}"));
            found.push(value(Fault::WrongValue).label(label));
        }
        ValidationErrorKind::Format { format } => {
            found.push(value(Fault::WrongValue).label(format!("not a {format} of the calendar")));
        }
        ValidationErrorKind::MaxLength { limit } => {
            found.push(value(Fault::WrongValue).label(format!("longer than {limit} characters")));
        }
        ValidationErrorKind::PropertyNames { error: inner } => {
            let name = inner.instance().as_str().unwrap_or_default().to_owned();
            let about = match inner.kind() {
                ValidationErrorKind::Pattern { pattern } => description_of(schema, pattern),
                _ => None,
            };
            found.push(
                Diagnostic::error(Fault::WrongValue)
                    .at(Place::key(file.clone(), route.key(name)))
                    .label(about.unwrap_or_else(|| inner.to_string())),
            );
        }
        _ => found.push(value(Fault::WrongValue).label(error.masked().to_string())),
    }
}

/// The types that a schema allows, in words.
struct TypeWords<'a>(&'a jsonschema::error::TypeKind);

impl serde::Serialize for TypeWords<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = format!("{:?}", self.0).to_ascii_lowercase();
        let mut words: Vec<&str> = [
            ("object", "a mapping"),
            ("array", "a list"),
            ("string", "text"),
            ("integer", "a whole number"),
            ("number", "a number"),
            ("boolean", "true or false"),
        ]
        .into_iter()
        .filter(|(word, _)| text.contains(word))
        .map(|(_, words)| words)
        .collect();
        words.dedup();
        serializer.serialize_str(&words.join(" or "))
    }
}

fn one_of(diagnostic: Diagnostic, instance: &Value, words: &[&str]) -> Diagnostic {
    let diagnostic = match words {
        [word] => diagnostic.label(format!("`{word}` is expected")),
        _ => diagnostic.label(format!("one of these is expected: {}", words.join(", "))),
    };
    match instance.as_str().and_then(|word| did_you_mean(word, words.iter().copied())) {
        Some(meant) if words.len() > 1 => diagnostic.help(format!("did you mean `{meant}`?")),
        _ => diagnostic,
    }
}

/// Of several possible shapes, the faults of the one that was most probably meant.
fn branches(
    file: &Arc<str>,
    error: &ValidationError<'_>,
    context: &[Vec<ValidationError<'static>>],
    schema: &Value,
    json: &Value,
    found: &mut Vec<Diagnostic>,
) {
    let depth = error.instance_path().iter().count();
    // A branch whose tag (`type`) or JSON type does not fit was not meant.
    let mismatched = |branch: &[ValidationError<'static>]| {
        branch.iter().any(|error| {
            let here = error.instance_path().iter().count() == depth;
            match error.kind() {
                ValidationErrorKind::Type { .. } | ValidationErrorKind::Enum { .. } => here,
                ValidationErrorKind::Constant { .. } => true,
                _ => false,
            }
        })
    };
    let meant = context
        .iter()
        .filter(|branch| !branch.is_empty() && !mismatched(branch))
        .min_by_key(|branch| branch.len());
    if let Some(branch) = meant {
        for error in branch {
            describe(file, error, schema, json, found);
        }
        return;
    }
    let mut words: Vec<String> = Vec::new();
    let mut tag = None;
    for error in context.iter().flatten() {
        match error.kind() {
            ValidationErrorKind::Constant { expected_value } => {
                words.extend(expected_value.as_str().map(str::to_owned));
                tag = Some(route(error));
            }
            ValidationErrorKind::Enum { options } => {
                words.extend(
                    options.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned),
                );
            }
            _ => {}
        }
    }
    words.sort();
    words.dedup();
    let place = Place::value(file.clone(), tag.clone().unwrap_or_else(|| route(error)));
    let instance = match &tag {
        Some(tag) => tag.0.last().and_then(|step| match step {
            Step::Key(key) => error.instance().get(key),
            Step::Index(_) => None,
        }),
        None => Some(error.instance().as_ref()),
    };
    let types: Vec<String> = context
        .iter()
        .flatten()
        .filter_map(|error| match error.kind() {
            ValidationErrorKind::Type { kind } => serde_json::to_value(TypeWords(kind)).ok(),
            _ => None,
        })
        .filter_map(|words| words.as_str().map(str::to_owned))
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let is_text = instance.is_some_and(Value::is_string);
    if !words.is_empty() && (is_text || types.is_empty()) {
        let fault = if is_text { Fault::WrongValue } else { Fault::WrongType };
        found.push(one_of(Diagnostic::error(fault).at(place), instance.unwrap_or(&Value::Null), &words));
    } else {
        let mut types = types;
        types.sort();
        types.dedup();
        found.push(
            Diagnostic::error(Fault::WrongType)
                .at(place)
                .label(format!("{} is expected", types.join(" or "))),
        );
    }
}

/// Keys that the schema knows at a route.
fn properties_at(root: &Value, node: &Value, json: &Value, route: &[Step]) -> Vec<String> {
    let node = deref(root, node);
    let alternatives = ["anyOf", "oneOf", "allOf"]
        .iter()
        .filter_map(|word| node.get(word)?.as_array())
        .flatten()
        .filter(|branch| fits_tag(deref(root, branch), json));
    let mut names: Vec<String> = match route.split_first() {
        None => node
            .get("properties")
            .and_then(Value::as_object)
            .map(|map| map.keys().cloned().collect())
            .unwrap_or_default(),
        Some((Step::Key(key), rest)) => {
            let child = node
                .get("properties")
                .and_then(|map| map.get(key))
                .or_else(|| node.get("additionalProperties"));
            let inner = json.get(key).unwrap_or(&Value::Null);
            child.map(|child| properties_at(root, child, inner, rest)).unwrap_or_default()
        }
        Some((Step::Index(index), rest)) => {
            let inner = json.get(index).unwrap_or(&Value::Null);
            node.get("items").map(|items| properties_at(root, items, inner, rest)).unwrap_or_default()
        }
    };
    for branch in alternatives {
        names.extend(properties_at(root, branch, json, route));
    }
    names.sort();
    names.dedup();
    names
}

fn fits_tag(branch: &Value, json: &Value) -> bool {
    match branch.get("properties").and_then(|map| map.get("type")).and_then(|tag| tag.get("const")) {
        Some(tag) => json.get("type") == Some(tag),
        None => true,
    }
}

fn deref<'a>(root: &'a Value, node: &'a Value) -> &'a Value {
    node.get("$ref")
        .and_then(Value::as_str)
        .and_then(|path| path.strip_prefix('#'))
        .and_then(|pointer| root.pointer(pointer))
        .unwrap_or(node)
}

/// What the schema says about the definition that a pattern belongs to.
fn description_of(schema: &Value, pattern: &str) -> Option<String> {
    let definitions = schema.get("$defs")?.as_object()?;
    let found =
        definitions.values().find(|node| node.get("pattern").and_then(Value::as_str) == Some(pattern))?;
    let text = found.get("description")?.as_str()?.trim_end_matches('.');
    let mut chars = text.chars();
    let first = chars.next()?.to_lowercase();
    Some(format!("expected: {first}{}", chars.as_str()))
}
