//! Terraform's own state, and the engine that reads it.

use crate::model::component::ComponentType;
use crate::model::environment::Engine;

use super::action::{Action, Phase, Seen, Undo};
use super::{Context, Steps};

pub(super) fn steps(context: &Context<'_>, steps: &mut Steps) {
    let (from, to) = (context.before.env.value.engine, context.after.env.value.engine);
    if from != to {
        let encrypts = to == Engine::Opentofu;
        let action = Action::ChangeEngine { from, to, encrypts };
        steps.add(Phase::Prepare, None, action, vec![Seen::NoChanges], Undo::StateBack);
    }
    for moved in context.moving(ComponentType::State) {
        // Roots of the new side alone begin with a state of their own; those of the old side alone end in the old store.
        let stays = |name: &&String| context.roots_after.iter().any(|root| root.name == **name);
        let roots: Vec<String> =
            context.roots_before.iter().map(|root| &root.name).filter(stays).cloned().collect();
        let mut seen = vec![Seen::OneWriter];
        if !roots.is_empty() {
            seen.extend([Seen::SameState, Seen::NoChanges]);
        }
        let action = Action::MoveState { roots, engine: to };
        steps.add(Phase::Prepare, Some(&moved.component), action, seen, Undo::StateBack);
    }
}
