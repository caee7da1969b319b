//! Markdown for comments on pull requests.

use std::fmt::Write as _;

use serde::Serialize;

use crate::document::Document;

pub(crate) fn render<T: Serialize>(document: &Document<T>, human: &str) -> String {
    let mut out = format!("### `gen {}`\n", document.command);
    if !document.diagnostics.is_empty() {
        out.push_str("\n| | code | where | what |\n| --- | --- | --- | --- |\n");
        for diagnostic in &document.diagnostics {
            let place = diagnostic.place.as_ref().map_or(String::new(), |place| match place.line {
                Some(line) => code(&format!("{}:{line}", place.file)),
                None => code(&place.file),
            });
            let mut what = diagnostic.summary.clone();
            if let Some(target) = &diagnostic.target {
                what = format!("{target}: {what}");
            }
            if !diagnostic.label.is_empty() {
                let _ = write!(what, "\n{}", diagnostic.label);
            }
            for note in &diagnostic.notes {
                let _ = write!(what, "\n{}: {}", note.name, note.text);
            }
            let _ = writeln!(
                out,
                "| {} | {} | {place} | {} |",
                diagnostic.severity,
                diagnostic.code,
                cell(&what)
            );
        }
    }
    let human = human.trim_end();
    if !human.is_empty() {
        // A fence longer than any run of backticks in the text cannot be closed by it.
        let longest = human.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        let _ = write!(out, "\n{fence}text\n{}\n{fence}\n", anstream::adapter::strip_str(human));
    }
    out
}

/// Text in a cell as code; what holds backticks stays text.
fn code(text: &str) -> String {
    if text.contains('`') {
        cell(&text.replace('`', "\\`"))
    } else {
        format!("`{}`", text.replace('|', "\\|"))
    }
}

/// Text in a paragraph or list: nothing in it is taken for HTML.
pub(crate) fn text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Text in a cell of a table: neither the cell nor the line ends in it, and nothing in it is taken for HTML.
fn cell(text: &str) -> String {
    self::text(text).replace('|', "\\|").replace('\n', "<br>")
}
