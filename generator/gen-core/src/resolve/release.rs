//! Releases: every image that runs is named by digest.

use crate::diag::{Diagnostic, Fault, Place as Spot, Route};
use crate::load::Loaded;
use crate::model::names::WorkloadName;
use crate::model::stack::Stack;
use crate::model::waiver::Release;

use super::binding::unknown;

/// Checks a release against the stack that it runs.
pub(super) fn check(stack: &Loaded<Stack>, release: &Loaded<Release>, diagnostics: &mut Vec<Diagnostic>) {
    let workloads = &stack.value.workloads;
    let at = |name: &WorkloadName| Route::keys(["images", name.as_str()]);
    for (name, digest) in &release.value.images {
        if !workloads.contains_key(name) {
            diagnostics.push(unknown(
                format!("the stack has no workload `{name}`"),
                name.as_str(),
                workloads.keys().map(WorkloadName::as_str),
                Spot::key(release.file.clone(), at(name)),
            ));
        }
        let hex = digest.strip_prefix("sha256:").unwrap_or_default();
        if hex.len() != 64 || !hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
            diagnostics.push(
                Diagnostic::error(Fault::UnpinnedImage)
                    .at(Spot::value(release.file.clone(), at(name)))
                    .label("not a digest: `sha256:` and 64 hexadecimal digits")
                    .help("the image's name stands in the stack; the release says which content of it runs"),
            );
        }
    }
    for name in workloads.keys().filter(|name| !release.value.images.contains_key(*name)) {
        diagnostics.push(
            Diagnostic::error(Fault::UnpinnedImage)
                .at(Spot::key(release.file.clone(), Route::keys(["images"])))
                .label(format!("`{name}` has no digest")),
        );
    }
}
