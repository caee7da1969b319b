//! `gen validate`: every rendered file, in the language that it claims; modules against contracts; values against types.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use gen_core::diag::{Diagnostic, Fault, Place};
use gen_core::kind::terraform::{Root, Terraform, validate as builtin};
use gen_core::kind::{Rendered, Tree};
use gen_core::resolve::WhatIf;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{Global, ValidateArgs};
use crate::session::Session;
use crate::view::text::count;
use crate::walk::{TargetState, Visit, walk};

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
    let first = std::sync::Mutex::new(BTreeMap::new());
    let walked = walk(&mut session, &WhatIf::default(), None, |visit| {
        let target = visit.judged.target();
        let (folder, files) = (&visit.tree.folder, &visit.tree.files);
        let mut found = builtin::files(folder, files);
        found.extend(builtin::values(&visit.renderer.terraform, target, folder, files));
        let mut roots: Vec<RootBody> = visit.roots.iter().map(|root| RootBody::of(visit, root)).collect();
        for (root, body) in visit.roots.iter().zip(&mut roots) {
            // What differs by nature has no say here, so one of many alike is enough. Targets are visited in any order: which one
            // it is that is shown is known in the end, and those before it are left out then.
            if first.lock().is_ok_and(|mut first| comes_first(&mut first, body)) {
                body.files = body.rendered(visit);
                body.found = builtin::root_schema(&visit.renderer.terraform, root, folder, files);
            }
        }
        let rendered = visit.state == TargetState::Ok;
        let modules =
            if rendered { visit.renderer.terraform.modules_of(target, visit.roots) } else { Vec::new() };
        Validated { files: files.len(), found, roots, modules }
    });
    // What is on disk is `check`'s business; here it is whether what would be written is sound.
    session.diagnostics.retain(|diagnostic| diagnostic.fault.area() != gen_core::diag::Area::Output);
    let first = first.into_inner().unwrap_or_default();
    let mut distinct = BTreeMap::new();
    let mut used = BTreeSet::new();
    for validated in walked.into_iter().flat_map(|walked| walked.kept) {
        body.files += validated.files;
        used.extend(validated.modules);
        session.diagnostics.extend(validated.found);
        for root in validated.roots {
            if first.get(&root.key()) == Some(&root.path) {
                session.diagnostics.extend(root.found);
                if !root.rendered {
                    continue;
                }
                distinct.insert((root.digests, root.engine), (root.path, root.files));
            }
        }
    }
    let (files, found) = modules(&session);
    body.files += files;
    session.diagnostics.extend(found);
    if arguments.external && !gen_core::diag::any_error(&session.diagnostics) {
        let (terraform, _) = Terraform::new(&session.repository);
        let modules = terraform.module_tree(used);
        let found = external(&modules, &distinct, arguments.plugin_dir.as_deref(), &mut body);
        session.diagnostics.extend(found);
    }
    let human = if gen_core::diag::any_error(&session.diagnostics) {
        String::new()
    } else {
        let external = match body.external.len() {
            0 => String::new(),
            number => format!(", {} by their engines", count(number, "root", "roots")),
        };
        format!("{} valid{external}.\n", count(body.files, "file", "files"))
    };
    super::finish(global, &mut session, "validate", body, &human, false, false)
}

