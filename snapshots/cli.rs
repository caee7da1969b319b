//! One hermetic runner: scrubbed environment, temporary repository, nothing of the machine in the output.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use gen_core::model::units::Timestamp;
use tempfile::TempDir;

/// What a command said.
pub(crate) struct Said {
    /// Exit status.
    pub status: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Said {
    /// All of it, as one text for a snapshot.
    pub(crate) fn text(&self) -> String {
        format!("status {}\n--- standard output\n{}--- standard error\n{}", self.status, self.out, self.err)
    }
}

/// Runs `gen` in a folder, with no environment at all.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Said {
    run_with(folder, arguments, &[])
}

/// Runs `gen` in a folder, with no other environment than this.
#[expect(clippy::disallowed_methods, reason = "tests run the program")]
pub(crate) fn run_with(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Said {
    let output = Command::new(env!("CARGO_BIN_EXE_gen"))
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .envs(environment.iter().copied())
        .output()
        .expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    Said {
        status: output.status.code().expect("it exits by itself"),
        out: untimed(&text(output.stdout)),
        err: text(output.stderr),
    }
}

/// Durations differ from run to run.
pub(crate) fn untimed(text: &str) -> String {
    text.lines()
        .map(|line| match line.strip_suffix(" s").and_then(|rest| rest.rsplit_once(' ')) {
            Some((rest, seconds)) if seconds.parse::<f64>().is_ok() => format!("{rest} [time] s\n"),
            _ => format!("{line}\n"),
        })
        .collect()
}

/// The day that it is, in UTC.
pub(crate) fn today() -> String {
    let since = std::time::UNIX_EPOCH.elapsed().expect("a clock that was set").as_secs();
    let now = Timestamp::of_seconds(since.try_into().expect("a year that can be written"));
    now.expect("a year that can be written").to_string()[..10].to_owned()
}

/// A new repository, as `gen init` makes it.
pub(crate) fn fresh() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let said = run(folder.path(), &["init"]);
    assert_eq!(said.status, 0, "{}", said.text());
    folder
}

/// The root of this repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the workspace exists")
}

/// Every file below a folder with its bytes; a link with where it leads.
pub(crate) fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("the folder can be read"))
        .filter(|entry| !entry.file_type().is_dir())
        .map(|entry| {
            let bytes = if entry.path_is_symlink() {
                std::fs::read_link(entry.path()).expect("a link").to_string_lossy().into_owned().into_bytes()
            } else {
                std::fs::read(entry.path()).expect("a file")
            };
            (entry.path().strip_prefix(folder).expect("below").to_path_buf(), bytes)
        })
        .collect()
}

/// Compares a text with `snapshots/expected/<name>.snap`.
pub(crate) fn golden(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("snapshots/expected"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}
