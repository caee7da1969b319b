//! What one source says about one capability of a subject: `docs/matrix-rules.md` §1.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value as Json;

use crate::diag::{Diagnostic, Fault, Place, Route};
use crate::model::capability::{Capability, Compare, Dictionary, ValueType};
use crate::model::names::{CapabilityId, RegionName, SubjectName};
use crate::model::profile::AttestationRules;
use crate::model::subject::{Confidence, Fact, FactScope, Source, SourceKind};
use crate::model::units::Date;

use super::Question;
use super::value::Value;

/// One thing that a source says about one capability of a subject.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Whom it is about.
    pub subject: SubjectName,
    /// Index of the fact in the subject's file.
    pub index: usize,
    /// What is there.
    pub is: Option<Value>,
    /// What is lacking.
    pub not: Option<Value>,
    /// What is there, as written.
    pub is_written: Option<Json>,
    /// What is lacking, as written.
    pub not_written: Option<Json>,
    /// How far it is believed.
    pub confidence: Confidence,
    /// Strength of its source; 0 for inference.
    pub rank: u8,
    /// Last day on which it counts.
    pub expires: Date,
    /// Regions that it is about; all if empty.
    pub regions: Vec<RegionName>,
    /// Services that it is about; all if empty.
    pub services: Vec<String>,
    /// Where it is written.
    pub place: Place,
    /// Where it was read.
    pub source: Arc<Source>,
    /// What else to know.
    pub note: Option<String>,
}

impl Claim {
    /// Somebody answers for it by word: so it says, or so does its source.
    pub(super) fn is_attested(&self) -> bool {
        self.confidence == Confidence::Attested || self.source.kind == SourceKind::Attestation
    }

    /// Whether it says anything about the place and service that are asked about.
    pub(super) fn applies(&self, question: &Question) -> bool {
        let region = self.regions.is_empty()
            || question.region.as_ref().is_some_and(|region| self.regions.contains(region));
        let service = self.services.is_empty()
            || question
                .service
                .as_ref()
                .is_some_and(|service| self.services.iter().any(|known| **known == **service));
        region && service
    }

    /// The claim as a profile takes it, which may let attestations count for less long than they say themselves.
    pub(super) fn under(claim: &Arc<Self>, rules: Option<AttestationRules>) -> Arc<Self> {
        let last = rules.map(|rules| claim.source.read.plus_days(rules.longest.as_days()));
        match last {
            Some(last) if claim.is_attested() && last < claim.expires => {
                Arc::new(Self { expires: last, ..Self::clone(claim) })
            }
            _ => claim.clone(),
        }
    }

    /// Which of the claims that apply are looked at: the narrowest, and of those the strongest. Services count more than
    /// regions, both more than one.
    pub(super) fn precedence(&self) -> (u8, u8) {
        let specificity = 2 * u8::from(!self.services.is_empty()) + u8::from(!self.regions.is_empty());
        (specificity, self.rank)
    }
}

/// A subject's facts, as the matrix takes them.
pub struct SubjectFacts<'a> {
    /// Whose facts.
    pub name: &'a SubjectName,
    /// Their file.
    pub file: Arc<str>,
    /// Where they were read.
    pub sources: &'a BTreeMap<String, Source>,
    /// The facts.
    pub facts: &'a [Fact],
    /// Regions that its facts can be about; none where any will do.
    pub regions: Option<BTreeSet<&'a str>>,
    /// Services that its facts can be about; none where any will do.
    pub services: Option<BTreeSet<&'a str>>,
}

