//! `gen audit verify`: walks the chain of records of each target, and names the first break.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use gen_core::audit::{Event, Flaw, Head, verify_stored};
use gen_core::diag::{Diagnostic, Fault, Place};
use gen_exec::apply::Ledger;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{AuditAction, AuditArgs, AuditVerifyArgs, Global};
use crate::session::Session;
use crate::view::text::count;

use super::{Need, NotDone, Way, failed, ready, watch::Screen};

/// What `audit verify` prints.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// Chains that were walked.
    pub chains: Vec<ChainDoc>,
}

/// A chain.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ChainDoc {
    /// `stack/environment`.
    pub target: String,
    /// How many records it has.
    pub records: usize,
    /// Number of the first that does not hold; none if all do.
    pub broken_at: Option<u64>,
}

/// The records of a target and its head.
type Chain = (Vec<(u64, Vec<u8>)>, Option<Head>);

pub(crate) fn run(global: &Global, arguments: &AuditArgs) -> ExitCode {
    let AuditAction::Verify(arguments) = &arguments.action;
    let mut session = match arguments.dir {
        Some(_) => Session::empty(global),
        None => Session::open(global),
    };
    let chains = match &arguments.dir {
        Some(folder) => of_folder(folder).map(|chain| BTreeMap::from([chain])),
        None => of_stores(&mut session, arguments),
    };
    let mut body = Body::default();
    let mut human = String::new();
    match chains {
        Err(fault) => session.diagnostics.extend(fault.map(|fault| *fault)),
        Ok(chains) => {
            for (target, (records, head)) in chains {
                let verdict = verify_stored(&target, &records, head.as_ref());
                let word = if verdict.is_ok() { "holds" } else { "is broken" };
                human.push_str(&format!(
                    "{target}: the chain of {} {word}\n",
                    count(records.len(), "record", "records")
                ));
                let broken_at = verdict.as_ref().err().map(|flaw| flaw.number);
                if let Err(Flaw { number, what }) = verdict {
                    let fault =
                        Diagnostic::error(Fault::BrokenChain).label(format!("record {number}: {what}"));
                    let name = format!("{target}/records/{number:08}.json");
                    session.diagnostics.push(fault.at(Place::file(name)).target(target.clone()));
                }
                body.chains.push(ChainDoc { target, records: records.len(), broken_at });
            }
        }
    }
    super::super::finish(global, &mut session, "audit-verify", body, &human, false, false)
}

/// The chains of all selected targets, from the stores of their states.
fn of_stores(session: &mut Session, arguments: &AuditVerifyArgs) -> Result<BTreeMap<String, Chain>, NotDone> {
    ready(session, &arguments.engine, Need::Place, |desk| {
        let screen = Screen::new(false, false, gen_core::audit::Operation::Apply);
        let run = desk.run(&Way::looking(), &screen);
        let mut chains = BTreeMap::new();
        for work in desk.works {
            let target = work.step.id.target.to_string();
            if chains.contains_key(&target) {
                continue;
            }
            let login = run.login(work).map_err(|fault| failed(&fault.why))?;
            let ledger = Ledger::beside(&work.place, &login).map_err(|why| failed(&why))?;
            let chain = ledger.chain().and_then(|records| Ok((records, ledger.head()?)));
            chains.insert(target, chain.map_err(|why| failed(&why))?);
        }
        Ok(chains)
    })
}

/// A chain that somebody copied out of a store.
fn of_folder(folder: &Path) -> Result<(String, Chain), NotDone> {
    let denied = |error: std::io::Error| failed(&format!("{}: {error}", folder.display()));
    let mut records = Vec::new();
    let mut head = None;
    for entry in std::fs::read_dir(folder).map_err(denied)? {
        let path = entry.map_err(denied)?.path();
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let bytes = || std::fs::read(&path).map_err(denied);
        match (name.as_str(), name.parse::<u64>()) {
            ("head", _) => head = serde_json::from_slice(&bytes()?).ok(),
            (_, Ok(number)) => records.push((number, bytes()?)),
            _ => {}
        }
    }
    if records.is_empty() {
        return Err(failed(&format!("{} holds no records", folder.display())));
    }
    records.sort();
    let first = records.first().and_then(|(_, bytes)| Event::read(bytes).ok());
    let target = first.map_or_else(|| folder.display().to_string(), |event| event.subject);
    Ok((target, (records, head)))
}
