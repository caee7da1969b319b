//! Terraform's own state, and the engine that reads it.

use crate::model::component::ComponentType;
use crate::model::environment::Engine;

use super::action::{Action, Phase, Seen, Undo};
use super::{Context, Steps, roots};

pub(super) fn steps(context: &Context<'_>, steps: &mut Steps) {
    let (from, to) = (context.before.env.value.engine, context.after.env.value.engine);
    if from != to {
        let encrypts = to == Engine::Opentofu;
        let action = Action::ChangeEngine { from, to, encrypts };
        let undo = if context.is_one_environment() { Undo::StateBack } else { Undo::Leave };
        steps.add(Phase::Prepare, None, action, vec![Seen::NoChanges], undo);
    }
    for moved in context.moving(ComponentType::State) {
        // Roots of the new side alone begin with a state of their own; those of the old side alone end in the old store.
        let stays = context.roots_before.iter().filter(|root| roots::same_after(context, root).is_some());
        let roots: Vec<String> = stays.map(|root| root.name.clone()).collect();
        let mut seen = vec![Seen::OneWriter];
        if !roots.is_empty() {
            seen.extend([Seen::SameState, Seen::NoChanges]);
        }
        let action = Action::MoveState { roots, engine: to };
        steps.add(Phase::Prepare, Some(&moved.component), action, seen, Undo::StateBack);
    }
}
