//! Rendered trees beside what is on disk.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;

use crate::digest::sha256_hex;
use crate::kind::Tree;
use crate::kind::terraform::MODULE_COPIES;
use crate::kind::workflows::{FORGES, is_shared};

use super::listing::{Entry, Listing, inside, is_temporary};
use super::{FileDiff, MANIFEST, Manifest, State, TreeDiff};

/// Compares trees with the disk.
pub fn compare(root: &Path, trees: &[Tree]) -> Vec<TreeDiff> {
    trees.par_iter().map(|tree| compare_tree(root, tree)).collect()
}

/// Folders of owners that `known` does not name: targets that no longer exist, workflows that nobody asks for any more.
pub fn gone(root: &Path, known: &BTreeSet<Arc<str>>) -> Vec<Tree> {
    let mut found: Vec<Tree> = FORGES
        .iter()
        .filter(|folder| !known.contains(**folder) && root.join(folder).join(MANIFEST).is_file())
        .map(|folder| Tree { folder: Arc::from(*folder), files: Vec::new() })
        .collect();
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
            let path = root.join(folder.as_ref());
            if !known.contains(&folder) && (path.join(MANIFEST).is_file() || holds_leftovers_alone(&path)) {
                found.push(Tree { folder, files: Vec::new() });
            }
        }
        let folder: Arc<str> = Arc::from(format!("terraform-out/{stack}"));
        let workflows = !known.contains(&folder) && top.join(&stack).join(MANIFEST).is_file();
        if workflows || holds_nothing(&top.join(&stack)) {
            found.push(Tree { folder, files: Vec::new() });
        }
    }
    found
}

/// What a run that was killed before its first manifest, or after it removed its last, leaves of a target.
fn holds_leftovers_alone(folder: &Path) -> bool {
    walkdir::WalkDir::new(folder).min_depth(1).into_iter().all(|entry| {
        entry.is_ok_and(|entry| {
            entry.file_type().is_dir() || is_temporary(&entry.file_name().to_string_lossy())
        })
    })
}

fn holds_nothing(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}

/// Compares one tree with the disk. Its files are sorted by path.
pub fn compare_tree(root: &Path, tree: &Tree) -> TreeDiff {
    let base = root.join(tree.folder.as_ref());
    let manifest = Manifest::of(tree);
    if let Some(blocked) = blocked(root, &tree.folder) {
        return TreeDiff {
            folder: tree.folder.clone(),
            files: Vec::new(),
            same: 0,
            recorded: Manifest::default(),
            manifest,
            hollow: BTreeSet::new(),
            manifest_differs: false,
            blocked: Some(blocked),
            damaged: false,
        };
    }
    let wanted = manifest.bytes();
    let mut buffer = Vec::new();
    let on_disk = read(&base.join(MANIFEST), &wanted, &mut buffer).ok().flatten();
    let manifest_differs = if tree.files.is_empty() { on_disk.is_some() } else { on_disk != Some(true) };
    let recorded = match on_disk {
        // Equal bytes say the same; most owners have nothing to do and are spared the parsing.
        Some(true) => Some(manifest.clone()),
        Some(false) => Manifest::read(&buffer),
        None => Some(Manifest::default()),
    };
    let damaged = recorded.is_none();
    let recorded = recorded.unwrap_or_default();
    let mut diff = TreeDiff {
        folder: tree.folder.clone(),
        files: Vec::new(),
        same: 0,
        recorded,
        manifest,
        hollow: BTreeSet::new(),
        manifest_differs,
        blocked: None,
        damaged,
    };
    let mut present = Listing::of(&base, tree.folder.as_ref() != MODULE_COPIES);
    if is_shared(&tree.folder) {
        let ours = |path: &str| {
            is_temporary(path.rsplit('/').next().unwrap_or(path))
                || [&diff.recorded.files, &diff.recorded.pending].iter().any(|known| known.contains_key(path))
                || tree.files.iter().any(|file| *file.path == *path || inside(&file.path, path))
        };
        present.entries.retain(|path, _| ours(path));
        present.folders.clear();
        present.denied.clear();
    }
    diff.hollow = present.hollow();
    if tree.files.is_empty() && present.entries.is_empty() && base.is_dir() && !is_shared(&tree.folder) {
        diff.hollow.insert(Box::from(""));
    }
    diff.hollow.retain(|folder| !tree.files.iter().any(|file| inside(&file.path, folder)));
    wanted_files(&base, tree, &present, &mut diff, &mut buffer);
    other_files(&base, tree, &present, &mut diff, &mut buffer);
    for (path, error) in present.denied {
        let state = State::Denied(error.to_string());
        diff.files.push(FileDiff { path: Arc::from(path), state, old: None, new: None });
    }
    diff.files.sort_by(|a, b| a.path.cmp(&b.path));
    diff
}

