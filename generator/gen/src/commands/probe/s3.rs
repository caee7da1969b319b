//! `gen probe s3`.

use gen_exec::probe::s3::S3;
use gen_exec::probe::{Probe, Stop};

use super::store::options;
use crate::cli::ProbeS3Args;

pub(super) fn make(arguments: &ProbeS3Args) -> Result<Box<dyn Probe>, Stop> {
    let mut options = options(&arguments.store);
    options.kms_key.clone_from(&arguments.kms_key);
    options.storage_class.clone_from(&arguments.storage_class);
    Ok(Box::new(S3::new(options)?))
}
