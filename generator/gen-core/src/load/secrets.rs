//! Literal secrets: found by their own form, or by the name of the key that holds them.

use super::marked::{Kind, Node};

/// What a text looks like, if it looks like a secret.
fn looks_like(text: &str) -> Option<&'static str> {
    let token = |prefix: &str, least: usize| {
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')
            .any(|word| word.len() >= least && word.starts_with(prefix))
    };
    if text.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    let access_key = |prefix: &str| {
        text.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| {
            word.len() == 20
                && word.starts_with(prefix)
                && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        })
    };
    if access_key("AKIA") || access_key("ASIA") {
        return Some("an access key");
    }
    for (prefix, what) in [
        ("ghp_", "a GitHub token"),
        ("gho_", "a GitHub token"),
        ("ghs_", "a GitHub token"),
        ("github_pat_", "a GitHub token"),
        ("glpat-", "a GitLab token"),
        ("xoxb-", "a Slack token"),
        ("xoxp-", "a Slack token"),
        ("hvs", "a Vault token"),
    ] {
        let least = if prefix == "hvs" { usize::MAX } else { prefix.len() + 10 };
        if token(prefix, least) || (prefix == "hvs" && text.starts_with("hvs.") && text.len() > 24) {
            return Some(what);
        }
    }
    let parts: Vec<&str> = text.trim().split('.').collect();
    let base64 = |part: &str| {
        part.len() > 8 && part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    if parts.len() == 3 && parts[0].starts_with("eyJ") && parts.iter().all(|part| base64(part)) {
        return Some("a JSON web token");
    }
    None
}

/// Keys that name secrets.
fn names_a_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    [
        "password",
        "passwd",
        "secret_key",
        "secretkey",
        "api_key",
        "apikey",
        "access_token",
        "private_key",
        "client_secret",
    ]
    .iter()
    .any(|word| key.contains(word))
        || matches!(key.as_str(), "token" | "secret")
}

/// Every value of a document that looks like a secret.
pub(super) fn collect<'a>(node: &'a Node, key: Option<&str>, found: &mut Vec<(&'a Node, &'static str)>) {
    match &node.kind {
        Kind::Scalar(text, _) => {
            let by_key = key.filter(|key| names_a_secret(key) && text.len() >= 4 && !is_word(text));
            let what = looks_like(text).or(by_key.map(|_| "a value under a key that names secrets"));
            found.extend(what.map(|what| (node, what)));
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

/// A plain value of the model, such as a level or a boolean.
fn is_word(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') || text == "true" || text == "false"
}

/// Whether a text may hold a secret: a cheap look that errs on the safe side.
pub(super) fn suspicious(text: &str) -> bool {
    const SIGNS: [&str; 12] = [
        "PRIVATE KEY",
        "AKIA",
        "ASIA",
        "ghp_",
        "gho_",
        "ghs_",
        "github_pat_",
        "glpat-",
        "xox",
        "hvs.",
        "eyJ",
        "assw",
    ];
    const KEYS: [&str; 7] =
        ["secret_key", "secretkey", "api_key", "apikey", "token", "private_key", "secret:"];
    SIGNS.iter().chain(&KEYS).any(|sign| text.contains(sign))
        || text.to_ascii_lowercase().contains("client_secret")
}
