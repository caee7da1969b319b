//! `gen profile compare --to`: the migration from the present binding of an environment to another, step by step.

use std::process::ExitCode;

use gen_core::check::{Counts, check};
use gen_core::diag::{Diagnostic, Severity, any_error};
use gen_core::kind::Renderer;
use gen_core::migrate::action::Phase;
use gen_core::migrate::words::{self, Said};
use gen_core::migrate::{Gap, Guide, Obstacle, Shift, Standing, guide};
use gen_core::model::names::{ComponentName, EnvName};
use gen_core::model::units::Date;
use gen_core::prove::{Ground, prepare};
use gen_core::resolve::{TargetId, WhatIf};
use schemars::JsonSchema;
use serde::Serialize;

use crate::cli::{CompareArgs, Format, Global, WhatIfArgs};
use crate::session::Session;
use crate::view::markdown::text as plain;
use crate::view::text::{count, wrap};

/// What `profile compare --to` prints.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Body {
    /// The environment that is to be migrated.
    pub target: String,
    /// Whether anything is in the way.
    pub way: Way,
    /// Why the new side cannot be put together at all; there is no guide then.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// The guide.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guide: Option<Guide>,
    /// Its steps in words, in the same order.
    pub said: Vec<Said>,
}

/// Whether anything is in the way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Way {
    /// The new side cannot be put together.
    #[default]
    Impossible,
    /// The new side would be refused.
    Refused,
    /// Nothing moves.
    Nothing,
    /// The new side may be rendered.
    Open,
}

pub(super) fn run(global: &Global, arguments: &CompareArgs) -> ExitCode {
    let mut session = Session::open(global);
    let body = match put_together(&session, arguments) {
        Ok(body) => body,
        Err(faults) => {
            session.diagnostics.extend(faults);
            Body::default()
        }
    };
    let human = if body.target.is_empty() { String::new() } else { human(&body) };
    if global.format == Format::Markdown && !body.target.is_empty() && !any_error(&session.diagnostics) {
        return crate::view::print(&markdown(&body));
    }
    crate::commands::finish(global, &mut session, "profile-migrate", body, &human, false, false)
}

fn put_together(session: &Session, arguments: &CompareArgs) -> Result<Body, Vec<Diagnostic>> {
    let repository = &session.repository;
    let id = super::compare::target(session)?;
    let as_of = arguments.today;
    let (what_if, to) = other_side(session, arguments, &id)?;
    let (before, found) = side(session, &WhatIf::default(), as_of, &id);
    let Some(before) = before else { return Err(found) };
    let (after, found) = side(session, &what_if, as_of, &to);
    let Some(after) = after else {
        let own = |fault: &&Diagnostic| {
            fault.severity == Severity::Error
                && fault.target.as_ref().is_none_or(|target| *target == to.to_string())
        };
        let mut reasons: Vec<String> = found.iter().filter(own).map(reason).collect();
        reasons.dedup();
        return Ok(Body { target: id.to_string(), reasons, ..Body::default() });
    };
    let (renderer, _) = Renderer::new(repository);
    let terraform = &renderer.terraform;
    let judged = |ground: &Ground| {
        let target = ground.targets.first().cloned();
        target.map(|target| check(repository, &ground.matrix, target).0)
    };
    let (Some(old), Some(new)) = (judged(&before), judged(&after)) else { return Ok(Body::default()) };
    let (old, new) = (Judged::of(old), Judged::of(new));
    let (old_roots, _) = terraform.roots(&old.target);
    let (new_roots, missing) = terraform.roots(&new.target);
    let mut also: Vec<String> = missing.iter().map(reason).collect();
    if let (Some(checked), true) = (&new.checked, also.is_empty()) {
        also.extend(renderer.render(checked).err().unwrap_or_default().iter().map(reason));
    }
    let made = guide(
        repository,
        &after.matrix,
        Standing { target: &old.target, report: &old.report, roots: &old_roots },
        Standing { target: &new.target, report: &new.report, roots: &new_roots },
        &also,
    );
    let way = match (made.obstacles.is_empty(), made.steps.is_empty()) {
        (false, _) => Way::Refused,
        (true, true) => Way::Nothing,
        (true, false) => Way::Open,
    };
    let said = made.steps.iter().map(|step| words::said(&made, step)).collect();
    Ok(Body { target: id.to_string(), way, reasons: Vec::new(), guide: Some(made), said })
}

