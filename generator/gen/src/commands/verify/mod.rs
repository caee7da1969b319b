//! `gen verify`: before a workload starts, whether it is where it was proven to belong. Fit for an init container: one file is read, and
//! nothing else unless the network is asked for.

mod network;

use std::io::Read as _;
use std::process::ExitCode;
use std::sync::Arc;

use gen_core::diag::{Diagnostic, Fault, Place, Route, Spot};
use gen_core::kind::profile::verify::{Surroundings, Verified, verify};
use gen_core::kind::profile::{WorkloadProfile, read};
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{AroundArgs, Global, VerifyArgs};
use crate::session::Session;
use crate::view::text::{count, wrap};

/// What `verify` prints.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// The workload.
    pub workload: String,
    /// The target that it belongs to.
    pub target: String,
    /// The profile that the target was proven under.
    pub profile: String,
    /// Digest of the file.
    pub digest: String,
    /// What agrees.
    pub agrees: Vec<String>,
    /// What could not be checked, and why.
    pub unchecked: Vec<String>,
}

/// Largest file that is read: no honest one comes near.
const LARGEST: u64 = 1 << 20;

pub(crate) fn run(global: &Global, arguments: &VerifyArgs) -> ExitCode {
    let mut session = Session::empty(global);
    let path: Arc<str> = Arc::from(arguments.file.display().to_string());
    let mut body = Body::default();
    match open(arguments, &path, &mut session) {
        Err(fault) => session.diagnostics.push(*fault),
        Ok((profile, intact)) => {
            body = Body {
                workload: profile.workload.to_string(),
                target: profile.target.clone(),
                profile: profile.profile.to_string(),
                digest: profile.digest.clone(),
                ..Body::default()
            };
            session.diagnostics.extend(seals(arguments, &profile, intact, &path));
            let today = arguments.today.or_else(crate::view::today);
            let mut verified = verify(&profile, &surroundings(&arguments.around), today);
            if arguments.connect {
                network::ask(&mut verified, &profile, arguments);
            }
            session.diagnostics.extend(diagnostics(arguments, &verified, &path));
            (body.agrees, body.unchecked) = (verified.agrees, verified.unchecked);
        }
    }
    let human = if gen_core::diag::any_error(&session.diagnostics) { String::new() } else { human(&body) };
    crate::commands::finish(global, &mut session, "verify", body, &human, false, false)
}

/// Reads the file; its text is kept to show what is wrong with it.
fn open(
    arguments: &VerifyArgs,
    path: &Arc<str>,
    session: &mut Session,
) -> Result<(WorkloadProfile, bool), Box<Diagnostic>> {
    let fault = |label: String| {
        Box::new(
            Diagnostic::error(Fault::Elsewhere)
                .summary("file cannot be used")
                .at(Place::file(path.clone()))
                .label(label),
        )
    };
    let mut text = String::new();
    let opened = std::fs::File::open(session.root.join(&arguments.file));
    let file = opened.map_err(|error| fault(error.to_string()))?;
    let taken = file.take(LARGEST + 1).read_to_string(&mut text).map_err(|error| fault(error.to_string()))?;
    if taken as u64 > LARGEST {
        return Err(fault("larger than a file of a workload ever is".to_owned()));
    }
    session.repository.texts.insert(path.clone(), Arc::from(text.as_str()));
    read(&text).map_err(|(error, place)| {
        let mut found = fault(error);
        if let Some(at) = place.and_then(|(line, column)| offset(&text, line, column)) {
            found.place = Some(Place { file: path.clone(), spot: Spot::Bytes(at, at) });
        }
        found
    })
}

/// The byte at a line and column from 1.
fn offset(text: &str, line: usize, column: usize) -> Option<usize> {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let at = before + column.saturating_sub(1);
    text.is_char_boundary(at).then_some(at)
}

/// Whether the file is the one that was rendered.
fn seals(
    arguments: &VerifyArgs,
    profile: &WorkloadProfile,
    intact: bool,
    path: &Arc<str>,
) -> Option<Diagnostic> {
    let found = |label: &str| {
        Diagnostic::error(Fault::Elsewhere)
            .summary("file is not the one that was rendered")
            .at(Place::value(path.clone(), Route::keys(["digest"])))
            .label(label)
            .help("deploy the file that `gen generate` wrote for this release")
    };
    if !intact {
        return Some(found("the content has another digest"));
    }
    let other = arguments.digest.as_ref().filter(|wanted| !wanted.eq_ignore_ascii_case(&profile.digest))?;
    Some(found("another file is wanted here").note("wanted", other.clone()))
}

fn surroundings(arguments: &AroundArgs) -> Surroundings {
    Surroundings {
        s3_endpoint: arguments.s3_endpoint.clone(),
        s3_region: arguments.s3_region.clone(),
        postgres_host: arguments.postgres_host.clone(),
        postgres_port: arguments.postgres_port,
        postgres_sslmode: arguments.postgres_sslmode.clone(),
        secrets_address: arguments.secrets_address.clone(),
        otlp_endpoint: arguments.otlp_endpoint.clone(),
        temporal_address: arguments.temporal_address.clone(),
    }
}

fn diagnostics(arguments: &VerifyArgs, verified: &Verified, path: &Arc<str>) -> Vec<Diagnostic> {
    let mismatches = verified.mismatches.iter().map(|mismatch| {
        Diagnostic::error(Fault::Elsewhere)
            .summary(mismatch.summary)
            .at(Place::value(path.clone(), mismatch.route.clone()))
            .label("proven for this")
            .note("setting", mismatch.setting)
            .note("found", mismatch.found.clone())
            .note("expected", mismatch.expected.clone())
    });
    let unchecked = verified.unchecked.iter().filter(|_| arguments.strict).map(|why| {
        Diagnostic::error(Fault::Elsewhere)
            .summary("something cannot be checked, and --strict was asked for")
            .at(Place::file(path.clone()))
            .label(why.clone())
    });
    let expired = verified.expired.iter().map(|(component, capability, day)| {
        Diagnostic::warning(Fault::Expiring)
            .summary("evidence that the workload rests on has expired")
            .at(Place::value(path.clone(), Route::keys(["components", component.as_str(), "expects"])))
            .label(format!("{capability}: counted until {day}"))
            .help("renew the fact, render again, and deploy the new file; the workload starts all the same")
    });
    mismatches.chain(unchecked).chain(expired).collect()
}

fn human(body: &Body) -> String {
    let Body { workload, target, profile, .. } = body;
    // What was not checked proves nothing about where the workload is.
    let text = if body.agrees.is_empty() {
        format!("{workload} of {target}, profile {profile}: nothing could be checked.")
    } else {
        let settings = count(body.agrees.len(), "setting agrees", "settings agree");
        format!("{workload} is where it belongs: {target}, profile {profile}. {settings}.")
    };
    let mut out = wrap(&text, 78, 2) + "\n";
    for line in &body.agrees {
        out.push_str(&format!("  = {}\n", wrap(line, 76, 4)));
    }
    for line in &body.unchecked {
        out.push_str(&format!("  ? {}\n", wrap(line, 76, 4)));
    }
    out
}
