//! `stacks/<stack>/waivers.yaml` and `stacks/<stack>/releases/<env>.yaml`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::names::{CapabilityId, ComponentName, EnvName, Revision, WorkloadName};
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
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// Version of the file format.
    pub version: FormatVersion,
    /// Commit of this repository.
    pub revision: Revision,
    /// Image digests by workload, `sha256:…`.
    pub images: BTreeMap<WorkloadName, String>,
    /// Environment that it was promoted from.
    #[serde(default)]
    pub from: Option<EnvName>,
    /// Evidence that the promotion rests on.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// The later revision that this one took the place of, where it is the way back.
    #[serde(default)]
    pub back_from: Option<Revision>,
}

impl Release {
    /// The file as `gen promote` writes it. Everything is quoted: a commit may look like a number.
    pub fn text(&self) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let mut out = format!(
            "# yaml-language-server: $schema=../../../docs/schema/release.schema.json\n\
             # gen promote writes this file: it is committed and reviewed, not edited\n\
             version: 1\nrevision: {}\n",
            quoted(self.revision.as_str())
        );
        if let Some(later) = &self.back_from {
            out.push_str(&format!("back_from: {}\n", quoted(later.as_str())));
        }
        if let Some(from) = &self.from {
            out.push_str(&format!("from: {from}\n"));
        }
        if self.images.is_empty() {
            out.push_str("images: {}\n");
        } else {
            out.push_str("images:\n");
        }
        for (workload, digest) in &self.images {
            out.push_str(&format!("  {workload}: {}\n", quoted(digest)));
        }
        if !self.evidence.is_empty() {
            out.push_str("evidence:\n");
        }
        for path in &self.evidence {
            out.push_str(&format!("  - {}\n", quoted(path)));
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_read_back_as_it_was_written() {
        let digest = format!("sha256:{}", "0".repeat(64));
        let release = Release {
            version: FormatVersion,
            // Unquoted these would be numbers.
            revision: Revision::parse("12345678e10").expect("a revision"),
            back_from: Revision::parse("1234567").ok(),
            images: BTreeMap::from([(WorkloadName::parse("api").expect("a name"), digest)]),
            from: EnvName::parse("on").ok(),
            evidence: vec!["evidence/\"odd\": #1.json".to_owned()],
        };
        let read: Release = serde_yaml::from_str(&release.text()).expect("a release");
        assert_eq!(read, release);
        let bare = Release { images: BTreeMap::new(), from: None, evidence: Vec::new(), ..release };
        assert_eq!(serde_yaml::from_str::<Release>(&bare.text()).expect("a release"), bare);
    }
}
