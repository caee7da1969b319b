//! Schemas of Terraform providers, and the check of modules and roots against them.
//!
//! A schema is what `terraform providers schema -json` says, less prose and less the types that no module uses. What it decides is
//! decided here as the engine would, without the engine; in one respect more strictly: an unknown key inside a nested attribute is
//! refused, where the engine drops it in silence.

mod blocks;
mod functions;
pub mod import;
mod language;
mod literal;
mod reference;
mod scope;
mod share;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::diag::{Diagnostic, Fault, Place, Route, Spot};
use crate::load::Repository;
use crate::model::names::SubjectName;
use crate::model::subject::TerraformProvider;

use super::types::{self, Type};

pub use scope::Configuration;

/// The schema of one version of a provider, pruned to the types in use.
#[derive(Debug, Deserialize)]
pub struct Schema {
    /// Namespace and name.
    pub source: String,
    /// Exact version.
    pub version: String,
    /// Arguments of `provider` blocks.
    pub provider: Block,
    /// Resources by type.
    #[serde(rename = "resource_schemas")]
    pub resources: BTreeMap<String, Block>,
    /// Data sources by type.
    #[serde(rename = "data_source_schemas")]
    pub data: BTreeMap<String, Block>,
    /// Ephemeral resources by type.
    #[serde(rename = "ephemeral_resource_schemas")]
    pub ephemeral: BTreeMap<String, Block>,
    /// Names of functions.
    #[serde(default)]
    pub functions: BTreeSet<String>,
    /// Allowed values of strings: resource type → path, with dots → values. What is missing is not known.
    #[serde(default)]
    pub values: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

/// What a block takes.
#[derive(Debug, Default, Deserialize)]
pub struct Block {
    /// Arguments by name.
    #[serde(default)]
    pub attributes: BTreeMap<String, Attribute>,
    /// Blocks inside, by name.
    #[serde(default)]
    pub block_types: BTreeMap<String, Nested>,
    /// Not to be used any more.
    #[serde(default)]
    pub deprecated: bool,
}

/// An argument.
#[expect(clippy::struct_excessive_bools, reason = "the flags are Terraform's own")]
#[derive(Debug, Deserialize)]
pub struct Attribute {
    /// Its type; none for nested attributes.
    #[serde(rename = "type", default, deserialize_with = "cty_type")]
    pub kind: Option<Type>,
    /// What its objects hold.
    #[serde(default)]
    pub nested_type: Option<NestedType>,
    /// Has to be given.
    #[serde(default)]
    pub required: bool,
    /// May be given.
    #[serde(default)]
    pub optional: bool,
    /// The provider fills it in.
    #[serde(default)]
    pub computed: bool,
    /// Not to be used any more.
    #[serde(default)]
    pub deprecated: bool,
    /// Never stored, and so never read.
    #[serde(default)]
    pub write_only: bool,
}

/// Blocks that occur several times, by name.
const SHARED: &str = "blocks";

impl Schema {
    /// Reads the file that [`import::prune`] writes.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let mut whole: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let shared = whole.get_mut(SHARED).map(Value::take);
        if let Some(Value::Object(shared)) = shared {
            share::put_back(&mut whole, &shared);
        }
        serde_json::from_value(whole).map_err(|error| error.to_string())
    }
}

impl Attribute {
    /// Can be read and not given.
    fn is_read_only(&self) -> bool {
        self.computed && !self.optional && !self.required
    }

    /// The type of its value.
    fn value_type(&self) -> Type {
        match (&self.kind, &self.nested_type) {
            (Some(kind), _) => kind.clone(),
            (None, Some(nested)) => nested.value_type(),
            (None, None) => Type::Any,
        }
    }
}

/// Objects of a nested attribute.
#[derive(Debug, Deserialize)]
pub struct NestedType {
    /// One object, or a collection of them.
    pub nesting_mode: Nesting,
    /// Their attributes.
    pub attributes: BTreeMap<String, Attribute>,
}

impl NestedType {
    fn value_type(&self) -> Type {
        let attributes = self.attributes.iter().map(|(name, attribute)| {
            let optional = !attribute.required;
            (name.clone(), types::Attribute { kind: attribute.value_type(), optional })
        });
        self.nesting_mode.of(Type::Object(attributes.collect()))
    }
}

/// Blocks inside a block.
#[derive(Debug, Deserialize)]
pub struct Nested {
    /// How often.
    pub nesting_mode: Nesting,
    /// What each takes.
    #[serde(default)]
    pub block: Block,
    /// Fewest.
    #[serde(default)]
    pub min_items: usize,
    /// Most; 0 for any number.
    #[serde(default)]
    pub max_items: usize,
}

/// One object, or a collection of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nesting {
    /// At most one.
    Single,
    /// Exactly one, empty if not given.
    Group,
    /// In order.
    List,
    /// Without order.
    Set,
    /// By label.
    Map,
}

impl Nesting {
    fn of(self, object: Type) -> Type {
        match self {
            Self::Single | Self::Group => object,
            Self::List | Self::Set => Type::List(Box::new(object)),
            Self::Map => Type::Map(Box::new(object)),
        }
    }
}

impl Block {
    /// The type of the value that a block stands for when it is referred to.
    fn value_type(&self) -> Type {
        let attributes = self.attributes.iter().map(|(name, attribute)| {
            (name.clone(), types::Attribute { kind: attribute.value_type(), optional: true })
        });
        let blocks = self.block_types.iter().map(|(name, nested)| {
            let kind = nested.nesting_mode.of(nested.block.value_type());
            (name.clone(), types::Attribute { kind, optional: true })
        });
        Type::Object(attributes.chain(blocks).collect())
    }
}

