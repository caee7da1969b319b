//! `--format matrix`: jobs for a matrix of GitHub Actions.

use std::collections::BTreeMap;

use gen_core::affected::pack::{MOST, pack};
use serde::Serialize;

use super::{Body, TargetDoc};

/// What `strategy.matrix` takes.
#[derive(Serialize)]
struct Matrix<'a> {
    include: Vec<Job<'a>>,
}

/// A job: targets of one environment and wave.
#[derive(Serialize)]
struct Job<'a> {
    environment: &'a str,
    targets: String,
    protected: bool,
    /// Jobs of a wave wait for those of earlier ones.
    wave: usize,
    /// The targets are gone: there is nothing to apply.
    removed: bool,
}

/// The line; none where there are more environments and waves than jobs may be.
pub(super) fn matrix(body: &Body) -> Option<String> {
    let mut groups: BTreeMap<(bool, usize, &str), Vec<&TargetDoc>> = BTreeMap::new();
    for (removed, targets) in [(false, &body.targets), (true, &body.removed)] {
        for target in targets {
            groups.entry((removed, target.wave, &target.environment)).or_default().push(target);
        }
    }
    let include = pack(&groups, MOST)?
        .into_iter()
        .map(|((removed, wave, environment), targets)| {
            let names: Vec<&str> = targets.iter().map(|target| target.target.as_str()).collect();
            let protected = targets.iter().any(|target| target.protected);
            Job { environment, targets: names.join(" "), protected, wave, removed }
        })
        .collect();
    serde_json::to_string(&Matrix { include }).ok().map(|line| line + "\n")
}

#[cfg(test)]
mod tests {
    use super::super::RootDoc;
    use super::*;

    fn target(stack: usize, environment: &str, wave: usize) -> TargetDoc {
        TargetDoc {
            target: format!("s{stack}/{environment}"),
            stack: format!("s{stack}"),
            environment: environment.to_owned(),
            protected: environment == "prod",
            wave,
            dependent: false,
            roots: vec![RootDoc { name: "data-aws".to_owned(), changed: true }],
            why: Vec::new(),
        }
    }

    #[test]
    fn a_thousand_roots_become_at_most_256_jobs() {
        let targets: Vec<TargetDoc> =
            (0..500).flat_map(|stack| [target(stack, "dev", stack % 2), target(stack, "prod", 1)]).collect();
        let body = Body { targets, removed: vec![target(7, "old", 0)], ..Body::default() };
        let line = matrix(&body).expect("few environments");
        assert_eq!(line.lines().count(), 1);
        let read: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        let jobs = read["include"].as_array().expect("jobs");
        assert!(jobs.len() <= 256, "{}", jobs.len());
        let mut seen = Vec::new();
        for job in jobs {
            for name in job["targets"].as_str().expect("text").split(' ') {
                let (_, environment) = name.split_once('/').expect("a target");
                assert_eq!(job["environment"], environment);
                assert_eq!(job["protected"], environment == "prod");
                assert_eq!(job["removed"], environment == "old");
                seen.push(name.to_owned());
            }
        }
        seen.sort();
        let mut all: Vec<String> =
            body.targets.iter().chain(&body.removed).map(|target| target.target.clone()).collect();
        all.sort();
        assert_eq!(seen, all);
    }
}
