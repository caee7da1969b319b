//! What changed since a revision, asked of `git`: the working tree against the merge base, files that git does not know yet included.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use gen_core::affected::{Change, FOLDERS};

use crate::run::{Bytes, feed, find};

/// Why git did not answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// There is no such program.
    NoGit,
    /// The folder is not in a repository.
    NoRepository,
    /// Nothing has this name.
    NoRevision,
    /// The history that is here does not say where the two meet.
    NoMergeBase,
    /// In its own words.
    Failed(String),
}

/// A repository, as git sees it from one folder.
#[derive(Debug)]
pub struct Since {
    program: PathBuf,
    folder: PathBuf,
}

/// A file that differs, with the blob that it was.
struct Listed {
    path: String,
    blob: Option<String>,
    link: bool,
    deleted: bool,
}

/// How long git may take.
const LIMIT: Duration = Duration::from_mins(10);
/// The mode of a link.
const LINK: &str = "120000";

impl Since {
    /// Finds the program.
    pub fn new(folder: &Path) -> Result<Self, Trouble> {
        Ok(Self { program: find("git").ok_or(Trouble::NoGit)?, folder: folder.to_owned() })
    }

    fn run(&self, arguments: &[&str], input: Option<Vec<u8>>) -> Result<Bytes, Trouble> {
        let environment = [("LC_ALL", "C"), ("GIT_OPTIONAL_LOCKS", "0"), ("GIT_TERMINAL_PROMPT", "0")];
        feed(&self.program, arguments, &self.folder, &environment, input, LIMIT)
            .map_err(|error| Trouble::Failed(error.to_string()))
    }

    /// Files that differ between the working tree and the merge base of `base` and HEAD, below the folders that matter. What models were
    /// is read from the history.
    pub fn changes(&self, base: &str) -> Result<Vec<Change>, Trouble> {
        let (listed, unknown) = both(|| self.differing(base), || self.run(&untracked(), Some(Vec::new())));
        let mut listed = listed?;
        let known: BTreeSet<String> = listed.iter().map(|file| file.path.clone()).collect();
        let unknown = String::from_utf8_lossy(&unknown??.stdout).into_owned();
        for path in unknown.split_terminator('\0').filter(|path| !known.contains(*path)) {
            listed.push(Listed { path: path.to_owned(), blob: None, link: false, deleted: false });
        }
        let blobs = self.blobs(&listed)?;
        Ok(listed.into_iter().map(|file| self.change(file, &blobs)).collect())
    }

    fn change(&self, file: Listed, blobs: &BTreeMap<String, Vec<u8>>) -> Change {
        let at = self.folder.join(&file.path);
        let link = file.link || at.is_symlink();
        let wanted = is_model(&file.path);
        let before = file.blob.map(|id| blobs.get(&id).cloned().unwrap_or_default());
        let after = match (file.deleted, wanted) {
            (true, _) => None,
            (false, true) => std::fs::read(&at).ok(),
            (false, false) => Some(Vec::new()),
        };
        Change { path: file.path, before, after, link }
    }

    fn differing(&self, base: &str) -> Result<Vec<Listed>, Trouble> {
        let ask = |arguments: &[&str]| {
            let common =
                ["diff", "--raw", "--no-abbrev", "--no-renames", "--no-ext-diff", "--relative", "-z"];
            let arguments: Vec<&str> =
                common.iter().chain(arguments).chain(&["--"]).chain(&FOLDERS).copied().collect();
            self.run(&arguments, Some(Vec::new()))
        };
        let said = ask(&["--merge-base", base])?;
        let said = match said.status {
            Some(0) => said,
            // Several merge bases, or a reason that is worth its own words.
            _ => ask(&[&self.merge_base(base)?])?,
        };
        if said.status == Some(0) { Ok(parse(&said.stdout)) } else { Err(failed(&said)) }
    }

    /// The commit where `base` and HEAD meet.
    pub fn merge_base(&self, base: &str) -> Result<String, Trouble> {
        let ok = |arguments: &[&str]| self.run(arguments, None).map(|said| said.status == Some(0));
        let said = self.run(&["merge-base", base, "HEAD"], None)?;
        let text = String::from_utf8_lossy(&said.stdout).trim().to_owned();
        if said.status == Some(0) {
            Ok(text)
        } else if !ok(&["rev-parse", "--git-dir"])? {
            Err(Trouble::NoRepository)
        } else if !ok(&["rev-parse", "--quiet", "--verify", &format!("{base}^{{commit}}")])? {
            Err(Trouble::NoRevision)
        } else if said.status == Some(1) {
            Err(Trouble::NoMergeBase)
        } else {
            Err(failed(&said))
        }
    }

