//! What a probe says.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::units::Date;

/// What a probe looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// An S3 object store.
    S3,
    /// The lock of a state in an S3 object store.
    StateLock,
    /// An OpenID Connect issuer.
    Oidc,
    /// A PostgreSQL server.
    Postgres,
    /// A Kubernetes API server.
    Kubernetes,
}

impl Kind {
    /// The word used in files and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::StateLock => "state-lock",
            Self::Oidc => "oidc",
            Self::Postgres => "postgres",
            Self::Kubernetes => "kubernetes",
        }
    }
}

/// What a probe found out about one server on one day.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
pub struct Report {
    /// Which probe.
    pub probe: Kind,
    /// What was talked to; never holds a credential.
    pub endpoint: String,
    /// Name and version of the server, as it told them.
    pub server: Option<String>,
    /// The day.
    pub date: Date,
    /// How the run ended.
    pub ended: Ended,
    /// What was found about capabilities of the dictionary.
    pub findings: Vec<Finding>,
    /// What was seen and is no capability.
    pub observations: Vec<Observation>,
    /// What the probe made and removed again.
    pub cleaned: Vec<String>,
    /// What the probe made and could not remove.
    pub left: Vec<Left>,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "how")]
pub enum Ended {
    /// Every question was asked.
    Whole,
    /// Somebody stopped it.
    Interrupted,
    /// It could not go on.
    Failed {
        /// Why.
        why: String,
        /// What to do.
        help: String,
    },
}

/// What was found about a capability. With neither `is` nor `not` nobody knows, and `note` says why.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
pub struct Finding {
    /// Id in the dictionary.
    pub capability: String,
    /// What is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<Value>,
    /// What is lacking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not: Option<Value>,
    /// What else to know; for what is unknown, why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// True of the server that was probed, while whoever operates it may offer more: one server has one version.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sample: bool,
    /// What was done, and what was answered, in this order.
    pub steps: Vec<Step>,
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct Step {
    /// What was done.
    pub did: String,
    /// What was answered.
    pub answered: String,
}

/// Something seen that is no capability, such as that a wrong signature is refused.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct Observation {
    /// What it is about.
    pub about: String,
    /// It is as it should be.
    pub good: bool,
    /// What was done, and what was answered.
    #[serde(flatten)]
    pub step: Step,
}

/// Something that is left on the server.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
pub struct Left {
    /// What it is.
    pub what: String,
    /// Why it could not be removed.
    pub why: String,
    /// When it can be removed, if that is known (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

impl Report {
    /// A report that says nothing yet.
    pub fn new(probe: Kind, endpoint: impl Into<String>, date: Date) -> Self {
        Self {
            probe,
            endpoint: endpoint.into(),
            server: None,
            date,
            ended: Ended::Whole,
            findings: Vec::new(),
            observations: Vec::new(),
            cleaned: Vec::new(),
            left: Vec::new(),
        }
    }
}

impl Step {
    /// What was done, and what was answered.
    pub fn new(did: impl Into<String>, answered: impl Into<String>) -> Self {
        Self { did: did.into(), answered: answered.into() }
    }
}

impl Finding {
    /// The subject has this.
    pub fn is(capability: &str, value: impl Into<Value>, steps: Vec<Step>) -> Self {
        Self {
            capability: capability.to_owned(),
            is: Some(value.into()),
            not: None,
            note: None,
            sample: false,
            steps,
        }
    }

    /// The subject lacks this.
    pub fn not(capability: &str, value: impl Into<Value>, steps: Vec<Step>) -> Self {
        Self {
            capability: capability.to_owned(),
            is: None,
            not: Some(value.into()),
            note: None,
            sample: false,
            steps,
        }
    }

    /// Nobody can tell, and why.
    pub fn unknown(capability: &str, why: impl Into<String>, steps: Vec<Step>) -> Self {
        Self {
            capability: capability.to_owned(),
            is: None,
            not: None,
            note: Some(why.into()),
            sample: false,
            steps,
        }
    }

    /// Adds what else to know.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Says that whoever operates the server may offer more.
    #[must_use]
    pub fn sample(mut self) -> Self {
        self.sample = true;
        self
    }

    /// It says something.
    pub fn is_known(&self) -> bool {
        self.is.is_some() || self.not.is_some()
    }
}
