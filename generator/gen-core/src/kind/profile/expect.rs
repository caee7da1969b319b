//! What is written into the file of a workload.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::{Checked, Site, VerdictKind};
use crate::load::Repository;
use crate::model::component::ComponentType;
use crate::model::environment::Tier;
use crate::model::names::{ComponentName, Place, WorkloadName};
use crate::model::units::FormatVersion;
use crate::model::workload::{Access, Workload};
use crate::resolve::{Bound, Had, Resolved};

use super::address;
use super::document::{Expectation, Expected, ObjectLock, WorkloadProfile};

pub(super) fn profile(
    repository: &Repository,
    checked: &Checked,
    name: &WorkloadName,
    workload: &Workload,
) -> WorkloadProfile {
    let target = checked.target();
    let components = used(checked, workload)
        .into_iter()
        .filter_map(|component| target.components.get(component))
        .map(|component| (component.name.clone(), expected(repository, checked, workload, component)))
        .collect();
    WorkloadProfile {
        format_version: FormatVersion,
        target: target.id.to_string(),
        tier: target.tier(),
        workload: name.clone(),
        profile: target.policy.name.clone(),
        places: target.data_places.clone(),
        components,
        digest: String::new(),
    }
}

/// Components that a workload uses, and the one that keeps its secrets.
fn used<'a>(checked: &'a Checked, workload: &Workload) -> BTreeSet<&'a ComponentName> {
    let secrets =
        |component: &&Resolved| component.kind() == ComponentType::Secrets && !workload.secrets.is_empty();
    let named =
        |component: &&Resolved| workload.uses.keys().any(|used| part_of(used) == component.name.as_str());
    let all = checked.target().components.values();
    all.filter(|component| named(component) || secrets(component)).map(|component| &component.name).collect()
}

/// `db/app` → `db`.
fn part_of(used: &str) -> &str {
    used.split('/').next().unwrap_or(used)
}

fn expected(
    repository: &Repository,
    checked: &Checked,
    workload: &Workload,
    component: &Resolved,
) -> Expected {
    let target = checked.target();
    let name = &component.name;
    let store = component.kind() == ComponentType::ObjectStore;
    let uses: BTreeMap<String, Access> = workload
        .uses
        .iter()
        .filter(|(used, _)| part_of(used) == name.as_str())
        .map(|(used, access)| (used.clone(), *access))
        .collect();
    let lock = target.worm(name).filter(|_| store).map(|(_, class, mode)| ObjectLock {
        mode,
        days: class.retain.as_calendar_days(),
        legal_hold: class.legal_hold,
    });
    Expected {
        kind: component.kind(),
        uses,
        binding: Had::from(&component.bound),
        country: country(repository, component),
        address: address::of(repository, component),
        tls: target.tier() > Tier::Local,
        settings: checked.store(name).cloned(),
        versioning: store,
        object_lock: lock,
        expects: expectations(checked, name),
    }
}

fn country(repository: &Repository, component: &Resolved) -> Option<Place> {
    let (subject, region) = match &component.bound {
        Bound::Managed { provider, region, .. } => (provider, region.as_ref()?),
        Bound::Existing { operated_by, region, .. } => (operated_by, region.as_ref()?),
        Bound::Hosted { .. } => return None,
    };
    Some(repository.providers.get(subject)?.value.places.get(region)?.country.clone())
}

/// What was proven about a component, each with the weakest and oldest of what it rests on.
fn expectations(checked: &Checked, component: &ComponentName) -> Vec<Expectation> {
    // What is asked of somebody else than who has the component proves nothing about it.
    let proven = checked.report().verdicts.iter().filter(|verdict| {
        let requirement = &verdict.requirement;
        verdict.kind == VerdictKind::Satisfied
            && requirement.component == *component
            && !matches!(requirement.site, Site::At(_))
    });
    proven
        .filter_map(|verdict| {
            let claims = verdict.cites();
            Some(Expectation {
                capability: verdict.requirement.capability.clone(),
                value: verdict.requirement.value.clone(),
                confidence: claims.iter().map(|claim| claim.confidence).min()?,
                read: claims.iter().map(|claim| claim.source.read).min()?,
                expires: claims.iter().map(|claim| claim.expires).min()?,
                copy: verdict.requirement.site == Site::Copy,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::prove::prepare;
    use crate::resolve::{TargetId, WhatIf};
    use crate::testing::{ACCOUNT_FILE, DEV, Models};

    #[test]
    fn what_was_proven_of_a_copy_is_told_apart() {
        let tier = ["tier: development", "tier: production"];
        let models = Models::new().with(DEV, tier[0], tier[1]).with(ACCOUNT_FILE, tier[0], tier[1]);
        let repository = models.repository();
        let wanted = |id: &TargetId| id.to_string() == "app/dev";
        let (ground, faults) = prepare(&repository, &WhatIf::default(), None, &wanted);
        let mut ground = ground.unwrap_or_else(|| panic!("{faults:?}"));
        let target = ground.targets.pop().unwrap_or_else(|| panic!("{faults:?}"));
        let (outcome, faults) = check(&repository, &ground.matrix, target);
        let checked = outcome.unwrap_or_else(|refused| panic!("{:?} {faults:?}", refused.report.counts()));
        let files = ComponentName::parse("files").expect("a name");
        let residency = |copy: bool| {
            let found = expectations(&checked, &files);
            let of = |found: &&Expectation| {
                found.capability.as_str() == "sov.residency.customer_data" && found.copy == copy
            };
            found.iter().filter(of).count()
        };
        assert!(residency(false) > 0);
        assert_eq!(residency(true), 1);
    }
}
