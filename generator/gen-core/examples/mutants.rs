//! Breaks every module in many ways, one at a time, and says what `gen` finds; `snapshots/terraform/mutants.py` asks the engine the same.
//!
//! `mutants REPOSITORY PROVIDER MOST` writes a JSON line for each mutant, at most so many of one way in one module; a line about the
//! unmutated modules comes first.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use gen_core::kind::terraform::Terraform;
use gen_core::kind::terraform::module::Module;
use gen_core::kind::terraform::schema::{self, Block, Class, Configuration, Finding, Nesting, Schema};
use gen_core::kind::terraform::types::Type;
use gen_core::load::Repository;
use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, TraversalOperator};
use hcl_edit::structure::{Attribute, Block as HclBlock, Body, Structure};
use serde_json::json;

/// A change of a file.
struct Mutant {
    /// In which way it is broken.
    way: &'static str,
    at: Range<usize>,
    text: String,
    /// It stands where the engine looks only once values are known: in the body of a `for`, a branch, the content of `dynamic`.
    deferred: bool,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [root, provider, most] = arguments.as_slice() else {
        return Err("mutants REPOSITORY PROVIDER MOST".into());
    };
    let most: usize = most.parse()?;
    let (repository, _) = gen_core::load::load(Path::new(root));
    let (terraform, _) = Terraform::new(&repository);
    let schema = schema_of(&repository, provider)?;
    let prefix = format!("{provider}/");
    let mut out = std::io::stdout().lock();
    for (path, module) in terraform.modules().iter().filter(|(path, _)| path.starts_with(&prefix)) {
        #[expect(clippy::disallowed_methods, reason = "how long the check takes is what is asked")]
        let before = std::time::Instant::now();
        let found = check(&terraform, provider, module, None);
        let microseconds = before.elapsed().as_micros();
        writeln!(
            out,
            "{}",
            json!({"module": path, "way": "none", "microseconds": microseconds, "found": words(&found)})
        )?;
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (file, text) in texts(module) {
            for mutant in mutants(&schema, &text) {
                let count = counts.entry(mutant.way).or_default();
                *count += 1;
                if *count > most {
                    continue;
                }
                let mut changed = text.clone();
                changed.replace_range(mutant.at.clone(), &mutant.text);
                let found = check(&terraform, provider, module, Some((&file, &changed)));
                let line = json!({
                    "module": path, "way": mutant.way, "deferred": mutant.deferred, "file": file, "text": changed,
                    "line": text[..mutant.at.start].matches('\n').count() + 1, "found": words(&found),
                });
                writeln!(out, "{line}")?;
            }
        }
    }
    Ok(())
}

fn schema_of(repository: &Repository, provider: &str) -> Result<Arc<Schema>, String> {
    let (schemas, _) = schema::load(repository);
    schemas
        .iter()
        .find(|(name, _)| name.as_str() == provider)
        .map(|(_, schema)| schema.clone())
        .ok_or("no schema".to_owned())
}

fn texts(module: &Module) -> impl Iterator<Item = (String, String)> {
    let own = module.files.iter().filter(|(name, _)| name.ends_with(".tf"));
    own.filter_map(|(name, bytes)| Some((name.to_string(), String::from_utf8(bytes.to_vec()).ok()?)))
}

fn check(
    terraform: &Terraform<'_>,
    provider: &str,
    module: &Module,
    changed: Option<(&str, &str)>,
) -> Vec<Finding> {
    if changed.is_some_and(|(_, text)| text.parse::<Body>().is_err()) {
        // `gen validate` says that it does not parse, and looks no further.
        let message = "does not parse".to_owned();
        return vec![Finding { file: Arc::from(""), span: None, class: Class::Form, message, help: None }];
    }
    let files = module.files.iter().map(|(name, bytes)| match changed {
        Some((file, text)) if file == name.as_ref() => (name.as_ref(), text.as_bytes()),
        _ => (name.as_ref(), bytes.as_ref()),
    });
    terraform.check_schema(provider, &Configuration::parse(files))
}

