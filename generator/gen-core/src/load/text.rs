//! Bytes → text: what every input file has to be before anybody parses it.

use std::sync::Arc;

use crate::diag::{Diagnostic, Fault, Place, Spot};

/// Largest input file in bytes.
pub(super) const LARGEST: usize = 1 << 20;

/// Checks that bytes are plain UTF-8 text; strips a leading byte-order mark.
pub(super) fn read(file: &Arc<str>, bytes: Vec<u8>) -> Result<Arc<str>, Box<Diagnostic>> {
    check(file, bytes).map_err(Box::new)
}

#[expect(clippy::result_large_err, reason = "boxed by the one caller")]
fn check(file: &Arc<str>, bytes: Vec<u8>) -> Result<Arc<str>, Diagnostic> {
    let fault = |at: usize, len: usize, label: &str| {
        Diagnostic::error(Fault::NotText)
            .at(Place { file: file.clone(), spot: Spot::Bytes(at, at + len) })
            .label(label.to_owned())
    };
    if bytes.len() > LARGEST {
        return Err(Diagnostic::error(Fault::TooLarge)
            .at(Place::file(file.clone()))
            .label(format!("{} bytes; at most {LARGEST} are read", bytes.len())));
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = error
            .as_bytes()
            .iter()
            .take(error.utf8_error().valid_up_to())
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        Diagnostic::error(Fault::NotText)
            .at(Place::file(file.clone()))
            .label(format!("line {line} holds bytes that are not UTF-8"))
            .help("save the file as UTF-8")
    })?;
    let text = text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned);
    if let Some(at) = text.find('\u{feff}') {
        return Err(fault(at, 3, "a byte-order mark in the middle of the text"));
    }
    if let Some(at) = text.find(|c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(fault(at, 1, "a control character"));
    }
    let mut offset = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        let blank = line.trim().is_empty() || line.trim_start().starts_with('#');
        if let Some(tab) = line[..indent].find('\t').filter(|_| !blank) {
            return Err(fault(offset + tab, 1, "a tab in the indentation").help("indent with spaces"));
        }
        offset += line.len();
    }
    Ok(text.into())
}
