//! What an engine is going to do, read from `terraform show -json`
//! (<https://developer.hashicorp.com/terraform/internals/json-format>), without a value that is sensitive.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::digest::canonical_sha256;

use super::values::{keep, leaves, mark, union};

/// What stands for a sensitive value.
pub const SENSITIVE: &str = "(sensitive)";
/// What stands for a value that the provider chooses.
pub const UNKNOWN: &str = "(known after apply)";

/// What becomes of a resource. Later is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is known under another address from now on.
    Move,
    /// What exists is taken into the state.
    Import,
    /// It is made.
    Create,
    /// It is changed where it stands.
    Update,
    /// The state forgets it; it stays.
    Forget,
    /// It is destroyed and made again.
    Replace,
    /// It is destroyed.
    Destroy,
}

impl Action {
    /// As people read it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Move => "move",
            Self::Import => "import",
            Self::Create => "create",
            Self::Update => "update",
            Self::Forget => "forget",
            Self::Replace => "replace",
            Self::Destroy => "destroy",
        }
    }

    /// Something that exists ceases to.
    pub fn destroys(self) -> bool {
        matches!(self, Self::Replace | Self::Destroy)
    }
}

/// A value of a resource that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Leaf {
    /// Where it stands in the resource, such as `rule[0].status`.
    pub path: String,
    /// As it is; null where there is none.
    pub before: Value,
    /// As it will be.
    pub after: Value,
}

/// What happens to one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// Its address in the root.
    pub address: String,
    /// Its address until now, if that was another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_address: Option<String>,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// What becomes of it.
    pub action: Action,
    /// Why the engine does more than change a value, in its own word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Values that differ; for what is made or destroyed those that are known.
    pub values: Vec<Leaf>,
    /// SHA-256 over everything that is known before and after, what is sensitive left out, in lower-case hex.
    pub digest: String,
}

/// What an engine is going to do to a root.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// What happens to resources, by address.
    pub resources: Vec<Change>,
    /// What somebody else changed since the last apply, and what happens now brings back.
    pub drift: Vec<Change>,
    /// Outputs whose value changes.
    pub outputs: Vec<String>,
    /// SHA-256 over what happens to resources and outputs, in lower-case hex: equal digests are one plan.
    pub digest: String,
}

#[derive(Deserialize)]
struct Plan {
    #[serde(default)]
    resource_changes: Vec<ResourceChange>,
    #[serde(default)]
    resource_drift: Vec<ResourceChange>,
    #[serde(default)]
    output_changes: BTreeMap<String, Delta>,
    #[serde(default)]
    errored: bool,
}

#[derive(Deserialize)]
struct ResourceChange {
    address: String,
    #[serde(default)]
    previous_address: Option<String>,
    mode: String,
    #[serde(rename = "type")]
    kind: String,
    change: Delta,
    #[serde(default)]
    action_reason: Option<String>,
    #[serde(default)]
    deposed: Option<String>,
}

#[derive(Deserialize)]
struct Delta {
    actions: Vec<String>,
    #[serde(default)]
    before: Value,
    #[serde(default)]
    after: Value,
    #[serde(default)]
    after_unknown: Value,
    #[serde(default)]
    before_sensitive: Value,
    #[serde(default)]
    after_sensitive: Value,
    #[serde(default)]
    importing: Option<Value>,
}

impl Changes {
    /// Reads the JSON form of a plan. The error says what is wrong, in words.
    pub fn read(json: &str) -> Result<Self, String> {
        let plan: Plan = serde_json::from_str(json).map_err(|error| error.to_string())?;
        if plan.errored {
            return Err("the engine could not plan everything".to_owned());
        }
        let mut resources = of_resources(plan.resource_changes)?;
        resources.sort_by(|a, b| a.address.cmp(&b.address));
        let mut drift = of_resources(plan.resource_drift)?;
        // An engine lists every value that is another one than in the state, also those that nothing asks for and that a provider only
        // reads late. What matters is what it is going to bring back.
        drift.retain(|moved| resources.iter().any(|change| change.brings_back(moved)));
        drift.sort_by(|a, b| a.address.cmp(&b.address));
        let changed = plan.output_changes.iter().filter(|(_, delta)| delta.actions != ["no-op"]);
        let outputs: BTreeMap<&String, String> = changed
            .map(|(name, delta)| (name, canonical_sha256(&(delta.shown_before(), delta.shown_after()))))
            .collect();
        let digest = canonical_sha256(&(&resources, &outputs));
        let outputs = outputs.into_keys().cloned().collect();
        Ok(Self { resources, drift, outputs, digest })
    }

