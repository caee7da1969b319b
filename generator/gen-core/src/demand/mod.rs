//! What a target needs of each component: requirements, each with its origins.

mod by_class;
mod by_type;
mod ci;
#[cfg(test)]
mod tests;

pub(crate) use by_class::field_place;

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use crate::check::{Origin, Question, Requirement, Site};
use crate::diag::{Diagnostic, Fault, Place, Route, did_you_mean};
use crate::kind::KINDS;
use crate::load::Repository;
use crate::model::capability::{Answers, Capability, Dictionary, Severity};
use crate::model::names::{self, CapabilityId, ComponentName, SubjectName};
use crate::resolve::{Bound, Resolved, Target};

/// A wish for a capability that the program itself knows.
struct Ask {
    capability: &'static str,
    wish: Wish,
}

/// What is wished of a capability, before it is known how bad its lack is and who is asked.
#[derive(Clone)]
struct Wish {
    component: ComponentName,
    value: Arc<Value>,
    site: Site,
    /// Its lack is never worse than this, whatever the dictionary says.
    at_most: Option<Severity>,
    origin: Origin,
    place: Option<Place>,
}

impl Wish {
    fn new(
        component: &ComponentName,
        value: impl Into<Arc<Value>>,
        origin: Origin,
        place: Option<Place>,
    ) -> Self {
        Self {
            component: component.clone(),
            value: value.into(),
            site: Site::Primary,
            at_most: None,
            origin,
            place,
        }
    }
}

/// Everything that a target needs, sorted, equal requirements merged.
pub fn demand(
    repository: &Repository,
    dictionary: &Dictionary,
    target: &Target,
) -> (Vec<Requirement>, Vec<Diagnostic>) {
    let mut demands =
        Demands { repository, dictionary, target, found: BTreeMap::new(), diagnostics: Vec::new() };
    let mut asks = Vec::new();
    let places = Arc::new(target.data_places.iter().map(names::Place::as_str).collect());
    for component in target.components.values() {
        by_type::ask(target, component, &places, &mut asks);
        by_class::ask(target, component, &mut asks);
        ci::ask(repository, target, component, &mut asks);
    }
    for kind in KINDS {
        asks.extend((kind.needs)(repository, target).into_iter().map(|need| {
            let origin = Origin::ArtifactKind(kind.name);
            let wish = Wish::new(&need.component, need.value, origin, Some(need.place));
            Ask { capability: need.capability, wish }
        }));
    }
    for ask in asks {
        if let Some((capability, entry)) = dictionary.capabilities.get_key_value(ask.capability) {
            demands.add_known(capability, entry, ask.wish);
            continue;
        }
        match CapabilityId::parse(ask.capability) {
            Ok(capability) => demands.unknown_capability(&capability, ask.wish.place),
            Err(error) => {
                demands.diagnostics.push(Diagnostic::error(Fault::BadFact).label(error.to_string()));
            }
        }
    }
    demands.of_profile();
    demands.of_needs();
    let mut found = demands.found;
    for alike in found.values_mut().filter(|alike| alike.len() > 1) {
        alike.sort_by(|a, b| {
            // What is asked of copies too is the same value, and text of it is not needed.
            let by_value = if a.value == b.value {
                Ordering::Equal
            } else {
                a.value.to_string().cmp(&b.value.to_string())
            };
            by_value.then_with(|| a.site.cmp(&b.site))
        });
    }
    (found.into_values().flatten().collect(), demands.diagnostics)
}

struct Demands<'a> {
    repository: &'a Repository,
    dictionary: &'a Dictionary,
    target: &'a Target,
    found: BTreeMap<(ComponentName, CapabilityId), Vec<Requirement>>,
    diagnostics: Vec<Diagnostic>,
}

