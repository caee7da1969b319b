//! The plan: what differs between rendered files and those on disk. Reads only; a value that `gen-exec` carries out
//! without choices of its own.
//!
//! Each owner of files (a target, or the shared modules) keeps a manifest `.gen.json` in its folder: path → SHA-256 of
//! what was last written, and while a run is under way also of what is about to be written. A run
//!
//! 1. writes the manifest with the digests before and after (`pending`),
//! 2. writes each file to a temporary name and renames it,
//! 3. removes files that are no longer rendered,
//! 4. writes the manifest with the digests after.
//!
//! Killed at any instant, each file is old or new, and the manifest knows both: the next run repairs. A file whose digest
//! the manifest does not know, and which is not what would be written either, was edited by hand and is never touched.

mod compare;
mod listing;
mod manifest;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::diag::{Diagnostic, Fault, Place};
use crate::kind::Content;

pub use compare::{compare, compare_tree, gone};
pub use manifest::{MANIFEST, Manifest};

/// Ending of temporary files, which stand beside the file that they become.
pub const TEMPORARY: &str = ".gen-tmp";

/// What is to be done about a file, or why nothing is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// To be written; there is none.
    Created,
    /// To be overwritten; what is there was written by `gen`.
    Changed,
    /// To be removed; it was written by `gen` and is no longer rendered.
    Removed,
    /// A temporary file of a run that was killed; to be removed.
    Leftover,
    /// Edited by hand; left alone.
    HandEdited,
    /// Not rendered and not written by `gen`; left alone.
    Foreign,
    /// A link, or a folder in the way; left alone.
    NotAFile,
    /// Cannot be read: the system's words.
    Denied(String),
}

/// A file that is not as it should be.
#[derive(Debug, Clone)]
pub struct FileDiff {
    /// Path below the owner's folder.
    pub path: Arc<str>,
    /// What is to be done.
    pub state: State,
    /// What is on disk.
    pub old: Option<Vec<u8>>,
    /// What should be.
    pub new: Option<Arc<Content>>,
}

/// The differences of one owner.
#[derive(Debug, Clone)]
pub struct TreeDiff {
    /// The owner's folder below the repository.
    pub folder: Arc<str>,
    /// Files that are not as they should be, sorted by path.
    pub files: Vec<FileDiff>,
    /// Number of files that are.
    pub same: usize,
    /// The manifest on disk, as far as it can be read.
    pub recorded: Manifest,
    /// The manifest as it should be.
    pub manifest: Manifest,
    /// Folders that hold no file and are to hold none: what a run that was killed left. To be removed.
    pub hollow: BTreeSet<Box<str>>,
    /// The manifest on disk is not as it should be.
    pub manifest_differs: bool,
    /// A link or file that stands where the folder, or one above it, should be: nothing behind it is looked at or touched.
    pub blocked: Option<Box<str>>,
    /// The manifest on disk cannot be read, as after a merge with conflicts in it: nobody knows who wrote what differs.
    pub damaged: bool,
}

impl TreeDiff {
    /// Something is to be written or removed.
    pub fn has_changes(&self) -> bool {
        self.manifest_differs
            || self.count(&State::Created) + self.count(&State::Changed) + self.count(&State::Removed) > 0
    }

    /// Nothing is rendered, and nothing was: an empty folder is all that is there.
    pub fn is_of_nothing(&self) -> bool {
        self.manifest.files.is_empty() && self.recorded.files.is_empty()
    }

    /// Number of files in a state.
    pub fn count(&self, state: &State) -> usize {
        self.files.iter().filter(|file| file.state == *state).count()
    }

    /// What keeps this owner from being written.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let blocked = self.blocked.iter().map(|path| {
            Diagnostic::error(Fault::OutputNotAFile)
                .at(Place::file(&**path))
                .label("a link or a file where a folder should be")
                .help(format!("remove it: rm {path}"))
        });
        blocked
            .chain(self.files.iter().filter_map(|file| diagnostic(&self.folder, file, self.damaged)))
            .collect()
    }
}

fn diagnostic(folder: &str, file: &FileDiff, damaged: bool) -> Option<Diagnostic> {
    let path = format!("{folder}/{}", file.path);
    let (fault, label, help) = match &file.state {
        State::Created | State::Changed | State::Removed | State::Leftover => return None,
        State::HandEdited if file.new.is_none() => (
            Fault::HandEdited,
            "no longer rendered, and edited since gen wrote it".to_owned(),
            format!("remove it yourself if nothing in it is needed: rm {path}"),
        ),
        State::HandEdited => (
            Fault::HandEdited,
            "neither what gen wrote nor what it would write now".to_owned(),
            format!("move the change into the models or templates, then: git checkout -- {path}"),
        ),
        State::Foreign if damaged => (
            Fault::ForeignFile,
            format!("{folder}/{MANIFEST} cannot be read, so nobody knows who wrote this"),
            format!("if nothing below is yours: rm -r {folder}, then gen generate"),
        ),
        State::Foreign => (
            Fault::ForeignFile,
            "not in the list of files that gen wrote".to_owned(),
            "move it elsewhere; everything here is generated".to_owned(),
        ),
        State::NotAFile => (
            Fault::OutputNotAFile,
            "a link, or a folder where a file should be".to_owned(),
            format!("remove it: rm -r {path}"),
        ),
        State::Denied(error) => (Fault::OutputDenied, error.clone(), "mend its permissions".to_owned()),
    };
    Some(Diagnostic::error(fault).at(Place::file(path)).label(label).help(help))
}
