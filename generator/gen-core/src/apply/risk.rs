//! How a change can go wrong, by what the provider's file says of types of resources.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::effect::Risk;
use crate::model::subject::{Provider, Risks};

use super::change::Change;

/// A change and how it can go wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ranked {
    /// How it can go wrong; the worst of several ways.
    pub risk: Risk,
    /// The resource holds data that goes with it.
    pub stateful: bool,
    /// What happens.
    #[serde(flatten)]
    pub change: Change,
}

/// A resource of this type holds data that goes with it.
pub fn keeps_data(provider: &Provider, kind: &str, hosts: bool) -> bool {
    let listed = |kinds: &[String]| kinds.iter().any(|known| known == kind);
    listed(&provider.stateful) || hosts && listed(&provider.risks.hosts)
}

/// The changes of a root, worst first. Where it `hosts` components of its target, what they keep goes with what they run on.
pub fn rank(provider: &Provider, changes: &[Change], hosts: bool) -> Vec<Ranked> {
    let mut ranked: Vec<Ranked> = changes
        .iter()
        .map(|change| Ranked {
            risk: risk(&provider.risks, change),
            stateful: keeps_data(provider, &change.kind, hosts),
            change: change.clone(),
        })
        .collect();
    ranked.sort_by(|a, b| {
        let key = |ranked: &Ranked| (ranked.risk, ranked.stateful, ranked.change.action);
        key(b).cmp(&key(a)).then_with(|| a.change.address.cmp(&b.change.address))
    });
    ranked
}

fn risk(risks: &Risks, change: &Change) -> Risk {
    if change.action.destroys() {
        return Risk::Destroys;
    }
    let kind = change.kind.as_str();
    if risks.irreversible.iter().any(|pattern| fits(pattern, kind)) {
        return Risk::Irreversible;
    }
    if risks.public.get(kind).is_some_and(|values| opens(values, change)) {
        return Risk::Public;
    }
    if risks.permissions.iter().any(|pattern| fits(pattern, kind)) || changes_policy(change) {
        return Risk::Permissions;
    }
    Risk::Normal
}

/// A type by its name; `*` at the end stands for any end.
fn fits(pattern: &str, kind: &str) -> bool {
    pattern.strip_suffix('*').map_or(pattern == kind, |start| kind.starts_with(start))
}

/// A policy that stands in the resource that it is about.
fn changes_policy(change: &Change) -> bool {
    change.values.iter().any(|leaf| leaf.path == "policy" || leaf.path == "assume_role_policy")
}

/// A value that means "reachable from everywhere" comes or goes.
fn opens(values: &BTreeMap<String, Value>, change: &Change) -> bool {
    change.values.iter().any(|leaf| {
        let path = without_indices(&leaf.path);
        values.get(&path).is_some_and(|open| {
            let holds =
                |side: &Value| side == open || side.as_array().is_some_and(|items| items.contains(open));
            holds(&leaf.before) || holds(&leaf.after)
        })
    })
}

/// `rule[0].cidrs` → `rule.cidrs`.
fn without_indices(path: &str) -> String {
    let parts = path.split('[');
    parts.map(|part| part.split_once(']').map_or(part, |(_, rest)| rest)).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::apply::change::{Action, Leaf};

    fn change(kind: &str, action: Action, values: &[(&str, Value, Value)]) -> Change {
        let leaf = |(path, before, after): &(&str, Value, Value)| Leaf {
            path: (*path).to_owned(),
            before: before.clone(),
            after: after.clone(),
        };
        Change {
            address: format!("{kind}.a"),
            previous_address: None,
            kind: kind.to_owned(),
            action,
            reason: None,
            values: values.iter().map(leaf).collect(),
            digest: String::new(),
        }
    }

    #[test]
    fn the_worst_comes_first() {
        let provider: Provider = serde_json::from_value(json!({
            "version": 1, "name": "Acme", "stateful": ["acme_db"],
            "risks": {
                "hosts": ["acme_cluster"], "permissions": ["acme_iam_*"], "irreversible": ["acme_lock"],
                "public": {"acme_rule": {"source.range": "0.0.0.0/0"}},
            },
        }))
        .expect("a provider");
        let changes = [
            change("acme_thing", Action::Create, &[]),
            change("acme_rule", Action::Create, &[("source[0].range", Value::Null, json!("10.0.0.0/8"))]),
            change(
                "acme_rule",
                Action::Update,
                &[("source[1].range", json!("10.0.0.0/8"), json!(["0.0.0.0/0"]))],
            ),
            change("acme_iam_role", Action::Create, &[]),
            change("acme_bucket", Action::Update, &[("policy", json!("{}"), json!("{1}"))]),
            change("acme_lock", Action::Create, &[]),
            change("acme_thing", Action::Destroy, &[]),
            change("acme_db", Action::Replace, &[]),
        ];
        let ranked = rank(&provider, &changes, false);
        let found: Vec<_> =
            ranked.iter().map(|one| (one.change.kind.as_str(), one.risk, one.stateful)).collect();
        assert_eq!(
            found,
            [
                ("acme_db", Risk::Destroys, true),
                ("acme_thing", Risk::Destroys, false),
                ("acme_lock", Risk::Irreversible, false),
                ("acme_rule", Risk::Public, false),
                ("acme_bucket", Risk::Permissions, false),
                ("acme_iam_role", Risk::Permissions, false),
                ("acme_rule", Risk::Normal, false),
                ("acme_thing", Risk::Normal, false),
            ]
        );
        let cluster = [change("acme_cluster", Action::Replace, &[])];
        assert!(!rank(&provider, &cluster, false)[0].stateful && rank(&provider, &cluster, true)[0].stateful);
    }
}
