use crate::check::check;
use crate::kind::terraform::Terraform;
use crate::model::names::{ProfileName, SubjectName};
use crate::prove::prepare;
use crate::resolve::{TargetId, WhatIf};
use crate::testing::{DEV, Models};

use super::action::{Action, Phase};
use super::*;

/// An environment beside `dev`, in another country under another name.
const IRELAND: &str = "version: 1
tier: development
profile: standard
accounts: {aws: account}
location: {country: IE, data: [EU]}
domain: ireland.example.org
bind: {default: {provider: aws}}
";
/// Another account at the same provider.
const OTHER: &str = "version: 1
tier: development
profile: standard
account: {id: \"222222222222\", alerts: [a@example.org]}
location: {country: DE, data: [EU]}
bind: {default: {provider: aws}}
";

fn side(models: &Models, env: &str, what_if: &WhatIf) -> (Target, Report, Vec<Root>, Matrix) {
    let repository = models.repository();
    let wanted = |id: &TargetId| id.to_string() == format!("app/{env}");
    let (ground, faults) = prepare(&repository, what_if, None, &wanted);
    let ground = ground.unwrap_or_else(|| panic!("{faults:?}"));
    let target = ground.targets.into_iter().next().unwrap_or_else(|| panic!("{faults:?}"));
    let (terraform, _) = Terraform::new(&repository);
    let (roots, _) = terraform.roots(&target);
    let (target, report) = match check(&repository, &ground.matrix, target).0 {
        Ok(checked) => (checked.target().clone(), checked.report().clone()),
        Err(refused) => (refused.target, refused.report),
    };
    (target, report, roots, ground.matrix)
}

/// The guide from `dev` to another environment, or to `dev` bound otherwise.
fn guided(models: &Models, env: &str, provider: Option<&str>) -> Guide {
    let provider = provider.map(|name| (None, SubjectName::parse(name).expect("a name")));
    guided_by(models, env, &WhatIf { profile: None, providers: provider.into_iter().collect() })
}

fn guided_by(models: &Models, env: &str, what_if: &WhatIf) -> Guide {
    let (old, old_report, old_roots, _) = side(models, "dev", &WhatIf::default());
    let (new, report, roots, matrix) = side(models, env, what_if);
    let before = Standing { target: &old, report: &old_report, roots: &old_roots };
    let after = Standing { target: &new, report: &report, roots: &roots };
    guide(&models.repository(), &matrix, before, after, &[])
}

fn with(environment: &str) -> Models {
    Models::new().and("stacks/app/environments/next.yaml", environment)
}

fn roots_of(guide: &Guide, wanted: impl Fn(&Action) -> Option<&action::RootPart>) -> Vec<&str> {
    guide.steps.iter().filter_map(|step| Some(wanted(&step.action)?.root.as_str())).collect()
}

fn applied(guide: &Guide) -> Vec<&str> {
    roots_of(guide, |action| if let Action::Apply(part) = action { Some(part) } else { None })
}

fn shrunk(guide: &Guide) -> Vec<&str> {
    roots_of(guide, |action| if let Action::Shrink(part) = action { Some(part) } else { None })
}

fn destroyed(guide: &Guide) -> Vec<&str> {
    roots_of(guide, |action| if let Action::Destroy(part) = action { Some(part) } else { None })
}

/// Faults that are in the way, in words.
fn clashes(guide: &Guide) -> Vec<&str> {
    let faults = guide.obstacles.iter().filter_map(|found| match found {
        Obstacle::Fault { what } => Some(what.as_str()),
        _ => None,
    });
    faults.collect()
}

const ROOTS: [&str; 4] = ["network-aws", "data-aws", "cluster-aws", "edge-aws"];

#[test]
fn roots_of_another_environment_lie_beside() {
    let guide = guided(&with(IRELAND), "next", None);
    assert_eq!(clashes(&guide), Vec::<&str>::new());
    assert_eq!(applied(&guide), ROOTS);
    // Applied without its components, a root of the old name would destroy what was just made.
    assert_eq!(shrunk(&guide), Vec::<&str>::new());
    assert!(destroyed(&guide).contains(&"data-aws"), "{:?}", destroyed(&guide));
    // Its states begin in its own store: nothing is moved there.
    let moved = |step: &&Step| matches!(&step.action, Action::MoveState { roots, .. } if !roots.is_empty());
    assert_eq!(guide.steps.iter().find(moved), None);
}

#[test]
fn another_region_under_one_state_is_in_the_way() {
    let pinned = Models::new().with(DEV, "provider: aws}", "provider: aws, region: eu-west-1}");
    let guide = guided(&pinned, "dev", Some("aws"));
    let clashes = clashes(&guide);
    assert_eq!(clashes.len(), ROOTS.len(), "{clashes:?}");
    assert!(
        clashes.iter().any(|what| what.starts_with(
            "the state of root data-aws is that of what is at eu-west-1: applied at eu-central-1, it destroys"
        )),
        "{clashes:?}"
    );
}

#[test]
fn an_environment_that_is_bound_alike_makes_its_own() {
    let twin = IRELAND.replace("IE", "DE");
    let guide = guided(&with(&twin), "next", None);
    assert_eq!(applied(&guide), ROOTS);
    // The account is one, and so are its store of states and its trust in CI.
    let stays: Vec<&str> = guide.stays.iter().map(ComponentName::as_str).collect();
    assert_eq!(stays, ["ci", "state"]);
    let trusts = |step: &Step| matches!(step.action, Action::TrustCi { .. } | Action::LogIn { .. });
    assert!(!guide.steps.iter().any(trusts));
    let copy =
        guide.steps.iter().find(|step| matches!(step.action, Action::CopyRows { .. })).expect("a copy");
    assert_eq!(
        words::said(&guide, copy).title,
        "Replicate app of db from aws eu-central-1 of app/dev to aws eu-central-1 of app/next"
    );

    // What runs on a cluster comes and goes with it.
    let bind = ["provider: aws}", "provider: aws}, db: {product: cnpg, host: cluster}"];
    let hosted = with(&twin.replace(bind[0], bind[1])).with(DEV, bind[0], bind[1]);
    let guide = guided(&hosted, "next", None);
    let db = guide.moves.iter().find(|moved| moved.component.as_str() == "db").expect("db moves");
    assert_eq!(db.why, Why::With(ComponentName::parse("cluster").expect("a name")));
    assert!(!guide.steps.iter().any(|step| matches!(step.action, Action::Remove { .. })));

    let other = with(&twin.replace("aws: account", "aws: other"))
        .and("stacks/foundation/environments/other.yaml", OTHER);
    let guide = guided(&other, "next", None);
    assert_eq!(guide.stays, []);
    assert!(guide.steps.iter().any(trusts));
}

/// As a move, it would apply the roots as they are, and then take everything out of them.
#[test]
fn copies_that_go_elsewhere_move_nothing() {
    let german = "version: 1\nextends: standard\nallow: {places: [DE]}\nunknown: {blocking: refuse, degraded: warn, advisory: note}\nwaivers: {longest: 14d, approvers: 2}\n";
    let models = Models::new().and("profiles/german.yaml", german);
    let what_if = WhatIf { profile: ProfileName::parse("german").ok(), providers: Vec::new() };
    let copy = |what_if: &WhatIf| {
        let (target, ..) = side(&models, "dev", what_if);
        target.regions(&ComponentName::parse("db").expect("a name")).1.cloned()
    };
    assert_ne!(copy(&WhatIf::default()), copy(&what_if));
    let guide = guided_by(&models, "dev", &what_if);
    assert_eq!((guide.moves, guide.steps), (vec![], vec![]));
}

#[test]
fn nothing_moves_between_an_environment_and_itself() {
    let guide = guided(&Models::new(), "dev", None);
    assert_eq!((guide.moves, guide.steps), (vec![], vec![]));
}

#[test]
fn names_that_clients_know_are_those_that_are_switched() {
    let guide = guided(&with(IRELAND), "next", None);
    let lowered = |step: &&Step| matches!(step.action, Action::LowerTtl { .. });
    let switched = |step: &&Step| matches!(step.action, Action::SwitchNames { .. });
    let lowered = words::said(&guide, guide.steps.iter().find(lowered).expect("lower"));
    let switched = words::said(&guide, guide.steps.iter().find(switched).expect("switch"));
    assert_eq!(lowered.title, "Lower the TTL of web.dev.example.org to 60 s");
    assert_eq!(switched.title, "Point web.dev.example.org at aws eu-west-1");
    let told =
        switched.details.iter().any(|detail| detail.starts_with("tell clients web.ireland.example.org:"));
    assert!(told, "{switched:?}");
}

/// What exchanges CI's tokens is installed by the guide itself.
const SOVEREIGN: &str = "version: 1
tier: development
profile: standard
planned: true
accounts: {scaleway: scaleway}
location: {country: FR, data: [EU]}
domain: next.example.org
bind:
  default: {provider: scaleway}
  secrets: {product: openbao, host: cluster}
  ci: {provider: scaleway, via: {scaleway: {existing: {openbao: \"https://bao.example.org\"}}}}
";
const SCALEWAY: &str = "version: 1
tier: development
profile: standard
account: {id: 33333333-3333-4333-8333-333333333333, alerts: [a@example.org]}
location: {country: FR, data: [EU]}
bind: {default: {provider: scaleway}}
";

#[test]
fn ci_is_trusted_once_what_it_needs_for_that_runs() {
    let path = "stacks/foundation/environments/scaleway.yaml";
    let at = |guide: &Guide, wanted: &dyn Fn(&Action) -> bool| {
        guide.steps.iter().position(|step| wanted(&step.action))
    };
    let (login, trust) = (
        |action: &Action| matches!(action, Action::LogIn { .. }),
        |action: &Action| matches!(action, Action::TrustCi { .. }),
    );
    let guide = guided(&with(SOVEREIGN).and(path, SCALEWAY), "next", None);
    let first = at(&guide, &|action| matches!(action, Action::Apply(_))).expect("a root");
    let installed = at(
        &guide,
        &|action| matches!(action, Action::Install { product, .. } if product.as_str() == "openbao"),
    );
    let (login_at, trust_at) = (at(&guide, &login), at(&guide, &trust));
    assert!(login_at < Some(first) && installed.is_some() && installed < trust_at, "{:#?}", guide.steps);
    let login = guide.steps.iter().find(|step| login(&step.action)).expect("a login");
    let said = words::said(&guide, login).details.join("\n");
    assert!(said.contains("until openbao runs on the new side"), "{said}");

    // One that is there already is no reason to wait.
    let elsewhere = SOVEREIGN.replace("  secrets: {product: openbao, host: cluster}\n", "");
    let guide = guided(&with(&elsewhere).and(path, SCALEWAY), "next", None);
    let trust = guide.steps.iter().find(|step| trust(&step.action)).expect("trust");
    assert_eq!(trust.phase, Phase::Prepare);
}
