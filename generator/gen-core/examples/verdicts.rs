//! Answers cases of the capability matrix on standard input, so that an oracle can be compared with `gen`'s own rules.
//!
//! Protocol: `snapshots/oracle/README.md`. One JSON object a line, in and out.

use std::collections::BTreeMap;
use std::io::{BufRead as _, Write as _};
use std::sync::Arc;

use gen_core::check::matrix::SubjectFacts;
use gen_core::check::{Matrix, Question, Requirement, Site, judge};
use gen_core::model::capability::{Capability, Dictionary, Severity};
use gen_core::model::environment::Tier;
use gen_core::model::names::{CapabilityId, ComponentName, Place, RegionName, SubjectName};
use gen_core::model::profile::{AttestationRules, UnknownPolicy};
use gen_core::model::subject::{Fact, Source};
use gen_core::model::units::{Date, FormatVersion};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Case {
    as_of: Date,
    capabilities: BTreeMap<CapabilityId, Capability>,
    #[serde(default)]
    places: BTreeMap<Place, Vec<Place>>,
    subjects: BTreeMap<SubjectName, Subject>,
    unknown: UnknownPolicy,
    #[serde(default)]
    attestations: Option<AttestationRules>,
    #[serde(default)]
    waivers: Vec<LiveWaiver>,
    tier: Tier,
    requirements: Vec<Asked>,
}

#[derive(Deserialize)]
struct Subject {
    sources: BTreeMap<String, Source>,
    facts: Vec<Fact>,
}

#[derive(Deserialize)]
struct LiveWaiver {
    component: ComponentName,
    capability: CapabilityId,
    until: Date,
}

#[derive(Deserialize)]
struct Asked {
    component: ComponentName,
    capability: CapabilityId,
    value: Value,
    subject: SubjectName,
    region: Option<RegionName>,
    service: Option<Arc<str>>,
    /// Something stands in for it, so its lack is degraded at most.
    #[serde(default)]
    stand_in: bool,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let case: Case = serde_json::from_str(&line?)?;
        writeln!(out, "{}", answer(case)?)?;
    }
    Ok(())
}

fn answer(case: Case) -> Result<Value, String> {
    let dictionary =
        Arc::new(Dictionary { version: FormatVersion, places: case.places, capabilities: case.capabilities });
    let subjects = case.subjects.iter().map(|(name, subject)| SubjectFacts {
        name,
        file: Arc::from(name.as_str()),
        sources: &subject.sources,
        facts: &subject.facts,
        regions: None,
        services: None,
    });
    let (matrix, faults) = Matrix::build(dictionary, case.as_of, subjects);
    if let Some(fault) = faults.first() {
        return Err(format!("{fault:?}"));
    }
    let waived: Vec<_> = case
        .waivers
        .into_iter()
        .filter(|waiver| case.as_of <= waiver.until)
        .map(|waiver| (waiver.component, waiver.capability))
        .collect();
    let mut verdicts = Vec::new();
    let mut refused = false;
    for asked in case.requirements {
        let capability =
            matrix.dictionary.capabilities.get(&asked.capability).ok_or("an unknown capability")?;
        let requirement = Requirement {
            severity: if asked.stand_in {
                capability.severity(case.tier).min(Severity::Degraded)
            } else {
                capability.severity(case.tier)
            },
            component: asked.component,
            capability: asked.capability,
            value: asked.value.into(),
            site: Site::Primary,
            origins: Vec::new(),
            question: Question { subject: asked.subject, region: asked.region, service: asked.service },
        };
        let verdict = judge(&matrix, requirement, case.unknown, case.attestations, &waived)
            .map_err(|fault| format!("{fault:?}"))?;
        refused |= verdict.blocks;
        let mut cites: Vec<(&str, usize)> =
            verdict.cites().iter().map(|claim| (claim.subject.as_str(), claim.index)).collect();
        cites.sort_unstable();
        verdicts.push(json!({
            "truth": verdict.truth, "severity": verdict.requirement.severity, "verdict": verdict.kind,
            "blocks": verdict.blocks, "cites": cites,
        }));
    }
    Ok(json!({"verdicts": verdicts, "refused": refused}))
}
