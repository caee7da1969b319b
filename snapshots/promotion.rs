//! What `diff` says of two environments, and what `promote` does where there is no `git`. The rest needs one: `snapshots/promotion/run.py`.

use serde_json::Value;

use crate::cli;

#[test]
fn two_environments_differ_in_configuration_alone() {
    let said = cli::run(&cli::root(), &["diff", "staging..prod", "-s", "control-plane"]);
    cli::golden("diff-staging-prod", &said.text());
    let words = ["diff", "staging..prod", "-s", "control-plane", "--detailed-exitcode", "--format", "json"];
    let said = cli::run(&cli::root(), &words);
    assert_eq!(said.status, 2, "{}", said.text());
    let found: Value = serde_json::from_str(&said.out).expect("JSON");
    let schema = cli::run(&cli::root(), &["schema", "output/diff"]).out;
    let schema: Value = serde_json::from_str(&schema).expect("a schema");
    assert!(jsonschema::is_valid(&schema, &found));
    assert_eq!(found["configuration_alone"], Value::from(true));
}

#[test]
fn environments_that_are_not_there_are_named() {
    for (words, says) in [
        (&["diff", "staging..prd", "-s", "control-plane"][..], "did you mean `prod`?"),
        (&["diff", "staging..prod"], "-s STACK"),
        (&["promote", "--from", "stagin", "--to", "prod", "-s", "control-plane"], "git"),
    ] {
        let said = cli::run(&cli::root(), words);
        assert_eq!(said.status, 1, "{words:?}: {}", said.text());
        assert!(said.err.contains(says), "{words:?}: {}", said.text());
    }
    let said = cli::run(&cli::root(), &["diff", "staging", "-s", "control-plane"]);
    assert_eq!(said.status, 64, "{}", said.text());
    let said = cli::run(&cli::root(), &["apply", "-s", "control-plane", "-e", "prod"]);
    cli::golden("apply-without-a-release", &said.text());
}
