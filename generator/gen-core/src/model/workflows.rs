//! Workflows of CI: what a repository decides about them. Everything else follows from stacks and environments.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names::{
    BranchName, Commit, CronTime, ExactVersion, FolderPath, JobName, RepositoryName, RunnerLabel, TargetName,
    VersionTag, WorkflowPath,
};
use super::units::Text;

/// Workflows of CI.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Workflows {
    /// The folder that they are written to. By default the forge's own, `.github` or `.gitlab`; anywhere else they are to be looked at and not run.
    #[serde(default)]
    pub into: Option<FolderPath>,
    /// Which `gen` they run.
    #[serde(rename = "gen")]
    pub program: Program,
    /// The branch that is applied.
    #[serde(default = "main_branch")]
    pub branch: BranchName,
    /// Label of the runners.
    #[serde(default = "hosted_runner")]
    pub runner: RunnerLabel,
    /// Actions at other commits than those that `gen` knows.
    #[serde(default)]
    #[schemars(schema_with = "crate::schema::map::<Action, Pin>")]
    pub actions: BTreeMap<Action, Pin>,
    /// Exact versions of engines.
    #[serde(default)]
    pub engines: Engines,
    /// When what runs by the clock runs.
    #[serde(default)]
    pub schedule: Schedule,
    /// Targets that people apply by hand, each with the reason: CI checks their files, and nothing more.
    #[serde(default)]
    pub by_hand: BTreeMap<TargetName, Text>,
    /// Jobs of the repository's own, each a reusable workflow.
    #[serde(default)]
    pub jobs: BTreeMap<JobName, ExtraJob>,
}

fn main_branch() -> BranchName {
    BranchName::fixed("main")
}

fn hosted_runner() -> RunnerLabel {
    RunnerLabel::fixed("ubuntu-24.04")
}

/// Where `gen` is built from: one commit, so that what runs is what was reviewed.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Program {
    /// Repository of `gen`, at the same forge.
    pub repository: RepositoryName,
    /// The commit.
    pub revision: Commit,
}

/// An action that generated workflows use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "each variant is the name of a published action")]
pub enum Action {
    Checkout,
    UploadArtifact,
    DownloadArtifact,
    SetupTerraform,
    SetupOpentofu,
    ConfigureAwsCredentials,
}

/// An action at a commit.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// The commit; tags can be moved.
    pub at: Commit,
    /// The version that the commit is tagged with, for those who read it.
    pub version: VersionTag,
}

/// Exact versions of engines.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Engines {
    /// Terraform.
    pub terraform: ExactVersion,
    /// OpenTofu.
    pub opentofu: ExactVersion,
}

impl Default for Engines {
    fn default() -> Self {
        Self { terraform: ExactVersion::fixed("1.11.4"), opentofu: ExactVersion::fixed("1.12.6") }
    }
}

/// When what runs by the clock runs, as cron writes it, in UTC.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Schedule {
    /// Looking for drift.
    pub drift: CronTime,
    /// Looking for evidence that expires.
    pub evidence: CronTime,
}

impl Default for Schedule {
    fn default() -> Self {
        // Not at the full hour, when schedules are delayed most.
        Self { drift: CronTime::fixed("17 4 * * *"), evidence: CronTime::fixed("43 5 * * 1") }
    }
}

/// A job of the repository's own.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExtraJob {
    /// Which of the workflows it is part of.
    #[serde(rename = "in")]
    pub workflow: WorkflowName,
    /// The reusable workflow that it calls.
    pub uses: WorkflowPath,
    /// What it is for, and why it needs its permissions.
    pub why: Text,
    /// Jobs that come before it.
    #[serde(default)]
    pub needs: Vec<JobName>,
    /// What its token may do. Tokens for clouds are not among it: trust policies name generated jobs alone.
    #[serde(default = "read_contents")]
    #[schemars(schema_with = "crate::schema::map::<Scope, Access>")]
    pub permissions: BTreeMap<Scope, Access>,
}

fn read_contents() -> BTreeMap<Scope, Access> {
    BTreeMap::from([(Scope::Contents, Access::Read)])
}

/// A workflow that takes jobs of the repository's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkflowName {
    /// What runs for a pull request, those from forks included.
    PullRequest,
    /// What runs when the branch that is applied has moved.
    Apply,
}

/// What a permission is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "each variant is a scope as GitHub names it")]
pub enum Scope {
    Actions,
    Checks,
    Contents,
    Issues,
    Packages,
    PullRequests,
    SecurityEvents,
    Statuses,
}

/// How far a permission goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// To look.
    Read,
    /// To change.
    Write,
}
