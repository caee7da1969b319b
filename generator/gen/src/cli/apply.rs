//! What applies and destroys take.

use std::path::PathBuf;

use clap::Args;

#[derive(Debug, Args)]
pub(crate) struct ApplyArgs {
    /// Carry out what is planned without asking
    #[arg(long)]
    pub auto_approve: bool,
    /// The first run of all: make the store that states are kept in, and move its own state into it
    #[arg(long)]
    pub bootstrap: bool,
    /// This is the account that one is logged in to, where a provider cannot be asked
    #[arg(long, value_name = "ID", env = "GEN_CONFIRM_ACCOUNT", value_delimiter = ',')]
    pub confirm_account: Vec<String>,
    /// Roots that are worked on at once
    #[arg(long, value_name = "NUMBER", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    pub parallelism: u8,
    /// Seconds to wait for a state that somebody else has locked
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(0..=3600))]
    pub lock_timeout: u64,
    /// Show what engines say, not only what it comes to
    #[arg(long)]
    pub engine_output: bool,
    /// Folder that engines take providers from
    #[arg(long, value_name = "DIR", env = "GEN_PLUGIN_DIR")]
    pub plugin_dir: Option<PathBuf>,
    /// Address of the run of CI, for the records
    #[arg(long, value_name = "URL", env = "GEN_RUN_URL")]
    pub run_url: Option<String>,
}
