//! What differs between two environments of a stack, as meaning: settings, verdicts, values of roots, and whether anything but
//! configuration differs.

mod settings;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::check::{Report, VerdictKind};
use crate::effect::{Change, changes};
use crate::kind::Rendered;
use crate::resolve::Target;

pub use settings::{About, Setting, settings};

/// One of the two.
#[derive(Debug, Clone)]
pub struct Side {
    /// What was put together.
    pub target: Target,
    /// How it stands.
    pub report: Report,
    /// What is rendered for it, with paths below its folder; nothing for one that is refused.
    pub files: Vec<Rendered>,
    /// The modules that its roots use.
    pub modules: Vec<Rendered>,
}

/// A requirement that the two stand differently on, or that asks other things of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Standing {
    /// The component.
    pub component: String,
    /// The capability.
    pub capability: String,
    /// What is asked here, and the verdict; none where it is not asked for.
    pub from: Option<Asked>,
    /// The same there.
    pub to: Option<Asked>,
}

/// What is asked, and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Asked {
    /// As JSON.
    pub value: String,
    /// The verdict.
    pub verdict: VerdictKind,
}

/// Rendered text that is the same in every environment: how much of it is, and what is not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Text {
    /// Files that both have.
    pub files: usize,
    /// So many of them are the same, byte by byte.
    pub same: usize,
    /// The others.
    pub differ: Vec<String>,
}

/// Everything that differs.
#[derive(Debug)]
pub struct Between {
    /// Settings of the environments, and what the stack is in each.
    pub settings: Vec<Setting>,
    /// Verdicts.
    pub verdicts: Vec<Standing>,
    /// Roots that only the first has.
    pub only_from: Vec<String>,
    /// Roots that only the second has.
    pub only_to: Vec<String>,
    /// Values of the roots that both have, by root.
    pub values: Vec<(String, Change)>,
    /// HCL of these roots; without `backend.tf`, which names the state of each.
    pub hcl: Text,
    /// Modules.
    pub modules: Text,
}

impl Between {
    /// Nothing differs.
    pub fn is_empty(&self) -> bool {
        self.settings.is_empty()
            && self.verdicts.is_empty()
            && self.values.is_empty()
            && self.is_same_code()
            && { self.only_from.is_empty() && self.only_to.is_empty() }
    }

    /// Whatever both have is made by the same text.
    pub fn is_same_code(&self) -> bool {
        self.hcl.differ.is_empty() && self.modules.differ.is_empty()
    }
}

/// What differs from one side to the other.
pub fn between(from: &Side, to: &Side) -> Between {
    let (old, new) = (roots(&from.files), roots(&to.files));
    let only = |some: &Roots<'_>, others: &Roots<'_>| -> Vec<String> {
        some.keys().filter(|root| !others.contains_key(*root)).map(|root| (*root).to_owned()).collect()
    };
    let mut values = Vec::new();
    let mut hcl = Text::default();
    for (root, files) in &old {
        let Some(others) = new.get(root) else { continue };
        let read = |files: &Files<'_>| {
            let file = files.get(VALUES)?;
            serde_json::from_slice::<Value>(file.content.bytes()).ok()
        };
        let (here, there) = (read(files).unwrap_or_default(), read(others).unwrap_or_default());
        values.extend(
            changes(&to.target, &here, &there).into_iter().map(|change| ((*root).to_owned(), change)),
        );
        hcl.compare(files, others, &|name| is_hcl(name).then(|| format!("{root}/{name}")));
    }
    let mut modules = Text::default();
    modules.compare(&by_path(&from.modules), &by_path(&to.modules), &|name| Some(name.to_owned()));
    Between {
        settings: settings(&from.target, &to.target),
        verdicts: verdicts(&from.report, &to.report),
        only_from: only(&old, &new),
        only_to: only(&new, &old),
        values,
        hcl,
        modules,
    }
}

/// The file that holds the values of a root.
const VALUES: &str = "gen.auto.tfvars.json";

type Files<'a> = BTreeMap<&'a str, &'a Rendered>;
type Roots<'a> = BTreeMap<&'a str, Files<'a>>;

/// Files by root, each under its name in the root.
fn roots(files: &[Rendered]) -> Roots<'_> {
    let mut roots = Roots::new();
    for file in files {
        let parts = file.path.strip_prefix("terraform/").and_then(|path| path.split_once('/'));
        if let Some((root, name)) = parts {
            roots.entry(root).or_default().insert(name, file);
        }
    }
    roots
}

