//! `validate --external`: an engine sees what is rendered, whatever is on disk. The engine here is a script; `.ci/run` has the real one.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::cli;

/// Says yes to roots that hold what an engine needs, called with what it needs.
const ENGINE: &str = r#"#!/bin/sh
test -f main.tf && test -f gen.auto.tfvars.json || { echo "no root: $PWD" >&2; exit 1; }
for module in $(sed -n 's/^ *source = "\(\.\..*\)"/\1/p' main.tf); do
  test -f "$module/main.tf" || { echo "no module: $module" >&2; exit 1; }
done
case "$1" in
  init) case "$*" in *-plugin-dir=/*) ;; *) echo "a folder of its own: $*" >&2; exit 1 ;; esac ;;
esac
"#;

#[expect(clippy::disallowed_methods, reason = "tests write into temporary folders")]
fn engine(folder: &Path, script: &str) {
    let path = folder.join("terraform");
    std::fs::write(&path, script).expect("a script");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a program");
}

#[test]
fn what_is_not_written_yet_is_judged_all_the_same() {
    let (repository, tools) = (cli::fresh(), tempfile::tempdir().expect("a folder"));
    std::fs::create_dir(repository.path().join("plugins")).expect("a folder");
    engine(tools.path(), ENGINE);
    let path = format!("{}:/usr/bin:/bin", tools.path().display());
    let validate = || {
        let arguments = ["validate", "--external", "--plugin-dir", "plugins"];
        cli::run_with(repository.path(), &arguments, &[("PATH", &path)])
    };
    let before = cli::tree(repository.path());
    let said = validate();
    assert_eq!((said.status, said.err.as_str()), (0, ""), "{}", said.out);
    assert!(said.out.contains("5 roots by their engines"), "{}", said.out);
    assert_eq!(before, cli::tree(repository.path()));
    // Folders that lead into themselves have no say.
    std::fs::create_dir(repository.path().join("terraform-out")).expect("a folder");
    std::os::unix::fs::symlink(".", repository.path().join("terraform-out/round")).expect("a link");
    assert_eq!(validate().status, 0);
}

#[test]
fn what_the_engine_says_is_said() {
    let (repository, tools) = (cli::fresh(), tempfile::tempdir().expect("a folder"));
    engine(tools.path(), "#!/bin/sh\nprintf 'never \\033[31mwell\\n' >&2\nexit 1\n");
    let path = format!("{}:/usr/bin:/bin", tools.path().display());
    let said = cli::run_with(repository.path(), &["validate", "--external"], &[("PATH", &path)]);
    assert_eq!(said.status, 1, "{}", said.text());
    assert!(said.err.contains("GEN0604") || said.err.contains("never"), "{}", said.err);
    assert!(!said.err.contains('\u{1b}'), "{}", said.err);
    let said = cli::run_with(repository.path(), &["validate", "--external"], &[("PATH", "/nowhere")]);
    assert!(said.err.contains("`terraform` is not on PATH"), "{}", said.err);
}
