//! Whoever facts are about: `profiles/providers/<provider>.yaml` and `profiles/products/<product>.yaml`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::capability::Proof;
use super::component::ComponentType;
use super::environment::SizeClass;
use super::names::{CapabilityId, ExactVersion, Place, RegionName, TerraformSource};
use super::units::{Date, FormatVersion};

/// A provider: somebody who operates services.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Version of the file format.
    pub version: FormatVersion,
    /// Name for people.
    pub name: String,
    /// Its Terraform provider.
    #[serde(default)]
    pub terraform: Option<TerraformProvider>,
    /// How `gen apply` can ask who it is logged in as.
    #[serde(default)]
    pub identity: Identity,
    /// Permission boundary of every role that its modules make; `{account}` and `{foundation}` are filled in.
    #[serde(default)]
    pub boundary: Option<String>,
    /// Role that a job of CI takes for a target; `{account}`, `{name}` (stack-environment) and `{use}` (plan or apply) are filled in.
    #[serde(default)]
    pub role: Option<String>,
    /// Regions and where they are.
    #[serde(default)]
    pub places: BTreeMap<RegionName, Region>,
    /// Component types that modules exist for: type → module.
    #[serde(default)]
    #[schemars(schema_with = "crate::schema::map::<ComponentType, String>")]
    pub makes: BTreeMap<ComponentType, String>,
    /// Addresses of services by component type; `{region}` is filled in, and `*.` stands for one label or more.
    #[serde(default)]
    #[schemars(schema_with = "crate::schema::map::<ComponentType, String>")]
    pub endpoints: BTreeMap<ComponentType, String>,
    /// Which service of the provider a module uses, where facts differ by service.
    #[serde(default)]
    #[schemars(schema_with = "crate::schema::map::<ComponentType, String>")]
    pub services: BTreeMap<ComponentType, String>,
    /// Services that facts are about and no module uses: such facts are shown, and answer nothing.
    #[serde(default)]
    pub other_services: Vec<String>,
    /// What size classes mean: type → class → settings of the module.
    #[serde(default)]
    #[schemars(schema_with = "crate::schema::map::<ComponentType, Sizes>")]
    pub sizes: BTreeMap<ComponentType, Sizes>,
    /// Exact versions of cluster add-ons by Kubernetes minor version.
    #[serde(default)]
    pub addons: BTreeMap<String, BTreeMap<String, String>>,
    /// Resource types whose replacement loses data.
    #[serde(default)]
    pub stateful: Vec<String>,
    /// Resource types whose changes are looked at first.
    #[serde(default)]
    pub risks: Risks,
    /// Where facts were read.
    #[serde(default)]
    pub sources: BTreeMap<String, Source>,
    /// What is known.
    #[serde(default)]
    pub facts: Vec<Fact>,
    /// What is not known, and what would prove it.
    #[serde(default)]
    pub ask: BTreeMap<CapabilityId, Proof>,
}

impl Provider {
    /// Audience that it expects in tokens of CI: a detail of the fact that it federates.
    pub fn ci_audience(&self) -> Option<&str> {
        self.facts
            .iter()
            .filter(|fact| {
                fact.is.keys().any(|capability| capability.as_str() == "iam.oidc.workload_federation")
            })
            .find_map(|fact| fact.with.as_ref()?.get("audience")?.as_str())
    }

    /// Where a component of a type is reached in a region, if that is known beforehand.
    pub fn endpoint(&self, kind: ComponentType, region: &str) -> Option<String> {
        self.endpoints.get(&kind).map(|address| address.replace("{region}", region))
    }
}

/// Resource types whose changes are looked at first. `*` at the end of a type stands for any end.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Risks {
    /// They decide who may do what.
    #[serde(default)]
    pub permissions: Vec<String>,
    /// They run software of the stack, and what that keeps goes with them.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// They cannot be taken back.
    #[serde(default)]
    pub irreversible: Vec<String>,
    /// Type → attribute (without indices of lists) → the value that lets everybody in.
    #[serde(default)]
    pub public: BTreeMap<String, BTreeMap<String, Value>>,
}

/// What size classes mean.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sizes {
    /// Small.
    #[serde(default)]
    pub s: serde_json::Map<String, Value>,
    /// Medium.
    #[serde(default)]
    pub m: serde_json::Map<String, Value>,
    /// Large.
    #[serde(default)]
    pub l: serde_json::Map<String, Value>,
}

