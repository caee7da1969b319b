//! What a hand-written module says about itself: variables, provider aliases, exports.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hcl_edit::expr::{Expression, TraversalOperator};
use hcl_edit::structure::{Block, Body};

use super::types::{Type, key_name};

/// Files of a module: path below its folder → bytes.
pub type Files = BTreeMap<Arc<str>, Arc<[u8]>>;

/// A module: its files and the interface that was read from them.
#[derive(Debug)]
pub struct Module {
    /// Folder below `templates/terraform/modules/`, such as `aws/network`.
    pub path: Arc<str>,
    /// Types of its variables, by name.
    pub variables: BTreeMap<String, Type>,
    /// Variables that need not be given.
    pub defaults: BTreeSet<String>,
    /// Aliases of the provider that it wants, such as `replica`.
    pub aliases: BTreeSet<String>,
    /// Names of the fields of its output `exports`.
    pub exports: BTreeSet<String>,
    /// Files that are copied: path below the module → bytes.
    pub files: Files,
}

/// A fault of a module's file: the file below the module's folder, and what is wrong in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleFault {
    /// File below the module's folder.
    pub file: Arc<str>,
    /// What is wrong.
    pub message: String,
}

impl Module {
    /// Reads a module's interface from its files.
    pub fn read(path: Arc<str>, files: Files) -> Result<Self, Vec<ModuleFault>> {
        let mut module = Self {
            path,
            variables: BTreeMap::new(),
            defaults: BTreeSet::new(),
            aliases: BTreeSet::new(),
            exports: BTreeSet::new(),
            files,
        };
        let mut faults = Vec::new();
        let files: Vec<_> = module.files.iter().map(|(name, bytes)| (name.clone(), bytes.clone())).collect();
        // Interfaces stand in these files by convention; the rest of a module is parsed by `gen validate`.
        for (name, bytes) in files
            .into_iter()
            .filter(|(name, _)| matches!(name.as_ref(), "variables.tf" | "outputs.tf" | "versions.tf"))
        {
            let outcome = std::str::from_utf8(&bytes)
                .map_err(|error| error.to_string())
                .and_then(|text| {
                    text.parse::<Body>().map_err(|error| {
                        let place = error.location();
                        format!("line {}, column {}: {}", place.line(), place.column(), error.message())
                    })
                })
                .and_then(|body| module.read_body(&body));
            if let Err(message) = outcome {
                faults.push(ModuleFault { file: name, message });
            }
        }
        if faults.is_empty() { Ok(module) } else { Err(faults) }
    }

    fn read_body(&mut self, body: &Body) -> Result<(), String> {
        for block in body.blocks() {
            match (block.ident.as_str(), block.labels.first()) {
                ("variable", Some(label)) => {
                    let name = label.as_str().to_owned();
                    let kind = block
                        .body
                        .get_attribute("type")
                        .ok_or_else(|| format!("variable `{name}` has no type"))
                        .and_then(|attribute| Type::parse(&attribute.value))?;
                    if block.body.has_attribute("default") {
                        self.defaults.insert(name.clone());
                    }
                    self.variables.insert(name, kind);
                }
                ("output", Some(label)) if label.as_str() == "exports" => self.read_exports(block)?,
                ("output", Some(label)) => {
                    return Err(format!(
                        "output `{}` is not part of the contract; there is one, `exports`",
                        label.as_str()
                    ));
                }
                ("terraform", None) => self.read_aliases(block),
                _ => {}
            }
        }
        Ok(())
    }

    fn read_exports(&mut self, output: &Block) -> Result<(), String> {
        let value = output.body.get_attribute("value").map(|attribute| &attribute.value);
        let Some(Expression::Object(fields)) = value else {
            return Err("output `exports` is not an object in braces".to_owned());
        };
        for (key, _) in fields {
            self.exports.insert(key_name(key).ok_or("a field's name in `exports` is not plain")?);
        }
        Ok(())
    }

    fn read_aliases(&mut self, terraform: &Block) {
        let providers = terraform.body.get_blocks("required_providers").next();
        for attribute in providers.into_iter().flat_map(|block| block.body.attributes()) {
            let Expression::Object(settings) = &attribute.value else { continue };
            for (key, value) in settings {
                let named = key_name(key).is_some_and(|name| name == "configuration_aliases");
                if let (true, Expression::Array(aliases)) = (named, value.expr()) {
                    self.aliases.extend(aliases.iter().filter_map(alias));
                }
            }
        }
    }
}

/// `aws.replica` → `replica`.
fn alias(expression: &Expression) -> Option<String> {
    let Expression::Traversal(traversal) = expression else { return None };
    match traversal.operators.first()?.value() {
        TraversalOperator::GetAttr(name) => Some(name.as_str().to_owned()),
        _ => None,
    }
}
