//! One root, from who is logged in to what is recorded.

use std::collections::BTreeMap;
use std::path::PathBuf;

use gen_core::apply::{Barred, Changes, Guarded, Kept, Outcome, Ranked, Step, guard, keep, rank};
use gen_core::audit::{Event, Kind, Operation, Sealing, Standing, StateMark, StepRecord, What};
use gen_core::digest::{canonical_sha256, sha256_hex};
use gen_core::kind::Rendered;
use gen_core::kind::terraform::StatePlace;
use gen_core::model::component::ComponentType;
use gen_core::model::environment::{AllowDestroy, Engine as EngineKind};
use gen_core::model::names::ComponentName;
use gen_core::model::subject::Provider;
use serde_json::Value;

use super::engine::{Engine, Mark, Planned};
use super::ledger::Ledger;
use super::wave::{Aim, Run};
use super::{Fault, Phase, bootstrap, orphan};

/// A root to be carried out, and everything that is known of it beforehand.
#[derive(Debug)]
pub struct Work<'a> {
    /// Which root, and what it takes.
    pub step: Step,
    /// Types of the components that it takes.
    pub kinds: BTreeMap<ComponentName, ComponentType>,
    /// Its folder from the repository's root.
    pub folder: String,
    /// Its files, with paths from the repository's root.
    pub files: Vec<Rendered>,
    /// Where its state is kept.
    pub place: StatePlace,
    /// What makes its resources.
    pub provider: &'a Provider,
    /// What carries it out.
    pub engine: EngineKind,
    /// The account that it may touch.
    pub account: Option<String>,
    /// Region to ask in who is logged in.
    pub region: String,
    /// Components of the target run on its cluster, and lose their data with it.
    pub hosts: bool,
    /// Losing data is refused.
    pub protected: bool,
    /// Data that may be lost all the same.
    pub allowed: &'a [AllowDestroy],
    /// It makes the store that its own state is kept in: the component that does.
    pub makes_store: Option<ComponentName>,
    /// How its target stands.
    pub standing: Standing,
    /// The file of its environment.
    pub source: String,
}

/// A root that is planned.
pub struct Prepared<'a> {
    /// Which one.
    pub work: &'a Work<'a>,
    /// What happens, worst first.
    pub ranked: Vec<Ranked>,
    /// What is no longer as the state says.
    pub drift: Vec<Ranked>,
    /// What may not happen.
    pub barred: Vec<Barred>,
    /// What stays although everything is to go.
    pub kept: Vec<Kept>,
    /// As the engine tells it to people.
    pub told: String,
    pub(super) engine: Engine<'a>,
    pub(super) ledger: Ledger,
    changes: Changes,
    record: StepRecord,
    how: Vec<String>,
    /// Somebody still takes what the root hands on.
    taken: bool,
}

impl std::fmt::Debug for Prepared<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Prepared").field("step", &self.work.step.id).finish_non_exhaustive()
    }
}

impl Prepared<'_> {
    /// Digest of what is planned.
    pub fn digest(&self) -> &str {
        &self.changes.digest
    }

    /// There is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Somebody asked the run to end.
    pub fn interrupted(&self) -> bool {
        self.engine.interrupted()
    }
}

