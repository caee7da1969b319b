//! Literal secrets: found by their own form, or by the name of the key that holds them.

use std::ops::Range;

use super::marked::{Kind, Node};

/// Beginnings of tokens, the least length of such a token, and what it is.
const TOKENS: &[(&str, usize, &str)] = &[
    ("ghp_", 14, "a GitHub token"),
    ("gho_", 14, "a GitHub token"),
    ("ghu_", 14, "a GitHub token"),
    ("ghs_", 14, "a GitHub token"),
    ("ghr_", 14, "a GitHub token"),
    ("github_pat_", 20, "a GitHub token"),
    ("glpat-", 16, "a GitLab token"),
    ("xoxb-", 15, "a Slack token"),
    ("xoxp-", 15, "a Slack token"),
    ("hvs.", 24, "a Vault token"),
];
const ACCESS_KEYS: &[&str] = &["AKIA", "ASIA"];
const JWT: &str = "eyJ";
const PRIVATE_KEY: &str = "PRIVATE KEY-----";

/// Whether a text may hold a secret that is known by its form: a cheap look that errs on the safe side.
pub(super) fn shows_a_sign(text: &str) -> bool {
    let forms = TOKENS.iter().map(|(start, _, _)| start);
    // `ASIA` alone is a continent.
    let goes_on =
        |at: usize| text.as_bytes().get(at).is_some_and(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    forms.chain([&JWT, &PRIVATE_KEY]).any(|sign| text.contains(sign))
        || !in_addresses(text).is_empty()
        || ACCESS_KEYS.iter().any(|start| text.match_indices(start).any(|(at, _)| goes_on(at + start.len())))
}

/// Everything in a text that has the form of a secret, comments and broken YAML included.
pub(super) fn tokens(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let mut found = private_keys(text);
    let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let mut at = 0;
    while let Some(skip) = text[at..].find(part) {
        let start = at + skip;
        let end = text[start..].find(|c| !part(c)).map_or(text.len(), |len| start + len);
        found.extend(token(&text[start..end]).map(|what| (start..end, what)));
        at = end;
    }
    for (range, what) in in_addresses(text) {
        if !found.iter().any(|(known, _)| known.start < range.end && range.start < known.end) {
            found.push((range, what));
        }
    }
    found
}

/// Passwords in addresses, such as `postgres://user:password@host`.
fn in_addresses(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let starts = text.match_indices("://").map(|(at, sign)| at + sign.len());
    let password = |start: usize| {
        let rest = &text[start..];
        let end =
            rest.find(|c: char| c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'' | '<' | '>'));
        let (user, _) = rest[..end.unwrap_or(rest.len())].rsplit_once('@')?;
        let (name, password) = user.split_once(':')?;
        let at = start + name.len() + 1;
        (!password.is_empty()).then_some((at..at + password.len(), "a password in an address"))
    };
    starts.filter_map(password).collect()
}

fn private_keys(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(skip) = text[at..].find(PRIVATE_KEY) {
        let header = at + skip;
        let start = text[at..header].rfind("-----BEGIN").map_or(header, |before| at + before);
        at = header + PRIVATE_KEY.len();
        let end = match text[at..].find("-----END") {
            Some(body) => {
                let footer = at + body + "-----END".len();
                text[footer..].find("-----").map_or(footer, |rest| footer + rest + 5)
            }
            // A lone header: whatever follows may be the key, up to the end of the line at least.
            None => text[at..].find(['\n', '"', '\'']).map_or(text.len(), |rest| at + rest),
        };
        found.push((start..end, "a private key"));
        at = end;
    }
    found
}

fn token(word: &str) -> Option<&'static str> {
    for (start, least, what) in TOKENS {
        if word.len() >= *least && word.starts_with(start) {
            return Some(what);
        }
    }
    let capitals = || word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if word.len() == 20 && ACCESS_KEYS.iter().any(|start| word.starts_with(start)) && capitals() {
        return Some("an access key");
    }
    let long = |part: &str| part.len() > 8 && !part.contains('.');
    let mut parts = word.split('.');
    let jwt = word.starts_with(JWT) && parts.by_ref().take(3).filter(|part| long(part)).count() == 3;
    (jwt && parts.next().is_none()).then_some("a JSON web token")
}

/// Whether a key says that its value is a secret. Capability ids (with a dot) never do.
pub(super) fn names_a_secret(key: &str) -> bool {
    const ENDINGS: [&str; 9] = [
        "password",
        "passwd",
        "passphrase",
        "secret",
        "token",
        "apikey",
        "secretkey",
        "privatekey",
        "accesskey",
    ];
    // `api_key`, `api-key` and `apiKey` are one name.
    let ends = |ending: &str| {
        let mut letters = key.bytes().rev().filter(|byte| !matches!(byte, b'-' | b'_'));
        ending
            .bytes()
            .rev()
            .all(|wanted| letters.next().is_some_and(|byte| byte.to_ascii_lowercase() == wanted))
    };
    !key.contains('.') && ENDINGS.iter().any(|ending| ends(ending))
}

