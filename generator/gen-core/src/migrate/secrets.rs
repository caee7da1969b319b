//! Secrets are issued anew and never copied: whoever could read the old store keeps nothing that works.

use crate::model::component::ComponentType;

use super::action::{Action, Phase, SecretUse, Seen, Undo};
use super::{Context, Steps};

pub(super) fn steps(context: &Context<'_>, steps: &mut Steps) {
    for moved in context.moving(ComponentType::Secrets) {
        let secrets = uses(context);
        if !secrets.is_empty() {
            steps.add(
                Phase::Build,
                Some(&moved.component),
                Action::IssueSecrets { secrets },
                vec![Seen::SecretsRead],
                Undo::OldValues,
            );
        }
    }
}

pub(super) fn retire(context: &Context<'_>, steps: &mut Steps) {
    for moved in context.moving(ComponentType::Secrets) {
        let secrets = uses(context);
        if !secrets.is_empty() {
            let action = Action::RevokeSecrets { secrets };
            steps.add(Phase::Retire, Some(&moved.component), action, vec![Seen::Unused], Undo::Never);
        }
    }
}

fn uses(context: &Context<'_>) -> Vec<SecretUse> {
    let workloads = &context.after.stack.value.workloads;
    let mut found: Vec<SecretUse> = workloads
        .iter()
        .flat_map(|(name, workload)| {
            workload.secrets.values().map(move |secret| SecretUse {
                name: secret.name.clone(),
                key: secret.key.to_string(),
                workload: name.clone(),
            })
        })
        .collect();
    found.sort();
    found.dedup();
    found
}