impl Demands<'_> {
    fn add(&mut self, capability: &CapabilityId, wish: Wish) {
        match self.dictionary.capabilities.get(capability) {
            Some(entry) => self.add_known(capability, entry, wish),
            None => self.unknown_capability(capability, wish.place),
        }
    }

    fn add_known(&mut self, capability: &CapabilityId, entry: &Capability, wish: Wish) {
        let Wish { component, value, site, at_most, origin, place } = wish;
        let Some(question) = self.question(&component, entry.answers, &site) else { return };
        let known = entry.severity(self.target.tier());
        let severity = at_most.map_or(known, |most| most.min(known));
        let alike = self.found.entry((component.clone(), capability.clone())).or_default();
        let known = alike.iter().position(|known| known.value == value && known.site == site);
        let at = known.unwrap_or_else(|| {
            alike.push(Requirement {
                component,
                capability: capability.clone(),
                value,
                site,
                severity,
                origins: Vec::new(),
                question,
            });
            alike.len() - 1
        });
        let Some(requirement) = alike.get_mut(at) else { return };
        // Whoever takes the lack for worse is right: that a stand-in softens what a type asks for softens nobody else's word.
        requirement.severity = requirement.severity.max(severity);
        if !requirement.origins.iter().any(|(known, _)| *known == origin) {
            requirement.origins.push((origin, place));
        }
    }

    fn unknown_capability(&mut self, capability: &CapabilityId, place: Option<Place>) {
        let mut diagnostic = Diagnostic::error(Fault::UnknownName)
            .label(format!("the dictionary has no capability `{capability}`"))
            .target(self.target.id.to_string());
        diagnostic.place = place;
        let known = self.dictionary.capabilities.keys().map(CapabilityId::as_str);
        if let Some(meant) = did_you_mean(capability.as_str(), known) {
            diagnostic = diagnostic.help(format!("did you mean `{meant}`?"));
        }
        self.diagnostics.push(diagnostic);
    }

    fn of_profile(&mut self) {
        for extra in &self.target.policy.require.clone() {
            let components: Vec<_> = self
                .target
                .components
                .values()
                .filter(|component| extra.applies_to(component.kind()))
                .map(|component| component.name.clone())
                .collect();
            for component in components {
                let origin = Origin::Profile(extra.profile.clone());
                let wish = Wish::new(&component, extra.value.clone(), origin, Some(extra.place.clone()));
                self.add_with_copies(&extra.capability, wish);
            }
        }
    }

    /// Where data may be is asked of its copies too.
    fn add_with_copies(&mut self, capability: &CapabilityId, wish: Wish) {
        let copied = capability.as_str().starts_with("sov.residency.")
            && self
                .target
                .components
                .get(&wish.component)
                .is_some_and(|component| self.target.has_copy(component));
        if copied {
            self.add(capability, Wish { site: Site::Copy, ..wish.clone() });
        }
        self.add(capability, wish);
    }

    fn of_needs(&mut self) {
        let target = self.target;
        for (component, needs) in &target.stack.value.needs {
            for (capability, value) in needs {
                let route = Route::keys(["needs", component.as_str(), capability.as_str()]);
                let place = Some(Place::value(target.stack.file.clone(), route));
                self.add_with_copies(capability, Wish::new(component, value.clone(), Origin::Needs, place));
            }
        }
    }

    /// Who is asked: `docs/matrix-rules.md` §4.
    fn question(&self, component: &ComponentName, answers: Answers, site: &Site) -> Option<Question> {
        if let Site::At(subject) = site {
            return Some(Question { subject: subject.clone(), region: None, service: None });
        }
        if answers == Answers::Engine {
            let subject = SubjectName::parse(self.target.env.value.engine.as_str()).ok()?;
            return Some(Question { subject, region: None, service: None });
        }
        let resolved = self.target.components.get(component)?;
        let asked = match answers {
            Answers::Operator => operator(&self.target.components, resolved)?,
            _ => resolved,
        };
        Some(match &asked.bound {
            Bound::Managed { provider, region, copy } => Question {
                subject: provider.clone(),
                region: if *site == Site::Copy { copy.clone() } else { region.clone() },
                service: self.repository.service(provider, asked.kind()),
            },
            Bound::Hosted { product, .. } => {
                Question { subject: product.clone(), region: None, service: None }
            }
            Bound::Existing { operated_by, region, .. } => {
                Question { subject: operated_by.clone(), region: region.clone(), service: None }
            }
        })
    }
}

/// The component at the end of the `host:` chain.
fn operator<'a>(
    components: &'a BTreeMap<ComponentName, Resolved>,
    from: &'a Resolved,
) -> Option<&'a Resolved> {
    let mut current = from;
    // Circles were refused when the target was put together; the bound keeps this total all the same.
    for _ in 0..=components.len() {
        match &current.bound {
            Bound::Hosted { host, .. } => current = components.get(host)?,
            _ => return Some(current),
        }
    }
    None
}

/// The place that declares a component: in the stack if it is declared, else where it is bound.
fn declared_at(target: &Target, component: &Resolved) -> Place {
    if target.stack.value.components.contains_key(&component.name) {
        let route = Route::keys(["components", component.name.as_str()]);
        Place::key(target.stack.file.clone(), route)
    } else {
        component.bound_at.clone()
    }
}
