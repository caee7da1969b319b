//! Roots of targets that share what is the same for them.

use super::{Hcl, Terraform};
use crate::load::Repository;
use crate::resolve::{Target, WhatIf, resolve};
use crate::testing::{ACCOUNT_FILE, DEV, Models, checked};

/// An application on AWS whose files are at Scaleway, in `dev` and `other`, which has its keys there too.
fn models() -> Models {
    let default = "bind: {default: {provider: aws}}";
    let accounts = "accounts: {aws: account}";
    let account =
        Models::new().file(ACCOUNT_FILE).replace("111111111111", "c0ffee00-0000-4000-8000-000000000000");
    let models = Models::new()
        .and(
            "stacks/foundation/environments/second.yaml",
            &account.replace("provider: aws", "provider: scaleway"),
        )
        .with(DEV, accounts, "accounts: {aws: account, scaleway: second}")
        .with(DEV, default, "bind: {default: {provider: aws}, files: {provider: scaleway}}");
    let other = models
        .file(DEV)
        .replace("dev.example.org", "other.example.org")
        .replace("files: {provider: scaleway}", "files: {provider: scaleway}, keys: {provider: scaleway}");
    models.and("stacks/app/environments/other.yaml", &other)
}

/// The body of the root that holds `files`.
fn body(terraform: &Terraform<'_>, repository: &Repository, target: &Target) -> String {
    let (roots, faults) = terraform.roots(target);
    assert_eq!(faults, []);
    let holds = |root: &&super::Root| root.components.iter().any(|name| name.as_str() == "files");
    let root = roots.iter().find(holds).expect("a root");
    let file = &repository.providers[&root.provider].value;
    let hcl: std::sync::Arc<Hcl> = terraform.hcl_of(target, root, file).expect("it renders");
    String::from_utf8(hcl.files["main.tf"].bytes().to_vec()).expect("text")
}

#[test]
fn what_targets_share_does_not_depend_on_which_is_rendered_first() {
    let repository = models().repository();
    let (targets, _) = resolve(&repository, &WhatIf::default());
    let app = |env: &str| {
        targets.iter().find(|target| target.id.to_string() == format!("app/{env}")).expect("a target")
    };
    let alone: Vec<String> =
        ["dev", "other"].map(|env| body(&Terraform::new(&repository).0, &repository, app(env))).to_vec();
    assert_ne!(alone[0], alone[1], "one has its keys at the same provider");
    for order in [[0, 1], [1, 0]] {
        let shared = Terraform::new(&repository).0;
        for index in order {
            let env = ["dev", "other"][index];
            assert_eq!(body(&shared, &repository, app(env)), alone[index], "{env} in {order:?}");
        }
    }
}

#[test]
fn a_root_whose_lock_is_missing_is_not_rendered_without_it() {
    let mut repository = Models::new().repository();
    let path = super::faults::lock_of(&repository.providers["aws"].value).expect("a lock");
    let checked = checked(&repository, Models::new().target("app/dev"));
    let rendered = Terraform::new(&repository).0.render(&checked).expect("files");
    assert!(rendered.iter().any(|file| file.path.ends_with(".terraform.lock.hcl")));
    repository.templates.remove(path.as_str()).expect("the lock file");
    let faults = Terraform::new(&repository).0.render(&checked).expect_err("no lock");
    assert!(
        faults.iter().all(|fault| fault.label.ends_with(&format!("there is no file {path}"))),
        "{faults:?}"
    );
}
