//! What a probe is watched by: signals, a limit of time, and whoever wants to see how far it is.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use signal_hook::consts::{SIGINT, SIGTERM};

use super::Stop;

/// Watches a run. The first signal ends it in order, cleaning up; the second ends it at once.
pub struct Watch {
    signal: Arc<AtomicBool>,
    until: Instant,
    say: Box<dyn Fn(&str) + Send + Sync>,
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").field("signal", &self.signal).finish_non_exhaustive()
    }
}

impl Watch {
    /// Starts to watch; `say` is told what is being done.
    #[expect(clippy::disallowed_methods, reason = "a limit of time needs a clock; no verdict depends on it")]
    pub fn start(limit: Duration, say: Box<dyn Fn(&str) + Send + Sync>) -> io::Result<Self> {
        let signal = Arc::new(AtomicBool::new(false));
        for kind in [SIGINT, SIGTERM] {
            // In this order: the first signal finds the flag down and raises it, the second finds it up.
            signal_hook::flag::register_conditional_shutdown(kind, 130, signal.clone())?;
            signal_hook::flag::register(kind, signal.clone())?;
        }
        Ok(Self { signal, until: Instant::now() + limit, say })
    }

    /// Says what is going to be done, unless the run is to end.
    pub fn step(&self, what: &str) -> Result<(), Stop> {
        self.go_on()?;
        (self.say)(what);
        Ok(())
    }

    /// Whether the run is to end.
    #[expect(clippy::disallowed_methods, reason = "a limit of time needs a clock; no verdict depends on it")]
    pub fn go_on(&self) -> Result<(), Stop> {
        if self.signal.load(Ordering::SeqCst) {
            return Err(Stop::Interrupted);
        }
        if Instant::now() > self.until {
            return Err(Stop::failed(
                "the probe took longer than it may",
                "the server answers too slowly; probe from nearer, or give it more time with --limit",
            ));
        }
        Ok(())
    }

    /// Says what is being done, also while cleaning up after an interruption.
    pub fn say(&self, what: &str) {
        (self.say)(what);
    }

    /// Waits, unless the run is to end.
    pub fn wait(&self, time: Duration) -> Result<(), Stop> {
        let slice = Duration::from_millis(50);
        let mut left = time;
        while !left.is_zero() {
            self.go_on()?;
            let now = left.min(slice);
            std::thread::sleep(now);
            left -= now;
        }
        self.go_on()
    }
}
