//! The modules of a repository. Those that people wrote are read at once, so that their faults are found; built-in ones, which tests read,
//! when they are first needed.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use crate::diag::{Diagnostic, Fault, Place};
use crate::load::Repository;

use super::MODULES;
use super::module::{Files, Module, ModuleFault};

/// Modules by path, such as `aws/network`.
#[derive(Debug)]
pub(super) struct Modules(BTreeMap<Arc<str>, Arc<Lazy>>);

/// A module, read or not.
#[derive(Debug)]
pub(super) struct Lazy {
    path: Arc<str>,
    files: Files,
    /// None of its files was read from disk.
    pub(super) built_in: bool,
    read: OnceLock<Result<Arc<Module>, Vec<ModuleFault>>>,
}

impl Lazy {
    fn read(&self) -> &Result<Arc<Module>, Vec<ModuleFault>> {
        self.read.get_or_init(|| Module::read(self.path.clone(), self.files.clone()).map(Arc::new))
    }

    /// The module; none where it cannot be read.
    pub(super) fn get(&self) -> Option<&Arc<Module>> {
        self.read().as_ref().ok()
    }
}

impl Modules {
    /// The modules of a repository, and the faults of those that people wrote.
    pub(super) fn of(repository: &Repository) -> (Self, Vec<Diagnostic>) {
        let mut folders: BTreeMap<Arc<str>, (Files, bool)> = BTreeMap::new();
        let templates = repository.templates.range::<str, _>((Bound::Included(MODULES), Bound::Unbounded));
        for (path, bytes) in templates {
            let Some(rest) = path.strip_prefix(MODULES) else { break };
            let mut parts = rest.splitn(3, '/');
            if let (Some(provider), Some(name), Some(file)) = (parts.next(), parts.next(), parts.next())
                && !file.starts_with("tests/")
            {
                let folder = Arc::from(format!("{provider}/{name}"));
                let (files, built_in) = folders.entry(folder).or_insert_with(|| (Files::new(), true));
                files.insert(Arc::from(file), bytes.clone());
                *built_in &= !repository.own_templates.contains(path);
            }
        }
        let lazy = |(path, (files, built_in)): (Arc<str>, (Files, bool))| {
            let read = OnceLock::new();
            (path.clone(), Arc::new(Lazy { path, files, built_in, read }))
        };
        let modules: BTreeMap<_, _> = folders.into_iter().map(lazy).collect();
        let own: Vec<_> = modules.values().filter(|module| !module.built_in).collect();
        let faults: Vec<_> = own.into_par_iter().flat_map_iter(|module| faults(module)).collect();
        (Self(modules), faults)
    }

    /// A module, read or not.
    pub(super) fn lazy(&self, path: &str) -> Option<&Arc<Lazy>> {
        self.0.get(path)
    }

    /// A module; none where it cannot be read.
    pub(super) fn get(&self, path: &str) -> Option<&Arc<Module>> {
        self.lazy(path)?.get()
    }

    /// All modules that can be read.
    pub(super) fn all(&self) -> BTreeMap<Arc<str>, Arc<Module>> {
        let read = |(path, module): (&Arc<str>, &Arc<Lazy>)| Some((path.clone(), module.get()?.clone()));
        self.0.par_iter().filter_map(read).collect()
    }
}

fn faults(module: &Lazy) -> Vec<Diagnostic> {
    let found = module.read().as_ref().err().into_iter().flatten();
    let diagnostic = |fault: &ModuleFault| {
        Diagnostic::error(Fault::ModuleMismatch)
            .at(Place::file(format!("{MODULES}{}/{}", module.path, fault.file)))
            .label(fault.message.clone())
    };
    found.map(diagnostic).collect()
}

#[cfg(test)]
mod tests {
    use super::super::check_module;
    use super::*;

    #[test]
    fn built_in_modules_can_be_read_and_fit_their_contracts() {
        let (repository, _) = crate::load::builtin();
        let (modules, faults) = Modules::of(&repository);
        assert_eq!(faults, []);
        for module in modules.0.values() {
            assert!(module.built_in && module.read().is_ok(), "{}: {:?}", module.path, module.read());
        }
        let mut checked = 0;
        for (provider, file) in &repository.providers {
            for (kind, name) in &file.value.makes {
                let module = modules.get(&format!("{provider}/{name}"));
                let module = module.unwrap_or_else(|| panic!("{provider} has no module {name}"));
                assert_eq!(check_module(*kind, module), [] as [String; 0], "{provider} {kind}");
                checked += 1;
            }
        }
        assert!(checked > 13, "{checked}");
    }

    #[test]
    fn what_people_wrote_is_read_at_once() {
        let (mut repository, _) = crate::load::builtin();
        let path: Arc<str> = Arc::from(format!("{MODULES}aws/network/variables.tf"));
        repository.templates.insert(path.clone(), Arc::from(*b"variable {"));
        repository.own_templates.insert(path.clone());
        let (modules, faults) = Modules::of(&repository);
        let places: Vec<_> =
            faults.iter().filter_map(|fault| fault.place.as_ref()).map(|place| place.file.clone()).collect();
        assert_eq!(places, [path]);
        assert!(modules.get("aws/network").is_none() && modules.get("aws/keys").is_some());
    }
}
