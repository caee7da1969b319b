//! Whose evidence a probe makes, and adding it to their file.

use gen_core::check::Matrix;
use gen_core::diag::{Diagnostic, Fault, Place, any_error};
use gen_core::evidence::{Appended, Evidence, Report, Scope, append, evidence, set_aside, source_id};
use gen_core::model::names::SubjectName;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::ProbeCommon;
use crate::session::{Session, unknown};

/// What was or would be added to a file.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Added {
    /// The file.
    pub file: String,
    /// The source and its facts.
    pub evidence: Evidence,
    /// What the file asked for and no longer does.
    pub answered: Vec<String>,
    /// Capabilities that this run left open: what an earlier one found about them stays, with its day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<String>,
    /// It was written; otherwise this is what would be.
    pub written: bool,
}

/// Whose evidence it is.
pub(super) struct Subject {
    file: String,
    scope: Scope,
}

/// The provider or product that was named; none if none was.
pub(super) fn subject(session: &Session, common: &ProbeCommon) -> Result<Option<Subject>, Box<Diagnostic>> {
    let repository = &session.repository;
    if let Some(name) = &common.product {
        let known = repository.products.iter().find(|(known, _)| known.as_str() == name);
        return match known {
            Some((_, found)) => Ok(Some(Subject { file: found.file.to_string(), scope: Scope::default() })),
            None => Err(nobody(session, "product", name, repository.products.keys())),
        };
    }
    let Some(name) = &common.provider else { return Ok(None) };
    let found = repository.providers.iter().find(|(known, _)| known.as_str() == name);
    let Some((_, found)) = found else {
        return Err(nobody(session, "provider", name, repository.providers.keys()));
    };
    let places: Vec<&str> =
        found.value.places.keys().map(gen_core::model::names::RegionName::as_str).collect();
    let region = match &common.region_of_provider {
        Some(region) if !places.contains(&region.as_str()) => {
            return Err(Box::new(unknown("region", region, &places)));
        }
        // What one region does says nothing about another.
        None if places.len() > 1 => {
            let fault = Diagnostic::error(Fault::MissingKey)
                .summary("argument is missing")
                .label(format!("--in: {name} has several regions, and a probe is about one"));
            return Err(Box::new(fault.help(format!("there are: {}", places.join(", ")))));
        }
        region => region.clone(),
    };
    let scope = Scope { region, service: common.service.clone() };
    Ok(Some(Subject { file: found.file.to_string(), scope }))
}

fn nobody<'a>(
    session: &Session,
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'a SubjectName>,
) -> Box<Diagnostic> {
    let file = format!("profiles/{what}s/{name}.yaml");
    if session.repository.was_read(&file) {
        let fault = Diagnostic::error(Fault::EvidenceUnfit).at(Place::file(file));
        return Box::new(fault.label("the file has faults").help("mend them first: gen check"));
    }
    let known: Vec<&str> = known.map(SubjectName::as_str).collect();
    Box::new(unknown(what, name, &known))
}

/// Adds what was found to the subject's file, unless it is only to be shown. Gives beside it what the file says better.
pub(super) fn add(
    session: &mut Session,
    subject: &Subject,
    report: &Report,
    dry_run: bool,
) -> Result<(Option<Added>, Vec<String>), Box<Diagnostic>> {
    let (shown, kept) = without_samples(session, subject, report);
    let Some(mut evidence) = evidence(&shown, &subject.scope) else { return Ok((None, kept)) };
    evidence.aside = kept.iter().cloned().collect();
    let place = Place::file(subject.file.as_str());
    let unfit = |why: String| {
        let fault = Diagnostic::error(Fault::EvidenceUnfit).at(place.clone()).label(why);
        let lines =
            format!("sources: {}: {}; facts: {}", evidence.id, evidence.source, evidence.facts.join(" "));
        Box::new(fault.note("evidence", lines).help("add it by hand"))
    };
    // A subject that comes with the program gets a file of its own, made of what the program has.
    let text = session.repository.texts.get(subject.file.as_str()).cloned();
    let text = text.ok_or_else(|| unfit("it could not be read".to_owned()))?;
    let Appended { text: changed, earlier } = append(&text, &evidence).map_err(|error| unfit(error.0))?;
    let earlier = earlier.into_iter().collect();
    let answered = read_back(session, subject, &changed, &evidence)?;
    if !dry_run {
        let on_disk = session.root.join(&subject.file).symlink_metadata().is_ok();
        let old = on_disk.then(|| text.as_bytes());
        if let Some(fault) = gen_exec::write::change(&session.root, &subject.file, old, changed.as_bytes()) {
            return Err(fault);
        }
    }
    warn_of_old_as_of(session, report);
    let added = Added { file: subject.file.clone(), evidence, answered, earlier, written: !dry_run };
    Ok((Some(added), kept))
}

