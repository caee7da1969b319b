//! What the models of a stack and an environment must agree on.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Diagnostic, Fault, Place as Spot, Route};
use crate::load::{Loaded, Repository};
use crate::model::component::{Component, ComponentType};
use crate::model::environment::Environment;
use crate::model::names::{ComponentName, DataName, DatabaseName, Place, SubjectName};
use crate::model::stack::{DataClass, Purpose, Stack};
use crate::model::workload::Access;

use super::Bound;
use super::binding::unknown;
use super::component::{Resolved, Settings};

/// A store locks everything in it in one way, so what is asked of it has to agree.
pub(super) fn check_worm(
    stack: &Loaded<Stack>,
    data: &BTreeMap<DataName, DataClass>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut first: BTreeMap<&ComponentName, (&DataName, &DataClass)> = BTreeMap::new();
    for (name, class) in data {
        let at = |key: &str| Spot::value(stack.file.clone(), Route::keys(["data", name.as_str(), key]));
        let fault = |key: &str| Diagnostic::error(Fault::Contradiction).at(at(key));
        if let (Some(_), Some(_)) = (class.worm, class.erase) {
            diagnostics.push(
                fault("erase")
                    .label("what is write-once cannot be erased before its time is over")
                    .help("leave `erase` out, or keep this data in a store without `worm`"),
            );
        }
        let Some(mode) = class.worm else {
            let locked =
                data.iter().find(|(_, other)| other.component == class.component && other.worm.is_some());
            if let Some((other, _)) = locked {
                diagnostics.push(
                    fault("in")
                        .label(format!("`{other}` in the same store is write-once, and so would this be"))
                        .help("give it an object store of its own, or say `worm` here too"),
                );
            }
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

/// What stands in for workload federation is one product that there is, at an address of its own.
pub(super) fn check_stand_ins(
    repository: &Repository,
    env: &Loaded<Environment>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for (component, binding) in &env.value.bind {
        for (provider, fallback) in &binding.via {
            let route = Route::keys(["bind", component.as_str(), "via", provider.as_str()]);
            if !repository.providers.contains_key(provider) {
                diagnostics.push(unknown(
                    format!("there is no provider `{provider}`"),
                    provider.as_str(),
                    repository.providers.keys().map(SubjectName::as_str),
                    Spot::key(env.file.clone(), route.clone()),
                ));
            }
            let route = route.key("existing");
            if fallback.existing.len() != 1 {
                diagnostics.push(
                    Diagnostic::error(Fault::Contradiction)
                        .at(Spot::value(env.file.clone(), route.clone()))
                        .label(format!(
                            "one product hands out the keys of {provider}, not {}",
                            fallback.existing.len()
                        ))
                        .help("name it with its address: `existing: {openbao: \"https://bao.example.org\"}`"),
                );
            }
            for (product, address) in &fallback.existing {
                let route = route.clone().key(product.as_str());
                if !repository.products.contains_key(product) {
                    diagnostics.push(unknown(
                        format!("there is no product `{product}`"),
                        product.as_str(),
                        repository.products.keys().map(SubjectName::as_str),
                        Spot::key(env.file.clone(), route.clone()),
                    ));
                }
                if !address.starts_with("https://") {
                    diagnostics.push(
                        Diagnostic::error(Fault::WrongValue)
                            .at(Spot::value(env.file.clone(), route))
                            .label("CI sends its token there: the address starts with `https://`"),
                    );
                }
            }
        }
    }
}

/// Every name that a stack or an environment refers to exists.
pub(super) fn check_names(
    repository: &Repository,
    stack: &Loaded<Stack>,
    env: &Loaded<Environment>,
    settings: &BTreeMap<ComponentName, Settings>,
    data: &BTreeMap<DataName, DataClass>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let value = &stack.value;
    let known = || settings.keys().map(ComponentName::as_str);
    let mut found = Vec::new();
    let mut missing = |name: &str, place: &dyn Fn() -> Spot| {
        if !settings.contains_key(name) {
            diagnostics.push(unknown(format!("the stack has no component `{name}`"), name, known(), place()));
        }
    };
    for name in env.value.bind.keys().filter(|name| name.as_str() != "default") {
        missing(name, &|| Spot::key(env.file.clone(), Route::keys(["bind", name])));
    }
    for (name, class) in data {
        let place = || Spot::value(stack.file.clone(), Route::keys(["data", name.as_str(), "in"]));
        missing(class.component.as_str(), &place);
        if let Some(kind) =
            settings.get(class.component.as_str()).map(Settings::kind).filter(|kind| !keeps_data(*kind))
        {
            found.push(
                Diagnostic::error(Fault::Contradiction)
                    .at(place())
                    .label(format!("a component of type {kind} keeps no data of its own"))
                    .help("a database, an object store, a cache or the secrets store do"),
            );
        }
    }
    let groups = repository.dictionary.as_ref().map(|dictionary| &dictionary.value.places);
    let country = &env.value.location.country;
    if let Some(members) = groups.and_then(|groups| groups.get(country)) {
        let members: Vec<&str> = members.iter().map(Place::as_str).collect();
        found.push(
            Diagnostic::error(Fault::WrongValue)
                .at(Spot::value(env.file.clone(), Route::keys(["location", "country"])))
                .label(format!("`{country}` is a group of countries"))
                .help(format!("an environment is at home in one of them: {}", members.join(", "))),
        );
    }
    for name in value.needs.keys() {
        missing(name.as_str(), &|| Spot::key(stack.file.clone(), Route::keys(["needs", name.as_str()])));
    }
    super::moves::check(stack, settings, diagnostics);
    for (name, component) in &value.components {
        let at = |keys: &[&str]| {
            Spot::value(stack.file.clone(), Route::keys(["components", name.as_str()]).and(keys))
        };
        match component {
            Component::Postgres(postgres) => {
                found.extend(wrong_databases(&postgres.databases, &at));
            }
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
    diagnostics.extend(found);
    super::size::check(stack, env, settings, diagnostics);
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
            let kind = found.kind();
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
        for (used, _) in workload.uses.iter().filter(|(_, access)| **access == Access::LegalHold) {
            let holds =
                stack.value.data.values().any(|class| class.component.as_str() == used && class.legal_hold);
            if !holds {
                diagnostics.push(
                    Diagnostic::error(Fault::Contradiction)
                        .at(at(&["uses", used]))
                        .label(format!("no data class in `{used}` can be put on hold"))
                        .help(
                            "add `legal_hold: true` to a class that is write-once, or ask for another access",
                        ),
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

/// Components of these types keep data that classes describe.
fn keeps_data(kind: ComponentType) -> bool {
    use ComponentType::{Cache, ObjectStore, Postgres, Secrets, Surrealdb, Telemetry, Temporal};
    matches!(kind, Cache | ObjectStore | Postgres | Secrets | Surrealdb | Telemetry | Temporal)
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

/// Databases are there, each is made once, and none is one that `PostgreSQL` has from the start
/// (<https://www.postgresql.org/docs/current/manage-ag-templatedbs.html>).
fn wrong_databases(databases: &[DatabaseName], at: &dyn Fn(&[&str]) -> Spot) -> Option<Diagnostic> {
    let fault = |label: String| Diagnostic::error(Fault::Contradiction).at(at(&["databases"])).label(label);
    if databases.is_empty() {
        return Some(fault("no database is made".to_owned()).help("name one: `databases: [app]`"));
    }
    let mut seen = BTreeSet::from(["postgres", "template0", "template1"]);
    let known = databases.iter().find(|name| !seen.insert(name.as_str()))?;
    let own = databases.iter().filter(|name| *name == known).count() == 1;
    let label = if own { "is there from the start" } else { "is made twice" };
    Some(fault(format!("`{known}` {label}")))
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

/// What hosted software stands on is a part of the stack.
pub(super) fn check_needs(
    repository: &Repository,
    stack: &Loaded<Stack>,
    components: &BTreeMap<ComponentName, Resolved>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for component in components.values() {
        let Bound::Hosted { product, .. } = &component.bound else { continue };
        let Some(file) = repository.products.get(product) else { continue };
        // One that is declared and could not be bound has a fault of its own.
        let has = |kind: ComponentType| {
            let declared = stack.value.components.values().map(Component::kind);
            declared.chain(components.values().map(Resolved::kind)).any(|known| known == kind)
        };
        for kind in file.value.needs.iter().copied().filter(|kind| !has(*kind)) {
            diagnostics.push(
                Diagnostic::error(Fault::Contradiction)
                    .at(component.bound_at.clone())
                    .label(format!("{} needs a component of type {kind}", file.value.name))
                    .help(format!("declare one in the stack: `components: {{<name>: {{type: {kind}}}}}`")),
            );
        }
    }
}

/// Hosts are clusters that exist, and nothing hosts itself in a circle.
pub(super) fn check_hosts(
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
            if next.kind() != ComponentType::Cluster && current.name == component.name {
                diagnostics.push(
                    Diagnostic::error(Fault::UnclearBinding)
                        .at(component.bound_at.clone())
                        .label(format!("`{host}` is a component of type {}, which runs nothing", next.kind()))
                        .help("software is hosted on a component of type cluster"),
                );
                break;
            }
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
