//! Who else could have a component, and at which price: in words, for whoever has to choose.

use schemars::JsonSchema;
use serde::Serialize;

use crate::load::Repository;
use crate::model::names::{CapabilityId, ComponentName, SubjectName};

use super::candidates::{Candidate, candidates};
use super::checked::Refused;
use super::matrix::Matrix;
use super::verdict::{Verdict, VerdictKind};

/// What a substitute asks of whoever chooses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effort {
    /// `gen` renders it.
    Renders,
    /// It is brought as existing.
    Bring,
    /// It runs on the target's own cluster.
    Operate,
}

/// Somebody else who could have a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Substitute {
    /// Provider or product.
    pub subject: SubjectName,
    /// What it asks of whoever chooses it.
    pub effort: Effort,
    /// What the component does without there, in words.
    pub price: Vec<String>,
    /// What has to be found out about it first: capabilities of the component that would block.
    pub ask: Vec<CapabilityId>,
}

/// At most so many substitutes for a component of a target that is refused, best first: for what of it blocks first.
pub fn substitutes(
    repository: &Repository,
    matrix: &Matrix,
    refused: &Refused,
    component: &ComponentName,
    most: usize,
) -> Vec<Substitute> {
    let first = refused.report.blocking().find(|verdict| verdict.requirement.component == *component);
    first.map(|verdict| substitutes_for(repository, matrix, refused, verdict, most)).unwrap_or_default()
}

/// At most so many substitutes for the component of a requirement that blocks, best first; each leaves less in the way than there is
/// now. Whoever nobody knows the same of is no way out of not knowing.
pub fn substitutes_for(
    repository: &Repository,
    matrix: &Matrix,
    refused: &Refused,
    blocking: &Verdict,
    most: usize,
) -> Vec<Substitute> {
    let asked = &blocking.requirement;
    let found = candidates(repository, matrix, &refused.target, &asked.component);
    let now = refused.report.blocking().count();
    let as_open = |candidate: &Candidate| {
        blocking.kind == VerdictKind::NeedsEvidence && candidate.own_unknown.contains(&asked.capability)
    };
    let better = found.iter().filter(|candidate| candidate.unknown.len() < now && !as_open(candidate));
    better.take(most).map(|candidate| substitute(matrix, candidate)).collect()
}

fn substitute(matrix: &Matrix, candidate: &Candidate) -> Substitute {
    let without = |id: &CapabilityId| Some(matrix.dictionary.capabilities.get(id)?.means.without.clone());
    Substitute {
        subject: candidate.subject.clone(),
        effort: match (candidate.hosted, candidate.has_module) {
            (true, _) => Effort::Operate,
            (false, true) => Effort::Renders,
            (false, false) => Effort::Bring,
        },
        price: candidate.degraded.iter().filter_map(without).collect(),
        ask: candidate.own_unknown.clone(),
    }
}

impl Substitute {
    /// In words: who, how, and at which price.
    pub fn words(&self) -> String {
        let effort = match self.effort {
            Effort::Renders => "gen renders it",
            Effort::Bring => "bring it as existing",
            Effort::Operate => "runs on your cluster, and you operate it",
        };
        let price = if self.price.is_empty() {
            String::new()
        } else {
            format!("; the price: {}", self.price.join(", "))
        };
        let shown: Vec<&str> = self.ask.iter().take(3).map(CapabilityId::as_str).collect();
        let more = self.ask.len() - shown.len();
        let ask = match (shown.is_empty(), more) {
            (true, _) => String::new(),
            (false, 0) => format!("; to find out first: {}", shown.join(", ")),
            (false, more) => format!("; to find out first: {} and {more} more", shown.join(", ")),
        };
        format!("{}: {effort}{price}{ask}", self.subject)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::prove::prepare;
    use crate::resolve::WhatIf;
    use crate::testing::{DEV, Models};

    #[test]
    fn not_knowing_the_same_of_somebody_else_is_no_way_out() {
        let acme = "version: 1\nname: Acme\nplaces: {main: {country: DE}}\n";
        let models = Models::new().and("profiles/providers/acme.yaml", acme).with(
            DEV,
            "{default: {provider: aws}}",
            "{default: {provider: acme}, ci: {provider: aws}, state: {provider: aws}}",
        );
        let repository = models.repository();
        let wanted = |id: &crate::resolve::TargetId| id.to_string() == "app/dev";
        let (ground, faults) = prepare(&repository, &WhatIf::default(), None, &wanted);
        let mut ground = ground.unwrap_or_else(|| panic!("{faults:?}"));
        let target = ground.targets.pop().unwrap_or_else(|| panic!("{faults:?}"));
        let matrix = ground.matrix;
        let refused = check(&repository, &matrix, target).0.expect_err("nothing is known of acme");
        let now = refused.report.blocking().count();
        let mut dropped = 0;
        for verdict in refused.report.blocking() {
            assert_eq!(verdict.kind, VerdictKind::NeedsEvidence);
            let asked = &verdict.requirement.capability;
            let all = candidates(&repository, &matrix, &refused.target, &verdict.requirement.component);
            let as_open = |candidate: &&Candidate| {
                candidate.unknown.len() < now && candidate.own_unknown.contains(asked)
            };
            dropped += all.iter().filter(as_open).count();
            let offered = substitutes_for(&repository, &matrix, &refused, verdict, usize::MAX);
            assert!(offered.iter().all(|other| !other.ask.contains(asked)), "{asked}: {offered:?}");
        }
        assert!(dropped > 0);
    }
}
