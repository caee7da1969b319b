//! `stacks/<stack>/environments/<env>.yaml`: a stack in one place.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::component::Issuer;
use super::names::{
    AccountId, ComponentName, DataName, EnvName, HostName, Place, ProfileName, RegionName, SubjectName,
};
use super::units::{Date, FormatVersion, NonEmpty, Period, Shares, Storage, Text};

/// An environment.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Version of the file format.
    pub version: FormatVersion,
    /// How much depends on it: sets severities and defaults.
    pub tier: Tier,
    /// The policy that applies.
    pub profile: ProfileName,
    /// Not in operation yet: what refuses it is said and fails nothing.
    #[serde(default)]
    pub planned: bool,
    /// What applies the Terraform.
    #[serde(default)]
    pub engine: Engine,
    /// Environment of a foundation stack that is this environment's account, by provider.
    #[serde(default)]
    pub accounts: BTreeMap<SubjectName, EnvName>,
    /// The account itself; only in environments of a foundation stack.
    #[serde(default)]
    pub account: Option<Account>,
    /// Where components and their data are.
    pub location: Location,
    /// DNS zone below which workloads are published.
    #[serde(default)]
    pub domain: Option<HostName>,
    /// Settings of the private network.
    #[serde(default)]
    pub network: NetworkSettings,
    /// How components are had, by component; `default` for the rest.
    pub bind: BTreeMap<String, Binding>,
    /// Sizes of components and workloads.
    #[serde(default)]
    pub size: BTreeMap<String, Size>,
    /// Settings of data classes that differ from the stack's.
    #[serde(default)]
    pub data: BTreeMap<DataName, DataSettings>,
    /// Expected spending and when to alert.
    #[serde(default)]
    pub budget: Option<Budget>,
    /// Whether changes need approval.
    #[serde(default)]
    pub protect: Protect,
    /// Resources with data that may be lost, each by its address; `gen apply` refuses every other in a protected environment.
    #[serde(default)]
    pub allow_destroy: Vec<AllowDestroy>,
}

impl Environment {
    /// Changes need approval, and come from a release: asked for, or because customers depend on it.
    pub fn is_protected(&self) -> bool {
        self.tier == Tier::Production || self.protect.is_on()
    }
}

/// A resource that may be destroyed although it holds data.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AllowDestroy {
    /// Its address in its root, as the plan names it.
    pub address: String,
    /// Why its data is not needed any more.
    pub why: Text,
    /// Last day on which it may go.
    pub until: Date,
}

/// How much depends on an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    /// One person's machine.
    Local,
    /// Shared, may break.
    Development,
    /// As production, without customers.
    Staging,
    /// Customers depend on it.
    Production,
}

impl Tier {
    /// The word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Development => "development",
            Self::Staging => "staging",
            Self::Production => "production",
        }
    }
}

/// What applies the Terraform.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Engine {
    /// `HashiCorp` Terraform.
    #[default]
    Terraform,
    /// `OpenTofu`, which can encrypt state before it leaves the machine.
    Opentofu,
}

impl Engine {
    /// The engine's name, also that of its fact file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Terraform => "terraform",
            Self::Opentofu => "opentofu",
        }
    }

    /// The name of its program.
    pub fn program(self) -> &'static str {
        match self {
            Self::Terraform => "terraform",
            Self::Opentofu => "tofu",
        }
    }
}

/// A cloud account.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// The provider's id of the account, quoted.
    pub id: AccountId,
    /// Who is told about budgets.
    pub alerts: NonEmpty<String>,
}

/// Where components and their data are.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Location {
    /// Country that components are placed in; a provider's `places` turn it into a region.
    pub country: Place,
    /// Countries, or groups of them, that data and its copies may be in; the country alone when left out.
    #[serde(default)]
    pub data: Vec<Place>,
}

/// Settings of the private network.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NetworkSettings {
    /// Address range of the network, a /16 in private space.
    #[serde(default)]
    pub cidr: Option<Cidr>,
}

/// An IPv4 /16 in private space, such as `10.20.0.0/16`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cidr(String);

impl Cidr {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `10.<second>.0.0/16`.
    pub fn ten(second: u8) -> Self {
        Self(format!("10.{second}.0.0/16"))
    }
}

impl From<Cidr> for String {
    fn from(cidr: Cidr) -> String {
        cidr.0
    }
}

impl TryFrom<String> for Cidr {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let ok = text
            .strip_prefix("10.")
            .and_then(|rest| rest.strip_suffix(".0.0/16"))
            .is_some_and(|second| second.parse::<u8>().is_ok_and(|number| number.to_string() == second));
        if ok { Ok(Self(text)) } else { Err("a network is a /16 in 10.0.0.0/8, such as 10.20.0.0/16") }
    }
}

