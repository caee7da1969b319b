//! Every profile with every provider, for the shipped stack: it renders, or it says why not.

use serde_json::Value;

use crate::cli;

/// The combinations for a target, as documents.
fn combinations() -> Vec<Value> {
    let said = cli::run(&cli::root(), &["profile", "compare", "-s", "control-plane", "--format", "json"]);
    assert_eq!(said.status, 0, "{}", said.text());
    let document: Value = serde_json::from_str(&said.out).expect("JSON");
    document["combinations"].as_array().expect("combinations").clone()
}

#[test]
fn each_combination_renders_or_says_why_not() {
    let all = combinations();
    let providers = std::fs::read_dir(cli::root().join("profiles/providers"))
        .expect("providers")
        .filter(|entry| {
            entry.as_ref().is_ok_and(|entry| entry.path().extension().is_some_and(|ending| ending == "yaml"))
        })
        .count();
    assert_eq!(all.len(), 3 * providers, "every profile with every provider");
    let overview = cli::run(&cli::root(), &["profile", "compare", "-s", "control-plane"]);
    cli::golden("compare", &overview.text());
    let few = [
        "--profile",
        "sovereign",
        "--provider",
        "scaleway",
        "--provider",
        "stackit",
        "--provider",
        "ovhcloud",
    ];
    let beside = cli::run(&cli::root(), &[&["profile", "compare", "-s", "control-plane"][..], &few].concat());
    cli::golden("compare-few", &beside.text());
    for profile in ["standard", "sovereign", "byo"] {
        let own = all.iter().filter(|found| found["profile"] == profile && found["outcome"] != "not_allowed");
        let mut text = String::new();
        for found in own {
            let provider = found["provider"].as_str().expect("a provider");
            let said = cli::run(
                &cli::root(),
                &["profile", "compare", "-s", "control-plane", "--profile", profile, "--provider", provider],
            );
            assert_eq!(said.status, 0, "{}", said.text());
            let open = found["open"].as_array().expect("open requirements");
            assert!(
                found["outcome"] == "renders" || !open.is_empty(),
                "{provider} is refused without a reason"
            );
            text.push_str(&said.out);
            text.push('\n');
        }
        cli::golden(&format!("compare-{profile}"), &text);
    }
}

#[test]
fn a_year_on_nothing_is_satisfied() {
    let late = "2027-11-30";
    let checked = cli::run(&cli::root(), &["check", "--today", late, "--format", "json"]);
    assert_eq!(checked.status, 1, "{}", checked.text());
    let document: Value = serde_json::from_str(&checked.out).expect("JSON");
    let targets = document["targets"].as_array().expect("targets");
    assert!(targets.len() >= 10, "{} targets", targets.len());
    for target in targets {
        assert_eq!(target["verdicts"]["satisfied"], 0, "{}", target["target"]);
        assert_ne!(target["state"], "ok", "{}", target["target"]);
    }
    let renew = cli::run(&cli::root(), &["matrix", "--expiring", "--today", late]);
    cli::golden("expired-a-year-on", &renew.text());
    let said = cli::run(&cli::root(), &["check", "--today", late, "-s", "foundation", "-e", "prod"]);
    cli::golden("check-a-year-on", &said.text());
}

#[test]
fn a_profile_of_ones_own_lists_what_nobody_knows() {
    let repository = cli::fresh();
    let made = cli::run(
        repository.path(),
        &[
            "profile",
            "new",
            "ours",
            "--operator",
            "our-platform",
            "--country",
            "DE",
            "-s",
            "hello",
            "-e",
            "prod",
        ],
    );
    let mut text = made.text();
    for path in
        ["profiles/ours.yaml", "profiles/providers/our-platform.yaml", "stacks/hello/environments/prod.yaml"]
    {
        let file = std::fs::read_to_string(repository.path().join(path)).expect(path);
        text.push_str(&format!("\n=== {path}\n{file}"));
    }
    cli::golden("profile-new", &text);
    // What it made is sound: refused for want of evidence, and for nothing else.
    let checked = cli::run(repository.path(), &["profile", "check", "ours"]);
    assert_eq!(checked.status, 2, "{}", checked.text());
    assert!(checked.err.is_empty(), "{}", checked.text());
    let again = cli::run(
        repository.path(),
        &["profile", "new", "ours", "--operator", "our-platform", "--country", "DE"],
    );
    cli::golden("profile-new-again", &again.text());
    let asked = cli::run(repository.path(), &["profile", "new", "theirs"]);
    cli::golden("profile-new-without-operator", &asked.text());
}

