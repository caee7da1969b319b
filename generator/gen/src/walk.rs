//! Target after target: judged, rendered, compared with the disk, seen by the command, and gone before the next.
//!
//! What a command keeps of a target is its own choice, so that ten thousand of them fit into memory.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use gen_core::check::Matrix;
use gen_core::diag::{Diagnostic, any_error};
use gen_core::kind::terraform::{Root, Terraform};
use gen_core::kind::workflows::Draft;
use gen_core::kind::{Renderer, Tree, folder, workflows};
use gen_core::load::Repository;
use gen_core::model::units::Date;
use gen_core::plan::{State, TreeDiff, compare, compare_tree, gone};
use gen_core::prove::{Judged, judge, prepare};
use gen_core::resolve::{TargetId, WhatIf};
use rayon::prelude::*;
use schemars::JsonSchema;
use serde::Serialize;

use crate::session::Session;

/// What became of a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TargetState {
    /// It is rendered.
    Ok,
    /// Something that it needs is lacking or not known.
    Refused,
    /// The same, and it is not in operation yet.
    Planned,
    /// Faults of models, modules or templates keep it from being rendered.
    Invalid,
}

impl TargetState {
    /// As people read it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Refused => "refused",
            Self::Planned => "planned",
            Self::Invalid => "invalid",
        }
    }
}

/// A target, while it is there.
pub(crate) struct Visit<'a> {
    /// Everything that was read.
    pub repository: &'a Repository,
    /// Modules and templates.
    pub renderer: &'a Renderer<'a>,
    /// What it was judged by.
    pub matrix: &'a Matrix,
    /// The target and its verdicts.
    pub judged: &'a Judged,
    /// Its roots, in the order in which they are applied.
    pub roots: &'a [Root],
    /// What became of it.
    pub state: TargetState,
    /// What is rendered for it, sorted by path.
    pub tree: &'a Tree,
    /// How that compares with the disk; none unless it is rendered.
    pub diff: Option<&'a TreeDiff>,
}

/// What is known once every target was seen.
pub(crate) struct Walked<T> {
    /// The day by which evidence was judged.
    pub as_of: Date,
    /// What the command kept of each target, in the order of stacks and environments.
    pub kept: Vec<T>,
    /// Files that belong to no selected target: modules, and what targets left that are gone.
    pub shared: Vec<TreeDiff>,
}

struct Outcome<T> {
    kept: T,
    modules: Vec<Arc<str>>,
    rendered: bool,
    found: Vec<Diagnostic>,
}

