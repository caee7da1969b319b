//! Templates → files, each read back in the language that it claims.

use std::sync::Arc;

use minijinja::Environment;
use minijinja::value::Serde;
use rayon::prelude::*;
use serde_json::{Value, json};

use crate::diag::{Diagnostic, Fault, Place};
use crate::kind::{Content, Rendered, text};
use crate::load::Repository;
use crate::model::component::Issuer;

use super::Asked;
use super::fleet::Fleet;
use super::view::View;

/// A file's path below the forge's folder, and its template.
type Page = (&'static str, &'static str);

const GITHUB: &[Page] = &[
    ("gen/settings.md", "github/settings.md.j2"),
    ("workflows/gen-apply.yml", "github/apply.yml.j2"),
    ("workflows/gen-drift.yml", "github/drift.yml.j2"),
    ("workflows/gen-evidence.yml", "github/evidence.yml.j2"),
    ("workflows/gen-promote.yml", "github/promote.yml.j2"),
    ("workflows/gen-pull-request.yml", "github/pull-request.yml.j2"),
    ("workflows/gen-target.yml", "github/target.yml.j2"),
];
const GITLAB: &[Page] = &[("gen.yml", "gitlab/gen.yml.j2"), ("gen/settings.md", "gitlab/settings.md.j2")];

/// What jobs read about targets.
const TARGETS: &str = "gen/targets.json";

pub(super) fn files(
    repository: &Repository,
    asked: &Asked<'_>,
    fleet: &Fleet,
) -> Result<Vec<Rendered>, Vec<Diagnostic>> {
    let gitlab = asked.ci.issuer == Issuer::Gitlab;
    let view = View::of(repository, asked.ci, asked.workflows, fleet);
    let pages = if gitlab { GITLAB } else { GITHUB };
    let promotes = view.promotes();
    let pages: Vec<&Page> = pages
        .iter()
        .filter(|(path, _)| match *path {
            // Promotion takes two environments of a stack.
            "workflows/gen-promote.yml" => promotes,
            // Where CI applies nothing, what is checked is all that is left.
            "workflows/gen-apply.yml" | "workflows/gen-drift.yml" | "workflows/gen-target.yml" => {
                !fleet.entries.is_empty()
            }
            _ => true,
        })
        .collect();
    let environment = environment(repository).map_err(|fault| vec![*fault])?;
    let view = minijinja::Value::from(Serde(view));
    let file = |(path, template): &&Page| {
        let name = format!("templates/workflows/{template}");
        match page(&environment, &name, path, &view) {
            Ok(text) => Ok(Rendered { path: Arc::from(*path), content: Content::new(text) }),
            Err(error) => {
                Err(Box::new(Diagnostic::error(Fault::Unparsable).at(Place::file(name)).label(error)))
            }
        }
    };
    let (rendered, data) = rayon::join(
        || pages.par_iter().map(file).collect::<Vec<_>>(),
        || (!gitlab).then(|| Rendered { path: Arc::from(TARGETS), content: Content::new(targets(fleet)) }),
    );
    let (mut files, mut faults) = (Vec::new(), Vec::new());
    for page in rendered {
        match page {
            Ok(file) => files.push(file),
            Err(fault) => faults.push(*fault),
        }
    }
    files.extend(data);
    if faults.is_empty() { Ok(files) } else { Err(faults) }
}

/// Templates, with delimiters that neither expressions of workflows nor shells use.
fn environment(repository: &Repository) -> Result<Environment<'_>, Box<Diagnostic>> {
    let mut environment = text::templates(repository, "templates/workflows/", ("{=", "=}"))?;
    environment.add_filter("yaml", scalar);
    Ok(environment)
}

fn page(
    environment: &Environment<'_>,
    name: &str,
    path: &str,
    view: &minijinja::Value,
) -> Result<String, String> {
    let template = environment.get_template(name).map_err(|error| error.to_string())?;
    let text = template.render(view.clone()).map_err(|error| error.to_string())?;
    if path.ends_with(".yml") {
        let read: Value = serde_yaml::from_str(&text).map_err(|error| error.to_string())?;
        if !read.is_object() {
            return Err("what it renders is no mapping".to_owned());
        }
    }
    Ok(text)
}

/// A string as YAML writes it: plain where nothing else can be meant.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|first: char| first.is_ascii_alphabetic() || matches!(first, '.' | '/'))
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._/@-".contains(&b))
        && text.bytes().any(|b| b.is_ascii_alphabetic())
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
            .contains(&text.to_ascii_lowercase().as_str());
    if plain { text.to_owned() } else { json!(text).to_string() }
}

/// The file that jobs read, one target a line.
fn targets(fleet: &Fleet) -> String {
    let lines: Vec<String> = fleet.entries.iter().map(|entry| format!("    {}", json!(entry))).collect();
    let lines = if lines.is_empty() { String::new() } else { format!("\n{}\n  ", lines.join(",\n")) };
    format!("{{\n  \"format_version\": 1,\n  \"targets\": [{lines}]\n}}\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_string_survives(text in "\\PC{0,20}|[ -~]{0,12}|[0-9.e_]{1,6}|true|No|~|null") {
            let read: Value = serde_yaml::from_str(&format!("- {}\n", scalar(&text))).expect("YAML");
            prop_assert_eq!(read, json!([text]));
        }
    }
}
