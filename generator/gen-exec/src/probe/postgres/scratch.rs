//! A role and a database that are made to see that they can be, and removed again.

use std::time::Duration;

use gen_core::evidence::{Finding, Left, Report, Step};
use postgres_protocol::password::scram_sha_256;

use super::ask::{Login, field, see};
use super::place::Place;
use super::tls::Trust;
use super::wire::{APPLICATION, Trouble, Wire};
use crate::probe::{Secret, Stop, Watch, random_hex};

/// How the names of scratch roles and databases begin; twelve hexadecimal digits follow.
pub(super) const PREFIX: &str = "gen_probe_";
/// How often, twice a second, it is looked whether a statement has ended.
const ENDING: u32 = 60;
const NAMES: &str = "^gen_probe_[0-9a-f]{12}$";

/// Name of a scratch role or database.
pub(super) fn name() -> Result<String, Stop> {
    Ok(format!("{PREFIX}{}", random_hex(12)?))
}

/// What may have been made, noted before it is asked for: an answer that never came may have been a yes.
#[derive(Debug, Default)]
pub(super) struct Made {
    role: bool,
    database: bool,
}

/// Makes a role, a database, and logs in as that role.
pub(super) fn make(
    wire: &mut Wire<'_>,
    (place, trust): (&Place, &Trust),
    name: &str,
    login: Login,
    (watch, report): (&Watch, &mut Report),
    made: &mut Made,
) -> Result<(), Stop> {
    let password = random_hex(32)?;
    watch.step("a scratch role")?;
    made.role = true;
    // Ten minutes by the server's clock: what a killed run leaves cannot be logged in with for long. The verifier, not the password,
    // goes over the line and into the server's log.
    let until = wire.query("SELECT pg_catalog.now() + interval '10 minutes'").map_err(broken)?;
    let statement = format!(
        "CREATE ROLE {name} LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB CONNECTION LIMIT 2 PASSWORD '{}' VALID UNTIL '{}'",
        scram_sha_256(password.as_bytes()),
        field(&until, 0, 0).unwrap_or("now"),
    );
    let role = wire.query(&statement);
    let mut role_steps = vec![step(format!("CREATE ROLE {name} LOGIN"), &role)];
    let role = outcome(role)?;
    watch.step("a scratch database")?;
    made.database = true;
    // `template0` is never being changed, so that nobody is in the way.
    let database = wire.query(&format!("CREATE DATABASE {name} TEMPLATE template0"));
    let database_steps = vec![step(format!("CREATE DATABASE {name}"), &database)];
    let database = outcome(database)?;
    watch.step("a log-in as the scratch role")?;
    let mut logged_in = false;
    if role.is_ok() {
        let into = if database.is_ok() { name } else { &place.database };
        let as_role = place.of(name, into, Secret::made(password));
        let trial = Wire::open(&as_role, trust, Some(watch))
            .and_then(|(mut own, _)| own.query("SELECT current_user"));
        if let Err(Trouble::Stopped(stop)) = trial {
            return Err(stop);
        }
        logged_in = trial.as_ref().is_ok_and(|rows| field(rows, 0, 0) == Some(name));
        let answered = match &trial {
            Ok(rows) => format!("current_user is {}", field(rows, 0, 0).unwrap_or("?")),
            Err(error) => error.to_string(),
        };
        role_steps.push(Step::new(format!("logged in as {name}"), answered));
    }
    let not_seen = "an interface beside SQL cannot be seen from here";
    report.findings.push(match (&role, logged_in) {
        (Ok(()), true) => {
            Finding::is("db.postgres.create_role", "sql_only", role_steps).note(not_seen).sample()
        }
        (Ok(()), false) => Finding::unknown(
            "db.postgres.create_role",
            "a role was made and could not log in: the server's rules for who may connect are in the way",
            role_steps,
        ),
        (Err(why), _) => {
            Finding::unknown("db.postgres.create_role", refused("roles", why, login.create_role), role_steps)
        }
    });
    report.findings.push(match &database {
        Ok(()) => {
            Finding::is("db.postgres.create_database", "sql_only", database_steps).note(not_seen).sample()
        }
        Err(why) => Finding::unknown(
            "db.postgres.create_database",
            refused("databases", why, login.create_database),
            database_steps,
        ),
    });
    if role.is_ok() {
        // A superuser reads files and runs programs on the server; automation should not need one.
        let answered = if login.superuser {
            format!("{} is a superuser, who can do anything to the server", place.user)
        } else {
            format!("{} makes roles without being a superuser", place.user)
        };
        see(report, "rights of the login", !login.superuser, "made a role", answered);
    }
    Ok(())
}

fn refused(what: &str, why: &str, may: bool) -> String {
    if may {
        format!("the server refused although the login may make {what}: {why}")
    } else {
        format!("this login may not make {what}, another one may: probe with the administrator's")
    }
}

fn step(did: String, answer: &Result<Vec<super::wire::Row>, Trouble>) -> Step {
    Step::new(did, answer.as_ref().map_or_else(ToString::to_string, |_| "done".to_owned()))
}

