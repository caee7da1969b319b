//! The way from the present binding of an environment to another: what stands in the way, what moves in which order, how data
//! gets there, what is verified before the next step, and how each step is undone.
//!
//! A guide is a value. It is put together from two resolved targets and their verdicts, and nothing is done by it. One file
//! for each concern adds its steps; [`words`] says them.

pub mod action;
mod backup;
mod cache;
mod cluster;
mod edge;
mod identity;
mod network;
mod objects;
mod order;
mod postgres;
mod registry;
mod roots;
mod secrets;
mod standing;
mod state;
mod switch;
mod telemetry;
#[cfg(test)]
mod tests;
pub mod words;
mod workflow;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use crate::check::{Counts, Matrix, Report};
use crate::kind::terraform::Root;
use crate::load::Repository;
use crate::model::component::ComponentType;
use crate::model::environment::Engine;
use crate::model::names::{ComponentName, WorkloadName};
use crate::model::units::Date;
use crate::model::workload::Access;
use crate::resolve::{Had, Target};

use action::{Action, Goal, Phase, Seen, Undo};
pub use standing::{Gap, Obstacle, Shift};

/// A target with everything that was found out about it.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// The target.
    pub target: &'a Target,
    /// Its verdicts.
    pub report: &'a Report,
    /// Its roots, in the order in which they are applied.
    pub roots: &'a [Root],
}

/// One of the two sides, in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Side {
    /// `stack/environment`.
    pub target: String,
    /// The profile.
    pub profile: String,
    /// What applies the roots.
    pub engine: Engine,
    /// Verdicts by kind.
    pub verdicts: Counts,
}

impl Side {
    fn of(standing: &Standing<'_>) -> Self {
        Self {
            target: standing.target.id.to_string(),
            profile: standing.target.policy.name.to_string(),
            engine: standing.target.env.value.engine,
            verdicts: standing.report.counts(),
        }
    }
}

/// Why a component moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It is bound otherwise.
    Bound,
    /// It is bound alike in another environment, which makes its own.
    Environment,
    /// What it stands on moves.
    With(ComponentName),
}

impl Why {
    /// It moves only because something else does.
    fn is_carried(&self) -> bool {
        matches!(self, Self::With(_))
    }
}

/// A component that moves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Move {
    /// The component.
    pub component: ComponentName,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: ComponentType,
    /// How it is had now.
    pub from: Had,
    /// How it is to be had.
    pub to: Had,
    /// Why it moves.
    pub why: Why,
    /// Classes of the data in it.
    pub goals: Vec<Goal>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Step {
    /// From 1.
    pub number: usize,
    /// The part of the migration that it belongs to.
    pub phase: Phase,
    /// The component that it is about; none for what concerns several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<ComponentName>,
    /// What is done.
    pub action: Action,
    /// What has to be seen before the next step.
    pub seen: Vec<Seen>,
    /// How it is undone.
    pub undo: Undo,
    /// From here on, giving up means to migrate back.
    pub no_return: bool,
}

/// The whole way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Guide {
    /// As it is.
    pub from: Side,
    /// As it is to be.
    pub to: Side,
    /// The day that evidence is judged by, and that days are counted from.
    pub day: Date,
    /// Why nothing would be rendered; empty if the target may be rendered.
    pub obstacles: Vec<Obstacle>,
    /// What nobody knows and what does not block.
    pub questions: Vec<Gap>,
    /// What is given up.
    pub losses: Vec<Shift>,
    /// What is gained.
    pub gains: Vec<Shift>,
    /// What moves, in the order in which it can.
    pub moves: Vec<Move>,
    /// What stays as it is.
    pub stays: Vec<ComponentName>,
    /// The steps.
    pub steps: Vec<Step>,
}

impl Guide {
    /// The step from which on giving up means to migrate back.
    pub fn no_return(&self) -> Option<&Step> {
        self.steps.iter().find(|step| step.no_return)
    }
}

/// What every concern reads.
struct Context<'a> {
    repository: &'a Repository,
    matrix: &'a Matrix,
    before: &'a Target,
    after: &'a Target,
    report: &'a Report,
    roots_before: &'a [Root],
    roots_after: &'a [Root],
    moves: &'a [Move],
}

