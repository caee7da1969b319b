//! The first run of all: the store that states are kept in does not exist yet, and is described by a state that has to be kept in it.
//!
//! The store alone is made first, with a state in the user's own folder for states, and that state moves into the store at once. From
//! then on the root is like any other. A run that is killed in between finds the state in the user's folder and goes on from there.

use std::path::PathBuf;

use gen_core::apply::{guard, rank};
use gen_core::audit::Operation;
use gen_core::model::names::ComponentName;

use super::engine::Engine;
use super::ledger::Ledger;
use super::root::{Work, state_home};
use super::wave::Run;
use super::{Fault, Phase};

/// File that names the backend.
const BACKEND: &str = "backend.tf";

/// Sees to it that the store exists and that the state which describes it is in it.
pub(super) fn ensure(
    run: &Run<'_>,
    work: &Work<'_>,
    engine: &Engine<'_>,
    ledger: &Ledger,
    component: &ComponentName,
) -> Result<(), Fault> {
    let failed = |why: String| Fault::new(Phase::Bootstrap, why);
    let local = state_file(work)?;
    let exists = ledger.exists().map_err(failed)?;
    if exists && !local.exists() {
        if ledger.has(&work.place.key).map_err(failed)? {
            return Ok(());
        }
        return Err(failed(format!("the bucket {} is there, and the state that describes it is not in it", work.place.bucket))
                .note("it was made elsewhere, or its state was lost: import it before anything else is made, or remove it if it is empty"));
    }
    // What was begun with --bootstrap is gone on with by an apply, and by nothing else: it makes things.
    let applies = run.aim == super::Aim::CarryOut && run.operation == Operation::Apply;
    if exists && !applies {
        return Err(failed(format!("the state is still on its way, in {}", local.display()))
            .note("gen apply brings it into its store"));
    }
    // A run that was killed between the two goes on, whatever was asked for now.
    if !run.bootstrap && !exists {
        return Err(failed(format!(
            "the bucket {} that states are kept in does not exist yet",
            work.place.bucket
        ))
        .note("the first run of all makes it: gen apply --bootstrap"));
    }
    run.watcher.step(&work.step.id, "make the store of states");
    make(run, work, engine, component, &local)?;
    run.watcher.step(&work.step.id, "move the state into it");
    // Pulled and pushed: the engine's own migration overwrites what is there already.
    let here = engine.pull()?;
    put_backend(run, work, None)?;
    engine.init(&["-reconfigure"])?;
    let there = engine.pull()?;
    match (resources(&there), resources(&here)) {
        (Some(there), Some(here)) if there == here => {}
        (Some(_), _) => {
            return Err(failed(format!(
                "{} holds another state than {}: whoever made the store did not make it from here",
                work.place.key,
                local.display()
            ))
            .note("if the store is right, move that file away"));
        }
        (None, _) => {
            engine.push(&here)?;
            if resources(&engine.pull()?) != resources(&here) {
                return Err(failed(format!(
                    "the state did not arrive in {}; it is still in {}",
                    work.place.bucket,
                    local.display()
                )));
            }
        }
    }
    forget(&local).map_err(|error| failed(error.to_string()))
}

/// What a state says of its resources; none for a state without any. Lineage and serial tell nothing: an engine that finds a store empty
/// begins a new lineage.
fn resources(state: &str) -> Option<serde_json::Value> {
    let mut state: serde_json::Value = serde_json::from_str(state).ok()?;
    let resources = state.get_mut("resources")?.take();
    resources.as_array().is_some_and(|list| !list.is_empty()).then_some(resources)
}

/// Makes the store, and nothing else.
fn make(
    run: &Run<'_>,
    work: &Work<'_>,
    engine: &Engine<'_>,
    component: &ComponentName,
    local: &std::path::Path,
) -> Result<(), Fault> {
    let failed = |why: String| Fault::new(Phase::Bootstrap, why);
    if let Some(folder) = local.parent() {
        make_private(folder).map_err(|error| failed(format!("{}: {error}", folder.display())))?;
    }
    put_backend(run, work, Some(local))?;
    engine.init(&["-reconfigure"])?;
    let target = format!("-target=module.{component}");
    let planned = engine.plan(&[&target])?;
    let ranked = rank(work.provider, &planned.changes.resources, work.hosts);
    if let Some(barred) = guard::not_created(&ranked).first() {
        return Err(
            Fault::new(Phase::Guard, format!("{}: {}", barred.address, barred.why)).note(barred.help.clone())
        );
    }
    run.watcher.log(&work.step.id, "plan of the store of states", &planned.told);
    if !planned.changes.is_empty() {
        let said = engine.apply()?;
        run.watcher.log(&work.step.id, "the store of states", &said);
    }
    Ok(())
}

/// A folder that nobody else may look into.
fn make_private(folder: &std::path::Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder)
}

/// The root's own backend, or one that keeps the state in a file.
fn put_backend(run: &Run<'_>, work: &Work<'_>, local: Option<&std::path::Path>) -> Result<(), Fault> {
    let failed = |why: String| Fault::new(Phase::Bootstrap, why);
    let path = format!("{}/{BACKEND}", work.folder);
    let own = work
        .files
        .iter()
        .find(|file| *file.path == *path)
        .ok_or_else(|| failed(format!("there is no {path}")))?;
    let text = match local {
        None => own.content.bytes().to_vec(),
        Some(local) => {
            let place = serde_json::json!(local).to_string();
            format!("terraform {{\n  backend \"local\" {{\n    path = {place}\n  }}\n}}\n").into_bytes()
        }
    };
    run.workplace.replace(&path, &text).map_err(|error| failed(format!("{path}: {error}")))
}

fn forget(local: &std::path::Path) -> std::io::Result<()> {
    for path in [local.to_path_buf(), local.with_extension("tfstate.backup")] {
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// Where the state is until its store exists.
fn state_file(work: &Work<'_>) -> Result<PathBuf, Fault> {
    let home = state_home()
        .ok_or_else(|| Fault::new(Phase::Bootstrap, "there is neither HOME nor XDG_STATE_HOME"))?;
    Ok(home.join("bootstrap").join(format!("{}.tfstate", work.place.bucket)))
}
