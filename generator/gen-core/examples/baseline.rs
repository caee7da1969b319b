//! What `gen plan` is measured against: reading the inputs, and reading and comparing the same output bytes, in plain Rust.
//!
//! `baseline ROOT`: the expected bytes are read into memory first, which is not timed. Prints seconds, with all processors and with one.

use std::path::{Path, PathBuf};
use std::time::Instant;

use rayon::prelude::*;
use walkdir::WalkDir;

fn files(root: &Path, folder: &str) -> Vec<PathBuf> {
    WalkDir::new(root.join(folder))
        .into_iter()
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect()
}

#[expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a benchmark measures time and says it")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(std::env::args().nth(1).ok_or("which repository?")?);
    let outputs = files(&root, "terraform-out");
    let expected = outputs.iter().map(std::fs::read).collect::<Result<Vec<_>, _>>()?;
    let read = |path: &PathBuf| std::fs::read(path).map_or(0, |bytes| bytes.len());
    let same = |(path, wanted): (&PathBuf, &Vec<u8>)| std::fs::read(path).is_ok_and(|bytes| bytes == *wanted);
    let mut best = (f64::MAX, f64::MAX);
    let mut sum = 0;
    for _ in 0..5 {
        let started = Instant::now();
        let inputs = files(&root, "stacks");
        sum += inputs.par_iter().map(read).sum::<usize>();
        let listed = files(&root, "terraform-out");
        let equal = listed.par_iter().zip(&expected).filter(|pair| same(*pair)).count();
        best.0 = best.0.min(started.elapsed().as_secs_f64());
        assert_eq!(equal, outputs.len());

        let started = Instant::now();
        let inputs = files(&root, "stacks");
        sum += inputs.iter().map(read).sum::<usize>();
        let listed = files(&root, "terraform-out");
        let equal = listed.iter().zip(&expected).filter(|pair| same(*pair)).count();
        best.1 = best.1.min(started.elapsed().as_secs_f64());
        assert_eq!(equal, outputs.len());
    }
    let bytes: usize = expected.iter().map(Vec::len).sum();
    println!("{:.4} {:.4} {} {} {}", best.0, best.1, outputs.len(), bytes, sum / 10);
    Ok(())
}
