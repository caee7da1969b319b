//! Workflows of CI: what runs for a pull request, applies what was merged, looks for drift and for evidence that expires, and promotes.
//!
//! They are made from the repository as a whole, not from a target: from every stack, every environment, and what the foundation's
//! component of type `ci` says about the forge. What differs by target stands in one data file; workflows read it when they run.

mod fleet;
mod pins;
mod settings;
mod view;
mod write;

use std::sync::Arc;

use crate::diag::{Diagnostic, Fault, Place, Route};
use crate::load::{Loaded, Repository};
use crate::model::component::{Ci, Component, Issuer};
use crate::model::names::{ComponentName, FolderPath};
use crate::model::stack::{Purpose, Stack};
use crate::model::workflows::Workflows;
use crate::resolve::Target;

use super::Tree;

pub(super) use fleet::entry;
pub use fleet::{Entry, Fleet, LeftOut, MOST_JOBS};

/// Folders that forges read; what was rendered there is looked for even when nothing is any more.
pub const FORGES: [&str; 2] = [".github", ".gitlab"];

/// Workflows may be rendered into this folder: the forge's own, or one directly below `terraform-out/`.
pub fn is_place(folder: &str) -> bool {
    is_shared(folder) || folder.strip_prefix("terraform-out/").is_some_and(|name| !name.contains('/'))
}

/// The folder is one that a forge reads, so that people keep files of their own in it, and nothing there is looked at but what `gen` wrote.
pub fn is_shared(folder: &str) -> bool {
    FORGES.contains(&folder)
}

/// What a foundation says about workflows.
struct Asked<'a> {
    stack: &'a Loaded<Stack>,
    component: &'a ComponentName,
    ci: &'a Ci,
    workflows: &'a Workflows,
}

impl Asked<'_> {
    /// A place in it.
    fn at(&self, keys: &[&str]) -> Place {
        let start = ["components", self.component.as_str(), "workflows"];
        Place::value(self.stack.file.clone(), Route::keys(start.into_iter().chain(keys.iter().copied())))
    }

    /// The folder that stands for the forge's own.
    fn folder(&self) -> &str {
        let own = if self.ci.issuer == Issuer::Gitlab { FORGES[1] } else { FORGES[0] };
        self.workflows.into.as_ref().map_or(own, FolderPath::as_str)
    }
}

/// Workflows that are asked for and not rendered yet. They hold what they say of targets, and can be rendered while those are.
pub struct Draft<'a> {
    repository: &'a Repository,
    asked: Asked<'a>,
    fleet: Fleet,
}

/// The workflows of a repository, all of whose targets are given; none if nobody asks for any.
///
/// # Errors
/// What is wrong with what is asked.
pub fn draft<'a>(
    repository: &'a Repository,
    targets: &[Target],
) -> Result<Option<Draft<'a>>, Vec<Diagnostic>> {
    let mut all = asked(repository);
    let Some(asked) = all.next() else { return Ok(None) };
    let mut faults: Vec<Diagnostic> = all.map(|other| twice(&asked, &other)).collect();
    faults.extend(settings::faults(repository, &asked));
    if !faults.is_empty() {
        return Err(faults);
    }
    let fleet = Fleet::of(repository, targets, asked.workflows);
    Ok(Some(Draft { repository, asked, fleet }))
}

impl Draft<'_> {
    /// Their files.
    ///
    /// # Errors
    /// Everything that keeps them from being rendered.
    pub fn render(self) -> Result<Tree, Vec<Diagnostic>> {
        let mut files = write::files(self.repository, &self.asked, &self.fleet)?;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Tree { folder: Arc::from(self.asked.folder()), files })
    }
}

fn asked(repository: &Repository) -> impl Iterator<Item = Asked<'_>> {
    let stacks = repository.stacks.values().filter_map(|files| files.stack.as_ref());
    let foundations = stacks.filter(|stack| stack.value.purpose == Purpose::Foundation);
    foundations.flat_map(|stack| {
        stack.value.components.iter().filter_map(|(component, declared)| {
            let Component::Ci(ci) = declared else { return None };
            Some(Asked { stack, component, ci, workflows: ci.workflows.as_deref()? })
        })
    })
}

fn twice(first: &Asked<'_>, other: &Asked<'_>) -> Diagnostic {
    Diagnostic::error(Fault::Contradiction)
        .at(other.at(&[]))
        .label(format!("{} asks for the workflows of this repository already", first.stack.file))
        .help("one foundation stack says how the repository's CI works")
}
