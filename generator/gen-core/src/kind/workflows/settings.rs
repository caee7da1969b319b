//! What is wrong with what a foundation says about workflows.

use crate::diag::{Diagnostic, Fault, did_you_mean};
use crate::load::Repository;
use crate::model::component::Issuer;
use crate::model::workflows::WorkflowName;

use super::{Asked, FORGES};

/// Jobs of generated workflows, which a repository's own may wait for and not take the names of.
fn generated(workflow: WorkflowName) -> &'static [&'static str] {
    match workflow {
        WorkflowName::PullRequest => &["build", "check", "affected"],
        WorkflowName::Apply => &["build", "affected"],
    }
}

pub(super) fn faults(repository: &Repository, asked: &Asked<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    found.extend(other_forge(asked));
    found.extend(in_the_way(repository, asked));
    found.extend(unknown_targets(repository, asked));
    found.extend(jobs(asked));
    found
}

fn other_forge(asked: &Asked<'_>) -> Option<Diagnostic> {
    let fault = Diagnostic::error(Fault::NotYet)
        .at(asked.at(&[]))
        .label("workflows are rendered for `github` and `gitlab`")
        .help("leave `workflows` out, and write them by hand");
    (asked.ci.issuer == Issuer::Forgejo).then_some(fault)
}

/// Workflows stand where the forge reads them, or where they are found again: directly below `terraform-out/`.
fn in_the_way(repository: &Repository, asked: &Asked<'_>) -> Option<Diagnostic> {
    let folder = asked.folder();
    let own = if asked.ci.issuer == Issuer::Gitlab { FORGES[1] } else { FORGES[0] };
    let why = match folder.split_once('/') {
        _ if folder == own => return None,
        Some(("terraform-out", name)) if !name.contains('/') => {
            let stack = repository.stacks.keys().any(|stack| stack.as_str() == name);
            match (name, stack) {
                ("modules", _) => "the modules that all stacks use are there".to_owned(),
                (_, true) => format!("what is rendered for stack `{name}` is there"),
                (_, false) => return None,
            }
        }
        _ => format!("workflows stand in {own}, or in a folder directly below terraform-out"),
    };
    let fault = Diagnostic::error(Fault::Contradiction).at(asked.at(&["into"])).label(why);
    Some(fault.help(format!("leave `into` out, which means {own}, or name another: terraform-out/ci")))
}

fn unknown_targets(repository: &Repository, asked: &Asked<'_>) -> Vec<Diagnostic> {
    let known: Vec<String> = repository
        .stacks
        .keys()
        .flat_map(|stack| repository.environments(stack).into_iter().map(move |env| format!("{stack}/{env}")))
        .collect();
    let unknown =
        asked.workflows.by_hand.keys().filter(|name| !known.iter().any(|target| target == name.as_str()));
    unknown
        .map(|name| {
            let fault = Diagnostic::error(Fault::UnknownName)
                .at(asked.at(&["by_hand", name.as_str()]))
                .label(format!("there is no target {name}"));
            match did_you_mean(name.as_str(), known.iter().map(String::as_str)) {
                Some(meant) => fault.help(format!("did you mean `{meant}`?")),
                None => fault,
            }
        })
        .collect()
}

fn jobs(asked: &Asked<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let own = &asked.workflows.jobs;
    for (name, job) in own {
        let there = generated(job.workflow);
        let taken = there.contains(&name.as_str())
            || ["live-plan", "development", "staging", "production"]
                .iter()
                .any(|start| name.as_str().starts_with(start));
        if taken {
            found.push(
                Diagnostic::error(Fault::BadName)
                    .at(asked.at(&["jobs", name.as_str()]))
                    .label(format!("generated jobs are called `{name}`, or begin so"))
                    .help("choose another name"),
            );
        }
        if asked.ci.issuer != Issuer::Github {
            found.push(
                Diagnostic::error(Fault::NotYet)
                    .at(asked.at(&["jobs", name.as_str()]))
                    .label("jobs of one's own are added at GitHub alone")
                    .help("write them into .gitlab-ci.yml, beside the `include:` of .gitlab/gen.yml"),
            );
        }
        for (index, needed) in job.needs.iter().enumerate() {
            let sibling =
                own.get(needed).is_some_and(|other| other.workflow == job.workflow && needed < name);
            if !sibling && !there.contains(&needed.as_str()) {
                found.push(
                    Diagnostic::error(Fault::UnknownName)
                        .at(asked.at(&["jobs", name.as_str(), "needs"]))
                        .label(format!("needs[{index}]: no job `{needed}` comes before it"))
                        .help(format!(
                            "there are {}, and jobs of one's own whose names sort before it",
                            there.join(", ")
                        )),
                );
            }
        }
    }
    found
}
