//! Facts with their evidence, indexed by who is asked about what: `docs/matrix-rules.md` §1.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diag::{Diagnostic, Fault, Place, Route, Spot, Step, did_you_mean};
use crate::load::Repository;
use crate::model::capability::{Capability, Compare, Dictionary, ValueType};
use crate::model::names::{CapabilityId, RegionName, SubjectName};
use crate::model::subject::{Confidence, Fact, FactScope, Source, SourceKind};
use crate::model::units::Date;

use super::Question;
use super::truth::{Truth, believe, compare};
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
    pub is_written: Option<serde_json::Value>,
    /// What is lacking, as written.
    pub not_written: Option<serde_json::Value>,
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
    fn applies(&self, question: &Question) -> bool {
        let region = self.regions.is_empty()
            || question.region.as_ref().is_some_and(|region| self.regions.contains(region));
        let service = self.services.is_empty()
            || question
                .service
                .as_ref()
                .is_some_and(|service| self.services.iter().any(|known| **known == **service));
        region && service
    }

    /// Services count more than regions, both more than one.
    fn specificity(&self) -> u8 {
        2 * u8::from(!self.services.is_empty()) + u8::from(!self.regions.is_empty())
    }
}

/// All claims, typed, and the day by which they are judged.
#[derive(Debug)]
pub struct Matrix {
    /// The dictionary.
    pub dictionary: Arc<Dictionary>,
    /// The day.
    pub as_of: Date,
    claims: BTreeMap<SubjectName, BTreeMap<CapabilityId, Vec<Arc<Claim>>>>,
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
}

impl Matrix {
    /// Types and indexes the facts of a repository. A claim that does not fit its capability is reported and left out.
    pub fn of_repository(
        repository: &Repository,
        dictionary: &Arc<Dictionary>,
        as_of: Date,
    ) -> (Self, Vec<Diagnostic>) {
        let providers = repository.providers.iter().map(|(name, file)| SubjectFacts {
            name,
            file: file.file.clone(),
            sources: &file.value.sources,
            facts: &file.value.facts,
        });
        let products = repository.products.iter().map(|(name, file)| SubjectFacts {
            name,
            file: file.file.clone(),
            sources: &file.value.sources,
            facts: &file.value.facts,
        });
        Self::build(dictionary.clone(), as_of, providers.chain(products))
    }

    /// Types and indexes facts.
    pub fn build<'a>(
        dictionary: Arc<Dictionary>,
        as_of: Date,
        subjects: impl Iterator<Item = SubjectFacts<'a>>,
    ) -> (Self, Vec<Diagnostic>) {
        let mut diagnostics = Vec::new();
        let mut claims: BTreeMap<SubjectName, BTreeMap<CapabilityId, Vec<Arc<Claim>>>> = BTreeMap::new();
        for subject in subjects {
            let of_subject = claims.entry(subject.name.clone()).or_default();
            let sources: BTreeMap<&str, Arc<Source>> =
                subject.sources.iter().map(|(id, source)| (id.as_str(), Arc::new(source.clone()))).collect();
            for (index, fact) in subject.facts.iter().enumerate() {
                let Some(source) = sources.get(fact.from.as_str()) else {
                    let route = Route::keys(["facts"]).index(index).key("from");
                    let mut diagnostic = Diagnostic::error(Fault::BadFact)
                        .at(Place::value(subject.file.clone(), route))
                        .label(format!("`{}` is not among the sources", fact.from));
                    if let Some(meant) = did_you_mean(&fact.from, sources.keys().copied()) {
                        diagnostic = diagnostic.help(format!("did you mean `{meant}`?"));
                    }
                    diagnostics.push(diagnostic);
                    continue;
                };
                let mut ids: Vec<&CapabilityId> = fact.is.keys().chain(fact.not.keys()).collect();
                ids.sort();
                ids.dedup();
                for id in ids {
                    match claim(&dictionary, &subject, index, fact, id, source) {
                        Ok(claim) => of_subject.entry(id.clone()).or_default().push(Arc::new(claim)),
                        Err(diagnostic) => diagnostics.push(*diagnostic),
                    }
                }
            }
        }
        (Self { dictionary, as_of, claims }, diagnostics)
    }

    /// The effective fact: the claims that answer a question.
    pub fn effective(&self, question: &Question, capability: &CapabilityId) -> Vec<&Arc<Claim>> {
        let all = self.claims.get(&question.subject).and_then(|claims| claims.get(capability));
        let mut found: Vec<&Arc<Claim>> =
            all.into_iter().flatten().filter(|claim| claim.applies(question)).collect();
        let narrowest = found.iter().map(|claim| claim.specificity()).max().unwrap_or_default();
        found.retain(|claim| claim.specificity() == narrowest);
        let strongest = found.iter().map(|claim| claim.rank).max().unwrap_or_default();
        found.retain(|claim| claim.rank == strongest);
        found
    }

    /// All claims about a capability of a subject.
    pub fn claims(&self, subject: &SubjectName, capability: &CapabilityId) -> &[Arc<Claim>] {
        self.claims.get(subject).and_then(|claims| claims.get(capability)).map_or(&[], Vec::as_slice)
    }

    /// Subjects that facts are known of.
    pub fn subjects(&self) -> impl Iterator<Item = &SubjectName> {
        self.claims.keys()
    }

    /// How an effective fact answers what is asked.
    pub fn truth(&self, capability: &Capability, asked: &Value, claims: &[&Arc<Claim>]) -> Truth {
        claims
            .iter()
            .map(|claim| believe(compare(capability, asked, claim), claim, capability.proof, self.as_of))
            .min()
            .unwrap_or(Truth::Unknown)
    }

    /// Types what is asked; the error says what is allowed.
    pub fn asked(&self, capability: &Capability, json: &serde_json::Value) -> Result<Value, String> {
        Value::parse(&capability.kind, json, Some(&self.dictionary.places))
    }
}

