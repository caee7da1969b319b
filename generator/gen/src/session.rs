//! What most commands start with: the repository, its targets, and what is rendered from them.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use gen_core::diag::{Diagnostic, Fault, did_you_mean};
use gen_core::kind::terraform::Terraform;
use gen_core::kind::{Content, Rendered, Tree};
use gen_core::load::Repository;
use gen_core::model::names::{ComponentName, ProfileName, SubjectName};
use gen_core::model::units::Date;
use gen_core::plan::{TreeDiff, compare, compare_tree, gone};
use gen_core::prove::{Judged, Proof, prove};
use gen_core::resolve::{TargetId, WhatIf};
use rayon::prelude::*;

use crate::cli::{Global, WhatIfArgs};

/// The repository as read, and every fault so far.
pub(crate) struct Session {
    pub root: PathBuf,
    pub repository: Repository,
    pub diagnostics: Vec<Diagnostic>,
    stack: Option<String>,
    env: Option<String>,
}

/// Texts of input files, for showing diagnostics.
pub(crate) struct Texts<'a>(pub &'a Repository);

impl Texts<'_> {
    /// The text of a file, if it was read.
    pub(crate) fn get(&self, file: &str) -> Option<Arc<str>> {
        self.0.texts.get(file).cloned()
    }
}

/// Rendered trees and how they compare with the disk.
pub(crate) struct Rendering<'a> {
    pub terraform: Terraform<'a>,
    pub diffs: Vec<TreeDiff>,
}

impl Session {
    /// Reads the repository.
    pub(crate) fn open(global: &Global) -> Self {
        if let Some(jobs) = global.jobs {
            // Fails only when a pool exists already, which is then used.
            let _ = rayon::ThreadPoolBuilder::new().num_threads(jobs).build_global();
        }
        let root = global.chdir.clone();
        let (repository, diagnostics) = gen_core::load::load(&root);
        let mut session =
            Self { root, repository, diagnostics, stack: global.stack.clone(), env: global.env.clone() };
        session.check_selection();
        session
    }

    /// The built-ins alone, where no repository is needed.
    pub(crate) fn open_builtin(global: &Global) -> Self {
        let (repository, diagnostics) = gen_core::load::builtin();
        Self { root: global.chdir.clone(), repository, diagnostics, stack: None, env: None }
    }

    /// Nothing at all, where neither repository nor built-ins are needed.
    pub(crate) fn empty(global: &Global) -> Self {
        let repository = Repository::default();
        Self { root: global.chdir.clone(), repository, diagnostics: Vec::new(), stack: None, env: None }
    }

    /// A selection that selects nothing is a mistake, not an empty result.
    fn check_selection(&mut self) {
        let stacks = &self.repository.stacks;
        if stacks.is_empty() && !self.diagnostics.iter().any(|diagnostic| diagnostic.place.is_some()) {
            self.diagnostics.push(
                Diagnostic::error(Fault::UnknownName)
                    .summary("there are no stacks here")
                    .label(format!("{} has no folder stacks/", self.root.display()))
                    .help("gen init makes a repository; -C names another folder"),
            );
            return;
        }
        if let Some(wanted) = &self.stack {
            let names: Vec<&str> = stacks.keys().map(gen_core::model::names::StackName::as_str).collect();
            if !names.contains(&wanted.as_str()) {
                self.diagnostics.push(unknown("stack", wanted, &names));
                return;
            }
        }
        if let Some(wanted) = &self.env {
            let names: BTreeSet<&str> = stacks
                .iter()
                .filter(|(name, _)| self.stack.as_ref().is_none_or(|stack| stack == name.as_str()))
                .flat_map(|(_, files)| files.environments.keys().map(gen_core::model::names::EnvName::as_str))
                .collect();
            let names: Vec<&str> = names.into_iter().collect();
            if !names.contains(&wanted.as_str()) {
                self.diagnostics.push(unknown("environment", wanted, &names));
            }
        }
    }

    /// Whether the command line selects a target.
    pub(crate) fn selects(&self, id: &TargetId) -> bool {
        self.stack.as_ref().is_none_or(|stack| stack == id.stack.as_str())
            && self.env.as_ref().is_none_or(|env| env == id.env.as_str())
    }

    /// The command line selects a part of the targets.
    pub(crate) fn is_partial(&self) -> bool {
        self.stack.is_some() || self.env.is_some()
    }

    /// Judges the selected targets.
    pub(crate) fn prove(&mut self, what_if: &WhatIf, as_of: Option<Date>) -> Option<Proof> {
        let (proof, found) = prove(&self.repository, what_if, as_of, &|id| self.selects(id));
        // Faults of targets that were not asked for are not the answer to this question.
        let asked = |diagnostic: &Diagnostic| match &diagnostic.target {
            Some(target) => match target.split_once('/') {
                Some((stack, env)) => {
                    self.stack.as_deref().is_none_or(|wanted| wanted == stack)
                        && self.env.as_deref().is_none_or(|wanted| wanted == env)
                }
                None => true,
            },
            None => true,
        };
        let found: Vec<Diagnostic> = found.into_iter().filter(asked).collect();
        self.diagnostics.extend(found);
        proof
    }

