//! What one server shows, beside what is known of whoever operates it.

use serde_json::Value;

use super::report::Report;
use crate::model::capability::{Dictionary, ValueType};
use crate::model::names::CapabilityId;
use crate::model::subject::Fact;

/// The report without findings that are true of one server and would hide what a subject's file says of all: a server of version
/// 16 does not say that 17 is not offered. Gives the capabilities that were set aside.
///
/// `own` is the id under which the report's evidence is kept; facts of an earlier run are to be replaced and stand in nobody's way.
pub fn set_aside(
    report: &Report,
    own: &str,
    facts: &[Fact],
    dictionary: &Dictionary,
) -> (Report, Vec<String>) {
    let mut kept = report.clone();
    let mut aside = Vec::new();
    kept.findings.retain(|finding| {
        let Ok(id) = CapabilityId::parse(&finding.capability) else { return true };
        let Some(found) = finding.is.as_ref().filter(|_| finding.sample) else { return true };
        let known = facts.iter().filter(|fact| fact.from != own).filter_map(|fact| fact.is.get(&id));
        let kind = dictionary.capabilities.get(&id).map(|capability| &capability.kind);
        let says_more = known.into_iter().any(|known| match kind {
            Some(ValueType::Level(levels)) => rank(&levels.level, known) > rank(&levels.level, found),
            Some(ValueType::Set(_)) => true,
            _ => false,
        });
        if says_more {
            aside.push(finding.capability.clone());
        }
        !says_more
    });
    (kept, aside)
}

fn rank(words: &[String], value: &Value) -> Option<usize> {
    words.iter().position(|word| Some(word.as_str()) == value.as_str())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::evidence::{Finding, Kind};
    use crate::model::units::Date;

    #[test]
    fn one_server_hides_nothing_of_what_its_operator_offers() {
        let (repository, _) = crate::load::builtin();
        let dictionary = &repository.dictionary.as_ref().expect("a dictionary").value;
        let date = Date::parse("2026-11-24").expect("a date");
        let mut report = Report::new(Kind::Postgres, "postgresql://db:5432/app", date);
        report.findings = vec![
            Finding::is("db.postgres.version", json!(["16"]), Vec::new()).sample(),
            Finding::is("db.postgres.create_role", "sql_only", Vec::new()).sample(),
            Finding::is("k8s.network_policy", "none", Vec::new()),
        ];
        let fact = |capability: &str, value: Value, from: &str| -> Fact {
            serde_json::from_value(json!({"is": {capability: value}, "from": from})).expect("a fact")
        };
        let aside = |facts: &[Fact]| set_aside(&report, "probe-postgres", facts, dictionary).1;
        assert_eq!(aside(&[]), Vec::<String>::new());
        assert_eq!(
            aside(&[
                fact("db.postgres.version", json!(["16", "17"]), "doc"),
                fact("db.postgres.create_role", json!("api"), "doc"),
                fact("k8s.network_policy", json!("l3l4"), "doc"),
            ]),
            ["db.postgres.version", "db.postgres.create_role"]
        );
        assert_eq!(
            aside(&[
                fact("db.postgres.version", json!(["16"]), "probe-postgres"),
                fact("db.postgres.create_role", json!("none"), "doc"),
            ]),
            Vec::<String>::new()
        );
        assert_eq!(
            set_aside(&report, "x", &[fact("db.postgres.version", json!(["17"]), "doc")], dictionary)
                .0
                .findings
                .len(),
            2
        );
    }
}
