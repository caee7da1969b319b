//! `gen diff A..B`: what differs between two environments of a stack, as meaning. Each is read as it is released, else as it lies here.

use std::process::ExitCode;

use gen_core::between::between;
use gen_core::diag::{Diagnostic, Fault, any_error};
use gen_core::resolve::TargetId;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{DiffArgs, Global};
use crate::release::{self, ReleaseDoc};
use crate::session::Session;
use crate::view::between as view;

use super::between::{BetweenDoc, Seen, environment, see, stack};

/// What `diff` prints.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// The first environment, `stack/environment`.
    pub from: String,
    /// The second.
    pub to: String,
    /// What each of them runs.
    pub release: Releases,
    /// Everything else that differs.
    #[serde(flatten)]
    pub between: BetweenDoc,
    /// Both run the same commit and the same images, and all their code is the same.
    pub configuration_alone: bool,
}

/// What two environments run.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Releases {
    /// The release of the first; none for one that is read as it lies here.
    pub from: Option<ReleaseDoc>,
    /// The release of the second.
    pub to: Option<ReleaseDoc>,
    /// How many commits the second has that the first lacks; none unless both are released.
    pub ahead: Option<usize>,
    /// How many commits the second lacks that the first has.
    pub behind: Option<usize>,
}

impl Releases {
    /// The same commit and the same images.
    fn is_same(&self) -> bool {
        match (&self.from, &self.to) {
            (Some(from), Some(to)) => {
                self.ahead == Some(0) && self.behind == Some(0) && from.images == to.images
            }
            (from, to) => from.is_none() && to.is_none(),
        }
    }
}

pub(crate) fn run(global: &Global, arguments: &DiffArgs) -> ExitCode {
    let mut session = Session::open_at(global.chdir.clone(), None, global.stack.as_deref(), None);
    let fails = arguments.detailed_exitcode;
    match compare(&mut session, global, arguments) {
        Ok(body) => {
            let human = view::diff(&body);
            let differs = !(body.between.is_empty() && body.release.is_same());
            super::finish(global, &mut session, "diff", body, &human, differs, fails)
        }
        Err(fault) => {
            session.diagnostics.extend(fault.map(|fault| *fault));
            super::finish(global, &mut session, "diff", Body::default(), "", false, fails)
        }
    }
}

fn compare(session: &mut Session, global: &Global, arguments: &DiffArgs) -> Result<Body, Stopped> {
    let (from, to) = &arguments.between;
    let stack = stack(session, global)?;
    let (from, to) = (environment(session, &stack, from)?, environment(session, &stack, to)?);
    if from == to {
        return Err(Some(Box::new(
            Diagnostic::error(Fault::UnknownName).label("two environments are compared"),
        )));
    }
    let release = releases(session, &from, &to)?;
    let (here, there) = (side(session, &from)?, side(session, &to)?);
    let between = BetweenDoc::of(between(&here.side, &there.side));
    let configuration_alone = release.is_same() && between.is_same_code();
    Ok(Body { from: from.to_string(), to: to.to_string(), release, between, configuration_alone })
}

/// A target as it is released, else as it lies here. If it has faults, the session becomes the one that found them.
fn side(session: &mut Session, id: &TargetId) -> Result<Seen, Stopped> {
    let mut opened = match release::of(&session.repository, id) {
        None => {
            let (stack, env) = (id.stack.as_str(), id.env.as_str());
            Session::open_at(session.root.clone(), None, Some(stack), Some(env))
        }
        Some(release) => {
            let git = release::git(&session.root)?;
            let commit = release::commit(&git, id, &release.revision)?;
            release::open(&git, id, &commit, release, &release.text()).map_err(|why| failed(id, &why))?
        }
    };
    let seen = see(&mut opened);
    match seen {
        Some(seen) if !any_error(&opened.diagnostics) => Ok(seen),
        _ => {
            *session = opened;
            Err(None)
        }
    }
}

fn releases(session: &Session, from: &TargetId, to: &TargetId) -> Result<Releases, Stopped> {
    let (here, there) = (release::of(&session.repository, from), release::of(&session.repository, to));
    let mut found =
        Releases { from: here.map(ReleaseDoc::of), to: there.map(ReleaseDoc::of), ..Releases::default() };
    if let (Some(here), Some(there)) = (here, there) {
        let git = release::git(&session.root)?;
        let (old, new) =
            (release::commit(&git, from, &here.revision)?, release::commit(&git, to, &there.revision)?);
        let ahead = |old, new| git.ahead(old, new).map_err(|why| failed(to, &why));
        (found.ahead, found.behind) = (Some(ahead(&old, &new)?), Some(ahead(&new, &old)?));
    }
    Ok(found)
}

fn failed(id: &TargetId, why: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(Fault::NotReleased).label(why).target(id.to_string()))
}

/// Why there is no answer; none where what the session found is reason enough.
type Stopped = Option<Box<Diagnostic>>;
