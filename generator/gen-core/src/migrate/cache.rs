//! Caches are not copied: what they hold can be had again.

use crate::model::component::ComponentType;

use super::action::{Action, Phase, Seen, Undo};
use super::{Context, Steps};

pub(super) fn steps(context: &Context<'_>, steps: &mut Steps) {
    for moved in context.moving(ComponentType::Cache) {
        let seen = vec![Seen::ObjectivesHold];
        steps.add(Phase::Switch, Some(&moved.component), Action::StartCold, seen, Undo::SetBack);
    }
}
