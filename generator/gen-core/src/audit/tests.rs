//! The chain holds, and nothing in it can be changed unnoticed.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::model::units::Timestamp;

fn choice(profile: &str, provider: &str, satisfied: usize) -> Value {
    json!({
        "profile": profile, "engine": "terraform",
        "bindings": {
            "db": {"way": "managed", "provider": provider, "region": "eu-central-1", "copy": "eu-west-1"},
            "workflow": {"way": "hosted", "product": "temporal", "host": "cluster"},
            "telemetry": {"way": "existing", "operated_by": "on-prem", "exports": "00ff"},
        },
        "verdicts": {"satisfied": satisfied, "degraded": 1, "refused": 0, "needs_evidence": 0, "waived": 1},
    })
}

fn made(profile: &str, provider: &str, satisfied: usize) -> Change {
    let change = json!({
        "target": "control-plane/prod", "evidence_as_of": "2026-11-21",
        "before": choice("standard", "aws", 56), "after": choice(profile, provider, satisfied),
        "changed": [{
            "component": "db",
            "before": {"way": "managed", "provider": "aws"}, "after": {"way": "managed", "provider": provider},
        }],
        "waivers": [{
            "component": "edge", "capability": "cdn.signed_url", "ticket": "OPS-411",
            "approvers": ["one@example.org", "two@example.org"], "until": "2026-12-01",
        }],
    });
    serde_json::from_value(change).expect("a change")
}

fn chain(links: &[(String, usize)]) -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    for (index, (provider, satisfied)) in links.iter().enumerate() {
        let sealing = Sealing {
            kind: Kind::Changed,
            time: Timestamp::parse(&format!("2026-11-21T10:{index:02}:00Z")).expect("a time"),
            revision: Some(format!("5f0c1e9{index}")),
            predecessor: events.last().map(|last| last.data.digest.clone()),
        };
        let change = made("sovereign", provider, *satisfied);
        events.push(Event::seal(
            What::Change(Box::new(change)),
            "stacks/control-plane/environments/prod.yaml",
            sealing,
        ));
    }
    events
}

/// Every leaf of a document, as a pointer.
fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| leaves(value, &format!("{at}/{key}"), found));
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, value)| leaves(value, &format!("{at}/{index}"), found));
        }
        _ => found.push(at.to_owned()),
    }
}

/// Another value of the same type that the schema may or may not allow.
fn flipped(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_u64().unwrap_or(0) + 1),
        Value::String(text) if text.ends_with('a') => json!(format!("{}b", &text[..text.len() - 1])),
        Value::String(text) => json!(format!("{}a", &text[..text.len() - 1])),
        Value::Bool(is) => json!(!is),
        _ => json!("a"),
    }
}

proptest! {
    #[test]
    fn a_chain_holds_until_something_is_altered_left_out_or_moved(
        links in proptest::collection::vec(("(aws|scaleway|stackit|cnpg)", 0_usize..90), 1..6),
        pick in any::<prop::sample::Index>(),
        leaf in any::<prop::sample::Index>(),
    ) {
        let events = chain(&links);
        prop_assert_eq!(verify(&events), Ok(()));
        let index = pick.index(events.len());

        // One leaf of one event is another: it is no event any more, or its seal is broken.
        let mut value = serde_json::to_value(&events[index]).expect("JSON");
        let mut found = Vec::new();
        leaves(&value, "", &mut found);
        let pointer = &found[leaf.index(found.len())];
        let place = value.pointer_mut(pointer).expect("a leaf");
        *place = flipped(place);
        if let Ok(event) = serde_json::from_value::<Event>(value) {
            if !pointer.ends_with("/digest") {
                prop_assert_ne!(event.digest(), events[index].data.digest.as_str(), "{}", pointer);
            }
            let mut altered = events.clone();
            altered[index] = event;
            prop_assert_eq!(verify(&altered), Err(Broken::Altered(index)), "{}", pointer);
        }

        // One is left out, or two change places.
        let mut shorter = events.clone();
        shorter.remove(index);
        let expected = if index + 1 == events.len() { Ok(()) } else { Err(Broken::Unchained(index)) };
        prop_assert_eq!(verify(&shorter), expected);
        if index > 0 {
            let mut swapped = events.clone();
            swapped.swap(index - 1, index);
            prop_assert_eq!(verify(&swapped), Err(Broken::Unchained(index - 1)));
        }

        // One is made up in the middle, sealed as it should be: what follows gives it away.
        if index + 1 < events.len() {
            let old = &events[index];
            let sealing = Sealing {
                kind: Kind::Changed, time: old.time,
                revision: Some("forged".to_owned()), predecessor: old.data.predecessor.clone(),
            };
            let mut forged = events.clone();
            forged[index] = Event::seal(What::Change(Box::new(old.data.change.clone().expect("a change"))), &old.source, sealing);
            prop_assert_eq!(verify(&forged), Err(Broken::Unchained(index + 1)));
        }
    }

    /// What is read back is what was sealed, in whatever order its keys come.
    #[test]
    fn events_survive_being_written_and_read(satisfied in 0_usize..90) {
        let events = chain(&[("scaleway".to_owned(), satisfied)]);
        let text = serde_json::to_string_pretty(&events[0]).expect("JSON");
        let read: Event = serde_json::from_str(&text).expect("an event");
        prop_assert_eq!(&read, &events[0]);
        prop_assert_eq!(verify(&[read]), Ok(()));
    }
}

