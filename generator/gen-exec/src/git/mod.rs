//! What `gen` asks `git`: which commit is meant, what was released before, and the tree of a commit in a folder of its own.
//!
//! Nothing of the repository is changed: no reference, no worktree, not even its index, since a tree is laid out by way of an index
//! in the private folder.

pub mod since;

use std::path::{Path, PathBuf};
use std::time::Duration;

use gen_core::model::names::Revision;

use crate::run::{self, Output};

/// What of a commit is rendered and applied.
pub const CONTENT: [&str; 4] = ["stacks", "profiles", "templates", "terraform-out"];

const LIMIT: Duration = Duration::from_mins(2);

/// A repository of `git`, seen from a folder in it.
#[derive(Debug)]
pub struct Git {
    program: PathBuf,
    folder: PathBuf,
    /// From the top of the repository to the folder; empty, or with a slash at its end.
    prefix: String,
    top: PathBuf,
}

impl Git {
    /// The repository that a folder is in; why there is none.
    pub fn of(folder: &Path) -> Result<Self, String> {
        let program = run::find("git").ok_or("`git` is not on PATH")?;
        let folder = folder.canonicalize().map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut git = Self { program, top: folder.clone(), folder, prefix: String::new() };
        let said = git.ask(&["rev-parse", "--show-prefix"])?;
        said.trim_end_matches('\n').clone_into(&mut git.prefix);
        let top = git.ask(&["rev-parse", "--show-toplevel"])?;
        git.top = PathBuf::from(top.trim_end_matches('\n'));
        Ok(git)
    }

