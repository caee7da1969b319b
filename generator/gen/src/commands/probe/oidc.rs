//! `gen probe oidc`.

use gen_exec::probe::oidc::Oidc;
use gen_exec::probe::{Probe, Stop};

use crate::cli::ProbeOidcArgs;

pub(super) fn make(arguments: &ProbeOidcArgs) -> Result<Box<dyn Probe>, Stop> {
    let token = arguments.token_env.as_deref();
    let probe =
        Oidc::new(&arguments.issuer, token, arguments.audience.as_deref(), arguments.http.insecure_http)?;
    Ok(Box::new(probe))
}
