//! Releases: the commit that an environment runs, laid out in a private folder and read from there.

use std::path::Path;

use gen_core::diag::{Diagnostic, Fault, Place, Route};
use gen_core::load::{Repository, reread};
use gen_core::model::names::Revision;
use gen_core::model::waiver::Release;
use gen_core::resolve::{TargetId, release_fits};
use gen_exec::apply::Workplace;
use gen_exec::git::Git;
use schemars::JsonSchema;
use serde::Serialize;

use crate::session::Session;

/// A release, as documents tell of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct ReleaseDoc {
    /// The commit.
    pub revision: String,
    /// Environment that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The later commit that it took the place of, where it is the way back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub back_from: Option<String>,
    /// Image digests by workload.
    pub images: std::collections::BTreeMap<String, String>,
    /// What it rests on.
    pub evidence: Vec<String>,
}

impl ReleaseDoc {
    pub(crate) fn of(release: &Release) -> Self {
        let images = release.images.iter().map(|(name, digest)| (name.to_string(), digest.clone()));
        Self {
            revision: release.revision.to_string(),
            from: release.from.as_ref().map(ToString::to_string),
            back_from: release.back_from.as_ref().map(ToString::to_string),
            images: images.collect(),
            evidence: release.evidence.clone(),
        }
    }
}

/// The file that says what an environment runs.
pub(crate) fn path(id: &TargetId) -> String {
    format!("stacks/{}/releases/{}.yaml", id.stack, id.env)
}

/// The release of an environment, as it was read.
pub(crate) fn of<'a>(repository: &'a Repository, id: &TargetId) -> Option<&'a Release> {
    repository.stacks.get(&id.stack)?.releases.get(&id.env).map(|file| &file.value)
}

/// What a text of the file of a release says; none if it has faults.
pub(crate) fn parse(repository: &Repository, id: &TargetId, text: &str) -> Option<Release> {
    let mut changed = repository.clone();
    reread(&mut changed, &path(id), text).is_empty().then(|| of(&changed, id).cloned()).flatten()
}

/// A commit in a private folder, which goes with it.
pub(crate) struct LaidOut {
    /// The commit.
    pub revision: Revision,
    /// It is the way back from a later one.
    pub is_back: bool,
    workplace: Workplace,
}

/// The folder in the private one.
const TREE: &str = "tree";

impl LaidOut {
    pub(crate) fn new(git: &Git, commit: &Revision, is_back: bool) -> Result<Self, String> {
        let workplace =
            Workplace::new().map_err(|error| format!("no private folder can be made: {error}"))?;
        git.lay_out(commit, &workplace.path().join(TREE))?;
        Ok(Self { revision: commit.clone(), is_back, workplace })
    }

    /// Reads one target of it.
    pub(crate) fn open(self, id: &TargetId) -> Session {
        let root = self.workplace.path().join(TREE);
        Session::open_at(root, Some(self), Some(id.stack.as_str()), Some(id.env.as_str()))
    }
}

/// Reads a target as its release says: the content of that commit, with this file of the release in the place of its own.
pub(crate) fn open(
    git: &Git,
    id: &TargetId,
    commit: &Revision,
    release: &Release,
    text: &str,
) -> Result<Session, String> {
    let laid_out = LaidOut::new(git, commit, release.back_from.is_some())?;
    // The commit cannot name itself: its own file of the release, if it has one, is an earlier one.
    let put = laid_out.workplace.replace(&format!("{TREE}/{}", path(id)), text.as_bytes());
    put.map_err(|error| format!("{}: {error}", path(id)))?;
    let mut session = laid_out.open(id);
    let files = session.repository.stacks.get(&id.stack);
    let found =
        files.and_then(|files| Some(release_fits(files.stack.as_ref()?, files.releases.get(&id.env)?)));
    session.diagnostics.extend(found.unwrap_or_default());
    Ok(session)
}

/// The commit that a release names, if it is one that HEAD stands on.
pub(crate) fn commit(git: &Git, id: &TargetId, revision: &Revision) -> Result<Revision, Box<Diagnostic>> {
    let fault = |label: String| {
        let place = Place::value(path(id), Route::keys(["revision"]));
        Diagnostic::error(Fault::NotReleased).at(place).label(label).target(id.to_string())
    };
    let failed = |why: String| Box::new(fault(why));
    let Some(commit) = git.commit(revision.as_str()).map_err(failed)? else {
        let fault = fault(format!("commit {} is not in this repository", revision.short()));
        return Err(Box::new(fault.help("git fetch; in a shallow clone, git fetch --unshallow")));
    };
    let head = head(git)?;
    if git.is_ancestor(&commit, &head).map_err(failed)? {
        return Ok(commit);
    }
    let fault = fault(format!("commit {} is not one that HEAD stands on", revision.short()));
    Err(Box::new(fault.help(
        "a release is promoted from the branch that it is applied from: check that one out, or promote again",
    )))
}

/// The commit that is checked out.
pub(crate) fn head(git: &Git) -> Result<Revision, Box<Diagnostic>> {
    let fault = |label: String| Box::new(Diagnostic::error(Fault::NotReleased).label(label));
    git.commit("HEAD").map_err(fault)?.ok_or_else(|| fault("nothing is committed here yet".to_owned()))
}

/// The repository of `git` that holds the models.
pub(crate) fn git(root: &Path) -> Result<Git, Box<Diagnostic>> {
    Git::of(root).map_err(|why| {
        let fault = Diagnostic::error(Fault::NotReleased).label(why);
        Box::new(fault.help("releases are commits: keep the models in a repository of git"))
    })
}
