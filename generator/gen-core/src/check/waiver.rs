//! Who answers for a gap, until when: `docs/matrix-rules.md` §6.

use crate::diag::{Diagnostic, Fault, Place, Route};
use crate::load::Loaded;
use crate::model::capability::Dictionary;
use crate::model::names::{CapabilityId, ComponentName, EnvName};
use crate::model::profile::WaiverRules;
use crate::model::units::Date;
use crate::model::waiver::{Waiver, Waivers};

/// A requirement that somebody answers for: component and capability.
pub type Waived = (ComponentName, CapabilityId);

/// What waivers are checked against.
pub struct WaiverContext<'a> {
    /// The environment.
    pub env: &'a EnvName,
    /// Environments of the stack, those with faults of their own included.
    pub envs: &'a [&'a EnvName],
    /// The profile's rules.
    pub rules: WaiverRules,
    /// The day.
    pub as_of: Date,
    /// Components of the target.
    pub components: &'a [&'a ComponentName],
    /// The dictionary.
    pub dictionary: &'a Dictionary,
}

/// The waivers of a stack that have effect in an environment, and what is wrong with the others of that environment.
pub fn waivers(file: &Loaded<Waivers>, context: &WaiverContext<'_>) -> (Vec<Waived>, Vec<Diagnostic>) {
    let mut live = Vec::new();
    let mut diagnostics = Vec::new();
    for (index, waiver) in file.value.waivers.iter().enumerate() {
        let at = |key: &str| Place::value(file.file.clone(), Route::keys(["waivers"]).index(index).key(key));
        let fault =
            |key: &str, label: String| Diagnostic::error(Fault::FaultyWaiver).at(at(key)).label(label);
        if !context.envs.contains(&&waiver.env) {
            let diagnostic = fault("env", format!("the stack has no environment `{}`", waiver.env));
            let known = context.envs.iter().map(|env| env.as_str());
            diagnostics.push(diagnostic.nearest(waiver.env.as_str(), known));
            continue;
        }
        if waiver.env != *context.env {
            continue;
        }
        let before = diagnostics.len();
        check_waiver(waiver, context, &fault, &mut diagnostics);
        if diagnostics.len() == before {
            live.push((waiver.component.clone(), waiver.capability.clone()));
        }
    }
    (live, diagnostics)
}

fn check_waiver(
    waiver: &Waiver,
    context: &WaiverContext<'_>,
    fault: &dyn Fn(&str, String) -> Diagnostic,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if !context.components.contains(&&waiver.component) {
        let diagnostic = fault("component", format!("the stack has no component `{}`", waiver.component));
        let known = context.components.iter().map(|component| component.as_str());
        diagnostics.push(diagnostic.nearest(waiver.component.as_str(), known));
    }
    if !context.dictionary.capabilities.contains_key(&waiver.capability) {
        let diagnostic =
            fault("capability", format!("the dictionary has no capability `{}`", waiver.capability));
        let known = context.dictionary.capabilities.keys().map(CapabilityId::as_str);
        diagnostics.push(diagnostic.nearest(waiver.capability.as_str(), known));
    }
    if context.as_of > waiver.until {
        diagnostics.push(
            fault("until", format!("expired: evidence is judged as of {}", context.as_of))
                .help("close the gap, or ask for a new waiver"),
        );
    }
    let longest = context.as_of.plus_days(context.rules.longest.as_days());
    if waiver.until > longest {
        diagnostics.push(
            fault(
                "until",
                format!("too long: waivers of this profile run {} at most", context.rules.longest),
            )
            .help(format!("{longest} at the latest")),
        );
    }
    let author = person(&waiver.author);
    let mut approvers: Vec<String> = waiver.approvers.iter().map(|name| person(name)).collect();
    approvers.sort();
    approvers.dedup();
    if approvers.contains(&author) {
        diagnostics.push(
            fault("approvers", "approved by its author".to_owned())
                .help("somebody else has to answer for it"),
        );
    } else if approvers.len() < usize::from(context.rules.approvers) {
        diagnostics.push(fault(
            "approvers",
            format!("{} of {} approvers", approvers.len(), context.rules.approvers),
        ));
    }
}

