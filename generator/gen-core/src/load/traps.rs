//! Words that YAML 1.1 and YAML 1.2 read differently.

use super::marked::{Kind, Node};

/// What an unquoted word may be read as, if tools disagree.
pub(super) fn ambiguous(word: &str) -> Option<&'static str> {
    match word {
        "y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => return Some("true"),
        "n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => return Some("false"),
        "~" => return Some("nothing"),
        _ => {}
    }
    let digits = word.strip_prefix(['-', '+']).unwrap_or(word);
    let first = digits.bytes().next()?;
    if matches!(digits, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN") {
        return Some("a number without end, or none");
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

/// Whether a text may hold such a word, or nothing where a value belongs: a cheap look that errs on the safe side.
pub(super) fn suspicious(text: &str) -> bool {
    ["null", "Null", "NULL"].iter().any(|word| text.contains(word))
        || lacks_a_value(text)
        || text.lines().any(|line| {
            line.split(|c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']' | '{' | '}'))
                .any(|word| ambiguous(word.strip_suffix(':').unwrap_or(word)).is_some())
        })
}

/// Whether a key may have no value: serde would take the default, where an editor says that something is missing.
fn lacks_a_value(text: &str) -> bool {
    let mut open: Option<usize> = None;
    for line in text.lines() {
        let content = line.split(" #").next().unwrap_or(line).trim_end();
        let trimmed = content.trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let indent = content.len() - trimmed.len();
        // What belongs to a key is further in; items of a list may stand just below it.
        if open.is_some_and(|key| indent < key || (indent == key && !trimmed.starts_with('-'))) {
            return true;
        }
        let inner = trimmed.trim_start_matches("- ");
        open = content.ends_with(':').then_some(content.len() - inner.len());
        if [":,", ": ,", ":}", ": }", ":]", ": ]"].iter().any(|end| content.contains(end)) {
            return true;
        }
    }
    open.is_some()
}

/// Every unquoted word of a document that tools disagree about.
pub(super) fn collect<'a>(node: &'a Node, found: &mut Vec<(&'a Node, &'static str)>) {
    match &node.kind {
        Kind::Scalar(text, true) => found.extend(ambiguous(text).map(|meaning| (node, meaning))),
        Kind::Scalar(_, false) => {}
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
        for word in
            ["NO", "on", "y", "0777", "1_000", "12:30:00", "5e10", "1E3", ".inf", "0x1f", "~", "-.inf"]
        {
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
