//! What is seen of a run while it goes on, and who says that it may.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::time::Duration;

use gen_core::apply::StepId;
use gen_core::audit::Operation;
use gen_exec::apply::{Approval, Prepared, Watcher};
use indicatif::ProgressBar;

use crate::view::apply as view;

use super::ChangeDoc;

/// Standard error: a line that changes on a terminal, a line for each step elsewhere.
pub(super) struct Screen {
    bar: ProgressBar,
    auto_approve: bool,
    engine_output: bool,
    operation: Operation,
}

impl Screen {
    pub(super) fn new(auto_approve: bool, engine_output: bool, operation: Operation) -> Self {
        let bar = crate::view::progress_of_unknown_length();
        if std::io::stderr().is_terminal() {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Self { bar, auto_approve, engine_output, operation }
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn say(&self, text: &str) {
        self.bar.suspend(|| {
            // What cannot be shown changes nothing about what is done.
            let _ = std::io::stderr().lock().write_all(text.as_bytes());
        });
    }
}

impl Watcher for Screen {
    fn step(&self, step: &StepId, what: &str) {
        if std::io::stderr().is_terminal() {
            self.bar.set_message(format!("{step}: {what}"));
        } else {
            self.say(&format!("{step}: {what}\n"));
        }
    }

    fn log(&self, step: &StepId, title: &str, text: &str) {
        if self.engine_output {
            let text = gen_core::visible::visible(text.trim_end());
            self.say(&format!("\n── {step}: {title}\n{text}\n"));
        }
    }

    fn failed(&self, step: &StepId, fault: &gen_exec::apply::Fault) {
        if fault.why.contains('\n') {
            let text = gen_core::visible::visible(fault.why.trim_end());
            self.say(&format!("\n── {step}: {}\n{text}\n\n", fault.phase.as_str()));
        }
    }

    fn approve(&self, wave: &[&Prepared<'_>]) -> Approval {
        let changes: Vec<(String, Vec<ChangeDoc>)> = wave
            .iter()
            .map(|one| (one.work.step.id.to_string(), one.ranked.iter().map(ChangeDoc::of).collect()))
            .collect();
        let roots: Vec<_> = changes.iter().map(|(root, all)| (root.clone(), all.iter().collect())).collect();
        self.say(&view::wave(&roots));
        for one in wave {
            self.say(&view::kept(&one.work.step.id.to_string(), &one.kept));
        }
        if self.auto_approve {
            return Approval::Given;
        }
        if !std::io::stdin().is_terminal() {
            return Approval::Declined;
        }
        self.bar.suspend(|| {
            let question =
                format!("Carry this out ({})? Only `yes` is taken for it: ", self.operation.as_str());
            if std::io::stderr().write_all(question.as_bytes()).is_err() {
                return Approval::Declined;
            }
            let interrupted = || wave.iter().any(|one| one.interrupted());
            match answer(interrupted) {
                Some(answer) if answer.trim() == "yes" => Approval::Waited,
                _ => Approval::Declined,
            }
        })
    }
}

/// A line from the terminal; none when somebody asked the run to end instead. Whoever waits for the line goes with the process.
fn answer(interrupted: impl Fn() -> bool) -> Option<String> {
    let (give, take) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        if std::io::stdin().lock().read_line(&mut line).is_ok() {
            // Nobody waits any more once the run was asked to end.
            let _ = give.send(line);
        }
    });
    loop {
        match take.recv_timeout(Duration::from_millis(50)) {
            Ok(line) => return Some(line),
            Err(std::sync::mpsc::RecvTimeoutError::Timeout) if !interrupted() => {}
            Err(_) => return None,
        }
    }
}
