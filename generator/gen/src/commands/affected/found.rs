//! From changes to documents: targets, their roots, what depends on them.

use std::collections::{BTreeMap, BTreeSet};

use gen_core::affected::{Affected, Change, Inventory, Reason, affected};
use gen_core::kind::folder;
use gen_core::resolve::TargetId;
use gen_exec::git::since::{Since, Trouble};
use rayon::prelude::*;
use serde_json::Value;

use crate::cli::AffectedArgs;

use super::{Body, ReasonDoc, RootDoc, TargetDoc};

/// What is affected. Waves and protection are looked up only where they are told (`in_full`): every environment is read for them.
pub(super) fn find(
    inventory: &Inventory,
    changes: &[Change],
    arguments: &AffectedArgs,
    in_full: bool,
) -> Body {
    let Affected { mut targets, removed } = affected(inventory, changes);
    let direct: BTreeSet<TargetId> = targets.keys().cloned().collect();
    if arguments.include_dependents {
        dependents(inventory, &mut targets);
    }
    let rendered = Rendered::of(changes);
    let known: Vec<(TargetId, Value)> = targets
        .keys()
        .filter(|_| in_full)
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|id| (id.clone(), inventory.environment(id).unwrap_or_default()))
        .collect();
    let waves = Waves { inventory, environments: known.into_iter().collect() };
    let docs = targets
        .iter()
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|(id, reasons)| {
            let mut doc = doc(id, reasons);
            doc.dependent = !direct.contains(id);
            doc.wave = waves.of(id, &mut Vec::new());
            doc.protected = waves.environments.get(id).is_none_or(|said| {
                said.is_null() || !matches!(said.get("protect"), None | Some(Value::Bool(false)))
            });
            doc.roots = rendered.roots(inventory, id);
            doc
        })
        .collect();
    let removed = removed.iter().map(|(id, reasons)| doc(id, reasons)).collect();
    Body { base: arguments.base.clone(), files: 0, targets: docs, removed }
}

fn doc(id: &TargetId, reasons: &[Reason]) -> TargetDoc {
    let why = reasons.iter().map(|reason| ReasonDoc { path: reason.path.clone(), how: reason.how.clone() });
    TargetDoc {
        target: id.to_string(),
        stack: id.stack.to_string(),
        environment: id.env.to_string(),
        protected: true,
        wave: 0,
        dependent: false,
        roots: Vec::new(),
        why: why.collect(),
    }
}

/// Names of accounts that an environment lives in.
fn accounts(said: &Value) -> impl Iterator<Item = &str> {
    said.get("accounts")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(_, name)| name.as_str())
}

/// Adds what lives in the accounts of affected targets, and what lives in theirs.
fn dependents(inventory: &Inventory, targets: &mut BTreeMap<TargetId, Vec<Reason>>) {
    let lives: Vec<(TargetId, Vec<TargetId>)> = inventory
        .targets()
        .collect::<Vec<_>>()
        .into_par_iter()
        .map(|id| {
            let said = inventory.environment(id).unwrap_or_default();
            (id.clone(), accounts(&said).flat_map(|name| inventory.accounts(name)).cloned().collect())
        })
        .collect();
    loop {
        let new: Vec<(TargetId, Reason)> = lives
            .iter()
            .filter(|(id, _)| !targets.contains_key(id))
            .filter_map(|(id, accounts)| {
                let account = accounts.iter().find(|account| targets.contains_key(account))?;
                let path = targets.get(account)?.first()?.path.clone();
                Some((id.clone(), Reason { path, how: format!("{account} -> lives in this account") }))
            })
            .collect();
        if new.is_empty() {
            return;
        }
        targets.extend(new.into_iter().map(|(id, reason)| (id, vec![reason])));
    }
}

/// In which order affected targets are applied.
struct Waves<'a> {
    inventory: &'a Inventory,
    environments: BTreeMap<TargetId, Value>,
}

impl Waves<'_> {
    /// One more than the last of the accounts that it lives in, as far as they are affected.
    fn of(&self, id: &TargetId, seen: &mut Vec<TargetId>) -> usize {
        let Some(said) = self.environments.get(id).filter(|_| !seen.contains(id)) else { return 0 };
        seen.push(id.clone());
        let before = accounts(said)
            .flat_map(|name| self.inventory.accounts(name))
            .filter(|account| *account != id && self.environments.contains_key(account));
        let wave = before.map(|account| self.of(account, seen) + 1).max().unwrap_or_default();
        seen.pop();
        wave
    }
}

/// What differs in `terraform-out/`, and below `templates/` as far as it is copied there.
struct Rendered<'a> {
    /// Folders of roots.
    roots: BTreeSet<&'a str>,
    /// Modules, as roots name them.
    modules: BTreeSet<String>,
}

impl<'a> Rendered<'a> {
    fn of(changes: &'a [Change]) -> Self {
        let mut rendered = Self { roots: BTreeSet::new(), modules: BTreeSet::new() };
        for change in changes {
            let parts: Vec<&str> = change.path.split('/').collect();
            match parts.as_slice() {
                ["templates", "terraform", "modules", provider, module, _, ..]
                | ["terraform-out", "modules", provider, module, _, ..] => {
                    rendered.modules.insert(format!("/modules/{provider}/{module}\""));
                }
                ["terraform-out", _, _, "terraform", _, ..] => {
                    rendered.roots.extend(change.path.rsplit_once('/').map(|(folder, _)| folder));
                }
                _ => {}
            }
        }
        rendered
    }

    fn roots(&self, inventory: &Inventory, id: &TargetId) -> Vec<RootDoc> {
        let below = format!("{}/terraform/", folder(id));
        let on_disk = inventory.folders(&below).into_iter();
        let gone = self.roots.iter().filter_map(|root| root.strip_prefix(below.as_str())).map(str::to_owned);
        let names: BTreeSet<String> = on_disk.chain(gone).collect();
        names
            .into_iter()
            .map(|name| {
                let root = format!("{below}{name}");
                let changed = self.roots.contains(root.as_str()) || self.uses_changed(inventory, &root);
                RootDoc { name, changed }
            })
            .collect()
    }

    fn uses_changed(&self, inventory: &Inventory, root: &str) -> bool {
        if self.modules.is_empty() {
            return false;
        }
        let text = inventory.text(&format!("{root}/main.tf"));
        self.modules.iter().any(|module| text.contains(module))
    }
}

/// The roots that targets had which are gone.
pub(super) fn removed_roots(git: &Since, body: &mut Body) -> Result<(), Trouble> {
    if body.removed.is_empty() {
        return Ok(());
    }
    let below = |target: &TargetDoc| format!("terraform-out/{}/terraform/", target.target);
    let base = git.merge_base(&body.base)?;
    let found = git.folders(&base, &body.removed.iter().map(below).collect::<Vec<_>>())?;
    for target in &mut body.removed {
        let below = below(target);
        let names = found.iter().filter_map(|folder| folder.strip_prefix(below.as_str()));
        target.roots = names.map(|name| RootDoc { name: name.to_owned(), changed: true }).collect();
    }
    Ok(())
}
