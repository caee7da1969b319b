//! The matrix as a page: HTML that opens without a server, and Markdown.

use std::collections::BTreeMap;
use std::sync::Arc;

use gen_core::check::{Claim, Matrix, words};
use gen_core::diag::{Diagnostic, Fault, Place};
use gen_core::load::Repository;
use gen_core::model::capability::{Capability, Proof as HowToProve};
use gen_core::model::names::{CapabilityId, SubjectName};
use gen_core::model::profile::RequireKey;
use gen_core::model::subject::Confidence;
use gen_core::resolve::Policy;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use serde::Serialize;

use crate::cli::Page;

/// A provider or product, as a column or section.
#[derive(Debug, Serialize)]
struct Subject {
    id: String,
    name: String,
    product: bool,
    /// Countries of its regions, or the types that a product can be.
    about: String,
    /// Component types that there are modules for.
    makes: usize,
    /// Profiles that allow it.
    profiles: Vec<String>,
    known: usize,
    weak: usize,
    unknown: usize,
    /// Capabilities that nobody knows about.
    open: Vec<String>,
}

/// A profile, as a filter.
#[derive(Debug, Serialize)]
struct Filter {
    name: String,
    description: String,
    /// Capabilities that it asks for by itself.
    requires: Vec<String>,
}

/// Capabilities whose ids begin alike.
#[derive(Debug, Serialize)]
struct Group {
    id: String,
    title: &'static str,
    rows: Vec<Row>,
}

/// A capability.
#[derive(Debug, Serialize)]
struct Row {
    id: String,
    with: String,
    without: String,
    severity: String,
    profiles: Vec<String>,
    cells: Vec<Cell>,
}

/// What is known of one subject's capability.
#[derive(Debug, Serialize)]
struct Cell {
    subject: String,
    status: Status,
    text: String,
    claims: Vec<Evidence>,
    /// How to find out, where nobody knows.
    ask: String,
}

/// How well it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    /// On live evidence, and it is there.
    Known,
    /// On live evidence, and it is lacking.
    Lacking,
    /// On evidence that satisfies nothing: reported, inferred, not found in the documentation.
    Weak,
    /// The evidence is too old.
    Expired,
    /// Nobody knows.
    Unknown,
}

/// One claim.
#[derive(Debug, Serialize)]
struct Evidence {
    offered: String,
    scope: String,
    standing: String,
    source: String,
    /// The source is an address that can be followed.
    link: bool,
    note: String,
}

/// Titles of groups, in the order in which they are shown; others follow by their ids.
const GROUPS: &[(&str, &str)] = &[
    ("sov", "Sovereignty"),
    ("s3", "Object store"),
    ("db", "PostgreSQL"),
    ("k8s", "Kubernetes"),
    ("net", "Network"),
    ("kms", "Keys"),
    ("secrets", "Secrets"),
    ("iam", "Identity of CI"),
    ("state", "State of Terraform"),
    ("audit", "Audit"),
    ("backup", "Backup"),
    ("registry", "Registry"),
    ("telemetry", "Telemetry"),
    ("cdn", "Delivery"),
    ("cache", "Cache"),
    ("workflow", "Workflow"),
    ("cost", "Costs"),
    ("rtc", "Real time"),
    ("product", "Products"),
];

/// Renders the page.
pub(super) fn render(
    page: Page,
    repository: &Repository,
    matrix: &Matrix,
    policies: &[Arc<Policy>],
) -> Result<String, Box<Diagnostic>> {
    let name = match page {
        Page::Html => "templates/matrix/matrix.html.j2",
        Page::Markdown => "templates/matrix/matrix.md.j2",
    };
    let fail =
        |message: String| Box::new(Diagnostic::error(Fault::Unparsable).at(Place::file(name)).label(message));
    let bytes = repository.templates.get(name).ok_or_else(|| fail("there is no such template".to_owned()))?;
    let text = std::str::from_utf8(bytes).map_err(|error| fail(error.to_string()))?;
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.map_err(|error| fail(error.to_string()))?);
    environment.set_auto_escape_callback(move |_| match page {
        Page::Html => AutoEscape::Html,
        Page::Markdown => AutoEscape::None,
    });
    environment.add_filter("cell", cell_text);
    let groups = groups(repository, matrix, policies);
    let subjects = subjects(repository, policies, &groups);
    let values = context! {
        groups => Value::from(Serde(&groups)),
        subjects => Value::from(Serde(&subjects)),
        filters => Value::from(Serde(policies.iter().map(|policy| filter(repository, policy)).collect::<Vec<_>>())),
        as_of => matrix.as_of.to_string(),
    };
    environment.render_str(text, values).map_err(|error| fail(error.to_string()))
}

/// Text in a cell of a Markdown table.
fn cell_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('|', "\\|").replace('\n', " ")
}

fn filter(repository: &Repository, policy: &Policy) -> Filter {
    let description = repository.profiles.get(&policy.name).map(|file| file.value.description.clone());
    let mut requires: Vec<String> = policy.require.iter().map(|extra| extra.capability.to_string()).collect();
    requires.sort();
    requires.dedup();
    Filter { name: policy.name.to_string(), description: description.unwrap_or_default(), requires }
}

