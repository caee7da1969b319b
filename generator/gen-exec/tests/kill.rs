//! A kill at any instant leaves each file old or new, and the next run repairs.
//!
//! The child is this test program itself, told by an argument to write tree B over tree A, and killed after a random time;
//! `snapshots/effects/kill.py` kills at chosen system calls instead.

use std::collections::BTreeMap;
use std::io::{BufRead as _, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use gen_core::kind::{Content, Rendered, Tree};
use gen_core::plan::{MANIFEST, State, TEMPORARY, compare_tree};
use gen_exec::write::write_tree;

const FOLDER: &str = "terraform-out/a/b";
/// What the child says when it begins to write.
const BEGUN: u8 = b'!';

/// Two states of the output: files that change, come and go.
fn tree(new: bool) -> Tree {
    let mut files: Vec<Rendered> = (0..40)
        .filter(|number| if new { number % 7 != 0 } else { number % 5 != 0 })
        .map(|number| {
            let text = if number % 3 == 0 { "same".to_owned() } else { format!("{new} {number}") };
            Rendered {
                path: Arc::from(format!("d{}/f{number}", number % 4)),
                content: Content::new(text.repeat(200)),
            }
        })
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Tree { folder: Arc::from(FOLDER), files }
}

fn bring(root: &Path, new: bool) {
    assert!(write_tree(root, &compare_tree(root, &tree(new))).1.is_none(), "nothing is in the way");
}

fn on_disk(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let base = root.join(FOLDER);
    walkdir::WalkDir::new(&base)
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let path = entry.path().strip_prefix(&base).expect("below").to_string_lossy().into_owned();
            (path, std::fs::read(entry.path()).expect("a file"))
        })
        .collect()
}

fn expected(new: bool) -> BTreeMap<String, Vec<u8>> {
    tree(new).files.iter().map(|file| (file.path.to_string(), file.content.bytes().to_vec())).collect()
}

/// Nothing is torn: each file is as in one of the two states.
fn check_whole(root: &Path) {
    let (old, new) = (expected(false), expected(true));
    for (path, bytes) in on_disk(root) {
        let name = path.rsplit('/').next().unwrap_or_default();
        if path == MANIFEST || name.ends_with(TEMPORARY) {
            continue;
        }
        assert!(old.get(&path) == Some(&bytes) || new.get(&path) == Some(&bytes), "{path} is torn");
    }
}

/// The tree is in neither of its two states.
fn is_between(root: &Path) -> bool {
    let mut found = on_disk(root);
    found.remove(MANIFEST);
    found != expected(false) && found != expected(true)
}

fn check_repaired(root: &Path, new: bool) {
    bring(root, new);
    let mut found = on_disk(root);
    found.remove(MANIFEST);
    assert_eq!(found.keys().collect::<Vec<_>>(), expected(new).keys().collect::<Vec<_>>());
    assert_eq!(found, expected(new));
    let diff = compare_tree(root, &tree(new));
    assert!(!diff.has_changes() && diff.files.is_empty());
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test starts and kills itself")]
fn a_kill_leaves_each_file_old_or_new() {
    // In the child: write back and forth until the parent kills it.
    if let Some(root) = std::env::var_os("GEN_KILL_CHILD") {
        std::io::stdout()
            .write_all(&[BEGUN])
            .and_then(|()| std::io::stdout().flush())
            .expect("somebody listens");
        for turn in 0.. {
            bring(Path::new(&root), turn % 2 == 0);
        }
    }
    let kills: u64 = std::env::var("GEN_KILLS").ok().and_then(|number| number.parse().ok()).unwrap_or(200);
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    bring(root, false);
    let program = std::env::current_exe().expect("this program");
    let (mut leftovers, mut torn_trees) = (0, 0_u64);
    for kill in 0..kills {
        let mut child = std::process::Command::new(&program)
            .args(["--exact", "a_kill_leaves_each_file_old_or_new"])
            .env("GEN_KILL_CHILD", root)
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("a child");
        let mut said = Vec::new();
        let pipe = std::io::BufReader::new(child.stdout.take().expect("a pipe")).read_until(BEGUN, &mut said);
        assert!(pipe.is_ok() && said.ends_with(&[BEGUN]), "the child never began to write");
        // A spread of instants that needs no source of randomness: multiples of a prime, modulo the length of a few turns.
        std::thread::sleep(Duration::from_micros(kill * 7919 % 20_000));
        assert!(child.try_wait().expect("the child").is_none(), "the child ended by itself");
        child.kill().expect("the child is killed");
        child.wait().expect("the child ends");
        check_whole(root);
        torn_trees += u64::from(is_between(root));
        let diff = compare_tree(root, &tree(kill % 2 == 0));
        assert!(diff.files.iter().all(|file| !matches!(file.state, State::HandEdited | State::Foreign)));
        leftovers += diff.count(&State::Leftover);
        check_repaired(root, kill % 2 == 0);
    }
    println!(
        "{kills} kills, {torn_trees} of them between two files, {leftovers} temporary files left and removed"
    );
    assert!(torn_trees * 20 > kills, "{torn_trees} of {kills} kills came while something was written");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test edits what gen wrote")]
fn what_was_edited_by_hand_is_never_touched() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    bring(root, false);
    // One file that changes between the states, and one that goes.
    let (changed, gone) = (root.join(FOLDER).join("d1/f1"), root.join(FOLDER).join("d2/f14"));
    for path in [&changed, &gone] {
        std::fs::write(path, "mine").expect("an edit");
    }
    let diff = compare_tree(root, &tree(true));
    assert_eq!(diff.count(&State::HandEdited), 2);
    assert_eq!(diff.diagnostics().len(), 2);
    for _ in 0..2 {
        bring(root, true);
        for path in [&changed, &gone] {
            assert_eq!(std::fs::read(path).expect("still there"), b"mine");
        }
    }
}

#[test]
fn links_and_unwritable_folders_are_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    bring(root, false);
    let elsewhere = tempfile::tempdir().expect("a folder");
    std::fs::remove_dir_all(root.join(FOLDER).join("d1")).expect("removed");
    std::os::unix::fs::symlink(elsewhere.path(), root.join(FOLDER).join("d1")).expect("a link");
    let diff = compare_tree(root, &tree(true));
    assert!(diff.count(&State::NotAFile) > 0);
    let _ = write_tree(root, &diff);
    assert_eq!(
        std::fs::read_dir(elsewhere.path()).expect("a folder").count(),
        0,
        "nothing is written through a link"
    );
}
