//! How components are had.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value};

use crate::diag::{Diagnostic, Fault, Place as Spot, Route, Step, did_you_mean};
use crate::load::{Loaded, Repository};
use crate::model::component::{ComponentType, Issuer};
use crate::model::environment::{Binding, Environment};
use crate::model::names::{ComponentName, Place, RegionName, SubjectName};
use crate::model::subject::Provider;

use super::{Policy, WhatIf};

/// How one component is had.
#[derive(Debug, Clone, PartialEq)]
pub enum Bound {
    /// Operated by a provider.
    Managed {
        /// The provider.
        provider: SubjectName,
        /// Region, where the provider has regions.
        region: Option<RegionName>,
        /// Region that copies go to, where one lies in the wanted places.
        copy: Option<RegionName>,
    },
    /// Software that runs on another component.
    Hosted {
        /// The software.
        product: SubjectName,
        /// What it runs on.
        host: ComponentName,
    },
    /// Brought by the customer.
    Existing {
        /// Whose facts answer for it.
        operated_by: SubjectName,
        /// Region, if the binding names one.
        region: Option<RegionName>,
        /// The values that it hands on.
        exports: Map<String, Value>,
    },
}

impl Bound {
    /// Provider or product that serves the component.
    pub fn subject(&self) -> &SubjectName {
        match self {
            Self::Managed { provider, .. } => provider,
            Self::Hosted { product, .. } => product,
            Self::Existing { operated_by, .. } => operated_by,
        }
    }
}

/// Countries of a list, with groups expanded.
pub(super) fn expand(repository: &Repository, places: &[Place]) -> BTreeSet<Place> {
    let groups = repository.dictionary.as_ref().map(|dictionary| &dictionary.value.places);
    places
        .iter()
        .flat_map(|place| match groups.and_then(|groups| groups.get(place)) {
            Some(members) => members.clone(),
            None => vec![place.clone()],
        })
        .collect()
}

/// Countries that data of an environment may be in.
pub(super) fn data_places(repository: &Repository, env: &Loaded<Environment>) -> BTreeSet<Place> {
    let location = &env.value.location;
    let mut places = expand(repository, &location.data);
    places.insert(location.country.clone());
    places
}

/// A region in the environment's country, else one where its data may be.
pub(super) fn region_for<'a>(
    env: &Environment,
    data_places: &BTreeSet<Place>,
    provider: &'a Provider,
) -> Option<&'a RegionName> {
    region_in(provider, &|country| *country == env.location.country)
        .or_else(|| region_in(provider, &|country| data_places.contains(country)))
}

/// The first region of a provider in a country that fits.
fn region_in<'a>(provider: &'a Provider, fits: &dyn Fn(&Place) -> bool) -> Option<&'a RegionName> {
    provider.places.iter().find(|(_, place)| fits(&place.country)).map(|(region, _)| region)
}

/// The environment with what the command line changes.
pub(super) fn apply_what_if(
    env: &Arc<Loaded<Environment>>,
    what_if: &WhatIf,
    repository: &Repository,
) -> Arc<Loaded<Environment>> {
    if what_if.is_empty() {
        return env.clone();
    }
    let mut value = env.value.clone();
    if let Some(profile) = &what_if.profile {
        value.profile = profile.clone();
    }
    for (component, subject) in &what_if.providers {
        let name = component.as_ref().map_or_else(|| "default".to_owned(), ToString::to_string);
        let mut binding = binding_to(repository, subject);
        // To ask about a provider is to ask about its nearest region.
        if let Some(file) = repository.providers.get(subject) {
            binding.region = region_for(&value, &data_places(repository, env), &file.value).cloned();
        }
        value.bind.insert(name, binding);
    }
    Arc::new(Loaded { file: env.file.clone(), builtin: env.builtin, value })
}

/// The plainest binding to a provider or product.
pub(crate) fn binding_to(repository: &Repository, subject: &SubjectName) -> Binding {
    if repository.products.contains_key(subject) {
        let host = ComponentName::parse("cluster").ok();
        Binding { product: Some(subject.clone()), host, ..Binding::default() }
    } else {
        Binding { provider: Some(subject.clone()), ..Binding::default() }
    }
}

