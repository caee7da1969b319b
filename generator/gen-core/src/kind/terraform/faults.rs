//! What stands in the way of rendering Terraform, beyond what the matrix knows.

use serde_json::Value;

use crate::diag::{Diagnostic, Fault, Place, Route};
use crate::load::{Loaded, Repository};
use crate::model::component::{Component, ComponentType, Issuer};
use crate::model::subject::Provider;
use crate::resolve::{Resolved, Settings, Target};

use super::module::Module;
use super::root::Root;
use super::types;

/// What stands in the way of making a component at its provider.
pub(super) fn of_component(
    target: &Target,
    component: &Resolved,
    file: &Loaded<Provider>,
) -> impl Iterator<Item = Diagnostic> {
    let found = [
        undeclared(target, component, file),
        foreign_ci(target, component),
        without_addons(target, component, file),
        wrong_size(target, component, file),
        without_copy(target, component),
    ];
    found.into_iter().flatten()
}

/// A component that every stack has, and that cannot be made before the stack says more about it.
fn undeclared(target: &Target, component: &Resolved, file: &Loaded<Provider>) -> Option<Diagnostic> {
    let Settings::Implied(kind) = component.settings else { return None };
    let example = match kind {
        ComponentType::Cluster => {
            let newest = file.value.addons.keys().next_back().map_or("1.35", String::as_str);
            format!("{{type: cluster, kubernetes: {newest:?}}}")
        }
        ComponentType::Ci => {
            "{type: ci, issuer: github, repository: OWNER/NAME, repository_id: ..., owner_id: ..., subjects: [immutable]}".to_owned()
        }
        _ => return None,
    };
    let diagnostic = Diagnostic::error(Fault::MissingKey)
        .at(Place::key(target.stack.file.clone(), Route::keys(["components"])))
        .label(format!("`{}` is to be made, and nothing is said about it", component.name))
        .help(format!("add `{}: {example}`", component.name))
        .target(target.id.to_string());
    Some(diagnostic)
}

/// A cluster of a version that the provider's file knows no add-ons for.
fn without_addons(target: &Target, component: &Resolved, file: &Loaded<Provider>) -> Option<Diagnostic> {
    let Settings::Declared(Component::Cluster(cluster)) = &component.settings else { return None };

    let known = &file.value.addons;
    if known.is_empty() || known.contains_key(cluster.kubernetes.as_str()) {
        return None;
    }
    let versions: Vec<&str> = known.keys().map(String::as_str).collect();
    let route = Route::keys(["components", component.name.as_str(), "kubernetes"]);
    let diagnostic = Diagnostic::error(Fault::NoAddons)
        .at(Place::value(target.stack.file.clone(), route))
        .label(format!("{} has no add-ons for {}", file.file, cluster.kubernetes.as_str()))
        .help(format!("it has them for {}", versions.join(", ")))
        .target(target.id.to_string());
    Some(diagnostic)
}

/// Numbers of nodes that, put together with those of the size class, are the wrong way round.
fn wrong_size(target: &Target, component: &Resolved, file: &Loaded<Provider>) -> Option<Diagnostic> {
    let (pool, wrong) = super::spec::disordered_pool(target, component, &file.value)?;
    let route = Route::keys(["size", component.name.as_str(), "nodes", pool]);
    let diagnostic = Diagnostic::error(Fault::Contradiction)
        .at(Place::key(target.env.file.clone(), route))
        .label(wrong)
        .help("give all three of `min`, `desired` and `max`")
        .target(target.id.to_string());
    Some(diagnostic)
}

/// Data that has to be copied, and no region of the provider that it may be copied to.
fn without_copy(target: &Target, component: &Resolved) -> Option<Diagnostic> {
    if !target.is_copied(component.kind()) || target.regions(&component.name).1.is_some() {
        return None;
    }
    let diagnostic = Diagnostic::error(Fault::NoPlace)
        .at(component.bound_at.clone())
        .label(format!("copies of `{}` have nowhere to go", component.name))
        .help("in production data is copied to a second region: widen `location.data` (or what the profile allows), or choose another provider")
        .target(target.id.to_string());
    Some(diagnostic)
}

