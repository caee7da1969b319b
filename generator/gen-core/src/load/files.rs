//! Which files there are, and what each holds.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::Arc;

use rayon::prelude::*;
use walkdir::WalkDir;

use crate::diag::{Diagnostic, Fault, Place};
use crate::model::names::{EnvName, ProfileName, StackName, SubjectName};

use super::class::{Class, classify};
use super::yaml::Faulty;
use super::{Loaded, Repository, text, yaml};

/// Reads everything below a repository's root, and the built-ins under it.
pub fn load(root: &Path) -> (Repository, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut sources = builtins();
    for folder in ["profiles", "stacks", "templates"] {
        walk(root, folder, &mut sources, &mut diagnostics);
    }
    let (mut repository, found) = read_all(root, sources);
    // What is there and cannot be read may belong to an account, as much as what is read and has faults.
    let files = diagnostics.iter().filter_map(|fault| fault.place.as_ref()).map(|place| place.file.clone());
    repository.faulty.extend(files.filter(|file| file.starts_with("stacks")));
    diagnostics.extend(found);
    (repository, diagnostics)
}

/// Reads the built-ins alone.
pub fn builtin() -> (Repository, Vec<Diagnostic>) {
    read_all(Path::new("."), builtins())
}

/// Takes a changed text of one file into a repository, as if it were on disk, and gives its faults.
pub fn reread(repository: &mut Repository, path: &str, text: &str) -> Vec<Diagnostic> {
    let path: Arc<str> = Arc::from(path);
    let faulty =
        |why: String| vec![Diagnostic::error(Fault::MisplacedFile).at(Place::file(path.clone())).label(why)];
    let class = match classify(&path) {
        Ok(class) => class,
        Err(why) => return faulty(why),
    };
    let read =
        text::read(&path, text.as_bytes()).and_then(|text| Ok((parse(class, &path, false, &text)?, text)));
    match read {
        Ok((item, text)) => {
            put(repository, Read { path, text: Some(text), stack: None, item });
            Vec::new()
        }
        Err(Faulty { found, .. }) => found,
    }
}

/// What the bytes of a model say, without comments and layout; none where they have faults, or are of no model.
pub fn meaning(path: &str, bytes: &[u8]) -> Option<serde_json::Value> {
    let path: Arc<str> = Arc::from(path);
    let class = classify(&path).ok()?;
    let text = text::read(&path, bytes).ok()?;
    match parse(class, &path, false, &text).ok()? {
        Item::Text => None,
        _ => yaml::fast(&text).ok(),
    }
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
    let Ok(kind) = top.symlink_metadata() else { return };
    // A walk follows a link that it starts at, wherever that leads.
    if !kind.is_dir() {
        diagnostics.push(outside(folder.to_owned(), "this has to be a folder, not a link or a file"));
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
        let why = match (kind.is_symlink(), kind.is_file()) {
            (true, _) => link_fault(root, entry.path()),
            (false, true) => None,
            (false, false) => Some("neither file nor folder"),
        };
        if let Some(why) = why {
            diagnostics.push(outside(path, why));
            continue;
        }
        sources.insert(Arc::from(path), Source::Disk);
    }
}

fn relative(root: &Path, path: &Path) -> String {
    let path = path.strip_prefix(root).unwrap_or(path);
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn outside(path: String, why: &str) -> Diagnostic {
    Diagnostic::error(Fault::OutsideRepository).at(Place::file(path)).label(why)
}

/// Why a link is not read, if it is not: it has to lead to a file of the repository.
fn link_fault(root: &Path, path: &Path) -> Option<&'static str> {
    let (Ok(root), Ok(target)) = (root.canonicalize(), path.canonicalize()) else {
        return Some("the link leads nowhere");
    };
    if !target.starts_with(root) {
        return Some("the link leads out of the repository");
    }
    (!target.is_file()).then_some("links to folders are not followed")
}

