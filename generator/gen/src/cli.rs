//! The command line: verbs, flags, their help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Typed models of stacks, proven against provider capabilities, rendered to infrastructure as code.
#[derive(Debug, Parser)]
#[command(name = "gen", version, max_term_width = 80, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

/// Flags that every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// Work in this folder instead of the present one
    #[arg(short = 'C', long, value_name = "DIR", default_value = ".", env = "GEN_CHDIR", global = true)]
    pub chdir: PathBuf,
    /// Only this stack
    #[arg(short, long, value_name = "STACK", env = "GEN_STACK", global = true)]
    pub stack: Option<String>,
    /// Only this environment
    #[arg(short, long, value_name = "ENV", env = "GEN_ENV", global = true)]
    pub env: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Human, env = "GEN_FORMAT", global = true)]
    pub format: Format,
    /// Threads to use; all processors when left out
    #[arg(short, long, value_name = "N", env = "GEN_JOBS", global = true)]
    pub jobs: Option<usize>,
    /// When to use colour
    #[arg(long, value_enum, default_value_t = Color::Auto, env = "GEN_COLOR", global = true)]
    pub color: Color,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Human,
    /// For programs; `gen schema` has the schemas
    Json,
    /// For comments on pull requests
    Markdown,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations in GitHub Actions
    Github,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show what the models need, what providers give them, and what would change on disk
    Plan(PlanArgs),
    /// Write what `plan` shows
    #[command(alias = "render")]
    Generate(GenerateArgs),
    /// Fail on faults, refusals and differences between models and disk
    Check(CheckArgs),
    /// Check every rendered file in the language that it claims
    Validate(ValidateArgs),
    /// Before a workload starts: check that it is where it was proven to belong
    Verify(VerifyArgs),
    /// Explain a diagnostic, capability, profile, provider, target or component
    Explain(ExplainArgs),
    /// Show who offers what, on which evidence
    Matrix(MatrixArgs),
    /// List, show, compare and check profiles
    Profile(ProfileArgs),
    /// Find out what a server really does, and add what was found to the evidence
    Probe(ProbeArgs),
    /// Draw components, hosts and roots
    Graph(GraphArgs),
    /// Print JSON Schemas of input files, of `--format json` and of exports
    Schema(SchemaArgs),
    /// Say which external tools are there, and what each is for
    Doctor,
    /// Make a repository with one stack
    Init(InitArgs),
    /// Print completions for a shell
    Completions(CompletionsArgs),
}

#[derive(Debug, Clone, Args)]
pub(crate) struct WhatIfArgs {
    /// What if this were the profile?
    #[arg(long, value_name = "PROFILE", env = "GEN_PROFILE")]
    pub profile: Option<String>,
    /// What if this were the provider or product, of one component or of all?
    #[arg(long, value_name = "[COMPONENT=]NAME")]
    pub provider: Vec<String>,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub what_if: WhatIfArgs,
    /// Show the differences of files
    #[arg(long)]
    pub diff: bool,
    /// Show every requirement and its evidence
    #[arg(long)]
    pub verdicts: bool,
    /// Exit with 2 when there are differences
    #[arg(long)]
    pub detailed_exitcode: bool,
    /// With --profile or --provider: show the audit record that the change would leave (CloudEvents 1.0)
    #[arg(long, requires = "WhatIfArgs")]
    pub event: bool,
}

