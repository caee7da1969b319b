//! What `--format json` prints. Every other format is a function of these.

use gen_core::diag::{Diagnostic, Severity};
use schemars::JsonSchema;
use serde::Serialize;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// Done; disk and models differ, or did before they were written.
    Changes,
    /// Done, nothing to change.
    None,
    /// At least one target was refused.
    Refused,
    /// Input is at fault.
    Invalid,
    /// Something could not be read, written or run.
    Failed,
    /// Somebody stopped it.
    Interrupted,
}

/// The document of a command.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct Document<T> {
    /// Version of this document's shape.
    pub format_version: u32,
    /// The command.
    pub command: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// What was found to be wrong or worth a look.
    pub diagnostics: Vec<DiagnosticDoc>,
    /// The command's own data.
    #[serde(flatten)]
    pub body: T,
}

/// A diagnostic, with its place resolved.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct DiagnosticDoc {
    /// Such as `GEN0106`.
    pub code: &'static str,
    /// `error` or `warning`.
    pub severity: &'static str,
    /// Lower case, no full stop.
    pub summary: String,
    /// `stack/environment`, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Where, if it has a place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceDoc>,
    /// What is said about that place.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub label: String,
    /// Further lines, each with its name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<NoteDoc>,
}

/// A place in a file; lines and columns start at 1, columns count characters.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct PlaceDoc {
    /// Path relative to the repository.
    pub file: String,
    /// Line, if it is a place within the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Column.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// Line of the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_line: Option<usize>,
    /// Column behind the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_column: Option<usize>,
}

/// A named line.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct NoteDoc {
    /// Such as `help`, `asked`, `offered`, `choose`.
    pub name: &'static str,
    /// The text.
    pub text: String,
}

impl DiagnosticDoc {
    /// Resolves the place of a diagnostic in the texts that were read.
    pub(crate) fn new(diagnostic: &Diagnostic, texts: &dyn Fn(&str) -> Option<std::sync::Arc<str>>) -> Self {
        Self {
            code: diagnostic.fault.code(),
            severity: match diagnostic.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            },
            summary: diagnostic.summary_text().to_owned(),
            target: diagnostic.target.clone(),
            place: diagnostic.place.as_ref().map(|place| PlaceDoc::new(place, texts)),
            label: diagnostic.label.clone(),
            notes: diagnostic.notes.iter().map(|(name, text)| NoteDoc { name, text: text.clone() }).collect(),
        }
    }
}

impl PlaceDoc {
    /// Resolves a place; the file alone where the spot is not found.
    pub(crate) fn new(
        place: &gen_core::diag::Place,
        texts: &dyn Fn(&str) -> Option<std::sync::Arc<str>>,
    ) -> Self {
        let range = texts(&place.file)
            .and_then(|text| gen_core::load::locate(&text, &place.spot).map(|range| (text, range)));
        let mut doc =
            Self { file: place.file.to_string(), line: None, column: None, end_line: None, end_column: None };
        if let Some((text, range)) = range {
            let (line, column) = position(&text, range.start);
            let (end_line, end_column) = position(&text, range.end);
            (doc.line, doc.column) = (Some(line), Some(column));
            (doc.end_line, doc.end_column) = (Some(end_line), Some(end_column));
        }
        doc
    }
}

/// Line and column (in characters) of a byte offset, both from 1.
pub(crate) fn position(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().map_or(0, |line| line.chars().count()) + 1;
    (line, column)
}
