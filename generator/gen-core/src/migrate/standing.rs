//! How the new side stands: what is in the way, what nobody knows, what is given up and what is gained.

use schemars::JsonSchema;
use serde::Serialize;

use crate::check::{Matrix, Refused, Report, Substitute, Verdict, VerdictKind, substitutes_for, words};
use crate::load::Repository;
use crate::model::names::{CapabilityId, ComponentName, SubjectName};

use super::Standing;

/// A requirement that does not hold, or of which nobody knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Gap {
    /// The component.
    pub component: ComponentName,
    /// The capability.
    pub capability: CapabilityId,
    /// Whose facts answered.
    pub subject: SubjectName,
    /// In words: what is asked.
    pub asked: String,
    /// In words: what its lack means.
    pub without: String,
    /// What is known, each with its evidence.
    pub known: Vec<String>,
    /// What would prove it, where nobody knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub prove: Option<String>,
}

/// Why nothing would be rendered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Obstacle {
    /// Nobody knows whether something is there that cannot be done without.
    Unknown(Gap),
    /// Something is lacking that cannot be done without.
    Lacking {
        /// What.
        #[serde(flatten)]
        gap: Gap,
        /// Who else could have the component, and at which price.
        instead: Vec<Substitute>,
    },
    /// Something else keeps it from being rendered.
    Fault {
        /// What, in words.
        what: String,
    },
}

/// A requirement that holds on one side and not on the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Shift {
    /// The component.
    pub component: ComponentName,
    /// The capability.
    pub capability: CapabilityId,
    /// In words: what it gives, or what its lack means.
    pub means: String,
    /// The verdict as it is; none where it is not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was: Option<VerdictKind>,
    /// The verdict as it is to be; none where it is no longer asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub becomes: Option<VerdictKind>,
}

/// Substitutes that are named for a component.
const SUBSTITUTES: usize = 3;

pub(super) fn obstacles(
    repository: &Repository,
    matrix: &Matrix,
    after: Standing<'_>,
    also: &[String],
) -> Vec<Obstacle> {
    let blocking = |kind: VerdictKind| {
        after.report.blocking().filter(move |verdict| verdict.kind == kind).collect::<Vec<_>>()
    };
    let mut found: Vec<Obstacle> = blocking(VerdictKind::NeedsEvidence)
        .into_iter()
        .filter_map(|verdict| gap(matrix, verdict).map(Obstacle::Unknown))
        .collect();
    let refused = Refused { target: after.target.clone(), report: after.report.clone() };
    let mut said: Vec<&ComponentName> = Vec::new();
    for verdict in blocking(VerdictKind::Refused) {
        let component = &verdict.requirement.component;
        // Who else could have a component is looked for once.
        let instead = if said.contains(&component) {
            Vec::new()
        } else {
            said.push(component);
            substitutes_for(repository, matrix, &refused, verdict, SUBSTITUTES)
        };
        found.extend(gap(matrix, verdict).map(|gap| Obstacle::Lacking { gap, instead }));
    }
    found.extend(also.iter().map(|what| Obstacle::Fault { what: what.clone() }));
    found
}

pub(super) fn questions(matrix: &Matrix, report: &Report) -> Vec<Gap> {
    let open = report
        .verdicts
        .iter()
        .filter(|verdict| verdict.kind == VerdictKind::NeedsEvidence && !verdict.blocks);
    open.filter_map(|verdict| gap(matrix, verdict)).collect()
}

fn gap(matrix: &Matrix, verdict: &Verdict) -> Option<Gap> {
    let requirement = &verdict.requirement;
    let capability = matrix.dictionary.capabilities.get(&requirement.capability)?;
    let subject = &requirement.question.subject;
    let known =
        verdict.claims.iter().map(|claim| format!("{}: {}", words::offered(claim), words::evidence(claim)));
    let unknown = verdict.kind == VerdictKind::NeedsEvidence;
    Some(Gap {
        component: requirement.component.clone(),
        capability: requirement.capability.clone(),
        subject: subject.clone(),
        asked: words::asked(requirement, capability),
        without: capability.means.without.clone(),
        known: known.collect(),
        prove: unknown
            .then(|| words::how_to_prove(&requirement.capability, capability.proof, subject.as_str())),
    })
}

/// What is given up and what is gained, by component and capability.
pub(super) fn shifts(matrix: &Matrix, before: &Report, after: &Report) -> (Vec<Shift>, Vec<Shift>) {
    let mut losses = Vec::new();
    let mut gains = Vec::new();
    for verdict in &after.verdicts {
        let requirement = &verdict.requirement;
        let Some(capability) = matrix.dictionary.capabilities.get(&requirement.capability) else { continue };
        let was = best(before, verdict);
        let holds = verdict.kind == VerdictKind::Satisfied;
        let held = was == Some(VerdictKind::Satisfied);
        let shift = |means: &str| Shift {
            component: requirement.component.clone(),
            capability: requirement.capability.clone(),
            means: means.to_owned(),
            was,
            becomes: Some(verdict.kind),
        };
        match (held, holds) {
            // What the old side did not have, or was not asked for, is no loss; what blocks is in the way, and said there.
            (true, false) if !verdict.blocks => losses.push(shift(&capability.means.without)),
            (false, true) => gains.push(shift(&capability.means.with)),
            _ => {}
        }
    }
    for found in [&mut losses, &mut gains] {
        found.sort_by(|a, b| (&a.component, &a.capability).cmp(&(&b.component, &b.capability)));
        found.dedup();
    }
    (losses, gains)
}

/// The verdict that the other side has on the same question; by capability alone where the value that is asked differs.
fn best(report: &Report, verdict: &Verdict) -> Option<VerdictKind> {
    let wanted = &verdict.requirement;
    let same = report.verdicts.iter().filter(|other| {
        let other = &other.requirement;
        other.component == wanted.component
            && other.capability == wanted.capability
            && other.site == wanted.site
    });
    let (exact, near): (Vec<&Verdict>, Vec<&Verdict>) =
        same.partition(|other| other.requirement.value == wanted.value);
    exact.first().or_else(|| near.first()).map(|found| found.kind)
}
