//! What a run is going to do and did, for people.

use std::fmt::Write as _;

use gen_core::apply::{Action, Kept, Outcome};
use gen_core::audit::Operation;
use gen_core::effect::Risk;

use super::text::{count, table};
use crate::commands::apply::{Body, ChangeDoc, StepDoc};

/// So many lines of changes are shown; the rest is counted.
const MOST: usize = 60;

/// What a wave is going to do, over all its roots, worst first. What is only made is counted by root.
pub(crate) fn wave(roots: &[(String, Vec<&ChangeDoc>)]) -> String {
    let mut out = String::from("\n");
    for (root, changes) in roots {
        let _ = writeln!(out, "{root}   {}", counts(changes));
    }
    let mut marked: Vec<(&str, &ChangeDoc)> = roots
        .iter()
        .flat_map(|(root, changes)| changes.iter().map(move |change| (root.as_str(), *change)))
        .filter(|(_, change)| change.risk.is_marked() || change.action != Action::Create)
        .collect();
    let rank = |change: &ChangeDoc| std::cmp::Reverse((change.risk, change.stateful, change.action));
    marked.sort_by_key(|(_, change)| rank(change));
    let shown = marked.get(..MOST).unwrap_or(&marked);
    for group in shown.chunk_by(|(_, a), (_, b)| risk(a) == risk(b)) {
        let Some((_, first)) = group.first() else { continue };
        let mark = if first.risk.is_marked() { '!' } else { '~' };
        let _ = writeln!(out, "\n{mark} {}", risk(first));
        for (root, change) in group {
            let root = root.rsplit('/').next().unwrap_or(root);
            let _ = writeln!(out, "    {:8} {root}: {}", change.action.as_str(), change.address);
            if !change.paths.is_empty() {
                let few = change.paths.iter().take(4).map(String::as_str).collect::<Vec<_>>().join(", ");
                let more = change.paths.len().saturating_sub(4);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                let _ = writeln!(out, "             {few}{more}");
            }
        }
    }
    if marked.len() > MOST {
        let _ = writeln!(out, "\nand {} more, none of them worse", marked.len() - MOST);
    }
    out.push('\n');
    out
}

fn risk(change: &ChangeDoc) -> &'static str {
    match change.risk {
        Risk::Destroys if change.stateful => "goes, and with it the data that it holds",
        Risk::Destroys => "goes",
        Risk::Irreversible => "cannot be taken back",
        Risk::Public => "decides what the internet reaches",
        Risk::Permissions => "decides who may do what",
        Risk::Disrupts => "interrupts service",
        Risk::Normal => "changes where it stands",
    }
}

/// `3 to create, 1 to destroy`.
fn counts(changes: &[&ChangeDoc]) -> String {
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

/// What stays of a root although everything is to go.
pub(crate) fn kept(root: &str, kept: &[Kept]) -> String {
    let mut out = String::new();
    if !kept.is_empty() {
        let _ = writeln!(out, "{root} keeps");
    }
    for one in kept {
        let _ = writeln!(out, "    {}\n             {}", one.address, one.why);
    }
    out
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
                Outcome::Done => ("done", true),
                Outcome::Unchanged => ("no changes", false),
                Outcome::Differs => ("differs", true),
                Outcome::Barred => ("refused", true),
                Outcome::Declined => ("not approved", true),
                Outcome::Failed => ("failed", true),
                Outcome::Skipped => ("not begun", false),
            };
            let changes = if with_changes && !step.changes.is_empty() {
                counts(&step.changes.iter().collect::<Vec<_>>())
            } else {
                String::new()
            };
            let changes =
                if step.outcome == Outcome::Done { changes.replace(" to ", " × ") } else { changes };
            vec![format!("{}/{}", step.target, step.root), word.to_owned(), changes]
        })
        .collect();
    let of = |outcome: Outcome| body.steps.iter().filter(|step| step.outcome == outcome).count();
    let settled = of(Outcome::Done) + of(Outcome::Unchanged);
    let keeps = body.steps.iter().any(|step| !step.kept.is_empty());
    let what = match operation {
        Operation::Apply => "as rendered",
        Operation::Destroy if keeps => "gone, but for what is kept",
        Operation::Destroy => "gone",
    };
    let stays: String =
        body.steps.iter().map(|step| kept(&format!("{}/{}", step.target, step.root), &step.kept)).collect();
    format!(
        "{}{stays}{settled} of {} {what}, {} changed. {seconds:.0} s\n",
        table(&rows),
        count(body.steps.len(), "root", "roots"),
        of(Outcome::Done),
    )
}

