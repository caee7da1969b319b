//! Applying: what is carried out in which order, what it does, what it may not do, and what is recorded about it.
//!
//! Everything here is decided from data. Programs start and servers are asked in `gen-exec`.

pub mod change;
pub mod guard;
pub mod keep;
pub mod risk;
pub mod steps;
mod values;

pub use change::{Action, Change, Changes, Leaf};
pub use guard::{Barred, Guarded};
pub use keep::{Kept, Stands};
pub use risk::{Ranked, rank};
pub use steps::{Outcome, Step, StepId, steps, waves};