/// Roots whose names come out alike: they would have one folder and one state.
pub(super) fn of_one_name(target: &Target, roots: &[Root]) -> Vec<Diagnostic> {
    let twice = |(index, root): (usize, &Root)| {
        let other = roots.iter().take(index).find(|other| other.name == root.name)?;
        let component = root.components.first().and_then(|name| target.components.get(name))?;
        let diagnostic = Diagnostic::error(Fault::BadName)
            .at(component.bound_at.clone())
            .label(format!(
                "roots at {} and at {} would both be `{}`",
                other.provider, root.provider, root.name
            ))
            .help("a provider's name that ends like a region of another one cannot be told apart: rename it")
            .target(target.id.to_string());
        Some(diagnostic)
    };
    roots.iter().enumerate().filter_map(twice).collect()
}

/// CI at a forge whose subjects are not rendered.
fn foreign_ci(target: &Target, component: &Resolved) -> Option<Diagnostic> {
    let issuer = super::spec::issuer(component).filter(|issuer| *issuer != Issuer::Github)?;
    let route = Route::keys(["components", component.name.as_str(), "issuer"]);
    let diagnostic = Diagnostic::error(Fault::NotYet)
        .at(Place::value(target.stack.file.clone(), route))
        .label(format!("trust in tokens of `{}` is not rendered yet", issuer.as_str()))
        .help("`github` is; or bring the identity: bind `ci` as `existing`")
        .target(target.id.to_string());
    Some(diagnostic)
}

/// Lock files that providers name and that are not there: without one, `init` would take whatever it is given.
pub(super) fn missing_locks(repository: &Repository) -> impl Iterator<Item = Diagnostic> {
    repository.providers.values().filter_map(|file| {
        let path = lock_of(&file.value)?;
        let diagnostic = Diagnostic::error(Fault::UnknownName)
            .at(Place::value(file.file.clone(), Route::keys(["terraform", "lock"])))
            .label(format!("there is no file {path}"))
            .help("`terraform providers lock` writes one; list several platforms with `-platform`");
        (!repository.templates.contains_key(path.as_str())).then_some(diagnostic)
    })
}

/// The file that a provider's plugin is locked by.
pub(super) fn lock_of(provider: &Provider) -> Option<String> {
    let lock = provider.terraform.as_ref()?.lock.as_ref()?;
    Some(format!("profiles/providers/{lock}"))
}

/// What a module and the contracts do not agree on, in words.
pub fn check_module(kind: ComponentType, module: &Module) -> Vec<String> {
    let mut found = Vec::new();
    for name in ["context", "component", "tags", "spec"] {
        if !module.variables.contains_key(name) {
            found.push(format!("variable `{name}` is missing"));
        }
    }
    let contract =
        |kind: ComponentType| crate::contract::schema(kind).map(|schema| types::Type::from_schema(&schema));
    match contract(kind) {
        Some(Ok(types::Type::Object(attributes))) => {
            for (name, _) in &attributes {
                if !module.exports.contains(name) {
                    found.push(format!("output `exports` lacks `{name}`, which the contract of {kind} has"));
                }
            }
            for name in
                module.exports.iter().filter(|name| !attributes.iter().any(|(known, _)| known == *name))
            {
                found.push(format!(
                    "output `exports` has `{name}`, which the contract of {kind} does not know"
                ));
            }
        }
        _ => found.push(format!("type {kind} has no contract")),
    }
    for (name, declared) in &module.variables {
        let Some(of) = ComponentType::parse(name) else { continue };
        match contract(of) {
            Some(Ok(wanted)) if wanted == *declared => {}
            _ => found.push(format!("variable `{name}` is not of the type of the contract of {of}")),
        }
    }
    match module.files.get("exports.mock.json").map(|bytes| serde_json::from_slice::<Value>(bytes)) {
        Some(Ok(mock)) => {
            if let Err(error) = crate::contract::check(kind, &mock) {
                found.push(format!("exports.mock.json: {error}"));
            }
        }
        Some(Err(error)) => found.push(format!("exports.mock.json: {error}")),
        None => found.push("exports.mock.json is missing".to_owned()),
    }
    found
}