    /// Nothing is going to happen.
    pub fn is_empty(&self) -> bool {
        self.resources.is_empty() && self.outputs.is_empty()
    }

    /// What another plan of the same root says otherwise, a line each.
    pub fn differences(&self, other: &Self) -> Vec<String> {
        let by_address = |changes: &Self| -> BTreeMap<String, (Action, String)> {
            let key = |change: &Change| (change.address.clone(), (change.action, change.digest.clone()));
            changes.resources.iter().map(key).collect()
        };
        let (own, others) = (by_address(self), by_address(other));
        let mut lines = Vec::new();
        for (address, (action, digest)) in &own {
            match others.get(address) {
                None => {
                    lines.push(format!("{address}: was going to {}, and is not any more", action.as_str()));
                }
                Some((now, _)) if now != action => {
                    lines.push(format!("{address}: {} now, it was {}", now.as_str(), action.as_str()));
                }
                Some((_, now)) if now != digest => {
                    lines.push(format!("{address}: {} with other values", action.as_str()));
                }
                Some(_) => {}
            }
        }
        let new = others.iter().filter(|(address, _)| !own.contains_key(*address));
        lines.extend(new.map(|(address, (action, _))| format!("{address}: {} is new", action.as_str())));
        if lines.is_empty() && self.digest != other.digest {
            lines.push("outputs have other values".to_owned());
        }
        lines
    }
}

impl Change {
    /// It undoes what somebody else did.
    fn brings_back(&self, moved: &Self) -> bool {
        let same_value =
            || moved.values.iter().any(|leaf| self.values.iter().any(|own| own.path == leaf.path));
        self.address == moved.address && (moved.action.destroys() || same_value())
    }
}

fn of_resources(changes: Vec<ResourceChange>) -> Result<Vec<Change>, String> {
    let managed = changes.into_iter().filter(|change| change.mode == "managed");
    managed.filter_map(|change| change.read().transpose()).collect()
}

impl ResourceChange {
    /// None where nothing happens.
    fn read(self) -> Result<Option<Change>, String> {
        let moved = self.previous_address.as_ref().is_some_and(|previous| *previous != self.address);
        let words: Vec<&str> = self.change.actions.iter().map(String::as_str).collect();
        let action = match words.as_slice() {
            ["no-op"] if self.change.importing.is_some() => Action::Import,
            ["no-op"] if moved => Action::Move,
            ["no-op" | "read"] => return Ok(None),
            ["create"] => Action::Create,
            ["update"] => Action::Update,
            ["forget"] => Action::Forget,
            ["delete"] => Action::Destroy,
            ["delete", "create"] | ["create", "delete" | "forget"] => Action::Replace,
            other => {
                return Err(format!("{}: the engine says {other:?}, which gen does not know", self.address));
            }
        };
        let (before, after) = (self.change.shown_before(), self.change.shown_after());
        let mut values = Vec::new();
        leaves("", &before, &after, &mut values);
        // What is made again has other ids each time; what the provider chooses is no news where nothing was before.
        values.retain(|leaf| !(leaf.before.is_null() && leaf.after == UNKNOWN));
        // A sensitive value that changes shows as one: only that it does is known.
        if self.change.secretly_changes() {
            values.push(Leaf {
                path: "(a sensitive value)".to_owned(),
                before: SENSITIVE.into(),
                after: "(another)".into(),
            });
        }
        let address = match self.deposed {
            Some(key) => format!("{} (deposed {key})", self.address),
            None => self.address,
        };
        Ok(Some(Change {
            digest: canonical_sha256(&(&before, &after, &values)),
            address,
            previous_address: self.previous_address.filter(|_| moved),
            kind: self.kind,
            action,
            reason: self.action_reason,
            values,
        }))
    }
}

