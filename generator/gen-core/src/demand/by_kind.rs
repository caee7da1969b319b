//! What the rendered artifacts need.

use serde_json::json;

use crate::check::{Origin, Site};
use crate::load::Repository;
use crate::model::component::ComponentType;
use crate::resolve::Target;

use super::Ask;

/// The kind `terraform` keeps state: it must be locked, and a lock in an object store needs atomic creation.
pub(super) fn ask(repository: &Repository, target: &Target, asks: &mut Vec<Ask>) {
    let rendered = target.components.values().any(|component| {
        repository
            .providers
            .get(component.bound.subject())
            .is_some_and(|provider| provider.value.makes.contains_key(&component.kind()))
    });
    if !rendered {
        return;
    }
    for component in target.of_type(ComponentType::State) {
        for (capability, value) in
            [("state.lock", json!(["s3_lockfile"])), ("s3.put.if_none_match", json!("enforced"))]
        {
            asks.push(Ask {
                component: component.name.clone(),
                capability,
                value,
                site: Site::Primary,
                origin: Origin::ArtifactKind(crate::kind::terraform::NAME),
                place: Some(component.bound_at.clone()),
            });
        }
    }
}
