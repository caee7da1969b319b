//! `gen probe kubernetes`: what a cluster does about pods that break rules, about network policies and about sandboxes.

mod admission;
mod api;
mod kubeconfig;
mod network;
mod pod;
mod sandbox;
mod scratch;
mod see;

use std::path::Path;

use gen_core::evidence::{Finding, Kind, Report, Step};
use gen_core::model::units::Date;

use super::{Probe, Stop, Watch, ended};
use api::Api;

/// Stands for an image where no pod is going to run.
const NO_IMAGE: &str =
    "registry.invalid/none@sha256:0000000000000000000000000000000000000000000000000000000000000000";

/// The probe.
#[derive(Debug)]
pub struct Kubernetes {
    api: Api,
    name: String,
    image: Option<String>,
    read_only: bool,
}

impl Kubernetes {
    /// Of the cluster that a kubeconfig names. Pods run `image`, which has to be pinned by its digest; without one none runs, and with
    /// `read_only` nothing is made at all.
    pub fn new(
        kubeconfig: Option<&Path>,
        context: Option<&str>,
        image: Option<&str>,
        read_only: bool,
        insecure: bool,
    ) -> Result<Self, Stop> {
        if let Some(image) = image.filter(|image| !pinned(image)) {
            return Err(Stop::failed(
                format!("`{image}` is not pinned by its digest"),
                "what runs in the cluster should be known: NAME@sha256:… with 64 hexadecimal digits",
            ));
        }
        let api = Api::new(kubeconfig::read(kubeconfig, context)?, insecure)?;
        Ok(Self { api, name: scratch::name()?, image: image.map(str::to_owned), read_only })
    }

    fn ask(&self, watch: &Watch, report: &mut Report) -> Result<(), Stop> {
        let api = &self.api;
        watch.step("version")?;
        see::version(api, report)?;
        watch.step("what is visible")?;
        see::anonymous(api, report);
        see::address(api, report);
        see::issuer(api, report);
        see::audit(report);
        let nodes = see::nodes(api, report);
        if self.read_only {
            for capability in ["k8s.network_policy", "k8s.sandbox"] {
                let steps = vec![Step::new("asked whether to write", "no")];
                report.findings.push(Finding::unknown(capability, "nothing was to be made", steps));
            }
            return Ok(());
        }
        watch.step("a scratch namespace")?;
        let (made, outcome) = scratch::make(api, &self.name);
        let outcome = match outcome {
            Ok(()) => self.try_out(nodes.as_deref(), (watch, &mut *report)),
            Err(error) => Err(Stop::failed(
                format!("a scratch namespace cannot be made: {error}"),
                "use a login that may make namespaces, or say --read-only",
            )),
        };
        if made {
            scratch::remove(api, &self.name, (watch, report));
        }
        outcome
    }

    fn try_out(&self, nodes: Option<&str>, (watch, report): (&Watch, &mut Report)) -> Result<(), Stop> {
        let (api, name, image) = (&self.api, self.name.as_str(), self.image.as_deref());
        watch.step("admission of pods")?;
        admission::look(api, name, image.unwrap_or(NO_IMAGE), report);
        watch.step("network policies")?;
        network::look(api, name, image, nodes, (watch, &mut *report))?;
        watch.step("sandboxes")?;
        sandbox::look(api, name, image, nodes, (watch, report))?;
        // Whoever stopped it while the last pod ran is told so.
        watch.go_on()
    }
}

/// A name with a digest: the same bytes for ever.
fn pinned(image: &str) -> bool {
    image.split_once("@sha256:").is_some_and(|(name, digest)| {
        !name.is_empty()
            && digest.len() == 64
            && digest.chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c))
    })
}

impl Probe for Kubernetes {
    fn kind(&self) -> Kind {
        Kind::Kubernetes
    }

    fn endpoint(&self) -> String {
        self.api.server.clone()
    }

    fn intent(&self) -> Vec<String> {
        if self.read_only {
            return Vec::new();
        }
        let mut intent = vec![format!(
            "make a namespace {} that enforces the restricted standard, and remove it",
            self.name
        )];
        if let Some(image) = &self.image {
            intent.push(format!(
                "run pods of {image} in it that talk to one another, and make two network policies there"
            ));
        }
        intent
    }

    fn run(&self, watch: &Watch, today: Date) -> Report {
        let mut report = Report::new(Kind::Kubernetes, self.endpoint(), today);
        let outcome = self.ask(watch, &mut report);
        ended(&mut report, outcome);
        report
    }

    fn clean_intent(&self) -> Vec<String> {
        vec![format!(
            "remove every namespace named {}… with twelve hexadecimal digits that a probe made",
            scratch::PREFIX
        )]
    }

    fn clean(&self, watch: &Watch, today: Date) -> Report {
        let mut report = Report::new(Kind::Kubernetes, self.endpoint(), today);
        let outcome = scratch::clean(&self.api, (watch, &mut report));
        ended(&mut report, outcome);
        report
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_pinned_by_their_digest() {
        let digest = "0a".repeat(32);
        assert!(pinned(&format!("registry.example.com:5000/busybox:1.37@sha256:{digest}")));
        assert!(pinned(NO_IMAGE));
        for loose in [
            "busybox",
            "busybox:1.37",
            "busybox@sha256:0a",
            &format!("@sha256:{digest}"),
            &format!("a@sha256:{}", "0A".repeat(32)),
        ] {
            assert!(!pinned(loose), "{loose}");
        }
    }
}