/// A person's name as it is compared: addresses and logins do not depend on case.
fn person(name: &str) -> String {
    name.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::*;

    /// What becomes of a waiver that is faultless but for `change`: whether it has effect, and the faults with their routes.
    fn found(change: impl FnOnce(&mut Value)) -> (usize, Vec<(String, String)>) {
        let mut waiver = json!({
            "env": "prod", "component": "db", "capability": "db.ha", "why": "w", "ticket": "T-1",
            "author": "a@example.org", "approvers": ["b@example.org", "c@example.org"], "until": "2026-12-04",
        });
        change(&mut waiver);
        let value = serde_json::from_value(json!({"version": 1, "waivers": [waiver]})).expect("waivers");
        let file = Loaded { file: Arc::from("stacks/s/waivers.yaml"), builtin: false, value };
        let entry = json!({
            "type": "bool", "compare": "equals", "answers": "service", "severity": {"all": "blocking"},
            "proof": "probe", "ttl": "180d", "means": {"with": "a", "without": "b"},
        });
        let dictionary = serde_json::from_value(json!({"version": 1, "capabilities": {"db.ha": entry}}));
        let env = |name| EnvName::parse(name).expect("a name");
        let (prod, dev) = (env("prod"), env("dev"));
        let context = WaiverContext {
            env: &prod,
            envs: &[&prod, &dev],
            rules: serde_json::from_value(json!({"longest": "14d", "approvers": 2})).expect("rules"),
            as_of: Date::parse("2026-11-20").expect("a date"),
            components: &[&ComponentName::parse("db").expect("a name")],
            dictionary: &dictionary.expect("a dictionary"),
        };
        let (live, faults) = waivers(&file, &context);
        let route = |place: Option<Place>| match place.map(|place| place.spot) {
            Some(crate::diag::Spot::Value(route)) => route.to_string(),
            other => format!("{other:?}"),
        };
        assert!(faults.iter().all(|fault| fault.fault == Fault::FaultyWaiver));
        (
            live.len(),
            faults.into_iter().map(|fault| (route(fault.place), said(&fault.label, &fault.notes))).collect(),
        )
    }

    fn said(label: &str, notes: &[(&str, String)]) -> String {
        notes.iter().fold(label.to_owned(), |said, (_, note)| format!("{said}; {note}"))
    }

    fn one(key: &str, value: Value) -> (usize, Vec<(String, String)>) {
        found(|waiver| waiver[key] = value)
    }

    #[test]
    fn faultless_waivers_have_effect_on_their_first_and_last_day() {
        assert_eq!(found(|_| ()), (1, vec![]));
        assert_eq!(one("until", json!("2026-11-20")), (1, vec![]));
    }

    #[test]
    fn waivers_of_another_environment_have_none() {
        assert_eq!(one("env", json!("dev")), (0, vec![]));
    }

    #[test]
    fn faulty_waivers_have_none_and_say_why() {
        for (key, value, said) in [
            ("env", json!("prd"), "the stack has no environment `prd`; did you mean `prod`?"),
            ("component", json!("bd"), "the stack has no component `bd`; did you mean `db`?"),
            (
                "capability",
                json!("db.haa"),
                "the dictionary has no capability `db.haa`; did you mean `db.ha`?",
            ),
            (
                "until",
                json!("2026-11-19"),
                "expired: evidence is judged as of 2026-11-20; close the gap, or ask for a new waiver",
            ),
            (
                "until",
                json!("2026-12-05"),
                "too long: waivers of this profile run 14d at most; 2026-12-04 at the latest",
            ),
            ("approvers", json!(["b@example.org"]), "1 of 2 approvers"),
            ("approvers", json!(["b@example.org", "B@example.org "]), "1 of 2 approvers"),
            (
                "approvers",
                json!(["b@example.org", "c@example.org", "A@Example.org"]),
                "approved by its author; somebody else has to answer for it",
            ),
        ] {
            let expected = (0, vec![(format!("waivers[0].{key}"), said.to_owned())]);
            assert_eq!(one(key, value.clone()), expected, "{key}: {value}");
        }
    }

    #[test]
    fn waivers_say_why_where_and_by_whom() {
        for key in ["why", "ticket", "author", "approvers"] {
            for blank in ["", " "] {
                let mut waiver = json!({
                    "env": "prod", "component": "db", "capability": "db.ha", "why": "w", "ticket": "T-1",
                    "author": "a@example.org", "approvers": ["b@example.org"], "until": "2026-12-04",
                });
                assert!(serde_json::from_value::<Waiver>(waiver.clone()).is_ok());
                waiver[key] = if key == "approvers" { json!(["b@example.org", blank]) } else { json!(blank) };
                let error = serde_json::from_value::<Waiver>(waiver).expect_err(key).to_string();
                assert!(error.contains("must not be blank"), "{key}: {error}");
            }
        }
        let rules = |approvers: u8| {
            serde_json::from_value::<WaiverRules>(json!({"longest": "14d", "approvers": approvers}))
        };
        assert!(rules(0).is_err() && rules(1).is_ok());
    }

    #[test]
    fn every_fault_is_named_at_once() {
        let (live, faults) = found(|waiver| {
            waiver["component"] = json!("cache");
            waiver["until"] = json!("2020-01-01");
            waiver["approvers"] = json!([]);
        });
        assert_eq!((live, faults.len()), (0, 3), "{faults:?}");
    }
}
