//! Accounts, and who may log in to them.

use std::collections::BTreeSet;

use crate::check::VerdictKind;
use crate::model::component::ComponentType;
use crate::model::names::SubjectName;
use crate::resolve::{Bound, Had, Target};

use super::action::{Action, Phase, Seen, Undo};
use super::{Context, Move, Steps};

pub(super) fn steps(context: &Context<'_>, steps: &mut Steps) {
    for provider in new_accounts(context) {
        let until = made_on_new_side(context, &provider);
        let late = until.is_some();
        let named = context.after.accounts.get(&provider).map(|account| account.foundation.to_string());
        let opens = named.is_none();
        let mut first = [
            (
                Action::LogIn { provider: provider.clone(), until: until.into_iter().collect() },
                Seen::ShortLogin,
            ),
            (Action::NameAccount { provider: provider.clone(), named }, Seen::AccountPlans),
        ];
        // Nobody logs in to an account that has still to be opened.
        if opens {
            first.reverse();
        }
        for (action, seen) in first {
            steps.add(Phase::Prepare, None, action, vec![seen], Undo::Leave);
        }
        if !late {
            trust(context, steps, Phase::Prepare, provider);
        }
    }
}

/// Trust that needs something of the new side: it is built by then.
pub(super) fn trust_late(context: &Context<'_>, steps: &mut Steps) {
    for provider in new_accounts(context) {
        if made_on_new_side(context, &provider).is_some() {
            trust(context, steps, Phase::Build, provider);
        }
    }
}

fn trust(context: &Context<'_>, steps: &mut Steps, phase: Phase, provider: SubjectName) {
    let ci = context.after.of_type(ComponentType::Ci).next();
    let through = context.after.stand_in(&provider).map(|(product, _)| product.clone());
    let action = Action::TrustCi {
        issuer: ci.map(|ci| context.after.issuer(context.repository, ci)),
        through: through.into_iter().collect(),
        taken: taken(context, &provider),
        provider,
    };
    steps.add(phase, None, action, vec![Seen::Login], Undo::SetBack);
}

/// What exchanges CI's tokens for a provider, where it is installed in the course of the migration.
fn made_on_new_side(context: &Context<'_>, provider: &SubjectName) -> Option<SubjectName> {
    let (product, _) = context.after.stand_in(provider)?;
    let installed = |moved: &Move| matches!(&moved.to, Had::Hosted { product: own, .. } if own == product);
    context.moves.iter().any(installed).then(|| product.clone())
}

/// Providers at which the new side has an account that the old side does not have.
fn new_accounts(context: &Context<'_>) -> Vec<SubjectName> {
    let old = providers(context.before);
    let mut new = providers(context.after);
    new.retain(|provider| {
        !old.contains(provider) || !is_same_account(context.before, context.after, provider)
    });
    new.into_iter().collect()
}

/// Both sides have one account at a provider.
pub(super) fn is_same_account(before: &Target, after: &Target, provider: &SubjectName) -> bool {
    let account = |target: &Target| target.accounts.get(provider).map(|account| account.id.clone());
    account(before) == account(after)
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
