//! Artifact kinds: families of rendered files.

pub mod terraform;

use std::sync::{Arc, OnceLock};

/// The bytes of a rendered file; shared between targets where they are equal.
#[derive(Debug)]
pub struct Content {
    bytes: Vec<u8>,
    digest: OnceLock<String>,
}

impl Content {
    /// Wraps rendered bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Arc<Self> {
        Arc::new(Self { bytes: bytes.into(), digest: OnceLock::new() })
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 of the bytes in lower-case hex, computed once.
    pub fn digest(&self) -> &str {
        self.digest.get_or_init(|| crate::digest::sha256_hex(&self.bytes))
    }
}

/// A rendered file.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// Path relative to the folder of its owner, with `/` as separator.
    pub path: Arc<str>,
    /// What belongs there.
    pub content: Arc<Content>,
}

/// Rendered files that are written, listed and removed together: a target, or the modules in use.
#[derive(Debug, Clone)]
pub struct Tree {
    /// Folder relative to the repository, such as `terraform-out/control-plane/dev`.
    pub folder: Arc<str>,
    /// Files sorted by path, without the `.gen.json` that lists them.
    pub files: Vec<Rendered>,
}
