//! A token of an issuer: signature, claims and how long it counts (RFC 7519). The token itself is never shown.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gen_core::evidence::Report;
use serde_json::Value;

use super::super::{Secret, now};
use super::keys::{Keys, Verified};
use super::{FORGEABLE, see, short};

/// Claims by which a provider can tell workloads apart that share a name now and later.
const IMMUTABLE: [&str; 6] =
    ["repository_id", "repository_owner_id", "project_id", "namespace_id", "enterprise_id", "kubernetes.io"];

/// Looks at a token.
pub(super) fn look(token: &Secret, issuer: &str, audience: Option<&str>, keys: &Keys, report: &mut Report) {
    let Some(parts) = Parts::read(token.expose()) else {
        see(report, "token", false, "read the token", "it is no JSON Web Token in compact form");
        return;
    };
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let algorithm = text(&parts.header, "alg").unwrap_or_default();
    let id = text(&parts.header, "kid");
    let verified = if FORGEABLE.contains(&algorithm.as_str()) {
        Verified::No
    } else {
        keys.verify(id.as_deref(), &algorithm, parts.signed.as_bytes(), &parts.signature)
    };
    let said = match verified {
        Verified::Yes => "good, by a published key".to_owned(),
        Verified::No => "no published key made it".to_owned(),
        Verified::Unknown => format!("no published key fits {} and the token's `kid`", short(&algorithm)),
    };
    let did = format!("verified {} with the published keys", short(&algorithm));
    see(report, "token signature", verified == Verified::Yes, &did, said);
    let said = text(&parts.claims, "iss").unwrap_or_default();
    see(report, "token issuer", said == issuer, "compared `iss` with the issuer", short(&said));
    look_at_audience(&parts.claims, audience, report);
    look_at_times(&parts.claims, report);
    let subject = text(&parts.claims, "sub").unwrap_or_default();
    let (format, good) = subject_format(&subject);
    see(report, "token subject", good, "read `sub`", format!("{}: {format}", short(&subject)));
    let names = parts.claims.as_object().map(|claims| claims.keys().map(String::as_str).collect::<Vec<_>>());
    see(
        report,
        "token claims",
        true,
        "listed the names of claims",
        short(&names.unwrap_or_default().join(", ")),
    );
    let found: Vec<&str> = IMMUTABLE.into_iter().filter(|name| parts.claims.get(*name).is_some()).collect();
    let said = if found.is_empty() { "none".to_owned() } else { found.join(", ") };
    see(report, "token ids", !found.is_empty(), "looked for claims that outlive a renaming", said);
}

fn look_at_audience(claims: &Value, wanted: Option<&str>, report: &mut Report) {
    let audiences: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let good = match wanted {
        Some(wanted) => audiences.contains(&wanted),
        None => !audiences.is_empty(),
    };
    let said = if audiences.is_empty() { "none".to_owned() } else { short(&audiences.join(", ")) };
    let did = match wanted {
        Some(wanted) => format!("looked for {} in `aud`", short(wanted)),
        None => "read `aud`".to_owned(),
    };
    see(report, "token audience", good, &did, said);
}

