//! Diagnostics: data about faults. Rendering them for people or machines happens in the binary.

mod fault;

use std::borrow::Cow;
use std::sync::Arc;

use crate::visible::visible;

pub use fault::{Area, Fault};

/// How bad a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is rendered for what this diagnostic is about, and the exit status is 1.
    Error,
    /// Worth a look; nothing is blocked.
    Warning,
}

/// A step of a [`Route`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// A key of a mapping.
    Key(String),
    /// An index of a sequence.
    Index(usize),
}

/// The way from the root of a document to a value, such as `bind.default.provider`.
///
/// Routes are turned into lines only when a diagnostic is shown, so the model types stay free of spans.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Route(pub Vec<Step>);

impl Route {
    /// The route made of `keys`, each one a mapping key.
    pub fn keys<S: Into<String>>(keys: impl IntoIterator<Item = S>) -> Self {
        Self(keys.into_iter().map(|key| Step::Key(key.into())).collect())
    }

    /// This route and one more mapping key.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.0.push(Step::Key(key.into()));
        self
    }

    /// This route and more mapping keys.
    #[must_use]
    pub fn and(mut self, keys: &[&str]) -> Self {
        self.0.extend(keys.iter().map(|key| Step::Key((*key).to_owned())));
        self
    }

    /// This route and one more sequence index.
    #[must_use]
    pub fn index(mut self, index: usize) -> Self {
        self.0.push(Step::Index(index));
        self
    }
}

impl std::fmt::Display for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Key(key) if position == 0 => write!(f, "{key}")?,
                Step::Key(key) => write!(f, ".{key}")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

/// Where in a file a fault is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Spot {
    /// The file as a whole.
    File,
    /// A byte range of the file: first byte and first byte behind.
    Bytes(usize, usize),
    /// The value at a route.
    Value(Route),
    /// The key at the end of a route, not its value.
    Key(Route),
}

/// A file of the repository and a spot in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Path relative to the repository, with `/` as separator.
    pub file: Arc<str>,
    /// The spot in that file.
    pub spot: Spot,
}

impl Place {
    /// The file as a whole.
    pub fn file(file: impl Into<Arc<str>>) -> Self {
        Self { file: file.into(), spot: Spot::File }
    }

    /// The value at `route` in `file`.
    pub fn value(file: impl Into<Arc<str>>, route: Route) -> Self {
        Self { file: file.into(), spot: Spot::Value(route) }
    }

    /// The key at the end of `route` in `file`.
    pub fn key(file: impl Into<Arc<str>>, route: Route) -> Self {
        Self { file: file.into(), spot: Spot::Key(route) }
    }
}

/// One fault found: what, where, why, and what to do.
///
/// `summary` comes from the [`Fault`] and never carries user data; the details do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which fault.
    pub fault: Fault,
    /// Error or warning.
    pub severity: Severity,
    /// A summary that is more to the point than the fault's own; lower case, no full stop.
    pub summary: Option<String>,
    /// Where, if the fault has a place.
    pub place: Option<Place>,
    /// Few words shown under the marked text.
    pub label: String,
    /// Named lines below the excerpt, such as `asked`, `offered`, `choose`, `help`.
    pub notes: Vec<(&'static str, String)>,
    /// The target (`stack/environment`) that this is about, if one.
    pub target: Option<String>,
}

impl Diagnostic {
    /// An error of this kind.
    pub fn error(fault: Fault) -> Self {
        Self {
            fault,
            severity: Severity::Error,
            summary: None,
            place: None,
            label: String::new(),
            notes: Vec::new(),
            target: None,
        }
    }

    /// A warning of this kind.
    pub fn warning(fault: Fault) -> Self {
        Self { severity: Severity::Warning, ..Self::error(fault) }
    }

    /// Says where.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Says something under the marked text.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// Replaces the fault's general summary.
    #[must_use]
    pub fn summary(mut self, summary: impl Into<String>) -> Self {
        self.summary = Some(summary.into());
        self
    }

    /// Adds a named line.
    #[must_use]
    pub fn note(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.notes.push((name, text.into()));
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(self, text: impl Into<String>) -> Self {
        self.note("help", text)
    }

    /// Adds what a word was probably meant to be, if anything known is near it.
    #[must_use]
    pub fn nearest<'a>(self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        match meant(word, known) {
            Some(text) => self.help(text),
            None => self,
        }
    }

    /// Adds what a word was probably meant to be, or else all that there is.
    #[must_use]
    pub fn nearest_or_all<'a>(self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Self {
        let known: Vec<&str> = known.into_iter().collect();
        match meant(word, known.iter().copied()) {
            Some(text) => self.help(text),
            None if known.is_empty() => self,
            None => self.help(format!("there are: {}", known.join(", "))),
        }
    }

    /// Says which target this is about.
    #[must_use]
    pub fn target(mut self, target: impl Into<String>) -> Self {
        self.target = Some(target.into());
        self
    }

    /// The same with everything visible that came from outside: what a file or its name holds is shown, never obeyed.
    #[must_use]
    pub fn made_visible(mut self) -> Self {
        let show = |text: &mut String| {
            if let Cow::Owned(shown) = visible(text) {
                *text = shown;
            }
        };
        if let Some(place) = &mut self.place
            && let Cow::Owned(shown) = visible(&place.file)
        {
            place.file = shown.into();
        }
        self.summary.iter_mut().chain([&mut self.label]).for_each(show);
        self.notes.iter_mut().for_each(|(_, note)| show(note));
        self
    }

    /// The summary to show.
    pub fn summary_text(&self) -> &str {
        self.summary.as_deref().unwrap_or(self.fault.summary())
    }
}

/// Sorts by file, place and code, and drops exact repetitions.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(order);
    diagnostics.dedup();
}

/// Which of two is shown first.
pub(crate) fn order(a: &Diagnostic, b: &Diagnostic) -> std::cmp::Ordering {
    key(a).cmp(&key(b))
}

type Key<'a> = (bool, Option<&'a Place>, &'a str, Option<&'a str>, &'a str, &'a [(&'static str, String)]);

fn key(diagnostic: &Diagnostic) -> Key<'_> {
    (
        // What is known to be lacking is said before what nobody knows.
        diagnostic.fault == Fault::NeedsEvidence,
        diagnostic.place.as_ref(),
        diagnostic.fault.code(),
        diagnostic.target.as_deref(),
        &diagnostic.label,
        &diagnostic.notes,
    )
}

/// True when at least one of them is an error.
pub fn any_error(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}

/// What a word was probably meant to be, as a question.
pub fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    did_you_mean(word, known).map(|meant| format!("did you mean `{meant}`?"))
}

/// The member of `known` that `word` was probably meant to be.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len().min(word.len()) / 4)
        .min()
        .map(|(_, candidate)| candidate)
}
