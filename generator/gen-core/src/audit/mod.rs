//! Records of a change of profile or binding: CloudEvents 1.0 in a chain.
//!
//! An event names its predecessor's digest and carries its own, both SHA-256 over canonical JSON (RFC 8785), so that a record that is
//! changed, left out or put elsewhere is told from the rest. Whoever applies a change seals it and stores it beside the state; here is
//! what is sealed, and how a chain is verified.

mod change;
mod event;

pub use change::{Binding, Change, Choice, WaiverInForce, change};
pub use event::{Broken, Data, Event, Kind, Sealing, data_schema, verify};

#[cfg(test)]
mod tests;
