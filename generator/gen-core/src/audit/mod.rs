//! Records of changes of profiles and bindings, and of what was done to roots: CloudEvents 1.0 in a chain.
//!
//! An event names its predecessor's digest and carries its own, both SHA-256 over canonical JSON (RFC 8785), so that a record that is
//! changed, left out or put elsewhere is told from the rest. Whoever applies a change seals it and stores it beside the state; here is
//! what is sealed, and how a chain is verified.

mod change;
mod event;
mod step;
mod stored;

pub use change::{Binding, Change, Choice, WaiverInForce, change};
pub use event::{Broken, Data, Event, Kind, Sealing, What, data_schema, verify};
pub use step::{Operation, Standing, StateMark, StepRecord};
pub use stored::{Flaw, Head, verify_stored};

#[cfg(test)]
mod tests;
