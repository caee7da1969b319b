//! The envelope, the seal, and the chain.

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::digest::{canonical_sha256, sha256_hex};
use crate::model::units::Timestamp;

use super::{Change, StepRecord};

/// What an event says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Kind {
    /// The change was applied.
    #[serde(rename = "gen.binding.changed.v1")]
    Changed,
    /// Somebody asked what it would be; nothing was done.
    #[serde(rename = "gen.binding.proposed.v1")]
    Proposed,
    /// It was planned what to do to a root; nothing was done yet.
    #[serde(rename = "gen.step.planned.v1")]
    Planned,
    /// Nobody approved what was planned, or it is not allowed; nothing was done.
    #[serde(rename = "gen.step.declined.v1")]
    Declined,
    /// It was done.
    #[serde(rename = "gen.step.done.v1")]
    Done,
    /// It was tried and failed, and may have been done in part.
    #[serde(rename = "gen.step.failed.v1")]
    Failed,
}

/// The version of CloudEvents that events follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SpecVersion {
    /// CloudEvents 1.0.
    #[serde(rename = "1.0")]
    V1,
}

/// The type of the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ContentType {
    /// JSON.
    #[serde(rename = "application/json")]
    Json,
}

/// A change of profile or binding, or what was done to a root, as a CloudEvents 1.0 event in JSON format
/// (<https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md>).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Always `1.0`.
    pub specversion: SpecVersion,
    /// SHA-256 over everything but `id` and the digest, in lower-case hex: equal events are one event.
    pub id: String,
    /// The file of the environment, as a relative reference.
    pub source: String,
    /// What it says.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// When.
    pub time: Timestamp,
    /// `stack/environment`.
    pub subject: String,
    /// Always `application/json`.
    pub datacontenttype: ContentType,
    /// The schema of `data`, named by its digest: `nih:sha-256;` and SHA-256 over its canonical JSON (RFC 6920, §7).
    pub dataschema: String,
    /// What changed, and its place in the chain.
    pub data: Data,
}

/// What changed or was done (one of both), and its place in the chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// What changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// What was done to a root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<StepRecord>,
    /// Commit of the repository that the models were read at; none for what is not committed.
    pub revision: Option<String>,
    /// Digest of the event before this one in the target's chain; none for its first.
    pub predecessor: Option<String>,
    /// SHA-256 over the canonical JSON (RFC 8785) of the event without this field, in lower-case hex.
    pub digest: String,
}

/// What an event is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A change of profile, engine or bindings.
    Change(Box<Change>),
    /// What was done to a root.
    Step(Box<StepRecord>),
}

/// What only whoever seals an event knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealing {
    /// What it says.
    pub kind: Kind,
    /// When.
    pub time: Timestamp,
    /// Commit that the models were read at.
    pub revision: Option<String>,
    /// Digest of the chain's last event.
    pub predecessor: Option<String>,
}

/// The JSON Schema of `data`.
pub fn data_schema() -> serde_json::Value {
    schemars::schema_for!(Data).to_value()
}

static DATA_SCHEMA_NAME: LazyLock<String> =
    LazyLock::new(|| format!("nih:sha-256;{}", canonical_sha256(&data_schema())));

impl Event {
    /// Seals what it is about. `source` is the path of the environment's file.
    pub fn seal(what: What, source: &str, sealing: Sealing) -> Self {
        let Sealing { kind, time, revision, predecessor } = sealing;
        let (change, step) = match what {
            What::Change(change) => (Some(*change), None),
            What::Step(step) => (None, Some(*step)),
        };
        let data = Data { change, step, revision, predecessor, digest: String::new() };
        let mut event = Self {
            specversion: SpecVersion::V1,
            id: String::new(),
            source: source.to_owned(),
            kind,
            time,
            subject: data.target().unwrap_or_default().to_owned(),
            datacontenttype: ContentType::Json,
            dataschema: DATA_SCHEMA_NAME.clone(),
            data,
        };
        event.id = event.identity();
        event.data.digest = event.digest();
        event
    }

    /// The text that is stored: equal events have equal bytes.
    pub fn text(&self) -> String {
        // Events hold strings, numbers, lists and string-keyed maps only, so this does not fail.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Reads a stored event, which has to be what `text` writes, to the byte. The error says why it is not.
    pub fn read(bytes: &[u8]) -> Result<Self, String> {
        let event: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if event.text().as_bytes() == bytes {
            Ok(event)
        } else {
            Err("it is not written as gen writes it".to_owned())
        }
    }

    /// Digest over everything but `id` and the digest.
    fn identity(&self) -> String {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        without_digest(&mut value);
        if let Some(event) = value.as_object_mut() {
            event.remove("id");
        }
        canonical_sha256(&value)
    }

    /// Digest over everything but the digest.
    pub fn digest(&self) -> String {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        without_digest(&mut value);
        sha256_hex(&crate::digest::canonical(&value))
    }
}

impl Data {
    /// The target that it is about; none if it is about nothing, or about two things.
    pub fn target(&self) -> Option<&str> {
        match (&self.change, &self.step) {
            (Some(change), None) => Some(&change.target),
            (None, Some(step)) => Some(&step.target),
            _ => None,
        }
    }
}

fn without_digest(event: &mut serde_json::Value) {
    if let Some(data) = event.get_mut("data").and_then(serde_json::Value::as_object_mut) {
        data.remove("digest");
    }
}

/// Where a chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// The event at this index is not what was sealed.
    Altered(usize),
    /// The event at this index does not follow the one before it: something was left out, added or moved.
    Unchained(usize),
    /// The event at this index is about another target than the first.
    Foreign(usize),
}

/// Verifies a target's chain, from its first event on.
pub fn verify(chain: &[Event]) -> Result<(), Broken> {
    let mut last: Option<&Event> = None;
    for (index, event) in chain.iter().enumerate() {
        follows(event, last, index)?;
        last = Some(event);
    }
    Ok(())
}

/// Verifies one event behind the one before it; `index` is its place in the chain.
pub(super) fn follows(event: &Event, last: Option<&Event>, index: usize) -> Result<(), Broken> {
    if event.data.digest != event.digest() || event.id != event.identity() {
        return Err(Broken::Altered(index));
    }
    if event.data.predecessor.as_ref() != last.map(|last| &last.data.digest) {
        return Err(Broken::Unchained(index));
    }
    let foreign = last.is_some_and(|last| last.subject != event.subject);
    if foreign || event.data.target() != Some(&event.subject) {
        return Err(Broken::Foreign(index));
    }
    Ok(())
}
