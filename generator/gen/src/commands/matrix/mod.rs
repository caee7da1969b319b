//! `gen matrix`: who offers what, on which evidence.

mod page;

use std::collections::BTreeSet;
use std::process::ExitCode;

use gen_core::check::{Verdict, VerdictKind, words};
use gen_core::diag::{Diagnostic, Fault, any_error, meant};
use gen_core::model::capability::Severity;
use gen_core::model::names::{CapabilityId, SubjectName};
use gen_core::model::units::Date;
use gen_core::prove::{Judged, Proof};
use gen_core::resolve::WhatIf;
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{Global, MatrixArgs, Page};
use crate::session::Session;
use crate::view::text::{count, table};

/// What `matrix` prints.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// Facts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<FactDoc>,
    /// With `--coverage`: blocking cells of the targets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Coverage>,
}

/// A fact.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct FactDoc {
    /// The capability.
    pub capability: String,
    /// Provider or product.
    pub subject: String,
    /// Where it holds: regions and services; everywhere if empty.
    pub scope: String,
    /// What is offered, in words.
    pub offered: String,
    /// How far it is believed.
    pub confidence: gen_core::model::subject::Confidence,
    /// When it was read.
    pub read: String,
    /// Last day on which it counts.
    pub expires: String,
    /// Where it was read.
    pub source: String,
    /// With `--expiring`: requirements of the targets that rest on it.
    #[serde(skip_serializing_if = "is_zero")]
    pub cited: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// How many blocking cells have live evidence. A cell is a subject, place and capability that a target asks about.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Coverage {
    /// Cells with live evidence, of all targets together.
    pub evidenced: usize,
    /// Cells asked about.
    pub needed: usize,
    /// Cells without.
    pub missing: Vec<String>,
    /// The same, target by target.
    pub targets: Vec<TargetCoverage>,
}

/// The cells of one target.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TargetCoverage {
    /// `stack/environment`.
    pub target: String,
    /// Cells with live evidence.
    pub evidenced: usize,
    /// Cells asked about.
    pub needed: usize,
}

pub(crate) fn run(global: &Global, arguments: &MatrixArgs) -> ExitCode {
    let mut session = Session::open(global);
    let Some(proof) = session.prove(&WhatIf::default(), None) else {
        return super::finish(global, &mut session, "matrix", Body::default(), "", false, false);
    };
    let unknown = unknown_names(&proof, arguments);
    if !unknown.is_empty() {
        session.diagnostics.extend(unknown);
        return super::finish(global, &mut session, "matrix", Body::default(), "", false, false);
    }
    if let Some(form) = arguments.page {
        return print_page(global, session, &proof, form);
    }
    let (body, human) = if arguments.coverage {
        let coverage = coverage(&proof);
        let human = coverage_text(&coverage);
        (Body { coverage: Some(coverage), ..Body::default() }, human)
    } else {
        let until = arguments.today.unwrap_or(proof.matrix.as_of).plus_days(30);
        let facts = if arguments.expiring { expiring(&proof, until) } else { facts(&proof, arguments) };
        let human = facts_text(&facts, arguments, until);
        (Body { facts, ..Body::default() }, human)
    };
    // Whether a target is refused is not what was asked here.
    session.diagnostics.retain(|found| !found.fault.is_verdict());
    super::finish(global, &mut session, "matrix", body, &human, false, false)
}

/// Names of the command line that nothing has: an empty answer would be taken for one.
fn unknown_names(proof: &Proof, arguments: &MatrixArgs) -> Vec<Diagnostic> {
    let capabilities: Vec<&str> =
        proof.matrix.dictionary.capabilities.keys().map(CapabilityId::as_str).collect();
    let subjects: Vec<&str> = proof.matrix.subjects().map(SubjectName::as_str).collect();
    let asked = [
        ("capability", &arguments.capability, capabilities),
        ("provider or product", &arguments.subject, subjects),
    ];
    let fault = |(what, wanted, known): (&str, &Option<String>, Vec<&str>)| {
        let wanted = wanted.as_deref().filter(|wanted| !known.contains(wanted))?;
        let fault = Diagnostic::error(Fault::UnknownName).label(format!("there is no {what} `{wanted}`"));
        let help = meant(wanted, known).unwrap_or_else(|| "gen matrix names all of them".to_owned());
        Some(fault.help(help))
    };
    asked.into_iter().filter_map(fault).collect()
}