impl JsonSchema for Cidr {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Cidr".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "An IPv4 /16 in 10.0.0.0/8, such as 10.20.0.0/16.",
            "type": "string",
            "pattern": "^10\\.(0|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5])\\.0\\.0/16$",
        })
    }
}

/// How a component is had: `provider` (managed), `product` and `host` (hosted), or `existing` and `operated_by`.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// Managed: who operates it.
    #[serde(default)]
    pub provider: Option<SubjectName>,
    /// Pins a region of the provider.
    #[serde(default)]
    pub region: Option<RegionName>,
    /// Hosted: the software.
    #[serde(default)]
    pub product: Option<SubjectName>,
    /// Hosted: the component that it runs on.
    #[serde(default)]
    pub host: Option<ComponentName>,
    /// Existing: the values that the component hands over; their shape is the type's contract.
    #[serde(default)]
    pub existing: Option<serde_json::Map<String, serde_json::Value>>,
    /// Existing: whose facts answer for it.
    #[serde(default)]
    pub operated_by: Option<SubjectName>,
    /// Identity of CI: who issues the tokens.
    #[serde(default)]
    pub issuer: Option<Issuer>,
    /// Identity of CI: what stands in where a provider does not federate.
    #[serde(default)]
    pub via: BTreeMap<SubjectName, Fallback>,
}

/// What stands in for workload federation.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fallback {
    /// A service that exchanges CI tokens for provider keys: product → address.
    pub existing: BTreeMap<SubjectName, String>,
}

/// How large something is: a class, or details on top of one.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SizeDetails {
    /// Class to start from.
    #[serde(default)]
    pub class: Option<SizeClass>,
    /// Instances, where the service takes a number.
    #[serde(default)]
    pub instances: Option<u8>,
    /// Storage.
    #[serde(default)]
    pub storage: Option<Storage>,
    /// Replicas of a workload.
    #[serde(default)]
    pub replicas: Option<u16>,
    /// Nodes of a cluster, by pool (`control`, `execution`).
    #[serde(default)]
    pub nodes: BTreeMap<ComponentName, Nodes>,
}

/// Numbers of nodes in a pool.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nodes {
    /// Fewest.
    #[serde(default)]
    pub min: Option<u16>,
    /// At the start.
    #[serde(default)]
    pub desired: Option<u16>,
    /// Most.
    #[serde(default)]
    pub max: Option<u16>,
}

impl Nodes {
    /// Two numbers that are the wrong way round: the names of the one that should be smaller, and of the other.
    pub fn disorder(&self) -> Option<(&'static str, &'static str)> {
        let rising = [("min", self.min), ("desired", self.desired), ("max", self.max)];
        let given: Vec<_> = rising.into_iter().filter_map(|(name, number)| Some((name, number?))).collect();
        given.windows(2).find(|pair| pair[0].1 > pair[1].1).map(|pair| (pair[0].0, pair[1].0))
    }

    /// These numbers, where given, over others.
    #[must_use]
    pub fn over(self, other: Self) -> Self {
        Self {
            min: self.min.or(other.min),
            desired: self.desired.or(other.desired),
            max: self.max.or(other.max),
        }
    }
}

/// How large something is.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Size {
    /// A class; the provider's file says what it means.
    Class(SizeClass),
    /// Details.
    #[serde(deserialize_with = "super::strict::variant")]
    Details(SizeDetails),
}

/// A size class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SizeClass {
    /// Small.
    S,
    /// Medium.
    M,
    /// Large.
    L,
}

impl SizeClass {
    /// The word used in files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::S => "s",
            Self::M => "m",
            Self::L => "l",
        }
    }
}

/// Settings of a data class that differ from the stack's.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataSettings {
    /// How long it is kept.
    #[serde(default)]
    pub retain: Option<Period>,
    /// Recovery point objective.
    #[serde(default)]
    pub rpo: Option<Period>,
    /// Recovery time objective.
    #[serde(default)]
    pub rto: Option<Period>,
}

/// Expected spending.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// Amount a month.
    pub per_month: NonZeroU32,
    /// The account's billing currency.
    pub currency: Currency,
    /// Alerts at these percentages.
    pub alert_at: Shares,
}

/// A currency that accounts are billed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[allow(missing_docs, reason = "ISO 4217 codes")]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    Eur,
    Usd,
    Gbp,
    Chf,
}

/// Whether changes need approval.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Protect {
    /// No, or yes with the forge's own rules.
    Plain(bool),
    /// Yes, by these people.
    #[serde(deserialize_with = "super::strict::variant")]
    Approved(Approval),
}

impl Default for Protect {
    fn default() -> Self {
        Self::Plain(false)
    }
}

impl Protect {
    /// Changes need approval.
    pub fn is_on(&self) -> bool {
        !matches!(self, Self::Plain(false))
    }
}

/// Who approves.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Users or teams of the forge.
    pub approvers: NonEmpty<String>,
}
