//! Which targets there are, and which words their files say.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::load::meaning;
use crate::model::component::{ComponentType, Layer};
use crate::model::names::{EnvName, StackName};
use crate::resolve::{TargetId, usual_product};

/// The files of stacks and environments that there are now, without their comments.
#[derive(Debug, Default)]
pub struct Inventory {
    root: PathBuf,
    /// Environments.
    pub(super) targets: BTreeMap<TargetId, Words>,
    /// Stacks, with their bytes.
    stacks: BTreeMap<StackName, (Words, Vec<u8>)>,
}

/// Types that a stack may have without saying so.
const IMPLIED: [ComponentType; 9] = [
    ComponentType::Account,
    ComponentType::State,
    ComponentType::Ci,
    ComponentType::Network,
    ComponentType::Keys,
    ComponentType::Cluster,
    ComponentType::Backup,
    ComponentType::Registry,
    ComponentType::Edge,
];

impl Inventory {
    /// Reads the text of every stack and environment below a repository's root; parses none.
    pub fn read(root: &Path) -> Self {
        let folder = root.join("stacks");
        let names = entries(&folder).filter_map(|name| StackName::parse(&name).ok());
        let mut found: Vec<(StackName, Option<EnvName>)> = Vec::new();
        for stack in names {
            let environments = entries(&folder.join(stack.as_str()).join("environments"));
            let environments =
                environments.filter_map(|name| EnvName::parse(name.strip_suffix(".yaml")?).ok());
            found.extend(environments.map(|env| (stack.clone(), Some(env))));
            found.push((stack, None));
        }
        let read: Vec<_> = found
            .into_par_iter()
            .map(|(stack, env)| {
                let path = match &env {
                    Some(env) => format!("{stack}/environments/{env}.yaml"),
                    None => format!("{stack}/stack.yaml"),
                };
                // What cannot be read names nothing, and is at fault wherever it is read in earnest.
                let bytes = std::fs::read(folder.join(path)).unwrap_or_default();
                (stack, env, Words::of(&bytes), bytes)
            })
            .collect();
        let mut inventory = Self { root: root.to_owned(), ..Self::default() };
        for (stack, env, words, bytes) in read {
            match env {
                Some(env) => {
                    inventory.targets.insert(TargetId { stack, env }, words);
                }
                None => {
                    inventory.stacks.insert(stack, (words, bytes));
                }
            }
        }
        inventory
    }

    /// Files of a folder.
    pub(super) fn list(&self, folder: &str) -> Vec<String> {
        let at = self.root.join(folder);
        entries(&at).filter(|name| at.join(name).is_file()).map(|name| format!("{folder}{name}")).collect()
    }

    /// The bytes of a file.
    pub(super) fn bytes(&self, path: &str) -> Option<Vec<u8>> {
        std::fs::read(self.root.join(path)).ok()
    }

    /// Folders of a folder.
    pub fn folders(&self, folder: &str) -> Vec<String> {
        let at = self.root.join(folder);
        entries(&at).filter(|name| at.join(name).is_dir()).collect()
    }