fn claim(
    dictionary: &Dictionary,
    subject: &SubjectFacts<'_>,
    index: usize,
    fact: &Fact,
    id: &CapabilityId,
    source: &Arc<Source>,
) -> Result<Claim, Box<Diagnostic>> {
    let at = |part: &str| {
        Place::value(subject.file.clone(), Route::keys(["facts"]).index(index).key(part).key(id.as_str()))
    };
    let part = if fact.is.contains_key(id) { "is" } else { "not" };
    let Some(capability) = dictionary.capabilities.get(id) else {
        let mut place = at(part);
        if let Spot::Value(route) = place.spot {
            place.spot = Spot::Key(route);
        }
        let mut diagnostic = Diagnostic::error(Fault::UnknownName)
            .at(place)
            .label(format!("the dictionary has no capability `{id}`"));
        let known = dictionary.capabilities.keys().map(CapabilityId::as_str);
        if let Some(meant) = did_you_mean(id.as_str(), known) {
            diagnostic = diagnostic.help(format!("did you mean `{meant}`?"));
        }
        return Err(Box::new(diagnostic));
    };
    let typed = |part: &str, json: Option<&serde_json::Value>| {
        json.map(|json| {
            Value::parse(&capability.kind, json, None)
                .map_err(|error| Box::new(Diagnostic::error(Fault::BadFact).at(at(part)).label(error)))
        })
        .transpose()
    };
    let (is, not) = (typed("is", fact.is.get(id))?, typed("not", fact.not.get(id))?);
    if not.is_some()
        && (capability.compare == Compare::Within || matches!(capability.kind, ValueType::Record(_)))
    {
        let diagnostic = Diagnostic::error(Fault::BadFact)
            .at(at("not"))
            .label("`not` has no meaning for records and for `within`")
            .help("say what is there under `is`");
        return Err(Box::new(diagnostic));
    }
    let confidence = fact.confidence.unwrap_or(source.confidence);
    let empty = FactScope::default();
    let scope = fact.scope.as_ref().unwrap_or(&empty);
    Ok(Claim {
        subject: subject.name.clone(),
        index,
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
        place: at(part),
        source: source.clone(),
        note: fact.note.clone(),
    })
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

/// The route of a claim without its last key, for views that show the whole fact.
pub fn fact_route(place: &Place) -> Option<Route> {
    match &place.spot {
        Spot::Value(route) => {
            let steps: Vec<Step> = route.0.iter().take(2).cloned().collect();
            Some(Route(steps))
        }
        _ => None,
    }
}
