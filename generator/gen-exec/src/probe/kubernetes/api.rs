//! Requests to the API server: <https://kubernetes.io/docs/reference/using-api/api-concepts/>.

use std::time::Duration;

use serde_json::Value;

use super::kubeconfig::Access;
use crate::probe::http::{Answer, Client, allowed};
use crate::probe::{Secret, Stop};

/// Why there is no object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The server refused: status, and what it said.
    Refused(u16, String),
    /// There was no answer.
    Broken(String),
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(status, message) => write!(f, "{status} {message}"),
            Self::Broken(why) => f.write_str(why),
        }
    }
}

/// The API of a cluster.
#[derive(Debug)]
pub(super) struct Api {
    pub server: String,
    client: Client,
    token: Option<Secret>,
    nobody: Client,
}

impl Api {
    pub(super) fn new(access: Access, insecure: bool) -> Result<Self, Stop> {
        allowed(&access.server, insecure)?;
        let patience = Duration::from_secs(30);
        let client = Client::with_tls(patience, &access.tls)?;
        let nobody = crate::probe::http::Tls { identity: None, ..access.tls };
        let nobody = Client::with_tls(patience, &nobody)?;
        Ok(Self { server: access.server, client, token: access.token, nobody })
    }

    fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, Trouble> {
        let mut headers = vec![("accept".to_owned(), "application/json".to_owned())];
        if let Some(token) = &self.token {
            headers.push(("authorization".to_owned(), format!("Bearer {}", token.expose())));
        }
        let bytes = match body {
            Some(body) => {
                headers.push(("content-type".to_owned(), "application/json".to_owned()));
                body.to_string().into_bytes()
            }
            None => Vec::new(),
        };
        let answer = self.client.send(method, &format!("{}{path}", self.server), &headers, &bytes);
        let answer = answer.map_err(Trouble::Broken)?;
        let value = serde_json::from_slice::<Value>(&answer.body);
        if answer.ok() {
            return value.map_err(|_| Trouble::Broken("the answer is not JSON".to_owned()));
        }
        Err(Trouble::Refused(answer.status, message(&answer, value.ok().as_ref())))
    }

    /// Reads an object.
    pub(super) fn get(&self, path: &str) -> Result<Value, Trouble> {
        self.send("GET", path, None)
    }

    /// Makes an object.
    pub(super) fn post(&self, path: &str, object: &Value) -> Result<Value, Trouble> {
        self.send("POST", path, Some(object))
    }

    /// Has the server go through everything but keeping the object.
    pub(super) fn dry_run(&self, path: &str, object: &Value) -> Result<Value, Trouble> {
        self.send("POST", &format!("{path}?dryRun=All"), Some(object))
    }

    /// Removes an object, or all of a collection, at once. What is not there is removed.
    pub(super) fn delete(&self, path: &str) -> Result<(), Trouble> {
        match self.send("DELETE", &format!("{path}?gracePeriodSeconds=0"), None) {
            Ok(_) | Err(Trouble::Refused(404, _)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// What somebody without any credential is answered.
    pub(super) fn anonymous(&self, path: &str) -> Result<Answer, String> {
        self.nobody.get(&format!("{}{path}", self.server))
    }
}

/// What the server said, by its `Status` object where there is one.
fn message(answer: &Answer, value: Option<&Value>) -> String {
    let said = value.and_then(|value| value.get("message")).and_then(Value::as_str);
    short(said.unwrap_or(&answer.text()))
}

/// What a server says is shown in part only: it may be of any length.
pub(super) fn short(text: &str) -> String {
    let mut short: String = text.chars().filter(|c| !c.is_control()).take(300).collect();
    if text.chars().count() > 300 {
        short.push('…');
    }
    short
}

/// The text at a pointer (RFC 6901).
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer).and_then(Value::as_str)
}

/// The items of a list.
pub(super) fn items(value: &Value) -> &[Value] {
    value.get("items").and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
