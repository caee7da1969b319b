//! How clients have to speak to a store with the S3 API: settings that follow from facts, so that nobody types them.
//!
//! What nobody knows is settled by what works with most stores: the bucket in the path, checksums only where they are required, no
//! look-up of the account, parts large enough for few of them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::component::ComponentType;
use crate::model::names::{CapabilityId, ComponentName};
use crate::resolve::Target;

use super::matrix::Matrix;
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
pub fn stores(matrix: &Matrix, target: &Target) -> BTreeMap<ComponentName, StoreSettings> {
    let is_store =
        |kind| matches!(kind, ComponentType::ObjectStore | ComponentType::State | ComponentType::Backup);
    let stores = target.components.values().filter(|component| is_store(component.kind()));
    stores
        .map(|component| {
            let subject = component.bound.subject().clone();
            let region = target.regions(&component.name).0.cloned();
            let question = Question { subject, region, service: None };
            (component.name.clone(), settings(matrix, &question))
        })
        .collect()
}

/// The settings for the store that a question is about.
fn settings(matrix: &Matrix, question: &Question) -> StoreSettings {
    let yes = |capability: &str, wanted: serde_json::Value| {
        truth(matrix, question, capability, &wanted) == Truth::Yes
    };
    let parts = number(matrix, question, "s3.multipart.max_parts", "parts").unwrap_or(FEWEST_PARTS).max(1);
    let part = (LARGEST_GIB * 1024).div_ceil(parts).max(SMALLEST_PART_MIB).next_power_of_two();
    let largest =
        number(matrix, question, "s3.multipart.max_part_size", "gib").map_or(u64::MAX, |gib| gib * 1024);
    StoreSettings {
        path_style: !yes("s3.addressing", "virtual_host".into()),
        checksums: if yes("s3.checksum.default_integrity", "accept".into()) {
            Checksums::WhenSupported
        } else {
            Checksums::WhenRequired
        },
        account_lookup: yes("s3.account_lookup", true.into()),
        list_version: if yes("s3.list.version", "v1".into()) { 1 } else { 2 },
        part_size_mib: part.min(largest),
        arn_prefix: only_member(matrix, question, "s3.policy.arn_prefix")
            .unwrap_or_else(|| "arn:aws:s3:::".to_owned()),
    }
}

fn truth(matrix: &Matrix, question: &Question, capability: &str, wanted: &serde_json::Value) -> Truth {
    let found = CapabilityId::parse(capability).ok().and_then(|id| {
        let capability = matrix.dictionary.capabilities.get(&id)?;
        let asked = matrix.asked(capability, wanted).ok()?;
        let claims: Vec<_> = matrix.effective(question, &id).into_iter().cloned().collect();
        Some(matrix.truth(capability, &asked, &claims))
    });
    found.unwrap_or(Truth::Unknown)
}

/// A number that a live, believed claim gives.
fn number(matrix: &Matrix, question: &Question, capability: &str, field: &str) -> Option<u64> {
    let id = CapabilityId::parse(capability).ok()?;
    let claims = matrix.effective(question, &id);
    // Of several, the one that promises least.
    claims
        .iter()
        .filter_map(|claim| match claim.is.as_ref()? {
            Value::Record(fields) => match fields.get(field)? {
                Field::Number(number) => Some(*number),
                Field::Bool(_) => None,
            },
            _ => None,
        })
        .min()
}

fn only_member(matrix: &Matrix, question: &Question, capability: &str) -> Option<String> {
    let id = CapabilityId::parse(capability).ok()?;
    matrix.effective(question, &id).iter().find_map(|claim| match claim.is.as_ref()? {
        Value::Set(members) => members.first().map(ToString::to_string),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::names::{RegionName, SubjectName};

    fn of(subject: &str, region: &str) -> StoreSettings {
        let (repository, _) = crate::load::load(&std::env::temp_dir().join("no-repository-of-gen"));
        let dictionary = Arc::new(repository.dictionary.as_ref().expect("a dictionary").value.clone());
        let day = repository.as_of.as_ref().expect("a day").value.date;
        let (matrix, faults) = Matrix::of_repository(&repository, &dictionary, day);
        assert!(faults.is_empty(), "{faults:?}");
        let subject = SubjectName::parse(subject).expect("a name");
        settings(&matrix, &Question { subject, region: RegionName::parse(region).ok(), service: None })
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
}
