//! `gen probe`: finding out what a server really does, and adding what was found to the evidence.
//!
//! A kind of probe is a file beside this one that makes a [`Probe`] of its arguments; everything else is the same for all.

mod evidence;
mod kubernetes;
mod oidc;
mod postgres;
mod s3;
mod show;
mod state_lock;
mod store;

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use gen_core::diag::{Diagnostic, Fault};
use gen_core::evidence::{Ended, Report};
use gen_exec::probe::{Probe, Stop, Watch, make_visible};
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{Global, ProbeArgs, ProbeCommon, ProbeWhat};
use crate::session::Session;
use crate::view;

/// What `probe` prints.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// What was found; none if the probe was not run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<Report>,
    /// What was or would be added to a file; none if no provider or product was named, or nothing was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub added: Option<evidence::Added>,
    /// Capabilities that the probe saw on one server while the file says more of whoever operates it, so that the file's word stays.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<String>,
}

pub(crate) fn run(global: &Global, arguments: &ProbeArgs) -> ExitCode {
    let mut session = Session::open_anywhere(global);
    let (body, human) = match probe(&mut session, &arguments.what) {
        Ok(body) => {
            let human = show::human(&body);
            (body, human)
        }
        Err(fault) => {
            session.diagnostics.push(*fault);
            (Body::default(), String::new())
        }
    };
    crate::commands::finish(global, &mut session, "probe", body, &human, false, false)
}

/// The probe that was asked for.
fn make(what: &ProbeWhat) -> Result<Box<dyn Probe>, Box<Diagnostic>> {
    let made = match what {
        ProbeWhat::S3(arguments) => s3::make(arguments),
        ProbeWhat::StateLock(arguments) => state_lock::make(arguments),
        ProbeWhat::Oidc(arguments) => oidc::make(arguments),
        ProbeWhat::Postgres(arguments) => postgres::make(arguments),
        ProbeWhat::Kubernetes(arguments) => kubernetes::make(arguments),
    };
    made.map_err(stopped)
}

fn probe(session: &mut Session, what: &ProbeWhat) -> Result<Body, Box<Diagnostic>> {
    let common = what.common();
    // Whatever can be wrong on this side is found before the server is touched.
    let subject = evidence::subject(session, common)?;
    let probe = make(what)?;
    let today = view::today().ok_or_else(|| {
        stopped(Stop::failed("the machine does not know what day it is", "set the machine's clock"))
    })?;
    agree(probe.as_ref(), common)?;
    let bar = view::progress_of_unknown_length();
    let shown = bar.clone();
    let watch = Watch::start(
        Duration::from_secs(common.limit.as_seconds()),
        Box::new(move |what| shown.set_message(what.to_owned())),
    )
    .map_err(|error| stopped(Stop::failed(format!("signals cannot be watched: {error}"), "")))?;
    bar.enable_steady_tick(Duration::from_millis(120));
    let mut report = if common.clean { probe.clean(&watch, today) } else { probe.run(&watch, today) };
    bar.finish_and_clear();
    report.server = common.server.clone().or(report.server);
    make_visible(&mut report);
    session.diagnostics.extend(faults(&report));
    let (added, kept) = match subject {
        // What was found is told, also where it cannot be added.
        Some(subject) if !common.clean => evidence::add(session, &subject, &report, common.dry_run)
            .unwrap_or_else(|fault| {
                session.diagnostics.push(*fault);
                (None, Vec::new())
            }),
        _ => (None, Vec::new()),
    };
    Ok(Body { report: Some(report), added, kept })
}

/// Says what is going to happen, and asks.
fn agree(probe: &dyn Probe, common: &ProbeCommon) -> Result<(), Box<Diagnostic>> {
    let intent = if common.clean { probe.clean_intent() } else { probe.intent() };
    if intent.is_empty() || common.yes {
        return Ok(());
    }
    let told = format!("At {}:\n  - {}\n", probe.endpoint(), intent.join("\n  - "));
    let refused = |label: &str| {
        Box::new(
            Diagnostic::error(Fault::NotAgreed)
                .label(label)
                .note("intent", intent.join("; "))
                .help("say --yes to run it without being asked"),
        )
    };
    if !std::io::stdin().is_terminal() {
        return Err(refused("there is no terminal to ask on"));
    }
    let mut line = String::new();
    let asked = write!(std::io::stderr(), "{told}Proceed? [y/N] ")
        .and_then(|()| std::io::stdin().lock().read_line(&mut line));
    if !line.ends_with('\n') {
        // Nobody ended the line of the question; what is said next begins one of its own.
        let _ = writeln!(std::io::stderr());
    }
    let yes = asked.is_ok() && matches!(line.trim().to_ascii_lowercase().as_str(), "y" | "yes");
    if yes { Ok(()) } else { Err(refused("the answer was no")) }
}

fn stopped(stop: Stop) -> Box<Diagnostic> {
    Box::new(match stop {
        Stop::Interrupted => Diagnostic::error(Fault::Interrupted),
        Stop::Failed { why, help } => Diagnostic::error(Fault::ProbeFailed).label(why).help(help),
    })
}

/// What the report says went wrong.
fn faults(report: &Report) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    match &report.ended {
        Ended::Whole => {}
        Ended::Interrupted => found.push(
            Diagnostic::error(Fault::Interrupted)
                .label(format!("{} of {}", report.probe.as_str(), report.endpoint))
                .help("nothing was added to the evidence; run it again"),
        ),
        Ended::Failed { why, help } => {
            found.push(Diagnostic::error(Fault::ProbeFailed).label(why).help(help));
        }
    }
    for left in &report.left {
        let fault = Diagnostic::warning(Fault::LeftBehind).label(format!("{}: {}", left.what, left.why));
        let when = left.until.as_ref().map_or(String::new(), |until| format!(" after {until}"));
        found.push(fault.help(format!("gen probe {} --clean{when}", report.probe.as_str())));
    }
    found
}
