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
