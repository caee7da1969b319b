//! Views: how a document is printed. Only this module writes to the terminal.

pub(crate) mod apply;
pub(crate) mod between;
mod diagnostics;
mod github;
pub(crate) mod markdown;
pub(crate) mod plan;
mod sarif;
pub(crate) mod text;

use std::io::Write as _;
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;

use crate::cli::{Color, Format, Global};
use crate::document::{Document, Outcome};
use crate::session::Texts;

pub(crate) use diagnostics::Shown;

/// Exit status: done.
pub(crate) const DONE: u8 = 0;
/// Exit status: bad input, refused, or a tool failed.
pub(crate) const FAILED: u8 = 1;
/// Exit status: done, and there are differences.
pub(crate) const DIFFERENCES: u8 = 2;
/// Exit status: interrupted.
const INTERRUPTED: u8 = 130;
/// Exit status: wrong usage (`EX_USAGE` of sysexits.h).
const USAGE: u8 = 64;

/// Prints a document in the wanted format, and returns the exit status.
pub(crate) fn emit<T: Serialize>(
    global: &Global,
    texts: &Texts<'_>,
    found: &[gen_core::diag::Diagnostic],
    document: &Document<T>,
    human: &str,
    differences_fail: bool,
) -> ExitCode {
    let printed = match global.format {
        Format::Human | Format::Matrix => {
            let whole = matches!(document.command, "plan" | "check");
            let shown = Shown { texts, width: width(), whole };
            let rendered = shown.render(found);
            // Faults go to standard error, answers to standard output, so that a pipe carries answers alone.
            write_to(&mut stream(global.color, Stream::Error), &rendered)
                .and_then(|()| write_to(&mut stream(global.color, Stream::Output), human))
        }
        Format::Json => plain(&json(document)),
        Format::Markdown => plain(&markdown::render(document, human)),
        Format::Sarif => plain(&sarif::render(&document.diagnostics)),
        Format::Github => plain(&github::render(&document.diagnostics)),
    };
    let status = match document.outcome {
        Outcome::Refused | Outcome::Invalid | Outcome::Failed => FAILED,
        Outcome::Interrupted => INTERRUPTED,
        Outcome::Changes if differences_fail => DIFFERENCES,
        Outcome::Changes | Outcome::None => DONE,
    };
    match printed {
        Ok(()) => ExitCode::from(status),
        // A reader that closes the pipe early (`gen plan | head`) is no failure.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::from(status),
        Err(_) => ExitCode::from(FAILED),
    }
}

/// Prints help or a usage fault.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    // Nothing is left to be done when printing fails.
    let _ = error.print();
    if error.use_stderr() { ExitCode::from(USAGE) } else { ExitCode::SUCCESS }
}

/// Prints text as it is.
pub(crate) fn print(text: &str) -> ExitCode {
    match plain(text) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(FAILED),
    }
}

fn json<T: Serialize>(document: &T) -> String {
    // Documents hold strings, numbers, lists and string-keyed maps only, so this does not fail.
    serde_json::to_string_pretty(document).map_or_else(|error| error.to_string(), |text| text + "\n")
}

fn plain(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

#[derive(Clone, Copy)]
enum Stream {
    Output,
    Error,
}

fn stream(color: Color, to: Stream) -> Box<dyn std::io::Write> {
    let choice = match color {
        Color::Auto => ColorChoice::Auto,
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    };
    match to {
        Stream::Output => {
            let raw = std::io::stdout().lock();
            let choice = if choice == ColorChoice::Auto { AutoStream::choice(&raw) } else { choice };
            Box::new(AutoStream::new(raw, choice))
        }
        Stream::Error => {
            let raw = std::io::stderr().lock();
            let choice = if choice == ColorChoice::Auto { AutoStream::choice(&raw) } else { choice };
            Box::new(AutoStream::new(raw, choice))
        }
    }
}

fn write_to(out: &mut dyn std::io::Write, text: &str) -> std::io::Result<()> {
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Columns that text may take: those of the terminal, within reason; 80 where there is none.
fn width() -> usize {
    let columns = terminal_size::terminal_size_of(std::io::stderr()).map(|(width, _)| usize::from(width.0));
    columns.unwrap_or(80).clamp(60, 120)
}

/// How long a command took; shown to people, never part of a document.
pub(crate) struct Clock(std::time::Instant);

impl Clock {
    /// Starts.
    #[expect(
        clippy::disallowed_methods,
        reason = "the time that a command took is shown and decides nothing"
    )]
    pub(crate) fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// Seconds since.
    pub(crate) fn seconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

/// Prints a failure that no document carries.
pub(crate) fn fail(text: &str) -> ExitCode {
    // Nothing is left to be done when printing fails.
    let _ = write_to(&mut std::io::stderr().lock(), text);
    ExitCode::from(FAILED)
}

/// Says something beside the answer, on standard error.
pub(crate) fn notice(text: &str) {
    // What cannot be shown changes nothing about what is done.
    let _ = write_to(&mut std::io::stderr().lock(), text);
}

/// Seconds since 1970, by the machine's clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the binary may know the clock; no verdict depends on it unasked"
)]
fn seconds() -> Option<u64> {
    Some(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).ok()?.as_secs())
}

/// Now, by the machine's clock; only for records of what is asked or done now.
pub(crate) fn now() -> Option<gen_core::model::units::Timestamp> {
    gen_core::model::units::Timestamp::of_seconds(seconds()?.try_into().ok()?)
}

/// Today, by the machine's clock and UTC; only to warn, or where the user asks for it.
pub(crate) fn today() -> Option<gen_core::model::units::Date> {
    let seconds = seconds()?;
    gen_core::model::units::Date::parse("1970-01-01").map(|epoch| epoch.plus_days(seconds / 86400))
}

/// A bar on standard error for work that takes more than a moment; invisible unless that is a terminal.
pub(crate) fn progress(steps: usize) -> indicatif::ProgressBar {
    let bar = indicatif::ProgressBar::new(steps as u64);
    match indicatif::ProgressStyle::with_template("{bar:20} {pos}/{len} {wide_msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// A spinner on standard error for work of unknown length; invisible unless that is a terminal.
pub(crate) fn progress_of_unknown_length() -> indicatif::ProgressBar {
    let bar = indicatif::ProgressBar::new_spinner();
    match indicatif::ProgressStyle::with_template("{spinner} {wide_msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