    /// Folders that a revision has directly below some others.
    pub fn folders(&self, revision: &str, below: &[String]) -> Result<Vec<String>, Trouble> {
        let mut arguments = vec!["ls-tree", "-d", "-z", "--name-only", revision, "--"];
        arguments.extend(below.iter().map(String::as_str));
        let said = self.run(&arguments, Some(Vec::new()))?;
        let text = String::from_utf8_lossy(&said.stdout).into_owned();
        if said.status == Some(0) {
            Ok(text.split_terminator('\0').map(str::to_owned).collect())
        } else {
            Err(failed(&said))
        }
    }

    /// What models were, by the ids of their blobs.
    fn blobs(&self, listed: &[Listed]) -> Result<BTreeMap<String, Vec<u8>>, Trouble> {
        let ids: BTreeSet<&str> = listed
            .iter()
            .filter(|file| is_model(&file.path))
            .filter_map(|file| file.blob.as_deref())
            .collect();
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        let input: String = ids.iter().flat_map(|id| [id, "\n"]).collect();
        let said = self.run(&["cat-file", "--batch"], Some(input.into_bytes()))?;
        if said.status == Some(0) { Ok(batch(&said.stdout)) } else { Err(failed(&said)) }
    }
}

/// Both at once: the two wait for git more than they work.
fn both<A: Send, B: Send>(
    one: impl FnOnce() -> A + Send,
    other: impl FnOnce() -> B + Send,
) -> (A, Result<B, Trouble>) {
    std::thread::scope(|scope| {
        let other = scope.spawn(other);
        (one(), other.join().map_err(|_| Trouble::Failed("git was not waited for".to_owned())))
    })
}

fn untracked() -> [&'static str; 8] {
    let [profiles, stacks, templates, _] = FOLDERS;
    ["ls-files", "--others", "--exclude-standard", "-z", "--", profiles, stacks, templates]
}

fn failed(said: &Bytes) -> Trouble {
    let text = String::from_utf8_lossy(&said.stderr);
    Trouble::Failed(text.lines().next().unwrap_or("git was ended for taking too long").to_owned())
}

/// What is in a file decides whom it touches; of all others the path does.
fn is_model(path: &str) -> bool {
    let ending = Path::new(path).extension();
    (path.starts_with("stacks/") || path.starts_with("profiles/"))
        && ending.is_some_and(|ending| ending == "yaml")
}

/// `:<mode> <mode> <blob> <blob> <status>\0<path>\0`, as often as there are files.
fn parse(raw: &[u8]) -> Vec<Listed> {
    let text = String::from_utf8_lossy(raw);
    let mut parts = text.split_terminator('\0');
    let mut listed = Vec::new();
    while let (Some(head), Some(path)) = (parts.next(), parts.next()) {
        let fields: Vec<&str> = head.trim_start_matches(':').split(' ').collect();
        let [old, new, blob, _, status] = fields.as_slice() else { continue };
        listed.push(Listed {
            path: path.to_owned(),
            blob: (*status != "A").then(|| (*blob).to_owned()),
            link: [old, new].contains(&&LINK),
            deleted: *status == "D",
        });
    }
    listed
}

/// `<id> <type> <size>\n<bytes>\n`, as often as there are blobs.
fn batch(raw: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut blobs = BTreeMap::new();
    let mut rest = raw;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let (head, behind) = rest.split_at(end);
        let head = String::from_utf8_lossy(head).into_owned();
        let mut fields = head.split(' ');
        let (id, size) =
            (fields.next().unwrap_or_default(), fields.nth(1).and_then(|size| size.parse::<usize>().ok()));
        rest = behind.get(1..).unwrap_or_default();
        // `<id> missing`: a line alone.
        let Some(size) = size else { continue };
        let Some((bytes, next)) = rest.split_at_checked(size) else { break };
        blobs.insert(id.to_owned(), bytes.to_vec());
        rest = next.get(1..).unwrap_or_default();
    }
    blobs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_lists_is_read() {
        let raw =
            b":100644 000000 aa 00 D\0stacks/a b\0:000000 120000 00 00 A\0x\0:100644 100644 bb 00 M\0y\0";
        let listed = parse(raw);
        let seen: Vec<_> = listed
            .iter()
            .map(|file| (file.path.as_str(), file.blob.as_deref(), file.link, file.deleted))
            .collect();
        assert_eq!(
            seen,
            [
                ("stacks/a b", Some("aa"), false, true),
                ("x", None, true, false),
                ("y", Some("bb"), false, false)
            ]
        );
    }

    #[test]
    fn blobs_are_told_apart_by_their_sizes() {
        let found = batch(b"aa blob 3\na\nb\nbb blob 0\n\ncc blob 2\n\xff\n\n");
        let expected: [(&str, &[u8]); 3] = [("aa", b"a\nb"), ("bb", b""), ("cc", b"\xff\n")];
        assert_eq!(found, expected.map(|(id, bytes)| (id.to_owned(), bytes.to_vec())).into());
        assert_eq!(batch(b"aa missing\nbb blob 1\nx\n").len(), 1);
    }
}
