//! Objects: every version with what protects it.

use crate::check::stores;
use crate::model::component::ComponentType;
use crate::model::stack::Sensitivity;
use crate::resolve::Target;

use super::action::{Action, Lock, Phase, Seen, Undo};
use super::{Context, Move, Steps};

pub(super) fn steps(context: &Context<'_>, steps: &mut Steps) {
    for moved in context.moving(ComponentType::ObjectStore) {
        let name = Some(&moved.component);
        let lock = lock(context.after, moved);
        let mut seen = vec![Seen::SameVersions];
        if let Some(lock) = &lock {
            seen.extend([Seen::SameLocks, Seen::DeleteRefused]);
            seen.extend(lock.chain.then_some(Seen::Chain));
        }
        let told = stores(context.repository, context.matrix, context.after).remove(&moved.component);
        steps.add(
            Phase::Copy,
            name,
            Action::CopyObjects {
                goals: moved.goals.clone(),
                settings: told.map(|told| told.words()).unwrap_or_default(),
                lock: lock.clone(),
            },
            seen.clone(),
            Undo::DeleteCopies { locked_days: lock.as_ref().map(|lock| lock.days) },
        );
        steps.add(Phase::Freeze, name, Action::CopyRest, seen, Undo::StartOld);
    }
}

/// What keeps objects of a component from being changed.
pub(super) fn lock(target: &Target, moved: &Move) -> Option<Lock> {
    let (data, class, mode) = target.worm(&moved.component)?;
    Some(Lock {
        data: data.clone(),
        mode,
        days: class.retain.as_calendar_days(),
        legal_hold: class.legal_hold,
        chain: class.class == Sensitivity::Evidence,
    })
}
