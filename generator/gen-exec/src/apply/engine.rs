//! The engine: Terraform or OpenTofu, started in a private folder.
//!
//! What it says goes into a file and not into a pipe: should `gen` be killed, the engine goes on and puts its state away, where a pipe
//! without a reader would end it in the middle.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use gen_core::apply::Changes;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::interrupt::Interrupt;
use super::{Fault, Phase};

/// Name of the plan in the private folder.
const PLAN: &str = "tfplan";
/// A state on its way into another store.
const MOVING: &str = "moving.tfstate";
/// State that the engine could not put away.
pub(super) const ERRORED: &str = "errored.tfstate";
/// How long an engine waits for somebody else's lock, unless the command line says otherwise.
pub const LOCK_TIMEOUT: Duration = Duration::from_mins(2);

/// Settings of the engine that hold for every root.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The program.
    pub program: PathBuf,
    /// Folder that providers are taken from, instead of the registry.
    pub plugins: Option<PathBuf>,
    /// How long to wait for a lock.
    pub lock_timeout: Duration,
}

/// The engine in the folder of one root.
#[derive(Debug)]
pub struct Engine<'a> {
    settings: &'a Settings,
    folder: PathBuf,
    interrupt: &'a Interrupt,
}

/// How a program ended.
#[derive(Debug)]
struct Ended {
    status: Option<i32>,
    stdout: String,
    stderr: String,
}

/// A state, by what tells it from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The same for all versions of one state.
    pub lineage: String,
    /// Counts its versions.
    pub serial: u64,
    /// How many resources it knows.
    pub resources: usize,
}

impl Mark {
    /// Reads a state; none where there is none yet. The error says what is wrong, in words.
    pub(super) fn read(text: &str) -> Result<Option<Self>, String> {
        if text.trim().is_empty() {
            return Ok(None);
        }
        let state: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
        let lineage = state.get("lineage").and_then(Value::as_str).unwrap_or_default();
        let serial = state.get("serial").and_then(Value::as_u64).unwrap_or_default();
        let resources = state.get("resources").and_then(Value::as_array).map_or(0, Vec::len);
        Ok((!lineage.is_empty()).then(|| Self { lineage: lineage.to_owned(), serial, resources }))
    }
}

/// Who holds a lock, in the words of the engine that took it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Number of the lock, by which it is lifted.
    pub id: String,
    /// What it was taken for.
    pub operation: String,
    /// User and machine.
    pub who: String,
    /// Since when.
    pub created: String,
}

impl Holder {
    /// Reads what an engine says that did not get a lock.
    fn read(said: &str) -> Option<Self> {
        if !said.contains("acquiring the state lock") {
            return None;
        }
        let of = |name: &str| {
            let lines = said.lines().map(|line| line.trim_start_matches(['│', ' ']));
            let value = lines.into_iter().find_map(|line| line.strip_prefix(name))?;
            Some(value.trim().to_owned())
        };
        Some(Self {
            id: of("ID:")?,
            operation: of("Operation:")?,
            who: of("Who:")?,
            created: of("Created:")?,
        })
    }
}

/// What a plan found.
#[derive(Debug, Clone, Default)]
pub struct Planned {
    /// What is going to happen.
    pub changes: Changes,
    /// As the engine tells it to people.
    pub told: String,
}

impl<'a> Engine<'a> {
    /// The engine in a folder that nobody else may look into.
    pub fn new(settings: &'a Settings, folder: PathBuf, interrupt: &'a Interrupt) -> Self {
        Self { settings, folder, interrupt }
    }

    /// Providers and backend. Providers have to be those that the lock file names.
    pub fn init(&self, more: &[&str]) -> Result<(), Fault> {
        let mut arguments = vec!["init", "-input=false", "-no-color"];
        arguments.extend(self.folder.join(".terraform.lock.hcl").exists().then_some("-lockfile=readonly"));
        let plugins =
            self.settings.plugins.as_ref().map(|folder| format!("-plugin-dir={}", folder.display()));
        arguments.extend(plugins.as_deref());
        arguments.extend(more);
        self.done(Phase::Init, &arguments).map(drop)
    }

