//! Backends: where a root's state is, rendered from the template of the provider that keeps it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, UndefinedBehavior, context};

use crate::diag::{Diagnostic, Fault, Place};
use crate::load::Repository;
use crate::model::component::ComponentType;
use crate::resolve::{Bound, Target};

use super::Root;

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
            let provider = path
                .strip_prefix("templates/terraform/roots/")
                .and_then(|rest| rest.strip_suffix("/backend.tf.j2"));
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

    pub(super) fn render(&self, target: &Target, root: &Root) -> Result<String, String> {
        let state =
            target.of_type(ComponentType::State).next().ok_or("the target has no component `state`")?;
        let Bound::Managed { provider, region, .. } = &state.bound else {
            return Err("gen renders backends of state that a provider manages".to_owned());
        };
        let account = target.accounts.get(provider).ok_or("the account that keeps the state is not named")?;
        let template = self.templates.get_template(provider.as_str()).map_err(|error| error.to_string())?;
        template
            .render(context! {
                foundation => format!("{}-{}", account.foundation.stack, account.foundation.env),
                component => state.name.as_str(),
                account => account.id.as_str(),
                region => region.as_ref().map(crate::model::names::RegionName::as_str).unwrap_or_default(),
                key => format!("{}/{}/{}.tfstate", target.id.stack, target.id.env, root.name),
            })
            .map_err(|error| error.to_string())
    }
}

/// A quoted template string in HCL native syntax: `"`, `\`, `${` and `%{` are escaped.
fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
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
