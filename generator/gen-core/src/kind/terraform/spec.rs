//! The `spec` of each module: what an environment asks of a component, in provider-neutral terms.
//!
//! Every module of a component type takes the same `spec`, whoever the provider is; only `size` holds settings of the
//! provider, and those come from its file.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::model::component::{Ci, Component, ComponentType, Issuer, SubjectFormat};
use crate::model::environment::{Cidr, Nodes, SizeClass};
use crate::model::names::RegionName;
use crate::model::subject::Provider;
use crate::model::units::Period;
use crate::model::workload::Plane;
use crate::resolve::{Bound, Resolved, Settings, Target};

/// The `spec` of a component's module; null for types without module.
pub(super) fn spec(target: &Target, component: &Resolved, provider: &Provider) -> Value {
    match component.kind() {
        ComponentType::Account => account(target),
        ComponentType::State => json!({"noncurrent_days": by_tier(target, 30, 90, 365)}),
        ComponentType::Ci => ci(target, component, provider),
        ComponentType::Network => network(target, component, provider),
        ComponentType::Keys => keys(target, component),
        ComponentType::Postgres => postgres(target, component, provider),
        ComponentType::ObjectStore => object_store(target, component),
        ComponentType::Secrets => secrets(target),
        ComponentType::Backup => backup(target),
        ComponentType::Cluster => cluster(target, component, provider),
        ComponentType::Registry => json!({
            "repositories": target.stack.value.workloads.keys().map(|name| format!("{}/{name}", target.id.stack)).collect::<Vec<_>>(),
            "keep_images": by_tier(target, 20, 50, 200),
            "untagged_days": 14,
        }),
        ComponentType::Telemetry => json!({"log_days": target.log_days()}),
        ComponentType::Edge => edge(target),
        _ => Value::Null,
    }
}

fn by_tier<T>(target: &Target, development: T, staging: T, production: T) -> T {
    target.by_tier(development, staging, production)
}

fn account(target: &Target) -> Value {
    let mut budgets = Map::new();
    if let Some(budget) = &target.env.value.budget {
        budgets.insert(
            "account".to_owned(),
            json!({"amount": budget.per_month, "currency": budget.currency, "alert_at": budget.alert_at}),
        );
    }
    for consumer in &target.consumers {
        if let Some(budget) = &consumer.budget {
            budgets.insert(
                consumer.id.resource_name(),
                json!({
                    "amount": budget.per_month, "currency": budget.currency, "alert_at": budget.alert_at,
                    "stack": consumer.id.stack, "environment": consumer.id.env,
                }),
            );
        }
    }
    json!({
        "alert_emails": target.env.value.account.as_ref().map(|account| account.alerts.to_vec()).unwrap_or_default(),
        "budgets": budgets,
        "trail": {"retain_days": by_tier(target, 90, 365, 2557), "lock": target.protected()},
    })
}

fn ci(target: &Target, component: &Resolved, provider: &Provider) -> Value {
    let Settings::Declared(Component::Ci(ci)) = &component.settings else { return Value::Null };
    let own = crate::resolve::Consumer {
        id: target.id.clone(),
        budget: None,
        protected: target.env.value.protect.is_on(),
    };
    let environments: Map<String, Value> = std::iter::once(&own)
        .chain(&target.consumers)
        .map(|consumer| {
            let name = consumer.id.resource_name();
            // A protected environment is planned behind its own gate; the others also from pull requests of the repository.
            let mut plan = subjects(ci, &format!("environment:{name}-plan"));
            if !consumer.protected {
                plan.extend(subjects(ci, "pull_request"));
            }
            let value = json!({
                "stack": consumer.id.stack, "environment": consumer.id.env,
                "plan_subjects": plan,
                "apply_subjects": subjects(ci, &format!("environment:{name}")),
                "state_prefix": format!("{}/{}/", consumer.id.stack, consumer.id.env),
            });
            (name, value)
        })
        .collect();
    json!({
        "issuer": GITHUB_ISSUER,
        "audience": provider.ci_audience(),
        "repository_id": ci.repository_id.to_string(),
        "repository_owner_id": ci.owner_id.to_string(),
        "environments": environments,
    })
}

