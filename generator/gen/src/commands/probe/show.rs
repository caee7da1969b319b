//! A report for people.

use gen_core::evidence::{Ended, Finding, Report};
use serde_json::Value;

use super::Body;
use crate::view::text::{count, table, wrap};

/// Columns of a report; a continued line is indented on top.
const WIDTH: usize = 76;

/// The report, and what became of it.
pub(super) fn human(body: &Body) -> String {
    let mut out = String::new();
    if let Some(report) = &body.report {
        out.push_str(&told(report));
    }
    if let Some(added) = &body.added {
        let facts = count(added.evidence.facts.len(), "fact", "facts");
        let verb = if added.written { "Added" } else { "Would be added" };
        out.push_str(&format!("\n{verb} to {} as {}: {facts}", added.file, added.evidence.id));
        if !added.answered.is_empty() {
            out.push_str(&format!(", {} no longer asked", added.answered.len()));
        }
        out.push_str(".\n");
        if !added.written {
            out.push_str(&format!("sources:\n  {}: {}\nfacts:\n", added.evidence.id, added.evidence.source));
            for fact in &added.evidence.facts {
                out.push_str(&format!("  - {fact}\n"));
            }
        }
    }
    let earlier = body.added.as_ref().map_or(&[][..], |added| added.earlier.as_slice());
    if !earlier.is_empty() {
        let text = format!("Left open now, so that what an earlier run found stays: {}.", earlier.join(", "));
        out.push_str(&format!("\n{}\n", wrap(&text, WIDTH, 2)));
    }
    if !body.kept.is_empty() {
        let kept = body.kept.join(", ");
        let text = format!("The file says more than one server can show, and that stays: {kept}.");
        out.push_str(&format!("\n{}\n", wrap(&text, WIDTH, 2)));
    }
    out
}

fn told(report: &Report) -> String {
    let mut out = format!("{} {}", report.probe.as_str(), report.endpoint);
    if let Some(server) = &report.server {
        out.push_str(&format!("  {server}"));
    }
    out.push_str(&format!("  {}\n", report.date));
    if !report.findings.is_empty() {
        let rows: Vec<Vec<String>> = report.findings.iter().map(row).collect();
        out.push_str(&format!("\n{}", table(&rows)));
        let why = report.findings.iter().filter_map(|finding| {
            let note = finding.note.as_ref()?;
            Some(format!("  {}\n", wrap(&format!("{}: {note}", finding.capability), WIDTH - 2, 4)))
        });
        let why: String = why.collect();
        if !why.is_empty() {
            out.push_str(&format!("\nNotes\n{why}"));
        }
    }
    if !report.observations.is_empty() {
        out.push_str("\nAlso seen\n");
        for seen in &report.observations {
            let mark = if seen.good { '+' } else { '!' };
            let text = format!("{}: {}", seen.about, seen.step.answered);
            out.push_str(&format!("  {mark} {}\n", wrap(&text, WIDTH - 4, 4)));
        }
    }
    if !report.cleaned.is_empty() {
        let text = format!("Removed again: {}.", report.cleaned.join(", "));
        out.push_str(&format!("\n{}\n", wrap(&text, WIDTH, 2)));
    } else if report.ended == Ended::Whole && report.findings.is_empty() && report.left.is_empty() {
        out.push_str("\nThere was nothing to remove.\n");
    }
    for left in &report.left {
        let until = left.until.as_ref().map_or(String::new(), |until| format!(" until {until}"));
        let text = format!("Left{until}: {} ({}).", left.what, left.why);
        out.push_str(&format!("\n{}\n", wrap(&text, WIDTH, 2)));
    }
    out
}

/// A finding in a line: mark, capability, value.
fn row(finding: &Finding) -> Vec<String> {
    let (mark, value) = match (&finding.is, &finding.not) {
        (Some(is), Some(not)) => ("=", format!("{}, not {}", plain(is), plain(not))),
        (Some(is), None) => ("=", plain(is)),
        (None, Some(not)) => ("-", format!("not {}", plain(not))),
        (None, None) => ("?", "unknown".to_owned()),
    };
    vec![format!("  {mark} {}", finding.capability), value]
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(map) => {
            map.iter().map(|(key, value)| format!("{key} {}", plain(value))).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use gen_core::evidence::{Scope, evidence};

    use super::*;
    use crate::commands::probe::evidence::Added;

    /// A report as a probe once made it, shortened.
    #[test]
    fn a_recorded_report_reads_well() {
        let recorded = include_str!("../../../../../snapshots/probe/recorded.json");
        let report: Report = serde_json::from_str(recorded).expect("a report");
        let evidence = evidence(&report, &Scope { region: Some("eu-1".to_owned()), service: None });
        let added = Added {
            file: "profiles/providers/ours.yaml".to_owned(),
            evidence: evidence.expect("evidence"),
            answered: vec!["s3.api".to_owned()],
            earlier: Vec::new(),
            written: false,
        };
        let text = human(&Body { report: Some(report), added: Some(added), ..Body::default() });
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path("../../../../../snapshots/expected");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!("probe-report", text));
    }
}
