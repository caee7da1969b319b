//! Releases: every image that runs is named by digest.

use crate::diag::{Diagnostic, Fault, Place as Spot, Route};
use crate::load::Loaded;
use crate::model::names::WorkloadName;
use crate::model::stack::Stack;
use crate::model::waiver::Release;

use super::binding::unknown;

/// Checks that a release names content and nothing that can move.
pub(super) fn check(release: &Loaded<Release>, diagnostics: &mut Vec<Diagnostic>) {
    for (name, digest) in &release.value.images {
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
}

/// Checks a release against the stack of its revision: a digest for each workload, and for nothing else. The stack of another
/// revision may have other workloads.
pub fn release_fits(stack: &Loaded<Stack>, release: &Loaded<Release>) -> Vec<Diagnostic> {
    let (workloads, images) = (&stack.value.workloads, &release.value.images);
    let foreign = images.keys().filter(|name| !workloads.contains_key(*name)).map(|name| {
        unknown(
            format!("the stack has no workload `{name}` at that revision"),
            name.as_str(),
            workloads.keys().map(WorkloadName::as_str),
            Spot::key(release.file.clone(), at(name)),
        )
    });
    let missing = workloads.keys().filter(|name| !images.contains_key(*name)).map(|name| {
        Diagnostic::error(Fault::UnpinnedImage)
            .at(Spot::key(release.file.clone(), Route::keys(["images"])))
            .label(format!("`{name}` has no digest"))
    });
    foreign.chain(missing).collect()
}

fn at(name: &WorkloadName) -> Route {
    Route::keys(["images", name.as_str()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_has_a_digest_for_each_workload_of_its_revision() {
        let target = crate::testing::Models::new().target("app/dev");
        let found = |images: &str| {
            let value =
                serde_yaml::from_str(&format!("version: 1\nrevision: \"5f0c1e9\"\nimages: {images}\n"));
            let release = Loaded { file: "release".into(), builtin: false, value: value.expect("a release") };
            release_fits(&target.stack, &release)
                .into_iter()
                .map(|found| (found.fault, found.label))
                .collect::<Vec<_>>()
        };
        assert_eq!(found("{web: sha256:0}"), []);
        let foreign = (Fault::UnknownName, "the stack has no workload `wbe` at that revision".to_owned());
        let missing = (Fault::UnpinnedImage, "`web` has no digest".to_owned());
        assert_eq!(found("{wbe: sha256:0}"), [foreign, missing]);
    }
}
