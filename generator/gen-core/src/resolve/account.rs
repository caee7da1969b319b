//! Accounts: which environment of a foundation stack an environment lives in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diag::{Diagnostic, Fault, Place as Spot, Route};
use crate::load::{Loaded, Repository};
use crate::model::component::{Ci, Component};
use crate::model::environment::{Budget, Environment};
use crate::model::names::{AccountId, ComponentName, EnvName, StackName, SubjectName};
use crate::model::stack::{Purpose, Stack};

use super::binding::unknown;
use super::{Bound, Resolved, Target, TargetId, WhatIf};

/// The account that a target lives in, at one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRef {
    /// The target that makes the account ready.
    pub foundation: TargetId,
    /// The provider's id of it.
    pub id: AccountId,
}

/// A target that lives in a foundation's account.
#[derive(Debug, Clone, PartialEq)]
pub struct Consumer {
    /// Which one.
    pub id: TargetId,
    /// Its budget.
    pub budget: Option<Budget>,
    /// Its changes need approval.
    pub protected: bool,
}

/// Environments of foundation stacks by their name.
pub(super) type Index = BTreeMap<EnvName, AccountRef>;

pub(super) fn index(repository: &Repository, diagnostics: &mut Vec<Diagnostic>) -> Index {
    let mut index: Index = BTreeMap::new();
    for (stack, files) in foundations(repository) {
        for (env, file) in &files.environments {
            let Some(account) = &file.value.account else { continue };
            let foundation = TargetId { stack: stack.clone(), env: env.clone() };
            if let Some(other) = index.values().find(|other| other.id == account.id) {
                diagnostics.push(
                    Diagnostic::error(Fault::Contradiction)
                        .at(Spot::value(file.file.clone(), Route::keys(["account", "id"])))
                        .label(format!("{} makes this account ready already", other.foundation))
                        .help("each environment of a foundation stack is an account of its own"),
                );
            }
            let entry = AccountRef { foundation, id: account.id.clone() };
            if let Some(other) = index.insert(env.clone(), entry) {
                diagnostics.push(
                    Diagnostic::error(Fault::BadName)
                        .at(Spot::value(file.file.clone(), Route::keys(["account"])))
                        .label(format!("`{env}` is also an account of stack `{}`", other.foundation.stack))
                        .help("names of accounts are unique in a repository"),
                );
            }
        }
    }
    index
}

fn foundations(repository: &Repository) -> impl Iterator<Item = (&StackName, &crate::load::StackFiles)> {
    repository.stacks.iter().filter(|(_, files)| {
        files.stack.as_ref().is_some_and(|stack| stack.value.purpose == Purpose::Foundation)
    })
}

