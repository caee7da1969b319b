//! Signals while something is applied: the first one ends the run in order; further ones change nothing, because an engine that is
//! told twice drops its state.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

/// Whether somebody asked the run to end.
#[derive(Debug, Clone)]
pub struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Watches SIGINT, SIGTERM and SIGHUP (a terminal that is closed) from now on, for the rest of the process.
    pub fn watch() -> io::Result<Self> {
        crate::run::hold_signals();
        let flag = Arc::new(AtomicBool::new(false));
        for kind in [SIGINT, SIGTERM, SIGHUP] {
            signal_hook::flag::register(kind, flag.clone())?;
        }
        Ok(Self(flag))
    }

    /// A signal came.
    pub fn came(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