/// What an engine sees of a root, which engine that is, and whether the root is rendered at all.
type Key = (String, &'static str, bool);

/// Whether a root comes before those like it that were seen so far.
fn comes_first(first: &mut BTreeMap<Key, String>, body: &RootBody) -> bool {
    let known = first.entry(body.key()).or_insert_with(|| body.path.clone());
    if body.path < *known {
        known.clone_from(&body.path);
    }
    *known == body.path
}

/// What was found about one target.
struct Validated {
    files: usize,
    found: Vec<Diagnostic>,
    roots: Vec<RootBody>,
    /// Modules that its roots call.
    modules: Vec<Arc<str>>,
}

/// All modules, in use or not.
fn modules(session: &Session) -> (usize, Vec<Diagnostic>) {
    let (terraform, _) = Terraform::new(&session.repository);
    let modules = terraform.modules();
    let files = modules.values().map(|module| module.files.len()).sum();
    let mut found = terraform.schema_faults().to_vec();
    for module in modules.values() {
        found.extend(builtin::module(module));
        found.extend(builtin::module_schema(&terraform, module));
    }
    (files, found)
}

/// A root, and what tells whether an engine would see the same in another.
struct RootBody {
    digests: String,
    engine: &'static str,
    /// Its target is rendered, so that there is something for an engine to look at.
    rendered: bool,
    path: String,
    /// Its files; none where another root that comes before it is the same in all that an engine looks at.
    files: Vec<Rendered>,
    /// What its providers' schemas say against it; likewise.
    found: Vec<Diagnostic>,
}

impl RootBody {
    fn of(visit: &Visit<'_>, root: &Root) -> Self {
        let prefix = format!("terraform/{}/", root.name);
        let differs_by_nature = |path: &str| path.ends_with("backend.tf") || path.ends_with(".json");
        let own = visit.tree.files.iter().filter(|file| file.path.starts_with(&prefix));
        let engine = visit.judged.target().env.value.engine.program();
        Self {
            digests: own
                .filter(|file| !differs_by_nature(&file.path))
                .map(|file| file.content.digest().as_ref())
                .collect(),
            engine,
            rendered: visit.state == TargetState::Ok,
            path: format!("{}/terraform/{}", visit.tree.folder, root.name),
            files: Vec::new(),
            found: Vec::new(),
        }
    }

    /// What an engine sees of it.
    fn key(&self) -> Key {
        (self.digests.clone(), self.engine, self.rendered)
    }

    /// Its files, with paths from the repository's root.
    fn rendered(&self, visit: &Visit<'_>) -> Vec<Rendered> {
        let prefix = format!("{}/", self.path);
        let files =
            visit.tree.files.iter().map(|file| (format!("{}/{}", visit.tree.folder, file.path), file));
        files
            .filter(|(path, _)| path.starts_with(&prefix))
            .map(|(path, file)| Rendered { path: path.into(), content: file.content.clone() })
            .collect()
    }
}

/// Roots by what an engine sees of them: path and files of one of each.
type Distinct = BTreeMap<(String, &'static str), (String, Vec<Rendered>)>;

/// Runs the engine once per distinct body of a root, in a scratch folder that holds what is rendered, whatever is on disk.
fn external(modules: &Tree, distinct: &Distinct, plugins: Option<&Path>, body: &mut Body) -> Vec<Diagnostic> {
    let mut programs: BTreeMap<&str, Option<PathBuf>> = BTreeMap::new();
    let mut found = Vec::new();
    let mut missing = BTreeSet::new();
    let shared =
        modules.files.iter().map(|file| (format!("{}/{}", modules.folder, file.path), file.content.bytes()));
    let own = distinct.values().flat_map(|(_, files)| files);
    let own = own.map(|file| (file.path.to_string(), file.content.bytes()));
    let scratch = match gen_exec::run::scratch(shared.chain(own)) {
        Ok(scratch) => scratch,
        Err(error) => return vec![Diagnostic::error(Fault::OutputDenied).label(error.to_string())],
    };
    // Drawn on a terminal only.
    let progress = crate::view::progress(distinct.len());
    // An engine runs in the root: a folder that is named from here would be sought there.
    let plugins = match plugins.map(Path::canonicalize).transpose() {
        Ok(plugins) => plugins,
        Err(error) => {
            let label = format!("{}: {error}", plugins.unwrap_or(Path::new("")).display());
            return vec![
                Diagnostic::error(Fault::ToolMissing).label(label).help("--plugin-dir names a folder"),
            ];
        }
    };
    for ((_, engine), (path, _)) in distinct {
        progress.set_message(path.clone());
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
        match validate_root(program, &scratch.path().join(path), plugins.as_deref()) {
            Ok(()) => body.external.push(path.clone()),
            Err(message) => {
                found.push(
                    Diagnostic::error(Fault::ToolRejected).at(Place::file(path.as_str())).label(message),
                );
            }
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    found
}

fn validate_root(program: &Path, root: &Path, plugins: Option<&Path>) -> Result<(), String> {
    let plugin_argument = plugins.map(|folder| format!("-plugin-dir={}", folder.display()));
    let mut init = vec!["init", "-backend=false", "-input=false", "-no-color"];
    // Where a provider's hashes are not known, any build of its version will do: nothing is applied here.
    init.extend(root.join(".terraform.lock.hcl").exists().then_some("-lockfile=readonly"));
    init.extend(plugin_argument.as_deref());
    for arguments in [init, vec!["validate", "-no-color"]] {
        let quiet = [
            ("TF_CLI_CONFIG_FILE", "/dev/null"),
            ("CHECKPOINT_DISABLE", "1"),
            ("TF_IN_AUTOMATION", "1"),
            // OpenTofu wants to know how states are encrypted before it looks at anything; there is no state here.
            ("TF_VAR_state_passphrase", "there is no state to encrypt"),
        ];
        let output = gen_exec::run::run(program, &arguments, root, &quiet, Duration::from_mins(5))
            .map_err(|error| error.to_string())?;
        if !output.ok() {
            let text = if output.stderr.trim().is_empty() { output.stdout } else { output.stderr };
            return Err(text.trim().to_owned());
        }
    }
    Ok(())
}