/// The accounts of one target; faults where a provider is used and no account is named.
pub(super) fn of_target(
    repository: &Repository,
    index: &Index,
    stack: &Loaded<Stack>,
    env: &Arc<Loaded<Environment>>,
    components: &BTreeMap<ComponentName, Resolved>,
    what_if: &WhatIf,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<SubjectName, AccountRef> {
    let at = |keys: &[&str]| Spot::value(env.file.clone(), Route::keys(keys.iter().copied()));
    let foundation = stack.value.purpose == Purpose::Foundation;
    match (&env.value.account, foundation) {
        (None, true) => diagnostics.push(
            Diagnostic::error(Fault::MissingKey)
                .at(Spot::file(env.file.clone()))
                .label("`account` is missing")
                .help("an environment of a foundation stack is a cloud account: `account: {id: \"...\", alerts: [...]}`"),
        ),
        (Some(_), false) => diagnostics.push(
            Diagnostic::error(Fault::Contradiction)
                .at(Spot::key(env.file.clone(), Route::keys(["account"])))
                .label("only environments of a foundation stack are accounts")
                .help("name the account's environment instead: `accounts: {<provider>: <environment>}`"),
        ),
        _ => {}
    }
    let mut accounts = BTreeMap::new();
    for (provider, name) in &env.value.accounts {
        if !repository.providers.contains_key(provider) {
            diagnostics.push(unknown(
                format!("there is no provider `{provider}`"),
                provider.as_str(),
                repository.providers.keys().map(SubjectName::as_str),
                Spot::key(env.file.clone(), Route::keys(["accounts", provider.as_str()])),
            ));
        }
        match index.get(name) {
            Some(account) => {
                diagnostics.extend(other_currency(repository, account, env));
                accounts.insert(provider.clone(), account.clone());
            }
            None => diagnostics.push(unknown(
                format!("no foundation stack has an environment `{name}`"),
                name.as_str(),
                index.keys().map(EnvName::as_str),
                at(&["accounts", provider.as_str()]),
            )),
        }
    }
    if foundation {
        let own = index.values().find(|account| {
            env.value.account.as_ref().is_some_and(|own| own.id == account.id)
                && env.file.ends_with(&format!("/{}.yaml", account.foundation.env))
        });
        if let Some(own) = own {
            for provider in managed_by(components) {
                // State may be kept in an account of another provider, which the environment names.
                accounts.entry(provider.clone()).or_insert_with(|| own.clone());
            }
        }
        return accounts;
    }
    // An account is needed where something is rendered, not to ask what a provider could do.
    let rendered = |provider: &SubjectName| {
        let asked = what_if.providers.iter().any(|(_, chosen)| chosen == provider);
        !asked && repository.providers.get(provider).is_some_and(|file| !file.value.makes.is_empty())
    };
    let providers: BTreeSet<_> = managed_by(components).filter(|provider| rendered(provider)).collect();
    for provider in providers.into_iter().filter(|provider| !env.value.accounts.contains_key(*provider)) {
        diagnostics.push(
            Diagnostic::error(Fault::MissingKey)
                .at(at(&["bind"]))
                .label(format!("components are bound to `{provider}`, and no account of it is named"))
                .help(format!("add `accounts: {{{provider}: <environment of the foundation stack>}}`")),
        );
    }
    accounts
}

/// An account is billed in one currency.
fn other_currency(
    repository: &Repository,
    account: &AccountRef,
    env: &Loaded<Environment>,
) -> Option<Diagnostic> {
    let id = &account.foundation;
    let own = env.value.budget.as_ref()?.currency;
    let file = repository.stacks.get(&id.stack)?.environments.get(&id.env)?;
    let billed = file.value.budget.as_ref()?.currency;
    let place = Spot::value(env.file.clone(), Route::keys(["budget", "currency"]));
    let fault = Diagnostic::error(Fault::Contradiction)
        .at(place)
        .label(format!("{} says that the account is billed in another currency", file.file))
        .help("an account has one billing currency: use it in the budgets of everything that lives there");
    (own != billed).then_some(fault)
}

fn managed_by(components: &BTreeMap<ComponentName, Resolved>) -> impl Iterator<Item = &SubjectName> {
    components.values().filter_map(|component| match &component.bound {
        Bound::Managed { provider, .. } => Some(provider),
        _ => None,
    })
}

/// Tells each foundation target which environments live in its account, those with faults of their own included.
///
/// Where a file could not be read, nobody knows what its environment needs: then foundation targets are left out.
pub(super) fn connect(
    repository: &Repository,
    index: &Index,
    targets: &mut Vec<Target>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if let Some(file) = repository.faulty.first() {
        targets.retain(|target| {
            let entangled = target.purpose() == Purpose::Foundation;
            if entangled {
                diagnostics.push(
                    Diagnostic::error(Fault::Entangled)
                        .at(Spot::file(target.env.file.clone()))
                        .label(format!("{file} has faults, and may belong to this account"))
                        .target(target.id.to_string()),
                );
            }
            !entangled
        });
        return;
    }
    let mut consumers: BTreeMap<TargetId, Vec<Consumer>> = BTreeMap::new();
    for (stack, files) in &repository.stacks {
        for (env, file) in &files.environments {
            let consumer = Consumer {
                id: TargetId { stack: stack.clone(), env: env.clone() },
                budget: file.value.budget.clone(),
                protected: file.value.protect.is_on(),
            };
            for account in file.value.accounts.values().filter_map(|name| index.get(name)) {
                consumers.entry(account.foundation.clone()).or_default().push(consumer.clone());
            }
        }
    }
    for target in targets {
        if let Some(mut found) = consumers.remove(&target.id) {
            found.dedup();
            target.consumers = found;
        }
    }
}

/// Settings of CI: those of the first foundation stack that has any.
pub fn ci_settings(repository: &Repository) -> Option<&Ci> {
    foundations(repository).find_map(|(_, files)| {
        files.stack.as_ref()?.value.components.values().find_map(|component| match component {
            Component::Ci(ci) => Some(ci),
            _ => None,
        })
    })
}
