//! Profiles, facts, templates and modules that the binary carries.

use serde::de::DeserializeOwned;

/// Path relative to the repository → bytes, sorted by path.
pub const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/builtin.rs"));

/// Path relative to the repository → what its YAML says, as JSON.
const MODELS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/models.rs"));

/// The model of a built-in file; none where it has none.
pub(crate) fn model<T: DeserializeOwned>(path: &str) -> Option<T> {
    let (_, json) = MODELS.iter().find(|(known, _)| *known == path)?;
    serde_json::from_str(json).ok()
}