/// Shows every selected target to `see`. Faults are added to the session's; none is returned when nothing can be judged at all.
pub(crate) fn walk<T: Send>(
    session: &mut Session,
    what_if: &WhatIf,
    as_of: Option<Date>,
    see: impl Fn(&Visit<'_>) -> T + Sync,
) -> Option<Walked<T>> {
    let (walked, found) = walk_all(session, what_if, as_of, &see);
    session.report(found);
    walked
}

fn walk_all<T: Send>(
    session: &Session,
    what_if: &WhatIf,
    as_of: Option<Date>,
    see: &(impl Fn(&Visit<'_>) -> T + Sync),
) -> (Option<Walked<T>>, Vec<Diagnostic>) {
    let selects = |id: &TargetId| session.selects(id);
    let ((ground, mut diagnostics), (renderer, found)) = rayon::join(
        || prepare(&session.repository, what_if, as_of, &selects),
        || Renderer::new(&session.repository),
    );
    let Some(ground) = ground else { return (None, diagnostics) };
    diagnostics.extend(found);
    let (matrix, known) = (ground.matrix, ground.known);
    // Workflows speak of every target: a part of them says nothing, and a fault may hide some.
    let mut whole =
        ground.targets.len() == known.len() && !any_error(&session.diagnostics) && !any_error(&diagnostics);
    let draft = if whole { workflows::draft(&session.repository, &ground.targets) } else { Ok(None) };
    let (workflows, outcomes) = rayon::join(
        || draft.and_then(|draft| draft.map(Draft::render).transpose()),
        || {
            let targets = ground.targets.into_par_iter().map(|target| {
                let (judged, found) = judge(&session.repository, &matrix, target);
                visit(session, &renderer, &matrix, &judged, found, see)
            });
            targets.collect::<Vec<Outcome<T>>>()
        },
    );
    let workflows = workflows.unwrap_or_else(|faults| {
        diagnostics.extend(faults);
        whole = false;
        None
    });
    let mut kept = Vec::with_capacity(outcomes.len());
    let mut used = BTreeSet::new();
    for outcome in outcomes {
        kept.push(outcome.kept);
        used.extend(outcome.modules);
        whole &= outcome.rendered;
        diagnostics.extend(outcome.found);
    }
    let shared = shared(session, &renderer.terraform, used, workflows, whole.then_some(&known));
    diagnostics.extend(shared.iter().flat_map(TreeDiff::diagnostics));
    (Some(Walked { as_of: matrix.as_of, kept, shared }), diagnostics)
}

fn visit<T>(
    session: &Session,
    renderer: &Renderer<'_>,
    matrix: &Matrix,
    judged: &Judged,
    mut found: Vec<Diagnostic>,
    see: &(impl Fn(&Visit<'_>) -> T + Sync),
) -> Outcome<T> {
    let target = judged.target();
    let terraform = &renderer.terraform;
    let (roots, _) = terraform.roots(target);
    let nothing = || Tree { folder: folder(&target.id), files: Vec::new() };
    let (state, tree) = match judged {
        Judged::Checked(checked) => match renderer.render(checked) {
            Ok(tree) => (TargetState::Ok, tree),
            Err(faults) => {
                found.extend(faults);
                (TargetState::Invalid, nothing())
            }
        },
        Judged::Refused(refused) if refused.report.is_refused() => {
            let planned = target.env.value.planned;
            (if planned { TargetState::Planned } else { TargetState::Refused }, nothing())
        }
        Judged::Refused(_) => (TargetState::Invalid, nothing()),
    };
    let ok = state == TargetState::Ok;
    let diff = ok.then(|| compare_tree(&session.root, &tree));
    found.extend(diff.iter().flat_map(TreeDiff::diagnostics));
    let modules = if ok { terraform.modules_of(target, &roots) } else { Vec::new() };
    let repository = &session.repository;
    let kept = see(&Visit {
        repository,
        renderer,
        matrix,
        judged,
        roots: &roots,
        state,
        tree: &tree,
        diff: diff.as_ref(),
    });
    // What was never rendered needs no modules; what once was keeps those that it has.
    let nowhere = state == TargetState::Planned && !session.root.join(folder(&target.id).as_ref()).exists();
    Outcome { kept, modules, rendered: ok || nowhere, found }
}

/// Modules in use, workflows, and, if every target is known (`whole`), what is left of targets that are gone.
///
/// A part of the targets says nothing about modules that the others use, nor about targets that are gone. A fault hides targets, so that what
/// belongs to them looks abandoned: then nothing is removed either.
fn shared(
    session: &Session,
    terraform: &Terraform<'_>,
    used: BTreeSet<Arc<str>>,
    workflows: Option<Tree>,
    whole: Option<&Vec<TargetId>>,
) -> Vec<TreeDiff> {
    let tree = terraform.module_tree(used);
    let Some(known) = whole else {
        let workflows = workflows.iter().map(|tree| compare_tree(&session.root, tree));
        return std::iter::once(beside_other_modules(session, &tree)).chain(workflows).collect();
    };
    let mut known: BTreeSet<Arc<str>> = known.iter().map(folder).collect();
    known.extend(workflows.iter().map(|tree| tree.folder.clone()));
    let mut trees = vec![tree];
    trees.extend(workflows);
    trees.extend(gone(&session.root, &known));
    compare(&session.root, &trees)
}

/// Modules that only other targets use stay as they are, on disk and in the manifest: what was edited by hand is not taken for `gen`'s own.
fn beside_other_modules(session: &Session, tree: &Tree) -> TreeDiff {
    let rendered: BTreeSet<String> = tree.files.iter().filter_map(|file| module_of(&file.path)).collect();
    let other = |path: &str| module_of(path).is_none_or(|module| !rendered.contains(&module));
    let mut diff = compare_tree(&session.root, tree);
    if diff.blocked.is_some() {
        return diff;
    }
    diff.files.retain(|file| file.state == State::Leftover || !other(&file.path));
    diff.hollow.retain(|folder| !other(folder));
    let of_others = |known: &BTreeMap<Arc<str>, Arc<str>>| -> Vec<(Arc<str>, Arc<str>)> {
        known
            .iter()
            .filter(|(path, _)| other(path))
            .map(|(path, digest)| (path.clone(), digest.clone()))
            .collect()
    };
    diff.manifest.files.extend(of_others(&diff.recorded.files));
    diff.manifest.pending.extend(of_others(&diff.recorded.pending));
    let (wanted, recorded) = (&diff.manifest, &diff.recorded);
    diff.manifest_differs = wanted.files != recorded.files || wanted.pending != recorded.pending;
    diff
}

/// `aws/network/main.tf` → `aws/network`.
fn module_of(path: &str) -> Option<String> {
    let mut parts = path.splitn(3, '/');
    Some(format!("{}/{}", parts.next()?, parts.next()?))
}
