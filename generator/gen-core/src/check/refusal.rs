//! Refusals that help: what was asked and where, what is offered on which evidence, what to choose instead.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::diag::{Diagnostic, Fault, Place, Route, Severity};
use crate::load::Repository;
use crate::model::names::ComponentName;

use super::candidates::{Candidate, candidates};
use super::checked::Refused;
use super::matrix::Matrix;
use super::verdict::{Verdict, VerdictKind};
use super::{Origin, words};

/// Most choices that a refusal lists.
const CHOICES: usize = 3;
/// Most capabilities that are named of a choice about which too little is known.
const UNKNOWN: usize = 4;

/// One diagnostic for each requirement that blocks a target.
pub fn refusals(repository: &Repository, matrix: &Matrix, refused: &Refused) -> Vec<Diagnostic> {
    let blocking = refused.report.blocking();
    let mut found: Vec<(&ComponentName, Diagnostic)> =
        blocking.map(|verdict| (&verdict.requirement.component, refusal(matrix, refused, verdict))).collect();
    found.sort_by(|a, b| crate::diag::order(&a.1, &b.1));
    // Who else could have the component is said once, however much is lacking.
    let mut seen: BTreeSet<&ComponentName> = BTreeSet::new();
    found
        .into_iter()
        .map(|(component, diagnostic)| {
            if seen.insert(component) {
                with_choices(diagnostic, &candidates(repository, matrix, &refused.target, component))
            } else {
                diagnostic
            }
        })
        .collect()
}

/// The same for an environment that is only planned: warnings, and before them the one that sums them up.
pub fn planned(refused: &Refused, refusals: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let target = &refused.target;
    let of = |kind: VerdictKind| {
        let cells = refused.report.blocking().filter(|verdict| verdict.kind == kind);
        let cells: BTreeSet<String> = cells
            .map(|verdict| format!("{} {}", verdict.requirement.component, verdict.requirement.capability))
            .collect();
        cells.into_iter().collect::<Vec<_>>().join(", ")
    };
    let asked = refused.report.verdicts.len();
    let mut summary = Diagnostic::warning(Fault::Planned)
        .at(Place::value(target.env.file.clone(), Route::keys(["planned"])))
        .label(format!("{} of {asked} requirements stand in the way", refused.report.blocking().count()))
        .target(target.id.to_string());
    for (name, kind) in [("lacking", VerdictKind::Refused), ("unknown", VerdictKind::NeedsEvidence)] {
        let cells = of(kind);
        if !cells.is_empty() {
            summary = summary.note(name, cells);
        }
    }
    summary = summary.help(format!("gen plan -s {} -e {} says more", target.id.stack, target.id.env));
    let warnings = refusals.into_iter().map(|found| Diagnostic { severity: Severity::Warning, ..found });
    std::iter::once(summary).chain(warnings).collect()
}

fn refusal(matrix: &Matrix, refused: &Refused, verdict: &Verdict) -> Diagnostic {
    let requirement = &verdict.requirement;
    let subject = &requirement.question.subject;
    let capability = matrix.dictionary.capabilities.get(&requirement.capability);
    let fault = if verdict.kind == VerdictKind::Refused { Fault::Refused } else { Fault::NeedsEvidence };
    let mut diagnostic = Diagnostic::error(fault).target(refused.target.id.to_string());
    let Some(capability) = capability else { return diagnostic };
    diagnostic = diagnostic.summary(format!("{}: {}", requirement.component, capability.means.without));
    let origin =
        requirement.origins.iter().find(|(_, place)| place.is_some()).or(requirement.origins.first());
    if let Some((origin, place)) = origin {
        diagnostic = diagnostic.label(format!("asked by {}", origin_words(origin)));
        diagnostic.place.clone_from(place);
    }
    let tier = refused.target.tier().as_str();
    diagnostic = diagnostic.note(
        "asked",
        format!("{}; {} in {tier}", words::asked(requirement, capability), requirement.severity.as_str()),
    );
    if verdict.claims.is_empty() {
        let region =
            requirement.question.region.as_ref().map(|region| format!(" in {region}")).unwrap_or_default();
        let offered = format!("nothing is known of `{}` at {subject}{region}", requirement.capability);
        diagnostic = diagnostic.note("offered", offered);
    }
    for claim in verdict.claims.iter() {
        diagnostic = diagnostic
            .note("offered", format!("{} at {subject}", words::offered(claim)))
            .note("evidence", words::evidence(claim))
            .note("source", claim.source.at.clone());
    }
    if verdict.kind == VerdictKind::NeedsEvidence {
        let expired =
            !verdict.claims.is_empty() && verdict.claims.iter().all(|claim| matrix.as_of > claim.expires);
        let what = if expired {
            "it has expired: read the source again, and set the date under `read`".to_owned()
        } else {
            words::how_to_prove(&requirement.capability, capability.proof, subject.as_str())
        };
        diagnostic = diagnostic.note("prove", what);
    }
    diagnostic
}

/// What to choose instead.
fn with_choices(mut diagnostic: Diagnostic, choices: &[Candidate]) -> Diagnostic {
    for choice in choices.iter().filter(|choice| choice.qualifies()).take(CHOICES) {
        diagnostic = diagnostic.note("choose", choice_words(choice));
    }
    for choice in choices.iter().filter(|choice| !choice.qualifies()).take(CHOICES) {
        let unknown: Vec<&str> =
            choice.unknown.iter().map(crate::model::names::CapabilityId::as_str).take(UNKNOWN).collect();
        let more = choice.unknown.len().saturating_sub(UNKNOWN);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        diagnostic = diagnostic.note("unknown", format!("{}: {}{more}", choice.subject, unknown.join(", ")));
    }
    if choices.is_empty() {
        diagnostic =
            diagnostic.note("choose", "no other choice for this component alone lets the target be rendered");
    }
    diagnostic
}

fn choice_words(choice: &Candidate) -> String {
    let counts = choice.counts;
    let how = match (choice.hosted, choice.has_module) {
        (true, _) => "runs on your cluster",
        (false, true) => "gen renders it",
        (false, false) => "bring it as existing",
    };
    let mut verdicts = format!("{} hold", counts.satisfied);
    for (number, word) in [(counts.degraded, "degraded"), (counts.needs_evidence, "unknown")] {
        if number > 0 {
            // Writing to a string cannot fail.
            let _ = write!(verdicts, ", {number} {word}");
        }
    }
    format!("{}: {verdicts}; {how}", choice.subject)
}

/// Where a requirement comes from, in words.
pub(super) fn origin_words(origin: &Origin) -> String {
    match origin {
        Origin::DataClass(name) => format!("data class `{name}`"),
        Origin::ComponentType => "the type of the component".to_owned(),
        Origin::ArtifactKind(kind) => format!("what is rendered ({kind})"),
        Origin::Profile(name) => format!("profile `{name}`"),
        Origin::Needs => "`needs`".to_owned(),
    }
}
