//! What was done to a root.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::apply::{Kept, Ranked};
use crate::check::{Counts, Report};
use crate::model::environment::Engine;
use crate::model::names::ComponentName;
use crate::model::units::Date;
use crate::resolve::Target;

use super::WaiverInForce;

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// The root is brought to what is rendered.
    Apply,
    /// Everything that the root made goes.
    Destroy,
}

impl Operation {
    /// As people read it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Destroy => "destroy",
        }
    }
}

/// A state, by what tells it from others; nothing that is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StateMark {
    /// The same for all versions of one state.
    pub lineage: String,
    /// Counts its versions.
    pub serial: u64,
}

/// What was done to a root, or is going to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepRecord {
    /// `stack/environment`.
    pub target: String,
    /// The root.
    pub root: String,
    /// What was asked for.
    pub operation: Operation,
    /// What carries it out.
    pub engine: Engine,
    /// The account, where the environment names one.
    pub account: Option<String>,
    /// Who: what the provider says of whoever is logged in, else the account that was confirmed by hand.
    pub who: String,
    /// Address of the run of CI, where there is one.
    pub run: Option<String>,
    /// SHA-256 over the digests of the root's files and of the modules in use, in lower-case hex.
    pub tree: String,
    /// SHA-256 of the lock file of providers; none where there is none.
    pub lock: Option<String>,
    /// SHA-256 over what the root takes from others, by component.
    pub takes: BTreeMap<ComponentName, String>,
    /// The state that was planned against; none where there was none yet.
    pub state: Option<StateMark>,
    /// Digest of the plan: equal digests are one plan.
    pub plan: String,
    /// What it does, worst first; in the record of a plan alone.
    pub changes: Vec<Ranked>,
    /// What stays although everything is to go, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<Kept>,
    /// SHA-256 over what the root hands on; in the record of what was done alone.
    pub exports: Option<String>,
    /// Where it failed; in the record of a failure alone. What the engine said is not kept: it may hold values.
    pub failed: Option<String>,
    /// The day that evidence was judged by.
    pub evidence_as_of: Date,
    /// Verdicts by kind.
    pub verdicts: Counts,
    /// Waivers in force.
    pub waivers: Vec<WaiverInForce>,
}

/// How a target stands, for its records.
#[derive(Debug, Clone)]
pub struct Standing {
    /// The day that evidence was judged by.
    pub evidence_as_of: Date,
    /// Verdicts by kind.
    pub verdicts: Counts,
    /// Waivers in force.
    pub waivers: Vec<WaiverInForce>,
}

impl Standing {
    /// Of a target that was judged.
    pub fn of(target: &Target, report: &Report, evidence_as_of: Date) -> Self {
        Self { evidence_as_of, verdicts: report.counts(), waivers: super::change::waivers(target, report) }
    }
}
