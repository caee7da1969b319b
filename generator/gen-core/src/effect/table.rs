//! The table of effects: field of a component's settings → words, risk, and the part of the model that it comes from.

use serde_json::Value;

use crate::model::component::ComponentType;

use super::Risk;

/// Which part of a model a value comes from.
#[derive(Debug, Clone, Copy)]
pub(super) enum Source {
    /// A field of the data class that rules the component.
    Data(&'static str),
    /// `size` of the component, else the tier.
    Size,
    /// The environment's tier.
    Tier,
    /// A key of the environment.
    Env(&'static str),
    /// The class whose retention or objective decides how far a database can be taken back.
    Recovery,
    /// A field of the component's declaration.
    Component(&'static str),
    /// A key of the stack.
    Stack(&'static str),
    /// A key of the environment that the field's `*` stands for: one that lives in the account, or the account's own.
    Consumer(&'static str),
}

type Judge = fn(Option<&Value>, Option<&Value>) -> (Risk, &'static str);

/// One row.
pub(super) struct Effect {
    pub kind: ComponentType,
    /// Pattern of the field; the first row that matches counts.
    pub field: &'static str,
    /// In words; `{}` stands for the part of the field that `*` stands for.
    pub label: &'static str,
    pub source: Source,
    pub risk: Judge,
}

fn number(value: Option<&Value>) -> f64 {
    value.and_then(Value::as_f64).unwrap_or_default()
}

const PLAIN: Judge = |_, _| (Risk::Normal, "");
const RESTARTS: Judge = |_, _| (Risk::Disrupts, "restarts the service");
const REPLACES: Judge = |_, _| (Risk::Destroys, "replaces the resource");
const GRANTS: Judge = |_, _| (Risk::Permissions, "");
const EXPOSES: Judge = |_, _| (Risk::Public, "");
const RETENTION: Judge = |from, to| {
    if number(to) >= number(from) {
        (Risk::Irreversible, "cannot be shortened")
    } else {
        (Risk::Normal, "what is stored already keeps its retention")
    }
};
const GROWS: Judge = |from, to| {
    if number(to) >= number(from) {
        (Risk::Irreversible, "storage cannot shrink")
    } else {
        (Risk::Destroys, "storage cannot shrink: the service would be replaced")
    }
};
const REMOVAL_DESTROYS: Judge = |from, to| {
    if from.is_some() && to.is_none() {
        (Risk::Destroys, "what it holds goes with it")
    } else {
        (Risk::Normal, "")
    }
};
const WINDOW: Judge = |from, to| {
    if number(to) < number(from) {
        (Risk::Irreversible, "older recovery points are deleted")
    } else {
        (Risk::Normal, "")
    }
};
const LOGS: Judge = |from, to| {
    if number(to) < number(from) {
        (Risk::Irreversible, "what is older is deleted")
    } else {
        (Risk::Normal, "")
    }
};
/// Copies of data, kept or not.
const COPY: Judge = |from, to| {
    if is_on(from) && !is_on(to) {
        (Risk::Destroys, "the copy goes, with what it holds")
    } else {
        (Risk::Normal, "")
    }
};
/// A list of things that hold something each.
const MEMBERS: Judge = |from, to| {
    if items(from).iter().any(|item| !items(to).contains(item)) {
        (Risk::Destroys, "what a removed one holds goes with it")
    } else {
        (Risk::Normal, "")
    }
};

fn is_on(value: Option<&Value>) -> bool {
    value == Some(&Value::Bool(true))
}

fn items(value: Option<&Value>) -> &[Value] {
    value.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

const fn row(
    kind: ComponentType,
    field: &'static str,
    label: &'static str,
    source: Source,
    risk: Judge,
) -> Effect {
    Effect { kind, field, label, source, risk }
}

use ComponentType::{
    Account, Backup, Ci, Cluster, Edge, Keys, Network, ObjectStore, Postgres, Registry, Secrets, State,
    Telemetry,
};

/// The rows. A field without row is shown by its own name, as a normal change.
pub(super) const EFFECTS: &[Effect] = &[
    row(ObjectStore, "worm.retain_days", "retention", Source::Data("retain"), RETENTION),
    row(ObjectStore, "worm.mode", "write-once mode", Source::Data("worm"), |_, _| {
        (Risk::Irreversible, "applies to what is stored from now on")
    }),
    row(ObjectStore, "worm.legal_hold", "legal hold", Source::Data("legal_hold"), GRANTS),
    row(ObjectStore, "worm", "write-once protection", Source::Data("worm"), |from, to| match (from, to) {
        (None, _) => {
            (Risk::Destroys, "replaces the bucket; what is stored from then on cannot be deleted early")
        }
        _ => (Risk::Destroys, "replaces the bucket; what is locked stays, and has to be paid for"),
    }),
    row(ObjectStore, "expire_days", "expiry", Source::Data("retain"), |from, to| {
        if to.is_none() {
            (Risk::Normal, "nothing expires any more")
        } else if from.is_some() && number(to) >= number(from) {
            (Risk::Normal, "")
        } else {
            (Risk::Irreversible, "what expires is deleted")
        }
    }),
    row(ObjectStore, "tiers", "storage tiers", Source::Data("retain"), PLAIN),
    row(ObjectStore, "replicate", "copy in a second region", Source::Tier, COPY),
    row(ObjectStore, "cors_origins", "web origins", Source::Component("cors_origins"), EXPOSES),
    row(ObjectStore, "noncurrent_days", "old versions are kept for", Source::Tier, LOGS),
    row(Postgres, "major", "major version", Source::Component("major"), |_, _| {
        (Risk::Irreversible, "an upgrade cannot be taken back")
    }),
    row(Postgres, "size.storage_gib", "storage in GiB", Source::Size, GROWS),
    row(Postgres, "size.max_storage_gib", "largest storage in GiB", Source::Size, PLAIN),
    row(Postgres, "size", "instance", Source::Size, RESTARTS),
    row(Postgres, "pitr_days", "recovery window", Source::Recovery, WINDOW),
    row(Postgres, "high_availability", "standby in a second zone", Source::Tier, PLAIN),
    row(Postgres, "backup_copy", "backups in a second region", Source::Tier, COPY),
    row(Postgres, "databases", "databases", Source::Component("databases"), |from, to| {
        if items(from).first() == items(to).first() {
            (Risk::Normal, "")
        } else {
            (Risk::Destroys, "the first database is made with the instance, which is replaced")
        }
    }),
    row(Network, "cidr", "address range", Source::Env("network"), |_, _| {
        (Risk::Destroys, "replaces the network and everything in it")
    }),
    row(Network, "zones", "zones", Source::Env("location"), REPLACES),
    row(Network, "nat", "NAT gateways", Source::Tier, RESTARTS),
    row(Network, "egress", "destinations outside", Source::Stack("workloads"), EXPOSES),
    row(Network, "private_endpoints", "private endpoints", Source::Stack("workloads"), PLAIN),
    row(Cluster, "version", "Kubernetes", Source::Component("kubernetes"), |_, _| {
        (Risk::Irreversible, "a cluster cannot go back")
    }),
    row(Cluster, "public_endpoint", "public API", Source::Tier, EXPOSES),
    row(Cluster, "node_groups.*.instance_types", "machines of node pool `{}`", Source::Size, RESTARTS),
    row(Cluster, "node_groups.*.disk_gib", "disks of node pool `{}`", Source::Size, RESTARTS),
    row(Cluster, "node_groups.*.min", "fewest nodes of pool `{}`", Source::Size, PLAIN),
    row(Cluster, "node_groups.*.desired", "nodes of pool `{}` at first", Source::Size, PLAIN),
    row(Cluster, "node_groups.*.max", "most nodes of pool `{}`", Source::Size, PLAIN),
    row(Cluster, "node_groups.*", "node pool `{}`", Source::Size, PLAIN),
    row(Cluster, "workloads.*", "rights of `{}`", Source::Stack("workloads"), GRANTS),
    row(Cluster, "admins", "administrators", Source::Tier, GRANTS),
    row(Cluster, "addons.*", "add-on {}", Source::Component("kubernetes"), RESTARTS),
    row(Registry, "repositories", "repositories", Source::Stack("workloads"), MEMBERS),
    row(Secrets, "names.*", "secret {}", Source::Stack("workloads"), REMOVAL_DESTROYS),
    row(Secrets, "replicate", "copy in a second region", Source::Tier, COPY),
    row(Keys, "purposes.*.replica", "key for copies of {}", Source::Tier, COPY),
    row(Keys, "purposes.*", "key for {}", Source::Stack("components"), REMOVAL_DESTROYS),
    row(Backup, "copy", "copy in a second region", Source::Tier, COPY),
    row(Backup, "retain_days", "backups are kept for", Source::Tier, WINDOW),
    row(Backup, "lock.enabled", "lock of the vault", Source::Env("protect"), |_, to| {
        if to == Some(&Value::Bool(true)) {
            (Risk::Irreversible, "after the days of grace it cannot be unlocked")
        } else {
            (Risk::Irreversible, "refused by the provider once the days of grace are over")
        }
    }),
    row(Backup, "lock", "bounds of the vault's lock", Source::Tier, |_, _| {
        (Risk::Irreversible, "fixed once the days of grace are over")
    }),
    row(Ci, "environments.*", "roles for {}", Source::Consumer("accounts"), GRANTS),
    row(Ci, "repository_id", "repository", Source::Stack("components"), GRANTS),
    row(Account, "budgets.*", "budget of {}", Source::Consumer("budget"), PLAIN),
    row(Account, "trail", "audit trail", Source::Tier, LOGS),
    row(State, "noncurrent_days", "old state is kept for", Source::Tier, LOGS),
    row(Telemetry, "log_days", "logs are kept for", Source::Tier, LOGS),
    row(Edge, "hosts.*", "public host {}", Source::Stack("workloads"), EXPOSES),
    row(Edge, "domain", "domain", Source::Env("domain"), |_, _| {
        (Risk::Destroys, "replaces the zone: names stop resolving")
    }),
];
