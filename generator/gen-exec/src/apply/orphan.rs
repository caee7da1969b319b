//! What an engine left behind whose `gen` was killed: a state that it could not put away is put away before anything else is done.

use std::path::Path;
use std::time::Duration;

use gen_core::audit::{Kind, StateMark};

use super::engine::{ERRORED, Engine, Mark};
use super::ledger::Ledger;
use super::root::Work;
use super::wave::Run;
use super::{Fault, Phase, workplace};

/// Puts away a state of an earlier run that is nowhere else, if it is the one that follows the state in the store; refuses to go on
/// with the root otherwise. Engines of earlier runs that are still at the root are waited for as long as for a lock.
pub(super) fn rescue(
    run: &Run<'_>,
    work: &Work<'_>,
    engine: &Engine<'_>,
    ledger: &Ledger,
) -> Result<(), Fault> {
    for _ in 0..engine.patience().as_secs() {
        if !workplace::is_worked_in(&work.folder) {
            break;
        }
        if run.interrupt.came() {
            return Err(Fault::interrupted(Phase::Rescue));
        }
        run.watcher.step(&work.step.id, "wait for the engine of a run that was killed");
        std::thread::sleep(Duration::from_secs(1));
    }
    for root in workplace::left_behind(&work.folder, backend(work)) {
        run.watcher.step(&work.step.id, "put away the state of a run that was killed");
        let path = root.join(ERRORED);
        push(work, engine, ledger, &path).map_err(|fault| fault.unsaved(path.clone()))?;
        std::fs::remove_file(&path)
            .map_err(|error| Fault::new(Phase::Rescue, format!("{}: {error}", path.display())))?;
    }
    workplace::sweep();
    Ok(())
}

/// No engine of an earlier run failed to put its state away since [`rescue`]: what was planned would make things a second time.
pub(super) fn none_since(work: &Work<'_>) -> Result<(), Fault> {
    let left = workplace::left_behind(&work.folder, backend(work));
    let Some(folder) = left.first() else { return Ok(()) };
    let why = "meanwhile the engine of a run that was killed ended, and could not put its state away";
    Err(Fault::new(Phase::Rescue, why)
        .note(format!("run it again: it finds the state in {}", folder.display())))
}

/// The file that says where the state is kept.
fn backend<'a>(work: &'a Work<'_>) -> &'a [u8] {
    let path = format!("{}/{}", work.folder, workplace::BACKEND);
    work.files.iter().find(|file| *file.path == *path).map_or(&[], |file| file.content.bytes())
}

fn push(work: &Work<'_>, engine: &Engine<'_>, ledger: &Ledger, path: &Path) -> Result<(), Fault> {
    let failed = |why: String| Fault::new(Phase::Rescue, why);
    let text =
        std::fs::read_to_string(path).map_err(|error| failed(format!("{}: {error}", path.display())))?;
    let found = Mark::read(&text).map_err(failed)?;
    let found = found.ok_or_else(|| failed(format!("{} is no state", path.display())))?;
    let there = engine.state()?;
    let last = ledger.last_of(&work.step.id.root).map_err(failed)?;
    // Whoever worked on the root since then recorded it.
    let planned = last.filter(|event| event.kind != Kind::Done).and_then(|event| event.data.step);
    let fits = planned.is_some_and(|step| follows(&found, there.as_ref(), step.state.as_ref()));
    if !fits {
        return Err(failed(format!(
            "an earlier run left a state (serial {}) that does not follow the one in the store ({})",
            found.serial,
            there.map_or("none".to_owned(), |mark| format!("serial {}", mark.serial)),
        ))
        .note("somebody worked on the root since: compare both (terraform show), import what only the file knows, then remove the file"));
    }
    engine.push_rescued(&text)
}

/// The state is the one that comes after what is in the store. `began` is what the run began from that is recorded last.
fn follows(found: &Mark, there: Option<&Mark>, began: Option<&StateMark>) -> bool {
    let Some(there) = there else { return began.is_none() };
    let untouched = began.is_some_and(|began| began.lineage == there.lineage && began.serial == there.serial);
    found.lineage == there.lineage
        && found.serial > there.serial
        && (untouched || found.serial == there.serial + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_next_state_of_the_same_line_follows() {
        let mark = |lineage: &str, serial| Mark { lineage: lineage.to_owned(), serial, resources: 1 };
        let of = |serial| StateMark { lineage: "a".to_owned(), serial };
        let follows = |found: Mark, there: Option<Mark>, began: Option<StateMark>| {
            follows(&found, there.as_ref(), began.as_ref())
        };
        assert!(follows(mark("a", 4), Some(mark("a", 3)), Some(of(3))));
        // It could not be put away several times, each with a number of its own.
        assert!(follows(mark("a", 7), Some(mark("a", 3)), Some(of(3))));
        // It was put away in the middle of the run, and not at its end.
        assert!(follows(mark("a", 6), Some(mark("a", 5)), Some(of(3))));
        assert!(follows(mark("a", 2), Some(mark("a", 1)), None));
        assert!(follows(mark("a", 1), None, None));
        // Somebody else was there; it is another state; it is older; the store lost its state.
        assert!(!follows(mark("a", 7), Some(mark("a", 5)), Some(of(3))));
        assert!(!follows(mark("b", 4), Some(mark("a", 3)), Some(of(3))));
        assert!(!follows(mark("a", 3), Some(mark("a", 3)), Some(of(3))));
        assert!(!follows(mark("a", 4), None, Some(of(3))));
    }
}
