//! Putting targets together: one stack in one environment, nothing left open, every choice with its origin.

mod account;
mod binding;
mod component;
mod features;
mod had;
mod moves;
mod profile;
mod release;
mod rules;
mod size;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use rayon::prelude::*;
use serde::Serialize;

pub use account::{AccountRef, Consumer, ci_settings};
pub use binding::Bound;
pub(crate) use binding::{binding_to, usual_product};
pub use component::{Resolved, Settings};
pub use had::Had;
pub use moves::Moves;
pub use profile::Policy;
pub use release::release_fits;

use crate::diag::{Diagnostic, Fault};
use crate::load::{Loaded, Repository, StackFiles};
use crate::model::component::{ComponentType, Issuer};
use crate::model::environment::{Binding, Environment, SizeDetails, Tier};
use crate::model::names::{
    ComponentName, DataName, EnvName, HostName, Place, RegionName, StackName, SubjectName,
};
use crate::model::stack::{DataClass, Purpose, Stack};
use crate::model::subject::Provider;
use crate::model::waiver::{Release, Waivers};

/// Which stack in which environment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct TargetId {
    /// The stack.
    pub stack: StackName,
    /// The environment.
    pub env: EnvName,
}

impl fmt::Display for TargetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/{}", self.stack, self.env))
    }
}

impl TargetId {
    /// What names of the target's resources begin with.
    pub fn resource_name(&self) -> String {
        format!("{}-{}", self.stack, self.env)
    }
}

/// What the command line changes about targets: what-if.
#[derive(Debug, Clone, Default)]
pub struct WhatIf {
    /// Another profile.
    pub profile: Option<crate::model::names::ProfileName>,
    /// Other providers or products: for one component, or as the default.
    pub providers: Vec<(Option<ComponentName>, SubjectName)>,
}

impl WhatIf {
    /// Nothing is changed.
    pub fn is_empty(&self) -> bool {
        self.profile.is_none() && self.providers.is_empty()
    }
}

/// One stack in one environment, resolved.
#[derive(Debug, Clone)]
pub struct Target {
    /// Which one.
    pub id: TargetId,
    /// The stack as written.
    pub stack: Arc<Loaded<Stack>>,
    /// The environment as written.
    pub env: Arc<Loaded<Environment>>,
    /// Its waivers file.
    pub waivers: Option<Arc<Loaded<Waivers>>>,
    /// What it runs, once something was promoted.
    pub release: Option<Arc<Loaded<Release>>>,
    /// The policy, with everything that it extends.
    pub policy: Arc<Policy>,
    /// Countries that data and its copies may be in; groups are expanded.
    pub data_places: Arc<BTreeSet<Place>>,
    /// Accounts by provider.
    pub accounts: BTreeMap<SubjectName, AccountRef>,
    /// Targets that this one is the account of; only for foundation stacks.
    pub consumers: Vec<Consumer>,
    /// Components by name.
    pub components: BTreeMap<ComponentName, Resolved>,
    /// Data classes, environment over stack.
    pub data: BTreeMap<DataName, DataClass>,
}

impl Target {
    /// The environment's tier.
    pub fn tier(&self) -> Tier {
        self.env.value.tier
    }

    /// What the stack is.
    pub fn purpose(&self) -> Purpose {
        self.stack.value.purpose
    }

    /// The components of a type.
    pub fn of_type(&self, kind: ComponentType) -> impl Iterator<Item = &Resolved> {
        self.components.values().filter(move |component| component.kind() == kind)
    }

