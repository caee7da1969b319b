//! Names, parsed at the edge: a value of one of these types is known to be well-formed.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize, Serializer};

/// A name's text does not have the form that its kind asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameError {
    kind: &'static str,
    form: &'static str,
    max: usize,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let article = if self.kind.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
        write!(f, "{article} {} is {}, at most {} characters", self.kind, self.form, self.max)
    }
}

/// Words of `[a-z0-9]` joined by single `separator`s; the first character is a letter when `letter_first`.
fn words(text: &str, separators: &[char], letter_first: bool) -> bool {
    (!letter_first || text.starts_with(|first: char| first.is_ascii_lowercase()))
        && text.split(|c| separators.contains(&c)).all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
}

fn kebab(text: &str) -> bool {
    words(text, &['-'], true)
}

fn plain(text: &str) -> bool {
    words(text, &[], true)
}

fn snake(text: &str) -> bool {
    words(text, &['_'], true)
}

fn dotted(text: &str) -> bool {
    text.contains('.') && words(text, &['.', '_'], true)
}

fn secret_path(text: &str) -> bool {
    words(text, &['/', '-'], true)
}

fn place(text: &str) -> bool {
    (2..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase())
}

fn host(text: &str) -> bool {
    text.contains('.') && words(text, &['.', '-'], false)
}

fn account(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

fn image(text: &str) -> bool {
    text.contains('/') && words(text, &['/', '-', '.', '_'], false)
}

fn terraform_source(text: &str) -> bool {
    // Namespaces are compared without case, and some are written with capitals.
    text.split_once('/').is_some_and(|(namespace, name)| {
        !namespace.contains('/') && kebab(&namespace.to_ascii_lowercase()) && kebab(name)
    })
}

fn version(text: &str) -> bool {
    let number = |part: &str| {
        part.bytes().all(|b| b.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
            && !part.is_empty()
    };
    text.split('.').count() == 3 && text.split('.').all(number)
}

fn revision(text: &str) -> bool {
    text.len() >= 7 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn repository(text: &str) -> bool {
    text.split('/').count() == 2
        && text.split('/').all(|part| {
            !part.is_empty()
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
        })
}

fn target(text: &str) -> bool {
    text.split_once('/').is_some_and(|(stack, env)| kebab(stack) && kebab(env))
}

fn commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn version_tag(text: &str) -> bool {
    text.strip_prefix('v').is_some_and(|numbers| {
        numbers.split('.').all(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
    })
}

/// Words of letters and digits joined by single separators.
fn any_words(text: &str, separators: &[char]) -> bool {
    text.split(|c| separators.contains(&c))
        .all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric()))
}

fn branch(text: &str) -> bool {
    any_words(text, &['.', '/', '_', '-'])
}

fn runner(text: &str) -> bool {
    any_words(text, &['.', '_', '-'])
}

fn folder(text: &str) -> bool {
    text.split('/').all(|part| words(part.strip_prefix('.').unwrap_or(part), &['-', '_'], false))
}

fn workflow(text: &str) -> bool {
    let name = text.strip_prefix("./.github/workflows/").and_then(|name| name.strip_suffix(".yml"));
    name.is_some_and(|name| words(name, &['.', '_', '-'], false))
}

fn cron(text: &str) -> bool {
    let field = |field: &str| {
        !field.is_empty()
            && field.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'*' | b',' | b'/' | b'-'))
    };
    text.split(' ').count() == 5 && text.split(' ').all(field)
}

/// Visible characters after a slash, as RFC 3986 §3.3 writes paths.
fn http_path(text: &str) -> bool {
    text.starts_with('/') && text.bytes().all(|b| b.is_ascii_graphic())
}

/// An origin as RFC 6454 §6.2 writes it: nothing but scheme, host and port.
fn origin(text: &str) -> bool {
    let (host, local) = match (text.strip_prefix("https://"), text.strip_prefix("http://localhost")) {
        (Some(host), _) => (host, false),
        (None, Some(rest)) => (rest, true),
        (None, None) => return false,
    };
    let (host, port) = host.split_once(':').map_or((host, None), |(host, port)| (host, Some(port)));
    let is_host = if local { host.is_empty() } else { words(host, &['.', '-'], false) };
    is_host
        && port.is_none_or(|port| (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit()))
}

