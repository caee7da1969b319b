//! Terraform: thin roots that call hand-written modules, and everything of an environment in one JSON file.

mod backend;
mod faults;
pub mod module;
mod modules;
#[cfg(test)]
mod mutations;
mod needs;
mod pretty;
pub mod readme;
mod root;
#[cfg(test)]
mod root_tests;
pub mod schema;
mod spec;
#[cfg(test)]
mod spec_tests;
pub mod types;
pub mod validate;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock, RwLock};

use serde_json::{Map, Value, json};

use crate::check::Checked;
use crate::diag::{Diagnostic, Fault, Place, Route};
use crate::kind::{Content, Kind, Rendered, Tree};
use crate::load::Repository;
use crate::model::component::{ComponentType, Layer};
use crate::model::environment::Engine;
use crate::model::names::{ComponentName, SubjectName};
use crate::model::stack::Purpose;
use crate::model::subject::Provider;
use crate::resolve::{Bound, Moves, Target};

pub use backend::StatePlace;
pub use faults::check_module;
use module::Module;
use modules::{Lazy, Modules};
pub use root::{Hcl, Root};
pub(in crate::kind) use spec::subjects;

/// Name of the kind.
pub const NAME: &str = "terraform";

/// Roots, their values and their locks.
pub const KIND: Kind =
    Kind { name: NAME, needs: needs::needs, render: |renderer, checked| renderer.terraform.render(checked) };

/// Folder that the modules in use are copied to.
pub const MODULE_COPIES: &str = "terraform-out/modules";
/// How `OpenTofu` encrypts state and plans; the other engine does not read files of this kind.
const ENCRYPTION: &str = "templates/terraform/roots/encryption.tofu";
/// Folder of the hand-written modules.
const MODULES: &str = "templates/terraform/modules/";

/// Renders Terraform. Holds what targets share: modules that were read once, and HCL that is the same for many targets.
#[derive(Debug)]
pub struct Terraform<'a> {
    repository: &'a Repository,
    modules: Modules,
    /// What makes components of each type, by provider.
    makes: BTreeMap<SubjectName, BTreeMap<ComponentType, Arc<Lazy>>>,
    backends: backend::Backends,
    hcl: RwLock<BTreeMap<String, Arc<Hcl>>>,
    /// Files that roots hold as they are: locks of providers, and how state is encrypted.
    verbatim: BTreeMap<Arc<str>, Arc<Content>>,
    schemas: OnceLock<Loaded>,
}

/// Schemas of providers, and the faults of their files.
type Loaded = (BTreeMap<SubjectName, Arc<schema::Schema>>, Vec<Diagnostic>);

impl<'a> Terraform<'a> {
    /// Takes in modules and templates; faults are those of theirs.
    pub fn new(repository: &'a Repository) -> (Self, Vec<Diagnostic>) {
        let (modules, mut diagnostics) = Modules::of(repository);
        diagnostics.extend(faults::missing_locks(repository));
        let backends = backend::Backends::new(repository, &mut diagnostics);
        let verbatim = repository
            .providers
            .values()
            .filter_map(|file| faults::lock_of(&file.value))
            .chain([ENCRYPTION.to_owned()])
            .filter_map(|path| repository.templates.get_key_value(path.as_str()))
            .map(|(path, bytes)| (path.clone(), Content::new(bytes.as_ref())))
            .collect();
        let makes = makes(repository, &modules);
        let schemas = OnceLock::new();
        (
            Self { repository, modules, makes, backends, hcl: RwLock::default(), verbatim, schemas },
            diagnostics,
        )
    }

    /// All modules by path, such as `aws/network`.
    pub fn modules(&self) -> BTreeMap<Arc<str>, Arc<Module>> {
        self.modules.all()
    }

    /// Faults of the files that hold schemas of providers.
    pub fn schema_faults(&self) -> &[Diagnostic] {
        &self.schemas.get_or_init(|| schema::load(self.repository)).1
    }

    /// Checks a module or a root of a provider against its schema.
    pub fn check_schema(
        &self,
        provider: &str,
        configuration: &schema::Configuration,
    ) -> Vec<schema::Finding> {
        let schemas = &self.schemas.get_or_init(|| schema::load(self.repository)).0;
        let own = schemas.get(provider);
        let schema = |source: &str| {
            let known = own.filter(|schema| schema.source == source);
            known.or_else(|| schemas.values().find(|schema| schema.source == source)).cloned()
        };
        schema::check(configuration, &schema, &|path| self.modules.get(path).cloned())
    }

