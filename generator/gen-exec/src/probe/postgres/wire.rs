//! A connection: start, log-in, and simple queries (PostgreSQL's frontend/backend protocol 3.0). Messages, SCRAM and MD5 are the crate's.
//!
//! A client library would hide what is looked at here: what the server answers before and without encryption, and which way of
//! showing a password it asks for.

use std::io::Write as _;
use std::net::{TcpStream, ToSocketAddrs as _};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::authentication::md5_hash;
use postgres_protocol::authentication::sasl::{ChannelBinding, SCRAM_SHA_256, ScramSha256};
use postgres_protocol::message::backend::{ErrorResponseBody, Message};
use postgres_protocol::message::frontend;

use super::place::{Place, SslMode};
use super::tls::{Encrypted, Shown, Trust};
use crate::probe::{Secret, Stop, Watch};

/// Longest time that an answer may take as a whole; statements are given less by `statement_timeout`.
const PATIENCE: Duration = Duration::from_secs(75);
/// How often it is looked whether to go on waiting.
const SLICE: Duration = Duration::from_millis(200);
/// Most bytes of one answer, all of its messages together.
const MOST: usize = 16 << 20;

/// Name that connections of the probe give themselves.
pub(super) const APPLICATION: &str = "gen probe";

/// A row; fields are text or null.
pub(super) type Row = Vec<Option<String>>;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The server refused: SQLSTATE, and what it said.
    Refused(String, String),
    /// There is no connection, or what came is no answer.
    Broken(String),
    /// The run is to end.
    Stopped(Stop),
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(code, message) => write!(f, "{code} {message}"),
            Self::Broken(why) | Self::Stopped(Stop::Failed { why, .. }) => f.write_str(why),
            Self::Stopped(Stop::Interrupted) => f.write_str("interrupted"),
        }
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

/// How the server had the login prove itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// Not at all.
    Trust,
    /// The password as it is.
    Cleartext,
    /// MD5 of the password.
    Md5,
    /// SCRAM-SHA-256.
    Scram,
}

#[derive(Debug)]
enum Stream {
    Plain(TcpStream),
    Encrypted(Box<Encrypted>),
}

/// How long and how much of an answer is waited for, and who may end that.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience<'a> {
    watch: Option<&'a Watch>,
    until: Instant,
    left: usize,
}

impl<'a> Patience<'a> {
    /// For one answer. Without a watch, while cleaning up, only the time ends it.
    #[expect(clippy::disallowed_methods, reason = "a limit of time needs a clock; no verdict depends on it")]
    pub(super) fn new(watch: Option<&'a Watch>) -> Self {
        Self { watch, until: Instant::now() + PATIENCE, left: MOST }
    }

    /// Whether to go on waiting.
    #[expect(clippy::disallowed_methods, reason = "a limit of time needs a clock; no verdict depends on it")]
    pub(super) fn go_on(&self) -> Result<(), Trouble> {
        if let Some(watch) = self.watch {
            watch.go_on().map_err(Trouble::Stopped)?;
        }
        if Instant::now() > self.until {
            return Err(Trouble::Broken("the server takes too long".to_owned()));
        }
        Ok(())
    }

