//! Writing: nothing of anybody else's is lost, and nothing lands outside.

use std::path::Path;
use std::sync::Arc;

use gen_core::kind::{Content, Rendered, Tree};
use gen_core::plan::compare_tree;
use gen_exec::write::write_tree;

const FOLDER: &str = "terraform-out/a/b";

fn tree(text: &str) -> Tree {
    let files = ["c/one", "c/two"]
        .map(|path| Rendered { path: Arc::from(path), content: Content::new(format!("{text} {path}")) });
    Tree { folder: Arc::from(FOLDER), files: files.to_vec() }
}

fn read(root: &Path, path: &str) -> String {
    std::fs::read_to_string(root.join(FOLDER).join(path)).expect("a file")
}

#[test]
#[expect(clippy::disallowed_methods, reason = "tests write into temporary folders")]
fn what_was_saved_after_the_plan_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    assert!(write_tree(root, &compare_tree(root, &tree("old"))).1.is_none());
    let diff = compare_tree(root, &tree("new"));
    std::fs::write(root.join(FOLDER).join("c/two"), "by hand").expect("a file");
    let (written, fault) = write_tree(root, &diff);
    assert!(fault.expect("a fault").label.contains("changed while gen was at work"));
    assert_eq!(read(root, "c/two"), "by hand");
    // What was done before is said, not lost.
    assert_eq!((written.changed, read(root, "c/one").as_str()), (1, "new c/one"));
    assert_eq!(written.paths, ["terraform-out/a/b/c/one"]);
}

#[test]
fn a_folder_that_became_a_link_is_not_written_through() {
    let folder = tempfile::tempdir().expect("a folder");
    let elsewhere = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    let diff = compare_tree(root, &tree("new"));
    std::fs::create_dir_all(root.join(FOLDER)).expect("a folder");
    std::os::unix::fs::symlink(elsewhere.path(), root.join(FOLDER).join("c")).expect("a link");
    let (_, fault) = write_tree(root, &diff);
    assert!(fault.expect("a fault").label.contains("a link or file stands where a folder should be"));
    assert_eq!(std::fs::read_dir(elsewhere.path()).expect("a folder").count(), 0);
}

#[test]
fn turns_are_taken_one_after_the_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = gen_exec::write::take_turn(folder.path());
    let (sender, receiver) = std::sync::mpsc::channel();
    let path = folder.path().to_owned();
    let second = std::thread::spawn(move || {
        let _turn = gen_exec::write::take_turn(&path);
        sender.send(()).expect("somebody listens");
    });
    assert!(receiver.recv_timeout(std::time::Duration::from_millis(200)).is_err(), "did not wait");
    drop(first);
    receiver.recv_timeout(std::time::Duration::from_secs(10)).expect("its turn came");
    second.join().expect("no panic");
}

#[test]
fn a_link_above_is_neither_followed_nor_written_through() {
    let folder = tempfile::tempdir().expect("a folder");
    let elsewhere = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    assert!(write_tree(root, &compare_tree(root, &tree("old"))).1.is_none());
    let before = compare_tree(root, &tree("old"));
    // The same bytes behind a link are not the same tree, and an empty folder there is not a leftover of ours.
    std::fs::rename(root.join("terraform-out/a"), elsewhere.path().join("a")).expect("moved");
    std::fs::create_dir(elsewhere.path().join("a/b/empty")).expect("a folder");
    std::os::unix::fs::symlink(elsewhere.path().join("a"), root.join("terraform-out/a")).expect("a link");
    for text in ["old", "new"] {
        let diff = compare_tree(root, &tree(text));
        assert_eq!(
            (diff.blocked.as_deref(), diff.same, diff.has_changes()),
            (Some("terraform-out/a"), 0, false)
        );
        assert_eq!(diff.diagnostics().len(), 1);
        assert_eq!(write_tree(root, &diff), (gen_exec::write::Written::default(), None));
    }
    // Nor does a plan from before the link was there reach through it.
    let mut late = before;
    late.hollow.insert("empty".into());
    assert!(write_tree(root, &late).1.is_some());
    assert!(elsewhere.path().join("a/b/empty").is_dir());
    assert_eq!(read(root, "c/one"), "old c/one");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "tests write into temporary folders")]
fn what_people_wrote_keeps_who_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.yaml");
    for mode in [0o600, 0o640, 0o664] {
        std::fs::write(&path, "old").expect("a file");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("a mode");
        assert!(gen_exec::write::change(folder.path(), "a.yaml", Some(b"old"), b"new").is_none());
        assert_eq!(std::fs::read(&path).expect("a file"), b"new");
        assert_eq!(std::fs::metadata(&path).expect("a file").permissions().mode() & 0o777, mode);
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 1, "no temporary file is left");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "tests write into temporary folders")]
fn what_appeared_meanwhile_is_not_replaced() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("one"), "theirs").expect("a file");
    let files = ["one", "b/two"]
        .map(|path| Rendered { path: Arc::from(path), content: Content::new("ours".to_owned()) });
    let faults = gen_exec::write::create_new(folder.path(), &files);
    assert_eq!(faults.len(), 1);
    assert!(faults[0].label.contains("somebody made it"), "{}", faults[0].label);
    let read = |path: &str| std::fs::read_to_string(folder.path().join(path)).expect("a file");
    assert_eq!((read("one").as_str(), read("b/two").as_str()), ("theirs", "ours"));
    assert!(gen_exec::write::change(folder.path(), "one", None, b"ours").is_some());
    assert_eq!(read("one"), "theirs");
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 2, "no temporary file is left");
}
