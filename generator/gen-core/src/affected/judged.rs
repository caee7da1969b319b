//! Faults of facts that keep every target from being judged.

use std::sync::Arc;

use crate::check::Matrix;
use crate::load::{Repository, reread};
use crate::model::units::Date;

use super::rules::Rules;

/// Whether facts or frameworks do not fit the dictionary, or two files are about one subject, on one side of the change.
pub(super) fn has_faults(rules: &Rules<'_>, path: &str) -> bool {
    let twin = match path.split_once("/providers/") {
        Some((folder, file)) => format!("{folder}/products/{file}"),
        None => path.replacen("/products/", "/providers/", 1),
    };
    let paths = ["profiles/capabilities.yaml", path, twin.as_str()];
    [false, true].into_iter().any(|before| {
        let mut repository = Repository::default();
        for path in paths {
            if let Some(text) = rules.side(path, before).and_then(|bytes| String::from_utf8(bytes).ok()) {
                // What has faults of its own is missing, for those alone who use it.
                let _ = reread(&mut repository, path, &text);
            }
        }
        let Some(dictionary) = &repository.dictionary else { return true };
        let dictionary = Arc::new(dictionary.value.clone());
        let Some(any_day) = Date::parse("2000-01-01") else { return true };
        !Matrix::of_repository(&repository, &dictionary, any_day).1.is_empty()
    })
}