/// Plans a root: nothing is changed but the lock that is held meanwhile, and the record that says what was planned.
pub(super) fn prepare<'a>(run: &'a Run<'_>, work: &'a Work<'a>) -> Result<Prepared<'a>, Fault> {
    let say = |what: &str| run.watcher.step(&work.step.id, what);
    say("who is logged in");
    let login = run.login(work)?;
    let ledger = Ledger::beside(&work.place, &login).map_err(|why| Fault::new(Phase::Identity, why))?;
    let folder = run.workplace.path().join(&work.folder);
    let engine = Engine::new(run.settings(work.engine)?, folder.clone(), run.interrupt);
    for file in &work.files {
        run.workplace
            .put(&file.path, file.content.bytes())
            .map_err(|error| Fault::new(Phase::Init, error.to_string()))?;
    }
    if let Some(component) = &work.makes_store {
        bootstrap::ensure(run, work, &engine, &ledger, component)?;
    }
    if run.aim == Aim::CarryOut {
        ledger.makes_once().map_err(|why| {
            Fault::new(Phase::Record, why)
                .note("gen probe state-lock says what the store does; keep states where a lock holds")
        })?;
    }
    say("init");
    run.init(&engine)?;
    if run.aim == Aim::CarryOut {
        orphan::rescue(run, work, &engine, &ledger)?;
    }
    let state = engine.state()?;
    let Way { kept, taken, how } = way(run, work, &engine, state.as_ref())?;
    // What was never made, or is gone already, takes nothing of others, who may be gone as well.
    let gone = how.is_none();
    say("what others hand on");
    let takes = if gone { BTreeMap::new() } else { takes(work, &login)? };
    if !takes.is_empty() {
        let text = format!("{:#}\n", serde_json::json!({"upstream": takes}));
        run.workplace
            .replace(&format!("{}/upstream.auto.tfvars.json", work.folder), text.as_bytes())
            .map_err(|error| Fault::new(Phase::Takes, error.to_string()))?;
    }
    say("plan");
    let how = how.unwrap_or_default();
    let Planned { changes, told } = if gone { Planned::default() } else { engine.plan(&words(&how))? };
    if run.aim == Aim::CarryOut {
        orphan::none_since(work)?;
    }
    let ranked = rank(work.provider, &changes.resources, work.hosts);
    let guarded = match (run.operation, work.protected) {
        _ if run.aim == Aim::Look => Guarded::Nothing,
        (_, true) => Guarded::All,
        (Operation::Apply, false) => Guarded::Vanished,
        (Operation::Destroy, false) => Guarded::Nothing,
    };
    let barred = guard::bars(&ranked, guarded, work.allowed, run.today);
    let record = StepRecord {
        target: work.step.id.target.to_string(),
        root: work.step.id.root.clone(),
        operation: run.operation,
        engine: work.engine,
        account: work.account.clone(),
        who: login.who(),
        run: run.ci.clone(),
        tree: run.tree(work),
        lock: lock(work),
        takes: takes.iter().map(|(name, value)| (name.clone(), canonical_sha256(value))).collect(),
        state: state.map(|state| StateMark { lineage: state.lineage, serial: state.serial }),
        plan: changes.digest.clone(),
        changes: Vec::new(),
        kept: Vec::new(),
        exports: None,
        failed: None,
        evidence_as_of: work.standing.evidence_as_of,
        verdicts: work.standing.verdicts,
        waivers: work.standing.waivers.clone(),
    };
    let prepared = Prepared {
        work,
        drift: rank(work.provider, &changes.drift, work.hosts),
        ranked,
        barred,
        kept,
        told,
        engine,
        ledger,
        changes,
        record,
        how,
        taken,
    };
    if !prepared.is_empty() && run.aim == Aim::CarryOut {
        say("record the plan");
        prepared.note(run, Kind::Planned, |record| {
            record.changes.clone_from(&prepared.ranked);
            record.kept.clone_from(&prepared.kept);
        })?;
    }
    Ok(prepared)
}

/// How a root is planned.
struct Way {
    /// What stays although everything is to go.
    kept: Vec<Kept>,
    /// Something that stays in another root stands on this one.
    taken: bool,
    /// What the engine is told; none where there is nothing to plan.
    how: Option<Vec<String>>,
}

