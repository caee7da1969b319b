//! The record that a change of profile or binding leaves.

use gen_core::audit::{Event, verify};
use serde_json::Value;

use crate::cli;

fn events(arguments: &[&str]) -> Vec<Value> {
    let all = [&["plan", "-s", "control-plane", "--event", "--format", "json"], arguments].concat();
    let said = cli::run(&cli::root(), &all);
    let document: Value = serde_json::from_str(&said.out).expect("JSON");
    document["events"].as_array().cloned().unwrap_or_default()
}

#[test]
fn a_proposed_change_has_a_record() {
    let mut found = events(&["-e", "prod", "--profile", "byo", "--provider", "db=cnpg"]);
    assert_eq!(found.len(), 1);
    let event: Event = serde_json::from_value(found[0].clone()).expect("an event");
    assert_eq!(verify(std::slice::from_ref(&event)), Ok(()));
    let schema = cli::run(&cli::root(), &["schema", "record/event"]).out;
    let schema: Value = serde_json::from_str(&schema).expect("a schema");
    assert!(jsonschema::is_valid(&schema, &found[0]));
    // The schema of the data is named by its digest: whoever has the file can check that it is the one.
    let data =
        std::fs::read(cli::root().join("docs/schema/record/event-data.schema.json")).expect("a schema");
    let data: Value = serde_json::from_slice(&data).expect("JSON");
    assert_eq!(event.dataschema, format!("nih:sha-256;{}", gen_core::digest::canonical_sha256(&data)));
    let event = &mut found[0];
    for clocked in ["id", "time", "dataschema"] {
        event[clocked] = Value::from(format!("[{clocked}]"));
    }
    event["data"]["digest"] = Value::from("[digest]");
    cli::golden("plan-event", &format!("{event:#}\n"));
}

#[test]
fn nothing_changes_without_a_difference() {
    assert_eq!(events(&["-e", "prod", "--profile", "standard", "--provider", "aws"]), Vec::<Value>::new());
    // One for each environment that has another profile now.
    let changed = events(&["--profile", "byo"]);
    let changed: Vec<&str> = changed.iter().filter_map(|event| event["subject"].as_str()).collect();
    for env in ["dev", "staging", "prod"] {
        assert!(changed.contains(&format!("control-plane/{env}").as_str()), "{changed:?}");
    }
    assert!(!changed.contains(&"control-plane/byo"), "{changed:?}");
    let said = cli::run(&cli::root(), &["plan", "--event"]);
    assert_eq!(said.status, 64, "{}", said.text());
}
