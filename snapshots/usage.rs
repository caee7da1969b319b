//! Wrong usage is told apart from wrong input, and what is printed fits a terminal.

use crate::cli;

#[test]
fn wrong_usage_exits_with_64() {
    for (arguments, help) in [
        (&["check", "--today", "tomorrow"][..], "YEAR-MONTH-DAY"),
        (&["matrix", "--expiring", "--today", "2026-02-30"], "YEAR-MONTH-DAY"),
        (&["verify", "--profile", "none.json", "--today", "tomorrow"], "YEAR-MONTH-DAY"),
        (&["profile", "compare", "--to", "--today", "1.1.2027"], "YEAR-MONTH-DAY"),
        (&["verify", "--profile", "none.json", "--digest", "abc"], "64 hexadecimal digits"),
        (&["profile", "list", "--format", "sarif"], "human, json and markdown"),
        (&["profile", "compare", "--format", "github"], "human, json and markdown"),
        (&["matrix", "--format", "sarif"], "human, json and markdown"),
        (&["plan", "--format", "matrix"], "is for affected"),
        (&["affected", "--base=--output=x"], "branch, tag or commit"),
        (&["affected"], "--base"),
        (&["affected", "--base", "HEAD", "--format", "sarif"], "human, json and markdown"),
        (&["matrix", "--coverage", "--expiring"], "cannot be used with"),
    ] {
        let said = cli::run(&cli::root(), arguments);
        assert_eq!(said.status, 64, "{arguments:?}: {}", said.text());
        assert!(said.err.contains(help), "{arguments:?}: {}", said.text());
        assert!(said.out.is_empty(), "{arguments:?}: {}", said.text());
    }
}

#[test]
fn annotations_are_for_commands_that_look_for_faults() {
    for arguments in [&["plan"][..], &["generate", "--check"], &["check"], &["validate"]] {
        let said = cli::run(&cli::root(), &[arguments, &["--format", "github"]].concat());
        assert_eq!(said.status, 0, "{arguments:?}: {}", said.text());
    }
}

/// What cannot be broken: addresses and paths, marks below an excerpt, and the text of a file itself.
fn may_be_long(line: &str) -> bool {
    let last = line.split_whitespace().last().unwrap_or_default();
    last.contains('/')
        || line.contains("^^")
        || line.trim_start().starts_with("data: {")
        || line.trim_start().starts_with("providers: [")
}

#[test]
fn lines_fit_into_80_columns() {
    for arguments in [
        "check",
        "check --today 2027-11-30 -s foundation -e prod",
        "doctor",
        "explain",
        "explain GEN0403",
        "explain acme-platform",
        "explain control-plane",
        "explain control-plane/prod",
        "explain s3.versioning",
        "explain sovereign",
        "explain stackit",
        "generate --check",
        "matrix",
        "matrix --coverage",
        "plan",
        "plan -s control-plane -e byo",
        "plan -s control-plane -e prod --verdicts",
        "plan -s control-plane -e sovereign",
        "profile check",
        "profile compare -s control-plane",
        "profile compare -s control-plane -e prod --to --profile sovereign --provider stackit",
        "profile list",
        "profile report",
        "profile show sovereign",
        "validate",
        "verify --profile terraform-out/control-plane/prod/profile/api.json",
    ] {
        let words: Vec<&str> = arguments.split(' ').collect();
        let said = cli::run(&cli::root(), &words);
        let lines = said.out.lines().chain(said.err.lines());
        let long: Vec<&str> = lines.filter(|line| line.chars().count() > 80 && !may_be_long(line)).collect();
        assert!(long.is_empty(), "gen {arguments}: {long:#?}");
    }
}

#[test]
fn nothing_reassures_beside_a_fault() {
    for arguments in [
        &["profile", "check", "nosuch"][..],
        &["profile", "check", "-s", "nosuch"],
        &["matrix", "--coverage", "-s", "nosuch"],
    ] {
        let said = cli::run(&cli::root(), arguments);
        assert_eq!(said.status, 1, "{arguments:?}: {}", said.text());
        assert!(said.err.contains("GEN0201"), "{arguments:?}: {}", said.text());
        assert!(said.out.is_empty(), "{arguments:?}: {}", said.text());
    }
    let repository = cli::fresh();
    let unused = cli::run(repository.path(), &["profile", "check", "sovereign"]);
    assert_eq!(unused.status, 0, "{}", unused.text());
    assert_eq!(unused.out, "No environment uses profile sovereign: nothing to look at.\n");
}

#[test]
fn planned_environments_are_a_sentence_where_they_are_not_the_question() {
    for arguments in [&["generate", "--check"][..], &["validate"]] {
        let said = cli::run(&cli::root(), arguments);
        assert!(said.err.contains("control-plane/byo is planned: "), "{}", said.text());
        assert!(!said.err.contains("= unknown"), "{}", said.text());
        let whole = cli::run(&cli::root(), &[arguments, &["--format", "json"]].concat());
        assert!(whole.out.contains("\"unknown\""), "{}", whole.text());
    }
}
