//! Roots and software: what is made beside the old side, and what is removed of the old side at the end.

use std::collections::BTreeSet;

use crate::kind::terraform::Root;
use crate::model::component::{ComponentType, Layer};
use crate::model::names::ComponentName;
use crate::resolve::Had;

use super::action::{Action, KeepReason, Phase, RootPart, Seen, Undo};
use super::{Context, Move, Obstacle, Steps, identity, objects, secrets, telemetry};

pub(super) fn build(context: &Context<'_>, steps: &mut Steps) {
    let held = shrinking(context);
    if !held.is_empty() {
        let action = Action::HoldRoots { roots: held };
        steps.add(Phase::Build, None, action, vec![Seen::AsApplied], Undo::Leave);
    }
    let mut applied: BTreeSet<&str> = BTreeSet::new();
    for moved in context.moves.iter().filter(|moved| is_made_here(moved)) {
        let name = Some(&moved.component);
        match (&moved.to, root_of(context.roots_after, &moved.component)) {
            // Software whose host stays is there already; that its data moves is said where it starts again.
            (Had::Hosted { host, .. }, _) if moved.why.is_carried() && !context.moves_at_all(host) => {}
            (Had::Hosted { product, host }, _) => {
                let action = Action::Install { product: product.clone(), host: host.clone() };
                steps.add(Phase::Build, name, action, vec![Seen::Capabilities], Undo::DestroyNew);
            }
            (Had::Managed { .. }, Some(root)) => {
                // A root is applied once, with everything in it.
                if !applied.insert(&root.name) {
                    continue;
                }
                let moving = |name: &&ComponentName| context.moves_at_all(name);
                let components = root.components.iter().filter(moving).cloned().collect();
                let action = Action::Apply(RootPart { root: root.name.clone(), components });
                let seen = vec![Seen::NoChanges, Seen::Capabilities];
                steps.add(Phase::Build, None, action, seen, Undo::DestroyNew);
            }
            (to, _) if !moved.why.is_carried() => {
                let action = Action::Bring { operator: to.subject().clone() };
                steps.add(Phase::Build, name, action, vec![Seen::Capabilities], Undo::Leave);
            }
            _ => {}
        }
    }
}

pub(super) fn retire(context: &Context<'_>, steps: &mut Steps) {
    secrets::retire(context, steps);
    let kept = keep(context, steps);
    let mut destroyed: BTreeSet<&str> = BTreeSet::new();
    let going = |moved: &&Move| is_made_here(moved) && !kept.contains(&moved.component);
    for moved in context.moves.iter().rev().filter(going) {
        let old = root_of(context.roots_before, &moved.component);
        match (&moved.from, old) {
            (Had::Managed { .. }, Some(root)) => {
                if !destroyed.insert(&root.name) {
                    continue;
                }
                let goes = |name: &&ComponentName| context.moves_at_all(name) && !kept.contains(*name);
                let components = root.components.iter().filter(goes).cloned().collect();
                let part = RootPart { root: root.name.clone(), components };
                let stays = same_after(context, root).is_some();
                let action = if stays { Action::Shrink(part) } else { Action::Destroy(part) };
                steps.add(Phase::Retire, None, action, vec![Seen::NothingRefers], Undo::MakeAgain);
            }
            (from, _) if !moved.why.is_carried() => {
                let action = Action::Remove { was: from.to_string() };
                let seen = vec![Seen::NothingRefers];
                steps.add(Phase::Retire, Some(&moved.component), action, seen, Undo::MakeAgain);
            }
            // What runs on a cluster goes with it.
            _ => {}
        }
    }
    identity::retire(context, steps);
}

/// Old components that outlive the migration, and what has to stay with them.
fn keep(context: &Context<'_>, steps: &mut Steps) -> BTreeSet<ComponentName> {
    let mut kept = BTreeSet::new();
    let mut one = |moved: &Move, days: u64, because: KeepReason| {
        // What is encrypted can be read for as long as its key is there.
        let keys = context.moving(ComponentType::Keys);
        let keys = keys.filter(|keys| keys.from.subject() == moved.from.subject());
        let mut components = vec![moved.component.clone()];
        components.extend(keys.map(|keys| keys.component.clone()));
        kept.extend(components.iter().cloned());
        let until = context.matrix.as_of.plus_days(days);
        let action = Action::Keep { components, until, days, because };
        let seen = if because == KeepReason::History { Vec::new() } else { vec![Seen::DeleteRefused] };
        steps.add(Phase::Retire, Some(&moved.component), action, seen, Undo::Leave);
    };
    for moved in context.moving(ComponentType::ObjectStore) {
        if let Some(lock) = objects::lock(context.before, moved) {
            one(moved, lock.days, KeepReason::Locks);
        }
    }
    for moved in context.moving(ComponentType::Backup) {
        one(moved, context.before.backup_days(), KeepReason::Backups);
    }
    for moved in context.moving(ComponentType::Telemetry) {
        if let Some(days) = telemetry::kept(context.before, moved) {
            one(moved, days, KeepReason::History);
        }
    }
    kept
}

/// Roots that would be applied elsewhere under the state of what is there: there is no way beside.
pub(super) fn obstacles(context: &Context<'_>) -> Vec<Obstacle> {
    let clash = |old: &Root| {
        let new = state_after(context, old).filter(|new| new.region != old.region)?;
        let at =
            |root: &Root| root.region.as_ref().map_or_else(|| "no region".to_owned(), ToString::to_string);
        Some(Obstacle::Fault {
            what: format!(
                "the state of root {} is that of what is at {}: applied at {}, it destroys that first, data and all; write the new side as an environment of its own, which has states of its own, and name it with --to",
                old.name,
                at(old),
                at(new),
            ),
        })
    };
    context.roots_before.iter().filter_map(clash).collect()
}

/// The root of the new side that has the state of one of the old side.
fn state_after<'a>(context: &Context<'a>, old: &Root) -> Option<&'a Root> {
    let new = context.roots_after.iter().find(|new| new.name == old.name);
    new.filter(|_| context.is_one_environment())
}

/// The root of the new side that is one of the old side: it has its state, and makes things in the same region.
pub(super) fn same_after<'a>(context: &Context<'a>, old: &Root) -> Option<&'a Root> {
    state_after(context, old).filter(|new| new.region == old.region)
}

/// Roots of both sides that lose components: what a plan of each would destroy.
fn shrinking(context: &Context<'_>) -> Vec<RootPart> {
    let mut found = Vec::new();
    for old in context.roots_before {
        let new = same_after(context, old);
        let gone = |name: &&ComponentName| new.is_some_and(|new| !new.components.contains(name));
        let components: Vec<ComponentName> = old.components.iter().filter(gone).cloned().collect();
        if !components.is_empty() {
            found.push(RootPart { root: old.name.clone(), components });
        }
    }
    found
}

/// The foundation stack makes what belongs to an account; delivery is a part of the edge.
fn is_made_here(moved: &Move) -> bool {
    moved.kind.layer() != Layer::Foundation && moved.kind != ComponentType::Delivery
}

fn root_of<'a>(roots: &'a [Root], name: &ComponentName) -> Option<&'a Root> {
    roots.iter().find(|root| root.components.contains(name))
}
