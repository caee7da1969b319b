//! Scratch pods that keep to the restricted standard, and waiting for what becomes of them.

use std::time::Duration;

use serde_json::{Value, json};

use super::api::{Api, Trouble, short, text};
use super::scratch::ACCOUNT;
use crate::probe::{Stop, Watch};

/// How long a pod may take to start; images have to be fetched.
const START: u32 = 180;
/// How long a pod may take to end.
const END: u32 = 240;
/// How long a pod lasts that others try to reach: longer than the run.
pub(super) const SERVES: u32 = 3600;

/// A pod that keeps to the restricted standard: <https://kubernetes.io/docs/concepts/security/pod-security-standards/>.
pub(super) fn restricted(name: &str, labels: &Value, image: &str, script: &str, address: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "serviceAccountName": ACCOUNT,
            "automountServiceAccountToken": false,
            "enableServiceLinks": false,
            "restartPolicy": "Never",
            "terminationGracePeriodSeconds": 0,
            // What a killed run leaves ends by itself.
            "activeDeadlineSeconds": 600,
            "securityContext": {
                "runAsNonRoot": true,
                "runAsUser": 65534,
                "runAsGroup": 65534,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [{
                "name": "probe",
                "image": image,
                "command": ["/bin/sh", "-c", script],
                "env": [{"name": "ADDRESS", "value": address}],
                "resources": {
                    "requests": {"cpu": "10m", "memory": "16Mi"},
                    "limits": {"cpu": "200m", "memory": "64Mi"},
                },
                "securityContext": {
                    "allowPrivilegeEscalation": false,
                    "capabilities": {"drop": ["ALL"]},
                },
                "volumeMounts": [{"name": "scratch", "mountPath": "/tmp"}],
            }],
            "volumes": [{"name": "scratch", "emptyDir": {"sizeLimit": "1Mi"}}],
        },
    })
}

/// Puts a value where a pointer (RFC 6901) says, in place of another or beside those that are there.
pub(super) fn put(object: &mut Value, pointer: &str, value: Value) {
    if let Some(place) = object.pointer_mut(pointer) {
        *place = value;
    } else if let Some((parent, key)) = pointer.rsplit_once('/')
        && let Some(Value::Object(map)) = object.pointer_mut(parent)
    {
        map.insert(key.to_owned(), value);
    }
}

/// What became of a pod.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Became {
    /// It runs: its address and its node.
    Running(String, String),
    /// It ended: what it said last, and its node.
    Ended(String, String),
    /// Neither; why.
    Stuck(String),
}

/// Waits until a pod runs and has an address.
pub(super) fn running(api: &Api, watch: &Watch, path: &str) -> Result<Became, Stop> {
    wait(api, watch, path, START, |pod| {
        let address = text(pod, "/status/podIP").filter(|_| text(pod, "/status/phase") == Some("Running"))?;
        Some(Became::Running(address.to_owned(), node(pod)))
    })
}

/// Waits until a pod ended.
pub(super) fn end(api: &Api, watch: &Watch, path: &str) -> Result<Became, Stop> {
    wait(api, watch, path, START + END, |_| None)
}

fn wait(
    api: &Api,
    watch: &Watch,
    path: &str,
    most: u32,
    reached: impl Fn(&Value) -> Option<Became>,
) -> Result<Became, Stop> {
    let mut last = String::new();
    for _ in 0..most.saturating_mul(2) {
        match api.get(path) {
            Ok(pod) => {
                if let Some(became) = reached(&pod).or_else(|| ended(&pod)) {
                    return Ok(became);
                }
                last = why_waiting(&pod);
            }
            Err(Trouble::Refused(404, _)) => {
                return Ok(Became::Stuck("somebody removed the pod".to_owned()));
            }
            Err(error) => last = error.to_string(),
        }
        watch.wait(Duration::from_millis(500))?;
    }
    Ok(Became::Stuck(last))
}

fn ended(pod: &Value) -> Option<Became> {
    match text(pod, "/status/phase") {
        Some("Succeeded") => {
            let said = text(pod, "/status/containerStatuses/0/state/terminated/message").unwrap_or_default();
            Some(Became::Ended(short(said.trim()), node(pod)))
        }
        Some("Failed") => {
            let said = text(pod, "/status/containerStatuses/0/state/terminated/reason")
                .or_else(|| text(pod, "/status/message"))
                .or_else(|| text(pod, "/status/reason"))
                .unwrap_or("it does not say why");
            Some(Became::Stuck(format!("the pod failed: {}", short(said))))
        }
        _ => None,
    }
}

fn node(pod: &Value) -> String {
    text(pod, "/spec/nodeName").unwrap_or_default().to_owned()
}

fn why_waiting(pod: &Value) -> String {
    let waiting = "/status/containerStatuses/0/state/waiting";
    if let Some(reason) = text(pod, &format!("{waiting}/reason")) {
        let message = text(pod, &format!("{waiting}/message")).unwrap_or_default();
        return short(&format!("its container waits: {reason} {message}"));
    }
    let conditions = pod.pointer("/status/conditions").and_then(Value::as_array);
    let scheduled = conditions
        .into_iter()
        .flatten()
        .find(|condition| text(condition, "/type") == Some("PodScheduled"))
        .and_then(|condition| text(condition, "/message"));
    match scheduled {
        Some(message) => short(&format!("it finds no node: {message}")),
        None if text(pod, "/spec/nodeName").is_none() => "no scheduler gives it a node".to_owned(),
        None => "its node does not start it".to_owned(),
    }
}
