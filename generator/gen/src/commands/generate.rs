//! `gen generate`: writes what `plan` shows.

use std::process::ExitCode;

use gen_core::diag::Diagnostic;
use gen_core::plan::{State, TreeDiff};
use gen_core::resolve::WhatIf;
use gen_exec::write::Written;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{GenerateArgs, Global};
use crate::session::Session;
use crate::view::text::count;
use crate::walk::walk;

/// What `generate` prints.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// Files created, or to be created with `--check`.
    pub created: usize,
    /// Files changed.
    pub changed: usize,
    /// Files removed.
    pub removed: usize,
    /// Files that agree.
    pub same: usize,
    /// Paths touched.
    pub paths: Vec<String>,
}

pub(crate) fn run(global: &Global, arguments: &GenerateArgs) -> ExitCode {
    let mut session = Session::open(global);
    let _turn = (!arguments.check).then(|| gen_exec::write::take_turn(&session.root));
    // A repository with faults is rendered as far as it goes: a broken production never stops development.
    let root = session.root.clone();
    let carry_out = |diff: &TreeDiff| {
        let mut done = Done::of(diff);
        if !arguments.check {
            (done.written, done.fault) = gen_exec::write::write_tree(&root, diff);
        }
        done
    };
    let walked = walk(&mut session, &WhatIf::default(), None, |visit| visit.diff.map(&carry_out));
    let Some(walked) = walked else {
        return super::finish(global, &mut session, "generate", Body::default(), "", false, false);
    };
    let mut body = Body::default();
    let mut differs = false;
    let shared: Vec<Done> = walked.shared.iter().map(carry_out).collect();
    for done in walked.kept.into_iter().flatten().chain(shared) {
        body.created += done.written.created;
        body.changed += done.written.changed;
        body.removed += done.written.removed;
        body.same += done.same;
        body.paths.extend(done.written.paths);
        differs |= done.differs;
        session.diagnostics.extend(done.fault.map(|fault| *fault));
    }
    let human = human(&body, arguments.check);
    super::finish(global, &mut session, "generate", body, &human, differs, arguments.check)
}

/// What was done about the files of one owner.
struct Done {
    written: Written,
    same: usize,
    differs: bool,
    fault: Option<Box<Diagnostic>>,
}

impl Done {
    /// As if everything had been done.
    fn of(diff: &TreeDiff) -> Self {
        let touched = |state: &State| matches!(state, State::Created | State::Changed | State::Removed);
        let paths = diff.files.iter().filter(|file| touched(&file.state));
        Self {
            written: Written {
                created: diff.count(&State::Created),
                changed: diff.count(&State::Changed),
                removed: diff.count(&State::Removed),
                paths: paths.map(|file| format!("{}/{}", diff.folder, file.path)).collect(),
            },
            same: diff.same,
            differs: diff.has_changes(),
            fault: None,
        }
    }
}

fn human(body: &Body, check: bool) -> String {
    let mut out = String::new();
    for path in body.paths.iter().take(40) {
        out.push_str("  ");
        out.push_str(path);
        out.push('\n');
    }
    if body.paths.len() > 40 {
        out.push_str(&format!("  and {} more\n", body.paths.len() - 40));
    }
    let verb = if check { "to write" } else { "written" };
    out.push_str(&format!(
        "{} {verb}: {} created, {} changed, {} removed; {} agree.\n",
        count(body.paths.len(), "file", "files"),
        body.created,
        body.changed,
        body.removed,
        body.same
    ));
    out
}
