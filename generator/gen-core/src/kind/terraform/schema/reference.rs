//! References: what is referred to is declared, has the attribute, and is one or many as it is used.

use std::ops::Range;
use std::sync::Arc;

use hcl_edit::expr::{Expression, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::structure::{Attribute, Block as HclBlock, Body, Structure};
use hcl_edit::template::{Directive, Element, Template};
use hcl_edit::{Decorated, Ident, Span as _};

use super::super::types::Type;
use super::functions::FUNCTIONS;
use super::language::nearest;
use super::scope::{Instances, Mode, Scope};
use super::{Block, Class, Finding};

/// Checks the references of one block of a file.
pub(super) struct References<'a> {
    pub scope: &'a Scope,
    pub file: &'a Arc<str>,
    /// `each` has a meaning.
    pub each: bool,
    /// `count` has a meaning.
    pub count: bool,
    /// `self` has a meaning.
    pub itself: bool,
    /// Names that `for` and `dynamic` introduce, with what each stands for.
    pub names: Vec<(String, Type)>,
    pub findings: &'a mut Vec<Finding>,
}

impl References<'_> {
    /// Every expression of a body, save the arguments that are names and not values.
    pub(super) fn body(&mut self, body: &Body, skip: &[&str]) {
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => self.attribute(attribute, skip),
                Structure::Block(block) if block.ident.as_str() == "dynamic" => self.dynamic(block),
                Structure::Block(block) => {
                    let outer = self.itself;
                    self.itself |=
                        matches!(block.ident.as_str(), "postcondition" | "provisioner" | "connection");
                    self.body(&block.body, &["ignore_changes"]);
                    self.itself = outer;
                }
            }
        }
    }

    fn attribute(&mut self, attribute: &Attribute, skip: &[&str]) {
        if !skip.contains(&attribute.key.as_str()) {
            self.expression(&attribute.value);
        }
    }

    /// `dynamic "rule" { for_each = … content { … } }`: inside, `rule.key` and `rule.value` have a meaning.
    fn dynamic(&mut self, block: &HclBlock) {
        let label = block.labels.first().map(|label| label.as_str().to_owned()).unwrap_or_default();
        let iterator =
            block.body.get_attribute("iterator").and_then(|attribute| attribute.value.as_variable());
        let name = iterator.map_or(label, |name| name.as_str().to_owned());
        if let Some(attribute) = block.body.get_attribute("for_each") {
            self.expression(&attribute.value);
        }
        self.names.push((name, Type::Any));
        for inner in block.body.blocks() {
            self.body(&inner.body, &[]);
        }
        self.names.pop();
    }

    /// An expression and everything in it.
    pub(super) fn expression(&mut self, expression: &Expression) {
        match expression {
            Expression::Null(_) | Expression::Bool(_) | Expression::Number(_) | Expression::String(_) => {}
            Expression::Array(items) => items.iter().for_each(|item| self.expression(item)),
            Expression::Object(entries) => {
                for (key, value) in entries {
                    // A plain word is a key's name, not a reference.
                    if let ObjectKey::Expression(key) = key
                        && !matches!(key, Expression::Variable(_))
                    {
                        self.expression(key);
                    }
                    self.expression(value.expr());
                }
            }
            Expression::StringTemplate(template) => self.elements(template.iter()),
            Expression::HeredocTemplate(heredoc) => self.template(&heredoc.template),
            Expression::Parenthesis(inner) => self.expression(inner.inner()),
            Expression::Variable(name) => self.judge(name.value().as_str(), &[], name.span()),
            Expression::Conditional(conditional) => {
                self.expression(&conditional.cond_expr);
                self.expression(&conditional.true_expr);
                self.expression(&conditional.false_expr);
            }
            Expression::FuncCall(call) => {
                self.function(call);
                call.args.iter().for_each(|argument| self.expression(argument));
            }
            Expression::Traversal(traversal) => self.traversal(traversal),
            Expression::UnaryOp(operation) => self.expression(&operation.expr),
            Expression::BinaryOp(operation) => {
                self.expression(&operation.lhs_expr);
                self.expression(&operation.rhs_expr);
            }
            Expression::ForExpr(each) => {
                let intro = &each.intro;
                self.expression(&intro.collection_expr);
                let names = self.introduced(intro.key_var.as_ref(), &intro.value_var, &intro.collection_expr);
                self.within(names, |references| {
                    each.key_expr.iter().for_each(|key| references.expression(key));
                    references.expression(&each.value_expr);
                    each.cond.iter().for_each(|condition| references.expression(&condition.expr));
                });
            }
        }
    }

    /// The names of a `for`; the value is an element of the collection, as far as that is known.
    fn introduced(
        &self,
        key: Option<&Decorated<Ident>>,
        value: &Decorated<Ident>,
        collection: &Expression,
    ) -> Vec<(String, Type)> {
        let element = match self.known_type(collection) {
            Type::List(of) | Type::Map(of) => *of,
            _ => Type::Any,
        };
        let key = key.map(|key| (key.as_str().to_owned(), Type::Any));
        key.into_iter().chain([(value.as_str().to_owned(), element)]).collect()
    }

    /// The type of a reference to a variable, or to what a `for` introduced.
    fn known_type(&self, expression: &Expression) -> Type {
        let Expression::Traversal(traversal) = expression else {
            return match expression {
                Expression::Parenthesis(inner) => self.known_type(inner.inner()),
                Expression::Variable(name) => {
                    self.introduced_type(name.value().as_str()).unwrap_or(Type::Any)
                }
                _ => Type::Any,
            };
        };
        let Expression::Variable(root) = &traversal.expr else { return Type::Any };
        let path = traversal.operators.as_slice();
        let (kind, rest) = match (root.value().as_str(), path.split_first()) {
            ("var", Some((first, rest))) => {
                (name_of(first).and_then(|name| self.scope.variables.get(name)).cloned(), rest)
            }
            (name, _) => (self.introduced_type(name), path),
        };
        kind.and_then(|kind| descend(&kind, rest).ok()).unwrap_or(Type::Any)
    }

    /// What a name stands for; inner names hide outer ones.
    fn introduced_type(&self, name: &str) -> Option<Type> {
        self.names.iter().rev().find(|(known, _)| known == name).map(|(_, kind)| kind.clone())
    }

    fn within(&mut self, names: Vec<(String, Type)>, inside: impl FnOnce(&mut Self)) {
        let outer = self.names.len();
        self.names.extend(names);
        inside(self);
        self.names.truncate(outer);
    }

    fn template(&mut self, template: &Template) {
        self.elements(template.iter());
    }

    fn elements<'t>(&mut self, elements: impl Iterator<Item = &'t Element>) {
        for element in elements {
            match element {
                Element::Literal(_) => {}
                Element::Interpolation(interpolation) => self.expression(&interpolation.expr),
                Element::Directive(directive) => match directive.as_ref() {
                    Directive::If(choice) => {
                        self.expression(&choice.if_expr.cond_expr);
                        self.template(&choice.if_expr.template);
                        choice.else_expr.iter().for_each(|other| self.template(&other.template));
                    }
                    Directive::For(each) => {
                        let each = &each.for_expr;
                        self.expression(&each.collection_expr);
                        let names =
                            self.introduced(each.key_var.as_ref(), &each.value_var, &each.collection_expr);
                        self.within(names, |references| references.template(&each.template));
                    }
                },
            }
        }
    }

    fn function(&mut self, call: &hcl_edit::expr::FuncCall) {
        let name = call.name.name.as_str();
        let known = if call.name.is_namespaced() {
            let spaces: Vec<&str> = call.name.namespace.iter().map(|space| space.as_str()).collect();
            match spaces.as_slice() {
                ["core"] => FUNCTIONS.contains(&name),
                ["provider", local] => {
                    self.scope.schema(local).is_none_or(|schema| schema.functions.contains(name))
                }
                _ => false,
            }
        } else {
            FUNCTIONS.contains(&name)
        };
        if !known {
            let message = format!("there is no function `{name}`");
            self.report(
                Class::UnknownFunction,
                call.name.name.span(),
                message,
                nearest(name, FUNCTIONS.iter().copied()),
            );
        }
    }

    fn traversal(&mut self, traversal: &Traversal) {
        for operator in &traversal.operators {
            if let TraversalOperator::Index(index) = operator.value() {
                self.expression(index);
            }
        }
        match &traversal.expr {
            Expression::Variable(name) => {
                self.judge(name.value().as_str(), &traversal.operators, traversal.span());
            }
            other => self.expression(other),
        }
    }

    fn report(&mut self, class: Class, span: Option<Range<usize>>, message: String, help: Option<String>) {
        self.findings.push(Finding { file: self.file.clone(), span, class, message, help });
    }

    fn judge(&mut self, root: &str, path: &[Decorated<TraversalOperator>], span: Option<Range<usize>>) {
        let outcome = match self.introduced_type(root) {
            Some(kind) => descend(&kind, path).map(drop),
            None => self.resolve(root, path),
        };
        if let Err((class, message, help)) = outcome {
            self.report(class, span, message, help);
        }
    }

    fn resolve(&self, root: &str, path: &[Decorated<TraversalOperator>]) -> Result<(), Wrong> {
        let scope = self.scope;
        let first = path.first().and_then(|operator| name_of(operator));
        let undeclared = |message: String, help: Option<String>| Err((Class::Undeclared, message, help));
        let rest = path.get(1..).unwrap_or_default();
        match (root, first) {
            ("var", Some(name)) => match scope.variables.get(name) {
                Some(kind) => descend(kind, rest).map(drop),
                None => undeclared(
                    format!("there is no variable `{name}`"),
                    nearest(name, scope.variables.keys().map(String::as_str)),
                ),
            },
            ("local", Some(name)) if scope.locals.contains(name) => Ok(()),
            ("local", Some(name)) => undeclared(
                format!("there is no local `{name}`"),
                nearest(name, scope.locals.iter().map(String::as_str)),
            ),
            ("module", Some(name)) => match scope.calls.get(name) {
                None => undeclared(
                    format!("there is no module `{name}`"),
                    nearest(name, scope.calls.keys().map(String::as_str)),
                ),
                Some(call) => {
                    let rest = instance(&format!("module.{name}"), call.instances, rest)?;
                    let Some(module) = &call.module else { return Ok(()) };
                    match rest.first().and_then(|operator| name_of(operator)) {
                        Some("exports") | None => Ok(()),
                        Some(other) => Err((
                            Class::UnknownAttribute,
                            format!("module {} has no output `{other}`", module.path),
                            Some("it has `exports`".to_owned()),
                        )),
                    }
                }
            },
            ("data" | "ephemeral", Some(kind)) => {
                let mode = if root == "data" { Mode::Data } else { Mode::Ephemeral };
                self.resource(mode, kind, rest)
            }
            ("each", Some("key" | "value")) if self.each => Ok(()),
            ("each", Some(other)) if self.each => {
                let message = format!("`each` has `key` and `value`, and no `{other}`");
                undeclared(message, nearest(other, ["key", "value"]))
            }
            ("each", _) => undeclared("`each` has a meaning where there is `for_each`".to_owned(), None),
            ("count", Some("index")) if self.count => Ok(()),
            ("count", Some(other)) if self.count => {
                undeclared(format!("`count` has `index`, and no `{other}`"), None)
            }
            ("count", _) => undeclared("`count` has a meaning where there is `count`".to_owned(), None),
            ("self", _) if self.itself => Ok(()),
            ("path", Some("module" | "root" | "cwd"))
            | ("terraform", Some("workspace" | "applying"))
            | ("template", _) => Ok(()),
            (kind, Some(_)) if kind.contains('_') => self.resource(Mode::Managed, kind, path),
            _ => undeclared(format!("`{root}` refers to nothing"), None),
        }
    }

    /// `<type>.<name>…` after the prefix of its mode.
    fn resource(&self, mode: Mode, kind: &str, path: &[Decorated<TraversalOperator>]) -> Result<(), Wrong> {
        let Some(name) = path.first().and_then(|operator| name_of(operator)) else {
            return Err((
                Class::Undeclared,
                format!("`{}{kind}` is a type, not a thing", mode.prefix()),
                None,
            ));
        };
        let address = format!("{}{kind}.{name}", mode.prefix());
        let Some(instances) = self.scope.resources.get(&(mode, kind.to_owned(), name.to_owned())) else {
            let of_type = self.scope.resources.keys().filter(|(known, of, _)| *known == mode && of == kind);
            let help = nearest(name, of_type.map(|(_, _, name)| name.as_str()));
            return Err((Class::Undeclared, format!("there is no `{address}`"), help));
        };
        let rest = instance(&address, *instances, &path[1..])?;
        match self.scope.block(mode, kind) {
            Some(block) => descend_block(kind, block, rest),
            None => Ok(()),
        }
    }
}