fn subjects(repository: &Repository, policies: &[Arc<Policy>], groups: &[Group]) -> Vec<Subject> {
    let allowing = |name: &SubjectName| {
        let allows =
            |policy: &&Arc<Policy>| policy.providers.as_ref().is_none_or(|names| names.contains(name));
        policies.iter().filter(allows).map(|policy| policy.name.to_string()).collect::<Vec<_>>()
    };
    let count = |id: &str, wanted: &[Status]| {
        let cells = groups.iter().flat_map(|group| &group.rows).flat_map(|row| &row.cells);
        cells.filter(|cell| cell.subject == id && wanted.contains(&cell.status)).count()
    };
    let open = |id: &str| {
        let rows = groups.iter().flat_map(|group| &group.rows);
        let unknown =
            |row: &&Row| row.cells.iter().any(|cell| cell.subject == id && cell.status == Status::Unknown);
        rows.filter(unknown).map(|row| row.id.clone()).collect::<Vec<_>>()
    };
    let subject = |id: &SubjectName, name: &str, product: bool, about: String, makes: usize| Subject {
        id: id.to_string(),
        name: name.to_owned(),
        product,
        about,
        makes,
        profiles: if product {
            policies.iter().map(|policy| policy.name.to_string()).collect()
        } else {
            allowing(id)
        },
        known: count(id.as_str(), &[Status::Known, Status::Lacking]),
        weak: count(id.as_str(), &[Status::Weak, Status::Expired]),
        unknown: count(id.as_str(), &[Status::Unknown]),
        open: open(id.as_str()),
    };
    let providers = repository.providers.iter().map(|(id, file)| {
        let mut countries: Vec<&str> =
            file.value.places.values().map(|place| place.country.as_str()).collect();
        countries.sort_unstable();
        countries.dedup();
        subject(id, &file.value.name, false, countries.join(", "), file.value.makes.len())
    });
    let products = repository.products.iter().map(|(id, file)| {
        let types: Vec<&str> = file.value.provides.iter().map(|kind| kind.as_str()).collect();
        subject(id, &file.value.name, true, types.join(", "), 0)
    });
    providers.chain(products).collect()
}

fn groups(repository: &Repository, matrix: &Matrix, policies: &[Arc<Policy>]) -> Vec<Group> {
    let mut by_prefix: BTreeMap<(usize, &str), Vec<Row>> = BTreeMap::new();
    for (id, capability) in &matrix.dictionary.capabilities {
        let prefix = id.as_str().split('.').next().unwrap_or_default();
        let place = GROUPS.iter().position(|(known, _)| *known == prefix).unwrap_or(GROUPS.len());
        by_prefix.entry((place, prefix)).or_default().push(row(repository, matrix, policies, id, capability));
    }
    by_prefix
        .into_iter()
        .map(|((place, prefix), rows)| Group {
            id: prefix.to_owned(),
            title: GROUPS.get(place).map_or("More", |(_, title)| title),
            rows,
        })
        .collect()
}

fn row(
    repository: &Repository,
    matrix: &Matrix,
    policies: &[Arc<Policy>],
    id: &CapabilityId,
    capability: &Capability,
) -> Row {
    let asks = |policy: &&Arc<Policy>| {
        policy.require.iter().any(|extra| {
            extra.capability == *id && matches!(extra.of, RequireKey::Data | RequireKey::Type(_))
        })
    };
    let providers = repository.providers.iter().map(|(name, file)| (name, file.value.ask.get(id)));
    let products = repository.products.iter().map(|(name, file)| (name, file.value.ask.get(id)));
    Row {
        id: id.to_string(),
        with: capability.means.with.clone(),
        without: capability.means.without.clone(),
        severity: words::severity(capability),
        profiles: policies.iter().filter(asks).map(|policy| policy.name.to_string()).collect(),
        cells: providers
            .chain(products)
            .map(|(name, ask)| cell(matrix, name, id, ask.copied().unwrap_or(capability.proof)))
            .collect(),
    }
}

fn cell(matrix: &Matrix, subject: &SubjectName, id: &CapabilityId, proof: HowToProve) -> Cell {
    let claims = matrix.claims(subject, id);
    let status = claims.iter().map(|claim| status(matrix, claim)).min().unwrap_or(Status::Unknown);
    let mut texts: Vec<String> = Vec::new();
    for claim in claims {
        let text = words::offered(claim).replace('`', "");
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    Cell {
        subject: subject.to_string(),
        status,
        text: if texts.is_empty() { "unknown".to_owned() } else { texts.join(" · ") },
        claims: claims.iter().map(|claim| evidence(claim)).collect(),
        ask: if claims.is_empty() { words::how_to_prove(id, proof, subject.as_str()) } else { String::new() },
    }
}

fn status(matrix: &Matrix, claim: &Claim) -> Status {
    if matrix.as_of > claim.expires {
        return Status::Expired;
    }
    match claim.confidence {
        Confidence::Probed | Confidence::Documented | Confidence::Attested => {
            let lacks = matches!(&claim.is_written, Some(serde_json::Value::Bool(false)))
                || matches!(&claim.is_written, Some(serde_json::Value::String(word)) if word == "none")
                || claim.is_written.is_none();
            if lacks { Status::Lacking } else { Status::Known }
        }
        _ => Status::Weak,
    }
}

fn evidence(claim: &Claim) -> Evidence {
    let regions = claim.regions.iter().map(ToString::to_string);
    Evidence {
        offered: words::offered(claim).replace('`', ""),
        scope: regions.chain(claim.services.iter().cloned()).collect::<Vec<_>>().join(", "),
        standing: words::evidence(claim),
        source: claim.source.at.clone(),
        link: claim.source.at.starts_with("https://") && !claim.source.at.contains(' '),
        note: claim.note.clone().unwrap_or_default(),
    }
}
