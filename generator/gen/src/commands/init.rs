//! `gen init`: a repository with an account and one stack, which plans at once.

use std::path::Path;
use std::process::ExitCode;

use gen_core::diag::{Diagnostic, Fault, Place};
use gen_core::kind::{Content, Rendered};
use gen_core::model::names::{StackName, SubjectName};
use minijinja::{Environment, UndefinedBehavior, context};
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{Global, InitArgs};
use crate::session::Session;

/// What `init` prints.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// Files made.
    pub created: Vec<String>,
}

/// Template → file, both relative to their roots. `{stack}` stands for the stack's name.
const FILES: &[(&str, &str)] = &[
    ("README.md.j2", "README.md"),
    ("gitignore.j2", ".gitignore"),
    ("foundation.stack.yaml.j2", "stacks/foundation/stack.yaml"),
    ("foundation.dev.yaml.j2", "stacks/foundation/environments/dev.yaml"),
    ("stack.yaml.j2", "stacks/{stack}/stack.yaml"),
    ("dev.yaml.j2", "stacks/{stack}/environments/dev.yaml"),
];

pub(crate) fn run(global: &Global, arguments: &InitArgs) -> ExitCode {
    let mut session = Session::open_builtin(global);
    let mut body = Body::default();
    match make(&mut session, arguments) {
        Ok(created) => body.created = created,
        Err(faults) => session.diagnostics.extend(faults),
    }
    let human = if body.created.is_empty() {
        String::new()
    } else {
        format!("Made:\n  {}\nNext: gen plan\n", body.created.join("\n  "))
    };
    super::finish(global, &mut session, "init", body, &human, false, false)
}

fn make(session: &mut Session, arguments: &InitArgs) -> Result<Vec<String>, Vec<Diagnostic>> {
    let stack = StackName::parse(&arguments.name)
        .map_err(|error| vec![Diagnostic::error(Fault::BadName).label(error.to_string())])?;
    if stack.as_str() == "foundation" {
        let fault = Diagnostic::error(Fault::BadName)
            .label("`foundation` is the stack of accounts, which is made as well")
            .help("name the application: --name shop");
        return Err(vec![fault]);
    }
    check_names(session, arguments)?;
    let root = session.root.clone();
    if root.join("stacks").exists() {
        return Err(vec![
            Diagnostic::error(Fault::ForeignFile)
                .at(Place::file("stacks"))
                .summary("there is a repository here already")
                .help("gen init makes a new one; choose an empty folder"),
        ]);
    }
    check_outside(&root)?;
    let mut files = rendered(session, arguments, &stack)?;
    // Editors read the schemas of input files; those of what is printed are for programs, and `gen schema` has them.
    let inputs = super::schema::all().into_iter().filter(|(name, _)| !name.starts_with("output/"));
    for (name, schema) in inputs {
        let content = Content::new(format!("{schema:#}\n"));
        files.push(Rendered { path: format!("docs/schema/{name}.schema.json").into(), content });
    }
    // What is there already stays: only files that do not exist are made.
    let existing: Vec<Diagnostic> = files
        .iter()
        .filter(|file| root.join(file.path.as_ref()).symlink_metadata().is_ok())
        .map(|file| {
            Diagnostic::error(Fault::ForeignFile).at(Place::file(file.path.clone())).label("is there already")
        })
        .collect();
    if !existing.is_empty() {
        return Err(existing);
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let created: Vec<String> = files.iter().map(|file| file.path.to_string()).collect();
    let faults = gen_exec::write::create_new(&root, &files);
    if faults.is_empty() { Ok(created) } else { Err(faults) }
}

/// Names are known before they are put into files.
fn check_names(session: &Session, arguments: &InitArgs) -> Result<(), Vec<Diagnostic>> {
    let known: Vec<&str> = session.repository.providers.keys().map(SubjectName::as_str).collect();
    if !known.contains(&arguments.provider.as_str()) {
        let label = format!("there is no provider `{}`", arguments.provider);
        let help = format!("there are: {}", known.join(", "));
        return Err(vec![Diagnostic::error(Fault::UnknownName).label(label).help(help)]);
    }
    let country = super::country::parse(&arguments.country).map_err(|fault| vec![*fault])?;
    let provider = session.repository.providers.iter().find(|(name, _)| name.as_str() == arguments.provider);
    let fits = provider.map(|(name, file)| super::country::has(name.as_str(), &file.value, &country));
    fits.unwrap_or(Ok(())).map_err(|fault| vec![*fault])
}

/// Refuses to make a repository inside another one: whoever works in the outer one would never see it.
fn check_outside(root: &Path) -> Result<(), Vec<Diagnostic>> {
    let Ok(root) = root.canonicalize().or_else(|_| std::path::absolute(root)) else { return Ok(()) };
    let Some(outer) = root.ancestors().skip(1).find(|folder| has_stacks(folder)) else { return Ok(()) };
    Err(vec![
        Diagnostic::error(Fault::ForeignFile)
            .summary("this is inside a repository already")
            .label(format!("{} has stacks", outer.display()))
            .help("gen init makes a new repository: choose a folder outside; another stack is a folder of stacks/"),
    ])
}

fn has_stacks(folder: &Path) -> bool {
    let stacks = std::fs::read_dir(folder.join("stacks")).into_iter().flatten().flatten();
    stacks.into_iter().any(|stack| stack.path().join("stack.yaml").is_file())
}

fn rendered(
    session: &Session,
    arguments: &InitArgs,
    stack: &StackName,
) -> Result<Vec<Rendered>, Vec<Diagnostic>> {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    let values = context! {
        stack => stack.as_str(),
        provider => arguments.provider.as_str(),
        country => super::country::yaml(&arguments.country),
        zone => format!("{stack}.example.org"),
        kubernetes => newest_kubernetes(session, &arguments.provider),
    };
    FILES
        .iter()
        .map(|(template, path)| {
            let name = format!("templates/init/{template}");
            let fail = |message: String| {
                vec![Diagnostic::error(Fault::Unparsable).at(Place::file(name.clone())).label(message)]
            };
            let bytes = session
                .repository
                .templates
                .get(name.as_str())
                .ok_or_else(|| fail("there is no such template".to_owned()))?;
            let text = std::str::from_utf8(bytes).map_err(|error| fail(error.to_string()))?;
            let mut rendered =
                templates.render_str(text, &values).map_err(|error| fail(error.to_string()))?;
            rendered.push('\n');
            Ok(Rendered {
                path: path.replace("{stack}", stack.as_str()).into(),
                content: Content::new(rendered),
            })
        })
        .collect()
}

/// The newest version of Kubernetes that the provider's file names: one with add-ons if there are any, else one it offers.
fn newest_kubernetes(session: &Session, provider: &str) -> String {
    let file = SubjectName::parse(provider).ok().and_then(|name| session.repository.providers.get(&name));
    let offered = file.into_iter().flat_map(|file| &file.value.facts).flat_map(|fact| {
        let versions = fact.is.iter().find(|(id, _)| id.as_str() == "k8s.version");
        versions.and_then(|(_, versions)| versions.as_array()).into_iter().flatten()
    });
    let with_addons = file.into_iter().flat_map(|file| file.value.addons.keys().map(String::as_str));
    newest(with_addons)
        .or_else(|| newest(offered.filter_map(serde_json::Value::as_str)))
        .unwrap_or("1.35")
        .to_owned()
}

fn newest<'a>(versions: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    versions
        .max_by_key(|version| version.split('.').map(|part| part.parse().unwrap_or(0)).collect::<Vec<u32>>())
}
