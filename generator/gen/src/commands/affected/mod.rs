//! `gen affected`: the targets and roots that a change touches.

mod found;
mod jobs;

use std::fmt::Write as _;
use std::process::ExitCode;

use gen_core::affected::Inventory;
use gen_core::diag::{Diagnostic, Fault};
use gen_exec::git::since::{Since, Trouble};
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{AffectedArgs, Format, Global};
use crate::session::{Session, unknown};
use crate::view::text::{count, pack};

/// What `affected` prints.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// What was compared with, as it was asked.
    pub base: String,
    /// Files that differ and may matter.
    pub files: usize,
    /// Targets that are affected, in the order of stacks and environments.
    pub targets: Vec<TargetDoc>,
    /// Targets that are gone.
    pub removed: Vec<TargetDoc>,
}

/// A target that a change touches.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct TargetDoc {
    /// `stack/environment`.
    pub target: String,
    /// The stack.
    pub stack: String,
    /// The environment.
    pub environment: String,
    /// Its changes need approval; also where its file is gone or at fault.
    pub protected: bool,
    /// Targets of a later wave need what those of earlier ones make: accounts come first.
    pub wave: usize,
    /// Only what it depends on is affected.
    pub dependent: bool,
    /// Its roots; of a target that is gone, those that it had.
    pub roots: Vec<RootDoc>,
    /// Why it is affected.
    pub why: Vec<ReasonDoc>,
}

/// A root.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct RootDoc {
    /// Its name, such as `data-aws`.
    pub name: String,
    /// Its rendered files, or modules that it uses, differ.
    pub changed: bool,
}

/// How a changed file reaches a target.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct ReasonDoc {
    /// The file.
    pub path: String,
    /// How it reaches the target.
    pub how: String,
}

pub(crate) fn run(global: &Global, arguments: &AffectedArgs) -> ExitCode {
    let mut session = Session::empty(global);
    let body = match body(global, arguments) {
        Ok(body) => body,
        Err(fault) => {
            session.diagnostics.push(*fault);
            Body { base: arguments.base.clone(), ..Body::default() }
        }
    };
    let mut human = String::new();
    if session.diagnostics.is_empty() {
        human = if global.format == Format::Matrix {
            if let Some(line) = jobs::matrix(&body) {
                line
            } else {
                session
                    .diagnostics
                    .push(Diagnostic::error(Fault::TooManyJobs).help("ask for a part: --stack or --env"));
                String::new()
            }
        } else {
            text(&body, arguments.why)
        };
    }
    super::finish(global, &mut session, "affected", body, &human, false, false)
}

fn body(global: &Global, arguments: &AffectedArgs) -> Result<Body, Box<Diagnostic>> {
    let said = |trouble| Box::new(explain(&arguments.base, trouble));
    let git = Since::new(&global.chdir).map_err(said)?;
    // Git takes longest: what the targets say is read meanwhile.
    let (changes, inventory) = std::thread::scope(|scope| {
        let changes = scope.spawn(|| git.changes(&arguments.base));
        let inventory = Inventory::read(&global.chdir);
        (changes.join(), inventory)
    });
    let lost = |_| said(Trouble::Failed("it was not waited for".to_owned()));
    let changes = changes.map_err(lost)?.map_err(said)?;
    let in_full = global.format != Format::Human;
    let mut body = found::find(&inventory, &changes, arguments, in_full);
    body.files = changes.len();
    found::removed_roots(&git, &mut body).map_err(said)?;
    select(global, &inventory, &mut body)?;
    Ok(body)
}

/// Keeps what was asked for.
fn select(global: &Global, inventory: &Inventory, body: &mut Body) -> Result<(), Box<Diagnostic>> {
    let removed = || body.removed.iter().map(|target| (target.stack.clone(), target.environment.clone()));
    let known: Vec<(String, String)> =
        inventory.targets().map(|id| (id.stack.to_string(), id.env.to_string())).chain(removed()).collect();
    for (what, wanted, names) in [
        ("stack", &global.stack, known.iter().map(|(stack, _)| stack.as_str()).collect::<Vec<_>>()),
        ("environment", &global.env, known.iter().map(|(_, env)| env.as_str()).collect()),
    ] {
        if let Some(wanted) = wanted.as_ref().filter(|wanted| !names.contains(&wanted.as_str())) {
            let names: std::collections::BTreeSet<&str> = names.into_iter().collect();
            return Err(Box::new(unknown(what, wanted, &names.into_iter().collect::<Vec<_>>())));
        }
    }
    let asked = |target: &TargetDoc| {
        global.stack.as_ref().is_none_or(|stack| *stack == target.stack)
            && global.env.as_ref().is_none_or(|env| *env == target.environment)
    };
    body.targets.retain(asked);
    body.removed.retain(asked);
    Ok(())
}

fn explain(base: &str, trouble: Trouble) -> Diagnostic {
    let fault = Diagnostic::error(Fault::NoHistory);
    match trouble {
        Trouble::NoGit => fault.label("there is no program `git` in PATH").help("install git"),
        Trouble::NoRepository => fault
            .label("this folder is not in a git repository")
            .help("-C names another folder; a change is what git knows of it"),
        Trouble::NoRevision => fault
            .label(format!("nothing is called `{base}` here"))
            .help("fetch it first; in CI: actions/checkout with fetch-depth: 0"),
        Trouble::NoMergeBase => {
            fault.label(format!("`{base}` and HEAD meet nowhere in the history that is here")).help(
                "fetch the whole history: git fetch --unshallow; in CI: actions/checkout with fetch-depth: 0",
            )
        }
        Trouble::Failed(words) => fault.label(words),
    }
}

fn text(body: &Body, why: bool) -> String {
    let mut out = String::new();
    let all = || {
        body.targets
            .iter()
            .map(|target| (target, ""))
            .chain(body.removed.iter().map(|target| (target, "gone")))
    };
    let width = all().map(|(target, _)| target.target.len()).max().unwrap_or_default();
    for (target, gone) in all() {
        let marks: Vec<String> = target
            .roots
            .iter()
            .map(|root| if root.changed { root.name.clone() } else { format!("({})", root.name) })
            .collect();
        let dependent = if target.dependent { "depends" } else { gone };
        let lines = pack(&marks, 76_usize.saturating_sub(width + 9).max(20));
        // Writing to a string cannot fail.
        let line = format!(
            "{:width$}  {dependent:7}  {}",
            target.target,
            lines.first().cloned().unwrap_or_default()
        );
        let _ = writeln!(out, "{}", line.trim_end());
        for line in lines.iter().skip(1) {
            let _ = writeln!(out, "{:1$}{line}", "", width + 11);
        }
        if why {
            for reason in &target.why {
                let _ = writeln!(out, "  {} -> {} -> {}", reason.path, reason.how, target.target);
            }
        }
    }
    let targets = count(body.targets.len(), "target", "targets");
    let files = count(body.files, "file", "files");
    let _ = writeln!(
        out,
        "{}{targets} affected by {files}, {} gone.",
        if out.is_empty() { "" } else { "\n" },
        body.removed.len()
    );
    if all().any(|(target, _)| target.roots.iter().any(|root| !root.changed)) {
        out.push_str("In brackets: roots whose rendered files and modules are as they were.\n");
    }
    out
}
