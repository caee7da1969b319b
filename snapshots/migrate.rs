//! The guide from one binding to another: what people read, and what holds for every guide there can be.

use std::collections::{BTreeMap, BTreeSet};

use gen_core::check::{Checked, Refused, Report, check};
use gen_core::kind::terraform::Terraform;
use gen_core::load::Repository;
use gen_core::migrate::action::{Action, Phase, Undo};
use gen_core::migrate::{Guide, Obstacle, Standing, Step, guide, words};
use gen_core::model::component::ComponentType;
use gen_core::model::names::{ComponentName, ProfileName};
use gen_core::prove::prepare;
use gen_core::resolve::{Had, Target, WhatIf};
use serde_json::Value;

use crate::cli;

fn target(repository: &Repository, what_if: &WhatIf) -> Option<(Target, Report, gen_core::check::Matrix)> {
    let wanted = |id: &gen_core::resolve::TargetId| id.to_string() == "control-plane/prod";
    let (ground, _) = prepare(repository, what_if, None, &wanted);
    let ground = ground?;
    let (outcome, _) = check(repository, &ground.matrix, ground.targets.into_iter().next()?);
    let (target, report) = match outcome {
        Ok(checked) => (Checked::target(&checked).clone(), checked.report().clone()),
        Err(refused) => {
            let Refused { target, report } = *refused;
            (target, report)
        }
    };
    Some((target, report, ground.matrix))
}

/// Every guide from production to a profile with a provider, and to each product that one of its components could be.
fn every_guide(repository: &Repository) -> Vec<(String, Guide)> {
    let (old, old_report, _) = target(repository, &WhatIf::default()).expect("production");
    let (terraform, _) = Terraform::new(repository);
    let (old_roots, _) = terraform.roots(&old);
    let mut questions: Vec<WhatIf> = Vec::new();
    for profile in ["standard", "sovereign", "byo"] {
        for provider in repository.providers.keys() {
            let profile = ProfileName::parse(profile).expect("a profile");
            questions.push(WhatIf { profile: Some(profile), providers: vec![(None, provider.clone())] });
        }
    }
    for component in old.components.values() {
        let fitting =
            repository.products.iter().filter(|(_, file)| file.value.provides.contains(&component.kind()));
        questions.extend(fitting.map(|(product, _)| WhatIf {
            profile: None,
            providers: vec![(Some(component.name.clone()), product.clone())],
        }));
    }
    let mut guides = Vec::new();
    for what_if in questions {
        let Some((new, report, matrix)) = target(repository, &what_if) else { continue };
        let (roots, _) = terraform.roots(&new);
        let made = guide(
            repository,
            &matrix,
            Standing { target: &old, report: &old_report, roots: &old_roots },
            Standing { target: &new, report: &report, roots: &roots },
            &[],
        );
        guides.push((format!("{what_if:?}"), made));
    }
    guides
}