/// A target with its verdicts, and with the proof that it may be rendered, if there is one.
struct Judged {
    target: gen_core::resolve::Target,
    report: gen_core::check::Report,
    checked: Option<gen_core::check::Checked>,
}

impl Judged {
    fn of(outcome: Result<gen_core::check::Checked, Box<gen_core::check::Refused>>) -> Self {
        match outcome {
            Ok(checked) => Self {
                target: checked.target().clone(),
                report: checked.report().clone(),
                checked: Some(checked),
            },
            Err(refused) => Self { target: refused.target, report: refused.report, checked: None },
        }
    }
}

/// The binding to migrate to: the same environment with what the command line changes, or another environment of the stack.
fn other_side(
    session: &Session,
    arguments: &CompareArgs,
    id: &TargetId,
) -> Result<(WhatIf, TargetId), Vec<Diagnostic>> {
    let flags =
        WhatIfArgs { profile: arguments.profile.last().cloned(), provider: arguments.provider.clone() };
    let what_if = crate::session::what_if(&flags, &session.repository)?;
    let to = match arguments.to.as_deref() {
        None | Some("") => id.clone(),
        Some(name) => {
            let known = session.repository.environments(&id.stack);
            let found = known.iter().find(|env| env.as_str() == name).cloned();
            let names: Vec<&str> = known.iter().map(EnvName::as_str).collect();
            let env = found.ok_or_else(|| vec![crate::session::unknown("environment", name, &names)])?;
            TargetId { stack: id.stack.clone(), env }
        }
    };
    Ok((what_if, to))
}

/// One side, if it can be put together.
fn side(
    session: &Session,
    what_if: &WhatIf,
    as_of: Option<Date>,
    id: &TargetId,
) -> (Option<Ground>, Vec<Diagnostic>) {
    let (ground, found) = prepare(&session.repository, what_if, as_of, &|wanted| wanted == id);
    (ground.filter(|ground| !ground.targets.is_empty()), found)
}

fn reason(fault: &Diagnostic) -> String {
    let help = fault.notes.iter().find(|(name, _)| *name == "help").map(|(_, help)| format!("; {help}"));
    format!("{}: {}{}", fault.summary_text(), fault.label, help.unwrap_or_default())
}

fn counts(counts: Counts) -> String {
    let parts = [
        (counts.satisfied, "hold"),
        (counts.refused, "lacking"),
        (counts.needs_evidence, "open"),
        (counts.degraded, "degraded"),
        (counts.waived, "waived"),
    ];
    let shown = parts.into_iter().filter(|(number, word)| *number > 0 || *word == "hold");
    shown.map(|(number, word)| format!("{number} {word}")).collect::<Vec<_>>().join(", ")
}

/// What is said before the steps: whether anything is in the way, and what.
fn verdict(body: &Body, guide: &Guide) -> String {
    let unknown = guide.obstacles.iter().filter(|found| matches!(found, Obstacle::Unknown(_))).count();
    let others = guide.obstacles.len() - unknown;
    match body.way {
        Way::Refused => format!(
            "Refused as things stand: {} to find out first, {} lacking or at fault. The steps hold once nothing is in the way.",
            count(unknown, "answer", "answers"),
            count(others, "thing", "things")
        ),
        Way::Nothing => "Nothing moves.".to_owned(),
        Way::Open => "Nothing is in the way.".to_owned(),
        Way::Impossible => "This cannot be put together.".to_owned(),
    }
}

/// The one line that everybody should have read.
fn no_return(guide: &Guide) -> Option<String> {
    let step = guide.no_return()?;
    Some(format!("Point of no return: step {}. Until then each step can be undone as it says.", step.number))
}

