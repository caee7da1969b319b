//! What a module or a root declares.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use hcl_edit::Span as _;
use hcl_edit::expr::{Expression, TraversalOperator};
use hcl_edit::structure::{Block as HclBlock, Body};

use super::super::module::Module;
use super::super::types::{Type, key_name};
use super::{Block, Class, Finding, Schema};

/// The files of a module or a root that the engine reads.
#[derive(Debug, Default)]
pub struct Configuration {
    /// File name → parsed text.
    pub files: BTreeMap<Arc<str>, Body>,
}

impl Configuration {
    /// Of the files that end in `.tf`; one that does not parse is left out, for its own fault says so.
    pub fn parse<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> Self {
        let parse = |(name, bytes): (&str, &[u8])| {
            let body = std::str::from_utf8(bytes).ok()?.parse::<Body>().ok()?;
            Some((Arc::from(name), body))
        };
        Self {
            files: files
                .filter(|(name, _)| name.ends_with(".tf") && !name.contains('/'))
                .filter_map(parse)
                .collect(),
        }
    }

    /// Types that are used, of resources, data sources and ephemeral resources.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        let blocks = self.files.values().flat_map(Body::blocks);
        blocks.filter_map(|block| {
            Mode::parse(block.ident.as_str())?;
            block.labels.first().map(hcl_edit::structure::BlockLabel::as_str)
        })
    }
}

/// What a block declares: something managed, something read, or something that lives as long as a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mode {
    Managed,
    Data,
    Ephemeral,
}

impl Mode {
    pub(super) fn parse(word: &str) -> Option<Self> {
        match word {
            "resource" => Some(Self::Managed),
            "data" => Some(Self::Data),
            "ephemeral" => Some(Self::Ephemeral),
            _ => None,
        }
    }

    /// What references begin with.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Managed => "",
            Self::Data => "data.",
            Self::Ephemeral => "ephemeral.",
        }
    }
}

/// How many there are of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Instances {
    One,
    Many,
}

impl Instances {
    fn of(block: &HclBlock) -> Self {
        if block.body.has_attribute("count") || block.body.has_attribute("for_each") {
            Self::Many
        } else {
            Self::One
        }
    }
}

/// A call of a module.
pub(super) struct Call {
    pub instances: Instances,
    /// Its interface, where it is one of the repository's.
    pub module: Option<Arc<Module>>,
}

/// Everything that expressions can refer to.
pub(super) struct Scope {
    pub variables: BTreeMap<String, Type>,
    pub locals: BTreeSet<String>,
    pub resources: BTreeMap<(Mode, String, String), Instances>,
    pub calls: BTreeMap<String, Call>,
    /// Configurations of providers: `aws`, `aws.replica`.
    pub configurations: BTreeSet<String>,
    /// Schemas by the local name of the provider.
    schemas: BTreeMap<String, Arc<Schema>>,
    twice: Vec<Finding>,
}

impl Scope {
    pub(super) fn of(
        configuration: &Configuration,
        schema: &dyn Fn(&str) -> Option<Arc<Schema>>,
        module: &dyn Fn(&str) -> Option<Arc<Module>>,
    ) -> Self {
        let mut scope = Self {
            variables: BTreeMap::new(),
            locals: BTreeSet::new(),
            resources: BTreeMap::new(),
            calls: BTreeMap::new(),
            configurations: BTreeSet::new(),
            schemas: BTreeMap::new(),
            twice: Vec::new(),
        };
        let mut seen = BTreeSet::new();
        for (file, body) in &configuration.files {
            for block in body.blocks() {
                let labels: Vec<&str> =
                    block.labels.iter().map(hcl_edit::structure::BlockLabel::as_str).collect();
                let kind = block.ident.as_str();
                let unique =
                    !matches!(kind, "terraform" | "locals" | "moved" | "import" | "removed" | "provider");
                if unique && !seen.insert((kind.to_owned(), labels.join("."))) {
                    scope.twice.push(twice(file, block.span(), &format!("{kind} `{}`", labels.join("."))));
                }
                scope.declare(file, block, &labels, schema, module);
            }
        }
        scope
    }

