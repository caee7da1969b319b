//! `gen promote`: into an environment goes what another one runs, the same commit and the same images. Nothing is built again.

use std::process::ExitCode;

use gen_core::between::between;
use gen_core::diag::{Diagnostic, Fault, any_error};
use gen_core::model::names::{EnvName, Revision, WorkloadName};
use gen_core::model::units::FormatVersion;
use gen_core::model::waiver::Release;
use gen_core::resolve::TargetId;
use gen_exec::git::Git;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{Global, PromoteArgs};
use crate::release::{self, ReleaseDoc};
use crate::session::Session;
use crate::view::between as view;
use crate::walk::TargetState;

use super::between::{BetweenDoc, Seen, environment, see, stack};

/// What `promote` prints.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// The environment that is promoted to, `stack/environment`.
    pub target: String,
    /// The file of its release.
    pub file: String,
    /// It was written.
    pub written: bool,
    /// What it runs from now on; none if nothing can be promoted.
    pub release: Option<ReleaseDoc>,
    /// What it ran before; none for the first release.
    pub previous: Option<ReleaseDoc>,
    /// How many commits the new release has that the one before lacks.
    pub ahead: Option<usize>,
    /// How many commits it lacks that the one before has.
    pub behind: Option<usize>,
    /// How many commits HEAD has that the new release lacks.
    pub behind_head: Option<usize>,
    /// What changes for the environment; none for the first release.
    pub changes: Option<BetweenDoc>,
}

/// Why nothing is promoted; none where what the session found is reason enough.
type Stopped = Option<Box<Diagnostic>>;

pub(crate) fn run(global: &Global, arguments: &PromoteArgs) -> ExitCode {
    let mut session = Session::open_at(global.chdir.clone(), None, global.stack.as_deref(), None);
    let (body, human, differs) = match promote(&mut session, global, arguments) {
        Ok(body) => {
            let human = view::promote(&body, arguments.dry_run);
            let differs = body.release != body.previous;
            (body, human, differs)
        }
        Err(fault) => {
            session.diagnostics.extend(fault.map(|fault| *fault));
            (Body::default(), String::new(), false)
        }
    };
    super::finish(global, &mut session, "promote", body, &human, differs, false)
}

fn promote(session: &mut Session, global: &Global, arguments: &PromoteArgs) -> Result<Body, Stopped> {
    let stack = stack(session, global)?;
    let to = environment(session, &stack, &arguments.to)?;
    let git = release::git(&session.root)?;
    let old = release::of(&session.repository, &to).cloned();
    let new = match &arguments.revision {
        Some(revision) => way_back(session, &git, &to, old.as_ref(), revision, arguments)?,
        None => way_on(session, &git, &to, arguments)?,
    };
    let file = release::path(&to);
    let head = release::head(&git)?;
    let failed = |why: String| Box::new(not(&to, why));
    let mut body = Body {
        target: to.to_string(),
        behind_head: Some(git.ahead(&new.revision, &head).map_err(failed)?),
        release: Some(ReleaseDoc::of(&new)),
        previous: old.as_ref().map(ReleaseDoc::of),
        file,
        ..Body::default()
    };
    let there = judged(session, &git, &to, &new)?;
    // What cannot be read any more is no reason to keep it.
    let before = old.as_ref().and_then(|old| Some((release::commit(&git, &to, &old.revision).ok()?, old)));
    if let Some((before, old)) = before {
        let (ahead, behind) = (git.ahead(&before, &new.revision), git.ahead(&new.revision, &before));
        (body.ahead, body.behind) = (Some(ahead.map_err(failed)?), Some(behind.map_err(failed)?));
        if new.back_from.is_none() && body.ahead == Some(0) && body.behind != Some(0) {
            let (present, wanted) = (before.short(), new.revision.short());
            let fault = not(&to, format!("it runs {present} already, which is newer than {wanted}"));
            return Err(Some(Box::new(
                fault.help(format!("to go back: gen promote --to {} --revision COMMIT", to.env)),
            )));
        }
        let here = read(&git, &to, &Release { revision: before, ..old.clone() }).ok();
        let here = here.and_then(|(_, seen)| seen);
        body.changes = here.map(|here| BetweenDoc::of(between(&here.side, &there.side)));
    }
    if !arguments.dry_run && old.as_ref() != Some(&new) {
        let known = session.repository.texts.get(body.file.as_str()).map(|text| text.as_bytes());
        let fault = gen_exec::write::change(&session.root, &body.file, known, new.text().as_bytes());
        if fault.is_some() {
            return Err(fault);
        }
        body.written = true;
    }
    Ok(body)
}