fn print_page(global: &Global, mut session: Session, proof: &Proof, form: Page) -> ExitCode {
    session.diagnostics.retain(|found| !found.fault.is_verdict());
    if any_error(&session.diagnostics) {
        // The page would leave out in silence what is at fault.
        return super::finish(global, &mut session, "matrix", Body::default(), "", false, false);
    }
    let (policies, _) = gen_core::resolve::policies(&session.repository);
    match page::render(form, &session.repository, &proof.matrix, &policies) {
        Ok(text) => crate::view::print(&text),
        Err(fault) => {
            session.diagnostics.push(*fault);
            super::finish(global, &mut session, "matrix", Body::default(), "", false, false)
        }
    }
}

fn coverage(proof: &Proof) -> Coverage {
    let mut all: BTreeSet<(String, bool)> = BTreeSet::new();
    let mut targets = Vec::new();
    for judged in &proof.targets {
        let own = cells(judged);
        let evidenced = own.iter().filter(|(_, live)| *live).count();
        targets.push(TargetCoverage { target: judged.target().id.to_string(), evidenced, needed: own.len() });
        all.extend(own);
    }
    let missing: Vec<String> = all.iter().filter(|(_, live)| !live).map(|(cell, _)| cell.clone()).collect();
    Coverage { evidenced: all.len() - missing.len(), needed: all.len(), missing, targets }
}

/// What a target cannot do without, and whether it is known.
fn cells(judged: &Judged) -> BTreeSet<(String, bool)> {
    let blocking =
        judged.report().verdicts.iter().filter(|verdict| verdict.requirement.severity == Severity::Blocking);
    let cell = |verdict: &Verdict| {
        let requirement = &verdict.requirement;
        let question = &requirement.question;
        let place = question.region.as_ref().map_or_else(String::new, |region| format!(" {region}"));
        // A known lack is evidence too: the cell is filled, and the target refused.
        let live = verdict.kind == VerdictKind::Satisfied || verdict.truth == gen_core::check::Truth::No;
        (format!("{}{place}: {} {}", question.subject, requirement.capability, requirement.value), live)
    };
    blocking.map(cell).collect()
}

/// Of no target at all there is nothing to say.
fn coverage_text(coverage: &Coverage) -> String {
    if coverage.targets.is_empty() {
        return String::new();
    }
    let mut rows: Vec<Vec<String>> =
        coverage.targets.iter().map(|own| row(&own.target, own.evidenced, own.needed)).collect();
    rows.push(row("together", coverage.evidenced, coverage.needed));
    let mut out = table(&rows);
    for cell in &coverage.missing {
        out.push_str(&format!("  missing  {cell}\n"));
    }
    out
}

fn row(name: &str, evidenced: usize, needed: usize) -> Vec<String> {
    let share = (100 * evidenced).checked_div(needed).unwrap_or(100);
    vec![name.to_owned(), format!("{evidenced} of {needed} blocking cells have live evidence: {share} %")]
}

fn fact_doc(claim: &gen_core::check::Claim, capability: &str) -> FactDoc {
    let regions = claim.regions.iter().map(ToString::to_string);
    FactDoc {
        capability: capability.to_owned(),
        subject: claim.subject.to_string(),
        scope: regions.chain(claim.services.iter().cloned()).collect::<Vec<_>>().join(", "),
        offered: words::offered(claim),
        confidence: claim.confidence,
        read: claim.source.read.to_string(),
        expires: claim.expires.to_string(),
        source: claim.source.at.clone(),
        cited: 0,
    }
}

fn facts(proof: &Proof, arguments: &MatrixArgs) -> Vec<FactDoc> {
    let mut found = Vec::new();
    for capability in proof.matrix.dictionary.capabilities.keys() {
        if arguments.capability.as_ref().is_some_and(|wanted| wanted != capability.as_str()) {
            continue;
        }
        for subject in proof.matrix.subjects() {
            if arguments.subject.as_ref().is_some_and(|wanted| wanted != subject.as_str()) {
                continue;
            }
            found.extend(
                proof
                    .matrix
                    .claims(subject, capability)
                    .iter()
                    .map(|claim| fact_doc(claim, capability.as_str())),
            );
        }
    }
    found
}

