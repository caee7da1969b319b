//! One file a command. Each makes a document and its text for people; printing is the views' business.

mod affected;
pub(crate) mod apply;
mod before;
pub(crate) mod between;
mod check;
mod completions;
mod country;
pub(crate) mod diff;
mod doctor;
mod explain;
mod generate;
mod graph;
mod init;
mod matrix;
pub(crate) mod plan;
mod probe;
mod profile;
pub(crate) mod promote;
mod schema;
mod validate;
mod verify;

use std::process::ExitCode;

use gen_core::diag::{Area, Diagnostic, Fault, Severity, any_error};
use serde::Serialize;

use crate::cli::{Cli, Command, Global};
use crate::document::{DiagnosticDoc, Document, Outcome};
use crate::session::{Session, Texts};
use crate::view;

/// Runs the command that was asked for.
pub(crate) fn run(cli: &Cli) -> ExitCode {
    let global = &cli.global;
    if let Err(error) = cli.check_format() {
        return view::usage(&error);
    }
    match &cli.command {
        Command::Plan(arguments) => plan::run(global, arguments),
        Command::Generate(arguments) => generate::run(global, arguments),
        Command::Check(arguments) => check::run(global, arguments),
        Command::Validate(arguments) => validate::run(global, arguments),
        Command::Apply(arguments) => apply::apply(global, arguments),
        Command::Destroy(arguments) => apply::destroy(global, arguments),
        Command::Drift(arguments) => apply::drift(global, arguments),
        Command::Promote(arguments) => promote::run(global, arguments),
        Command::Diff(arguments) => diff::run(global, arguments),
        Command::Unlock(arguments) => apply::unlock::run(global, arguments),
        Command::Exports(arguments) => apply::exports::run(global, arguments),
        Command::Audit(arguments) => apply::audit::run(global, arguments),
        Command::Verify(arguments) => verify::run(global, arguments),
        Command::Explain(arguments) => explain::run(global, arguments),
        Command::Matrix(arguments) => matrix::run(global, arguments),
        Command::Profile(arguments) => profile::run(global, arguments),
        Command::Probe(arguments) => probe::run(global, arguments),
        Command::Affected(arguments) => affected::run(global, arguments),
        Command::Graph(arguments) => graph::run(global, arguments),
        Command::Schema(arguments) => schema::run(global, arguments),
        Command::Doctor => doctor::run(global),
        Command::Init(arguments) => init::run(global, arguments),
        Command::Completions(arguments) => completions::run(arguments),
    }
}

/// JSON Schemas of the documents that commands print.
pub(crate) fn document_schemas() -> Vec<(&'static str, serde_json::Value)> {
    vec![
        ("affected", schema_of::<affected::Body>()),
        ("apply", schema_of::<apply::Body>()),
        ("audit-verify", schema_of::<apply::audit::Body>()),
        ("check", schema_of::<plan::Body>()),
        ("destroy", schema_of::<apply::Body>()),
        ("diff", schema_of::<diff::Body>()),
        ("doctor", schema_of::<doctor::Body>()),
        ("drift", schema_of::<apply::Body>()),
        ("explain", schema_of::<explain::Body>()),
        ("exports-pull", schema_of::<apply::exports::Body>()),
        ("generate", schema_of::<generate::Body>()),
        ("graph", schema_of::<graph::Body>()),
        ("init", schema_of::<init::Body>()),
        ("matrix", schema_of::<matrix::Body>()),
        ("plan", schema_of::<plan::Body>()),
        ("probe", schema_of::<probe::Body>()),
        ("profile-check", schema_of::<profile::CheckBody>()),
        ("profile-compare", schema_of::<profile::CompareBody>()),
        ("profile-list", schema_of::<profile::ListBody>()),
        ("profile-migrate", schema_of::<profile::MigrateBody>()),
        ("profile-new", schema_of::<profile::NewBody>()),
        ("profile-report", schema_of::<profile::ReportBody>()),
        ("profile-show", schema_of::<profile::ShowBody>()),
        ("promote", schema_of::<promote::Body>()),
        ("schema-import", schema_of::<schema::import::Body>()),
        ("unlock", schema_of::<apply::unlock::Body>()),
        ("validate", schema_of::<validate::Body>()),
        ("verify", schema_of::<verify::Body>()),
    ]
}

fn schema_of<T: schemars::JsonSchema>() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<Document<T>>().to_value()
}

/// How a command ended, from what it found.
fn outcome(diagnostics: &[Diagnostic], differs: bool) -> Outcome {
    if diagnostics.iter().any(|found| matches!(found.fault, Fault::Interrupted | Fault::Stopped)) {
        return Outcome::Interrupted;
    }
    let errors = || diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    if !any_error(diagnostics) {
        return if differs { Outcome::Changes } else { Outcome::None };
    }
    let of = |area: Area| errors().any(|diagnostic| diagnostic.fault.area() == area);
    if errors().any(|diagnostic| {
        let refused = diagnostic.fault.is_verdict() || diagnostic.fault == Fault::Elsewhere;
        !refused && matches!(diagnostic.fault.area(), Area::Input | Area::Model | Area::Proof)
    }) {
        Outcome::Invalid
    } else if of(Area::Proof) {
        Outcome::Refused
    } else {
        Outcome::Failed
    }
}

/// Sorts what was found, makes the document, prints it, and returns the exit status.
fn finish<T: Serialize>(
    global: &Global,
    session: &mut Session,
    command: &'static str,
    body: T,
    human: &str,
    differs: bool,
    differences_fail: bool,
) -> ExitCode {
    let found = std::mem::take(&mut session.diagnostics);
    session.diagnostics = found.into_iter().map(Diagnostic::made_visible).collect();
    gen_core::diag::sort(&mut session.diagnostics);
    let texts = Texts(&session.repository);
    let document = Document {
        format_version: 1,
        command,
        outcome: outcome(&session.diagnostics, differs),
        diagnostics: session
            .diagnostics
            .iter()
            .map(|found| DiagnosticDoc::new(found, &|file| texts.get(file)))
            .collect(),
        body,
    };
    view::emit(global, &texts, &session.diagnostics, &document, human, differences_fail)
}
