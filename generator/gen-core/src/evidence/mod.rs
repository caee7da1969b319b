//! Evidence made by probes: what a probe reports, the facts that follow, and the text that is appended to a subject's file.
//!
//! All of it is pure. Talking to servers is `gen-exec`'s business, asking people the command line's.

mod append;
mod ask;
mod facts;
mod report;
mod sample;

pub use append::{Appended, Unfit, append};
pub use facts::{Evidence, Scope, evidence, source_id};
pub use report::{Ended, Finding, Kind, Left, Observation, Report, Step};
pub use sample::set_aside;
