//! What people write: the typed model of every input file, documented for editors and schemas.

pub mod capability;
pub mod component;
mod component_type;
pub mod environment;
pub mod framework;
pub mod names;
pub mod profile;
pub mod stack;
pub(crate) mod strict;
pub mod subject;
pub mod units;
pub mod waiver;
pub mod workflows;
pub mod workload;
