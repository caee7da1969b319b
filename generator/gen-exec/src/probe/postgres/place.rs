//! Where the server is and who asks, in the words of libpq: <https://www.postgresql.org/docs/current/libpq-envars.html>.

use std::path::{Path, PathBuf};

use crate::probe::{Secret, Stop};

/// How far the server has to prove who it is. Weaker modes of libpq (`allow`, `prefer`) fall back to no encryption without a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SslMode {
    /// No encryption.
    Disable,
    /// Encryption, whoever the server is.
    Require,
    /// Its certificate comes from a known authority.
    VerifyCa,
    /// And names the server.
    VerifyFull,
}

impl SslMode {
    fn parse(word: &str) -> Result<Self, Stop> {
        match word {
            "disable" => Ok(Self::Disable),
            "require" => Ok(Self::Require),
            "verify-ca" => Ok(Self::VerifyCa),
            "verify-full" => Ok(Self::VerifyFull),
            "allow" | "prefer" => Err(Stop::failed(
                format!("sslmode {word} falls back to no encryption without a word"),
                "say --sslmode verify-full, verify-ca, require or disable",
            )),
            _ => Err(Stop::failed(
                format!("`{word}` is no sslmode"),
                "there are: verify-full, verify-ca, require, disable",
            )),
        }
    }
}

/// What was said about the server, by flags or the environment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Said<'a> {
    /// Name or address.
    pub host: Option<&'a str>,
    /// Port; 5432 if left out.
    pub port: Option<u16>,
    /// Login.
    pub user: Option<&'a str>,
    /// Database; named like the login if left out.
    pub database: Option<&'a str>,
    /// Word of libpq; `verify-full` if left out.
    pub sslmode: Option<&'a str>,
    /// File of certificates in PEM that are trusted instead of the machine's.
    pub root_certificate: Option<&'a Path>,
    /// File of passwords; `~/.pgpass` if left out.
    pub passfile: Option<&'a Path>,
}

/// Where the server is and who asks.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub host: String,
    pub port: u16,
    pub user: String,
    pub database: String,
    pub mode: SslMode,
    pub root_certificate: Option<PathBuf>,
    pub password: Option<Secret>,
}

impl Place {
    /// From what was said. The password comes from `PGPASSWORD`, else from the file of passwords.
    pub(super) fn new(said: Said<'_>) -> Result<Self, Stop> {
        let missing =
            |what: &str, how: &str| Stop::failed(format!("nothing names the {what}"), how.to_owned());
        let host = said.host.ok_or_else(|| missing("server", "say --host, or set PGHOST"))?;
        if host.starts_with(['/', '@']) {
            return Err(Stop::failed(
                "that is a socket on this machine",
                "name the server as workloads reach it: what they meet on the network is what is probed",
            ));
        }
        if host.contains(['@', '/', '?', '#']) {
            return Err(Stop::failed(
                "the host is more than a name or an address",
                "say --host, --port, --user and --database each by itself; the password comes from PGPASSWORD or a file",
            ));
        }
        if host.contains(',') {
            return Err(Stop::failed(
                "several servers are named",
                "a probe is about one: say --host with one of them",
            ));
        }
        let user = said.user.ok_or_else(|| missing("login", "say --user, or set PGUSER"))?;
        let database = said.database.unwrap_or(user);
        if [host, user, database].iter().any(|text| text.is_empty() || text.contains('\0')) {
            return Err(Stop::failed("a name is empty", "say --host, --user and --database"));
        }
        let port = said.port.unwrap_or(5432);
        let password = match Secret::of("PGPASSWORD") {
            Some(password) => Some(password),
            None => stored(said.passfile, &[host, &port.to_string(), database, user])?,
        };
        Ok(Self {
            host: host.to_owned(),
            port,
            user: user.to_owned(),
            database: database.to_owned(),
            mode: SslMode::parse(said.sslmode.unwrap_or("verify-full"))?,
            root_certificate: said.root_certificate.map(Path::to_path_buf),
            password,
        })
    }

