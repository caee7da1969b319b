//! `gen check`: the gate. Fails on faults, refusals, and differences between models and disk.

use std::process::ExitCode;

use gen_core::diag::{Diagnostic, Fault, Place};
use gen_core::resolve::WhatIf;

use crate::cli::{CheckArgs, Global};
use crate::session::Session;
use crate::view::text::{count, wrap};
use crate::walk::TargetState;

use super::plan::{Detail, build};

pub(crate) fn run(global: &Global, arguments: &CheckArgs) -> ExitCode {
    let mut session = Session::open(global);
    let as_of = arguments.today;
    let (body, _) = build(&mut session, &WhatIf::default(), as_of, Detail { verdicts: false, diffs: false });
    let gone = body.gone.iter().map(|gone| &gone.files);
    let all =
        body.targets.iter().map(|target| &target.files).chain([&body.shared, &body.workflows]).chain(gone);
    let paths = all.flat_map(|files| {
        let of = |paths: &[String], word: &'static str| {
            paths.iter().map(|path| (path.clone(), word)).collect::<Vec<_>>()
        };
        [
            of(&files.created, "missing"),
            of(&files.changed, "differs"),
            of(&files.removed, "no longer rendered"),
        ]
        .concat()
    });
    let drift: Vec<Diagnostic> = paths
        .map(|(path, word)| {
            Diagnostic::error(Fault::Drift)
                .at(Place::file(path))
                .label(word)
                .help("gen generate, then commit the result")
        })
        .collect();
    session.diagnostics.extend(drift);
    if let (Some(written), Some(today)) = (session.repository.as_of.as_ref(), crate::view::today()) {
        let age = written.value.date.days_until(today);
        if age > 30 && as_of.is_none() {
            session.diagnostics.push(
                Diagnostic::warning(Fault::OldAsOf)
                    .at(Place::value(written.file.clone(), gen_core::diag::Route::keys(["date"])))
                    .label(format!("{age} days ago"))
                    .help("review gen matrix --expiring, then set the date to today"),
            );
        }
    }
    let shared = body.shared.same + body.workflows.same;
    let files = body.targets.iter().map(|target| target.files.same).sum::<usize>() + shared;
    let lapsed = session.diagnostics.iter().filter(|found| found.fault == Fault::NeedsEvidence).count();
    let human = if let (Some(day), true) = (&arguments.today, lapsed > 0) {
        let lapsed = count(lapsed, "requirement", "requirements");
        let text = format!(
            "{lapsed} without live evidence. What to renew first: gen matrix --expiring --today {day}"
        );
        wrap(&text, 80, 2) + "\n"
    } else if gen_core::diag::any_error(&session.diagnostics) {
        String::new()
    } else {
        let planned = body.targets.iter().filter(|target| target.state == TargetState::Planned).count();
        let planned = match planned {
            0 => String::new(),
            number => {
                format!(" {} refused as yet.", count(number, "planned target is", "planned targets are"))
            }
        };
        let text = format!(
            "{}, {}: no faults, nothing refused, nothing differs.{planned}",
            count(body.targets.len(), "target", "targets"),
            count(files, "file", "files")
        );
        wrap(&text, 80, 0) + "\n"
    };
    super::finish(global, &mut session, "check", body, &human, false, false)
}
