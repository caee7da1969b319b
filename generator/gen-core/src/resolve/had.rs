//! How a component is had, as documents and records say it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::model::names::{ComponentName, RegionName, SubjectName};

use super::Bound;

/// How a component is had: what a binding came to, without what the customer's component hands on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "way", rename_all = "snake_case", deny_unknown_fields)]
pub enum Had {
    /// Operated by a provider.
    Managed {
        /// The provider.
        provider: SubjectName,
        /// Region, where the provider has regions.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        region: Option<RegionName>,
        /// Region that copies go to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        copy: Option<RegionName>,
    },
    /// Software that runs on another component.
    Hosted {
        /// The software.
        product: SubjectName,
        /// What it runs on.
        host: ComponentName,
    },
    /// Brought by the customer.
    Existing {
        /// Whose facts answer for it.
        operated_by: SubjectName,
        /// Region, if the binding names one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        region: Option<RegionName>,
        /// SHA-256 over the canonical JSON (RFC 8785) of what it hands on, in lower-case hex.
        exports: String,
    },
}

impl Had {
    /// Provider or product that serves the component.
    pub fn subject(&self) -> &SubjectName {
        match self {
            Self::Managed { provider, .. } => provider,
            Self::Hosted { product, .. } => product,
            Self::Existing { operated_by, .. } => operated_by,
        }
    }

    /// Region that the component is in, where there is one.
    pub fn region(&self) -> Option<&RegionName> {
        match self {
            Self::Managed { region, .. } | Self::Existing { region, .. } => region.as_ref(),
            Self::Hosted { .. } => None,
        }
    }
}

impl From<&Bound> for Had {
    fn from(bound: &Bound) -> Self {
        match bound {
            Bound::Managed { provider, region, copy } => {
                Self::Managed { provider: provider.clone(), region: region.clone(), copy: copy.clone() }
            }
            Bound::Hosted { product, host } => Self::Hosted { product: product.clone(), host: host.clone() },
            Bound::Existing { operated_by, region, exports } => Self::Existing {
                operated_by: operated_by.clone(),
                region: region.clone(),
                exports: crate::digest::canonical_sha256(exports),
            },
        }
    }
}

/// Such as `aws eu-central-1`, `cnpg on cluster`, `brought, operated by on-prem`.
impl std::fmt::Display for Had {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = match self {
            Self::Managed { provider, region: Some(region), .. } => format!("{provider} {region}"),
            Self::Managed { provider, region: None, .. } => provider.to_string(),
            Self::Hosted { product, host } => format!("{product} on {host}"),
            Self::Existing { operated_by, region: Some(region), .. } => {
                format!("brought, operated by {operated_by} {region}")
            }
            Self::Existing { operated_by, region: None, .. } => format!("brought, operated by {operated_by}"),
        };
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn documents_are_read_back_and_unknown_fields_refused() {
        let written = json!({"way": "managed", "provider": "aws", "region": "eu-central-1"});
        let had: Had = serde_json::from_value(written.clone()).expect("a binding");
        assert_eq!(serde_json::to_value(&had).expect("JSON"), written);
        assert_eq!(had.to_string(), "aws eu-central-1");
        for wrong in [
            json!({"way": "managed", "provider": "aws", "host": "cluster"}),
            json!({"way": "rented", "provider": "aws"}),
            json!({"way": "hosted", "product": "cnpg"}),
        ] {
            assert!(serde_json::from_value::<Had>(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
