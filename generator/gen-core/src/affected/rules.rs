//! How a changed file reaches targets, by what kind of file it is.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::load::{Class, classify, meaning};
use crate::model::component::ComponentType;
use crate::model::names::{EnvName, StackName};
use crate::resolve::TargetId;

use super::inventory::Words;
use super::{Affected, Change, Inventory, Reason, judged};

/// The targets that changes may touch.
pub fn affected(inventory: &Inventory, changes: &[Change]) -> Affected {
    let mut rules = Rules { inventory, changes, found: Affected::default(), removed: gone(changes) };
    rules.removed.retain(|id| !inventory.targets.contains_key(id));
    for change in changes {
        rules.apply(change);
    }
    for reasons in rules.found.targets.values_mut().chain(rules.found.removed.values_mut()) {
        reasons.sort();
        reasons.dedup();
    }
    rules.found
}

/// Environments whose files are not there any more.
fn gone(changes: &[Change]) -> BTreeSet<TargetId> {
    let deleted = changes.iter().filter(|change| change.after.is_none());
    deleted
        .filter_map(|change| match classify(&change.path) {
            Ok(Class::Environment(stack, env)) => Some(TargetId { stack, env }),
            _ => None,
        })
        .collect()
}

/// What a file says on both sides.
struct Sides {
    /// What it said; none where it is at fault or not there.
    before: Option<Value>,
    /// What it says.
    after: Option<Value>,
    /// It is at fault on one side.
    faulty: bool,
}

impl Sides {
    fn of(path: &str, before: Option<&[u8]>, after: Option<&[u8]>) -> Self {
        let said = |bytes: Option<&[u8]>| bytes.and_then(|bytes| meaning(path, bytes));
        let sides = Self { before: said(before), after: said(after), faulty: false };
        let faulty =
            (before.is_some() && sides.before.is_none()) || (after.is_some() && sides.after.is_none());
        Self { faulty, ..sides }
    }

    /// Comments and layout alone differ.
    fn same(&self) -> bool {
        !self.faulty && self.before == self.after
    }

    /// What stands under a key differs, or nobody can tell.
    fn differ(&self, key: &str) -> bool {
        let under = |side: &Option<Value>| side.as_ref().and_then(|said| said.get(key)).cloned();
        self.faulty || under(&self.before) != under(&self.after)
    }

    fn both(&self) -> impl Iterator<Item = &Value> {
        self.before.iter().chain(&self.after)
    }

    fn exists_on_both(&self) -> bool {
        self.before.is_some() && self.after.is_some()
    }
}

pub(super) struct Rules<'a> {
    inventory: &'a Inventory,
    changes: &'a [Change],
    found: Affected,
    removed: BTreeSet<TargetId>,
}

