//! Names, and how long resolvers remember them.

use crate::model::component::ComponentType;

use super::action::{Action, Phase, Seen, Undo};
use super::{Context, Steps};

pub(super) fn prepare(context: &Context<'_>, steps: &mut Steps) {
    let Some(domain) = context.before.env.value.domain.clone() else { return };
    for moved in context.moving(ComponentType::Edge) {
        let action = Action::LowerTtl { domain: domain.clone(), hosts: hosts(context) };
        steps.add(Phase::Prepare, Some(&moved.component), action, vec![Seen::ShortTtl], Undo::SetBack);
    }
}

pub(super) fn switch(context: &Context<'_>, steps: &mut Steps) {
    for moved in context.moving(ComponentType::Edge) {
        // Clients go on with the name that they have.
        let (old, new) = (context.before.env.value.domain.clone(), context.after.env.value.domain.clone());
        let renamed = new.clone().filter(|_| old.is_some() && old != new);
        let action = Action::SwitchNames { domain: old.or(new), hosts: hosts(context), renamed };
        steps.add(Phase::Switch, Some(&moved.component), action, vec![Seen::NamesLead], Undo::SetBack);
    }
}

/// Labels below the domain that workloads are published under.
fn hosts(context: &Context<'_>) -> Vec<String> {
    let workloads = context.after.stack.value.workloads.values();
    workloads.filter_map(|workload| Some(workload.publish.as_ref()?.host.to_string())).collect()
}
