//! Which files there are, and which kind each is.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use walkdir::WalkDir;

use crate::diag::{Diagnostic, Fault, Place};
use crate::model::names::{EnvName, ProfileName, StackName, SubjectName};

use super::{Loaded, Repository, text, yaml};

/// A kind of input file and the name that its path gives.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Class {
    Stack(StackName),
    Environment(StackName, EnvName),
    Waivers(StackName),
    Release(StackName, EnvName),
    Profile(ProfileName),
    Provider(SubjectName),
    Product(SubjectName),
    Dictionary,
    AsOf,
    /// Bytes that are rendered or copied, not parsed.
    Template,
    /// Nothing that `gen` reads.
    Other,
}

/// Reads everything below a repository's root, and the built-ins under it.
pub fn load(root: &Path) -> (Repository, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut sources = builtins();
    for folder in ["profiles", "stacks", "templates"] {
        walk(root, folder, &mut sources, &mut diagnostics);
    }
    let (repository, found) = read_all(root, sources);
    diagnostics.extend(found);
    (repository, diagnostics)
}

/// Reads the built-ins alone.
pub fn builtin() -> (Repository, Vec<Diagnostic>) {
    read_all(Path::new("."), builtins())
}

fn builtins() -> BTreeMap<Arc<str>, Source> {
    crate::builtin::FILES.iter().map(|(path, bytes)| (Arc::from(*path), Source::Builtin(bytes))).collect()
}

fn read_all(root: &Path, sources: BTreeMap<Arc<str>, Source>) -> (Repository, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let read: Vec<_> = sources.into_par_iter().map(|(path, source)| read_one(root, path, source)).collect();
    let mut repository = Repository::default();
    for (item, found) in read {
        let files = found.iter().filter_map(|fault| fault.place.as_ref()).map(|place| place.file.clone());
        repository.faulty.extend(files.filter(|file| file.starts_with("stacks/")));
        diagnostics.extend(found);
        if let Some(item) = item {
            put(&mut repository, item);
        }
    }
    for (name, files) in &repository.stacks {
        if files.stack.is_none()
            && !diagnostics.iter().any(|diagnostic| is_about(diagnostic, &stack_file(name)))
        {
            diagnostics.push(
                Diagnostic::error(Fault::MisplacedFile)
                    .at(Place::file(format!("stacks/{name}")))
                    .label("there are environments, but no stack.yaml"),
            );
        }
    }
    (repository, diagnostics)
}

fn stack_file(name: &StackName) -> String {
    format!("stacks/{name}/stack.yaml")
}

fn is_about(diagnostic: &Diagnostic, file: &str) -> bool {
    diagnostic.place.as_ref().is_some_and(|place| *place.file == *file)
}

#[derive(Clone, Copy)]
enum Source {
    Builtin(&'static [u8]),
    Disk,
}

fn walk(
    root: &Path,
    folder: &str,
    sources: &mut BTreeMap<Arc<str>, Source>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let top = root.join(folder);
    if !top.exists() {
        return;
    }
    let hidden = |name: &std::ffi::OsStr| name.as_encoded_bytes().first() == Some(&b'.');
    let entries =
        WalkDir::new(&top).into_iter().filter_entry(|entry| entry.depth() == 0 || !hidden(entry.file_name()));
    for entry in entries {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(&top);
                diagnostics.push(
                    Diagnostic::error(Fault::NotText)
                        .at(Place::file(relative(root, path)))
                        .label(error.io_error().map_or_else(|| error.to_string(), ToString::to_string))
                        .summary("file or folder cannot be read"),
                );
                continue;
            }
        };
        let path = relative(root, entry.path());
        let kind = entry.file_type();
        if kind.is_dir() {
            continue;
        }
        if kind.is_symlink() && !stays_inside(root, entry.path()) || !kind.is_file() && !kind.is_symlink() {
            diagnostics.push(Diagnostic::error(Fault::OutsideRepository).at(Place::file(path)).label(
                if kind.is_symlink() {
                    "the link leads out of the repository, or nowhere"
                } else {
                    "neither file nor folder"
                },
            ));
            continue;
        }
        sources.insert(Arc::from(path), Source::Disk);
    }
}

