//! Reading the repository: bytes → models, with every fault of every file in one run.

mod class;
mod exact;
mod faults;
mod files;
#[cfg(test)]
mod law;
pub(crate) mod marked;
mod scan;
mod secrets;
mod shape;
mod text;
mod traps;
mod yaml;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

pub use class::{Class, classify};
pub use files::{builtin, load, meaning, reread};

use crate::diag::Spot;

use crate::model::capability::Dictionary;
use crate::model::component::ComponentType;
use crate::model::environment::Environment;
use crate::model::framework::Frameworks;
use crate::model::names::{EnvName, ProfileName, StackName, SubjectName};
use crate::model::profile::{AsOf, Profile};
use crate::model::stack::Stack;
use crate::model::subject::{Product, Provider};
use crate::model::waiver::{Release, Waivers};

/// A file's model and where it came from.
#[derive(Debug, Clone)]
pub struct Loaded<T> {
    /// Path relative to the repository.
    pub file: Arc<str>,
    /// Comes from the binary, not from disk.
    pub builtin: bool,
    /// The model.
    pub value: T,
}

/// The files of one stack. A faulty file is missing here and named in the diagnostics.
#[derive(Debug, Clone, Default)]
pub struct StackFiles {
    /// `stack.yaml`.
    pub stack: Option<Arc<Loaded<Stack>>>,
    /// `environments/<env>.yaml`.
    pub environments: BTreeMap<EnvName, Arc<Loaded<Environment>>>,
    /// `waivers.yaml`.
    pub waivers: Option<Arc<Loaded<Waivers>>>,
    /// `releases/<env>.yaml`.
    pub releases: BTreeMap<EnvName, Arc<Loaded<Release>>>,
}

/// All input: what people wrote, and the built-ins under it.
#[derive(Debug, Clone, Default)]
pub struct Repository {
    /// Stacks by name.
    pub stacks: BTreeMap<StackName, StackFiles>,
    /// Profiles by name.
    pub profiles: BTreeMap<ProfileName, Arc<Loaded<Profile>>>,
    /// Providers by name.
    pub providers: BTreeMap<SubjectName, Arc<Loaded<Provider>>>,
    /// Products and engines by name.
    pub products: BTreeMap<SubjectName, Arc<Loaded<Product>>>,
    /// The dictionary; missing only if the file on disk is faulty.
    pub dictionary: Option<Arc<Loaded<Dictionary>>>,
    /// The day by which evidence is judged.
    pub as_of: Option<Arc<Loaded<AsOf>>>,
    /// Frameworks whose controls evidence is listed for.
    pub frameworks: Option<Arc<Loaded<Frameworks>>>,
    /// Templates and lock files: path → bytes; a file on disk wins over the built-in one.
    pub templates: BTreeMap<Arc<str>, Arc<[u8]>>,
    /// Those templates and lock files that were read from disk.
    pub own_templates: BTreeSet<Arc<str>>,
    /// Files below `stacks/` that have faults, and so no model.
    pub faulty: Vec<Arc<str>>,
    /// Text of every input file that was read from disk or is built in, for showing diagnostics.
    pub texts: BTreeMap<Arc<str>, Arc<str>>,
}

impl Repository {
    /// Names of a stack's environments, those whose files have faults included.
    pub fn environments(&self, stack: &StackName) -> BTreeSet<EnvName> {
        let folder = format!("stacks/{stack}/environments/");
        let faulty = self.faulty.iter().filter_map(|file| {
            EnvName::parse(file.strip_prefix(folder.as_str())?.strip_suffix(".yaml")?).ok()
        });
        let sound = self.stacks.get(stack).into_iter().flat_map(|files| files.environments.keys().cloned());
        faulty.chain(sound).collect()
    }

    /// The service of a provider that has components of a type, where its facts differ by service.
    pub fn service(&self, provider: &SubjectName, kind: ComponentType) -> Option<Arc<str>> {
        let file = self.providers.get(provider)?;
        file.value.services.get(&kind).map(|service| Arc::from(service.as_str()))
    }

    /// A file was read, whether or not it gave a model.
    pub fn was_read(&self, file: &str) -> bool {
        self.texts.contains_key(file)
    }
}

/// The bytes that a spot stands for in a text; none for a whole file or for text that does not parse.
///
/// A route that leads nowhere stands for the deepest part of it that exists.
pub fn locate(text: &str, spot: &Spot) -> Option<Range<usize>> {
    if let Spot::Bytes(from, to) = spot {
        return text.get(*from..*to).map(|_| *from..*to);
    }
    let range = marked::parse(text).ok()?.locate(spot)?;
    text.get(range.clone()).map(|_| range)
}
