//! Comparing a workload's file with what its environment says: pure, without network, clock or files.

use crate::diag::Route;
use crate::model::component::ComponentType;
use crate::model::names::ComponentName;
use crate::model::units::Date;
use crate::resolve::Had;

use super::{Address, Endpoint, Expected, WorkloadProfile};

/// What the environment of a workload says, by the variables that its clients read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// `AWS_ENDPOINT_URL_S3`.
    pub s3_endpoint: Option<String>,
    /// `AWS_REGION`.
    pub s3_region: Option<String>,
    /// `PGHOST`.
    pub postgres_host: Option<String>,
    /// `PGPORT`.
    pub postgres_port: Option<u16>,
    /// `PGSSLMODE`.
    pub postgres_sslmode: Option<String>,
    /// `VAULT_ADDR`.
    pub secrets_address: Option<String>,
    /// `OTEL_EXPORTER_OTLP_ENDPOINT`.
    pub otlp_endpoint: Option<String>,
    /// `TEMPORAL_ADDRESS`.
    pub temporal_address: Option<String>,
}

/// Something that is not as it was proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// In a line, without user data.
    pub summary: &'static str,
    /// The setting at fault.
    pub setting: &'static str,
    /// What is found: hosts and modes, never a login.
    pub found: String,
    /// What belongs there.
    pub expected: String,
    /// Where the file says so.
    pub route: Route,
}

/// What came of a comparison.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// What agrees, in words.
    pub agrees: Vec<String>,
    /// What does not.
    pub mismatches: Vec<Mismatch>,
    /// What could not be compared, and why.
    pub unchecked: Vec<String>,
    /// Expectations whose evidence no longer counts: component, capability, last day.
    pub expired: Vec<(ComponentName, String, Date)>,
    /// Addresses to reach, where the network is asked for: component, type, endpoint.
    pub endpoints: Vec<(ComponentName, ComponentType, Endpoint)>,
}

/// Compares what a workload expects with what its environment says. `today` tells which evidence has expired.
pub fn verify(profile: &WorkloadProfile, around: &Surroundings, today: Option<Date>) -> Verified {
    let mut verified = Verified::default();
    for kind in [
        ComponentType::ObjectStore,
        ComponentType::Postgres,
        ComponentType::Secrets,
        ComponentType::Telemetry,
        ComponentType::Temporal,
    ] {
        let of_kind: Vec<Component<'_>> = profile
            .components
            .iter()
            .filter(|(_, expected)| expected.kind == kind)
            .map(|(name, expected)| Component { name, expected })
            .collect();
        if of_kind.is_empty() {
            continue;
        }
        let (setting, value) = match kind {
            ComponentType::ObjectStore => ("AWS_ENDPOINT_URL_S3", &around.s3_endpoint),
            ComponentType::Postgres => ("PGHOST", &around.postgres_host),
            ComponentType::Secrets => ("VAULT_ADDR", &around.secrets_address),
            ComponentType::Telemetry => ("OTEL_EXPORTER_OTLP_ENDPOINT", &around.otlp_endpoint),
            _ => ("TEMPORAL_ADDRESS", &around.temporal_address),
        };
        match value.as_deref().filter(|value| !value.is_empty()) {
            None => {
                let names: Vec<&str> = of_kind.iter().map(|component| component.name.as_str()).collect();
                let nowhere = |component: &Component<'_>| component.expected.address == Address::Unknown;
                let why = if of_kind.iter().all(nowhere) {
                    "no fact says at which host it is reached".to_owned()
                } else {
                    format!("{setting} is not set")
                };
                verified.unchecked.push(format!("{}: {why}", names.join(", ")));
            }
            Some(value) => addresses(&mut verified, &of_kind, setting, value, around),
        }
        match kind {
            ComponentType::ObjectStore => region(&mut verified, &of_kind, around.s3_region.as_deref()),
            ComponentType::Postgres => sslmode(&mut verified, &of_kind, around),
            _ => {}
        }
    }
    for (name, expected) in &profile.components {
        let outside = expected.country.as_ref().filter(|country| !profile.places.contains(*country));
        if let Some(country) = outside {
            verified.mismatches.push(Mismatch {
                summary: "component lies outside the places that its data may be in",
                setting: "country",
                found: country.to_string(),
                expected: format!("{} places", profile.places.len()),
                route: Route::keys(["components", name.as_str(), "country"]),
            });
        }
        let expired = expected.expects.iter().filter(|one| today.is_some_and(|today| today > one.expires));
        let expired =
            expired.map(|one| (name.clone(), one.capability.to_string(), one.expires)).collect::<Vec<_>>();
        verified.expired.extend(expired);
    }
    verified
}

struct Component<'a> {
    name: &'a ComponentName,
    expected: &'a Expected,
}

impl Component<'_> {
    fn route(&self, key: &str) -> Route {
        Route::keys(["components", self.name.as_str(), key])
    }
}

