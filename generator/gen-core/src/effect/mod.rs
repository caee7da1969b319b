//! What a change of values means: which component, how risky, and which line of a model asks for it.

mod table;

use std::collections::BTreeSet;

use serde_json::Value;

use crate::diag::{Place, Route};
use crate::model::component::ComponentType;
use crate::model::names::ComponentName;
use crate::resolve::{Moves, Target, TargetId};

use table::{EFFECTS, Source};

/// How a change can go wrong. Later is worse.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Risk {
    /// Can be taken back by the opposite change.
    Normal,
    /// Interrupts service for a moment.
    Disrupts,
    /// Somebody may do more or less than before.
    Permissions,
    /// Something becomes reachable from the internet, or no longer is.
    Public,
    /// Cannot be taken back.
    Irreversible,
    /// A resource is replaced or removed, and with it what it holds.
    Destroys,
}

impl Risk {
    /// Worth a mark in front of the line.
    pub fn is_marked(self) -> bool {
        self >= Self::Permissions
    }
}

/// A change of one value of a component.
#[derive(Debug, Clone)]
pub struct Change {
    /// The component, or none for what the whole root shares.
    pub component: Option<ComponentName>,
    /// Its type, if it is known.
    pub kind: Option<ComponentType>,
    /// Path of the value within the component's settings.
    pub field: String,
    /// In words: what is changed.
    pub label: String,
    /// Value before; none when it is new, empty when it is too long for a line.
    pub from: Option<String>,
    /// Value after; none when it goes, empty when it is too long for a line.
    pub to: Option<String>,
    /// How it can go wrong.
    pub risk: Risk,
    /// What to know about it; empty when there is nothing.
    pub note: &'static str,
    /// The line that asks for it.
    pub why: Option<Place>,
}

/// Differences between the values of a root on disk and those that would be written; `Null` for a root that is no longer rendered.
pub fn changes(target: &Target, old: &Value, new: &Value) -> Vec<Change> {
    let mut found = Vec::new();
    let empty = serde_json::Map::new();
    let (old, new) = (old.as_object().unwrap_or(&empty), new.as_object().unwrap_or(&empty));
    let old = renamed(target, old, new, &mut found);
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let component = |name: &str| {
        let shared = SHARED.contains(&name);
        ComponentName::parse(name).ok().filter(|_| !shared)
    };
    for name in names {
        let component = component(name);
        if let Some(component) =
            component.as_ref().filter(|_| old.contains_key(name) != new.contains_key(name))
        {
            found.push(come_or_gone(target, component.clone(), new.contains_key(name)));
            continue;
        }
        // What the root shares goes with the root.
        if component.is_none() && new.is_empty() {
            continue;
        }
        let mut leaves = Vec::new();
        differences("", old.get(name), new.get(name), &mut leaves);
        // The tags of a component come and go with it.
        leaves.retain(|(field, _, _)| name != "tags" || old.contains_key(field) == new.contains_key(field));
        let kind = component.as_ref().and_then(|name| Some(target.components.get(name)?.kind()));
        for (field, from, to) in leaves {
            let field = if component.is_some() { field } else { format!("{name}.{field}") };
            found.push(describe(target, component.clone(), kind, field, from, to));
        }
    }
    found.sort_by(|a, b| {
        b.risk.cmp(&a.risk).then_with(|| a.component.cmp(&b.component)).then_with(|| a.field.cmp(&b.field))
    });
    found
}

