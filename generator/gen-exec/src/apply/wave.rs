//! Wave after wave: the steps of one are planned side by side, shown together, approved together, and carried out side by side.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use gen_core::apply::{Outcome, StepId};
use gen_core::audit::{Kind, Operation};
use gen_core::kind::Rendered;
use gen_core::model::environment::Engine as EngineKind;
use gen_core::model::units::{Date, Timestamp};

use super::ledger::Login;
use super::root::{Prepared, Work, apply, prepare, tree};
use super::{Aws, Fault, Interrupt, Phase, Settings, Workplace};

/// Whoever looks on, and decides.
pub trait Watcher: Sync {
    /// A step does something now.
    fn step(&self, step: &StepId, what: &str);
    /// What an engine said, once it has ended.
    fn log(&self, step: &StepId, title: &str, text: &str);
    /// A step failed; the words are the engine's where it is the engine that failed.
    fn failed(&self, step: &StepId, fault: &Fault);
    /// Whether a wave is to be carried out.
    fn approve(&self, wave: &[&Prepared<'_>]) -> Approval;
}

/// Whether a wave is to be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Approval {
    /// Yes, at once: what was planned is what is carried out.
    Given,
    /// Yes, after somebody took their time: it is planned again, and has to be the same.
    Waited,
    /// No.
    Declined,
}

/// How far a run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// Only look: nothing is locked, recorded or changed.
    Look,
    /// Look at what is to be approved: states are locked meanwhile, and the guard speaks.
    Propose,
    /// Carry it out.
    CarryOut,
}

/// A run of many steps.
pub struct Run<'a> {
    /// Apply or destroy.
    pub operation: Operation,
    /// How far it goes.
    pub aim: Aim,
    /// Digests of the plans that were approved beforehand (SHA-256 in hex), by step; anything else is not carried out.
    pub approved: Option<BTreeMap<String, String>>,
    /// Settings of each engine that is used.
    pub engines: BTreeMap<EngineKind, Settings>,
    /// The private folder.
    pub workplace: &'a Workplace,
    /// Signals.
    pub interrupt: &'a Interrupt,
    /// Whoever looks on.
    pub watcher: &'a dyn Watcher,
    /// Modules in use, with paths from the repository's root.
    pub modules: &'a [Rendered],
    /// The first run of all may make the store that its own state is kept in.
    pub bootstrap: bool,
    /// Accounts that somebody said are the right ones, where the provider cannot be asked.
    pub confirmed: &'a BTreeSet<String>,
    /// At most so many steps at once.
    pub jobs: usize,
    /// Today.
    pub today: Date,
    /// Now.
    pub now: fn() -> Option<Timestamp>,
    /// Commit that the models were read at.
    pub revision: Option<String>,
    /// Address of the run of CI.
    pub ci: Option<String>,
    /// Taken while an engine puts its providers in place: caches of providers are not made for several at once.
    pub providers: Mutex<()>,
    /// Logins by provider and account.
    pub logins: Mutex<BTreeMap<(String, String), Login>>,
    /// Of each root that something stays in: the roots that it takes of, and every text that what stays holds.
    pub kept: Mutex<Vec<(Vec<StepId>, BTreeSet<String>)>>,
}

/// What became of a step.
#[derive(Debug)]
pub struct StepReport {
    /// Which one.
    pub id: StepId,
    /// How it ended.
    pub outcome: Outcome,
    /// What was planned, worst first.
    pub changes: Vec<gen_core::apply::Ranked>,
    /// What is no longer as the state says.
    pub drift: Vec<gen_core::apply::Ranked>,
    /// What may not happen.
    pub barred: Vec<gen_core::apply::Barred>,
    /// Digest of what was planned; none where nothing was, or nothing is to be done.
    pub plan: Option<String>,
    /// What stays although everything was to go.
    pub kept: Vec<gen_core::apply::Kept>,
    /// Why it did not come to its end.
    pub fault: Option<Fault>,
}

