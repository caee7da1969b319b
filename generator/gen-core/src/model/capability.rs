//! `profiles/capabilities.yaml`: the dictionary.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::environment::Tier;
use super::names::{CapabilityId, Place};
use super::units::{FormatVersion, Period};

/// The dictionary of capabilities.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dictionary {
    /// Version of the file format.
    pub version: FormatVersion,
    /// Groups of countries.
    #[serde(default)]
    pub places: BTreeMap<Place, Vec<Place>>,
    /// Capabilities by id.
    pub capabilities: BTreeMap<CapabilityId, Capability>,
}

/// A named property with a type and one fixed comparison.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Capability {
    /// Type of its values.
    #[serde(rename = "type")]
    pub kind: ValueType,
    /// How what is offered is compared with what is asked.
    pub compare: Compare,
    /// Whose facts answer.
    pub answers: Answers,
    /// How bad its lack is, by tier; `all` for the tiers that are not named.
    #[schemars(schema_with = "crate::schema::map::<SeverityTier, Severity>")]
    pub severity: BTreeMap<SeverityTier, Severity>,
    /// How evidence is to be had.
    pub proof: Proof,
    /// How long evidence counts.
    pub ttl: Period,
    /// In words for a customer.
    pub means: Means,
}

impl Capability {
    /// Severity in a tier; advisory where the dictionary names none.
    pub fn severity(&self, tier: Tier) -> Severity {
        let named = match tier {
            Tier::Local => SeverityTier::Local,
            Tier::Development => SeverityTier::Development,
            Tier::Staging => SeverityTier::Staging,
            Tier::Production => SeverityTier::Production,
        };
        self.severity
            .get(&named)
            .or_else(|| self.severity.get(&SeverityTier::All))
            .copied()
            .unwrap_or(Severity::Advisory)
    }
}

/// The type of a capability's values.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum ValueType {
    /// `bool`.
    Bool(BoolWord),
    /// A set.
    #[serde(deserialize_with = "super::strict::variant")]
    Set(SetType),
    /// Ordered words, lowest first.
    #[serde(deserialize_with = "super::strict::variant")]
    Level(LevelType),
    /// Words without order.
    #[serde(deserialize_with = "super::strict::variant")]
    Enum(EnumType),
    /// Named fields.
    #[serde(deserialize_with = "super::strict::variant")]
    Record(RecordType),
}

/// The word `bool`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BoolWord {
    /// `bool`.
    Bool,
}

/// A set type.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetType {
    /// What its members are.
    pub set: Members,
    /// A fact names every member that is there: what it does not name is lacking.
    #[serde(default)]
    pub closed: bool,
}

/// Members of a set.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Members {
    /// `place` (countries) or `open` (free words).
    Kind(MemberKind),
    /// These words.
    Words(Vec<String>),
}

/// A kind of members.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MemberKind {
    /// Countries; groups may be asked for.
    Place,
    /// Any words.
    Open,
}

/// A level type.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelType {
    /// The words, lowest first.
    pub level: Vec<String>,
}

/// An enum type.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnumType {
    /// The words.
    #[serde(rename = "enum")]
    pub words: Vec<String>,
}

/// A record type.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordType {
    /// Fields by name.
    pub record: BTreeMap<String, FieldType>,
}

/// Type and direction of a record's field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    /// A length of time.
    Duration(Direction),
    /// A whole number.
    Int(Direction),
    /// True or false.
    Bool(Direction),
}

/// Which way a field is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Less is better.
    AtMost,
    /// More is better.
    AtLeast,
    /// Must be equal.
    Equals,
}

/// How what is offered is compared with what is asked; see `docs/matrix-rules.md` §3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Compare {
    /// All that is asked is there.
    Has,
    /// All that is there is among what is asked.
    Within,
    /// As much as is asked, or more.
    AtLeast,
    /// The same.
    Equals,
    /// Something of what is asked is there.
    Overlaps,
}

/// Whose facts answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answers {
    /// What runs.
    Service,
    /// Who runs it.
    Operator,
    /// What applies the Terraform.
    Engine,
}

/// A key of `severity`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the tiers, and `all`")]
pub enum SeverityTier {
    All,
    Local,
    Development,
    Staging,
    Production,
}

impl SeverityTier {
    /// The word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Local => Tier::Local.as_str(),
            Self::Development => Tier::Development.as_str(),
            Self::Staging => Tier::Staging.as_str(),
            Self::Production => Tier::Production.as_str(),
        }
    }
}

/// How bad the lack of a capability is. Later is worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Advisory,
    /// Rendered without, and the loss is named.
    Degraded,
    /// Nothing is rendered.
    Blocking,
}

impl Severity {
    /// The word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Advisory => "advisory",
            Self::Degraded => "degraded",
            Self::Blocking => "blocking",
        }
    }
}

/// How evidence for a capability is to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// By trying it out. The vendor's documents will do as well; the word of somebody who answers for it will not.
    Probe,
    /// From the vendor's documents.
    Document,
    /// By the word of somebody who answers for it.
    Attest,
}

/// A capability in words for a customer.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Means {
    /// What it gives.
    pub with: String,
    /// What its lack means.
    pub without: String,
}
