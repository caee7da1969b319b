//! Bodies of blocks against what a provider's schema says of them.

use std::ops::Range;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Attribute as HclAttribute, Block as HclBlock, Body, Structure};

use super::super::types::Type;
use super::language::nearest;
use super::{Block, Class, Finding, Nesting, Schema, literal};

/// Checks the body of one block.
pub(super) struct Bodies<'a> {
    pub file: &'a Arc<str>,
    /// What the body belongs to: a type of resource, or `provider`.
    pub what: &'a str,
    pub schema: &'a Schema,
    pub findings: &'a mut Vec<Finding>,
}

/// What the language itself allows in a block, beside what the schema says.
#[derive(Clone, Copy, Default)]
pub(super) struct Meta<'a> {
    pub arguments: &'a [&'a str],
    pub blocks: &'a [&'a str],
    /// It is a resource, whose `id` looks as if it could be given.
    pub has_id: bool,
}

impl Bodies<'_> {
    pub(super) fn check(
        &mut self,
        block: &Block,
        body: &Body,
        at: Option<&Range<usize>>,
        meta: Meta<'_>,
        path: &str,
    ) {
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => self.argument(block, attribute, meta, path),
                Structure::Block(inner) => self.inner(block, inner, meta, path),
            }
        }
        for (name, attribute) in block.attributes.iter().filter(|(_, attribute)| attribute.required) {
            // `null` stands for nothing given.
            let given = body.get_attribute(name).is_some_and(|given| !literal::bare(&given.value).is_null());
            if !given && !has_blocks(body, name) {
                let help =
                    attribute.deprecated.then(|| "it is deprecated, and required all the same".to_owned());
                self.report(
                    Class::MissingArgument,
                    at.cloned(),
                    format!("{}: `{name}` is missing", self.what),
                    help,
                );
            }
        }
        self.counts(block, body, at);
    }

    fn report(&mut self, class: Class, span: Option<Range<usize>>, message: String, help: Option<String>) {
        self.findings.push(Finding { file: self.file.clone(), span, class, message, help });
    }

    fn argument(&mut self, block: &Block, given: &HclAttribute, meta: Meta<'_>, path: &str) {
        let name = given.key.as_str();
        if meta.arguments.contains(&name) {
            return;
        }
        let Some(attribute) = block.attributes.get(name) else {
            let (message, help) = if block.block_types.contains_key(name) {
                (format!("`{name}` is a block, not an argument"), Some(format!("write `{name} {{ … }}`")))
            } else {
                let settable = block.attributes.iter().filter(|(_, attribute)| !attribute.is_read_only());
                (
                    format!("{} has no argument `{name}`", self.what),
                    nearest(name, settable.map(|(name, _)| name.as_str())),
                )
            };
            return self.report(Class::UnknownArgument, given.key.span(), message, help);
        };
        // What older kits of providers call optional, and refuse all the same.
        let odd_id = meta.has_id && name == "id" && attribute.computed && !attribute.required;
        // `null` stands for nothing given.
        if (attribute.is_read_only() || odd_id) && !literal::bare(&given.value).is_null() {
            let message = format!("`{name}` of {} can be read and not given", self.what);
            return self.report(Class::ReadOnly, given.key.span(), message, None);
        }
        if attribute.deprecated {
            let message = format!("`{name}` of {} is deprecated", self.what);
            self.report(Class::Deprecated, given.key.span(), message, None);
        }
        let mut mismatches = Vec::new();
        literal::of_attribute(&given.value, attribute, &mut mismatches);
        for (span, class, message) in mismatches {
            let message = format!("`{name}` of {}: {message}", self.what);
            self.report(class, span.or_else(|| given.key.span()), message, None);
        }
        self.value(given, &join(path, name));
    }

    /// A string that is written out is one of the allowed ones, where these are known.
    fn value(&mut self, given: &HclAttribute, path: &str) {
        let schema = self.schema;
        let Some(allowed) = schema.values.get(self.what).and_then(|paths| paths.get(path)) else { return };
        let literals: Vec<&Expression> = match literal::bare(&given.value) {
            Expression::Array(items) => items.iter().collect(),
            other => vec![other],
        };
        for expression in literals {
            if let Expression::String(text) = expression
                && !allowed.iter().any(|value| value == text.as_str())
            {
                let message = format!("`{}` is none of: {}", text.as_str(), allowed.join(", "));
                self.report(
                    Class::WrongValue,
                    expression.span(),
                    message,
                    nearest(text.as_str(), allowed.iter().map(String::as_str)),
                );
            }
        }
    }

    fn inner(&mut self, block: &Block, inner: &HclBlock, meta: Meta<'_>, path: &str) {
        let word = inner.ident.as_str();
        if word == "dynamic" {
            return self.dynamic(block, inner, path);
        }
        if !meta.blocks.contains(&word) {
            self.nested(block, word, &inner.body, inner.ident.span(), path);
        }
    }

    fn nested(&mut self, block: &Block, name: &str, body: &Body, at: Option<Range<usize>>, path: &str) {
        if let Some(nested) = block.block_types.get(name) {
            if nested.block.deprecated {
                self.report(
                    Class::Deprecated,
                    at.clone(),
                    format!("block `{name}` of {} is deprecated", self.what),
                    None,
                );
            }
            return self.check(&nested.block, body, at.as_ref(), Meta::default(), &join(path, name));
        }
        // Older kits let a list of objects be written as blocks.
        if let Some(attribute) = block.attributes.get(name)
            && let Some(Type::List(of)) = &attribute.kind
            && let Type::Object(known) = of.as_ref()
        {
            for given in body.attributes() {
                let name = given.key.as_str();
                if let Some((_, attribute)) = known.iter().find(|(known, _)| known == name) {
                    let mut mismatches = Vec::new();
                    literal::of_type(&given.value, &attribute.kind, &mut mismatches);
                    for (span, class, message) in mismatches {
                        self.report(class, span, format!("`{name}` of {}: {message}", self.what), None);
                    }
                } else {
                    let message = format!("{} has no argument `{name}` here", self.what);
                    let help = nearest(name, known.iter().map(|(known, _)| known.as_str()));
                    self.report(Class::UnknownArgument, given.key.span(), message, help);
                }
            }
            return;
        }
        let (message, help) = if block.attributes.contains_key(name) {
            (format!("`{name}` is an argument, not a block"), Some(format!("write `{name} = …`")))
        } else {
            (
                format!("{} has no block `{name}`", self.what),
                nearest(name, block.block_types.keys().map(String::as_str)),
            )
        };
        self.report(Class::UnknownBlock, at, message, help);
    }

    fn dynamic(&mut self, block: &Block, dynamic: &HclBlock, path: &str) {
        let at = dynamic.ident.span();
        let Some(label) = dynamic.labels.first() else {
            return self.report(Class::Form, at, "`dynamic` needs the name of a block".to_owned(), None);
        };
        if !dynamic.body.has_attribute("for_each") {
            self.report(
                Class::MissingArgument,
                at.clone(),
                "`dynamic`: `for_each` is missing".to_owned(),
                None,
            );
        }
        match dynamic.body.get_blocks("content").next() {
            Some(content) => self.nested(block, label.as_str(), &content.body, at, path),
            None => self.report(Class::Form, at, "`dynamic` needs a block `content`".to_owned(), None),
        }
    }

    fn counts(&mut self, block: &Block, body: &Body, at: Option<&Range<usize>>) {
        for (name, nested) in &block.block_types {
            let given = body.get_blocks(name).count();
            let dynamic = body
                .get_blocks("dynamic")
                .any(|dynamic| dynamic.labels.first().is_some_and(|label| label.as_str() == name));
            let most = match nested.nesting_mode {
                Nesting::Single | Nesting::Group => 1,
                _ => nested.max_items,
            };
            if given < nested.min_items && !dynamic {
                let message = format!("{}: block `{name}` is needed {}", self.what, times(nested.min_items));
                self.report(Class::BlockCount, at.cloned(), message, None);
            }
            if most > 0 && given > most {
                let last = body.get_blocks(name).last().and_then(|block| block.ident.span());
                let message = format!("{}: block `{name}` is allowed {}", self.what, times(most));
                self.report(Class::BlockCount, last.or_else(|| at.cloned()), message, None);
            }
        }
    }
}

fn times(number: usize) -> String {
    if number == 1 { "once".to_owned() } else { format!("{number} times") }
}

fn has_blocks(body: &Body, name: &str) -> bool {
    body.has_blocks(name)
        || body
            .get_blocks("dynamic")
            .any(|block| block.labels.first().is_some_and(|label| label.as_str() == name))
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}
