//! What to choose instead: every other provider and product that could have the component, each judged by checking the
//! whole target again with that one binding swapped.

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::load::Repository;
use crate::model::names::{CapabilityId, ComponentName, SubjectName};
use crate::resolve::{Bound, Target};

use crate::diag::Fault;

use super::checked::{Counts, judge_all};
use super::matrix::Matrix;
use super::verdict::{Verdict, VerdictKind};

/// Somebody else who might have a component.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// Provider or product.
    pub subject: SubjectName,
    /// Runs on the target's own cluster.
    pub hosted: bool,
    /// `gen` has a module that makes the component there.
    pub has_module: bool,
    /// Verdicts of the whole target.
    pub counts: Counts,
    /// Capabilities that nobody knows about and that would block; empty when it qualifies.
    pub unknown: Vec<CapabilityId>,
    /// Those of them that are asked of the component itself.
    pub own_unknown: Vec<CapabilityId>,
    /// Capabilities that the component would do without.
    pub degraded: Vec<CapabilityId>,
}

impl Candidate {
    /// Nothing blocks.
    pub fn qualifies(&self) -> bool {
        self.unknown.is_empty()
    }
}

/// Candidates for a component, best first: those that qualify, then those that nobody knows enough about. Whoever is
/// known to lack something is left out.
pub fn candidates(
    repository: &Repository,
    matrix: &Matrix,
    target: &Target,
    component: &ComponentName,
) -> Vec<Candidate> {
    let Some(resolved) = target.components.get(component) else { return Vec::new() };
    let kind = resolved.kind();
    let present = resolved.bound.subject();
    let providers = repository
        .providers
        .keys()
        .filter(|name| target.policy.providers.as_ref().is_none_or(|allowed| allowed.contains(*name)));
    let products = repository
        .products
        .iter()
        .filter(|(_, file)| file.value.provides.contains(&kind))
        .map(|(name, _)| name);
    let subjects: Vec<&SubjectName> = providers.chain(products).filter(|name| *name != present).collect();
    let mut found: Vec<(Rank, Candidate)> = subjects
        .into_par_iter()
        .filter_map(|subject| candidate(repository, matrix, target, component, subject))
        .collect();
    found.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.subject.cmp(&b.1.subject)));
    found.into_iter().map(|(_, candidate)| candidate).collect()
}

/// Blocking unknowns, degraded, other unknowns, elsewhere than now: the fewer the better.
type Rank = (usize, usize, usize, bool);

fn candidate(
    repository: &Repository,
    matrix: &Matrix,
    target: &Target,
    component: &ComponentName,
    subject: &SubjectName,
) -> Option<(Rank, Candidate)> {
    let kind = target.components.get(component)?.kind();
    let binding = crate::resolve::binding_to(repository, subject);
    let swapped = target.rebound(repository, component, &binding)?;
    let (report, faults) = judge_all(repository, matrix, &swapped);
    // A waiver that has no effect is no reason against anybody.
    let broken = faults.iter().any(|fault| fault.fault != Fault::FaultyWaiver);
    if broken || report.blocking().any(|verdict| verdict.kind == VerdictKind::Refused) {
        return None;
    }
    // Somebody about whom nothing is known in this respect is no candidate, only a name.
    let known = report
        .verdicts
        .iter()
        .any(|verdict| verdict.requirement.component == *component && !verdict.claims.is_empty());
    if !known {
        return None;
    }
    let unknown = |of: &dyn Fn(&Verdict) -> bool| -> Vec<CapabilityId> {
        let asked = report.blocking().filter(|verdict| of(verdict));
        let found: BTreeSet<_> = asked.map(|verdict| verdict.requirement.capability.clone()).collect();
        found.into_iter().collect()
    };
    let own_unknown = unknown(&|verdict| verdict.requirement.component == *component);
    let unknown = unknown(&|_| true);
    let lacks = |verdict: &&Verdict| {
        verdict.kind == VerdictKind::Degraded && verdict.requirement.component == *component
    };
    let mut degraded: Vec<CapabilityId> =
        report.verdicts.iter().filter(lacks).map(|verdict| verdict.requirement.capability.clone()).collect();
    degraded.dedup();
    let provider = repository.providers.get(subject);
    let counts = report.counts();
    let country = |target: &Target| place_of(repository, target, component);
    let rank = (unknown.len(), counts.degraded, counts.needs_evidence, country(&swapped) != country(target));
    let has_module = provider.is_some_and(|file| file.value.makes.contains_key(&kind));
    let hosted = provider.is_none();
    let subject = subject.clone();
    Some((rank, Candidate { subject, hosted, has_module, counts, unknown, own_unknown, degraded }))
}

fn place_of(repository: &Repository, target: &Target, component: &ComponentName) -> Option<String> {
    match &target.components.get(component)?.bound {
        Bound::Managed { provider, region: Some(region), .. } => {
            let place = repository.providers.get(provider)?.value.places.get(region)?;
            Some(place.country.to_string())
        }
        _ => None,
    }
}
