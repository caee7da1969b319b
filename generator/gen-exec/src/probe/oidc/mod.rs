//! `gen probe oidc`: what an OpenID Connect issuer publishes (OpenID Connect Discovery 1.0), and what a token of it says.
//!
//! It only reads. Whether a provider *accepts* the issuer's tokens is a property of that provider, which no question to the issuer answers.

mod keys;
mod token;

use std::time::Duration;

use gen_core::evidence::{Finding, Kind, Observation, Report, Step};
use gen_core::model::units::Date;
use serde_json::Value;

use super::http::{Answer, Client, allowed, encrypted};
use super::{Probe, Secret, Stop, Watch, ended};

/// Algorithms that stand on a secret which both sides know, or on none: anybody who can check such a token can make one.
const FORGEABLE: [&str; 4] = ["none", "HS256", "HS384", "HS512"];

/// The probe.
#[derive(Debug)]
pub struct Oidc {
    issuer: String,
    token: Option<Secret>,
    audience: Option<String>,
    client: Client,
    insecure: bool,
}

impl Oidc {
    /// Of an issuer, with the name of the environment variable that holds a token, if one is to be looked at.
    pub fn new(
        issuer: &str,
        token_variable: Option<&str>,
        audience: Option<&str>,
        insecure: bool,
    ) -> Result<Self, Stop> {
        allowed(issuer, insecure)?;
        let token = match token_variable {
            None => None,
            Some(name) => Some(Secret::of(name).ok_or_else(|| {
                Stop::failed(
                    format!("the environment has no {name}"),
                    "put the token there; it is never shown",
                )
            })?),
        };
        Ok(Self {
            issuer: issuer.to_owned(),
            token,
            audience: audience.map(str::to_owned),
            client: Client::new(Duration::from_secs(20)),
            insecure,
        })
    }

    fn ask(&self, watch: &Watch, report: &mut Report) -> Result<(), Stop> {
        watch.step("discovery document")?;
        // Discovery 1.0, §4: the path is appended to the issuer without its last slash.
        let address = format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'));
        let document = self.json(&address, "discovery document")?;
        // It answered, so that the certificate was verified.
        let by_tls = self.issuer.starts_with("https://");
        let how = if by_tls { "certificate verified by the machine's roots" } else { "not encrypted" };
        see(report, "TLS", by_tls, "connected to the issuer", how);
        let said = document.get("issuer").and_then(Value::as_str).unwrap_or_default();
        see(
            report,
            "issuer",
            said == self.issuer,
            "compared `issuer` of the document with the issuer asked for, byte by byte",
            if said == self.issuer {
                "equal".to_owned()
            } else {
                format!("the document says {}", short(said))
            },
        );
        algorithms(&document, report);
        watch.step("keys")?;
        let address = document.get("jwks_uri").and_then(Value::as_str).unwrap_or_default();
        encrypted(address, self.insecure)?;
        let keys = keys::Keys::read(&self.json(address, "keys")?);
        keys.report(report);
        if let Some(token) = &self.token {
            watch.step("token")?;
            token::look(token, &self.issuer, self.audience.as_deref(), &keys, report);
        }
        Ok(())
    }

    fn json(&self, address: &str, what: &str) -> Result<Value, Stop> {
        let help = "is this the issuer as it stands in its tokens?";
        let fail = |why: String| Stop::failed(format!("{what} at {address}: {why}"), help);
        let answer: Answer = self.client.get(address).map_err(fail)?;
        if answer.status != 200 {
            return Err(fail(format!("status {}", answer.status)));
        }
        serde_json::from_slice(&answer.body).map_err(|_| fail("it is not JSON".to_owned()))
    }
}

fn algorithms(document: &Value, report: &mut Report) {
    let words = document.get("id_token_signing_alg_values_supported").and_then(Value::as_array);
    let words: Vec<&str> = words.into_iter().flatten().filter_map(Value::as_str).collect();
    let good = !words.is_empty() && words.iter().all(|word| !FORGEABLE.contains(word));
    let said = if words.is_empty() { "none named".to_owned() } else { short(&words.join(", ")) };
    see(report, "algorithms", good, "read id_token_signing_alg_values_supported", said);
    let claims = document.get("claims_supported").and_then(Value::as_array);
    let claims: Vec<&str> = claims.into_iter().flatten().filter_map(Value::as_str).collect();
    if !claims.is_empty() {
        see(report, "claims named", true, "read claims_supported", short(&claims.join(", ")));
    }
}

/// Notes something that is no capability.
fn see(report: &mut Report, about: &str, good: bool, did: &str, answered: impl Into<String>) {
    let step = Step::new(did, answered);
    report.observations.push(Observation { about: about.to_owned(), good, step });
}

/// What a server says is shown in part only: it may be of any length.
fn short(text: &str) -> String {
    let mut short: String = text.chars().filter(|c| !c.is_control()).take(400).collect();
    if text.chars().count() > 400 {
        short.push('…');
    }
    short
}

impl Probe for Oidc {
    fn kind(&self) -> Kind {
        Kind::Oidc
    }

    fn endpoint(&self) -> String {
        self.issuer.clone()
    }

    fn intent(&self) -> Vec<String> {
        Vec::new()
    }

    fn run(&self, watch: &Watch, today: Date) -> Report {
        let mut report = Report::new(Kind::Oidc, &self.issuer, today);
        let outcome = self.ask(watch, &mut report);
        ended(&mut report, outcome);
        report.findings.push(Finding::unknown(
            "iam.oidc.issuers",
            "an issuer cannot say who accepts its tokens; that is asked of the provider, by its documents or a log-in",
            vec![Step::new("read what the issuer publishes", "nothing about who trusts it")],
        ));
        report
    }

    fn clean_intent(&self) -> Vec<String> {
        Vec::new()
    }

    fn clean(&self, _: &Watch, today: Date) -> Report {
        Report::new(Kind::Oidc, &self.issuer, today)
    }
}
