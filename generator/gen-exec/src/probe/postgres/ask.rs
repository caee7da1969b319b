//! Questions that only read.

use std::collections::BTreeMap;

use gen_core::evidence::{Finding, Observation, Report, Step};

use super::wire::{Method, Row, Trouble, Wire};

/// Settings that say something about backups, copies and data.
const SETTINGS: [&str; 12] = [
    "archive_command",
    "archive_library",
    "archive_mode",
    "data_checksums",
    "max_connections",
    "max_replication_slots",
    "max_wal_senders",
    "password_encryption",
    "server_encoding",
    "synchronous_commit",
    "synchronous_standby_names",
    "wal_level",
];

/// What the login may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Login {
    /// Everything.
    pub superuser: bool,
    /// Make roles.
    pub create_role: bool,
    /// Make databases.
    pub create_database: bool,
}

/// Notes something that is no capability.
pub(super) fn see(report: &mut Report, about: &str, good: bool, did: &str, answered: impl Into<String>) {
    let step = Step::new(did, answered);
    report.observations.push(Observation { about: about.to_owned(), good, step });
}

/// Which server it is.
pub(super) fn version(wire: &Wire<'_>, report: &mut Report) {
    let version = &wire.version;
    report.server = Some(format!("PostgreSQL {version}"));
    let step = || vec![Step::new("read server_version of the log-in", version)];
    let major: String = version.chars().take_while(char::is_ascii_digit).collect();
    report.findings.push(
        Finding::is("db.postgres.service", "self_managed", step())
            .note("a server answers; who runs it cannot be seen from here")
            .sample(),
    );
    report.findings.push(if major.is_empty() {
        Finding::unknown("db.postgres.version", "the server tells no version", step())
    } else {
        Finding::is("db.postgres.version", vec![major], step())
            .note("the version of the server that was probed")
            .sample()
    });
}

/// How the login proved itself.
pub(super) fn method(wire: &Wire<'_>, report: &mut Report) {
    let (good, words) = match wire.method {
        Method::Scram => (true, "SCRAM-SHA-256"),
        Method::Md5 => (false, "MD5, which the makers of PostgreSQL have deprecated"),
        Method::Cleartext => (false, "the password as it is"),
        Method::Trust => (false, "nothing was asked for"),
    };
    see(report, "log-in", good, "logged in", words);
}

/// What the login may do.
pub(super) fn login(wire: &mut Wire<'_>, report: &mut Report) -> Result<Login, Trouble> {
    let statement = "SELECT rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls FROM pg_catalog.pg_roles WHERE rolname = current_user";
    let rows = wire.query(statement)?;
    let has = |column: usize| field(&rows, 0, column) == Some("t");
    let login = Login { superuser: has(0), create_role: has(0) || has(1), create_database: has(0) || has(2) };
    let words = ["superuser", "create role", "create database", "replication", "bypass row security"];
    let held: Vec<&str> =
        words.iter().enumerate().filter(|(at, _)| has(*at)).map(|(_, word)| *word).collect();
    let held = if held.is_empty() { "a plain login".to_owned() } else { held.join(", ") };
    see(report, "attributes of the login", true, "read pg_roles", held);
    Ok(login)
}

/// Settings, extensions and the database that was connected to.
pub(super) fn settings(
    wire: &mut Wire<'_>,
    report: &mut Report,
) -> Result<BTreeMap<String, String>, Trouble> {
    let wanted = SETTINGS.map(|name| format!("'{name}'")).join(", ");
    let rows = wire.query(&format!(
        "SELECT name, setting FROM pg_catalog.pg_settings WHERE name IN ({wanted}) ORDER BY name"
    ))?;
    let pairs = rows.iter().filter_map(|row| match row.as_slice() {
        [Some(name), Some(setting)] => Some((name.clone(), setting.clone())),
        _ => None,
    });
    let settings: BTreeMap<String, String> = pairs.collect();
    let of = |name: &str| settings.get(name).map_or("not visible to this login", String::as_str);
    see(report, "data checksums", of("data_checksums") == "on", "read data_checksums", of("data_checksums"));
    see(report, "connections", true, "read max_connections", format!("{} at most", of("max_connections")));
    let rows = wire.query("SELECT pg_catalog.pg_encoding_to_char(encoding), datcollate, datctype FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()")?;
    let encoding = field(&rows, 0, 0).unwrap_or("?").to_owned();
    let answered = format!(
        "{encoding}, collation {}, characters {}",
        field(&rows, 0, 1).unwrap_or("?"),
        field(&rows, 0, 2).unwrap_or("?")
    );
    see(report, "encoding", encoding == "UTF8", "read pg_database", answered);
    let rows = wire.query("SELECT name FROM pg_catalog.pg_available_extensions ORDER BY name")?;
    let available: Vec<&str> = rows.iter().filter_map(|row| row.first()?.as_deref()).collect();
    let answered = if available.is_empty() { "none".to_owned() } else { available.join(", ") };
    see(report, "extensions", true, "read pg_available_extensions", answered);
    Ok(settings)
}

