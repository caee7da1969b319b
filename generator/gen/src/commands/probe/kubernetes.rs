//! `gen probe kubernetes`.

use gen_exec::probe::kubernetes::Kubernetes;
use gen_exec::probe::{Probe, Stop};

use crate::cli::ProbeKubernetesArgs;

pub(super) fn make(arguments: &ProbeKubernetesArgs) -> Result<Box<dyn Probe>, Stop> {
    let probe = Kubernetes::new(
        arguments.kubeconfig.as_deref(),
        arguments.context.as_deref(),
        arguments.image.as_deref(),
        arguments.read_only,
        arguments.http.insecure_http,
    )?;
    Ok(Box::new(probe))
}