#[derive(Debug, Args)]
pub(crate) struct GenerateArgs {
    /// Write nothing; exit with 2 when there are differences
    #[arg(long)]
    pub check: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Judge evidence by this day (YEAR-MONTH-DAY, or `now`) instead of profiles/as-of.yaml
    #[arg(long, value_name = "DAY")]
    pub today: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ValidateArgs {
    /// Also by terraform, in a scratch folder that holds what would be written
    #[arg(long)]
    pub external: bool,
    /// Folder that terraform takes providers from
    #[arg(long, value_name = "DIR", env = "GEN_PLUGIN_DIR")]
    pub plugin_dir: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct VerifyArgs {
    /// The workload's file, as rendered: profile/WORKLOAD.json of its target
    #[arg(long = "profile", value_name = "FILE", env = "GEN_VERIFY_PROFILE")]
    pub file: PathBuf,
    /// The digest that the file has to have
    #[arg(long, value_name = "SHA256", env = "GEN_VERIFY_DIGEST")]
    pub digest: Option<String>,
    /// What cannot be checked counts as a mismatch
    #[arg(long, env = "GEN_VERIFY_STRICT")]
    pub strict: bool,
    /// Also reach each address over the network, and ask databases whether they encrypt
    #[arg(long, env = "GEN_VERIFY_CONNECT")]
    pub connect: bool,
    /// Seconds that an address may take to answer
    #[arg(long, value_name = "SECONDS", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=60))]
    pub timeout: u64,
    #[command(flatten)]
    pub around: AroundArgs,
}

/// What the clients of a workload are told: the variables that they read themselves.
#[derive(Debug, Args)]
#[command(next_help_heading = "What the workload is told")]
pub(crate) struct AroundArgs {
    /// Address of the object store
    #[arg(long, value_name = "URL", env = "AWS_ENDPOINT_URL_S3", hide_env_values = true)]
    pub s3_endpoint: Option<String>,
    /// Region of the object store
    #[arg(long, value_name = "REGION", env = "AWS_REGION")]
    pub s3_region: Option<String>,
    /// Host of the database
    #[arg(long, value_name = "HOST", env = "PGHOST", hide_env_values = true)]
    pub postgres_host: Option<String>,
    /// Port of the database
    #[arg(long, value_name = "PORT", env = "PGPORT")]
    pub postgres_port: Option<u16>,
    /// How the database is talked to
    #[arg(long, value_name = "MODE", env = "PGSSLMODE")]
    pub postgres_sslmode: Option<String>,
    /// Address of the secrets store
    #[arg(long, value_name = "URL", env = "VAULT_ADDR", hide_env_values = true)]
    pub secrets_address: Option<String>,
    /// Address that signals are sent to
    #[arg(long, value_name = "URL", env = "OTEL_EXPORTER_OTLP_ENDPOINT", hide_env_values = true)]
    pub otlp_endpoint: Option<String>,
    /// Address of the workflow engine
    #[arg(long, value_name = "ADDRESS", env = "TEMPORAL_ADDRESS", hide_env_values = true)]
    pub temporal_address: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// A code (GEN0401), capability (s3.versioning), profile, provider, STACK, STACK/ENV or STACK/ENV/COMPONENT
    pub what: Option<String>,
}

/// Forms of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Page {
    /// One file with styles and filters
    Html,
    /// Tables
    Markdown,
}

#[derive(Debug, Args)]
pub(crate) struct MatrixArgs {
    /// The whole matrix as a page: HTML that opens without a server, or Markdown
    #[arg(long, value_name = "FORM", conflicts_with_all = ["coverage", "expiring", "capability", "subject"])]
    pub page: Option<Page>,
    /// How many blocking cells of the targets have live evidence
    #[arg(long)]
    pub coverage: bool,
    /// Facts that the targets cite and that expire within 30 days, what is to be renewed first on top
    #[arg(long)]
    pub expiring: bool,
    /// With --expiring: within 30 days of this day (YEAR-MONTH-DAY, or `now`) instead of profiles/as-of.yaml
    #[arg(long, value_name = "DAY", requires = "expiring")]
    pub today: Option<String>,
    /// Only this capability
    #[arg(long, value_name = "ID")]
    pub capability: Option<String>,
    /// Only this provider or product
    #[arg(long, value_name = "NAME")]
    pub subject: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct GraphArgs {
    /// Language of the drawing
    #[arg(long, value_enum, default_value_t = GraphLanguage::Mermaid)]
    pub language: GraphLanguage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphLanguage {
    /// Mermaid, drawn by many forges
    Mermaid,
    /// Graphviz
    Dot,
}

#[derive(Debug, Args)]
pub(crate) struct ProfileArgs {
    #[command(subcommand)]
    pub action: ProfileAction,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ProfileAction {
    /// The profiles there are, and who uses them
    List,
    /// A profile with everything that it extends
    Show(ShowArgs),
    /// What each profile and provider would make of a stack
    Compare(CompareArgs),
    /// Which evidence is missing, and how to get it
    Check(ProfileCheckArgs),
    /// For an auditor: the evidence by control of each framework
    Report(ReportArgs),
    /// Make a profile of your own, with whoever operates; with --stack and --env an environment that uses both
    New(NewArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The profile
    pub name: String,
}

#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// Only this profile; may be given several times
    #[arg(long, value_name = "PROFILE")]
    pub profile: Vec<String>,
    /// Only this provider; may be given several times. With --to also of one component: COMPONENT=NAME
    #[arg(long, value_name = "NAME")]
    pub provider: Vec<String>,
    /// The migration from the present binding to that of --profile and --provider, or to that of environment ENV
    #[arg(long, value_name = "ENV", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub to: Option<String>,
    /// With --to: judge evidence by this day and count from it (YEAR-MONTH-DAY, or `now`) instead of profiles/as-of.yaml
    #[arg(long, value_name = "DAY", requires = "to")]
    pub today: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// Name of the profile
    pub name: String,
    /// The profile that it tightens
    #[arg(long, value_name = "PROFILE", default_value = "byo")]
    pub extends: String,
    /// Who operates: short name of a provider, new or known
    #[arg(long, value_name = "NAME")]
    pub operator: Option<String>,
    /// The operator's name for people
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// Country, as two capital letters
    #[arg(long, value_name = "COUNTRY")]
    pub country: Option<String>,
    /// Tier of the environment
    #[arg(long, value_enum, default_value_t = NewTier::Production)]
    pub tier: NewTier,
}

/// Tiers of a new environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum NewTier {
    /// Shared, may break
    Development,
    /// As production, without customers
    Staging,
    /// Customers depend on it
    Production,
}

impl From<NewTier> for gen_core::model::environment::Tier {
    fn from(tier: NewTier) -> Self {
        match tier {
            NewTier::Development => Self::Development,
            NewTier::Staging => Self::Staging,
            NewTier::Production => Self::Production,
        }
    }
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// Only this framework
    #[arg(long, value_name = "ID")]
    pub framework: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct ProfileCheckArgs {
    /// Only environments of this profile
    pub name: Option<String>,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct SchemaArgs {
    /// A kind of file (stack, environment ...), `output/COMMAND`, or `exports`; all names when left out
    pub name: Option<String>,
    #[command(subcommand)]
    pub action: Option<SchemaAction>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SchemaAction {
    /// Keep what the modules use of `terraform providers schema -json`
    Import(ImportArgs),
}

#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// The output of `terraform providers schema -json`; `-` for standard input
    #[arg(value_name = "FILE")]
    pub dump: std::path::PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Name of the first stack
    #[arg(long, value_name = "STACK", default_value = "hello")]
    pub name: String,
    /// Provider of its components
    #[arg(long, value_name = "PROVIDER", default_value = "aws")]
    pub provider: String,
    /// Country to be in
    #[arg(long, value_name = "COUNTRY", default_value = "DE")]
    pub country: String,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    pub shell: clap_complete::Shell,
}

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
    /// Ask nothing; remove what an earlier run left behind
    #[arg(long, conflicts_with_all = ["dry_run", "provider", "product"])]
    pub clean: bool,
    /// Stop after this time, such as 10m
    #[arg(long, value_name = "TIME", default_value = "15m")]
    pub limit: String,
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
