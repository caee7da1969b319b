//! Arguments of `gen profile`.

use clap::{Args, Subcommand, ValueEnum};
use gen_core::model::units::Date;

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
    #[arg(long, value_name = "DAY", requires = "to", value_parser = super::day)]
    pub today: Option<Date>,
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
