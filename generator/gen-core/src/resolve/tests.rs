//! How components are had, where they are, and who lives in which account.

use super::{Bound, Target, WhatIf, binding_to};
use crate::diag::{Diagnostic, Fault};
use crate::model::names::{ComponentName, ProfileName, RegionName, SubjectName};
use crate::model::profile::OnUnknown;
use crate::testing::{ACCOUNT_FILE, APP, DEV, Models};

/// A provider with regions in three countries, each with somewhere for copies.
const ACME: &str = "version: 1
name: Acme
places:
  de-1: {country: DE, copies: [fr-1, de-2, ie-1]}
  de-2: {country: DE}
  fr-1: {country: FR, copies: [fr-1]}
  ie-1: {country: IE}
";

fn acme() -> Models {
    Models::new().and("profiles/providers/acme.yaml", ACME).with(
        DEV,
        "bind: {default: {provider: aws}}",
        "bind: {default: {provider: acme}}",
    )
}

fn component(name: &str) -> ComponentName {
    ComponentName::parse(name).expect("a name")
}

fn subject(name: &str) -> SubjectName {
    SubjectName::parse(name).expect("a name")
}

/// Region and copy of a component.
fn regions(target: &Target, name: &str) -> (Option<String>, Option<String>) {
    let name = component(name);
    let (region, copy) = target.regions(&name);
    (region.map(RegionName::to_string), copy.map(RegionName::to_string))
}

fn said(found: &[Diagnostic]) -> Vec<(Fault, &str)> {
    found.iter().map(|fault| (fault.fault, fault.label.as_str())).collect()
}

#[test]
fn copies_go_where_data_may_be_and_the_profile_allows() {
    let ours = "version: 1\nextends: standard\nallow: {places: [DE, IE]}\nunknown: {blocking: refuse, degraded: warn, advisory: note}\nwaivers: {longest: 14d, approvers: 2}\n";
    for (data, profile, copy) in [
        ("[EU]", "standard", Some("fr-1")),
        ("[DE]", "standard", Some("de-2")),
        ("[IE]", "standard", Some("de-2")),
        ("[EU]", "ours", Some("de-2")),
    ] {
        let models = acme()
            .and("profiles/ours.yaml", ours)
            .with(DEV, "data: [EU]", &format!("data: {data}"))
            .with(DEV, "profile: standard", &format!("profile: {profile}"));
        let found = regions(&models.target("app/dev"), "db");
        assert_eq!(found, (Some("de-1".to_owned()), copy.map(str::to_owned)), "{data} {profile}");
    }
    let nowhere = acme().with(
        DEV,
        "bind: {default: {provider: acme}}",
        "bind: {default: {provider: acme, region: de-2}}",
    );
    assert_eq!(regions(&nowhere.target("app/dev"), "db"), (Some("de-2".to_owned()), None));
}

#[test]
fn what_is_bound_by_default_stays_in_the_country() {
    let default = "bind: {default: {provider: acme}}";
    let (targets, found) = acme().with(DEV, "country: DE", "country: NL").targets(&WhatIf::default());
    assert!(!targets.contains_key("app/dev"));
    assert!(found.iter().all(|fault| fault.fault == Fault::NoPlace), "{:?}", said(&found));
    assert!(said(&found).contains(&(Fault::NoPlace, "what is bound by default would have to be in NL")));
    // What is bound by name may be wherever its data may.
    let named = acme().with(DEV, "country: DE", "country: IE").with(DEV, "data: [EU]", "data: [FR]").with(
        DEV,
        default,
        "bind: {default: {provider: acme}, db: {provider: acme}, files: {provider: acme, region: fr-1}}",
    );
    let target = named.target("app/dev");
    assert_eq!(regions(&target, "db").0.as_deref(), Some("ie-1"));
    assert_eq!(regions(&target, "files").0.as_deref(), Some("fr-1"));
}

#[test]
fn home_is_where_the_default_is_pinned_whatever_single_components_do() {
    let home = |models: &Models| {
        let file = models.repository().providers.remove(&subject("acme")).expect("a provider");
        models.target("app/dev").home_region(&subject("acme"), &file.value).map(RegionName::to_string)
    };
    let default = "bind: {default: {provider: acme}}";
    assert_eq!(home(&acme()).as_deref(), Some("de-1"));
    let elsewhere = "bind: {default: {provider: acme}, db: {provider: acme, region: fr-1}, files: {provider: acme, region: fr-1}, cluster: {provider: acme, region: fr-1}, network: {provider: acme, region: fr-1}}";
    assert_eq!(home(&acme().with(DEV, default, elsewhere)).as_deref(), Some("de-1"));
    let pinned = "bind: {default: {provider: acme, region: de-2}}";
    assert_eq!(home(&acme().with(DEV, default, pinned)).as_deref(), Some("de-2"));
}

#[test]
fn software_with_one_usual_product_needs_no_binding() {
    let models = Models::new()
        .with(APP, "databases: [app]", "databases: [app, flow, seen]")
        .with(APP, "  secrets: {type: secrets}", "  secrets: {type: secrets}\n  flow: {type: temporal, stores: {default: db/flow, visibility: db/seen}, shards: 512}");
    let bound = &models.target("app/dev").components["flow"].bound;
    assert_eq!(*bound, Bound::Hosted { product: subject("temporal"), host: component("cluster") });
}