    /// Renders what was proven and compares it with the disk.
    pub(crate) fn render<'a>(&'a self, proof: &Proof) -> (Rendering<'a>, Vec<Diagnostic>) {
        let (terraform, mut diagnostics) = Terraform::new(&self.repository);
        diagnostics.extend(terraform.check_modules());
        // Rendered and compared target by target, so that the bytes of one are gone before the next is rendered.
        let outcomes: Vec<_> = proof
            .targets
            .par_iter()
            .filter_map(|judged| match judged {
                Judged::Checked(checked) => Some(terraform.render(checked.target()).map(|mut files| {
                    files.sort_by(|a, b| a.path.cmp(&b.path));
                    compare_tree(&self.root, &Tree { folder: folder(&judged.target().id), files })
                })),
                Judged::Refused(_) => None,
            })
            .collect();
        let mut diffs = Vec::with_capacity(outcomes.len() + 2);
        for outcome in outcomes {
            match outcome {
                Ok(diff) => diffs.push(diff),
                Err(found) => diagnostics.extend(found),
            }
        }
        let mut trees = Vec::new();
        // A part of the targets says nothing about modules that the others use, nor about targets that are gone. A file
        // with faults hides targets, so that what belongs to them looks abandoned: then nothing is removed either.
        let whole = proof.targets.len() == proof.known.len() && !gen_core::diag::any_error(&self.diagnostics);
        if self.is_partial() || !whole {
            let used: BTreeSet<Arc<str>> =
                proof.targets.iter().flat_map(|judged| terraform.modules_of(judged.target())).collect();
            let tree = terraform.module_tree(used);
            trees.push(self.with_other_modules(tree));
        } else {
            trees.push(
                terraform.module_tree(
                    proof.targets.iter().flat_map(|judged| terraform.modules_of(judged.target())),
                ),
            );
            let known = proof.known.iter().map(folder).collect();
            trees.extend(gone(&self.root, &known));
        }
        diffs.extend(compare(&self.root, &trees));
        diagnostics.extend(diffs.iter().flat_map(TreeDiff::diagnostics));
        (Rendering { terraform, diffs }, diagnostics)
    }

    /// Modules that only targets outside the selection use stay as they are on disk.
    fn with_other_modules(&self, mut tree: Tree) -> Tree {
        let rendered: BTreeSet<String> = tree.files.iter().filter_map(|file| module_of(&file.path)).collect();
        let base = self.root.join(tree.folder.as_ref());
        let manifest = std::fs::read(base.join(gen_core::plan::MANIFEST)).unwrap_or_default();
        for path in gen_core::plan::Manifest::read(&manifest).files.keys() {
            if module_of(path).is_none_or(|module| !rendered.contains(&module))
                && let Ok(bytes) = std::fs::read(base.join(path))
            {
                tree.files.push(Rendered { path: Arc::from(path.as_str()), content: Content::new(bytes) });
            }
        }
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        tree
    }
}

/// `aws/network/main.tf` → `aws/network`.
fn module_of(path: &str) -> Option<String> {
    let mut parts = path.splitn(3, '/');
    Some(format!("{}/{}", parts.next()?, parts.next()?))
}

/// The folder that a target is rendered into.
pub(crate) fn folder(id: &TargetId) -> Arc<str> {
    Arc::from(format!("terraform-out/{}/{}", id.stack, id.env))
}

fn unknown(what: &str, wanted: &str, known: &[&str]) -> Diagnostic {
    let diagnostic = Diagnostic::error(Fault::UnknownName).label(format!("there is no {what} `{wanted}`"));
    match did_you_mean(wanted, known.iter().copied()) {
        Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
        None => diagnostic.help(format!("there are: {}", known.join(", "))),
    }
}

/// What the command line says about what-if; names are checked against the repository.
pub(crate) fn what_if(arguments: &WhatIfArgs, repository: &Repository) -> Result<WhatIf, Vec<Diagnostic>> {
    let mut faults = Vec::new();
    let mut what_if = WhatIf::default();
    if let Some(name) = &arguments.profile {
        let names: Vec<&str> = repository.profiles.keys().map(ProfileName::as_str).collect();
        match ProfileName::parse(name) {
            Ok(name) if repository.profiles.contains_key(&name) => what_if.profile = Some(name),
            _ => faults.push(unknown("profile", name, &names)),
        }
    }
    for text in &arguments.provider {
        let (component, name) = match text.split_once('=') {
            Some((component, name)) => (Some(component), name),
            None => (None, text.as_str()),
        };
        let names: Vec<&str> =
            repository.providers.keys().chain(repository.products.keys()).map(SubjectName::as_str).collect();
        let subject = SubjectName::parse(name).ok().filter(|name| names.contains(&name.as_str()));
        let component = component.map(ComponentName::parse).transpose();
        match (subject, component) {
            (Some(subject), Ok(component)) => what_if.providers.push((component, subject)),
            (None, _) => faults.push(unknown("provider or product", name, &names)),
            (_, Err(error)) => faults.push(Diagnostic::error(Fault::BadName).label(error.to_string())),
        }
    }
    if faults.is_empty() { Ok(what_if) } else { Err(faults) }
}
