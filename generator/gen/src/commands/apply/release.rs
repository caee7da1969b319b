//! What is applied to a protected environment: the content of the commit that its release names, and never the newest.

use gen_core::diag::{Diagnostic, Fault, Place};
use gen_core::model::environment::Environment;
use gen_core::resolve::TargetId;

use crate::cli::Global;
use crate::release;
use crate::session::Session;
use crate::view::text::count;

/// Reads what is to be applied: the tree as it lies there, or for a protected environment the commit of its release.
pub(super) fn open(global: &Global) -> Session {
    let mut session = Session::open(global);
    match released(&session) {
        Ok(Some(released)) => released,
        Ok(None) => session,
        Err(fault) => {
            session.diagnostics.push(*fault);
            session
        }
    }
}

/// The commit for the records, where it is that of a release.
pub(super) fn revision(session: &Session) -> Option<String> {
    session.commit.as_ref().map(|commit| commit.revision.to_string())
}

/// What to do where the rendered files are not what would be rendered.
pub(super) fn help(session: &Session) -> &'static str {
    match session.commit {
        Some(_) => {
            "this gen renders that commit otherwise than the one of back then: use that one, or promote a newer commit"
        }
        None => "gen generate",
    }
}

/// The way back is never blocked by old evidence.
pub(super) fn is_back(session: &Session) -> bool {
    session.commit.as_ref().is_some_and(|commit| commit.is_back)
}

fn released(session: &Session) -> Result<Option<Session>, Box<Diagnostic>> {
    let all = session.repository.stacks.iter().flat_map(|(stack, files)| {
        let id = |env: &_| TargetId { stack: stack.clone(), env: Clone::clone(env) };
        files.environments.iter().map(move |(env, file)| (id(env), &file.value))
    });
    let selected: Vec<(TargetId, &Environment)> = all.filter(|(id, _)| session.selects(id)).collect();
    let mut protected = None;
    for (id, env) in &selected {
        if env.is_protected() || was_protected(session, id)? {
            protected = Some(id);
            break;
        }
    }
    let Some(id) = protected else { return Ok(None) };
    let fault = |label: String| Diagnostic::error(Fault::NotReleased).label(label).target(id.to_string());
    if selected.len() > 1 {
        let fault = fault("it comes from its release, and the others that are selected do not".to_owned());
        return Err(Box::new(fault.help("protected environments one at a time: -s STACK -e ENV")));
    }
    let file = release::path(id);
    let (Some(release), Some(text)) =
        (release::of(&session.repository, id), session.repository.texts.get(file.as_str()))
    else {
        let fault = fault(format!("there is no sound {file}"));
        return Err(Box::new(fault.help(format!("gen promote -s {} --from ENV --to {}", id.stack, id.env))));
    };
    let git = release::git(&session.root)?;
    let head = release::head(&git)?;
    let failed = |why: String| Box::new(fault(why));
    if git.text(&head, &file).map_err(failed)?.as_deref() != Some(text.as_ref()) {
        let fault =
            fault("the release is not committed as it is here".to_owned()).at(Place::file(file.clone()));
        return Err(Box::new(fault.help("commit it: a release is reviewed before it is applied")));
    }
    let commit = release::commit(&git, id, &release.revision)?;
    if let Some(later) = &release.back_from
        && !git.is_ancestor(&commit, later).map_err(failed)?
    {
        let fault = fault(format!("{} is no way back from {}", commit.short(), later.short()));
        return Err(Box::new(
            fault.at(Place::file(file)).help("promote it as any other: gen promote --from ENV"),
        ));
    }
    let behind = git.ahead(&commit, &head).map_err(failed)?;
    let opened = release::open(&git, id, &commit, release, text).map_err(failed)?;
    let from = release.from.as_ref().map(|from| format!(" from {from}")).unwrap_or_default();
    let back =
        release.back_from.as_ref().map(|later| format!(", back from {}", later.short())).unwrap_or_default();
    crate::view::notice(&format!(
        "{id}: release {}{from}{back}, {} behind HEAD\n",
        commit.short(),
        count(behind, "commit", "commits")
    ));
    Ok(Some(opened))
}

/// The commit of its release says that it is protected: to take the protection off is a change like any other, and is promoted.
/// A commit that cannot be read says neither yes nor no.
fn was_protected(session: &Session, id: &TargetId) -> Result<bool, Box<Diagnostic>> {
    let Some(release) = release::of(&session.repository, id) else { return Ok(false) };
    let git = release::git(&session.root)?;
    let commit = release::commit(&git, id, &release.revision)?;
    let path = format!("stacks/{}/environments/{}.yaml", id.stack, id.env);
    let failed =
        |why: String| Box::new(Diagnostic::error(Fault::NotReleased).label(why).target(id.to_string()));
    let Some(text) = git.text(&commit, &path).map_err(failed)? else { return Ok(false) };
    let mut then = session.repository.clone();
    gen_core::load::reread(&mut then, &path, &text);
    let env = then.stacks.get(&id.stack).and_then(|files| files.environments.get(&id.env));
    Ok(env.is_some_and(|env| env.value.is_protected()))
}
