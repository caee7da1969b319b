//! What `plan` says of changes, on a copy of this repository: which component, how risky, and which line asks for it.

use std::path::Path;

use tempfile::TempDir;

use crate::cli;

/// A copy of what `gen` reads and writes here.
#[expect(clippy::disallowed_methods, reason = "the test changes a copy")]
fn copy() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for part in ["stacks", "terraform-out"] {
        for (path, bytes) in cli::tree(&cli::root().join(part)) {
            let to = folder.path().join(part).join(path);
            std::fs::create_dir_all(to.parent().expect("a folder")).expect("made");
            std::fs::write(to, bytes).expect("written");
        }
    }
    folder
}

#[expect(clippy::disallowed_methods, reason = "the test changes a copy")]
fn edit(folder: &Path, file: &str, edits: &[(&str, &str)]) {
    let path = folder.join(file);
    let mut text = std::fs::read_to_string(&path).expect("a file");
    for (from, to) in edits {
        assert!(text.contains(from), "{file} no longer says {from:?}");
        text = text.replacen(from, to, 1);
    }
    std::fs::write(path, text).expect("written");
}

const PROD: &str = "stacks/control-plane/environments/prod.yaml";

#[test]
fn a_longer_retention_and_a_larger_cluster() {
    let folder = copy();
    edit(
        folder.path(),
        PROD,
        &[("  cluster: m\n", "  cluster: l\n"), ("budget:", "data:\n  evidence: {retain: 10y}\nbudget:")],
    );
    let planned =
        cli::run(folder.path(), &["plan", "-s", "control-plane", "-e", "prod", "--detailed-exitcode"]);
    cli::golden("change-of-retention-and-size", &planned.text());
    let before = cli::tree(folder.path());
    assert_eq!(cli::run(folder.path(), &["generate"]).status, 0);
    let after = cli::tree(folder.path());
    let written: Vec<String> = after
        .iter()
        .filter(|(path, bytes)| before.get(*path) != Some(*bytes))
        .map(|(path, _)| path.display().to_string())
        .collect();
    let out = "terraform-out/control-plane/prod";
    assert_eq!(
        written,
        [
            format!("{out}/.gen.json"),
            format!("{out}/profile/api.json"),
            format!("{out}/profile/worker.json"),
            format!("{out}/terraform/cluster-aws/gen.auto.tfvars.json"),
            format!("{out}/terraform/data-aws/gen.auto.tfvars.json"),
        ]
    );
    assert_eq!(before.len(), after.len());
}

#[test]
fn a_component_that_goes() {
    let folder = copy();
    let stack = "stacks/control-plane/stack.yaml";
    edit(folder.path(), stack, &[("  telemetry: {type", "  telemetry_gone: {type")]);
    let text = std::fs::read_to_string(folder.path().join(stack)).expect("a file");
    let line = text.lines().find(|line| line.contains("telemetry_gone")).expect("the line").to_owned();
    edit(
        folder.path(),
        stack,
        &[(&format!("{line}\n"), ""), (", telemetry: write", ""), (", telemetry: write", "")],
    );
    let planned = cli::run(folder.path(), &["plan", "-s", "control-plane", "-e", "prod"]);
    cli::golden("change-component-gone", &planned.text());
}

#[test]
fn an_environment_that_goes() {
    let folder = copy();
    std::fs::remove_file(folder.path().join(PROD)).expect("removed");
    let planned = cli::run(folder.path(), &["plan", "--detailed-exitcode"]);
    cli::golden("change-environment-gone", &planned.text());
    assert_eq!(cli::run(folder.path(), &["generate"]).status, 0);
    assert!(!folder.path().join("terraform-out/control-plane/prod").exists());
}

#[test]
fn a_manifest_that_is_missing() {
    let folder = copy();
    std::fs::remove_file(folder.path().join("terraform-out/control-plane/prod/.gen.json")).expect("removed");
    let checked = cli::run(folder.path(), &["check"]);
    assert_eq!(checked.status, 1, "{}", checked.text());
    assert!(checked.err.contains("terraform-out/control-plane/prod/.gen.json"), "{}", checked.text());
}

#[test]
fn another_account() {
    let folder = copy();
    edit(
        folder.path(),
        "stacks/control-plane/environments/dev.yaml",
        &[("accounts: {aws: dev}", "accounts: {aws: staging}")],
    );
    let planned = cli::run(folder.path(), &["plan", "-s", "control-plane", "-e", "dev"]);
    assert!(planned.out.contains("! 4 places   account: 111111111111 -> 222222222222"), "{}", planned.text());
}

#[test]
fn a_component_that_is_renamed() {
    let folder = copy();
    let stack = "stacks/control-plane/stack.yaml";
    let old = |file: &str| std::fs::read_to_string(folder.path().join(file)).expect("a file");
    let before = old("terraform-out/control-plane/prod/terraform/data-aws/main.tf");
    let mut text = old(stack);
    for (from, to) in [("in: db\n", "in: store\n"), ("  db: {", "  store: {"), ("db/", "store/")] {
        assert!(text.contains(from), "{stack} no longer says {from:?}");
        text = text.replace(from, to);
    }
    edit(folder.path(), stack, &[(&old(stack), &format!("{text}moved: [{{db: store}}]\n"))]);
    for env in ["dev", "staging", "prod", "byo", "sovereign"] {
        let file = format!("stacks/control-plane/environments/{env}.yaml");
        let text = old(&file);
        edit(folder.path(), &file, &[(&text, &text.replace("db: ", "store: "))]);
    }
    let planned = cli::run(folder.path(), &["plan", "-s", "control-plane", "-e", "prod"]);
    cli::golden("change-component-renamed", &planned.text());
    let generated = cli::run(folder.path(), &["generate"]);
    assert_eq!(generated.status, 0, "{}", generated.text());
    let root = "terraform-out/control-plane/prod/terraform/data-aws";
    assert!(
        old(&format!("{root}/moved.tf")).ends_with("moved {\n  from = module.db\n  to   = module.store\n}\n")
    );
    // What its resources are called, they are called for good.
    let call = |text: &str, name: &str| {
        let from = text.find(&format!("module \"{name}\" {{")).expect("a call");
        text.get(from..).and_then(|rest| rest.split("\n}\n").next()).expect("its body").to_owned()
    };
    let (before, after) = (call(&before, "db"), call(&old(&format!("{root}/main.tf")), "store"));
    assert!(after.contains("component = \"db\"\n"), "{after}");
    let now = before.replace("\"db\"", "\"store\"").replace("var.db", "var.store");
    assert_eq!(after, now.replace("component = \"store\"", "component = \"db\""));
    let validated = cli::run(folder.path(), &["validate"]);
    assert_eq!(validated.status, 0, "{}", validated.text());
}
