//! Before a workload starts: it runs where it was proven to belong, and nowhere else.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::cli::{self, Said};

/// What a workload of production is told when everything is right.
const RIGHT: [(&str, &str); 6] = [
    ("AWS_ENDPOINT_URL_S3", "https://s3.eu-central-1.amazonaws.com"),
    ("AWS_REGION", "eu-central-1"),
    ("PGHOST", "control-plane-prod-db.c9akciq32rgx.eu-central-1.rds.amazonaws.com"),
    ("PGSSLMODE", "verify-full"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector.telemetry.svc:4317"),
    ("TEMPORAL_ADDRESS", "temporal-frontend.workflow.svc.cluster.local:7233"),
];

/// A day on which everything that was read still counts.
const DAY: &str = "2026-11-21";

/// The file of a workload in a folder of its own, as it was rendered or with a change and, if it is to be believed, a digest that fits.
#[expect(clippy::disallowed_methods, reason = "tests write into temporary folders")]
fn file(change: impl FnOnce(&mut Value), sealed: bool) -> TempDir {
    let path = cli::root().join("terraform-out/control-plane/prod/profile/api.json");
    let rendered = std::fs::read_to_string(path).expect("a file");
    let original: Value = serde_json::from_str(&rendered).expect("JSON");
    let mut value = original.clone();
    change(&mut value);
    let text = if value == original {
        rendered
    } else {
        if sealed {
            value["digest"] = json!("");
            value["digest"] = json!(gen_core::digest::sha256_hex(format!("{value:#}\n").as_bytes()));
        }
        format!("{value:#}\n")
    };
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("profile.json"), text).expect("a file");
    folder
}

fn verify(folder: &Path, variables: &[(&str, &str)], more: &[&str]) -> Said {
    cli::run_with(
        folder,
        &[&["verify", "--profile", "profile.json", "--today", DAY], more].concat(),
        variables,
    )
}

/// What is right, but for one variable.
fn but<'a>(name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let others = RIGHT.into_iter().filter(|(known, _)| *known != name);
    others.chain((!value.is_empty()).then_some((name, value))).collect()
}

#[test]
fn a_workload_starts_where_it_belongs() {
    let folder = file(|_| (), false);
    let said = verify(folder.path(), &RIGHT, &[]);
    assert_eq!(said.status, 0, "{}", said.text());
    cli::golden("verify", &said.text());
    let document: Value =
        serde_json::from_str(&verify(folder.path(), &RIGHT, &["--format", "json"]).out).expect("JSON");
    let schema = cli::run(&cli::root(), &["schema", "output/verify"]).out;
    assert!(jsonschema::is_valid(&serde_json::from_str(&schema).expect("a schema"), &document));
    assert_eq!(document["agrees"].as_array().map(Vec::len), Some(6), "{document:#}");
    // A plain run reads its file and nothing else: it needs no repository.
    assert_eq!(cli::tree(folder.path()).len(), 1);
}

#[test]
fn where_nothing_is_told_nothing_is_proven() {
    let folder = file(|_| (), false);
    let said = verify(folder.path(), &[], &[]);
    assert_eq!(said.status, 0, "{}", said.text());
    assert!(said.out.contains("nothing could be checked"), "{}", said.text());
    assert!(!said.out.contains("belongs"), "{}", said.text());
    assert_eq!(verify(folder.path(), &[], &["--strict"]).status, 1);
}