impl Sizes {
    /// Settings of a class.
    pub fn of(&self, class: SizeClass) -> &serde_json::Map<String, Value> {
        match class {
            SizeClass::S => &self.s,
            SizeClass::M => &self.m,
            SizeClass::L => &self.l,
        }
    }
}

/// A product: software that runs on something.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// Version of the file format.
    pub version: FormatVersion,
    /// Name for people.
    pub name: String,
    /// Component types that it can be.
    #[serde(default)]
    pub provides: Vec<ComponentType>,
    /// Component types that it stands on.
    #[serde(default)]
    pub needs: Vec<ComponentType>,
    /// Services that facts are about and no component is: such facts are shown, and answer nothing.
    #[serde(default)]
    pub other_services: Vec<String>,
    /// Where facts were read.
    #[serde(default)]
    pub sources: BTreeMap<String, Source>,
    /// What is known.
    #[serde(default)]
    pub facts: Vec<Fact>,
    /// What is not known, and what would prove it.
    #[serde(default)]
    pub ask: BTreeMap<CapabilityId, Proof>,
}

/// A Terraform provider.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TerraformProvider {
    /// Namespace and name.
    pub source: TerraformSource,
    /// Exact version.
    pub version: ExactVersion,
    /// Its lock file below `profiles/providers/`; none until there are modules.
    #[serde(default)]
    pub lock: Option<String>,
}

/// How to ask who is logged in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Identity {
    /// No way is known; `gen apply` asks for `--confirm-account`.
    #[default]
    None,
    /// STS `GetCallerIdentity`.
    Sts,
}

/// A region.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Country that it is in.
    pub country: Place,
    /// Zones.
    #[serde(default)]
    pub zones: Vec<String>,
    /// Regions that copies can go to, best first.
    #[serde(default)]
    pub copies: Vec<RegionName>,
}

/// Where a fact was read.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What kind of source it is.
    pub kind: SourceKind,
    /// How far its facts are believed, unless a fact says otherwise.
    pub confidence: Confidence,
    /// Public address, or repository path at a version.
    pub at: String,
    /// When it was read.
    pub read: Date,
    /// When it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<String>,
    /// Only an excerpt was seen.
    #[serde(default)]
    pub excerpt: bool,
    /// Day on which it stops counting, where it says so itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Date>,
}

/// Kinds of sources, weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// Somebody else.
    ThirdParty,
    /// An issue or pull request.
    Issue,
    /// Documentation of a Terraform provider.
    ProviderDoc,
    /// The vendor's documentation.
    VendorDoc,
    /// Source code or a published API model.
    SourceCode,
    /// The word of somebody who answers for it.
    Attestation,
    /// A certificate.
    Certificate,
    /// A test run against the service.
    Probe,
}

/// How far a fact is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Nobody knows.
    Unknown,
    /// Believed by habit, never read.
    Unverified,
    /// Absent from the provider's documentation.
    NotExposed,
    /// Follows from other facts.
    Inferred,
    /// A third party says so.
    Reported,
    /// Somebody answers for it.
    Attested,
    /// The vendor says so.
    Documented,
    /// It was tried.
    Probed,
}

/// What a subject offers or lacks.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// What it has.
    #[serde(default)]
    pub is: BTreeMap<CapabilityId, Value>,
    /// What it lacks.
    #[serde(default)]
    pub not: BTreeMap<CapabilityId, Value>,
    /// Id of the source.
    pub from: String,
    /// How far it is believed, if not as far as the source.
    #[serde(default)]
    pub confidence: Option<Confidence>,
    /// Where it holds; everywhere if left out.
    #[serde(default)]
    pub scope: Option<FactScope>,
    /// Day after which it no longer counts, if not by the dictionary's `ttl`.
    #[serde(default)]
    pub expires: Option<Date>,
    /// Details for generators and people.
    #[serde(default)]
    pub with: Option<serde_json::Map<String, Value>>,
    /// Page within the source.
    #[serde(default)]
    pub page: Option<String>,
    /// What else to know.
    #[serde(default)]
    pub note: Option<String>,
}

/// Where a fact holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FactScope {
    /// In these regions; in all if empty.
    #[serde(default)]
    pub regions: Vec<RegionName>,
    /// For these services; for all if empty.
    #[serde(default)]
    pub services: Vec<String>,
}
