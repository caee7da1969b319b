//! Backends: where a root's state is, rendered from the template of the provider that keeps it, else from the one for any store
//! with the S3 API.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, context};

use crate::check::{Checked, StoreSettings};
use crate::diag::{Diagnostic, Fault, Place};
use crate::load::Repository;
use crate::model::component::ComponentType;
use crate::model::names::{RegionName, SubjectName};
use crate::resolve::{AccountRef, Bound, Resolved, Target};

use super::Root;

/// Name of the template for any store with the S3 API.
const ANY: &str = "";

/// Templates of backends by provider, compiled once.
#[derive(Debug)]
pub(super) struct Backends {
    templates: Environment<'static>,
}

impl Backends {
    pub(super) fn new(repository: &Repository, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let mut templates = Environment::new();
        templates.set_undefined_behavior(UndefinedBehavior::Strict);
        if let Ok(syntax) = SyntaxConfig::builder().keep_trailing_newline(true).build() {
            templates.set_syntax(syntax);
        }
        templates.set_formatter(|out, _, value| {
            let text = value.as_str().map_or_else(|| value.to_string(), quote);
            out.write_str(&text).map_err(minijinja::Error::from)
        });
        let mut faulty = BTreeMap::new();
        for (path, bytes) in &repository.templates {
            let provider = path.strip_prefix("templates/terraform/roots/").and_then(|rest| {
                if rest == "backend.tf.j2" { Some(ANY) } else { rest.strip_suffix("/backend.tf.j2") }
            });
            let Some(provider) = provider else { continue };
            let outcome = match std::str::from_utf8(bytes) {
                Ok(text) => {
                    let added = templates.add_template_owned(provider.to_owned(), text.to_owned());
                    added.map_err(|error| error.to_string())
                }
                Err(error) => Err(error.to_string()),
            };
            if let Err(error) = outcome {
                faulty.insert(path.clone(), error);
            }
        }
        diagnostics.extend(
            faulty
                .into_iter()
                .map(|(path, error)| Diagnostic::error(Fault::Unparsable).at(Place::file(path)).label(error)),
        );
        Self { templates }
    }

    pub(super) fn render(
        &self,
        repository: &Repository,
        checked: &Checked,
        root: &Root,
    ) -> Result<String, String> {
        let target = checked.target();
        let place = place(repository, checked, root)?;
        let (state, store) = state_of(checked)?;
        let StatePlace { key, bucket, region, endpoint, .. } = &place;
        let (name, context) = match &state.bound {
            Bound::Managed { provider, .. } => {
                let account = account_of(target, provider)?;
                let foundation = account.foundation.resource_name();
                let context = context! {
                    foundation, region, key, bucket, endpoint,
                    store => Serde(store),
                    component => state.name.as_str(),
                    account => account.id.as_str(),
                };
                (provider.as_str(), context)
            }
            _ => (ANY, context! { key, bucket, region, endpoint, store => Serde(store) }),
        };
        let own = self.templates.get_template(name);
        if own.is_err() && context.get_attr("endpoint").is_ok_and(|address| address.is_none()) {
            return Err(format!(
                "the file of {name} has no address of its store: `endpoints: {{object_store: ...}}`"
            ));
        }
        let template =
            own.or_else(|_| self.templates.get_template(ANY)).map_err(|error| error.to_string())?;
        template.render(context).map_err(|error| error.to_string())
    }
}

/// Where the state of a root is kept: an object in a store with the S3 API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatePlace {
    /// The bucket.
    pub bucket: String,
    /// The state in it.
    pub key: String,
    /// Region of the bucket.
    pub region: String,
    /// Address of the store; none where the provider's file names none.
    pub endpoint: Option<String>,
    /// Names of buckets go into the path.
    pub path_style: bool,
    /// The provider that keeps it, where that is one; nobody knows whose credentials a store takes that is brought.
    pub provider: Option<SubjectName>,
}

impl StatePlace {
    /// What the keys of everything that belongs to the same target begin with.
    pub fn prefix(&self) -> &str {
        self.key.rsplit_once('/').map_or("", |(prefix, _)| prefix)
    }
}

fn state_of(checked: &Checked) -> Result<(&Resolved, &StoreSettings), String> {
    let target = checked.target();
    let state = target.of_type(ComponentType::State).next().ok_or("the target has no component `state`")?;
    let store =
        checked.store(&state.name).ok_or("nothing is known of how to speak to the store of states")?;
    Ok((state, store))
}

fn account_of<'a>(target: &'a Target, provider: &SubjectName) -> Result<&'a AccountRef, String> {
    target.accounts.get(provider).ok_or_else(|| "the account that keeps the state is not named".to_owned())
}

/// Where the state of a root is kept.
pub(super) fn place(repository: &Repository, checked: &Checked, root: &Root) -> Result<StatePlace, String> {
    let target = checked.target();
    let (state, store) = state_of(checked)?;
    let key = format!("{}/{}/{}.tfstate", target.id.stack, target.id.env, root.name);
    let path_style = store.path_style;
    match &state.bound {
        Bound::Managed { provider, region, .. } => {
            let account = account_of(target, provider)?;
            let foundation = account.foundation.resource_name();
            let region = region.as_ref().map(RegionName::as_str).unwrap_or_default();
            let file = repository.providers.get(provider).ok_or("the provider has no file")?;
            Ok(StatePlace {
                bucket: bucket(&foundation, state.name.as_str(), account.id.as_str()),
                key,
                region: region.to_owned(),
                endpoint: file.value.endpoint(ComponentType::ObjectStore, region),
                path_style,
                provider: Some(provider.clone()),
            })
        }
        Bound::Existing { exports, .. } => {
            let text = |key: &str| exports.get(key).and_then(serde_json::Value::as_str).map(str::to_owned);
            if text("lock").as_deref() != Some("s3_lockfile") {
                return Err("gen renders backends of state that is locked by `s3_lockfile`".to_owned());
            }
            Ok(StatePlace {
                bucket: text("bucket").unwrap_or_default(),
                key,
                region: text("region").unwrap_or_default(),
                endpoint: text("endpoint"),
                path_style,
                provider: None,
            })
        }
        Bound::Hosted { .. } => {
            Err("state cannot be kept on what it describes: bind it to a provider, or bring it".to_owned())
        }
    }
}

/// Name of a bucket for states: the foundation, the component, and as much of the account as a bucket's name holds.
///
/// Ids of accounts that are UUIDs are cut to their first group: 63 characters are all that a name may have. Modules of type
/// `state` make the bucket under the same name.
fn bucket(foundation: &str, component: &str, account: &str) -> String {
    format!("{foundation}-{component}-{}", account.split('-').next().unwrap_or(account))
}

/// A quoted template string in HCL native syntax: `"`, `\`, `${` and `%{` are escaped.
fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    let plain = |byte: u8| !byte.is_ascii_control() && byte.is_ascii() && !b"\"\\$%".contains(&byte);
    if text.bytes().all(plain) {
        out.push_str(text);
        out.push('"');
        return out;
    }
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' | '\\' => {
                out.push('\\');
                out.push(c);
            }
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' if rest.peek() == Some(&'{') => {
                out.push(c);
                out.push(c);
            }
            c if c.is_control() => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_text_survives_quoting(text in "\\PC*|[$%{}\"\\\\ \n\t]{0,12}") {
            let body: hcl_edit::structure::Body = format!("a = {}\n", super::quote(&text)).parse().expect("HCL");
            let value = &body.get_attribute("a").expect("the attribute").value;
            prop_assert_eq!(value.as_str(), Some(text.as_str()));
        }
    }
}