fn human(body: &Body) -> String {
    let Some(guide) = &body.guide else {
        let mut out = format!("{}: this cannot be put together. In the way:\n", body.target);
        for reason in &body.reasons {
            out.push_str(&format!("  ! {}\n", wrap(reason, 76, 4)));
        }
        return out;
    };
    let (from, to) = (&guide.from, &guide.to);
    let mut out = format!("{} {} → {} {}\n", from.target, from.profile, to.target, to.profile);
    out.push_str(&format!("verdicts: {} → {}\n\n", counts(from.verdicts), counts(to.verdicts)));
    out.push_str(&format!("{}\n", wrap(&verdict(body, guide), 80, 0)));
    for found in in_the_way(guide) {
        out.push_str(&format!("  {} {}\n", found.mark, wrap(&found.line, 76, 4)));
        for (name, text) in found.about {
            out.push_str(&format!("      {name}: {}\n", wrap(&text, 72 - name.len(), 8 + name.len())));
        }
    }
    let section = |out: &mut String, title: &str, lines: Vec<String>| {
        if lines.is_empty() {
            return;
        }
        out.push_str(&format!("\n{title}\n"));
        for line in lines {
            out.push_str(&format!("  {}\n", wrap(&line, 76, 4)));
        }
    };
    section(&mut out, "Moves, in this order", guide.moves.iter().map(words::moved).collect());
    let stays: Vec<&str> = guide.stays.iter().map(ComponentName::as_str).collect();
    section(&mut out, "Stays", if stays.is_empty() { Vec::new() } else { vec![stays.join(", ")] });
    section(&mut out, "Given up", shifts(&guide.losses));
    section(&mut out, "Gained", shifts(&guide.gains));
    section(&mut out, "Worth finding out", questions(guide));
    for phase in Phase::ALL {
        let of_phase = guide.steps.iter().zip(&body.said).filter(|(step, _)| step.phase == phase);
        for (index, (step, said)) in of_phase.enumerate() {
            if index == 0 {
                out.push_str(&format!("\n{}\n", words::phase(phase)));
            }
            out.push_str(&format!("{:>4}  {}\n", step.number, wrap(&said.title, 74, 6)));
            for detail in &said.details {
                out.push_str(&format!("        {}\n", wrap(detail, 70, 8)));
            }
            for seen in &said.seen {
                out.push_str(&format!("        then: {}\n", wrap(seen, 64, 14)));
            }
            out.push_str(&format!("        back: {}\n", wrap(&said.undo, 64, 14)));
        }
    }
    if let Some(line) = no_return(guide) {
        out.push_str(&format!("\n{line}\n"));
    }
    if !guide.steps.is_empty() {
        out.push_str(&format!("Days are counted from {}.\n", guide.day));
    }
    out
}