/// The claims of a subject by capability, and what is wrong with its facts. A claim that is at fault is left out.
pub(super) fn claims(
    dictionary: &Dictionary,
    subject: &SubjectFacts<'_>,
) -> (BTreeMap<CapabilityId, Vec<Arc<Claim>>>, Vec<Diagnostic>) {
    let mut claims: BTreeMap<CapabilityId, Vec<Arc<Claim>>> = BTreeMap::new();
    let mut diagnostics = Vec::new();
    let sources: BTreeMap<&str, Arc<Source>> =
        subject.sources.iter().map(|(id, source)| (id.as_str(), Arc::new(source.clone()))).collect();
    check_sources(subject, &mut diagnostics);
    for (index, fact) in subject.facts.iter().enumerate() {
        let at = FactPlace { file: &subject.file, index };
        let source = sources.get(fact.from.as_str());
        if source.is_none() {
            let fault = Diagnostic::error(Fault::BadFact)
                .at(Place::value(subject.file.clone(), at.route("from")))
                .label(format!("`{}` is not among the sources", fact.from));
            diagnostics.push(fault.nearest(&fact.from, sources.keys().copied()));
        }
        check_scope(subject, fact, at, &mut diagnostics);
        check_confidence(fact, source, at, &mut diagnostics);
        let source = source.filter(|source| is_believable(source, fact.confidence));
        // What a fact without a source says is checked all the same, so that one run names every fault.
        for id in fact.is.keys().chain(fact.not.keys().filter(|id| !fact.is.contains_key(*id))) {
            let Some(capability) = known(dictionary, fact, id, at, &mut diagnostics) else { continue };
            let values = values(dictionary, capability, fact, id, at, &mut diagnostics);
            if let (Some((is, not)), Some(source)) = (values, source) {
                let claim = claim(subject, at, fact, id, (is, not), source, capability);
                claims.entry(id.clone()).or_default().push(Arc::new(claim));
            }
        }
    }
    (claims, diagnostics)
}

/// Where a fact is written.
#[derive(Clone, Copy)]
struct FactPlace<'a> {
    file: &'a Arc<str>,
    index: usize,
}

impl FactPlace<'_> {
    fn route(self, key: &str) -> Route {
        Route::keys(["facts"]).index(self.index).key(key)
    }

    fn value(self, part: &str, id: &CapabilityId) -> Place {
        Place::value(self.file.clone(), self.route(part).key(id.as_str()))
    }
}

/// A source is believed as far as its kind allows, and no further because it says so.
fn check_sources(subject: &SubjectFacts<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (id, source) in subject.sources.iter().filter(|(_, source)| !is_believable(source, None)) {
        let route = Route::keys(["sources"]).key(id).key("confidence");
        diagnostics.push(too_confident(source.kind, Place::value(subject.file.clone(), route)));
    }
}

fn check_confidence(
    fact: &Fact,
    source: Option<&Arc<Source>>,
    at: FactPlace<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if let Some(source) =
        source.filter(|source| fact.confidence.is_some() && !is_believable(source, fact.confidence))
    {
        diagnostics.push(too_confident(source.kind, Place::value(at.file.clone(), at.route("confidence"))));
    }
}

/// Whether a source may give that confidence; its own where a fact names none.
fn is_believable(source: &Source, confidence: Option<Confidence>) -> bool {
    confidence.unwrap_or(source.confidence) <= most(source.kind).0
}

fn too_confident(kind: SourceKind, place: Place) -> Diagnostic {
    Diagnostic::error(Fault::BadFact)
        .summary("fact is more certain than its source can make it")
        .at(place)
        .label(most(kind).1)
}

/// The most that facts from a kind of source are believed, and why.
fn most(kind: SourceKind) -> (Confidence, &'static str) {
    match kind {
        SourceKind::ThirdParty => (Confidence::Reported, "what a third party says is `reported` at most"),
        SourceKind::Attestation => (Confidence::Attested, "somebody's word is `attested` at most"),
        SourceKind::Issue
        | SourceKind::ProviderDoc
        | SourceKind::VendorDoc
        | SourceKind::SourceCode
        | SourceKind::Certificate => (
            Confidence::Documented,
            "what was read is `documented` at most: `probed` is what a source of kind `probe` saw",
        ),
        SourceKind::Probe => (Confidence::Probed, "what was tried is `probed` at most"),
    }
}

