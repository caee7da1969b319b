//! Checks of rendered Terraform that need no other program: parsed back, values against types, policies against wildcards.

use hcl_edit::structure::Body;
use serde_json::Value;

use crate::diag::{Diagnostic, Fault, Place, Spot};
use crate::kind::Rendered;
use crate::resolve::Target;

use super::module::Module;
use super::schema::Configuration;
use super::{Root, Terraform};

/// Each file parses in the language that its name claims.
pub fn files(folder: &str, files: &[Rendered]) -> Vec<Diagnostic> {
    files
        .iter()
        .filter_map(|file| {
            let wrong = parse(&file.path, file.content.bytes())?;
            Some(wrong.diagnostic(&format!("{folder}/{}", file.path)))
        })
        .collect()
}

/// Why a file does not parse.
struct Unparsable {
    message: String,
    /// Byte at which it goes wrong, where the parser says so.
    at: Option<usize>,
}

impl Unparsable {
    fn diagnostic(self, path: &str) -> Diagnostic {
        let place = match self.at {
            Some(at) => Place { file: path.into(), spot: Spot::Bytes(at, at) },
            None => Place::file(path),
        };
        Diagnostic::error(Fault::Unparsable).at(place).label(self.message)
    }
}

/// What is wrong with a file, by the language that its name claims.
fn parse(path: &str, bytes: &[u8]) -> Option<Unparsable> {
    let anywhere = |message: String| Unparsable { message, at: None };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => return Some(anywhere(error.to_string())),
    };
    if path.ends_with(".tf") || path.ends_with(".tofu") || path.ends_with(".hcl") {
        let error = text.parse::<Body>().err()?;
        Some(Unparsable { message: error.message().to_owned(), at: Some(error.location().offset()) })
    } else if path.ends_with(".json") {
        serde_json::from_str::<Value>(text).err().map(|error| anywhere(error.to_string()))
    } else {
        None
    }
}

/// The values of each root fit the types of the modules that take them.
pub fn values(
    terraform: &Terraform<'_>,
    target: &Target,
    folder: &str,
    files: &[Rendered],
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for root in terraform.roots(target).0 {
        let path = format!("terraform/{}/gen.auto.tfvars.json", root.name);
        let Some(file) = files.iter().find(|file| *file.path == path) else { continue };
        let Ok(values) = serde_json::from_slice::<Value>(file.content.bytes()) else { continue };
        for name in &root.components {
            let module = target
                .components
                .get(name)
                .and_then(|component| terraform.module(&root.provider, component.kind()));
            let Some(module) = module else { continue };
            let mut report = |variable: &str, mismatches: Vec<String>| {
                found.extend(mismatches.into_iter().map(|mismatch| {
                    Diagnostic::error(Fault::ModuleMismatch)
                        .at(Place::file(format!("{folder}/{path}")))
                        .label(format!("{variable}{mismatch} (variable of module {})", module.path))
                        .target(target.id.to_string())
                }));
            };
            for (variable, value) in [("spec", values.get(name.as_str())), ("context", values.get("context"))]
            {
                if let (Some(kind), Some(value)) = (module.variables.get(variable), value) {
                    let shown = if variable == "spec" { name.as_str() } else { variable };
                    report(shown, kind.mismatches(value));
                }
            }
        }
    }
    found
}

/// A module fits the schema of its provider, and refers to nothing that is not there. Of one with a file that does not parse nobody
/// knows what is there.
pub fn module_schema(terraform: &Terraform<'_>, module: &Module) -> Vec<Diagnostic> {
    if module.files.iter().any(|(name, bytes)| parse(name, bytes).is_some()) {
        return Vec::new();
    }
    let files = module.files.iter().map(|(name, bytes)| (name.as_ref(), bytes.as_ref()));
    let provider = module.path.split('/').next().unwrap_or_default();
    let folder = format!("templates/terraform/modules/{}", module.path);
    let found = terraform.check_schema(provider, &Configuration::parse(files));
    found.iter().map(|finding| finding.diagnostic(&folder)).collect()
}

