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
