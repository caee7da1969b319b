//! `gen validate`: every rendered file, in the language that it claims; modules against contracts; values against types.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use gen_core::diag::{Diagnostic, Fault, Place};
use gen_core::kind::terraform::validate as builtin;
use gen_core::prove::Judged;
use gen_core::resolve::WhatIf;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{Global, ValidateArgs};
use crate::session::{Session, folder};
use crate::view::text::count;

/// What `validate` prints.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// Files checked.
    pub files: usize,
    /// Roots checked by an external engine; each distinct body once.
    pub external: Vec<String>,
}

pub(crate) fn run(global: &Global, arguments: &ValidateArgs) -> ExitCode {
    let mut session = Session::open(global);
    let mut body = Body::default();
    if let Some(proof) = session.prove(&WhatIf::default(), None) {
        let (files, found) = {
            let (rendering, mut found) = session.render(&proof);
            // What is on disk is `check`'s business; here it is whether what would be written is sound.
            found.retain(|diagnostic| diagnostic.fault.area() != gen_core::diag::Area::Output);
            let mut files = 0;
            for judged in &proof.targets {
                let Judged::Checked(checked) = judged else { continue };
                match rendering.terraform.render(checked.target()) {
                    Ok(rendered) => {
                        files += rendered.len();
                        let base = folder(&checked.target().id);
                        found.extend(builtin::files(&base, &rendered));
                        found.extend(builtin::values(
                            &rendering.terraform,
                            checked.target(),
                            &base,
                            &rendered,
                        ));
                    }
                    Err(faults) => found.extend(faults),
                }
            }
            for module in rendering.terraform.modules().values() {
                files += module.files.len();
                found.extend(builtin::module(module));
            }
            (files, found)
        };
        body.files = files;
        session.diagnostics.extend(found);
        if arguments.external && !gen_core::diag::any_error(&session.diagnostics) {
            let found = external(&session, &proof, arguments.plugin_dir.as_deref(), &mut body);
            session.diagnostics.extend(found);
        }
    }
    let human = if gen_core::diag::any_error(&session.diagnostics) {
        String::new()
    } else {
        let external = match body.external.len() {
            0 => String::new(),
            number => format!(", {} by terraform", count(number, "root", "roots")),
        };
        format!("{} valid{external}.\n", count(body.files, "file", "files"))
    };
    super::finish(global, &mut session, "validate", body, &human, false, false)
}

/// Runs the engine in a scratch copy, once per distinct body of a root.
fn external(
    session: &Session,
    proof: &gen_core::prove::Proof,
    plugins: Option<&Path>,
    body: &mut Body,
) -> Vec<Diagnostic> {
    let mut programs: BTreeMap<&str, Option<PathBuf>> = BTreeMap::new();
    let mut distinct: BTreeMap<(String, &str), String> = BTreeMap::new();
    let (terraform, _) = gen_core::kind::terraform::Terraform::new(&session.repository);
    for judged in &proof.targets {
        let target = judged.target();
        let engine = if target.env.value.engine == gen_core::model::environment::Engine::Opentofu {
            "tofu"
        } else {
            "terraform"
        };
        let Ok(files) = terraform.render(target) else { continue };
        for root in terraform.roots(target).0 {
            let prefix = format!("terraform/{}/", root.name);
            let key: String = files
                .iter()
                .filter(|file| {
                    file.path.starts_with(&prefix)
                        && !file.path.ends_with("backend.tf")
                        && !file.path.ends_with(".json")
                })
                .map(|file| file.content.digest())
                .collect();
            distinct
                .entry((key, engine))
                .or_insert_with(|| format!("{}/terraform/{}", folder(&target.id), root.name));
        }
    }
    let mut found = Vec::new();
    let mut missing = std::collections::BTreeSet::new();
    let scratch = match gen_exec::run::scratch(&session.root, &["terraform-out"]) {
        Ok(scratch) => scratch,
        Err(error) => return vec![Diagnostic::error(Fault::OutputDenied).label(error.to_string())],
    };
    for ((_, engine), path) in distinct {
        let Some(program) = programs.entry(engine).or_insert_with(|| gen_exec::run::find(engine)) else {
            if missing.insert(engine) {
                found.push(
                    Diagnostic::error(Fault::ToolMissing)
                        .label(format!("`{engine}` is not on PATH"))
                        .help("gen doctor"),
                );
            }
            continue;
        };
        match validate_root(program, &scratch.path().join(&path), plugins) {
            Ok(()) => body.external.push(path),
            Err(message) => {
                found.push(Diagnostic::error(Fault::ToolRejected).at(Place::file(path)).label(message));
            }
        }
    }
    found
}

fn validate_root(program: &Path, root: &Path, plugins: Option<&Path>) -> Result<(), String> {
    let plugin_argument = plugins.map(|folder| format!("-plugin-dir={}", folder.display()));
    let mut init = vec!["init", "-backend=false", "-input=false", "-no-color", "-lockfile=readonly"];
    init.extend(plugin_argument.as_deref());
    for arguments in [init, vec!["validate", "-no-color"]] {
        let quiet =
            [("TF_CLI_CONFIG_FILE", "/dev/null"), ("CHECKPOINT_DISABLE", "1"), ("TF_IN_AUTOMATION", "1")];
        let output = gen_exec::run::run(program, &arguments, root, &quiet, Duration::from_mins(5))
            .map_err(|error| error.to_string())?;
        if !output.ok() {
            let text = if output.stderr.trim().is_empty() { output.stdout } else { output.stderr };
            return Err(text.trim().to_owned());
        }
    }
    Ok(())
}
