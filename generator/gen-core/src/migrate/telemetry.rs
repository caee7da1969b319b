//! Signals go to both backends; what the old one has stays there until it would have been removed anyway.

use crate::model::component::ComponentType;
use crate::resolve::{Had, Target};

use super::action::{Action, Phase, Seen, Undo};
use super::{Context, Move, Steps};

pub(super) fn steps(context: &Context<'_>, steps: &mut Steps) {
    for moved in context.moving(ComponentType::Telemetry) {
        let action = Action::SendBoth { days: kept(context.before, moved) };
        steps.add(Phase::Copy, Some(&moved.component), action, vec![Seen::BothShow], Undo::SetBack);
    }
}

/// Days that the old backend keeps what it has; not known of what `gen` did not make.
pub(super) fn kept(before: &Target, moved: &Move) -> Option<u64> {
    matches!(moved.from, Had::Managed { .. }).then(|| before.log_days())
}
