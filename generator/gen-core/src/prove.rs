//! The whole way from models to proofs, for every target.

use std::sync::Arc;

use rayon::prelude::*;

use crate::check::{Checked, Matrix, Refused, check, planned, refusals};
use crate::diag::{Diagnostic, Fault, Place, Route, any_error};
use crate::load::Repository;
use crate::model::units::Date;
use crate::resolve::{Target, TargetId, WhatIf, resolve};

/// What became of a target.
#[derive(Debug)]
pub enum Judged {
    /// It may be rendered.
    Checked(Box<Checked>),
    /// It may not.
    Refused(Box<Refused>),
}

impl Judged {
    /// The target.
    pub fn target(&self) -> &Target {
        match self {
            Self::Checked(checked) => checked.target(),
            Self::Refused(refused) => &refused.target,
        }
    }

    /// Its verdicts.
    pub fn report(&self) -> &crate::check::Report {
        match self {
            Self::Checked(checked) => checked.report(),
            Self::Refused(refused) => &refused.report,
        }
    }
}

/// All targets, judged.
#[derive(Debug)]
pub struct Proof {
    /// The matrix that they were judged by.
    pub matrix: Matrix,
    /// The targets that could be put together, in the order of stacks and environments.
    pub targets: Vec<Judged>,
}

/// Targets, and what they are going to be judged by.
#[derive(Debug)]
pub struct Ground {
    /// Facts, and the day.
    pub matrix: Matrix,
    /// The wanted targets that could be put together, in the order of stacks and environments.
    pub targets: Vec<Target>,
    /// Every environment that there is, those with faults included.
    pub known: Vec<TargetId>,
}

/// Puts together the targets that `wanted` names. Faults of the matrix itself leave nothing to judge by.
pub fn prepare(
    repository: &Repository,
    what_if: &WhatIf,
    as_of: Option<Date>,
    wanted: &(dyn Fn(&TargetId) -> bool + Sync),
) -> (Option<Ground>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let (Some(dictionary), Some(written)) = (&repository.dictionary, &repository.as_of) else {
        for (missing, file) in [
            (repository.dictionary.is_none(), "profiles/capabilities.yaml"),
            (repository.as_of.is_none(), "profiles/as-of.yaml"),
        ] {
            if missing && !repository.texts.contains_key(file) {
                diagnostics.push(
                    Diagnostic::error(Fault::UnknownName)
                        .at(Place::file(file))
                        .label("there is no such file"),
                );
            }
        }
        return (None, diagnostics);
    };
    let as_of = as_of.unwrap_or(written.value.date);
    let (matrix, found) = Matrix::of_repository(repository, &Arc::new(dictionary.value.clone()), as_of);
    diagnostics.extend(found);
    let (mut targets, found) = resolve(repository, what_if);
    diagnostics.extend(found);
    if any_error(&diagnostics)
        && diagnostics.iter().any(|diagnostic| diagnostic.fault.area() == crate::diag::Area::Proof)
    {
        return (None, diagnostics);
    }
    diagnostics.extend(read_later(repository, as_of, (as_of == written.value.date).then_some(&written.file)));
    targets.retain(|target| wanted(&target.id));
    let known = repository
        .stacks
        .iter()
        .flat_map(|(stack, files)| {
            files.environments.keys().map(|env| TargetId { stack: stack.clone(), env: env.clone() })
        })
        .collect();
    (Some(Ground { matrix, targets, known }), diagnostics)
}

/// What was read after the day that evidence is judged by was not known then. `written` is the file that names the day.
fn read_later(repository: &Repository, as_of: Date, written: Option<&Arc<str>>) -> Option<Diagnostic> {
    let providers = repository.providers.values().map(|file| (&file.file, &file.value.sources));
    let products = repository.products.values().map(|file| (&file.file, &file.value.sources));
    let sources = providers
        .chain(products)
        .flat_map(|(file, sources)| sources.iter().map(move |(id, source)| (source.read, file, id)));
    let (read, file, id) = sources.max().filter(|(read, _, _)| *read > as_of)?;
    let warning = Diagnostic::warning(Fault::OldAsOf)
        .label(format!("evidence is judged as of {as_of}, and source `{id}` of {file} was read on {read}"))
        .help(format!("what was read later was not known then: judge by {read}, or by a later day"));
    Some(match written {
        Some(file) => warning.at(Place::value(file.clone(), Route::keys(["date"]))),
        None => warning,
    })
}

/// Judges one target; what refuses it is among the diagnostics, with what to choose instead.
pub fn judge(repository: &Repository, matrix: &Matrix, target: Target) -> (Judged, Vec<Diagnostic>) {
    let (outcome, mut found) = check(repository, matrix, target);
    match outcome {
        Ok(checked) => (Judged::Checked(Box::new(checked)), found),
        Err(refused) => {
            let refusals = refusals(repository, matrix, &refused);
            let is_planned = refused.target.env.value.planned && refused.report.is_refused();
            found.extend(if is_planned { planned(&refused, refusals) } else { refusals });
            (Judged::Refused(refused), found)
        }
    }
}

/// Judges all targets that `wanted` names, and keeps them.
pub fn prove(
    repository: &Repository,
    what_if: &WhatIf,
    as_of: Option<Date>,
    wanted: &(dyn Fn(&TargetId) -> bool + Sync),
) -> (Option<Proof>, Vec<Diagnostic>) {
    let (ground, mut diagnostics) = prepare(repository, what_if, as_of, wanted);
    let Some(Ground { matrix, targets, .. }) = ground else { return (None, diagnostics) };
    let outcomes: Vec<(Judged, Vec<Diagnostic>)> =
        targets.into_par_iter().map(|target| judge(repository, &matrix, target)).collect();
    let mut targets = Vec::with_capacity(outcomes.len());
    for (judged, found) in outcomes {
        targets.push(judged);
        diagnostics.extend(found);
    }
    (Some(Proof { matrix, targets }), diagnostics)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Models;

    #[test]
    fn what_was_read_later_is_said() {
        let acme = "version: 1\nname: Acme\nsources:\n  early: {kind: vendor_doc, confidence: documented, at: a, read: 2030-01-01}\n  late: {kind: vendor_doc, confidence: documented, at: a, read: 2030-01-09}\n";
        let repository = Models::new().and("profiles/providers/acme.yaml", acme).repository();
        let found = |day: Option<&str>| {
            let day = day.map(|day| Date::parse(day).expect("a day"));
            let (_, found) = prepare(&repository, &WhatIf::default(), day, &|_| true);
            found
                .into_iter()
                .map(|found| (found.fault, found.place.is_some(), found.label))
                .collect::<Vec<_>>()
        };
        let label = |day: Date| {
            format!(
                "evidence is judged as of {day}, and source `late` of profiles/providers/acme.yaml was read on 2030-01-09"
            )
        };
        let written = repository.as_of.as_ref().expect("a day").value.date;
        assert_eq!(found(None), [(Fault::OldAsOf, true, label(written))]);
        let day = Date::parse("2030-01-08").expect("a day");
        assert_eq!(found(Some("2030-01-08")), [(Fault::OldAsOf, false, label(day))]);
        assert_eq!(found(Some("2030-01-09")), []);
        let (_, found) = prepare(&Models::new().repository(), &WhatIf::default(), None, &|_| true);
        assert_eq!(found, [], "what is built in was read by the day that is built in");
    }
}
