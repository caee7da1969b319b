//! What `plan` and `check` print, as data.

use gen_core::check::{Counts, VerdictKind};
use gen_core::effect::Risk;
use schemars::JsonSchema;
use serde::Serialize;

use crate::document::PlaceDoc;
use crate::release::ReleaseDoc;
use crate::walk::TargetState;

/// What `plan` and `check` print.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// The day by which evidence was judged.
    pub evidence_as_of: String,
    /// The selected targets.
    pub targets: Vec<TargetDoc>,
    /// Files that are shared by targets: modules.
    pub shared: FilesDoc,
    /// Workflows of CI, which are made from all targets together; none when a part of them is selected.
    #[serde(skip_serializing_if = "FilesDoc::is_empty")]
    pub workflows: FilesDoc,
    /// Targets that were rendered and are no longer in the models.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<GoneDoc>,
    /// Facts that verdicts cite and that expire within 30 days.
    pub expiring: usize,
    /// With `--live`: what the engines would do, by root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live: Option<Vec<crate::commands::apply::StepDoc>>,
    /// Audit records that the change would leave, where they were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<gen_core::audit::Event>,
}

/// A target that was rendered and is no longer in the models.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct GoneDoc {
    /// `stack/environment`.
    pub target: String,
    /// Roots that are removed with it.
    pub roots: Vec<String>,
    /// Its files.
    pub files: FilesDoc,
}

/// One target.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TargetDoc {
    /// `stack/environment`.
    pub target: String,
    /// Its tier.
    pub tier: &'static str,
    /// Its profile.
    pub profile: String,
    /// What it runs, once something was promoted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub release: Option<ReleaseDoc>,
    /// Who provides what is not hosted, each with its region.
    pub providers: Vec<String>,
    /// What became of it.
    pub state: TargetState,
    /// Roots, in the order in which they are applied.
    pub roots: Vec<String>,
    /// Components without a kind of artifact that renders them yet.
    pub not_rendered: Vec<String>,
    /// Verdicts by kind.
    pub verdicts: Counts,
    /// Number of requirements.
    pub asked: usize,
    /// Requirements with their verdicts: all of them in documents, those that do not hold in text.
    pub requirements: Vec<RequirementDoc>,
    /// Changes of values, riskiest first.
    pub changes: Vec<ChangeDoc>,
    /// Its files.
    pub files: FilesDoc,
}

/// A requirement and its verdict.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct RequirementDoc {
    /// The component.
    pub component: String,
    /// The capability.
    pub capability: String,
    /// What is asked.
    pub value: std::sync::Arc<serde_json::Value>,
    /// About the region that copies go to.
    pub copy: bool,
    /// How bad its lack is.
    pub severity: &'static str,
    /// What the facts say.
    pub truth: gen_core::check::Truth,
    /// What becomes of it.
    pub verdict: VerdictKind,
    /// Nothing is rendered because of it.
    pub blocks: bool,
    /// Whose facts answered.
    pub subject: String,
    /// In which region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// For which service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Why it exists.
    pub origins: Vec<String>,
    /// In words: what is asked.
    pub asked: String,
    /// In words: what its lack means.
    pub without: String,
    /// The claims that decided.
    pub evidence: Vec<EvidenceDoc>,
}

/// A claim.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct EvidenceDoc {
    /// File and index of the fact.
    pub fact: String,
    /// What is offered, in words.
    pub offered: String,
    /// How far it is believed.
    pub confidence: gen_core::model::subject::Confidence,
    /// When it was read.
    pub read: String,
    /// Last day on which it counts.
    pub expires: String,
    /// Where it was read.
    pub source: String,
}

/// A change of a value.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct ChangeDoc {
    /// The root.
    pub root: String,
    /// The component, or none for what the root shares.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub component: Option<String>,
    /// Path of the value.
    pub field: String,
    /// In words.
    pub label: String,
    /// Before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// After.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// How it can go wrong.
    pub risk: Risk,
    /// What to know about it.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub note: &'static str,
    /// The line that asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<PlaceDoc>,
    /// Route of the value in that file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
}

/// Files that differ.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct FilesDoc {
    /// Files that agree.
    pub same: usize,
    /// Paths to be created.
    pub created: Vec<String>,
    /// Paths to be changed.
    pub changed: Vec<String>,
    /// Paths to be removed.
    pub removed: Vec<String>,
    /// Differences as text, where they were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub diffs: Vec<String>,
}

impl FilesDoc {
    /// Adds those of another owner.
    pub(super) fn add(&mut self, other: Self) {
        self.same += other.same;
        self.created.extend(other.created);
        self.changed.extend(other.changed);
        self.removed.extend(other.removed);
        self.diffs.extend(other.diffs);
    }

    /// There are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.same + self.touched() == 0
    }

    /// Number of files that are to be touched.
    pub(crate) fn touched(&self) -> usize {
        self.created.len() + self.changed.len() + self.removed.len()
    }
}
