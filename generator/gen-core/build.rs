//! Embeds `profiles/` and `templates/`, so that one binary works in any repository; models as JSON too, which is read in a tenth of the time.

use std::fmt::Write as _;
use std::path::Path;

use walkdir::WalkDir;

#[expect(clippy::disallowed_methods, reason = "cargo speaks to build scripts through the environment")]
fn main() {
    let crate_folder = std::env::var("CARGO_MANIFEST_DIR").expect("cargo says where the crate is");
    let root = Path::new(&crate_folder).join("../..");
    let root = root.canonicalize().expect("the workspace root exists");
    let (mut table, mut models) = (String::from("&[\n"), String::from("&[\n"));
    for folder in ["profiles", "templates"] {
        println!("cargo::rerun-if-changed={}", root.join(folder).display());
        for entry in WalkDir::new(root.join(folder)).sort_by_file_name() {
            let entry = entry.expect("built-in files can be read");
            let path = entry.path().strip_prefix(&root).expect("below the root").display().to_string();
            let source = entry.path().display().to_string();
            if entry.file_type().is_file() && !path.contains("/tests/") && !path.contains("/.terraform") {
                writeln!(table, "    ({path:?}, include_bytes!({source:?})),").expect("writing to a string");
            }
            if path.starts_with("profiles/")
                && let Some(json) = model(entry.path())
            {
                writeln!(models, "    ({path:?}, {json:?}),").expect("writing to a string");
            }
        }
    }
    let out = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    for (name, mut table) in [("builtin.rs", table), ("models.rs", models)] {
        table.push_str("]\n");
        std::fs::write(Path::new(&out).join(name), table).expect("OUT_DIR can be written");
    }
}

/// What a file of YAML says, as JSON. Tests say whether it can be read, and compare what is read of both.
fn model(path: &Path) -> Option<String> {
    let text =
        std::fs::read_to_string(path.extension().is_some_and(|ending| ending == "yaml").then_some(path)?);
    let options = serde_yaml::options! { strict_booleans: true, legacy_octal_numbers: false };
    let value: serde_json::Value = serde_yaml::from_str_with_options(&text.ok()?, options).ok()?;
    Some(value.to_string())
}