    /// The text of a file; empty where there is none.
    pub fn text(&self, path: &str) -> String {
        self.bytes(path).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// Every target, in the order of stacks and environments.
    pub fn targets(&self) -> impl Iterator<Item = &TargetId> {
        self.targets.keys()
    }

    /// The environment of a target says a word.
    pub fn says(&self, id: &TargetId, word: &str) -> bool {
        self.targets.get(id).is_some_and(|words| words.say(word))
    }

    /// What the environment of a target says; none where it is at fault.
    pub fn environment(&self, id: &TargetId) -> Option<serde_json::Value> {
        let path = format!("stacks/{}/environments/{}.yaml", id.stack, id.env);
        meaning(&path, &self.bytes(&path)?)
    }

    /// Targets that make an account ready which is named so.
    pub fn accounts<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a TargetId> {
        let named = self.targets().filter(move |id| id.env.as_str() == name);
        named.filter(|id| self.is_foundation(&id.stack) != Some(false))
    }

    /// A stack says a word.
    pub(super) fn stack_says(&self, stack: &StackName, word: &str) -> bool {
        self.stacks.get(stack).is_some_and(|(words, _)| words.say(word))
    }

    /// Whether a stack holds accounts; none where nobody can tell.
    pub(super) fn is_foundation(&self, stack: &StackName) -> Option<bool> {
        if !self.stack_says(stack, "foundation") {
            return Some(false);
        }
        let (_, bytes) = self.stacks.get(stack)?;
        let said = meaning(&format!("stacks/{stack}/stack.yaml"), bytes)?;
        Some(said.get("purpose").and_then(serde_json::Value::as_str) == Some("foundation"))
    }

    /// A target may have something of a type that is made at a provider.
    pub(super) fn may_make(&self, id: &TargetId, provider: &str, kind: ComponentType) -> bool {
        let of_layer = (kind.layer() == Layer::Foundation) != (self.is_foundation(&id.stack) == Some(false));
        let known = IMPLIED.contains(&kind) || self.stack_says(&id.stack, kind.as_str());
        known && self.says(id, provider) && (of_layer || self.is_foundation(&id.stack).is_none())
    }

    /// Facts or modules of a provider or product may be asked for a target: its files name it, or it is what is taken when nothing is said.
    pub(super) fn uses(&self, id: &TargetId, subject: &str) -> bool {
        let usual = |kind: &ComponentType| {
            usual_product(*kind) == Some(subject) && self.stack_says(&id.stack, kind.as_str())
        };
        self.says(id, subject)
            || self.stack_says(&id.stack, subject)
            || ComponentType::ALL.iter().any(usual)
            || (subject == "terraform" && !self.says(id, "opentofu"))
    }
}

fn entries(folder: &Path) -> impl Iterator<Item = String> + use<> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.filter_map(|entry| entry.file_name().into_string().ok())
}

/// A text without its comments, to be searched for words.
#[derive(Debug, Default)]
pub(super) struct Words {
    text: String,
    /// A word may be written in another way than it is read.
    escaped: bool,
}

impl Words {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let whole = String::from_utf8_lossy(bytes);
        let mut text = String::with_capacity(whole.len());
        for line in whole.lines() {
            // Where something is quoted, `#` may not begin a comment.
            let quoted = line.contains(['"', '\'']);
            let cut = line.match_indices('#').map(|(at, _)| at);
            let comment = cut.filter(|_| !quoted).find(|at| {
                let before = line.get(..*at).unwrap_or_default();
                before.is_empty() || before.ends_with([' ', '\t'])
            });
            text.push_str(comment.and_then(|at| line.get(..at)).unwrap_or(line));
            text.push('\n');
        }
        let escaped = text.contains('\\');
        Self { text, escaped }
    }

    /// Whether a word stands in the text by itself.
    pub(super) fn say(&self, word: &str) -> bool {
        let part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        // A colon between two words is a part of both, as in `arn:aws:s3`.
        let begins = |before: &str| {
            !before.ends_with(part) && !before.strip_suffix(':').is_some_and(|rest| rest.ends_with(part))
        };
        let ends = |behind: &str| {
            !behind.starts_with(part) && !behind.strip_prefix(':').is_some_and(|rest| rest.starts_with(part))
        };
        self.escaped
            || self.text.match_indices(word).any(|(at, _)| {
                let (before, behind) = self.text.split_at(at);
                begins(before) && behind.get(word.len()..).is_some_and(ends)
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_by_themselves() {
        for (text, said) in [
            ("bind: {default: {provider: aws}}", true),
            ("{\"provider\":aws}", true),
            ("accounts: {aws: dev}", true),
            ("accounts: {\"aws\": dev}", true),
            ("- aws\n- b", true),
            ("a: 'x # y', provider: aws", true),
            ("a: \"\\x61ws\"", true),
            ("provider: aws-eusc", false),
            ("arn: arn:aws:s3", false),
            ("a: b # aws", false),
            ("# aws", false),
            ("a: laws", false),
        ] {
            assert_eq!(Words::of(text.as_bytes()).say("aws"), said, "{text}");
        }
    }
}
