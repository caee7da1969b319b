//! What components of each type need of whoever provides them.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::check::{Origin, Site};
use crate::diag::{self, Route};
use crate::model::component::{Component, ComponentType};
use crate::model::names::ComponentName;
use crate::resolve::{Resolved, Settings, Target};

use super::{Ask, Wish, declared_at};

/// `places` is the value of `sov.residency.customer_data`: countries that data may be in.
pub(super) fn ask(target: &Target, component: &Resolved, places: &Arc<Value>, asks: &mut Vec<Ask>) {
    let mut push = |capability: &'static str, value: Arc<Value>, site: Site| {
        let place = Some(asked_at(target, component, capability));
        let wish = Wish::new(&component.name, value, Origin::ComponentType, place);
        asks.push(Ask { capability, wish: Wish { site, ..wish } });
    };
    for (capability, value) in of_type(target, component) {
        push(capability, value.into(), Site::Primary);
    }
    if component.kind().holds_data() {
        push("sov.residency.customer_data", places.clone(), Site::Primary);
        if target.has_copy(component) {
            push("sov.residency.customer_data", places.clone(), Site::Copy);
        }
    }
}

/// The setting that a capability is asked by, else the component.
fn asked_at(target: &Target, component: &Resolved, capability: &str) -> diag::Place {
    let setting = match capability {
        "k8s.version" => "kubernetes",
        "db.postgres.version" => "major",
        "cache.kv" => "engine",
        "workflow.persistence.postgres" => "stores",
        _ => return declared_at(target, component),
    };
    let route = Route::keys(["components", component.name.as_str(), setting]);
    diag::Place::value(target.stack.file.clone(), route)
}

fn of_type(target: &Target, component: &Resolved) -> Vec<(&'static str, Value)> {
    match component.kind() {
        ComponentType::Account => vec![
            ("audit.control_plane_log", json!("export")),
            ("cost.tags", json!(true)),
            ("cost.budget_alert", json!(true)),
        ],
        ComponentType::State => vec![("s3.versioning", json!(true)), ("s3.encryption", json!(["sse_kms"]))],
        ComponentType::Network => {
            let level = if target.egress().is_empty() { "cidr" } else { "fqdn" };
            vec![("net.private_network", json!(true)), ("net.egress.allowlist", json!(level))]
        }
        ComponentType::Keys => vec![("kms.service", json!("software")), ("kms.rotation", json!("automatic"))],
        ComponentType::Postgres => postgres(target, component),
        ComponentType::ObjectStore => object_store(target, &component.name),
        ComponentType::Secrets => {
            vec![("secrets.manager", json!("self_managed")), ("secrets.k8s_auth", json!("subject"))]
        }
        ComponentType::Backup => vec![("backup.immutable_copy", json!(true))],
        ComponentType::Cluster => cluster(target, component),
        ComponentType::Registry => {
            vec![("registry.oci", json!(true)), ("registry.tag_immutability", json!("repository"))]
        }
        ComponentType::Telemetry => vec![("telemetry.backend", json!(["otlp", "prometheus_remote_write"]))],
        ComponentType::Temporal => temporal(target, component),
        ComponentType::Cache => cache(target, component),
        ComponentType::Delivery => vec![("cdn.distribution", json!(true))],
        ComponentType::Realtime => vec![("net.lb.udp", json!(true))],
        // What CI needs depends on where it logs in: `ci.rs`.
        ComponentType::Ci | ComponentType::Surrealdb | ComponentType::Edge => Vec::new(),
    }
}

fn postgres(target: &Target, component: &Resolved) -> Vec<(&'static str, Value)> {
    let mut asked = vec![
        ("db.postgres.service", json!("self_managed")),
        ("db.postgres.cmk", json!(true)),
        ("db.postgres.create_role", json!("sql_only")),
        ("db.postgres.create_database", json!("sql_only")),
        ("db.postgres.managed_password", json!(true)),
    ];
    if let Settings::Declared(Component::Postgres(postgres)) = &component.settings {
        asked.push(("db.postgres.version", json!([postgres.major.value().to_string()])));
    }
    if target.high_availability() {
        asked.push(("db.postgres.ha", json!(true)));
        asked.push(("db.postgres.sync_replication", json!("sync")));
    }
    if target.copies() {
        asked.push(("db.postgres.backup_cross_region", json!(true)));
    }
    asked
}

fn object_store(target: &Target, name: &ComponentName) -> Vec<(&'static str, Value)> {
    let mut asked = vec![
        ("s3.api", json!(["list_v2", "multipart", "presign"])),
        ("s3.versioning", json!(true)),
        ("s3.encryption", json!(["sse_kms"])),
        ("s3.lifecycle.actions", json!(["abort_mpu", "noncurrent", "transition"])),
    ];
    if target.copies() && target.data_in(name).next().is_some() {
        asked.push(("s3.replication.cross_region", json!("async")));
    }
    asked
}

fn cluster(target: &Target, component: &Resolved) -> Vec<(&'static str, Value)> {
    let mut asked = vec![
        ("k8s.service", json!("self_managed")),
        ("k8s.network_policy", json!("l3l4")),
        ("k8s.private_api", json!(true)),
        ("k8s.audit_log_export", json!(true)),
        ("k8s.pod_identity", json!("subject")),
        ("k8s.secrets_encryption", json!("cmk")),
    ];
    if let Settings::Declared(Component::Cluster(cluster)) = &component.settings {
        asked.push(("k8s.version", json!([cluster.kubernetes.as_str()])));
    }
    if target.isolates_tenants() {
        asked.push(("k8s.sandbox", json!("gvisor")));
    }
    asked
}

fn temporal(target: &Target, component: &Resolved) -> Vec<(&'static str, Value)> {
    let mut asked = vec![("workflow.persistence", json!(["postgres"]))];
    if let Settings::Declared(Component::Temporal(temporal)) = &component.settings {
        let mut majors: Vec<String> = [&temporal.stores.default, &temporal.stores.visibility]
            .into_iter()
            .filter_map(|store| store.split('/').next())
            .filter_map(|name| match &target.components.get(name)?.settings {
                Settings::Declared(Component::Postgres(postgres)) => Some(postgres.major.value().to_string()),
                _ => None,
            })
            .collect();
        majors.sort();
        majors.dedup();
        asked.push(("workflow.persistence.postgres", json!(majors)));
    }
    asked
}

fn cache(target: &Target, component: &Resolved) -> Vec<(&'static str, Value)> {
    let mut asked = Vec::new();
    if let Settings::Declared(Component::Cache(cache)) = &component.settings {
        asked.push(("cache.kv", json!([cache.engine])));
    }
    if target.high_availability() {
        asked.push(("cache.kv.ha", json!("failover")));
    }
    asked
}
