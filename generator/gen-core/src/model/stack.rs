//! `stacks/<stack>/stack.yaml`: one deployable system.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::component::Component;
use super::names::{CapabilityId, ComponentName, DataName, WorkloadName};
use super::units::{Date, FormatVersion, Period};
use super::workload::Workload;

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
    /// Renamed components, old name to new, oldest first; entries stay. Their resources are known under the new name, and keep the
    /// names that they were made with: most could not be renamed without being replaced.
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
