//! Actions at the commits that they were read at.

use serde::Serialize;

use crate::model::workflows::{Action, Workflows};

/// An action as workflows name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Used {
    /// Repository and commit.
    pub uses: String,
    /// The version that the commit is tagged with.
    pub version: String,
}

/// Repository, commit and version; annotated tags are followed to their commits. Read in November 2026.
fn known(action: Action) -> (&'static str, &'static str, &'static str) {
    match action {
        Action::Checkout => ("actions/checkout", "3d3c42e5aac5ba805825da76410c181273ba90b1", "v7.0.1"),
        Action::UploadArtifact => {
            ("actions/upload-artifact", "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f", "v7.0.0")
        }
        Action::DownloadArtifact => {
            ("actions/download-artifact", "3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c", "v8.0.1")
        }
        Action::SetupTerraform => {
            ("hashicorp/setup-terraform", "dfe3c3f87815947d99a8997f908cb6525fc44e9e", "v4.0.1")
        }
        Action::SetupOpentofu => {
            ("opentofu/setup-opentofu", "a1320f892987e89d278cc92dc5adc984fb93aca4", "v2.0.2")
        }
        Action::ConfigureAwsCredentials => {
            ("aws-actions/configure-aws-credentials", "e6de054238d6b7531b4efff3b6587d9aade6a06c", "v6.2.3")
        }
    }
}

/// An action at the commit that the model names, else at the one that is known.
pub(super) fn used(workflows: &Workflows, action: Action) -> Used {
    let (repository, commit, version) = known(action);
    match workflows.actions.get(&action) {
        Some(pin) => {
            Used { uses: format!("{repository}@{}", pin.at), version: pin.version.as_str().to_owned() }
        }
        None => Used { uses: format!("{repository}@{commit}"), version: version.to_owned() },
    }
}
