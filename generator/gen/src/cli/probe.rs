//! Arguments of `gen probe`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use gen_core::model::units::Period;

#[derive(Debug, Args)]
pub(crate) struct ProbeArgs {
    #[command(subcommand)]
    pub what: ProbeWhat,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProbeWhat {
    /// An S3 object store: conditions, versions, locks, signed addresses, encryption
    S3(ProbeS3Args),
    /// Whether a state in an S3 object store can be locked, again and again
    StateLock(ProbeStateLockArgs),
    /// An OpenID Connect issuer: what it publishes, and a token of it
    Oidc(ProbeOidcArgs),
    /// A PostgreSQL server: encryption, log-ins, roles, databases, hints at backups
    Postgres(ProbePostgresArgs),
    /// A Kubernetes cluster: admission of pods, network policies, sandboxes
    Kubernetes(ProbeKubernetesArgs),
}

impl ProbeWhat {
    /// What every probe takes.
    pub(crate) fn common(&self) -> &ProbeCommon {
        match self {
            Self::S3(arguments) => &arguments.common,
            Self::StateLock(arguments) => &arguments.common,
            Self::Oidc(arguments) => &arguments.common,
            Self::Postgres(arguments) => &arguments.common,
            Self::Kubernetes(arguments) => &arguments.common,
        }
    }
}

/// Flags that every probe takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Evidence")]
pub(crate) struct ProbeCommon {
    /// Add what is found to the file of this provider
    #[arg(long, value_name = "NAME", conflicts_with = "product")]
    pub provider: Option<String>,
    /// Add what is found to the file of this product
    #[arg(long, value_name = "NAME")]
    pub product: Option<String>,
    /// The region of the provider that the server is in
    #[arg(long = "in", value_name = "REGION", requires = "provider")]
    pub region_of_provider: Option<String>,
    /// The service of the provider that the server belongs to, where its facts differ by service
    #[arg(long, value_name = "NAME", requires = "provider")]
    pub service: Option<String>,
    /// Name and version of the server, where it does not tell them, such as "Ceph 20.2.4"
    #[arg(long, value_name = "TEXT")]
    pub server: Option<String>,
    /// Do not ask before anything is made on the server
    #[arg(long, short)]
    pub yes: bool,
    /// Change no file; print what would be added
    #[arg(long)]
    pub dry_run: bool,
    /// Only remove what an earlier run left behind; unless --yes is said, ask before
    #[arg(long, conflicts_with_all = ["dry_run", "provider", "product"])]
    pub clean: bool,
    /// Stop after this time, such as 10m
    #[arg(long, value_name = "TIME", default_value = "15m", value_parser = period)]
    pub limit: Period,
}

fn period(text: &str) -> Result<Period, String> {
    Period::parse(text).ok_or_else(|| "it is not a time such as 10m".to_owned())
}

/// How a server that speaks HTTP is reached.
#[derive(Debug, Args)]
#[command(next_help_heading = "Server")]
pub(crate) struct ProbeHttp {
    /// Allow an address that is not encrypted and not on this machine
    #[arg(long)]
    pub insecure_http: bool,
}

/// How an object store is reached; credentials are taken from `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Server")]
pub(crate) struct ProbeStore {
    /// Address of the store, such as `https://s3.example.com`
    #[arg(long, value_name = "URL")]
    pub endpoint: String,
    /// Region that requests are signed for
    #[arg(long, value_name = "REGION", default_value = "us-east-1")]
    pub region: String,
    /// How the names of scratch buckets begin
    #[arg(long, value_name = "PREFIX", default_value = "gen-probe-")]
    pub bucket_prefix: String,
    /// Where the name of the bucket goes
    #[arg(long, value_enum, default_value_t = PathStyle::Auto)]
    pub path_style: PathStyle,
    #[command(flatten)]
    pub http: ProbeHttp,
}

/// Where the name of a bucket goes in an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PathStyle {
    /// Into the path where the store takes that, else into the host
    Auto,
    /// Into the path
    Always,
    /// Into the host
    Never,
}