/// The values on disk under the names that components have now.
fn renamed<'a>(
    target: &Target,
    old: &'a serde_json::Map<String, Value>,
    new: &serde_json::Map<String, Value>,
    found: &mut Vec<Change>,
) -> std::borrow::Cow<'a, serde_json::Map<String, Value>> {
    let mut values = std::borrow::Cow::Borrowed(old);
    for (before, _) in Moves::of(&target.stack.value).all() {
        let now = Moves::of(&target.stack.value).last_name(before);
        let moves = !new.contains_key(before.as_str())
            && new.contains_key(now.as_str())
            && !values.contains_key(now.as_str());
        let Some(value) = values.get(before.as_str()).filter(|_| moves).cloned() else { continue };
        let own = values.to_mut();
        own.remove(before.as_str());
        own.insert(now.to_string(), value);
        if let Some(Value::Object(tags)) = own.get_mut("tags")
            && let Some(mut tag) = tags.remove(before.as_str())
        {
            if let Some(component) = tag.get_mut("component") {
                *component = Value::from(now.as_str());
            }
            tags.insert(now.to_string(), tag);
        }
        found.push(Change {
            kind: target.components.get(now).map(crate::resolve::Resolved::kind),
            component: Some(now.clone()),
            field: String::new(),
            label: "renamed".to_owned(),
            from: Some(before.to_string()),
            to: Some(now.to_string()),
            risk: Risk::Normal,
            note: "its resources keep their names and what they hold",
            why: Some(Place::value(target.stack.file.clone(), Route::keys(["moved"]))),
        });
    }
    values
}

/// Values of a root that belong to no component.
const SHARED: [&str; 3] = ["context", "tags", "existing"];

/// A component that the root did not have before, or has no longer.
fn come_or_gone(target: &Target, component: ComponentName, new: bool) -> Change {
    let (label, risk, note) = if new {
        ("new component", Risk::Normal, "")
    } else {
        ("component is gone", Risk::Destroys, "it is destroyed, with what it holds")
    };
    Change {
        kind: target.components.get(&component).map(crate::resolve::Resolved::kind),
        component: Some(component),
        field: String::new(),
        label: label.to_owned(),
        from: None,
        to: None,
        risk,
        note,
        why: Some(Place::value(target.stack.file.clone(), Route::keys(["components"]))),
    }
}

type Leaf<'a> = (String, Option<&'a Value>, Option<&'a Value>);

/// Values that differ, at the deepest mapping that holds them.
fn differences<'a>(path: &str, old: Option<&'a Value>, new: Option<&'a Value>, found: &mut Vec<Leaf<'a>>) {
    match (old, new) {
        (Some(old), Some(new)) if old == new => {}
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            for key in keys {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                differences(&path, old.get(key), new.get(key), found);
            }
        }
        (old, new) => found.push((path.to_owned(), old, new)),
    }
}

fn describe(
    target: &Target,
    component: Option<ComponentName>,
    kind: Option<ComponentType>,
    field: String,
    from: Option<&Value>,
    to: Option<&Value>,
) -> Change {
    let effect = EFFECTS.iter().find(|effect| Some(effect.kind) == kind && matches(effect.field, &field));
    let (label, risk, note, why) = match (effect, &component) {
        (Some(effect), Some(name)) => {
            let (risk, note) = (effect.risk)(from, to);
            (
                effect.label.replace("{}", wildcard(effect.field, &field)),
                risk,
                note,
                place(target, name, effect.source, wildcard(effect.field, &field)),
            )
        }
        (_, None) => of_root(target, &field, from),
        _ => (String::new(), Risk::Normal, "", None),
    };
    let label = if label.is_empty() { field.replace('_', " ") } else { label };
    let show = |value: Option<&Value>| value.map(|value| text(value, &field));
    Change { component, kind, label, from: show(from), to: show(to), field, risk, note, why }
}

