//! Carries out what `gen_core::plan::compare` found, with no choices of its own.
//!
//! Each file is written to a temporary name beside it and renamed, so that a kill leaves it old or new. Nothing of the tree is
//! flushed to the medium: it is generated and committed, so after a power cut `git` and the next run tell what is missing. What
//! people wrote ([`change`]) is flushed. See `gen_core::plan` for the order of steps.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use gen_core::diag::{Diagnostic, Fault, Place};
use gen_core::digest::sha256_hex;
use gen_core::plan::{FileDiff, MANIFEST, State, TEMPORARY, TreeDiff};

/// What was done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Files created.
    pub created: usize,
    /// Files changed.
    pub changed: usize,
    /// Files removed.
    pub removed: usize,
    /// Their paths, from the root.
    pub paths: Vec<String>,
}

/// Makes files that do not exist yet, below a root. One that somebody else made meanwhile stays as it is.
pub fn create_new(root: &Path, files: &[gen_core::kind::Rendered]) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    for file in files {
        let path = root.join(file.path.as_ref());
        let made = std::fs::create_dir_all(root)
            .and_then(|()| {
                make_folders(root, Path::new(file.path.as_ref()).parent().unwrap_or(Path::new("")))
            })
            .and_then(|()| make(&path, file.content.bytes()));
        if let Err(error) = made {
            faults.push(*denied("", &file.path, &error));
        }
    }
    faults
}