#[derive(Debug, Args)]
pub(crate) struct ProbeS3Args {
    #[command(flatten)]
    pub store: ProbeStore,
    /// Key of the store's key service to encrypt with, where it has no default key
    #[arg(long, value_name = "ID", help_heading = "Server")]
    pub kms_key: Option<String>,
    /// Storage class that objects can be moved to, where it is none of the usual names
    #[arg(long, value_name = "CLASS", help_heading = "Server")]
    pub storage_class: Option<String>,
    #[command(flatten)]
    pub common: ProbeCommon,
}

#[derive(Debug, Args)]
pub(crate) struct ProbeStateLockArgs {
    #[command(flatten)]
    pub store: ProbeStore,
    #[command(flatten)]
    pub common: ProbeCommon,
}

#[derive(Debug, Args)]
pub(crate) struct ProbeOidcArgs {
    /// The issuer, as it stands in tokens, such as `https://token.actions.githubusercontent.com`
    #[arg(long, value_name = "URL")]
    pub issuer: String,
    /// Name of the environment variable that holds a token to look at
    #[arg(long, value_name = "VARIABLE")]
    pub token_env: Option<String>,
    /// The audience that the token has to be for
    #[arg(long, value_name = "TEXT", requires = "token_env")]
    pub audience: Option<String>,
    #[command(flatten)]
    pub http: ProbeHttp,
    #[command(flatten)]
    pub common: ProbeCommon,
}

/// The password is taken from `PGPASSWORD` or from the file of passwords.
#[derive(Debug, Args)]
pub(crate) struct ProbePostgresArgs {
    /// Name or address of the server
    #[arg(long, value_name = "HOST", env = "PGHOST", help_heading = "Server")]
    pub host: Option<String>,
    /// Port of the server; 5432 when left out
    #[arg(long, value_name = "PORT", env = "PGPORT", help_heading = "Server")]
    pub port: Option<u16>,
    /// Login; an administrator's finds out most
    #[arg(long, value_name = "NAME", env = "PGUSER", help_heading = "Server")]
    pub user: Option<String>,
    /// Database to connect to; named like the login when left out
    #[arg(long, value_name = "NAME", env = "PGDATABASE", help_heading = "Server")]
    pub database: Option<String>,
    /// verify-full (when left out), verify-ca, require or disable
    #[arg(long, value_name = "MODE", env = "PGSSLMODE", help_heading = "Server")]
    pub sslmode: Option<String>,
    /// Certificates in PEM to trust instead of the machine's
    #[arg(long, value_name = "FILE", env = "PGSSLROOTCERT", help_heading = "Server")]
    pub sslrootcert: Option<PathBuf>,
    /// File of passwords; `~/.pgpass` when left out
    #[arg(long, value_name = "FILE", env = "PGPASSFILE", help_heading = "Server")]
    pub passfile: Option<PathBuf>,
    /// Make nothing on the server
    #[arg(long)]
    pub read_only: bool,
    #[command(flatten)]
    pub common: ProbeCommon,
}

#[derive(Debug, Args)]
pub(crate) struct ProbeKubernetesArgs {
    /// File that says where the cluster is and who asks; `~/.kube/config` when left out
    #[arg(long, value_name = "FILE", env = "KUBECONFIG", help_heading = "Server")]
    pub kubeconfig: Option<PathBuf>,
    /// Context of that file; its current one when left out
    #[arg(long, value_name = "NAME", help_heading = "Server")]
    pub context: Option<String>,
    /// Image that scratch pods run, with sh, wget and httpd (such as busybox), as `NAME@sha256:…`; without one no pod runs
    #[arg(long, value_name = "IMAGE", help_heading = "Server")]
    pub image: Option<String>,
    /// Make nothing in the cluster
    #[arg(long)]
    pub read_only: bool,
    #[command(flatten)]
    pub http: ProbeHttp,
    #[command(flatten)]
    pub common: ProbeCommon,
}
