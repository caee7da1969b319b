//! Claims, indexed by who is asked about what: `docs/matrix-rules.md` §1.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diag::{Diagnostic, Fault, Place};
use crate::load::Repository;
use crate::memo::Memo;
use crate::model::capability::{Capability, Dictionary};
use crate::model::names::{CapabilityId, RegionName, SubjectName};
use crate::model::profile::AttestationRules;
use crate::model::units::Date;

use super::claim::claims;
pub use super::claim::{Claim, SubjectFacts};
use super::truth::{Truth, believe, compare};
use super::value::Value;
use super::{Question, StoreSettings, dictionary};

/// All claims, typed, and the day by which they are judged.
#[derive(Debug)]
pub struct Matrix {
    /// The dictionary.
    pub dictionary: Arc<Dictionary>,
    /// The day.
    pub as_of: Date,
    claims: BTreeMap<SubjectName, BTreeMap<CapabilityId, Vec<Arc<Claim>>>>,
    /// The dictionary, the day and the claims stay as they are, and targets that are alike ask the same.
    answers: Memo<(CapabilityId, Question), Asked, Answer>,
    pub(super) stores: Memo<Question, Option<AttestationRules>, StoreSettings>,
}

/// What is asked, and how the profile takes attestations.
type Asked = (Arc<serde_json::Value>, Option<AttestationRules>);

/// How an effective fact answers what is asked.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The answer.
    pub truth: Truth,
    /// The effective fact: the claims that decided.
    pub claims: Arc<[Arc<Claim>]>,
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
            regions: Some(file.value.places.keys().map(RegionName::as_str).collect()),
            services: Some(
                file.value.services.values().chain(&file.value.other_services).map(String::as_str).collect(),
            ),
        });
        let products = repository.products.iter().map(|(name, file)| SubjectFacts {
            name,
            file: file.file.clone(),
            sources: &file.value.sources,
            facts: &file.value.facts,
            regions: Some(BTreeSet::new()),
            services: Some(file.value.other_services.iter().map(String::as_str).collect()),
        });
        let (matrix, mut diagnostics) = Self::build(dictionary.clone(), as_of, providers.chain(products));
        if let Some(file) = &repository.dictionary {
            diagnostics.extend(dictionary::faults(dictionary, &file.file));
        }
        if let Some(file) = &repository.frameworks {
            diagnostics.extend(dictionary::unknown_in_frameworks(dictionary, file));
        }
        (matrix, diagnostics)
    }

    /// Types and indexes facts.
    pub fn build<'a>(
        dictionary: Arc<Dictionary>,
        as_of: Date,
        subjects: impl Iterator<Item = SubjectFacts<'a>>,
    ) -> (Self, Vec<Diagnostic>) {
        let (answers, stores) = (Memo::default(), Memo::default());
        let mut matrix = Self { dictionary, as_of, claims: BTreeMap::new(), answers, stores };
        let mut diagnostics = Vec::new();
        for subject in subjects {
            let (found, faults) = claims(&matrix.dictionary, &subject);
            diagnostics.extend(faults);
            if matrix.claims.insert(subject.name.clone(), found).is_some() {
                // Merged, the facts about one would answer for the other.
                let fault = Diagnostic::error(Fault::BadFact)
                    .summary("two files are about one subject")
                    .at(Place::file(subject.file.clone()))
                    .label(format!("another file is about `{}`", subject.name))
                    .help("providers and products share one set of names: rename one of the files");
                diagnostics.push(fault);
            }
        }
        (matrix, diagnostics)
    }

    /// The effective fact: the claims that answer a question.
    pub fn effective(&self, question: &Question, capability: &CapabilityId) -> Vec<&Arc<Claim>> {
        let mut found: Vec<&Arc<Claim>> = Vec::new();
        let mut highest = (0, 0);
        for claim in self.claims(&question.subject, capability) {
            let precedence = claim.precedence();
            if precedence < highest || !claim.applies(question) {
                continue;
            }
            if precedence > highest {
                highest = precedence;
                found.clear();
            }
            found.push(claim);
        }
        found
    }

    /// How facts answer what is asked, as a profile takes them; the error says what is wrong with what is asked.
    pub fn answer(
        &self,
        id: &CapabilityId,
        value: &Arc<serde_json::Value>,
        question: &Question,
        attestations: Option<AttestationRules>,
    ) -> Result<Answer, String> {
        let (key, asked) = ((id.clone(), question.clone()), (value.clone(), attestations));
        self.answers.get_or(key, asked, |_, _| {
            let capability = self.dictionary.capabilities.get(id);
            let capability = capability.ok_or_else(|| format!("the dictionary has no capability `{id}`"))?;
            let asked = self.asked(capability, value)?;
            let effective = self.effective(question, id).into_iter();
            let claims: Arc<[_]> = effective.map(|claim| Claim::under(claim, attestations)).collect();
            Ok(Answer { truth: self.truth(capability, &asked, &claims), claims })
        })
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
    pub fn truth(&self, capability: &Capability, asked: &Value, claims: &[Arc<Claim>]) -> Truth {
        claims
            .iter()
            .map(|claim| believe(compare(capability, asked, claim), claim, capability.proof, self.as_of))
            .min()
            .unwrap_or(Truth::Unknown)
    }

    /// Types what is asked; the error says what is allowed.
    pub fn asked(&self, capability: &Capability, json: &serde_json::Value) -> Result<Value, String> {
        Value::asked(&capability.kind, json, &self.dictionary.places)
    }
}
