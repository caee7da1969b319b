//! Workloads: services of ours, what they use, and how well they are to serve.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names::{HostName, HttpPath, ImageName, SecretKey, SecretName, VariableName, WorkloadName};
use super::units::Period;

/// A service of ours, in an OCI image.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// The control plane decides; the execution plane runs what tenants bring.
    pub plane: Plane,
    /// Image without tag or digest; the digest stands in `releases/<env>.yaml`.
    pub image: ImageName,
    /// Ports by name.
    #[serde(default)]
    pub listen: BTreeMap<String, u16>,
    /// Paths of the health probes.
    #[serde(default)]
    pub probes: Probes,
    /// Components used, `component` or `component/part` → access.
    #[serde(default)]
    pub uses: BTreeMap<String, Access>,
    /// Environment variables filled from the secrets component.
    #[serde(default)]
    pub secrets: BTreeMap<VariableName, SecretRef>,
    /// Everything outside the stack that the workload talks to; nothing else is reachable.
    #[serde(default)]
    pub egress: Vec<Egress>,
    /// Host name below the environment's domain under which the `http` port is published.
    #[serde(default)]
    pub publish: Option<Publish>,
    /// Service level objectives.
    #[serde(default)]
    pub slo: Slos,
    /// How a new version is rolled out.
    #[serde(default)]
    pub rollout: Option<Rollout>,
    /// Path of the `OpenAPI` description.
    #[serde(default)]
    pub openapi: Option<String>,
    /// Keeps tenants apart: own namespace, policies and sandbox each.
    #[serde(default)]
    pub isolate: Option<Isolation>,
}

/// Which plane a workload belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Plane {
    /// Decides and keeps the records.
    Control,
    /// Runs work, on nodes of its own.
    Execution,
}

impl Plane {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Control, Self::Execution];

    /// The word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Control => "control",
            Self::Execution => "execution",
        }
    }
}

/// Paths of health probes.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Probes {
    /// Answers once the process has started.
    #[serde(default)]
    pub startup: Option<HttpPath>,
    /// Answers while the process is not stuck.
    #[serde(default)]
    pub live: Option<HttpPath>,
    /// Answers while requests are welcome.
    #[serde(default)]
    pub ready: Option<HttpPath>,
}

/// What a workload may do with a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Read.
    Read,
    /// Read and write.
    Rw,
    /// Add, never change or remove.
    Append,
    /// Place and lift legal holds.
    LegalHold,
    /// Start workflows.
    Start,
    /// Poll for work.
    Poll,
    /// Write telemetry.
    Write,
}

impl Access {
    /// The word used in model files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Rw => "rw",
            Self::Append => "append",
            Self::LegalHold => "legal_hold",
            Self::Start => "start",
            Self::Poll => "poll",
            Self::Write => "write",
        }
    }
}

/// A secret by reference; the value is never in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretRef {
    /// Name in the secrets component.
    #[serde(rename = "ref")]
    pub name: SecretName,
    /// Key within the secret.
    pub key: SecretKey,
}

/// One destination outside the stack.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Egress {
    /// DNS name.
    pub host: HostName,
    /// TCP port.
    pub port: u16,
    /// What it is needed for.
    pub why: String,
}

/// How a workload is reached from outside.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Publish {
    /// Label below the environment's domain.
    pub host: WorkloadName,
}

/// Service level objectives of a workload.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Slos {
    /// Share of requests that do not fail.
    #[serde(default)]
    pub availability: Option<Objective>,
    /// Share of requests that are answered in time.
    #[serde(default)]
    pub latency: Option<LatencyObjective>,
    /// Share of workflows or actions that complete.
    #[serde(default)]
    pub completion: Option<Objective>,
}

/// A share over a window.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    /// Per cent.
    pub objective: Percent,
    /// Window over which it holds.
    pub window: Period,
}

/// A share of requests faster than a limit.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LatencyObjective {
    /// Per cent.
    pub objective: Percent,
    /// The limit in milliseconds, such as `300ms`.
    pub under: Milliseconds,
    /// Window over which it holds.
    pub window: Period,
}

/// A number from 50 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, JsonSchema)]
#[serde(try_from = "f64")]
#[schemars(extend("minimum" = 50, "maximum" = 100))]
pub struct Percent(f64);

impl Percent {
    /// The number.
    pub fn value(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Percent {
    type Error = &'static str;

    fn try_from(value: f64) -> Result<Self, Self::Error> {
        if (50.0..=100.0).contains(&value) {
            Ok(Self(value))
        } else {
            Err("an objective is from 50 to 100 per cent")
        }
    }
}

/// A number of milliseconds, such as `300ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(with = "String", extend("pattern" = "^[1-9][0-9]{0,5}ms$"))]
pub struct Milliseconds(u32);

impl Milliseconds {
    /// The number.
    pub fn value(self) -> u32 {
        self.0
    }
}

impl TryFrom<String> for Milliseconds {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.strip_suffix("ms")
            .filter(|digits| {
                digits.len() <= 6 && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit())
            })
            .and_then(|digits| digits.parse().ok())
            .map(Self)
            .ok_or("a limit is a whole number of milliseconds, such as 300ms")
    }
}

/// Steps of a rollout.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rollout {
    /// Per cent of traffic at each step.
    pub canary: Vec<u8>,
    /// Objectives whose breach ends the rollout.
    pub abort_on: Vec<SloName>,
}

/// Name of an objective.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are those of the fields of `Slos`")]
pub enum SloName {
    Availability,
    Latency,
    Completion,
}

/// What is kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Isolation {
    /// Each tenant.
    Tenant,
}
