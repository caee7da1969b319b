//! Addresses that others know.

use crate::model::component::ComponentType;

use super::action::{Action, Phase, Seen, Undo};
use super::{Context, Steps};

pub(super) fn steps(context: &Context<'_>, steps: &mut Steps) {
    for moved in context.moving(ComponentType::Network) {
        let hosts: Vec<String> =
            context.after.egress().iter().map(|egress| format!("{}:{}", egress.host, egress.port)).collect();
        if !hosts.is_empty() {
            steps.add(
                Phase::Build,
                Some(&moved.component),
                Action::TellPeers { hosts },
                vec![Seen::PeersAnswer],
                Undo::Leave,
            );
        }
    }
}
