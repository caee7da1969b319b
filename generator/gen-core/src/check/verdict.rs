//! Verdicts on requirements: `docs/matrix-rules.md` §6.

use std::sync::Arc;

use serde::Serialize;

use crate::diag::{Diagnostic, Fault, Place, Route, did_you_mean};
use crate::load::Loaded;
use crate::model::capability::{Dictionary, Severity};
use crate::model::names::{CapabilityId, ComponentName, EnvName};
use crate::model::profile::{OnUnknown, UnknownPolicy, WaiverRules};
use crate::model::units::Date;
use crate::model::waiver::{Waiver, Waivers};

use super::Requirement;
use super::matrix::{Claim, Matrix};
use super::truth::Truth;

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
    pub claims: Vec<Arc<Claim>>,
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
    requirement: &Requirement,
    unknown: UnknownPolicy,
    waived: &[Waived],
) -> Result<Verdict, Box<Diagnostic>> {
    let place = requirement.origins.iter().find_map(|(_, place)| place.clone());
    let fault = |message: String| {
        let diagnostic = Diagnostic::error(Fault::BadFact).label(message);
        Box::new(match &place {
            Some(place) => diagnostic.at(place.clone()),
            None => diagnostic,
        })
    };
    let capability = matrix
        .dictionary
        .capabilities
        .get(&requirement.capability)
        .ok_or_else(|| fault(format!("the dictionary has no capability `{}`", requirement.capability)))?;
    let asked = matrix.asked(capability, &requirement.value).map_err(fault)?;
    let claims = matrix.effective(&requirement.question, &requirement.capability);
    let truth = matrix.truth(capability, &asked, &claims);
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
    let claims = claims.into_iter().cloned().collect();
    Ok(Verdict { requirement: requirement.clone(), truth, kind, blocks, policy, claims })
}

/// A requirement that somebody answers for: component and capability.
pub(super) type Waived = (ComponentName, CapabilityId);

/// What waivers are checked against.
pub struct WaiverContext<'a> {
    /// The environment.
    pub env: &'a EnvName,
    /// Environments of the stack.
    pub envs: &'a [&'a EnvName],
    /// The profile's rules.
    pub rules: WaiverRules,
    /// The day.
    pub as_of: Date,
    /// Components of the target.
    pub components: &'a [&'a ComponentName],
    /// The dictionary.
    pub dictionary: &'a Dictionary,
}

/// The waivers of a stack that have effect in an environment, and what is wrong with the others of that environment.
pub fn waivers(file: &Loaded<Waivers>, context: &WaiverContext<'_>) -> (Vec<Waived>, Vec<Diagnostic>) {
    let mut live = Vec::new();
    let mut diagnostics = Vec::new();
    for (index, waiver) in file.value.waivers.iter().enumerate() {
        let at = |key: &str| Place::value(file.file.clone(), Route::keys(["waivers"]).index(index).key(key));
        let fault =
            |key: &str, label: String| Diagnostic::error(Fault::FaultyWaiver).at(at(key)).label(label);
        if !context.envs.contains(&&waiver.env) {
            let diagnostic = fault("env", format!("the stack has no environment `{}`", waiver.env));
            diagnostics.push(with_nearest(
                diagnostic,
                waiver.env.as_str(),
                context.envs.iter().map(|env| env.as_str()),
            ));
            continue;
        }
        if waiver.env != *context.env {
            continue;
        }
        let before = diagnostics.len();
        check_waiver(waiver, context, &fault, &mut diagnostics);
        if diagnostics.len() == before {
            live.push((waiver.component.clone(), waiver.capability.clone()));
        }
    }
    (live, diagnostics)
}

fn check_waiver(
    waiver: &Waiver,
    context: &WaiverContext<'_>,
    fault: &dyn Fn(&str, String) -> Diagnostic,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if !context.components.contains(&&waiver.component) {
        let diagnostic = fault("component", format!("the stack has no component `{}`", waiver.component));
        let known = context.components.iter().map(|component| component.as_str());
        diagnostics.push(with_nearest(diagnostic, waiver.component.as_str(), known));
    }
    if !context.dictionary.capabilities.contains_key(&waiver.capability) {
        let diagnostic =
            fault("capability", format!("the dictionary has no capability `{}`", waiver.capability));
        let known = context.dictionary.capabilities.keys().map(CapabilityId::as_str);
        diagnostics.push(with_nearest(diagnostic, waiver.capability.as_str(), known));
    }
    if context.as_of > waiver.until {
        diagnostics.push(
            fault("until", format!("expired: evidence is judged as of {}", context.as_of))
                .help("close the gap, or ask for a new waiver"),
        );
    }
    let longest = context.as_of.plus_days(context.rules.longest.as_days());
    if waiver.until > longest {
        diagnostics.push(
            fault(
                "until",
                format!("too long: waivers of this profile run {} at most", context.rules.longest),
            )
            .help(format!("{longest} at the latest")),
        );
    }
    let mut approvers: Vec<&String> =
        waiver.approvers.iter().filter(|approver| **approver != waiver.author).collect();
    approvers.sort();
    approvers.dedup();
    if waiver.approvers.contains(&waiver.author) {
        diagnostics.push(
            fault("approvers", "approved by its author".to_owned())
                .help("somebody else has to answer for it"),
        );
    } else if approvers.len() < usize::from(context.rules.approvers) {
        diagnostics.push(fault(
            "approvers",
            format!("{} of {} approvers", approvers.len(), context.rules.approvers),
        ));
    }
}

fn with_nearest<'a>(diagnostic: Diagnostic, word: &str, known: impl Iterator<Item = &'a str>) -> Diagnostic {
    match did_you_mean(word, known) {
        Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
        None => diagnostic,
    }
}
