//! Verdicts in words: data for views, no terminal code.

use serde_json::Value as Json;

use crate::model::capability::{Capability, Compare, Proof, SeverityTier};
use crate::model::names::CapabilityId;
use crate::model::subject::Confidence;

use super::Requirement;
use super::matrix::Claim;

/// What is asked, such as ``s3.object_lock.modes has `compliance` ``.
pub fn asked(requirement: &Requirement, capability: &Capability) -> String {
    let value = list(&requirement.value);
    let id = &requirement.capability;
    match capability.compare {
        Compare::Has => format!("{id} has {value}"),
        Compare::Within => format!("{id} within {value}"),
        Compare::AtLeast => format!("{id} at least {value}"),
        Compare::Equals if *requirement.value == Json::Bool(true) => id.to_string(),
        Compare::Equals => format!("{id} is {value}"),
        Compare::Overlaps => format!("{id} has one of {value}"),
    }
}

/// What a claim offers, such as `` `governance`; not `compliance` ``.
pub fn offered(claim: &Claim) -> String {
    let is = claim.is_written.as_ref().map(|value| match value {
        Json::Bool(true) => "yes".to_owned(),
        Json::Bool(false) => "no".to_owned(),
        Json::Array(items) if items.is_empty() => "none".to_owned(),
        other => list(other),
    });
    let not = claim.not_written.as_ref().map(|value| match value {
        Json::Bool(true) => "no".to_owned(),
        Json::String(word) => format!("less than `{word}`"),
        several @ Json::Array(items) if items.len() > 1 => format!("none of {}", list(several)),
        other => format!("not {}", list(other)),
    });
    match (is, not) {
        (Some(is), Some(not)) => format!("{is}; {not}"),
        (Some(text), None) | (None, Some(text)) => text,
        (None, None) => "nothing".to_owned(),
    }
}

/// How well a claim is known, such as `documented, read 2026-11-20, expires 2027-05-19`.
pub fn evidence(claim: &Claim) -> String {
    format!("{}, read {}, expires {}", confidence(claim.confidence), claim.source.read, claim.expires)
}

/// A confidence in words.
pub fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Unknown => "unknown",
        Confidence::Unverified => "unverified",
        Confidence::NotExposed => "absent from the provider's documentation",
        Confidence::Inferred => "inferred",
        Confidence::Reported => "reported by others",
        Confidence::Attested => "attested",
        Confidence::Documented => "documented",
        Confidence::Probed => "probed",
    }
}

/// How bad the lack of a capability is, tier by tier, from production down; what holds for all others comes last.
pub fn severity(capability: &Capability) -> String {
    let named = capability.severity.iter().rev().filter(|(tier, _)| **tier != SeverityTier::All);
    let all = capability.severity.get(&SeverityTier::All).map(|severity| {
        let alone = capability.severity.len() == 1;
        format!("{} {}", severity.as_str(), if alone { "everywhere" } else { "elsewhere" })
    });
    let named = named.map(|(tier, severity)| format!("{} in {}", severity.as_str(), tier.as_str()));
    named.chain(all).collect::<Vec<_>>().join(", ")
}

/// What would prove a capability of a subject.
pub fn how_to_prove(capability: &CapabilityId, proof: Proof, subject: &str) -> String {
    match (proof, probe(capability)) {
        (Proof::Probe, Some(probe)) => {
            format!("try it out: gen probe {probe} adds what it finds to the file of {subject}")
        }
        (Proof::Probe, None) => format!("try it out, and add the result to the file of {subject}"),
        (Proof::Document, _) => {
            format!("read it in {subject}'s own documents, and add the fact with its source")
        }
        (Proof::Attest, _) => format!("have somebody answer for it at {subject}, and add the attestation"),
    }
}

/// The probe that tries a capability, as the command line calls it; none where a person has to.
fn probe(capability: &CapabilityId) -> Option<&'static str> {
    match capability.as_str() {
        // A probe has no token that the store trusts, and does not wait for a restore.
        "s3.sts.web_identity" | "db.postgres.pitr" => None,
        "state.lock" => Some("state-lock"),
        id if id.starts_with("s3.") => Some("s3"),
        id if id.starts_with("k8s.") => Some("kubernetes"),
        id if id.starts_with("db.postgres.") => Some("postgres"),
        _ => None,
    }
}

fn list(value: &Json) -> String {
    match value {
        Json::String(word) => format!("`{word}`"),
        Json::Array(items) if items.len() > 8 => {
            let shown: Vec<String> = items.iter().take(6).map(list).collect();
            format!("{} and {} more", shown.join(", "), items.len() - 6)
        }
        Json::Array(items) => items.iter().map(list).collect::<Vec<_>>().join(", "),
        Json::Object(fields) => fields
            .iter()
            .map(|(name, value)| format!("{name} {}", list(value).replace('`', "")))
            .collect::<Vec<_>>()
            .join(", "),
        other => other.to_string(),
    }
}

/// Where a requirement comes from.
pub fn origin(origin: &super::Origin) -> String {
    super::refusal::origin_words(origin)
}