/// Facts that targets rest on and that expire by a day: the first to expire first, and of those of one day what most rests on.
fn expiring(proof: &Proof, until: Date) -> Vec<FactDoc> {
    let mut found: Vec<FactDoc> = Vec::new();
    for verdict in proof.targets.iter().flat_map(|judged| &judged.report().verdicts) {
        for claim in verdict.cites().iter().filter(|claim| claim.expires <= until) {
            let mut fact = fact_doc(claim, verdict.requirement.capability.as_str());
            fact.cited = 1;
            let same = |known: &&mut FactDoc| {
                (&known.subject, &known.capability, &known.source, &known.scope)
                    == (&fact.subject, &fact.capability, &fact.source, &fact.scope)
            };
            match found.iter_mut().find(same) {
                Some(known) => known.cited += 1,
                None => found.push(fact),
            }
        }
    }
    found.sort_by(|a, b| {
        (&a.expires, b.cited, &a.subject, &a.capability).cmp(&(
            &b.expires,
            a.cited,
            &b.subject,
            &b.capability,
        ))
    });
    found
}

fn facts_text(facts: &[FactDoc], arguments: &MatrixArgs, until: Date) -> String {
    if facts.is_empty() && arguments.expiring {
        return format!("No cited fact expires by {until}.\n");
    }
    if facts.is_empty() {
        return "Nothing is known of that.\n".to_owned();
    }
    let head = if arguments.expiring {
        ["capability", "subject", "expires", "cited by"]
    } else {
        ["capability", "subject", "offered", "expires"]
    };
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(facts.iter().map(|fact| {
        let (capability, subject) = (fact.capability.clone(), fact.subject.clone());
        if arguments.expiring {
            let cited = count(fact.cited, "requirement", "requirements");
            vec![capability, subject, fact.expires.clone(), cited]
        } else {
            vec![capability, subject, fact.offered.replace('`', ""), fact.expires.clone()]
        }
    }));
    cut(&mut rows, 80);
    format!("{}{}\n", table(&rows), count(facts.len(), "fact", "facts"))
}

/// The column whose cells are words, and give way before names do.
const WORDS: usize = 2;

/// So many columns of it stay.
const FEWEST: usize = 16;

/// Cuts cells so that lines are no longer than `most`: words first, then what takes the most room, and only as far as it has to.
fn cut(rows: &mut [Vec<String>], most: usize) {
    let columns = rows.first().map_or(0, Vec::len);
    let widest = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let mut widths: Vec<usize> = (0..columns).map(widest).collect();
    let room = most.saturating_sub(2 * columns.saturating_sub(1)).max(columns);
    while widths.iter().sum::<usize>() > room {
        let place = match widths.get(WORDS) {
            Some(words) if *words > FEWEST => widths.get_mut(WORDS),
            _ => widths.iter_mut().max(),
        };
        let Some(width) = place else { return };
        *width -= 1;
    }
    for row in rows {
        for (cell, width) in row.iter_mut().zip(&widths) {
            if cell.chars().count() > *width {
                *cell = cell.chars().take(width.saturating_sub(1)).chain(['…']).collect();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn cells_are_cut_where_there_is_no_room_and_nowhere_else() {
        let rows = || vec![vec!["ab".to_owned(), "a long sentence".to_owned()], vec!["c".to_owned(); 2]];
        let mut wide = rows();
        super::cut(&mut wide, 19);
        assert_eq!(wide, rows());
        let mut narrow = rows();
        super::cut(&mut narrow, 10);
        assert_eq!(narrow[0], ["ab", "a lon…"]);
        assert_eq!(narrow[1], ["c", "c"]);
        let mut named = vec![vec!["n".repeat(20), "x".to_owned(), "w".repeat(20)]];
        super::cut(&mut named, 41);
        assert_eq!(named[0][0], "n".repeat(20));
        assert_eq!(named[0][2], format!("{}…", "w".repeat(15)));
    }
}
