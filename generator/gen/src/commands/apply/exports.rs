//! `gen exports pull`: what roots hand on, as it is kept beside their states.

use std::collections::BTreeMap;
use std::process::ExitCode;

use gen_exec::apply::Ledger;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::cli::{ExportsAction, ExportsArgs, Global};
use crate::session::Session;

use super::{Need, Way, failed, ready, watch::Screen};

/// What `exports pull` prints.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// Target → root → what it hands on by component; null for a root that was never applied.
    pub exports: BTreeMap<String, BTreeMap<String, Value>>,
}

pub(crate) fn run(global: &Global, arguments: &ExportsArgs) -> ExitCode {
    let ExportsAction::Pull(engine) = &arguments.action;
    let mut session = Session::open(global);
    let mut body = Body::default();
    let pulled = ready(&mut session, engine, Need::Place, |desk| {
        let screen = Screen::new(false, false, gen_core::audit::Operation::Apply);
        let run = desk.run(&Way::looking(), &screen);
        let mut found: BTreeMap<String, BTreeMap<String, Value>> = BTreeMap::new();
        for work in desk.works {
            let login = run.login(work).map_err(|fault| failed(&fault.why))?;
            let exports =
                Ledger::beside(&work.place, &login).and_then(|ledger| ledger.exports(&work.step.id.root));
            let exports = exports.map_err(|why| failed(&why))?.unwrap_or_default();
            found
                .entry(work.step.id.target.to_string())
                .or_default()
                .insert(work.step.id.root.clone(), exports);
        }
        Ok(found)
    });
    match pulled {
        Ok(found) => body.exports = found,
        Err(fault) => session.diagnostics.extend(fault.map(|fault| *fault)),
    }
    let human = if body.exports.is_empty() {
        String::new()
    } else {
        format!("{:#}\n", serde_json::json!(body.exports))
    };
    super::super::finish(global, &mut session, "exports-pull", body, &human, false, false)
}
