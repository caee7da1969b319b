//! What is kept beside the states of a target: what its roots hand on, and the chain of records.
//!
//! `<stack>/<environment>/exports/<root>.json` is overwritten by each apply. `<stack>/<environment>/records/<number>.json` are written
//! once each, with `If-None-Match: *`: of two runs that record at once one is told so, and appends behind the other.

use std::sync::Arc;

use gen_core::audit::{Event, Head};
use gen_core::kind::terraform::StatePlace;
use serde_json::Value;

use crate::probe::s3::store::{Call, Store, Style, told};
use crate::probe::s3::xml;
use crate::probe::{Stop, http::Answer};

use super::identity::{Aws, Caller, Credentials};

/// Numbers of records have so many digits, so that their names sort.
const DIGITS: usize = 8;
/// So many of the newest records are looked through for the last one of a root.
const NEWEST: usize = 200;
/// So many runs may record at once before one gives up.
const TURNS: u32 = 16;

/// As whom something is done.
#[derive(Debug, Clone)]
pub enum Login {
    /// AWS said so.
    Aws {
        /// Where credentials come from; they are renewed there.
        aws: Arc<Aws>,
        /// Who that is.
        caller: Caller,
    },
    /// Somebody looked and said so.
    Confirmed {
        /// The account.
        account: String,
    },
}

impl Login {
    /// Who, for records.
    pub fn who(&self) -> String {
        match self {
            Self::Aws { caller, .. } => caller.arn.clone(),
            Self::Confirmed { account } => format!("account {account}, confirmed by hand"),
        }
    }

    /// Credentials of the moment for a store with the S3 API.
    fn credentials(&self) -> Result<Credentials, String> {
        match self {
            Self::Aws { aws, .. } => aws.credentials(),
            Self::Confirmed { .. } => Credentials::of_environment().map_err(words),
        }
    }
}

/// A store of states, seen from one target.
#[derive(Debug, Clone)]
pub struct Ledger {
    store: Store,
    login: Login,
    bucket: String,
    prefix: String,
}

impl Ledger {
    /// Beside a state.
    pub fn beside(place: &StatePlace, login: &Login) -> Result<Self, String> {
        let endpoint = endpoint(place, login)?;
        let local = endpoint.starts_with("http://");
        // A store on this machine has no names for its buckets.
        let style = if place.path_style || local { Style::Path } else { Style::Host };
        let credentials = login.credentials()?;
        let store = Store::asked_by(credentials, &endpoint, &place.region, style, false).map_err(words)?;
        let login = login.clone();
        Ok(Self { store, login, bucket: place.bucket.clone(), prefix: place.prefix().to_owned() })
    }

    /// The store's bucket exists.
    pub fn exists(&self) -> Result<bool, String> {
        self.is_there(&Call::new("HEAD", &self.bucket), &self.bucket)
    }

    fn is_there(&self, call: &Call, what: &str) -> Result<bool, String> {
        let answer = self.send(call)?;
        match answer.status {
            404 => Ok(false),
            _ if answer.ok() => Ok(true),
            _ => Err(self.refused("looked for", what, &answer)),
        }
    }

    /// Makes sure that the store does not make what exists already: locks of states and numbers of records rest on that.
    pub fn makes_once(&self) -> Result<(), String> {
        let key = format!("{}/create-check", self.prefix);
        let call = Call::new("PUT", &self.bucket).key(&key).header("if-none-match", "*");
        // The first time in a store it is made; after that it is there.
        for _ in 0..2 {
            let answer = self.send(&call)?;
            match answer.status {
                409 | 412 => return Ok(()),
                _ if answer.ok() => {}
                _ => return Err(self.refused("put", &key, &answer)),
            }
        }
        Err(format!("{} ignores If-None-Match: two runs could hold one lock", self.store.address()))
    }

