//! What changes: profile and bindings before and after, and how the target stands afterwards.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::check::{Counts, Report, VerdictKind};
use crate::model::environment::Engine;
use crate::model::names::{CapabilityId, ComponentName, ProfileName};
use crate::model::units::Date;
use crate::resolve::{Had, Target};

/// What an environment chose: its profile, its engine, and how each component is had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The profile.
    pub profile: ProfileName,
    /// What applies the roots.
    pub engine: Engine,
    /// How each component is had.
    pub bindings: BTreeMap<ComponentName, Had>,
    /// Verdicts by kind.
    pub verdicts: Counts,
}

/// How one component was had and is had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// The component.
    pub component: ComponentName,
    /// Before; none for a component that is new.
    pub before: Option<Had>,
    /// After; none for a component that is gone.
    pub after: Option<Had>,
}

/// Somebody answers for a gap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaiverInForce {
    /// The component.
    pub component: ComponentName,
    /// The capability that it does without.
    pub capability: CapabilityId,
    /// Where closing the gap is tracked.
    pub ticket: String,
    /// Who answers for it.
    pub approvers: Vec<String>,
    /// Last day on which it counts.
    pub until: Date,
}

/// A change of profile, engine or bindings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// `stack/environment`.
    pub target: String,
    /// The day that evidence was judged by.
    pub evidence_as_of: Date,
    /// As it was.
    pub before: Choice,
    /// As it is.
    pub after: Choice,
    /// Components whose binding differs.
    pub changed: Vec<Binding>,
    /// Waivers that the new choice rests on.
    pub waivers: Vec<WaiverInForce>,
}

/// What changes from one side to the other; none when profile, engine and bindings are the same. The target is that of `after`.
pub fn change(before: (&Target, &Report), after: (&Target, &Report), evidence_as_of: Date) -> Option<Change> {
    let (old, new) = (choice(before), choice(after));
    let names: std::collections::BTreeSet<&ComponentName> =
        old.bindings.keys().chain(new.bindings.keys()).collect();
    let changed: Vec<Binding> = names
        .into_iter()
        .filter(|name| old.bindings.get(*name) != new.bindings.get(*name))
        .map(|name| Binding {
            component: name.clone(),
            before: old.bindings.get(name).cloned(),
            after: new.bindings.get(name).cloned(),
        })
        .collect();
    if changed.is_empty() && old.profile == new.profile && old.engine == new.engine {
        return None;
    }
    Some(Change {
        target: after.0.id.to_string(),
        evidence_as_of,
        before: old,
        after: new,
        changed,
        waivers: waivers(after.0, after.1),
    })
}

fn choice((target, report): (&Target, &Report)) -> Choice {
    let bindings =
        target.components.iter().map(|(name, component)| (name.clone(), Had::from(&component.bound)));
    Choice {
        profile: target.policy.name.clone(),
        engine: target.env.value.engine,
        bindings: bindings.collect(),
        verdicts: report.counts(),
    }
}

pub(super) fn waivers(target: &Target, report: &Report) -> Vec<WaiverInForce> {
    let Some(file) = &target.waivers else { return Vec::new() };
    let used = |component: &ComponentName, capability: &CapabilityId| {
        report.verdicts.iter().any(|verdict| {
            verdict.kind == VerdictKind::Waived
                && verdict.requirement.component == *component
                && verdict.requirement.capability == *capability
        })
    };
    let own = file
        .value
        .waivers
        .iter()
        .filter(|waiver| waiver.env == target.id.env && used(&waiver.component, &waiver.capability));
    own.map(|waiver| WaiverInForce {
        component: waiver.component.clone(),
        capability: waiver.capability.clone(),
        ticket: waiver.ticket.to_string(),
        approvers: waiver.approvers.iter().map(|name| name.to_string()).collect(),
        until: waiver.until,
    })
    .collect()
}
