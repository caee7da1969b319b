//! What modules are asked for: values that follow from tier, data classes and workloads.

use serde_json::{Value, json};

use super::spec::spec;
use crate::testing::{ACCOUNT_FILE, APP, DEV, Models};

/// The `spec` of a component.
fn of(models: &Models, target: &str, component: &str) -> Value {
    let repository = models.repository();
    let target = models.target(target);
    let component = &target.components[component];
    spec(&target, component, &repository.providers[component.bound.subject()].value)
}

fn app(models: &Models, component: &str) -> Value {
    of(models, "app/dev", component)
}

fn in_tier(tier: &str) -> Models {
    Models::new().with(DEV, "tier: development", &format!("tier: {tier}"))
}

#[test]
fn ci_trusts_exact_subjects_in_each_format() {
    let ci = of(&Models::new(), "foundation/account", "ci");
    let environment = &ci["environments"]["app-dev"];
    assert_eq!(
        environment["apply_subjects"],
        json!(["repo:o/n:environment:app-dev", "repo:o@7/n@42:environment:app-dev"])
    );
    assert_eq!(
        environment["plan_subjects"],
        json!([
            "repo:o/n:environment:app-dev-plan",
            "repo:o@7/n@42:environment:app-dev-plan",
            "repo:o/n:pull_request",
            "repo:o@7/n@42:pull_request",
        ])
    );
    assert_eq!((&ci["repository_id"], &ci["repository_owner_id"]), (&json!("42"), &json!("7")));
    assert_eq!(environment["state_prefix"], "app/dev/");
    assert!(!ci.to_string().contains('*'), "{ci}");
}

#[test]
fn protected_environments_are_planned_behind_their_own_gate() {
    let models = Models::new().with(DEV, "bind:", "protect: {approvers: [o/leads]}\nbind:");
    let ci = of(&models, "foundation/account", "ci");
    let plan = ci["environments"]["app-dev"]["plan_subjects"].to_string();
    assert!(!plan.contains("pull_request"), "{plan}");
    let own = ci["environments"]["foundation-account"]["plan_subjects"].to_string();
    assert!(own.contains("pull_request"), "{own}");
}

#[test]
fn budgets_are_those_of_the_account_and_of_who_lives_there() {
    let budget =
        |amount: u32| format!("budget: {{per_month: {amount}, currency: EUR, alert_at: [80]}}\nbind:");
    let models = Models::new().with(DEV, "bind:", &budget(200)).with(ACCOUNT_FILE, "bind:", &budget(500));
    let account = of(&models, "foundation/account", "account");
    assert_eq!(account["budgets"]["account"]["amount"], 500);
    assert_eq!(account["budgets"]["app-dev"]["amount"], 200);
    assert_eq!(account["alert_emails"], json!(["a@example.org"]));
}

#[test]
fn storage_that_is_asked_for_has_room_to_grow() {
    let size = |models: &Models| app(models, "db")["size"].clone();
    let usual = size(&Models::new());
    assert_eq!((&usual["storage_gib"], &usual["max_storage_gib"]), (&json!(20), &json!(100)));
    for (asked, most) in [("30Gi", 100), ("90Gi", 180)] {
        let models = Models::new().with(DEV, "bind:", &format!("size: {{db: {{storage: {asked}}}}}\nbind:"));
        let size = size(&models);
        assert_eq!(size["storage_gib"], asked.trim_end_matches("Gi").parse::<u64>().expect("a number"));
        assert_eq!(size["max_storage_gib"], most, "{asked}");
    }
    // The class is the tier's unless the environment names one.
    assert_ne!(size(&in_tier("production"))["instance_class"], usual["instance_class"]);
    let small = in_tier("production").with(DEV, "bind:", "size: {db: s}\nbind:");
    assert_eq!(size(&small)["instance_class"], usual["instance_class"]);
}

#[test]
fn databases_are_as_safe_as_their_tier() {
    let of = |tier: &str| {
        let db = app(&in_tier(tier), "db");
        (db["high_availability"].clone(), db["backup_copy"].clone(), db["pitr_days"].clone())
    };
    assert_eq!(of("development"), (json!(false), json!(false), json!(7)));
    assert_eq!(of("staging"), (json!(true), json!(false), json!(14)));
    assert_eq!(of("production"), (json!(true), json!(true), json!(35)));
}