/// How a root is planned: when everything is to go, all but what stays.
fn way(run: &Run<'_>, work: &Work<'_>, engine: &Engine<'_>, state: Option<&Mark>) -> Result<Way, Fault> {
    let plain = |arguments: &[&str]| {
        let how = arguments.iter().map(|text| (*text).to_owned()).collect();
        Ok(Way { kept: Vec::new(), taken: false, how: Some(how) })
    };
    if run.aim == Aim::Look {
        return plain(&["-lock=false"]);
    }
    if run.operation == Operation::Apply {
        return plain(&[]);
    }
    let named = run.named_by_takers(&work.step.id);
    let (taken, named) = (named.is_some(), named.unwrap_or_default());
    if state.is_none_or(|state| state.resources == 0) {
        return Ok(Way { kept: Vec::new(), taken, how: None });
    }
    let stands = keep::read_state(&engine.show()?).map_err(|why| Fault::new(Phase::Plan, why))?;
    let rules = keep::Rules {
        prevented: &keep::prevented(&work.folder, &work.files, run.modules),
        protected: work.protected,
        provider: work.provider,
        hosts: work.hosts,
        allowed: work.allowed,
        named: &named,
        today: run.today,
    };
    let kept = keep::kept(&stands, &rules);
    if !kept.is_empty() {
        run.keeps(work, keep::names(&stands, &kept));
    }
    let going: Vec<&str> = stands
        .iter()
        .map(|one| one.address.as_str())
        .filter(|address| kept.iter().all(|kept| kept.address != *address))
        .collect();
    let mut how = vec!["-destroy".to_owned()];
    // Without anything to aim at an engine would aim at everything.
    if !kept.is_empty() {
        how.extend(going.iter().map(|address| format!("-target={address}")));
    }
    let nothing = going.is_empty() && !kept.is_empty();
    Ok(Way { taken, how: (!nothing).then_some(how), kept })
}

fn words(how: &[String]) -> Vec<&str> {
    how.iter().map(String::as_str).collect()
}

/// Carries out what was planned, and nothing else.
pub(super) fn apply(
    run: &Run<'_>,
    prepared: &Prepared<'_>,
    waited: bool,
) -> Result<(Outcome, String), Fault> {
    let say = |what: &str| run.watcher.step(&prepared.work.step.id, what);
    if prepared.is_empty() {
        hand_on(run, prepared)?;
        return Ok((Outcome::Unchanged, String::new()));
    }
    if waited {
        say("plan again");
        let again = prepared.engine.plan(&words(&prepared.how))?.changes;
        if again.digest != prepared.changes.digest {
            let differences = prepared.changes.differences(&again).join("\n");
            return Err(Fault::new(
                Phase::Approval,
                format!("what was approved is not what would happen now:\n{differences}"),
            )
            .note("look at what changed meanwhile, and run gen apply again"));
        }
    }
    if run.interrupt.came() {
        return Err(Fault::interrupted(Phase::Apply));
    }
    say(run.operation.as_str());
    let said = match prepared.engine.apply() {
        Ok(said) => said,
        Err(fault) => {
            // The failure that is told is the engine's.
            let recorded = prepared.note(run, Kind::Failed, |record| {
                record.failed = Some(fault.phase.as_str().to_owned());
            });
            return Err(match recorded {
                Ok(()) => fault,
                Err(second) => fault.note(format!("and that could not be recorded: {}", second.why)),
            });
        }
    };
    hand_on(run, prepared)?;
    Ok((Outcome::Done, said))
}

