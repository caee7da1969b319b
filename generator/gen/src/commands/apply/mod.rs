//! `gen apply`, `gen destroy`, `gen drift`: clouds beside what is rendered, and what is done about it.

pub(crate) mod audit;
mod document;
pub(crate) mod exports;
mod release;
mod removed;
pub(crate) mod unlock;
mod watch;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Duration;

use gen_core::apply::{Outcome, Step, StepId, waves};
use gen_core::audit::Operation;
use gen_core::diag::{Diagnostic, Fault};
use gen_core::kind::Rendered;
use gen_core::model::environment::Engine;
use gen_exec::apply::{Aim, Interrupt, Run, Settings, StepReport, Watcher, Work, Workplace, carry_out};

use crate::cli::{ApplyArgs, DestroyArgs, DriftArgs, EngineArgs, Global};
use crate::session::Session;
use crate::view::apply as view;

pub(crate) use document::{Body, ChangeDoc, StepDoc};

use watch::Screen;

/// How a run goes about it.
struct Way {
    operation: Operation,
    /// How far.
    aim: Aim,
    /// Plans that were approved, by root.
    approved: Option<BTreeMap<String, String>>,
    auto_approve: bool,
    bootstrap: bool,
    run_url: Option<String>,
}

impl Way {
    /// Nothing is changed.
    fn looking() -> Self {
        Self {
            operation: Operation::Apply,
            aim: Aim::Look,
            approved: None,
            auto_approve: false,
            bootstrap: false,
            run_url: None,
        }
    }
}

pub(crate) fn apply(global: &Global, arguments: &ApplyArgs) -> ExitCode {
    let way = Way {
        operation: Operation::Apply,
        aim: if arguments.plan_only { Aim::Propose } else { Aim::CarryOut },
        approved: arguments.approved.clone().map(|plans| plans.into_iter().collect()),
        // Where plans were approved, nobody is asked; which they are is looked at root by root.
        auto_approve: arguments.auto_approve || arguments.approved.is_some(),
        bootstrap: arguments.bootstrap,
        run_url: arguments.run_url.clone(),
    };
    run(global, "apply", &way, &arguments.engine, arguments.detailed_exitcode)
}

pub(crate) fn destroy(global: &Global, arguments: &DestroyArgs) -> ExitCode {
    if global.stack.is_none() || global.env.is_none() {
        let mut session = Session::empty(global);
        let fault = Diagnostic::error(Fault::NotApproved).label("one environment is destroyed at a time");
        session.diagnostics.push(fault.help("say which: -s STACK -e ENV"));
        return super::finish(global, &mut session, "destroy", Body::default(), "", false, false);
    }
    let way = Way {
        operation: Operation::Destroy,
        aim: Aim::CarryOut,
        approved: None,
        auto_approve: arguments.auto_approve,
        bootstrap: false,
        run_url: arguments.run_url.clone(),
    };
    run(global, "destroy", &way, &arguments.engine, false)
}

pub(crate) fn drift(global: &Global, arguments: &DriftArgs) -> ExitCode {
    run(global, "drift", &Way::looking(), &arguments.engine, arguments.detailed_exitcode)
}

fn run(
    global: &Global,
    command: &'static str,
    way: &Way,
    engine: &EngineArgs,
    differences_fail: bool,
) -> ExitCode {
    let clock = crate::view::Clock::start();
    let removed = (way.operation == Operation::Destroy).then(|| removed::open(global)).flatten();
    let mut session = removed.unwrap_or_else(|| release::open(global));
    let mut body = Body { steps: go(&mut session, way, engine), approval: None };
    if way.aim == Aim::Propose {
        body.approval = Some(body.approval());
    }
    let human = match way.aim {
        Aim::Look => view::drift(&body, clock.seconds()),
        Aim::Propose => view::proposal(&body, clock.seconds()),
        Aim::CarryOut => view::render(&body, way.operation, clock.seconds()),
    };
    let changed = |step: &StepDoc| matches!(step.outcome, Outcome::Done | Outcome::Differs);
    let differs = body.steps.iter().any(changed);
    super::finish(global, &mut session, command, body, &human, differs, differences_fail)
}

/// What engines would do, by root: read only, without a lock.
pub(crate) fn live(session: &mut Session, engine: &EngineArgs) -> Vec<StepDoc> {
    go(session, &Way::looking(), engine)
}

