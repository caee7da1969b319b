//! One store: where it is, who asks, and how a request is made and sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gen_core::digest::sha256_hex;
use md5::{Digest as _, Md5};

use super::super::http::{Answer, Client, allowed};
use super::super::{Secret, Stop, now};
use super::sign::{Credentials, Signed, encode, query};
use super::xml;

/// Where the name of a bucket goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Into the path.
    Path,
    /// Into the host.
    Host,
}

/// After so many requests in a row without an answer the store counts as gone.
const SILENCE: u32 = 5;

/// A store.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    client: Client,
    scheme: String,
    host: String,
    /// Region that requests are signed for.
    pub region: String,
    /// Where the name of a bucket goes.
    pub style: Style,
    credentials: Credentials,
    /// Seconds that the store's clock is ahead of this machine's.
    ahead: Arc<AtomicI64>,
    silent: Arc<AtomicU32>,
}

/// How a request is signed.
#[derive(Debug, Clone)]
pub(crate) enum Sign {
    /// In headers.
    Headers,
    /// In the address, for so many seconds.
    Address(u64),
    /// Not at all.
    No,
}

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    method: String,
    bucket: String,
    key: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    trailer: Option<String>,
    hash: Option<String>,
    sign: Sign,
    style: Option<Style>,
    /// Seconds that the signed time is off.
    off: i64,
    region: Option<String>,
    wrong_secret: bool,
}

impl Call {
    /// A request to a bucket; to the store itself where that is empty.
    pub(crate) fn new(method: &str, bucket: &str) -> Self {
        Self {
            method: method.to_owned(),
            bucket: bucket.to_owned(),
            key: String::new(),
            query: Vec::new(),
            headers: Vec::new(),
            body: Vec::new(),
            trailer: None,
            hash: None,
            sign: Sign::Headers,
            style: None,
            off: 0,
            region: None,
            wrong_secret: false,
        }
    }

    /// About an object.
    pub(crate) fn key(mut self, key: &str) -> Self {
        key.clone_into(&mut self.key);
        self
    }

    /// With a parameter.
    pub(crate) fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    /// About a version, if there is one.
    pub(crate) fn version(self, version: Option<&str>) -> Self {
        match version {
            Some(version) => self.query("versionId", version),
            None => self,
        }
    }

    /// With a header, its name in lower case.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With a body.
    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// With a body and its MD5, which stores ask for where a mistake would be bad.
    pub(crate) fn xml(self, body: &str) -> Self {
        let sum = STANDARD.encode(Md5::digest(body.as_bytes()));
        self.header("content-md5", &sum).header("content-type", "application/xml").body(body)
    }

    /// With a body in signed chunks, and a signed trailer behind it.
    pub(crate) fn trailer(mut self, body: &[u8], trailer: &str) -> Self {
        self.trailer = Some(trailer.to_owned());
        self.body(body)
    }

    /// With this in place of the body's hash.
    pub(crate) fn hash(mut self, hash: &str) -> Self {
        self.hash = Some(hash.to_owned());
        self
    }

    /// Signed in another way.
    pub(crate) fn sign(mut self, sign: Sign) -> Self {
        self.sign = sign;
        self
    }

    /// With the bucket in another place.
    pub(crate) fn style(mut self, style: Style) -> Self {
        self.style = Some(style);
        self
    }

    /// Signed for a time that is off by so many seconds.
    pub(crate) fn off(mut self, seconds: i64) -> Self {
        self.off = seconds;
        self
    }

    /// Signed for another region.
    pub(crate) fn region(mut self, region: &str) -> Self {
        self.region = Some(region.to_owned());
        self
    }

    /// Signed with a secret that is not the right one.
    pub(crate) fn wrong_secret(mut self) -> Self {
        self.wrong_secret = true;
        self
    }
}

impl Store {
    /// A store by its address, with credentials from the environment.
    pub(crate) fn new(endpoint: &str, region: &str, style: Style, insecure: bool) -> Result<Self, Stop> {
        let credentials = Credentials::of_environment()?;
        Self::asked_by(credentials, endpoint, region, style, insecure)
    }

