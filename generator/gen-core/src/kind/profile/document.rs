//! The file that a workload carries.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::check::StoreSettings;
use crate::digest::canonical_sha256;
use crate::model::component::ComponentType;
use crate::model::environment::Tier;
use crate::model::names::{CapabilityId, ComponentName, Place, ProfileName, WorkloadName};
use crate::model::stack::WormMode;
use crate::model::subject::Confidence;
use crate::model::units::{Date, FormatVersion};
use crate::model::workload::Access;
use crate::resolve::Had;

use super::Address;

/// What a workload expects of the place that it is started in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WorkloadProfile {
    /// Version of the file's shape.
    pub format_version: FormatVersion,
    /// `stack/environment`.
    pub target: String,
    /// The environment's tier.
    pub tier: Tier,
    /// The workload.
    pub workload: WorkloadName,
    /// The profile that the target was proven under.
    pub profile: ProfileName,
    /// Countries that data may be in.
    pub places: BTreeSet<Place>,
    /// What it uses.
    pub components: BTreeMap<ComponentName, Expected>,
    /// SHA-256 over the canonical JSON (RFC 8785) of everything else, in lower-case hex.
    pub digest: String,
}

/// What a workload expects of a component.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: ComponentType,
    /// What the workload may do, by the part that it uses; nothing where it reads its secrets.
    pub uses: BTreeMap<String, Access>,
    /// How it is had.
    pub binding: Had,
    /// Country that it is in, where its region says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<Place>,
    /// Where it is reached.
    pub address: Address,
    /// The way there is encrypted.
    pub tls: bool,
    /// How clients of a store speak to it, from facts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<StoreSettings>,
    /// Versions of objects are kept.
    pub versioning: bool,
    /// Objects cannot be changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub object_lock: Option<ObjectLock>,
    /// Capabilities that were proven, each with its evidence.
    pub expects: Vec<Expectation>,
}

/// How objects are locked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectLock {
    /// Who could lift it.
    pub mode: WormMode,
    /// Days that each object is locked for.
    pub days: u64,
    /// Single records may be held without end.
    pub legal_hold: bool,
}

/// A capability that was proven.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// The capability.
    pub capability: CapabilityId,
    /// What was asked.
    pub value: Value,
    /// How well it is known: the weakest of the facts that it rests on.
    pub confidence: Confidence,
    /// When the oldest of them was read.
    pub read: Date,
    /// Last day on which all of them count.
    pub expires: Date,
}

impl WorkloadProfile {
    /// The file with its own digest in it.
    #[must_use]
    pub(super) fn sealed(mut self) -> Self {
        self.digest = digest(&serde_json::to_value(&self).unwrap_or_default());
        self
    }
}

/// Digest of a file's content, without the digest that it carries.
fn digest(value: &Value) -> String {
    let mut value = value.clone();
    if let Some(file) = value.as_object_mut() {
        file.remove("digest");
    }
    canonical_sha256(&value)
}

/// What is wrong with a file: what, and where as line and column from 1.
pub type Unreadable = (String, Option<(usize, usize)>);

/// Reads a file, and tells whether its content is what its digest says. Unknown fields are refused.
pub fn read(text: &str) -> Result<(WorkloadProfile, bool), Unreadable> {
    let wrong = |error: serde_json::Error| {
        let place = (error.line() > 0).then(|| (error.line(), error.column()));
        // The place is shown, and need not be said as well.
        let text = error.to_string();
        let said = text.rsplit_once(" at line ").map_or(text.as_str(), |(said, _)| said);
        (said.to_owned(), place)
    };
    let profile: WorkloadProfile = serde_json::from_str(text).map_err(wrong)?;
    let value: Value = serde_json::from_str(text).map_err(wrong)?;
    let intact = profile.digest == digest(&value);
    Ok((profile, intact))
}