#[test]
fn what_is_locked_does_not_expire() {
    let plain = app(&Models::new(), "files");
    assert_eq!((&plain["expire_days"], plain.get("worm")), (&json!(365), None));
    assert_eq!(plain["tiers"], json!([]));
    let locked = Models::new().with(APP, "retain: 1y, rpo: 1d", "retain: 7y, worm: compliance, rpo: 1d");
    let locked = app(&locked, "files");
    // Seven years hold at least one leap day.
    assert_eq!(locked["worm"], json!({"mode": "compliance", "retain_days": 2557, "legal_hold": false}));
    assert_eq!(locked.get("expire_days"), None);
    assert_eq!(locked["tiers"].as_array().map(Vec::len), Some(2));
}

#[test]
fn a_secret_is_made_once_for_all_who_read_it() {
    let models = Models::new().with(
        APP,
        "    secrets: {KEY: {ref: web/session, key: current}}\n",
        "    secrets: {KEY: {ref: web/session, key: current}, OLD: {ref: web/session, key: before}}\n  job:\n    plane: execution\n    image: ghcr.io/example/job\n    secrets: {KEY: {ref: web/session, key: current}}\n",
    );
    let secrets = app(&models, "secrets");
    assert_eq!(
        secrets["names"],
        json!({"web/session": {"keys": ["before", "current"], "purpose": "KEY of job, KEY of web, OLD of web"}})
    );
    let cluster = app(&models, "cluster");
    assert_eq!(cluster["workloads"]["web"]["secrets"], json!(["web/session"]));
    assert_eq!(cluster["workloads"]["job"]["namespace"], "app-execution");
    assert_eq!(cluster["node_groups"]["execution"]["taints"], json!({"plane": "execution"}));
    assert_eq!(cluster["node_groups"]["control"]["taints"], json!({}));
}

#[test]
fn pools_are_there_for_whom_they_are_used_and_as_large_as_asked() {
    let models = Models::new().with(DEV, "bind:", "size: {cluster: {nodes: {control: {max: 9}}}}\nbind:");
    let pools = app(&models, "cluster")["node_groups"].clone();
    assert_eq!(
        pools.as_object().map(|pools| pools.keys().cloned().collect()),
        Some(vec!["control".to_owned()])
    );
    assert_eq!((&pools["control"]["min"], &pools["control"]["max"]), (&json!(1), &json!(9)));
}

#[test]
fn software_on_the_cluster_hands_no_policies_on() {
    let models = Models::new().with(
        DEV,
        "bind: {default: {provider: aws}}",
        "bind: {default: {provider: aws}, db: {product: cnpg, host: cluster}, secrets: {product: openbao, host: cluster}}",
    );
    let cluster = app(&models, "cluster");
    assert_eq!(cluster["workloads"]["web"]["uses"], json!({"files": "rw"}));
    assert_eq!(cluster["secret_store"], Value::Null);
    let all = app(&Models::new(), "cluster");
    assert_eq!(all["workloads"]["web"]["uses"], json!({"db": "rw", "files": "rw"}));
    assert_eq!(all["secret_store"], "secrets");
}

#[test]
fn keys_are_made_for_what_there_is_and_copied_with_the_data() {
    let of = |tier: &str| {
        let keys = app(&in_tier(tier), "keys")["purposes"].clone();
        let flag = |purpose: &str| keys[purpose]["replica"].clone();
        (flag("database"), flag("logs"), keys["database"]["deletion_days"].clone())
    };
    assert_eq!(of("development"), (json!(false), json!(false), json!(7)));
    assert_eq!(of("production"), (json!(true), json!(false), json!(30)));
}

#[test]
fn nothing_is_copied_to_where_no_data_may_be() {
    let nowhere = in_tier("production").with(DEV, "data: [EU]", "data: [DE]");
    let keys = app(&nowhere, "keys")["purposes"].clone();
    let asked = keys.as_object().expect("keys by purpose");
    assert!(asked.values().all(|key| key["replica"] == false), "{keys}");
}

#[test]
fn hosts_are_probed_where_the_workload_says() {
    let host = |probes: &str| {
        let models = Models::new().with(APP, "    publish:", &format!("{probes}    publish:"));
        app(&models, "edge")["hosts"]["web"].clone()
    };
    assert_eq!(host(""), json!({"workload": "web", "port": 8080, "health": "/"}));
    assert_eq!(host("    probes: {live: /l, ready: /r}\n")["health"], "/r");
    assert_eq!(host("    probes: {live: /l}\n")["health"], "/l");
}
