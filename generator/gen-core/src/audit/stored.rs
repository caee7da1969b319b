//! A chain as it lies in a store: numbered records, and the head that was written last.

use serde::{Deserialize, Serialize};

use super::event::follows;
use super::{Broken, Event};

/// The newest record, as it was last written down: without it nobody could tell that the end of a chain is missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Its number.
    pub number: u64,
    /// Its digest.
    pub digest: String,
}

/// Where a stored chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Number of the record.
    pub number: u64,
    /// What is wrong with it.
    pub what: String,
}

/// Verifies the records of one target, in the order of their numbers. A head may lag behind, because it is written after the record.
pub fn verify_stored(target: &str, records: &[(u64, Vec<u8>)], head: Option<&Head>) -> Result<(), Flaw> {
    let flaw = |number: u64, what: &str| Err(Flaw { number, what: what.to_owned() });
    let mut events: Vec<Event> = Vec::with_capacity(records.len());
    for ((number, bytes), expected) in records.iter().zip(1..) {
        if *number != expected {
            return flaw(expected, "it is missing");
        }
        let event = match Event::read(bytes) {
            Ok(event) if event.subject == target => event,
            Ok(event) => return flaw(*number, &format!("it is about {}", event.subject)),
            Err(why) => return flaw(*number, &format!("it is not what was written: {why}")),
        };
        match follows(&event, events.last(), events.len()) {
            Ok(()) => events.push(event),
            Err(Broken::Altered(_)) => return flaw(*number, "it was altered: its digest is another one"),
            Err(Broken::Unchained(_)) => return flaw(*number, "it does not follow the record before it"),
            Err(Broken::Foreign(_)) => return flaw(*number, "it is about another target"),
        }
    }
    let length = events.len() as u64;
    match head {
        Some(head) if head.number > length => flaw(length + 1, "it is missing: the chain was longer"),
        Some(head) => {
            let index = usize::try_from(head.number).ok().and_then(|number| number.checked_sub(1));
            let there = index.and_then(|index| events.get(index)).map(|event| event.data.digest.as_str());
            if there == Some(head.digest.as_str()) {
                Ok(())
            } else {
                flaw(head.number, "it is another one than was written")
            }
        }
        None if events.is_empty() => Ok(()),
        None => flaw(length, "nothing says that it is the last: the head is missing"),
    }
}
