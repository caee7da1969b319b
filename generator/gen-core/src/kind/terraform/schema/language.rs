//! The blocks of the language itself, and which of them carry a provider's schema.

use std::collections::BTreeSet;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Block as HclBlock, Body, Structure};

use super::super::types::Type;
use super::blocks::{Bodies, Meta};
use super::reference::References;
use super::scope::{Mode, Scope, configuration_name};
use super::{Class, Finding, literal};

/// Arguments of every resource, data source and ephemeral resource.
const RESOURCE: &[&str] = &["count", "for_each", "provider", "depends_on"];
/// Blocks of every resource.
const RESOURCE_BLOCKS: &[&str] = &["lifecycle", "provisioner", "connection"];
/// Arguments of a module call that are not variables of the module.
const CALL: &[&str] = &["source", "version", "providers", "count", "for_each", "depends_on"];

/// A block that no provider has a say in: its word, its labels, its arguments, its blocks, what it cannot do without.
struct Form {
    word: &'static str,
    labels: usize,
    arguments: &'static [&'static str],
    blocks: &'static [&'static str],
    required: &'static [&'static str],
}

const FORMS: &[Form] = &[
    Form {
        word: "variable",
        labels: 1,
        arguments: &["type", "default", "description", "sensitive", "nullable", "ephemeral"],
        blocks: &["validation"],
        required: &[],
    },
    Form {
        word: "output",
        labels: 1,
        arguments: &["value", "description", "sensitive", "depends_on", "ephemeral"],
        blocks: &["precondition"],
        required: &["value"],
    },
    Form {
        word: "terraform",
        labels: 0,
        arguments: &["required_version", "experiments"],
        blocks: &["required_providers", "backend", "cloud", "provider_meta", "encryption"],
        required: &[],
    },
    Form { word: "moved", labels: 0, arguments: &["from", "to"], blocks: &[], required: &["from", "to"] },
    Form {
        word: "import",
        labels: 0,
        arguments: &["to", "id", "provider", "for_each", "identity"],
        blocks: &[],
        required: &["to"],
    },
    Form {
        word: "removed",
        labels: 0,
        arguments: &["from"],
        blocks: &["lifecycle", "provisioner"],
        required: &["from"],
    },
    Form { word: "check", labels: 1, arguments: &[], blocks: &["data", "assert"], required: &[] },
];

/// Checks the blocks of a file.
pub(super) fn check(scope: &Scope, file: &Arc<str>, body: &Body, findings: &mut Vec<Finding>) {
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => {
                let message = format!("`{}` stands outside of every block", attribute.key.as_str());
                findings.push(finding(file, Class::Form, attribute.key.span(), message));
            }
            Structure::Block(block) => of_block(scope, file, block, findings),
        }
    }
}

fn of_block(scope: &Scope, file: &Arc<str>, block: &HclBlock, findings: &mut Vec<Finding>) {
    given_twice(file, &block.body, findings);
    let word = block.ident.as_str();
    let labels = block.labels.len();
    let mut skip: &[&str] = &[];
    if let Some(mode) = Mode::parse(word) {
        if labels != 2 {
            return findings.push(labels_fault(file, block, 2));
        }
        resource(scope, file, mode, block, findings);
        skip = &["provider"];
    } else if word == "provider" {
        if labels != 1 {
            return findings.push(labels_fault(file, block, 1));
        }
        provider(scope, file, block, findings);
    } else if word == "module" {
        if labels != 1 {
            return findings.push(labels_fault(file, block, 1));
        }
        call(scope, file, block, findings);
        skip = &["providers", "source", "version"];
    } else if word == "locals" {
        if labels != 0 {
            return findings.push(labels_fault(file, block, 0));
        }
    } else if let Some(form) = FORMS.iter().find(|form| form.word == word) {
        if labels != form.labels {
            return findings.push(labels_fault(file, block, form.labels));
        }
        of_form(file, form, block, findings);
        skip = match word {
            "terraform" | "moved" | "removed" | "import" => return,
            "variable" => &["type"],
            _ => &[],
        };
    } else {
        let mut fault =
            finding(file, Class::UnknownBlock, block.ident.span(), format!("there is no block `{word}`"));
        let words = ["resource", "data", "ephemeral", "provider", "module", "locals"];
        fault.help = nearest(word, words.into_iter().chain(FORMS.iter().map(|form| form.word)));
        return findings.push(fault);
    }
    let mut references = References {
        scope,
        file,
        each: block.body.has_attribute("for_each"),
        count: block.body.has_attribute("count"),
        itself: false,
        names: Vec::new(),
        findings,
    };
    references.body(&block.body, skip);
}

