//! `gen affected`, in small repositories of git. `snapshots/affected/run.py` compares it with the truth.

use std::path::Path;
use std::process::Command;

use crate::cli;

/// Runs git in a folder, with no settings but these.
#[expect(clippy::disallowed_methods, reason = "tests run git")]
fn git(folder: &Path, arguments: &[&str]) {
    let who = ["-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"];
    let ended =
        Command::new("git").args(who).args(arguments).current_dir(folder).status().expect("git starts");
    assert!(ended.success(), "git {arguments:?}");
}

/// A repository with one stack, committed.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(cli::run(folder.path(), &["init"]).status, 0);
    git(folder.path(), &["init", "--quiet", "--initial-branch", "main"]);
    git(folder.path(), &["add", "--all"]);
    git(folder.path(), &["commit", "--quiet", "--message", "base"]);
    folder
}

/// Git is found by PATH, and nothing else of the environment is handed on.
#[expect(clippy::disallowed_methods, reason = "git is found by PATH")]
fn affected(folder: &Path, arguments: &[&str]) -> cli::Said {
    let path = std::env::var("PATH").expect("a path");
    cli::run_with(folder, &[&["affected"], arguments].concat(), &[("PATH", path.as_str())])
}

#[test]
fn what_git_cannot_say_is_a_fault() {
    let folder = repository();
    let said = affected(folder.path(), &["--base", "nosuch"]);
    assert_eq!(said.status, 1, "{}", said.text());
    assert!(said.err.contains("GEN0112") && said.err.contains("fetch-depth: 0"), "{}", said.text());
    let outside = tempfile::tempdir().expect("a folder");
    let said = affected(outside.path(), &["--base", "main"]);
    assert!(said.status == 1 && said.err.contains("not in a git repository"), "{}", said.text());
    git(folder.path(), &["checkout", "--quiet", "--orphan", "other"]);
    git(folder.path(), &["commit", "--quiet", "--message", "apart"]);
    let said = affected(folder.path(), &["--base", "main", "--format", "matrix"]);
    assert!(said.status == 1 && said.err.contains("meet nowhere") && said.out.is_empty(), "{}", said.text());
    let said = cli::run(folder.path(), &["affected", "--base", "main"]);
    assert!(said.status == 1 && said.err.contains("no program `git`"), "{}", said.text());
}

#[test]
#[expect(clippy::disallowed_methods, reason = "tests write into temporary folders")]
fn people_programs_and_jobs_are_told_the_same() {
    let folder = repository();
    let file = folder.path().join("stacks/hello/environments/dev.yaml");
    let text = std::fs::read_to_string(&file).expect("an environment");
    std::fs::write(&file, format!("{text}# nothing\n")).expect("written");
    let said = affected(folder.path(), &["--base", "main"]);
    assert_eq!(said.out, "0 targets affected by 1 file, 0 gone.\n", "{}", said.text());
    std::fs::write(&file, format!("{text}planned: true\n")).expect("written");
    let said = affected(folder.path(), &["--base", "main", "--why"]);
    let why = "stacks/hello/environments/dev.yaml -> its environment -> hello/dev";
    assert!(said.out.contains(why), "{}", said.text());
    let said = affected(folder.path(), &["--base", "main", "--format", "matrix"]);
    let job = r#"{"include":[{"environment":"dev","targets":"hello/dev","protected":false,"wave":0,"removed":false}]}"#;
    assert_eq!(said.out.trim_end(), job, "{}", said.text());
    std::fs::remove_file(&file).expect("removed");
    let said = affected(folder.path(), &["--base", "main", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&said.out).expect("a document");
    assert_eq!(document["removed"][0]["target"], "hello/dev", "{}", said.text());
}
