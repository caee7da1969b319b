//! A cheap look at text that decides whether the tree has to be looked at: one pass over the bytes, no allocation.
//!
//! It errs on the safe side: what it passes holds nothing that [`traps`] or [`secrets`] would report. Whole scalars are looked at,
//! not words, because prose is full of `on` and `no`, and an honest file must cost one parse.

use super::{secrets, traps};

/// Whether a text may hold an ambiguous word, a tag, an alias or a literal secret.
pub(super) fn suspicious(text: &str) -> bool {
    // An escape may stand for a character that has no business in a model.
    secrets::shows_a_sign(text) || text.contains('\\') || text.split(['\n', '\r']).any(line)
}

fn line(line: &str) -> bool {
    let line = line.trim_start();
    if line.starts_with('#') {
        return false;
    }
    let line = line.strip_prefix("---").unwrap_or(line);
    let bytes = line.as_bytes();
    let mut start = 0;
    // Only behind these is a quote sure to open a scalar, and not part of a word that began a line before.
    let mut opens = false;
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        let next = bytes.get(at + 1);
        let open = next.is_none_or(u8::is_ascii_whitespace);
        let key = match byte {
            b',' | b'[' | b']' | b'{' | b'}' | b'#' => false,
            b':' if open || next.is_some_and(|next| b",[]{}".contains(next)) => true,
            // `"key":value` needs no space in a flow mapping.
            b':' if at > 0 && matches!(bytes[at - 1], b'"' | b'\'') => true,
            b'-' | b'?' if open && line[start..at].trim().is_empty() => false,
            b'"' | b'\'' if opens && line[start..at].trim().is_empty() => {
                // A scalar of several lines: what is inside cannot be told from what is outside.
                let Some(end) = closing(bytes, at) else { return true };
                at = end + 1;
                continue;
            }
            _ => {
                at += 1;
                continue;
            }
        };
        if scalar(&line[start..at], key) {
            return true;
        }
        at += 1;
        start = at;
        opens = matches!(byte, b',' | b'[' | b'{' | b':');
    }
    scalar(&line[start..], false)
}

/// Where the quote that opens at a byte is closed on the same line.
fn closing(bytes: &[u8], open: usize) -> Option<usize> {
    let quote = bytes[open];
    let mut at = open + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if quote == b'"' => at += 1,
            byte if byte == quote && quote == b'\'' && bytes.get(at + 1) == Some(&quote) => at += 1,
            byte if byte == quote => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// What stands between two delimiters.
fn scalar(text: &str, key: bool) -> bool {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == ':');
    let Some(first) = text.bytes().next() else { return false };
    match first {
        b'"' | b'\'' => key && secrets::names_a_secret(text.trim_matches(['"', '\''])),
        b'&' | b'*' | b'!' | b'%' => true,
        _ => traps::ambiguous(text).is_some() || key && secrets::names_a_secret(text),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::faults;
    use super::super::marked::parse;
    use super::*;
    use crate::visible::is_invisible;

    #[test]
    fn prose_costs_nothing() {
        for text in [
            "# no, or on: yes\na: b # on and off\n",
            "description: the cluster is on, no more of it, yes and no.\nnote: \"token default, no: y\"\n",
            "redact: [authorization, \"*.token\"]\nversion: 1\nread: 2026-11-20\n",
            "image: ghcr.io/example/api\ncidr: 10.0.0.0/16\nsecrets: {SIGNING_KEY: {ref: api/signing, key: current}}\n",
        ] {
            assert!(!suspicious(text), "{text}");
        }
    }

    const PIECES: &[&str] = &[
        "no",
        "a",
        ": ",
        ":",
        "- ",
        "-",
        "? ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        ",",
        "\n",
        "\n  ",
        "\"a\"",
        "'b'",
        " #",
        "!!str ",
        "&x ",
        "*x",
        "---\n",
        "--- ",
        " ",
        "0777",
        "|\n",
        ">-\n  ",
        "\r\n",
        "\t",
        "5e10",
        "~",
        "token",
        "password",
        "\"secret\"",
        "xyz1",
        "ghp_0123456789abcdef",
        "\r",
        "...\n",
        "<<",
        "%YAML 1.1\n",
        "\u{a0}",
        "\u{85}",
        "\u{2028}",
        "\"",
        "'",
        "\"a, no",
        "\\",
        "\"\\e\"",
        "postgres://u:pw@h/d",
        "''",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32 * ProptestConfig::default().cases, ..ProptestConfig::default() })]

        #[test]
        fn nothing_slips_through(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..14)) {
            let text = pieces.concat();
            let Ok(tree) = parse(&text) else { return Ok(()) };
            let (mut words, mut literals) = (Vec::new(), Vec::new());
            traps::collect(&tree, &mut words);
            secrets::collect(&tree, None, &mut literals);
            // As themselves, such characters are refused before anything is parsed.
            if !text.contains(is_invisible) {
                faults::invisible(&tree, &mut literals);
            }
            if !words.is_empty() || !literals.is_empty() || !secrets::tokens(&text).is_empty() {
                prop_assert!(suspicious(&text), "{:?}: {:?} {:?}", text, words, literals);
            }
        }
    }
}
