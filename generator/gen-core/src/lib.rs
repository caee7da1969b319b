//! Models, proof and rendering of `gen`: pure, silent and deterministic up to the plan.

pub mod affected;
pub mod apply;
pub mod audit;
pub mod between;
pub mod builtin;
pub mod check;
pub mod contract;
pub mod demand;
pub mod diag;
pub mod digest;
pub mod effect;
pub mod evidence;
pub mod kind;
pub mod load;
mod memo;
pub mod migrate;
pub mod model;
pub mod plan;
pub mod prove;
pub mod resolve;
pub mod schema;
#[cfg(test)]
mod testing;
pub mod visible;