impl Rules<'_> {
    fn apply(&mut self, change: &Change) {
        let path = change.path.as_str();
        if path.starts_with("terraform-out/") {
            return self.rendered(path);
        }
        let Ok(class) = classify(path) else { return self.faulty(path) };
        // Behind a link there is what no history tells.
        let bytes = |side: &Option<Vec<u8>>| side.clone().or_else(|| builtin(path));
        let (before, after) = (bytes(&change.before), bytes(&change.after));
        let mut sides = Sides::of(path, before.as_deref(), after.as_deref());
        sides.faulty |= change.link;
        if path.starts_with("stacks/") && sides.faulty && (class != Class::Other || change.link) {
            self.faulty(path);
        }
        if !matches!(class, Class::Template | Class::Other) && sides.same() {
            return;
        }
        match class {
            Class::Stack(stack) => self.stack(path, &stack, &sides),
            Class::Environment(stack, env) => self.environment(change, &TargetId { stack, env }, &sides),
            Class::Waivers(stack) => self.waivers(path, &stack, &sides),
            Class::Release(stack, env) => {
                let id = TargetId { stack, env };
                self.matching(path, "what it runs", &|other| *other == id);
            }
            Class::Profile(name) => self.profile(path, name.as_str()),
            Class::Provider(name) | Class::Product(name) => {
                if judged::has_faults(self, path) {
                    return self.all(path, "a fault in it keeps everything from being judged");
                }
                let how = format!("names {name}");
                self.matching(path, &how, &|id| self.inventory.uses(id, name.as_str()));
            }
            Class::Frameworks => {
                if judged::has_faults(self, path) {
                    self.all(path, "a fault in it keeps everything from being judged");
                }
            }
            Class::Dictionary => self.all(path, "says what every capability means"),
            Class::AsOf => self.all(path, "the day by which evidence is judged"),
            Class::Template => self.template(path),
            Class::Other => self.beside(path),
        }
    }

    /// Adds the targets that fit, those that are gone included.
    fn matching(&mut self, path: &str, how: &str, fits: &dyn Fn(&TargetId) -> bool) {
        let reason = Reason { path: path.to_owned(), how: how.to_owned() };
        let ids: Vec<TargetId> = self.inventory.targets().filter(|id| fits(id)).cloned().collect();
        for id in ids {
            self.found.targets.entry(id).or_default().push(reason.clone());
        }
        for id in self.removed.iter().filter(|id| fits(id)) {
            self.found.removed.entry(id.clone()).or_default().push(reason.clone());
        }
    }

    fn all(&mut self, path: &str, how: &str) {
        self.matching(path, how, &|id| self.inventory.targets.contains_key(id));
    }

    /// Nobody knows what a file with faults needs of accounts: then no account is rendered.
    fn faulty(&mut self, path: &str) {
        if path.starts_with("stacks/") {
            let how = "a file with faults may belong to this account";
            self.matching(path, how, &|id| self.inventory.is_foundation(&id.stack) != Some(false));
        }
    }

    fn stack(&mut self, path: &str, stack: &StackName, sides: &Sides) {
        let foundation = |said: &Value| said.get("purpose").and_then(Value::as_str) == Some("foundation");
        // Identity of CI stands in a foundation stack, and everything else is made with it.
        let shared = sides.faulty || sides.both().any(foundation);
        if shared && (sides.differ("components") || sides.differ("purpose")) {
            return self.all(path, "accounts and the identity of CI");
        }
        self.matching(path, "its stack", &|id| id.stack == *stack);
    }

    fn environment(&mut self, change: &Change, own: &TargetId, sides: &Sides) {
        let path = change.path.as_str();
        self.matching(path, "its environment", &|id| id == own);
        let texts: Vec<Words> =
            [&change.before, &change.after].into_iter().flatten().map(|side| Words::of(side)).collect();
        let inventory = self.inventory;
        let exists = sides.exists_on_both();
        let keys = |keys: &[&str]| !exists || keys.iter().any(|key| sides.differ(key));
        if keys(&["accounts", "budget", "protect"]) {
            // An account has budgets and roles of what lives in it.
            let named = |env: &EnvName| texts.iter().any(|text| text.say(env.as_str()));
            self.matching(path, &format!("{own} lives in this account"), &|id| {
                id != own && inventory.is_foundation(&id.stack) != Some(false) && named(&id.env)
            });
        }
        if keys(&["account", "budget"]) && inventory.is_foundation(&own.stack) != Some(false) {
            self.matching(path, &format!("lives in account {}", own.env), &|id| {
                id != own && (inventory.says(id, own.env.as_str()) || id.env == own.env)
            });
        }
        let domains: Vec<&str> = sides.both().filter_map(|said| said.get("domain")?.as_str()).collect();
        if keys(&["domain"]) {
            self.matching(path, "the same domain", &|id| {
                id != own && domains.iter().any(|domain| inventory.says(id, domain))
            });
        }
        if !exists {
            let name = own.resource_name();
            self.matching(path, "the same name of resources", &|id| id != own && id.resource_name() == name);
        }
    }

    fn waivers(&mut self, path: &str, stack: &StackName, sides: &Sides) {
        let list = |side: &Option<Value>| -> Vec<Value> {
            let listed = side.as_ref().and_then(|said| said.get("waivers")?.as_array());
            listed.cloned().unwrap_or_default()
        };
        let (before, after) = (list(&sides.before), list(&sides.after));
        let moved = before
            .iter()
            .filter(|one| !after.contains(one))
            .chain(after.iter().filter(|one| !before.contains(one)));
        let envs: BTreeSet<&str> = moved.filter_map(|waiver| waiver.get("env")?.as_str()).collect();
        // Only in their order, or in nothing that can be told apart: then whoever has one.
        let unclear = sides.faulty || envs.is_empty();
        self.matching(path, "waivers", &|id| {
            id.stack == *stack && (unclear || envs.contains(id.env.as_str()))
        });
    }

    fn profile(&mut self, path: &str, name: &str) {
        let mut names = BTreeSet::from([name.to_owned()]);
        let mut profiles: Vec<(String, Words)> = Vec::new();
        for (path, bytes) in self.files("profiles/") {
            if let Ok(Class::Profile(profile)) = classify(&path) {
                profiles.push((profile.to_string(), Words::of(&bytes)));
            }
        }
        while let Some((extends, _)) = profiles
            .iter()
            .find(|(other, text)| !names.contains(other) && names.iter().any(|name| text.say(name)))
        {
            names.insert(extends.clone());
        }
        let inventory = self.inventory;
        for chosen in &names {
            let how = if chosen == name {
                format!("profile {name}")
            } else {
                format!("profile {chosen}, which names {name}")
            };
            self.matching(path, &how, &|id| inventory.says(id, chosen));
        }
    }

    /// Files below a folder with the bytes that they have or had: built in, on disk, and before the change.
    fn files(&self, folder: &str) -> Vec<(String, Vec<u8>)> {
        let built_in = crate::builtin::FILES.iter().map(|(path, _)| (*path).to_owned());
        let changed = self.changes.iter().map(|change| change.path.clone());
        let on_disk = self.inventory.list(folder);
        let paths: BTreeSet<String> =
            built_in.chain(changed).chain(on_disk).filter(|path| path.starts_with(folder)).collect();
        let mut files = Vec::new();
        for path in paths {
            for before in [true, false] {
                files.extend(self.side(&path, before).map(|bytes| (path.clone(), bytes)));
            }
        }
        files
    }

    /// A file as it was, or as it is; what the binary carries where there is none.
    pub(super) fn side(&self, path: &str, before: bool) -> Option<Vec<u8>> {
        let change = self.changes.iter().find(|change| change.path == path);
        let bytes = match change {
            Some(change) if before => change.before.clone(),
            Some(change) => change.after.clone(),
            None => self.inventory.bytes(path),
        };
        bytes.or_else(|| builtin(path))
    }

    fn template(&mut self, path: &str) {
        let parts: Vec<&str> = path.split('/').collect();
        let inventory = self.inventory;
        match parts.as_slice() {
            // What a module is tested with reaches nobody.
            ["templates", "terraform", "modules", _, _, "tests", ..]
            | ["templates", "README.md"]
            | ["profiles", _, "schemas", ..] => {}
            ["templates", "terraform", "modules", provider, module, _, ..] => {
                self.module(path, provider, module);
            }
            ["templates", "terraform", "modules", ..] | ["templates", "init" | "matrix" | "profile", ..] => {}
            ["templates", "terraform", "roots", "encryption.tofu"] => {
                self.matching(path, "engine opentofu", &|id| inventory.says(id, "opentofu"));
            }
            ["templates", "terraform", "roots", provider, _, ..] => {
                let how = format!("roots at {provider}");
                self.matching(path, &how, &|id| inventory.says(id, provider));
            }
            ["profiles", folder, "locks", lock] => self.lock(path, &format!("profiles/{folder}"), lock),
            _ => self.all(path, "a template of all"),
        }
    }

    /// Whoever has something of a type that a provider makes with a module, on either side of the change.
    fn module(&mut self, path: &str, provider: &str, module: &str) {
        let file = format!("profiles/providers/{provider}.yaml");
        let mut kinds = BTreeSet::new();
        for (_, bytes) in self.files(&file) {
            let Some(said) = meaning(&file, &bytes) else {
                kinds.extend(ComponentType::ALL);
                continue;
            };
            let makes = said.get("makes").and_then(Value::as_object).into_iter().flatten();
            let here = makes.filter(|(_, name)| name.as_str() == Some(module));
            kinds.extend(here.filter_map(|(kind, _)| ComponentType::parse(kind)));
        }
        let inventory = self.inventory;
        self.matching(path, &format!("module {provider}/{module}"), &|id| {
            kinds.iter().any(|kind| inventory.may_make(id, provider, *kind))
        });
    }

    fn lock(&mut self, path: &str, folder: &str, lock: &str) {
        let wanted = format!("locks/{lock}");
        for (file, bytes) in self.files(&format!("{folder}/")) {
            let name = file.rsplit('/').next().and_then(|name| name.strip_suffix(".yaml"));
            if let Some(name) = name.filter(|_| Words::of(&bytes).say(&wanted)) {
                let inventory = self.inventory;
                self.matching(path, &format!("roots at {name}"), &|id| inventory.says(id, name));
            }
        }
    }

    /// What is rendered is what is applied, whoever wrote it.
    fn rendered(&mut self, path: &str) {
        let parts: Vec<&str> = path.split('/').collect();
        match parts.as_slice() {
            ["terraform-out", "modules", provider, module, _, ..] => self.module(path, provider, module),
            ["terraform-out", stack, env, _, ..] => self.matching(path, "rendered for it", &|id| {
                id.stack.as_str() == *stack && id.env.as_str() == *env
            }),
            _ => {}
        }
    }

    /// What a stack runs and is not rendered: sources of workloads, migrations.
    fn beside(&mut self, path: &str) {
        let parts: Vec<&str> = path.split('/').collect();
        if let ["stacks", stack, what @ ("workloads" | "migrations"), _, ..] = parts.as_slice() {
            self.matching(path, &format!("{what} of its stack"), &|id| id.stack.as_str() == *stack);
        }
    }
}

/// What the binary carries for a path.
fn builtin(path: &str) -> Option<Vec<u8>> {
    crate::builtin::FILES.iter().find(|(known, _)| *known == path).map(|(_, bytes)| bytes.to_vec())
}
