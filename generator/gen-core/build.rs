//! Embeds `profiles/` and `templates/`, so that one binary works in any repository.

use std::fmt::Write as _;
use std::path::Path;

use walkdir::WalkDir;

#[expect(clippy::disallowed_methods, reason = "cargo speaks to build scripts through the environment")]
fn main() {
    let crate_folder = std::env::var("CARGO_MANIFEST_DIR").expect("cargo says where the crate is");
    let root = Path::new(&crate_folder).join("../..");
    let root = root.canonicalize().expect("the workspace root exists");
    let mut table = String::from("&[\n");
    for folder in ["profiles", "templates"] {
        println!("cargo::rerun-if-changed={}", root.join(folder).display());
        for entry in WalkDir::new(root.join(folder)).sort_by_file_name() {
            let entry = entry.expect("built-in files can be read");
            let path = entry.path().strip_prefix(&root).expect("below the root").display().to_string();
            let source = entry.path().display().to_string();
            if entry.file_type().is_file() && !path.contains("/tests/") && !path.contains("/.terraform") {
                writeln!(table, "    ({path:?}, include_bytes!({source:?})),").expect("writing to a string");
            }
        }
    }
    table.push_str("]\n");
    let out = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    std::fs::write(Path::new(&out).join("builtin.rs"), table).expect("OUT_DIR can be written");
}
