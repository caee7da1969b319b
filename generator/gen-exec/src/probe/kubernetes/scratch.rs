//! The scratch namespace: everything that the probe makes is in it and goes with it.

use std::time::Duration;

use gen_core::evidence::{Left, Report};
use serde_json::{Value, json};

use super::api::{Api, Trouble, items, text};
use crate::probe::{Stop, Watch, now, random_hex};

/// How the names of scratch namespaces begin; twelve hexadecimal digits follow.
pub(super) const PREFIX: &str = "gen-probe-";
/// The account that scratch pods run as. It has no rights, and its token is not handed to them.
pub(super) const ACCOUNT: &str = "probe";
/// How long removing may take, in seconds. It goes on after an interruption, so the run's limit does not end it.
const PATIENCE: i64 = 120;
/// The label by which leftovers are found.
const LABEL: &str = "app.kubernetes.io/managed-by";
const OWNER: &str = "gen-probe";

/// Name of a scratch namespace.
pub(super) fn name() -> Result<String, Stop> {
    Ok(format!("{PREFIX}{}", random_hex(12)?))
}

fn is_ours(name: &str) -> bool {
    name.strip_prefix(PREFIX).is_some_and(|rest| {
        rest.len() == 12 && rest.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))
    })
}

/// Makes the namespace, which enforces the restricted standard for pods, and an account of its own: the account that every namespace
/// gets comes a moment later. Says beside how it went whether there may be something to remove.
pub(super) fn make(api: &Api, name: &str) -> (bool, Result<(), Trouble>) {
    let namespace = json!({
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {"name": name, "labels": {
            LABEL: OWNER,
            "pod-security.kubernetes.io/enforce": "restricted",
            "pod-security.kubernetes.io/enforce-version": "latest",
        }},
    });
    match api.post("/api/v1/namespaces", &namespace) {
        Ok(_) => {}
        Err(error @ Trouble::Refused(400..500, _)) => return (false, Err(error)),
        // An answer that never came may have been a yes.
        Err(error) => return (true, Err(error)),
    }
    let account = json!({
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": ACCOUNT, "labels": {LABEL: OWNER}},
        "automountServiceAccountToken": false,
    });
    (true, api.post(&format!("/api/v1/namespaces/{name}/serviceaccounts"), &account).map(drop))
}

/// Removes the namespace and waits until it is gone.
pub(super) fn remove(api: &Api, name: &str, (watch, report): (&Watch, &mut Report)) {
    watch.say("removing the scratch namespace");
    let path = format!("/api/v1/namespaces/{name}");
    let left = |why: String| Left { what: format!("namespace {name}"), why, until: None };
    let until = now() + PATIENCE;
    let mut last = match api.get(&path) {
        // It was never made.
        Err(Trouble::Refused(404, _)) => return,
        _ => String::new(),
    };
    // Pods first: they run, and what is left of a namespace that cannot be removed should not.
    for collection in [
        format!("{path}/pods"),
        format!("/apis/networking.k8s.io/v1/namespaces/{name}/networkpolicies"),
        path.clone(),
    ] {
        for pause in [0, 1, 3] {
            if now() > until {
                break;
            }
            std::thread::sleep(Duration::from_secs(pause));
            match api.delete(&collection) {
                Ok(()) => break,
                // Conflict: it is being removed already.
                Err(Trouble::Refused(409, _)) if collection == path => break,
                Err(error) => last = error.to_string(),
            }
        }
    }
    while now() <= until {
        match api.get(&path) {
            Err(Trouble::Refused(404, _)) => {
                report.cleaned.push(format!("namespace {name}"));
                return;
            }
            Ok(found) => last = why_still_there(&found),
            Err(error) => last = error.to_string(),
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    report.left.push(left(last));
}

fn why_still_there(namespace: &Value) -> String {
    let conditions = namespace.pointer("/status/conditions").and_then(Value::as_array);
    let said: Vec<&str> = conditions
        .into_iter()
        .flatten()
        .filter(|condition| text(condition, "/status") == Some("True"))
        .filter_map(|condition| text(condition, "/message"))
        .collect();
    let phase = text(namespace, "/status/phase").unwrap_or("there");
    if said.is_empty() {
        format!("it is still {phase}")
    } else {
        format!("it is still {phase}: {}", said.join("; "))
    }
}

/// Removes what runs that were killed left.
pub(super) fn clean(api: &Api, (watch, report): (&Watch, &mut Report)) -> Result<(), Stop> {
    let found = api.get(&format!("/api/v1/namespaces?labelSelector={LABEL}%3D{OWNER}"));
    let found = found.map_err(|error| {
        Stop::failed(format!("namespaces cannot be listed: {error}"), "use a login that may list namespaces")
    })?;
    for namespace in items(&found) {
        let Some(name) = text(namespace, "/metadata/name").filter(|name| is_ours(name)) else { continue };
        watch.step(&format!("removing {name}"))?;
        remove(api, name, (watch, report));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_ours_are_removed() {
        assert!(is_ours("gen-probe-0123456789ab"));
        for other in [
            "gen-probe-",
            "gen-probe-0123456789a",
            "gen-probe-0123456789ag",
            "kube-system",
            "gen-probe-0123456789AB",
        ] {
            assert!(!is_ours(other), "{other}");
        }
    }
}
