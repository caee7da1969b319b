//! Artifact kinds: families of rendered files. [`KINDS`] lists them; everything else follows from it.

pub mod ops;
pub mod profile;
pub mod terraform;
mod text;
pub mod workflows;

use std::sync::{Arc, OnceLock};

use serde_json::Value;

use crate::check::Checked;
use crate::diag::{Diagnostic, Place};
use crate::load::Repository;
use crate::model::names::ComponentName;
use crate::resolve::{Target, TargetId};

use terraform::Terraform;

/// All artifact kinds.
pub const KINDS: &[Kind] = &[terraform::KIND, profile::KIND, ops::KIND];

/// Rendered files, or every reason why there are none.
pub type Files = Result<Vec<Rendered>, Vec<Diagnostic>>;

/// A family of rendered files.
pub struct Kind {
    /// Its name, and that of its folder in a target.
    pub name: &'static str,
    /// What its files for a target need of whoever provides the components.
    pub needs: fn(&Repository, &Target) -> Vec<Need>,
    /// Its files for a target, with paths below the target's folder.
    pub render: fn(&Renderer<'_>, &Checked) -> Files,
}

/// A capability that rendered files need of a component.
pub struct Need {
    /// The component.
    pub component: ComponentName,
    /// The capability.
    pub capability: &'static str,
    /// What is asked.
    pub value: Value,
    /// The place that brought it about.
    pub place: Place,
}

/// What rendering reads besides the target: modules and templates, parsed once.
pub struct Renderer<'a> {
    /// Everything that was read.
    pub repository: &'a Repository,
    /// Modules and what is shared between roots.
    pub terraform: Terraform<'a>,
    /// Pages for those who look after a target.
    pages: ops::Pages<'a>,
    /// What is shared between the files of workloads.
    profiles: profile::Texts,
}

impl<'a> Renderer<'a> {
    /// Reads modules and templates; faults are those of theirs.
    pub fn new(repository: &'a Repository) -> (Self, Vec<Diagnostic>) {
        let (terraform, mut diagnostics) = Terraform::new(repository);
        diagnostics.extend(terraform.check_modules());
        let pages = ops::Pages::new(repository, &mut diagnostics);
        (Self { repository, terraform, pages, profiles: profile::Texts::default() }, diagnostics)
    }

    /// Everything that is rendered for a target, or every reason why it cannot be.
    pub fn render(&self, checked: &Checked) -> Result<Tree, Vec<Diagnostic>> {
        let mut tree = Tree { folder: folder(&checked.target().id), files: Vec::new() };
        let mut faults = Vec::new();
        for kind in KINDS {
            match (kind.render)(self, checked) {
                Ok(files) => tree.files.extend(files),
                Err(found) => faults.extend(found),
            }
        }
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        if faults.is_empty() { Ok(tree) } else { Err(faults) }
    }
}

/// The folder that a target is rendered into.
pub fn folder(id: &TargetId) -> Arc<str> {
    Arc::from(format!("terraform-out/{}/{}", id.stack, id.env))
}

/// The bytes of a rendered file; shared between targets where they are equal.
#[derive(Debug)]
pub struct Content {
    bytes: Vec<u8>,
    digest: OnceLock<Arc<str>>,
}

impl Content {
    /// Wraps rendered bytes.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Arc<Self> {
        Arc::new(Self { bytes: bytes.into(), digest: OnceLock::new() })
    }

    /// Wraps rendered bytes whose SHA-256 is known already, in lower-case hex.
    pub(crate) fn with_digest(bytes: Vec<u8>, digest: String) -> Arc<Self> {
        Arc::new(Self { bytes, digest: OnceLock::from(Arc::from(digest)) })
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// SHA-256 of the bytes in lower-case hex, computed once.
    pub fn digest(&self) -> &Arc<str> {
        self.digest.get_or_init(|| crate::digest::sha256_hex(&self.bytes).into())
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
