//! `gen schema`: JSON Schemas of input files, of documents, of records and of exports.

pub(crate) mod import;

use std::process::ExitCode;

use crate::cli::{Global, SchemaAction, SchemaArgs};
use crate::view;

pub(crate) fn run(global: &Global, arguments: &SchemaArgs) -> ExitCode {
    if let Some(SchemaAction::Import(arguments)) = &arguments.action {
        return import::run(global, arguments);
    }
    let all = all();
    match &arguments.name {
        None => {
            view::print(&(all.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join("\n") + "\n"))
        }
        Some(wanted) => {
            if let Some((_, schema)) = all.iter().find(|(name, _)| name == wanted) {
                view::print(&format!("{schema:#}\n"))
            } else {
                let meant = gen_core::diag::meant(wanted, all.iter().map(|(name, _)| name.as_str()));
                let hint = meant.map(|meant| format!("; {meant}")).unwrap_or_default();
                view::fail(&format!("there is no schema `{wanted}`{hint}\n"))
            }
        }
    }
}

/// Every schema by name; `docs/schema/` holds them.
pub(crate) fn all() -> Vec<(String, serde_json::Value)> {
    let inputs = gen_core::schema::inputs().into_iter().map(|(name, schema)| (name.to_owned(), schema));
    let documents =
        super::document_schemas().into_iter().map(|(name, schema)| (format!("output/{name}"), schema));
    let ours = gen_core::schema::records().into_iter().chain(gen_core::schema::rendered());
    let records = ours.map(|(name, schema)| (name.to_owned(), schema));
    inputs
        .chain(documents)
        .chain(records)
        .chain([("exports".to_owned(), gen_core::schema::exports())])
        .collect()
}
