//! The command line: verbs, flags, their help.

mod apply;
mod probe;
mod profile;
mod release;

use std::path::PathBuf;

use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
use gen_core::model::units::Date;

pub(crate) use apply::{
    ApplyArgs, AuditAction, AuditArgs, AuditVerifyArgs, DestroyArgs, DriftArgs, EngineArgs, ExportsAction,
    ExportsArgs, UnlockArgs,
};
pub(crate) use probe::{
    PathStyle, ProbeArgs, ProbeCommon, ProbeKubernetesArgs, ProbeOidcArgs, ProbePostgresArgs, ProbeS3Args,
    ProbeStateLockArgs, ProbeStore, ProbeWhat,
};
pub(crate) use profile::{
    CompareArgs, NewArgs, ProfileAction, ProfileArgs, ProfileCheckArgs, ReportArgs, ShowArgs,
};
pub(crate) use release::{DiffArgs, PromoteArgs};

/// Typed models of stacks, proven against provider capabilities, rendered to infrastructure as code.
#[derive(Debug, Parser)]
#[command(name = "gen", version, max_term_width = 80, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// Formats that hold diagnostics alone are for commands that look for faults: of any other the answer would be lost.
    pub(crate) fn check_format(&self) -> Result<(), clap::Error> {
        let format = self.global.format;
        if format == Format::Matrix && !matches!(self.command, Command::Affected(_)) {
            let text = "--format matrix is for affected; here there are human, json and markdown";
            return Err(Self::command().error(clap::error::ErrorKind::ArgumentConflict, text));
        }
        let alone = matches!(format, Format::Sarif | Format::Github);
        let looks_for_faults = matches!(
            self.command,
            Command::Plan(_)
                | Command::Generate(_)
                | Command::Check(_)
                | Command::Validate(_)
                | Command::Verify(_)
        );
        if !alone || looks_for_faults {
            return Ok(());
        }
        let name = format.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        let text = format!(
            "--format {name} holds diagnostics alone, for plan, generate, check, validate and verify; \
             here there are human, json and markdown"
        );
        Err(Self::command().error(clap::error::ErrorKind::ArgumentConflict, text))
    }
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
    /// Of `affected` alone: jobs for a matrix of GitHub Actions, on one line
    Matrix,
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
    /// Bring clouds to what is rendered: plan, record, guard, approve, plan again, carry out, hand on, record
    Apply(ApplyArgs),
    /// Destroy what was applied, in the reverse order; data stays unless it is named
    Destroy(DestroyArgs),
    /// Say what is not as rendered, and what somebody else changed since it was applied
    Drift(DriftArgs),
    /// Release into an environment what another one runs: the same commit, the same images
    Promote(PromoteArgs),
    /// Show what differs between two environments of a stack, as meaning
    Diff(DiffArgs),
    /// Say who holds the lock of a state, and lift it
    Unlock(UnlockArgs),
    /// Print what roots hand on
    Exports(ExportsArgs),
    /// Verify the records of what was applied
    Audit(AuditArgs),
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
    /// Name the targets and roots that a change touches, by what git says has changed
    Affected(AffectedArgs),
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
    /// Ask the engines too what they would do: logs in, but locks, records and changes nothing
    #[arg(long, conflicts_with = "WhatIfArgs")]
    pub live: bool,
    #[command(flatten)]
    pub engine: EngineArgs,
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
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub today: Option<Date>,
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
    /// The digest that the file has to have: 64 hexadecimal digits, `digest` of the file that was rendered
    #[arg(long, value_name = "SHA256", env = "GEN_VERIFY_DIGEST", value_parser = digest)]
    pub digest: Option<String>,
    /// What cannot be checked counts as a mismatch
    #[arg(long, env = "GEN_VERIFY_STRICT")]
    pub strict: bool,
    /// Also reach each address over the network, and ask databases whether they encrypt and buckets how they keep objects
    #[arg(long, env = "GEN_VERIFY_CONNECT")]
    pub connect: bool,
    /// With --connect: the bucket of an object store, whose versioning and lock are asked for (with the credentials of the environment)
    #[arg(long = "s3-bucket", value_name = "COMPONENT=BUCKET", env = "GEN_VERIFY_S3_BUCKETS", value_delimiter = ',', value_parser = named)]
    pub buckets: Vec<(String, String)>,
    /// Seconds that an address may take to answer
    #[arg(long, value_name = "SECONDS", default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=60))]
    pub timeout: u64,
    /// Judge evidence by this day (YEAR-MONTH-DAY, or `now`) instead of the day that it is
    #[arg(long, value_name = "DAY", value_parser = day)]
    pub today: Option<Date>,
    #[command(flatten)]
    pub around: AroundArgs,
}

/// A day as it is written on the command line.
fn day(text: &str) -> Result<Date, &'static str> {
    match text {
        "now" => crate::view::today().ok_or("the clock of this machine was never set"),
        text => Date::parse(text).ok_or("write YEAR-MONTH-DAY, such as 2026-11-30, or `now`"),
    }
}

/// A SHA-256 in hexadecimal.
fn digest(text: &str) -> Result<String, &'static str> {
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(text.to_owned())
    } else {
        Err("write the 64 hexadecimal digits that stand under `digest` in the file that was rendered")
    }
}

fn named(text: &str) -> Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => {
            Ok((name.to_owned(), value.to_owned()))
        }
        _ => Err("write COMPONENT=BUCKET, such as evidence=acme-evidence"),
    }
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
    #[arg(long, conflicts_with_all = ["expiring", "capability", "subject"])]
    pub coverage: bool,
    /// Facts that the targets cite and that expire within 30 days, what is to be renewed first on top
    #[arg(long)]
    pub expiring: bool,
    /// With --expiring: within 30 days of this day (YEAR-MONTH-DAY, or `now`) instead of profiles/as-of.yaml
    #[arg(long, value_name = "DAY", requires = "expiring", value_parser = day)]
    pub today: Option<Date>,
    /// Only this capability
    #[arg(long, value_name = "ID")]
    pub capability: Option<String>,
    /// Only this provider or product
    #[arg(long, value_name = "NAME")]
    pub subject: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct AffectedArgs {
    /// What was before: a branch, tag or commit. The change is what differs between where it meets HEAD (the merge base) and the
    /// files as they are, committed or not
    #[arg(long, value_name = "REF", env = "GEN_BASE", value_parser = revision)]
    pub base: String,
    /// Say how each changed file reaches each target
    #[arg(long)]
    pub why: bool,
    /// Also targets that live in the account of an affected one
    #[arg(long)]
    pub include_dependents: bool,
}

/// What git would read as a flag names no revision.
fn revision(text: &str) -> Result<String, &'static str> {
    if text.is_empty() || text.starts_with('-') {
        return Err("write a branch, tag or commit, such as origin/main");
    }
    Ok(text.to_owned())
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
