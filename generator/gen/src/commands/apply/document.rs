//! What `apply` and `destroy` print.

use gen_core::apply::{Kept, Outcome, Ranked};
use gen_core::effect::Risk;
use gen_exec::apply::{Holder, StepReport};
use schemars::JsonSchema;
use serde::Serialize;

/// What was carried out.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// Roots in the order in which they were dealt with.
    pub steps: Vec<StepDoc>,
    /// With `--plan-only`: what `--approved` takes to carry out exactly this; empty where there is nothing to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval: Option<String>,
}

/// A root.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct StepDoc {
    /// `stack/environment`.
    pub target: String,
    /// The root.
    pub root: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Digest of what was planned.
    pub plan: Option<String>,
    /// What was planned, worst first; of what drifted, what would bring it back.
    pub changes: Vec<ChangeDoc>,
    /// What somebody else had changed since the last run.
    pub drift: Vec<ChangeDoc>,
    /// Who holds the lock that it did not get.
    pub holder: Option<HolderDoc>,
    /// What stays although everything was to go, and why.
    pub kept: Vec<Kept>,
}

/// What happens to a resource. Values are in the records and in the engine's own output.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ChangeDoc {
    /// Its address in the root.
    pub address: String,
    /// What becomes of it.
    pub action: gen_core::apply::Action,
    /// How it can go wrong.
    pub risk: Risk,
    /// It holds data.
    pub stateful: bool,
    /// Where it changes.
    pub paths: Vec<String>,
}

impl Body {
    /// Each root that is to be changed, with the digest of its plan.
    pub(super) fn approval(&self) -> String {
        let differing = self.steps.iter().filter(|step| step.outcome == Outcome::Differs);
        let plans = differing.filter_map(|step| {
            Some(format!("{}/{}=sha256:{}", step.target, step.root, step.plan.as_deref()?))
        });
        plans.collect::<Vec<_>>().join(",")
    }
}

/// Who holds a lock, in the words of the engine that took it.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct HolderDoc {
    /// Number of the lock, by which it is lifted.
    pub id: String,
    /// What it was taken for.
    pub operation: String,
    /// User and machine.
    pub who: String,
    /// Since when.
    pub created: String,
}

impl HolderDoc {
    fn of(holder: &Holder) -> Self {
        let Holder { id, operation, who, created } = holder.clone();
        Self { id, operation, who, created }
    }
}

impl StepDoc {
    pub(super) fn of(report: &StepReport) -> Self {
        Self {
            target: report.id.target.to_string(),
            root: report.id.root.clone(),
            outcome: report.outcome,
            plan: report.plan.clone(),
            changes: report.changes.iter().map(ChangeDoc::of).collect(),
            drift: report.drift.iter().map(ChangeDoc::of).collect(),
            holder: report.fault.as_ref().and_then(|fault| fault.holder.as_deref()).map(HolderDoc::of),
            kept: report.kept.clone(),
        }
    }
}

impl ChangeDoc {
    pub(crate) fn of(ranked: &Ranked) -> Self {
        let stays = ranked.change.action == gen_core::apply::Action::Update;
        let paths = ranked.change.values.iter().filter(|_| stays).map(|leaf| leaf.path.clone());
        Self {
            address: ranked.change.address.clone(),
            action: ranked.change.action,
            risk: ranked.risk,
            stateful: ranked.stateful,
            paths: paths.collect(),
        }
    }
}
