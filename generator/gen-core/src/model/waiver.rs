//! `stacks/<stack>/waivers.yaml` and `stacks/<stack>/releases/<env>.yaml`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::names::{CapabilityId, ComponentName, EnvName, WorkloadName};
use super::units::{Date, FormatVersion, Text};

/// The waivers of a stack.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waivers {
    /// Version of the file format.
    pub version: FormatVersion,
    /// The waivers.
    pub waivers: Vec<Waiver>,
}

/// Somebody answers for a gap, until a date.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// Environment.
    pub env: EnvName,
    /// Component whose requirement is waived.
    pub component: ComponentName,
    /// Capability that is missing.
    pub capability: CapabilityId,
    /// Why the gap is acceptable for now.
    pub why: Text,
    /// Where closing it is tracked.
    pub ticket: Text,
    /// Who asked for it.
    pub author: Text,
    /// Who answers for it; never the author.
    pub approvers: Vec<Text>,
    /// Last day on which it counts.
    pub until: Date,
}

/// What an environment runs; written by `gen promote`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Version of the file format.
    pub version: FormatVersion,
    /// Commit of this repository.
    pub revision: String,
    /// Image digests by workload, `sha256:…`.
    pub images: BTreeMap<WorkloadName, String>,
    /// Environment that it was promoted from.
    #[serde(default)]
    pub from: Option<EnvName>,
    /// Evidence that the promotion rests on.
    #[serde(default)]
    pub evidence: Vec<String>,
}
