//! `.gen.json`: which files an owner has, and what was written into them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::kind::Tree;

/// Name of the manifest in each owner's folder.
pub const MANIFEST: &str = ".gen.json";

/// Digests of the files of one owner.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this file's shape.
    pub format_version: u32,
    /// Path → SHA-256 of what was last written.
    pub files: BTreeMap<Arc<str>, Arc<str>>,
    /// Path → SHA-256 of what a run that has not ended is writing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pending: BTreeMap<Arc<str>, Arc<str>>,
}

impl Manifest {
    /// The manifest of a rendered tree.
    pub fn of(tree: &Tree) -> Self {
        let files =
            tree.files.iter().map(|file| (file.path.clone(), file.content.digest().clone())).collect();
        Self { format_version: 1, files, pending: BTreeMap::new() }
    }

    /// Reads a manifest; none if it cannot be read, so that nothing is overwritten on its word.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// The manifest's bytes.
    pub fn bytes(&self) -> Vec<u8> {
        // Maps of strings always serialise.
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// Whether a file with this digest was written by `gen`; none when the path is not known at all.
    pub fn knows(&self, path: &str, digest: &str) -> Option<bool> {
        let (written, pending) = (self.files.get(path), self.pending.get(path));
        (written.is_some() || pending.is_some())
            .then(|| [written, pending].into_iter().flatten().any(|known| **known == *digest))
    }

    /// This manifest while `next` is being written over it.
    #[must_use]
    pub fn during(&self, next: &Self) -> Self {
        let mut during = Self { format_version: 1, ..self.clone() };
        // A run that was killed may have left files that only its own `pending` knows.
        for (path, digest) in &self.pending {
            during.files.entry(path.clone()).or_insert_with(|| digest.clone());
        }
        for (path, digest) in &next.files {
            if during.files.get(path) != Some(digest) {
                during.pending.insert(path.clone(), digest.clone());
            }
        }
        during
    }
}
