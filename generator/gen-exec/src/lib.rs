//! Effects of `gen`: the only place where the tree changes, where programs start, and where servers are talked to.

pub mod apply;
pub mod git;
pub mod probe;
pub mod reach;
pub mod run;
pub mod write;