impl Delta {
    /// What is sensitive on one side is on the other too: a value that only becomes sensitive is the same secret before.
    fn sensitive(&self) -> Value {
        union(&self.before_sensitive, &self.after_sensitive)
    }

    fn shown_before(&self) -> Value {
        let mut shown = self.before.clone();
        if !shown.is_null() {
            mark(&mut shown, &self.sensitive(), SENSITIVE);
        }
        shown
    }

    fn shown_after(&self) -> Value {
        let mut shown = self.after.clone();
        mark(&mut shown, &self.after_unknown, UNKNOWN);
        if !shown.is_null() {
            mark(&mut shown, &self.sensitive(), SENSITIVE);
        }
        shown
    }

    /// Values that are sensitive differ, in a resource that stays.
    fn secretly_changes(&self) -> bool {
        if self.before.is_null() || self.after.is_null() {
            return false;
        }
        let (mut old, mut new) = (self.before.clone(), self.after.clone());
        mark(&mut new, &self.after_unknown, UNKNOWN);
        let sensitive = self.sensitive();
        keep(&mut old, &sensitive);
        keep(&mut new, &sensitive);
        old != new
    }
}

#[cfg(test)]
#[expect(clippy::needless_pass_by_value, reason = "values are made where they are used")]
mod tests {
    use serde_json::json;

    use super::*;

    fn plan(changes: Value) -> Changes {
        Changes::read(&json!({"format_version": "1.2", "resource_changes": changes}).to_string())
            .expect("a plan")
    }

    fn resource(address: &str, actions: &[&str], before: Value, after: Value) -> Value {
        json!({
            "address": address, "mode": "managed", "type": "acme_thing",
            "change": {"actions": actions, "before": before, "after": after},
        })
    }

    #[test]
    fn what_is_sensitive_is_told_by_nothing_but_that_it_changes() {
        let with = |secret: &str| {
            let mut change = resource(
                "acme_thing.a",
                &["update"],
                json!({"name": "a", "password": "old-secret", "list": [{"key": "old-secret"}]}),
                json!({"name": "a", "password": secret, "list": [{"key": "old-secret"}]}),
            );
            let marks = json!({"password": true, "list": [{"key": true}]});
            change["change"]["before_sensitive"] = marks.clone();
            change["change"]["after_sensitive"] = marks;
            plan(json!([change]))
        };
        let changed = with("new-secret");
        let said = serde_json::to_string(&changed.resources).expect("JSON");
        assert!(!said.contains("-secret"), "{said}");
        assert_eq!(changed.resources[0].values.len(), 1, "{said}");
        assert_eq!(with("old-secret").resources[0].values, []);
        // Which secret it becomes is no part of the digest: whoever reads the record could guess it.
        assert_eq!(changed.digest, with("newer-secret").digest);
        assert_ne!(changed.digest, with("old-secret").digest);
    }

    #[test]
    fn what_becomes_sensitive_was_the_same_secret_before() {
        for (before, after) in [
            (json!({"token": true}), json!({})),
            (json!({}), json!({"token": true})),
            (Value::Bool(false), json!({"token": true})),
        ] {
            let mut change = resource(
                "acme_thing.a",
                &["update"],
                json!({"name": "a", "token": "the-secret"}),
                json!({"name": "b", "token": "the-secret"}),
            );
            change["change"]["before_sensitive"] = before;
            change["change"]["after_sensitive"] = after;
            let said = serde_json::to_string(&plan(json!([change])).resources).expect("JSON");
            assert!(!said.contains("the-secret") && said.contains("\"name\""), "{said}");
        }
    }