/// Address of GitHub's token issuer: <https://docs.github.com/en/actions/reference/security/oidc>.
const GITHUB_ISSUER: &str = "https://token.actions.githubusercontent.com";

/// Who issues the tokens of CI.
pub(super) fn issuer(component: &Resolved) -> Option<Issuer> {
    match &component.settings {
        Settings::Declared(Component::Ci(ci)) => Some(ci.issuer),
        _ => None,
    }
}

/// Exact `sub` claims for a context such as `environment:prod`, in each trusted format.
///
/// GitHub's reference on tokens: `repo:OWNER/NAME:…` for older repositories,
/// `repo:OWNER@OWNER_ID/NAME@REPOSITORY_ID:…` for those created or renamed after 2026-07-15.
pub(in crate::kind) fn subjects(ci: &Ci, context: &str) -> Vec<String> {
    let (owner, name) = ci.repository.as_str().split_once('/').unwrap_or_default();
    ci.subjects
        .iter()
        .map(|format| match format {
            SubjectFormat::Classic => format!("repo:{owner}/{name}:{context}"),
            SubjectFormat::Immutable => {
                format!("repo:{owner}@{}/{name}@{}:{context}", ci.owner_id, ci.repository_id)
            }
        })
        .collect()
}

fn network(target: &Target, component: &Resolved, provider: &Provider) -> Value {
    let zones: Vec<&String> = region(component)
        .and_then(|region| provider.places.get(region))
        .map(|region| region.zones.iter().take(3).collect())
        .unwrap_or_default();
    let hosts = target.egress();
    let second = by_tier(target, 10, 20, 30);
    let filtered = !hosts.is_empty();
    json!({
        "cidr": target.env.value.network.cidr.clone().unwrap_or_else(|| Cidr::ten(second)),
        "zones": zones,
        "nat": by_tier(target, "single", "per_zone", "per_zone"),
        "flow_log_days": by_tier(target, 30, 90, 365),
        // A filtered network reaches the provider's own services through private endpoints only.
        "private_endpoints": filtered || target.high_availability(),
        "egress": {"mode": if filtered { "allowlist" } else { "open" }, "hosts": hosts},
    })
}

fn region(component: &Resolved) -> Option<&RegionName> {
    match &component.bound {
        Bound::Managed { region, .. } => region.as_ref(),
        _ => None,
    }
}

fn keys(target: &Target, component: &Resolved) -> Value {
    // What is copied is read with a key of the region that it is copied to. Where no region takes copies, nothing is copied.
    let copies = target.copies() && target.regions(&component.name).1.is_some();
    let has = |kind: ComponentType| target.of_type(kind).next().is_some();
    let mut purposes = Map::new();
    let mut add = |purpose: &str, needed: bool, replica: bool| {
        if needed {
            let deletion_days = if target.protected() { 30 } else { 7 };
            let mut value =
                json!({"rotation_days": 365, "deletion_days": deletion_days, "replica": replica && copies});
            if purpose == "objects" && has(ComponentType::Delivery) {
                value["distribution"] = json!(true);
            }
            purposes.insert(purpose.to_owned(), value);
        }
    };
    add("database", has(ComponentType::Postgres), true);
    add("objects", has(ComponentType::ObjectStore), true);
    add("secrets", has(ComponentType::Secrets) || has(ComponentType::Postgres), true);
    add("logs", true, false);
    add("cluster", has(ComponentType::Cluster), false);
    add("registry", has(ComponentType::Registry), false);
    add("backup", has(ComponentType::Backup), true);
    json!({"purposes": purposes})
}

fn size_class(target: &Target, component: &Resolved) -> SizeClass {
    target.size(component.name.as_str()).class.unwrap_or(by_tier(
        target,
        SizeClass::S,
        SizeClass::M,
        SizeClass::M,
    ))
}

/// Settings of the provider for a component's size class.
fn sized(target: &Target, component: &Resolved, provider: &Provider) -> Map<String, Value> {
    let class = size_class(target, component);
    provider.sizes.get(&component.kind()).map(|sizes| sizes.of(class).clone()).unwrap_or_default()
}