/// The folder itself, or one above it, that is a link or a file: what lies behind is somebody else's.
fn blocked(root: &Path, folder: &str) -> Option<Box<str>> {
    let ends = folder.match_indices('/').map(|(at, _)| at).chain([folder.len()]);
    ends.map(|end| &folder[..end])
        .find(|part| root.join(part).symlink_metadata().is_ok_and(|meta| !meta.is_dir()))
        .map(Box::from)
}

/// What should be there.
fn wanted_files(base: &Path, tree: &Tree, present: &Listing, diff: &mut TreeDiff, buffer: &mut Vec<u8>) {
    for file in &tree.files {
        let state = match present.entries.get(file.path.as_ref()) {
            None if present.blocks(&file.path) => State::NotAFile,
            None => State::Created,
            Some(Entry::Other) => State::NotAFile,
            Some(Entry::File) => match read(&base.join(file.path.as_ref()), file.content.bytes(), buffer) {
                Ok(Some(true)) => {
                    diff.same += 1;
                    continue;
                }
                Ok(Some(false)) => known(&diff.recorded, &file.path, buffer, State::Changed),
                Ok(None) => State::Created,
                Err(error) => State::Denied(error.to_string()),
            },
        };
        let old = (state == State::Changed).then(|| buffer.clone());
        diff.files.push(FileDiff { path: file.path.clone(), state, old, new: Some(file.content.clone()) });
    }
}

/// What is there all the same.
fn other_files(base: &Path, tree: &Tree, present: &Listing, diff: &mut TreeDiff, buffer: &mut Vec<u8>) {
    let rendered = |path: &str| tree.files.binary_search_by(|file| file.path.as_ref().cmp(path)).is_ok();
    for (path, entry) in &present.entries {
        // What stands in the way of a folder was reported with the file that it keeps out.
        if rendered(path) || &**path == MANIFEST || tree.files.iter().any(|file| inside(&file.path, path)) {
            continue;
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        let state = match entry {
            Entry::Other => State::NotAFile,
            Entry::File if is_temporary(name) => State::Leftover,
            Entry::File => match read(&base.join(&**path), &[], buffer) {
                Ok(Some(_)) => known(&diff.recorded, path, buffer, State::Removed),
                Ok(None) => continue,
                Err(error) => State::Denied(error.to_string()),
            },
        };
        let old = (state == State::Removed).then(|| buffer.clone());
        diff.files.push(FileDiff { path: Arc::from(&**path), state, old, new: None });
    }
}

/// What to do about bytes on disk: `ours` if `gen` wrote them.
fn known(recorded: &Manifest, path: &str, bytes: &[u8], ours: State) -> State {
    match recorded.knows(path, &sha256_hex(bytes)) {
        Some(true) => ours,
        Some(false) => State::HandEdited,
        None => State::Foreign,
    }
}

/// Whether a file holds the wanted bytes; none if there is no file. The buffer holds all that it holds if it does not.
///
/// One call reads a file that agrees: room for one byte more than wanted is offered, and what is longer fills it.
fn read(path: &Path, wanted: &[u8], buffer: &mut Vec<u8>) -> io::Result<Option<bool>> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    buffer.resize(wanted.len() + 1, 0);
    let length = loop {
        match file.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => break other?,
        }
    };
    buffer.truncate(length);
    if *buffer == wanted {
        return Ok(Some(true));
    }
    file.read_to_end(buffer)?;
    Ok(Some(*buffer == wanted))
}
