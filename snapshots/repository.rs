//! This repository itself, and what new users do first.

use crate::cli;

#[test]
fn the_shipped_output_agrees_with_the_models() {
    let said = cli::run(&cli::root(), &["check"]);
    assert_eq!(said.status, 0, "run `gen generate`:\n{}", said.text());
}

#[test]
fn nothing_is_to_be_done_after_generate() {
    let folder = cli::fresh();
    let planned = cli::run(folder.path(), &["plan", "--detailed-exitcode"]);
    assert_eq!(planned.status, 2, "{}", planned.text());
    let written = cli::run(folder.path(), &["generate"]);
    assert_eq!(written.status, 0, "{}", written.text());
    let again = cli::run(folder.path(), &["plan", "--detailed-exitcode"]);
    assert_eq!(again.status, 0, "{}", again.text());
    let valid = cli::run(folder.path(), &["validate"]);
    assert_eq!(valid.status, 0, "{}", valid.text());
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test edits what gen wrote")]
fn an_edit_in_a_module_survives_runs_for_other_targets() {
    let folder = cli::fresh();
    assert_eq!(cli::run(folder.path(), &["generate"]).status, 0);
    let edited = folder.path().join("terraform-out/modules/aws/edge/main.tf");
    std::fs::write(&edited, "# mine\n").expect("an edit");
    assert_eq!(cli::run(folder.path(), &["generate", "-s", "foundation"]).status, 0);
    let whole = cli::run(folder.path(), &["generate"]);
    assert_eq!(whole.status, 1, "{}", whole.text());
    assert_eq!(std::fs::read_to_string(&edited).expect("still there"), "# mine\n");
}

#[test]
fn roots_of_a_layer_differ_in_backend_and_values_only() {
    let out = cli::root().join("terraform-out");
    for stack in ["foundation", "control-plane"] {
        let of = |env: &str| cli::tree(&out.join(stack).join(env).join("terraform"));
        let (dev, staging, prod) = (of("dev"), of("staging"), of("prod"));
        assert!(!dev.is_empty());
        assert_eq!(dev.keys().collect::<Vec<_>>(), prod.keys().collect::<Vec<_>>(), "{stack}");
        for (path, bytes) in &dev {
            let name = path.file_name().expect("a file").to_string_lossy().into_owned();
            if !["backend.tf", "gen.auto.tfvars.json"].contains(&name.as_str()) {
                assert_eq!(Some(bytes), staging.get(path), "{}", path.display());
                assert_eq!(Some(bytes), prod.get(path), "{}", path.display());
            }
        }
    }
}

#[test]
fn published_schemas_are_current() {
    let folder = cli::root().join("docs/schema");
    let names = cli::run(&cli::root(), &["schema"]).out;
    let mut stale = Vec::new();
    for name in names.lines() {
        let path = folder.join(format!("{name}.schema.json"));
        let schema = cli::run(&cli::root(), &["schema", name]).out;
        if std::fs::read_to_string(&path).ok().as_deref() != Some(schema.as_str()) {
            stale.push(name.to_owned());
        }
    }
    assert!(stale.is_empty(), "stale: {stale:?}; run .ci/reference to write them again");
}

#[test]
fn documents_fit_their_schemas() {
    let folder = cli::fresh();
    for arguments in [
        &["plan"][..],
        &["plan", "--verdicts", "--diff"],
        &["check"],
        &["validate"],
        &["matrix", "--coverage"],
        &["matrix", "--expiring"],
        &["graph"],
        &["explain", "s3.versioning"],
        &["doctor"],
        &["generate"],
    ] {
        let said = cli::run(folder.path(), &[arguments, &["--format", "json"]].concat());
        let document: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
        let schema = cli::run(folder.path(), &["schema", &format!("output/{}", arguments[0])]).out;
        let schema: serde_json::Value = serde_json::from_str(&schema).expect("a schema");
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let faults: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(faults.is_empty(), "{arguments:?}: {faults:?}");
    }
}

/// The tables in the modules' READMEs say what the modules take and hand on. `INSTA_UPDATE=always` writes them again.
#[test]
#[expect(clippy::disallowed_methods, reason = "the test brings READMEs up to date where it is asked to")]
fn readmes_of_modules_are_current() {
    let (repository, _) = gen_core::load::load(&cli::root());
    let (terraform, _) = gen_core::kind::terraform::Terraform::new(&repository);
    let mut stale = Vec::new();
    for (provider, file) in &repository.providers {
        for kind in file.value.makes.keys() {
            let module = terraform.module(provider, *kind).expect("a module");
            let wanted = gen_core::kind::terraform::readme::readme(*kind, module).expect("tables");
            if module.files["README.md"].as_ref() == wanted.as_bytes() {
                continue;
            }
            let path = format!("templates/terraform/modules/{}/README.md", module.path);
            if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") {
                std::fs::write(cli::root().join(&path), wanted).expect("a README");
            } else {
                stale.push(path);
            }
        }
    }
    assert!(stale.is_empty(), "stale: {stale:?}; INSTA_UPDATE=always writes them again");
}

/// The pages of the matrix say what the facts say; `.ci/reference` writes them again.
#[test]
fn pages_of_the_matrix_are_current() {
    for (form, path) in [("html", "docs/reference/matrix.html"), ("markdown", "docs/reference/matrix.md")] {
        let said = cli::run(&cli::root(), &["matrix", "--page", form]);
        assert_eq!(said.status, 0, "{}", said.text());
        let kept = std::fs::read_to_string(cli::root().join(path)).expect("a page");
        assert!(
            cli::untimed(&kept) == said.out,
            "{path} is not what `gen matrix --page {form}` prints: run .ci/reference"
        );
    }
}

/// What the README shows is what is printed. `…` stands for the rest of a line; times differ.
#[test]
fn the_readme_shows_what_is_printed() {
    let readme = std::fs::read_to_string(cli::root().join("README.md")).expect("a README");
    let mut shown = 0;
    for block in readme.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next()) {
        for session in block.split("$ gen ").skip(1) {
            let (command, output) = session.split_once('\n').unwrap_or((session, ""));
            if output.trim().is_empty() {
                continue;
            }
            let arguments: Vec<&str> = command.split_whitespace().collect();
            let said = cli::run(&cli::root(), &arguments);
            let printed = format!("{}{}", said.err, said.out);
            let fits = |line: &str, wanted: &str| match wanted.split_once('…') {
                Some((start, _)) => line.starts_with(start),
                None => line == cli::untimed(wanted).trim_end_matches('\n'),
            };
            for wanted in output.lines().filter(|line| !line.is_empty()) {
                assert!(
                    printed.lines().any(|line| fits(line, wanted)),
                    "gen {command} does not say {wanted:?}:\n{printed}"
                );
            }
            shown += 1;
        }
    }
    assert!(shown >= 2, "the README shows nothing");
}

#[test]
fn init_puts_no_unknown_name_into_files() {
    for arguments in [
        ["init", "--provider", "nosuch"],
        ["init", "--provider", "aws}\nevil: {x: 1"],
        ["init", "--name", "foundation"],
        ["init", "--country", "Germany"],
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let said = cli::run(folder.path(), &arguments);
        assert_eq!(said.status, 1, "{}", said.text());
        assert!(cli::tree(folder.path()).is_empty(), "{arguments:?} wrote something");
    }
}
