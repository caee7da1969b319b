//! Profiles with everything that they extend; an extension may only tighten.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use crate::diag::{Diagnostic, Fault, Place as Spot, Route, did_you_mean};
use crate::load::{Loaded, Repository};
use crate::model::component::{ComponentType, Issuer};
use crate::model::environment::Environment;
use crate::model::names::{CapabilityId, Place, ProfileName, SubjectName};
use crate::model::profile::{
    AttestationRules, OnUnknown, PlacesOrName, Profile, RequireKey, UnknownPolicy, WaiverRules,
};

use super::WhatIf;
use super::binding::unknown;

/// A profile, with everything that it extends.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Its name.
    pub name: ProfileName,
    /// Its file.
    pub file: Arc<str>,
    /// Providers that may be chosen; all if none.
    pub providers: Option<BTreeSet<SubjectName>>,
    /// Countries that may be chosen; all if none.
    pub places: Option<BTreeSet<Place>>,
    /// Token issuers that may be chosen; all if none.
    pub issuers: Option<BTreeSet<Issuer>>,
    /// Extra requirements, each with the place that asks for it.
    pub require: Vec<Extra>,
    /// What an unknown fact means.
    pub unknown: UnknownPolicy,
    /// Rules for waivers.
    pub waivers: WaiverRules,
    /// Rules for attestations.
    pub attestations: Option<AttestationRules>,
}

/// An extra requirement of a profile.
#[derive(Debug, Clone)]
pub struct Extra {
    /// Of which components.
    pub of: RequireKey,
    /// The capability.
    pub capability: CapabilityId,
    /// What is asked.
    pub value: Value,
    /// Where it is asked.
    pub place: Spot,
    /// The profile that asks.
    pub profile: ProfileName,
}

impl Extra {
    /// Applies to components of this type.
    pub fn applies_to(&self, kind: ComponentType) -> bool {
        match self.of {
            RequireKey::Data => kind.holds_data(),
            RequireKey::Type(of) => of == kind,
        }
    }
}

pub(super) fn resolve_all(
    repository: &Repository,
    diagnostics: &mut Vec<Diagnostic>,
) -> BTreeMap<ProfileName, Arc<Policy>> {
    let mut policies = BTreeMap::new();
    for name in repository.profiles.keys() {
        if let Some(policy) = resolve_chain(repository, name, &mut Vec::new(), diagnostics) {
            policies.insert(name.clone(), Arc::new(policy));
        }
    }
    policies
}

