//! The file that a workload carries.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use crate::check::StoreSettings;
use crate::digest::{seal, sha256_hex};
use crate::memo::Memo;
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

/// A file and its SHA-256.
type Sealed = (Vec<u8>, String);

impl WorkloadProfile {
    /// The file that holds it, with the digest in its place: the last of the file's values.
    pub(super) fn into_file(self, texts: &Texts) -> serde_json::Result<Sealed> {
        const END: &[u8] = b"\"\n}\n";
        let components = self.components.into_iter().map(|(name, expected)| Ok((name, texts.of(expected)?)));
        let written = Written {
            format_version: self.format_version,
            target: self.target,
            tier: self.tier,
            workload: self.workload,
            profile: self.profile,
            places: self.places,
            components: components.collect::<serde_json::Result<_>>()?,
            digest: "",
        };
        let mut text = Vec::with_capacity(10 * 1024);
        serde_json::to_writer_pretty(&mut text, &written)?;
        text.push(b'\n');
        let whole = seal(&mut text, END.len());
        Ok((text, whole))
    }
}

/// A [`WorkloadProfile`] whose components are text already.
#[derive(Serialize)]
struct Written {
    format_version: FormatVersion,
    target: String,
    tier: Tier,
    workload: WorkloadName,
    profile: ProfileName,
    #[serde(serialize_with = "on_a_line")]
    places: Arc<BTreeSet<Place>>,
    components: BTreeMap<ComponentName, Arc<RawValue>>,
    digest: &'static str,
}

/// What is expected of components as files hold it, by what it says: workloads and targets that expect the same share the text.
#[derive(Default)]
pub(in crate::kind) struct Texts(Memo<(ComponentType, Had), Expected, Arc<RawValue>>);

impl Texts {
    fn of(&self, expected: Expected) -> serde_json::Result<Arc<RawValue>> {
        let key = (expected.kind, expected.binding.clone());
        self.0.get_or(key, expected, |_, expected| {
            // It stands two levels deep. Within strings, line ends are escaped.
            let text = serde_json::to_string_pretty(expected)?.replace('\n', "\n    ");
            Ok(RawValue::from_string(text)?.into())
        })
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
        let (text, whole) = profile.clone().into_file(&Texts::default()).expect("a file");
        assert_eq!(whole, sha256_hex(&text));
        let text = String::from_utf8(text).expect("text");
        let (read, intact) = read(&text).expect("what was written can be read");
        assert!(intact, "{text}");
        assert_eq!(read.digest.len(), 64);
        assert!(text.ends_with(&format!("  \"digest\": \"{}\"\n}}\n", read.digest)), "{text}");
        assert_eq!(WorkloadProfile { digest: String::new(), ..read }, profile);
    }

    #[test]
    fn text_that_is_shared_is_what_each_file_would_hold() {
        let component = |host: &str, copy: bool| {
            json!({
                "type": "postgres", "uses": {"db/app": "rw"}, "binding": {"way": "managed", "provider": "aws"}, "country": "DE",
                "address": {"where": "hosts", "hosts": [host]}, "tls": true, "versioning": false,
                "expects": [{
                    "capability": "db.postgres.service", "value": {"a\nb": [1, "c"]}, "confidence": "documented",
                    "read": "2026-11-20", "expires": "2027-11-20", "copy": copy,
                }],
            })
        };
        let texts = Texts::default();
        for (first, second) in [
            (component("a.example", false), component("a.example", false)),
            (component("a.example", true), component("b.example", true)),
            (component("c\nd", false), component("a.example", false)),
        ] {
            let profile: WorkloadProfile = serde_json::from_value(json!({
                "format_version": 1, "target": "app/dev", "tier": "development", "workload": "web", "profile": "standard",
                "places": ["DE", "FR"], "components": {"one": first, "two": second}, "digest": "",
            }))
            .expect("a profile");
            let (text, _) = profile.clone().into_file(&texts).expect("a file");
            let text = String::from_utf8(text).expect("text");
            let (read, intact) = read(&text).expect("what was written can be read");
            assert!(intact, "{text}");
            assert_eq!(text, serde_json::to_string_pretty(&read).expect("JSON") + "\n");
            assert_eq!(WorkloadProfile { digest: String::new(), ..read }, profile);
        }
    }
}