/// Something that is in the way of one component or several.
struct InTheWay {
    mark: char,
    line: String,
    about: Vec<(&'static str, String)>,
}

/// What is in the way, in the guide's order; what is in the way of several components is said once.
fn in_the_way(guide: &Guide) -> Vec<InTheWay> {
    let mut said: Vec<(&Obstacle, Vec<&ComponentName>)> = Vec::new();
    for obstacle in &guide.obstacles {
        let gap = gap(obstacle);
        let same = said.iter_mut().find(|(known, _)| {
            words::obstacle(known) == words::obstacle(obstacle) && about(known) == about(obstacle)
        });
        match (same, gap) {
            (Some((_, components)), Some(gap)) => {
                if !components.contains(&&gap.component) {
                    components.push(&gap.component);
                }
            }
            (Some(_), None) => {}
            (None, gap) => said.push((obstacle, gap.map(|gap| &gap.component).into_iter().collect())),
        }
    }
    said.into_iter()
        .map(|(obstacle, components)| {
            let names: Vec<&str> = components.iter().map(|name| name.as_str()).collect();
            let who = if names.is_empty() { String::new() } else { format!("{}: ", names.join(", ")) };
            InTheWay {
                mark: if matches!(obstacle, Obstacle::Unknown(_)) { '?' } else { '!' },
                line: format!("{who}{}", words::obstacle(obstacle)),
                about: about(obstacle),
            }
        })
        .collect()
}

fn gap(obstacle: &Obstacle) -> Option<&Gap> {
    match obstacle {
        Obstacle::Unknown(gap) | Obstacle::Lacking { gap, .. } => Some(gap),
        Obstacle::Fault { .. } => None,
    }
}

fn shifts(found: &[Shift]) -> Vec<String> {
    words::together(found.iter().map(|shift| (&shift.component, words::shift(shift))))
}

fn questions(guide: &Guide) -> Vec<String> {
    words::together(guide.questions.iter().map(|gap| (&gap.component, words::gap_words(gap))))
}

/// What is known, what to do, and who else there is.
fn about(obstacle: &Obstacle) -> Vec<(&'static str, String)> {
    let (gap, instead) = match obstacle {
        Obstacle::Unknown(gap) => (gap, [].as_slice()),
        Obstacle::Lacking { gap, instead } => (gap, instead.as_slice()),
        Obstacle::Fault { .. } => return Vec::new(),
    };
    let known = gap.known.iter().map(|known| ("known", known.clone()));
    let prove = gap.prove.iter().map(|prove| ("to do", prove.clone()));
    let or = instead.iter().map(|other| ("or", other.words()));
    known.chain(prove).chain(or).collect()
}

fn markdown(body: &Body) -> String {
    let Some(guide) = &body.guide else {
        let mut out = format!("# Migration of {}\n\nThis cannot be put together:\n\n", body.target);
        for reason in &body.reasons {
            out.push_str(&format!("* {}\n", plain(reason)));
        }
        return out;
    };
    let (from, to) = (&guide.from, &guide.to);
    let mut out = format!("# Migration of {}\n\n", from.target);
    out.push_str("| | now | then |\n| --- | --- | --- |\n");
    for (name, now, then) in [
        ("environment", from.target.clone(), to.target.clone()),
        ("profile", from.profile.clone(), to.profile.clone()),
        ("engine", from.engine.as_str().to_owned(), to.engine.as_str().to_owned()),
        ("verdicts", counts(from.verdicts), counts(to.verdicts)),
    ] {
        out.push_str(&format!("| {name} | {now} | {then} |\n"));
    }
    out.push_str(&format!("\n**{}**\n", plain(&verdict(body, guide))));
    if let Some(line) = no_return(guide) {
        out.push_str(&format!("\n**{line}**\n"));
    }
    let list = |out: &mut String, title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            out.push_str(&format!("\n## {title}\n\n"));
            for line in lines {
                out.push_str(&format!("* {}\n", plain(&line)));
            }
        }
    };
    if !guide.obstacles.is_empty() {
        out.push_str("\n## In the way\n\n");
        for found in in_the_way(guide) {
            out.push_str(&format!("* [ ] {}\n", plain(&found.line)));
            for (name, text) in found.about {
                out.push_str(&format!("  * {name}: {}\n", plain(&text)));
            }
        }
    }
    list(&mut out, "What moves, in this order", guide.moves.iter().map(words::moved).collect());
    list(&mut out, "What is given up", shifts(&guide.losses));
    list(&mut out, "What is gained", shifts(&guide.gains));
    list(&mut out, "Worth finding out", questions(guide));
    for phase in Phase::ALL {
        let of_phase = guide.steps.iter().zip(&body.said).filter(|(step, _)| step.phase == phase);
        for (index, (step, said)) in of_phase.enumerate() {
            if index == 0 {
                out.push_str(&format!("\n## {}\n", words::phase(phase)));
            }
            out.push_str(&format!("\n### {}. {}\n\n", step.number, plain(&said.title)));
            for detail in &said.details {
                out.push_str(&format!("* {}\n", plain(detail)));
            }
            if !said.details.is_empty() {
                out.push('\n');
            }
            for seen in &said.seen {
                out.push_str(&format!("* [ ] {}\n", plain(seen)));
            }
            if !said.seen.is_empty() {
                out.push('\n');
            }
            out.push_str(&format!("Back: {}\n", plain(&said.undo)));
        }
    }
    out.push_str(&format!("\nDays are counted from {}, the day by which evidence is judged.\n", guide.day));
    out
}
