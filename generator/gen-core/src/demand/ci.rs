//! What CI needs: to log in without a stored key, at every provider where something is made.

use std::collections::BTreeSet;

use serde_json::json;

use crate::check::{Origin, Site};
use crate::diag::{Place, Route};
use crate::load::Repository;
use crate::model::capability::Severity;
use crate::model::component::ComponentType;
use crate::model::names::SubjectName;
use crate::resolve::{Bound, Resolved, Target};

use super::{Ask, Wish, declared_at};

pub(super) fn ask(repository: &Repository, target: &Target, component: &Resolved, asks: &mut Vec<Ask>) {
    if component.kind() != ComponentType::Ci {
        return;
    }
    let own = component.bound.subject();
    let mut push = |capability: &'static str, value, site: Site, at_most, place| {
        let wish = Wish::new(&component.name, value, Origin::ComponentType, Some(place));
        asks.push(Ask { capability, wish: Wish { site, at_most, ..wish } });
    };
    for provider in std::iter::once(own).chain(others(repository, target, own)) {
        let site = if provider == own { Site::Primary } else { Site::At(provider.clone()) };
        match target.stand_in(provider) {
            None => {
                let place = || declared_at(target, component);
                push("iam.oidc.workload_federation", json!("exact_subject"), site.clone(), None, place());
                push(
                    "iam.oidc.issuers",
                    json!([target.issuer(repository, component).as_str()]),
                    site,
                    None,
                    place(),
                );
            }
            // The key that is handed out is still a key: the loss is named. Who may have it is up to what stands in.
            Some((product, _)) => {
                let route = Route::keys(["bind", component.name.as_str(), "via", provider.as_str()]);
                let place = || Place::value(target.env.file.clone(), route.clone());
                let most = Some(Severity::Degraded);
                push("iam.oidc.workload_federation", json!("exact_subject"), site, most, place());
                push("secrets.jwt_auth", json!("claims"), Site::At(product.clone()), None, place());
            }
        }
    }
}

/// Providers other than `own` at which something of the target is made.
fn others<'a>(
    repository: &'a Repository,
    target: &'a Target,
    own: &'a SubjectName,
) -> BTreeSet<&'a SubjectName> {
    let made = target.components.values().filter_map(|component| match &component.bound {
        Bound::Managed { provider, .. } => {
            let file = repository.providers.get(provider)?;
            file.value.makes.contains_key(&component.kind()).then_some(provider)
        }
        _ => None,
    });
    made.filter(|provider| *provider != own).collect()
}
