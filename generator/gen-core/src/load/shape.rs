//! What a JSON Schema says against a value, in words and places of our own.

use std::collections::BTreeSet;
use std::sync::Arc;

use jsonschema::error::ValidationErrorKind;
use jsonschema::paths::LocationSegment;
use jsonschema::{ValidationError, Validator};
use serde_json::Value;

use crate::diag::{Diagnostic, Fault, Place, Route, Step, meant};
use crate::model::names;

/// A schema, compiled.
pub(super) struct Shape {
    value: Value,
    /// None if the schema is itself at fault, which `schemas_compile` excludes.
    validator: Option<Validator>,
}

impl Shape {
    /// Of a type.
    pub(super) fn of<T: schemars::JsonSchema>() -> Self {
        let value = crate::schema::model::<T>();
        // Formats count, so that the 30th of February is no date.
        let validator = jsonschema::options().should_validate_formats(true).build(&value).ok();
        Self { value, validator }
    }

    /// Every complaint about a document.
    pub(super) fn complaints(&self, file: &Arc<str>, json: &Value) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for error in self.validator.iter().flat_map(|validator| validator.iter_errors(json)) {
            describe(file, &error, &self.value, json, &mut found);
        }
        once(found)
    }

    /// Whether a document has the shape.
    #[cfg(test)]
    pub(super) fn accepts(&self, json: &Value) -> bool {
        self.validator.as_ref().expect("a schema that compiles").is_valid(json)
    }
}

/// One value may break several rules at once, such as pattern and format: the first says enough.
fn once(found: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut kept: Vec<Diagnostic> = Vec::new();
    for diagnostic in found {
        let about_value = matches!(diagnostic.fault, Fault::WrongType | Fault::WrongValue);
        if !about_value
            || kept.iter().all(|other| other.place != diagnostic.place || other.fault != diagnostic.fault)
        {
            kept.push(diagnostic);
        }
    }
    kept
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
            let nodes = nodes_at(schema, schema, json, &route.0);
            for name in unexpected {
                found.push(unknown_key(&nodes, name).at(Place::key(file.clone(), route.clone().key(name))));
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
            found.push(value(Fault::WrongValue).label(expected(schema, pattern)));
        }
        ValidationErrorKind::Format { format } if format == "date" => {
            found.push(value(Fault::WrongValue).label("the calendar has no such day"));
        }
        ValidationErrorKind::PropertyNames { error: inner } => {
            let name = inner.instance().as_str().unwrap_or_default().to_owned();
            let diagnostic =
                Diagnostic::error(Fault::UnknownKey).at(Place::key(file.clone(), route.key(name)));
            found.push(match inner.kind() {
                ValidationErrorKind::Enum { options } => {
                    let words: Vec<&str> =
                        options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                    one_of(diagnostic, inner.instance(), &words)
                }
                ValidationErrorKind::OneOfNotValid { context } => {
                    let words = constants(context);
                    let words: Vec<&str> = words.iter().map(String::as_str).collect();
                    one_of(diagnostic, inner.instance(), &words)
                }
                _ => diagnostic.label("no such key here"),
            });
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
    match instance.as_str() {
        Some(word) if words.len() > 1 => diagnostic.nearest(word, words.iter().copied()),
        _ => diagnostic,
    }
}

/// The words that the branches of an alternative ask for.
fn constants(context: &[Vec<ValidationError<'static>>]) -> Vec<String> {
    let mut words = BTreeSet::new();
    for error in context.iter().flatten() {
        match error.kind() {
            ValidationErrorKind::Constant { expected_value } => {
                words.extend(expected_value.as_str().map(str::to_owned));
            }
            ValidationErrorKind::Enum { options } => {
                let options = options.as_array().into_iter().flatten();
                words.extend(options.filter_map(Value::as_str).map(str::to_owned));
            }
            _ => {}
        }
    }
    words.into_iter().collect()
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
    let words = constants(context);
    let tagged =
        |error: &&ValidationError<'static>| matches!(error.kind(), ValidationErrorKind::Constant { .. });
    // What is compared with words may be a tag inside, or the value itself.
    let tag = context.iter().flatten().rfind(tagged).map(route).filter(|tag| tag.0.len() > depth);
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

/// A key that the schema does not know: misspelt, or no name of the kind that its mapping is keyed by.
fn unknown_key(nodes: &[&Value], name: &str) -> Diagnostic {
    let form = nodes.iter().find_map(|node| node.get("patternProperties")?.as_object()?.keys().next());
    if let Some(form) = form.and_then(|pattern| names::form(pattern)) {
        return Diagnostic::error(Fault::WrongValue).label(format!("expected: {form}"));
    }
    let known: BTreeSet<&str> = nodes
        .iter()
        .filter_map(|node| node.get("properties")?.as_object())
        .flat_map(|properties| properties.keys().map(String::as_str))
        .collect();
    let diagnostic = Diagnostic::error(Fault::UnknownKey).label("no such key here");
    match meant(name, known.iter().copied()) {
        Some(text) => diagnostic.help(text),
        None if known.is_empty() => diagnostic,
        None => diagnostic.help(format!("known keys: {}", known.into_iter().collect::<Vec<_>>().join(", "))),
    }
}

/// The parts of the schema that speak of the value at a route.
fn nodes_at<'a>(root: &'a Value, node: &'a Value, json: &Value, route: &[Step]) -> Vec<&'a Value> {
    let node = deref(root, node);
    let branches = ["anyOf", "oneOf", "allOf"]
        .iter()
        .filter_map(|word| node.get(word)?.as_array())
        .flatten()
        .filter(|branch| fits_tag(deref(root, branch), json));
    let mut found: Vec<&Value> = branches.flat_map(|branch| nodes_at(root, branch, json, route)).collect();
    let Some((step, rest)) = route.split_first() else {
        found.push(node);
        return found;
    };
    let (child, inner) = match step {
        Step::Key(key) => (value_schema(node, key), json.get(key)),
        Step::Index(index) => (node.get("items"), json.get(index)),
    };
    if let Some(child) = child {
        found.extend(nodes_at(root, child, inner.unwrap_or(&Value::Null), rest));
    }
    found
}

fn value_schema<'a>(node: &'a Value, key: &str) -> Option<&'a Value> {
    let by_pattern = || node.get("patternProperties")?.as_object()?.values().next();
    let by_name = node.get("properties").and_then(|properties| properties.get(key));
    by_name.or_else(by_pattern).or_else(|| node.get("additionalProperties"))
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

/// What a pattern asks for, in words: those of the names, or of the definition that the pattern belongs to.
fn expected(schema: &Value, pattern: &str) -> String {
    let of_definition = || {
        let definitions = schema.get("$defs")?.as_object()?;
        let belongs = |node: &&Value| node.get("pattern").and_then(Value::as_str) == Some(pattern);
        let text = definitions.values().find(belongs)?.get("description")?.as_str()?;
        let mut chars = text.trim_end_matches('.').chars();
        let first = chars.next()?.to_lowercase();
        Some(format!("expected: {first}{}", chars.as_str()))
    };
    match names::form(pattern) {
        Some(form) => format!("expected: {form}"),
        None => of_definition().unwrap_or_else(|| format!("does not match {pattern}")),
    }
}