fn relative(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn stays_inside(root: &Path, path: &Path) -> bool {
    match (root.canonicalize(), path.canonicalize()) {
        (Ok(root), Ok(path)) => path.starts_with(root) && path.is_file(),
        _ => false,
    }
}

/// The kind of a file, by its path; an error says which name is malformed.
fn classify(path: &str) -> Result<Class, String> {
    fn name<T, E: std::fmt::Display>(parsed: Result<T, E>) -> Result<T, String> {
        parsed.map_err(|error| error.to_string())
    }
    let parts: Vec<&str> = path.split('/').collect();
    let stem = |file: &str| file.strip_suffix(".yaml").map(str::to_owned);
    Ok(match parts.as_slice() {
        ["templates", ..] | ["profiles", "providers", "locks", _] => Class::Template,
        [.., "README.md"] => Class::Other,
        ["profiles", "capabilities.yaml"] => Class::Dictionary,
        ["profiles", "as-of.yaml"] => Class::AsOf,
        ["profiles", "providers", file] if stem(file).is_some() => {
            Class::Provider(name(SubjectName::parse(&stem(file).unwrap_or_default()))?)
        }
        ["profiles", "products", file] if stem(file).is_some() => {
            Class::Product(name(SubjectName::parse(&stem(file).unwrap_or_default()))?)
        }
        ["profiles", file] if stem(file).is_some() => {
            Class::Profile(name(ProfileName::parse(&stem(file).unwrap_or_default()))?)
        }
        ["stacks", stack, "workloads" | "migrations", ..] => {
            name(StackName::parse(stack))?;
            Class::Other
        }
        ["stacks", stack, "stack.yaml"] => Class::Stack(name(StackName::parse(stack))?),
        ["stacks", stack, "waivers.yaml"] => Class::Waivers(name(StackName::parse(stack))?),
        ["stacks", stack, "environments", file] if stem(file).is_some() => Class::Environment(
            name(StackName::parse(stack))?,
            name(EnvName::parse(&stem(file).unwrap_or_default()))?,
        ),
        ["stacks", stack, "releases", file] if stem(file).is_some() => Class::Release(
            name(StackName::parse(stack))?,
            name(EnvName::parse(&stem(file).unwrap_or_default()))?,
        ),
        // What looks like a model and lies where none belongs would silently have no effect.
        [.., file] if [".yaml", ".yml", ".json"].iter().any(|ending| file.ends_with(ending)) => {
            return Err(String::new());
        }
        _ => Class::Other,
    })
}

enum Item {
    Stack(StackName, Loaded<crate::model::stack::Stack>),
    Environment(StackName, EnvName, Loaded<crate::model::environment::Environment>),
    Waivers(StackName, Loaded<crate::model::waiver::Waivers>),
    Release(StackName, EnvName, Loaded<crate::model::waiver::Release>),
    Profile(ProfileName, Loaded<crate::model::profile::Profile>),
    Provider(SubjectName, Loaded<crate::model::subject::Provider>),
    Product(SubjectName, Loaded<crate::model::subject::Product>),
    Dictionary(Loaded<crate::model::capability::Dictionary>),
    AsOf(Loaded<crate::model::profile::AsOf>),
    Template(Arc<[u8]>),
    /// A file whose model is faulty, or that holds none.
    Text,
}

struct Read {
    path: Arc<str>,
    text: Option<Arc<str>>,
    stack: Option<StackName>,
    item: Item,
}

fn read_one(root: &Path, path: Arc<str>, source: Source) -> (Option<Read>, Vec<Diagnostic>) {
    let class = match classify(&path) {
        Ok(class) => class,
        Err(reason) => {
            let (fault, label) = if reason.is_empty() {
                (Fault::MisplacedFile, "no kind of file belongs here".to_owned())
            } else {
                (Fault::BadName, reason)
            };
            return (None, vec![Diagnostic::error(fault).at(Place::file(path)).label(label)]);
        }
    };
    if class == Class::Other {
        return (None, Vec::new());
    }
    let builtin = matches!(source, Source::Builtin(_));
    let bytes = match source {
        Source::Builtin(bytes) => bytes.to_vec(),
        Source::Disk => match std::fs::read(root.join(path.as_ref())) {
            Ok(bytes) => bytes,
            Err(error) => {
                let diagnostic = Diagnostic::error(Fault::NotText)
                    .at(Place::file(path))
                    .summary("file or folder cannot be read")
                    .label(error.to_string());
                return (None, vec![diagnostic]);
            }
        },
    };
    if class == Class::Template {
        return (
            Some(Read { path, text: None, stack: None, item: Item::Template(bytes.into()) }),
            Vec::new(),
        );
    }
    let text = match text::read(&path, bytes) {
        Ok(text) => text,
        Err(diagnostic) => return (None, vec![*diagnostic]),
    };
    let stack = match &class {
        Class::Stack(stack)
        | Class::Environment(stack, _)
        | Class::Waivers(stack)
        | Class::Release(stack, _) => Some(stack.clone()),
        _ => None,
    };
    match parse(class, &path, builtin, &text) {
        Ok(item) => (Some(Read { path, text: Some(text), stack, item }), Vec::new()),
        Err(found) => (Some(Read { path, text: Some(text), stack, item: Item::Text }), found),
    }
}

fn parse(class: Class, path: &Arc<str>, builtin: bool, text: &str) -> Result<Item, Vec<Diagnostic>> {
    fn loaded<T: serde::de::DeserializeOwned + schemars::JsonSchema>(
        path: &Arc<str>,
        builtin: bool,
        text: &str,
    ) -> Result<Loaded<T>, Vec<Diagnostic>> {
        yaml::read(path, text).map(|value| Loaded { file: path.clone(), builtin, value })
    }
    Ok(match class {
        Class::Stack(stack) => Item::Stack(stack, loaded(path, builtin, text)?),
        Class::Environment(stack, env) => Item::Environment(stack, env, loaded(path, builtin, text)?),
        Class::Waivers(stack) => Item::Waivers(stack, loaded(path, builtin, text)?),
        Class::Release(stack, env) => Item::Release(stack, env, loaded(path, builtin, text)?),
        Class::Profile(name) => Item::Profile(name, loaded(path, builtin, text)?),
        Class::Provider(name) => Item::Provider(name, loaded(path, builtin, text)?),
        Class::Product(name) => Item::Product(name, loaded(path, builtin, text)?),
        Class::Dictionary => Item::Dictionary(loaded(path, builtin, text)?),
        Class::AsOf => Item::AsOf(loaded(path, builtin, text)?),
        Class::Template | Class::Other => Item::Text,
    })
}

fn put(repository: &mut Repository, read: Read) {
    if let Some(text) = read.text {
        repository.texts.insert(read.path.clone(), text);
    }
    if let Some(stack) = read.stack {
        repository.stacks.entry(stack).or_default();
    }
    match read.item {
        Item::Stack(stack, file) => repository.stacks.entry(stack).or_default().stack = Some(Arc::new(file)),
        Item::Environment(stack, env, file) => {
            repository.stacks.entry(stack).or_default().environments.insert(env, Arc::new(file));
        }
        Item::Waivers(stack, file) => {
            repository.stacks.entry(stack).or_default().waivers = Some(Arc::new(file));
        }
        Item::Release(stack, env, file) => {
            repository.stacks.entry(stack).or_default().releases.insert(env, Arc::new(file));
        }
        Item::Profile(name, file) => {
            repository.profiles.insert(name, Arc::new(file));
        }
        Item::Provider(name, file) => {
            repository.providers.insert(name, Arc::new(file));
        }
        Item::Product(name, file) => {
            repository.products.insert(name, Arc::new(file));
        }
        Item::Dictionary(file) => repository.dictionary = Some(Arc::new(file)),
        Item::AsOf(file) => repository.as_of = Some(Arc::new(file)),
        Item::Template(bytes) => {
            repository.templates.insert(read.path, bytes);
        }
        Item::Text => {}
    }
}
