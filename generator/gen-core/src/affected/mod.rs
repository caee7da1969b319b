//! Which targets a change may touch, by the paths of what changed and by what the files say before and after.
//!
//! Nothing is resolved or rendered: a thousand targets are answered for in milliseconds. Where a file cannot be understood, more targets are named,
//! never fewer. `snapshots/affected/run.py` renders both sides of many changes whole and compares.

mod inventory;
mod judged;
pub mod pack;
mod rules;

use std::collections::BTreeMap;

use crate::resolve::TargetId;

pub use inventory::Inventory;
pub use rules::affected;

/// A file that changed: its bytes on both sides, none where it is not there.
#[derive(Debug, Clone, Default)]
pub struct Change {
    /// Path relative to the repository.
    pub path: String,
    /// What it was.
    pub before: Option<Vec<u8>>,
    /// What it is.
    pub after: Option<Vec<u8>>,
    /// It is a link on one side.
    pub link: bool,
}

/// Why a target is affected: a changed file, and how it reaches the target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reason {
    /// The file.
    pub path: String,
    /// How it reaches the target, in words.
    pub how: String,
}

/// What a change touches.
#[derive(Debug, Default)]
pub struct Affected {
    /// Targets that are there.
    pub targets: BTreeMap<TargetId, Vec<Reason>>,
    /// Targets that were there.
    pub removed: BTreeMap<TargetId, Vec<Reason>>,
}

/// Paths that have a say in what is rendered, decided or applied.
pub const FOLDERS: [&str; 4] = ["profiles", "stacks", "templates", "terraform-out"];