/// What another environment runs; where none stands below, HEAD and what was built of it.
fn way_on(session: &Session, git: &Git, to: &TargetId, arguments: &PromoteArgs) -> Result<Release, Stopped> {
    let evidence = arguments.evidence.clone();
    let version = FormatVersion;
    let Some(from) = &arguments.from else {
        if let Some(below) = below(session, to) {
            let fault = not(to, format!("`{below}` stands below it: what is to run here has run there"));
            return Err(Some(Box::new(fault.help(format!("--from {below}")))));
        }
        let images = arguments.images.iter().map(|(name, digest)| {
            let name = WorkloadName::parse(name).map_err(|error| not(to, error.to_string()));
            Ok((name.map_err(Box::new)?, digest.clone()))
        });
        let images = images.collect::<Result<_, Box<Diagnostic>>>()?;
        let revision = committed(git, to)?;
        return Ok(Release { version, revision, images, from: None, evidence, back_from: None });
    };
    let from = environment(session, &to.stack, from)?;
    let tier = |id: &TargetId| {
        let env = session.repository.stacks.get(&id.stack).and_then(|files| files.environments.get(&id.env));
        env.map(|file| file.value.tier)
    };
    // A file with faults is named by them.
    let (Some(lower), Some(higher)) = (tier(&from), tier(to)) else { return Err(None) };
    if from == *to || lower > higher {
        let why = if from == *to {
            "it is the same environment".to_owned()
        } else {
            format!("`{}` is {}, and `{}` is {}", from.env, lower.as_str(), to.env, higher.as_str())
        };
        let fault = not(to, why).help("the way is development, staging, production");
        return Err(Some(Box::new(fault)));
    }
    let name = Some(from.env.clone());
    if let Some(release) = release::of(&session.repository, &from) {
        let revision = release::commit(git, &from, &release.revision)?;
        let images = release.images.clone();
        return Ok(Release { version, revision, images, from: name, evidence, back_from: None });
    }
    let env = session.repository.stacks.get(&from.stack).and_then(|files| files.environments.get(&from.env));
    if env.is_some_and(|env| env.value.is_protected()) {
        let fault = not(to, format!("`{}` is protected, and has no release", from.env));
        return Err(Some(Box::new(fault.help(format!("promote to it first: --to {}", from.env)))));
    }
    let images = std::collections::BTreeMap::new();
    Ok(Release { version, revision: committed(git, to)?, images, from: name, evidence, back_from: None })
}

/// An environment of the stack that stands below another, and runs.
fn below(session: &Session, to: &TargetId) -> Option<EnvName> {
    let environments = &session.repository.stacks.get(&to.stack)?.environments;
    let tier = environments.get(&to.env)?.value.tier;
    let below = environments.iter().filter(|(_, env)| env.value.tier < tier && !env.value.planned);
    below.max_by_key(|(_, env)| env.value.tier).map(|(name, _)| name.clone())
}

/// What the environment ran before, with the images of back then.
fn way_back(
    session: &Session,
    git: &Git,
    to: &TargetId,
    old: Option<&Release>,
    name: &str,
    arguments: &PromoteArgs,
) -> Result<Release, Stopped> {
    let failed = |why: String| Some(Box::new(not(to, why)));
    let Some(old) = old else {
        return Err(failed("it has no release yet, so there is no way back".to_owned()));
    };
    let Some(revision) = git.commit(name).map_err(failed)? else {
        return Err(failed(format!("commit {name} is not in this repository")));
    };
    let present = release::commit(git, to, &old.revision)?;
    if revision == present || !git.is_ancestor(&revision, &present).map_err(failed)? {
        return Err(failed(format!("{} is not before {}, which it runs", revision.short(), present.short())));
    }
    for text in git.versions(&release::path(to)).map_err(failed)? {
        let Some(earlier) = release::parse(&session.repository, to, &text) else { continue };
        if git.commit(earlier.revision.as_str()).map_err(failed)?.as_ref() == Some(&revision) {
            let evidence = arguments.evidence.clone();
            return Ok(Release { revision, evidence, back_from: Some(present), ..earlier });
        }
    }
    let fault = not(to, format!("it never ran {}", revision.short()));
    Err(Some(Box::new(fault.help(format!("git log --patch {} shows what it ran", release::path(to))))))
}

/// HEAD, where everything that is rendered and applied is committed.
fn committed(git: &Git, to: &TargetId) -> Result<Revision, Stopped> {
    let failed = |why: String| Some(Box::new(not(to, why)));
    let changed = git.uncommitted().map_err(failed)?;
    if let Some(first) = changed.first() {
        let fault = not(to, format!("{first} is not committed, and {} in all", changed.len()));
        return Err(Some(Box::new(fault.help("commit it: a release is a commit"))));
    }
    Ok(release::head(git)?)
}

/// The environment with a release: proven, and rendered as it was committed. If not, the session becomes the one that found why.
fn judged(session: &mut Session, git: &Git, id: &TargetId, release: &Release) -> Result<Seen, Stopped> {
    let (mut opened, seen) = read(git, id, release)?;
    let at = release.revision.short();
    match &seen {
        Some(seen) if seen.state == TargetState::Planned => {
            opened.diagnostics.push(not(id, format!("it is planned, and refused as yet, at {at}")));
        }
        Some(seen) if seen.stale => {
            let fault = Diagnostic::error(Fault::NotGenerated).target(id.to_string());
            opened
                .diagnostics
                .push(fault.label(format!("at {at}")).help("gen generate, commit, and promote that"));
        }
        _ => {}
    }
    match seen {
        Some(seen) if !any_error(&opened.diagnostics) => Ok(seen),
        _ => {
            *session = opened;
            Err(None)
        }
    }
}

/// The environment as it is with a release.
fn read(git: &Git, id: &TargetId, release: &Release) -> Result<(Session, Option<Seen>), Box<Diagnostic>> {
    let opened = release::open(git, id, &release.revision, release, &release.text());
    let mut opened = opened.map_err(|why| not(id, why))?;
    let seen = see(&mut opened);
    Ok((opened, seen))
}

fn not(to: &TargetId, why: impl Into<String>) -> Diagnostic {
    Diagnostic::error(Fault::NotPromoted).label(why).target(to.to_string())
}
