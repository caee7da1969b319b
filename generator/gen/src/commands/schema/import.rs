//! `gen schema import`: the part of a provider's schema that the modules use, kept as data.

use std::io::Read as _;
use std::path::Path;
use std::process::ExitCode;

use gen_core::diag::{Diagnostic, Fault, Place};
use gen_core::kind::terraform::Terraform;
use gen_core::kind::terraform::schema::{Configuration, file_of, import};
use gen_core::load::Repository;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::cli::{Global, ImportArgs};
use crate::session::Session;
use crate::view::text::count;

/// What `schema import` prints.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// Files written.
    pub written: Vec<Imported>,
}

/// A schema that was kept.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Imported {
    /// Its file.
    pub file: String,
    /// Types kept, of resources, data sources and ephemeral resources.
    pub types: usize,
}

pub(crate) fn run(global: &Global, arguments: &ImportArgs) -> ExitCode {
    let mut session = Session::open_anywhere(global);
    let mut body = Body::default();
    match read(&arguments.dump) {
        Ok(dump) => import_all(&mut session, &arguments.dump, &dump, &mut body),
        Err(fault) => session.diagnostics.push(*fault),
    }
    let lines = body
        .written
        .iter()
        .map(|imported| format!("{}: {}", imported.file, count(imported.types, "type", "types")));
    let mut human = lines.collect::<Vec<_>>().join("\n");
    if !human.is_empty() {
        human.push('\n');
    }
    crate::commands::finish(global, &mut session, "schema-import", body, &human, false, false)
}

fn read(path: &Path) -> Result<Value, Box<Diagnostic>> {
    let name = path.display().to_string();
    let fault = |fault: Fault, error: String| {
        let help = "the output of `terraform providers schema -json` is needed";
        Box::new(Diagnostic::error(fault).at(Place::file(name.clone())).label(error).help(help))
    };
    let mut bytes = Vec::new();
    let outcome = if path == Path::new("-") {
        std::io::stdin().lock().read_to_end(&mut bytes).map(drop)
    } else {
        std::fs::read(path).map(|read| bytes = read)
    };
    outcome.map_err(|error| fault(Fault::NotText, format!("it cannot be read: {error}")))?;
    serde_json::from_slice(&bytes).map_err(|error| fault(Fault::Syntax, format!("it is not JSON: {error}")))
}

fn import_all(session: &mut Session, dump: &Path, schemas: &Value, body: &mut Body) {
    let place = Place::file(dump.display().to_string());
    let mut made = Vec::new();
    let mut reasons = Vec::new();
    for (provider, file) in &session.repository.providers {
        let Some(terraform) = &file.value.terraform else { continue };
        let used = used(&session.repository, provider.as_str());
        let path = file_of(terraform);
        // Allowed values are no part of the dump: those that are known stay.
        let values = session.repository.templates.get(path.as_str());
        let values = values.and_then(|bytes| serde_json::from_slice::<Value>(bytes).ok());
        let values = values.and_then(|mut schema| schema.get_mut("values").map(Value::take));
        match import::prune(
            schemas,
            terraform.source.as_str(),
            terraform.version.as_str(),
            &used,
            values.as_ref(),
        ) {
            Ok(text) if !used.is_empty() => made.push((Imported { file: path, types: used.len() }, text)),
            Ok(_) => reasons.push(format!("no module uses {}", terraform.source)),
            Err(reason) => reasons.push(reason),
        }
    }
    if made.is_empty() {
        reasons.dedup();
        let fault = Diagnostic::error(Fault::SchemaMismatch).summary("there is nothing to import").at(place);
        let why = reasons
            .into_iter()
            .next()
            .unwrap_or_else(|| "no provider here has a Terraform provider".to_owned());
        session.diagnostics.push(fault.label(why));
    }
    for (imported, text) in made {
        match keep(&session.root, &imported.file, &text) {
            None => body.written.push(imported),
            Some(fault) => session.diagnostics.push(*fault),
        }
    }
}

/// Writes a schema, in place of the one that was kept before.
fn keep(root: &Path, path: &str, text: &str) -> Option<Box<Diagnostic>> {
    let before = match std::fs::read(root.join(path)) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
        Err(error) => {
            let fault = Diagnostic::error(Fault::OutputDenied).at(Place::file(path)).label(error.to_string());
            return Some(Box::new(fault));
        }
    };
    gen_exec::write::change(root, path, before.as_deref(), text.as_bytes())
}

/// Types that the modules of a provider use.
fn used(repository: &Repository, provider: &str) -> import::Used {
    let (terraform, _) = Terraform::new(repository);
    let prefix = format!("{provider}/");
    let modules = terraform.modules();
    let modules = modules.iter().filter(|(path, _)| path.starts_with(&prefix));
    let types = modules.flat_map(|(_, module)| {
        let files = module.files.iter().map(|(name, bytes)| (name.as_ref(), bytes.as_ref()));
        Configuration::parse(files).types().map(str::to_owned).collect::<Vec<_>>()
    });
    types.collect()
}
