//! `gen probe state-lock`.

use gen_exec::probe::s3::StateLock;
use gen_exec::probe::{Probe, Stop};

use super::store::options;
use crate::cli::ProbeStateLockArgs;

pub(super) fn make(arguments: &ProbeStateLockArgs) -> Result<Box<dyn Probe>, Stop> {
    Ok(Box::new(StateLock::new(options(&arguments.store))?))
}