#[test]
fn settings_of_the_environment_lie_over_those_of_the_stack() {
    let models = Models::new().with(DEV, "bind:", "data: {records: {retain: 30d, rpo: 1h}}\nbind:");
    let target = models.target("app/dev");
    let of = |name: &str| {
        let (_, class) = target.data.iter().find(|(known, _)| known.as_str() == name).expect(name);
        (class.retain.to_string(), class.rpo.to_string(), class.rto.to_string())
    };
    assert_eq!(of("records"), ("30d".to_owned(), "1h".to_owned(), "1h".to_owned()));
    assert_eq!(of("uploads"), ("1y".to_owned(), "1d".to_owned(), "1d".to_owned()));
}

#[test]
fn locked_data_is_kept_as_long_as_the_stack_says_where_customers_depend_on_it() {
    let locked = |tier: &str, retain: &str| {
        let models = Models::new()
            .with(APP, "in: files, retain: 1y,", "in: files, retain: 1y, worm: compliance,")
            .with(DEV, "tier: development", &format!("tier: {tier}"))
            .with(DEV, "bind:", &format!("data: {{uploads: {{retain: {retain}}}}}\nbind:"));
        let (_, found) = models.targets(&WhatIf::default());
        found.iter().any(|fault| fault.label == "shorter than the stack asks for")
    };
    assert!(locked("production", "30d") && !locked("production", "2y") && !locked("development", "30d"));
}

#[test]
fn accounts_know_who_lives_in_them() {
    let models = Models::new().with(DEV, "bind:", "protect: {approvers: [o/leads]}\nbind:");
    let target = models.target("foundation/account");
    let consumers: Vec<_> =
        target.consumers.iter().map(|consumer| (consumer.id.to_string(), consumer.protected)).collect();
    assert_eq!(consumers, [("app/dev".to_owned(), true)]);
    let account = &models.target("app/dev").accounts[&subject("aws")];
    assert_eq!(
        (account.foundation.to_string().as_str(), account.id.as_str()),
        ("foundation/account", "111111111111")
    );
}

#[test]
fn an_unreadable_file_may_belong_to_any_account() {
    let models = Models::new().and("stacks/app/environments/late.yaml", "version: 1\n");
    let (targets, found) = models.targets(&WhatIf::default());
    assert_eq!(targets.keys().collect::<Vec<_>>(), ["app/dev"]);
    assert_eq!(found.iter().map(|fault| fault.fault).collect::<Vec<_>>(), [Fault::Entangled]);
}

#[test]
fn an_account_that_nobody_names_is_missed() {
    let (_, found) = Models::new().with(DEV, "accounts: {aws: account}\n", "").targets(&WhatIf::default());
    assert_eq!(
        said(&found),
        [(Fault::MissingKey, "components are bound to `aws`, and no account of it is named")]
    );
    let (_, found) =
        Models::new().with(ACCOUNT_FILE, "account: {", "# account: {").targets(&WhatIf::default());
    assert!(said(&found).contains(&(Fault::MissingKey, "`account` is missing")));
    assert!(said(&found).contains(&(Fault::UnknownName, "no foundation stack has an environment `account`")));
}

#[test]
fn what_if_changes_what_it_names_and_nothing_else() {
    let what_if = WhatIf {
        profile: Some(ProfileName::parse("byo").expect("a name")),
        providers: vec![(Some(component("files")), subject("scaleway"))],
    };
    let (targets, _) = Models::new().targets(&what_if);
    let target = &targets["app/dev"];
    assert_eq!(target.policy.name.as_str(), "byo");
    let of = |name: &str| target.components[name].bound.subject().as_str();
    assert_eq!((of("files"), of("db")), ("scaleway", "aws"));
}

#[test]
fn a_component_is_bound_otherwise_or_not_at_all() {
    let models = Models::new();
    let (repository, target) = (models.repository(), models.target("app/dev"));
    let rebound = |subject: &SubjectName| {
        target.rebound(&repository, &component("db"), &binding_to(&repository, subject))
    };
    let swapped = rebound(&subject("cnpg")).expect("a target");
    let db = &swapped.components["db"].bound;
    assert_eq!(*db, Bound::Hosted { product: subject("cnpg"), host: component("cluster") });
    assert_eq!(swapped.components["files"].bound, target.components["files"].bound);
    // Software that is something else, and somebody nobody knows.
    assert!(rebound(&subject("loki")).is_none() && rebound(&subject("nobody")).is_none());
}

/// What is wrong with models, in words.
fn faults(models: &Models) -> Vec<(Fault, String)> {
    let (_, found) = models.targets(&WhatIf::default());
    found.into_iter().map(|fault| (fault.fault, fault.label)).collect()
}

