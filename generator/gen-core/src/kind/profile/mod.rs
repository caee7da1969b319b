//! What each workload expects of the place that it is started in: its profile, how its components are had, and on which evidence.
//!
//! A workload carries its file, and `gen verify` compares it with the environment before the workload starts: whoever finds itself
//! elsewhere than where it was proven to belong does not run.

mod address;
mod document;
mod expect;
pub mod verify;

use std::sync::Arc;

use crate::check::Checked;
use crate::diag::{Diagnostic, Fault};
use crate::kind::{Content, Files, Kind, Rendered, Renderer};

pub use address::{Address, Endpoint};
pub(in crate::kind) use document::Texts;
pub use document::{Expectation, Expected, ObjectLock, Unreadable, WorkloadProfile, read};

/// Name of the kind, and of its folder in a target.
pub const NAME: &str = "profile";

/// One file for each workload.
pub const KIND: Kind = Kind { name: NAME, needs: |_, _| Vec::new(), render };

fn render(renderer: &Renderer<'_>, checked: &Checked) -> Files {
    let target = checked.target();
    let mut files = Vec::new();
    let mut faults: Vec<Diagnostic> = Vec::new();
    for (name, workload) in &target.stack.value.workloads {
        let profile = expect::profile(renderer.repository, checked, name, workload);
        match profile.into_file(&renderer.profiles) {
            Ok((text, digest)) => {
                let path: Arc<str> = Arc::from(format!("{NAME}/{name}.json"));
                files.push(Rendered { path, content: Content::with_digest(text, digest) });
            }
            Err(error) => faults.push(
                Diagnostic::error(Fault::Unparsable)
                    .label(format!("profile of {name}: {error}"))
                    .target(target.id.to_string()),
            ),
        }
    }
    if faults.is_empty() { Ok(files) } else { Err(faults) }
}