/// A root fits the schema of its provider and the modules that it calls.
pub fn root_schema(
    terraform: &Terraform<'_>,
    root: &Root,
    folder: &str,
    files: &[Rendered],
) -> Vec<Diagnostic> {
    let prefix = format!("terraform/{}/", root.name);
    let own = files.iter().filter_map(|file| Some((file.path.strip_prefix(&prefix)?, file.content.bytes())));
    let found = terraform.check_schema(root.provider.as_str(), &Configuration::parse(own));
    found.iter().map(|finding| finding.diagnostic(&format!("{folder}/terraform/{}", root.name))).collect()
}

/// A module's files parse, and every wildcard in a policy has its reason.
pub fn module(module: &Module) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (name, bytes) in &module.files {
        let place = format!("templates/terraform/modules/{}/{name}", module.path);
        if let Some(wrong) = parse(name, bytes) {
            found.push(wrong.diagnostic(&place).summary("file of a module does not parse"));
        } else if let (true, Ok(text)) = (name.ends_with(".tf"), std::str::from_utf8(bytes)) {
            found.extend(wildcards(text).into_iter().map(|(from, to)| {
                Diagnostic::error(Fault::Wildcard)
                    .at(Place { file: place.as_str().into(), spot: Spot::Bytes(from, to) })
                    .label("no `# wildcard: <reason>` above its `Sid`")
            }));
        }
    }
    found
}

/// Byte ranges of wildcards in policy statements whose `Sid` has no reason above it.
///
/// Works on lines: a statement starts at its `Sid`, and ends at the next one.
fn wildcards(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut offset = 0;
    let (mut excused, mut previous, mut in_value) = (true, "", false);
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        if trimmed.starts_with("Sid") && trimmed[3..].trim_start().starts_with('=') {
            excused = previous.starts_with("# wildcard:");
        }
        let key = trimmed.split(['=', ' ']).next().unwrap_or_default();
        if matches!(key, "Action" | "Resource" | "Principal" | "NotAction" | "NotResource" | "NotPrincipal") {
            in_value = true;
        } else if trimmed.contains(" = ") && !trimmed.starts_with('"') {
            in_value = key == "AWS" && in_value;
        }
        if in_value
            && !excused
            && !trimmed.starts_with('#')
            && let Some(at) = wildcard(line)
        {
            found.push((offset + at, offset + at + 1));
        }
        if trimmed.ends_with(']') || trimmed == "}" {
            in_value = false;
        }
        if !trimmed.is_empty() {
            previous = trimmed;
        }
        offset += line.len();
    }
    found
}

/// Where a line has a bare `*`, or an action of a whole service.
fn wildcard(line: &str) -> Option<usize> {
    line.match_indices('"').zip(line.match_indices('"').skip(1)).step_by(2).find_map(
        |((open, _), (close, _))| {
            let word = &line[open + 1..close];
            (word == "*" || word.ends_with(":*") && !word.contains('/') && word.matches(':').count() == 1)
                .then_some(open + 1)
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_needs_its_reason_above_the_sid() {
        let bare = "{\n  Sid      = \"All\"\n  Action   = \"s3:*\"\n  Resource = \"*\"\n}\n";
        assert_eq!(wildcards(bare).len(), 2);
        let excused = format!("# wildcard: a key policy speaks of its own key only\n{}", &bare[2..]);
        assert_eq!(wildcards(&excused), []);
        assert_eq!(
            wildcards(
                "Sid = \"One\"\nAction = [\"s3:GetObject\", \"s3:List*\"]\nResource = \"arn:aws:s3:::b/*\"\n"
            ),
            []
        );
    }

    #[test]
    fn files_are_parsed_by_their_names() {
        assert!(parse("main.tf", b"a = \n").is_some());
        assert!(parse("main.tf", b"a = 1\n").is_none());
        assert!(parse("x.json", b"{").is_some());
        assert!(parse("README.md", b"{").is_none());
    }
}