    /// The commit that a name stands for; none where there is no such commit here.
    pub fn commit(&self, name: &str) -> Result<Option<Revision>, String> {
        let wanted = format!("{name}^{{commit}}");
        let said = self.start(&["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted], &[])?;
        Ok(Revision::parse(said.stdout.trim()).ok().filter(|_| said.ok()))
    }

    /// Paths of the content that are not as committed.
    pub fn uncommitted(&self) -> Result<Vec<String>, String> {
        let said =
            self.ask(&[&["status", "--porcelain", "--untracked-files=all", "--"], &CONTENT[..]].concat())?;
        Ok(said.lines().filter_map(|line| line.get(3..)).map(str::to_owned).collect())
    }

    /// Whether everything that is in `old` is in `new` too.
    pub fn is_ancestor(&self, old: &Revision, new: &Revision) -> Result<bool, String> {
        let said = self.start(&["merge-base", "--is-ancestor", old.as_str(), new.as_str()], &[])?;
        match said.status {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            _ => Err(told(&said)),
        }
    }

    /// How many commits `new` has that `old` lacks.
    pub fn ahead(&self, old: &Revision, new: &Revision) -> Result<usize, String> {
        let said = self.ask(&["rev-list", "--count", &format!("{old}..{new}")])?;
        said.trim().parse().map_err(|_| format!("git counts {}", said.trim()))
    }

    /// The texts that a file had in commits up to HEAD, the newest first.
    pub fn versions(&self, path: &str) -> Result<Vec<String>, String> {
        let commits = self.ask(&["log", "--format=%H", "--", path])?;
        let texts = commits.lines().map(|commit| {
            let said = self.start(&["show", &format!("{commit}:{}{path}", self.prefix)], &[])?;
            // A commit that removed the file has no text of it.
            Ok(said.ok().then_some(said.stdout))
        });
        texts.filter_map(Result::transpose).collect()
    }

    /// The last commit up to HEAD that has a file; none where there never was one.
    pub fn last_with(&self, path: &str) -> Result<Option<Revision>, String> {
        let Some(head) = self.commit("HEAD")? else { return Ok(None) };
        if self.text(&head, path)?.is_some() {
            return Ok(Some(head));
        }
        let removed =
            self.ask(&["log", "-1", "--no-renames", "--diff-filter=D", "--format=%H", "--", path])?;
        match removed.trim() {
            "" => Ok(None),
            removed => self.commit(&format!("{removed}^")),
        }
    }

    /// The text of a file in a commit; none where it has no such file.
    pub fn text(&self, commit: &Revision, path: &str) -> Result<Option<String>, String> {
        let place = format!("{}{path}", self.prefix);
        // Paths that are listed begin where `git` was started.
        if self.ask(&["ls-tree", "--name-only", commit.as_str(), "--", path])?.is_empty() {
            return Ok(None);
        }
        self.ask(&["show", &format!("{commit}:{place}")]).map(Some)
    }

    /// Lays the content of a commit out in a folder that is empty.
    pub fn lay_out(&self, commit: &Revision, into: &Path) -> Result<(), String> {
        let index = into.with_extension("index");
        let environment = [("GIT_INDEX_FILE", index.to_str().ok_or("the private folder has an odd name")?)];
        let ask = |arguments: &[&str]| {
            let said = self.start(arguments, &environment)?;
            if said.ok() { Ok(()) } else { Err(told(&said)) }
        };
        ask(&["read-tree", "--empty"])?;
        for folder in CONTENT {
            let tree = format!("{commit}:{}{folder}", self.prefix);
            let there = self.start(&["rev-parse", "--verify", "--quiet", &tree], &[])?;
            if there.ok() {
                ask(&["read-tree", &format!("--prefix={folder}/"), there.stdout.trim()])?;
            }
        }
        std::fs::create_dir_all(into).map_err(|error| error.to_string())?;
        ask(&["checkout-index", "--all", "--quiet", &format!("--prefix={}/", into.display())])
    }

    fn ask(&self, arguments: &[&str]) -> Result<String, String> {
        let said = self.start(arguments, &[])?;
        if said.ok() { Ok(said.stdout) } else { Err(told(&said)) }
    }

    /// Where an index is given, paths begin at the top of the repository; else in the folder.
    fn start(&self, arguments: &[&str], environment: &[(&str, &str)]) -> Result<Output, String> {
        // No hook and no helper of the repository is started, nothing is fetched, and its index is not refreshed.
        // What is laid out has the line ends that were committed.
        let quiet = [
            "-c",
            "core.hooksPath=/dev/null",
            "-c",
            "core.fsmonitor=false",
            "-c",
            "core.quotePath=false",
            "-c",
            "core.autocrlf=false",
        ];
        let own = [("GIT_OPTIONAL_LOCKS", "0"), ("GIT_NO_LAZY_FETCH", "1"), ("GIT_TERMINAL_PROMPT", "0")];
        let folder = if environment.is_empty() { &self.folder } else { &self.top };
        let (all, around) = ([&quiet[..], arguments].concat(), [&own[..], environment].concat());
        run::run(&self.program, &all, folder, &around, LIMIT).map_err(|error| format!("git: {error}"))
    }
}

/// Why `git` failed, in its own words.
fn told(said: &Output) -> String {
    let line = said.stderr.lines().find(|line| !line.trim().is_empty()).unwrap_or("git failed");
    format!("git: {}", line.trim_start_matches("fatal: ").trim_start_matches("error: "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_laid_out_and_nothing_else_is_touched() {
        let folder = tempfile::tempdir().expect("a folder");
        let program = run::find("git").expect("git is on PATH");
        let git = |arguments: &[&str]| {
            let who = ["-c", "user.name=a", "-c", "user.email=a@example.org"];
            let said = run::run(&program, &[&who[..], arguments].concat(), folder.path(), &[], LIMIT);
            let said = said.expect("git starts");
            assert!(said.ok(), "{arguments:?}: {}", said.stderr);
        };
        let put = |path: &str, text: &str| {
            let path = folder.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            #[expect(clippy::disallowed_methods, reason = "tests write into temporary folders")]
            std::fs::write(path, text).expect("written");
        };
        git(&["init", "--quiet"]);
        assert!(Git::of(folder.path()).expect("a repository").commit("HEAD").expect("an answer").is_none());
        put("sub/stacks/a.yaml", "one\n");
        put("sub/else", "not content\n");
        git(&["add", "."]);
        git(&["commit", "--quiet", "-m", "one"]);
        put("sub/stacks/a.yaml", "two\n");
        git(&["commit", "--quiet", "-a", "-m", "two"]);
        put("sub/stacks/a.yaml", "dirty\n");

        let seen = Git::of(&folder.path().join("sub")).expect("a repository");
        let commit = |name: &str| seen.commit(name).expect("an answer").expect("a commit");
        let (old, new) = (commit("HEAD~1"), commit("HEAD"));
        assert_eq!(seen.commit("0123456789").expect("an answer"), None);
        assert_eq!(seen.uncommitted().expect("an answer"), ["sub/stacks/a.yaml"]);
        assert_eq!(seen.is_ancestor(&old, &new), Ok(true));
        assert_eq!(seen.is_ancestor(&new, &old), Ok(false));
        assert_eq!(seen.ahead(&old, &new), Ok(1));
        assert_eq!(seen.versions("stacks/a.yaml").expect("texts"), ["two\n", "one\n"]);
        assert_eq!(seen.text(&old, "stacks/none.yaml"), Ok(None));
        assert_eq!(seen.last_with("stacks/none.yaml"), Ok(None));
        assert_eq!(seen.last_with("stacks/a.yaml"), Ok(Some(new.clone())));
        git(&["rm", "--quiet", "--cached", "sub/stacks/a.yaml"]);
        git(&["commit", "--quiet", "-m", "three"]);
        git(&["commit", "--quiet", "--allow-empty", "-m", "four"]);
        assert_eq!(seen.last_with("stacks/a.yaml"), Ok(Some(new)));
        git(&["reset", "--quiet", "HEAD~2"]);
        let into = tempfile::tempdir().expect("a folder");
        let into = into.path().join("tree");
        seen.lay_out(&old, &into).expect("laid out");
        assert_eq!(std::fs::read_to_string(into.join("stacks/a.yaml")).expect("a file"), "one\n");
        assert!(!into.join("else").exists());
        assert_eq!(seen.uncommitted().expect("an answer"), ["sub/stacks/a.yaml"], "its index is as it was");
        assert!(!folder.path().join(".git/worktrees").exists());
    }
}