/// A key of a binding that says nothing in its way, and why.
fn meaningless(
    binding: &Binding,
    kind: ComponentType,
    by_default: bool,
) -> Option<(&'static str, &'static str)> {
    let managed = binding.product.is_none() && binding.existing.is_none();
    let ci = kind == ComponentType::Ci || by_default;
    let keys = [
        ("host", binding.host.is_some() && binding.product.is_none(), "only software is hosted"),
        (
            "operated_by",
            binding.operated_by.is_some() && binding.existing.is_none(),
            "only what exists is operated by somebody",
        ),
        ("region", binding.region.is_some() && binding.product.is_some(), "software is where its host is"),
        ("issuer", binding.issuer.is_some() && !(ci && managed), "only managed CI has one"),
        ("via", !(binding.via.is_empty() || ci && managed), "only managed CI has one"),
    ];
    keys.into_iter().find(|(_, wrong, _)| *wrong).map(|(key, _, why)| (key, why))
}

/// What the software of some types is, unless the environment says otherwise.
pub(crate) fn usual_product(kind: ComponentType) -> Option<&'static str> {
    match kind {
        ComponentType::Temporal => Some("temporal"),
        ComponentType::Realtime => Some("livekit"),
        ComponentType::Surrealdb => Some("surrealdb"),
        _ => None,
    }
}

/// Everything needed to bind one component.
pub(super) struct Binder<'a> {
    pub repository: &'a Repository,
    pub env: &'a Loaded<Environment>,
    pub policy: &'a Policy,
    pub data_places: BTreeSet<Place>,
}

