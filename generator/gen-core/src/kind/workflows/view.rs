//! What templates of workflows are filled with.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::kind::terraform::subjects;
use crate::load::Repository;
use crate::model::component::{Ci, Issuer};
use crate::model::workflows::{Access, Action, Scope, WorkflowName, Workflows};

use super::fleet::{Entry, Fleet, LeftOut, MOST_JOBS, one_line, suffix};
use super::pins::{Used, used};

/// Everything that a template may use.
#[derive(Debug, Serialize)]
pub(super) struct View {
    /// Actions by the names that templates give them.
    actions: BTreeMap<&'static str, Used>,
    repository: String,
    branch: String,
    runner: String,
    program: Program,
    engines: BTreeMap<&'static str, String>,
    schedule: BTreeMap<&'static str, String>,
    waves: Vec<Wave>,
    /// Matrices that hold every target.
    all: Vec<Lane>,
    /// Matrices that hold every target that pull requests may plan.
    open: Vec<Lane>,
    most: usize,
    targets: Vec<Target>,
    left_out: Vec<LeftOut>,
    /// Stacks that something can be promoted in.
    stacks: Vec<String>,
    environments: Vec<String>,
    pull_request: Vec<Job>,
    apply: Vec<Job>,
}

#[derive(Debug, Serialize)]
struct Program {
    repository: String,
    revision: String,
}

/// One of several matrices, none of which has more jobs than it may.
#[derive(Debug, Serialize)]
struct Lane {
    /// What names of its jobs end with.
    suffix: String,
    /// Its first target.
    start: usize,
}

/// Targets that are applied side by side.
#[derive(Debug, Serialize)]
struct Wave {
    name: String,
    /// Waves that come before.
    needs: Vec<String>,
}

/// A target, and what the forge is told about it.
#[derive(Debug, Serialize)]
struct Target {
    #[serde(flatten)]
    entry: Entry,
    tier: &'static str,
    approvers: Vec<String>,
    plan_subjects: Vec<String>,
    apply_subjects: Vec<String>,
    /// Targets of the wave before, for forges without waves.
    after: Vec<String>,
}

/// A job of the repository's own.
#[derive(Debug, Serialize)]
struct Job {
    name: String,
    uses: String,
    why: String,
    needs: Vec<String>,
    permissions: Vec<(Scope, Access)>,
}

impl View {
    pub(super) fn of(repository: &Repository, ci: &Ci, workflows: &Workflows, fleet: &Fleet) -> Self {
        let action = |name, action| (name, used(workflows, action));
        let open = fleet.entries.iter().filter(|entry| !entry.protected).count();
        let (stacks, environments) = promotable(repository);
        Self {
            actions: BTreeMap::from([
                action("checkout", Action::Checkout),
                action("upload", Action::UploadArtifact),
                action("download", Action::DownloadArtifact),
                action("terraform", Action::SetupTerraform),
                action("opentofu", Action::SetupOpentofu),
                action("login", Action::ConfigureAwsCredentials),
            ]),
            repository: ci.repository.to_string(),
            branch: workflows.branch.to_string(),
            runner: workflows.runner.to_string(),
            program: Program {
                repository: workflows.program.repository.to_string(),
                revision: workflows.program.revision.to_string(),
            },
            engines: BTreeMap::from([
                ("terraform", workflows.engines.terraform.to_string()),
                ("opentofu", workflows.engines.opentofu.to_string()),
            ]),
            schedule: BTreeMap::from([
                ("drift", workflows.schedule.drift.to_string()),
                ("evidence", workflows.schedule.evidence.to_string()),
            ]),
            waves: waves(fleet),
            all: lanes(fleet.entries.len()),
            open: lanes(open),
            most: MOST_JOBS,
            targets: targets(ci, fleet),
            left_out: fleet.left_out.clone(),
            stacks,
            environments,
            pull_request: jobs(workflows, WorkflowName::PullRequest),
            apply: jobs(workflows, WorkflowName::Apply),
        }
    }
}

impl View {
    /// There is something that can be promoted.
    pub(super) fn promotes(&self) -> bool {
        !self.stacks.is_empty()
    }
}

/// The matrices that so many targets fill.
fn lanes(targets: usize) -> Vec<Lane> {
    let lane = |number: usize| Lane { suffix: suffix(number), start: number * MOST_JOBS };
    (0..targets.div_ceil(MOST_JOBS)).map(lane).collect()
}

fn waves(fleet: &Fleet) -> Vec<Wave> {
    let rank = |name: &String| fleet.entries.iter().find(|entry| entry.wave == *name).map(Entry::rank);
    let ranked: Vec<_> = fleet.waves.iter().map(|name| (rank(name), name)).collect();
    let before = |own| ranked.iter().filter(move |(other, _)| *other < own).map(|(_, name)| (*name).clone());
    ranked.iter().map(|(own, name)| Wave { name: (*name).clone(), needs: before(*own).collect() }).collect()
}

fn targets(ci: &Ci, fleet: &Fleet) -> Vec<Target> {
    let target = |entry: &Entry| Target {
        tier: entry.tier,
        approvers: entry.approvers.iter().map(|name| one_line(name)).collect(),
        plan_subjects: subjects(ci, &format!("environment:{}-plan", entry.name)),
        apply_subjects: subjects(ci, &format!("environment:{}", entry.name)),
        after: if ci.issuer == Issuer::Gitlab { after(fleet, entry) } else { Vec::new() },
        entry: entry.clone(),
    };
    fleet.entries.iter().map(target).collect()
}

/// Targets that come right before one: its account, and the wave before where a job may wait for so many.
fn after(fleet: &Fleet, entry: &Entry) -> Vec<String> {
    let before = || fleet.entries.iter().filter(|other| other.rank() < entry.rank());
    let last = before().map(Entry::rank).max();
    let wave = before().filter(|other| Some(other.rank()) == last).count();
    let wanted =
        |other: &&Entry| other.account == entry.account || (Some(other.rank()) == last && wave <= MOST_NEEDS);
    before().filter(wanted).take(MOST_NEEDS).map(|other| other.name.clone()).collect()
}

/// Jobs that a job of GitLab may wait for, beside the one that builds `gen`: 50 unless its administrators say otherwise.
const MOST_NEEDS: usize = 48;

/// Stacks with workloads, and their environments: choices of a form.
fn promotable(repository: &Repository) -> (Vec<String>, Vec<String>) {
    let mut environments = BTreeSet::new();
    let mut stacks = Vec::new();
    for (name, files) in &repository.stacks {
        let runs = files.stack.as_ref().is_some_and(|stack| !stack.value.workloads.is_empty());
        if runs && files.environments.len() > 1 {
            stacks.push(name.to_string());
            environments.extend(files.environments.keys().map(ToString::to_string));
        }
    }
    (stacks, environments.into_iter().collect())
}

fn jobs(workflows: &Workflows, workflow: WorkflowName) -> Vec<Job> {
    let own = workflows.jobs.iter().filter(|(_, job)| job.workflow == workflow);
    own.map(|(name, job)| Job {
        name: name.to_string(),
        uses: job.uses.to_string(),
        why: one_line(&job.why),
        needs: job.needs.iter().map(ToString::to_string).collect(),
        permissions: job.permissions.iter().map(|(scope, access)| (*scope, *access)).collect(),
    })
    .collect()
}
