//! `stacks/<stack>/stack.yaml`: one deployable system.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::component::Component;
use super::names::{CapabilityId, ComponentName, DataName, HostName, ImageName, SecretName, WorkloadName};
use super::units::{Date, FormatVersion, Period};

/// A stack: workloads, the components they stand on, data classes, objectives and flags.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stack {
    /// Version of the file format.
    pub version: FormatVersion,
    /// What the stack is for, in a sentence.
    #[serde(default)]
    pub description: String,
    /// Who answers for the stack.
    pub owner: Owner,
    /// Cost centre that the stack's resources are billed to.
    pub cost_centre: String,
    /// `application` (the default) or `foundation`, whose environments are cloud accounts.
    #[serde(default)]
    pub purpose: Purpose,
    /// Open standards that the stack keeps to.
    #[serde(default)]
    pub standards: Vec<Standard>,
    /// Classes of data; each creates requirements for the component that holds it.
    #[serde(default)]
    pub data: BTreeMap<DataName, DataClass>,
    /// What the workloads stand on, beside the components that every stack has.
    #[serde(default)]
    pub components: BTreeMap<ComponentName, Component>,
    /// Services of ours.
    #[serde(default)]
    pub workloads: BTreeMap<WorkloadName, Workload>,
    /// Schema migrations by database, written `component/database`.
    #[serde(default)]
    pub migrations: BTreeMap<String, Migration>,
    /// How tenants of each tier are kept apart.
    #[serde(default)]
    pub tenancy: Option<Tenancy>,
    /// Feature flags.
    #[serde(default)]
    pub flags: BTreeMap<String, Flag>,
    /// Requirements that no class, type, kind or profile implies: component → capability → value.
    #[serde(default)]
    pub needs: BTreeMap<ComponentName, BTreeMap<CapabilityId, serde_json::Value>>,
    /// Renamed components, old name to new, so that their resources move instead of being replaced.
    #[serde(default)]
    pub moved: Vec<BTreeMap<ComponentName, ComponentName>>,
}

/// What a stack is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Workloads and what they stand on.
    #[default]
    Application,
    /// A cloud account: state bucket, identity of CI, guards, budgets.
    Foundation,
}

/// Who answers for a stack.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Owner {
    /// Team name, used in tags.
    pub team: String,
    /// On-call rotation that alerts go to.
    pub page: String,
}

/// An open standard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "each variant is the name of a published standard")]
pub enum Standard {
    #[serde(rename = "openapi-3.1")]
    OpenApi31,
    #[serde(rename = "otlp")]
    Otlp,
    #[serde(rename = "w3c-trace-context")]
    W3cTraceContext,
    #[serde(rename = "cloudevents-1.0")]
    CloudEvents10,
    #[serde(rename = "oauth-2.1")]
    OAuth21,
    #[serde(rename = "oidc")]
    Oidc,
    #[serde(rename = "jwt")]
    Jwt,
    #[serde(rename = "argon2id")]
    Argon2id,
    #[serde(rename = "websocket")]
    WebSocket,
    #[serde(rename = "tls-1.3")]
    Tls13,
    #[serde(rename = "webrtc")]
    WebRtc,
    #[serde(rename = "wcag-2.2-aa")]
    Wcag22Aa,
    #[serde(rename = "s3-sigv4")]
    S3SigV4,
    #[serde(rename = "http-caching")]
    HttpCaching,
}

/// A class of data and what it asks of the component that holds it.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataClass {
    /// How sensitive the data is.
    pub class: Sensitivity,
    /// The component that holds it.
    #[serde(rename = "in")]
    pub component: ComponentName,
    /// How long it is kept.
    pub retain: Period,
    /// Recovery point objective: how much may be lost.
    pub rpo: Period,
    /// Recovery time objective: how long recovery may take.
    pub rto: Period,
    /// Format of the export that the data's owner can ask for.
    #[serde(default)]
    pub export: Option<ExportFormat>,
    /// Grace period after which data is erased once deletion was asked for.
    #[serde(default)]
    pub erase: Option<Period>,
    /// Write once, read many: data cannot be changed or deleted before `retain` is over.
    #[serde(default)]
    pub worm: Option<WormMode>,
    /// A hold without end can be put on single records.
    #[serde(default)]
    pub legal_hold: bool,
}

/// How sensitive a class of data is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    /// For everybody.
    Public,
    /// For the organisation.
    Internal,
    /// For those who need it.
    Confidential,
    /// Proof of what happened, kept tamper-evident.
    Evidence,
}

/// A format of data exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExportFormat {
    /// JSON documents in a ZIP archive.
    JsonZip,
}

/// Who can lift write-once protection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WormMode {
    /// A principal with a special permission.
    Governance,
    /// Nobody, the account's owner included.
    Compliance,
}

impl WormMode {
    /// The word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Governance => "governance",
            Self::Compliance => "compliance",
        }
    }
}

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
    pub secrets: BTreeMap<String, SecretRef>,
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
    pub startup: Option<String>,
    /// Answers while the process is not stuck.
    #[serde(default)]
    pub live: Option<String>,
    /// Answers while requests are welcome.
    #[serde(default)]
    pub ready: Option<String>,
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
    pub key: String,
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

/// Where migrations of a database lie and what runs them.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Migration {
    /// Folder below the stack.
    pub dir: String,
    /// The tool.
    pub tool: MigrationTool,
}

/// A migration tool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MigrationTool {
    /// pgroll: expand and contract.
    Pgroll,
    /// sqlx: plain SQL files.
    Sqlx,
}

/// How tenants of each tier are kept apart.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[allow(non_snake_case, reason = "the tiers are called A, B and C")]
pub struct Tenancy {
    /// Tier A.
    pub A: TenantBoundary,
    /// Tier B.
    pub B: TenantBoundary,
    /// Tier C.
    pub C: TenantBoundary,
}

/// What a tenant has to itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TenantBoundary {
    /// A schema.
    Schema,
    /// A database.
    Database,
    /// An environment.
    Environment,
}

/// A feature flag.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flag {
    /// Who removes it.
    pub owner: String,
    /// Until when it may exist.
    pub expires: Date,
    /// Value when the flag service does not answer.
    pub fallback: bool,
    /// Can be turned off at once.
    pub kill_switch: bool,
}