#[cfg_attr(test, derive(Debug))]
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
    Frameworks(Loaded<crate::model::framework::Frameworks>),
    /// The bytes, and whether they come from the binary.
    Template(Arc<[u8]>, bool),
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
    let bytes: Cow<'_, [u8]> = match source {
        Source::Builtin(bytes) => bytes.into(),
        Source::Disk => match read_at_most(&root.join(path.as_ref()), largest(&class)) {
            Ok(bytes) => bytes.into(),
            Err(error) => {
                let diagnostic = Diagnostic::error(Fault::NotText)
                    .at(Place::file(path))
                    .summary("file or folder cannot be read")
                    .label(error.to_string());
                return (None, vec![diagnostic]);
            }
        },
    };
    if class == Class::Template && bytes.len() > LARGEST_TEMPLATE {
        let label = format!("more than {LARGEST_TEMPLATE} bytes, which is all that is read of a template");
        return (None, vec![Diagnostic::error(Fault::TooLarge).at(Place::file(path)).label(label)]);
    }
    if class == Class::Template {
        let item = Item::Template(bytes.as_ref().into(), builtin);
        return (Some(Read { path, text: None, stack: None, item }), Vec::new());
    }
    let stack = match &class {
        Class::Stack(stack)
        | Class::Environment(stack, _)
        | Class::Waivers(stack)
        | Class::Release(stack, _) => Some(stack.clone()),
        _ => None,
    };
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) if builtin => Ok(Arc::from(text)),
        _ => text::read(&path, &bytes),
    };
    let read = text.and_then(|text| Ok((parse(class, &path, builtin, &text)?, text)));
    match read {
        Ok((item, text)) => (Some(Read { path, text: Some(text), stack, item }), Vec::new()),
        Err(Faulty { found, text }) => {
            (Some(Read { path, text: Some(text), stack, item: Item::Text }), found)
        }
    }
}

/// Largest template, lock file or schema in bytes.
const LARGEST_TEMPLATE: usize = 16 << 20;

fn largest(class: &Class) -> usize {
    if *class == Class::Template { LARGEST_TEMPLATE } else { text::LARGEST }
}

