//! The tables of a module's README: inputs from `variables.tf`, outputs from the contract.
//!
//! They stand between `<!-- gen:inputs -->` or `<!-- gen:outputs -->` and `<!-- /gen -->`; the rest is written by hand.

use std::fmt::Write as _;

use hcl_edit::expr::{Expression, FuncCall};
use hcl_edit::structure::Body;
use serde_json::Value;

use crate::model::component::ComponentType;

use super::module::Module;
use super::types::key_name;

/// The README of a module with its tables as they should be; the error says why they cannot be made.
pub fn readme(kind: ComponentType, module: &Module) -> Result<String, String> {
    let text = file(module, "README.md")?;
    let body: Body =
        file(module, "variables.tf")?.parse().map_err(|error| format!("variables.tf: {error}"))?;
    let schema = crate::contract::schema(kind).ok_or_else(|| format!("type {kind} has no contract"))?;
    let text = replace(text, "inputs", &inputs(&body))?;
    replace(&text, "outputs", &outputs(&schema))
}

fn file<'a>(module: &'a Module, name: &str) -> Result<&'a str, String> {
    let bytes = module.files.get(name).ok_or_else(|| format!("{name} is missing"))?;
    std::str::from_utf8(bytes).map_err(|error| format!("{name}: {error}"))
}

fn replace(text: &str, section: &str, table: &str) -> Result<String, String> {
    let open = format!("<!-- gen:{section} -->\n");
    let (before, rest) =
        text.split_once(&open).ok_or_else(|| format!("README.md has no `{}`", open.trim()))?;
    let (_, after) = rest.split_once("<!-- /gen -->").ok_or("README.md has no `<!-- /gen -->`")?;
    Ok(format!("{before}{open}{table}<!-- /gen -->{after}"))
}

fn inputs(body: &Body) -> String {
    let mut out = "| input | type | default | description |\n| --- | --- | --- | --- |\n".to_owned();
    for block in body.get_blocks("variable") {
        let Some(name) = block.labels.first().map(hcl_edit::structure::BlockLabel::as_str) else { continue };
        let argument = |name: &str| block.body.get_attribute(name).map(|attribute| &attribute.value);
        let description = argument("description").and_then(Expression::as_str).unwrap_or_default();
        let default = argument("default").map(written);
        if let Some(kind) = argument("type") {
            rows(&mut out, name, kind, default.as_deref().unwrap_or("required"), description);
        }
    }
    out
}

/// The row of a value and, of what it is made of, those of its parts.
fn rows(out: &mut String, path: &str, kind: &Expression, default: &str, description: &str) {
    let (word, parts) = shape(kind);
    let _ = writeln!(out, "| `{path}` | {word} | {default} | {} |", cell(description));
    let Some((step, Expression::Object(parts))) = parts else { return };
    for (key, value) in parts {
        let Some(name) = key_name(key) else { continue };
        let (kind, default) = match optional(value.expr()) {
            Some(call) => {
                let mut arguments = call.args.iter();
                let kind = arguments.next().unwrap_or(value.expr());
                (kind, arguments.next().map_or_else(|| "none".to_owned(), written))
            }
            None => (value.expr(), "required".to_owned()),
        };
        rows(out, &format!("{path}{step}.{name}"), kind, &default, "");
    }
}

/// A type in a word or two, and the attributes of the objects in it with the way to them.
fn shape(kind: &Expression) -> (String, Option<(&'static str, &Expression)>) {
    let Expression::FuncCall(call) = kind else { return (kind.to_string().trim().to_owned(), None) };
    let name = call.name.name.as_str();
    let argument = call.args.iter().next();
    match (name, argument) {
        ("object", Some(parts)) => ("object".to_owned(), Some(("", parts))),
        (_, Some(inner)) => {
            let (word, parts) = shape(inner);
            let step = if name == "map" { ".*" } else { "[*]" };
            (format!("{name} of {word}"), parts.map(|(_, parts)| (step, parts)))
        }
        (_, None) => (name.to_owned(), None),
    }
}

fn optional(kind: &Expression) -> Option<&FuncCall> {
    match kind {
        Expression::FuncCall(call) if call.name.name.as_str() == "optional" => Some(call),
        _ => None,
    }
}

/// An expression as code on one line.
fn written(value: &Expression) -> String {
    let text = value.to_string();
    let text: Vec<&str> = text.split_whitespace().collect();
    format!("`{}`", text.join(" "))
}

fn outputs(schema: &Value) -> String {
    let mut out = "| field of `exports` | type | description |\n| --- | --- | --- |\n".to_owned();
    fields(&mut out, "", schema, schema);
    out
}

fn fields(out: &mut String, path: &str, node: &Value, root: &Value) {
    for (name, field) in node["properties"].as_object().into_iter().flatten() {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let (word, inner, step) = contract_shape(field, root);
        let description = field["description"].as_str().unwrap_or_default();
        let _ = writeln!(out, "| `{path}` | {word} | {} |", cell(description));
        if let Some(inner) = inner {
            fields(out, &format!("{path}{step}"), inner, root);
        }
    }
}

/// The type of a contract's field in a word or two, the object in it, and the way to that.
fn contract_shape<'a>(node: &'a Value, root: &'a Value) -> (String, Option<&'a Value>, &'static str) {
    if let Some(name) = node["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/")) {
        return contract_shape(&root["$defs"][name], root);
    }
    let word = match &node["type"] {
        Value::Array(words) => words.first().and_then(Value::as_str).unwrap_or_default(),
        word => word.as_str().unwrap_or_default(),
    };
    match word {
        "object" if node.get("properties").is_some() => ("object".to_owned(), Some(node), ""),
        "object" => {
            let (word, inner, _) = contract_shape(&node["additionalProperties"], root);
            (format!("map of {word}"), inner, ".*")
        }
        "array" => {
            let (word, inner, _) = contract_shape(&node["items"], root);
            (format!("list of {word}"), inner, "[*]")
        }
        "integer" => ("number".to_owned(), None, ""),
        "boolean" => ("bool".to_owned(), None, ""),
        other => (other.to_owned(), None, ""),
    }
}

/// Text in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_objects_have_rows_of_their_own() {
        let body: Body = "variable \"spec\" {\n  description = \"a | b\"\n  type = object({\n    one = optional(bool, false)\n    many = map(object({\n      days = number\n    }))\n  })\n}\nvariable \"tags\" {\n  type = map(string)\n  default = {}\n}\n"
            .parse()
            .expect("HCL");
        let table = inputs(&body);
        let rows: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(
            rows,
            [
                "| `spec` | object | required | a \\| b |",
                "| `spec.one` | bool | `false` |  |",
                "| `spec.many` | map of object | required |  |",
                "| `spec.many.*.days` | number | required |  |",
                "| `tags` | map of string | `{}` |  |",
            ]
        );
    }

    #[test]
    fn every_field_of_a_contract_has_a_row_with_its_description() {
        for kind in ComponentType::ALL {
            let Some(schema) = crate::contract::schema(kind) else { continue };
            for row in outputs(&schema).lines().skip(2) {
                assert!(!row.ends_with("|  |"), "{kind}: {row}");
            }
        }
    }

    #[test]
    fn what_stands_outside_the_markers_stays() {
        let text = "a\n<!-- gen:inputs -->\nold\n<!-- /gen -->\nb\n";
        assert_eq!(
            replace(text, "inputs", "new\n").expect("markers"),
            "a\n<!-- gen:inputs -->\nnew\n<!-- /gen -->\nb\n"
        );
        assert!(replace(text, "outputs", "").is_err());
    }
}
