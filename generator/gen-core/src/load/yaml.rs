//! Text → model. An honest file costs one parse; everything else is looked at in full only when something is wrong.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::diag::{Diagnostic, Fault, Place, Spot, any_error};

use super::{faults, secrets, traps};

fn options() -> serde_yaml::Options {
    serde_yaml::options! {
        budget: serde_yaml::budget! {
            max_depth: 64,
            max_nodes: 100_000,
            max_aliases: 1_000,
            max_documents: 1,
        },
        duplicate_keys: serde_yaml::DuplicateKeyPolicy::Error,
        merge_keys: serde_yaml::MergeKeyPolicy::Error,
        legacy_octal_numbers: false,
        strict_booleans: true,
        no_schema: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    }
}

/// Reads a model, or gives every fault of its file.
pub(super) fn read<T: DeserializeOwned + JsonSchema>(
    file: &Arc<str>,
    text: &str,
) -> Result<T, Vec<Diagnostic>> {
    let fast = serde_yaml::from_str_with_options::<T>(text, options());
    if fast.is_ok() && !traps::suspicious(text) && !secrets::suspicious(text) {
        return fast.map_err(|_| Vec::new());
    }
    let found = faults::all(file, text, &schemars::schema_for!(T).to_value());
    match fast {
        Ok(model) if !any_error(&found) => Ok(model),
        Ok(_) => Err(found),
        Err(_) if any_error(&found) => Err(found),
        // The schema has no complaint and the model has: what the model says is the fault.
        Err(error) => Err(vec![unexplained(file, text, &error)]),
    }
}

fn unexplained(file: &Arc<str>, text: &str, error: &serde_yaml::Error) -> Diagnostic {
    let message = error.without_snippet().to_string();
    let message = message.split(" at line ").next().unwrap_or(&message).to_owned();
    let place = match error.location() {
        Some(location) => {
            let line = usize::try_from(location.line()).unwrap_or(1);
            let column = usize::try_from(location.column()).unwrap_or(1);
            let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
            let rest = text.get(start..).unwrap_or_default().lines().next().unwrap_or_default();
            let offset = rest.char_indices().nth(column.saturating_sub(1)).map_or(rest.len(), |(at, _)| at);
            Place { file: file.clone(), spot: Spot::Bytes(start + offset, start + rest.len()) }
        }
        None => Place::file(file.clone()),
    };
    Diagnostic::error(Fault::WrongValue).at(place).label(message)
}