/// What would be done, over all roots, and how to have exactly that done.
pub(crate) fn proposal(body: &Body, seconds: f64) -> String {
    let of = |outcome: Outcome| body.steps.iter().filter(move |step| step.outcome == outcome);
    let name = |step: &StepDoc| format!("{}/{}", step.target, step.root);
    let planned = |step: &&StepDoc| matches!(step.outcome, Outcome::Differs | Outcome::Barred);
    let mut out = String::new();
    let roots: Vec<(String, Vec<&ChangeDoc>)> =
        body.steps.iter().filter(planned).map(|step| (name(step), step.changes.iter().collect())).collect();
    if !roots.is_empty() {
        out.push_str(wave(&roots).trim_start_matches('\n'));
    }
    for step in of(Outcome::Skipped) {
        let _ = writeln!(out, "{}   is planned once what it takes was applied", name(step));
    }
    if !body.steps.is_empty() {
        let all = count(body.steps.len(), "root", "roots");
        let _ = writeln!(out, "{} of {all} to change. {seconds:.0} s", of(Outcome::Differs).count());
    }
    if let Some(approval) = body.approval.as_deref().filter(|approval| !approval.is_empty()) {
        let _ = writeln!(out, "To carry out exactly this: gen apply --approved with");
        for plan in approval.split(',') {
            let _ = writeln!(out, "  {plan}");
        }
    }
    out
}

/// What engines would do, below what `gen plan` says of the models.
pub(crate) fn live(steps: &[StepDoc]) -> String {
    let mut out = String::from("Live       asked of the engines; nothing was locked or changed\n");
    let width = steps.iter().map(|step| step.target.len() + step.root.len() + 1).max().unwrap_or(0);
    for step in steps {
        let what = match step.outcome {
            Outcome::Differs => {
                let changes: Vec<&ChangeDoc> = step.changes.iter().collect();
                counts(&changes)
            }
            Outcome::Skipped => "planned once what it takes was applied".to_owned(),
            Outcome::Unchanged => "no changes".to_owned(),
            _ => "could not be looked at".to_owned(),
        };
        let root = format!("{}/{}", step.target, step.root);
        let _ = writeln!(out, "  {root:width$}  {what}");
        for change in step.changes.iter().filter(|change| change.risk.is_marked()).take(MOST) {
            let _ = writeln!(out, "    ! {:8} {}", change.action.as_str(), change.address);
        }
    }
    out
}

/// What is not as rendered or not as it was left: one paragraph a root.
pub(crate) fn drift(body: &Body, seconds: f64) -> String {
    let mut out = String::new();
    let mut differing = 0;
    for step in &body.steps {
        let root = format!("{}/{}", step.target, step.root);
        match step.outcome {
            Outcome::Differs => {}
            Outcome::Unchanged => continue,
            _ => {
                let _ = writeln!(out, "{root}: could not be looked at");
                continue;
            }
        }
        differing += 1;
        let moved = |change: &&ChangeDoc| step.drift.iter().any(|drift| drift.address == change.address);
        let not_applied: Vec<&ChangeDoc> = step.changes.iter().filter(|change| !moved(change)).collect();
        let _ = writeln!(out, "{root}");
        if !step.drift.is_empty() {
            out.push_str("  the cloud moved: somebody else changed what gen had applied\n");
            for change in &step.drift {
                let _ = writeln!(out, "    {:8} {}{}", word(change.action), change.address, paths(change));
            }
        }
        if !not_applied.is_empty() {
            out.push_str("  not applied: what is rendered is not there yet\n");
            for change in not_applied {
                let _ = writeln!(out, "    {:8} {}{}", change.action.as_str(), change.address, paths(change));
            }
        }
    }
    let roots = count(body.steps.len(), "root", "roots");
    if !body.steps.is_empty() {
        let _ = writeln!(out, "{differing} of {roots} differ. {seconds:.0} s");
    }
    out
}

/// What somebody else did, which the engine tells as what became of a resource.
fn word(action: Action) -> &'static str {
    match action {
        Action::Destroy => "gone",
        Action::Create => "new",
        _ => "changed",
    }
}

fn paths(change: &ChangeDoc) -> String {
    if change.paths.is_empty() { String::new() } else { format!(": {}", change.paths.join(", ")) }
}
