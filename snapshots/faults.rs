//! Broken inputs: each file of `snapshots/faults/` changes a fresh repository, and says what is run in it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::cli;

/// A case: what is changed in the repository that `gen init` makes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What it is about, where the name does not say it.
    #[serde(default)]
    #[expect(dead_code, reason = "for those who read the file")]
    why: String,
    /// The command; `plan` if left out.
    #[serde(default)]
    args: Option<String>,
    /// The exit status; 1 if left out.
    #[serde(default)]
    status: Option<i32>,
    /// Run `generate` before anything is changed.
    #[serde(default)]
    generate: bool,
    /// Replacements in files.
    #[serde(default)]
    edit: Vec<Edit>,
    /// Files written whole.
    #[serde(default)]
    write: BTreeMap<String, String>,
    /// Files written whole that are not text.
    #[serde(default)]
    bytes: BTreeMap<String, Vec<u8>>,
    /// Files removed.
    #[serde(default)]
    remove: Vec<String>,
    /// Links: path → target.
    #[serde(default)]
    link: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    file: String,
    find: String,
    replace: String,
}

#[expect(clippy::disallowed_methods, reason = "tests write into temporary folders")]
fn apply(case: &Case, folder: &Path) {
    for edit in &case.edit {
        let path = folder.join(&edit.file);
        let text = std::fs::read_to_string(&path).expect(&edit.file);
        assert!(text.contains(&edit.find), "{} does not hold {:?}", edit.file, edit.find);
        std::fs::write(&path, text.replace(&edit.find, &edit.replace)).expect(&edit.file);
    }
    let bytes = case.bytes.iter().map(|(path, bytes)| (path, bytes.clone()));
    let text = case.write.iter().map(|(path, text)| (path, text.clone().into_bytes()));
    for (path, bytes) in bytes.chain(text) {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("below the folder")).expect("a folder");
        std::fs::write(&path, bytes).expect("a file");
    }
    for path in &case.remove {
        std::fs::remove_file(folder.join(path)).expect("a file to remove");
    }
    for (path, target) in &case.link {
        std::os::unix::fs::symlink(target, folder.join(path)).expect("a link");
    }
}

#[test]
fn broken_inputs_are_refused_with_help() {
    let folder = cli::root().join("snapshots");
    let mut cases: Vec<_> = std::fs::read_dir(folder.join("faults"))
        .expect("cases")
        .map(|entry| entry.expect("a case").path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml"))
        .collect();
    cases.sort();
    assert!(cases.len() >= 60, "only {} cases", cases.len());
    // Each case has a repository of its own, so they run side by side; snapshots are compared one after the other.
    let said: Vec<(String, String)> = std::thread::scope(|scope| {
        let workers: Vec<_> =
            cases.chunks(cases.len().div_ceil(4)).map(|part| scope.spawn(|| run_all(part))).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no case panics")).collect()
    });
    let mut failed = Vec::new();
    for (name, text) in said {
        let outcome = std::panic::catch_unwind(|| cli::golden(&name, &text));
        if outcome.is_err() {
            failed.push(name);
        }
    }
    assert!(failed.is_empty(), "these differ from snapshots/expected: {failed:?}");
}

/// Runs cases, and gives the name of each with what was said.
fn run_all(cases: &[std::path::PathBuf]) -> Vec<(String, String)> {
    cases
        .iter()
        .map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let text = std::fs::read_to_string(path).expect("a case");
            let case: Case = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            let repository = cli::fresh();
            if case.generate {
                let said = cli::run(repository.path(), &["generate"]);
                assert_eq!(said.status, 0, "{name}: {}", said.text());
            }
            apply(&case, repository.path());
            let before = cli::tree(repository.path());
            let arguments: Vec<&str> = case.args.as_deref().unwrap_or("plan").split_whitespace().collect();
            let said = cli::run(repository.path(), &arguments);
            assert_eq!(said.status, case.status.unwrap_or(1), "{name}: {}", said.text());
            if arguments[0] != "generate" {
                assert_eq!(before, cli::tree(repository.path()), "{name} wrote something");
            }
            // What a probe finds is found today, whatever day that is.
            let text = said.text().replace(&format!("  {}\n", cli::today()), "  TODAY\n");
            (name, text)
        })
        .collect()
}