#[test]
fn each_mismatch_keeps_it_from_starting() {
    let folder = file(|_| (), false);
    let mut shown = String::new();
    for (name, value, summary) in [
        ("AWS_ENDPOINT_URL_S3", "https://s3.us-east-1.amazonaws.com", "address is not where"),
        ("AWS_ENDPOINT_URL_S3", "https://s3.eu-central-1.amazonaws.com.example.org", "address is not where"),
        ("AWS_ENDPOINT_URL_S3", "http://s3.eu-central-1.amazonaws.com", "would not be encrypted"),
        (
            "AWS_ENDPOINT_URL_S3",
            "https://key:hunter2@s3.eu-central-1.amazonaws.com",
            "address cannot be used",
        ),
        ("AWS_REGION", "us-east-1", "region is not where"),
        ("PGHOST", "db.c9.us-east-1.rds.amazonaws.com", "address is not where"),
        ("PGHOST", "db.c9.eu-central-1.rds.amazonaws.com,db.example.org", "address is not where"),
        ("PGSSLMODE", "require", "not be encrypted to a server that is known"),
        ("PGSSLMODE", "", "not be encrypted to a server that is known"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://otlp.example.org", "address is not where"),
        ("TEMPORAL_ADDRESS", "temporal.example.org:7233", "address is not where"),
    ] {
        let said = verify(folder.path(), &but(name, value), &[]);
        assert_eq!(said.status, 1, "{name}={value}: {}", said.text());
        assert!(said.err.contains("GEN0404") && said.err.contains(summary), "{name}={value}: {}", said.err);
        assert!(!said.text().contains("hunter2"), "{}", said.text());
        assert!(said.out.is_empty(), "{}", said.text());
        shown.push_str(&format!("$ {name}={} gen verify\n{}", value.replace("hunter2", "…"), said.err));
    }
    cli::golden("verify-mismatches", &shown);
}

#[test]
fn what_is_not_set_is_said_and_refused_where_that_is_asked_for() {
    let folder = file(|_| (), false);
    let variables = but("TEMPORAL_ADDRESS", "");
    let said = verify(folder.path(), &variables, &[]);
    assert_eq!(said.status, 0, "{}", said.text());
    assert!(said.out.contains("? workflow: TEMPORAL_ADDRESS is not set"), "{}", said.out);
    let strict = verify(folder.path(), &variables, &["--strict"]);
    assert_eq!(strict.status, 1, "{}", strict.text());
    let nothing = verify(folder.path(), &[], &[]);
    assert_eq!(nothing.status, 0, "{}", nothing.text());
}

#[test]
fn a_file_that_was_not_rendered_is_refused() {
    let digest = |folder: &Path| -> String {
        let value: Value =
            serde_json::from_slice(&std::fs::read(folder.join("profile.json")).expect("a file"))
                .expect("JSON");
        value["digest"].as_str().expect("a digest").to_owned()
    };
    // Altered, and its digest left as it was.
    let altered = file(|value| value["components"]["evidence"]["tls"] = json!(false), false);
    let said = verify(altered.path(), &RIGHT, &[]);
    assert_eq!(said.status, 1, "{}", said.text());
    cli::golden("verify-altered", &said.text());
    // Sound, and another one than is wanted here.
    let folder = file(|_| (), false);
    let own = digest(folder.path());
    assert_eq!(verify(folder.path(), &RIGHT, &["--digest", &own]).status, 0);
    let resealed = file(|value| value["tier"] = json!("staging"), true);
    assert_eq!(verify(resealed.path(), &RIGHT, &[]).status, 0, "it is consistent in itself");
    let said = verify(resealed.path(), &RIGHT, &["--digest", &own]);
    assert!(said.status == 1 && said.err.contains("another file is wanted here"), "{}", said.text());
    // Unknown fields, wherever they are; missing ones; what is no file at all.
    let wrong: [fn(&mut Value); 6] = [
        |value| value["extra"] = json!(1),
        |value| value["components"]["db"]["extra"] = json!(1),
        |value| value["components"]["db"]["binding"]["host"] = json!("cluster"),
        |value| value["components"]["db"]["address"]["extra"] = json!(1),
        |value| value["format_version"] = json!(2),
        |value| drop(value.as_object_mut().map(|file| file.remove("components"))),
    ];
    for (index, change) in wrong.into_iter().enumerate() {
        let folder = file(change, true);
        let said = verify(folder.path(), &RIGHT, &[]);
        assert!(said.status == 1 && said.err.contains("file cannot be used"), "{index}: {}", said.text());
    }
    let unknown = file(|value| value["components"]["db"]["extra"] = json!(1), true);
    cli::golden("verify-unknown-field", &verify(unknown.path(), &RIGHT, &[]).text());
    let missing = cli::run(folder.path(), &["verify", "--profile", "nowhere.json"]);
    assert_eq!(missing.status, 1, "{}", missing.text());
    assert_eq!(cli::run(folder.path(), &["verify"]).status, 64);
}

#[test]
fn expired_evidence_is_a_warning() {
    let folder = file(|value| value["components"]["db"]["expects"][0]["expires"] = json!("2026-01-01"), true);
    let said = verify(folder.path(), &RIGHT, &[]);
    assert_eq!(said.status, 0, "{}", said.text());
    assert!(said.err.contains("evidence that the workload rests on has expired"), "{}", said.err);
}

#[test]
fn a_place_outside_the_profile_is_refused() {
    let folder = file(|value| value["components"]["evidence"]["country"] = json!("US"), true);
    let said = verify(folder.path(), &RIGHT, &[]);
    assert!(said.status == 1 && said.err.contains("outside the places"), "{}", said.text());
}

/// Only where it is asked for is anything reached: a database is asked whether it encrypts.
#[test]
fn the_network_is_asked_on_demand() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port().to_string();
    let answers = std::thread::spawn(move || {
        for answer in [b"S", b"N"] {
            let (mut stream, _) = listener.accept().expect("a client");
            let mut request = [0_u8; 8];
            stream.read_exact(&mut request).expect("a request");
            stream.write_all(answer).expect("an answer");
        }
    });
    let inside = |value: &mut Value| {
        value["components"] = json!({"db": value["components"]["db"]});
        value["components"]["db"]["address"] = json!({"where": "cluster"});
    };
    let folder = file(inside, true);
    let variables = [("PGHOST", "localhost"), ("PGPORT", port.as_str()), ("PGSSLMODE", "verify-full")];
    let offline = verify(folder.path(), &variables, &[]);
    assert!(offline.status == 0 && !offline.out.contains("answers"), "{}", offline.text());
    let encrypted = verify(folder.path(), &variables, &["--connect"]);
    assert!(encrypted.status == 0 && encrypted.out.contains("answers"), "{}", encrypted.text());
    let plain = verify(folder.path(), &variables, &["--connect"]);
    assert!(plain.status == 1 && plain.err.contains("does not encrypt connections"), "{}", plain.text());
    answers.join().expect("both were asked");
    let gone = verify(folder.path(), &variables, &["--connect", "--timeout", "1"]);
    assert!(gone.status == 1 && gone.err.contains("does not answer"), "{}", gone.text());
}

#[test]
fn rendered_files_fit_their_schema() {
    let schema = cli::run(&cli::root(), &["schema", "rendered/profile"]).out;
    let schema: Value = serde_json::from_str(&schema).expect("a schema");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let mut seen = 0;
    for (path, bytes) in cli::tree(&cli::root().join("terraform-out")) {
        if path.components().any(|part| part.as_os_str() == "profile") {
            let value: Value = serde_json::from_slice(&bytes).expect("JSON");
            let faults: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert!(faults.is_empty(), "{}: {faults:?}", path.display());
            let text = std::str::from_utf8(&bytes).expect("text");
            let read = gen_core::kind::profile::read(text);
            assert!(matches!(read, Ok((_, true))), "{} is not read back intact: {read:?}", path.display());
            seen += 1;
        }
    }
    assert_eq!(seen, 6, "one for each workload of each environment");
}
