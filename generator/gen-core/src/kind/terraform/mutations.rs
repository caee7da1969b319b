//! Every field of every contract matters: taken away, renamed or of another type, something notices.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use super::module::{Files, Module};
use super::types::Type;
use super::{check_module, module};
use crate::model::component::ComponentType;

fn files(folder: &Path) -> Files {
    std::fs::read_dir(folder)
        .expect("a module")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.is_file())
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (Arc::from(name), Arc::from(std::fs::read(&path).expect("a file")))
        })
        .collect()
}

fn modules() -> Vec<(ComponentType, Files)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates/terraform/modules/aws");
    ComponentType::ALL
        .into_iter()
        .filter(|kind| folder.join(kind.as_str()).is_dir())
        .map(|kind| (kind, files(&folder.join(kind.as_str()))))
        .collect()
}

fn read(files: Files) -> Module {
    module::Module::read(Arc::from("aws/x"), files).expect("a module")
}

fn replace(files: &Files, name: &str, change: impl FnOnce(String) -> String) -> Files {
    let mut changed = files.clone();
    let text = String::from_utf8(files[name].to_vec()).expect("text");
    let new = change(text.clone());
    assert_ne!(text, new, "the mutation of {name} changes nothing");
    changed.insert(Arc::from(name), Arc::from(new.into_bytes()));
    changed
}

#[test]
fn shipped_modules_fit_their_contracts() {
    let modules = modules();
    assert_eq!(modules.len(), 13);
    for (kind, files) in modules {
        assert_eq!(check_module(kind, &read(files)), [] as [String; 0], "{kind}");
    }
}

#[test]
fn each_mutation_of_a_contract_is_noticed() {
    let mut mutations = 0;
    for (kind, files) in modules() {
        let schema = crate::contract::schema(kind).expect("a contract");
        let Ok(Type::Object(attributes)) = Type::from_schema(&schema) else { panic!("{kind} is no object") };
        for (name, _) in &attributes {
            // The module hands on something of another name.
            let renamed = replace(&files, "outputs.tf", |text| {
                text.lines()
                    .map(|line| {
                        if line.trim_start().starts_with(&format!("{name} ")) {
                            line.replacen(name, "other", 1)
                        } else {
                            line.to_owned()
                        }
                    })
                    .map(|line| line + "\n")
                    .collect()
            });
            assert!(!check_module(kind, &read(renamed)).is_empty(), "{kind}.{name} renamed in outputs.tf");
            // The mock lacks it, or has it with another type.
            for wrong in [None, Some(Value::from(vec![Value::Null]))] {
                let mock = replace(&files, "exports.mock.json", |text| {
                    let mut mock: Value = serde_json::from_str(&text).expect("JSON");
                    let fields = mock.as_object_mut().expect("an object");
                    match &wrong {
                        None => drop(fields.remove(name)),
                        Some(value) => drop(fields.insert(name.clone(), value.clone())),
                    }
                    mock.to_string()
                });
                let optional = schema["properties"][name]["type"].is_array();
                let noticed = !check_module(kind, &read(mock)).is_empty();
                assert!(noticed || (optional && wrong.is_none()), "{kind}.{name} in the mock");
                mutations += 1;
            }
            // Whoever takes these exports declares every field of them.
            for (taker, files) in modules() {
                let module = read(files.clone());
                let Some(Type::Object(declared)) = module.variables.get(kind.as_str()) else { continue };
                let mut narrowed = module.variables.clone();
                let less: Vec<_> = declared.iter().filter(|(known, _)| known != name).cloned().collect();
                narrowed.insert(kind.as_str().to_owned(), Type::Object(less));
                let narrowed = Module { variables: narrowed, ..module };
                assert!(!check_module(taker, &narrowed).is_empty(), "{kind}.{name} missing in {taker}");
                mutations += 1;
            }
            mutations += 1;
        }
    }
    assert!(mutations > 150, "only {mutations} mutations");
}
