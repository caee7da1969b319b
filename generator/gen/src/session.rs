//! What most commands start with: the repository as read, and which targets were asked for.

use std::collections::BTreeSet;
use std::path::{Component, PathBuf};
use std::sync::Arc;

use gen_core::diag::{Diagnostic, Fault, Severity};
use gen_core::load::Repository;
use gen_core::model::names::{ComponentName, ProfileName, SubjectName};
use gen_core::model::units::Date;
use gen_core::prove::{Proof, prove};
use gen_core::resolve::{TargetId, WhatIf};

use crate::cli::{Global, WhatIfArgs};
use crate::release::LaidOut;

/// The repository as read, and every fault so far.
pub(crate) struct Session {
    pub root: PathBuf,
    pub repository: Repository,
    pub diagnostics: Vec<Diagnostic>,
    /// The commit that was read, where it is not what lies in the folder.
    pub commit: Option<LaidOut>,
    stack: Option<String>,
    env: Option<String>,
}

/// Texts of input files, for showing diagnostics.
pub(crate) struct Texts<'a>(pub &'a Repository);

impl Texts<'_> {
    /// The text of a file, if it was read: a model, or a template.
    pub(crate) fn get(&self, file: &str) -> Option<Arc<str>> {
        let template = || Some(std::str::from_utf8(self.0.templates.get(file)?).ok()?.into());
        self.0.texts.get(file).cloned().or_else(template)
    }
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
        let mut session = Self::of(root, repository, diagnostics, global.stack.clone(), global.env.clone());
        session.check_selection();
        session
    }

    fn of(
        root: PathBuf,
        repository: Repository,
        diagnostics: Vec<Diagnostic>,
        stack: Option<String>,
        env: Option<String>,
    ) -> Self {
        Self { root, repository, diagnostics, commit: None, stack, env }
    }

    /// Reads the repository, or a commit of it, for the targets of one stack, or for one of them.
    pub(crate) fn open_at(
        root: PathBuf,
        commit: Option<LaidOut>,
        stack: Option<&str>,
        env: Option<&str>,
    ) -> Self {
        let (repository, diagnostics) = gen_core::load::load(&root);
        let (stack, env) = (stack.map(str::to_owned), env.map(str::to_owned));
        let mut session = Self { commit, ..Self::of(root, repository, diagnostics, stack, env) };
        session.check_selection();
        session
    }

    /// The repository as far as it goes, where no stack is needed.
    pub(crate) fn open_anywhere(global: &Global) -> Self {
        let (repository, diagnostics) = gen_core::load::load(&global.chdir);
        Self::of(global.chdir.clone(), repository, diagnostics, None, None)
    }

    /// The built-ins alone, where no repository is needed.
    pub(crate) fn open_builtin(global: &Global) -> Self {
        let (repository, diagnostics) = gen_core::load::builtin();
        Self::of(global.chdir.clone(), repository, diagnostics, None, None)
    }

    /// Nothing at all, where neither repository nor built-ins are needed.
    pub(crate) fn empty(global: &Global) -> Self {
        let repository = Repository::default();
        Self::of(global.chdir.clone(), repository, Vec::new(), None, None)
    }

    /// A selection that selects nothing is a mistake, not an empty result.
    fn check_selection(&mut self) {
        let stacks = &self.repository.stacks;
        if stacks.is_empty() && !self.diagnostics.iter().any(|diagnostic| diagnostic.place.is_some()) {
            self.diagnostics.push(self.no_stacks());
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
            let names: BTreeSet<_> = stacks
                .keys()
                .filter(|name| self.stack.as_ref().is_none_or(|stack| stack == name.as_str()))
                .flat_map(|name| self.repository.environments(name))
                .collect();
            let names: Vec<&str> = names.iter().map(gen_core::model::names::EnvName::as_str).collect();
            if !names.contains(&wanted.as_str()) {
                self.diagnostics.push(unknown("environment", wanted, &names));
            }
        }
    }

    fn no_stacks(&self) -> Diagnostic {
        let shown = self.root.display();
        let diagnostic = Diagnostic::error(Fault::UnknownName).summary("there are no stacks here");
        let Ok(root) = self.root.canonicalize() else {
            return diagnostic.label(format!("there is no folder {shown}")).help("-C names another folder");
        };
        let diagnostic = diagnostic.label(format!("{shown} has no folder stacks/"));
        match root.ancestors().skip(1).zip(1..).find(|(folder, _)| folder.join("stacks").is_dir()) {
            Some((_, up)) => {
                let path: PathBuf =
                    self.root.components().filter(|part| *part != Component::CurDir).collect();
                let path = path.join(vec![".."; up].join("/"));
                diagnostic.help(format!("there is one further up: gen -C {}", path.display()))
            }
            None => diagnostic.help("gen init makes a repository; -C names another folder"),
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

    /// The command line names an environment.
    pub(crate) fn names_environment(&self) -> bool {
        self.env.is_some()
    }

    /// Judges the selected targets, for commands that need them all at once.
    pub(crate) fn prove(&mut self, what_if: &WhatIf, as_of: Option<Date>) -> Option<Proof> {
        let (proof, found) = prove(&self.repository, what_if, as_of, &|id| self.selects(id));
        self.report(found);
        proof
    }

    /// Adds faults to those of the session. Faults of targets that were not asked for are not the answer to this question.
    pub(crate) fn report(&mut self, found: Vec<Diagnostic>) {
        let asked = |diagnostic: &Diagnostic| {
            let target = diagnostic.target.as_ref().and_then(|target| target.split_once('/'));
            target.is_none_or(|(stack, env)| {
                self.stack.as_deref().is_none_or(|wanted| wanted == stack)
                    && self.env.as_deref().is_none_or(|wanted| wanted == env)
            })
        };
        // What stands in the way of a planned environment is said in full to whoever asks for it, else summed up.
        let partial = self.is_partial();
        let said = |diagnostic: &Diagnostic| {
            let warns = diagnostic.severity == Severity::Warning && diagnostic.fault.is_verdict();
            !warns || partial != (diagnostic.fault == Fault::Planned)
        };
        self.diagnostics.extend(found.into_iter().filter(asked).filter(said));
    }
}

pub(crate) fn unknown(what: &str, wanted: &str, known: &[&str]) -> Diagnostic {
    Diagnostic::error(Fault::UnknownName)
        .label(format!("there is no {what} `{wanted}`"))
        .nearest_or_all(wanted, known.iter().copied())
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