    /// The roots of a target, in the order in which they are applied; faults where a component has no module.
    pub fn roots(&self, target: &Target) -> (Vec<Root>, Vec<Diagnostic>) {
        let mut roots: BTreeMap<
            (Layer, SubjectName, Option<crate::model::names::RegionName>),
            Vec<ComponentName>,
        > = BTreeMap::new();
        let mut diagnostics = Vec::new();
        for component in target.components.values() {
            let Bound::Managed { provider, region, .. } = &component.bound else { continue };
            if !is_made_here(target, component.kind(), provider) {
                continue;
            }
            if self.module(provider, component.kind()).is_none() {
                diagnostics.push(
                    Diagnostic::error(Fault::NoModule)
                        .at(component.bound_at.clone())
                        .label(format!(
                            "no module makes `{}` ({}) at {provider}",
                            component.name,
                            component.kind()
                        ))
                        .help(match crate::contract::skeleton(component.kind()) {
                            Some(values) => format!(
                                "bring it: `{}: {{operated_by: {provider}, existing: {values}}}`",
                                component.name
                            ),
                            None => "bind it to a product or to another provider".to_owned(),
                        })
                        .target(target.id.to_string()),
                );
                continue;
            }
            if let Some(file) = self.repository.providers.get(provider) {
                diagnostics.extend(faults::of_component(target, component, file));
            }
            let key = (component.kind().layer(), provider.clone(), region.clone());
            roots.entry(key).or_default().push(component.name.clone());
        }
        let roots: Vec<Root> = roots
            .into_iter()
            .map(|((layer, provider, region), components)| {
                let file = self.repository.providers.get(&provider);
                let home = file.and_then(|file| target.home_region(&provider, &file.value));
                let away = region.as_ref().filter(|region| home != Some(region));
                let name = match away {
                    None => format!("{}-{provider}", layer.as_str()),
                    Some(region) => format!("{}-{provider}-{region}", layer.as_str()),
                };
                Root { name, layer, provider, region, components }
            })
            .collect();
        diagnostics.extend(faults::of_one_name(target, &roots));
        (roots, diagnostics)
    }

    /// The module that makes components of a type at a provider.
    pub fn module(&self, provider: &SubjectName, kind: ComponentType) -> Option<&Arc<Module>> {
        self.makes.get(provider)?.get(&kind)?.get()
    }

    /// Paths of the modules that the roots of a target use.
    pub fn modules_of(&self, target: &Target, roots: &[Root]) -> Vec<Arc<str>> {
        roots
            .iter()
            .flat_map(|root| root.components.iter().map(move |name| (root, name)))
            .filter_map(|(root, name)| self.module(&root.provider, target.components.get(name)?.kind()))
            .map(|module| module.path.clone())
            .collect()
    }

