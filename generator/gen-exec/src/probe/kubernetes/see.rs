//! What can be seen without making anything.

use std::net::{IpAddr, ToSocketAddrs as _};

use gen_core::evidence::{Finding, Observation, Report, Step};
use serde_json::Value;

use super::api::{Api, Trouble, items, short, text};
use crate::probe::Stop;

fn see(report: &mut Report, about: &str, good: bool, did: &str, answered: impl Into<String>) {
    let step = Step::new(did, answered);
    report.observations.push(Observation { about: about.to_owned(), good, step });
}

/// Which server it is. Everything else stands on this answer.
pub(super) fn version(api: &Api, report: &mut Report) -> Result<(), Stop> {
    let version = api.get("/version").map_err(|error| {
        let help = match &error {
            Trouble::Refused(401 | 403, _) => "has the token or the certificate of the kubeconfig expired?",
            Trouble::Refused(..) => "is that the API of a cluster?",
            Trouble::Broken(_) => {
                "is that where the API is, may this machine reach it, and is its authority in the kubeconfig?"
            }
        };
        Stop::failed(format!("{}: {error}", api.server), help)
    })?;
    let told = short(text(&version, "/gitVersion").unwrap_or("of no version"));
    report.server = Some(format!("Kubernetes {told}"));
    let steps = || vec![Step::new("GET /version", told.as_str())];
    report.findings.push(
        Finding::is("k8s.service", "self_managed", steps())
            .note("a cluster answers; who runs it cannot be seen from here")
            .sample(),
    );
    report.findings.push(match minor(&told) {
        Some(minor) => Finding::is("k8s.version", vec![minor], steps())
            .note("the version of the cluster that was probed")
            .sample(),
        None => Finding::unknown("k8s.version", "the server tells no version", steps()),
    });
    Ok(())
}

/// `1.36` of `v1.36.3+k3s1`.
fn minor(told: &str) -> Option<String> {
    let mut parts = told.strip_prefix('v')?.split('.');
    let number = |part: Option<&str>| {
        part.filter(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_digit())).map(str::to_owned)
    };
    Some(format!("{}.{}", number(parts.next())?, number(parts.next())?))
}

/// What somebody without any credential gets to see.
pub(super) fn anonymous(api: &Api, report: &mut Report) {
    let (good, answered) = match api.anonymous("/api/v1/namespaces") {
        Ok(answer) => (matches!(answer.status, 401 | 403), format!("status {}", answer.status)),
        // A server that wants a certificate of everybody does not answer at all.
        Err(why) => (true, format!("no answer: {why}")),
    };
    see(report, "namespaces for nobody", good, "listed namespaces without a credential", answered);
}