fn postgres(target: &Target, component: &Resolved, provider: &Provider) -> Value {
    let Settings::Declared(Component::Postgres(postgres)) = &component.settings else { return Value::Null };
    let mut size = sized(target, component, provider);
    if let Some(storage) = target.size(component.name.as_str()).storage {
        size.insert("storage_gib".to_owned(), json!(storage.as_gib()));
        let most = size.get("max_storage_gib").and_then(Value::as_u64).unwrap_or(0).max(storage.as_gib() * 2);
        size.insert("max_storage_gib".to_owned(), json!(most));
    }
    json!({
        "major": postgres.major.value(),
        "databases": postgres.databases,
        "size": size,
        "high_availability": target.high_availability(),
        "pitr_days": target.pitr_days(&component.name).max(1),
        "backup_copy": target.copies(),
        "log_days": by_tier(target, 30, 90, 365),
        "parameters": {},
    })
}

fn object_store(target: &Target, component: &Resolved) -> Value {
    let Settings::Declared(Component::ObjectStore(store)) = &component.settings else { return Value::Null };
    let worm = target.worm(&component.name).map(|(_, class, mode)| {
        json!({
            "mode": mode.as_str(),
            "retain_days": class.retain.as_calendar_days(),
            "legal_hold": class.legal_hold,
        })
    });
    let longest = target.data_in(&component.name).map(|(_, class)| class.retain).max();
    let mut tiers = Vec::new();
    if longest.is_some_and(|retain| retain >= Period::days(2 * 365)) {
        tiers.push(json!({"after_days": 90, "class": "warm"}));
        tiers.push(json!({"after_days": 365, "class": "cold"}));
    }
    let mut value = json!({
        "versioning": true,
        "noncurrent_days": by_tier(target, 30, 90, 90),
        "tiers": tiers,
        "replicate": target.copies() && longest.is_some(),
        "cors_origins": store.cors_origins,
    });
    if let Some(worm) = worm {
        value["worm"] = worm;
    } else if let Some(retain) = longest {
        value["expire_days"] = json!(retain.as_calendar_days());
    }
    value
}

fn secrets(target: &Target) -> Value {
    let mut names: BTreeMap<&str, (Vec<&str>, Vec<String>)> = BTreeMap::new();
    for (workload, settings) in &target.stack.value.workloads {
        for (variable, secret) in &settings.secrets {
            let entry = names.entry(secret.name.as_str()).or_default();
            entry.0.push(&secret.key);
            entry.1.push(format!("{variable} of {workload}"));
        }
    }
    let names: Map<String, Value> = names
        .into_iter()
        .map(|(name, (mut keys, purposes))| {
            keys.sort_unstable();
            keys.dedup();
            (name.to_owned(), json!({"keys": keys, "purpose": purposes.join(", ")}))
        })
        .collect();
    json!({"names": names, "recovery_days": if target.protected() { 30 } else { 7 }, "replicate": target.copies()})
}

fn backup(target: &Target) -> Value {
    let retain = target.backup_days();
    json!({
        "schedule": "cron(30 4 * * ? *)",
        "retain_days": retain,
        "lock": {"enabled": target.protected(), "min_days": 7, "max_days": retain.max(35), "grace_days": 3},
        "copy": target.copies(),
    })
}

/// Numbers of nodes of a pool: those of its size class, with the environment's on top.
fn nodes(pool: &Map<String, Value>, asked: Option<Nodes>) -> Nodes {
    let number = |key: &str| pool.get(key).and_then(Value::as_u64).and_then(|number| number.try_into().ok());
    let class = Nodes { min: number("min"), desired: number("desired"), max: number("max") };
    asked.unwrap_or_default().over(class)
}

/// A pool of nodes whose numbers, put together, are the wrong way round: its name and what is wrong.
pub(super) fn disordered_pool(
    target: &Target,
    component: &Resolved,
    provider: &Provider,
) -> Option<(&'static str, String)> {
    let pools = provider.sizes.get(&component.kind())?.of(size_class(target, component));
    let asked = target.size(component.name.as_str()).nodes;
    Plane::ALL.map(Plane::as_str).into_iter().find_map(|name| {
        let merged = nodes(pools.get(name)?.as_object()?, asked.get(name).copied());
        let (fewer, more) = merged.disorder()?;
        let class = size_class(target, component).as_str();
        Some((name, format!("with size class `{class}` below it, `{fewer}` is larger than `{more}`")))
    })
}

