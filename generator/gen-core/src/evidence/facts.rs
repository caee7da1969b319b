//! From a report to what stands in a subject's file.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::report::{Ended, Report};
use crate::model::units::Date;

/// Where what was found holds: the part of a provider that the probe talked to. A product has no such parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// In this region of the provider.
    pub region: Option<String>,
    /// For this service of the provider.
    pub service: Option<String>,
}

/// A source and its facts, each as one line of YAML in flow style.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Evidence {
    /// Id of the source; what an earlier run wrote under it is replaced.
    pub id: String,
    /// The source.
    pub source: String,
    /// The facts, in the order of their capabilities.
    pub facts: Vec<String>,
    /// Capabilities that are known now.
    pub known: BTreeSet<String>,
    /// Capabilities of which the file says more than was found; what an earlier run found about them goes.
    #[serde(skip)]
    pub aside: BTreeSet<String>,
    /// The day of the run.
    #[serde(skip)]
    pub day: Date,
}

/// The evidence of a report; none if the probe was not run to its end, or found nothing out.
pub fn evidence(report: &Report, scope: &Scope) -> Option<Evidence> {
    if report.ended != Ended::Whole {
        return None;
    }
    let mut found: Vec<_> = report.findings.iter().filter(|finding| finding.is_known()).collect();
    if found.is_empty() {
        return None;
    }
    found.sort_by(|a, b| a.capability.cmp(&b.capability));
    let id = source_id(report, scope);
    let at = match &report.server {
        Some(server) => format!("{} ({server})", report.endpoint),
        None => report.endpoint.clone(),
    };
    let source = format!("{{kind: probe, confidence: probed, at: {}, read: {}}}", scalar(&at), report.date);
    let facts = found.iter().map(|finding| {
        let mut parts = Vec::new();
        for (word, value) in [("is", &finding.is), ("not", &finding.not)] {
            if let Some(value) = value {
                parts.push(format!("{word}: {{{}: {}}}", finding.capability, flow(value)));
            }
        }
        parts.push(format!("from: {id}"));
        let mut within = Vec::new();
        if let Some(region) = &scope.region {
            within.push(format!("regions: [{}]", word(region)));
        }
        if let Some(service) = &scope.service {
            within.push(format!("services: [{}]", word(service)));
        }
        if !within.is_empty() {
            parts.push(format!("scope: {{{}}}", within.join(", ")));
        }
        if let Some(note) = &finding.note {
            parts.push(format!("note: {}", scalar(note)));
        }
        format!("{{{}}}", parts.join(", "))
    });
    let facts = facts.collect();
    let known = found.iter().map(|finding| finding.capability.clone()).collect();
    Some(Evidence { id, source, facts, known, aside: BTreeSet::new(), day: report.date })
}

/// Id of the source that a report becomes.
pub fn source_id(report: &Report, scope: &Scope) -> String {
    let parts = [Some(report.probe.as_str()), scope.region.as_deref(), scope.service.as_deref()];
    format!("probe-{}", parts.into_iter().flatten().collect::<Vec<_>>().join("-"))
}

/// A value in flow style.
fn flow(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => {
            let entries = map.iter().map(|(key, value)| format!("{}: {}", word(key), flow(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Value::String(text) => word(text),
        other => other.to_string(),
    }
}

/// A word: plain where every reader takes it for text, quoted elsewhere.
fn word(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-'))
        && !matches!(text, "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n");
    if plain { text.to_owned() } else { scalar(text) }
}

/// Text in double quotes; a JSON string is a YAML string, whatever is in it.
fn scalar(text: &str) -> String {
    // Line breaks and control characters of a server's answer have no place in a file that people read.
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    Value::String(clean).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::evidence::{Finding, Kind};
    use crate::model::units::Date;

    fn report() -> Report {
        let date = Date::parse("2026-11-24").expect("a date");
        let mut report = Report::new(Kind::S3, "https://s3.example.com", date);
        report.server = Some("Store \"1\"\n2".to_owned());
        report.findings = vec![
            Finding::is("s3.versioning", true, Vec::new()),
            Finding::unknown("s3.sts.web_identity", "no token", Vec::new()),
            Finding { not: Some(json!(["vhost"])), ..Finding::is("s3.api", json!(["path"]), Vec::new()) }
                .note("path only"),
            Finding::is("s3.presign.sigv4", json!({"get": true, "max_ttl": "7d"}), Vec::new()),
        ];
        report
    }

    #[test]
    fn facts_are_one_line_each_and_unknown_makes_none() {
        let scope = Scope { region: Some("eu-1".to_owned()), service: None };
        let evidence = evidence(&report(), &scope).expect("evidence");
        assert_eq!(evidence.id, "probe-s3-eu-1");
        assert_eq!(
            evidence.source,
            r#"{kind: probe, confidence: probed, at: "https://s3.example.com (Store \"1\" 2)", read: 2026-11-24}"#
        );
        let scope = "scope: {regions: [eu-1]}";
        assert_eq!(
            evidence.facts,
            [
                format!(
                    r#"{{is: {{s3.api: [path]}}, not: {{s3.api: [vhost]}}, from: probe-s3-eu-1, {scope}, note: "path only"}}"#
                ),
                format!(
                    r#"{{is: {{s3.presign.sigv4: {{get: true, max_ttl: "7d"}}}}, from: probe-s3-eu-1, {scope}}}"#
                ),
                format!("{{is: {{s3.versioning: true}}, from: probe-s3-eu-1, {scope}}}"),
            ]
        );
        assert!(!evidence.known.contains("s3.sts.web_identity"));
    }

    #[test]
    fn a_run_that_was_stopped_gives_no_evidence() {
        let mut report = report();
        report.ended = Ended::Interrupted;
        assert_eq!(evidence(&report, &Scope::default()), None);
        report.ended = Ended::Whole;
        report.findings.retain(|finding| !finding.is_known());
        assert_eq!(evidence(&report, &Scope::default()), None);
    }

    #[test]
    fn words_that_readers_disagree_about_are_quoted() {
        for (text, written) in [("no", "\"no\""), ("path", "path"), ("1.3", "\"1.3\""), ("eu_1-a", "eu_1-a")]
        {
            assert_eq!(word(text), written);
        }
    }
}
