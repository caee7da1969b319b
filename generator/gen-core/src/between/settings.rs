//! Settings of two environments side by side, each in words.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::environment::{Budget, Nodes, Protect, SizeDetails};
use crate::model::stack::DataClass;
use crate::resolve::{Bound, Had, Target};

/// What a setting belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// The environment as a whole.
    Environment,
    /// How a component is had.
    Binding,
    /// How large something is.
    Size,
    /// What is promised about data.
    Data,
}

/// A setting that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Setting {
    /// What it belongs to.
    pub about: About,
    /// Its name: `profile`, a component, `evidence.retain`.
    pub name: String,
    /// Here; none where there is nothing of the kind.
    pub from: Option<String>,
    /// There.
    pub to: Option<String>,
}

/// The settings that differ, in the order of what they belong to and of names.
pub fn settings(from: &Target, to: &Target) -> Vec<Setting> {
    let (old, new) = (of(from), of(to));
    let keys: BTreeSet<&(About, String)> = old.keys().chain(new.keys()).collect();
    keys.into_iter()
        .filter(|key| old.get(*key) != new.get(*key))
        .map(|key| Setting {
            about: key.0,
            name: key.1.clone(),
            from: old.get(key).cloned(),
            to: new.get(key).cloned(),
        })
        .collect()
}

/// Every setting of a target in words.
fn of(target: &Target) -> BTreeMap<(About, String), String> {
    let env = &target.env.value;
    let mut found = BTreeMap::new();
    let mut environment = |name: &str, text: Option<String>| {
        found.extend(text.map(|text| ((About::Environment, name.to_owned()), text)));
    };
    environment("profile", Some(target.policy.name.to_string()));
    environment("tier", Some(env.tier.as_str().to_owned()));
    environment("engine", Some(env.engine.as_str().to_owned()));
    environment("planned", env.planned.then(|| "yes".to_owned()));
    environment("protection", env.is_protected().then(|| protection(&env.protect)));
    environment("country", Some(env.location.country.to_string()));
    environment("data may be in", Some(list(target.data_places.iter())));
    environment("domain", env.domain.as_ref().map(ToString::to_string));
    environment("network", env.network.cidr.as_ref().map(|cidr| cidr.as_str().to_owned()));
    environment("budget", env.budget.as_ref().map(budget));
    for (provider, account) in &target.accounts {
        environment(
            &format!("account at {provider}"),
            Some(format!("{} ({})", account.id, account.foundation)),
        );
    }
    if let Some(account) = &env.account {
        environment("account", Some(account.id.to_string()));
        environment("alerts", Some(list(account.alerts.iter())));
    }
    for allowed in &env.allow_destroy {
        environment(
            &format!("may be destroyed: {}", allowed.address),
            Some(format!("until {}", allowed.until)),
        );
    }
    for (name, component) in &target.components {
        let copy = match &component.bound {
            Bound::Managed { copy: Some(copy), .. } => format!(", copies in {copy}"),
            _ => String::new(),
        };
        let had = Had::from(&component.bound);
        found.insert((About::Binding, name.to_string()), format!("{had}{copy}"));
        if let Bound::Existing { exports, .. } = &component.bound {
            let exports = crate::digest::canonical_sha256(exports);
            found.insert(
                (About::Binding, format!("{name}, what it hands on")),
                exports.chars().take(12).collect(),
            );
        }
    }
    for name in env.size.keys() {
        found.insert((About::Size, name.clone()), size(&target.size(name)));
    }
    for (name, class) in &target.data {
        for (field, text) in data(class) {
            found.insert((About::Data, format!("{name}.{field}")), text);
        }
    }
    found
}

fn list<T: ToString>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

fn protection(protect: &Protect) -> String {
    match protect {
        Protect::Plain(_) => "on".to_owned(),
        Protect::Approved(approval) => format!("approved by {}", list(approval.approvers.iter())),
    }
}

fn budget(budget: &Budget) -> String {
    let shares: Vec<u16> = budget.alert_at.clone().into();
    let currency = serde_json::to_value(budget.currency).unwrap_or_default();
    let currency = currency.as_str().unwrap_or_default();
    format!("{} {currency} a month, alerts at {} %", budget.per_month, list(shares))
}

/// Such as `m, 250Gi`, `3 replicas`, `execution: 2 to 10 nodes`.
fn size(size: &SizeDetails) -> String {
    let storage = size.storage.map(String::from);
    let parts = [
        size.class.map(|class| class.as_str().to_owned()),
        size.instances.map(|number| format!("{number} instances")),
        storage,
        size.replicas.map(|number| format!("{number} replicas")),
    ];
    let pools = size.nodes.iter().map(|(pool, nodes)| format!("{pool}: {}", pool_size(*nodes)));
    list(parts.into_iter().flatten().chain(pools))
}

fn pool_size(nodes: Nodes) -> String {
    let named = [("at least", nodes.min), ("now", nodes.desired), ("at most", nodes.max)];
    let given =
        named.into_iter().filter_map(|(word, number)| number.map(|number| format!("{word} {number}")));
    list(given) + " nodes"
}

fn data(class: &DataClass) -> Vec<(&'static str, String)> {
    let word = |value: serde_json::Value| value.as_str().map(str::to_owned).unwrap_or_default();
    let mut found = vec![
        ("class", word(serde_json::to_value(class.class).unwrap_or_default())),
        ("in", class.component.to_string()),
        ("retain", class.retain.to_string()),
        ("rpo", class.rpo.to_string()),
        ("rto", class.rto.to_string()),
    ];
    found.extend(class.erase.map(|period| ("erase", period.to_string())));
    found.extend(class.worm.map(|mode| ("worm", word(serde_json::to_value(mode).unwrap_or_default()))));
    if class.legal_hold {
        found.push(("legal_hold", "yes".to_owned()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{DEV, Models};

    #[test]
    fn what_differs_is_said_in_words() {
        let base = Models::new().target("app/dev");
        assert_eq!(settings(&base, &base), []);
        let other = Models::new()
            .with(DEV, "domain: dev", "domain: d2")
            .with(
                DEV,
                "bind:",
                "protect: {approvers: [o/leads]}\nsize: {db: {class: m, storage: 250Gi}}\ndata: {uploads: {retain: 2y}}\nbudget: {per_month: 9, currency: USD, alert_at: [50]}\nbind:",
            )
            .target("app/dev");
        let found = settings(&base, &other);
        let said: Vec<(&str, Option<&str>, Option<&str>)> =
            found.iter().map(|one| (one.name.as_str(), one.from.as_deref(), one.to.as_deref())).collect();
        assert_eq!(
            said,
            [
                ("budget", None, Some("9 USD a month, alerts at 50 %")),
                ("domain", Some("dev.example.org"), Some("d2.example.org")),
                ("protection", None, Some("approved by o/leads")),
                ("db", None, Some("m, 250Gi")),
                ("uploads.retain", Some("1y"), Some("2y")),
            ]
        );
    }
}