fn cluster(target: &Target, component: &Resolved, provider: &Provider) -> Value {
    let Settings::Declared(Component::Cluster(cluster)) = &component.settings else { return Value::Null };
    let pools = sized(target, component, provider);
    let details = target.size(component.name.as_str());
    let mut groups = Map::new();
    for plane in Plane::ALL {
        let name = plane.as_str();
        let used = plane == Plane::Control
            || target.stack.value.workloads.values().any(|workload| workload.plane == plane);
        let Some(Value::Object(pool)) = pools.get(name).filter(|_| used) else { continue };
        let mut group = pool.clone();
        let nodes = nodes(pool, details.nodes.get(name).copied());
        for (key, number) in [("min", nodes.min), ("desired", nodes.desired), ("max", nodes.max)] {
            if let Some(number) = number {
                group.insert(key.to_owned(), json!(number));
            }
        }
        group.insert("capacity".to_owned(), json!("on_demand"));
        group.insert("labels".to_owned(), json!({"plane": name}));
        // System pods run on the control nodes; only workloads of the execution plane tolerate its taint.
        let taints = if plane == Plane::Execution { json!({"plane": name}) } else { json!({}) };
        group.insert("taints".to_owned(), taints);
        groups.insert(name.to_owned(), Value::Object(group));
    }
    let workloads: Map<String, Value> = target
        .stack
        .value
        .workloads
        .iter()
        .map(|(name, workload)| {
            let uses: BTreeMap<&str, &str> = workload
                .uses
                .iter()
                .map(|(used, access)| (used.split('/').next().unwrap_or(used), access.as_str()))
                .filter(|(used, _)| target.components.get(*used).is_some_and(has_grants))
                .collect();
            let mut secrets: Vec<&str> =
                workload.secrets.values().map(|secret| secret.name.as_str()).collect();
            secrets.sort_unstable();
            secrets.dedup();
            let plane = workload.plane.as_str();
            let value = json!({
                "namespace": format!("{}-{plane}", target.id.stack), "service_account": name, "plane": plane,
                "uses": uses, "secrets": secrets,
            });
            (name.to_string(), value)
        })
        .collect();
    json!({
        "version": cluster.kubernetes.as_str(),
        "log_days": by_tier(target, 30, 90, 365),
        "public_endpoint": false,
        "node_groups": groups,
        "addons": provider.addons.get(cluster.kubernetes.as_str()).cloned().unwrap_or_default(),
        "admins": [],
        "secret_store": target.of_type(ComponentType::Secrets).find(|store| has_grants(store)).map(|store| store.name.as_str()),
        "workloads": workloads,
    })
}

/// Hands policies on that give workloads access: by its type, and unless it runs in the cluster, out of sight of the provider.
pub(super) fn has_grants(component: &Resolved) -> bool {
    let by_type = matches!(
        component.kind(),
        ComponentType::Postgres
            | ComponentType::ObjectStore
            | ComponentType::Secrets
            | ComponentType::Telemetry
    );
    by_type && !matches!(component.bound, Bound::Hosted { .. })
}

fn edge(target: &Target) -> Value {
    let hosts: Map<String, Value> = target
        .stack
        .value
        .workloads
        .iter()
        .filter_map(|(name, workload)| {
            let publish = workload.publish.as_ref()?;
            let port = workload.listen.get("http")?;
            let health = workload.probes.ready.as_deref().or(workload.probes.live.as_deref()).unwrap_or("/");
            Some((publish.host.to_string(), json!({"workload": name, "port": port, "health": health})))
        })
        .collect();
    json!({
        "domain": target.env.value.domain,
        "hosts": hosts,
        "rate_limit": by_tier(target, 1000, 2000, 2000),
        "log_days": by_tier(target, 30, 90, 365),
    })
}
