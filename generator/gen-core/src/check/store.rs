//! How clients have to speak to a store with the S3 API: settings that follow from facts, so that nobody types them.
//!
//! What nobody knows is settled by what works with most stores: the bucket in the path, checksums only where they are required, no
//! look-up of the account, parts large enough for few of them.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::load::Repository;
use crate::model::component::ComponentType;
use crate::model::names::{CapabilityId, ComponentName};
use crate::model::profile::AttestationRules;
use crate::model::subject::Confidence;
use crate::resolve::{Bound, Target};

use super::matrix::{Claim, Matrix};
use super::value::{Field, Value};
use super::{Question, Truth};

/// Largest object that the size of parts is made for, in GiB.
const LARGEST_GIB: u64 = 100;
/// Parts allowed by stores that do not say: those of the store that allows fewest among the documented ones.
const FEWEST_PARTS: u64 = 1000;
/// Smallest part that the S3 API takes, in MiB, but for the last one: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html>.
const SMALLEST_PART_MIB: u64 = 5;

/// How clients speak to a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoreSettings {
    /// The bucket stands in the path of the address, not in its host name.
    pub path_style: bool,
    /// `when_supported`: clients add checksums of their own accord; `when_required`: only where the API demands one.
    pub checksums: Checksums,
    /// The API can be asked whose account it is.
    pub account_lookup: bool,
    /// Version of the listing call: 1 or 2.
    pub list_version: u8,
    /// Size of the parts of large uploads, in MiB.
    pub part_size_mib: u64,
    /// What names of buckets begin with in policies.
    pub arn_prefix: String,
}

/// When clients add checksums to uploads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Checksums {
    /// Always.
    WhenSupported,
    /// Only where the API demands one.
    WhenRequired,
}

impl StoreSettings {
    /// What clients have to be told, in words.
    pub fn words(&self) -> Vec<String> {
        let path = if self.path_style { "the bucket in the path" } else { "the bucket in the host name" };
        let checksums = match self.checksums {
            Checksums::WhenSupported => "checksums on every upload",
            Checksums::WhenRequired => "checksums only where the API demands one",
        };
        let mut said = vec![
            path.to_owned(),
            checksums.to_owned(),
            format!("version {} of the listing call", self.list_version),
            format!("parts of {} MiB", self.part_size_mib),
            format!("`{}` in front of buckets in policies", self.arn_prefix),
        ];
        if !self.account_lookup {
            said.push("no look-up of the account".to_owned());
        }
        said
    }
}

/// The settings for every store of a target.
pub fn stores(
    repository: &Repository,
    matrix: &Matrix,
    target: &Target,
) -> BTreeMap<ComponentName, StoreSettings> {
    let is_store =
        |kind| matches!(kind, ComponentType::ObjectStore | ComponentType::State | ComponentType::Backup);
    let stores = target.components.values().filter(|component| is_store(component.kind()));
    stores
        .map(|component| {
            let subject = component.bound.subject().clone();
            let region = target.regions(&component.name).0.cloned();
            let managed = matches!(component.bound, Bound::Managed { .. });
            let service = managed.then(|| repository.service(&subject, component.kind())).flatten();
            let question = Question { subject, region, service };
            (component.name.clone(), settings(matrix, question, target.policy.attestations))
        })
        .collect()
}

/// The settings for a store; those of stores that the same is asked about are found once.
fn settings(matrix: &Matrix, question: Question, attestations: Option<AttestationRules>) -> StoreSettings {
    let find = |question: &Question, attestations: &Option<AttestationRules>| {
        Ok::<_, Infallible>(Asked { matrix, question, attestations: *attestations }.settings())
    };
    match matrix.stores.get_or(question, attestations, find) {
        Ok(settings) => settings,
    }
}

/// A store, and who wants to know.
struct Asked<'a> {
    matrix: &'a Matrix,
    question: &'a Question,
    /// How long the profile lets attestations count.
    attestations: Option<AttestationRules>,
}