/// Reads a type as Terraform writes it in JSON: `"string"`, `["list", "string"]`, `["object", {…}]`.
fn cty_type<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Type>, D::Error> {
    let value = Value::deserialize(deserializer)?;
    parse_type(&value).map(Some).ok_or_else(|| serde::de::Error::custom(format!("no type: {value}")))
}

fn parse_type(value: &Value) -> Option<Type> {
    let parts = match value {
        Value::String(word) => {
            return match word.as_str() {
                "string" => Some(Type::String),
                "number" => Some(Type::Number),
                "bool" => Some(Type::Bool),
                "dynamic" => Some(Type::Any),
                _ => None,
            };
        }
        Value::Array(parts) => parts,
        _ => return None,
    };
    match (parts.first()?.as_str()?, parts.get(1)?) {
        ("list" | "set", of) => Some(Type::List(Box::new(parse_type(of)?))),
        ("map", of) => Some(Type::Map(Box::new(parse_type(of)?))),
        ("tuple", _) => Some(Type::Any),
        ("object", Value::Object(attributes)) => {
            let optional: Vec<&str> = parts
                .get(2)
                .and_then(Value::as_array)
                .map(|names| names.iter().filter_map(Value::as_str).collect())
                .unwrap_or_default();
            let attributes = attributes.iter().map(|(name, of)| {
                let optional = optional.contains(&name.as_str());
                Some((name.clone(), types::Attribute { kind: parse_type(of)?, optional }))
            });
            attributes.collect::<Option<_>>().map(Type::Object)
        }
        _ => None,
    }
}

/// Where a provider's schema is kept: one file for each exact version.
pub fn file_of(provider: &TerraformProvider) -> String {
    let source = provider.source.as_str().replace('/', "-");
    format!("profiles/providers/schemas/{source}-{}.json", provider.version)
}

/// The schemas of a repository's providers, and what is wrong with their files. A provider whose modules are used has one.
pub fn load(repository: &Repository) -> (BTreeMap<SubjectName, Arc<Schema>>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut schemas = BTreeMap::new();
    for (name, file) in &repository.providers {
        let Some(terraform) = &file.value.terraform else { continue };
        let path = file_of(terraform);
        match repository.templates.get(path.as_str()).map(|bytes| Schema::read(bytes)) {
            Some(Ok(schema)) => {
                schemas.insert(name.clone(), Arc::new(schema));
            }
            Some(Err(error)) => {
                diagnostics.push(Diagnostic::error(Fault::Unparsable).at(Place::file(path)).label(error));
            }
            None if file.value.makes.is_empty() => {}
            None => {
                let route = Route::keys(["terraform", "version"]);
                let fault =
                    Diagnostic::error(Fault::SchemaMismatch).at(Place::value(file.file.clone(), route));
                diagnostics.push(
                    fault
                        .summary("the schema of this version is missing")
                        .label(format!("there is no {path}"))
                        .help("terraform providers schema -json | gen schema import -"),
                );
            }
        }
    }
    (schemas, diagnostics)
}

/// What kind of fault it is; the classes that `snapshots/terraform/` compares with the engine, one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// No such argument.
    UnknownArgument,
    /// No such block.
    UnknownBlock,
    /// A required argument is missing.
    MissingArgument,
    /// A block is given too seldom or too often.
    BlockCount,
    /// A literal cannot become the argument's type.
    WrongType,
    /// The argument is read, not given.
    ReadOnly,
    /// Not to be used any more; a warning.
    Deprecated,
    /// A nested attribute has no such key; the engine says nothing.
    UnknownKey,
    /// A string is not one of the allowed ones.
    WrongValue,
    /// No such resource type.
    UnknownType,
    /// A reference to what is not declared.
    Undeclared,
    /// A reference to an attribute that is not there.
    UnknownAttribute,
    /// An instance is needed, or there are none.
    Instance,
    /// Something is declared twice.
    Twice,
    /// No such function.
    UnknownFunction,
    /// The form of a block is not what the language asks for.
    Form,
}

/// A fault of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file.
    pub file: Arc<str>,
    /// Where in it.
    pub span: Option<Range<usize>>,
    /// What kind.
    pub class: Class,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

impl Finding {
    /// As a diagnostic, about a file below a folder.
    pub fn diagnostic(&self, folder: &str) -> Diagnostic {
        let diagnostic = if self.class == Class::Deprecated {
            Diagnostic::warning(Fault::Deprecated)
        } else {
            Diagnostic::error(Fault::SchemaMismatch)
        };
        let spot = self.span.as_ref().map_or(Spot::File, |span| Spot::Bytes(span.start, span.end));
        let file = format!("{folder}/{}", self.file);
        let diagnostic = diagnostic.at(Place { file: file.into(), spot }).label(self.message.clone());
        match &self.help {
            Some(help) => diagnostic.help(help.clone()),
            None => diagnostic,
        }
    }
}

/// Checks a module or a root.
///
/// `schema` gives the schema of a provider by its source, `module` the interface of a module by its path.
pub fn check(
    configuration: &Configuration,
    schema: &dyn Fn(&str) -> Option<Arc<Schema>>,
    module: &dyn Fn(&str) -> Option<Arc<super::module::Module>>,
) -> Vec<Finding> {
    let scope = scope::Scope::of(configuration, schema, module);
    let mut findings = scope.declared_twice();
    for (file, body) in &configuration.files {
        language::check(&scope, file, body, &mut findings);
    }
    findings.sort_by(|a, b| {
        (&a.file, a.span.as_ref().map(|span| span.start))
            .cmp(&(&b.file, b.span.as_ref().map(|span| span.start)))
    });
    findings
}
