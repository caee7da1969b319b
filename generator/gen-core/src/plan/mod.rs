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

mod manifest;

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use crate::diag::{Diagnostic, Fault, Place};
use crate::digest::sha256_hex;
use crate::kind::{Content, Tree};

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
    /// The manifest on disk is not as it should be.
    pub manifest_differs: bool,
}

impl TreeDiff {
    /// Something is to be written or removed.
    pub fn has_changes(&self) -> bool {
        self.manifest_differs
            || self.count(&State::Created) + self.count(&State::Changed) + self.count(&State::Removed) > 0
    }

    /// Number of files in a state.
    pub fn count(&self, state: &State) -> usize {
        self.files.iter().filter(|file| file.state == *state).count()
    }

    /// What keeps this owner from being written.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        self.files.iter().filter_map(|file| diagnostic(&self.folder, file)).collect()
    }
}

fn diagnostic(folder: &str, file: &FileDiff) -> Option<Diagnostic> {
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

/// Compares trees with the disk.
pub fn compare(root: &Path, trees: &[Tree]) -> Vec<TreeDiff> {
    trees.par_iter().map(|tree| compare_tree(root, tree)).collect()
}

/// Folders of owners below `terraform-out/` that `known` does not name: targets that no longer exist.
pub fn gone(root: &Path, known: &BTreeSet<Arc<str>>) -> Vec<Tree> {
    let mut found = Vec::new();
    let folders = |path: &Path| -> Vec<String> {
        let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    };
    let top = root.join("terraform-out");
    for stack in folders(&top).into_iter().filter(|stack| stack != "modules") {
        for env in folders(&top.join(&stack)) {
            let folder: Arc<str> = Arc::from(format!("terraform-out/{stack}/{env}"));
            if !known.contains(&folder) && root.join(folder.as_ref()).join(MANIFEST).is_file() {
                found.push(Tree { folder, files: Vec::new() });
            }
        }
    }
    found
}

/// Compares one tree with the disk.
pub fn compare_tree(root: &Path, tree: &Tree) -> TreeDiff {
    let base = root.join(tree.folder.as_ref());
    let manifest = Manifest::of(tree);
    let wanted = manifest.bytes();
    let mut buffer = Vec::new();
    let on_disk = read(&base.join(MANIFEST), &mut buffer).ok().flatten().map(|()| buffer.clone());
    let manifest_differs =
        if tree.files.is_empty() { on_disk.is_some() } else { on_disk.as_deref() != Some(&wanted) };
    let recorded = match &on_disk {
        // Equal bytes say the same; most owners have nothing to do and are spared the parsing.
        Some(bytes) if *bytes == wanted => manifest.clone(),
        Some(bytes) => Manifest::read(bytes),
        None => Manifest::default(),
    };
    let mut files = Vec::new();
    let mut same = 0;
    if base.symlink_metadata().is_ok_and(|meta| !meta.is_dir()) {
        files.push(FileDiff { path: Arc::from(""), state: State::NotAFile, old: None, new: None });
        return TreeDiff { folder: tree.folder.clone(), files, same, recorded, manifest, manifest_differs };
    }
    let present = listing(&base, &tree.folder, &mut files);
    for file in &tree.files {
        let state = match present.get(file.path.as_ref()) {
            None if blocked(&present, &file.path) => State::NotAFile,
            None => State::Created,
            Some(Entry::Other) => State::NotAFile,
            Some(Entry::File) => match read(&base.join(file.path.as_ref()), &mut buffer) {
                Ok(Some(())) if buffer == file.content.bytes() => {
                    same += 1;
                    continue;
                }
                Ok(Some(())) => match recorded.knows(&file.path, &sha256_hex(&buffer)) {
                    Some(true) => State::Changed,
                    Some(false) => State::HandEdited,
                    None => State::Foreign,
                },
                Ok(None) => State::Created,
                Err(error) => State::Denied(error.to_string()),
            },
        };
        let old = (state == State::Changed).then(|| buffer.clone());
        files.push(FileDiff { path: file.path.clone(), state, old, new: Some(file.content.clone()) });
    }
    let rendered: BTreeSet<&str> = tree.files.iter().map(|file| file.path.as_ref()).collect();
    for (path, entry) in &present {
        if rendered.contains(path.as_str())
            || path == MANIFEST
            || rendered.iter().any(|file| inside(file, path))
        {
            continue;
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        let state = match entry {
            Entry::Other => State::NotAFile,
            Entry::File if name.starts_with('.') && name.ends_with(TEMPORARY) => State::Leftover,
            Entry::File => match read(&base.join(path), &mut buffer) {
                Ok(Some(())) => match recorded.knows(path, &sha256_hex(&buffer)) {
                    Some(true) => State::Removed,
                    Some(false) => State::HandEdited,
                    None => State::Foreign,
                },
                Ok(None) => continue,
                Err(error) => State::Denied(error.to_string()),
            },
        };
        let old = (state == State::Removed).then(|| buffer.clone());
        files.push(FileDiff { path: Arc::from(path.as_str()), state, old, new: None });
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    TreeDiff { folder: tree.folder.clone(), files, same, recorded, manifest, manifest_differs }
}

/// What stands at a path.
enum Entry {
    File,
    /// A link or something else that is neither file nor folder.
    Other,
}

/// Something that is no folder stands where a folder of the path should be.
fn blocked(present: &BTreeMap<String, Entry>, path: &str) -> bool {
    path.match_indices('/').any(|(at, _)| present.contains_key(&path[..at]))
}

fn inside(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// Everything below a folder that is not a folder; never follows links. What Terraform leaves when it is run in place is
/// passed over.
fn listing(base: &Path, folder: &str, files: &mut Vec<FileDiff>) -> BTreeMap<String, Entry> {
    let mut present = BTreeMap::new();
    let entries = walkdir::WalkDir::new(base)
        .min_depth(1)
        .into_iter()
        .filter_entry(|entry| entry.file_name() != ".terraform");
    for entry in entries {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {}
            Ok(entry) => {
                let path = entry.path().strip_prefix(base).unwrap_or(entry.path());
                let path = path
                    .components()
                    .map(|part| part.as_os_str().to_string_lossy())
                    .collect::<Vec<_>>()
                    .join("/");
                let name = path.rsplit('/').next().unwrap_or(&path);
                if folder != crate::kind::terraform::MODULE_COPIES && is_terraforms_own(name) {
                    continue;
                }
                present.insert(path, if entry.file_type().is_file() { Entry::File } else { Entry::Other });
            }
            Err(error)
                if error.io_error().is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound) => {}
            Err(error) => {
                let path = error
                    .path()
                    .and_then(|path| path.strip_prefix(base).ok())
                    .map(|path| path.to_string_lossy().into_owned());
                let message = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
                files.push(FileDiff {
                    path: Arc::from(path.unwrap_or_default()),
                    state: State::Denied(message),
                    old: None,
                    new: None,
                });
            }
        }
    }
    present
}

/// Files that `gen apply` and Terraform put into a root.
fn is_terraforms_own(name: &str) -> bool {
    name == "upstream.auto.tfvars.json"
        || name == ".terraform.tfstate.lock.info"
        || name.ends_with(".tfstate")
}

/// Reads a file into a buffer; none if there is none.
fn read(path: &Path, buffer: &mut Vec<u8>) -> std::io::Result<Option<()>> {
    buffer.clear();
    match std::fs::File::open(path) {
        Ok(mut file) => file.read_to_end(buffer).map(|_| Some(())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