/// A fact about a region or service that does not exist would answer no question, in silence.
fn check_scope(
    subject: &SubjectFacts<'_>,
    fact: &Fact,
    at: FactPlace<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some(scope) = &fact.scope else { return };
    let regions: Vec<&str> = scope.regions.iter().map(RegionName::as_str).collect();
    let services: Vec<&str> = scope.services.iter().map(String::as_str).collect();
    let of_services = "a service that no module uses is named under `other_services`";
    for (what, key, known, named, help) in [
        ("region", "regions", &subject.regions, regions, ""),
        ("service", "services", &subject.services, services, of_services),
    ] {
        let Some(known) = known else { continue };
        for (index, name) in named.into_iter().enumerate().filter(|(_, name)| !known.contains(name)) {
            let fault = Diagnostic::error(Fault::BadFact)
                .at(Place::value(subject.file.clone(), at.route("scope").key(key).index(index)))
                .label(format!("`{}` has no {what} `{name}`", subject.name))
                .nearest(name, known.iter().copied());
            diagnostics.push(if help.is_empty() { fault } else { fault.help(help) });
        }
    }
}

fn part_of(fact: &Fact, id: &CapabilityId) -> &'static str {
    if fact.is.contains_key(id) { "is" } else { "not" }
}

fn known<'a>(
    dictionary: &'a Dictionary,
    fact: &Fact,
    id: &CapabilityId,
    at: FactPlace<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<&'a Capability> {
    let found = dictionary.capabilities.get(id);
    if found.is_none() {
        let route = at.route(part_of(fact, id)).key(id.as_str());
        let fault = Diagnostic::error(Fault::BadFact)
            .at(Place::key(at.file.clone(), route))
            .label(format!("the dictionary has no capability `{id}`"));
        let known = dictionary.capabilities.keys().map(CapabilityId::as_str);
        diagnostics.push(fault.nearest(id.as_str(), known));
    }
    found
}

