//! Text → model. An honest file costs one parse; everything else is looked at in full only when something is wrong.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize as _;
use serde::de::{DeserializeOwned, Error as _};
use serde_yaml::Error;

use crate::diag::{Diagnostic, Fault, Place, Spot};
use crate::model::strict::Strict;

use super::exact::Exact;
use super::shape::Shape;
use super::{faults, scan};

/// A text that gives no model: why, and how it may be shown.
#[derive(Debug)]
pub(super) struct Faulty {
    /// Every fault, never none.
    pub found: Vec<Diagnostic>,
    /// The text with secrets made unreadable.
    pub text: Arc<str>,
}

/// Reads a model, or gives every fault of its file.
pub(super) fn read<T: DeserializeOwned + JsonSchema>(file: &Arc<str>, text: &Arc<str>) -> Result<T, Faulty> {
    judge(file, text, fast(text), || Arc::new(Shape::of::<T>()))
}

/// What the fast path's result is worth.
pub(super) fn judge<T>(
    file: &Arc<str>,
    text: &Arc<str>,
    fast: Result<T, Error>,
    shape: impl FnOnce() -> Arc<Shape>,
) -> Result<T, Faulty> {
    match fast {
        Ok(model) if !scan::suspicious(text) => Ok(model),
        // What serde accepts the schema accepts too (`law.rs`): compiling one would cost more than everything else.
        Ok(model) => {
            let faulty = faults::all(file, text, None);
            if faulty.found.is_empty() { Ok(model) } else { Err(faulty) }
        }
        Err(error) => {
            let mut faulty = faults::all(file, text, Some(&*shape()));
            if faulty.found.is_empty() {
                faulty.found = faults::numbers(file, text);
            }
            if faulty.found.is_empty() {
                faulty.found.push(unexplained(file, text, &error));
            }
            Err(faulty)
        }
    }
}

/// Reads a model, or gives the first fault only.
pub(super) fn fast<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    let options = serde_yaml::options! {
        budget: serde_yaml::budget! {
            max_depth: 64,
            max_nodes: 100_000,
            max_aliases: 1_000,
            max_documents: 1,
        },
        alias_limits: serde_yaml::alias_limits! { max_total_replayed_events: 100_000 },
        duplicate_keys: serde_yaml::DuplicateKeyPolicy::Error,
        merge_keys: serde_yaml::MergeKeyPolicy::Error,
        legacy_octal_numbers: false,
        strict_booleans: true,
        // `1.30` is a number to every other reader, and to the schema; who means text writes quotes.
        no_schema: true,
        reject_unsupported_tags: true,
        with_snippet: false,
    };
    let Exact(value) = serde_yaml::with_deserializer_from_str_with_options(text, options, |reader| {
        Exact::deserialize(reader)
    })?;
    T::deserialize(Strict(value)).map_err(Error::custom)
}

/// What serde says, where the schema has no complaint. Nothing that is refused is refused in silence.
fn unexplained(file: &Arc<str>, text: &str, error: &Error) -> Diagnostic {
    let fault = match error {
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. } => Fault::TooLarge,
        _ => Fault::WrongValue,
    };
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
    Diagnostic::error(fault).at(place).label(message)
}
