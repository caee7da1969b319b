//! Protected copies begin anew, and a restore from them is rehearsed before anybody depends on it.

use crate::model::component::ComponentType;

use super::action::{Action, Phase, Seen, Undo};
use super::{Context, Steps};

pub(super) fn steps(context: &Context<'_>, steps: &mut Steps) {
    for moved in context.moving(ComponentType::Backup) {
        let action = Action::StartBackups { days: context.after.backup_days() };
        steps.add(Phase::Copy, Some(&moved.component), action, vec![Seen::DeleteRefused], Undo::Leave);
    }
    for moved in context.moving(ComponentType::Postgres) {
        let rto = moved.goals.iter().map(|goal| goal.rto).min();
        let action = Action::Rehearse { rto };
        steps.add(Phase::Copy, Some(&moved.component), action, vec![Seen::Restored(rto)], Undo::DestroyNew);
    }
}
