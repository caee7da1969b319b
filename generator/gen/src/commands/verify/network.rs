//! What the network says of the components: whether they answer, whether a database encrypts, how a bucket keeps its objects.

use std::time::Duration;

use gen_core::diag::Route;
use gen_core::kind::profile::verify::{Mismatch, Verified};
use gen_core::kind::profile::{Endpoint, Expected, WorkloadProfile};
use gen_core::model::component::ComponentType;
use gen_core::model::stack::WormMode;
use gen_exec::probe::s3::{Bucket, Keeping, Style};

use crate::cli::VerifyArgs;

/// Asks each address, then each bucket.
pub(super) fn ask(verified: &mut Verified, profile: &WorkloadProfile, arguments: &VerifyArgs) {
    let timeout = Duration::from_secs(arguments.timeout);
    addresses(verified, timeout);
    for (name, expected) in &profile.components {
        let named = arguments.buckets.iter().find(|(component, _)| component == name.as_str());
        match named {
            Some((_, bucket)) => look(verified, (name.as_str(), expected), bucket, (arguments, timeout)),
            None if expected.versioning || expected.object_lock.is_some() => {
                verified.unchecked.push(format!("{name}: --s3-bucket does not name its bucket"));
            }
            None => {}
        }
    }
    for (name, _) in &arguments.buckets {
        let store = profile
            .components
            .iter()
            .any(|(known, expected)| known.as_str() == name && expected.kind == ComponentType::ObjectStore);
        if !store {
            verified.mismatches.push(Mismatch {
                summary: "workload uses no such object store",
                setting: "--s3-bucket",
                found: name.clone(),
                expected: stores(profile),
                route: Route::keys(["components"]),
            });
        }
    }
}

fn stores(profile: &WorkloadProfile) -> String {
    let stores =
        profile.components.iter().filter(|(_, expected)| expected.kind == ComponentType::ObjectStore);
    let names: Vec<&str> = stores.map(|(name, _)| name.as_str()).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(" or ") }
}

/// Opens a connection to each address.
fn addresses(verified: &mut Verified, timeout: Duration) {
    for (name, kind, endpoint) in &verified.endpoints {
        let Some(port) = endpoint.port.or_else(|| usual_port(*kind, endpoint)) else {
            verified.unchecked.push(format!("{name}: {} has no port to reach it at", endpoint.host));
            continue;
        };
        let place = format!("{}:{port}", endpoint.host);
        let mismatch = |summary: &'static str, found: String, expected: &str| Mismatch {
            summary,
            setting: "--connect",
            found,
            expected: expected.to_owned(),
            route: Route::keys(["components", name.as_str(), "address"]),
        };
        let outcome = if *kind == ComponentType::Postgres {
            gen_exec::reach::postgres_encrypts(&endpoint.host, port, timeout)
        } else {
            gen_exec::reach::answers(&endpoint.host, port, timeout).map(|()| true)
        };
        match outcome {
            Ok(true) => verified.agrees.push(format!("{name}: {place} answers")),
            Ok(false) => verified.mismatches.push(mismatch(
                "database does not encrypt connections",
                place,
                "an answer to SSLRequest that is `S`",
            )),
            Err(error) => verified.mismatches.push(mismatch("component does not answer", error, "an answer")),
        }
    }
}

fn usual_port(kind: ComponentType, endpoint: &Endpoint) -> Option<u16> {
    match (kind, endpoint.scheme.as_deref()) {
        (ComponentType::Postgres, _) => Some(5432),
        (ComponentType::Temporal, _) => Some(7233),
        (_, Some("https")) => Some(443),
        (_, Some("http")) => Some(80),
        _ => None,
    }
}

/// Asks a bucket how it keeps its objects.
fn look(
    verified: &mut Verified,
    (name, expected): (&str, &Expected),
    bucket: &str,
    (arguments, timeout): (&VerifyArgs, Duration),
) {
    // Where the store is, or whose it is, is not as it was proven: no credentials go there.
    let endpoint = arguments.around.s3_endpoint.as_deref().unwrap_or_default();
    let fits =
        Endpoint::parse(endpoint).is_ok_and(|endpoint| expected.address.fits(&endpoint) != Some(false));
    if expected.kind != ComponentType::ObjectStore || !fits {
        return;
    }
    let path_style = expected.settings.as_ref().is_some_and(|settings| settings.path_style);
    let asked = Bucket {
        endpoint,
        region: arguments
            .around
            .s3_region
            .as_deref()
            .filter(|region| !region.is_empty())
            .unwrap_or("us-east-1"),
        style: if path_style { Style::Path } else { Style::Host },
        name: bucket,
    };
    let mismatch = |summary: &'static str, key: &str, found: String, expected: String| Mismatch {
        summary,
        setting: "--s3-bucket",
        found,
        expected,
        route: Route::keys(["components", name, key]),
    };
    match asked.keeping(timeout) {
        Err(why) => verified.unchecked.push(format!("{name}: {bucket}: {why}")),
        Ok(None) => verified.mismatches.push(mismatch(
            "bucket does not exist",
            "address",
            bucket.to_owned(),
            "a bucket of this store".to_owned(),
        )),
        Ok(Some(keeping)) => keeps(verified, (name, expected), (bucket, &keeping), mismatch),
    }
}

/// Compares how a bucket keeps its objects with what was proven.
fn keeps(
    verified: &mut Verified,
    (name, expected): (&str, &Expected),
    (bucket, keeping): (&str, &Keeping),
    mismatch: impl Fn(&'static str, &str, String, String) -> Mismatch,
) {
    if expected.versioning {
        if keeping.versions {
            verified.agrees.push(format!("{name}: {bucket} keeps versions"));
        } else {
            let (found, wanted) = ("no versions".to_owned(), "versions".to_owned());
            verified.mismatches.push(mismatch("bucket keeps no versions", "versioning", found, wanted));
        }
    }
    let Some(wanted) = &expected.object_lock else { return };
    let words = |mode: &str, days: u64| format!("{mode} for {days} days");
    let found = keeping.lock.as_ref().map(|lock| words(&lock.mode, lock.days));
    let enough = keeping.lock.as_ref().is_some_and(|lock| {
        let mode = match wanted.mode {
            WormMode::Compliance => lock.mode == "compliance",
            WormMode::Governance => matches!(lock.mode.as_str(), "compliance" | "governance"),
        };
        mode && lock.days >= wanted.days
    });
    match found {
        Some(found) if enough => verified.agrees.push(format!("{name}: {bucket} locks objects, {found}")),
        found => verified.mismatches.push(mismatch(
            "bucket does not lock objects as it was proven",
            "object_lock",
            found.unwrap_or_else(|| "no default lock".to_owned()),
            words(wanted.mode.as_str(), wanted.days),
        )),
    }
}