    /// The same server, for another login and database.
    pub(super) fn of(&self, user: &str, database: &str, password: Secret) -> Self {
        Self {
            user: user.to_owned(),
            database: database.to_owned(),
            password: Some(password),
            ..self.clone()
        }
    }

    /// The server's address, without any credential.
    pub(super) fn address(&self) -> String {
        let bracketed = self.host.contains(':') && !self.host.starts_with('[');
        let host = if bracketed { format!("[{}]", self.host) } else { self.host.clone() };
        format!("postgresql://{host}:{}/{}", self.port, self.database)
    }
}

/// The password that a file has for server, port, database and login: `host:port:database:user:password` a line.
fn stored(said: Option<&Path>, asked: &[&str; 4]) -> Result<Option<Secret>, Stop> {
    let home = std::env::home_dir().map(|home| home.join(".pgpass"));
    let Some(path) = said.map(Path::to_path_buf).or(home) else { return Ok(None) };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && said.is_none() => return Ok(None),
        Err(error) => {
            return Err(Stop::failed(
                format!("{}: {error}", path.display()),
                "--passfile names a file of passwords, as libpq reads it",
            ));
        }
    };
    if others_may_read(&path) {
        return Err(Stop::failed(
            format!("others may read the passwords in {}", path.display()),
            format!("chmod 600 {}", path.display()),
        ));
    }
    Ok(text.lines().find_map(|line| password_of(line, asked)).map(Secret::made))
}

#[cfg(unix)]
fn others_may_read(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn others_may_read(_: &Path) -> bool {
    false
}

/// The password of a line that fits; `*` fits everything, `\` takes the next character as it is.
fn password_of(line: &str, asked: &[&str; 4]) -> Option<String> {
    if line.starts_with('#') {
        return None;
    }
    let mut fields = vec![String::new()];
    let mut plain = vec![true];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        match character {
            ':' if fields.len() <= asked.len() => {
                fields.push(String::new());
                plain.push(true);
            }
            '\\' => {
                plain.pop();
                plain.push(false);
                fields.last_mut()?.extend(characters.next());
            }
            other => fields.last_mut()?.push(other),
        }
    }
    let password = if fields.len() == asked.len() + 1 { fields.pop() } else { None };
    let fits = fields
        .iter()
        .zip(&plain)
        .zip(asked)
        .all(|((field, plain), asked)| (*plain && field == "*") || field == asked);
    password.filter(|password| fits && !password.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_password_file() {
        let asked = ["db.example.com", "5432", "app", "ad:min"];
        for (line, password) in [
            ("db.example.com:5432:app:ad\\:min:s3cret", Some("s3cret")),
            ("*:*:*:ad\\:min:a\\:b\\\\c", Some("a:b\\c")),
            ("*:*:*:ad\\:min:a:b", Some("a:b")),
            ("*:*:*:*:", None),
            ("*:5433:*:*:x", None),
            ("\\*:*:*:*:x", None),
            ("#*:*:*:*:x", None),
            ("", None),
            ("a:b", None),
            ("*:*:*:*:\\", None),
        ] {
            assert_eq!(password_of(line, &asked).as_deref(), password, "{line}");
        }
    }

    #[test]
    fn modes_that_fall_back_are_refused() {
        assert_eq!(SslMode::parse("verify-full"), Ok(SslMode::VerifyFull));
        for word in ["prefer", "allow", "", "on"] {
            assert!(SslMode::parse(word).is_err(), "{word}");
        }
    }

    #[test]
    fn what_names_no_server_is_refused() {
        let said = Said { user: Some("a"), ..Said::default() };
        for host in
            [None, Some(""), Some("/run/postgresql"), Some("a,b"), Some("a\0"), Some("u:p@h"), Some("h/db")]
        {
            assert!(Place::new(Said { host, ..said }).is_err(), "{host:?}");
        }
        assert!(Place::new(Said { host: Some("::1"), ..Said::default() }).is_err());
    }
}
