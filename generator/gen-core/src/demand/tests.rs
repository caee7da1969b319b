//! What is asked, of whom, and why.

use super::demand;
use crate::check::{Origin, Requirement, Site};
use crate::diag::Diagnostic;
use crate::model::capability::Severity;
use crate::testing::{APP, DEV, Models};

fn asked(models: &Models, target: &str) -> (Vec<Requirement>, Vec<Diagnostic>) {
    let repository = models.repository();
    let dictionary = repository.dictionary.as_ref().expect("a dictionary").value.clone();
    demand(&repository, &dictionary, &models.target(target))
}

/// What is asked of a component in one respect.
fn of(models: &Models, component: &str, capability: &str) -> Vec<Requirement> {
    let (found, faults) = asked(models, "app/dev");
    assert_eq!(faults, []);
    let wanted = |asked: &Requirement| {
        asked.component.as_str() == component && asked.capability.as_str() == capability
    };
    found.into_iter().filter(wanted).collect()
}

#[test]
fn what_is_asked_twice_is_asked_once_with_both_reasons() {
    let models = Models::new().with(
        APP,
        "workloads:",
        "needs: {db: {db.postgres.cmk: true, db.postgres.version: [\"16\", \"17\"]}}\nworkloads:",
    );
    let [asked] = &of(&models, "db", "db.postgres.cmk")[..] else { panic!("one requirement") };
    let origins: Vec<_> = asked.origins.iter().map(|(origin, _)| origin).collect();
    assert_eq!(origins, [&Origin::ComponentType, &Origin::Needs]);
    assert!(asked.origins.iter().all(|(_, place)| place.is_some()));
    // Two values are two questions.
    let versions = of(&models, "db", "db.postgres.version");
    let values: Vec<String> = versions.iter().map(|asked| asked.value.to_string()).collect();
    assert_eq!(values, [r#"["16","17"]"#, r#"["16"]"#]);
}

#[test]
fn a_lack_is_as_bad_as_the_dictionary_says_for_the_tier() {
    let severity = |tier: &str| {
        let models = Models::new().with(DEV, "tier: development", &format!("tier: {tier}"));
        let entry = models.repository().dictionary.expect("a dictionary").value.clone();
        let capability = entry.capabilities.iter().find(|(id, _)| id.as_str() == "s3.encryption");
        let (_, capability) = capability.expect("a capability");
        let [asked] = &of(&models, "files", "s3.encryption")[..] else { panic!("one requirement") };
        assert_eq!(asked.severity, capability.severity(models.target("app/dev").tier()), "{tier}");
        asked.severity
    };
    assert!(
        severity("development") <= Severity::Blocking && severity("production") >= severity("development")
    );
}

#[test]
fn copies_are_asked_about_where_they_go() {
    let residency = |tier: &str| {
        let models = Models::new().with(DEV, "tier: development", &format!("tier: {tier}"));
        let found = of(&models, "db", "sov.residency.customer_data");
        let region = |asked: &Requirement| asked.question.region.as_ref().map(ToString::to_string);
        found.iter().map(|asked| (asked.site.clone(), region(asked))).collect::<Vec<_>>()
    };
    let (here, copy) = (Some("eu-central-1".to_owned()), Some("eu-west-1".to_owned()));
    assert_eq!(residency("development"), [(Site::Primary, here.clone())]);
    assert_eq!(residency("production"), [(Site::Primary, here), (Site::Copy, copy)]);
}

#[test]
fn who_operates_answers_for_software_and_the_product_for_its_features() {
    let models = Models::new().with(
        DEV,
        "bind: {default: {provider: aws}}",
        "bind: {default: {provider: aws}, db: {product: cnpg, host: cluster}}",
    );
    let subject = |capability: &str| of(&models, "db", capability)[0].question.subject.to_string();
    assert_eq!(subject("sov.residency.customer_data"), "aws");
    assert_eq!(subject("db.postgres.cmk"), "cnpg");
    let [asked] = &of(&models, "cluster", "k8s.network_policy")[..] else { panic!("one requirement") };
    // The service that the provider's module uses is the one that facts have to be about.
    assert_eq!(asked.question.service.as_deref(), Some("eks-ec2-linux"));
}

#[test]
fn objectives_ask_for_recovery_as_far_as_data_is_kept() {
    for (tier, retain, rpo, window) in [
        ("development", "90d", "5m", Some("7d")),
        ("production", "90d", "5m", Some("35d")),
        ("production", "10d", "5m", Some("10d")),
        ("production", "90d", "2d", None),
    ] {
        let models = Models::new().with(DEV, "tier: development", &format!("tier: {tier}")).with(
            APP,
            "retain: 90d, rpo: 5m",
            &format!("retain: {retain}, rpo: {rpo}"),
        );
        let found = of(&models, "db", "db.postgres.pitr");
        let windows: Vec<_> = found.iter().map(|asked| asked.value["window"].as_str()).collect();
        assert_eq!(windows, window.into_iter().map(Some).collect::<Vec<_>>(), "{tier} {retain} {rpo}");
    }
}

#[test]
fn locks_ask_for_their_mode_and_for_how_long() {
    let models = Models::new().with(
        APP,
        "retain: 1y, rpo: 1d",
        "retain: 7y, worm: compliance, legal_hold: true, rpo: 1d",
    );
    let value = |capability: &str| of(&models, "files", capability)[0].value.to_string();
    assert_eq!(value("s3.object_lock.modes"), r#"["compliance"]"#);
    assert_eq!(value("s3.object_lock.max_retention"), r#"{"period":"2557d"}"#);
    assert_eq!(value("s3.object_lock.legal_hold"), "true");
    let place = of(&models, "files", "s3.object_lock.max_retention")[0].origins[0].1.clone();
    assert_eq!(place.expect("a place").file.as_ref(), APP);
}

#[test]
fn a_need_that_the_dictionary_does_not_know_is_a_fault() {
    let models = Models::new().with(APP, "workloads:", "needs: {db: {db.postgres.cmkk: true}}\nworkloads:");
    let (_, faults) = asked(&models, "app/dev");
    let [fault] = &faults[..] else { panic!("one fault: {faults:?}") };
    assert_eq!(fault.label, "the dictionary has no capability `db.postgres.cmkk`");
    assert_eq!(fault.notes, [("help", "did you mean `db.postgres.cmk`?".to_owned())]);
}

#[test]
fn where_data_may_be_is_asked_of_its_copies_by_profiles_and_needs_too() {
    let models = Models::new().with(DEV, "tier: development", "tier: production").with(
        APP,
        "workloads:",
        "needs: {db: {sov.residency.customer_data: [DE]}}\nworkloads:",
    );
    let found = of(&models, "db", "sov.residency.customer_data");
    let of_needs =
        found.iter().filter(|asked| asked.origins.iter().any(|(origin, _)| *origin == Origin::Needs));
    let sites: Vec<_> = of_needs.map(|asked| asked.site.clone()).collect();
    assert_eq!(sites, [Site::Primary, Site::Copy]);
}

#[test]
fn a_stand_in_softens_what_the_type_asks_for_and_nobody_elses_word() {
    let bind = "bind: {default: {provider: aws}, ci: {provider: aws, via: {aws: {existing: {openbao: \"https://bao.example.org\"}}}}}";
    let severity = |profile: &str| {
        let models = Models::new().with(DEV, "bind: {default: {provider: aws}}", bind).with(
            DEV,
            "profile: standard",
            &format!("profile: {profile}"),
        );
        let found = of(&models, "ci", "iam.oidc.workload_federation");
        let [asked] = &found[..] else { panic!("one requirement: {found:?}") };
        asked.severity
    };
    // `standard` asks for federation in its own name, `byo` does not.
    assert_eq!((severity("standard"), severity("byo")), (Severity::Blocking, Severity::Degraded));
}