#[test]
fn every_guide_can_be_followed() {
    let (repository, faults) = gen_core::load::load(&cli::root());
    assert!(faults.is_empty());
    let guides = every_guide(&repository);
    assert!(guides.len() > 40, "{}", guides.len());
    for (question, guide) in &guides {
        let at = |wanted: &dyn Fn(&Action) -> bool| guide.steps.iter().position(|step| wanted(&step.action));
        for (index, step) in guide.steps.iter().enumerate() {
            assert_eq!(step.number, index + 1, "{question}");
            let said = words::said(guide, step);
            let keeps = matches!(step.action, Action::Keep { .. });
            assert!(!step.seen.is_empty() || keeps, "{question}: nothing is looked at behind {}", said.title);
            for text in said.details.iter().chain(&said.seen).chain([&said.title, &said.undo]) {
                assert!(
                    !text.is_empty() && !text.contains("  ") && !text.contains("nothing at"),
                    "{question}: {text:?}"
                );
                assert!(text.len() < 400, "{question}: {text}");
            }
        }
        let phases: Vec<Phase> = guide.steps.iter().map(|step| step.phase).collect();
        assert!(phases.is_sorted(), "{question}");
        // What a component stands on is there before it.
        let mut seen: BTreeSet<&ComponentName> = guide.stays.iter().collect();
        for moved in &guide.moves {
            if let Had::Hosted { host, .. } = &moved.to {
                assert!(seen.contains(host), "{question}: {} before its host {host}", moved.component);
            }
            seen.insert(&moved.component);
        }
        // Data that moves is copied before the freeze, is caught up in it, and its writers start behind it.
        let data = |kind: ComponentType| guide.moves.iter().filter(move |moved| moved.kind == kind);
        let stops = at(&|action| matches!(action, Action::StopWriters { .. }));
        let starts = at(&|action| matches!(action, Action::Start { .. }));
        for moved in data(ComponentType::Postgres).chain(data(ComponentType::ObjectStore)) {
            let of = |wanted: &dyn Fn(&Action) -> bool| {
                guide.steps.iter().position(|step| {
                    step.component.as_ref() == Some(&moved.component) && wanted(&step.action)
                })
            };
            let copy = of(&|action| matches!(action, Action::CopyRows { .. } | Action::CopyObjects { .. }));
            let rest = of(&|action| matches!(action, Action::CatchUp { .. } | Action::CopyRest));
            assert!(
                copy.is_some() && copy < stops && stops < rest && rest < starts,
                "{question}: {}",
                moved.component
            );
        }
        // Nobody runs on the new side before the switch, and secrets are never copied.
        let moves = |kind: ComponentType| data(kind).next().is_some();
        if moves(ComponentType::Secrets) {
            let issued = at(&|action| matches!(action, Action::IssueSecrets { .. }));
            let revoked = at(&|action| matches!(action, Action::RevokeSecrets { .. }));
            assert!(issued.is_some() && issued < starts && starts < revoked, "{question}");
        }
        if moves(ComponentType::ObjectStore) {
            let kept = guide.steps.iter().find_map(|step| match &step.action {
                Action::Keep { components, until, days: 2557, .. } => Some((components, until)),
                _ => None,
            });
            let (components, until) = kept.expect("locked evidence is kept where it is");
            assert_eq!(until.to_string(), guide.day.plus_days(2557).to_string(), "{question}");
            for step in &guide.steps {
                if let Action::Destroy(part) | Action::Shrink(part) = &step.action {
                    let destroyed = part.components.iter().any(|name| components.contains(name));
                    assert!(!destroyed, "{question}: {} destroys what is kept", step.number);
                }
            }
        }
        // There is one point of no return, unless the old side stays for its locks; before it every step has a way back that loses nothing.
        let last = guide.steps.iter().filter(|step| step.no_return).count();
        let removes = |step: &Step| {
            step.phase == Phase::Retire
                && !matches!(step.action, Action::Keep { .. } | Action::DropTrust { .. })
        };
        assert_eq!(last, usize::from(guide.steps.iter().any(removes)), "{question}");
        for step in guide.steps.iter().take_while(|step| !step.no_return) {
            let lossy = matches!(step.undo, Undo::Never | Undo::OtherDirection)
                || matches!(step.undo, Undo::SwitchBack { rows_flow_back: false, .. });
            assert!(!lossy, "{question}: step {}", step.number);
        }
        // Unknowns that block come first.
        let rank = |obstacle: &Obstacle| !matches!(obstacle, Obstacle::Unknown(_));
        assert!(guide.obstacles.iter().map(rank).is_sorted(), "{question}");
        // Each component either moves or stays.
        let all: BTreeSet<_> = guide.moves.iter().map(|moved| &moved.component).chain(&guide.stays).collect();
        assert_eq!(all.len(), guide.moves.len() + guide.stays.len(), "{question}");
    }
    let kinds: BTreeMap<String, usize> =
        guides.iter().flat_map(|(_, guide)| &guide.steps).fold(BTreeMap::new(), |mut counts, step| {
            let value = serde_json::to_value(&step.action).expect("JSON");
            *counts.entry(value["kind"].as_str().expect("a kind").to_owned()).or_default() += 1;
            counts
        });
    assert!(kinds.len() >= 28, "{kinds:?}");
}

#[test]
fn guides_read_well() {
    let compare = |arguments: &[&str]| {
        let all = [&["profile", "compare", "-s", "control-plane", "-e", "prod"], arguments].concat();
        let said = cli::run(&cli::root(), &all);
        said.text()
    };
    for (name, arguments) in [
        ("migrate-sovereign", &["--to", "--profile", "sovereign", "--provider", "scaleway"][..]),
        ("migrate-database", &["--to", "--provider", "db=cnpg"]),
        ("migrate-nothing", &["--to"]),
        ("migrate-impossible", &["--to", "--profile", "sovereign"]),
        ("migrate-unknown", &["--to=prdo"]),
        ("migrate-markdown", &["--to", "--provider", "db=cnpg", "--format", "markdown"]),
    ] {
        cli::golden(name, &compare(arguments));
    }
}

#[test]
fn guides_fit_their_schema() {
    let schema = cli::run(&cli::root(), &["schema", "output/profile-migrate"]).out;
    let schema: Value = serde_json::from_str(&schema).expect("a schema");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for arguments in
        [&["--provider", "scaleway"][..], &["--provider", "db=cnpg"], &["--profile", "sovereign"]]
    {
        let all = [
            &["profile", "compare", "-s", "control-plane", "-e", "prod", "--to", "--format", "json"],
            arguments,
        ]
        .concat();
        let said = cli::run(&cli::root(), &all);
        let document: Value = serde_json::from_str(&said.out).expect("JSON");
        let faults: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(faults.is_empty(), "{arguments:?}: {faults:?}");
        let steps = document["guide"]["steps"].as_array().map_or(0, Vec::len);
        assert_eq!(steps, document["said"].as_array().map_or(0, Vec::len), "{arguments:?}");
    }
}

/// Days are counted from the day that was asked for.
#[test]
fn a_later_day_keeps_evidence_longer() {
    let until = |day: &str| {
        let said = cli::run(
            &cli::root(),
            &[
                "profile",
                "compare",
                "-s",
                "control-plane",
                "-e",
                "prod",
                "--to",
                "--provider",
                "scaleway",
                "--today",
                day,
                "--format",
                "json",
            ],
        );
        let document: Value = serde_json::from_str(&said.out).expect("JSON");
        let steps = document["guide"]["steps"].as_array().expect("steps").clone();
        let keep =
            steps.into_iter().find(|step| step["action"]["because"] == "locks").expect("a store is kept");
        keep["action"]["until"].as_str().expect("a day").to_owned()
    };
    assert_eq!(until("2026-12-01"), "2033-12-01");
    assert_eq!(until("2027-03-01"), "2034-03-01");
}
