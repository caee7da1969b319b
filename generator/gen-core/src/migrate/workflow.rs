//! The workflow engine: its databases are its memory.

use crate::model::component::{Component, ComponentType};
use crate::resolve::Settings;

use super::action::{Action, Phase, Seen, Undo};
use super::{Context, Steps};

pub(super) fn steps(context: &Context<'_>, steps: &mut Steps) {
    for moved in context.moving(ComponentType::Temporal) {
        let settings = context.after.components.get(&moved.component).map(|component| &component.settings);
        let (databases, shards) = match settings {
            Some(Settings::Declared(Component::Temporal(temporal))) => (
                vec![temporal.stores.default.clone(), temporal.stores.visibility.clone()],
                Some(temporal.shards.get()),
            ),
            _ => (Vec::new(), None),
        };
        let action = Action::MoveWorkflows { databases, shards };
        steps.add(Phase::Switch, Some(&moved.component), action, vec![Seen::WorkflowsGoOn], Undo::SetBack);
    }
}
