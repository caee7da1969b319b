//! What moves, and in which order it can.

use std::collections::{BTreeMap, BTreeSet};

use crate::load::Repository;
use crate::model::component::{Component, Layer};
use crate::model::names::ComponentName;
use crate::resolve::{Bound, Had, Resolved, Settings, Target};

use super::action::Goal;
use super::{Move, Why, identity};

/// Components that move, each behind everything that it stands on.
pub(super) fn moves(repository: &Repository, before: &Target, after: &Target) -> Vec<Move> {
    let mut found: BTreeMap<ComponentName, Move> = BTreeMap::new();
    for (name, new) in &after.components {
        let Some(old) = before.components.get(name) else { continue };
        let (from, to) = (Had::from(&old.bound), Had::from(&new.bound));
        let why = match is_same_place(&from, &to) {
            false => Why::Bound,
            true if is_made_anew(before, after, new) => Why::Environment,
            true => continue,
        };
        found.insert(name.clone(), moved(after, new, from, to, why));
    }
    // What stands on something that moves moves with it, as often as that adds anything.
    loop {
        let carried: Vec<Move> = after
            .components
            .values()
            .filter(|component| !found.contains_key(&component.name))
            .filter_map(|component| {
                let under = stands_on(component).into_iter().find(|under| found.contains_key(under))?;
                let had = Had::from(&component.bound);
                Some(moved(after, component, had.clone(), had, Why::With(under)))
            })
            .collect();
        if carried.is_empty() {
            break;
        }
        found.extend(carried.into_iter().map(|moved| (moved.component.clone(), moved)));
    }
    let mut sorted = Vec::with_capacity(found.len());
    for name in in_order(repository, after) {
        sorted.extend(found.remove(&name));
    }
    sorted
}

/// Whether a component is had at one place. Copies that go elsewhere do not move it: its root changes them where it is.
fn is_same_place(from: &Had, to: &Had) -> bool {
    match (from, to) {
        (
            Had::Managed { provider: old, region: from, .. },
            Had::Managed { provider: new, region: to, .. },
        ) => (old, from) == (new, to),
        _ => from == to,
    }
}

/// Whether a component that is bound alike is another one all the same: each environment makes its own of everything but what its
/// account holds, and what the customer brings.
fn is_made_anew(before: &Target, after: &Target, component: &Resolved) -> bool {
    before.id != after.id
        && match &component.bound {
            Bound::Managed { provider, .. } => {
                component.kind().layer() != Layer::Foundation
                    || !identity::is_same_account(before, after, provider)
            }
            // What runs on a cluster that moves moves with it.
            Bound::Hosted { host, .. } => {
                after.components.get(host).is_some_and(|host| !matches!(host.bound, Bound::Managed { .. }))
            }
            Bound::Existing { .. } => false,
        }
}

fn moved(target: &Target, component: &Resolved, from: Had, to: Had, why: Why) -> Move {
    let goals = target.data_in(&component.name).map(|(name, class)| Goal {
        data: name.clone(),
        rpo: class.rpo,
        rto: class.rto,
        retain: class.retain,
    });
    Move { component: component.name.clone(), kind: component.kind(), from, to, why, goals: goals.collect() }
}

/// What a component cannot do without, of the same target: its host, its databases, its origin.
pub(super) fn stands_on(component: &Resolved) -> Vec<ComponentName> {
    let mut under = Vec::new();
    if let Bound::Hosted { host, .. } = &component.bound {
        under.push(host.clone());
    }
    match &component.settings {
        Settings::Declared(Component::Temporal(temporal)) => {
            let stores = [&temporal.stores.default, &temporal.stores.visibility];
            let names = stores.into_iter().filter_map(|store| store.split('/').next());
            under.extend(names.filter_map(|name| ComponentName::parse(name).ok()));
        }
        Settings::Declared(Component::Delivery(delivery)) => under.push(delivery.origin.clone()),
        _ => {}
    }
    under
}

/// All components, each behind what it stands on and, where a provider makes it, behind what that provider makes in the layers
/// below. Of those that could come next, the lowest layer comes first.
pub(super) fn in_order(repository: &Repository, target: &Target) -> Vec<ComponentName> {
    let mut waiting: BTreeMap<ComponentName, BTreeSet<ComponentName>> = target
        .components
        .values()
        .map(|component| (component.name.clone(), needs(repository, target, component)))
        .collect();
    let mut sorted = Vec::with_capacity(waiting.len());
    while !waiting.is_empty() {
        // Within a layer, types stand in the order in which their modules build on each other: keys before what they encrypt.
        let rank = |name: &ComponentName| {
            target.components.get(name).map(|found| (found.kind().layer(), found.kind()))
        };
        let ready = waiting.iter().filter(|(_, needs)| needs.iter().all(|need| !waiting.contains_key(need)));
        let next = ready.map(|(name, _)| name).min_by_key(|name| (rank(name), (*name).clone()));
        // Circles are refused long before; whatever is left is taken as it comes.
        let Some(next) = next.or_else(|| waiting.keys().next()).cloned() else { break };
        waiting.remove(&next);
        sorted.push(next);
    }
    sorted
}

fn needs(repository: &Repository, target: &Target, component: &Resolved) -> BTreeSet<ComponentName> {
    let mut needs: BTreeSet<ComponentName> = stands_on(component).into_iter().collect();
    if let Bound::Hosted { product, .. } = &component.bound {
        let wanted =
            repository.products.get(product).map(|file| file.value.needs.clone()).unwrap_or_default();
        let of_type = |other: &&Resolved| wanted.contains(&other.kind()) && other.name != component.name;
        // What merely could serve is no reason to wait in a circle: only what is not hosted by, or on, this component counts.
        let plain = |other: &&Resolved| !matches!(other.bound, Bound::Hosted { .. });
        needs
            .extend(target.components.values().filter(of_type).filter(plain).map(|other| other.name.clone()));
    } else {
        let lower = |other: &&Resolved| {
            !matches!(other.bound, Bound::Hosted { .. }) && other.kind().layer() < component.kind().layer()
        };
        needs.extend(target.components.values().filter(lower).map(|other| other.name.clone()));
    }
    needs.remove(&component.name);
    needs
}