fn words(found: &[Finding]) -> Vec<serde_json::Value> {
    found.iter().map(|finding| json!({"class": finding.class, "message": finding.message, "warns": finding.class == Class::Deprecated})).collect()
}

fn has_dynamic(body: &Body, name: &str) -> bool {
    body.get_blocks("dynamic").any(|block| block.labels.first().is_some_and(|label| label.as_str() == name))
}

/// Whether every value of a body, and of the blocks in it, is known as it stands.
fn is_literal(body: &Body) -> bool {
    body.iter().all(|structure| match structure {
        Structure::Attribute(attribute) => matches!(
            attribute.value,
            Expression::String(_) | Expression::Number(_) | Expression::Bool(_) | Expression::Null(_)
        ),
        Structure::Block(block) => block.ident.as_str() != "dynamic" && is_literal(&block.body),
    })
}

/// Every mutant of a file.
fn mutants(schema: &Schema, text: &str) -> Vec<Mutant> {
    let Ok(body) = text.parse::<Body>() else { return Vec::new() };
    let mut found = Mutants { schema, text, deferred: false, open_set: false, found: Vec::new() };
    for structure in &body {
        if let Structure::Block(block) = structure {
            found.top(block);
        }
    }
    found.found
}

struct Mutants<'a> {
    schema: &'a Schema,
    text: &'a str,
    deferred: bool,
    /// Inside a set of blocks of which a value is not known yet: the provider looks for what it requires once all are.
    open_set: bool,
    found: Vec<Mutant>,
}