fn resolve_chain(
    repository: &Repository,
    name: &ProfileName,
    seen: &mut Vec<ProfileName>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Policy> {
    let profile = repository.profiles.get(name)?;
    let at = |keys: &[&str]| Spot::value(profile.file.clone(), Route::keys(keys.iter().copied()));
    if seen.contains(name) {
        diagnostics.push(
            Diagnostic::error(Fault::Contradiction).at(at(&["extends"])).label("extends itself").help(
                "a profile extends `standard`, `sovereign`, `byo` or another one that does not extend it",
            ),
        );
        return None;
    }
    seen.push(name.clone());
    let own = read(repository, name, profile, diagnostics)?;
    let Some(parent) = &profile.value.extends else { return Some(own) };
    if !repository.profiles.contains_key(parent) {
        diagnostics.push(unknown_profile(repository, parent, at(&["extends"])));
        return None;
    }
    let parent = resolve_chain(repository, parent, seen, diagnostics)?;
    Some(tighten(parent, own, diagnostics))
}

fn read(
    repository: &Repository,
    name: &ProfileName,
    profile: &Loaded<Profile>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Policy> {
    let value = &profile.value;
    let at = |keys: Vec<String>| Spot::value(profile.file.clone(), Route::keys(keys));
    let mut require = Vec::new();
    for (of, asked) in &value.require {
        let key = match of {
            RequireKey::Data => "data",
            RequireKey::Type(kind) => kind.as_str(),
        };
        for (capability, wanted) in asked {
            let place = at(vec!["require".into(), key.into(), capability.to_string()]);
            let Some(wanted) = substitute(wanted, value, &place, diagnostics) else { continue };
            let profile = name.clone();
            require.push(Extra { of: *of, capability: capability.clone(), value: wanted, place, profile });
        }
    }
    let places = match &value.allow.places {
        None => None,
        Some(PlacesOrName::Places(places)) => Some(super::binding::expand(repository, places)),
        Some(PlacesOrName::Name(text)) => {
            let place = at(vec!["allow".into(), "places".into()]);
            Some(super::binding::expand(repository, lookup(text, value, &place, diagnostics)?))
        }
    };
    if value.unknown.blocking != OnUnknown::Refuse {
        diagnostics.push(
            Diagnostic::error(Fault::ProfileLoosens)
                .at(at(vec!["unknown".into(), "blocking".into()]))
                .label("always `refuse`")
                .help("what a target cannot do without must be known; use a waiver for a short time"),
        );
    }
    Some(Policy {
        name: name.clone(),
        file: profile.file.clone(),
        providers: value.allow.providers.as_ref().map(|names| names.iter().cloned().collect()),
        places,
        issuers: value.allow.issuers.as_ref().map(|issuers| issuers.iter().copied().collect()),
        require,
        unknown: value.unknown,
        waivers: value.waivers,
        attestations: value.attestations,
    })
}

fn lookup<'a>(
    text: &str,
    profile: &'a Profile,
    place: &Spot,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<&'a Vec<Place>> {
    let name = text.strip_prefix('$').unwrap_or(text);
    let found = profile.bindings.get(name);
    if found.is_none() {
        let mut diagnostic = Diagnostic::error(Fault::UnknownName)
            .at(place.clone())
            .label(format!("`{text}` is not in `let`"));
        if let Some(meant) = did_you_mean(name, profile.bindings.keys().map(String::as_str)) {
            diagnostic = diagnostic.help(format!("did you mean `${meant}`?"));
        }
        diagnostics.push(diagnostic);
    }
    found
}

/// Replaces `$name` by the list of that name.
fn substitute(
    value: &Value,
    profile: &Profile,
    place: &Spot,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Value> {
    match value {
        Value::String(text) if text.starts_with('$') => {
            let places = lookup(text, profile, place, diagnostics)?;
            Some(places.iter().map(|place| Value::from(place.as_str())).collect())
        }
        other => Some(other.clone()),
    }
}

/// `own` on top of `parent`: the narrower of both, and a fault wherever `own` is wider.
fn tighten(parent: Policy, own: Policy, diagnostics: &mut Vec<Diagnostic>) -> Policy {
    let mut loosens = |keys: &[&str], label: String| {
        diagnostics.push(
            Diagnostic::error(Fault::ProfileLoosens)
                .at(Spot::value(own.file.clone(), Route::keys(keys.iter().copied())))
                .label(label)
                .note("extends", format!("`{}` in {}", parent.name, parent.file)),
        );
    };
    let providers = narrow(parent.providers, own.providers, |extra| {
        loosens(&["allow", "providers"], format!("`{extra}` is not allowed by what this extends"));
    });
    let places = narrow(parent.places, own.places, |extra| {
        loosens(&["allow", "places"], format!("`{extra}` is not allowed by what this extends"));
    });
    let issuers = narrow(parent.issuers, own.issuers, |extra| {
        loosens(&["allow", "issuers"], format!("`{}` is not allowed by what this extends", extra.as_str()));
    });
    for (key, base, new) in [
        ("degraded", parent.unknown.degraded, own.unknown.degraded),
        ("advisory", parent.unknown.advisory, own.unknown.advisory),
    ] {
        if new < base {
            loosens(&["unknown", key], "more lenient than what this extends".to_owned());
        }
    }
    if own.waivers.longest > parent.waivers.longest {
        loosens(&["waivers", "longest"], format!("longer than {}", parent.waivers.longest));
    }
    if own.waivers.approvers < parent.waivers.approvers {
        loosens(&["waivers", "approvers"], format!("fewer than {}", parent.waivers.approvers));
    }
    let attestations = match (parent.attestations, own.attestations) {
        (Some(base), Some(new)) if new.longest > base.longest => {
            loosens(&["attestations", "longest"], format!("longer than {}", base.longest));
            Some(base)
        }
        (base, new) => new.or(base),
    };
    let mut require = parent.require;
    require.extend(own.require);
    Policy {
        providers,
        places,
        issuers,
        require,
        attestations,
        unknown: UnknownPolicy {
            blocking: OnUnknown::Refuse,
            degraded: own.unknown.degraded.max(parent.unknown.degraded),
            advisory: own.unknown.advisory.max(parent.unknown.advisory),
        },
        waivers: WaiverRules {
            longest: own.waivers.longest.min(parent.waivers.longest),
            approvers: own.waivers.approvers.max(parent.waivers.approvers),
        },
        name: own.name,
        file: own.file,
    }
}

fn narrow<T: Ord + Clone>(
    parent: Option<BTreeSet<T>>,
    own: Option<BTreeSet<T>>,
    mut extra: impl FnMut(&T),
) -> Option<BTreeSet<T>> {
    match (parent, own) {
        (Some(parent), Some(own)) => {
            own.difference(&parent).for_each(&mut extra);
            Some(own.intersection(&parent).cloned().collect())
        }
        (parent, own) => own.or(parent),
    }
}

pub(super) fn choose(
    repository: &Repository,
    policies: &BTreeMap<ProfileName, Arc<Policy>>,
    env: &Loaded<Environment>,
    what_if: &WhatIf,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Arc<Policy>> {
    let name = what_if.profile.as_ref().unwrap_or(&env.value.profile);
    let found = policies.get(name).cloned();
    if found.is_none() {
        let place = Spot::value(env.file.clone(), Route::keys(["profile"]));
        diagnostics.push(unknown_profile(repository, name, place));
    }
    found
}

fn unknown_profile(repository: &Repository, name: &ProfileName, place: Spot) -> Diagnostic {
    let file = format!("profiles/{name}.yaml");
    if repository.was_read(&file) {
        return Diagnostic::error(Fault::UnknownName)
            .at(place)
            .label(format!("profile `{name}` cannot be used: see the faults of {file}"));
    }
    let known = repository.profiles.keys().map(ProfileName::as_str);
    unknown(format!("there is no profile `{name}`"), name.as_str(), known, place)
}
