//! The capability matrix: facts with evidence, and verdicts on requirements. `docs/matrix-rules.md` is the norm.

mod candidates;
mod checked;
mod claim;
mod dictionary;
#[cfg(test)]
mod laws;
pub mod matrix;
mod refusal;
mod store;
mod substitute;
pub mod truth;
pub mod value;
mod verdict;
mod waiver;
pub mod words;

use std::sync::Arc;

pub use candidates::{Candidate, candidates};
pub use checked::{Checked, Counts, Refused, Report, check};
pub use matrix::{Claim, Matrix};
pub use refusal::{planned, refusals};
pub use store::{Checksums, StoreSettings, stores};
pub use substitute::{Effort, Substitute, substitutes, substitutes_for};
pub use truth::Truth;
pub use verdict::{Verdict, VerdictKind, judge};
pub use waiver::{Waived, WaiverContext, waivers};

use crate::diag::Place;
use crate::model::capability::Severity;
use crate::model::names::{CapabilityId, ComponentName, DataName, ProfileName, RegionName, SubjectName};

/// Where a requirement is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Site {
    /// Where the component is.
    Primary,
    /// Where copies of its data go.
    Copy,
    /// At somebody else than who has the component: another provider that CI logs in at, or what stands in for it there.
    At(SubjectName),
}

/// Why a requirement exists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A data class asks for it.
    DataClass(DataName),
    /// Components of this type need it.
    ComponentType,
    /// What is rendered needs it: name of the artifact kind.
    ArtifactKind(&'static str),
    /// The profile asks for it.
    Profile(ProfileName),
    /// The stack asks for it under `needs:`.
    Needs,
}

/// Who is asked about a requirement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    /// Whose facts.
    pub subject: SubjectName,
    /// In which region, if the subject has regions.
    pub region: Option<RegionName>,
    /// For which of its services, if that is known.
    pub service: Option<Arc<str>>,
}

/// A property that a target needs of a component.
#[derive(Debug, Clone)]
pub struct Requirement {
    /// The component.
    pub component: ComponentName,
    /// The property.
    pub capability: CapabilityId,
    /// What is asked, as written; checked against the dictionary.
    pub value: Arc<serde_json::Value>,
    /// Which region it is about.
    pub site: Site,
    /// How bad its lack is.
    pub severity: Severity,
    /// Why it exists, each with the place that says so.
    pub origins: Vec<(Origin, Option<Place>)>,
    /// Who is asked.
    pub question: Question,
}