/// Goes about all roots of the selected targets; why something did not come to its end is among the session's diagnostics.
fn go(session: &mut Session, way: &Way, engine: &EngineArgs) -> Vec<StepDoc> {
    let need =
        if way.operation == Operation::Apply && way.aim != Aim::Look { Need::Rendered } else { Need::Place };
    let carried = ready(session, engine, need, |desk| {
        let screen = Screen::new(way.auto_approve, engine.engine_output, way.operation);
        let steps: Vec<Step> = desk.works.iter().map(|work| work.step.clone()).collect();
        let mut order: Vec<Vec<StepId>> = waves(&steps).map_err(|why| failed(&why))?;
        if way.operation == Operation::Destroy {
            order.reverse();
        }
        let run = desk.run(way, &screen);
        let reports = carry_out(&run, desk.works, &order);
        screen.finish();
        Ok((reports, desk.interrupt.came()))
    });
    match carried {
        Ok((reports, interrupted)) => {
            session.diagnostics.extend(reports.iter().flat_map(faults));
            let told = session.diagnostics.iter().any(|found| found.fault == Fault::Stopped);
            let settled = [Outcome::Done, Outcome::Unchanged, Outcome::Differs];
            let open = reports.iter().any(|report| !settled.contains(&report.outcome));
            if interrupted && open && !told {
                session
                    .diagnostics
                    .push(Diagnostic::error(Fault::Stopped).label("what had not begun was not begun"));
            }
            reports.iter().map(StepDoc::of).collect()
        }
        Err(fault) => {
            session.diagnostics.extend(fault.map(|fault| *fault));
            Vec::new()
        }
    }
}

/// What has to be in order before a command begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    /// Everything: what is rendered is what is on disk, and its evidence is recent.
    Rendered,
    /// It is known where states are: nothing keeps people from looking, lifting a lock or taking something away.
    Place,
}

/// Everything that a run stands on.
struct Desk<'a> {
    works: &'a [Work<'a>],
    modules: &'a [Rendered],
    workplace: &'a Workplace,
    interrupt: &'a Interrupt,
    engines: BTreeMap<Engine, Settings>,
    confirmed: &'a BTreeSet<String>,
    jobs: usize,
    today: gen_core::model::units::Date,
    revision: Option<String>,
}

