//! Roots: one layer at one provider account in one region; one state, one role.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use crate::kind::Content;
use crate::model::component::{ComponentType, Layer};
use crate::model::names::{ComponentName, ExactVersion, RegionName, SubjectName, TerraformSource};
use crate::resolve::{Bound, Moves, Target};

use super::module::Module;
use super::types::{Attribute, Type};

/// First line of every rendered HCL file.
const HEADER: &str = "# Rendered by gen. Change the models, not this file.\n";

/// Tags of every resource of a root.
const TAGS_OF_ALL: &str = "var.tags[\"all\"]";

/// A root of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Its name, such as `data-aws`; also that of its folder and state.
    pub name: String,
    /// The layer.
    pub layer: Layer,
    /// The provider.
    pub provider: SubjectName,
    /// The region, where the provider has regions.
    pub region: Option<RegionName>,
    /// Its components, in the order of their names.
    pub components: Vec<ComponentName>,
}

/// Where a component's exports come from, as seen from one root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Supply {
    /// A module of the same root.
    Here,
    /// Another root.
    Upstream,
    /// The customer.
    Existing,
}

/// One module call of a root.
struct Call<'a> {
    name: &'a ComponentName,
    module: &'a Module,
    /// Variables wired to exports: name → HCL expression lines.
    wires: Vec<(String, String)>,
}

/// The HCL of a root: everything but `backend.tf` and the values.
#[derive(Debug)]
pub struct Hcl {
    /// File name → content.
    pub files: BTreeMap<&'static str, Arc<Content>>,
    /// Components whose exports come from other roots.
    pub upstream: Vec<ComponentName>,
    /// Components whose exports come from the customer.
    pub existing: Vec<ComponentName>,
}

/// Texts that a provider brings to its roots.
pub(super) struct ProviderTexts<'a> {
    /// Namespace and name of the Terraform provider.
    pub source: &'a TerraformSource,
    /// Its exact version.
    pub version: &'a ExactVersion,
    /// Provider blocks: empty for the default one, else the alias → HCL.
    pub blocks: BTreeMap<&'a str, &'a str>,
}

impl ProviderTexts<'_> {
    /// Whether its blocks put the tags of all resources on every one: where they do not, modules have to.
    fn tags_by_default(&self) -> bool {
        self.blocks.values().any(|block| block.contains(TAGS_OF_ALL))
    }
}

/// Writes the HCL of a root. `modules` maps its components to their modules.
pub(super) fn hcl(
    target: &Target,
    root: &Root,
    modules: &BTreeMap<ComponentName, Arc<Module>>,
    provider: &ProviderTexts<'_>,
) -> Result<Hcl, String> {
    let mut supplies: BTreeMap<ComponentName, Supply> = BTreeMap::new();
    let mut calls = Vec::new();
    for name in &root.components {
        let Some(module) = modules.get(name) else { continue };
        let wires = wire(target, root, name, module, &mut supplies)?;
        calls.push(Call { name, module, wires });
    }
    let of = |wanted: Supply| -> Vec<ComponentName> {
        supplies.iter().filter(|(_, supply)| **supply == wanted).map(|(name, _)| name.clone()).collect()
    };
    let (upstream, existing) = (of(Supply::Upstream), of(Supply::Existing));
    let aliases: BTreeSet<&str> =
        calls.iter().flat_map(|call| call.module.aliases.iter().map(String::as_str)).collect();
    let mut files = BTreeMap::new();
    files.insert("main.tf", Content::new(main_tf(&calls, provider, Moves::of(&target.stack.value))));
    files.insert("variables.tf", Content::new(variables_tf(target, &calls, &upstream, &existing)?));
    files.insert("outputs.tf", Content::new(outputs_tf(&calls)));
    if let Some(moved) = moved_tf(target, root) {
        files.insert("moved.tf", Content::new(moved));
    }
    files.insert("versions.tf", Content::new(versions_tf(provider)));
    files.insert("providers.tf", Content::new(providers_tf(provider, &aliases)?));
    Ok(Hcl { files, upstream, existing })
}

/// Where the resources of renamed components are now.
fn moved_tf(target: &Target, root: &Root) -> Option<String> {
    let moves = Moves::of(&target.stack.value);
    let blocks: Vec<String> = moves
        .all()
        .filter(|(old, _)| root.components.contains(moves.last_name(old)))
        .map(|(old, new)| format!("moved {{\n  from = module.{old}\n  to   = module.{new}\n}}\n"))
        .collect();
    (!blocks.is_empty()).then(|| format!("{HEADER}\n{}", blocks.join("\n")))
}

