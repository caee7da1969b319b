//! New files are proven before they are written: what could never be planned is not made.

use gen_core::diag::{Diagnostic, Severity};
use gen_core::kind::{Rendered, Renderer};
use gen_core::load::Repository;
use gen_core::prove::{Judged, Proof, prove};
use gen_core::resolve::{TargetId, WhatIf};

/// The targets that `wanted` names, judged as if the files were there; or the faults that they would bring.
///
/// What providers lack and what nobody knows is no fault of the files.
pub(super) fn with_files(
    repository: &mut Repository,
    files: &[Rendered],
    wanted: &(dyn Fn(&TargetId) -> bool + Sync),
) -> Result<Option<Proof>, Vec<Diagnostic>> {
    let (_, before) = prove(repository, &WhatIf::default(), None, wanted);
    let mut found = Vec::new();
    for file in files.iter().filter(|file| is_input(&file.path)) {
        let text = String::from_utf8_lossy(file.content.bytes());
        found.extend(gen_core::load::reread(repository, &file.path, &text));
    }
    let (proof, after) = prove(repository, &WhatIf::default(), None, wanted);
    let is_new = |fault: &Diagnostic| {
        fault.severity == Severity::Error && !fault.fault.is_verdict() && !before.contains(fault)
    };
    found.extend(after.into_iter().filter(is_new));
    found.extend(proof.iter().flat_map(|proof| unrenderable(repository, proof)));
    if found.is_empty() { Ok(proof) } else { Err(found) }
}

/// What keeps targets that lack nothing from being rendered all the same.
fn unrenderable(repository: &Repository, proof: &Proof) -> Vec<Diagnostic> {
    let (renderer, _) = Renderer::new(repository);
    let checked = proof.targets.iter().filter_map(|judged| match judged {
        Judged::Checked(checked) => Some(checked),
        Judged::Refused(_) => None,
    });
    checked.filter_map(|checked| renderer.render(checked).err()).flatten().collect()
}

fn is_input(path: &str) -> bool {
    path.starts_with("stacks/") || path.starts_with("profiles/")
}
