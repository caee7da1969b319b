//! What a run is going to do and did, for people.

use std::fmt::Write as _;

use gen_core::apply::Action;
use gen_core::audit::Operation;
use gen_core::effect::Risk;

use super::text::{count, table};
use crate::commands::apply::{Body, ChangeDoc, OutcomeDoc};

/// So many lines of changes are shown; the rest is counted.
const MOST: usize = 60;

/// What a wave is going to do, over all its roots, worst first. What is only made or changed is counted by root.
pub(crate) fn wave(roots: &[(String, Vec<ChangeDoc>)]) -> String {
    let mut out = String::from("\n");
    for (root, changes) in roots {
        let _ = writeln!(out, "{root}   {}", counts(changes));
    }
    let mut marked: Vec<(&str, &ChangeDoc)> = roots
        .iter()
        .flat_map(|(root, changes)| changes.iter().map(move |change| (root.as_str(), change)))
        .filter(|(_, change)| change.risk.is_marked() || change.action != Action::Create)
        .collect();
    marked.sort_by(|(_, a), (_, b)| (b.risk, b.stateful, b.action).cmp(&(a.risk, a.stateful, a.action)));
    if !marked.is_empty() {
        out.push('\n');
    }
    for (root, change) in marked.iter().take(MOST) {
        let mark = if change.risk.is_marked() { '!' } else { '~' };
        let root = root.rsplit('/').next().unwrap_or(root);
        let _ = writeln!(out, "  {mark} {:8} {root}: {}", change.action.as_str(), change.address);
        let mut notes: Vec<String> = Vec::new();
        notes.extend(risk(change).map(str::to_owned));
        if !change.paths.is_empty() {
            let shown = change.paths.iter().take(4).map(String::as_str).collect::<Vec<_>>().join(", ");
            let more = change.paths.len().saturating_sub(4);
            notes.push(if more > 0 { format!("{shown} and {more} more") } else { shown });
        }
        if !notes.is_empty() {
            let _ = writeln!(out, "             {}", notes.join("; "));
        }
    }
    if marked.len() > MOST {
        let _ = writeln!(out, "    and {} more, none of them worse", marked.len() - MOST);
    }
    out.push('\n');
    out
}

fn risk(change: &ChangeDoc) -> Option<&'static str> {
    match change.risk {
        Risk::Destroys if change.stateful => Some("it holds data"),
        Risk::Irreversible => Some("cannot be taken back"),
        Risk::Public => Some("decides what the internet reaches"),
        Risk::Permissions => Some("decides who may do what"),
        _ => None,
    }
}

/// `3 to create, 1 to destroy`.
fn counts(changes: &[ChangeDoc]) -> String {
    let actions = [
        Action::Destroy,
        Action::Replace,
        Action::Forget,
        Action::Update,
        Action::Create,
        Action::Import,
        Action::Move,
    ];
    let parts = actions.iter().filter_map(|action| {
        let number = changes.iter().filter(|change| change.action == *action).count();
        (number > 0).then(|| format!("{number} to {}", action.as_str()))
    });
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { "only outputs change".to_owned() } else { parts.join(", ") }
}

/// How everything ended.
pub(crate) fn render(body: &Body, operation: Operation, seconds: f64) -> String {
    if body.steps.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = body
        .steps
        .iter()
        .map(|step| {
            let (word, with_changes) = match step.outcome {
                OutcomeDoc::Done => ("done", true),
                OutcomeDoc::Unchanged => ("no changes", false),
                OutcomeDoc::Barred => ("refused", true),
                OutcomeDoc::Declined => ("not approved", true),
                OutcomeDoc::Failed => ("failed", true),
                OutcomeDoc::Skipped => ("not begun", false),
            };
            let changes =
                if with_changes && !step.changes.is_empty() { counts(&step.changes) } else { String::new() };
            let changes =
                if step.outcome == OutcomeDoc::Done { changes.replace(" to ", " × ") } else { changes };
            vec![format!("{}/{}", step.target, step.root), word.to_owned(), changes]
        })
        .collect();
    let of = |outcome: OutcomeDoc| body.steps.iter().filter(|step| step.outcome == outcome).count();
    let settled = of(OutcomeDoc::Done) + of(OutcomeDoc::Unchanged);
    let what = match operation {
        Operation::Apply => "as rendered",
        Operation::Destroy => "gone",
    };
    format!(
        "{}{settled} of {} {what}, {} changed. {seconds:.0} s\n",
        table(&rows),
        count(body.steps.len(), "root", "roots"),
        of(OutcomeDoc::Done),
    )
}