impl<'a> Desk<'a> {
    fn run(&self, way: &Way, watcher: &'a dyn Watcher) -> Run<'a> {
        Run {
            operation: way.operation,
            aim: way.aim,
            approved: way.approved.clone(),
            engines: self.engines.clone(),
            workplace: self.workplace,
            interrupt: self.interrupt,
            watcher,
            modules: self.modules,
            bootstrap: way.bootstrap,
            confirmed: self.confirmed,
            jobs: self.jobs,
            today: self.today,
            now: crate::view::now,
            revision: self.revision.clone(),
            ci: way.run_url.clone(),
            providers: Mutex::default(),
            logins: Mutex::default(),
            kept: Mutex::default(),
        }
    }
}

/// Why nothing was done; none where what was found before is reason enough.
type NotDone = Option<Box<Diagnostic>>;

/// Makes everything ready for the roots of the selected targets, and removes it afterwards.
fn ready<T>(
    session: &mut Session,
    engine: &EngineArgs,
    need: Need,
    work: impl FnOnce(&Desk<'_>) -> Result<T, NotDone>,
) -> Result<T, NotDone> {
    let today = crate::view::today().ok_or_else(|| failed("the clock of this machine was never set"))?;
    let (seeds, modules) = work::gather(session, today, need);
    if gen_core::diag::any_error(&session.diagnostics) {
        return Err(None);
    }
    let works = work::works(&session.repository, &seeds);
    let interrupt =
        Interrupt::watch().map_err(|error| failed(&format!("signals cannot be watched: {error}")))?;
    let workplace =
        Workplace::new().map_err(|error| failed(&format!("no private folder can be made: {error}")))?;
    for file in &modules {
        let put = workplace.put(&file.path, file.content.bytes());
        put.map_err(|error| failed(&format!("{}: {error}", workplace.path().display())))?;
    }
    let confirmed: BTreeSet<String> = engine.confirm_account.iter().cloned().collect();
    let desk = Desk {
        engines: engines(works.iter().map(|work| work.engine), engine).map_err(|why| failed(&why))?,
        works: &works,
        modules: &modules,
        workplace: &workplace,
        interrupt: &interrupt,
        confirmed: &confirmed,
        jobs: usize::from(engine.parallelism),
        today,
        revision: release::revision(session).or_else(|| revision(&session.root)),
    };
    work(&desk)
}

#[expect(clippy::unnecessary_wraps, reason = "it is what commands end with")]
fn failed(why: &str) -> NotDone {
    Some(Box::new(Diagnostic::error(Fault::StepFailed).label(why)))
}

fn engines(
    used: impl Iterator<Item = Engine>,
    arguments: &EngineArgs,
) -> Result<BTreeMap<Engine, Settings>, String> {
    // An engine runs in the root: a folder that is named from here would be sought there.
    let plugins = arguments.plugin_dir.as_deref().map(Path::canonicalize).transpose();
    let plugins = plugins.map_err(|error| format!("--plugin-dir: {error}"))?;
    let used: BTreeSet<Engine> = used.collect();
    let found = used.into_iter().filter_map(|engine| {
        let settings = Settings {
            program: gen_exec::run::find(engine.program())?,
            plugins: plugins.clone(),
            lock_timeout: Duration::from_secs(arguments.lock_timeout),
        };
        Some((engine, settings))
    });
    Ok(found.collect())
}

/// The commit that is applied; none where what is applied is not committed.
fn revision(root: &Path) -> Option<String> {
    let git = gen_exec::run::find("git")?;
    let ask = |arguments: &[&str]| {
        let said = gen_exec::run::run(&git, arguments, root, &[], Duration::from_secs(30)).ok()?;
        said.ok().then_some(said.stdout)
    };
    let changed = ask(&["status", "--porcelain", "--", "stacks", "profiles", "templates", "terraform-out"])?;
    let head = ask(&["rev-parse", "HEAD"])?;
    changed.trim().is_empty().then(|| head.trim().to_owned())
}

/// The errors in what an engine said, without the places in rendered files; anything else as it is.
fn told(why: &str) -> String {
    let lines: Vec<&str> = why.lines().map(|line| line.trim_start_matches(['│', '╷', '╵', ' '])).collect();
    let errors = lines.iter().filter_map(|line| line.strip_prefix("Error: "));
    let errors: Vec<&str> = errors.collect();
    match errors.as_slice() {
        [] => lines.join("\n"),
        few if few.len() <= 5 => few.join("; "),
        many => format!(
            "{}; and {} more errors",
            many.iter().take(5).copied().collect::<Vec<_>>().join("; "),
            many.len() - 5
        ),
    }
}

/// What is to be said about a step.
fn faults(report: &StepReport) -> Vec<Diagnostic> {
    let target = report.id.target.to_string();
    let mut found = Vec::new();
    for barred in &report.barred {
        found.push(
            Diagnostic::error(Fault::StepBarred)
                .label(format!("{}: {}: {}", report.id.root, barred.address, barred.why))
                .help(barred.help.clone())
                .target(target.clone()),
        );
    }
    if report.outcome == Outcome::Declined {
        let fault = Diagnostic::error(Fault::NotApproved).label(report.id.root.clone());
        found.push(fault.target(target.clone()));
    }
    if let Some(fault) = &report.fault {
        let kind = if fault.interrupted { Fault::Stopped } else { Fault::StepFailed };
        let mut diagnostic = Diagnostic::error(kind)
            .label(format!("{}, {}: {}", report.id.root, fault.phase.as_str(), told(&fault.why)))
            .target(target);
        for help in &fault.help {
            diagnostic = diagnostic.help(help.clone());
        }
        if let Some(holder) = &fault.holder {
            diagnostic = diagnostic.help(format!(
                "{} holds it since {}, for {}; to lift it: gen unlock {} --id {}",
                holder.who, holder.created, holder.operation, report.id.root, holder.id
            ));
        }
        if let Some(state) = &fault.unsaved {
            diagnostic = diagnostic.help(format!(
                "the state is nowhere but in {}: the next run puts it away if it fits, and goes no further otherwise",
                state.display()
            ));
        }
        found.push(diagnostic);
    }
    found
}
