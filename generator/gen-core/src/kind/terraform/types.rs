//! Terraform's type expressions: parsed from modules, made from contracts, checked against values.

use std::fmt;
use std::fmt::Write as _;

use hcl_edit::expr::{Expression, FuncCall, ObjectKey};
use serde_json::Value;

/// A type, as written in a variable's `type` argument.
#[derive(Debug, Clone)]
pub enum Type {
    /// `any`.
    Any,
    /// `string`.
    String,
    /// `number`.
    Number,
    /// `bool`.
    Bool,
    /// `list(...)`, `set(...)`.
    List(Box<Type>),
    /// `map(...)`.
    Map(Box<Type>),
    /// `object({...})`, attributes in the order in which they are written.
    Object(Vec<(String, Attribute)>),
}

/// An attribute of an object type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Its type.
    pub kind: Type,
    /// Wrapped in `optional(...)`.
    pub optional: bool,
}

impl Type {
    /// Reads a type expression; the error says what is not understood.
    pub fn parse(expression: &Expression) -> Result<Self, String> {
        match expression {
            Expression::Variable(name) => match name.value().as_str() {
                "any" => Ok(Self::Any),
                "string" => Ok(Self::String),
                "number" => Ok(Self::Number),
                "bool" => Ok(Self::Bool),
                other => Err(format!("`{other}` is no type")),
            },
            Expression::FuncCall(call) => Self::parse_call(call),
            other => Err(format!("`{other}` is no type")),
        }
    }

    fn parse_call(call: &FuncCall) -> Result<Self, String> {
        let name = call.name.name.as_str();
        let argument = call.args.iter().next().ok_or_else(|| format!("`{name}` without argument"))?;
        match name {
            "list" | "set" => Ok(Self::List(Box::new(Self::parse(argument)?))),
            "map" => Ok(Self::Map(Box::new(Self::parse(argument)?))),
            "object" => {
                let Expression::Object(object) = argument else {
                    return Err("`object` without attributes".to_owned());
                };
                let mut attributes = Vec::new();
                for (key, value) in object {
                    let name = key_name(key).ok_or("an attribute's name is not plain")?;
                    attributes.push((name, Attribute::parse(value.expr())?));
                }
                Ok(Self::Object(attributes))
            }
            other => Err(format!("`{other}` is no type")),
        }
    }

    /// The type that a JSON Schema of a contract describes.
    pub fn from_schema(schema: &Value) -> Result<Self, String> {
        Self::from_node(schema, schema)
    }

    fn from_node(node: &Value, root: &Value) -> Result<Self, String> {
        if let Some(name) =
            node.get("$ref").and_then(Value::as_str).and_then(|path| path.strip_prefix("#/$defs/"))
        {
            let target = root.get("$defs").and_then(|defs| defs.get(name));
            return Self::from_node(target.ok_or_else(|| format!("`{name}` is not defined"))?, root);
        }
        let word = match node.get("type") {
            Some(Value::String(word)) => word.as_str(),
            Some(Value::Array(words)) => {
                words.iter().filter_map(Value::as_str).find(|word| *word != "null").unwrap_or_default()
            }
            _ => "",
        };
        match word {
            "string" => Ok(Self::String),
            "integer" | "number" => Ok(Self::Number),
            "boolean" => Ok(Self::Bool),
            "array" => Ok(Self::List(Box::new(Self::from_node(&node["items"], root)?))),
            "object" => match node.get("properties").and_then(Value::as_object) {
                Some(properties) => {
                    let attribute = |(name, node): (&String, &Value)| {
                        let optional = node.get("type").is_some_and(Value::is_array);
                        Ok((name.clone(), Attribute { kind: Self::from_node(node, root)?, optional }))
                    };
                    properties.iter().map(attribute).collect::<Result<_, String>>().map(Self::Object)
                }
                None => Ok(Self::Map(Box::new(Self::from_node(&node["additionalProperties"], root)?))),
            },
            other => Err(format!("no Terraform type for `{other}`")),
        }
    }

    /// What does not fit about `value`, each with its path. Stricter than Terraform: an attribute that the type does
    /// not know is reported, where Terraform drops it in silence, and nothing is converted.
    pub fn mismatches(&self, value: &Value) -> Vec<String> {
        let mut found = Vec::new();
        self.collect(value, "", &mut found);
        found
    }