#[test]
fn a_profile_that_could_never_be_planned_is_not_made() {
    let repository = cli::fresh();
    let before = cli::tree(repository.path());
    let profile = |arguments: &str| {
        let words = format!("profile new {arguments}");
        cli::run(repository.path(), &words.split(' ').collect::<Vec<_>>())
    };
    for (arguments, code, reason) in [
        ("sovereign --operator ours --country DE", "GEN0206", "`sovereign` is a profile of gen's own"),
        ("x --operator cnpg --country DE -s hello", "GEN0206", "`cnpg` is a product"),
        ("x --extends sovereign --operator ours --country DE", "GEN0205", "allowed: exoscale, hetzner"),
        ("x --operator ours --country DE -s foundation", "GEN0211", "`foundation` is a stack of accounts"),
        ("x --operator ours --country DE -e prod", "GEN0107", "--stack"),
        ("x --operator ours --country XX", "GEN0109", "`XX` is not the code of a country"),
        ("x --operator stackit --country FR", "GEN0212", "it is in: DE"),
        ("x --operator stackit --country DE --title Other", "GEN0211", "has its name already"),
        ("x --operator stackit --country DE -s hello", "GEN0107", "no account of it is named"),
        ("x --extends standard --operator aws --country DE -s hello", "GEN0212", "have nowhere to go"),
    ] {
        let said = profile(arguments);
        assert_eq!(said.status, 1, "{arguments}: {}", said.text());
        assert!(said.err.contains(code) && said.err.contains(reason), "{arguments}: {}", said.text());
        assert_eq!(before, cli::tree(repository.path()), "{arguments} wrote something");
    }
    // What is made lacks evidence at most; the number is the one that `profile check` counts.
    let made = profile("ours --operator ours --country NO -s hello");
    assert_eq!(made.status, 0, "{}", made.text());
    let checked = cli::run(repository.path(), &["profile", "check", "ours"]);
    let total = made.out.lines().find(|line| line.contains("to find out")).expect("a total");
    assert!(checked.out.contains(total), "{}{}", made.text(), checked.text());
    let known = profile("known --operator aws --country DE --tier development -s hello -e known");
    assert_eq!(known.status, 0, "{}", known.text());
    assert!(!known.out.contains("to find out"), "{}", known.text());
    let planned = cli::run(repository.path(), &["plan"]);
    assert_eq!(planned.status, 0, "{}", planned.text());
}

#[test]
fn a_repository_that_could_never_be_planned_is_not_made() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for (arguments, reason) in [
        (&["init", "--country", "ZZ"][..], "`ZZ` is not the code of a country"),
        (&["init", "--country", "JP"], "it is in: DE, IE"),
    ] {
        let said = cli::run(folder.path(), arguments);
        assert_eq!(said.status, 1, "{}", said.text());
        assert!(said.err.contains(reason), "{}", said.text());
        assert!(cli::tree(folder.path()).is_empty());
    }
    let repository = cli::fresh();
    let before = cli::tree(repository.path());
    let inside = cli::run(repository.path(), &["init", "-C", "docs/inside"]);
    assert_eq!(inside.status, 1, "{}", inside.text());
    assert!(inside.err.contains("inside a repository already"), "{}", inside.text());
    assert_eq!(before, cli::tree(repository.path()));
}

#[test]
fn profiles_are_listed_shown_and_checked() {
    for (name, arguments) in [
        ("profile-list", &["profile", "list"][..]),
        ("profile-show", &["profile", "show", "sovereign"]),
        ("profile-show-unknown", &["profile", "show", "soverein"]),
        ("profile-check", &["profile", "check"]),
        ("profile-report", &["profile", "report", "-s", "control-plane", "-e", "prod"]),
        ("profile-report-unknown", &["profile", "report", "--framework", "bsi-c3"]),
    ] {
        cli::golden(name, &cli::run(&cli::root(), arguments).text());
    }
}