impl Context<'_> {
    /// Both sides are one environment. Keys of states name it, so roots of one name then have one state.
    fn is_one_environment(&self) -> bool {
        self.before.id == self.after.id
    }

    /// Components of a type that move.
    fn moving(&self, kind: ComponentType) -> impl Iterator<Item = &Move> {
        self.moves.iter().filter(move |moved| moved.kind == kind)
    }

    fn moves_at_all(&self, name: &ComponentName) -> bool {
        self.moves.iter().any(|moved| moved.component == *name)
    }

    /// Workloads that use a component with one of these kinds of access, and as what they use it.
    fn users<'a>(
        &'a self,
        component: &'a ComponentName,
        wanted: &'a dyn Fn(Access) -> bool,
    ) -> impl Iterator<Item = (&'a WorkloadName, &'a str)> {
        let workloads = &self.after.stack.value.workloads;
        workloads.iter().flat_map(move |(name, workload)| {
            workload
                .uses
                .iter()
                .filter(move |(used, access)| {
                    used.split('/').next() == Some(component.as_str()) && wanted(**access)
                })
                .map(move |(used, _)| (name, used.as_str()))
        })
    }
}

/// Steps as they are found, before they are put into their order.
#[derive(Default)]
struct Steps(Vec<(Phase, Option<ComponentName>, Step)>);

impl Steps {
    fn add(
        &mut self,
        phase: Phase,
        component: Option<&ComponentName>,
        action: Action,
        seen: Vec<Seen>,
        undo: Undo,
    ) {
        let component = component.cloned();
        let step =
            Step { number: 0, phase, component: component.clone(), action, seen, undo, no_return: false };
        self.0.push((phase, component, step));
    }

    /// By phase, within it in the order in which they were added; numbered.
    fn in_order(self) -> Vec<Step> {
        let mut steps: Vec<Step> = self.0.into_iter().map(|(_, _, step)| step).collect();
        steps.sort_by_key(|step| step.phase);
        for (index, step) in steps.iter_mut().enumerate() {
            step.number = index + 1;
        }
        steps
    }
}

/// Puts a guide together. `also` are faults that keep the new side from being rendered beside its verdicts, in words.
pub fn guide(
    repository: &Repository,
    matrix: &Matrix,
    before: Standing<'_>,
    after: Standing<'_>,
    also: &[String],
) -> Guide {
    let moves = order::moves(repository, before.target, after.target);
    let moving: BTreeSet<&ComponentName> = moves.iter().map(|moved| &moved.component).collect();
    let stays = after.target.components.keys().filter(|name| !moving.contains(name)).cloned().collect();
    let context = Context {
        repository,
        matrix,
        before: before.target,
        after: after.target,
        report: after.report,
        roots_before: before.roots,
        roots_after: after.roots,
        moves: &moves,
    };
    let steps = steps(&context);
    let mut obstacles = standing::obstacles(repository, matrix, after, also);
    obstacles.extend(roots::obstacles(&context));
    let (losses, gains) = standing::shifts(matrix, before.report, after.report);
    Guide {
        from: Side::of(&before),
        to: Side::of(&after),
        day: matrix.as_of,
        obstacles,
        questions: standing::questions(matrix, after.report),
        losses,
        gains,
        stays,
        steps,
        moves,
    }
}

fn steps(context: &Context<'_>) -> Vec<Step> {
    let mut steps = Steps::default();
    if context.moves.is_empty() && context.before.env.value.engine == context.after.env.value.engine {
        return Vec::new();
    }
    identity::steps(context, &mut steps);
    state::steps(context, &mut steps);
    network::steps(context, &mut steps);
    edge::prepare(context, &mut steps);
    roots::build(context, &mut steps);
    identity::trust_late(context, &mut steps);
    switch::freeze(context, &mut steps);
    registry::steps(context, &mut steps);
    secrets::steps(context, &mut steps);
    cluster::steps(context, &mut steps);
    postgres::steps(context, &mut steps);
    objects::steps(context, &mut steps);
    cache::steps(context, &mut steps);
    telemetry::steps(context, &mut steps);
    backup::steps(context, &mut steps);
    switch::steps(context, &mut steps);
    roots::retire(context, &mut steps);
    let mut steps = steps.in_order();
    switch::mark_no_return(&mut steps);
    steps
}
