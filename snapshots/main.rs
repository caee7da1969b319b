//! What people see, as golden files: broken inputs, refusals, the output of commands.
//!
//! Add a file to `snapshots/faults/` and there is one more test; `INSTA_UPDATE=always cargo test --test snapshots` writes
//! what it printed to `snapshots/expected/`.

mod affected;
mod audit;
mod changes;
mod cli;
mod external;
mod faults;
mod migrate;
mod profiles;
mod promotion;
mod repository;
mod schema;
mod usage;
mod verify;
