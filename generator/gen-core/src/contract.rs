//! Contracts: the typed values that a component of each type hands on, whoever provides it.
//!
//! One type, four uses: the shape of `existing:` in a binding, the type of the variable downstream, the type of a module's
//! one output `exports`, and the mock that offline plans run on (`exports.mock.json` beside each module).

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::component::ComponentType;

macro_rules! contracts {
    ($($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $field_doc:literal])+ $field:ident: $type:ty,)+ })+) => {
        $(
            $(#[doc = $doc])+
            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
            #[serde(deny_unknown_fields)]
            pub struct $name {
                $($(#[doc = $field_doc])+ pub $field: $type,)+
            }
        )+

        /// JSON Schema of the contract of a component type; none for types that hand nothing on yet.
        pub fn schema(kind: ComponentType) -> Option<Value> {
            match kind {
                $(ComponentType::$name => Some(schemars::schema_for!($name).to_value()),)+
                _ => None,
            }
        }

        /// Checks values against the contract of a component type.
        ///
        /// Returns what is wrong in words; a type without contract accepts nothing.
        pub fn check(kind: ComponentType, values: &Value) -> Result<(), String> {
            match kind {
                $(ComponentType::$name => {
                    $name::deserialize(values).map_err(|error| error.to_string())?;
                    unfilled(values, "").map_or(Ok(()), |field| Err(format!("`{field}` is still to be filled in")))
                })+
                _ => Err(format!("components of type {kind} hand nothing on")),
            }
        }
    };
}

contracts! {
    /// Guards of a cloud account.
    Account {
        /// Bucket that the audit trail is kept in; none where the provider keeps it.
        trail_bucket: Option<String>,
        /// The audit trail.
        trail_arn: Option<String>,
        /// Key that encrypts it.
        key_id: Option<String>,
    }
    /// Where Terraform keeps its state.
    State {
        /// Bucket.
        bucket: String,
        /// Region of the bucket.
        region: String,
        /// Address of the S3 API.
        endpoint: String,
        /// Key that encrypts it; none under the provider's own.
        key_id: Option<String>,
        /// How it is locked: a member of `state.lock`.
        lock: String,
    }
    /// Identity of CI.
    Ci {
        /// Roles by `<stack>-<environment>`.
        roles: BTreeMap<String, CiRoles>,
        /// Permission boundary of every role that CI creates, where there is such a thing.
        boundary: Option<String>,
    }
    /// Private network.
    Network {
        /// The network's id.
        network_id: String,
        /// Its address range.
        cidr: String,
        /// Zones.
        zones: Vec<String>,
        /// Subnets that reach the internet both ways.
        public_subnet_ids: Vec<String>,
        /// Subnets that reach the internet outwards.
        private_subnet_ids: Vec<String>,
        /// Subnets that do not reach the internet.
        intra_subnet_ids: Vec<String>,
        /// Address ranges of the private subnets.
        private_cidrs: Vec<String>,
        /// Address ranges of the intra subnets.
        intra_cidrs: Vec<String>,
        /// Public addresses that outgoing traffic comes from.
        egress_addresses: Vec<String>,
    }
    /// Encryption keys.
    Keys {
        /// Keys by purpose.
        ids: BTreeMap<String, String>,
        /// Keys of the region that copies go to, by purpose.
        replica_ids: BTreeMap<String, String>,
    }
    /// `PostgreSQL`.
    Postgres {
        /// Host name.
        host: String,
        /// Port.
        port: u16,
        /// Major version.
        major: u16,
        /// Databases.
        databases: Vec<String>,
        /// `sslmode` that clients use.
        tls: String,
        /// Reference to the administrator's secret.
        admin_ref: String,
        /// What a restore starts from, where the provider names it.
        backup_ref: Option<String>,
        /// Policies by access.
        grants: BTreeMap<String, String>,
    }
    /// Object store.
    ObjectStore {
        /// Bucket.
        bucket: String,
        /// Region.
        region: String,
        /// Address of the S3 API.
        endpoint: String,
        /// Buckets are addressed in the path, not in the host name.
        path_style: bool,
        /// Bucket that copies go to.
        replica_bucket: Option<String>,
        /// Resource name for policies.
        arn: String,
        /// Policies by access.
        grants: BTreeMap<String, String>,
    }
    /// Secrets store.
    Secrets {
        /// Kind of store.
        store: String,
        /// References by secret name.
        refs: BTreeMap<String, String>,
        /// Policies by secret name.
        grants: BTreeMap<String, String>,
    }
    /// Protected copies of data.
    Backup {
        /// Vault.
        vault: String,
        /// Vault in the region that copies go to.
        copy_vault: Option<String>,
    }
    /// Kubernetes cluster.
    Cluster {
        /// Name.
        name: String,
        /// Address of the API, where the provider names it outside a credential.
        endpoint: Option<String>,
        /// Minor version.
        version: String,
        /// Certificate authority of the API, base64, where the provider names it outside a credential.
        certificate_authority: Option<String>,
        /// Security group of the control plane, where there is one.
        security_group_id: Option<String>,
        /// Security group of the nodes, where there is one.
        node_security_group_id: Option<String>,
        /// Identities by workload.
        pod_roles: BTreeMap<String, String>,
    }
    /// Registry of OCI images.
    Registry {
        /// Addresses by repository.
        repositories: BTreeMap<String, String>,
    }
    /// Metrics, logs and traces.
    Telemetry {
        /// Where metrics are written to.
        metrics_endpoint: String,
        /// Where logs are written to, where that is an address.
        logs_endpoint: Option<String>,
        /// Log group, where logs have one.
        logs_group: Option<String>,
        /// Where traces are written to.
        traces_endpoint: String,
        /// Policies by access.
        grants: BTreeMap<String, String>,
    }
    /// Certificates, names, load balancing.
    Edge {
        /// DNS zone, where it is made here.
        zone_id: Option<String>,
        /// Name servers of the zone.
        name_servers: Vec<String>,
        /// DNS name of the load balancer.
        load_balancer: String,
        /// Target groups by host label.
        target_groups: BTreeMap<String, String>,
        /// Addresses by host label.
        urls: BTreeMap<String, String>,
        /// Domain of the distribution.
        distribution_domain: Option<String>,
        /// Key group that verifies signed addresses.
        key_group_id: Option<String>,
    }
}

/// What has to be given of a component that is brought, as a line of YAML: each field that must be there, with its kind as value.
///
/// None for types that hand nothing on.
pub fn skeleton(kind: ComponentType) -> Option<String> {
    let schema = schema(kind)?;
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let properties = schema.get("properties").and_then(Value::as_object)?;
    // In the order of the contract, not of the alphabet: what matters comes first there.
    let fields = required.iter().filter_map(|name| Some((name, properties.get(*name)?)));
    let fields: Vec<String> = fields
        .map(|(name, property)| {
            let value = match property.get("type").and_then(Value::as_str) {
                Some("string") => format!("\"{PLACEHOLDER}\""),
                Some("integer" | "number") => "0".to_owned(),
                Some("boolean") => "false".to_owned(),
                Some("array") => "[]".to_owned(),
                _ => "{}".to_owned(),
            };
            format!("{name}: {value}")
        })
        .collect();
    Some(format!("{{{}}}", fields.join(", ")))
}

/// What stands in a [`skeleton`] for text that has to be filled in.
const PLACEHOLDER: &str = "...";

/// The first field that is still as a [`skeleton`] has it. Nothing is reached at port 0.
fn unfilled(value: &Value, path: &str) -> Option<String> {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match value {
        Value::String(text) => (text == PLACEHOLDER).then(|| path.to_owned()),
        Value::Number(number) => (number.as_u64() == Some(0)).then(|| path.to_owned()),
        Value::Array(items) => items.iter().find_map(|item| unfilled(item, path)),
        Value::Object(fields) => fields.iter().find_map(|(key, value)| unfilled(value, &below(key))),
        Value::Null | Value::Bool(_) => None,
    }
}

/// Roles of CI for one environment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CiRoles {
    /// Role that plans: reads configuration, never data.
    pub plan: String,
    /// Role that applies.
    pub apply: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_and_an_unknown_field_are_named() {
        let wrong = serde_json::json!({"bucket": "b", "region": "r", "endpoint": "e", "key_id": "k"});
        assert!(check(ComponentType::State, &wrong).is_err_and(|error| error.contains("lock")));
        let wrong = serde_json::json!({"bucket": "b", "region": "r", "endpoint": "e", "key_id": "k", "lock": "l", "extra": 1});
        assert!(check(ComponentType::State, &wrong).is_err_and(|error| error.contains("extra")));
        assert_eq!(skeleton(ComponentType::Backup).as_deref(), Some("{vault: \"...\"}"));
        assert!(check(ComponentType::Temporal, &serde_json::json!({})).is_err());
    }

    #[test]
    fn what_a_skeleton_leaves_open_is_no_value() {
        let wrong = serde_json::json!({"vault": PLACEHOLDER});
        assert!(check(ComponentType::Backup, &wrong).is_err_and(|error| error.contains("`vault`")));
        assert!(check(ComponentType::Backup, &serde_json::json!({"vault": "v"})).is_ok());
        let deep = serde_json::json!({"a": {"b": ["x", {"port": 0}]}});
        assert_eq!(unfilled(&deep, "").as_deref(), Some("a.b.port"));
        assert_eq!(unfilled(&serde_json::json!({"a": [1, "x..."]}), ""), None);
        for kind in ComponentType::ALL.into_iter().filter(|kind| schema(*kind).is_some()) {
            let text = skeleton(kind).expect("a skeleton");
            let values: Value = serde_yaml::from_str(&text).expect("YAML");
            let open = text.contains(PLACEHOLDER) || text.contains(": 0");
            assert_eq!(unfilled(&values, "").is_some(), open, "{kind}: {text}");
        }
    }
}
