//! One request, one answer: TLS by the machine's roots, no redirects, no retries, everything bounded.

use std::io::Read as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use ureq::config::Config;
use ureq::http::{Method, Request, Uri};
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

use super::Stop;

/// Most bytes of an answer that are read.
const MOST: u64 = 8 << 20;

/// Talks to one server.
#[derive(Debug, Clone)]
pub struct Client {
    agent: ureq::Agent,
}

/// Finds hosts as the system does; names below `localhost` are this machine (RFC 6761, §6.3), which not every system knows.
#[derive(Debug, Default)]
struct Names(DefaultResolver);

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let local = uri.host().is_some_and(|host| host.ends_with(".localhost"));
        let port = uri.port_u16().or_else(|| match uri.scheme_str() {
            Some("https") => Some(443),
            _ => Some(80),
        });
        match port.filter(|_| local) {
            Some(port) => {
                let mut found = self.empty();
                found.push(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
                Ok(found)
            }
            None => self.0.resolve(uri, config, timeout),
        }
    }
}

/// Who is trusted and who asks, both in PEM. Its `Debug` says nothing of the key.
#[derive(Default, Clone)]
pub struct Tls {
    /// Authorities to trust instead of the machine's roots.
    pub authority: Option<Vec<u8>>,
    /// A certificate (and those between it and its authority) and its key.
    pub identity: Option<(Vec<u8>, Vec<u8>)>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tls(…)")
    }
}

/// What a server answered.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The first bytes of the body.
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of that name (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// A status of 200 to 299.
    pub fn ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The body as text; bytes that are no text are replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Whether an address that somebody typed may be talked to: it holds no credentials and nothing but a server and a path, and is
/// encrypted. The error says why not, without the address: it may hold what should not be shown.
pub fn allowed(address: &str, insecure: bool) -> Result<(), Stop> {
    if address.contains(['@', '?', '#']) {
        return Err(Stop::failed(
            "the address holds credentials, a query or a fragment",
            "credentials come from the environment alone; the address is a scheme, a host and a path",
        ));
    }
    encrypted(address, insecure)
}

/// Whether an address may be talked to: TLS, or loopback, or said to be wanted. The error says why not.
pub fn encrypted(address: &str, insecure: bool) -> Result<(), Stop> {
    let help = "an address such as https://s3.example.com";
    let uri: Uri = address.parse().map_err(|_| Stop::failed("that is no address of a server", help))?;
    let host = uri.host().unwrap_or_default();
    if host.is_empty() {
        return Err(Stop::failed("the address names no server", help));
    }
    if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err(Stop::failed(
            "the address holds credentials",
            "credentials come from the environment alone",
        ));
    }
    let bare = host.trim_matches(['[', ']']);
    let loopback = bare == "localhost"
        || bare.ends_with(".localhost")
        || bare.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    match uri.scheme_str() {
        Some("https") => Ok(()),
        Some("http") if loopback || insecure => Ok(()),
        Some("http") => Err(Stop::failed(
            format!("http://{host} is not encrypted: what is sent can be read and changed on the way"),
            "use https://, or say --insecure-http if that is really meant",
        )),
        _ => Err(Stop::failed("the address is neither https:// nor http://", help)),
    }
}

impl Client {
    /// A client whose requests each take no longer than `timeout`. Roots of trust are the machine's, or those of `SSL_CERT_FILE`.
    pub fn new(timeout: Duration) -> Self {
        Self::trusting(timeout, machine_roots(), None)
    }

    /// The same for a server that has an authority of its own, or wants to see a certificate.
    pub fn with_tls(timeout: Duration, tls: &Tls) -> Result<Self, Stop> {
        let bad = |what: &str| Stop::failed(format!("the {what} cannot be read"), "it has to be PEM");
        let roots = match &tls.authority {
            None => machine_roots(),
            Some(pem) => {
                let roots = certificates(pem);
                if roots.is_empty() {
                    return Err(bad("authority's certificate"));
                }
                roots
            }
        };
        let identity = match &tls.identity {
            None => None,
            Some((certificate, key)) => {
                let chain = certificates(certificate);
                if chain.is_empty() {
                    return Err(bad("client's certificate"));
                }
                let key = PrivateKey::from_pem(key).map_err(|_| bad("client's key"))?;
                Some(ClientCert::new_with_certs(&chain, key))
            }
        };
        Ok(Self::trusting(timeout, roots, identity))
    }