    /// What a root hands on; none if it was never applied.
    pub fn exports(&self, root: &str) -> Result<Option<Value>, String> {
        let key = format!("{}/exports/{root}.json", self.prefix);
        let Some(bytes) = self.get(&key)? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|error| format!("{key}: {error}"))
    }

    /// Keeps what a root hands on.
    pub fn put_exports(&self, root: &str, exports: &Value) -> Result<(), String> {
        let key = format!("{}/exports/{root}.json", self.prefix);
        let text = format!("{exports:#}\n");
        let call =
            Call::new("PUT", &self.bucket).key(&key).header("content-type", "application/json").body(text);
        let answer = self.send(&call)?;
        if answer.ok() { Ok(()) } else { Err(self.refused("put", &key, &answer)) }
    }

    /// Appends an event to the chain; `seal` makes it of the digest of the one before.
    pub fn append(&self, seal: &dyn Fn(Option<String>) -> Event) -> Result<Event, String> {
        for _ in 0..TURNS {
            let last = self.numbers()?.last().copied();
            let predecessor = last.map(|number| self.event(number)).transpose()?;
            let event = seal(predecessor.map(|last| last.data.digest));
            let number = last.map_or(1, |last| last + 1);
            let key = self.key(number);
            let call = Call::new("PUT", &self.bucket)
                .key(&key)
                .header("content-type", "application/cloudevents+json")
                .header("if-none-match", "*")
                .body(event.text());
            let answer = self.send(&call)?;
            match answer.status {
                _ if answer.ok() => {
                    self.put_head(&Head { number, digest: event.data.digest.clone() })?;
                    return Ok(event);
                }
                // Somebody else recorded in between; or it was this run, and the answer to its first try was lost.
                409 | 412 => {
                    if self.get(&key)?.is_some_and(|bytes| bytes == event.text().as_bytes()) {
                        self.put_head(&Head { number, digest: event.data.digest.clone() })?;
                        return Ok(event);
                    }
                }
                _ => return Err(self.refused("put", &key, &answer)),
            }
        }
        Err(format!("{TURNS} times another run was quicker to record; try again"))
    }

    /// Writes down which record is the last.
    fn put_head(&self, head: &Head) -> Result<(), String> {
        let key = self.head_key();
        // Heads hold a number and a text, so this does not fail.
        let text = serde_json::to_string(head).unwrap_or_default() + "\n";
        let call =
            Call::new("PUT", &self.bucket).key(&key).header("content-type", "application/json").body(text);
        let answer = self.send(&call)?;
        if answer.ok() { Ok(()) } else { Err(self.refused("put", &key, &answer)) }
    }

    /// Which record was the last.
    pub fn head(&self) -> Result<Option<Head>, String> {
        let key = self.head_key();
        let Some(bytes) = self.get(&key)? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|error| format!("{key}: {error}"))
    }

    fn head_key(&self) -> String {
        format!("{}/records/head.json", self.prefix)
    }

    /// Who holds the lock of a state; none if nobody does.
    pub fn lock(&self, place: &StatePlace) -> Result<Option<Value>, String> {
        let key = format!("{}.tflock", place.key);
        let Some(bytes) = self.get(&key)? else { return Ok(None) };
        serde_json::from_slice(&bytes).map(Some).map_err(|error| format!("{key}: {error}"))
    }

    /// The last event about a root, among the newest of the chain.
    pub fn last_of(&self, root: &str) -> Result<Option<Event>, String> {
        for number in self.numbers()?.into_iter().rev().take(NEWEST) {
            let event = self.event(number)?;
            if event.data.step.as_ref().is_some_and(|step| step.root == root) {
                return Ok(Some(event));
            }
        }
        Ok(None)
    }

    /// The store holds an object.
    pub(super) fn has(&self, key: &str) -> Result<bool, String> {
        self.is_there(&Call::new("HEAD", &self.bucket).key(key), key)
    }

    /// The whole chain, each record as it lies there, with its number.
    pub fn chain(&self) -> Result<Vec<(u64, Vec<u8>)>, String> {
        let numbers = self.numbers()?;
        numbers
            .into_iter()
            .map(|number| {
                let bytes = self.get(&self.key(number))?;
                Ok((number, bytes.ok_or_else(|| format!("{} is gone", self.key(number)))?))
            })
            .collect()
    }

    fn event(&self, number: u64) -> Result<Event, String> {
        let key = self.key(number);
        let bytes = self.get(&key)?.ok_or_else(|| format!("{key} is gone"))?;
        Event::read(&bytes).map_err(|why| format!("{key}: {why}: gen audit verify"))
    }

    fn key(&self, number: u64) -> String {
        format!("{}/records/{number:0DIGITS$}.json", self.prefix)
    }

    /// Numbers of the records, in order.
    fn numbers(&self) -> Result<Vec<u64>, String> {
        let prefix = format!("{}/records/", self.prefix);
        let mut numbers = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let mut call = Call::new("GET", &self.bucket).query("list-type", "2").query("prefix", &prefix);
            if let Some(key) = &after {
                call = call.query("start-after", key);
            }
            let answer = self.send(&call)?;
            if !answer.ok() {
                return Err(self.refused("listed", &prefix, &answer));
            }
            let text = answer.text();
            let keys = xml::texts(&text, "Key");
            numbers.extend(
                keys.iter()
                    .filter_map(|key| key.strip_prefix(&prefix)?.strip_suffix(".json")?.parse::<u64>().ok()),
            );
            let more = xml::first(&text, "IsTruncated").as_deref() == Some("true");
            match keys.last().filter(|_| more) {
                Some(key) => after = Some(key.clone()),
                None => break,
            }
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    fn get(&self, key: &str) -> Result<Option<Vec<u8>>, String> {
        let answer = self.send(&Call::new("GET", &self.bucket).key(key))?;
        match answer.status {
            404 => Ok(None),
            _ if answer.ok() => Ok(Some(answer.body)),
            _ => Err(self.refused("read", key, &answer)),
        }
    }

    fn send(&self, call: &Call) -> Result<Answer, String> {
        let mut call = call.clone();
        if let Login::Aws { caller, .. } = &self.login {
            // Names of buckets are the whole world's: one of somebody else is refused, not written to.
            call = call.header("x-amz-expected-bucket-owner", &caller.account);
        }
        let mut last = Answer::default();
        for pause in [0, 200, 1000, 3000] {
            std::thread::sleep(std::time::Duration::from_millis(pause));
            let store = self.store.clone().for_whom(self.login.credentials()?);
            last = store.send(&call).map_err(words)?;
            if last.status != 0 && last.status != 429 && last.status < 500 {
                return Ok(last);
            }
        }
        Err(format!("{}: {}", self.store.address(), told(&last)))
    }

    fn refused(&self, did: &str, what: &str, answer: &Answer) -> String {
        format!("{} {did} at {}: {}", what, self.store.address(), told(answer))
    }
}

/// Address of the store: the one that the backend names; at AWS itself another one if the SDK's variables say so, as for the engine.
fn endpoint(place: &StatePlace, login: &Login) -> Result<String, String> {
    #[expect(clippy::disallowed_methods, reason = "the same variables as the SDK and the engine read")]
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let other = match login {
        Login::Aws { .. } => variable("AWS_ENDPOINT_URL_S3").or_else(|| variable("AWS_ENDPOINT_URL")),
        Login::Confirmed { .. } => None,
    };
    other
        .or_else(|| place.endpoint.clone())
        .ok_or_else(|| "nobody knows the address of the store of states".to_owned())
}

fn words(stop: Stop) -> String {
    match stop {
        Stop::Interrupted => "interrupted".to_owned(),
        Stop::Failed { why, help } => format!("{why}: {help}"),
    }
}