    /// A store by its address, with these credentials.
    pub(crate) fn asked_by(
        credentials: Credentials,
        endpoint: &str,
        region: &str,
        style: Style,
        insecure: bool,
    ) -> Result<Self, Stop> {
        allowed(endpoint, insecure)?;
        let (scheme, rest) = endpoint.split_once("://").unwrap_or(("https", endpoint));
        let host = rest.trim_end_matches('/');
        if host.contains(['/', '?', '#']) {
            return Err(Stop::failed(
                "the address has a path",
                "the address of a store is a scheme and a host, such as https://s3.example.com",
            ));
        }
        let own_port = if scheme == "https" { ":443" } else { ":80" };
        let host = host.strip_suffix(own_port).unwrap_or(host);
        Ok(Self {
            client: Client::new(Duration::from_secs(30)),
            scheme: scheme.to_owned(),
            host: host.to_ascii_lowercase(),
            region: region.to_owned(),
            style,
            credentials,
            ahead: Arc::default(),
            silent: Arc::default(),
        })
    }

    /// The store, asked by somebody else.
    pub(crate) fn for_whom(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    /// The store, whose requests may each take so long.
    pub(crate) fn within(mut self, timeout: Duration) -> Self {
        self.client = Client::new(timeout);
        self
    }

    /// What it is reached at.
    pub(crate) fn address(&self) -> String {
        format!("{}://{}", self.scheme, self.host)
    }

    /// What is sent cannot be read on the way.
    pub(crate) fn encrypted(&self) -> bool {
        self.scheme == "https"
    }

    /// The host is an IP address, before which no name of a bucket can stand.
    pub(crate) fn is_bare_address(&self) -> bool {
        self.host.starts_with('[')
            || self
                .host
                .rsplit_once(':')
                .map_or(self.host.as_str(), |(host, _)| host)
                .parse::<std::net::IpAddr>()
                .is_ok()
    }

    /// Seconds since 1970 by the store's clock.
    pub(crate) fn time(&self) -> i64 {
        now() + self.ahead.load(Ordering::Relaxed)
    }

    /// Seconds that the store's clock is ahead of this machine's.
    pub(crate) fn ahead(&self) -> i64 {
        self.ahead.load(Ordering::Relaxed)
    }

    /// Takes over the store's clock from an answer, so that a machine whose clock is wrong can probe too.
    pub(crate) fn set_clock(&self, answer: &Answer) {
        let date = answer.header("date").and_then(|date| jiff::fmt::rfc2822::parse(date).ok());
        if let Some(date) = date {
            let ahead = date.timestamp().as_second() - now();
            // The header has whole seconds: less than two are no difference.
            self.ahead.store(if ahead.abs() < 2 { 0 } else { ahead }, Ordering::Relaxed);
        }
    }

    /// Sends a request. No answer is an answer with status 0 that says why, until there were too many.
    pub(crate) fn send(&self, call: &Call) -> Result<Answer, Stop> {
        let style = call.style.unwrap_or(self.style);
        let in_host = style == Style::Host && !call.bucket.is_empty();
        let host = if in_host { format!("{}.{}", call.bucket, self.host) } else { self.host.clone() };
        let mut path = String::from("/");
        if !in_host && !call.bucket.is_empty() {
            path.push_str(&call.bucket);
            if !call.key.is_empty() {
                path.push('/');
            }
        }
        path.push_str(&encode(&call.key, true));
        let mut credentials = self.credentials.clone();
        if call.wrong_secret {
            credentials.secret = Secret::made("wrong");
        }
        let signed = Signed {
            method: &call.method,
            host: &host,
            path: &path,
            query: &call.query,
            headers: &call.headers,
            region: call.region.as_deref().unwrap_or(&self.region),
            time: self.time() + call.off,
        };
        let mut body = std::borrow::Cow::Borrowed(call.body.as_slice());
        let (mut headers, parameters) = match (&call.sign, &call.trailer) {
            (Sign::Headers, Some(trailer)) => {
                let (headers, framed) = signed.in_chunks(&credentials, &call.body, trailer);
                body = framed.into();
                (headers, call.query.clone())
            }
            (Sign::Headers, None) => {
                let hash = call.hash.clone().unwrap_or_else(|| sha256_hex(&call.body));
                (signed.in_headers(&credentials, &hash), call.query.clone())
            }
            (Sign::Address(expires), _) => (call.headers.clone(), signed.in_address(&credentials, *expires)),
            (Sign::No, _) => (call.headers.clone(), call.query.clone()),
        };
        headers.push(("host".to_owned(), host.clone()));
        let mut address = format!("{}://{host}{path}", self.scheme);
        if !parameters.is_empty() {
            address.push('?');
            address.push_str(&query(&parameters));
        }
        match self.client.send(&call.method, &address, &headers, &body) {
            Ok(answer) => {
                self.silent.store(0, Ordering::Relaxed);
                Ok(answer)
            }
            Err(why) => {
                let before = self.silent.fetch_add(1, Ordering::Relaxed);
                if before + 1 >= SILENCE {
                    return Err(Stop::failed(
                        format!("{} does not answer: {why}", self.address()),
                        "is the address right, and is the store up?",
                    ));
                }
                Ok(Answer { status: 0, headers: Vec::new(), body: why.into_bytes() })
            }
        }
    }
}

/// An answer in few words: status, and the store's code where it gives one.
pub(crate) fn told(answer: &Answer) -> String {
    if answer.status == 0 {
        return format!("no answer: {}", answer.text());
    }
    match code(answer) {
        Some(code) => format!("{} {code}", answer.status),
        None => answer.status.to_string(),
    }
}

/// Why an answer says nothing about what the store can do: there was none, the credentials may not ask, or the store was busy.
pub(crate) fn undecided(answer: &Answer) -> Option<String> {
    match answer.status {
        401 | 403 => Some(format!("the credentials may not ({})", told(answer))),
        _ => passing(answer),
    }
}

/// Why an answer says nothing at all, not even that it refuses: there was none, or asked again it may be another one.
pub(crate) fn passing(answer: &Answer) -> Option<String> {
    let passes = match answer.status {
        0 => return Some(told(answer)),
        // Credentials of the moment that ended, and a connection that stalled.
        400 => matches!(
            code(answer).as_deref(),
            Some("ExpiredToken" | "RequestTimeout" | "TokenRefreshRequired")
        ),
        // That it does not know the call is an answer; every other failure of its own, a full disk too, is none.
        501 => false,
        408 | 425 | 429 | 500..600 => true,
        _ => false,
    };
    passes.then(|| format!("the store could not just then ({})", told(answer)))
}

/// The code of an error.
pub(crate) fn code(answer: &Answer) -> Option<String> {
    if answer.ok() {
        return None;
    }
    let code = xml::first(&answer.text(), "Code")?;
    Some(code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.').take(80).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_of_the_store_itself_says_nothing_about_what_it_can_do() {
        let open = |status| undecided(&Answer { status, headers: Vec::new(), body: Vec::new() }).is_some();
        // 507: a full disk.
        assert!([0, 401, 403, 429, 500, 502, 503, 504, 507, 599].into_iter().all(open));
        assert!(![200, 204, 400, 404, 409, 412, 501].into_iter().any(open));
    }

    #[test]
    fn a_refusal_does_not_pass_and_credentials_that_ended_refuse_nothing() {
        let answer = |status, code: &str| Answer {
            status,
            headers: Vec::new(),
            body: format!("<Error><Code>{code}</Code></Error>").into_bytes(),
        };
        for (status, code) in [(503, "SlowDown"), (429, ""), (408, ""), (400, "ExpiredToken"), (0, "")] {
            assert!(passing(&answer(status, code)).is_some(), "{status} {code}");
        }
        for (status, code) in [(403, "AccessDenied"), (400, "InvalidRequest"), (409, ""), (501, "")] {
            assert!(passing(&answer(status, code)).is_none(), "{status} {code}");
        }
    }
}
