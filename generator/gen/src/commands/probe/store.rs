//! How an object store is reached, for the probes that talk to one.

use gen_exec::probe::s3::{Options, Style};

use crate::cli::{PathStyle, ProbeStore};

pub(super) fn options(store: &ProbeStore) -> Options {
    Options {
        endpoint: store.endpoint.clone(),
        region: store.region.clone(),
        prefix: store.bucket_prefix.clone(),
        style: match store.path_style {
            PathStyle::Auto => None,
            PathStyle::Always => Some(Style::Path),
            PathStyle::Never => Some(Style::Host),
        },
        insecure: store.http.insecure_http,
        kms_key: None,
        storage_class: None,
    }
}
