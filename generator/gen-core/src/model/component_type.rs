//! Types of components, and the layers of Terraform that they belong to.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The types of components.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ComponentType {
    /// Guards of a cloud account: audit trail, public-access blocks, budgets.
    Account,
    /// Where Terraform keeps its state.
    State,
    /// Identity of CI at the provider.
    Ci,
    /// Private network.
    Network,
    /// Encryption keys.
    Keys,
    /// `PostgreSQL`.
    Postgres,
    /// Object store with the S3 API.
    ObjectStore,
    /// Secrets store.
    Secrets,
    /// Protected copies of data.
    Backup,
    /// Kubernetes cluster.
    Cluster,
    /// Registry of OCI images.
    Registry,
    /// Metrics, logs and traces.
    Telemetry,
    /// Temporal.
    Temporal,
    /// Key-value cache.
    Cache,
    /// Content delivery.
    Delivery,
    /// Media relay (SFU, TURN).
    Realtime,
    /// `SurrealDB`.
    Surrealdb,
    /// Certificates, names, load balancing, web application firewall.
    Edge,
}

/// Terraform is cut into layers by lifetime, privilege and blast radius.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Layer {
    /// Once per account.
    Foundation,
    /// Private networks.
    Network,
    /// What must never be recreated.
    Data,
    /// What can be recreated.
    Cluster,
    /// What faces the internet.
    Edge,
}

impl Layer {
    /// The layers in the order in which they are applied.
    pub const ALL: [Self; 5] = [Self::Foundation, Self::Network, Self::Data, Self::Cluster, Self::Edge];

    /// The word used in paths.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Foundation => "foundation",
            Self::Network => "network",
            Self::Data => "data",
            Self::Cluster => "cluster",
            Self::Edge => "edge",
        }
    }
}

impl ComponentType {
    /// All types.
    pub const ALL: [Self; 18] = [
        Self::Account,
        Self::State,
        Self::Ci,
        Self::Network,
        Self::Keys,
        Self::Postgres,
        Self::ObjectStore,
        Self::Secrets,
        Self::Backup,
        Self::Cluster,
        Self::Registry,
        Self::Telemetry,
        Self::Temporal,
        Self::Cache,
        Self::Delivery,
        Self::Realtime,
        Self::Surrealdb,
        Self::Edge,
    ];

    /// The word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::State => "state",
            Self::Ci => "ci",
            Self::Network => "network",
            Self::Keys => "keys",
            Self::Postgres => "postgres",
            Self::ObjectStore => "object_store",
            Self::Secrets => "secrets",
            Self::Backup => "backup",
            Self::Cluster => "cluster",
            Self::Registry => "registry",
            Self::Telemetry => "telemetry",
            Self::Temporal => "temporal",
            Self::Cache => "cache",
            Self::Delivery => "delivery",
            Self::Realtime => "realtime",
            Self::Surrealdb => "surrealdb",
            Self::Edge => "edge",
        }
    }

    /// The type with this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The layer that its resources belong to.
    pub fn layer(self) -> Layer {
        match self {
            Self::Account | Self::State | Self::Ci => Layer::Foundation,
            Self::Network => Layer::Network,
            Self::Keys
            | Self::Postgres
            | Self::ObjectStore
            | Self::Secrets
            | Self::Backup
            | Self::Cache
            | Self::Surrealdb => Layer::Data,
            Self::Cluster | Self::Registry | Self::Telemetry | Self::Temporal => Layer::Cluster,
            Self::Delivery | Self::Realtime | Self::Edge => Layer::Edge,
        }
    }

    /// Holds or moves customer data.
    pub fn holds_data(self) -> bool {
        !matches!(self, Self::Account | Self::Ci | Self::Keys | Self::Registry | Self::State | Self::Network)
    }
}

impl std::fmt::Display for ComponentType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}
