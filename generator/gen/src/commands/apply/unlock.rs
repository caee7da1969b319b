//! `gen unlock`: who holds the lock of a state, and lifting it by its id.

use std::process::ExitCode;

use gen_core::diag::{Diagnostic, Fault};
use gen_exec::apply::{Ledger, engine::Engine};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::cli::{Global, UnlockArgs};
use crate::session::{Session, unknown};

use super::{Need, NotDone, Way, failed, ready, watch::Screen};

/// What `unlock` prints.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// The store was asked who holds the lock, and answered.
    pub asked: bool,
    /// Who holds or held the lock, in the words of the engine that took it; none if nobody does, or if nobody could be asked.
    pub lock: Option<Value>,
    /// It was lifted.
    pub lifted: bool,
}

pub(crate) fn run(global: &Global, arguments: &UnlockArgs) -> ExitCode {
    let mut session = Session::open(global);
    let mut body = Body::default();
    if let Err(fault) = unlock(&mut session, arguments, &mut body) {
        session.diagnostics.extend(fault.map(|fault| *fault));
    }
    let human = human(&body);
    super::super::finish(global, &mut session, "unlock", body, &human, false, false)
}

fn unlock(session: &mut Session, arguments: &UnlockArgs, body: &mut Body) -> Result<(), NotDone> {
    ready(session, &arguments.engine, Need::Place, |desk| {
        let mut named = desk.works.iter().filter(|work| work.step.id.root == arguments.root);
        let (Some(work), None) = (named.next(), named.next()) else {
            let known: Vec<&str> = desk.works.iter().map(|work| work.step.id.root.as_str()).collect();
            let fault = unknown("single root", &arguments.root, &known);
            return Err(Some(Box::new(fault.help("-s and -e select one environment"))));
        };
        let screen = Screen::new(false, false, gen_core::audit::Operation::Apply);
        let run = desk.run(&Way::looking(), &screen);
        let login = run.login(work).map_err(|fault| failed(&fault.why))?;
        let ledger = Ledger::beside(&work.place, &login).map_err(|why| failed(&why))?;
        body.lock = ledger.lock(&work.place).map_err(|why| failed(&why))?;
        body.asked = true;
        let Some(wanted) = &arguments.id else { return Ok(()) };
        let held = body.lock.as_ref().and_then(|lock| lock.get("ID")).and_then(Value::as_str);
        if held != Some(wanted) {
            let label =
                held.map_or("nobody holds it".to_owned(), |held| format!("it is held under the id {held}"));
            return Err(Some(Box::new(
                Diagnostic::error(Fault::StepFailed)
                    .label(label)
                    .help("look who holds it, and whether they are done"),
            )));
        }
        for file in &work.files {
            desk.workplace
                .put(&file.path, file.content.bytes())
                .map_err(|error| failed(&error.to_string()))?;
        }
        let settings = desk.engines.get(&work.engine).ok_or_else(|| failed("the engine is not on PATH"))?;
        let engine = Engine::new(settings, desk.workplace.path().join(&work.folder), desk.interrupt);
        engine.init(&[]).and_then(|()| engine.unlock(wanted)).map_err(|fault| failed(&fault.why))?;
        body.lifted = true;
        Ok(())
    })
}

fn human(body: &Body) -> String {
    if !body.asked {
        return String::new();
    }
    let Some(lock) = &body.lock else { return "Nobody holds the lock.\n".to_owned() };
    let of = |key: &str| lock.get(key).and_then(Value::as_str).unwrap_or("?");
    let (operation, who, created, id) = (of("Operation"), of("Who"), of("Created"), of("ID"));
    let text = format!("{operation} by {who} since {created}\nid {id}\n");
    if body.lifted {
        format!("{text}The lock was lifted.\n")
    } else {
        format!("{text}To lift it, once they are done or gone: --id {id}\n")
    }
}