    fn declare(
        &mut self,
        file: &Arc<str>,
        block: &HclBlock,
        labels: &[&str],
        schema: &dyn Fn(&str) -> Option<Arc<Schema>>,
        module: &dyn Fn(&str) -> Option<Arc<Module>>,
    ) {
        match (block.ident.as_str(), labels) {
            ("variable", [name]) => {
                let kind = block.body.get_attribute("type");
                let kind = kind.and_then(|kind| Type::parse(&kind.value).ok()).unwrap_or(Type::Any);
                self.variables.insert((*name).to_owned(), kind);
            }
            ("locals", []) => {
                for attribute in block.body.attributes() {
                    let name = attribute.key.as_str();
                    let here = block.body.attributes().filter(|other| other.key.as_str() == name).count();
                    if !self.locals.insert(name.to_owned()) && here == 1 {
                        self.twice.push(twice(file, attribute.key.span(), &format!("local `{name}`")));
                    }
                }
            }
            ("module", [name]) => {
                let source = block.body.get_attribute("source").and_then(|source| source.value.as_str());
                let path = source.and_then(|source| source.rsplit_once("modules/")).map(|(_, path)| path);
                let call = Call { instances: Instances::of(block), module: path.and_then(module) };
                self.calls.insert((*name).to_owned(), call);
            }
            ("provider", [name]) => {
                let alias = block.body.get_attribute("alias").and_then(|alias| alias.value.as_str());
                let name = alias.map_or_else(|| (*name).to_owned(), |alias| format!("{name}.{alias}"));
                self.configurations.insert(name);
            }
            ("terraform", []) => {
                let required = block.body.get_blocks("required_providers");
                for attribute in required.flat_map(|block| block.body.attributes()) {
                    self.require(attribute.key.as_str(), &attribute.value, schema);
                }
            }
            (word, [kind, name]) => {
                if let Some(mode) = Mode::parse(word) {
                    let key = (mode, (*kind).to_owned(), (*name).to_owned());
                    self.resources.insert(key, Instances::of(block));
                }
            }
            _ => {}
        }
    }

    fn require(&mut self, name: &str, settings: &Expression, schema: &dyn Fn(&str) -> Option<Arc<Schema>>) {
        self.configurations.insert(name.to_owned());
        let Expression::Object(settings) = settings else { return };
        for (key, value) in settings {
            match (key_name(key).as_deref(), value.expr()) {
                (Some("source"), Expression::String(source)) => {
                    if let Some(schema) = schema(source.as_str()) {
                        self.schemas.insert(name.to_owned(), schema);
                    }
                }
                (Some("configuration_aliases"), Expression::Array(aliases)) => {
                    self.configurations.extend(aliases.iter().filter_map(configuration_name));
                }
                _ => {}
            }
        }
    }

    /// The schema of a provider, by its local name.
    pub(super) fn schema(&self, local: &str) -> Option<&Arc<Schema>> {
        self.schemas.get(local)
    }

    /// The schema that a type belongs to: a type's name begins with the local name of its provider.
    pub(super) fn schema_of(&self, kind: &str) -> Option<&Arc<Schema>> {
        self.schemas.get(kind.split('_').next()?)
    }

    /// What a block of a type takes.
    pub(super) fn block(&self, mode: Mode, kind: &str) -> Option<&Block> {
        let schema = self.schema_of(kind)?;
        let types = match mode {
            Mode::Managed => &schema.resources,
            Mode::Data => &schema.data,
            Mode::Ephemeral => &schema.ephemeral,
        };
        types.get(kind)
    }

    pub(super) fn declared_twice(&self) -> Vec<Finding> {
        self.twice.clone()
    }
}

/// `aws.replica` as text.
pub(super) fn configuration_name(expression: &Expression) -> Option<String> {
    match expression {
        Expression::Variable(name) => Some(name.value().as_str().to_owned()),
        Expression::Traversal(traversal) => {
            let Expression::Variable(name) = &traversal.expr else { return None };
            match traversal.operators.first()?.value() {
                TraversalOperator::GetAttr(alias) => {
                    Some(format!("{}.{}", name.value().as_str(), alias.as_str()))
                }
                _ => None,
            }
        }
        _ => None,
    }
}

fn twice(file: &Arc<str>, span: Option<Range<usize>>, what: &str) -> Finding {
    Finding {
        file: file.clone(),
        span,
        class: Class::Twice,
        message: format!("{what} is declared twice"),
        help: None,
    }
}