/// The two parts of a claim, typed; none if one of them is at fault.
fn values(
    dictionary: &Dictionary,
    capability: &Capability,
    fact: &Fact,
    id: &CapabilityId,
    at: FactPlace<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<(Option<Value>, Option<Value>)> {
    let before = diagnostics.len();
    let mut typed = |part: &str, json: Option<&Json>| {
        let value = Value::claimed(&capability.kind, json?, &dictionary.places);
        value
            .map_err(|error| {
                let fault = Diagnostic::error(Fault::BadFact).at(at.value(part, id)).label(error);
                diagnostics.push(fault);
            })
            .ok()
    };
    let is = typed("is", fact.is.get(id));
    let wordless = capability.compare == Compare::Within || matches!(capability.kind, ValueType::Record(_));
    let not = if wordless { None } else { typed("not", fact.not.get(id)) };
    if wordless && fact.not.contains_key(id) {
        let fault = Diagnostic::error(Fault::BadFact)
            .at(at.value("not", id))
            .label("`not` has no meaning for records and for `within`")
            .help("say what is there under `is`");
        diagnostics.push(fault);
    }
    (diagnostics.len() == before).then_some((is, not))
}

fn claim(
    subject: &SubjectFacts<'_>,
    at: FactPlace<'_>,
    fact: &Fact,
    id: &CapabilityId,
    (is, not): (Option<Value>, Option<Value>),
    source: &Arc<Source>,
    capability: &Capability,
) -> Claim {
    let confidence = fact.confidence.unwrap_or(source.confidence);
    let empty = FactScope::default();
    let scope = fact.scope.as_ref().unwrap_or(&empty);
    Claim {
        subject: subject.name.clone(),
        index: at.index,
        is,
        not,
        is_written: fact.is.get(id).cloned(),
        not_written: fact.not.get(id).cloned(),
        confidence,
        rank: if confidence == Confidence::Inferred { 0 } else { rank(source.kind) },
        expires: fact
            .expires
            .or(source.expires)
            .unwrap_or_else(|| source.read.plus_days(capability.ttl.as_days())),
        regions: scope.regions.clone(),
        services: scope.services.clone(),
        place: at.value(part_of(fact, id), id),
        source: source.clone(),
        note: fact.note.clone(),
    }
}

fn rank(kind: SourceKind) -> u8 {
    match kind {
        SourceKind::ThirdParty => 1,
        SourceKind::Issue => 2,
        SourceKind::ProviderDoc => 3,
        SourceKind::VendorDoc => 4,
        SourceKind::SourceCode => 5,
        SourceKind::Attestation | SourceKind::Certificate => 6,
        SourceKind::Probe => 7,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The claim of one fact from a source of that kind and confidence, which counts until `expires`.
    fn claim_of(kind: &str, confidence: &str, expires: &str) -> Arc<Claim> {
        let source = json!({"kind": kind, "confidence": confidence, "at": "x", "read": "2026-11-01", "expires": expires});
        let (claim, faults) = found(&source, &json!({"is": {"a.b": true}, "from": "s"}));
        assert_eq!(faults, Vec::<String>::new());
        claim.expect("a claim")
    }

    /// The claim of a fact from a source `s`, if there is one, and faults with their routes.
    fn found(source: &Json, fact: &Json) -> (Option<Arc<Claim>>, Vec<String>) {
        let entry = json!({
            "type": "bool", "compare": "equals", "answers": "service", "severity": {"all": "blocking"},
            "proof": "attest", "ttl": "180d", "means": {"with": "a", "without": "b"},
        });
        let dictionary = json!({"version": 1, "capabilities": {"a.b": entry}});
        let sources = serde_json::from_value(json!({"s": source})).expect("a source");
        let facts: Vec<Fact> = serde_json::from_value(json!([fact])).expect("a fact");
        let name = SubjectName::parse("acme").expect("a name");
        let subject = SubjectFacts {
            name: &name,
            file: Arc::from("f"),
            sources: &sources,
            facts: &facts,
            regions: None,
            services: None,
        };
        let dictionary = serde_json::from_value(dictionary).expect("a dictionary");
        let (mut claims, faults) = claims(&dictionary, &subject);
        let said = |fault: Diagnostic| match fault.place.map(|place| place.spot) {
            Some(crate::diag::Spot::Value(route)) => format!("{route}: {}", fault.label),
            other => format!("{other:?}: {}", fault.label),
        };
        let claim = claims.pop_first().and_then(|(_, mut claims)| claims.pop());
        (claim, faults.into_iter().map(said).collect())
    }

    #[test]
    fn nothing_is_more_certain_than_its_source_can_make_it() {
        for (kind, most) in [
            ("probe", "probed"),
            ("certificate", "documented"),
            ("source_code", "documented"),
            ("vendor_doc", "documented"),
            ("provider_doc", "documented"),
            ("issue", "documented"),
            ("attestation", "attested"),
            ("third_party", "reported"),
        ] {
            let mut within = false;
            for confidence in [
                "probed",
                "documented",
                "attested",
                "reported",
                "inferred",
                "not_exposed",
                "unverified",
                "unknown",
            ] {
                within |= confidence == most;
                let source = |confidence| json!({"kind": kind, "confidence": confidence, "at": "x", "read": "2026-11-01"});
                let by_source = found(&source(confidence), &json!({"is": {"a.b": true}, "from": "s"}));
                let fact = json!({"is": {"a.b": true}, "from": "s", "confidence": confidence});
                let by_fact = found(&source("unknown"), &fact);
                for ((claim, faults), route) in
                    [(by_source, "sources.s.confidence"), (by_fact, "facts[0].confidence")]
                {
                    assert_eq!(claim.is_some(), within, "{kind} {confidence}");
                    let faulty = faults.iter().any(|fault| fault.starts_with(&format!("{route}: ")));
                    assert_eq!((faults.len(), faulty), (usize::from(!within), !within), "{faults:?}");
                }
            }
        }
    }

    #[test]
    fn attestations_count_no_longer_than_the_profile_lets_them() {
        let rules = |longest: &str| serde_json::from_value(json!({"longest": longest})).ok();
        for (kind, confidence, expires, longest, counts) in [
            ("attestation", "attested", "2027-10-31", "90d", "2027-01-30"),
            ("attestation", "attested", "2026-12-01", "90d", "2026-12-01"),
            ("attestation", "reported", "2027-10-31", "90d", "2027-01-30"),
            ("vendor_doc", "attested", "2027-10-31", "90d", "2027-01-30"),
            ("vendor_doc", "documented", "2027-10-31", "90d", "2027-10-31"),
        ] {
            let claim = claim_of(kind, confidence, expires);
            let under = Claim::under(&claim, rules(longest));
            assert_eq!(under.expires.to_string(), counts, "{kind} {expires}");
            assert_eq!(Claim::under(&claim, None).expires.to_string(), expires);
        }
    }
}
