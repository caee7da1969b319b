//! What was applied of targets that are no longer in the models: it is destroyed as the last commit says that had them.

use gen_core::model::names::{EnvName, StackName};
use gen_core::resolve::TargetId;
use gen_exec::git::Git;

use crate::cli::Global;
use crate::release::{self, LaidOut};
use crate::session::Session;

/// The last commit that has the target; none where the target is there, or never was.
pub(super) fn open(global: &Global) -> Option<Session> {
    let stack = StackName::parse(global.stack.as_deref()?).ok()?;
    let env = EnvName::parse(global.env.as_deref()?).ok()?;
    let id = TargetId { stack, env };
    let file = format!("stacks/{}/environments/{}.yaml", id.stack, id.env);
    if global.chdir.join(&file).exists() {
        return None;
    }
    let git = Git::of(&global.chdir).ok()?;
    let head = git.commit("HEAD").ok()??;
    if git.text(&head, &file).ok()?.is_some() {
        // It was removed here alone, and nobody has looked at that.
        return None;
    }
    let commit = git.last_with(&file).ok()??;
    // Old evidence does not keep anybody from taking something away.
    let session = LaidOut::new(&git, &commit, true).ok()?.open(&id);
    let released = release::of(&session.repository, &id).map(|release| release.revision.clone());
    let Some(revision) = released else {
        crate::view::notice(&format!("{id} is in the models no more: as commit {} has it\n", commit.short()));
        return Some(session);
    };
    // What ran there was the release, and what may be destroyed of it stands there too.
    let revision = release::commit(&git, &id, &revision).ok()?;
    let session = LaidOut::new(&git, &revision, true).ok()?.open(&id);
    crate::view::notice(&format!(
        "{id} is in the models no more: as its last release {} has it\n",
        revision.short()
    ));
    Some(session)
}