/// Why a reference is refused.
type Wrong = (Class, String, Option<String>);

fn name_of(operator: &Decorated<TraversalOperator>) -> Option<&str> {
    match operator.value() {
        TraversalOperator::GetAttr(name) => Some(name.as_str()),
        _ => None,
    }
}

/// What remains of a path once one of many instances is chosen.
fn instance<'p>(
    address: &str,
    instances: Instances,
    path: &'p [Decorated<TraversalOperator>],
) -> Result<&'p [Decorated<TraversalOperator>], Wrong> {
    let next = path.first().map(hcl_edit::Decorated::value);
    match (instances, next) {
        (_, None) | (Instances::One, Some(TraversalOperator::GetAttr(_))) => Ok(path),
        (Instances::Many, Some(TraversalOperator::GetAttr(_))) => Err((
            Class::Instance,
            format!("there are several `{address}`: say which"),
            Some(format!("{address}[each.key], {address}[0] or {address}[*]")),
        )),
        (Instances::Many, Some(_)) => Ok(&path[1..]),
        (Instances::One, Some(TraversalOperator::Index(_) | TraversalOperator::LegacyIndex(_))) => {
            Err((Class::Instance, format!("there is one `{address}`, without index"), None))
        }
        (Instances::One, Some(TraversalOperator::FullSplat(_) | TraversalOperator::AttrSplat(_))) => {
            Ok(&path[1..])
        }
    }
}