/// What one server shows does not narrow what the file says of all servers of its subject.
fn without_samples(session: &Session, subject: &Subject, report: &Report) -> (Report, Vec<String>) {
    let repository = &session.repository;
    let Some(dictionary) = &repository.dictionary else { return (report.clone(), Vec::new()) };
    let provider = repository.providers.values().find(|found| *found.file == *subject.file);
    let product = repository.products.values().find(|found| *found.file == *subject.file);
    let facts = provider.map(|found| &found.value.facts).or(product.map(|found| &found.value.facts));
    let facts = facts.map_or(&[][..], Vec::as_slice);
    set_aside(report, &source_id(report, &subject.scope), facts, &dictionary.value)
}

/// Reads the changed text as every other command will, and gives what is no longer asked. Nothing is written that does not pass.
fn read_back(
    session: &Session,
    subject: &Subject,
    changed: &str,
    evidence: &Evidence,
) -> Result<Vec<String>, Box<Diagnostic>> {
    let first = |mut found: Vec<Diagnostic>| {
        let first = found.swap_remove(0);
        let why = format!("what would be written has a fault: {} {}", first.summary_text(), first.label);
        let fault = Diagnostic::error(Fault::EvidenceUnfit).at(Place::file(subject.file.as_str())).label(why);
        Box::new(fault.help("add what --dry-run shows by hand"))
    };
    let before = asked(session, &subject.file);
    let mut repository = session.repository.clone();
    let found = gen_core::load::reread(&mut repository, &subject.file, changed);
    if !found.is_empty() {
        return Err(first(found));
    }
    let (Some(dictionary), Some(as_of)) = (&repository.dictionary, &repository.as_of) else {
        return Err(first(vec![
            Diagnostic::error(Fault::UnknownName).label("there is no dictionary to check by"),
        ]));
    };
    let dictionary = std::sync::Arc::new(dictionary.value.clone());
    let (_, found) = Matrix::of_repository(&repository, &dictionary, as_of.value.date);
    let ours: Vec<Diagnostic> = found
        .into_iter()
        .filter(|found| found.place.as_ref().is_some_and(|place| *place.file == *subject.file))
        .collect();
    if any_error(&ours) {
        return Err(first(ours));
    }
    Ok(before.into_iter().filter(|id| evidence.known.contains(id)).collect())
}

fn asked(session: &Session, file: &str) -> Vec<String> {
    let repository = &session.repository;
    let provider = repository.providers.values().find(|found| *found.file == *file);
    let product = repository.products.values().find(|found| *found.file == *file);
    let ask = provider.map(|found| &found.value.ask).or(product.map(|found| &found.value.ask));
    ask.into_iter().flat_map(|ask| ask.keys().map(ToString::to_string)).collect()
}

/// Evidence is judged by the day in profiles/as-of.yaml; one that lies before the probe is out of date.
fn warn_of_old_as_of(session: &mut Session, report: &Report) {
    let Some(as_of) = &session.repository.as_of else { return };
    if as_of.value.date < report.date {
        let fault = Diagnostic::warning(Fault::OldAsOf)
            .summary("evidence is newer than the day it is judged by")
            .at(Place::value(as_of.file.clone(), gen_core::diag::Route::keys(["date"])))
            .label(format!("the probe was run on {}", report.date))
            .help(format!("set it to {} when you review the evidence", report.date));
        session.diagnostics.push(fault);
    }
}
