//! Applying roots in the one order that is safe: who is logged in, what others hand on, plan, record, guard, approval, the same plan again,
//! apply that file, hand on, record.

mod bootstrap;
pub mod engine;
mod identity;
mod interrupt;
mod ledger;
mod orphan;
mod root;
mod wave;
mod workplace;

use std::path::PathBuf;

pub use engine::{Holder, Settings};
pub use identity::{Aws, Caller};
pub use interrupt::Interrupt;
pub use ledger::{Ledger, Login};
pub use root::{Prepared, Work};
pub use wave::{Aim, Approval, Run, StepReport, Watcher, carry_out};
pub use workplace::Workplace;

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Who is logged in.
    Identity,
    /// Providers and backend.
    Init,
    /// What other roots hand on.
    Takes,
    /// What is going to happen.
    Plan,
    /// What may not happen.
    Guard,
    /// Whether it is wanted.
    Approval,
    /// It happens.
    Apply,
    /// State that the engine could not put away.
    Rescue,
    /// What the root hands on.
    Exports,
    /// What was done is recorded.
    Record,
    /// A lock is lifted.
    Unlock,
    /// A state moves into the store that it describes.
    Bootstrap,
}

impl Phase {
    /// As people read it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Init => "init",
            Self::Takes => "takes",
            Self::Plan => "plan",
            Self::Guard => "guard",
            Self::Approval => "approval",
            Self::Apply => "apply",
            Self::Rescue => "rescue",
            Self::Exports => "exports",
            Self::Record => "record",
            Self::Unlock => "unlock",
            Self::Bootstrap => "bootstrap",
        }
    }
}

/// Why a step did not come to its end.
#[derive(Debug, Clone)]
pub struct Fault {
    /// Where it stood.
    pub phase: Phase,
    /// Why; an engine's own words where it is the engine that failed.
    pub why: String,
    /// What to do.
    pub help: Vec<String>,
    /// Somebody asked the run to end.
    pub interrupted: bool,
    /// A state that is nowhere but here.
    pub unsaved: Option<PathBuf>,
    /// Who holds the lock that was wanted.
    pub holder: Option<Box<Holder>>,
}

impl Fault {
    /// It failed.
    pub fn new(phase: Phase, why: impl Into<String>) -> Self {
        Self { phase, why: why.into(), help: Vec::new(), interrupted: false, unsaved: None, holder: None }
    }

    /// It was to end before it began.
    pub fn interrupted(phase: Phase) -> Self {
        Self::new(phase, "interrupted").and_interrupted()
    }

    /// With what to do.
    #[must_use]
    pub fn note(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Because somebody asked it to end.
    #[must_use]
    pub fn and_interrupted(mut self) -> Self {
        self.interrupted = true;
        self
    }

    /// With a state that could not be put away.
    #[must_use]
    pub fn unsaved(mut self, state: PathBuf) -> Self {
        self.unsaved = Some(state);
        self
    }
}
