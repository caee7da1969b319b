//! The private folder that a run works in: a copy of what was rendered, plans, what engines say. Nobody else can look into it, and
//! nothing in it outlives the run; what a killed run left is removed by the next one.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use rustix::process::{Pid, test_kill_process};
use tempfile::TempDir;

const PREFIX: &str = "gen-apply-";
/// Locked while the run that owns the folder lives.
const OWNER: &str = ".owner";
/// Process numbers of engines that were started in it.
const CHILDREN: &str = ".children";

/// A private folder.
#[derive(Debug)]
pub struct Workplace {
    folder: TempDir,
    _owner: File,
}

impl Workplace {
    /// Makes one, after removing what killed runs left.
    pub fn new() -> io::Result<Self> {
        sweep();
        let folder = tempfile::Builder::new().prefix(PREFIX).tempdir()?;
        let owner = File::create_new(folder.path().join(OWNER))?;
        owner.lock()?;
        Ok(Self { folder, _owner: owner })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Leaves the folder where it is, because something in it must not be lost.
    pub fn keep(self) -> PathBuf {
        self.folder.keep()
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
fn sweep() {
    let entries = std::fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX)) {
        let folder = entry.path();
        // Folders of other users cannot be opened, and are left to them.
        let Ok(owner) = File::open(folder.join(OWNER)) else { continue };
        if owner.try_lock().is_ok() && !has_living_child(&folder) && !holds_state(&folder) {
            let _ = std::fs::remove_dir_all(&folder);
        }
    }
}

fn has_living_child(folder: &Path) -> bool {
    let text = std::fs::read_to_string(folder.join(CHILDREN)).unwrap_or_default();
    let pids = text.lines().filter_map(|line| line.parse().ok().and_then(Pid::from_raw));
    let mut living = pids.filter(|pid| test_kill_process(*pid).is_ok());
    living.next().is_some()
}

fn holds_state(folder: &Path) -> bool {
    let files = walkdir::WalkDir::new(folder).into_iter().flatten();
    files.into_iter().any(|entry| entry.file_name() == "errored.tfstate")
}