/// One setting serves every component of its type: it has to fit one of them. A list of hosts has to fit with each.
fn addresses(
    verified: &mut Verified,
    of_kind: &[Component<'_>],
    setting: &'static str,
    value: &str,
    around: &Surroundings,
) {
    let Some(first) = of_kind.first() else { return };
    for part in value.split(',') {
        let mut endpoint = match Endpoint::parse(part.trim()) {
            Ok(endpoint) => endpoint,
            Err(wrong) => {
                verified.mismatches.push(Mismatch {
                    summary: "address cannot be used",
                    setting,
                    found: format!("it {wrong}"),
                    expected: first.expected.address.words(),
                    route: first.route("address"),
                });
                continue;
            }
        };
        let verdicts: Vec<Option<bool>> =
            of_kind.iter().map(|component| component.expected.address.fits(&endpoint)).collect();
        let fitting = of_kind.iter().zip(&verdicts).find(|(_, fits)| **fits == Some(true));
        let open = of_kind.iter().zip(&verdicts).find(|(_, fits)| fits.is_none());
        let Some((component, fits)) = fitting.or(open) else {
            verified.mismatches.push(Mismatch {
                summary: "address is not where the component was proven to be",
                setting,
                found: endpoint.host.clone(),
                expected: first.expected.address.words(),
                route: first.route("address"),
            });
            continue;
        };
        if fits.is_none() {
            verified.unchecked.push(format!("{}: no fact says at which host it is reached", component.name));
        }
        if let Some(mismatch) = plain_text(component, &endpoint, setting) {
            verified.mismatches.push(mismatch);
            continue;
        }
        if *fits == Some(true) {
            verified.agrees.push(format!("{}: {} ({setting})", component.name, endpoint.host));
        }
        if component.expected.kind == ComponentType::Postgres {
            endpoint.port = endpoint.port.or(around.postgres_port);
        }
        verified.endpoints.push((component.name.clone(), component.expected.kind, endpoint));
    }
}

/// The way to a component is not encrypted. What stays on the machine itself is nobody's to read; databases say it by another setting.
fn plain_text(component: &Component<'_>, endpoint: &Endpoint, setting: &'static str) -> Option<Mismatch> {
    let by_scheme = matches!(
        component.expected.kind,
        ComponentType::ObjectStore | ComponentType::Secrets | ComponentType::Telemetry
    );
    // A collector beside the workload takes signals in plain text, and sends them on encrypted.
    let collector =
        component.expected.kind == ComponentType::Telemetry && component.expected.address == Address::Cluster;
    let encrypted = endpoint.scheme.as_deref() == Some("https");
    (component.expected.tls && by_scheme && !collector && !encrypted && !endpoint.is_loopback()).then(|| {
        Mismatch {
            summary: "connection would not be encrypted",
            setting,
            found: endpoint.scheme.clone().unwrap_or_else(|| "no scheme".to_owned()),
            expected: "https".to_owned(),
            route: component.route("tls"),
        }
    })
}

fn region(verified: &mut Verified, of_kind: &[Component<'_>], region: Option<&str>) {
    let known: Vec<&Component<'_>> =
        of_kind.iter().filter(|component| component.expected.binding.region().is_some()).collect();
    let Some(first) = known.first() else { return };
    let Some(region) = region.filter(|region| !region.is_empty()) else {
        verified.unchecked.push(format!("{}: AWS_REGION is not set", first.name));
        return;
    };
    let own = |component: &&&Component<'_>| {
        component.expected.binding.region().is_some_and(|own| own.as_str() == region)
    };
    match known.iter().find(own) {
        Some(component) => verified.agrees.push(format!("{}: {region} (AWS_REGION)", component.name)),
        None => verified.mismatches.push(Mismatch {
            summary: "region is not where the component was proven to be",
            setting: "AWS_REGION",
            found: region.to_owned(),
            expected: first.expected.binding.region().map(ToString::to_string).unwrap_or_default(),
            route: first.route("binding"),
        }),
    }
}

/// Modes of libpq that encrypt (<https://www.postgresql.org/docs/16/libpq-ssl.html>); all but the last two take any server's word for
/// who it is, which is enough inside the cluster only.
fn sslmode(verified: &mut Verified, of_kind: &[Component<'_>], around: &Surroundings) {
    if around.postgres_host.is_none() {
        return;
    }
    let Some(strictest) = of_kind.iter().find(|component| component.expected.tls) else { return };
    let hosted = matches!(strictest.expected.binding, Had::Hosted { .. });
    let allowed: &[&str] =
        if hosted { &["require", "verify-ca", "verify-full"] } else { &["verify-ca", "verify-full"] };
    // Without the variable, libpq prefers encryption and does without where the server wants it so.
    let mode = around.postgres_sslmode.as_deref().unwrap_or("prefer");
    if allowed.contains(&mode) {
        verified.agrees.push(format!("{}: {mode} (PGSSLMODE)", strictest.name));
    } else {
        verified.mismatches.push(Mismatch {
            summary: "connection would not be encrypted to a server that is known",
            setting: "PGSSLMODE",
            found: mode.to_owned(),
            expected: allowed.join(" or "),
            route: strictest.route("tls"),
        });
    }
}
