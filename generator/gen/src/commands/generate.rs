//! `gen generate`: writes what `plan` shows.

use std::process::ExitCode;

use gen_core::plan::TreeDiff;
use gen_core::resolve::WhatIf;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{GenerateArgs, Global};
use crate::session::Session;
use crate::view::text::count;

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
    // A repository with faults is rendered as far as it goes: a broken production never stops development.
    let Some(proof) = session.prove(&WhatIf::default(), None) else {
        return super::finish(global, &mut session, "generate", Body::default(), "", false, false);
    };
    let (diffs, found) = {
        let (rendering, found) = session.render(&proof);
        (rendering.diffs, found)
    };
    session.diagnostics.extend(found);
    let mut body = Body { same: diffs.iter().map(|diff| diff.same).sum(), ..Body::default() };
    for diff in &diffs {
        for file in diff.files.iter().filter(|file| is_written(&file.state)) {
            body.paths.push(format!("{}/{}", diff.folder, file.path));
        }
    }
    let differs = diffs.iter().any(TreeDiff::has_changes);
    if arguments.check {
        use gen_core::plan::State;
        let of = |state: State| diffs.iter().map(|diff| diff.count(&state)).sum();
        (body.created, body.changed, body.removed) =
            (of(State::Created), of(State::Changed), of(State::Removed));
    } else {
        let (written, faults) = gen_exec::write::write(&session.root, &diffs);
        session.diagnostics.extend(faults);
        (body.created, body.changed, body.removed) = (written.created, written.changed, written.removed);
    }
    let human = human(&body, arguments.check);
    super::finish(global, &mut session, "generate", body, &human, differs, arguments.check)
}

fn is_written(state: &gen_core::plan::State) -> bool {
    use gen_core::plan::State;
    matches!(state, State::Created | State::Changed | State::Removed)
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
