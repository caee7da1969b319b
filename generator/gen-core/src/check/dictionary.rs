//! What the shape of the dictionary cannot say: that each entry makes sense by `docs/matrix-rules.md` §3.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diag::{Diagnostic, Fault, Place, Route};
use crate::load::Loaded;
use crate::model::capability::{
    Capability, Compare, Dictionary, Direction, FieldType, Members, SeverityTier, ValueType,
};
use crate::model::framework::Frameworks;
use crate::model::names::CapabilityId;
use crate::model::units::Period;

/// Faults of the dictionary. An entry that makes no sense would leave every question about it unanswered for ever.
pub(super) fn faults(dictionary: &Dictionary, file: &Arc<str>) -> Vec<Diagnostic> {
    let fault = |keys: &[&str], label: String| {
        Diagnostic::error(Fault::BadFact)
            .summary("entry of the dictionary makes no sense")
            .at(Place::value(file.clone(), Route::default().and(keys)))
            .label(label)
    };
    let mut found = Vec::new();
    for (group, members) in &dictionary.places {
        if let Some(inner) = members.iter().find(|member| dictionary.places.contains_key(*member)) {
            let label = format!("`{inner}` is a group itself; a group names countries");
            found.push(fault(&["places", group.as_str()], label));
        }
    }
    for (id, capability) in &dictionary.capabilities {
        for (key, label) in entry_faults(capability) {
            found.push(fault(&["capabilities", id.as_str(), key], label));
        }
    }
    found
}

fn entry_faults(capability: &Capability) -> Vec<(&'static str, String)> {
    let mut found = Vec::new();
    let fitting: &[Compare] = match &capability.kind {
        ValueType::Set(_) => &[Compare::Has, Compare::Overlaps, Compare::Within],
        ValueType::Level(_) | ValueType::Record(_) => &[Compare::AtLeast],
        ValueType::Bool(_) | ValueType::Enum(_) => &[Compare::Equals],
    };
    if !fitting.contains(&capability.compare) {
        found.push(("compare", "values of this type are not compared in this way".to_owned()));
    }
    if !capability.ttl.as_seconds().is_multiple_of(Period::days(1).as_seconds()) {
        found.push(("ttl", "whole days are counted".to_owned()));
    }
    let tiers =
        [SeverityTier::Local, SeverityTier::Development, SeverityTier::Staging, SeverityTier::Production];
    let severity = &capability.severity;
    if !severity.contains_key(&SeverityTier::All) && !tiers.iter().all(|tier| severity.contains_key(tier)) {
        found.push(("severity", "name every tier, or `all` for those that are not named".to_owned()));
    }
    if let Some(label) = type_fault(&capability.kind) {
        found.push(("type", label));
    }
    found
}

fn type_fault(kind: &ValueType) -> Option<String> {
    match kind {
        ValueType::Bool(_) => None,
        ValueType::Set(set) => match &set.set {
            Members::Kind(_) => None,
            Members::Words(words) => word_fault(words),
        },
        ValueType::Level(level) => word_fault(&level.level),
        ValueType::Enum(words) => word_fault(&words.words),
        ValueType::Record(record) if record.record.is_empty() => Some("a record has fields".to_owned()),
        ValueType::Record(record) => record.record.iter().find_map(|(name, field)| {
            let fits = matches!(
                field,
                FieldType::Duration(Direction::AtMost | Direction::AtLeast)
                    | FieldType::Int(Direction::AtLeast)
                    | FieldType::Bool(Direction::Equals)
            );
            (!fits).then(|| format!("`{name}` cannot be compared in this direction"))
        }),
    }
}

fn word_fault(words: &[String]) -> Option<String> {
    if words.is_empty() {
        return Some("no value is possible".to_owned());
    }
    let mut seen = BTreeSet::new();
    let twice = words.iter().find(|word| !seen.insert(*word))?;
    Some(format!("`{twice}` stands twice"))
}

/// Controls that name capabilities which the dictionary does not have.
pub(super) fn unknown_in_frameworks(dictionary: &Dictionary, file: &Loaded<Frameworks>) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    for (framework, record) in &file.value.frameworks {
        for (id, control) in &record.controls {
            let named = control.capabilities.iter().enumerate();
            for (index, capability) in named.filter(|(_, id)| !dictionary.capabilities.contains_key(*id)) {
                let route = Route::keys(["frameworks", framework.as_str(), "controls", id, "capabilities"])
                    .index(index);
                let fault = Diagnostic::error(Fault::BadFact)
                    .at(Place::value(file.file.clone(), route))
                    .label(format!("the dictionary has no capability `{capability}`"));
                let known = dictionary.capabilities.keys().map(CapabilityId::as_str);
                diagnostics.push(fault.nearest(capability.as_str(), known));
            }
        }
    }
    diagnostics
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn found(change: impl FnOnce(&mut Value)) -> Vec<(String, String)> {
        let mut written = json!({"version": 1, "places": {"EU": ["DE", "FR"]}, "capabilities": {"a.b": {
            "type": {"set": ["x", "y"]}, "compare": "has", "answers": "service", "severity": {"all": "blocking"},
            "proof": "probe", "ttl": "26w", "means": {"with": "a", "without": "b"},
        }}});
        change(&mut written);
        let dictionary = serde_json::from_value(written).expect("a dictionary");
        let faults = faults(&dictionary, &Arc::from("f"));
        let route = |place: Option<Place>| match place.map(|place| place.spot) {
            Some(crate::diag::Spot::Value(route)) => route.to_string(),
            other => format!("{other:?}"),
        };
        faults.into_iter().map(|fault| (route(fault.place), fault.label)).collect()
    }

    #[test]
    fn entries_that_make_sense_pass() {
        assert_eq!(found(|_| ()), []);
        let tiers = json!({"local": "advisory", "development": "advisory", "staging": "degraded", "production": "blocking"});
        assert_eq!(found(|all| all["capabilities"]["a.b"]["severity"] = tiers), []);
    }

    #[test]
    fn entries_that_make_none_are_named() {
        for (key, value, label) in [
            ("compare", json!("equals"), "values of this type are not compared in this way"),
            ("ttl", json!("36h"), "whole days are counted"),
            (
                "severity",
                json!({"production": "blocking"}),
                "name every tier, or `all` for those that are not named",
            ),
            ("type", json!({"set": []}), "no value is possible"),
            ("type", json!({"set": ["x", "y", "x"]}), "`x` stands twice"),
        ] {
            let found = found(|all| all["capabilities"]["a.b"][key] = value.clone());
            assert_eq!(found, [(format!("capabilities.a.b.{key}"), label.to_owned())], "{value}");
        }
        let directions = json!({"record": {"on": {"bool": "at_least"}}});
        let found = found(|all| {
            all["capabilities"]["a.b"]["type"] = directions;
            all["capabilities"]["a.b"]["compare"] = json!("at_least");
            all["places"]["ALL"] = json!(["EU", "CH"]);
        });
        let labels: Vec<&str> = found.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(
            labels,
            ["`EU` is a group itself; a group names countries", "`on` cannot be compared in this direction"]
        );
    }
}
