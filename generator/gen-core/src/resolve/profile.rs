//! Profiles with everything that they extend; an extension may only tighten.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use crate::diag::{Diagnostic, Fault, Place as Spot, Route};
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
        unknown: UnknownPolicy { blocking: OnUnknown::Refuse, ..value.unknown },
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
        let known: Vec<String> = profile.bindings.keys().map(|known| format!("${known}")).collect();
        let diagnostic = Diagnostic::error(Fault::UnknownName)
            .at(place.clone())
            .label(format!("`{text}` is not in `let`"))
            .nearest(&format!("${name}"), known.iter().map(String::as_str));
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::units::Period;

    fn policy() -> impl Strategy<Value = Policy> {
        let names = || {
            prop::option::of(prop::collection::btree_set(
                prop::sample::select(vec!["a", "b", "c", "d"]),
                0..4,
            ))
        };
        let places = || {
            prop::option::of(prop::collection::btree_set(prop::sample::select(vec!["DE", "FR", "US"]), 0..3))
        };
        let issuers = || {
            prop::option::of(prop::collection::btree_set(
                prop::sample::select(vec![Issuer::Github, Issuer::Gitlab, Issuer::Forgejo]),
                0..3,
            ))
        };
        let word = || prop::sample::select(vec![OnUnknown::Note, OnUnknown::Warn, OnUnknown::Refuse]);
        let asks = prop::collection::vec(
            (
                prop::sample::select(vec!["s3.versioning", "db.postgres.ha"]),
                any::<bool>(),
                prop::sample::select(vec![RequireKey::Data, RequireKey::Type(ComponentType::Cluster)]),
            ),
            0..3,
        );
        (
            names(),
            places(),
            issuers(),
            (word(), word()),
            (1..60_u64, 0..4_u8),
            prop::option::of(1..200_u64),
            asks,
        )
            .prop_map(
                |(providers, places, issuers, (degraded, advisory), (longest, approvers), attested, asks)| {
                    let name = ProfileName::parse("p").expect("a name");
                    let extra = |(id, value, of): (&str, bool, RequireKey)| Extra {
                        of,
                        capability: CapabilityId::parse(id).expect("an id"),
                        value: Value::Bool(value),
                        place: Spot::file("p.yaml"),
                        profile: name.clone(),
                    };
                    Policy {
                        providers: providers.map(|set| {
                            set.into_iter().map(|name| SubjectName::parse(name).expect("a name")).collect()
                        }),
                        places: places.map(|set| {
                            set.into_iter().map(|place| Place::parse(place).expect("a place")).collect()
                        }),
                        issuers,
                        require: asks.into_iter().map(extra).collect(),
                        unknown: UnknownPolicy { blocking: OnUnknown::Refuse, degraded, advisory },
                        waivers: WaiverRules { longest: Period::days(longest), approvers },
                        attestations: attested.map(|days| AttestationRules { longest: Period::days(days) }),
                        file: Arc::from("p.yaml"),
                        name,
                    }
                },
            )
    }

    /// Whether one allows nothing that the other forbids.
    fn within<T: Ord>(narrow: Option<&BTreeSet<T>>, wide: Option<&BTreeSet<T>>) -> bool {
        match (narrow, wide) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(narrow), Some(wide)) => narrow.is_subset(wide),
        }
    }

    /// Whether a policy is nowhere more lenient than another.
    fn as_strict(policy: &Policy, than: &Policy) -> bool {
        within(policy.providers.as_ref(), than.providers.as_ref())
            && within(policy.places.as_ref(), than.places.as_ref())
            && within(policy.issuers.as_ref(), than.issuers.as_ref())
            && than.require.iter().all(|wanted| {
                policy.require.iter().any(|extra| {
                    (extra.of, &extra.capability, &extra.value)
                        == (wanted.of, &wanted.capability, &wanted.value)
                })
            })
            && policy.unknown.degraded >= than.unknown.degraded
            && policy.unknown.advisory >= than.unknown.advisory
            && policy.waivers.longest <= than.waivers.longest
            && policy.waivers.approvers >= than.waivers.approvers
            && match (policy.attestations, than.attestations) {
                (_, None) => true,
                (None, Some(_)) => false,
                (Some(own), Some(base)) => own.longest <= base.longest,
            }
    }

    proptest! {
        #[test]
        fn what_extends_only_tightens(parent in policy(), own in policy()) {
            let mut diagnostics = Vec::new();
            let merged = tighten(parent.clone(), own.clone(), &mut diagnostics);
            prop_assert!(as_strict(&merged, &parent), "{merged:?}\n{parent:?}");
            prop_assert!(as_strict(&merged, &own), "{merged:?}\n{own:?}");
            // What it leaves out is inherited; what it says and is wider is a fault.
            let mut said = own;
            said.providers = said.providers.or_else(|| parent.providers.clone());
            said.places = said.places.or_else(|| parent.places.clone());
            said.issuers = said.issuers.or_else(|| parent.issuers.clone());
            said.attestations = said.attestations.or(parent.attestations);
            said.require.extend(parent.require.iter().cloned());
            prop_assert_eq!(diagnostics.is_empty(), as_strict(&said, &parent), "{:?}", diagnostics);
        }
    }
}