    /// Data classes that lie in a component.
    pub fn data_in<'a>(
        &'a self,
        component: &'a ComponentName,
    ) -> impl Iterator<Item = (&'a DataName, &'a DataClass)> {
        self.data.iter().filter(move |(_, class)| class.component == *component)
    }

    /// What stands in for workload federation at a provider: the product, and its address.
    pub fn stand_in(&self, provider: &SubjectName) -> Option<(&SubjectName, &str)> {
        let ci = self.of_type(ComponentType::Ci).next()?;
        let bind = &self.env.value.bind;
        let binding = bind.get(ci.name.as_str()).or_else(|| bind.get("default"))?;
        let (product, address) = binding.via.get(provider)?.existing.first_key_value()?;
        Some((product, address))
    }

    /// Who issues the tokens of CI.
    pub fn issuer(&self, repository: &Repository, ci: &Resolved) -> Issuer {
        let bound = self.env.value.bind.get(ci.name.as_str()).and_then(|binding| binding.issuer);
        component::issuer(repository, &ci.settings, bound)
    }

    /// Size settings of a component or workload.
    pub fn size(&self, name: &str) -> SizeDetails {
        use crate::model::environment::Size;
        match self.env.value.size.get(name) {
            None => SizeDetails::default(),
            Some(Size::Class(class)) => SizeDetails { class: Some(*class), ..SizeDetails::default() },
            Some(Size::Details(details)) => details.clone(),
        }
    }

    /// The region of a provider that the environment is at home in: the one that its default binding pins, else one in its
    /// country. It does not depend on where single components are, so names of roots, and with them keys of states, are stable.
    pub fn home_region<'a>(&'a self, name: &SubjectName, provider: &'a Provider) -> Option<&'a RegionName> {
        let default = self.env.value.bind.get("default");
        let pinned = default.filter(|binding| binding.provider.as_ref() == Some(name));
        pinned
            .and_then(|binding| binding.region.as_ref())
            .or_else(|| binding::region_for(&self.env.value, &self.data_places, provider))
    }

    /// The same target with one component bound otherwise; none when it cannot be bound so.
    pub fn rebound(
        &self,
        repository: &Repository,
        component: &ComponentName,
        binding: &Binding,
    ) -> Option<Self> {
        let mut env = self.env.value.clone();
        env.bind.insert(component.to_string(), binding.clone());
        let env = Arc::new(Loaded { file: self.env.file.clone(), builtin: self.env.builtin, value: env });
        let mut diagnostics = Vec::new();
        let components =
            component::resolve(repository, &self.stack, &env, &self.policy, &self.data, &mut diagnostics);
        let target = Self { env, components, ..self.clone() };
        (!crate::diag::any_error(&diagnostics)).then_some(target)
    }
}

/// All profiles with what they extend, by name, and what is wrong with them.
pub fn policies(repository: &Repository) -> (Vec<Arc<Policy>>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let policies = profile::resolve_all(repository, &mut diagnostics);
    (policies.into_values().collect(), diagnostics)
}

/// All targets of the repository, with the faults of all.
///
/// A target that cannot be put together is left out; its faults say why.
pub fn resolve(repository: &Repository, what_if: &WhatIf) -> (Vec<Target>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let policies = profile::resolve_all(repository, &mut diagnostics);
    let accounts = account::index(repository, &mut diagnostics);
    let domains = domains(repository);
    let names = names(repository);
    let jobs: Vec<_> = repository
        .stacks
        .iter()
        .flat_map(|(name, files)| files.environments.iter().map(move |(env, file)| (name, files, env, file)))
        .collect();
    let outcomes: Vec<_> = jobs
        .par_iter()
        .map(|(stack, files, env_name, env)| {
            let id = TargetId { stack: (*stack).clone(), env: (*env_name).clone() };
            let mut found = Vec::new();
            found.extend(domain_twice(&domains, &id, env));
            found.extend(name_twice(&names, &id, env));
            let target = resolve_one(repository, &policies, &accounts, &id, files, env, what_if, &mut found);
            for diagnostic in &mut found {
                diagnostic.target.get_or_insert_with(|| id.to_string());
            }
            (target, found)
        })
        .collect();
    let mut targets = Vec::with_capacity(outcomes.len());
    for (target, found) in outcomes {
        targets.extend(target);
        diagnostics.extend(found);
    }
    account::connect(repository, &accounts, &mut targets, &mut diagnostics);
    (targets, diagnostics)
}