impl Run<'_> {
    pub(super) fn settings(&self, engine: EngineKind) -> Result<&Settings, Fault> {
        let missing =
            || Fault::new(Phase::Init, format!("`{}` is not on PATH", engine.program())).note("gen doctor");
        self.engines.get(&engine).ok_or_else(missing)
    }

    /// Whether this very plan was approved beforehand, where that was asked for.
    fn was_approved(&self, one: &Prepared<'_>) -> Result<bool, Fault> {
        let Some(approved) = &self.approved else { return Ok(true) };
        match approved.get(&one.work.step.id.to_string()) {
            None => Ok(false),
            Some(digest) if digest == one.digest() => Ok(true),
            Some(digest) => Err(Fault::new(
                Phase::Approval,
                format!(
                    "what was approved is not what would happen now: plan {digest} and plan {}",
                    one.digest()
                ),
            )
            .note("look at what changed meanwhile: gen apply --plan-only plans again")),
        }
    }

    pub(super) fn tree(&self, work: &Work<'_>) -> String {
        tree(work, self.modules)
    }

    /// What stays in roots that take of this one, in their own words; none if nothing does.
    pub(super) fn named_by_takers(&self, id: &StepId) -> Option<BTreeSet<String>> {
        let kept = self.kept.lock().ok()?;
        let mut takers = kept.iter().filter(|(takes, _)| takes.contains(id)).peekable();
        takers.peek()?;
        Some(takers.flat_map(|(_, names)| names.iter().cloned()).collect())
    }

    /// Something stays in a root: what it stands on elsewhere has to stay as well.
    pub(super) fn keeps(&self, work: &Work<'_>, names: BTreeSet<String>) {
        if let Ok(mut kept) = self.kept.lock() {
            kept.push((work.step.takes.values().cloned().collect(), names));
        }
    }

    /// Puts providers and backend in place.
    pub(super) fn init(&self, engine: &super::engine::Engine<'_>) -> Result<(), Fault> {
        let _turn = self.providers.lock();
        engine.init(&[])
    }

    /// Who is logged in where a step wants to work; asked once for each account, and never the wrong one.
    pub fn login(&self, work: &Work<'_>) -> Result<Login, Fault> {
        let account = work.account.clone().unwrap_or_default();
        let key = (work.provider.name.clone(), account.clone());
        let failed = |why: &str| Fault::new(Phase::Identity, why);
        // Whoever comes second waits for the answer to the first.
        let mut logins = self.logins.lock().map_err(|_| failed("another step broke off"))?;
        if let Some(login) = logins.get(&key) {
            return Ok(login.clone());
        }
        let login = match work.provider.identity {
            gen_core::model::subject::Identity::Sts => {
                let aws = Aws::new(&work.region).map_err(|why| failed(&why))?;
                let caller = aws.caller().map_err(|why| {
                    failed(&format!("nobody is logged in at {}: {why}", work.provider.name))
                        .note("log in, or let CI hand a token over: nothing was asked of the cloud, and nothing was changed")
                })?;
                if caller.account != account {
                    return Err(failed(&format!(
                        "logged in to account {} ({}), and {} belongs to {account}",
                        caller.account, caller.arn, work.step.id
                    ))
                    .note("log in to the right account; nothing but who is logged in was asked, and nothing was changed"));
                }
                Login::Aws { aws: Arc::new(aws), caller }
            }
            gen_core::model::subject::Identity::None if self.confirmed.contains(&account) => {
                Login::Confirmed { account: account.clone() }
            }
            gen_core::model::subject::Identity::None => {
                return Err(failed(&format!(
                    "{} cannot be asked which account its credentials are for, and {} belongs to {account}",
                    work.provider.name, work.step.id
                ))
                .note(format!("look which account that is, and say --confirm-account {account}")));
            }
        };
        logins.insert(key, login.clone());
        Ok(login)
    }
}