impl Mutants<'_> {
    fn add(&mut self, way: &'static str, at: Range<usize>, text: impl Into<String>) {
        self.found.push(Mutant { way, at, text: text.into(), deferred: self.deferred });
    }

    /// What is inside is looked at by the engine only once values are known.
    fn later(&mut self, inside: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.deferred, true);
        inside(self);
        self.deferred = outer;
    }

    /// Something new as the first line of a block.
    fn inside(&mut self, way: &'static str, block: &HclBlock, line: &str) {
        let Some(span) = block.span() else { return };
        let Some(open) = self.text[span.clone()].find('{') else { return };
        let at = span.start + open + 1;
        self.add(way, at..at, format!("\n  {line}\n"));
    }

    fn top(&mut self, block: &HclBlock) {
        let Some(span) = block.span() else { return };
        match block.ident.as_str() {
            "variable" => {
                self.inside("argument of a variable", block, "descripton = \"x\"");
                self.add("variable twice", span.end..span.end, format!("\n{}\n", &self.text[span.clone()]));
            }
            "output" => {
                if let Some(value) = block.body.get_attribute("value").and_then(|value| value.key.span()) {
                    self.add("output without value", value, "valeu");
                }
            }
            "locals" => {
                for attribute in block.body.attributes() {
                    self.expression(&attribute.value);
                }
            }
            word @ ("resource" | "data") => {
                let types = if word == "data" { &self.schema.data } else { &self.schema.resources };
                let kind = block.labels.first().map(|label| label.as_str().to_owned()).unwrap_or_default();
                let Some(known) = types.get(&kind) else { return };
                self.add("resource twice", span.end..span.end, format!("\n{}\n", &self.text[span.clone()]));
                if let Some(label) = block.labels.first().and_then(hcl_edit::Span::span) {
                    self.add("unknown type", label, format!("\"{kind}x\""));
                }
                if let Some(label) = block.labels.get(1).and_then(hcl_edit::Span::span) {
                    self.add("label missing", label, "");
                }
                if word == "resource" {
                    self.inside("id given", block, "id = \"x\"");
                    self.inside(
                        "lifecycle of an unknown argument",
                        block,
                        "lifecycle {\n    ignore_changes = [nothing_such]\n  }",
                    );
                }
                self.inside("unknown configuration", block, "provider = aws.nowhere");
                self.body(known, block);
            }
            _ => {}
        }
    }

    fn body(&mut self, known: &Block, block: &HclBlock) {
        self.inside("new unknown argument", block, "nothing_such = true");
        self.inside("new unknown block", block, "nothing_such {}");
        if let Some((name, _)) = known
            .attributes
            .iter()
            .find(|(name, attribute)| attribute.computed && !attribute.optional && *name != "id")
        {
            self.inside("read-only given as null", block, &format!("{name} = null"));
            self.inside("read-only given", block, &format!("{name} = \"x\""));
        }
        if let Some((name, _)) = known.attributes.iter().find(|(name, attribute)| {
            attribute.deprecated
                && attribute.optional
                && !block.body.has_attribute(name)
                && attribute.kind == Some(Type::String)
        }) {
            self.inside("deprecated given", block, &format!("{name} = \"x\""));
        }
        for structure in &block.body {
            match structure {
                Structure::Attribute(attribute) => self.argument(known, attribute),
                // Blocks beside dynamic ones of their name are a part of what is not known yet.
                Structure::Block(inner) if has_dynamic(&block.body, inner.ident.as_str()) => {
                    self.later(|mutants| mutants.inner(known, inner));
                }
                Structure::Block(inner) => self.inner(known, inner),
            }
        }
    }

    fn argument(&mut self, known: &Block, given: &Attribute) {
        let name = given.key.as_str();
        let (Some(key), Some(value)) = (given.key.span(), given.value.span()) else { return };
        if let Some(attribute) = known.attributes.get(name) {
            self.add("argument misspelt", key.clone(), format!("{name}x"));
            if attribute.required {
                self.add("required argument gone", key.start..value.end, "");
                let deferred = self.deferred || self.open_set;
                let at = value.clone();
                self.found.push(Mutant {
                    way: "required argument null",
                    at,
                    text: "null".to_owned(),
                    deferred,
                });
            }
            let wrong: &[&str] = match &attribute.kind {
                Some(Type::String) => &["[]", "{}", "[\"x\"]"],
                Some(Type::Number) => &["\"x\"", "true", "[]", "\"1x\"", "\"\""],
                Some(Type::Bool) => &["\"yes\"", "3", "[]", "\"TRUE\"", "\"\""],
                Some(Type::List(_)) => &["\"x\"", "true", "4"],
                Some(Type::Map(_)) => &["\"x\"", "[\"x\"]", "4"],
                _ => &[],
            };
            for text in wrong {
                self.add("literal of the wrong type", value.clone(), *text);
            }
            // What converts must not be refused.
            let fine: &[&str] = match &attribute.kind {
                Some(Type::Number) if attribute.required => &["\"12\""],
                Some(Type::Bool) if attribute.required => &["\"true\""],
                Some(Type::Number) => &["\"12\"", "null"],
                Some(Type::Bool) => &["\"true\"", "null"],
                Some(Type::String) if !attribute.required => &["null"],
                _ => &[],
            };
            for text in fine {
                self.add("literal that converts", value.clone(), *text);
            }
        }
        self.expression(&given.value);
    }

    fn inner(&mut self, known: &Block, inner: &HclBlock) {
        let Some(span) = inner.span() else { return };
        let dynamic = inner.ident.as_str() == "dynamic";
        let name = match inner.labels.first() {
            Some(label) if dynamic => label.as_str().to_owned(),
            _ => inner.ident.as_str().to_owned(),
        };
        if dynamic {
            if let Some(label) = inner.labels.first().and_then(hcl_edit::Span::span) {
                self.add("block misspelt", label, format!("\"{name}x\""));
            }
            if let Some(attribute) = inner.body.get_attribute("for_each") {
                self.expression(&attribute.value);
            }
        } else if let Some(word) = inner.ident.span() {
            self.add("block misspelt", word, format!("{name}x"));
        }
        let Some(nested) = known.block_types.get(&name) else { return };
        if nested.min_items > 0 && !dynamic {
            self.add("required block gone", span.clone(), "");
        }
        if !dynamic {
            self.add("block twice", span.end..span.end, format!("\n{}\n", &self.text[span.clone()]));
            self.add("block as argument", span, format!("{name} = []"));
            let open = self.open_set || nested.nesting_mode == Nesting::Set && !is_literal(&inner.body);
            let outer = std::mem::replace(&mut self.open_set, open);
            self.body(&nested.block, inner);
            self.open_set = outer;
        } else if let Some(content) = inner.body.get_blocks("content").next() {
            self.later(|mutants| mutants.body(&nested.block, content));
        }
    }

    /// References and functions of an expression.
    fn expression(&mut self, expression: &Expression) {
        match expression {
            Expression::Array(items) => items.iter().for_each(|item| self.expression(item)),
            Expression::Object(entries) => {
                entries.iter().for_each(|(_, value)| self.expression(value.expr()));
            }
            Expression::StringTemplate(template) => {
                for element in template {
                    if let hcl_edit::template::Element::Interpolation(interpolation) = element {
                        self.expression(&interpolation.expr);
                    }
                }
            }
            Expression::Parenthesis(inner) => self.expression(inner.inner()),
            Expression::Conditional(choice) => {
                self.expression(&choice.cond_expr);
                self.later(|mutants| {
                    mutants.expression(&choice.true_expr);
                    mutants.expression(&choice.false_expr);
                });
            }
            Expression::FuncCall(call) => {
                if let Some(name) = call.name.name.span() {
                    self.add("unknown function", name, format!("{}x", call.name.name.as_str()));
                }
                // `try` and `can` take a fault for an answer.
                if matches!(call.name.name.as_str(), "try" | "can") {
                    self.later(|mutants| call.args.iter().for_each(|argument| mutants.expression(argument)));
                } else {
                    call.args.iter().for_each(|argument| self.expression(argument));
                }
            }
            Expression::BinaryOp(operation) => {
                self.expression(&operation.lhs_expr);
                self.expression(&operation.rhs_expr);
            }
            Expression::ForExpr(each) => {
                self.expression(&each.intro.collection_expr);
                self.later(|mutants| mutants.expression(&each.value_expr));
            }
            Expression::Traversal(traversal) => self.traversal(traversal),
            _ => {}
        }
    }

    fn traversal(&mut self, traversal: &hcl_edit::expr::Traversal) {
        let Expression::Variable(root) = &traversal.expr else { return };
        let (Some(first), Some(whole)) = (root.span(), traversal.span()) else { return };
        let names: Vec<(&str, Option<Range<usize>>)> = traversal
            .operators
            .iter()
            .map_while(|operator| match operator.value() {
                TraversalOperator::GetAttr(name) => Some((name.as_str(), name.span())),
                _ => None,
            })
            .collect();
        let deferred = self.deferred;
        let mut misspell = |way: &'static str, index: usize| {
            if let Some((name, Some(span))) = names.get(index) {
                self.found.push(Mutant { way, at: span.clone(), text: format!("{name}x"), deferred });
            }
        };
        match root.value().as_str() {
            "var" => {
                misspell("unknown variable", 0);
                misspell("unknown attribute of a variable", 1);
            }
            "local" => misspell("unknown local", 0),
            "data" => {
                misspell("unknown data source", 1);
                misspell("unknown attribute of a data source", 2);
            }
            "each" => self.add("each without for_each", whole, "count.index"),
            kind if self.schema.resources.contains_key(kind) => {
                misspell("unknown resource", 0);
                misspell("unknown attribute of a resource", 1);
                if names.len() >= 2 {
                    let at = names[0].1.clone().map_or(first.end, |span| span.end);
                    self.add("index of one", at..at, "[0]");
                } else if let Some(TraversalOperator::Index(_)) =
                    traversal.operators.get(1).map(hcl_edit::Decorated::value)
                    && let Some(index) = traversal.operators[1].span()
                {
                    let _ = index;
                    if let Some((_, Some(name))) = names.first() {
                        let rest = self.text[name.end..whole.end].find(']').map(|at| name.end + at + 1);
                        if let Some(end) = rest {
                            self.add("index of several gone", name.end..end, "");
                        }
                    }
                }
            }
            _ => {}
        }
    }
}