    #[test]
    fn equal_plans_have_one_digest_and_others_say_where_they_differ() {
        let one =
            |name: &str| resource("acme_thing.a", &["update"], json!({"name": "x"}), json!({"name": name}));
        let two = resource("acme_thing.b", &["create"], Value::Null, json!({"name": "b"}));
        let first = plan(json!([one("y"), two]));
        assert_eq!(first.digest, plan(json!([two, one("y")])).digest);
        assert_eq!(first.differences(&plan(json!([two, one("y")]))), Vec::<String>::new());
        assert_eq!(
            first.differences(&plan(json!([two, one("z")]))),
            ["acme_thing.a: update with other values"]
        );
        assert_eq!(
            first.differences(&plan(json!([one("y")]))),
            ["acme_thing.b: was going to create, and is not any more"]
        );
        assert_eq!(plan(json!([one("y")])).differences(&first), ["acme_thing.b: create is new"]);
        let replaced =
            resource("acme_thing.a", &["delete", "create"], json!({"name": "x"}), json!({"name": "y"}));
        assert_eq!(
            first.differences(&plan(json!([two, replaced]))),
            ["acme_thing.a: replace now, it was update"]
        );
    }

    #[test]
    fn nothing_happens_to_what_is_read_or_stays() {
        let mut data = resource("data.acme_thing.a", &["read"], Value::Null, json!({}));
        data["mode"] = json!("data");
        let stays = resource("acme_thing.a", &["no-op"], json!({"a": 1}), json!({"a": 1}));
        let mut moved = stays.clone();
        moved["address"] = json!("acme_thing.b");
        moved["previous_address"] = json!("acme_thing.old");
        let changes = plan(json!([data, stays, moved]));
        let found: Vec<_> =
            changes.resources.iter().map(|change| (change.address.as_str(), change.action)).collect();
        assert_eq!(found, [("acme_thing.b", Action::Move)]);
        assert!(plan(json!([stays])).is_empty());
    }

    #[test]
    fn what_the_provider_chooses_is_unknown() {
        let mut change = resource("acme_thing.a", &["create"], Value::Null, json!({"name": "a"}));
        change["change"]["after_unknown"] = json!({"id": true, "rule": [{"id": true}]});
        let changes = plan(json!([change]));
        let values: Vec<_> = changes.resources[0].values.iter().map(|leaf| leaf.path.as_str()).collect();
        assert_eq!(values, ["name"]);
    }

    #[test]
    fn somebody_changed_what_has_to_be_brought_back() {
        let moved =
            |address: &str, after: Value| resource(address, &["update"], json!({"a": 1, "b": 1}), after);
        let text = json!({
            "resource_drift": [
                moved("acme_thing.a", json!({"a": 2, "b": 1})),
                moved("acme_thing.b", json!({"a": 1, "b": 2})),
                moved("acme_thing.c", json!({"a": 2, "b": 1})),
                resource("acme_thing.d", &["delete"], json!({"a": 1}), Value::Null),
            ],
            "resource_changes": [
                resource("acme_thing.a", &["update"], json!({"a": 2, "b": 1}), json!({"a": 1, "b": 1})),
                resource("acme_thing.b", &["update"], json!({"a": 1, "b": 2}), json!({"a": 3, "b": 2})),
                resource("acme_thing.d", &["create"], Value::Null, json!({"a": 1})),
            ],
        });
        let changes = Changes::read(&text.to_string()).expect("a plan");
        let found: Vec<_> = changes.drift.iter().map(|change| change.address.as_str()).collect();
        assert_eq!(found, ["acme_thing.a", "acme_thing.d"]);
    }

    #[test]
    fn an_action_that_nobody_knows_is_an_error() {
        let change = resource("acme_thing.a", &["vanish"], Value::Null, Value::Null);
        let text = json!({"resource_changes": [change]}).to_string();
        assert!(Changes::read(&text).expect_err("refused").contains("vanish"));
    }
}
