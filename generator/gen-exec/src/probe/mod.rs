//! Probes: finding out what a server really does by trying it.
//!
//! A probe says beforehand what it is going to do, removes whatever it made (also when it fails or is interrupted), and reports what
//! was done and answered. What it makes has a recognisable random name, so that a run that was killed can be cleaned up after.

pub mod http;
pub mod kubernetes;
pub mod oidc;
pub mod postgres;
pub mod s3;
mod secret;
mod watch;

use gen_core::evidence::{Ended, Kind, Report};
use gen_core::model::units::Date;
use gen_core::visible::is_invisible;
use serde_json::Value;

pub use secret::Secret;
pub use watch::Watch;

/// A way of finding something out about one server.
pub trait Probe {
    /// What it looks at.
    fn kind(&self) -> Kind;

    /// What it talks to, without any credential.
    fn endpoint(&self) -> String;

    /// What it is going to make and change on the server, a line each; empty if it only reads.
    fn intent(&self) -> Vec<String>;

    /// Asks every question and removes what it made. What stops it is part of the report.
    fn run(&self, watch: &Watch, today: Date) -> Report;

    /// What `clean` is going to remove, a line each; empty if this probe never leaves anything.
    fn clean_intent(&self) -> Vec<String>;

    /// Removes what earlier runs that were killed left behind.
    fn clean(&self, watch: &Watch, today: Date) -> Report;
}

/// Why a probe does not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// Somebody interrupted it.
    Interrupted,
    /// It cannot go on.
    Failed {
        /// Why.
        why: String,
        /// What to do.
        help: String,
    },
}

impl Stop {
    /// It cannot go on: why, and what to do.
    pub fn failed(why: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Failed { why: why.into(), help: help.into() }
    }
}

impl From<Stop> for Ended {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Interrupted => Self::Interrupted,
            Stop::Failed { why, help } => Self::Failed { why, help },
        }
    }
}

/// Longest text of a report; what a server says may be of any length.
const LONGEST: usize = 4000;

/// Makes every text of a report one that can be shown: what a server says is neither obeyed by a terminal nor endless, nor looks like
/// lines of `gen`'s own.
pub fn make_visible(report: &mut Report) {
    let texts = report.findings.iter_mut().flat_map(|finding| {
        let values = finding.is.iter_mut().chain(&mut finding.not).flat_map(texts_of);
        let steps = finding.steps.iter_mut().flat_map(|step| [&mut step.did, &mut step.answered]);
        values.chain(finding.note.as_mut()).chain(steps)
    });
    let seen = report.observations.iter_mut().flat_map(|seen| [&mut seen.step.did, &mut seen.step.answered]);
    let left = report.left.iter_mut().flat_map(|left| [&mut left.what, &mut left.why]);
    let ended = match &mut report.ended {
        Ended::Failed { why, help } => vec![why, help],
        Ended::Whole | Ended::Interrupted => Vec::new(),
    };
    let cleaned = report.cleaned.iter_mut();
    for text in texts.chain(seen).chain(left).chain(ended).chain(cleaned).chain(report.server.as_mut()) {
        *text = visible(text);
    }
}

fn texts_of(value: &mut Value) -> Vec<&mut String> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter_mut().flat_map(texts_of).collect(),
        Value::Object(fields) => fields.values_mut().flat_map(texts_of).collect(),
        _ => Vec::new(),
    }
}

/// Text on one line, with replacement characters where it has none of its own.
fn visible(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' | '\r' | '\t' => ' ',
        c if is_invisible(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    };
    let mut visible: String = text.chars().map(shown).take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        visible.push('…');
    }
    visible
}

/// Notes in a report how a run ended.
pub fn ended(report: &mut Report, outcome: Result<(), Stop>) {
    if let Err(stop) = outcome {
        report.ended = stop.into();
    }
}

/// Random lower-case hexadecimal digits, so that two runs never meet; an error where the system has no randomness.
pub fn random_hex(digits: usize) -> Result<String, Stop> {
    let mut bytes = vec![0_u8; digits.div_ceil(2)];
    ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut bytes)
        .map_err(|_| Stop::failed("the system gives no random numbers", "run gen on another machine"))?;
    let mut text = hex(&bytes);
    text.truncate(digits);
    Ok(text)
}

/// Bytes in lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// Seconds since 1970 by the machine's clock.
#[expect(clippy::disallowed_methods, reason = "signatures and locks need the time; no verdict depends on it")]
pub fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use gen_core::evidence::{Finding, Left, Observation, Step};
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_that_a_server_says_is_obeyed_by_a_terminal() {
        let bad = "a\u{1b}[2Jb\nc\u{202e}";
        let step = || Step::new(bad, bad);
        let mut report = Report::new(Kind::S3, "https://x", Date::parse("2026-11-24").expect("a date"));
        report.server = Some(bad.to_owned());
        report.findings = vec![
            Finding::is("a.b", json!({"x": [bad]}), vec![step()]).note(bad),
            Finding::not("a.b", bad, vec![]),
        ];
        report.observations = vec![Observation { about: "x".to_owned(), good: true, step: step() }];
        report.cleaned = vec![bad.to_owned()];
        report.left = vec![Left { what: bad.to_owned(), why: bad.to_owned(), until: None }];
        report.ended = Ended::Failed { why: bad.to_owned(), help: bad.repeat(5000) };
        make_visible(&mut report);
        let texts = serde_json::to_value(&report).expect("JSON");
        let mut pending = vec![&texts];
        while let Some(value) = pending.pop() {
            match value {
                Value::String(text) => {
                    assert!(!text.contains(|c| c == '\n' || is_invisible(c)), "{text:?}");
                    assert!(text.chars().count() <= LONGEST + 1);
                }
                Value::Array(items) => pending.extend(items),
                Value::Object(fields) => pending.extend(fields.values()),
                _ => {}
            }
        }
        assert_eq!(report.server.as_deref(), Some("a\u{fffd}[2Jb c\u{fffd}"));
    }
}
