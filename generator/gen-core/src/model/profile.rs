//! `profiles/<profile>.yaml`: a policy, never a value.

use std::collections::BTreeMap;
use std::num::NonZeroU8;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::component::{ComponentType, Issuer};
use super::names::{CapabilityId, Place, ProfileName, SubjectName};
use super::units::{Date, FormatVersion, Period};

/// A profile.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Version of the file format.
    pub version: FormatVersion,
    /// Who it is for, in a sentence.
    #[serde(default)]
    pub description: String,
    /// The profile that this one tightens.
    #[serde(default)]
    pub extends: Option<ProfileName>,
    /// Values used more than once below, referred to as `$name`.
    #[serde(default, rename = "let")]
    pub bindings: BTreeMap<String, Vec<Place>>,
    /// What may be chosen; everything that is not named, if a list is left out.
    #[serde(default)]
    pub allow: Allow,
    /// Extra requirements: component type, or `data` for whatever holds or moves customer data → capability → value.
    #[serde(default)]
    #[schemars(schema_with = "crate::schema::map::<RequireKey, BTreeMap<CapabilityId, serde_json::Value>>")]
    pub require: BTreeMap<RequireKey, BTreeMap<CapabilityId, serde_json::Value>>,
    /// What an unknown fact means.
    pub unknown: UnknownPolicy,
    /// Rules for waivers.
    pub waivers: WaiverRules,
    /// Rules for attestations.
    #[serde(default)]
    pub attestations: Option<AttestationRules>,
}

/// To which components a profile's requirement applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub enum RequireKey {
    /// Everything that holds or moves customer data.
    Data,
    /// Components of a type.
    Type(ComponentType),
}

impl TryFrom<String> for RequireKey {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        match text.as_str() {
            "data" => Ok(Self::Data),
            name => ComponentType::parse(name).map(Self::Type).ok_or("neither `data` nor a component type"),
        }
    }
}

impl JsonSchema for RequireKey {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "RequireKey".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let words: Vec<&str> = std::iter::once("data")
            .chain(ComponentType::ALL.into_iter().map(ComponentType::as_str))
            .collect();
        schemars::json_schema!({
            "description": "A component type, or `data` for whatever holds or moves customer data.",
            "type": "string",
            "enum": words,
        })
    }
}

/// What may be chosen.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Allow {
    /// Providers.
    #[serde(default)]
    pub providers: Option<Vec<SubjectName>>,
    /// Countries or groups of them, or a `$name`.
    #[serde(default)]
    pub places: Option<PlacesOrName>,
    /// Token issuers.
    #[serde(default)]
    pub issuers: Option<Vec<Issuer>>,
}

/// A list of places, or the name of one from `let`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum PlacesOrName {
    /// The places.
    Places(Vec<Place>),
    /// `$name`.
    Name(String),
}

/// What an unknown fact means, by severity of the requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnknownPolicy {
    /// For blocking requirements: always `refuse`.
    pub blocking: OnUnknown,
    /// For requirements whose loss degrades.
    pub degraded: OnUnknown,
    /// For advice.
    pub advisory: OnUnknown,
}

/// What to do about an unknown fact. Later is stricter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnUnknown {
    /// Count it.
    Note,
    /// Show it.
    Warn,
    /// Render nothing.
    Refuse,
}

/// Rules for waivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiverRules {
    /// Longest time that a waiver may run from the as-of date.
    pub longest: Period,
    /// Fewest approvers, one at least.
    #[serde(deserialize_with = "one_at_least")]
    #[schemars(range(min = 1))]
    pub approvers: u8,
}

fn one_at_least<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    NonZeroU8::deserialize(deserializer).map(NonZeroU8::get)
}

/// Rules for attestations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttestationRules {
    /// Longest time that an attestation counts.
    pub longest: Period,
}

/// `profiles/as-of.yaml`: the day by which evidence is judged.
#[derive(Debug, Clone, Copy, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AsOf {
    /// Version of the file format.
    pub version: FormatVersion,
    /// The day.
    pub date: Date,
}
