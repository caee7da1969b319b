//! Every fault of a file at once: what the fast path does not tell, because it stops at the first.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use crate::diag::{Diagnostic, Fault, Place, Spot};
use crate::visible::is_invisible;

use super::marked::{Failure, Kind, Node, parse};
use super::shape::Shape;
use super::yaml::Faulty;
use super::{secrets, traps};

/// All faults of a text; those of its shape too, if one is given.
pub(super) fn all(file: &Arc<str>, text: &Arc<str>, shape: Option<&Shape>) -> Faulty {
    let mut found = Vec::new();
    let mut hidden = secrets::tokens(text);
    let at = |range: Range<usize>| Place { file: file.clone(), spot: Spot::Bytes(range.start, range.end) };
    match parse(text) {
        Ok(tree) => {
            of_tree(&at, &tree, &mut found);
            let mut literals = Vec::new();
            secrets::collect(&tree, None, &mut literals);
            for node in literals {
                if !hidden.iter().any(|(range, _)| range.start < node.span.end && node.span.start < range.end)
                {
                    hidden.push((node.span.clone(), "a value under a key that names secrets"));
                }
            }
            if let Some(shape) = shape {
                found.extend(shape.complaints(file, &tree.json()));
            }
        }
        Err(Failure::Syntax(offset, message)) => {
            hidden.extend(secrets::by_line(text));
            found.push(Diagnostic::error(Fault::Syntax).at(at(around(text, offset))).label(message));
        }
        Err(Failure::Limit(offset, message)) => {
            hidden.extend(secrets::by_line(text));
            found.push(Diagnostic::error(Fault::TooLarge).at(at(around(text, offset))).label(message));
        }
    }
    for (range, what) in &hidden {
        found.push(
            Diagnostic::error(Fault::LiteralSecret)
                .at(at(range.clone()))
                .label(format!("looks like {what}"))
                .help(
                    "put it into the secrets component, refer to it as `{ref: ..., key: ...}`, and rotate it",
                ),
        );
    }
    let ranges: Vec<Range<usize>> = hidden.into_iter().map(|(range, _)| range).collect();
    let text = if ranges.is_empty() { text.clone() } else { secrets::mask(text, &ranges).into() };
    Faulty { found, text }
}

/// Faults of YAML itself: traps, repeated keys, keys that are no text.
fn of_tree(at: &impl Fn(Range<usize>) -> Place, tree: &Node, found: &mut Vec<Diagnostic>) {
    let mut words = Vec::new();
    traps::collect(tree, &mut words);
    for (node, meaning) in words {
        let diagnostic = Diagnostic::error(Fault::Ambiguous).at(at(node.span.clone()));
        let word = node.text().unwrap_or_default();
        found.push(if node.tagged {
            diagnostic
                .summary("tag means different things to different tools")
                .label("a tag is not needed here")
                .help("write the value without it, and text in quotes")
        } else {
            diagnostic
                .label(format!("some tools read this as {meaning}"))
                .help(format!("write `\"{word}\"` if the word is meant"))
        });
    }
    let mut escaped = Vec::new();
    invisible(tree, &mut escaped);
    found.extend(escaped.into_iter().map(|node| {
        Diagnostic::error(Fault::NotText)
            .at(at(node.span.clone()))
            .label("an escape that stands for an invisible character")
            .help("remove it")
    }));
    keys(tree, &mut |key, why| {
        let fault = if why == REPEATED { Fault::DuplicateKey } else { Fault::WrongType };
        found.push(Diagnostic::error(fault).at(at(key.span.clone())).label(why));
    });
}

/// Every key and value that holds an invisible character, which YAML lets an escape stand for.
pub(super) fn invisible<'a>(node: &'a Node, found: &mut Vec<&'a Node>) {
    match &node.kind {
        Kind::Scalar(text, _) => {
            if text.contains(is_invisible) {
                found.push(node);
            }
        }
        Kind::Sequence(items) => items.iter().for_each(|item| invisible(item, found)),
        Kind::Mapping(entries) => entries.iter().for_each(|(key, value)| {
            invisible(key, found);
            invisible(value, found);
        }),
    }
}

/// What [`keys`] says of a key that its mapping already has.
pub(super) const REPEATED: &str = "given before, further up";

/// Every key that is repeated or no text.
pub(super) fn keys(node: &Node, report: &mut impl FnMut(&Node, &'static str)) {
    match &node.kind {
        Kind::Scalar(..) => {}
        Kind::Sequence(items) => items.iter().for_each(|item| keys(item, report)),
        Kind::Mapping(entries) => {
            let mut seen = BTreeSet::new();
            for (key, value) in entries {
                if !seen.insert(key.text()) {
                    report(key, REPEATED);
                }
                if !key.json().is_string() {
                    report(key, "a key is text: put it in quotes");
                }
                keys(value, report);
            }
        }
    }
}

/// Numbers that JSON Schema takes for whole (`16.0`, or more than any type of ours holds) and the model does not.
pub(super) fn numbers(file: &Arc<str>, text: &str) -> Vec<Diagnostic> {
    let Ok(tree) = parse(text) else { return Vec::new() };
    let mut nodes = Vec::new();
    crooked(&tree, &mut nodes);
    let diagnostics = nodes.into_iter().map(|node| {
        Diagnostic::error(Fault::WrongType)
            .at(Place { file: file.clone(), spot: Spot::Bytes(node.span.start, node.span.end) })
            .label("a whole number is expected, without a point and of at most 19 digits")
    });
    diagnostics.collect()
}

/// Every whole number that is not written as one.
pub(super) fn crooked<'a>(node: &'a Node, found: &mut Vec<&'a Node>) {
    match &node.kind {
        Kind::Scalar(..) => {
            if node.json().as_f64().is_some_and(|number| number.fract() == 0.0) && node.json().is_f64() {
                found.push(node);
            }
        }
        Kind::Sequence(items) => items.iter().for_each(|item| crooked(item, found)),
        Kind::Mapping(entries) => entries.iter().for_each(|(_, value)| crooked(value, found)),
    }
}

/// The bytes of the line's rest, so that there is something to mark.
fn around(text: &str, offset: usize) -> Range<usize> {
    let offset = (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let end = text[offset..].find('\n').map_or(text.len(), |at| offset + at);
    if end > offset {
        return offset..end;
    }
    let start = text[..offset].trim_end().rfind('\n').map_or(0, |at| at + 1);
    start.min(offset)..offset
}