    /// Plans into the private folder, and reads what is going to happen.
    pub fn plan(&self, more: &[&str]) -> Result<Planned, Fault> {
        let lock = self.lock_timeout();
        let out = format!("-out={PLAN}");
        let mut arguments = vec!["plan", "-input=false", "-no-color", &lock, &out];
        arguments.extend(more);
        let told = self.done(Phase::Plan, &arguments)?.stdout;
        let json = self.done(Phase::Plan, &["show", "-json", "-no-color", PLAN])?.stdout;
        let changes = Changes::read(&json).map_err(|why| Fault::new(Phase::Plan, why))?;
        Ok(Planned { changes, told })
    }

    /// Applies the plan that was made last, and no other. The answer is what the engine said.
    pub fn apply(&self) -> Result<String, Fault> {
        let lock = self.lock_timeout();
        let outcome = self.done(Phase::Apply, &["apply", "-input=false", "-no-color", &lock, PLAN]);
        // Whatever became of it, the plan is used up; it holds values in clear.
        let _ = std::fs::remove_file(self.folder.join(PLAN));
        match outcome {
            Ok(ended) => Ok(ended.stdout),
            Err(fault) => Err(self.rescue(fault)),
        }
    }

    /// State that could not be put away is pushed once more; if that fails too, it stays where it is, and the fault says where.
    fn rescue(&self, fault: Fault) -> Fault {
        let state = self.folder.join(ERRORED);
        if !state.exists() {
            return fault;
        }
        let lock = self.lock_timeout();
        match self.done(Phase::Rescue, &["state", "push", &lock, ERRORED]) {
            Ok(_) => {
                let _ = std::fs::remove_file(&state);
                fault.note("the engine could not put its state away at first; gen did so afterwards, and nothing is lost")
            }
            Err(second) => fault.unsaved(state).note(second.why),
        }
    }

    /// Puts a state away that an earlier run could not, unless a newer or another one is there.
    pub(super) fn push_rescued(&self, state: &str) -> Result<(), Fault> {
        self.push_in(Phase::Rescue, state)
    }

    /// How long somebody else is waited for.
    pub(super) fn patience(&self) -> Duration {
        self.settings.lock_timeout
    }

    /// Somebody asked the run to end.
    pub(super) fn interrupted(&self) -> bool {
        self.interrupt.came()
    }

    /// Lifts a lock, by its id.
    pub fn unlock(&self, id: &str) -> Result<(), Fault> {
        self.done(Phase::Unlock, &["force-unlock", "-force", id]).map(drop)
    }

    /// What the root hands on, by component.
    pub fn exports(&self) -> Result<Value, Fault> {
        let text = self.done(Phase::Exports, &["output", "-json", "-no-color", "exports"])?.stdout;
        serde_json::from_str(&text).map_err(|error| Fault::new(Phase::Exports, error.to_string()))
    }

    /// The state as text. It holds everything that is known of the root's resources.
    pub(super) fn pull(&self) -> Result<String, Fault> {
        Ok(self.done(Phase::Bootstrap, &["state", "pull"])?.stdout)
    }

    /// Puts a state where the backend keeps it, unless a newer or another one is there.
    pub(super) fn push(&self, state: &str) -> Result<(), Fault> {
        self.push_in(Phase::Bootstrap, state)
    }

    fn push_in(&self, phase: Phase, state: &str) -> Result<(), Fault> {
        let path = self.folder.join(MOVING);
        let failed = |error: io::Error| Fault::new(phase, format!("{}: {error}", path.display()));
        fresh(&path)
            .and_then(|mut file| io::Write::write_all(&mut file, state.as_bytes()))
            .map_err(failed)?;
        let lock = self.lock_timeout();
        let pushed = self.done(phase, &["state", "push", &lock, MOVING]);
        std::fs::remove_file(&path).map_err(failed)?;
        pushed.map(drop)
    }

    /// The state in JSON, as `show` tells it. It holds everything that is known of the root's resources.
    pub(super) fn show(&self) -> Result<String, Fault> {
        Ok(self.done(Phase::Plan, &["show", "-json", "-no-color"])?.stdout)
    }

    /// What tells the state from others, without anything that is in it; none where there is no state yet.
    pub fn state(&self) -> Result<Option<Mark>, Fault> {
        let text = self.done(Phase::Plan, &["state", "pull"])?.stdout;
        Mark::read(&text).map_err(|why| Fault::new(Phase::Plan, why))
    }

    fn lock_timeout(&self) -> String {
        format!("-lock-timeout={}s", self.settings.lock_timeout.as_secs())
    }

