//! The file that a workload carries.

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::to_raw_value;

use crate::check::StoreSettings;
use crate::digest::sha256_hex;
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
    #[serde(serialize_with = "on_a_line")]
    pub places: Arc<BTreeSet<Place>>,
    /// What it uses.
    pub components: BTreeMap<ComponentName, Expected>,
    /// SHA-256 over the file as it is without these 64 digits, in lower-case hex.
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
    #[serde(serialize_with = "a_line_each")]
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
    pub value: Arc<Value>,
    /// How well it is known: the weakest of the facts that it rests on.
    pub confidence: Confidence,
    /// When the oldest of them was read.
    pub read: Date,
    /// Last day on which all of them count.
    pub expires: Date,
    /// It was proven of the place that copies of the component's data go to; left out for the component itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub copy: bool,
}

impl WorkloadProfile {
    /// The file that holds it, with the digest in its place: the last of the file's values.
    pub(super) fn into_file(mut self) -> serde_json::Result<Vec<u8>> {
        const END: &[u8] = b"\"\n}\n";
        self.digest.clear();
        let mut text = Vec::with_capacity(8 * 1024);
        serde_json::to_writer_pretty(&mut text, &self)?;
        text.push(b'\n');
        let digest = sha256_hex(&text);
        let place = text.len() - END.len();
        text.splice(place..place, digest.into_bytes());
        Ok(text)
    }
}

/// Whether a file says what its digest was taken from.
fn is_intact(text: &str, digest: &str) -> bool {
    text.rsplit_once(digest)
        .is_some_and(|(before, after)| sha256_hex([before, after].concat().as_bytes()) == digest)
}

/// Writes a value on a single line, whatever its serializer does otherwise.
fn on_a_line<T: Serialize, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    to_raw_value(value).map_err(S::Error::custom)?.serialize(serializer)
}

/// Writes each item on a line of its own.
fn a_line_each<T: Serialize, S: Serializer>(items: &[T], serializer: S) -> Result<S::Ok, S::Error> {
    let lines = items.iter().map(to_raw_value).collect::<Result<Vec<_>, _>>().map_err(S::Error::custom)?;
    serializer.collect_seq(lines)
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
    let intact = is_intact(text, &profile.digest);
    Ok((profile, intact))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Digits go in front of the last quote of the file: a field behind the digest would get them.
    #[test]
    fn the_digest_is_the_last_value_of_the_file() {
        let profile: WorkloadProfile = serde_json::from_value(json!({
            "format_version": 1, "target": "app/dev", "tier": "development", "workload": "web",
            "profile": "standard", "places": ["DE"], "components": {}, "digest": "",
        }))
        .expect("a profile");
        let text = String::from_utf8(profile.clone().into_file().expect("a file")).expect("text");
        let (read, intact) = read(&text).expect("what was written can be read");
        assert!(intact, "{text}");
        assert_eq!(read.digest.len(), 64);
        assert!(text.ends_with(&format!("  \"digest\": \"{}\"\n}}\n", read.digest)), "{text}");
        assert_eq!(WorkloadProfile { digest: String::new(), ..read }, profile);
    }
}
