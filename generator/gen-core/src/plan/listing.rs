//! What stands below an owner's folder.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use super::TEMPORARY;

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    File,
    /// A link or something else that is neither file nor folder.
    Other,
}

/// Everything below a folder, by path; links are not followed.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// What is no folder.
    pub entries: BTreeMap<Box<str>, Entry>,
    /// Folders.
    pub folders: BTreeSet<Box<str>>,
    /// Folders that cannot be read, and why.
    pub denied: Vec<(Box<str>, io::Error)>,
}

impl Listing {
    /// Lists a folder. What Terraform leaves when it is run in place is passed over: its cache
    /// everywhere, its states where `roots` says that there are roots.
    pub(super) fn of(base: &Path, roots: bool) -> Self {
        let mut listing = Self::default();
        listing.add(&mut base.to_path_buf(), &mut String::new(), roots);
        listing
    }

    fn add(&mut self, folder: &mut PathBuf, path: &mut String, roots: bool) {
        let entries = match std::fs::read_dir(&*folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(error) => return self.denied.push((path.as_str().into(), error)),
        };
        let length = path.len();
        for entry in entries {
            let (entry, kind) = match entry.and_then(|entry| entry.file_type().map(|kind| (entry, kind))) {
                Ok(found) => found,
                Err(error) => {
                    self.denied.push((path[..length].into(), error));
                    continue;
                }
            };
            let name = entry.file_name();
            let name = name.to_string_lossy();
            if name == ".terraform" || roots && is_terraforms_own(&name) {
                continue;
            }
            if length > 0 {
                path.push('/');
            }
            path.push_str(&name);
            if kind.is_dir() {
                self.folders.insert(path.as_str().into());
                folder.push(entry.file_name());
                self.add(folder, path, roots);
                folder.pop();
            } else {
                self.entries
                    .insert(path.as_str().into(), if kind.is_file() { Entry::File } else { Entry::Other });
            }
            path.truncate(length);
        }
    }

    /// Something that is no folder stands where a folder of the path should be.
    pub(super) fn blocks(&self, path: &str) -> bool {
        path.match_indices('/').any(|(at, _)| self.entries.contains_key(&path[..at]))
    }

    /// Folders without anything in them or in their folders.
    pub(super) fn hollow(&self) -> BTreeSet<Box<str>> {
        let holds = |folder: &str| {
            let next =
                self.entries.range::<str, _>((std::ops::Bound::Excluded(folder), std::ops::Bound::Unbounded));
            // Names such as `folder-2` sort between `folder` and `folder/file`.
            next.take_while(|(path, _)| path.starts_with(folder)).any(|(path, _)| inside(path, folder))
        };
        self.folders.iter().filter(|folder| !holds(folder)).cloned().collect()
    }
}

/// Whether a path is below a folder.
pub(super) fn inside(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}

/// A file that is about to become another, or was when its run was killed.
pub(super) fn is_temporary(name: &str) -> bool {
    name.starts_with('.') && name.ends_with(TEMPORARY)
}

/// Files that `gen apply` and Terraform put into a root.
fn is_terraforms_own(name: &str) -> bool {
    name == "upstream.auto.tfvars.json"
        || name == ".terraform.tfstate.lock.info"
        || name.ends_with(".tfstate")
        || name.ends_with(".tfstate.backup")
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests write into temporary folders")]
mod tests {
    use super::*;

    #[test]
    fn folders_without_files_are_hollow() {
        let base = tempfile::tempdir().expect("a folder");
        for folder in ["a/b", "a-2", "c/d", "e/f/g"] {
            std::fs::create_dir_all(base.path().join(folder)).expect("a folder");
        }
        for file in ["a-2/x", "c/d/x", "e.tf"] {
            std::fs::write(base.path().join(file), "x").expect("a file");
        }
        let listing = Listing::of(base.path(), false);
        let hollow = ["a", "a/b", "e", "e/f", "e/f/g"].map(Box::from);
        assert_eq!(listing.hollow(), BTreeSet::from(hollow));
        assert!(listing.blocks("e.tf/x") && !listing.blocks("c/d/y"));
    }

    #[test]
    fn what_terraform_leaves_in_roots_is_passed_over() {
        let base = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(base.path().join("r/.terraform/providers")).expect("a folder");
        for file in [
            "r/.terraform/providers/x",
            "r/terraform.tfstate",
            "r/terraform.tfstate.backup",
            "r/upstream.auto.tfvars.json",
            "r/main.tf",
        ] {
            std::fs::write(base.path().join(file), "x").expect("a file");
        }
        let names = |roots| Listing::of(base.path(), roots).entries.len();
        assert_eq!((names(true), names(false)), (1, 4));
    }
}
