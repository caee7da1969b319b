//! Where a component is reached: what is known beforehand, and how an address is compared with it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::load::Repository;
use crate::model::component::ComponentType;
use crate::model::names::RegionName;
use crate::resolve::{Bound, Resolved};

/// Where a component is reached, as far as it is known before it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "where", rename_all = "snake_case", deny_unknown_fields)]
pub enum Address {
    /// At one of these host names; `*.` stands for one label or more.
    Hosts {
        /// The names.
        hosts: Vec<String>,
    },
    /// Inside the cluster, or at the workload's own side.
    Cluster,
    /// Nobody says it.
    Unknown,
}

/// Where a component is reached.
pub(super) fn of(repository: &Repository, component: &Resolved) -> Address {
    let kind = component.kind();
    let hosts = match &component.bound {
        Bound::Hosted { .. } => return Address::Cluster,
        // Signals go through a collector on the cluster, which knows the backend.
        Bound::Managed { .. } if kind == ComponentType::Telemetry => return Address::Cluster,
        Bound::Managed { provider, region, .. } => {
            let file = repository.providers.get(provider);
            let region = region.as_ref().map(RegionName::as_str).unwrap_or_default();
            let address = file.and_then(|file| file.value.endpoint(kind, region));
            address.iter().map(|address| host_of(address)).collect::<Vec<_>>()
        }
        Bound::Existing { exports, .. } => {
            let text = |key: &str| exports.get(key).and_then(serde_json::Value::as_str);
            ["endpoint", "host", "metrics_endpoint", "traces_endpoint", "logs_endpoint"]
                .into_iter()
                .filter_map(text)
                .map(host_of)
                .collect()
        }
    };
    let hosts: std::collections::BTreeSet<String> =
        hosts.into_iter().filter(|host| !host.is_empty()).collect();
    if hosts.is_empty() { Address::Unknown } else { Address::Hosts { hosts: hosts.into_iter().collect() } }
}

/// The host of an address that may have a scheme, a port and a path; as it is, in lower case, where it has none of them.
fn host_of(address: &str) -> String {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit_once(':').map_or(authority, |(host, _)| host).to_ascii_lowercase()
}

/// An address that a program was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Its scheme, where it has one.
    pub scheme: Option<String>,
    /// Its host, in lower case.
    pub host: String,
    /// Its port, where it has one.
    pub port: Option<u16>,
}

impl Endpoint {
    /// Takes an address apart: `https://host:port/path`, `host:port`, `host`. What is wrong is said without the address, which may
    /// hold a password.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (Some(scheme.to_ascii_lowercase()), rest),
            None => (None, text),
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.contains('@') {
            return Err("holds a login; logins come from the secrets component");
        }
        let (host, port) = match (authority.strip_prefix('['), authority.rsplit_once(':')) {
            (Some(inner), _) => {
                let (host, rest) = inner.split_once(']').ok_or("is no address")?;
                (host, rest.strip_prefix(':'))
            }
            (None, Some((host, port))) => (host, Some(port)),
            (None, None) => (authority, None),
        };
        let port = port.map(|port| port.parse().map_err(|_| "has a port that is no number")).transpose()?;
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
        if host.is_empty() || !host.chars().all(plain) {
            return Err("is no address");
        }
        Ok(Self { scheme, host: host.trim_end_matches('.').to_ascii_lowercase(), port })
    }

    /// A name of this machine itself.
    pub fn is_loopback(&self) -> bool {
        self.host == "localhost"
            || self.host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// A name that a cluster's own DNS answers: a single label, `name.namespace.svc`, or one below `cluster.local`
    /// (<https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/>).
    pub fn is_in_cluster(&self) -> bool {
        let host = self.host.as_str();
        let number = host.parse::<std::net::IpAddr>().is_ok();
        !number
            && (!host.contains('.')
                || host.ends_with(".svc")
                || host.contains(".svc.")
                || host.ends_with(".cluster.local"))
    }
}

impl Address {
    /// Whether an endpoint is where the component is reached; none where nobody says it.
    pub fn fits(&self, endpoint: &Endpoint) -> Option<bool> {
        match self {
            Self::Unknown => None,
            Self::Cluster => Some(endpoint.is_loopback() || endpoint.is_in_cluster()),
            Self::Hosts { hosts } => Some(hosts.iter().any(|pattern| matches(pattern, &endpoint.host))),
        }
    }

    /// In words.
    pub fn words(&self) -> String {
        match self {
            Self::Hosts { hosts } => hosts.join(" or "),
            Self::Cluster => "inside the cluster".to_owned(),
            Self::Unknown => "not known".to_owned(),
        }
    }
}

fn matches(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(ending) => host.strip_suffix(ending).is_some_and(|label| !label.is_empty()),
        None => pattern == host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(text: &str) -> Endpoint {
        Endpoint::parse(text).expect(text)
    }

    #[test]
    fn addresses_are_taken_apart() {
        let found = endpoint("https://S3.eu-central-1.amazonaws.com:443/bucket?x");
        assert_eq!(found.scheme.as_deref(), Some("https"));
        assert_eq!((found.host.as_str(), found.port), ("s3.eu-central-1.amazonaws.com", Some(443)));
        assert_eq!(endpoint("db.internal:5432").port, Some(5432));
        assert_eq!(endpoint("[::1]:4317").host, "::1");
        assert_eq!(endpoint("db.example.org.").host, "db.example.org");
        for wrong in
            ["", "https://", "https://user:secret@host", "host:port", "a b", "[::1", "https://h:99999"]
        {
            assert!(Endpoint::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn look_alikes_do_not_fit() {
        let store = Address::Hosts { hosts: vec!["s3.eu-central-1.amazonaws.com".to_owned()] };
        for (text, fits) in [
            ("https://s3.eu-central-1.amazonaws.com", true),
            ("https://s3.eu-central-1.amazonaws.com.example.org", false),
            ("https://evil-s3.eu-central-1.amazonaws.com", false),
            ("https://s3.us-east-1.amazonaws.com", false),
        ] {
            assert_eq!(store.fits(&endpoint(text)), Some(fits), "{text}");
        }
        let database = Address::Hosts { hosts: vec!["*.eu-central-1.rds.amazonaws.com".to_owned()] };
        for (text, fits) in [
            ("prod-db.c9.eu-central-1.rds.amazonaws.com", true),
            (".eu-central-1.rds.amazonaws.com", false),
            ("eu-central-1.rds.amazonaws.com", false),
            ("prod-db.c9.us-east-1.rds.amazonaws.com", false),
        ] {
            assert_eq!(database.fits(&endpoint(text)), Some(fits), "{text}");
        }
        for (text, fits) in [
            ("temporal:7233", true),
            ("temporal.workflow.svc:7233", true),
            ("temporal.workflow.svc.cluster.local:7233", true),
            ("http://localhost:4317", true),
            ("http://127.0.0.1:4317", true),
            ("https://collector.example.org", false),
            ("http://10.0.0.7:4317", false),
        ] {
            assert_eq!(Address::Cluster.fits(&endpoint(text)), Some(fits), "{text}");
        }
        assert_eq!(Address::Unknown.fits(&endpoint("a.example.org")), None);
    }
}