/// Targets by what the names of their resources begin with.
fn names(repository: &Repository) -> BTreeMap<String, Vec<TargetId>> {
    let mut names: BTreeMap<String, Vec<TargetId>> = BTreeMap::new();
    for (stack, files) in &repository.stacks {
        for env in files.environments.keys() {
            let id = TargetId { stack: stack.clone(), env: env.clone() };
            names.entry(id.resource_name()).or_default().push(id);
        }
    }
    names
}

/// What names of resources begin with is one target's.
fn name_twice(
    names: &BTreeMap<String, Vec<TargetId>>,
    id: &TargetId,
    env: &Loaded<Environment>,
) -> Option<Diagnostic> {
    let name = id.resource_name();
    let other = names.get(&name)?.iter().find(|other| *other != id)?;
    let diagnostic = Diagnostic::error(Fault::BadName)
        .at(crate::diag::Place::file(env.file.clone()))
        .label(format!("resources of {other} would be called `{name}` too"))
        .help("rename the stack or the environment: names of resources are STACK-ENVIRONMENT");
    Some(diagnostic)
}

/// Which environments say that a DNS zone is theirs.
fn domains(repository: &Repository) -> BTreeMap<&HostName, Vec<TargetId>> {
    let mut domains: BTreeMap<&HostName, Vec<TargetId>> = BTreeMap::new();
    for (stack, files) in &repository.stacks {
        for (env, file) in &files.environments {
            if let Some(domain) = &file.value.domain {
                domains.entry(domain).or_default().push(TargetId { stack: stack.clone(), env: env.clone() });
            }
        }
    }
    domains
}

/// A DNS zone is that of one environment.
fn domain_twice(
    domains: &BTreeMap<&HostName, Vec<TargetId>>,
    id: &TargetId,
    env: &Loaded<Environment>,
) -> Option<Diagnostic> {
    let others = domains.get(env.value.domain.as_ref()?)?;
    let other = others.iter().find(|other| *other != id)?;
    let diagnostic = Diagnostic::error(Fault::Contradiction)
        .at(crate::diag::Place::value(env.file.clone(), crate::diag::Route::keys(["domain"])))
        .label(format!("{other} is published below this domain too"))
        .help("give each environment a zone of its own");
    Some(diagnostic)
}

#[expect(clippy::too_many_arguments, reason = "everything that a target is made of, named once")]
fn resolve_one(
    repository: &Repository,
    policies: &BTreeMap<crate::model::names::ProfileName, Arc<Policy>>,
    accounts: &account::Index,
    id: &TargetId,
    files: &StackFiles,
    env: &Arc<Loaded<Environment>>,
    what_if: &WhatIf,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Target> {
    let stack = files.stack.as_ref()?;
    if id.stack.as_str() == "modules" {
        let diagnostic = Diagnostic::error(Fault::BadName)
            .at(crate::diag::Place::file(stack.file.clone()))
            .label("terraform-out/modules holds the modules that all stacks use")
            .help("choose another name for the stack");
        diagnostics.push(diagnostic);
        return None;
    }
    let env = binding::apply_what_if(env, what_if, repository);
    let policy = profile::choose(repository, policies, &env, what_if, diagnostics)?;
    let data = component::merge_data(stack, &env, diagnostics);
    let components = component::resolve(repository, stack, &env, &policy, &data, diagnostics);
    if let Some(release) = files.releases.get(&id.env) {
        release::check(release, diagnostics);
    }
    let accounts = account::of_target(repository, accounts, stack, &env, &components, what_if, diagnostics);
    if crate::diag::any_error(diagnostics) {
        return None;
    }
    Some(Target {
        id: id.clone(),
        stack: stack.clone(),
        waivers: files.waivers.clone(),
        release: files.releases.get(&id.env).cloned(),
        data_places: Arc::new(binding::data_places(repository, &env)),
        env,
        policy,
        accounts,
        consumers: Vec::new(),
        components,
        data,
    })
}