    fn trusting(timeout: Duration, roots: Vec<Certificate<'static>>, identity: Option<ClientCert>) -> Self {
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .root_certs(RootCerts::from(roots))
            .client_cert(identity)
            .build();
        let config = ureq::Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .timeout_global(Some(timeout))
            .timeout_connect(Some(Duration::from_secs(10).min(timeout)))
            .user_agent(concat!("gen/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: ureq::Agent::with_parts(config, DefaultConnector::new(), Names::default()) }
    }

    /// Sends a request. An error says in words why there was no answer.
    pub fn send(
        &self,
        method: &str,
        address: &str,
        headers: &[(String, String)],
        body: &[u8],
    ) -> Result<Answer, String> {
        let method = Method::from_bytes(method.as_bytes()).map_err(|error| error.to_string())?;
        let mut request = Request::builder().method(method.clone()).uri(address);
        for (name, value) in headers {
            request = request.header(name.as_str(), value.as_str());
        }
        // A server waits for the length of what is put, also where it is none.
        let with_body = !body.is_empty() || matches!(method.as_str(), "PUT" | "POST");
        let answer = if with_body {
            let request = request.body(body).map_err(|error| error.to_string())?;
            self.agent.run(self.agent.configure_request(request).allow_non_standard_methods(true).build())
        } else {
            let request = request.body(()).map_err(|error| error.to_string())?;
            self.agent.run(self.agent.configure_request(request).allow_non_standard_methods(true).build())
        };
        let answer = answer.map_err(|error| error.to_string())?;
        let headers = answer.headers().iter().map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        });
        let headers = headers.collect();
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        let read = answer.into_body().into_reader().take(MOST).read_to_end(&mut body);
        read.map_err(|error| format!("the answer broke off: {error}"))?;
        Ok(Answer { status, headers, body })
    }

    /// Fetches an address.
    pub fn get(&self, address: &str) -> Result<Answer, String> {
        self.send("GET", address, &[], &[])
    }
}

fn machine_roots() -> Vec<Certificate<'static>> {
    let roots = rustls_native_certs::load_native_certs();
    roots.certs.iter().map(|found| Certificate::from_der(found.as_ref()).to_owned()).collect()
}

fn certificates(pem: &[u8]) -> Vec<Certificate<'static>> {
    let items = parse_pem(pem).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    });
    items.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_encrypted_has_to_be_asked_for() {
        for good in
            ["https://s3.example.com", "http://127.0.0.1:9000", "http://localhost:1/x", "http://[::1]:1"]
        {
            assert_eq!(allowed(good, false), Ok(()), "{good}");
        }
        assert_eq!(allowed("http://10.0.0.1", true), Ok(()));
        for bad in [
            "http://10.0.0.1",
            "http://s3.example.com",
            "ftp://x",
            "s3.example.com",
            "",
            "https://a:b@c",
            "http://127.0.0.1.example.com",
        ] {
            assert!(allowed(bad, false).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_may_be_a_password_is_not_shown() {
        for bad in [
            "https://user:secret@host",
            "https://user:pa#secret@host",
            "https://user:pa?secret@host",
            "https://user:pa secret@host",
            "https://host/?token=secret",
            "secret://host",
            "https://host secret",
        ] {
            let refused = allowed(bad, true).expect_err(bad);
            assert!(!format!("{refused:?}").contains("secret"), "{refused:?}");
        }
        // Keys of an issuer may be where a query says.
        assert_eq!(encrypted("https://login.example.com/keys?app=1", false), Ok(()));
    }
}
