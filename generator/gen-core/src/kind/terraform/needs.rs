//! What Terraform itself needs: state that is locked, and a lock in an object store needs atomic creation.

use serde_json::json;

use crate::kind::Need;
use crate::load::Repository;
use crate::model::component::ComponentType;
use crate::resolve::Target;

pub(super) fn needs(repository: &Repository, target: &Target) -> Vec<Need> {
    let rendered = target.components.values().any(|component| {
        repository
            .providers
            .get(component.bound.subject())
            .is_some_and(|provider| provider.value.makes.contains_key(&component.kind()))
    });
    if !rendered {
        return Vec::new();
    }
    let asked = [("state.lock", json!(["s3_lockfile"])), ("s3.put.if_none_match", json!("enforced"))];
    target
        .of_type(ComponentType::State)
        .flat_map(|component| {
            asked.clone().map(|(capability, value)| Need {
                component: component.name.clone(),
                capability,
                value,
                place: component.bound_at.clone(),
            })
        })
        .collect()
}
