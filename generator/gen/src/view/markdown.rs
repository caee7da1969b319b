//! Markdown for comments on pull requests.

use std::fmt::Write as _;

use serde::Serialize;

use crate::document::{DiagnosticDoc, Document};

/// Bytes that a comment or a summary of a job may have at GitHub, whose limit is the lowest of the forges.
const MOST: usize = 65_536;
/// Bytes that are kept for saying what was left out.
const REST: usize = 200;

pub(crate) fn render<T: Serialize>(document: &Document<T>, human: &str) -> String {
    let mut out = format!("### `gen {}`\n", document.command);
    if !document.diagnostics.is_empty() {
        out.push_str("\n| | code | where | what |\n| --- | --- | --- | --- |\n");
        // However much was found, half of the room is for the answer.
        let left_out = fill(&mut out, MOST / 2, document.diagnostics.iter().map(row));
        if left_out > 0 {
            let _ =
                writeln!(out, "\n{left_out} more diagnostics are left out here; `--format json` has all.");
        }
    }
    let human = human.trim_end();
    if !human.is_empty() {
        // A fence longer than any run of backticks in the text cannot be closed by it.
        let longest = human.split(|c| c != '`').map(str::len).max().unwrap_or(0);
        let fence = "`".repeat(longest.max(2) + 1);
        let plain = anstream::adapter::strip_str(human).to_string();
        let _ = write!(out, "\n{fence}text\n");
        let room = MOST.saturating_sub(REST + fence.len());
        let left_out = fill(&mut out, room, plain.lines().map(|line| format!("{line}\n")));
        let _ = writeln!(out, "{fence}");
        if left_out > 0 {
            let _ = writeln!(out, "\n{left_out} more lines are left out here; `--format json` has all.");
        }
    }
    out
}

/// Appends lines as long as there is room, and says how many there was none for.
fn fill(out: &mut String, most: usize, lines: impl Iterator<Item = String>) -> usize {
    let mut left_out = 0;
    for line in lines {
        if left_out == 0 && out.len() + line.len() <= most {
            out.push_str(&line);
        } else {
            left_out += 1;
        }
    }
    left_out
}

/// A diagnostic as a row of a table.
fn row(diagnostic: &DiagnosticDoc) -> String {
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
    format!("| {} | {} | {place} | {} |\n", diagnostic.severity, diagnostic.code, cell(&what))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Outcome;
    use gen_core::diag::{Diagnostic, Fault};

    fn rendered(found: usize, lines: usize) -> String {
        let fault = || DiagnosticDoc::new(&Diagnostic::error(Fault::StepFailed).label("a<b|c"), &|_| None);
        let document = Document {
            format_version: 1,
            command: "apply",
            outcome: Outcome::Failed,
            diagnostics: (0..found).map(|_| fault()).collect(),
            body: (),
        };
        let human: String = (0..lines).map(|line| format!("line {line} ```")).collect::<Vec<_>>().join("\n");
        render(&document, &human)
    }

    #[test]
    fn what_fits_is_whole() {
        let text = rendered(1, 2);
        assert!(text.ends_with("\n````text\nline 0 ```\nline 1 ```\n````\n"), "{text}");
    }

    #[test]
    fn what_does_not_fit_is_counted_and_fences_are_closed() {
        let text = rendered(5_000, 50_000);
        assert!(text.len() <= MOST, "{}", text.len());
        assert!(text.len() > MOST - 2 * REST, "{}", text.len());
        let rows = text.matches("| error |").count();
        assert!(text.contains(&format!("\n{} more diagnostics are left out", 5_000 - rows)));
        let lines = text.lines().filter(|line| line.starts_with("line ")).count();
        assert!(text.ends_with(&format!(
            "\n````\n\n{} more lines are left out here; `--format json` has all.\n",
            50_000 - lines
        )));
    }
}
