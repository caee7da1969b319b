//! Workloads on another cluster: deployed again, never moved.

use crate::model::component::ComponentType;

use super::action::{Action, Phase, Seen, Undo};
use super::{Context, Steps};

pub(super) fn steps(context: &Context<'_>, steps: &mut Steps) {
    for moved in context.moving(ComponentType::Cluster) {
        let workloads = &context.after.stack.value.workloads;
        if workloads.is_empty() {
            continue;
        }
        steps.add(
            Phase::Build,
            Some(&moved.component),
            Action::Deploy { workloads: workloads.keys().cloned().collect(), host: moved.component.clone() },
            vec![Seen::Pulled, Seen::EgressRefused],
            Undo::DestroyNew,
        );
    }
}