impl Asked<'_> {
    fn settings(&self) -> StoreSettings {
        let yes = |capability: &str, wanted: serde_json::Value| self.truth(capability, &wanted) == Truth::Yes;
        let parts = self.number("s3.multipart.max_parts", "parts").unwrap_or(FEWEST_PARTS).max(1);
        let part = (LARGEST_GIB * 1024).div_ceil(parts).next_power_of_two();
        let largest =
            self.number("s3.multipart.max_part_size", "gib").map_or(u64::MAX, |gib| gib.saturating_mul(1024));
        StoreSettings {
            path_style: !yes("s3.addressing", "virtual_host".into()),
            checksums: if yes("s3.checksum.default_integrity", "accept".into()) {
                Checksums::WhenSupported
            } else {
                Checksums::WhenRequired
            },
            account_lookup: yes("s3.account_lookup", true.into()),
            list_version: if yes("s3.list.version", "v1".into()) { 1 } else { 2 },
            part_size_mib: part.min(largest).max(SMALLEST_PART_MIB),
            arn_prefix: self
                .only_member("s3.policy.arn_prefix")
                .unwrap_or_else(|| "arn:aws:s3:::".to_owned()),
        }
    }

    /// The claims that answer, as the profile takes them.
    fn claims(&self, capability: &CapabilityId) -> Vec<Arc<Claim>> {
        let found = self.matrix.effective(self.question, capability);
        found.into_iter().map(|claim| Claim::under(claim, self.attestations)).collect()
    }

    fn truth(&self, capability: &str, wanted: &serde_json::Value) -> Truth {
        let found = CapabilityId::parse(capability).ok().and_then(|id| {
            let capability = self.matrix.dictionary.capabilities.get(&id)?;
            let asked = self.matrix.asked(capability, wanted).ok()?;
            Some(self.matrix.truth(capability, &asked, &self.claims(&id)))
        });
        found.unwrap_or(Truth::Unknown)
    }

    /// What the claims say that still count and are more than a guess.
    fn said(&self, capability: &str) -> Vec<Value> {
        let Ok(id) = CapabilityId::parse(capability) else { return Vec::new() };
        let believed = |claim: &Arc<Claim>| {
            let known = [Confidence::Probed, Confidence::Documented, Confidence::Attested];
            self.matrix.as_of <= claim.expires && known.contains(&claim.confidence)
        };
        self.claims(&id).iter().filter(|claim| believed(claim)).filter_map(|claim| claim.is.clone()).collect()
    }

    /// A number that is said; of several, the one that promises least.
    fn number(&self, capability: &str, field: &str) -> Option<u64> {
        let said = self.said(capability);
        let numbers = said.iter().filter_map(|value| match value {
            Value::Record(fields) => match fields.get(field)? {
                Field::Number(number) => Some(*number),
                Field::Bool(_) => None,
            },
            _ => None,
        });
        numbers.min()
    }

    fn only_member(&self, capability: &str) -> Option<String> {
        self.said(capability).iter().find_map(|value| match value {
            Value::Set(members) => members.first().map(ToString::to_string),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::names::{RegionName, SubjectName};
    use crate::testing::{DEV, Models};

    fn of(subject: &str, region: &str) -> StoreSettings {
        let (repository, _) = crate::load::load(&std::env::temp_dir().join("no-repository-of-gen"));
        let dictionary = Arc::new(repository.dictionary.as_ref().expect("a dictionary").value.clone());
        let day = repository.as_of.as_ref().expect("a day").value.date;
        let (matrix, faults) = Matrix::of_repository(&repository, &dictionary, day);
        assert!(faults.is_empty(), "{faults:?}");
        let subject = SubjectName::parse(subject).expect("a name");
        let question = Question { subject, region: RegionName::parse(region).ok(), service: None };
        settings(&matrix, question, None)
    }

    #[test]
    fn few_parts_make_them_large() {
        assert_eq!(of("scaleway", "fr-par").part_size_mib, 128);
        assert_eq!(of("aws", "eu-central-1").part_size_mib, 16);
    }

    #[test]
    fn what_nobody_knows_is_settled_by_what_works_with_most() {
        let unknown = of("on-prem", "here");
        assert!(unknown.path_style && !unknown.account_lookup);
        assert_eq!(unknown.checksums, Checksums::WhenRequired);
        assert_eq!((unknown.list_version, unknown.part_size_mib), (2, 128));
    }

    #[test]
    fn names_in_policies_follow_the_store() {
        assert_eq!(of("stackit", "eu01").arn_prefix, "urn:sgws:s3:::");
    }

    /// Settings of the store of a provider whose only facts are these.
    fn with_facts(facts: &str) -> StoreSettings {
        let acme = format!(
            "version: 1\nname: Acme\nplaces: {{de-1: {{country: DE}}}}\nservices: {{object_store: blobs}}\nsources:\n  s: {{kind: vendor_doc, confidence: documented, at: \"https://example.com\", read: 2026-11-20}}\nfacts:\n{facts}"
        );
        let models = Models::new().and("profiles/providers/acme.yaml", &acme).with(
            DEV,
            "bind: {default: {provider: aws}}",
            "bind: {default: {provider: aws}, files: {provider: acme}}",
        );
        let repository = models.repository();
        let (targets, _) = models.targets(&crate::resolve::WhatIf::default());
        let target = targets.get("app/dev").expect("a target");
        let dictionary = Arc::new(repository.dictionary.as_ref().expect("a dictionary").value.clone());
        let day = repository.as_of.as_ref().expect("a day").value.date;
        let (matrix, faults) = Matrix::of_repository(&repository, &dictionary, day);
        assert!(faults.is_empty(), "{faults:?}");
        stores(&repository, &matrix, target).remove("files").expect("a store")
    }

    #[test]
    fn only_what_counts_and_is_more_than_a_guess_becomes_a_setting() {
        let parts = |more: &str| {
            with_facts(&format!("  - {{is: {{s3.multipart.max_parts: {{parts: 10000}}}}, from: s{more}}}\n"))
                .part_size_mib
        };
        assert_eq!((parts(""), parts(", scope: {services: [blobs]}")), (16, 16));
        assert_eq!((parts(", expires: 2026-11-20"), parts(", confidence: unverified")), (128, 128));
        let prefix = |more: &str| {
            with_facts(&format!("  - {{is: {{s3.policy.arn_prefix: [\"urn:acme:::\"]}}, from: s{more}}}\n"))
                .arn_prefix
        };
        assert_eq!(
            (prefix("").as_str(), prefix(", confidence: inferred").as_str()),
            ("urn:acme:::", "arn:aws:s3:::")
        );
    }

    #[test]
    fn sizes_of_parts_stay_within_what_the_api_takes() {
        let size = |gib: u64| {
            with_facts(&format!("  - {{is: {{s3.multipart.max_part_size: {{gib: {gib}}}}}, from: s}}\n"))
                .part_size_mib
        };
        assert_eq!((size(18_014_398_509_481_984), size(1), size(0)), (128, 128, 5));
    }
}