/// Changes one file that people wrote, or makes it where there was none. `old` is what the change was made from: if something else
/// is there by now, nothing is written. Who may read it stays as it is.
pub fn change(root: &Path, path: &str, old: Option<&[u8]>, new: &[u8]) -> Option<Box<Diagnostic>> {
    let _turn = take_turn(root);
    let full = root.join(path);
    let changed = make_folders(root, Path::new(path).parent().unwrap_or(Path::new("")))
        .and_then(|()| match std::fs::symlink_metadata(&full) {
            Ok(found) if !found.is_file() => Err(io::Error::other("it is a link or a folder, not a file")),
            Ok(_) => Ok(Some(std::fs::read(&full)?)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        })
        .and_then(|now| {
            if now.as_deref() != old {
                Err(io::Error::other("changed while gen was at work; run it again"))
            } else if old.is_some() {
                replace_kept(&full, new)
            } else {
                make(&full, new)
            }
        });
    let help = "the file is as it was; mend the cause and run the command again";
    changed.err().map(|error| {
        let fault = Diagnostic::error(Fault::OutputDenied).at(Place::file(path)).label(error.to_string());
        Box::new(fault.help(help))
    })
}

/// Keeps other runs of `gen` from writing below a root at the same time, until it is dropped or the process ends.
#[derive(Debug)]
pub struct Turn {
    _folder: Option<File>,
}

/// Waits for its turn to write below a root. Where a folder cannot be locked, nobody waits.
pub fn take_turn(root: &Path) -> Turn {
    let folder = File::open(root).ok().filter(|folder| folder.lock().is_ok());
    Turn { _folder: folder }
}

/// Brings the files of one owner to what was planned: what was done, and what stopped it. Owners are independent: what stops one
/// does not stop the others.
pub fn write_tree(root: &Path, diff: &TreeDiff) -> (Written, Option<Box<Diagnostic>>) {
    let mut written = Written::default();
    let fault = write_all(root, diff, &mut written).err();
    (written, fault)
}

fn write_all(root: &Path, diff: &TreeDiff, written: &mut Written) -> Result<(), Box<Diagnostic>> {
    let base = root.join(diff.folder.as_ref());
    let folders = || make_folders(root, Path::new(diff.folder.as_ref()));
    if diff.blocked.is_some() {
        return Ok(());
    }
    if !diff.hollow.is_empty() {
        // Also an empty folder is removed where it stands, never through a link.
        folders().map_err(|error| denied(&diff.folder, "", &error))?;
    }
    for folder in diff.hollow.iter().rev() {
        remove_empty_folders(&root.join("terraform-out"), Some(&base.join(&**folder)));
    }
    let work = diff.files.iter().any(|file| actionable(&file.state));
    if !work && !diff.manifest_differs {
        return Ok(());
    }
    folders().map_err(|error| denied(&diff.folder, "", &error))?;
    if work {
        // What is on disk comes first: what is to be written is pending wherever it differs from that.
        let mut recorded = diff.recorded.clone();
        for file in &diff.files {
            if let Some(old) = &file.old {
                recorded.files.insert(file.path.clone(), sha256_hex(old).into());
            }
        }
        replace(&base.join(MANIFEST), &recorded.during(&diff.manifest).bytes())
            .map_err(|error| denied(&diff.folder, MANIFEST, &error))?;
    }
    let mut made: BTreeSet<PathBuf> = BTreeSet::new();
    for file in diff.files.iter().filter(|file| matches!(file.state, State::Created | State::Changed)) {
        let path = base.join(file.path.as_ref());
        let fail = |error: &io::Error| denied(&diff.folder, &file.path, error);
        if let Some(parent) = path.parent().filter(|parent| made.insert(parent.to_path_buf())) {
            make_folders(root, parent.strip_prefix(root).unwrap_or(parent)).map_err(|error| fail(&error))?;
        }
        unchanged_since_plan(&path, file).map_err(|error| fail(&error))?;
        let Some(content) = &file.new else { continue };
        replace(&path, content.bytes()).map_err(|error| fail(&error))?;
        match file.state {
            State::Created => written.created += 1,
            _ => written.changed += 1,
        }
        written.paths.push(format!("{}/{}", diff.folder, file.path));
    }
    for file in diff.files.iter().filter(|file| matches!(file.state, State::Removed | State::Leftover)) {
        let path = base.join(file.path.as_ref());
        let fail = |error: &io::Error| denied(&diff.folder, &file.path, error);
        unchanged_since_plan(&path, file).map_err(|error| fail(&error))?;
        remove(&path).map_err(|error| fail(&error))?;
        if file.state == State::Removed {
            written.removed += 1;
            written.paths.push(format!("{}/{}", diff.folder, file.path));
        }
        remove_empty_folders(&base, path.parent());
    }
    finish(root, &base, diff).map_err(|error| denied(&diff.folder, MANIFEST, &error))
}

fn actionable(state: &State) -> bool {
    matches!(state, State::Created | State::Changed | State::Removed | State::Leftover)
}

/// Writes the manifest of what is there now, or removes it with the last file.
fn finish(root: &Path, base: &Path, diff: &TreeDiff) -> io::Result<()> {
    let mut manifest = diff.manifest.clone();
    // What was edited by hand is still known by what was last written, so that it stays recognised as edited.
    for file in diff.files.iter().filter(|file| file.state == State::HandEdited) {
        if let Some(digest) = diff.recorded.files.get(file.path.as_ref()) {
            manifest.files.insert(file.path.clone(), digest.clone());
        }
    }
    if manifest.files.is_empty() {
        remove(&base.join(MANIFEST))?;
        remove_empty_folders(&root.join("terraform-out"), Some(base));
        return Ok(());
    }
    replace(&base.join(MANIFEST), &manifest.bytes())
}

/// What is on disk is still what was planned for: an editor that saved in between loses nothing.
fn unchanged_since_plan(path: &Path, file: &FileDiff) -> io::Result<()> {
    let mut bytes = Vec::new();
    let now = match File::open(path) {
        Ok(mut open) => open.read_to_end(&mut bytes).map(|_| Some(bytes))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    if file.state == State::Leftover || now == file.old {
        Ok(())
    } else {
        Err(io::Error::other("changed while gen was at work; run it again"))
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn remove_empty_folders(base: &Path, from: Option<&Path>) {
    let mut folder = from;
    while let Some(path) = folder.filter(|path| path.starts_with(base) && *path != base) {
        // A folder that is not empty stays, and so do those above it.
        if std::fs::remove_dir(path).is_err() {
            return;
        }
        folder = path.parent();
    }
}

/// Makes the folders of a path below the root, never through a link.
fn make_folders(root: &Path, relative: &Path) -> io::Result<()> {
    let mut path = root.to_path_buf();
    for part in relative.components() {
        path.push(part);
        match std::fs::create_dir(&path) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if !std::fs::symlink_metadata(&path)?.is_dir() {
                    return Err(io::Error::new(
                        io::ErrorKind::NotADirectory,
                        "a link or file stands where a folder should be",
                    ));
                }
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Writes a file whole: temporary name, then rename.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    by_way_of(path, |temporary, mut file| {
        file.write_all(bytes)?;
        std::fs::rename(temporary, path)
    })
}

/// The same for what people wrote: it lies on the medium before it takes the old one's place, readable by whom that was.
fn replace_kept(path: &Path, bytes: &[u8]) -> io::Result<()> {
    by_way_of(path, |temporary, mut file| {
        file.set_permissions(std::fs::metadata(path)?.permissions())?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(temporary, path)?;
        flush_folder(path);
        Ok(())
    })
}

/// Makes a file whole where there is none; what somebody else made meanwhile is not replaced.
fn make(path: &Path, bytes: &[u8]) -> io::Result<()> {
    by_way_of(path, |temporary, mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        match std::fs::hard_link(temporary, path) {
            Ok(()) => std::fs::remove_file(temporary)?,
            Err(_) if std::fs::symlink_metadata(path).is_ok() => {
                return Err(io::Error::new(
                    io::ErrorKind::AlreadyExists,
                    "somebody made it while gen was at work; run it again",
                ));
            }
            // A file system without links.
            Err(_) => std::fs::rename(temporary, path)?,
        }
        flush_folder(path);
        Ok(())
    })
}

/// A new name lies on the medium with its folder. Where a folder cannot be flushed there is nothing to be done about it.
fn flush_folder(path: &Path) {
    if let Some(folder) = path.parent() {
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
}

/// Writes by way of a temporary file beside the path, which is gone if that fails.
fn by_way_of(path: &Path, write: impl FnOnce(&Path, File) -> io::Result<()>) -> io::Result<()> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let temporary = path.with_file_name(format!(".{}{TEMPORARY}", name.trim_start_matches('.')));
    let outcome = create(&temporary).and_then(|file| write(&temporary, file));
    if outcome.is_err() {
        // The fault that is reported is the one above; a leftover is removed by the next run.
        let _ = std::fs::remove_file(&temporary);
    }
    outcome
}

/// A new file, in place of a leftover of that name; never through a link.
fn create(path: &Path) -> io::Result<File> {
    let open = || OpenOptions::new().write(true).create_new(true).open(path);
    match open() {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            std::fs::remove_file(path)?;
            open()
        }
        other => other,
    }
}

fn denied(folder: &str, path: &str, error: &io::Error) -> Box<Diagnostic> {
    let place = [folder, path].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
    Box::new(
        Diagnostic::error(Fault::OutputDenied)
            .at(Place::file(place))
            .label(error.to_string())
            .help("what was not written is still as it was; mend the cause and run gen generate again"),
    )
}
