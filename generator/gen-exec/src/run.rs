//! Running external programs, in scratch copies only.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGINT, SIGTERM};

/// What a program said.
#[derive(Debug, Clone)]
pub struct Output {
    /// Exit status; none when it was ended for taking too long.
    pub status: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Output {
    /// The program ended well.
    pub fn ok(&self) -> bool {
        self.status == Some(0)
    }
}

/// What a program said, byte for byte.
#[derive(Debug, Clone)]
pub struct Bytes {
    /// Exit status; none when it was ended for taking too long.
    pub status: Option<i32>,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: Vec<u8>,
}

/// Runs a program with no other environment than what is given, `PATH` and `HOME`.
pub fn run(
    program: &Path,
    arguments: &[&str],
    folder: &Path,
    environment: &[(&str, &str)],
    limit: Duration,
) -> std::io::Result<Output> {
    let said = feed(program, arguments, folder, environment, None, limit)?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok(Output { status: said.status, stdout: text(&said.stdout), stderr: text(&said.stderr) })
}

/// Runs a program as [`run`] does, with `input` on its standard input, and keeps what it said as it is.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place where programs start; they need PATH and HOME"
)]
pub fn feed(
    program: &Path,
    arguments: &[&str],
    folder: &Path,
    environment: &[(&str, &str)],
    input: Option<Vec<u8>>,
    limit: Duration,
) -> std::io::Result<Bytes> {
    let mut command = Command::new(program);
    let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
    command.args(arguments).current_dir(folder).env_clear().stdin(stdin);
    for name in ["PATH", "HOME", "TMPDIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.envs(environment.iter().copied());
    in_group_of_its_own(&mut command);
    let most = if input.is_some() { MOST_FED } else { MOST };
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    if let (Some(mut pipe), Some(input)) = (child.stdin.take(), input) {
        // A program that ends before it has read everything says why by its status.
        std::thread::spawn(move || std::io::Write::write_all(&mut pipe, &input));
    }
    let (out, err) = (Drain::start(child.stdout.take(), most), Drain::start(child.stderr.take(), MOST));
    let signals = Signals::watch();
    let status = wait(&mut child, limit, signals);
    signals.idle.store(!HELD.load(Ordering::SeqCst), Ordering::SeqCst);
    Ok(Bytes { status: status?, stdout: out.bytes(), stderr: err.bytes() })
}

/// Waits until a program has ended: its status, and none if it had to be ended for taking too long.
#[expect(clippy::disallowed_methods, reason = "a limit of time needs a clock")]
fn wait(child: &mut Child, limit: Duration, signals: &Signals) -> std::io::Result<Option<i32>> {
    let started = Instant::now();
    loop {
        if let Some(signal) = signals.came() {
            end_group(child)?;
            if HELD.load(Ordering::SeqCst) {
                return Err(std::io::ErrorKind::Interrupted.into());
            }
            signal_hook::low_level::emulate_default_handler(signal)?;
        }
        if let Some(status) = child.try_wait()? {
            return Ok(status.code());
        }
        if started.elapsed() > limit {
            end_group(child)?;
            return Ok(None);
        }
        // Short programs are seen to end at once, and long ones are not asked all the time.
        std::thread::sleep(
            (started.elapsed() / 16).clamp(Duration::from_micros(500), Duration::from_millis(20)),
        );
    }
}

/// Somebody else decides what a signal ends.
static HELD: AtomicBool = AtomicBool::new(false);

/// From now on a signal ends the program that runs, and not `gen`: whoever calls this watches for signals.
pub fn hold_signals() {
    HELD.store(true, Ordering::SeqCst);
    if let Some(signals) = SIGNALS.get() {
        signals.idle.store(false, Ordering::SeqCst);
    }
}

static SIGNALS: OnceLock<Signals> = OnceLock::new();

/// Signals that end `gen` while a program runs, which is in a group of its own and would go on: it is ended first. At all other times
/// they do what they always do.
struct Signals {
    idle: Arc<AtomicBool>,
    came: Arc<AtomicUsize>,
}

impl Signals {
    fn watch() -> &'static Self {
        let signals = SIGNALS.get_or_init(|| {
            let signals = Self { idle: Arc::default(), came: Arc::default() };
            for kind in [SIGINT, SIGTERM] {
                // Where a signal cannot be watched it does what it always does.
                let _ = signal_hook::flag::register_conditional_default(kind, signals.idle.clone());
                let number = usize::try_from(kind).unwrap_or_default();
                let _ = signal_hook::flag::register_usize(kind, signals.came.clone(), number);
            }
            signals
        });
        signals.idle.store(false, Ordering::SeqCst);
        signals
    }

    fn came(&self) -> Option<i32> {
        i32::try_from(self.came.load(Ordering::SeqCst)).ok().filter(|signal| *signal != 0)
    }
}

