//! Who the server's certificate says it is.

use std::net::TcpStream;
use std::path::Path;
use std::sync::{Arc, Mutex};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, Error, RootCertStore,
    SignatureScheme, StreamOwned,
};
use sha2::Digest as _;

use super::place::{Place, SslMode};
use super::wire::{Patience, Trouble, is_waiting};
use crate::probe::{Stop, Watch, hex};

/// An encrypted connection.
pub(super) type Encrypted = StreamOwned<ClientConnection, TcpStream>;

/// What a handshake showed.
#[derive(Debug, Clone)]
pub(super) struct Shown {
    /// Version of the protocol.
    pub protocol: String,
    /// Why the certificate is not believed; nothing if it is.
    pub distrust: Option<String>,
    /// Whose roots it was checked by.
    pub roots: String,
    /// SHA-256 of the certificate.
    pub fingerprint: String,
}

/// Certificates that are trusted, and where they are from.
#[derive(Debug, Clone)]
pub(super) struct Trust {
    verifier: Arc<WebPkiServerVerifier>,
    provider: Arc<CryptoProvider>,
    from: String,
}

impl Trust {
    /// The certificates of a file in PEM, else the machine's.
    pub(super) fn new(file: Option<&Path>) -> Result<Self, Stop> {
        let mut roots = RootCertStore::empty();
        let from = if let Some(path) = file {
            let fail = |why: String| {
                Stop::failed(
                    format!("{}: {why}", path.display()),
                    "--sslrootcert names a file of certificates in PEM",
                )
            };
            let found = CertificateDer::pem_file_iter(path).map_err(|error| fail(error.to_string()))?;
            for certificate in found {
                let certificate = certificate.map_err(|error| fail(error.to_string()))?;
                roots.add(certificate).map_err(|error| fail(error.to_string()))?;
            }
            if roots.is_empty() {
                return Err(fail("it holds no certificate".to_owned()));
            }
            path.display().to_string()
        } else {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            "the machine's roots".to_owned()
        };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build();
        let verifier = verifier.map_err(|_| {
            Stop::failed(
                "this machine trusts no certificate",
                "--sslrootcert names a file of certificates in PEM",
            )
        })?;
        Ok(Self { verifier, provider, from })
    }

    /// Encrypts a connection; whether the certificate has to be believed depends on the mode.
    pub(super) fn encrypt(
        &self,
        mut socket: TcpStream,
        place: &Place,
        (mode, watch): (SslMode, Option<&Watch>),
    ) -> Result<(Encrypted, Shown), Trouble> {
        let broken = |error: &dyn std::fmt::Display| Trouble::Broken(error.to_string());
        let judge = Arc::new(Judge { inner: self.verifier.clone(), mode, seen: Mutex::new(None) });
        let config = ClientConfig::builder_with_provider(self.provider.clone())
            .with_safe_default_protocol_versions()
            .map_err(|error| broken(&error))?
            .dangerous()
            .with_custom_certificate_verifier(judge.clone())
            .with_no_client_auth();
        let name = place.host.trim_matches(['[', ']']).to_owned();
        let name = ServerName::try_from(name)
            .map_err(|_| broken(&format!("`{}` is no name of a server", place.host)))?;
        let mut connection = ClientConnection::new(Arc::new(config), name).map_err(|error| broken(&error))?;
        let patience = Patience::new(watch);
        while connection.is_handshaking() {
            patience.go_on()?;
            match connection.complete_io(&mut socket) {
                Err(error) if !is_waiting(&error) => return Err(broken(&error)),
                _ => {}
            }
        }
        let seen = judge.seen.lock().ok().and_then(|mut seen| seen.take());
        let Some((fingerprint, distrust)) = seen else { return Err(broken(&"no certificate was shown")) };
        let protocol = match connection.protocol_version() {
            Some(rustls::ProtocolVersion::TLSv1_3) => "TLS 1.3".to_owned(),
            Some(rustls::ProtocolVersion::TLSv1_2) => "TLS 1.2".to_owned(),
            other => format!("{other:?}"),
        };
        let shown = Shown { protocol, distrust, roots: self.from.clone(), fingerprint };
        Ok((StreamOwned::new(connection, socket), shown))
    }
}

/// Checks a certificate as far as the mode says, and remembers what the whole check would have said.
#[derive(Debug)]
struct Judge {
    inner: Arc<WebPkiServerVerifier>,
    mode: SslMode,
    seen: Mutex<Option<(String, Option<String>)>>,
}

impl ServerCertVerifier for Judge {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let whole = self.inner.verify_server_cert(certificate, others, name, ocsp, now);
        let fingerprint = hex(&sha2::Sha256::digest(certificate));
        if let Ok(mut seen) = self.seen.lock() {
            *seen = Some((fingerprint, whole.as_ref().err().map(in_words)));
        }
        // The chain is looked at before the name.
        let names_another = matches!(
            whole,
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. }
            ))
        );
        match self.mode {
            SslMode::Require | SslMode::Disable => Ok(ServerCertVerified::assertion()),
            SslMode::VerifyCa if names_another => Ok(ServerCertVerified::assertion()),
            SslMode::VerifyCa | SslMode::VerifyFull => whole,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.inner.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}

fn in_words(error: &Error) -> String {
    match error {
        Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
            "no trusted authority issued it".to_owned()
        }
        Error::InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => "it names another server".to_owned(),
        Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            "it has expired".to_owned()
        }
        other => other.to_string(),
    }
}
