//! Which kind of file a path is.

use crate::model::names::{EnvName, ProfileName, StackName, SubjectName};

/// A kind of input file and the name that its path gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Class {
    /// `stacks/<stack>/stack.yaml`.
    Stack(StackName),
    /// `stacks/<stack>/environments/<env>.yaml`.
    Environment(StackName, EnvName),
    /// `stacks/<stack>/waivers.yaml`.
    Waivers(StackName),
    /// `stacks/<stack>/releases/<env>.yaml`.
    Release(StackName, EnvName),
    /// `profiles/<profile>.yaml`.
    Profile(ProfileName),
    /// `profiles/providers/<provider>.yaml`.
    Provider(SubjectName),
    /// `profiles/products/<product>.yaml`.
    Product(SubjectName),
    /// `profiles/capabilities.yaml`.
    Dictionary,
    /// `profiles/as-of.yaml`.
    AsOf,
    /// `profiles/frameworks.yaml`.
    Frameworks,
    /// Bytes that are rendered or copied, not parsed.
    Template,
    /// Nothing that `gen` reads.
    Other,
}

/// The kind of a file, by its path; an error says which name is malformed.
pub fn classify(path: &str) -> Result<Class, String> {
    fn name<T, E: std::fmt::Display>(parsed: Result<T, E>) -> Result<T, String> {
        parsed.map_err(|error| error.to_string())
    }
    let parts: Vec<&str> = path.split('/').collect();
    let stem = |file: &str| file.strip_suffix(".yaml").map(str::to_owned);
    Ok(match parts.as_slice() {
        ["templates", ..] | ["profiles", "providers", "locks" | "schemas", _] => Class::Template,
        [.., "README.md"] => Class::Other,
        ["profiles", "capabilities.yaml"] => Class::Dictionary,
        ["profiles", "as-of.yaml"] => Class::AsOf,
        ["profiles", "frameworks.yaml"] => Class::Frameworks,
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
        [.., file] if looks_like_a_model(file) => return Err(String::new()),
        _ => Class::Other,
    })
}

fn looks_like_a_model(file: &str) -> bool {
    let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending);
    ["yaml", "yml", "json"].iter().any(|known| ending.eq_ignore_ascii_case(known))
}