/// Every value of a document that is a secret by the name of its key.
pub(super) fn collect<'a>(node: &'a Node, key: Option<&str>, found: &mut Vec<&'a Node>) {
    match &node.kind {
        Kind::Scalar(text, plain) => {
            let nothing = *plain && matches!(text.as_str(), "" | "null" | "true" | "false");
            if key.is_some_and(names_a_secret) && !nothing && !text.is_empty() {
                found.push(node);
            }
        }
        Kind::Sequence(items) => items.iter().for_each(|item| collect(item, key, found)),
        Kind::Mapping(entries) => {
            // `{ref: …, key: …}` is a reference: its parts are names.
            let reference = entries.iter().any(|(key, _)| key.text() == Some("ref"));
            for (name, value) in entries {
                collect(value, name.text().filter(|_| !reference), found);
            }
        }
    }
}

/// Values behind keys that name secrets, line by line: for text that does not parse, and yet is going to be shown.
pub(super) fn by_line(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let mut from = 0;
        while let Some(colon) = line[from..].find(':').map(|at| from + at) {
            let key = line[from..colon].trim_end_matches([' ', '"', '\'']);
            let key = key.rsplit(|c: char| c.is_whitespace() || matches!(c, ',' | '{' | '"' | '\'')).next();
            let value = line[colon + 1..].trim();
            if key.is_some_and(names_a_secret) && !value.is_empty() && !value.starts_with('{') {
                let end = start + line.trim_end().len();
                found.push((end - value.len()..end, "a value under a key that names secrets"));
                break;
            }
            from = colon + 1;
        }
        start += line.len();
    }
    found
}

/// The text with everything made unreadable that looks like a secret without being parsed.
pub(super) fn mask_known(text: &str) -> String {
    let ranges: Vec<Range<usize>> =
        tokens(text).into_iter().chain(by_line(text)).map(|(range, _)| range).collect();
    mask(text, &ranges)
}

/// The text with everything in `ranges` made unreadable, of the same length and still well-formed, so that no view of it can show
/// a secret.
pub(super) fn mask(text: &str, ranges: &[Range<usize>]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for range in ranges {
        let block = matches!(bytes.get(range.start), Some(b'|' | b'>'));
        let header = text[range.clone()].find('\n').filter(|_| block).unwrap_or(0);
        let inside = &mut bytes[range.start + header..range.end];
        let last = inside.len().saturating_sub(1);
        for (at, byte) in inside.iter_mut().enumerate() {
            let quote = (at == 0 || at == last) && matches!(byte, b'"' | b'\'');
            if !quote && !matches!(byte, b'\n' | b'\r' | b' ') {
                *byte = b'x';
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_found_wherever_they_stand() {
        let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N";
        for (text, what) in [
            ("a: ghp_0123456789abcdefghij", "a GitHub token"),
            ("# ghp_0123456789abcdefghij", "a GitHub token"),
            ("a: [\"https://x:github_pat_0123456789abcdef@host\"", "a GitHub token"),
            ("a: postgres://app:hunter2@db.example.org/app", "a password in an address"),
            ("glpat-0123456789abcdef", "a GitLab token"),
            ("url=xoxb-0123456789-abc", "a Slack token"),
            ("AKIAIOSFODNN7EXAMPLE", "an access key"),
            (jwt, "a JSON web token"),
            ("|\n  -----BEGIN EC PRIVATE KEY-----\n  abc\n  -----END EC PRIVATE KEY-----\n", "a private key"),
        ] {
            let found = tokens(text);
            assert_eq!(found.iter().map(|(_, what)| *what).collect::<Vec<_>>(), [what], "{text}");
            assert!(shows_a_sign(text), "{text}");
        }
        for text in [
            "-----BEGIN PUBLIC KEY-----",
            "AKIA",
            "a-AKIAIOSFODNN7",
            "eyJ.a.b",
            "ghp_short",
            "x.eyJ",
            "https://u@h/a:b@c",
            "x://u:@h",
        ] {
            assert!(tokens(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn keys_that_name_secrets() {
        for key in [
            "password",
            "DB_PASSWORD",
            "clientSecret",
            "API_TOKEN",
            "token",
            "aws_secret_access_key",
            "apikey",
        ] {
            assert!(names_a_secret(key), "{key}");
        }
        for key in [
            "secrets",
            "db.postgres.managed_password",
            "key",
            "tokens",
            "password_policy",
            "SIGNING_KEY",
            "signing_keys",
        ] {
            assert!(!names_a_secret(key), "{key}");
        }
    }

    #[test]
    fn masked_text_keeps_its_shape() {
        let text = "a: \"s3\\\"\u{e9}t\" # x\nb: |\n  key\n  more\nc: d\n";
        let masked = mask(text, &[3..12, 20..34]);
        assert_eq!(masked, "a: \"xxxxxxx\" # x\nb: |\n  xxx\n  xxxx\nc: d\n");
        assert_eq!(masked.len(), text.len());
    }
}