/// What hints at going back to a point in time. Only a restore proves it, and that is the operator's to do.
pub(super) fn recovery(
    wire: &mut Wire<'_>,
    settings: &BTreeMap<String, String>,
    report: &mut Report,
) -> Result<(), Trouble> {
    let of = |name: &str| settings.get(name).map(String::as_str);
    let mut steps = Vec::new();
    for name in ["wal_level", "archive_mode"] {
        steps.push(Step::new(format!("read {name}"), of(name).unwrap_or("not visible to this login")));
    }
    // What is run may hold a credential, so only that there is something is told.
    for name in ["archive_command", "archive_library"] {
        let answered = match of(name) {
            None => "not visible to this login",
            Some("" | "(disabled)") => "not set",
            Some(_) => "set",
        };
        steps.push(Step::new(format!("read {name}"), answered));
    }
    let rows = wire.query("SELECT archived_count, last_archived_time, failed_count, last_failed_time FROM pg_catalog.pg_stat_archiver")?;
    let part = |column: usize| field(&rows, 0, column).unwrap_or("never");
    let archived = field(&rows, 0, 1).is_some();
    steps.push(Step::new(
        "read pg_stat_archiver",
        format!(
            "{} archived, the last one {}; {} failed, the last one {}",
            part(0),
            part(1),
            part(2),
            part(3)
        ),
    ));
    let rows =
        wire.query("SELECT count(*), count(*) FILTER (WHERE active) FROM pg_catalog.pg_replication_slots")?;
    let slots = format!(
        "{}, of which {} active",
        field(&rows, 0, 0).unwrap_or("0"),
        field(&rows, 0, 1).unwrap_or("0")
    );
    steps.push(Step::new("counted pg_replication_slots", slots));
    let hint = match (of("archive_mode"), archived) {
        (Some("on" | "always"), true) => "write-ahead log is being archived",
        (Some("on" | "always"), false) => "archiving is switched on and nothing was archived yet",
        (Some(_), _) => {
            "archiving is switched off; the operator may copy the log or the disks in another way"
        }
        (None, _) => "whether the log is archived is not visible to this login",
    };
    let why = format!(
        "{hint}; only a restore to a point in time proves that there is one, how far back, and what is lost"
    );
    report.findings.push(Finding::unknown("db.postgres.pitr", why, steps));
    Ok(())
}

/// What hints at standbys.
pub(super) fn standbys(
    wire: &mut Wire<'_>,
    settings: &BTreeMap<String, String>,
    report: &mut Report,
) -> Result<(), Trouble> {
    let rows = wire.query("SELECT application_name, state, sync_state FROM pg_catalog.pg_stat_replication ORDER BY application_name")?;
    let shown: Vec<String> = rows
        .iter()
        .map(|row| {
            let words = row.iter().map(|field| field.as_deref().unwrap_or("hidden from this login"));
            words.collect::<Vec<_>>().join(" ")
        })
        .collect();
    let answered = if shown.is_empty() { "no standby".to_owned() } else { shown.join("; ") };
    let mut steps = vec![Step::new("read pg_stat_replication", answered)];
    for name in ["synchronous_standby_names", "synchronous_commit"] {
        let setting = settings.get(name).map_or("not visible to this login", String::as_str);
        steps.push(Step::new(format!("read {name}"), if setting.is_empty() { "empty" } else { setting }));
    }
    // With `remote_write` a commit may be lost when both machines crash; with `local` and `off` nobody waits.
    let waits = settings.get("synchronous_commit").is_some_and(|how| how == "on" || how == "remote_apply");
    let synchronous = rows.iter().any(|row| {
        row.get(1).and_then(Option::as_deref) == Some("streaming")
            && matches!(row.get(2).and_then(Option::as_deref), Some("sync" | "quorum"))
    });
    report.findings.push(if synchronous && waits {
        Finding::is("db.postgres.sync_replication", "sync", steps.clone())
            .note("commits wait until a standby has them on its disk")
    } else {
        let why = if rows.is_empty() {
            "no standby is visible to this login; the operator may copy disks instead"
        } else {
            "no synchronous standby that commits wait for is visible to this login"
        };
        Finding::unknown("db.postgres.sync_replication", why, steps.clone())
    });
    let why = if rows.is_empty() {
        "no standby is visible to this login; who takes over, and how fast, only a failover shows"
    } else {
        "there is a standby; that it takes over, and how fast, only a failover shows"
    };
    report.findings.push(Finding::unknown("db.postgres.ha", why, steps));
    Ok(())
}

/// A field of a row.
pub(super) fn field(rows: &[Row], row: usize, column: usize) -> Option<&str> {
    rows.get(row)?.get(column)?.as_deref()
}
