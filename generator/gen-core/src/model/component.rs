//! Components: what workloads stand on.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use super::component_type::{ComponentType, Layer};
use super::names::{DatabaseName, RepositoryName, WebOrigin};
use super::workflows::Workflows;

/// A component as a stack declares it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Component {
    /// `PostgreSQL`.
    #[serde(deserialize_with = "super::strict::variant")]
    Postgres(Postgres),
    /// Object store with the S3 API.
    #[serde(deserialize_with = "super::strict::variant")]
    ObjectStore(ObjectStore),
    /// Temporal.
    #[serde(deserialize_with = "super::strict::variant")]
    Temporal(Temporal),
    /// Secrets store.
    #[serde(deserialize_with = "super::strict::variant")]
    Secrets(Secrets),
    /// Metrics, logs and traces.
    #[serde(deserialize_with = "super::strict::variant")]
    Telemetry(Telemetry),
    /// Key-value cache.
    #[serde(deserialize_with = "super::strict::variant")]
    Cache(Cache),
    /// Content delivery.
    #[serde(deserialize_with = "super::strict::variant")]
    Delivery(Delivery),
    /// Media relay.
    #[serde(deserialize_with = "super::strict::variant")]
    Realtime(Realtime),
    /// `SurrealDB`.
    #[serde(deserialize_with = "super::strict::variant")]
    Surrealdb(Surrealdb),
    /// Kubernetes cluster; implied, declared only to set its version.
    #[serde(deserialize_with = "super::strict::variant")]
    Cluster(Cluster),
    /// Identity of CI; declared by the stack of purpose `foundation`.
    #[serde(deserialize_with = "super::strict::variant")]
    Ci(Ci),
}

impl Component {
    /// The component's type.
    pub fn kind(&self) -> ComponentType {
        match self {
            Self::Postgres(_) => ComponentType::Postgres,
            Self::ObjectStore(_) => ComponentType::ObjectStore,
            Self::Temporal(_) => ComponentType::Temporal,
            Self::Secrets(_) => ComponentType::Secrets,
            Self::Telemetry(_) => ComponentType::Telemetry,
            Self::Cache(_) => ComponentType::Cache,
            Self::Delivery(_) => ComponentType::Delivery,
            Self::Realtime(_) => ComponentType::Realtime,
            Self::Surrealdb(_) => ComponentType::Surrealdb,
            Self::Cluster(_) => ComponentType::Cluster,
            Self::Ci(_) => ComponentType::Ci,
        }
    }
}

/// `PostgreSQL`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Postgres {
    /// Major version.
    pub major: Major,
    /// Databases to be made.
    pub databases: Vec<DatabaseName>,
    /// Holds a transactional outbox.
    #[serde(default)]
    pub outbox: bool,
}

/// A major version of `PostgreSQL`, 14 or later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(try_from = "u8")]
#[schemars(extend("minimum" = 14, "maximum" = 99))]
pub struct Major(u8);

impl Major {
    /// The number.
    pub fn value(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Major {
    type Error = &'static str;

    fn try_from(value: u8) -> Result<Self, Self::Error> {
        if (14..=99).contains(&value) {
            Ok(Self(value))
        } else {
            Err("PostgreSQL before 14 has left support")
        }
    }
}

/// Object store.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectStore {
    /// Web origins that may read and write through signed addresses.
    #[serde(default)]
    pub cors_origins: Vec<WebOrigin>,
}

/// Temporal.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Temporal {
    /// Where it keeps its state.
    pub stores: TemporalStores,
    /// Number of history shards; can never be changed.
    pub shards: std::num::NonZeroU16,
}

/// Databases of Temporal, written `component/database`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TemporalStores {
    /// Default store.
    pub default: String,
    /// Visibility store.
    pub visibility: String,
}

/// Secrets store.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Secrets {}

/// Metrics, logs and traces.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Telemetry {
    /// Attributes whose values are removed before anything is exported; `*.` matches any prefix.
    #[serde(default)]
    pub redact: Vec<String>,
    /// Series allowed per metric.
    #[serde(default)]
    pub max_series_per_metric: Option<u32>,
}

/// Key-value cache.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cache {
    /// Protocol and major version, such as `valkey9`.
    pub engine: CacheEngine,
}

/// A cache protocol and version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each variant is a product and its major version")]
pub enum CacheEngine {
    Valkey7,
    Valkey8,
    Valkey9,
    Redis6,
    Redis7,
}

/// Content delivery.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// Object store that is delivered.
    pub origin: super::names::ComponentName,
    /// Deliver only with a signed address.
    #[serde(default)]
    pub signed: bool,
    /// Public keys that verify signed addresses: name → PEM.
    #[serde(default)]
    pub signing_keys: BTreeMap<String, String>,
}

/// Media relay.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Realtime {}

/// `SurrealDB`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Surrealdb {
    /// Exact version.
    pub exact: String,
}

/// Kubernetes cluster.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cluster {
    /// Minor version, such as `"1.35"`.
    pub kubernetes: Minor,
}

/// A minor version of Kubernetes, such as `1.35`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String", extend("pattern" = "^1\\.[0-9]{2}$"))]
pub struct Minor(String);

impl Minor {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Minor> for String {
    fn from(minor: Minor) -> String {
        minor.0
    }
}

impl TryFrom<String> for Minor {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let ok = text
            .strip_prefix("1.")
            .is_some_and(|minor| minor.len() == 2 && minor.bytes().all(|b| b.is_ascii_digit()));
        if ok {
            Ok(Self(text))
        } else {
            Err("a Kubernetes version is quoted and has two parts, such as \"1.35\"")
        }
    }
}

/// Identity of CI.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ci {
    /// Who issues the tokens.
    pub issuer: Issuer,
    /// The repository that plans and applies.
    pub repository: RepositoryName,
    /// Numeric id of the repository, which survives renames and cannot be squatted.
    pub repository_id: u64,
    /// Numeric id of the repository's owner.
    pub owner_id: u64,
    /// Formats of the `sub` claim that are trusted. New repositories use `immutable`; both only during a migration.
    pub subjects: Vec<SubjectFormat>,
    /// Workflows of CI; none are rendered without it.
    #[serde(default)]
    pub workflows: Option<Box<Workflows>>,
}

/// A token issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Issuer {
    /// GitHub Actions.
    Github,
    /// GitLab CI.
    Gitlab,
    /// Forgejo Actions.
    Forgejo,
}

impl Issuer {
    /// The word used in facts.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Forgejo => "forgejo",
        }
    }
}

/// How a repository is written in the `sub` claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubjectFormat {
    /// `repo:OWNER/NAME:…`
    Classic,
    /// `repo:OWNER@OWNER_ID/NAME@REPOSITORY_ID:…`
    Immutable,
}