/// Carries out all steps. What depends on a step that did not come to its end is not begun; the rest of its wave is.
pub fn carry_out<'a>(run: &'a Run<'a>, works: &'a [Work<'a>], waves: &[Vec<StepId>]) -> Vec<StepReport> {
    let mut reports: Vec<StepReport> = Vec::new();
    let mut stopped: BTreeSet<StepId> = BTreeSet::new();
    let mut differing: BTreeSet<StepId> = BTreeSet::new();
    for wave in waves {
        let ready: Vec<&Work<'_>> = wave
            .iter()
            .filter_map(|id| works.iter().find(|work| work.step.id == *id))
            .filter(|work| {
                let held = waits_for_any(run.operation, work, works, &stopped) || run.interrupt.came();
                if held {
                    stopped.insert(work.step.id.clone());
                    reports.push(StepReport::skipped(work.step.id.clone()));
                }
                !held
            })
            .collect();
        let planned = side_by_side(run.jobs, &ready, |work| prepare(run, work));
        let mut prepared = Vec::new();
        for (work, outcome) in ready.iter().zip(planned) {
            match outcome {
                Ok(planned) => {
                    run.watcher.log(&work.step.id, "plan", &planned.told);
                    prepared.push(planned);
                }
                // What others hand on is known once they are applied.
                Err(fault)
                    if fault.phase == Phase::Takes
                        && waits_for_any(run.operation, work, works, &differing) =>
                {
                    differing.insert(work.step.id.clone());
                    reports.push(StepReport::skipped(work.step.id.clone()));
                }
                Err(fault) => {
                    run.watcher.failed(&work.step.id, &fault);
                    stopped.insert(work.step.id.clone());
                    reports.push(StepReport {
                        fault: Some(fault),
                        ..StepReport::of(work.step.id.clone(), Outcome::Failed)
                    });
                }
            }
        }
        if run.aim != Aim::CarryOut {
            for one in &prepared {
                let outcome = match one.is_empty() {
                    true => Outcome::Unchanged,
                    false if one.barred.is_empty() => Outcome::Differs,
                    false => Outcome::Barred,
                };
                if outcome != Outcome::Unchanged {
                    differing.insert(one.work.step.id.clone());
                }
                reports.push(StepReport::planned(one, outcome));
            }
            continue;
        }
        let (free, barred): (Vec<_>, Vec<_>) = prepared.into_iter().partition(|one| one.barred.is_empty());
        for one in barred {
            // That it is not allowed is what is told; that this could not be recorded changes nothing about it.
            let _ = one.note(run, Kind::Declined, |_| {});
            stopped.insert(one.work.step.id.clone());
            reports.push(StepReport::planned(&one, Outcome::Barred));
        }
        let with_work: Vec<&Prepared<'_>> = free.iter().filter(|one| !one.is_empty()).collect();
        let nobody_asked = with_work.is_empty() || run.interrupt.came();
        let approval = if nobody_asked { Approval::Given } else { run.watcher.approve(&with_work) };
        let applied = side_by_side(run.jobs, &free, |one| {
            if !one.is_empty() && (approval == Approval::Declined || !run.was_approved(one)?) {
                one.note(run, Kind::Declined, |_| {})?;
                return Ok((Outcome::Declined, String::new()));
            }
            apply(run, one, approval == Approval::Waited)
        });
        for (one, outcome) in free.iter().zip(applied) {
            let mut report = StepReport::planned(one, Outcome::Failed);
            match outcome {
                Ok((outcome, said)) => {
                    report.outcome = outcome;
                    if !said.is_empty() {
                        run.watcher.log(&report.id, run.operation.as_str(), &said);
                    }
                }
                Err(fault) => {
                    run.watcher.failed(&report.id, &fault);
                    report.fault = Some(fault);
                }
            }
            if !matches!(report.outcome, Outcome::Done | Outcome::Unchanged) {
                stopped.insert(report.id.clone());
            }
            reports.push(report);
        }
    }
    reports
}

/// Something that has to come before a step did not come to its end: what it takes, and the foundation that it stands on; when things are
/// destroyed, whoever takes of it.
fn waits_for_any(
    operation: Operation,
    work: &Work<'_>,
    works: &[Work<'_>],
    stopped: &BTreeSet<StepId>,
) -> bool {
    let rests_on = |work: &Work<'_>, id: &StepId| {
        let foundation = id.root.starts_with("foundation-") && id.target != work.step.id.target;
        foundation || work.step.takes.values().any(|supplier| supplier == id)
    };
    match operation {
        Operation::Apply => stopped.iter().any(|id| rests_on(work, id)),
        Operation::Destroy => {
            let taking = works.iter().filter(|other| stopped.contains(&other.step.id));
            taking.into_iter().any(|other| rests_on(other, &work.step.id))
        }
    }
}

impl StepReport {
    fn of(id: StepId, outcome: Outcome) -> Self {
        Self {
            id,
            outcome,
            changes: Vec::new(),
            drift: Vec::new(),
            barred: Vec::new(),
            plan: None,
            kept: Vec::new(),
            fault: None,
        }
    }

    fn skipped(id: StepId) -> Self {
        Self::of(id, Outcome::Skipped)
    }

    fn planned(prepared: &Prepared<'_>, outcome: Outcome) -> Self {
        Self {
            changes: prepared.ranked.clone(),
            drift: prepared.drift.clone(),
            barred: prepared.barred.clone(),
            plan: (!prepared.is_empty()).then(|| prepared.digest().to_owned()),
            kept: prepared.kept.clone(),
            ..Self::of(prepared.work.step.id.clone(), outcome)
        }
    }
}

/// Does the same to all, at most so many at once; answers come in the order of the questions.
fn side_by_side<T: Sync, R: Send>(jobs: usize, all: &[T], each: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = Mutex::new(0);
    let answers: Vec<Mutex<Option<R>>> = all.iter().map(|_| Mutex::new(None)).collect();
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, all.len().max(1)) {
            scope.spawn(|| {
                loop {
                    let index = match next.lock() {
                        Ok(mut next) => {
                            *next += 1;
                            *next - 1
                        }
                        Err(_) => return,
                    };
                    let (Some(one), Some(slot)) = (all.get(index), answers.get(index)) else { return };
                    let answer = each(one);
                    if let Ok(mut slot) = slot.lock() {
                        *slot = Some(answer);
                    }
                }
            });
        }
    });
    answers.into_iter().filter_map(|slot| slot.into_inner().ok().flatten()).collect()
}