    /// Copies of modules, as one tree.
    pub fn module_tree(&self, paths: impl IntoIterator<Item = Arc<str>>) -> Tree {
        let used: std::collections::BTreeSet<Arc<str>> = paths.into_iter().collect();
        let mut files = Vec::new();
        for module in used.iter().filter_map(|path| self.modules.get(path)) {
            for (name, bytes) in &module.files {
                // Mocks are for offline plans; nothing that is applied needs them.
                if name.as_ref() != "exports.mock.json" {
                    files.push(Rendered {
                        path: Arc::from(format!("{}/{name}", module.path)),
                        content: Content::new(bytes.as_ref()),
                    });
                }
            }
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Tree { folder: Arc::from(MODULE_COPIES), files }
    }

    /// Renders all roots of a target, with paths below the target's folder.
    fn render(&self, checked: &Checked) -> Result<Vec<Rendered>, Vec<Diagnostic>> {
        let target = checked.target();
        let (roots, mut diagnostics) = self.roots(target);
        let mut files = Vec::new();
        for root in &roots {
            match self.render_root(checked, root) {
                Ok(rendered) => files.extend(rendered),
                Err(message) => diagnostics.push(
                    Diagnostic::error(Fault::ModuleMismatch)
                        .label(format!("root {}: {message}", root.name))
                        .target(target.id.to_string()),
                ),
            }
        }
        if diagnostics.is_empty() { Ok(files) } else { Err(diagnostics) }
    }

    /// Components whose exports a root takes from other roots.
    pub fn upstream(&self, target: &Target, root: &Root) -> Result<Vec<ComponentName>, String> {
        let file = self.repository.providers.get(&root.provider).ok_or("the provider has no file")?;
        self.hcl_of(target, root, &file.value).map(|hcl| hcl.upstream.clone())
    }

    /// Where the state of a root is kept.
    pub fn state(&self, checked: &Checked, root: &Root) -> Result<StatePlace, String> {
        backend::place(self.repository, checked, root)
    }

    fn render_root(&self, checked: &Checked, root: &Root) -> Result<Vec<Rendered>, String> {
        let target = checked.target();
        let file = self.repository.providers.get(&root.provider).ok_or("the provider has no file")?;
        let hcl = self.hcl_of(target, root, &file.value)?;
        let at = |name: &str| Arc::from(format!("{NAME}/{}/{name}", root.name));
        let mut files: Vec<Rendered> = hcl
            .files
            .iter()
            .map(|(name, content)| Rendered { path: at(name), content: content.clone() })
            .collect();
        let values = self.values(target, root, &file.value, &hcl);
        let text = pretty::pretty(&values).map_err(|error| error.to_string())?;
        files.push(Rendered { path: at("gen.auto.tfvars.json"), content: Content::new(text) });
        let backend = self.backends.render(self.repository, checked, root)?;
        files.push(Rendered { path: at("backend.tf"), content: Content::new(backend) });
        if target.env.value.engine == Engine::Opentofu {
            let content = self.verbatim.get(ENCRYPTION).ok_or("there is no template of encryption")?;
            files.push(Rendered { path: at("encryption.tofu"), content: content.clone() });
        }
        if let Some(path) = faults::lock_of(&file.value) {
            let lock = self.verbatim.get(path.as_str()).ok_or_else(|| format!("there is no file {path}"))?;
            files.push(Rendered { path: at(".terraform.lock.hcl"), content: lock.clone() });
        }
        Ok(files)
    }

    /// HCL depends on layer, provider and components only, so targets share it.
    fn hcl_of(&self, target: &Target, root: &Root, provider: &Provider) -> Result<Arc<Hcl>, String> {
        let key = signature(target, root);
        if let Some(found) = self.hcl.read().ok().and_then(|memo| memo.get(&key).cloned()) {
            return Ok(found);
        }
        let terraform =
            provider.terraform.as_ref().ok_or("the provider's file names no Terraform provider")?;
        let modules = root
            .components
            .iter()
            .filter_map(|name| {
                let kind = target.components.get(name)?.kind();
                Some((name.clone(), self.module(&root.provider, kind)?.clone()))
            })
            .collect();
        let prefix = format!("templates/terraform/roots/{}/provider.", root.provider);
        let mut blocks = BTreeMap::new();
        for (path, bytes) in self.repository.templates.range(Arc::<str>::from(prefix.as_str())..) {
            let Some(rest) = path.strip_prefix(prefix.as_str()) else { break };
            let alias = rest.strip_suffix("tf").map(|alias| alias.trim_end_matches('.'));
            if let (Some(alias), Ok(text)) = (alias, std::str::from_utf8(bytes)) {
                blocks.insert(alias, text);
            }
        }
        let texts = root::ProviderTexts { source: &terraform.source, version: &terraform.version, blocks };
        let hcl = Arc::new(root::hcl(target, root, &modules, &texts)?);
        if let Ok(mut memo) = self.hcl.write() {
            memo.insert(key, hcl.clone());
        }
        Ok(hcl)
    }

    /// Everything of the environment: the one file of a root that differs between environments, beside `backend.tf`.
    fn values(&self, target: &Target, root: &Root, provider: &Provider, hcl: &Hcl) -> Value {
        let id = &target.id;
        let account = target.accounts.get(&root.provider);
        let copy = root.region.as_ref().and_then(|region| {
            let copies = &provider.places.get(region)?.copies;
            let chosen = root.components.iter().find_map(|name| target.regions(name).1);
            chosen.or(copies.first())
        });
        let mut values = Map::new();
        values.insert(
            "context".to_owned(),
            json!({
                "stack": id.stack, "environment": id.env, "tier": target.tier(),
                "name": id.resource_name(),
                "account": account.map(|account| account.id.as_str()).unwrap_or_default(),
                "region": root.region, "replica_region": copy, "protected": target.protected(),
            }),
        );
        let mut tags = Map::new();
        tags.insert("all".to_owned(), common_tags(target));
        for name in &root.components {
            let Some(component) = target.components.get(name) else { continue };
            tags.insert(name.to_string(), json!({"component": name, "data_class": target.sensitivity(name)}));
            let mut spec = spec::spec(target, component, provider);
            drop_nulls(&mut spec);
            if let (true, Some(boundary), Some(account)) =
                (self.takes_boundary(root, component.kind()), &provider.boundary, account)
            {
                let foundation = account.foundation.resource_name();
                let filled =
                    boundary.replace("{account}", account.id.as_str()).replace("{foundation}", &foundation);
                spec["boundary"] = Value::from(filled);
            }
            values.insert(name.to_string(), spec);
        }
        values.insert("tags".to_owned(), Value::Object(tags));
        if !hcl.existing.is_empty() {
            let existing: Map<String, Value> = hcl
                .existing
                .iter()
                .filter_map(|name| match &target.components.get(name)?.bound {
                    Bound::Existing { exports, .. } => {
                        Some((name.to_string(), Value::Object(exports.clone())))
                    }
                    _ => None,
                })
                .collect();
            values.insert("existing".to_owned(), Value::Object(existing));
        }
        Value::Object(values)
    }

    /// Whether a module makes roles, and so has to know their permission boundary.
    fn takes_boundary(&self, root: &Root, kind: ComponentType) -> bool {
        let spec = self.module(&root.provider, kind).and_then(|module| module.variables.get("spec"));
        matches!(spec, Some(types::Type::Object(attributes)) if attributes.iter().any(|(name, _)| name == "boundary"))
    }

    /// What the modules and contracts of this repository do not agree on. Tests say that what is built in agrees.
    pub fn check_modules(&self) -> Vec<Diagnostic> {
        let mut diagnostics = Vec::new();
        for (provider, file) in &self.repository.providers {
            for kind in file.value.makes.keys() {
                let lazy = self.makes.get(provider).and_then(|makes| makes.get(kind));
                if file.builtin && lazy.is_some_and(|module| module.built_in) {
                    continue;
                }
                let Some(module) = self.module(provider, *kind) else {
                    diagnostics.push(
                        Diagnostic::error(Fault::ModuleMismatch)
                            .at(Place::value(file.file.clone(), Route::keys(["makes", kind.as_str()])))
                            .label("there is no such module"),
                    );
                    continue;
                };
                for message in check_module(*kind, module) {
                    diagnostics.push(
                        Diagnostic::error(Fault::ModuleMismatch)
                            .at(Place::file(format!("{MODULES}{}", module.path)))
                            .label(message),
                    );
                }
            }
        }
        diagnostics
    }
}

/// The modules of each provider, by the type of what they make.
fn makes(
    repository: &Repository,
    modules: &Modules,
) -> BTreeMap<SubjectName, BTreeMap<ComponentType, Arc<Lazy>>> {
    let of_provider = |provider: &SubjectName, names: &BTreeMap<ComponentType, String>| {
        let module = |name: &String| modules.lazy(&format!("{provider}/{name}")).cloned();
        names.iter().filter_map(|(kind, name)| Some((*kind, module(name)?))).collect()
    };
    let providers = repository.providers.iter();
    providers.map(|(name, file)| (name.clone(), of_provider(name, &file.value.makes))).collect()
}

/// Foundation components are made by the foundation stack alone, in its own account; delivery is a part of the edge.
fn is_made_here(target: &Target, kind: ComponentType, provider: &SubjectName) -> bool {
    let foundation = target.purpose() == Purpose::Foundation;
    let own = || target.accounts.get(provider).is_none_or(|account| account.foundation == target.id);
    (kind.layer() == Layer::Foundation) == foundation
        && kind != ComponentType::Delivery
        && (!foundation || own())
}

/// What distinguishes the HCL of one root from that of another.
fn signature(target: &Target, root: &Root) -> String {
    let mut key = format!("{}|{}|", root.layer.as_str(), root.provider);
    for component in target.components.values() {
        let here = if root.components.contains(&component.name) { "!" } else { "-" };
        let way = match &component.bound {
            Bound::Managed { .. } => ".",
            Bound::Hosted { .. } => "^",
            Bound::Existing { .. } => "~",
        };
        // What a module can do without is wired where its own provider has it.
        let own = if *component.bound.subject() == root.provider { "=" } else { "" };
        for part in [component.name.as_str(), here, component.kind().as_str(), way, own, "|"] {
            key.push_str(part);
        }
    }
    for (old, new) in Moves::of(&target.stack.value).all() {
        // Writing to a string cannot fail.
        let _ = write!(key, "{old}>{new}|");
    }
    key
}

fn common_tags(target: &Target) -> Value {
    let stack = &target.stack.value;
    json!({
        "stack": target.id.stack, "environment": target.id.env, "owner": stack.owner.team,
        "cost_centre": stack.cost_centre, "managed_by": "gen",
    })
}

/// Optional attributes that are not set are left out, not written as null.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(entries) => entries.retain(|_, value| {
            drop_nulls(value);
            !value.is_null()
        }),
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}
