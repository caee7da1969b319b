//! Diagnostics for people: the excerpt, the cause, what to do.

use std::fmt::Write as _;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet, Title};
use gen_core::diag::{Diagnostic, Fault, Severity};

use crate::session::Texts;

use super::text::wrap;

/// What rendering needs to know.
pub(crate) struct Shown<'a> {
    pub texts: &'a Texts<'a>,
    pub width: usize,
    /// What stands in the way of planned environments is said in full.
    pub whole: bool,
}

impl Shown<'_> {
    /// All of them, with an empty line behind each. Errors come last, next to the prompt.
    pub(crate) fn render(&self, diagnostics: &[Diagnostic]) -> String {
        let (brief, whole): (Vec<_>, Vec<_>) =
            diagnostics.iter().partition(|found| !self.whole && found.fault == Fault::Planned);
        let (warnings, errors): (Vec<_>, Vec<_>) =
            whole.into_iter().partition(|found| found.severity == Severity::Warning);
        let mut out = String::new();
        for diagnostic in &brief {
            let _ = writeln!(out, "{}", self.brief(diagnostic));
        }
        if !brief.is_empty() {
            out.push('\n');
        }
        for diagnostic in warnings.into_iter().chain(errors) {
            let _ = writeln!(out, "{}\n", self.one(diagnostic));
        }
        out
    }

    /// One sentence, for what is not the question of the command.
    fn brief(&self, diagnostic: &Diagnostic) -> String {
        let help = diagnostic.notes.iter().filter(|(name, _)| *name == "help").map(|(_, text)| text.as_str());
        let target = diagnostic.target.as_deref().unwrap_or_default();
        let text = [diagnostic.label.as_str()].into_iter().chain(help).collect::<Vec<_>>().join("; ");
        let group = self.title(diagnostic, &format!("{target} is planned: {text}"));
        self.show(group.elements([] as [Origin<'_>; 0]))
    }

    /// The first line, or lines: text is broken where the terminal ends.
    fn title(&self, diagnostic: &Diagnostic, text: &str) -> Title<'static> {
        let level = match diagnostic.severity {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let code = diagnostic.fault.code();
        let width = self.width.saturating_sub("warning[]: ".len() + code.len());
        level.primary_title(wrap(text, width, 0)).id(code)
    }

    fn show(&self, group: Group<'_>) -> String {
        Renderer::styled().decor_style(DecorStyle::Ascii).term_width(self.width).render(&[group])
    }

    fn one(&self, diagnostic: &Diagnostic) -> String {
        let summary = match &diagnostic.target {
            Some(target) => format!("{target}: {}", diagnostic.summary_text()),
            None => diagnostic.summary_text().to_owned(),
        };
        let mut group: Group<'_> = self.title(diagnostic, &summary).elements([] as [Origin<'_>; 0]);
        let mut label_shown = false;
        let text;
        if let Some(place) = &diagnostic.place {
            let file = place.file.as_ref();
            text = self.texts.get(file);
            let range = text.as_ref().and_then(|text| gen_core::load::locate(text, &place.spot));
            match (&text, range) {
                // An excerpt would print the secret: the place alone is shown.
                (Some(text), Some(range)) if diagnostic.fault == Fault::LiteralSecret => {
                    let (line, column) = crate::document::position(text, range.start);
                    group = group.element(Origin::path(file).line(line).char_column(column));
                }
                (Some(text), Some(range)) => {
                    let mut annotation = AnnotationKind::Primary.span(first_line(text, range));
                    if !diagnostic.label.is_empty() {
                        annotation = annotation.label(diagnostic.label.as_str());
                    }
                    label_shown = true;
                    group = group.element(Snippet::source(text.as_ref()).path(file).annotation(annotation));
                }
                _ => group = group.element(Origin::path(file)),
            }
        }
        let cause = (!label_shown && !diagnostic.label.is_empty()).then_some(("cause", &diagnostic.label));
        for (name, note) in cause.into_iter().chain(diagnostic.notes.iter().map(|(name, note)| (*name, note)))
        {
            // In front of a note stand the margin of line numbers, ` = ` and its name.
            let width = self.width.saturating_sub(name.len() + 10);
            group = group.element(Level::NOTE.with_name(name).message(wrap(note, width, 0)));
        }
        self.show(group)
    }
}

/// A range cut at the end of its first line: what follows is rarely the point.
fn first_line(text: &str, range: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let end =
        text.get(range.clone()).and_then(|part| part.find('\n')).map_or(range.end, |at| range.start + at);
    range.start..end.max(range.start)
}
