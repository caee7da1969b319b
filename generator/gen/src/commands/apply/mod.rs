//! `gen apply` and `gen destroy`: brings clouds to what is rendered, or takes it away.

mod document;
mod watch;
mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::Duration;

use gen_core::apply::{Step, StepId, waves};
use gen_core::audit::Operation;
use gen_core::diag::{Diagnostic, Fault};
use gen_core::model::environment::Engine;
use gen_exec::apply::{Interrupt, Outcome, Run, Settings, StepReport, Workplace, carry_out};

use crate::cli::{ApplyArgs, Global};
use crate::session::Session;
use crate::view::apply as view;

use document::StepDoc;
pub(crate) use document::{Body, ChangeDoc, OutcomeDoc};

use watch::Screen;

pub(crate) fn run(global: &Global, arguments: &ApplyArgs, operation: Operation) -> ExitCode {
    let clock = crate::view::Clock::start();
    let mut session = Session::open(global);
    let mut body = Body::default();
    match carry(&mut session, arguments, operation) {
        Ok(reports) => {
            session.diagnostics.extend(reports.iter().flat_map(faults));
            body.steps = reports.iter().map(StepDoc::of).collect();
        }
        Err(fault) => session.diagnostics.extend(fault.map(|fault| *fault)),
    }
    let human = view::render(&body, operation, clock.seconds());
    let changed = body.steps.iter().any(|step| step.outcome == document::OutcomeDoc::Done);
    super::finish(global, &mut session, operation.as_str(), body, &human, changed, false)
}

/// Carries everything out; none where what was found before is reason enough to stop.
fn carry(
    session: &mut Session,
    arguments: &ApplyArgs,
    operation: Operation,
) -> Result<Vec<StepReport>, Option<Box<Diagnostic>>> {
    let today = crate::view::today().ok_or_else(|| failed("the clock of this machine was never set"))?;
    let (seeds, modules) = work::gather(session, today);
    if gen_core::diag::any_error(&session.diagnostics) {
        return Err(None);
    }
    let works = work::works(&session.repository, &seeds);
    let steps: Vec<Step> = works.iter().map(|work| work.step.clone()).collect();
    let mut order: Vec<Vec<StepId>> = waves(&steps).map_err(|why| failed(&why))?;
    if operation == Operation::Destroy {
        order.reverse();
    }
    let interrupt =
        Interrupt::watch().map_err(|error| failed(&format!("signals cannot be watched: {error}")))?;
    let workplace =
        Workplace::new().map_err(|error| failed(&format!("no private folder can be made: {error}")))?;
    for file in &modules {
        workplace
            .put(&file.path, file.content.bytes())
            .map_err(|error| failed(&format!("{}: {error}", workplace.path().display())))?;
    }
    let engines = engines(works.iter().map(|work| work.engine), arguments).map_err(|why| failed(&why))?;
    let confirmed: BTreeSet<String> = arguments.confirm_account.iter().cloned().collect();
    let screen = Screen::new(arguments, operation);
    let run = Run {
        operation,
        engines,
        workplace: &workplace,
        interrupt: &interrupt,
        watcher: &screen,
        modules: &modules,
        bootstrap: arguments.bootstrap,
        confirmed: &confirmed,
        jobs: usize::from(arguments.parallelism),
        today,
        now: crate::view::now,
        revision: revision(&session.root),
        ci: arguments.run_url.clone(),
        logins: Mutex::default(),
    };
    let reports = carry_out(&run, &works, &order);
    screen.finish();
    if reports.iter().any(|report| report.fault.as_ref().is_some_and(|fault| fault.unsaved.is_some())) {
        // A state lies in there that is nowhere else.
        workplace.keep();
    }
    Ok(reports)
}

fn failed(why: &str) -> Option<Box<Diagnostic>> {
    Some(Box::new(Diagnostic::error(Fault::StepFailed).label(why)))
}

fn engines(
    used: impl Iterator<Item = Engine>,
    arguments: &ApplyArgs,
) -> Result<BTreeMap<Engine, Settings>, String> {
    // An engine runs in the root: a folder that is named from here would be sought there.
    let plugins = arguments.plugin_dir.as_deref().map(Path::canonicalize).transpose();
    let plugins = plugins.map_err(|error| format!("--plugin-dir: {error}"))?;
    let used: BTreeSet<Engine> = used.collect();
    let program = |engine: Engine| if engine == Engine::Opentofu { "tofu" } else { "terraform" };
    let found = used.into_iter().filter_map(|engine| {
        let settings = Settings {
            program: gen_exec::run::find(program(engine))?,
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
        if let Some(state) = &fault.unsaved {
            diagnostic = diagnostic.help(format!(
                "the state is nowhere but in {}: run `gen apply` again only after `terraform state push` took it",
                state.display()
            ));
        }
        found.push(diagnostic);
    }
    found
}
