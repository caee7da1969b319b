//! Components of a target: declared and implied, bound, every reference checked.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diag::{Diagnostic, Fault, Place as Spot, Route};
use crate::load::{Loaded, Repository};
use crate::model::component::{Component, ComponentType};
use crate::model::environment::Environment;
use crate::model::names::{ComponentName, DataName};
use crate::model::stack::{Access, DataClass, Purpose, Stack, WormMode};

use super::binding::{Binder, data_places, unknown};
use super::{Bound, Policy};

/// What is known of a component beside its binding.
#[derive(Debug, Clone)]
pub enum Settings {
    /// As the stack declares it.
    Declared(Component),
    /// Every stack has it.
    Implied(ComponentType),
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
        match &self.settings {
            Settings::Declared(component) => component.kind(),
            Settings::Implied(kind) => *kind,
        }
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
        if class.worm == Some(WormMode::Compliance)
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
    check_worm(stack, &data, diagnostics);
    data
}

/// A store locks everything in it in one way, so what is asked of it has to agree.
fn check_worm(
    stack: &Loaded<Stack>,
    data: &BTreeMap<DataName, DataClass>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut first: BTreeMap<&ComponentName, (&DataName, &DataClass)> = BTreeMap::new();
    for (name, class) in data {
        let at = |key: &str| Spot::value(stack.file.clone(), Route::keys(["data", name.as_str(), key]));
        let fault = |key: &str| Diagnostic::error(Fault::Contradiction).at(at(key));
        let Some(mode) = class.worm else {
            if class.legal_hold {
                diagnostics.push(
                    fault("legal_hold")
                        .label("a hold needs write-once storage")
                        .help("add `worm: compliance` or `worm: governance`"),
                );
            }
            continue;
        };
        let (other, known) = first.entry(&class.component).or_insert((name, class));
        if known.worm != Some(mode) || known.legal_hold != class.legal_hold {
            diagnostics.push(
                fault("worm")
                    .label(format!("`{other}` in the same component is locked in another way"))
                    .help("give each its own object store, or the same `worm` and `legal_hold`"),
            );
        }
    }
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
    check_names(stack, env, &settings, data, diagnostics);
    let binder = Binder { repository, env, policy, data_places: data_places(repository, env) };
    let declared: BTreeSet<ComponentName> = settings.keys().cloned().collect();
    let mut components = BTreeMap::new();
    for (name, settings) in settings {
        let kind = match &settings {
            Settings::Declared(component) => component.kind(),
            Settings::Implied(kind) => *kind,
        };
        if let Some((bound, bound_at)) = binder.bind(&name, kind, diagnostics) {
            components.insert(name.clone(), Resolved { name, settings, bound, bound_at });
        }
    }
    check_hosts(&components, &declared, diagnostics);
    components
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

/// Every name that a stack or an environment refers to exists.
fn check_names(
    stack: &Loaded<Stack>,
    env: &Loaded<Environment>,
    settings: &BTreeMap<ComponentName, Settings>,
    data: &BTreeMap<DataName, DataClass>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let value = &stack.value;
    let known = || settings.keys().map(ComponentName::as_str);
    let mut missing = |name: &str, place: Spot| {
        if !settings.contains_key(name) {
            diagnostics.push(unknown(format!("the stack has no component `{name}`"), name, known(), place));
        }
    };
    for name in env.value.bind.keys().filter(|name| name.as_str() != "default") {
        missing(name, Spot::key(env.file.clone(), Route::keys(["bind", name])));
    }
    for (name, class) in data {
        let place = Spot::value(stack.file.clone(), Route::keys(["data", name.as_str(), "in"]));
        missing(class.component.as_str(), place);
    }
    for name in value.needs.keys() {
        missing(name.as_str(), Spot::key(stack.file.clone(), Route::keys(["needs", name.as_str()])));
    }
    for (index, renamed) in value.moved.iter().enumerate() {
        for (old, new) in renamed {
            let route = Route::keys(["moved"]).index(index).key(old.as_str());
            missing(new.as_str(), Spot::value(stack.file.clone(), route));
        }
    }
    for (name, component) in &value.components {
        let at = |keys: &[&str]| {
            Spot::value(stack.file.clone(), Route::keys(["components", name.as_str()]).and(keys))
        };
        match component {
            Component::Temporal(temporal) => {
                check_part(stack, &temporal.stores.default, at(&["stores", "default"]), diagnostics);
                check_part(stack, &temporal.stores.visibility, at(&["stores", "visibility"]), diagnostics);
            }
            Component::Delivery(delivery) if !settings.contains_key(&delivery.origin) => {
                let origin = delivery.origin.as_str();
                diagnostics.push(unknown(
                    format!("the stack has no component `{origin}`"),
                    origin,
                    known(),
                    at(&["origin"]),
                ));
            }
            _ => {}
        }
    }
    for database in value.migrations.keys() {
        check_part(
            stack,
            database,
            Spot::key(stack.file.clone(), Route::keys(["migrations", database])),
            diagnostics,
        );
    }
    let sized: BTreeSet<&str> =
        known().chain(value.workloads.keys().map(crate::model::names::WorkloadName::as_str)).collect();
    for name in env.value.size.keys().filter(|name| !sized.contains(name.as_str())) {
        let place = Spot::key(env.file.clone(), Route::keys(["size", name]));
        diagnostics.push(unknown(
            format!("there is no component or workload `{name}`"),
            name,
            sized.iter().copied(),
            place,
        ));
    }
    check_workloads(stack, env, settings, diagnostics);
}

fn check_workloads(
    stack: &Loaded<Stack>,
    env: &Loaded<Environment>,
    settings: &BTreeMap<ComponentName, Settings>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let has_secrets =
        stack.value.components.values().any(|component| component.kind() == ComponentType::Secrets);
    for (name, workload) in &stack.value.workloads {
        let at = |keys: &[&str]| {
            Spot::key(stack.file.clone(), Route::keys(["workloads", name.as_str()]).and(keys))
        };
        for (used, access) in &workload.uses {
            let component = used.split('/').next().unwrap_or(used);
            let Some(found) = settings.get(component) else {
                let known = settings.keys().map(ComponentName::as_str);
                diagnostics.push(unknown(
                    format!("the stack has no component `{component}`"),
                    component,
                    known,
                    at(&["uses", used]),
                ));
                continue;
            };
            if used.contains('/') {
                check_part(stack, used, at(&["uses", used]), diagnostics);
            }
            let kind = match found {
                Settings::Declared(component) => component.kind(),
                Settings::Implied(kind) => *kind,
            };
            if !accesses(kind).contains(access) {
                let allowed: Vec<_> = accesses(kind).iter().map(|access| access.as_str()).collect();
                diagnostics.push(
                    Diagnostic::error(Fault::Contradiction)
                        .at(Spot::value(
                            stack.file.clone(),
                            Route::keys(["workloads", name.as_str(), "uses", used]),
                        ))
                        .label(format!("a component of type {kind} is not used in this way"))
                        .help(if allowed.is_empty() {
                            format!("workloads do not use components of type {kind}")
                        } else {
                            format!("one of: {}", allowed.join(", "))
                        }),
                );
            }
        }
        let mut accesses_of: BTreeMap<&str, Access> = BTreeMap::new();
        for (used, access) in &workload.uses {
            let component = used.split('/').next().unwrap_or(used);
            if *accesses_of.entry(component).or_insert(*access) != *access {
                diagnostics.push(
                    Diagnostic::error(Fault::Contradiction)
                        .at(at(&["uses", used]))
                        .label(format!("`{component}` is used in two ways by one workload"))
                        .help("a workload has one identity: ask for the wider access in both, or make it two workloads"),
                );
            }
        }
        if !workload.secrets.is_empty() && !has_secrets {
            diagnostics.push(
                Diagnostic::error(Fault::UnknownName)
                    .at(at(&["secrets"]))
                    .label("the stack has no secrets component")
                    .help("declare one: `components: {secrets: {type: secrets}}`"),
            );
        }
        if workload.publish.is_some() && !workload.listen.contains_key("http") {
            diagnostics.push(
                Diagnostic::error(Fault::Contradiction)
                    .at(at(&["publish"]))
                    .label("published without a port called `http`")
                    .help("add it: `listen: {http: 8080}`"),
            );
        }
    }
    hosts_once(stack, diagnostics);
    let published = stack.value.workloads.values().any(|workload| workload.publish.is_some());
    if published && env.value.domain.is_none() && stack.value.purpose == Purpose::Application {
        diagnostics.push(
            Diagnostic::error(Fault::MissingKey)
                .at(Spot::file(env.file.clone()))
                .label("`domain` is missing")
                .help("the stack publishes workloads: `domain: dev.example.org` says below which DNS zone"),
        );
    }
}

/// A host leads to one workload.
fn hosts_once(stack: &Loaded<Stack>, diagnostics: &mut Vec<Diagnostic>) {
    let mut taken = BTreeMap::new();
    for (name, workload) in &stack.value.workloads {
        let Some(publish) = &workload.publish else { continue };
        if let Some(other) = taken.insert(&publish.host, name) {
            let route = Route::keys(["workloads", name.as_str(), "publish", "host"]);
            diagnostics.push(
                Diagnostic::error(Fault::HostTwice)
                    .at(Spot::value(stack.file.clone(), route))
                    .label(format!("`{other}` is published as `{}` already", publish.host))
                    .help("publish one of them under another host"),
            );
        }
    }
}

/// In which ways workloads can use components of a type.
fn accesses(kind: ComponentType) -> &'static [Access] {
    match kind {
        ComponentType::Postgres | ComponentType::Cache | ComponentType::Surrealdb => {
            &[Access::Read, Access::Rw]
        }
        ComponentType::ObjectStore => &[Access::Read, Access::Rw, Access::Append, Access::LegalHold],
        ComponentType::Temporal => &[Access::Start, Access::Poll],
        ComponentType::Telemetry => &[Access::Write],
        _ => &[],
    }
}

