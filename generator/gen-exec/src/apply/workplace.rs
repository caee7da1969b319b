//! The private folder that a run works in: a copy of what was rendered, plans, what engines say. Nobody else can look into it, and
//! nothing in it outlives the run; what a killed run left is removed by the next one.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use rustix::process::{Pid, test_kill_process};
use tempfile::TempDir;

use super::engine::ERRORED;

const PREFIX: &str = "gen-apply-";
/// Says where the state of a root is kept.
pub(super) const BACKEND: &str = "backend.tf";
/// Locked while the run that owns the folder lives.
const OWNER: &str = ".owner";
/// Process numbers of engines that were started in it.
const CHILDREN: &str = ".children";

/// A private folder.
#[derive(Debug)]
pub struct Workplace {
    folder: Option<TempDir>,
    path: PathBuf,
    _owner: File,
}

impl Workplace {
    /// Makes one, after removing what killed runs left.
    pub fn new() -> io::Result<Self> {
        sweep();
        let mut builder = tempfile::Builder::new();
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let folder = builder.prefix(PREFIX).tempdir()?;
        let owner = File::create_new(folder.path().join(OWNER))?;
        owner.lock()?;
        let path = folder.path().to_path_buf();
        Ok(Self { folder: Some(folder), path, _owner: owner })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts a file there; its folders are made.
    pub fn put(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let path = self.path().join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        File::create_new(path)?.write_all(bytes)
    }

    /// Puts a file in the place of another one, or where there was none.
    pub fn replace(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        match std::fs::remove_file(self.path().join(path)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        self.put(path, bytes)
    }
}

impl Drop for Workplace {
    /// A state that is nowhere else is not thrown away with the folder.
    fn drop(&mut self) {
        if holds_state(&self.path)
            && let Some(folder) = self.folder.take()
        {
            let _ = folder.keep();
        }
    }
}

/// Writes down that an engine runs in a folder below a private one, so that it is not swept away from under it.
pub(super) fn note_child(folder: &Path, child: u32) {
    let Some(top) = folder.ancestors().find(|folder| folder.join(OWNER).exists()) else { return };
    // Without the note the folder is at worst removed while an orphaned engine still runs.
    let _ = File::options()
        .create(true)
        .append(true)
        .open(top.join(CHILDREN))
        .and_then(|mut file| file.write_all(format!("{child}\n").as_bytes()));
}

/// Removes private folders whose run was killed, once their engines have ended as well. One that holds a state stays.
pub(super) fn sweep() {
    for (folder, _owner) in of_killed_runs() {
        if !has_living_child(&folder) && !holds_state(&folder) {
            let _ = std::fs::remove_dir_all(&folder);
        }
    }
}

/// Private folders whose run has ended, each with the lock that shows it.
fn of_killed_runs() -> impl Iterator<Item = (PathBuf, File)> {
    let entries = std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
    let ours = entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX));
    ours.filter_map(|entry| {
        // Folders of other users cannot be opened, and are left to them.
        let owner = File::open(entry.path().join(OWNER)).ok()?;
        owner.try_lock_shared().ok()?;
        Some((entry.path(), owner))
    })
}

/// An engine of a run that was killed is still at work, maybe in this root.
pub(super) fn is_worked_in(root: &str) -> bool {
    of_killed_runs().any(|(folder, _owner)| folder.join(root).exists() && has_living_child(&folder))
}

/// Private folders of earlier runs that hold a state of this root which could not be put away. Another repository may have a root of the
/// same name: it is the same one only if its state is kept in the same place.
pub(super) fn left_behind(root: &str, backend: &[u8]) -> Vec<PathBuf> {
    let folders = of_killed_runs().map(|(folder, _owner)| folder.join(root));
    let same = |root: &PathBuf| std::fs::read(root.join(BACKEND)).is_ok_and(|bytes| bytes == backend);
    let mut found: Vec<PathBuf> = folders.filter(|root| root.join(ERRORED).exists() && same(root)).collect();
    found.sort();
    found
}

fn has_living_child(folder: &Path) -> bool {
    let text = std::fs::read_to_string(folder.join(CHILDREN)).unwrap_or_default();
    let pids = text.lines().filter_map(|line| line.parse().ok().and_then(Pid::from_raw));
    let mut living = pids.filter(|pid| test_kill_process(*pid).is_ok());
    living.next().is_some()
}

fn holds_state(folder: &Path) -> bool {
    let files = walkdir::WalkDir::new(folder).into_iter().flatten();
    files.into_iter().any(|entry| entry.file_name() == ERRORED)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_with_the_run_unless_it_holds_a_state() {
        let plain = Workplace::new().expect("a folder");
        plain.put("root/tfplan", b"a plan").expect("a file");
        let path = plain.path().to_path_buf();
        #[cfg(unix)]
        {
            let mode = std::fs::metadata(&path).expect("it is there").permissions();
            assert_eq!(std::os::unix::fs::PermissionsExt::mode(&mode) & 0o777, 0o700);
        }
        drop(plain);
        assert!(!path.exists());

        let kept = Workplace::new().expect("a folder");
        kept.put("root/errored.tfstate", b"{}").expect("a file");
        let path = kept.path().to_path_buf();
        drop(kept);
        // Another run does not sweep it away either.
        drop(Workplace::new().expect("a folder"));
        assert!(path.join("root/errored.tfstate").exists());
        std::fs::remove_dir_all(path).expect("the test cleans up");
    }
}