impl Binder<'_> {
    /// Binds a component; faults are reported and give none.
    pub(super) fn bind(
        &self,
        name: &ComponentName,
        kind: ComponentType,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<(Bound, Spot)> {
        let bind = &self.env.value.bind;
        let (binding, key) = if let Some(binding) = bind.get(name.as_str()) {
            (Cow::Borrowed(binding), name.as_str())
        } else {
            let usual = usual_product(kind).and_then(|product| SubjectName::parse(product).ok());
            match (usual, bind.get("default")) {
                (Some(product), _) => (Cow::Owned(binding_to(self.repository, &product)), "default"),
                (None, Some(binding)) => (Cow::Borrowed(binding), "default"),
                (None, None) => {
                    diagnostics.push(
                        Diagnostic::error(Fault::UnclearBinding)
                            .at(Spot::value(self.env.file.clone(), Route::keys(["bind"])))
                            .label(format!("`{name}` is not bound, and there is no `default`"))
                            .help(format!("add `{name}: {{provider: ...}}` or `default: {{provider: ...}}`")),
                    );
                    return None;
                }
            }
        };
        let route = Route::keys(["bind", key]);
        let place = Spot::value(self.env.file.clone(), route.clone());
        let fallback = bind.get("default").and_then(|binding| binding.provider.clone());
        let bound = self.shape(name, kind, &binding, fallback, &route, diagnostics)?;
        if let Some((key, why)) = meaningless(&binding, kind, key == "default") {
            diagnostics.push(
                Diagnostic::error(Fault::UnclearBinding)
                    .at(Spot::key(self.env.file.clone(), route.key(key)))
                    .label(format!("`{key}` has no meaning here: {why}"))
                    .help("leave it out"),
            );
            return None;
        }
        Some((bound, place))
    }

    fn shape(
        &self,
        name: &ComponentName,
        kind: ComponentType,
        binding: &Binding,
        default_provider: Option<SubjectName>,
        route: &Route,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Bound> {
        let at = |key: &str| Spot::value(self.env.file.clone(), route.clone().key(key));
        let unclear = |label: String| {
            Diagnostic::error(Fault::UnclearBinding)
                .at(Spot::value(self.env.file.clone(), route.clone()))
                .label(label)
                .help("managed: `provider`; hosted: `product` and `host`; existing: `existing` and `operated_by`")
        };
        let ways = [binding.product.is_some(), binding.existing.is_some()];
        let issuer_only = kind == ComponentType::Ci && (binding.issuer.is_some() || !binding.via.is_empty());
        match (&binding.provider, ways) {
            (provider, [false, false]) if provider.is_some() || issuer_only => {
                let provider = provider.clone().or(default_provider).or_else(|| {
                    diagnostics
                        .push(unclear(format!("`{name}` names no provider, and neither does `default`")));
                    None
                })?;
                self.managed(name, kind, &provider, binding.region.as_ref(), route, diagnostics)
            }
            (None, [true, false]) => {
                let product = binding.product.clone()?;
                let Some(host) = binding.host.clone() else {
                    diagnostics
                        .push(unclear(format!("`{name}` says what runs, not on what: `host` is missing")));
                    return None;
                };
                match self.repository.products.get(&product) {
                    None => {
                        diagnostics.push(self.unknown_subject(&product, "product", at("product")));
                        None
                    }
                    Some(file) if !file.value.provides.contains(&kind) => {
                        diagnostics.push(unclear(format!(
                            "{} cannot be a component of type {kind}",
                            file.value.name
                        )));
                        None
                    }
                    Some(_) => Some(Bound::Hosted { product, host }),
                }
            }
            (None, [false, true]) => {
                let Some(operated_by) = binding.operated_by.clone() else {
                    diagnostics
                        .push(unclear(format!("nobody answers for `{name}`: `operated_by` is missing")));
                    return None;
                };
                let file = self.known_provider(&operated_by, || at("operated_by"), diagnostics)?;
                if let Some(region) = &binding.region {
                    known_region(file, region, || at("region"), diagnostics)?;
                    self.allow_place(file, region, || at("region"), diagnostics)?;
                } else if let Some(elsewhere) = self.place_outside(file) {
                    // Without a region it could be in any of the operator's.
                    let label =
                        format!("{} is also in {elsewhere}, outside the places of this profile", file.name);
                    let fault = self.forbidden(at("operated_by"), label);
                    diagnostics.push(fault.help("say in which of its regions it is: `region:`"));
                    return None;
                }
                let exports = binding.existing.clone()?;
                if let Err(error) = crate::contract::check(kind, &Value::Object(exports.clone())) {
                    diagnostics.push(
                        Diagnostic::error(Fault::ExistingMismatch)
                            .at(at("existing"))
                            .label(error)
                            .help(format!("`gen schema exports` prints the contract of type {kind}")),
                    );
                    return None;
                }
                Some(Bound::Existing { operated_by, region: binding.region.clone(), exports })
            }
            _ => {
                diagnostics.push(unclear(format!("`{name}` is bound in none or several of the three ways")));
                None
            }
        }
    }

    fn managed(
        &self,
        name: &ComponentName,
        kind: ComponentType,
        provider: &SubjectName,
        pinned: Option<&RegionName>,
        route: &Route,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<Bound> {
        let at = |key: &str| Spot::value(self.env.file.clone(), route.clone().key(key));
        let file = self.known_provider(provider, || at("provider"), diagnostics)?;
        let region = match pinned {
            Some(region) => {
                known_region(file, region, || at("region"), diagnostics)?;
                Some(region.clone())
            }
            None if file.places.is_empty() => None,
            None => Some(self.choose_region(name, kind, file, route, diagnostics)?),
        };
        if let Some(region) = &region {
            let key = if pinned.is_some() { "region" } else { "provider" };
            self.allow_place(file, region, || at(key), diagnostics)?;
        }
        let copy = region.as_ref().and_then(|region| self.choose_copy(file, region));
        Some(Bound::Managed { provider: provider.clone(), region, copy })
    }

    /// The provider's file, if there is one and the profile allows it.
    fn known_provider(
        &self,
        provider: &SubjectName,
        place: impl FnOnce() -> Spot,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<&Provider> {
        let Some(file) = self.repository.providers.get(provider) else {
            diagnostics.push(self.unknown_subject(provider, "provider", place()));
            return None;
        };
        if self.policy.providers.as_ref().is_some_and(|allowed| !allowed.contains(provider)) {
            let label = format!("`{provider}` is not among the providers of this profile");
            let allowed: Vec<&str> =
                self.policy.providers.iter().flatten().map(SubjectName::as_str).collect();
            diagnostics.push(self.forbidden(place(), label).help(format!("allowed: {}", allowed.join(", "))));
            return None;
        }
        Some(&file.value)
    }

    /// A country that the provider is in and the profile does not allow.
    fn place_outside<'p>(&self, provider: &'p Provider) -> Option<&'p Place> {
        let allowed = self.policy.places.as_ref()?;
        provider.places.values().map(|region| &region.country).find(|country| !allowed.contains(*country))
    }

    /// The profile allows the region's country.
    fn allow_place(
        &self,
        provider: &Provider,
        region: &RegionName,
        place: impl FnOnce() -> Spot,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<()> {
        let country = &provider.places.get(region)?.country;
        if self.policy.places.as_ref().is_some_and(|allowed| !allowed.contains(country)) {
            let label = format!("this lies in {country}, outside the places of this profile");
            diagnostics.push(self.forbidden(place(), label));
            return None;
        }
        Some(())
    }

    /// The region that a component goes to unless its binding pins one.
    fn choose_region(
        &self,
        name: &ComponentName,
        kind: ComponentType,
        provider: &Provider,
        route: &Route,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<RegionName> {
        let country = &self.env.value.location.country;
        // What is bound by default goes where the environment is; what is bound by name may go wherever its data may.
        let by_default = matches!(route.0.as_slice(), [_, Step::Key(key)] if key == "default");
        let found = if by_default {
            region_in(provider, &|place| place == country)
        } else {
            region_for(&self.env.value, &self.data_places, provider)
        };
        if found.is_none() {
            let countries: BTreeSet<_> =
                provider.places.values().map(|place| place.country.as_str()).collect();
            let countries: Vec<_> = countries.into_iter().collect();
            diagnostics.push(
                Diagnostic::error(Fault::NoPlace)
                    .at(Spot::value(self.env.file.clone(), route.clone()))
                    .label(if by_default {
                        format!("what is bound by default would have to be in {country}")
                    } else {
                        format!("`{name}` ({kind}) would have to be in {country}")
                    })
                    .help("pin a `region:` in the binding, or choose another provider")
                    .note("offered", format!("{} is in {}", provider.name, countries.join(", "))),
            );
        }
        found.cloned()
    }

    fn choose_copy(&self, provider: &Provider, region: &RegionName) -> Option<RegionName> {
        provider.places.get(region)?.copies.iter().find_map(|copy| {
            let country = &provider.places.get(copy)?.country;
            let allowed = self.policy.places.as_ref().is_none_or(|places| places.contains(country));
            (allowed && self.data_places.contains(country)).then(|| copy.clone())
        })
    }

    /// The profile allows who issues the tokens of CI.
    pub(super) fn allow_issuer(&self, issuer: Issuer, place: Spot, diagnostics: &mut Vec<Diagnostic>) {
        if self.policy.issuers.as_ref().is_some_and(|allowed| !allowed.contains(&issuer)) {
            diagnostics.push(self.forbidden(
                place,
                format!("`{}` is not among the token issuers of this profile", issuer.as_str()),
            ));
        }
    }

    fn forbidden(&self, place: Spot, label: String) -> Diagnostic {
        Diagnostic::error(Fault::Forbidden)
            .at(place)
            .label(label)
            .note("profile", format!("`{}` in {}", self.policy.name, self.policy.file))
    }

    fn unknown_subject(&self, subject: &SubjectName, what: &str, place: Spot) -> Diagnostic {
        let file = format!("profiles/{what}s/{subject}.yaml");
        if self.repository.was_read(&file) {
            return Diagnostic::error(Fault::UnknownName)
                .at(place)
                .label(format!("{what} `{subject}` cannot be used: see the faults of {file}"));
        }
        let known: Vec<&str> = match what {
            "product" => self.repository.products.keys().map(SubjectName::as_str).collect(),
            _ => self.repository.providers.keys().map(SubjectName::as_str).collect(),
        };
        unknown(format!("there is no {what} `{subject}`"), subject.as_str(), known, place)
    }
}

/// The provider has the region.
fn known_region(
    provider: &Provider,
    region: &RegionName,
    place: impl FnOnce() -> Spot,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<()> {
    if provider.places.contains_key(region) {
        return Some(());
    }
    let label = format!("{} has no region `{region}` in its file", provider.name);
    let known = provider.places.keys().map(RegionName::as_str);
    diagnostics.push(unknown(label, region.as_str(), known, place()));
    None
}

/// A name that refers to nothing, with the nearest known name or all of them.
pub(super) fn unknown<'a>(
    label: String,
    word: &str,
    known: impl IntoIterator<Item = &'a str>,
    place: Spot,
) -> Diagnostic {
    let known: Vec<&str> = known.into_iter().collect();
    let diagnostic = Diagnostic::error(Fault::UnknownName).at(place).label(label);
    match did_you_mean(word, known.iter().copied()) {
        Some(meant) => diagnostic.help(format!("did you mean `{meant}`?")),
        None if known.is_empty() => diagnostic,
        None => diagnostic.help(format!("known: {}", known.join(", "))),
    }
}