/// What a change of a value means that the whole root shares.
fn of_root(
    target: &Target,
    field: &str,
    from: Option<&Value>,
) -> (String, Risk, &'static str, Option<Place>) {
    let (label, risk, note, key) = match field {
        "context.account" if target.purpose() == crate::model::stack::Purpose::Foundation => {
            ("account", Risk::Destroys, "everything is made anew there", "account")
        }
        "context.account" => ("account", Risk::Destroys, "everything is made anew there", "accounts"),
        "context.region" => ("region", Risk::Destroys, "everything is made anew there", "bind"),
        // Where there were no copies, none goes.
        "context.replica_region" if from.is_none_or(Value::is_null) => {
            ("region of copies", Risk::Normal, "", "location")
        }
        "context.replica_region" => (
            "region of copies",
            Risk::Destroys,
            "copies and their keys are made anew there, and those that are there go",
            "location",
        ),
        "context.protected" => ("protection against deletion", Risk::Permissions, "", "protect"),
        _ => return (String::new(), Risk::Normal, "", None),
    };
    let place = Place::value(target.env.file.clone(), Route::keys([key]));
    (label.to_owned(), risk, note, Some(place))
}

/// A field fits a pattern: equal, or the pattern's `*` stands for one part, and a trailing part of the field may follow.
fn matches(pattern: &str, field: &str) -> bool {
    let (mut wanted, mut parts) = (pattern.split('.'), field.split('.'));
    loop {
        match (wanted.next(), parts.next()) {
            (None, _) => return true,
            (Some("*"), Some(_)) => {}
            (Some(wanted), Some(part)) if wanted == part => {}
            _ => return false,
        }
    }
}

/// The part of the field that the pattern's `*` stands for.
fn wildcard<'a>(pattern: &str, field: &'a str) -> &'a str {
    pattern.split('.').zip(field.split('.')).find(|(wanted, _)| *wanted == "*").map_or("", |(_, part)| part)
}

fn text(value: &Value, field: &str) -> String {
    match value {
        Value::Number(number) if field.ends_with("_days") => {
            crate::model::units::Period::of_calendar_days(number.as_u64().unwrap_or_default()).to_string()
        }
        Value::String(text) => text.clone(),
        // Too much for a line; the difference of the files shows it.
        Value::Object(_) => String::new(),
        Value::Array(items) if items.iter().any(|item| item.is_array() || item.is_object()) => String::new(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(text_of_scalar).collect();
            format!("[{}]", items.join(", "))
        }
        other => text_of_scalar(other),
    }
}

