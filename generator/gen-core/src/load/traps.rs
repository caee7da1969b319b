//! What YAML 1.1 and YAML 1.2, or two readers of one of them, understand differently: unquoted words, tags, merge keys.

use super::marked::{Kind, Node};

/// What an unquoted word may be read as, if tools disagree.
pub(super) fn ambiguous(word: &str) -> Option<&'static str> {
    match word {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Some("true"),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Some("false"),
        "~" => return Some("nothing"),
        "<<" => return Some("an order to merge mappings"),
        _ => {}
    }
    for (plain, meaning) in [("true", "true"), ("false", "false"), ("null", "nothing")] {
        if word != plain && word.eq_ignore_ascii_case(plain) {
            return Some(meaning);
        }
    }
    let digits = word.strip_prefix(['-', '+']).unwrap_or(word);
    let first = digits.bytes().next()?;
    if matches!(digits, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN") {
        return Some("a number without end, or none");
    }
    let point = digits.strip_prefix('.').or_else(|| digits.strip_suffix('.'));
    if point.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_digit())) {
        return Some("text, others as a number");
    }
    if !first.is_ascii_digit() {
        return None;
    }
    let all = |allowed: fn(u8) -> bool| digits.bytes().all(allowed);
    if digits.len() > 1 && first == b'0' && all(|b| b.is_ascii_digit()) {
        return Some("an octal number");
    }
    if ["0o", "0x", "0b"].iter().any(|prefix| digits.starts_with(prefix)) {
        return Some("a number to another base");
    }
    if digits.contains('_') && all(|b| b.is_ascii_digit() || b == b'_' || b == b'.') {
        return Some("a number without the underscores");
    }
    if digits.contains(':') && all(|b| b.is_ascii_digit() || b == b':' || b == b'.') {
        return Some("a number to base 60");
    }
    if digits.contains(['e', 'E']) && digits.parse::<f64>().is_ok() {
        return Some("a number with an exponent");
    }
    None
}

/// What [`collect`] says of a value with a tag.
pub(super) const TAGGED: &str = "another type";

/// Every tag and every unquoted word of a document that tools disagree about.
pub(super) fn collect<'a>(node: &'a Node, found: &mut Vec<(&'a Node, &'static str)>) {
    if node.tagged {
        found.push((node, TAGGED));
    }
    match &node.kind {
        Kind::Scalar(text, true) if !node.tagged => {
            found.extend(ambiguous(text).map(|meaning| (node, meaning)));
        }
        Kind::Scalar(..) => {}
        Kind::Sequence(items) => items.iter().for_each(|item| collect(item, found)),
        Kind::Mapping(entries) => {
            for (key, value) in entries {
                collect(key, found);
                collect(value, found);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn words_that_tools_disagree_about() {
        for word in [
            "NO", "on", "y", "0777", "1_000", "12:30:00", "5e10", "1E3", ".inf", "0x1f", "~", "-.inf",
            "True", "NULL", "<<", "5.", ".5",
        ] {
            assert!(super::ambiguous(word).is_some(), "{word}");
        }
        for word in [
            "DE",
            "none",
            "0",
            "10",
            "1.5",
            "2026-11-20",
            "10.0.0.0/16",
            "5m",
            "v1",
            "1.36",
            "true",
            "e10",
            "sha256:12",
        ] {
            assert!(super::ambiguous(word).is_none(), "{word}");
        }
    }
}
