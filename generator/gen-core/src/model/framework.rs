//! `profiles/frameworks.yaml`: controls of frameworks, and the capabilities whose evidence belongs to each.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::names::{CapabilityId, SubjectName};
use super::units::{Date, FormatVersion};

/// Frameworks by id. They are records: nothing computes whether a control is met.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Frameworks {
    /// Version of the file format.
    pub version: FormatVersion,
    /// The frameworks.
    pub frameworks: BTreeMap<SubjectName, Framework>,
}

/// A framework in one edition.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    /// Name for people.
    pub name: String,
    /// Which edition.
    pub edition: String,
    /// Where it was read.
    pub at: String,
    /// When it was read.
    pub read: Date,
    /// What else to know.
    #[serde(default)]
    pub note: Option<String>,
    /// Its controls by their own ids.
    pub controls: BTreeMap<String, Control>,
}

/// A control of a framework.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// What it is about, in a few words of ours.
    pub about: String,
    /// Capabilities whose evidence an auditor wants to see; empty where no capability has to do with it.
    pub capabilities: Vec<CapabilityId>,
}