fn text_of_scalar(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn place(target: &Target, component: &ComponentName, source: Source, part: &str) -> Option<Place> {
    let env = |keys: &[&str]| Place::value(target.env.file.clone(), Route::keys(keys.iter().copied()));
    let stack = |keys: &[&str]| Place::value(target.stack.file.clone(), Route::keys(keys.iter().copied()));
    match source {
        Source::Data(field) => {
            let (name, _) = target
                .worm(component)
                .map(|(name, class, _)| (name, class))
                .or_else(|| target.data_in(component).min_by_key(|(_, class)| class.rpo))?;
            Some(crate::demand::field_place(target, name, field))
        }
        Source::Size if target.env.value.size.contains_key(component.as_str()) => {
            Some(env(&["size", component.as_str()]))
        }
        Source::Size | Source::Tier => Some(env(&["tier"])),
        Source::Env(key) => Some(env(&[key])),
        Source::Component(field) => Some(stack(&["components", component.as_str(), field])),
        Source::Stack(key) => Some(Place::key(target.stack.file.clone(), Route::keys([key]))),
        Source::Consumer(key) => {
            let named = |id: &TargetId| part == id.resource_name();
            let route = Route::keys([key]);
            match target.consumers.iter().find(|consumer| named(&consumer.id)) {
                Some(consumer) => {
                    let TargetId { stack, env } = &consumer.id;
                    Some(Place::value(format!("stacks/{stack}/environments/{env}.yaml"), route))
                }
                // One that is gone has no line any more.
                None => (part == "account" || named(&target.id)).then(|| env(&[key])),
            }
        }
        Source::Recovery => {
            let days = target.pitr_days(component);
            let (name, class) = target.data_in(component).min_by_key(|(_, class)| class.retain)?;
            let field = if class.retain.as_days() <= days { "retain" } else { "rpo" };
            Some(crate::demand::field_place(target, name, field))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_environment_asks_of_its_account_is_said_where_it_asks() {
        use crate::testing::{ACCOUNT_FILE, DEV, Models};

        let target = Models::new().target("foundation/account");
        let of = |component: &str, values: Value| {
            let old = serde_json::json!({component: {"budgets": {}, "environments": {}}});
            let found = changes(&target, &old, &serde_json::json!({component: values}));
            let named = found.into_iter().filter(|change| change.to.is_some());
            named.map(|change| change.why.map(|place| place.file.to_string())).collect::<Vec<_>>()
        };
        let budget = |name: &str| of("account", serde_json::json!({"budgets": {name: {"amount": 1}}}));
        assert_eq!(budget("app-dev"), [Some(DEV.to_owned())]);
        assert_eq!(budget("account"), [Some(ACCOUNT_FILE.to_owned())]);
        assert_eq!(budget("app-gone"), [None]);
        let roles = of("ci", serde_json::json!({"environments": {"app-dev": {"state_prefix": "app/dev/"}}}));
        assert_eq!(roles, [Some(DEV.to_owned())]);
    }

    #[test]
    fn what_is_added_takes_nothing_away() {
        use serde_json::json;

        let target = crate::testing::Models::new().target("app/dev");
        let risk = |component: &str, old: Value, new: Value| {
            let found = changes(&target, &json!({component: old}), &json!({component: new}));
            found.iter().map(|change| change.risk).max()
        };
        for (component, field, less, more) in [
            ("registry", "repositories", json!(["app/a"]), json!(["app/a", "app/b"])),
            ("files", "replicate", json!(false), json!(true)),
            ("db", "backup_copy", json!(false), json!(true)),
            ("secrets", "replicate", json!(false), json!(true)),
            ("backup", "copy", json!(false), json!(true)),
            ("keys", "purposes", json!({"a": {"replica": false}}), json!({"a": {"replica": true}})),
            ("keys", "purposes", json!({"a": {}}), json!({"a": {}, "b": {}})),
            ("secrets", "names", json!({"a": {}}), json!({"a": {}, "b": {}})),
        ] {
            let (less, more) = (json!({field: less}), json!({field: more}));
            assert_eq!(risk(component, less.clone(), more.clone()), Some(Risk::Normal), "{component} {more}");
            assert_eq!(risk(component, more, less.clone()), Some(Risk::Destroys), "{component} {less}");
        }
        let databases = |names: &[&str]| json!({"databases": names});
        assert_eq!(risk("db", databases(&["a"]), databases(&["a", "b"])), Some(Risk::Normal));
        assert_eq!(risk("db", databases(&["a", "b"]), databases(&["b"])), Some(Risk::Destroys));
    }

    #[test]
    fn copies_in_another_region_are_other_copies() {
        use serde_json::json;

        let target = crate::testing::Models::new().target("app/dev");
        let change = |from: Value, to: Value| {
            let context =
                |region: Value| json!({"context": {"region": "eu-central-1", "replica_region": region}});
            let mut found = changes(&target, &context(from), &context(to));
            let change = found.pop().expect("a change");
            assert_eq!(found.len(), 0);
            (change.label, change.risk, change.why)
        };
        let place = Place::value(crate::testing::DEV, Route::keys(["location"]));
        let label = || "region of copies".to_owned();
        for to in [json!("eu-south-1"), Value::Null] {
            let found = change(json!("eu-west-1"), to);
            assert_eq!(found, (label(), Risk::Destroys, Some(place.clone())));
        }
        let found = change(Value::Null, json!("eu-west-1"));
        assert_eq!(found, (label(), Risk::Normal, Some(place)));
    }

    #[test]
    fn patterns_match_parts() {
        assert!(matches("worm.retain_days", "worm.retain_days"));
        assert!(matches("node_groups.*", "node_groups.control.max"));
        assert!(!matches("node_groups.*.max", "node_groups.control.min"));
        assert!(!matches("size.class", "size"));
        assert_eq!(wildcard("node_groups.*", "node_groups.control.max"), "control");
    }
}
