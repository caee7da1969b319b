//! Freeze and switch: who stops, for how long at most, and until when there is a way back.

use std::collections::BTreeMap;

use crate::model::component::ComponentType;
use crate::model::names::{ComponentName, WorkloadName};
use crate::model::workload::{Access, Workload};

use super::action::{Action, Goal, Method, Phase, Seen, Undo, Writer};
use super::{Context, Move, Step, Steps, edge, postgres, workflow};

/// Types whose data is written while they serve, so that writers stop when it moves.
const WRITTEN: [ComponentType; 3] =
    [ComponentType::Postgres, ComponentType::ObjectStore, ComponentType::Surrealdb];

pub(super) fn freeze(context: &Context<'_>, steps: &mut Steps) {
    let data = data(context);
    if data.is_empty() {
        return;
    }
    let goals = data.iter().flat_map(|moved| &moved.goals);
    let at_most: Option<Goal> = goals.min_by_key(|goal| goal.rto).cloned();
    let action =
        Action::StopWriters { writers: writers(context, &data), engines: engines(context, &data), at_most };
    steps.add(Phase::Freeze, None, action, vec![Seen::Quiet], Undo::StartOld);
}

pub(super) fn steps(context: &Context<'_>, steps: &mut Steps) {
    let data = data(context);
    workflow::steps(context, steps);
    let cluster = context.moving(ComponentType::Cluster).next().is_some();
    let all = &context.after.stack.value.workloads;
    let mut finds: Vec<ComponentName> = Vec::new();
    let mut workloads: Vec<WorkloadName> = Vec::new();
    for (name, workload) in all {
        let found = context.moves.iter().filter(|moved| uses(workload, moved));
        let found: Vec<&ComponentName> = found.map(|moved| &moved.component).collect();
        if cluster || !found.is_empty() {
            workloads.push(name.clone());
        }
        for component in found {
            if !finds.contains(component) {
                finds.push(component.clone());
            }
        }
    }
    let mut back = Undo::SetBack;
    if !workloads.is_empty() {
        let rows = data.iter().filter(|moved| moved.kind == ComponentType::Postgres);
        let flow_back = rows.clone().all(|moved| postgres::method(moved) == Method::LogicalReplication);
        let objects = data.iter().filter(|moved| moved.kind == ComponentType::ObjectStore);
        let records = data.iter().any(|moved| moved.kind == ComponentType::Surrealdb);
        let stopped = cluster || !data.is_empty();
        let undo = if data.is_empty() {
            Undo::SetBack
        } else {
            Undo::SwitchBack {
                rows_flow_back: flow_back && !records,
                objects: objects.map(|moved| moved.component.clone()).collect(),
            }
        };
        back = undo.clone();
        let probes = probes(context, &workloads);
        let action = Action::Start { workloads, stopped, finds };
        steps.add(Phase::Switch, None, action, vec![Seen::Probes(probes)], undo);
    }
    edge::switch(context, steps);
    if !context.moves.is_empty() {
        let objectives = objectives(context);
        if !objectives.is_empty() {
            steps.add(Phase::Watch, None, Action::Watch { objectives }, vec![Seen::ObjectivesHold], back);
        }
    }
    postgres::close(context, steps);
}

/// From where on the way back is a migration of its own: where the new side is first written to and nothing flows back, else where
/// nothing flows back any longer, else where the old side is removed.
pub(super) fn mark_no_return(steps: &mut [Step]) {
    let lossy = |step: &Step| matches!(step.undo, Undo::SwitchBack { rows_flow_back: false, .. });
    let closes = |step: &Step| matches!(step.action, Action::CloseReverse { .. });
    let removes = |step: &Step| {
        matches!(
            step.action,
            Action::RevokeSecrets { .. } | Action::Destroy(_) | Action::Shrink(_) | Action::Remove { .. }
        )
    };
    let at = steps.iter().position(lossy).or_else(|| steps.iter().position(closes));
    let at = at.or_else(|| steps.iter().position(removes));
    if let Some(step) = at.and_then(|at| steps.get_mut(at)) {
        step.no_return = true;
    }
}

/// A workload uses a component, or reads secrets where the component keeps them.
fn uses(workload: &Workload, moved: &Move) -> bool {
    let named = |used: &String| used.split('/').next() == Some(moved.component.as_str());
    workload.uses.keys().any(named) || (moved.kind == ComponentType::Secrets && !workload.secrets.is_empty())
}

fn data<'a>(context: &'a Context<'_>) -> Vec<&'a Move> {
    context.moves.iter().filter(|moved| WRITTEN.contains(&moved.kind)).collect()
}

fn writers(context: &Context<'_>, data: &[&Move]) -> Vec<Writer> {
    let writes = |access: Access| !matches!(access, Access::Read);
    let mut found: BTreeMap<WorkloadName, Vec<String>> = BTreeMap::new();
    for moved in data {
        for (workload, used) in context.users(&moved.component, &writes) {
            found.entry(workload.clone()).or_default().push(used.to_owned());
        }
    }
    found.into_iter().map(|(workload, to)| Writer { workload, to }).collect()
}

/// Engines of the stack that keep what they know in data that moves.
fn engines(context: &Context<'_>, data: &[&Move]) -> Vec<ComponentName> {
    let writes = |name: &ComponentName| data.iter().any(|moved| moved.component == *name);
    context
        .after
        .of_type(ComponentType::Temporal)
        .filter(|engine| super::order::stands_on(engine).iter().any(writes))
        .map(|engine| engine.name.clone())
        .collect()
}

fn probes(context: &Context<'_>, workloads: &[WorkloadName]) -> Vec<String> {
    let all = &context.after.stack.value.workloads;
    let path = |workload: &Workload| workload.probes.ready.clone().or_else(|| workload.probes.live.clone());
    workloads.iter().filter_map(|name| Some(format!("{name} {}", path(all.get(name)?)?))).collect()
}

/// Objectives in words, such as `api: 99.9 % available over 30d`.
fn objectives(context: &Context<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for (name, workload) in &context.after.stack.value.workloads {
        let slo = &workload.slo;
        if let Some(objective) = &slo.availability {
            found.push(format!(
                "{name}: {} % of requests succeed over {}",
                objective.objective.value(),
                objective.window
            ));
        }
        if let Some(objective) = &slo.latency {
            found.push(format!(
                "{name}: {} % of requests under {} ms over {}",
                objective.objective.value(),
                objective.under.value(),
                objective.window
            ));
        }
        if let Some(objective) = &slo.completion {
            found.push(format!(
                "{name}: {} % of workflows complete over {}",
                objective.objective.value(),
                objective.window
            ));
        }
    }
    found
}
