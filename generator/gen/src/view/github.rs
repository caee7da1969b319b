//! Workflow commands of GitHub Actions, which show as annotations:
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>.

use std::fmt::Write as _;

use crate::document::DiagnosticDoc;

pub(crate) fn render(diagnostics: &[DiagnosticDoc]) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let mut properties =
            vec![format!("title={}", property(&format!("{} {}", diagnostic.code, diagnostic.summary)))];
        if let Some(place) = &diagnostic.place {
            properties.push(format!("file={}", property(&place.file)));
            for (name, value) in [
                ("line", place.line),
                ("col", place.column),
                ("endLine", place.end_line),
                ("endColumn", place.end_column),
            ] {
                properties.extend(value.map(|value| format!("{name}={value}")));
            }
        }
        let mut message = match &diagnostic.target {
            Some(target) => format!("{target}: {}", diagnostic.summary),
            None => diagnostic.summary.clone(),
        };
        if !diagnostic.label.is_empty() {
            let _ = write!(message, "\n{}", diagnostic.label);
        }
        for note in &diagnostic.notes {
            let _ = write!(message, "\n{}: {}", note.name, note.text);
        }
        let _ = writeln!(out, "::{} {}::{}", diagnostic.severity, properties.join(","), data(&message));
    }
    out
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_the_runner_would_read_as_syntax_is_escaped() {
        assert_eq!(super::data("50 %\nmore"), "50 %25%0Amore");
        assert_eq!(super::property("a:b,c"), "a%3Ab%2Cc");
    }
}