#[test]
fn every_leaf_counts() {
    let event = chain(&[("scaleway".to_owned(), 48)]).remove(0);
    let value = serde_json::to_value(&event).expect("JSON");
    let mut found = Vec::new();
    leaves(&value, "", &mut found);
    assert!(found.len() > 40, "{}", found.len());
    let digest = |value: &Value| {
        let mut value = value.clone();
        value["data"].as_object_mut().expect("data").remove("digest");
        crate::digest::canonical_sha256(&value)
    };
    assert_eq!(digest(&value), event.data.digest);
    for pointer in found.iter().filter(|pointer| !pointer.ends_with("/digest")) {
        let mut altered = value.clone();
        let place = altered.pointer_mut(pointer).expect("a leaf");
        *place = flipped(place);
        assert_ne!(digest(&altered), event.data.digest, "{pointer}");
    }
}

#[test]
fn envelopes_are_those_of_the_standard() {
    let event = chain(&[("scaleway".to_owned(), 48)]).remove(0);
    let value = serde_json::to_value(&event).expect("JSON");
    for (name, expected) in [
        ("specversion", "1.0"),
        ("type", "gen.binding.changed.v1"),
        ("source", "stacks/control-plane/environments/prod.yaml"),
        ("subject", "control-plane/prod"),
        ("time", "2026-11-21T10:00:00Z"),
        ("datacontenttype", "application/json"),
    ] {
        assert_eq!(value[name], expected, "{name}");
    }
    // Attribute names are lower-case letters and digits (CloudEvents 1.0, "Naming conventions").
    for name in value.as_object().expect("an event").keys() {
        assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()), "{name}");
    }
    let schema = schemars::schema_for!(Event).to_value();
    assert!(jsonschema::is_valid(&schema, &value));
    assert!(jsonschema::is_valid(&data_schema(), &value["data"]));
    assert_eq!(
        value["dataschema"],
        format!("nih:sha-256;{}", crate::digest::canonical_sha256(&data_schema()))
    );
    let mut unknown = value.clone();
    unknown["data"]["extra"] = json!(1);
    assert!(!jsonschema::is_valid(&schema, &unknown));
    assert!(serde_json::from_value::<Event>(unknown).is_err());
}

#[test]
fn what_is_stored_is_what_was_written_and_all_of_it() {
    let links = [("aws".to_owned(), 1), ("scaleway".to_owned(), 2), ("stackit".to_owned(), 3)];
    let events = chain(&links);
    let stored: Vec<(u64, Vec<u8>)> =
        (1..).zip(events.iter().map(|event| event.text().into_bytes())).collect();
    let head = |number: usize| Head { number: number as u64, digest: events[number - 1].data.digest.clone() };
    let broken = |records: &[(u64, Vec<u8>)], head: Option<&Head>| {
        verify_stored("control-plane/prod", records, head).map_err(|flaw| flaw.number)
    };
    assert_eq!(broken(&stored, Some(&head(3))), Ok(()));
    // The run that wrote the last record was killed before it wrote the head.
    assert_eq!(broken(&stored, Some(&head(2))), Ok(()));
    assert_eq!(broken(&[], None), Ok(()));
    assert_eq!(broken(&stored, None), Err(3));
    assert_eq!(broken(&stored[..2], Some(&head(3))), Err(3));
    assert_eq!(broken(&stored[1..], Some(&head(3))), Err(1));
    assert_eq!(broken(&[stored[0].clone(), stored[2].clone()], Some(&head(3))), Err(2));
    let other = Head { number: 3, digest: "00".to_owned() };
    assert_eq!(broken(&stored, Some(&other)), Err(3));
    assert_eq!(verify_stored("control-plane/dev", &stored, None).map_err(|flaw| flaw.number), Err(1));
    // Equal in meaning is not equal: a byte is a byte.
    let mut spaced = stored.clone();
    spaced[1].1.push(b'\n');
    assert_eq!(broken(&spaced, Some(&head(3))), Err(2));
    let moved = [(1, stored[1].1.clone()), (2, stored[0].1.clone()), (3, stored[2].1.clone())];
    assert_eq!(broken(&moved, Some(&head(3))), Err(1));
}
