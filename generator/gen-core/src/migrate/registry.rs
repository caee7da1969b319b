//! Images: the same bytes under the same digest.

use crate::model::component::ComponentType;

use super::action::{Action, Phase, Seen, Undo};
use super::{Context, Steps};

pub(super) fn steps(context: &Context<'_>, steps: &mut Steps) {
    for moved in context.moving(ComponentType::Registry) {
        let stack = &context.after.id.stack;
        let repositories: Vec<String> =
            context.after.stack.value.workloads.keys().map(|name| format!("{stack}/{name}")).collect();
        steps.add(
            Phase::Build,
            Some(&moved.component),
            Action::CopyImages { repositories },
            vec![Seen::SameDigests],
            Undo::Leave,
        );
    }
}
