//! Which targets CI applies, in which order, as whom; and which it does not, and why.

use std::collections::BTreeSet;

use rayon::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::load::Repository;
use crate::model::component::ComponentType;
use crate::model::environment::{Protect, Tier};
use crate::model::names::SubjectName;
use crate::model::stack::Purpose;
use crate::model::workflows::Workflows;
use crate::resolve::{Bound, Target};

/// The most jobs that a matrix may have: <https://docs.github.com/en/actions/reference/limits>.
pub const MOST_JOBS: usize = 256;

/// A target that CI applies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// `stack/environment`.
    pub target: String,
    /// What names of its resources, and its environments at the forge, begin with.
    pub name: String,
    /// The stack.
    pub stack: String,
    /// The environment.
    pub environment: String,
    /// Targets of a wave are applied side by side, before those of the next.
    pub wave: String,
    /// How much depends on it.
    #[serde(skip)]
    pub tier: &'static str,
    /// Somebody has to approve.
    pub protected: bool,
    /// The program that applies it.
    pub engine: &'static str,
    /// The account that it lives in.
    pub account: String,
    /// The region that it is at home in.
    pub region: String,
    /// Audience of the tokens that its roles trust.
    pub audience: String,
    /// The role that plans.
    pub plan_role: String,
    /// The role that applies.
    pub apply_role: String,
    /// Who approves; not needed by a job.
    #[serde(skip)]
    pub approvers: Vec<String>,
    /// Where it stands in the order of waves.
    #[serde(skip)]
    order: (Tier, Standing),
}

impl Entry {
    /// Where its wave stands in the order of waves; those that one matrix cannot hold stand side by side.
    pub(super) fn rank(&self) -> impl Ord + Copy + use<> {
        self.order
    }
}

/// What comes first within a tier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Account,
    Application,
}

/// A target that CI does not apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// `stack/environment`.
    pub target: String,
    /// Why.
    pub why: String,
}

/// All targets.
#[derive(Debug, Clone, Default)]
pub struct Fleet {
    /// Those that CI applies, in the order of waves.
    pub entries: Vec<Entry>,
    /// The others.
    pub left_out: Vec<LeftOut>,
    /// Names of waves, in their order.
    pub waves: Vec<String>,
}

impl Fleet {
    /// Sorts targets by what CI can do about them.
    pub(super) fn of(repository: &Repository, targets: &[Target], workflows: &Workflows) -> Self {
        let mut fleet = Self::default();
        let entry = |target: &Target| {
            let by_hand = workflows.by_hand.iter().find(|(name, _)| name.as_str() == target.id.to_string());
            let entry = match by_hand {
                Some((_, why)) => Err(format!("applied by hand: {}", one_line(why))),
                None => entry(repository, target),
            };
            entry.map_err(|why| LeftOut { target: target.id.to_string(), why })
        };
        for entry in targets.par_iter().map(entry).collect::<Vec<_>>() {
            match entry {
                Ok(entry) => fleet.entries.push(entry),
                Err(left_out) => fleet.left_out.push(left_out),
            }
        }
        fleet.entries.sort_by(|a, b| a.order.cmp(&b.order).then_with(|| a.target.cmp(&b.target)));
        fleet.name_waves();
        fleet
    }

    /// A wave that a matrix cannot hold becomes several, which do not wait for each other to be full.
    fn name_waves(&mut self) {
        let waves = self.entries.chunk_by_mut(|a, b| a.order == b.order);
        for wave in waves {
            for (number, part) in wave.chunks_mut(MOST_JOBS).enumerate() {
                let Some((tier, standing)) = part.first().map(|entry| entry.order) else { continue };
                let accounts = if standing == Standing::Account { "-accounts" } else { "" };
                let name = format!("{}{accounts}{}", tier.as_str(), suffix(number));
                for entry in part {
                    entry.wave.clone_from(&name);
                }
                self.waves.push(name);
            }
        }
    }
}

/// What a job has to know of a target; or why no job can apply it.
pub(in crate::kind) fn entry(repository: &Repository, target: &Target) -> Result<Entry, String> {
    let environment = &target.env.value;
    if environment.planned {
        return Err("planned: it is not in operation yet".to_owned());
    }
    let tier = target.tier();
    if tier == Tier::Local {
        return Err("it is on one person's machine".to_owned());
    }
    let (name, provider) = provider(repository, target)?;
    let account = target.accounts.get(name).ok_or_else(|| format!("no account of {name} is named"))?;
    let region = target.home_region(name, provider).ok_or_else(|| format!("no region of {name} is named"))?;
    let resources = target.id.resource_name();
    let brought = brought(target);
    let role = |what: &str| {
        if let Some(exports) = brought {
            return Some(exports.get("roles")?.get(&resources)?.get(what)?.as_str()?.to_owned());
        }
        let form = provider.role.as_deref()?;
        let filled = form.replace("{account}", account.id.as_str()).replace("{name}", &resources);
        Some(filled.replace("{use}", what))
    };
    let (Some(plan_role), Some(apply_role), Some(audience)) =
        (role("plan"), role("apply"), provider.ci_audience())
    else {
        return Err(format!("which role of {} a job takes is not known beforehand", provider.name));
    };
    let foundation = target.purpose() == Purpose::Foundation;
    Ok(Entry {
        target: target.id.to_string(),
        stack: target.id.stack.to_string(),
        environment: target.id.env.to_string(),
        wave: String::new(),
        tier: tier.as_str(),
        protected: environment.protect.is_on(),
        engine: environment.engine.as_str(),
        account: account.id.to_string(),
        region: region.to_string(),
        audience: audience.to_owned(),
        plan_role,
        apply_role,
        approvers: match &environment.protect {
            Protect::Approved(approval) => approval.approvers.to_vec(),
            Protect::Plain(_) => Vec::new(),
        },
        order: (tier, if foundation { Standing::Account } else { Standing::Application }),
        name: resources,
    })
}