fn by_path(files: &[Rendered]) -> Files<'_> {
    files.iter().map(|file| (file.path.as_ref(), file)).collect()
}

/// Written in the engine's language, and nothing of one environment in it. A file of locks pins providers, and is HCL too.
fn is_hcl(name: &str) -> bool {
    let extension = std::path::Path::new(name).extension();
    extension.is_some_and(|end| end == "tf" || end == "hcl") && name != "backend.tf"
}

impl Text {
    /// Counts the files of both sides that are told by a name; one that a side lacks differs.
    fn compare(&mut self, here: &Files<'_>, there: &Files<'_>, told: &dyn Fn(&str) -> Option<String>) {
        let names: BTreeSet<&str> = here.keys().chain(there.keys()).copied().collect();
        for name in names {
            let Some(shown) = told(name) else { continue };
            self.files += 1;
            match (here.get(name), there.get(name)) {
                (Some(one), Some(other)) if one.content.bytes() == other.content.bytes() => self.same += 1,
                _ => self.differ.push(shown),
            }
        }
    }
}

type Capability = (String, String);

fn verdicts(from: &Report, to: &Report) -> Vec<Standing> {
    fn by(report: &Report) -> BTreeMap<Capability, BTreeSet<Asked>> {
        let mut found: BTreeMap<Capability, BTreeSet<Asked>> = BTreeMap::new();
        for verdict in &report.verdicts {
            let requirement = &verdict.requirement;
            let asked = Asked {
                value: serde_json::to_string(&requirement.value).unwrap_or_default(),
                verdict: verdict.kind,
            };
            let key = (requirement.component.to_string(), requirement.capability.to_string());
            found.entry(key).or_default().insert(asked);
        }
        found
    }
    let (old, new) = (by(from), by(to));
    let (none, keys) = (BTreeSet::new(), old.keys().chain(new.keys()).collect::<BTreeSet<_>>());
    let mut found = Vec::new();
    for key in keys {
        let (here, there) = (old.get(key).unwrap_or(&none), new.get(key).unwrap_or(&none));
        let gone: Vec<&Asked> = here.difference(there).collect();
        let come: Vec<&Asked> = there.difference(here).collect();
        // One that asks something else is one line; of several nobody can tell which became which.
        let pairs: Vec<(Option<&Asked>, Option<&Asked>)> = match (gone.as_slice(), come.as_slice()) {
            ([one], [other]) => vec![(Some(one), Some(other))],
            _ => gone
                .iter()
                .map(|one| (Some(*one), None))
                .chain(come.iter().map(|one| (None, Some(*one))))
                .collect(),
        };
        found.extend(pairs.into_iter().map(|(from, to)| Standing {
            component: key.0.clone(),
            capability: key.1.clone(),
            from: from.cloned(),
            to: to.cloned(),
        }));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Content;

    fn side(target: Target, files: &[(&str, &str)]) -> Side {
        let files = files
            .iter()
            .map(|(path, text)| Rendered { path: (*path).into(), content: Content::new(*text) })
            .collect();
        Side { target, report: Report::default(), files, modules: Vec::new() }
    }

    #[test]
    fn text_values_and_roots_are_told_apart() {
        let target = || crate::testing::Models::new().target("app/dev");
        let main = ("terraform/data-aws/main.tf", "a\n");
        let here = [
            main,
            ("terraform/data-aws/backend.tf", "one\n"),
            ("terraform/data-aws/gen.auto.tfvars.json", r#"{"db": {"pitr_days": 7}}"#),
            ("terraform/edge-aws/main.tf", "e\n"),
        ];
        let mut there = here;
        there[1].1 = "two\n";
        there[2].1 = r#"{"db": {"pitr_days": 35}}"#;
        let found = between(&side(target(), &here), &side(target(), &there[..3]));
        assert_eq!((found.hcl.files, found.hcl.same), (1, 1), "the name of a state is no difference of code");
        assert!(found.is_same_code() && !found.is_empty());
        assert_eq!((found.only_from, found.only_to.len()), (vec!["edge-aws".to_owned()], 0));
        let [(root, change)] = found.values.as_slice() else { panic!("{:?}", found.values) };
        assert_eq!(
            (root.as_str(), change.from.as_deref(), change.to.as_deref()),
            ("data-aws", Some("7d"), Some("35d"))
        );
        there[0].1 = "b\n";
        let found = between(&side(target(), &here), &side(target(), &there));
        assert_eq!(found.hcl.differ, ["data-aws/main.tf"]);
        let same = between(&side(target(), &here), &side(target(), &here));
        assert!(same.is_empty(), "{same:?}");
    }
}