/// Keeps what the root hands on, and records that it is done, unless both were done before.
fn hand_on(run: &Run<'_>, prepared: &Prepared<'_>) -> Result<(), Fault> {
    let (work, ledger) = (prepared.work, &prepared.ledger);
    let say = |what: &str| run.watcher.step(&work.step.id, what);
    let failed = |why: String| Fault::new(Phase::Exports, why);
    let known = ledger.exports(&work.step.id.root).map_err(failed)?.unwrap_or(Value::Null);
    let exports = match run.operation {
        Operation::Apply => prepared.engine.exports()?,
        // Without it, what stays here or elsewhere could not be planned any more.
        Operation::Destroy if prepared.taken || !prepared.kept.is_empty() => known.clone(),
        Operation::Destroy => Value::Null,
    };
    if known != exports {
        say("hand on");
        ledger.put_exports(&work.step.id.root, &exports).map_err(failed)?;
    }
    let last = ledger.last_of(&work.step.id.root).map_err(|why| Fault::new(Phase::Record, why))?;
    let open = last.is_some_and(|event| !matches!(event.kind, Kind::Done | Kind::Declined));
    if !prepared.is_empty() || known != exports || open {
        say("record");
        prepared.note(run, Kind::Done, |record| {
            record.exports = Some(canonical_sha256(&exports));
            record.kept.clone_from(&prepared.kept);
        })?;
    }
    Ok(())
}

impl Prepared<'_> {
    /// Appends a record to the chain of the target.
    pub(super) fn note(
        &self,
        run: &Run<'_>,
        kind: Kind,
        fill: impl Fn(&mut StepRecord),
    ) -> Result<(), Fault> {
        let mut record = self.record.clone();
        fill(&mut record);
        let time = (run.now)()
            .ok_or_else(|| Fault::new(Phase::Record, "the clock of this machine was never set"))?;
        let seal = |predecessor: Option<String>| {
            let sealing = Sealing { kind, time, revision: run.revision.clone(), predecessor };
            Event::seal(What::Step(Box::new(record.clone())), &self.work.source, sealing)
        };
        self.ledger.append(&seal).map(drop).map_err(|why| Fault::new(Phase::Record, why))
    }
}

/// What other roots hand on, checked against the contracts.
fn takes(work: &Work<'_>, login: &super::Login) -> Result<BTreeMap<ComponentName, Value>, Fault> {
    let mut found = BTreeMap::new();
    for (name, supplier) in &work.step.takes {
        let failed = |why: String| Fault::new(Phase::Takes, why);
        let prefix = format!("{}/{}", supplier.target.stack, supplier.target.env);
        let place = StatePlace { key: format!("{prefix}/{}.tfstate", supplier.root), ..work.place.clone() };
        let exports = Ledger::beside(&place, login)
            .and_then(|ledger| ledger.exports(&supplier.root))
            .map_err(failed)?;
        let value = exports.as_ref().and_then(|exports| exports.get(name.as_str())).cloned();
        let Some(value) = value else {
            return Err(failed(format!("{supplier} hands on no `{name}` yet")).note(format!(
                "gen apply -s {} -e {} applies it",
                supplier.target.stack, supplier.target.env
            )));
        };
        if let Some(kind) = work.kinds.get(name) {
            gen_core::contract::check(*kind, &value)
                .map_err(|why| failed(format!("what {supplier} hands on as `{name}` does not fit: {why}")))?;
        }
        found.insert(name.clone(), value);
    }
    Ok(found)
}

fn lock(work: &Work<'_>) -> Option<String> {
    let lock = work.files.iter().find(|file| file.path.ends_with("/.terraform.lock.hcl"))?;
    Some(lock.content.digest().to_string())
}

/// Digest over everything that an engine reads of a root.
pub(super) fn tree(work: &Work<'_>, modules: &[Rendered]) -> String {
    let mut lines: Vec<String> = work
        .files
        .iter()
        .chain(modules)
        .map(|file| format!("{} {}\n", file.content.digest(), file.path))
        .collect();
    lines.sort();
    sha256_hex(lines.concat().as_bytes())
}

/// A folder for what must outlive a run.
pub(super) fn state_home() -> Option<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "where a user's programs keep their state (XDG base directories)"
    )]
    let of = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    // A relative one is to be ignored, says the specification.
    of("XDG_STATE_HOME")
        .filter(|home| home.is_absolute())
        .or_else(|| Some(of("HOME")?.join(".local/state")))
        .map(|home| home.join("gen"))
}