fn look_at_times(claims: &Value, report: &mut Report) {
    // Seconds may have a fraction (RFC 7519, §2); it decides nothing here.
    let seconds = |name: &str| {
        let value = claims.get(name)?;
        value.as_i64().or_else(|| value.as_f64().filter(|number| number.abs() < 1e15).map(whole))
    };
    let now = now();
    let (Some(expires), issued) = (seconds("exp"), seconds("iat").or_else(|| seconds("nbf"))) else {
        see(report, "token expiry", false, "read `exp`", "there is none: the token counts for ever");
        return;
    };
    let length = issued.map(|issued| expires.saturating_sub(issued));
    let said = match (expires < now, length) {
        (true, _) => format!("expired {} seconds ago", now.saturating_sub(expires)),
        (false, Some(length)) => format!("counts for {length} seconds from its issue"),
        (false, None) => format!("counts for {} more seconds", expires.saturating_sub(now)),
    };
    // A token for CI that counts for longer than a day is a stored credential.
    let good = expires >= now && length.unwrap_or(expires.saturating_sub(now)) <= 86_400;
    see(report, "token expiry", good, "read `exp`, `iat` and `nbf`", said);
    if let Some(begins) = seconds("nbf").filter(|begins| *begins > now + 60) {
        let said = format!("begins in {} seconds; one of the clocks is wrong", begins - now);
        see(report, "token begin", false, "compared `nbf` with this machine's clock", said);
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the caller has bounded it")]
fn whole(number: f64) -> i64 {
    number as i64
}

/// How a subject names a repository, and whether it is one that outlives a renaming or a sale of the name.
fn subject_format(subject: &str) -> (&'static str, bool) {
    let repository = |text: &str| text.split(':').nth(1).map(str::to_owned).unwrap_or_default();
    if subject.starts_with("repo:") {
        let named = repository(subject);
        let with_id = |part: &str, sign: char| {
            part.rsplit_once(sign).is_some_and(|(name, id)| {
                !name.is_empty() && !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit())
            })
        };
        let parts: Vec<&str> = named.split('/').collect();
        return if parts.len() == 2 && parts.iter().all(|part| with_id(part, '@')) {
            ("repository by name and id, which outlives a renaming", true)
        } else if parts.len() == 2 && parts.iter().all(|part| with_id(part, '-')) {
            (
                "repository by name and perhaps id after a dash, which is legal in names too: pin the id claims as well",
                true,
            )
        } else {
            ("repository by name alone, which whoever takes over the name can show too", false)
        };
    }
    if subject.starts_with("project_path:") {
        return (
            "project by path, which whoever takes over the path can show too: pin project_id as well",
            false,
        );
    }
    if subject.starts_with("system:serviceaccount:") {
        return ("service account of a Kubernetes cluster", true);
    }
    if subject.is_empty() { ("there is none", false) } else { ("of a format that is not known here", false) }
}

struct Parts {
    header: Value,
    claims: Value,
    signed: String,
    signature: Vec<u8>,
}

impl Parts {
    fn read(token: &str) -> Option<Self> {
        let token = token.trim();
        let mut parts = token.split('.');
        let (header, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let json = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
        Some(Self {
            header: json(header)?,
            claims: json(claims)?,
            signed: format!("{header}.{claims}"),
            signature: URL_SAFE_NO_PAD.decode(signature).ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use gen_core::evidence::Kind;
    use gen_core::model::units::Date;
    use serde_json::json;

    use super::*;

    #[test]
    fn subjects_are_told_apart() {
        for (subject, good) in [
            ("repo:acme@12/app@34:environment:prod", true),
            ("repo:acme-12/app-34:ref:refs/heads/main", true),
            ("repo:acme/app:environment:prod", false),
            ("repo:acme@12/app:environment:prod", false),
            ("repo:@12/app@34:environment:prod", false),
            ("project_path:acme/app:ref_type:branch:ref:main", false),
            ("system:serviceaccount:one:two", true),
            ("", false),
            ("something", false),
        ] {
            assert_eq!(subject_format(subject).1, good, "{subject}");
        }
    }

    #[test]
    fn a_token_that_was_not_signed_is_said_so_and_never_shown() {
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let claims = json!({"iss": "https://i", "sub": "repo:a/b:x", "exp": 4, "iat": 1, "aud": ["x", "y"]});
        let token = format!("{}.{}.", part(json!({"alg": "none"})), part(claims));
        let mut report = Report::new(Kind::Oidc, "https://i", Date::parse("2026-11-24").expect("a date"));
        look(&Secret::made(token.clone()), "https://i", Some("z"), &Keys::default(), &mut report);
        let good: Vec<(&str, bool)> =
            report.observations.iter().map(|seen| (seen.about.as_str(), seen.good)).collect();
        assert_eq!(
            good,
            [
                ("token signature", false),
                ("token issuer", true),
                ("token audience", false),
                ("token expiry", false),
                ("token subject", false),
                ("token claims", true),
                ("token ids", false),
            ]
        );
        assert!(!serde_json::to_string(&report).expect("JSON").contains(&token));
    }

    #[test]
    fn what_is_no_token_is_said_so() {
        for token in ["", "a", "a.b", "a.b.c.d", "e30.e30.!", "e30.no json.e30"] {
            assert!(Parts::read(token).is_none(), "{token}");
        }
    }
}
