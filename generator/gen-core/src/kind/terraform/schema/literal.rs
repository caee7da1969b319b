//! Literals against types: what can become what, as the engine converts.

use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;

use super::super::types::{Type, key_name};
use super::{Attribute, Class, Nesting};

/// What is wrong with a literal: where, which class, and why.
pub(super) type Mismatch = (Option<Range<usize>>, Class, String);

/// What keeps a literal from becoming a value of the argument. What is no literal is not judged.
pub(super) fn of_attribute(expression: &Expression, attribute: &Attribute, found: &mut Vec<Mismatch>) {
    let Some(nested) = &attribute.nested_type else {
        let kind = attribute.kind.as_ref().unwrap_or(&Type::Any);
        return of_type(expression, kind, found);
    };
    let object = |expression: &Expression, found: &mut Vec<Mismatch>| {
        of_object(expression, &nested.attributes, found);
    };
    match (nested.nesting_mode, bare(expression)) {
        (Nesting::Single | Nesting::Group, inner) => object(inner, found),
        (Nesting::List | Nesting::Set, Expression::Array(items)) => {
            items.iter().for_each(|item| object(bare(item), found));
        }
        (Nesting::Map, Expression::Object(entries)) => {
            entries.iter().for_each(|(_, value)| object(bare(value.expr()), found));
        }
        (mode, inner) => {
            if let Some(word) = literal_word(inner) {
                let wanted = if mode == Nesting::Map { "map of objects" } else { "list of objects" };
                found.push((inner.span(), Class::WrongType, format!("a {wanted} is needed, not a {word}")));
            }
        }
    }
}

/// An object of a nested attribute, against the attributes that it may have.
fn of_object(
    expression: &Expression,
    attributes: &std::collections::BTreeMap<String, Attribute>,
    found: &mut Vec<Mismatch>,
) {
    let Expression::Object(entries) = expression else {
        if let Some(word) = literal_word(expression) {
            found.push((expression.span(), Class::WrongType, format!("an object is needed, not a {word}")));
        }
        return;
    };
    let mut given = Vec::new();
    for (key, value) in entries {
        // A key that is computed could be any.
        let Some(name) = key_name(key) else { return };
        match attributes.get(&name) {
            None => {
                let known = attributes.iter().filter(|(_, attribute)| !attribute.is_read_only());
                let meant = super::language::nearest(&name, known.map(|(name, _)| name.as_str()));
                let meant = meant.map(|meant| format!("; {meant}")).unwrap_or_default();
                let message =
                    format!("there is no key `{name}`, and the engine would drop it in silence{meant}");
                found.push((value.expr().span(), Class::UnknownKey, message));
            }
            Some(attribute) if attribute.is_read_only() => {
                let message = format!("`{name}` can be read and not given");
                found.push((value.expr().span(), Class::ReadOnly, message));
            }
            Some(attribute) => of_attribute(value.expr(), attribute, found),
        }
        given.push(name);
    }
    for (name, _) in attributes.iter().filter(|(name, attribute)| attribute.required && !given.contains(name))
    {
        found.push((expression.span(), Class::MissingArgument, format!("`{name}` is missing")));
    }
}

/// What keeps a literal from becoming a value of a type.
pub(super) fn of_type(expression: &Expression, kind: &Type, found: &mut Vec<Mismatch>) {
    let expression = bare(expression);
    let mut refuse = |wanted: &str| {
        let word = literal_word(expression).unwrap_or("value");
        found.push((expression.span(), Class::WrongType, format!("a {wanted} is needed, not a {word}")));
    };
    match (kind, expression) {
        (Type::Number, Expression::String(text)) if !is_number(text) => refuse("number"),
        (Type::Bool, Expression::String(text)) if !matches!(text.as_str(), "true" | "false" | "1" | "0") => {
            refuse("bool");
        }
        (Type::String, Expression::Array(_) | Expression::Object(_)) => refuse("string"),
        (Type::Number, Expression::Bool(_) | Expression::Array(_) | Expression::Object(_)) => {
            refuse("number");
        }
        (Type::Bool, Expression::Number(_) | Expression::Array(_) | Expression::Object(_)) => refuse("bool"),
        (Type::List(of), Expression::Array(items)) => items.iter().for_each(|item| of_type(item, of, found)),
        (Type::Map(of), Expression::Object(entries)) => {
            entries.iter().for_each(|(_, value)| of_type(value.expr(), of, found));
        }
        (Type::Object(attributes), Expression::Object(entries)) => {
            let mut given = Vec::new();
            for (key, value) in entries {
                let Some(name) = key_name(key) else { return };
                match attributes.iter().find(|(known, _)| *known == name) {
                    Some((_, attribute)) => of_type(value.expr(), &attribute.kind, found),
                    None => found.push((
                        value.expr().span(),
                        Class::UnknownKey,
                        format!("there is no key `{name}`, and the engine would drop it in silence"),
                    )),
                }
                given.push(name);
            }
            let missing = |(name, attribute): &&(String, super::super::types::Attribute)| {
                !attribute.optional && !given.contains(name)
            };
            for (name, _) in attributes.iter().filter(missing) {
                found.push((expression.span(), Class::WrongType, format!("the object lacks `{name}`")));
            }
        }
        (Type::List(_), other) if is_literal(other) => refuse("list"),
        (Type::Map(_), other) if is_literal(other) => refuse("map"),
        (Type::Object(_), other) if is_literal(other) => refuse("object"),
        _ => {}
    }
}

/// Without parentheses.
pub(super) fn bare(expression: &Expression) -> &Expression {
    match expression {
        Expression::Parenthesis(inner) => bare(inner.inner()),
        other => other,
    }
}

fn is_literal(expression: &Expression) -> bool {
    literal_word(expression).is_some()
}

/// What a literal is called; `null` fits everywhere, so it is none.
fn literal_word(expression: &Expression) -> Option<&'static str> {
    match expression {
        Expression::String(_) | Expression::HeredocTemplate(_) => Some("string"),
        // A template of one interpolation is that value, whatever its type.
        Expression::StringTemplate(template) if template.len() > 1 => Some("string"),
        Expression::Number(_) => Some("number"),
        Expression::Bool(_) => Some("bool"),
        Expression::Array(_) => Some("list"),
        Expression::Object(_) => Some("map"),
        _ => None,
    }
}

/// Whether the engine reads a text as a number: decimal, with a point and an exponent if need be.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') && text.parse::<f64>().is_ok()
}
