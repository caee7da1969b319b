//! Verdicts on requirements: `docs/matrix-rules.md` §6.

use std::sync::Arc;

use serde::Serialize;

use crate::diag::{Diagnostic, Fault};
use crate::model::capability::Severity;
use crate::model::profile::{AttestationRules, OnUnknown, UnknownPolicy};

use super::Requirement;
use super::matrix::{Answer, Claim, Matrix};
use super::truth::Truth;
use super::waiver::Waived;

/// What becomes of a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerdictKind {
    /// It holds, on live evidence.
    Satisfied,
    /// It does not hold; rendered without, and the loss is named.
    Degraded,
    /// It does not hold; nothing is rendered.
    Refused,
    /// Nobody knows whether it holds.
    NeedsEvidence,
    /// Somebody answers for the gap, until a date.
    Waived,
}

/// The verdict on one requirement.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The requirement.
    pub requirement: Requirement,
    /// What the facts say.
    pub truth: Truth,
    /// What becomes of it.
    pub kind: VerdictKind,
    /// Nothing is rendered because of it.
    pub blocks: bool,
    /// What the profile does about an unknown fact of this severity.
    pub policy: OnUnknown,
    /// The effective fact: the claims that decided.
    pub claims: Arc<[Arc<Claim>]>,
}

impl Verdict {
    /// The claims that a satisfied requirement rests on.
    pub fn cites(&self) -> &[Arc<Claim>] {
        if self.kind == VerdictKind::Satisfied { &self.claims } else { &[] }
    }
}

/// Judges one requirement. A value that does not fit the dictionary is a fault.
pub fn judge(
    matrix: &Matrix,
    requirement: Requirement,
    unknown: UnknownPolicy,
    attestations: Option<AttestationRules>,
    waived: &[Waived],
) -> Result<Verdict, Box<Diagnostic>> {
    let fault = |message: String| {
        let diagnostic = Diagnostic::error(Fault::BadFact).label(message);
        Box::new(match requirement.origins.iter().find_map(|(_, place)| place.as_ref()) {
            Some(place) => diagnostic.at(place.clone()),
            None => diagnostic,
        })
    };
    let Requirement { capability, value, question, .. } = &requirement;
    let Answer { truth, claims } = matrix.answer(capability, value, question, attestations).map_err(fault)?;
    let policy = match requirement.severity {
        Severity::Blocking => unknown.blocking,
        Severity::Degraded => unknown.degraded,
        Severity::Advisory => unknown.advisory,
    };
    let (kind, blocks) = match truth {
        Truth::Yes => (VerdictKind::Satisfied, false),
        Truth::No if requirement.severity == Severity::Blocking => (VerdictKind::Refused, true),
        Truth::No => (VerdictKind::Degraded, false),
        Truth::Unknown => (VerdictKind::NeedsEvidence, policy == OnUnknown::Refuse),
    };
    let is_waived = matches!(kind, VerdictKind::Refused | VerdictKind::NeedsEvidence)
        && waived.iter().any(|(component, capability)| {
            *component == requirement.component && *capability == requirement.capability
        });
    let (kind, blocks) = if is_waived { (VerdictKind::Waived, false) } else { (kind, blocks) };
    Ok(Verdict { requirement, truth, kind, blocks, policy, claims })
}
