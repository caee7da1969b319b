//! Running external programs, in scratch copies only.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

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

/// Runs a program with no other environment than what is given, `PATH` and `HOME`.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place where programs start; they need PATH and HOME, and a limit of time"
)]
pub fn run(
    program: &Path,
    arguments: &[&str],
    folder: &Path,
    environment: &[(&str, &str)],
    limit: Duration,
) -> std::io::Result<Output> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env_clear().stdin(Stdio::null());
    for name in ["PATH", "HOME", "TMPDIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command.envs(environment.iter().copied());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (out, err) = (Drain::start(child.stdout.take()), Drain::start(child.stderr.take()));
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status.code();
        }
        if started.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            break None;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    Ok(Output { status, stdout: out.text(), stderr: err.text() })
}

/// How long the rest of what a program said is waited for, once it has ended.
const GRACE: Duration = Duration::from_secs(2);
const STEP: Duration = Duration::from_millis(5);

/// Reads what a program says while it runs.
struct Drain {
    bytes: Arc<Mutex<Vec<u8>>>,
    reader: JoinHandle<()>,
}

impl Drain {
    fn start(pipe: Option<impl Read + Send + 'static>) -> Self {
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
                            bytes.extend_from_slice(read);
                        }
                    }
                }
            }
        });
        Self { bytes, reader }
    }

    /// What was said. A program that the program started, and that outlives it, keeps the pipe open: it is not waited for.
    fn text(self) -> String {
        for _ in 0..GRACE.as_millis() / STEP.as_millis() {
            if self.reader.is_finished() {
                break;
            }
            std::thread::sleep(STEP);
        }
        self.bytes.lock().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
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