/// Whether the address is one that can be reached from outside.
pub(super) fn address(api: &Api, report: &mut Report) {
    let capability = "k8s.private_api";
    let uri = api.server.parse::<ureq::http::Uri>().ok();
    let host =
        uri.as_ref().and_then(ureq::http::Uri::host).unwrap_or_default().trim_matches(['[', ']']).to_owned();
    let found =
        (host.as_str(), 0).to_socket_addrs().map(|found| found.map(|found| found.ip()).collect::<Vec<_>>());
    let found = match found {
        Ok(found) if !found.is_empty() => found,
        _ => {
            let steps = vec![Step::new(format!("looked up {host}"), "no address")];
            report.findings.push(Finding::unknown(
                capability,
                "the name of the API has no address here",
                steps,
            ));
            return;
        }
    };
    let mut words: Vec<String> = found.iter().map(ToString::to_string).collect();
    words.dedup();
    let steps = vec![Step::new(format!("looked up {host}"), words.join(", "))];
    let private = found.iter().copied().all(is_private);
    let why = if private {
        "the address is private; whether another one faces the internet cannot be seen from here"
    } else {
        "the address is public; whether a filter lets only some of the internet through cannot be seen from here"
    };
    report.findings.push(Finding::unknown(capability, why, steps));
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => {
            // RFC 6598: shared between a carrier and its customers.
            let shared = address.octets()[0] == 100 && (64..128).contains(&address.octets()[1]);
            address.is_private() || address.is_loopback() || address.is_link_local() || shared
        }
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

/// Who signs the tokens of workloads, and whether others can check them.
pub(super) fn issuer(api: &Api, report: &mut Report) {
    let capability = "k8s.pod_identity";
    let document = api.get("/.well-known/openid-configuration");
    let answered = match &document {
        Ok(document) => short(text(document, "/issuer").unwrap_or("no issuer")),
        Err(error) => error.to_string(),
    };
    let issuer = document.ok().and_then(|document| text(&document, "/issuer").map(str::to_owned));
    let mut steps = vec![Step::new("GET /.well-known/openid-configuration", answered)];
    let open = match api.anonymous("/openid/v1/jwks") {
        Ok(answer) => format!("status {}", answer.status),
        Err(why) => why,
    };
    steps.push(Step::new("fetched the keys of workloads' tokens without a credential", open));
    let why = match issuer {
        Some(issuer) if reachable_by_name(&issuer) => {
            format!("workloads have tokens of {} that others can check; who accepts them is asked of those", short(&issuer))
        }
        Some(_) => "workloads have tokens, whose issuer has no name outside the cluster: nobody else can check them by discovery".to_owned(),
        None => "who signs the tokens of workloads is not visible to this login".to_owned(),
    };
    report.findings.push(Finding::unknown(capability, why, steps));
}

/// An issuer that others can fetch keys of: https, with a name that is known outside the cluster.
fn reachable_by_name(issuer: &str) -> bool {
    let Ok(uri) = issuer.parse::<ureq::http::Uri>() else { return false };
    let host = uri.host().unwrap_or_default();
    let inside = ["kubernetes.default", "localhost"].iter().any(|name| host.starts_with(name))
        || [".local", ".svc", ".internal", ".localhost"].iter().any(|end| host.ends_with(end))
        || host.parse::<IpAddr>().is_ok_and(is_private);
    uri.scheme_str() == Some("https") && host.contains('.') && !inside
}

/// What a cluster writes down about its callers is not shown to them.
pub(super) fn audit(report: &mut Report) {
    report.findings.push(Finding::unknown(
        "k8s.audit_log_export",
        "the API does not tell whether its calls are recorded: ask who runs it for the log of this probe's calls",
        vec![Step::new("looked for a way to ask", "there is none")],
    ));
}

/// Why no pod can run; nothing if there is a node that takes pods, or if nodes may not be listed and trying is the only way.
pub(super) fn nodes(api: &Api, report: &mut Report) -> Option<String> {
    let listed = match api.get("/api/v1/nodes?limit=500") {
        Ok(listed) => listed,
        Err(error) => {
            see(report, "nodes", true, "listed nodes", format!("not visible to this login: {error}"));
            return None;
        }
    };
    let nodes = items(&listed);
    let ready = nodes.iter().filter(|node| takes_pods(node)).count();
    let answered = format!("{ready} of {} take pods", nodes.len());
    see(report, "nodes", ready > 0, "listed nodes", answered);
    match (nodes.len(), ready) {
        (0, _) => Some("the cluster has no nodes".to_owned()),
        (_, 0) => Some("no node takes pods: none is ready, or each is cordoned or tainted".to_owned()),
        _ => None,
    }
}

fn takes_pods(node: &Value) -> bool {
    let cordoned = node.pointer("/spec/unschedulable").and_then(Value::as_bool) == Some(true);
    let list = |pointer: &str| node.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
    let tainted =
        list("/spec/taints").any(|taint| matches!(text(taint, "/effect"), Some("NoSchedule" | "NoExecute")));
    let ready = list("/status/conditions").any(|condition| {
        text(condition, "/type") == Some("Ready") && text(condition, "/status") == Some("True")
    });
    ready && !cordoned && !tainted
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn versions_are_cut_to_their_minor() {
        for (told, expected) in [
            ("v1.36.3", Some("1.36")),
            ("v1.34.1+k3s1", Some("1.34")),
            ("v1.35-eks-1", None),
            ("v1", None),
            ("v.", None),
            ("1.36.3", None),
        ] {
            assert_eq!(minor(told).as_deref(), expected, "{told}");
        }
    }

    #[test]
    fn addresses_and_issuers_of_the_inside() {
        for inside in ["10.1.2.3", "127.0.0.1", "192.168.1.1", "100.64.0.1", "fd00::1", "::1", "fe80::1"] {
            assert!(inside.parse().is_ok_and(is_private), "{inside}");
        }
        for outside in ["8.8.8.8", "100.128.0.1", "2001:db8::1"] {
            assert!(!outside.parse().is_ok_and(is_private), "{outside}");
        }
        assert!(reachable_by_name("https://oidc.eks.eu-central-1.amazonaws.com/id/X"));
        for inside in [
            "https://kubernetes.default.svc",
            "https://kubernetes.default.svc.cluster.local",
            "http://a.b",
            "https://10.0.0.1",
            "x",
        ] {
            assert!(!reachable_by_name(inside), "{inside}");
        }
    }

    #[test]
    fn a_node_takes_pods_when_nothing_keeps_them_off() {
        let ready = json!([{"type": "Ready", "status": "True"}]);
        assert!(takes_pods(&json!({"spec": {}, "status": {"conditions": ready}})));
        for node in [
            json!({"spec": {"unschedulable": true}, "status": {"conditions": ready}}),
            json!({"spec": {"taints": [{"key": "a", "effect": "NoSchedule"}]}, "status": {"conditions": ready}}),
            json!({"spec": {}, "status": {"conditions": [{"type": "Ready", "status": "Unknown"}]}}),
            json!({}),
        ] {
            assert!(!takes_pods(&node), "{node}");
        }
    }
}
