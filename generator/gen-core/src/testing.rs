//! Small repositories for tests of what follows from models.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::sync::{Arc, OnceLock};

use crate::check::{Checked, Matrix, check};
use crate::diag::Diagnostic;
use crate::load::{Loaded, Repository, builtin};
use crate::model::names::{EnvName, ProfileName, StackName, SubjectName};
use crate::resolve::{Target, WhatIf, resolve};

/// A foundation stack with one account, and an application `app` in an environment `dev`, each file under its path.
pub(crate) struct Models(BTreeMap<String, String>);

const FOUNDATION: &str = "version: 1
purpose: foundation
owner: {team: a, page: b}
cost_centre: c
components:
  ci: {type: ci, issuer: github, repository: o/n, repository_id: 42, owner_id: 7, subjects: [classic, immutable]}
";
const ACCOUNT: &str = "version: 1
tier: development
profile: standard
account: {id: \"111111111111\", alerts: [a@example.org]}
location: {country: DE, data: [EU]}
bind: {default: {provider: aws}}
";
const STACK: &str = "version: 1
owner: {team: a, page: b}
cost_centre: c
data:
  records: {class: confidential, in: db, retain: 90d, rpo: 5m, rto: 1h}
  uploads: {class: internal, in: files, retain: 1y, rpo: 1d, rto: 1d}
components:
  cluster: {type: cluster, kubernetes: \"1.35\"}
  db: {type: postgres, major: 16, databases: [app]}
  files: {type: object_store}
  secrets: {type: secrets}
workloads:
  web:
    plane: control
    image: ghcr.io/example/web
    listen: {http: 8080}
    publish: {host: web}
    uses: {db/app: rw, files: rw}
    secrets: {KEY: {ref: web/session, key: current}}
";
const ENVIRONMENT: &str = "version: 1
tier: development
profile: standard
accounts: {aws: account}
location: {country: DE, data: [EU]}
domain: dev.example.org
bind: {default: {provider: aws}}
";

/// Path of the application's stack.
pub(crate) const APP: &str = "stacks/app/stack.yaml";
/// Path of its environment.
pub(crate) const DEV: &str = "stacks/app/environments/dev.yaml";
/// Path of the account's environment.
pub(crate) const ACCOUNT_FILE: &str = "stacks/foundation/environments/account.yaml";

impl Models {
    /// Models without faults.
    pub(crate) fn new() -> Self {
        let files = [
            ("stacks/foundation/stack.yaml", FOUNDATION),
            (ACCOUNT_FILE, ACCOUNT),
            (APP, STACK),
            (DEV, ENVIRONMENT),
        ];
        Self(files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect())
    }

    /// The same with a part of a file replaced.
    pub(crate) fn with(mut self, path: &str, find: &str, replace: &str) -> Self {
        let text = self.0.get_mut(path).expect(path);
        assert!(text.contains(find), "{path} does not hold {find:?}");
        *text = text.replace(find, replace);
        self
    }

    /// The same with a file more.
    pub(crate) fn and(mut self, path: &str, text: &str) -> Self {
        self.0.insert(path.to_owned(), text.to_owned());
        self
    }

    /// The text of a file.
    pub(crate) fn file(&self, path: &str) -> &str {
        self.0.get(path).expect(path)
    }

    /// The repository; a stack's file that cannot be read is named in it, as the loader does.
    pub(crate) fn repository(&self) -> Repository {
        let mut repository = built_ins();
        for (path, text) in &self.0 {
            let parts: Vec<&str> = path.trim_end_matches(".yaml").split('/').collect();
            let known = match parts[..] {
                ["stacks", stack, "stack"] => {
                    let files = repository.stacks.entry(name(StackName::parse(stack))).or_default();
                    files.stack = read(path, text);
                    files.stack.is_some()
                }
                ["stacks", stack, "environments", env] => {
                    let files = repository.stacks.entry(name(StackName::parse(stack))).or_default();
                    let file = read(path, text);
                    file.map(|file| files.environments.insert(name(EnvName::parse(env)), file)).is_some()
                }
                ["profiles", "providers", provider] => {
                    let file = read(path, text).expect(path);
                    repository.providers.insert(name(SubjectName::parse(provider)), file);
                    true
                }
                ["profiles", profile] => {
                    let file = read(path, text).expect(path);
                    repository.profiles.insert(name(ProfileName::parse(profile)), file);
                    true
                }
                _ => panic!("{path} is of no kind"),
            };
            if !known {
                repository.faulty.push(path.as_str().into());
            }
            repository.texts.insert(path.as_str().into(), text.as_str().into());
        }
        repository
    }

    /// Targets by name, and what is wrong with them.
    pub(crate) fn targets(&self, what_if: &WhatIf) -> (BTreeMap<String, Target>, Vec<Diagnostic>) {
        let (targets, found) = resolve(&self.repository(), what_if);
        (targets.into_iter().map(|target| (target.id.to_string(), target)).collect(), found)
    }

    /// A target of models that are faultless.
    pub(crate) fn target(&self, id: &str) -> Target {
        let (mut targets, found) = self.targets(&WhatIf::default());
        assert_eq!(found, []);
        targets.remove(id).expect(id)
    }
}

/// What is built in, read once: that takes longer than everything that tests do with it.
fn built_ins() -> Repository {
    static ONCE: OnceLock<Repository> = OnceLock::new();
    ONCE.get_or_init(|| builtin().0).clone()
}

fn read<T: serde::de::DeserializeOwned>(path: &str, text: &str) -> Option<Arc<Loaded<T>>> {
    let value = serde_yaml::from_str(text).ok()?;
    Some(Arc::new(Loaded { file: path.into(), builtin: false, value }))
}

fn name<T, E: Debug>(parsed: Result<T, E>) -> T {
    parsed.expect("a name")
}

/// A target that nothing is refused of.
pub(crate) fn checked(repository: &Repository, target: Target) -> Checked {
    let dictionary = Arc::new(repository.dictionary.as_ref().expect("a dictionary").value.clone());
    let day = repository.as_of.as_ref().expect("a day").value.date;
    let (matrix, _) = Matrix::of_repository(repository, &dictionary, day);
    check(repository, &matrix, target).0.expect("nothing is refused")
}