/// The bytes of a file, and of one that is too large one byte more than may be, so that it is seen to be.
fn read_at_most(path: &Path, most: usize) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    let length = usize::try_from(file.metadata()?.len()).unwrap_or(most);
    // Room for one byte more spares the call that finds the end.
    let mut bytes = Vec::with_capacity(length.min(most) + 1);
    file.take(most as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn parse(class: Class, path: &Arc<str>, builtin: bool, text: &Arc<str>) -> Result<Item, Faulty> {
    fn loaded<T: serde::de::DeserializeOwned + schemars::JsonSchema>(
        path: &Arc<str>,
        builtin: bool,
        text: &Arc<str>,
    ) -> Result<Loaded<T>, Faulty> {
        let known = if builtin { crate::builtin::model(path) } else { None };
        let value = known.map_or_else(|| yaml::read(path, text), Ok)?;
        Ok(Loaded { file: path.clone(), builtin, value })
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
        Class::Frameworks => Item::Frameworks(loaded(path, builtin, text)?),
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
        Item::Frameworks(file) => repository.frameworks = Some(Arc::new(file)),
        Item::Template(bytes, builtin) => {
            if !builtin {
                repository.own_templates.insert(read.path.clone());
            }
            repository.templates.insert(read.path, bytes);
        }
        Item::Text => {}
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[expect(clippy::disallowed_methods, reason = "tests write into temporary folders")]
    fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    }

    /// Codes and files of the faults of a repository.
    fn faults(root: &Path) -> Vec<(&'static str, String)> {
        let (_, diagnostics) = load(root);
        let about = |diagnostic: &Diagnostic| diagnostic.place.as_ref().map(|place| place.file.to_string());
        diagnostics.iter().map(|found| (found.fault.code(), about(found).unwrap_or_default())).collect()
    }

    const STACK: &str = "version: 1\nowner: {team: a, page: b}\ncost_centre: c\n";

    #[test]
    fn what_lies_outside_is_never_read() {
        let (outer, inner) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        write(outer.path(), "one/stack.yaml", STACK);
        symlink(outer.path(), inner.path().join("stacks")).expect("a link");
        assert_eq!(faults(inner.path()), [("GEN0102", "stacks".to_owned())]);
        assert!(load(inner.path()).0.stacks.is_empty());

        let inner = tempfile::tempdir().expect("a folder");
        write(inner.path(), "stacks/two/stack.yaml", STACK);
        write(inner.path(), "elsewhere/stack.yaml", STACK);
        symlink(outer.path().join("one"), inner.path().join("stacks/one")).expect("a link");
        symlink(inner.path().join("stacks/two"), inner.path().join("stacks/three")).expect("a link");
        symlink("nowhere", inner.path().join("stacks/two/waivers.yaml")).expect("a link");
        std::fs::create_dir(inner.path().join("stacks/four")).expect("a folder");
        symlink("../../elsewhere/stack.yaml", inner.path().join("stacks/four/stack.yaml")).expect("a link");
        let mut found = faults(inner.path());
        found.sort();
        let expected = ["stacks/one", "stacks/three", "stacks/two/waivers.yaml"];
        assert_eq!(found, expected.map(|path| ("GEN0102", path.to_owned())));
        let names: Vec<String> = load(inner.path()).0.stacks.keys().map(ToString::to_string).collect();
        assert_eq!(names, ["four", "two"]);
    }

    #[test]
    fn what_is_too_large_is_not_read_to_its_end() {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), "stacks/one/stack.yaml", STACK);
        for path in ["stacks/one/waivers.yaml", "templates/large"] {
            write(folder.path(), path, "");
            let file = File::options().write(true).open(folder.path().join(path)).expect("a file");
            // More than any memory holds; a hole takes no room on the disk.
            file.set_len(1 << 42).expect("a hole");
        }
        let expected = ["stacks/one/waivers.yaml", "templates/large"];
        let mut found = faults(folder.path());
        found.sort();
        assert_eq!(found, expected.map(|path| ("GEN0103", path.to_owned())));
    }

    #[test]
    fn every_path_is_of_a_kind_or_at_fault() {
        for (path, fault) in [
            ("stacks/one/stack.yml", Some("GEN0111")),
            ("stacks/one/environments/dev.YAML", Some("GEN0111")),
            ("stacks/one/environments/sub/dev.yaml", Some("GEN0111")),
            ("stacks/one/release/dev.yaml", Some("GEN0111")),
            ("profiles/extra/some.yaml", Some("GEN0111")),
            ("profiles/standard.json", Some("GEN0111")),
            ("stacks/One/stack.yaml", Some("GEN0206")),
            ("stacks/one/environments/Dev.yaml", Some("GEN0206")),
            ("profiles/providers/a_b.yaml", Some("GEN0206")),
            ("stacks/a-name-that-is-much-too-long/workloads/x", Some("GEN0206")),
            ("stacks/one/README.md", None),
            ("stacks/README.md", None),
            ("stacks/one/workloads/api/values.yaml", None),
            ("stacks/one/migrations/app/1.yaml", None),
            ("stacks/one/.hidden.yaml", None),
            ("stacks/.hidden/stack.yaml", None),
            ("profiles/providers/locks/a.hcl", None),
        ] {
            let folder = tempfile::tempdir().expect("a folder");
            write(folder.path(), "stacks/one/stack.yaml", STACK);
            write(folder.path(), path, "a: b\n");
            let expected: Vec<_> = fault.map(|code| (code, path.to_owned())).into_iter().collect();
            assert_eq!(faults(folder.path()), expected, "{path}");
        }
    }

    #[test]
    fn one_bad_file_hides_no_other_and_no_secret_is_shown() {
        let folder = tempfile::tempdir().expect("a folder");
        write(folder.path(), "stacks/one/stack.yaml", &format!("{STACK}nmae: x\ndata: 3\n"));
        write(folder.path(), "stacks/one/environments/dev.yaml", "password: 'hunter2 it''s'\nbind: [\n");
        write(folder.path(), "stacks/two/stack.yaml", &format!("{STACK}# AKIAIOSFODNN7EXAMPLE\n"));
        write(folder.path(), "stacks/three/stack.yaml", &format!("{STACK}api_key: |\n  hunter2\n"));
        write(folder.path(), "stacks/four/stack.yaml", "token: \"hunter2\"\nx: \u{1}\n");
        let (repository, diagnostics) = load(folder.path());
        let mut codes: Vec<_> = diagnostics.iter().map(|found| found.fault.code()).collect();
        codes.sort_unstable();
        let expected = "GEN0101 GEN0104 GEN0106 GEN0106 GEN0108 GEN0207 GEN0207 GEN0207";
        assert_eq!(codes.join(" "), expected, "{diagnostics:#?}");
        for (file, text) in &repository.texts {
            assert!(!text.contains("hunter2") && !text.contains("AKIAIO"), "{file}: {text}");
        }
        let shown = format!("{diagnostics:?}");
        assert!(!shown.contains("hunter2") && !shown.contains("AKIAIO"), "{shown}");
    }

    #[test]
    fn built_ins_have_no_faults_and_are_what_their_yaml_says() {
        let (repository, diagnostics) = builtin();
        assert_eq!(diagnostics, []);
        assert!(repository.dictionary.is_some() && repository.as_of.is_some());
        for (file, bytes) in crate::builtin::FILES {
            let class = classify(file).expect("a kind of file");
            if matches!(class, Class::Template | Class::Other) {
                continue;
            }
            let path = Arc::from(*file);
            let text = text::read(&path, bytes).expect("text");
            assert!(!super::super::scan::suspicious(&text), "{file} would go the slow way on disk");
            let [own, on_disk] = [true, false].map(|builtin| {
                let item = parse(class.clone(), &path, builtin, &text)
                    .unwrap_or_else(|faulty| panic!("{:?}", faulty.found));
                format!("{item:#?}").replace("builtin: true", "builtin: false")
            });
            assert_eq!(own, on_disk);
            assert!(crate::builtin::model::<serde_json::Value>(file).is_some(), "{file}");
        }
    }
}
