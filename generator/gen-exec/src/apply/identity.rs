//! Who is logged in at AWS, asked before anything else is done.
//!
//! The SDK finds credentials as the engine's provider does (environment, profiles, roles that are assumed one after another, web identity,
//! the machine's own role), so that both act as one. Its requests go through the same client as all others.

use std::sync::Mutex;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::ProvideCredentials as _;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::error::display::DisplayErrorContext;

use crate::probe::Secret;
use crate::probe::http::Client;

pub(super) use crate::probe::s3::sign::Credentials;

/// Who is logged in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The account.
    pub account: String,
    /// The name of the user, role or session.
    pub arn: String,
}

/// A login at AWS.
#[derive(Debug)]
pub struct Aws {
    runtime: tokio::runtime::Runtime,
    config: SdkConfig,
    kept: Mutex<Option<aws_credential_types::Credentials>>,
}

/// Credentials are renewed so many seconds before they end.
const EARLY: u64 = 300;

impl Aws {
    /// Finds out how to log in. Nothing is asked of a server that credentials do not come from.
    pub fn new(region: &str) -> Result<Self, String> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.map_err(|error| error.to_string())?;
        let config = aws_config::defaults(BehaviorVersion::latest())
            .http_client(Http(Client::new(Duration::from_secs(20))))
            .region(Region::new(region.to_owned()));
        let config = runtime.block_on(config.load());
        Ok(Self { runtime, config, kept: Mutex::default() })
    }

    /// Asks STS who is logged in (`GetCallerIdentity`, which needs no permission).
    pub fn caller(&self) -> Result<Caller, String> {
        let client = aws_sdk_sts::Client::new(&self.config);
        let answer = self.runtime.block_on(client.get_caller_identity().send());
        let answer = answer.map_err(|error| told(&error))?;
        match (answer.account, answer.arn) {
            (Some(account), Some(arn)) => Ok(Caller { account, arn }),
            _ => Err("STS did not say who is logged in".to_owned()),
        }
    }

    /// The credentials, for requests that are signed here.
    pub fn credentials(&self) -> Result<Credentials, String> {
        let mut kept = self.kept.lock().map_err(|_| "another step broke off")?;
        if !kept.as_ref().is_some_and(lasts) {
            let provider = self.config.credentials_provider().ok_or("there are no credentials")?;
            let found = self.runtime.block_on(provider.provide_credentials());
            *kept = Some(found.map_err(|error| told(&error))?);
        }
        let found = kept.as_ref().ok_or("there are no credentials")?;
        Ok(Credentials {
            key: Secret::made(found.access_key_id()),
            secret: Secret::made(found.secret_access_key()),
            token: found.session_token().map(Secret::made),
        })
    }
}

/// They last long enough for what is done with them next.
fn lasts(credentials: &aws_credential_types::Credentials) -> bool {
    let end = credentials.expiry().and_then(|end| end.duration_since(std::time::UNIX_EPOCH).ok());
    let now = u64::try_from(crate::probe::now()).unwrap_or_default();
    // Those without an end last for ever.
    credentials.expiry().is_none() || end.is_some_and(|end| end.as_secs() > now + EARLY)
}

/// An error of the SDK with its causes.
fn told(error: &dyn std::error::Error) -> String {
    let text = DisplayErrorContext(error).to_string();
    // The SDK ends with how the error looks inside, which helps nobody here.
    let text = text.split_once(" (").map_or(text.as_str(), |(said, _)| said);
    // What a server said stands behind how the SDK got there, and is often said twice.
    let text = text.rsplit_once("service error: ").map_or(text, |(_, said)| said).trim();
    let half = text.len() / 2;
    let twice = text.get(..half.saturating_sub(1)).filter(|first| text == format!("{first}: {first}"));
    twice.unwrap_or(text).to_owned()
}

/// The SDK's requests by the client of all others.
#[derive(Debug, Clone)]
struct Http(Client);

impl HttpClient for Http {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Http {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(self.send(&request))
    }
}

impl Http {
    fn send(&self, request: &HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let headers: Vec<(String, String)> =
            request.headers().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let body = request.body().bytes().unwrap_or_default();
        let answer = self
            .0
            .send(request.method(), request.uri(), &headers, body)
            .map_err(|why| ConnectorError::io(std::io::Error::other(why).into()))?;
        let status =
            answer.status.try_into().map_err(|error| ConnectorError::other(Box::new(error), None))?;
        let mut response = HttpResponse::new(status, SdkBody::from(answer.body));
        for (name, value) in answer.headers {
            // A header that is none is left out.
            let _ = response.headers_mut().try_append(name, value);
        }
        Ok(response)
    }
}