/// A name of an environment variable that every shell takes (POSIX, base definitions §8.1).
fn variable(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// A key that a Secret of Kubernetes may have: <https://kubernetes.io/docs/concepts/configuration/secret/>.
fn secret_key(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

macro_rules! names {
    ($($(#[doc = $doc:literal])+ $name:ident: $check:ident, $pattern:literal, $max:literal, $kind:literal, $form:literal;)+) => {$(
        $(#[doc = $doc])+
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(Arc<str>);

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl $name {
            /// The name's text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// A name that the program itself gives.
            #[allow(dead_code, reason = "for the names that have a default")]
            pub(crate) fn fixed(text: &'static str) -> Self {
                debug_assert!($check(text));
                Self(text.into())
            }

            /// Parses a name.
            pub fn parse(text: &str) -> Result<Self, NameError> {
                if text.len() <= $max && $check(text) {
                    Ok(Self(text.into()))
                } else {
                    Err(NameError { kind: $kind, form: $form, max: $max })
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = NameError;

            fn try_from(text: String) -> Result<Self, NameError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> String {
                name.0.as_ref().to_owned()
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "description": concat!("A ", $kind, ": ", $form, "."),
                    "type": "string",
                    "pattern": pattern!($pattern, $max),
                })
            }
        }
    )+

        /// Pattern, form and parser of each kind of name.
        const KINDS: &[(&str, &str, fn(&str) -> bool)] = &[$((
            pattern!($pattern, $max),
            concat!($form, ", at most ", $max, " characters"),
            |text| $name::parse(text).is_ok(),
        ),)+];
    };
}

/// The whole pattern of a name. Its length is part of it, because keys of mappings have a pattern only.
macro_rules! pattern {
    ($form:literal, $max:literal) => {
        concat!("^(?=.{1,", $max, "}$)", $form, "$")
    };
}

/// What names with this pattern look like, in words. Kinds of one form share a pattern, so the kind is not among them.
pub(crate) fn form(pattern: &str) -> Option<&'static str> {
    KINDS.iter().find(|(known, _, _)| *known == pattern).map(|(_, form, _)| *form)
}

names! {
    /// Name of a stack; part of names of buckets and roles, hence short.
    StackName: kebab, "[a-z][a-z0-9]*(-[a-z0-9]+)*", 18, "stack name", "lower-case words joined by single dashes";
    /// Name of an environment.
    EnvName: kebab, "[a-z][a-z0-9]*(-[a-z0-9]+)*", 12, "environment name", "lower-case words joined by single dashes";
    /// Name of a component; also a Terraform identifier and part of a bucket name.
    ComponentName: plain, "[a-z][a-z0-9]*", 14, "component name", "one lower-case word";
    /// Name of a workload.
    WorkloadName: kebab, "[a-z][a-z0-9]*(-[a-z0-9]+)*", 20, "workload name", "lower-case words joined by single dashes";
    /// Name of a data class of a stack.
    DataName: plain, "[a-z][a-z0-9]*", 20, "data class name", "one lower-case word";
    /// Name of a profile.
    ProfileName: kebab, "[a-z][a-z0-9]*(-[a-z0-9]+)*", 30, "profile name", "lower-case words joined by single dashes";
    /// Name of a provider, product or engine: whoever facts are about.
    SubjectName: kebab, "[a-z][a-z0-9]*(-[a-z0-9]+)*", 30, "provider or product name", "lower-case words joined by single dashes";
    /// Name of a provider's region.
    RegionName: kebab, "[a-z][a-z0-9]*(-[a-z0-9]+)*", 30, "region name", "lower-case words joined by single dashes";
    /// Id of a capability, such as `s3.object_lock.modes`.
    CapabilityId: dotted, "(?=.*\\.)[a-z][a-z0-9]*([._][a-z0-9]+)*", 60, "capability id", "lower-case words joined by dots or underscores";
    /// Name of a PostgreSQL database.
    DatabaseName: snake, "[a-z][a-z0-9]*(_[a-z0-9]+)*", 63, "database name", "lower-case words joined by single underscores";
    /// Name of a secret in the secrets component, such as `api/signing`.
    SecretName: secret_path, "[a-z][a-z0-9]*([/-][a-z0-9]+)*", 100, "secret name", "lower-case words joined by slashes or dashes";
    /// Key within a secret.
    SecretKey: secret_key, "[A-Za-z0-9._-]+", 100, "key of a secret", "letters, digits, dashes, dots and underscores";
    /// Name of an environment variable.
    VariableName: variable, "[A-Za-z_][A-Za-z0-9_]*", 100, "environment variable", "letters, digits and underscores, no digit first";
    /// Path of an HTTP request.
    HttpPath: http_path, "/[!-~]*", 200, "path", "a slash and visible ASCII characters";
    /// Who may read from a browser.
    WebOrigin: origin, "(https://[a-z0-9]+([.-][a-z0-9]+)*|http://localhost)(:[0-9]{1,5})?", 280, "web origin", "`https://` and a host, without path and wildcard, or `http://localhost`; perhaps with a port";
    /// A country (ISO 3166-1 alpha-2) or a group of countries from the dictionary, such as `EU`.
    Place: place, "[A-Z]{2,8}", 8, "place", "two to eight capital letters";
    /// A DNS name.
    HostName: host, "(?=.*\\.)[a-z0-9]+([.-][a-z0-9]+)*", 253, "host name", "a lower-case DNS name";
    /// A provider's id of an account, project or subscription.
    AccountId: account, "[A-Za-z0-9-]+", 64, "account id", "letters, digits and dashes";
    /// An OCI image without tag and digest.
    ImageName: image, "(?=.*/)[a-z0-9]+([/._-][a-z0-9]+)*", 200, "image name", "registry and path without tag or digest";
    /// A Terraform provider: namespace and name.
    TerraformSource: terraform_source, "[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*/[a-z][a-z0-9]*(-[a-z0-9]+)*", 100, "Terraform provider", "namespace and name with a slash between";
    /// An exact version, such as `5.100.0`.
    ExactVersion: version, "(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)", 30, "exact version", "three numbers with dots between";
    /// A target, as `gen` writes it: stack and environment.
    TargetName: target, "[a-z][a-z0-9]*(-[a-z0-9]+)*/[a-z][a-z0-9]*(-[a-z0-9]+)*", 31, "target", "stack and environment with a slash between";
    /// A commit, whole: what is shorter can be made to mean another.
    Commit: commit, "[0-9a-f]{40}", 40, "commit", "40 lower-case hexadecimal digits";
    /// A version as tags carry it, such as `v7.0.1`.
    VersionTag: version_tag, "v[0-9]+([.][0-9]+)*", 30, "version tag", "`v` and numbers with dots between";
    /// Name of a branch.
    BranchName: branch, "[A-Za-z0-9]+([./_-][A-Za-z0-9]+)*", 100, "branch name", "letters and digits, joined by single dots, slashes, underscores or dashes";
    /// Label of a runner.
    RunnerLabel: runner, "[A-Za-z0-9]+([._-][A-Za-z0-9]+)*", 60, "runner label", "letters and digits, joined by single dots, underscores or dashes";
    /// Name of a job.
    JobName: kebab, "[a-z][a-z0-9]*(-[a-z0-9]+)*", 40, "job name", "lower-case words joined by single dashes";
    /// A folder below the repository, such as `.github`.
    FolderPath: folder, "[.]?[a-z0-9]+([_-][a-z0-9]+)*(/[.]?[a-z0-9]+([_-][a-z0-9]+)*)*", 100, "folder", "lower-case words joined by single dashes or underscores, with slashes between; a dot may come first";
    /// A reusable workflow of the repository.
    WorkflowPath: workflow, "[.]/[.]github/workflows/[a-z0-9]+([._-][a-z0-9]+)*[.]yml", 140, "workflow", "`./.github/workflows/` and a file that ends in `.yml`";
    /// When something runs, as cron writes it.
    CronTime: cron, "[0-9*,/-]+( [0-9*,/-]+){4}", 60, "time", "five fields of cron: minute, hour, day, month and weekday, in numbers";
    /// Owner and name of a repository at a forge.
    RepositoryName: repository, "[A-Za-z0-9._-]+/[A-Za-z0-9._-]+", 140, "repository name", "owner and name with a slash between";
    /// A commit of this repository by its id, never by a name that moves.
    Revision: revision, "[0-9a-f]{7,64}", 64, "revision", "a commit's id: 7 or more hexadecimal digits";
}

impl std::ops::Deref for HttpPath {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl std::ops::Deref for SecretKey {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Revision {
    /// The few digits that people read.
    pub fn short(&self) -> &str {
        self.0.get(..7).unwrap_or(&self.0)
    }
}

impl TerraformSource {
    /// The name without the namespace: what HCL calls the provider.
    pub fn local_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pattern_and_parser_agree(text in "[a-zA-Z0-9._/@ -]{0,20}|[a-z]{8,20}|[A-Z]{1,9}|[a-z]{1,3}([./_-][a-z]{1,90}){1,3}\n?|(https://|http://localhost)[a-z.:0-9/-]{0,12}|/[ -~]{0,9}|[0-9a-f]{39,41}|v[0-9.]{1,6}|[.]/[.]github/workflows/[a-z._-]{1,4}[.]yml|[0-9*]( [0-9*,]{1,2}){3,5}|[.]?[a-z]{1,3}(/[.]?[a-z_]{1,3}){0,2}") {
            for (pattern, _, accepts) in KINDS {
                let schema = serde_json::json!({"type": "string", "pattern": pattern});
                let by_schema = jsonschema::is_valid(&schema, &serde_json::json!(text));
                prop_assert_eq!(by_schema, accepts(&text), "{} {:?}", pattern, text);
            }
        }
    }
}
