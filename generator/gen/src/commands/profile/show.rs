//! `gen profile show`: a policy with everything that it extends.

use std::process::ExitCode;

use gen_core::model::profile::{OnUnknown, RequireKey};
use gen_core::resolve::Policy;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{Global, ShowArgs};
use crate::session::Session;
use crate::view::text::wrap;

/// What `profile show` prints.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Its file.
    pub file: String,
    /// Providers that may be chosen; all when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub providers: Option<Vec<String>>,
    /// Countries that may be chosen; all when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub places: Option<Vec<String>>,
    /// Token issuers that may be chosen; all when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuers: Option<Vec<String>>,
    /// What it asks for by itself.
    pub requires: Vec<RequireDoc>,
    /// What an unknown fact means, for requirements that block, degrade and advise.
    pub unknown: Vec<String>,
    /// Longest time that a waiver runs, and fewest approvers.
    pub waivers: String,
    /// Longest time that an attestation counts, where there is a bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attestations: Option<String>,
}

/// An extra requirement.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RequireDoc {
    /// Component type, or `data` for every component that holds or moves customer data.
    pub of: String,
    /// The capability.
    pub capability: String,
    /// What is asked.
    pub value: serde_json::Value,
    /// The profile that asks.
    pub profile: String,
    /// In words: what its lack means.
    pub without: String,
}

pub(super) fn run(global: &Global, arguments: &ShowArgs) -> ExitCode {
    let mut session = Session::open_anywhere(global);
    let (policies, found) = gen_core::resolve::policies(&session.repository);
    session.report(found);
    let (body, human) = match super::find(&policies, &arguments.name) {
        Ok(policy) => {
            let body = body(&session, policy);
            let human = human(&body);
            (body, human)
        }
        Err(fault) => {
            session.diagnostics.push(*fault);
            (Body::default(), String::new())
        }
    };
    crate::commands::finish(global, &mut session, "profile-show", body, &human, false, false)
}

fn body(session: &Session, policy: &Policy) -> Body {
    let dictionary = session.repository.dictionary.as_ref().map(|file| &file.value.capabilities);
    let strings = |names: Vec<String>| Some(names);
    let requires = policy.require.iter().map(|extra| RequireDoc {
        of: match extra.of {
            RequireKey::Data => "data".to_owned(),
            RequireKey::Type(kind) => kind.to_string(),
        },
        capability: extra.capability.to_string(),
        value: extra.value.clone(),
        profile: extra.profile.to_string(),
        without: dictionary
            .and_then(|known| known.get(&extra.capability))
            .map(|capability| capability.means.without.clone())
            .unwrap_or_default(),
    });
    let word = |policy: OnUnknown| match policy {
        OnUnknown::Note => "note",
        OnUnknown::Warn => "warn",
        OnUnknown::Refuse => "refuse",
    };
    let unknown = policy.unknown;
    Body {
        name: policy.name.to_string(),
        description: session
            .repository
            .profiles
            .get(&policy.name)
            .map(|file| file.value.description.clone())
            .unwrap_or_default(),
        file: policy.file.to_string(),
        providers: policy
            .providers
            .as_ref()
            .and_then(|names| strings(names.iter().map(ToString::to_string).collect())),
        places: policy
            .places
            .as_ref()
            .and_then(|names| strings(names.iter().map(ToString::to_string).collect())),
        issuers: policy
            .issuers
            .as_ref()
            .and_then(|names| strings(names.iter().map(|issuer| issuer.as_str().to_owned()).collect())),
        requires: requires.collect(),
        unknown: vec![
            format!("blocking: {}", word(unknown.blocking)),
            format!("degraded: {}", word(unknown.degraded)),
            format!("advisory: {}", word(unknown.advisory)),
        ],
        waivers: format!("at most {}, {} approvers", policy.waivers.longest, policy.waivers.approvers),
        attestations: policy.attestations.map(|rules| rules.longest.to_string()),
    }
}

fn human(body: &Body) -> String {
    let all = |names: &Option<Vec<String>>| {
        names.as_ref().map_or_else(|| "all".to_owned(), |names| names.join(", "))
    };
    let title = wrap(&format!("{}: {}", body.name, body.description), 78, 2);
    let mut out = format!("{title}\n{}\n\n", body.file);
    for (name, text) in [
        ("Providers", all(&body.providers)),
        ("Countries", all(&body.places)),
        ("Issuers", all(&body.issuers)),
        ("Unknown", body.unknown.join(", ")),
        ("Waivers", body.waivers.clone()),
        (
            "Attested",
            body.attestations
                .as_ref()
                .map_or("as long as each says".to_owned(), |longest| format!("at most {longest}")),
        ),
    ] {
        out.push_str(&format!("{name:10} {}\n", wrap(&text, 68, 11)));
    }
    if !body.requires.is_empty() {
        out.push_str("\nAsks by itself, beside what stacks ask:\n");
    }
    for require in &body.requires {
        let value = match &require.value {
            serde_json::Value::Array(items) if items.len() > 8 => format!("one of {} places", items.len()),
            serde_json::Value::Array(items) => {
                items.iter().filter_map(|item| item.as_str()).collect::<Vec<_>>().join(", ")
            }
            serde_json::Value::String(word) => word.clone(),
            other => other.to_string(),
        };
        let text = format!("{} {value}; else {}", require.capability, require.without);
        out.push_str(&format!("  {:12} {}\n", require.of, wrap(&text, 64, 15)));
    }
    out
}
