//! Accounts, and who may log in to them.

use std::collections::BTreeSet;

use crate::check::VerdictKind;
use crate::model::names::SubjectName;
use crate::resolve::{Bound, Target};

use super::action::{Action, Phase, Seen, Undo};
use super::{Context, Steps};

pub(super) fn steps(context: &Context<'_>, steps: &mut Steps) {
    let (old, new) = (providers(context.before), providers(context.after));
    for provider in new.difference(&old) {
        let account = context.after.accounts.get(provider);
        steps.add(
            Phase::Prepare,
            None,
            Action::NameAccount {
                provider: provider.clone(),
                named: account.map(|account| account.foundation.to_string()),
            },
            vec![Seen::AccountPlans],
            Undo::Leave,
        );
        let ci = context.after.env.value.bind.get("ci");
        let through = context.after.stand_in(provider).map(|(product, _)| product.clone());
        let settings = crate::resolve::ci_settings(context.repository);
        steps.add(
            Phase::Prepare,
            None,
            Action::TrustCi {
                provider: provider.clone(),
                issuer: ci.and_then(|ci| ci.issuer).or_else(|| settings.map(|settings| settings.issuer)),
                through: through.into_iter().collect(),
                taken: taken(context, provider),
            },
            vec![Seen::Login],
            Undo::SetBack,
        );
    }
}

/// What the facts say about whether a provider takes tokens of CI.
fn taken(context: &Context<'_>, provider: &SubjectName) -> Option<VerdictKind> {
    let asked = context.report.verdicts.iter().filter(|verdict| {
        let requirement = &verdict.requirement;
        requirement.capability.as_str() == "iam.oidc.workload_federation"
            && requirement.question.subject == *provider
    });
    asked.map(|verdict| verdict.kind).max()
}

/// The old accounts' trust ends, once nothing is left to be removed there.
pub(super) fn retire(context: &Context<'_>, steps: &mut Steps) {
    let (old, new) = (providers(context.before), providers(context.after));
    for provider in old.difference(&new) {
        let action = Action::DropTrust { provider: provider.clone() };
        steps.add(Phase::Retire, None, action, vec![Seen::NothingRefers], Undo::SetBack);
    }
}

/// Everybody who operates something for a target under an account of its own.
fn providers(target: &Target) -> BTreeSet<SubjectName> {
    let managed = target.components.values().filter_map(|component| match &component.bound {
        Bound::Managed { provider, .. } => Some(provider.clone()),
        _ => None,
    });
    managed.collect()
}