/// A refusal is an answer; a broken connection is none.
fn outcome(answer: Result<Vec<super::wire::Row>, Trouble>) -> Result<Result<(), String>, Stop> {
    match answer {
        Ok(_) => Ok(Ok(())),
        Err(Trouble::Refused(code, message)) => Ok(Err(format!("{code} {message}"))),
        Err(error) => Err(broken(error)),
    }
}

/// A question that has to be answered was not.
pub(super) fn broken(error: Trouble) -> Stop {
    match error {
        Trouble::Stopped(stop) => stop,
        Trouble::Refused(..) => {
            Stop::failed(format!("the server refuses: {error}"), "probe as a login that may do that")
        }
        Trouble::Broken(why) => {
            Stop::failed(format!("the server no longer answers: {why}"), "probe again when it does")
        }
    }
}

/// Removes what was made, over a new connection where the old one broke. It goes on after an interruption.
pub(super) fn remove(
    (place, trust): (&Place, &Trust),
    wire: Wire<'_>,
    name: &str,
    made: &Made,
    (watch, report): (&Watch, &mut Report),
) {
    if !made.role && !made.database {
        return;
    }
    watch.say("removing the scratch role and database");
    let process = wire.process;
    let mut last = match drop_both(&mut wire.unwatched(), name, report) {
        Ok(()) => return,
        Err(error) => error.to_string(),
    };
    // A database that is still being made, or that somebody is in, can be removed a moment later.
    for pause in [0, 1, 3, 8] {
        std::thread::sleep(Duration::from_secs(pause));
        let removed = Wire::open(place, trust, None).and_then(|(mut open, _)| {
            await_end(&mut open, process, name)?;
            drop_both(&mut open, name, report)
        });
        match removed {
            Ok(()) => return,
            Err(error) => last = error.to_string(),
        }
    }
    report.left.push(Left { what: format!("role and database {name}"), why: last, until: None });
}

/// Ends what the connection that broke was doing, and waits until it has ended: a statement that waits for a lock goes on without
/// whoever asked for it, and what it makes is not in any catalogue before. A login may end what it began itself.
fn await_end(wire: &mut Wire<'_>, process: Option<i32>, name: &str) -> Result<(), Trouble> {
    let process = process.unwrap_or_default();
    let going_on = format!(
        "FROM pg_catalog.pg_stat_activity WHERE pid <> pg_catalog.pg_backend_pid() AND usename = current_user AND (pid = {process} AND application_name = '{APPLICATION}' OR state = 'active' AND query LIKE 'CREATE % {name} %')"
    );
    for _ in 0..ENDING {
        wire.query(&format!("SELECT pg_catalog.pg_terminate_backend(pid) {going_on}"))?;
        if wire.query(&format!("SELECT 1 {going_on}"))?.is_empty() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    Err(Trouble::Broken("the statement that makes it is still under way, and may make it later".to_owned()))
}

fn drop_both(wire: &mut Wire<'_>, name: &str, report: &mut Report) -> Result<(), Trouble> {
    let there = |wire: &mut Wire<'_>, catalogue: &str, column: &str| {
        let rows = wire.query(&format!("SELECT 1 FROM pg_catalog.{catalogue} WHERE {column} = '{name}'"))?;
        Ok::<bool, Trouble>(!rows.is_empty())
    };
    if there(wire, "pg_database", "datname")? {
        wire.query(&format!("DROP DATABASE IF EXISTS {name}"))?;
        report.cleaned.push(format!("database {name}"));
    }
    if there(wire, "pg_roles", "rolname")? {
        wire.query(&format!("DROP ROLE IF EXISTS {name}"))?;
        report.cleaned.push(format!("role {name}"));
    }
    Ok(())
}

/// Removes what runs that were killed left: whatever has such a name.
pub(super) fn clean(wire: &mut Wire<'_>, watch: &Watch, report: &mut Report) -> Result<(), Stop> {
    let statement = format!(
        "SELECT datname FROM pg_catalog.pg_database WHERE datname ~ '{NAMES}' UNION SELECT rolname FROM pg_catalog.pg_roles WHERE rolname ~ '{NAMES}' ORDER BY 1"
    );
    let rows = wire.query(&statement).map_err(broken)?;
    for row in &rows {
        let Some(Some(name)) = row.first() else { continue };
        watch.step(&format!("removing {name}"))?;
        match drop_both(wire, name, report) {
            Ok(()) => {}
            Err(Trouble::Refused(code, message)) => report.left.push(Left {
                what: format!("role or database {name}"),
                why: format!("{code} {message}"),
                until: None,
            }),
            Err(error) => return Err(broken(error)),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_not_silence() {
        let why = |trouble| match broken(trouble) {
            Stop::Failed { why, .. } => why,
            Stop::Interrupted => "interrupted".to_owned(),
        };
        let refused = Trouble::Refused("42501".to_owned(), "permission denied".to_owned());
        assert_eq!(why(refused), "the server refuses: 42501 permission denied");
        assert_eq!(why(Trouble::Broken("x".to_owned())), "the server no longer answers: x");
        assert_eq!(why(Trouble::Stopped(Stop::Interrupted)), "interrupted");
    }
}
