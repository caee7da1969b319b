//! What commands take that start engines or look at what they left.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// Where engines and their providers come from, and whose accounts they may touch.
#[derive(Debug, Args)]
#[command(next_help_heading = "Engines")]
pub(crate) struct EngineArgs {
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
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub(crate) struct ApplyArgs {
    /// Carry out what is planned without asking
    #[arg(long)]
    pub auto_approve: bool,
    /// Plan and stop: nothing is recorded or changed; says what --approved takes
    #[arg(long, conflicts_with_all = ["auto_approve", "bootstrap", "approved"])]
    pub plan_only: bool,
    /// With --plan-only: exit with 2 when there are differences
    #[arg(long, requires = "plan_only")]
    pub detailed_exitcode: bool,
    /// Carry out these plans without asking, and no others: what --plan-only said
    #[arg(long, value_name = "ROOT=DIGEST", env = "GEN_APPROVED", value_delimiter = ',', value_parser = approved,
          conflicts_with_all = ["auto_approve", "bootstrap"])]
    pub approved: Option<Vec<(String, String)>>,
    /// The first run of all: make the store that states are kept in, and move its own state into it
    #[arg(long)]
    pub bootstrap: bool,
    /// Address of the run of CI, for the records
    #[arg(long, value_name = "URL", env = "GEN_RUN_URL")]
    pub run_url: Option<String>,
    #[command(flatten)]
    pub engine: EngineArgs,
}

/// `stack/environment/root=sha256:...`, as `--plan-only` says it.
fn approved(text: &str) -> Result<(String, String), String> {
    let (root, digest) = text.split_once('=').ok_or("ROOT=DIGEST is wanted, as --plan-only says it")?;
    let whole = root.split('/').count() == 3 && root.split('/').all(|part| !part.is_empty());
    let hex = digest.strip_prefix("sha256:").unwrap_or_default();
    if !whole {
        return Err(format!("`{root}` is no root: STACK/ENVIRONMENT/ROOT is one"));
    }
    if hex.len() != 64 || !hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(format!("`{digest}` is no digest: `sha256:` and 64 hexadecimal digits are one"));
    }
    Ok((root.to_owned(), hex.to_owned()))
}

#[derive(Debug, Args)]
pub(crate) struct DestroyArgs {
    /// Carry out what is planned without asking
    #[arg(long)]
    pub auto_approve: bool,
    /// Address of the run of CI, for the records
    #[arg(long, value_name = "URL", env = "GEN_RUN_URL")]
    pub run_url: Option<String>,
    #[command(flatten)]
    pub engine: EngineArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DriftArgs {
    /// Exit with 2 when there are differences
    #[arg(long)]
    pub detailed_exitcode: bool,
    #[command(flatten)]
    pub engine: EngineArgs,
}

#[derive(Debug, Args)]
pub(crate) struct UnlockArgs {
    /// The root, such as data-aws
    pub root: String,
    /// Lift the lock with this id; without it, only say who holds the lock
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    #[command(flatten)]
    pub engine: EngineArgs,
}

#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    #[command(subcommand)]
    pub action: AuditAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AuditAction {
    /// Walk the chain of records of each target, and name the first break
    Verify(AuditVerifyArgs),
}

#[derive(Debug, Args)]
pub(crate) struct AuditVerifyArgs {
    /// A folder that holds the records of one target, instead of its store
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    #[command(flatten)]
    pub engine: EngineArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ExportsArgs {
    #[command(subcommand)]
    pub action: ExportsAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ExportsAction {
    /// Print what roots hand on, as it is kept beside their states
    Pull(EngineArgs),
}
