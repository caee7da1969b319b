//! Sizes: each setting belongs to a type of component, or to workloads.

use std::collections::BTreeMap;

use crate::diag::{Diagnostic, Fault, Place as Spot, Route};
use crate::load::Loaded;
use crate::model::component::ComponentType;
use crate::model::environment::{Environment, Size, SizeDetails};
use crate::model::names::{ComponentName, WorkloadName};
use crate::model::stack::Stack;
use crate::model::workload::Plane;

use super::binding::unknown;
use super::component::Settings;

/// Every size is that of something, and says what there is to say about it.
pub(super) fn check(
    stack: &Loaded<Stack>,
    env: &Loaded<Environment>,
    settings: &BTreeMap<ComponentName, Settings>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for (name, size) in &env.value.size {
        let at = |keys: &[&str]| Spot::key(env.file.clone(), Route::keys(["size", name]).and(keys));
        let component = settings.get(name.as_str()).map(Settings::kind);
        let workload = stack.value.workloads.contains_key(name.as_str());
        if component.is_none() && !workload {
            let components = settings.keys().map(ComponentName::as_str);
            let known = components.chain(stack.value.workloads.keys().map(WorkloadName::as_str));
            let label = format!("there is no component or workload `{name}`");
            diagnostics.push(unknown(label, name, known, at(&[])));
            continue;
        }
        let (what, allowed) = match component {
            Some(kind) => (format!("a component of type {kind}"), allowed(kind)),
            None => ("a workload".to_owned(), &["class", "replicas"][..]),
        };
        for key in given(size).into_iter().filter(|key| !allowed.contains(key)) {
            let place = if matches!(size, Size::Class(_)) { at(&[]) } else { at(&[key]) };
            let help = match allowed {
                [] => "its size follows from everything else: leave it out".to_owned(),
                allowed => format!("it has: {}", allowed.join(", ")),
            };
            let fault = Diagnostic::error(Fault::Contradiction).at(place);
            diagnostics.push(fault.label(format!("{what} has no `{key}`")).help(help));
        }
        if let Size::Details(details) = size {
            check_nodes(details, &at, diagnostics);
        }
    }
}

/// Pools exist.
fn check_nodes(details: &SizeDetails, at: &dyn Fn(&[&str]) -> Spot, diagnostics: &mut Vec<Diagnostic>) {
    for (pool, nodes) in &details.nodes {
        let pools = Plane::ALL.map(Plane::as_str);
        if !pools.contains(&pool.as_str()) {
            let label = format!("a cluster has no pool `{pool}`");
            diagnostics.push(unknown(label, pool.as_str(), pools, at(&["nodes", pool.as_str()])));
        }
        if let Some((fewer, more)) = nodes.disorder() {
            diagnostics.push(
                Diagnostic::error(Fault::Contradiction)
                    .at(at(&["nodes", pool.as_str()]))
                    .label(format!("`{fewer}` is larger than `{more}`")),
            );
        }
    }
}

/// The settings that a size gives.
fn given(size: &Size) -> Vec<&'static str> {
    let Size::Details(details) = size else { return vec!["class"] };
    let given = [
        ("class", details.class.is_some()),
        ("instances", details.instances.is_some()),
        ("storage", details.storage.is_some()),
        ("replicas", details.replicas.is_some()),
        ("nodes", !details.nodes.is_empty()),
    ];
    given.into_iter().filter(|(_, is)| *is).map(|(key, _)| key).collect()
}

/// The settings that a component of a type has.
fn allowed(kind: ComponentType) -> &'static [&'static str] {
    use ComponentType::{Cache, Cluster, Postgres, Realtime, Surrealdb, Telemetry, Temporal};
    match kind {
        Cluster => &["class", "nodes"],
        Postgres => &["class", "storage"],
        Cache | Surrealdb => &["class", "instances", "storage"],
        Realtime | Telemetry | Temporal => &["class", "instances"],
        _ => &[],
    }
}
