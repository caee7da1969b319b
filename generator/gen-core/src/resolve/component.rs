//! Components of a target: declared and implied, and how each is had.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diag::{Diagnostic, Fault, Place as Spot, Route};
use crate::load::{Loaded, Repository};
use crate::model::component::{Component, ComponentType, Issuer};
use crate::model::environment::Environment;
use crate::model::names::{ComponentName, DataName};
use crate::model::stack::{DataClass, Purpose, Stack};

use super::binding::{Binder, data_places, unknown};
use super::{Bound, Policy, ci_settings, rules};

/// What is known of a component beside its binding.
#[derive(Debug, Clone)]
pub enum Settings {
    /// As the stack declares it.
    Declared(Component),
    /// Every stack has it.
    Implied(ComponentType),
}

impl Settings {
    /// The component's type.
    pub fn kind(&self) -> ComponentType {
        match self {
            Self::Declared(component) => component.kind(),
            Self::Implied(kind) => *kind,
        }
    }
}

/// A component of a target.
#[derive(Debug, Clone)]
pub struct Resolved {
    /// Its name.
    pub name: ComponentName,
    /// Its settings.
    pub settings: Settings,
    /// How it is had.
    pub bound: Bound,
    /// Where the binding is written.
    pub bound_at: Spot,
}

impl Resolved {
    /// The component's type.
    pub fn kind(&self) -> ComponentType {
        self.settings.kind()
    }
}

/// Names that would clash with what every root has.
const RESERVED: [&str; 16] = [
    "default",
    "context",
    "tags",
    "upstream",
    "spec",
    "all",
    "component",
    "grants",
    "exports",
    "existing",
    "version",
    "source",
    "providers",
    "count",
    "lifecycle",
    "locals",
];