/// What CI's identity hands on, where somebody brings it.
fn brought(target: &Target) -> Option<&Map<String, Value>> {
    match &target.of_type(ComponentType::Ci).next()?.bound {
        Bound::Existing { exports, .. } => Some(exports),
        _ => None,
    }
}

/// The one provider that a job has to log in at.
fn provider<'a>(
    repository: &'a Repository,
    target: &'a Target,
) -> Result<(&'a SubjectName, &'a crate::model::subject::Provider), String> {
    let managed = target.components.values().filter_map(|component| match &component.bound {
        Bound::Managed { provider, .. } => Some(provider),
        _ => None,
    });
    let providers: BTreeSet<&SubjectName> = managed.collect();
    for name in &providers {
        if let Some((product, _)) = target.stand_in(name) {
            return Err(format!(
                "{name} trusts no tokens of CI, and how {product} hands out its keys is not rendered"
            ));
        }
    }
    let mut names = providers.into_iter();
    match (names.next(), names.next()) {
        (Some(name), None) => {
            let file = repository.providers.get(name).ok_or_else(|| format!("{name} has no file"))?;
            Ok((name, &file.value))
        }
        (None, _) => Err("a provider makes nothing of it".to_owned()),
        (Some(first), Some(second)) => {
            Err(format!("a job logs in at one provider, not at {first} and {second}"))
        }
    }
}

/// What the name of one of several parts ends with; the first is called like the whole.
pub(super) fn suffix(number: usize) -> String {
    if number == 0 { String::new() } else { format!("-{}", number + 1) }
}

/// Text as a comment holds it.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{DEV, Models};

    const BLOCK: &str = "version: 1
purpose: foundation
owner: {team: a, page: b}
cost_centre: c
components:
  ci:
    type: ci
    issuer: github
    repository: o/n
    repository_id: 42
    owner_id: 7
    subjects: [classic]
    workflows: {gen: {repository: o/gen, revision: 0123456789abcdef0123456789abcdef01234567}";

    fn fleet(settings: &str, from: &str, to: &str) -> Fleet {
        let models = Models::new().and("stacks/foundation/stack.yaml", &format!("{BLOCK}{settings}}}\n"));
        let repository = models.with(DEV, from, to).repository();
        let (targets, found) = crate::resolve::resolve(&repository, &crate::resolve::WhatIf::default());
        assert_eq!(found, []);
        let workflows = super::super::asked(&repository).next().expect("workflows").workflows.clone();
        Fleet::of(&repository, &targets, &workflows)
    }

    #[test]
    fn accounts_come_before_what_lives_in_them() {
        let fleet = fleet("", "", "");
        assert_eq!(fleet.waves, ["development-accounts", "development"]);
        let targets: Vec<&str> = fleet.entries.iter().map(|entry| entry.target.as_str()).collect();
        assert_eq!(targets, ["foundation/account", "app/dev"]);
        assert_eq!(fleet.entries[1].plan_role, "arn:aws:iam::111111111111:role/app-dev-plan");
        assert!(fleet.left_out.is_empty());
    }

    #[test]
    fn what_is_left_out_has_a_reason() {
        let why = |settings: &str, from: &str, to: &str| fleet(settings, from, to).left_out.remove(0).why;
        assert_eq!(
            why(", by_hand: {app/dev: \"slow\\n  and steady\"}", "", ""),
            "applied by hand: slow and steady"
        );
        let planned = why("", "tier: development", "tier: development\nplanned: true");
        assert!(planned.starts_with("planned"), "{planned}");
    }

    #[test]
    fn a_role_that_is_brought_is_taken() {
        let bind = "bind: {default: {provider: aws}}";
        let brought = |roles: &str| {
            let to = format!(
                "bind: {{default: {{provider: aws}}, ci: {{operated_by: aws, existing: {{roles: {roles}}}}}}}"
            );
            fleet("", bind, &to)
        };
        let fleet = brought("{app-dev: {plan: \"arn:p\", apply: \"arn:a\"}}");
        let app = &fleet.entries[1];
        assert_eq!((app.plan_role.as_str(), app.apply_role.as_str()), ("arn:p", "arn:a"));
        assert_eq!(brought("{}").left_out[0].target, "app/dev");
    }
}