fn descend_block(kind: &str, block: &Block, path: &[Decorated<TraversalOperator>]) -> Result<(), Wrong> {
    let Some(first) = path.first() else { return Ok(()) };
    let Some(name) = name_of(first) else { return Ok(()) };
    if let Some(attribute) = block.attributes.get(name) {
        return descend(&attribute.value_type(), &path[1..]).map(drop);
    }
    if let Some(nested) = block.block_types.get(name) {
        return descend(&nested.nesting_mode.of(nested.block.value_type()), &path[1..]).map(drop);
    }
    let known = block.attributes.keys().chain(block.block_types.keys());
    Err((
        Class::UnknownAttribute,
        format!("{kind} has no attribute `{name}`"),
        nearest(name, known.map(String::as_str)),
    ))
}

/// Follows a path through a type, to the type of what is there.
fn descend(kind: &Type, path: &[Decorated<TraversalOperator>]) -> Result<Type, Wrong> {
    let Some(first) = path.first() else { return Ok(kind.clone()) };
    let rest = &path[1..];
    let is_splat = matches!(first.value(), TraversalOperator::FullSplat(_) | TraversalOperator::AttrSplat(_));
    match (kind, first.value()) {
        (Type::Any, _) => Ok(Type::Any),
        // A splat of what is no list takes it for a list of one.
        (kind, _) if is_splat => {
            let of = if let Type::List(of) = kind { of } else { kind };
            Ok(Type::List(Box::new(descend(of, rest)?)))
        }
        (Type::Object(attributes), TraversalOperator::GetAttr(name)) => {
            of_object(attributes, name.as_str(), rest)
        }
        (Type::Object(attributes), TraversalOperator::Index(Expression::String(name))) => {
            of_object(attributes, name.as_str(), rest)
        }
        (Type::Map(of), TraversalOperator::GetAttr(_) | TraversalOperator::Index(_))
        | (Type::List(of), TraversalOperator::Index(_) | TraversalOperator::LegacyIndex(_)) => {
            descend(of, rest)
        }
        (Type::Object(_), _) => Ok(Type::Any),
        (kind, TraversalOperator::GetAttr(name)) => {
            let word = kind.word();
            Err((Class::UnknownAttribute, format!("a {word} has no attribute `{}`", name.as_str()), None))
        }
        (kind, _) => Err((Class::UnknownAttribute, format!("a {} has no elements", kind.word()), None)),
    }
}

fn of_object(
    attributes: &[(String, super::super::types::Attribute)],
    name: &str,
    rest: &[Decorated<TraversalOperator>],
) -> Result<Type, Wrong> {
    match attributes.iter().find(|(known, _)| known == name) {
        Some((_, attribute)) => descend(&attribute.kind, rest),
        None => Err((
            Class::UnknownAttribute,
            format!("there is no attribute `{name}`"),
            nearest(name, attributes.iter().map(|(known, _)| known.as_str())),
        )),
    }
}