    /// Reads what has come, once something has.
    fn read(&mut self, stream: &mut impl std::io::Read, into: &mut [u8]) -> Result<usize, Trouble> {
        loop {
            self.go_on()?;
            match stream.read(into) {
                Ok(0) => return Err(Trouble::Broken(HUNG_UP.to_owned())),
                Ok(length) => {
                    self.left = self.left.checked_sub(length).ok_or_else(too_long)?;
                    return Ok(length);
                }
                Err(error) if is_hanging_up(&error) => return Err(Trouble::Broken(HUNG_UP.to_owned())),
                Err(error) if is_waiting(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

fn too_long() -> Trouble {
    Trouble::Broken("the server's answer is too long".to_owned())
}

fn is_hanging_up(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionReset, UnexpectedEof};
    matches!(error.kind(), ConnectionReset | UnexpectedEof)
}

/// Nothing has come so far.
pub(super) fn is_waiting(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{Interrupted, TimedOut, WouldBlock};
    matches!(error.kind(), Interrupted | TimedOut | WouldBlock)
}

/// A connection.
#[derive(Debug)]
pub(super) struct Wire<'a> {
    stream: Stream,
    buffer: BytesMut,
    watch: Option<&'a Watch>,
    patience: Patience<'a>,
    /// Something came between a question and its answer, so that the next would be taken for it.
    broken: bool,
    /// The server's process that answers, by the server's own word.
    pub process: Option<i32>,
    /// Version that the server told.
    pub version: String,
    /// How the login proved itself.
    pub method: Method,
}

/// Connects, without a word yet.
pub(super) fn dial(place: &Place) -> Result<TcpStream, Trouble> {
    let host = place.host.trim_matches(['[', ']']);
    let found = (host, place.port).to_socket_addrs()?;
    let mut last = Trouble::Broken("the name has no address".to_owned());
    for address in found {
        match TcpStream::connect_timeout(&address, Duration::from_secs(10)) {
            Ok(socket) => {
                socket.set_read_timeout(Some(SLICE))?;
                socket.set_write_timeout(Some(PATIENCE))?;
                return Ok(socket);
            }
            Err(error) => last = error.into(),
        }
    }
    Err(last)
}

/// Asks whether the server would encrypt.
pub(super) fn offers_encryption(socket: &mut TcpStream, watch: Option<&Watch>) -> Result<bool, Trouble> {
    let mut request = BytesMut::new();
    frontend::ssl_request(&mut request);
    socket.write_all(&request)?;
    let mut answer = [0_u8];
    Patience::new(watch).read(socket, &mut answer)?;
    match answer[0] {
        b'S' => Ok(true),
        b'N' => Ok(false),
        other => Err(Trouble::Broken(format!("asked for encryption, the server answered with byte {other}"))),
    }
}

/// What a server answers to a log-in that is not encrypted, before any password is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unencrypted {
    /// It goes on to ask for a password, or lets the login in: true for the latter.
    Accepted(bool),
    /// It refuses, and what it says.
    Refused(String),
    /// Neither can be told.
    Unclear(Trouble),
}

/// Begins a log-in without encryption, and ends it before a password is sent.
pub(super) fn unencrypted(place: &Place, watch: &Watch) -> Unencrypted {
    let trial = || {
        let mut wire = Wire::over(Stream::Plain(dial(place)?), Some(watch));
        wire.start(place)?;
        wire.read()
    };
    match trial() {
        Ok(Message::AuthenticationOk) => Unencrypted::Accepted(true),
        Ok(Message::ErrorResponse(body)) => match refusal(&body) {
            // Classes 28 (authorisation) and 08 (connection); other errors have other causes.
            Trouble::Refused(code, message) if code.starts_with("28") || code.starts_with("08") => {
                Unencrypted::Refused(format!("{code} {message}"))
            }
            other => Unencrypted::Unclear(other),
        },
        Ok(_) => Unencrypted::Accepted(false),
        // A server that hangs up says no; one that cannot be reached says nothing.
        Err(Trouble::Broken(why)) if why == HUNG_UP => Unencrypted::Refused("the server hung up".to_owned()),
        Err(error) => Unencrypted::Unclear(error),
    }
}

const HUNG_UP: &str = "the server hung up";

impl<'a> Wire<'a> {
    /// Connects and logs in, encrypted as the mode says. Without a watch nothing but time ends what is waited for.
    pub(super) fn open(
        place: &Place,
        trust: &Trust,
        watch: Option<&'a Watch>,
    ) -> Result<(Self, Option<Shown>), Trouble> {
        let mut socket = dial(place)?;
        let (stream, shown) = if place.mode == SslMode::Disable {
            (Stream::Plain(socket), None)
        } else {
            if !offers_encryption(&mut socket, watch)? {
                return Err(Trouble::Broken("the server does not encrypt".to_owned()));
            }
            let (stream, shown) = trust.encrypt(socket, place, (place.mode, watch))?;
            (Stream::Encrypted(Box::new(stream)), Some(shown))
        };
        let mut wire = Self::over(stream, watch);
        wire.start(place)?;
        let believed = shown.as_ref().is_some_and(|shown| shown.distrust.is_none());
        wire.log_in(place, believed)?;
        Ok((wire, shown))
    }

    fn over(stream: Stream, watch: Option<&'a Watch>) -> Self {
        Self {
            stream,
            buffer: BytesMut::with_capacity(8192),
            watch,
            patience: Patience::new(watch),
            broken: false,
            process: None,
            version: String::new(),
            method: Method::Trust,
        }
    }

    /// From here on nothing but time ends what is waited for.
    pub(super) fn unwatched(mut self) -> Self {
        self.watch = None;
        self
    }

    fn start(&mut self, place: &Place) -> Result<(), Trouble> {
        let parameters = [
            ("user", place.user.as_str()),
            ("database", place.database.as_str()),
            ("application_name", APPLICATION),
            ("client_encoding", "UTF8"),
        ];
        let mut out = BytesMut::new();
        frontend::startup_message(parameters, &mut out)?;
        self.write(&out)
    }

    fn log_in(&mut self, place: &Place, believed: bool) -> Result<(), Trouble> {
        let mut scram: Option<ScramSha256> = None;
        loop {
            let mut out = BytesMut::new();
            match self.read()? {
                Message::AuthenticationCleartextPassword => {
                    if !believed {
                        return Err(Trouble::Broken(
                            "the server wants the password as it is, and nothing proves who the server is"
                                .to_owned(),
                        ));
                    }
                    self.method = Method::Cleartext;
                    frontend::password_message(password(place)?.expose().as_bytes(), &mut out)?;
                }
                Message::AuthenticationMd5Password(body) => {
                    self.method = Method::Md5;
                    let secret = password(place)?.expose().as_bytes();
                    let hash = md5_hash(place.user.as_bytes(), secret, body.salt());
                    frontend::password_message(hash.as_bytes(), &mut out)?;
                }
                Message::AuthenticationSasl(body) => {
                    let mut offered = body.mechanisms();
                    let mut known = false;
                    while let Some(mechanism) = offered.next()? {
                        known |= mechanism == SCRAM_SHA_256;
                    }
                    if !known {
                        return Err(Trouble::Broken(
                            "the server wants a way of logging in other than SCRAM-SHA-256".to_owned(),
                        ));
                    }
                    self.method = Method::Scram;
                    let secret = password(place)?.expose().as_bytes();
                    let begun = ScramSha256::new(secret, ChannelBinding::unsupported());
                    frontend::sasl_initial_response(SCRAM_SHA_256, begun.message(), &mut out)?;
                    scram = Some(begun);
                }
                Message::AuthenticationSaslContinue(body) => {
                    let begun = scram.as_mut().ok_or_else(out_of_turn)?;
                    begun.update(body.data())?;
                    frontend::sasl_response(begun.message(), &mut out)?;
                }
                // The server proves here that it knows the password too.
                Message::AuthenticationSaslFinal(body) => {
                    scram.as_mut().ok_or_else(out_of_turn)?.finish(body.data())?;
                }
                Message::ParameterStatus(body) => {
                    if body.name()? == "server_version" {
                        body.value()?.clone_into(&mut self.version);
                    }
                }
                Message::ErrorResponse(body) => return Err(refusal(&body)),
                Message::ReadyForQuery(_) => return Ok(()),
                Message::BackendKeyData(body) => self.process = Some(body.process_id()),
                Message::AuthenticationOk | Message::NoticeResponse(_) => {}
                _ => {
                    return Err(Trouble::Broken(
                        "the server wants a way of logging in other than a password".to_owned(),
                    ));
                }
            }
            if !out.is_empty() {
                self.write(&out)?;
            }
        }
    }

    /// Runs one statement and gives its rows.
    pub(super) fn query(&mut self, statement: &str) -> Result<Vec<Row>, Trouble> {
        if self.broken {
            return Err(out_of_turn());
        }
        self.patience = Patience::new(self.watch);
        let answer = self.answer(statement);
        self.broken = matches!(answer, Err(Trouble::Broken(_) | Trouble::Stopped(_)));
        answer
    }

    fn answer(&mut self, statement: &str) -> Result<Vec<Row>, Trouble> {
        let mut out = BytesMut::new();
        frontend::query(statement, &mut out)?;
        self.write(&out)?;
        let mut rows = Vec::new();
        let mut refused = None;
        loop {
            match self.read()? {
                Message::DataRow(body) => {
                    let mut row = Vec::new();
                    let mut ranges = body.ranges();
                    while let Some(range) = ranges.next()? {
                        let field = range.and_then(|range| body.buffer().get(range));
                        row.push(field.map(|bytes| String::from_utf8_lossy(bytes).into_owned()));
                    }
                    rows.push(row);
                }
                Message::ErrorResponse(body) => refused = Some(refusal(&body)),
                Message::ReadyForQuery(_) => return refused.map_or(Ok(rows), Err),
                _ => {}
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Trouble> {
        match &mut self.stream {
            Stream::Plain(socket) => socket.write_all(bytes)?,
            Stream::Encrypted(stream) => {
                stream.write_all(bytes)?;
                stream.flush()?;
            }
        }
        Ok(())
    }

    fn read(&mut self) -> Result<Message, Trouble> {
        loop {
            if let Some(message) = Message::parse(&mut self.buffer)? {
                return Ok(message);
            }
            let mut part = [0_u8; 8192];
            let length = match &mut self.stream {
                Stream::Plain(socket) => self.patience.read(socket, &mut part),
                Stream::Encrypted(stream) => self.patience.read(stream.as_mut(), &mut part),
            }?;
            self.buffer.extend_from_slice(part.get(..length).unwrap_or_default());
        }
    }
}

impl Drop for Wire<'_> {
    fn drop(&mut self) {
        let mut out = BytesMut::new();
        frontend::terminate(&mut out);
        // The connection ends anyhow; this only spares the server a line in its log.
        let _ = self.write(&out);
    }
}

fn password(place: &Place) -> Result<&Secret, Trouble> {
    place.password.as_ref().ok_or_else(|| {
        Trouble::Broken(
            "the server wants a password, and neither PGPASSWORD nor a file of passwords has one".to_owned(),
        )
    })
}

fn out_of_turn() -> Trouble {
    Trouble::Broken("the server's answers are out of turn".to_owned())
}

fn refusal(body: &ErrorResponseBody) -> Trouble {
    let (mut code, mut message) = (String::new(), String::new());
    let mut fields = body.fields();
    while let Ok(Some(field)) = fields.next() {
        let text = || String::from_utf8_lossy(field.value_bytes()).into_owned();
        match field.type_() {
            b'C' => code = text(),
            b'M' => message = text(),
            _ => {}
        }
    }
    Trouble::Refused(code, message)
}