/// What it starts can then be ended with it.
#[cfg(unix)]
fn in_group_of_its_own(command: &mut Command) {
    use std::os::unix::process::CommandExt as _;
    command.process_group(0);
}

#[cfg(not(unix))]
fn in_group_of_its_own(_: &mut Command) {}

/// Ends a program and, where the system has groups of processes, all that it started: an engine's plugins do not outlive it.
fn end_group(child: &mut Child) -> std::io::Result<()> {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(child.id()).ok().and_then(rustix::process::Pid::from_raw) {
        // The program itself is ended below in any case.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    child.kill()?;
    child.wait().map(drop)
}

/// Most bytes that are kept of what a program says; the rest is read and dropped, so that it goes on.
const MOST: usize = 8 << 20;
/// The same for a program that is fed, and so asked for so much.
const MOST_FED: usize = 1 << 30;
/// How long the rest of what a program said is waited for, once it has ended.
const GRACE: Duration = Duration::from_secs(2);
const STEP: Duration = Duration::from_millis(1);

/// Reads what a program says while it runs.
struct Drain {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Drain {
    fn start(pipe: Option<impl Read + Send + 'static>, most: usize) -> Self {
        let bytes = Arc::new(Mutex::new(Vec::new()));
        let into = bytes.clone();
        let reader = std::thread::spawn(move || {
            let Some(mut pipe) = pipe else { return };
            let mut chunk = [0; 8192];
            loop {
                match pipe.read(&mut chunk) {
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                    // What cannot be read is missing from the report and nothing else.
                    Ok(0) | Err(_) => return,
                    Ok(length) => {
                        if let (Ok(mut bytes), Some(read)) = (into.lock(), chunk.get(..length)) {
                            let room = most.saturating_sub(bytes.len()).min(read.len());
                            bytes.extend_from_slice(read.get(..room).unwrap_or_default());
                        }
                    }
                }
            }
        });
        Self { bytes, reader }
    }

    /// What was said. A program that the program started, and that outlives it, keeps the pipe open: it is not waited for.
    fn bytes(self) -> Vec<u8> {
        for _ in 0..GRACE.as_millis() / STEP.as_millis() {
            if self.reader.is_finished() {
                break;
            }
            std::thread::sleep(STEP);
        }
        self.bytes.lock().map(|mut bytes| std::mem::take(&mut *bytes)).unwrap_or_default()
    }
}

/// Where a program is, by `PATH`.
#[expect(clippy::disallowed_methods, reason = "programs are found by PATH")]
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|candidate| candidate.is_file())
}

/// A temporary folder with files in it, removed when dropped.
pub fn scratch<'a>(
    files: impl IntoIterator<Item = (String, &'a [u8])>,
) -> std::io::Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    for (path, bytes) in files {
        let path = folder.path().join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        let mut file = std::fs::File::create_new(path)?;
        std::io::Write::write_all(&mut file, bytes)?;
    }
    Ok(folder)
}