fn supply(target: &Target, root: &Root, name: &ComponentName) -> Supply {
    let existing = target
        .components
        .get(name)
        .is_some_and(|component| matches!(component.bound, Bound::Existing { .. }));
    match (existing, root.components.contains(name)) {
        (true, _) => Supply::Existing,
        (false, true) => Supply::Here,
        (false, false) => Supply::Upstream,
    }
}

fn expression(name: &ComponentName, supply: Supply) -> String {
    match supply {
        Supply::Here => format!("module.{name}.exports"),
        Supply::Upstream => format!("var.upstream.{name}"),
        Supply::Existing => format!("var.existing.{name}"),
    }
}

/// Variables of a module that take exports: those named after a component type, and `grants`.
fn wire(
    target: &Target,
    root: &Root,
    own: &ComponentName,
    module: &Module,
    supplies: &mut BTreeMap<ComponentName, Supply>,
) -> Result<Vec<(String, String)>, String> {
    let mut wires = Vec::new();
    for variable in module.variables.keys() {
        if let Some(kind) = ComponentType::parse(variable) {
            let found = target.of_type(kind).find(|component| component.name != *own);
            // What a module can do without is handed over by its own provider alone: a key elsewhere opens nothing here.
            let here = found.is_some_and(|component| *component.bound.subject() == root.provider);
            if module.defaults.contains(variable) && !here {
                continue;
            }
            let component =
                found.ok_or_else(|| format!("module {} needs a component of type {kind}", module.path))?;
            if matches!(component.bound, Bound::Hosted { .. }) {
                let name = &component.name;
                return Err(format!(
                    "module {} needs what `{name}` hands on, and software in the cluster hands on nothing yet",
                    module.path
                ));
            }
            let supply = supply(target, root, &component.name);
            supplies.insert(component.name.clone(), supply);
            wires.push((variable.clone(), expression(&component.name, supply)));
        } else if variable == "grants" {
            let mut lines = Vec::new();
            for component in target.components.values().filter(|component| super::spec::has_grants(component))
            {
                let supply = supply(target, root, &component.name);
                supplies.insert(component.name.clone(), supply);
                lines.push((
                    component.name.as_str(),
                    format!("{}.grants", expression(&component.name, supply)),
                ));
            }
            wires.push((variable.clone(), object(&lines, 2)));
        }
    }
    Ok(wires)
}

/// An object over several lines, aligned as `terraform fmt` does.
fn object(entries: &[(&str, String)], indent: usize) -> String {
    let width = entries.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let pad = " ".repeat(indent);
    let mut text = "{\n".to_owned();
    for (name, value) in entries {
        let _ = writeln!(text, "{pad}  {name:width$} = {value}");
    }
    let _ = write!(text, "{pad}}}");
    text
}

/// Arguments in runs: `=` is aligned among neighbours that fit on a line.
fn arguments(out: &mut String, entries: &[(&str, String)]) {
    for run in entries.chunk_by(|a, b| !a.1.contains('\n') && !b.1.contains('\n')) {
        let width = run.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
        for (name, value) in run {
            let _ = writeln!(out, "  {name:width$} = {value}");
        }
    }
}