/// Data classes of the stack with the environment's settings on top.
pub(super) fn merge_data(
    stack: &Loaded<Stack>,
    env: &Loaded<Environment>,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<DataName, DataClass> {
    let mut data = stack.value.data.clone();
    for (name, settings) in &env.value.data {
        let Some(class) = data.get_mut(name) else {
            diagnostics.push(unknown(
                format!("the stack has no data class `{name}`"),
                name.as_str(),
                stack.value.data.keys().map(DataName::as_str),
                Spot::key(env.file.clone(), Route::keys(["data", name.as_str()])),
            ));
            continue;
        };
        class.retain = settings.retain.unwrap_or(class.retain);
        class.rpo = settings.rpo.unwrap_or(class.rpo);
        class.rto = settings.rto.unwrap_or(class.rto);
        if class.worm.is_some()
            && stack.value.data.get(name).is_some_and(|asked| class.retain < asked.retain)
            && env.value.tier == crate::model::environment::Tier::Production
        {
            diagnostics.push(
                Diagnostic::error(Fault::Contradiction)
                    .at(Spot::value(env.file.clone(), Route::keys(["data", name.as_str(), "retain"])))
                    .label("shorter than the stack asks for")
                    .help("in production, write-once data is kept at least as long as the stack says"),
            );
        }
    }
    rules::check_worm(stack, &data, diagnostics);
    data
}

pub(super) fn resolve(
    repository: &Repository,
    stack: &Loaded<Stack>,
    env: &Arc<Loaded<Environment>>,
    policy: &Policy,
    data: &BTreeMap<DataName, DataClass>,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<ComponentName, Resolved> {
    let settings = all_settings(stack, diagnostics);
    rules::check_names(repository, stack, env, &settings, data, diagnostics);
    let binder = Binder { repository, env, policy, data_places: data_places(repository, env) };
    let declared: BTreeSet<ComponentName> = settings.keys().cloned().collect();
    let mut components = BTreeMap::new();
    for (name, settings) in settings {
        let kind = settings.kind();
        if let Some((bound, bound_at)) = binder.bind(&name, kind, diagnostics) {
            if kind == ComponentType::Ci {
                check_issuer(&binder, stack, (&name, &settings), &bound_at, diagnostics);
            }
            components.insert(name.clone(), Resolved { name, settings, bound, bound_at });
        }
    }
    rules::check_hosts(&components, &declared, diagnostics);
    rules::check_needs(repository, stack, &components, diagnostics);
    rules::check_stand_ins(repository, env, diagnostics);
    components
}

/// Tokens of CI are issued by one that the profile allows, and the environment does not contradict the stack.
fn check_issuer(
    binder: &Binder<'_>,
    stack: &Loaded<Stack>,
    (name, settings): (&ComponentName, &Settings),
    bound_at: &Spot,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let bound = binder.env.value.bind.get(name.as_str()).and_then(|binding| binding.issuer);
    let in_env = || Spot::value(binder.env.file.clone(), Route::keys(["bind", name.as_str(), "issuer"]));
    let place = match (settings, bound) {
        (Settings::Declared(Component::Ci(ci)), Some(issuer)) if issuer != ci.issuer => {
            diagnostics.push(
                Diagnostic::error(Fault::Contradiction)
                    .at(in_env())
                    .label(format!("the stack says that `{}` issues the tokens", ci.issuer.as_str()))
                    .help("leave `issuer` out here: what an account trusts is said once, in the stack"),
            );
            return;
        }
        (Settings::Declared(_), _) => {
            Spot::value(stack.file.clone(), Route::keys(["components", name.as_str(), "issuer"]))
        }
        (Settings::Implied(_), Some(_)) => in_env(),
        (Settings::Implied(_), None) => bound_at.clone(),
    };
    binder.allow_issuer(issuer(binder.repository, settings, bound), place, diagnostics);
}

/// Who issues the tokens of CI: as declared, else as the environment's binding says, else as the accounts' stack says.
pub(super) fn issuer(repository: &Repository, settings: &Settings, bound: Option<Issuer>) -> Issuer {
    match settings {
        Settings::Declared(Component::Ci(ci)) => ci.issuer,
        _ => bound.or_else(|| ci_settings(repository).map(|ci| ci.issuer)).unwrap_or(Issuer::Github),
    }
}

/// Declared components, and those that every stack of this purpose has.
fn all_settings(
    stack: &Loaded<Stack>,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<ComponentName, Settings> {
    let value = &stack.value;
    let mut settings = BTreeMap::new();
    for (name, component) in &value.components {
        let kind = component.kind();
        let place = Spot::key(stack.file.clone(), Route::keys(["components", name.as_str()]));
        if RESERVED.contains(&name.as_str()) {
            diagnostics.push(
                Diagnostic::error(Fault::BadName).at(place).label("reserved").help("choose another name"),
            );
        } else if implied(value).contains(&kind) && name.as_str() != kind.as_str() {
            diagnostics.push(
                Diagnostic::error(Fault::BadName)
                    .at(place)
                    .label(format!("every stack has one component of type {kind}, called `{kind}`"))
                    .help(format!("rename it to `{kind}`")),
            );
        } else {
            settings.insert(name.clone(), Settings::Declared(component.clone()));
        }
    }
    for kind in implied(value) {
        let Ok(name) = ComponentName::parse(kind.as_str()) else { continue };
        settings.entry(name).or_insert(Settings::Implied(kind));
    }
    settings
}

fn implied(stack: &Stack) -> Vec<ComponentType> {
    use ComponentType::{Account, Backup, Ci, Cluster, Edge, Keys, Network, Registry, State};
    if stack.purpose == Purpose::Foundation {
        return vec![Account, State, Ci];
    }
    let mut kinds = vec![State, Ci, Network, Keys, Cluster];
    let holds = |kind: ComponentType| stack.components.values().any(|component| component.kind() == kind);
    if holds(ComponentType::Postgres) || holds(ComponentType::ObjectStore) {
        kinds.push(Backup);
    }
    if !stack.workloads.is_empty() {
        kinds.push(Registry);
    }
    if holds(ComponentType::Delivery) || stack.workloads.values().any(|workload| workload.publish.is_some()) {
        kinds.push(Edge);
    }
    kinds
}