/// `component/database` names a database of a `PostgreSQL` component.
fn check_part(stack: &Loaded<Stack>, text: &str, place: Spot, diagnostics: &mut Vec<Diagnostic>) {
    let databases = stack.value.components.iter().filter_map(|(name, component)| match component {
        Component::Postgres(postgres) => Some((name, postgres)),
        _ => None,
    });
    let known: Vec<String> = databases
        .flat_map(|(name, postgres)| {
            postgres.databases.iter().map(move |database| format!("{name}/{database}"))
        })
        .collect();
    if !known.iter().any(|name| name == text) {
        diagnostics.push(unknown(
            format!("the stack has no database `{text}`"),
            text,
            known.iter().map(String::as_str),
            place,
        ));
    }
}

/// Hosts exist, and nothing hosts itself in a circle.
fn check_hosts(
    components: &BTreeMap<ComponentName, Resolved>,
    declared: &BTreeSet<ComponentName>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for component in components.values() {
        let mut seen = BTreeSet::from([&component.name]);
        let mut current = component;
        while let Bound::Hosted { host, .. } = &current.bound {
            let Some(next) = components.get(host) else {
                // A host that could not be bound has its own fault.
                if current.name == component.name && !declared.contains(host) {
                    diagnostics.push(unknown(
                        format!("`{}` is hosted on `{host}`, which does not exist", component.name),
                        host.as_str(),
                        declared.iter().map(ComponentName::as_str),
                        component.bound_at.clone(),
                    ));
                }
                break;
            };
            if !seen.insert(&next.name) {
                let circle: Vec<_> = seen.iter().map(|name| name.as_str()).collect();
                diagnostics.push(
                    Diagnostic::error(Fault::BindingCircle)
                        .at(component.bound_at.clone())
                        .label(format!("hosted on {}", circle.join(", ")))
                        .help("bind one of them to a provider, or bring it as existing"),
                );
                break;
            }
            current = next;
        }
    }
}