/// No argument is given twice in a body.
fn given_twice(file: &Arc<str>, body: &Body, findings: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for attribute in body.attributes() {
        let name = attribute.key.as_str();
        if !seen.insert(name) {
            findings.push(finding(
                file,
                Class::Twice,
                attribute.key.span(),
                format!("`{name}` is given twice"),
            ));
        }
    }
    body.blocks().for_each(|block| given_twice(file, &block.body, findings));
}

fn finding(file: &Arc<str>, class: Class, span: Option<std::ops::Range<usize>>, message: String) -> Finding {
    Finding { file: file.clone(), span, class, message, help: None }
}

fn labels_fault(file: &Arc<str>, block: &HclBlock, wanted: usize) -> Finding {
    let message = match wanted {
        0 => format!("`{}` has no name", block.ident.as_str()),
        1 => format!("`{}` has one name", block.ident.as_str()),
        _ => format!("`{}` has a type and a name", block.ident.as_str()),
    };
    finding(file, Class::Form, block.ident.span(), message)
}

fn of_form(file: &Arc<str>, form: &Form, block: &HclBlock, findings: &mut Vec<Finding>) {
    for attribute in block.body.attributes() {
        let name = attribute.key.as_str();
        if !form.arguments.contains(&name) {
            let message = format!("{} has no argument `{name}`", form.word);
            let mut fault = finding(file, Class::UnknownArgument, attribute.key.span(), message);
            fault.help = nearest(name, form.arguments.iter().copied());
            findings.push(fault);
        }
    }
    for inner in block.body.blocks() {
        let name = inner.ident.as_str();
        if !form.blocks.contains(&name) {
            let message = format!("{} has no block `{name}`", form.word);
            findings.push(finding(file, Class::UnknownBlock, inner.ident.span(), message));
        }
    }
    for name in form.required.iter().filter(|name| !block.body.has_attribute(name)) {
        let message = format!("{}: `{name}` is missing", form.word);
        findings.push(finding(file, Class::MissingArgument, block.ident.span(), message));
    }
    if form.word == "variable"
        && let (Some(kind), Some(default)) =
            (block.body.get_attribute("type"), block.body.get_attribute("default"))
        && let Ok(kind) = Type::parse(&kind.value)
    {
        literals(file, &default.value, &kind, "the default", findings);
    }
}

fn literals(file: &Arc<str>, value: &Expression, kind: &Type, what: &str, findings: &mut Vec<Finding>) {
    let mut mismatches = Vec::new();
    literal::of_type(value, kind, &mut mismatches);
    for (span, class, message) in mismatches {
        findings.push(finding(file, class, span, format!("{what}: {message}")));
    }
}

fn resource(scope: &Scope, file: &Arc<str>, mode: Mode, block: &HclBlock, findings: &mut Vec<Finding>) {
    let kind = block.labels[0].as_str();
    check_configuration(scope, file, block, findings);
    let Some(schema) = scope.schema_of(kind) else { return };
    let Some(known) = scope.block(mode, kind) else {
        let message =
            format!("{} {} has no {} `{kind}`", schema.source, schema.version, block.ident.as_str());
        let types = match mode {
            Mode::Managed => schema.resources.keys(),
            Mode::Data => schema.data.keys(),
            Mode::Ephemeral => schema.ephemeral.keys(),
        };
        let span = hcl_edit::Span::span(&block.labels[0]);
        let mut fault = finding(file, Class::UnknownType, span, message);
        fault.help = nearest(kind, types.map(String::as_str)).or_else(|| {
            Some("or the schema here was pruned before it was used: gen schema import".to_owned())
        });
        return findings.push(fault);
    };
    let blocks = if mode == Mode::Managed { RESOURCE_BLOCKS } else { &["lifecycle"] };
    let meta = Meta { arguments: RESOURCE, blocks, has_id: mode == Mode::Managed };
    let at = block.ident.span();
    Bodies { file, what: kind, schema, findings }.check(known, &block.body, at.as_ref(), meta, "");
    for name in
        block.body.get_blocks("lifecycle").filter_map(|block| block.body.get_attribute("ignore_changes"))
    {
        ignored(file, kind, known, &name.value, findings);
    }
}

