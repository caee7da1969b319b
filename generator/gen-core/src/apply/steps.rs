//! What is carried out in which order: roots, and what each needs of others.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::kind::terraform::{Root, Terraform};
use crate::model::component::{ComponentType, Layer};
use crate::model::names::ComponentName;
use crate::resolve::{Target, TargetId};

/// Which root of which target.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StepId {
    /// The target.
    pub target: TargetId,
    /// Name of the root, such as `data-aws`.
    pub root: String,
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.target, self.root)
    }
}

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was carried out.
    Done,
    /// There was nothing to do.
    Unchanged,
    /// It is not as rendered, or not as it was left; nothing was done about it.
    Differs,
    /// What it would do is not allowed.
    Barred,
    /// Somebody said no.
    Declined,
    /// It failed.
    Failed,
    /// It was not begun, because something before it did not come to its end.
    Skipped,
}

/// One root to be applied.
#[derive(Debug, Clone)]
pub struct Step {
    /// Which one.
    pub id: StepId,
    /// The root.
    pub root: Root,
    /// Components whose exports it takes from other roots, each with the root that hands them on.
    pub takes: BTreeMap<ComponentName, StepId>,
}

/// The steps of a target in the order of their layers. The error says which component no root hands on.
pub fn steps(terraform: &Terraform<'_>, target: &Target) -> Result<Vec<Step>, String> {
    let (roots, _) = terraform.roots(target);
    let id = |root: &str| StepId { target: target.id.clone(), root: root.to_owned() };
    let supplier = |name: &ComponentName| -> Result<StepId, String> {
        let own = roots.iter().find(|root| root.components.contains(name));
        own.map(|root| id(&root.name)).ok_or_else(|| format!("no root of {} hands `{name}` on", target.id))
    };
    roots
        .iter()
        .map(|root| {
            let takes = terraform.upstream(target, root)?;
            let takes = takes.into_iter().map(|name| supplier(&name).map(|step| (name, step)));
            Ok(Step { id: id(&root.name), root: root.clone(), takes: takes.collect::<Result<_, String>>()? })
        })
        .collect()
}

/// Steps that can be carried out side by side, wave after wave: what a step takes is made in an earlier wave, and what a foundation
/// makes comes before everything that lives in its account. The error names steps that wait for each other.
pub fn waves(steps: &[Step]) -> Result<Vec<Vec<StepId>>, String> {
    let known: BTreeSet<&StepId> = steps.iter().map(|step| &step.id).collect();
    let mut open: Vec<&Step> = steps.iter().collect();
    let mut done: BTreeSet<&StepId> = BTreeSet::new();
    let mut waves = Vec::new();
    while !open.is_empty() {
        let foundation_is_open = open.iter().any(|step| step.root.layer == Layer::Foundation);
        let ready = |step: &Step| {
            let supplied = step.takes.values().all(|taken| done.contains(taken) || !known.contains(taken));
            supplied && (step.root.layer == Layer::Foundation || !foundation_is_open)
        };
        let (wave, rest): (Vec<&Step>, Vec<&Step>) = open.into_iter().partition(|step| ready(step));
        if wave.is_empty() {
            let names: Vec<String> = rest.iter().map(|step| step.id.to_string()).collect();
            return Err(format!("these wait for each other: {}", names.join(", ")));
        }
        done.extend(wave.iter().map(|step| &step.id));
        waves.push(wave.iter().map(|step| step.id.clone()).collect());
        open = rest;
    }
    Ok(waves)
}

/// The root that makes the store that its own state is kept in: it can only be applied there once the store exists.
pub fn makes_its_own_store(target: &Target, root: &Root) -> Option<ComponentName> {
    let state = target.of_type(ComponentType::State).next()?;
    root.components.contains(&state.name).then(|| state.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::names::{EnvName, StackName, SubjectName};

    fn step(target: &str, layer: Layer, takes: &[(&str, Layer)]) -> Step {
        let (stack, env) = target.split_once('/').expect("stack/env");
        let target = TargetId {
            stack: StackName::parse(stack).expect("a name"),
            env: EnvName::parse(env).expect("a name"),
        };
        let id = |layer: Layer| StepId { target: target.clone(), root: format!("{}-aws", layer.as_str()) };
        let provider = SubjectName::parse("aws").expect("a name");
        let root = Root { name: id(layer).root, layer, provider, region: None, components: Vec::new() };
        let takes =
            takes.iter().map(|(name, layer)| (ComponentName::parse(name).expect("a name"), id(*layer)));
        Step { id: id(layer), root, takes: takes.collect() }
    }

    fn names(waves: &[Vec<StepId>]) -> Vec<Vec<String>> {
        waves.iter().map(|wave| wave.iter().map(ToString::to_string).collect()).collect()
    }

    #[test]
    fn what_is_taken_is_made_before_and_accounts_come_first() {
        let app = |layer, takes: &[(&str, Layer)]| step("app/dev", layer, takes);
        let steps = [
            app(Layer::Edge, &[("network", Layer::Network)]),
            app(Layer::Cluster, &[("network", Layer::Network), ("db", Layer::Data)]),
            app(Layer::Data, &[("network", Layer::Network)]),
            app(Layer::Network, &[]),
            step("base/dev", Layer::Foundation, &[]),
        ];
        assert_eq!(
            names(&waves(&steps).expect("an order")),
            [
                vec!["base/dev/foundation-aws"],
                vec!["app/dev/network-aws"],
                vec!["app/dev/edge-aws", "app/dev/data-aws"],
                vec!["app/dev/cluster-aws"],
            ]
        );
        // What is not selected was applied before.
        assert_eq!(names(&waves(&steps[..1]).expect("an order")), [vec!["app/dev/edge-aws"]]);
    }

    #[test]
    fn steps_that_wait_for_each_other_are_named() {
        let steps = [
            step("app/dev", Layer::Data, &[("cluster", Layer::Cluster)]),
            step("app/dev", Layer::Cluster, &[("db", Layer::Data)]),
        ];
        let why = waves(&steps).expect_err("no order");
        assert!(why.contains("app/dev/data-aws") && why.contains("app/dev/cluster-aws"), "{why}");
    }
}
