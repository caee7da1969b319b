//! `gen probe postgres`: what a PostgreSQL server does about encryption, log-ins, roles, databases, and what hints at its backups.

mod ask;
mod place;
mod scratch;
mod tls;
mod wire;

use gen_core::evidence::{Finding, Kind, Report, Step};
use gen_core::model::units::Date;

use super::{Probe, Stop, Watch, ended};
use place::{Place, SslMode};
use scratch::Made;
use tls::Trust;
use wire::{Trouble, Unencrypted, Wire};

pub use place::Said;

/// The probe.
#[derive(Debug)]
pub struct Postgres {
    place: Place,
    trust: Trust,
    name: String,
    read_only: bool,
}

impl Postgres {
    /// Of the server that was said; `read_only` makes nothing on it.
    pub fn new(said: Said<'_>, read_only: bool) -> Result<Self, Stop> {
        let place = Place::new(said)?;
        let trust = Trust::new(place.root_certificate.as_deref())?;
        Ok(Self { place, trust, name: scratch::name()?, read_only })
    }

    fn open<'a>(&self, watch: &'a Watch) -> Result<Wire<'a>, Stop> {
        let opened = Wire::open(&self.place, &self.trust, Some(watch));
        let (mut wire, _) = opened.map_err(|error| self.unreachable(&error))?;
        // A server that is out of disk or locked for long is not waited for.
        let set = "SET statement_timeout = '60s'; SET lock_timeout = '20s'; SET search_path = pg_catalog";
        wire.query(set).map_err(scratch::broken)?;
        Ok(wire)
    }

    fn unreachable(&self, error: &Trouble) -> Stop {
        let help = match error {
            Trouble::Stopped(stop) => return stop.clone(),
            Trouble::Refused(code, _) if code.starts_with("28") => {
                "is the password in PGPASSWORD or in the file of passwords, and may this login come in from here?"
            }
            Trouble::Refused(..) => "mend what the server says, or name another --database or --user",
            Trouble::Broken(why) if why.contains("certificate") => {
                "--sslrootcert names the authority that issued the certificate; --sslmode require believes anybody"
            }
            Trouble::Broken(why) if why.contains("does not encrypt") => {
                "--sslmode disable goes on without encryption, which is for machines of your own"
            }
            Trouble::Broken(_) => "is that where the server is, and may this machine reach it?",
        };
        Stop::failed(format!("{}: {error}", self.place.address()), help)
    }

    /// Encryption, before anything is said that has to stay secret.
    fn encryption(&self, watch: &Watch, report: &mut Report) -> Result<(), Stop> {
        watch.step("encryption")?;
        let mut socket = wire::dial(&self.place).map_err(|error| self.unreachable(&error))?;
        let offered = wire::offers_encryption(&mut socket, Some(watch));
        let offered = offered.map_err(|error| self.unreachable(&error))?;
        let words = if offered { "offered" } else { "not offered" };
        ask::see(report, "encryption", offered, "asked for it", words);
        if offered {
            let (good, answered) =
                match self.trust.encrypt(socket, &self.place, (SslMode::Require, Some(watch))) {
                    Ok((_, shown)) => {
                        let believed = match &shown.distrust {
                            None => format!("believed by {}", shown.roots),
                            Some(why) => format!("not believed by {}: {why}", shown.roots),
                        };
                        let answered =
                            format!("{}; {believed}; SHA-256 {}", shown.protocol, shown.fingerprint);
                        (shown.distrust.is_none(), answered)
                    }
                    Err(Trouble::Stopped(stop)) => return Err(stop),
                    Err(error) => (false, error.to_string()),
                };
            ask::see(report, "certificate", good, "shook hands", answered);
        }
        watch.step("a log-in without encryption")?;
        let (good, answered) = match wire::unencrypted(&self.place, watch) {
            Unencrypted::Refused(how) => (true, format!("refused: {how}")),
            Unencrypted::Accepted(false) => (false, "accepted: it asks for the password".to_owned()),
            Unencrypted::Accepted(true) => (false, "accepted, and without a password".to_owned()),
            Unencrypted::Unclear(Trouble::Stopped(stop)) => return Err(stop),
            Unencrypted::Unclear(why) => (false, format!("nothing can be told: {why}")),
        };
        ask::see(report, "log-in without encryption", good, "began one from here", answered);
        Ok(())
    }

    fn ask(&self, watch: &Watch, report: &mut Report) -> Result<(), Stop> {
        self.encryption(watch, report)?;
        watch.step("log-in")?;
        let mut wire = self.open(watch)?;
        ask::version(&wire, report);
        ask::method(&wire, report);
        watch.step("settings")?;
        let mut read = || {
            let login = ask::login(&mut wire, report)?;
            let settings = ask::settings(&mut wire, report)?;
            ask::recovery(&mut wire, &settings, report)?;
            ask::standbys(&mut wire, &settings, report)?;
            let rows = wire.query("SELECT pg_catalog.pg_is_in_recovery()")?;
            Ok((login, ask::field(&rows, 0, 0) == Some("t")))
        };
        let (login, standby) = read().map_err(scratch::broken)?;
        if self.read_only || standby {
            let why = if standby {
                "this server is a standby, which takes no writes: probe the primary"
            } else {
                "nothing was to be made"
            };
            for capability in ["db.postgres.create_role", "db.postgres.create_database"] {
                let steps = vec![Step::new("asked whether to write", "no")];
                report.findings.push(Finding::unknown(capability, why, steps));
            }
            return Ok(());
        }
        let mut made = Made::default();
        let at = (&self.place, &self.trust);
        let outcome = scratch::make(&mut wire, at, &self.name, login, (watch, report), &mut made);
        scratch::remove(at, wire, &self.name, &made, (watch, report));
        outcome
    }
}

impl Probe for Postgres {
    fn kind(&self) -> Kind {
        Kind::Postgres
    }

    fn endpoint(&self) -> String {
        self.place.address()
    }

    fn intent(&self) -> Vec<String> {
        if self.read_only {
            return Vec::new();
        }
        vec![
            format!("make a role {} that can log in for ten minutes, log in as it, and remove it", self.name),
            format!("make a database {} and remove it", self.name),
        ]
    }

    fn run(&self, watch: &Watch, today: Date) -> Report {
        let mut report = Report::new(Kind::Postgres, self.endpoint(), today);
        let outcome = self.ask(watch, &mut report);
        ended(&mut report, outcome);
        report
    }

    fn clean_intent(&self) -> Vec<String> {
        vec![format!(
            "remove every role and database named {}… with twelve hexadecimal digits",
            scratch::PREFIX
        )]
    }

    fn clean(&self, watch: &Watch, today: Date) -> Report {
        let mut report = Report::new(Kind::Postgres, self.endpoint(), today);
        let outcome = self.open(watch).and_then(|mut wire| scratch::clean(&mut wire, watch, &mut report));
        ended(&mut report, outcome);
        report
    }
}