#[test]
fn what_blocks_is_never_let_pass_by_a_profile() {
    let ours = "version: 1\nunknown: {blocking: note, degraded: note, advisory: note}\nwaivers: {longest: 14d, approvers: 2}\n";
    let models =
        Models::new().and("profiles/ours.yaml", ours).with(DEV, "profile: standard", "profile: ours");
    let (targets, found) = models.targets(&WhatIf::default());
    assert_eq!(said(&found), [(Fault::ProfileLoosens, "always `refuse`")]);
    assert_eq!(targets["app/dev"].policy.unknown.blocking, OnUnknown::Refuse);
}

#[test]
fn keys_of_a_binding_that_say_nothing_are_refused() {
    let bound = |binding: &str| {
        let bind = format!("bind: {{default: {{provider: aws}}, db: {{{binding}}}}}");
        faults(&Models::new().with(DEV, "bind: {default: {provider: aws}}", &bind))
    };
    for (binding, key) in [
        ("product: cnpg, host: cluster, region: us-east-9", "region"),
        ("product: cnpg, host: cluster, operated_by: aws", "operated_by"),
        ("product: cnpg, host: cluster, issuer: gitlab", "issuer"),
        ("provider: aws, host: cluster", "host"),
        ("provider: aws, operated_by: aws", "operated_by"),
        ("provider: aws, issuer: github", "issuer"),
    ] {
        let found = bound(binding);
        let [(Fault::UnclearBinding, label)] = &found[..] else { panic!("{binding}: {found:?}") };
        assert!(label.starts_with(&format!("`{key}` has no meaning here")), "{binding}: {label}");
    }
    assert_eq!(bound("product: cnpg, host: cluster"), []);
}

#[test]
fn tokens_come_from_an_issuer_that_the_profile_allows_though_nobody_names_one() {
    let ours = "version: 1\nextends: standard\nallow: {issuers: [forgejo]}\nunknown: {blocking: refuse, degraded: warn, advisory: note}\nwaivers: {longest: 14d, approvers: 2}\n";
    let models =
        Models::new().and("profiles/ours.yaml", ours).with(DEV, "profile: standard", "profile: ours");
    let github = "`github` is not among the token issuers of this profile";
    assert_eq!(faults(&models), [(Fault::Forbidden, github.to_owned())]);
    let bind = "bind: {default: {provider: aws}, ci: {provider: aws, issuer: forgejo}}";
    assert_eq!(faults(&models.with(DEV, "bind: {default: {provider: aws}}", bind)), []);
}

#[test]
fn an_account_trusts_whom_its_stack_says() {
    let bind = "bind: {default: {provider: aws}, ci: {provider: aws, issuer: gitlab}}";
    let models = Models::new().with(ACCOUNT_FILE, "bind: {default: {provider: aws}}", bind);
    let label = "the stack says that `github` issues the tokens".to_owned();
    assert_eq!(faults(&models), [(Fault::Contradiction, label)]);
}

#[test]
fn names_of_resources_are_those_of_one_target() {
    let stack = Models::new().file(APP).replace("host: web", "host: other");
    let env = Models::new().file(DEV).replace("dev.example.org", "other.example.org");
    let models = Models::new()
        .and("stacks/app/environments/a-b.yaml", &Models::new().file(DEV).replace("dev.", "a-b."))
        .and("stacks/app-a/stack.yaml", &stack)
        .and("stacks/app-a/environments/b.yaml", &env);
    let found = faults(&models);
    let label = |other: &str| format!("resources of {other} would be called `app-a-b` too");
    assert_eq!(found, [(Fault::BadName, label("app-a/b")), (Fault::BadName, label("app/a-b"))]);
}

#[test]
fn an_account_is_made_ready_once() {
    let second = Models::new().file(ACCOUNT_FILE).to_owned();
    let models = Models::new().and("stacks/foundation/environments/second.yaml", &second);
    let label = "foundation/account makes this account ready already".to_owned();
    assert_eq!(faults(&models), [(Fault::Contradiction, label)]);
}

#[test]
fn what_is_not_write_once_is_not_locked_with_what_is() {
    let locked =
        Models::new().with(APP, "in: files, retain: 1y,", "in: files, retain: 1y, worm: compliance,");
    assert_eq!(faults(&locked), []);
    let beside = locked.with(
        APP,
        "components:",
        "  scans: {class: internal, in: files, retain: 30d, rpo: 1d, rto: 1d}\ncomponents:",
    );
    let label = "`uploads` in the same store is write-once, and so would this be".to_owned();
    assert_eq!(faults(&beside), [(Fault::Contradiction, label)]);
    let erased = Models::new().with(
        APP,
        "in: files, retain: 1y,",
        "in: files, retain: 1y, erase: 7d, worm: compliance,",
    );
    let label = "what is write-once cannot be erased before its time is over".to_owned();
    assert_eq!(faults(&erased), [(Fault::Contradiction, label)]);
}

#[test]
fn an_environment_is_at_home_in_one_country() {
    let models = Models::new().with(DEV, "country: DE", "country: EU").with(
        DEV,
        "bind: {default: {provider: aws}}",
        "bind: {default: {provider: aws, region: eu-central-1}}",
    );
    assert_eq!(faults(&models), [(Fault::WrongValue, "`EU` is a group of countries".to_owned())]);
}