/// `ignore_changes` names arguments.
fn ignored(
    file: &Arc<str>,
    kind: &str,
    known: &super::Block,
    value: &Expression,
    findings: &mut Vec<Finding>,
) {
    let Expression::Array(items) = value else { return };
    for item in items {
        let name = match item {
            Expression::Variable(name) => name.value().as_str(),
            Expression::Traversal(traversal) => match &traversal.expr {
                Expression::Variable(name) => name.value().as_str(),
                _ => continue,
            },
            _ => continue,
        };
        if !known.attributes.contains_key(name) && !known.block_types.contains_key(name) {
            let mut fault = finding(
                file,
                Class::UnknownAttribute,
                item.span(),
                format!("{kind} has no argument `{name}`"),
            );
            fault.help = nearest(name, known.attributes.keys().map(String::as_str));
            findings.push(fault);
        }
    }
}

/// `provider = aws.replica` names a configuration.
fn check_configuration(scope: &Scope, file: &Arc<str>, block: &HclBlock, findings: &mut Vec<Finding>) {
    let Some(attribute) = block.body.get_attribute("provider") else { return };
    let Some(name) = configuration_name(&attribute.value) else { return };
    if !scope.configurations.contains(&name) {
        let mut fault = finding(
            file,
            Class::Undeclared,
            attribute.value.span(),
            format!("there is no configuration `{name}` of a provider"),
        );
        fault.help = nearest(&name, scope.configurations.iter().map(String::as_str));
        findings.push(fault);
    }
}

fn provider(scope: &Scope, file: &Arc<str>, block: &HclBlock, findings: &mut Vec<Finding>) {
    let Some(schema) = scope.schema(block.labels[0].as_str()) else { return };
    let meta = Meta { arguments: &["alias", "version"], blocks: &[], has_id: false };
    let what = format!("provider `{}`", block.labels[0].as_str());
    Bodies { file, what: &what, schema, findings }.check(
        &schema.provider,
        &block.body,
        block.ident.span().as_ref(),
        meta,
        "",
    );
}

fn call(scope: &Scope, file: &Arc<str>, block: &HclBlock, findings: &mut Vec<Finding>) {
    let name = block.labels[0].as_str();
    if !block.body.has_attribute("source") {
        findings.push(finding(
            file,
            Class::MissingArgument,
            block.ident.span(),
            format!("module `{name}`: `source` is missing"),
        ));
    }
    let Some(module) = scope.calls.get(name).and_then(|call| call.module.as_ref()) else { return };
    for attribute in block.body.attributes() {
        let argument = attribute.key.as_str();
        if CALL.contains(&argument) {
            continue;
        }
        let what = format!("`{argument}` of module {}", module.path);
        if let Some(kind) = module.variables.get(argument) {
            literals(file, &attribute.value, kind, &what, findings);
        } else {
            let message = format!("module {} has no variable `{argument}`", module.path);
            let mut fault = finding(file, Class::UnknownArgument, attribute.key.span(), message);
            fault.help = nearest(argument, module.variables.keys().map(String::as_str));
            findings.push(fault);
        }
    }
    for inner in block.body.blocks() {
        let message = format!("a module call has no block `{}`", inner.ident.as_str());
        findings.push(finding(file, Class::UnknownBlock, inner.ident.span(), message));
    }
    let missing = module
        .variables
        .keys()
        .filter(|name| !module.defaults.contains(*name) && !block.body.has_attribute(name));
    for variable in missing {
        let message = format!("module {}: `{variable}` is missing", module.path);
        findings.push(finding(file, Class::MissingArgument, block.ident.span(), message));
    }
    given_configurations(scope, file, block, module, findings);
}

/// A call hands on every configuration that the module asks for.
fn given_configurations(
    scope: &Scope,
    file: &Arc<str>,
    block: &HclBlock,
    module: &super::super::module::Module,
    findings: &mut Vec<Finding>,
) {
    let mut given = Vec::new();
    if let Some(Expression::Object(entries)) =
        block.body.get_attribute("providers").map(|attribute| &attribute.value)
    {
        for (key, value) in entries {
            let key = match key {
                hcl_edit::expr::ObjectKey::Ident(name) => Some(name.as_str().to_owned()),
                hcl_edit::expr::ObjectKey::Expression(expression) => configuration_name(expression),
            };
            given.extend(key);
            let Some(name) = configuration_name(value.expr()) else { continue };
            if !scope.configurations.contains(&name) {
                let message = format!("there is no configuration `{name}` of a provider");
                findings.push(finding(file, Class::Undeclared, value.expr().span(), message));
            }
        }
    }
    let aliases =
        module.aliases.iter().filter(|alias| !given.iter().any(|name| name.ends_with(&format!(".{alias}"))));
    for alias in aliases {
        let message = format!("module {} needs the configuration `{alias}` of its provider", module.path);
        findings.push(finding(file, Class::MissingArgument, block.ident.span(), message));
    }
}

/// What a word was probably meant to be.
pub(super) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    crate::diag::meant(word, known)
}
