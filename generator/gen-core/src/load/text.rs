//! Bytes → text: what every input file has to be before anybody parses it.

use std::sync::Arc;

use crate::diag::{Diagnostic, Fault, Place, Spot};

use crate::visible::is_invisible;

use super::yaml::Faulty;

/// Largest input file in bytes.
pub(super) const LARGEST: usize = 1 << 20;
/// The byte-order mark.
const MARK: char = '\u{feff}';

/// Checks that bytes are plain UTF-8 text; strips a leading byte-order mark.
///
/// Text that is refused can be shown all the same, with replacement characters where it is none.
pub(super) fn read(file: &Arc<str>, bytes: &[u8]) -> Result<Arc<str>, Faulty> {
    if bytes.len() > LARGEST {
        let fault = Diagnostic::error(Fault::TooLarge)
            .at(Place::file(file.clone()))
            .label(format!("more than {LARGEST} bytes, which is all that is read of a model"));
        return Err(Faulty { found: vec![fault], text: "".into() });
    }
    let refuse = |text: &str, at: usize, label: &str, help: &str| {
        let len = text[at..].chars().next().map_or(0, char::len_utf8);
        let fault = Diagnostic::error(Fault::NotText)
            .at(Place { file: file.clone(), spot: Spot::Bytes(at, at + len) })
            .label(label)
            .help(help);
        // Nobody has looked for secrets yet: only what is about to be shown stays readable.
        Faulty { found: vec![fault], text: super::secrets::mask_known(text).into() }
    };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix(MARK).unwrap_or(text),
        Err(error) => {
            // Replacement starts at the first bad byte, so the offset holds in the text that is shown.
            let text = String::from_utf8_lossy(bytes);
            return Err(refuse(
                &text,
                error.valid_up_to(),
                "bytes that are not UTF-8",
                "save the file as UTF-8",
            ));
        }
    };
    // Looking for the first byte is much faster than for all three, and it is in few files.
    if text.as_bytes().contains(&0xef)
        && let Some(at) = text.find(MARK)
    {
        return Err(refuse(text, at, "a byte-order mark in the middle of the text", "remove it"));
    }
    // Bytes first: nearly every file ends here, and decoding characters costs more than the whole parse may.
    let control = |byte: &u8| matches!(byte, 0..=8 | 11 | 12 | 14..=31 | 127);
    if text.bytes().any(|byte| control(&byte) || byte == 0xc2)
        && let Some(at) = text.find(|c: char| c.is_control() && is_invisible(c))
    {
        return Err(refuse(text, at, "a control character", "remove it"));
    }
    // First bytes of those that are no controls.
    if text.bytes().any(|byte| matches!(byte, 0xc2 | 0xd8 | 0xe1 | 0xe2 | 0xef | 0xf3))
        && let Some(at) = text.find(is_invisible)
    {
        return Err(refuse(text, at, "an invisible character that changes how the text reads", "remove it"));
    }
    match tab(text) {
        Some(at) => Err(refuse(text, at, "a tab in the indentation", "indent with spaces")),
        None => Ok(text.into()),
    }
}

/// The first tab that indents something.
fn tab(text: &str) -> Option<usize> {
    if !text.as_bytes().contains(&b'\t') {
        return None;
    }
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_start_matches([' ', '\t']);
        let blank = content.trim().is_empty() || content.starts_with('#');
        if let Some(at) = line[..line.len() - content.len()].find('\t').filter(|_| !blank) {
            return Some(start + at);
        }
        start += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: &[u8]) -> (Fault, Spot) {
        let faulty = read(&"a.yaml".into(), bytes).expect_err("a fault");
        let place = faulty.found[0].place.clone().expect("a place");
        if let Spot::Bytes(from, to) = place.spot {
            assert!(faulty.text.get(from..to).is_some(), "{from}..{to} of {:?}", faulty.text);
        }
        (faulty.found[0].fault, place.spot)
    }

    #[test]
    fn what_is_no_text_is_refused_where_it_stands() {
        for (bytes, spot) in [
            (&b"a: b\xe9c\n"[..], Spot::Bytes(4, 7)),
            (b"a: \0\n", Spot::Bytes(3, 4)),
            (b"a: \x7f", Spot::Bytes(3, 4)),
            ("a: \u{85}".as_bytes(), Spot::Bytes(3, 5)),
            ("a: \u{feff}b".as_bytes(), Spot::Bytes(3, 6)),
            ("a: \u{202e}b".as_bytes(), Spot::Bytes(3, 6)),
            ("a: b\u{200b}".as_bytes(), Spot::Bytes(4, 7)),
            ("a: \u{61c}b".as_bytes(), Spot::Bytes(3, 5)),
            ("a: b\u{ad}".as_bytes(), Spot::Bytes(4, 6)),
            ("a: b\u{2028}c: d".as_bytes(), Spot::Bytes(4, 7)),
            ("a: b\u{e0041}".as_bytes(), Spot::Bytes(4, 8)),
            (b"a:\n\tb: c\n", Spot::Bytes(3, 4)),
            (b"a:\n  \tb: c\n", Spot::Bytes(5, 6)),
        ] {
            assert_eq!(refused(bytes), (Fault::NotText, spot), "{bytes:?}");
        }
        assert_eq!(refused(&vec![b' '; LARGEST + 1]), (Fault::TooLarge, Spot::File));
    }

    #[test]
    fn marks_and_line_ends_of_other_systems_are_accepted() {
        for (bytes, text) in [
            (&b"\xef\xbb\xbfa: b\r\n"[..], "a: b\r\n"),
            (b"a: b\t# c\n\t# d\n \t \n", "a: b\t# c\n\t# d\n \t \n"),
            ("a: \u{2013}\u{e4}".as_bytes(), "a: \u{2013}\u{e4}"),
        ] {
            assert_eq!(&*read(&"a.yaml".into(), bytes).expect("text"), text);
        }
    }
}