fn main_tf(calls: &[Call<'_>], texts: &ProviderTexts<'_>, moves: Moves<'_>) -> String {
    let provider = texts.source.local_name();
    let mut out = HEADER.to_owned();
    for call in calls {
        let _ = write!(
            out,
            "\nmodule \"{}\" {{\n  source = \"../../../../modules/{}\"\n",
            call.name, call.module.path
        );
        if !call.module.aliases.is_empty() {
            let mut entries = vec![(provider.to_owned(), provider.to_owned())];
            entries.extend(call.module.aliases.iter().map(|alias| {
                let name = format!("{provider}.{alias}");
                (name.clone(), name)
            }));
            let entries: Vec<_> =
                entries.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
            let _ = write!(out, "\n  providers = {}\n", object(&entries, 2));
        }
        out.push('\n');
        let own = format!("var.tags[\"{}\"]", call.name);
        let tags = if texts.tags_by_default() { own } else { format!("merge({TAGS_OF_ALL}, {own})") };
        let mut entries = vec![
            ("context", "var.context".to_owned()),
            ("component", format!("\"{}\"", moves.first_name(call.name))),
            ("tags", tags),
            ("spec", format!("var.{}", call.name)),
        ];
        entries.extend(call.wires.iter().map(|(name, value)| (name.as_str(), value.clone())));
        arguments(&mut out, &entries);
        out.push_str("}\n");
    }
    out
}

fn variable(out: &mut String, name: &str, description: &str, kind: &Type) {
    let mut text = String::new();
    kind.write(&mut text, 2);
    let _ = write!(out, "\nvariable \"{name}\" {{\n");
    arguments(out, &[("description", format!("\"{description}\"")), ("type", text)]);
    out.push_str("}\n");
}

fn variables_tf(
    target: &Target,
    calls: &[Call<'_>],
    upstream: &[ComponentName],
    existing: &[ComponentName],
) -> Result<String, String> {
    let mut out = HEADER.to_owned();
    let context = calls.iter().find_map(|call| call.module.variables.get("context"));
    if let Some(context) = context {
        variable(&mut out, "context", "Who and where: the same for every module.", context);
    }
    let tags = Type::Map(Box::new(Type::Map(Box::new(Type::String))));
    variable(&mut out, "tags", "Tags: `all` for every resource, the rest by component.", &tags);
    for (name, components, description) in [
        ("upstream", upstream, "What other roots hand on; gen apply writes upstream.auto.tfvars.json."),
        ("existing", existing, "What the customer brings."),
    ] {
        if !components.is_empty() {
            variable(&mut out, name, description, &contracts(target, components)?);
        }
    }
    for call in calls {
        let spec = call
            .module
            .variables
            .get("spec")
            .ok_or_else(|| format!("module {} has no `spec`", call.module.path))?;
        let kind =
            target.components.get(call.name).map(|component| component.kind().as_str()).unwrap_or_default();
        variable(&mut out, call.name.as_str(), &format!("What is asked of `{}` ({kind}).", call.name), spec);
    }
    Ok(out)
}

/// The type of an object that holds the contracts of components.
fn contracts(target: &Target, components: &[ComponentName]) -> Result<Type, String> {
    let attribute = |name: &ComponentName| {
        let kind = target.components.get(name).map(crate::resolve::Resolved::kind);
        let schema =
            kind.and_then(crate::contract::schema).ok_or_else(|| format!("`{name}` hands nothing on"))?;
        Ok((name.to_string(), Attribute { kind: Type::from_schema(&schema)?, optional: false }))
    };
    components.iter().map(attribute).collect::<Result<_, String>>().map(Type::Object)
}

fn outputs_tf(calls: &[Call<'_>]) -> String {
    let entries: Vec<_> =
        calls.iter().map(|call| (call.name.as_str(), format!("module.{}.exports", call.name))).collect();
    let mut out = HEADER.to_owned();
    out.push_str("\noutput \"exports\" {\n");
    arguments(
        &mut out,
        &[
            ("description", "\"What this root hands on, by component.\"".to_owned()),
            ("value", object(&entries, 2)),
        ],
    );
    out.push_str("}\n");
    out
}

fn versions_tf(provider: &ProviderTexts<'_>) -> String {
    format!(
        "{HEADER}\nterraform {{\n  required_version = \">= 1.11.0, < 2.0.0\"\n\n  required_providers {{\n    {} = {{\n      \
         source  = \"{}\"\n      version = \"{}\"\n    }}\n  }}\n}}\n",
        provider.source.local_name(),
        provider.source,
        provider.version
    )
}

fn providers_tf(provider: &ProviderTexts<'_>, aliases: &BTreeSet<&str>) -> Result<String, String> {
    let mut out = HEADER.to_owned();
    for alias in std::iter::once(&"").chain(aliases) {
        let block =
            provider.blocks.get(alias).ok_or_else(|| format!("the provider has no alias `{alias}`"))?;
        out.push('\n');
        out.push_str(block.trim_end());
        out.push('\n');
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_all_are_merged_where_no_provider_block_takes_them() {
        let source = TerraformSource::parse("o/acme").expect("a source");
        let version = ExactVersion::parse("1.2.3").expect("a version");
        let by_default = |blocks: &[(&'static str, &'static str)]| {
            let blocks = blocks.iter().copied().collect();
            ProviderTexts { source: &source, version: &version, blocks }.tags_by_default()
        };
        let plain = "provider \"acme\" {}";
        let tagged = "provider \"acme\" {\n  default_tags {\n    tags = var.tags[\"all\"]\n  }\n}";
        assert!(!by_default(&[("", plain), ("iam", plain)]));
        assert!(by_default(&[("", tagged), ("replica", tagged)]));
    }
}
