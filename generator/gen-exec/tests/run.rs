//! Running programs: what they said is kept, and none is waited for beyond its limit.

use std::path::Path;
use std::time::{Duration, Instant};

use gen_exec::run::run;

fn shell(script: &str, limit: Duration) -> gen_exec::run::Output {
    run(Path::new("/bin/sh"), &["-c", script], Path::new("/"), &[], limit).expect("a shell")
}

#[test]
fn what_is_said_and_how_it_ends_is_kept() {
    let said = shell("echo out; echo err >&2; exit 3", Duration::from_mins(1));
    assert_eq!((said.status, said.stdout.as_str(), said.stderr.as_str()), (Some(3), "out\n", "err\n"));
    assert!(!said.ok());
}

#[test]
#[expect(clippy::disallowed_methods, reason = "that it does not wait is what is tested")]
fn children_that_outlive_their_parent_are_not_waited_for() {
    for (script, status) in [("echo a; sleep 50 & sleep 50", None), ("echo a; sleep 50 & exit 0", Some(0))] {
        let started = Instant::now();
        let said = shell(script, Duration::from_secs(1));
        assert_eq!((said.status, said.stdout.as_str()), (status, "a\n"), "{script}");
        assert!(started.elapsed() < Duration::from_secs(30), "{script}: waited for what goes on alone");
    }
}

#[test]
fn what_a_program_started_ends_with_it_when_it_takes_too_long() {
    let folder = tempfile::tempdir().expect("a folder");
    let alive = folder.path().join("alive");
    // Grows as long as the child of the child lives.
    let script = format!("(while :; do echo x >> {0}; sleep 0.05; done) & sleep 50", alive.display());
    assert_eq!(shell(&script, Duration::from_millis(500)).status, None);
    let size = || std::fs::metadata(&alive).expect("it had begun").len();
    std::thread::sleep(Duration::from_millis(200));
    let before = size();
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(size(), before, "it goes on");
}

#[test]
fn what_a_program_says_is_kept_within_bounds() {
    let said = shell("head -c 20000000 /dev/zero | tr '\\0' x; exit 0", Duration::from_mins(1));
    assert_eq!((said.status, said.stdout.len()), (Some(0), 8 << 20));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the test starts itself and is stopped")]
fn a_signal_ends_what_runs_and_then_gen() {
    const CHILD: &str = "GEN_RUN_CHILD";
    if let Some(alive) = std::env::var_os(CHILD) {
        let script = format!("while :; do echo x >> {}; sleep 0.05; done", Path::new(&alive).display());
        shell(&script, Duration::from_mins(1));
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let alive = folder.path().join("alive");
    let mut child = std::process::Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "a_signal_ends_what_runs_and_then_gen"])
        .env(CHILD, &alive)
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("a child");
    let size = || std::fs::metadata(&alive).map_or(0, |found| found.len());
    let begun = Instant::now();
    while size() == 0 {
        assert!(begun.elapsed() < Duration::from_secs(30), "it never began");
        std::thread::sleep(Duration::from_millis(20));
    }
    let stopped = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(stopped.expect("kill").success());
    assert!(!child.wait().expect("it ends").success());
    std::thread::sleep(Duration::from_millis(200));
    let before = size();
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(size(), before, "what it ran goes on");
}