    fn collect(&self, value: &Value, path: &str, found: &mut Vec<String>) {
        match (self, value) {
            (Self::Any, _)
            | (Self::String, Value::String(_))
            | (Self::Number, Value::Number(_))
            | (Self::Bool, Value::Bool(_)) => {}
            (Self::List(kind), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    kind.collect(item, &format!("{path}[{index}]"), found);
                }
            }
            (Self::Map(kind), Value::Object(entries)) => {
                for (key, item) in entries {
                    kind.collect(item, &format!("{path}.{key}"), found);
                }
            }
            (Self::Object(attributes), Value::Object(entries)) => {
                for (name, attribute) in attributes {
                    match entries.get(name) {
                        // What is not there at all is written as null, and Terraform takes it so.
                        Some(Value::Null) => {}
                        None if attribute.optional => {}
                        Some(item) => attribute.kind.collect(item, &format!("{path}.{name}"), found),
                        None => found.push(format!("{path}.{name} is missing")),
                    }
                }
                for name in entries.keys().filter(|name| !attributes.iter().any(|(known, _)| known == *name))
                {
                    found.push(format!("{path}.{name} is not known to the type"));
                }
            }
            (kind, _) => found.push(format!(
                "{} is not a {}",
                if path.is_empty() { "the value" } else { path },
                kind.word()
            )),
        }
    }

    /// What a value of the type is called.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Any => "value",
            Self::String => "string",
            Self::Number => "number",
            Self::Bool => "bool",
            Self::List(_) => "list",
            Self::Map(_) => "map",
            Self::Object(_) => "object",
        }
    }

    /// Writes the type in canonical form, starting at a column of so many spaces.
    pub fn write(&self, out: &mut String, indent: usize) {
        match self {
            Self::Any => out.push_str("any"),
            Self::String => out.push_str("string"),
            Self::Number => out.push_str("number"),
            Self::Bool => out.push_str("bool"),
            Self::List(kind) => wrap("list", kind, out, indent),
            Self::Map(kind) => wrap("map", kind, out, indent),
            Self::Object(attributes) => {
                out.push_str("object({\n");
                let pad = " ".repeat(indent + 2);
                // `terraform fmt` aligns `=` within runs of single-line attributes only.
                let lines: Vec<(&String, String)> =
                    attributes.iter().map(|(name, attribute)| (name, attribute.text(indent + 2))).collect();
                for run in lines.chunk_by(|a, b| !a.1.contains('\n') && !b.1.contains('\n')) {
                    let width = run.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
                    for (name, text) in run {
                        // Writing to a string cannot fail.
                        let _ = writeln!(out, "{pad}{name:width$} = {text}");
                    }
                }
                out.push_str(&" ".repeat(indent));
                out.push_str("})");
            }
        }
    }
}

/// The name that an object's key stands for, if it is plain.
pub(super) fn key_name(key: &ObjectKey) -> Option<String> {
    match key {
        ObjectKey::Ident(name) => Some(name.as_str().to_owned()),
        ObjectKey::Expression(expression) => match expression {
            Expression::String(name) => Some(name.as_str().to_owned()),
            Expression::Variable(name) => Some(name.value().as_str().to_owned()),
            _ => None,
        },
    }
}

fn wrap(name: &str, kind: &Type, out: &mut String, indent: usize) {
    out.push_str(name);
    out.push('(');
    kind.write(out, indent);
    out.push(')');
}

impl PartialEq for Type {
    /// The order of attributes does not matter.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, Self::Any)
            | (Self::String, Self::String)
            | (Self::Number, Self::Number)
            | (Self::Bool, Self::Bool) => true,
            (Self::List(a), Self::List(b)) | (Self::Map(a), Self::Map(b)) => a == b,
            (Self::Object(a), Self::Object(b)) => {
                a.len() == b.len() && a.iter().all(|attribute| b.contains(attribute))
            }
            _ => false,
        }
    }
}

impl Eq for Type {}

impl Attribute {
    fn parse(expression: &Expression) -> Result<Self, String> {
        if let Expression::FuncCall(call) = expression
            && call.name.name.as_str() == "optional"
        {
            let argument = call.args.iter().next().ok_or("`optional` without argument")?;
            return Ok(Self { kind: Type::parse(argument)?, optional: true });
        }
        Ok(Self { kind: Type::parse(expression)?, optional: false })
    }

    fn text(&self, indent: usize) -> String {
        let mut text = String::new();
        if self.optional {
            text.push_str("optional(");
        }
        self.kind.write(&mut text, indent);
        if self.optional {
            text.push(')');
        }
        text
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.write(&mut text, 0);
        f.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(text: &str) -> Type {
        let body: hcl_edit::structure::Body = format!("type = {text}\n").parse().expect("HCL");
        Type::parse(&body.get_attribute("type").expect("the attribute").value).expect("a type")
    }

    #[test]
    fn types_are_read_and_written_in_canonical_form() {
        let text = "object({\n  name = string\n  size = optional(number)\n  pools = map(object({\n    min = number\n  }))\n  tags = list(string)\n})";
        assert_eq!(parse(text).to_string(), text);
        assert_eq!(parse("object({ b = bool, a = set(any) })"), parse("object({ a = list(any), b = bool })"));
        assert_ne!(parse("object({ a = bool })"), parse("object({ a = optional(bool) })"));
    }

    #[test]
    fn values_are_checked_more_strictly_than_terraform_does() {
        let kind = parse("object({ name = string, size = optional(number), pools = map(list(bool)) })");
        assert!(kind.mismatches(&json!({"name": "a", "pools": {"x": [true]}})).is_empty());
        assert_eq!(
            kind.mismatches(&json!({"name": 1, "siez": 2, "pools": {"x": ["true"]}})),
            [".name is not a string", ".pools.x[0] is not a bool", ".siez is not known to the type"]
        );
        assert_eq!(kind.mismatches(&json!([])), ["the value is not a object"]);
    }

    #[test]
    fn contracts_have_types() {
        for kind in crate::model::component::ComponentType::ALL {
            if let Some(schema) = crate::contract::schema(kind) {
                let of_contract = Type::from_schema(&schema).expect("a type");
                assert_eq!(parse(&of_contract.to_string()), of_contract, "{kind}");
            }
        }
    }
}