    /// Runs the engine and expects that it ends well.
    fn done(&self, phase: Phase, arguments: &[&str]) -> Result<Ended, Fault> {
        // A state is put away whoever asks for an end.
        if self.interrupt.came() && phase != Phase::Rescue {
            return Err(Fault::interrupted(phase));
        }
        let failed =
            |error: io::Error| Fault::new(phase, format!("{}: {error}", self.settings.program.display()));
        let ended = self.run(phase, arguments).map_err(failed)?;
        if ended.status == Some(0) {
            return Ok(ended);
        }
        let said = if ended.stderr.trim().is_empty() { &ended.stdout } else { &ended.stderr };
        let why = match ended.status {
            Some(_) => said.trim().to_owned(),
            None => format!("the engine was killed\n{}", said.trim()).trim().to_owned(),
        };
        let mut fault = Fault::new(phase, why);
        fault.holder = Holder::read(said).map(Box::new);
        if said.contains("Instance cannot be destroyed") {
            fault = fault.note("its module says prevent_destroy, which allow_destroy does not lift: take it out of the module and render again, if it is really meant");
        }
        Err(if self.interrupt.came() { fault.and_interrupted() } else { fault })
    }

    fn run(&self, phase: Phase, arguments: &[&str]) -> io::Result<Ended> {
        let (out, err) = (self.folder.join(".gen.out"), self.folder.join(".gen.err"));
        let mut command = self.command(arguments);
        command.stdout(fresh(&out)?).stderr(fresh(&err)?);
        let mut child = command.spawn()?;
        super::workplace::note_child(&self.folder, child.id());
        let status = self.wait(phase, &mut child)?;
        self.has_room()?;
        Ok(Ended { status, stdout: text(&out)?, stderr: text(&err)? })
    }

    /// On a full disk what an engine says is cut off, and it ends well all the same.
    fn has_room(&self) -> io::Result<()> {
        let path = self.folder.join(".gen.room");
        let written = fresh(&path).and_then(|mut file| io::Write::write_all(&mut file, &[0; 4096]));
        std::fs::remove_file(&path)?;
        written.map_err(|error| {
            io::Error::new(
                error.kind(),
                format!("what it said may be cut off: {}: {error}", self.folder.display()),
            )
        })
    }

    /// The engine inherits what providers read (credentials, proxies, roots of trust) and nothing that changes what it does.
    #[expect(clippy::disallowed_methods, reason = "this is where the engine starts")]
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.settings.program);
        command.args(arguments).current_dir(&self.folder).stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.to_str().is_some_and(|name| name.starts_with("TF_") && !KEPT.contains(&name)) {
                command.env_remove(&name);
            }
        }
        command.envs([("TF_IN_AUTOMATION", "1"), ("CHECKPOINT_DISABLE", "1")]);
        // A signal to the terminal's group is `gen`'s, which hands it on once.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command
    }

    /// Waits for the end; the first signal is handed on, once, and then it is waited on.
    fn wait(&self, phase: Phase, child: &mut Child) -> io::Result<Option<i32>> {
        let mut told = phase == Phase::Rescue;
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(status.code());
            }
            if self.interrupt.came() && !told {
                told = true;
                let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
                if let Some(pid) = pid {
                    // It may have ended in this moment; then there is nobody to tell.
                    let _ = kill_process(pid, Signal::INT);
                }
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Settings of the engine's own that are passed on: where providers come from, and how state is encrypted.
const KEPT: [&str; 3] = ["TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR", "TF_VAR_state_passphrase"];

fn fresh(path: &Path) -> io::Result<File> {
    File::options().write(true).create(true).truncate(true).open(path)
}

fn text(path: &Path) -> io::Result<String> {
    Ok(String::from_utf8_lossy(&std::fs::read(path)?).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_holds_the_lock_is_read() {
        let said = "\
│ Error: Error acquiring the state lock
│ 
│ Error message: operation error S3: PutObject, StatusCode: 412
│ Lock Info:
│   ID:        5f-1
│   Path:      bucket/a.tfstate
│   Operation: OperationTypeApply
│   Who:       mila@laptop
│   Version:   1.11.4
│   Created:   2026-11-20 10:00:00.5 +0000 UTC
│   Info:      
";
        let holder = Holder::read(said).expect("a holder");
        assert_eq!(
            (&*holder.id, &*holder.operation, &*holder.who),
            ("5f-1", "OperationTypeApply", "mila@laptop")
        );
        assert_eq!(holder.created, "2026-11-20 10:00:00.5 +0000 UTC");
        assert_eq!(Holder::read(&said.replace("acquiring", "releasing")), None);
    }
}
