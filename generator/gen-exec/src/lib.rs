//! Effects of `gen`: the only place where the tree changes, and the only place where programs start.

pub mod run;
pub mod write;
