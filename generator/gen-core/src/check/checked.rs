//! Proof for a whole target. Rendering accepts nothing but what this module made.

use std::collections::BTreeMap;

use crate::demand::demand;
use crate::diag::{Diagnostic, any_error};
use crate::load::Repository;
use crate::model::names::{ComponentName, EnvName};
use crate::model::units::Date;
use crate::resolve::Target;

use super::StoreSettings;
use super::matrix::Matrix;
use super::verdict::{Verdict, VerdictKind, judge};
use super::waiver::{Waived, WaiverContext, waivers};

/// The verdicts on everything that a target needs, in the order of components and capabilities.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The verdicts.
    pub verdicts: Vec<Verdict>,
}

/// How many verdicts there are of each kind.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(deny_unknown_fields)]
pub struct Counts {
    /// They hold.
    pub satisfied: usize,
    /// They do not hold, and the target is rendered without.
    pub degraded: usize,
    /// They do not hold, and nothing is rendered.
    pub refused: usize,
    /// Nobody knows.
    pub needs_evidence: usize,
    /// Somebody answers for the gap.
    pub waived: usize,
}

impl Report {
    /// Counts by kind.
    pub fn counts(&self) -> Counts {
        let of = |kind: VerdictKind| self.verdicts.iter().filter(|verdict| verdict.kind == kind).count();
        Counts {
            satisfied: of(VerdictKind::Satisfied),
            degraded: of(VerdictKind::Degraded),
            refused: of(VerdictKind::Refused),
            needs_evidence: of(VerdictKind::NeedsEvidence),
            waived: of(VerdictKind::Waived),
        }
    }

    /// Something blocks rendering.
    pub fn is_refused(&self) -> bool {
        self.verdicts.iter().any(|verdict| verdict.blocks)
    }

    /// What blocks rendering.
    pub fn blocking(&self) -> impl Iterator<Item = &Verdict> {
        self.verdicts.iter().filter(|verdict| verdict.blocks)
    }

    /// Last day on which some cited fact counts, for those that expire before `until`.
    pub fn expiring(&self, until: Date) -> impl Iterator<Item = &std::sync::Arc<super::Claim>> {
        self.verdicts.iter().flat_map(Verdict::cites).filter(move |claim| claim.expires <= until)
    }
}

/// A target whose requirements were judged, none of which blocks rendering.
#[derive(Debug, Clone)]
pub struct Checked {
    target: Target,
    report: Report,
    stores: BTreeMap<ComponentName, StoreSettings>,
}

impl Checked {
    /// How clients speak to a store of the target.
    pub fn store(&self, component: &ComponentName) -> Option<&StoreSettings> {
        self.stores.get(component)
    }

    /// The target.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Its verdicts.
    pub fn report(&self) -> &Report {
        &self.report
    }
}

/// A target that may not be rendered: refused, or left open by faults of the models.
#[derive(Debug, Clone)]
pub struct Refused {
    /// The target.
    pub target: Target,
    /// Its verdicts.
    pub report: Report,
}

impl Refused {
    /// What was applied before it was refused: to be looked at, unlocked or taken away, which evidence never keeps anybody from. Nothing that
    /// is rendered of it may be written or applied.
    pub fn as_it_stands(&self, repository: &Repository, matrix: &Matrix) -> Checked {
        let stores = super::store::stores(repository, matrix, &self.target);
        Checked { target: self.target.clone(), report: self.report.clone(), stores }
    }
}

/// Judges what a target needs, and gives the proof that it may be rendered, or the reasons why not.
pub fn check(
    repository: &Repository,
    matrix: &Matrix,
    target: Target,
) -> (Result<Checked, Box<Refused>>, Vec<Diagnostic>) {
    let (report, diagnostics) = judge_all(repository, matrix, &target);
    if any_error(&diagnostics) || report.is_refused() {
        (Err(Box::new(Refused { target, report })), diagnostics)
    } else {
        let stores = super::store::stores(repository, matrix, &target);
        (Ok(Checked { target, report, stores }), diagnostics)
    }
}

/// The verdicts on everything that a target needs, and faults found on the way.
pub(super) fn judge_all(
    repository: &Repository,
    matrix: &Matrix,
    target: &Target,
) -> (Report, Vec<Diagnostic>) {
    let (requirements, mut diagnostics) = demand(repository, &matrix.dictionary, target);
    let (waived, faults) = live_waivers(repository, matrix, target);
    diagnostics.extend(faults);
    let mut report = Report::default();
    for requirement in requirements {
        match judge(matrix, requirement, target.policy.unknown, target.policy.attestations, &waived) {
            Ok(verdict) => report.verdicts.push(verdict),
            Err(fault) => diagnostics.push(*fault),
        }
    }
    for diagnostic in &mut diagnostics {
        diagnostic.target.get_or_insert_with(|| target.id.to_string());
    }
    (report, diagnostics)
}

fn live_waivers(repository: &Repository, matrix: &Matrix, target: &Target) -> (Vec<Waived>, Vec<Diagnostic>) {
    let Some(file) = &target.waivers else { return (Vec::new(), Vec::new()) };
    let components: Vec<&ComponentName> = target.components.keys().collect();
    let envs = repository.environments(&target.id.stack);
    let envs: Vec<&EnvName> = envs.iter().collect();
    let context = WaiverContext {
        env: &target.id.env,
        envs: &envs,
        rules: target.policy.waivers,
        as_of: matrix.as_of,
        components: &components,
        dictionary: &matrix.dictionary,
    };
    waivers(file, &context)
}
