//! Literals against types: what can become what, as the engine converts.

use std::ops::Range;

use hcl_edit::Span as _;
use hcl_edit::expr::{Conditional, Expression};

use super::super::types::{Type, key_name};
use super::{Attribute, Class, Nesting};

/// What is wrong with a literal: where, which class, and why.
pub(super) type Mismatch = (Option<Range<usize>>, Class, String);

/// What keeps a literal from becoming a value of the argument. What is no literal is not judged.
pub(super) fn of_attribute(expression: &Expression, attribute: &Attribute, found: &mut Vec<Mismatch>) {
    if let Expression::Conditional(choice) = bare(expression) {
        arms(choice).for_each(|arm| of_attribute(arm, attribute, found));
        return;
    }
    let Some(nested) = &attribute.nested_type else {
        let kind = attribute.kind.as_ref().unwrap_or(&Type::Any);
        return of_type(expression, kind, found);
    };
    let object = |expression: &Expression, found: &mut Vec<Mismatch>| {
        of_object(bare(expression), &nested.attributes, found);
    };
    match (nested.nesting_mode, bare(expression)) {
        (Nesting::Single | Nesting::Group, inner) => object(inner, found),
        (Nesting::List | Nesting::Set, Expression::Array(items)) => {
            items.iter().for_each(|item| object(item, found));
        }
        (Nesting::Map, Expression::Object(entries)) => {
            entries.iter().for_each(|(_, value)| object(value.expr(), found));
        }
        (Nesting::List | Nesting::Set, Expression::ForExpr(each)) if each.key_expr.is_none() => {
            object(&each.value_expr, found);
        }
        (Nesting::Map, Expression::ForExpr(each)) if each.key_expr.is_some() => {
            // What is grouped under a key is a list of results.
            if !each.grouping {
                object(&each.value_expr, found);
            }
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
    if let Expression::Conditional(choice) = expression {
        arms(choice).for_each(|arm| of_object(bare(arm), attributes, found));
        return;
    }
    let Expression::Object(entries) = expression else {
        // Keys that are computed could be any.
        if let Some(word) = literal_word(expression).filter(|_| !makes_map(expression)) {
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
    if let Expression::Conditional(choice) = expression {
        arms(choice).for_each(|arm| of_type(arm, kind, found));
        return;
    }
    let mut refuse = |wanted: &str| {
        let word = literal_word(expression).unwrap_or("value");
        found.push((expression.span(), Class::WrongType, format!("a {wanted} is needed, not a {word}")));
    };
    match (kind, expression) {
        (Type::Number, Expression::String(text)) if !is_number(text) => refuse("number"),
        (Type::Bool, Expression::String(text)) if !matches!(text.as_str(), "true" | "false" | "1" | "0") => {
            refuse("bool");
        }
        (Type::String, Expression::Array(_) | Expression::Object(_) | Expression::ForExpr(_)) => {
            refuse("string");
        }
        (
            Type::Number,
            Expression::Bool(_) | Expression::Array(_) | Expression::Object(_) | Expression::ForExpr(_),
        ) => refuse("number"),
        (
            Type::Bool,
            Expression::Number(_) | Expression::Array(_) | Expression::Object(_) | Expression::ForExpr(_),
        ) => refuse("bool"),
        (Type::List(of), Expression::ForExpr(each)) if each.key_expr.is_none() => {
            of_type(&each.value_expr, of, found);
        }
        (Type::Map(of), Expression::ForExpr(each)) if each.key_expr.is_some() => {
            // What is grouped under a key is a list of results.
            match (each.grouping, of.as_ref()) {
                (false, of) => of_type(&each.value_expr, of, found),
                (true, Type::List(of)) => of_type(&each.value_expr, of, found),
                (true, _) => {}
            }
        }
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
        (Type::Object(_), other) if is_literal(other) && !makes_map(other) => refuse("object"),
        _ => {}
    }
}

/// What a condition chooses between.
fn arms(choice: &Conditional) -> impl Iterator<Item = &Expression> {
    [&choice.true_expr, &choice.false_expr].into_iter()
}

/// `{for … : key => value}`, whose keys are not known.
fn makes_map(expression: &Expression) -> bool {
    matches!(expression, Expression::ForExpr(each) if each.key_expr.is_some())
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
        Expression::ForExpr(each) => Some(if each.key_expr.is_some() { "map" } else { "list" }),
        _ => None,
    }
}

/// Whether the engine reads a text as a number: decimal, with a point and an exponent if need be.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') && text.parse::<f64>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Classes of what is wrong with an expression, for an argument with this schema.
    fn classes(schema: &serde_json::Value, text: &str) -> Vec<Class> {
        let attribute: Attribute = serde_json::from_value(schema.clone()).expect("a schema");
        let expression: Expression = text.parse().expect("an expression");
        let mut found = Vec::new();
        of_attribute(&expression, &attribute, &mut found);
        found.into_iter().map(|(_, class, _)| class).collect()
    }

    #[test]
    fn results_of_for_and_both_arms_are_judged_as_what_they_become() {
        use Class::{MissingArgument, UnknownKey, WrongType};
        let attributes = serde_json::json!({
            "name": {"type": "string", "required": true}, "size": {"type": "number", "optional": true}
        });
        let nested =
            |mode: &str| serde_json::json!({"nested_type": {"nesting_mode": mode, "attributes": attributes}});
        let (list, map, single) = (nested("list"), nested("map"), nested("single"));
        let (strings, numbers) =
            (serde_json::json!({"type": ["list", "string"]}), serde_json::json!({"type": ["map", "number"]}));
        for (schema, text, wanted) in [
            (&list, "[for k, v in x : { name = k, size = v.size }]", vec![]),
            (&list, "[for k, v in x : { nam = k }]", vec![UnknownKey, MissingArgument]),
            (&list, r#"[for k in x : { name = k, size = "large" }]"#, vec![WrongType]),
            (&list, "[for k in x : (k.a ? { name = k } : { name = [k] })]", vec![WrongType]),
            (&list, r#"x ? [for k in x : { name = k }] : [{ nam = 1, name = "a" }]"#, vec![UnknownKey]),
            (&list, "{ for k in x : k => { name = k } }", vec![WrongType]),
            (&map, "{ for k in x : k => { name = k } }", vec![]),
            (&map, "{ for k in x : k => { name = k, siz = 1 } }", vec![UnknownKey]),
            (&map, "{ for k in x : k => { nam = k }... }", vec![]),
            (&map, "[for k in x : { name = k }]", vec![WrongType]),
            (&single, "{ for k in x : k => k }", vec![]),
            (&single, "[for k in x : k]", vec![WrongType]),
            (&single, r#"x ? { nam = "a", name = "b" } : null"#, vec![UnknownKey]),
            (&strings, "[for k in x : k]", vec![]),
            (&strings, "[for k in x : [k]]", vec![WrongType]),
            (&strings, "{ for k in x : k => k }", vec![WrongType]),
            (&numbers, "{ for k in x : k => true }", vec![WrongType]),
            (&numbers, r#"x ? {} : { a = "b" }"#, vec![WrongType]),
        ] {
            assert_eq!(classes(schema, text), wanted, "{text}");
        }
    }
}
