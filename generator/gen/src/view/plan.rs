//! The plan for people: 80 columns, readable without colour.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use gen_core::check::VerdictKind;
use gen_core::effect::Risk;

use crate::commands::plan::{Body, ChangeDoc, FilesDoc, TargetDoc};

use crate::walk::TargetState;

use super::text::{count, pack, table, wrap};

const BAD: Style = AnsiColor::Red.on_default().bold();
const ODD: Style = AnsiColor::Yellow.on_default();
const GOOD: Style = AnsiColor::Green.on_default();
const FAINT: Style = Style::new().dimmed();

/// What is to be shown.
pub(crate) struct Options {
    /// Every requirement.
    pub verdicts: bool,
    /// Differences of files.
    pub diff: bool,
    /// The command line changed the models.
    pub what_if: bool,
}

/// The text.
pub(crate) fn render(body: &Body, options: &Options, partial: bool, seconds: f64) -> String {
    if body.targets.is_empty()
        && body.gone.is_empty()
        && body.shared.touched() + body.workflows.touched() == 0
    {
        return String::new();
    }
    let mut out = overview(body);
    let one = body.targets.len() == 1;
    for target in &body.targets {
        let detailed = one || options.verdicts || !target.changes.is_empty() || target.files.touched() > 0;
        // Faults hide what there would be to say.
        if detailed && (target.state != TargetState::Invalid || options.verdicts) {
            details(&mut out, target, options, one);
        }
    }
    if body.shared.touched() > 0 {
        let _ = writeln!(out, "\nshared modules");
        files(&mut out, &body.shared, options);
    }
    if body.workflows.touched() > 0 {
        let _ = writeln!(out, "\nworkflows");
        files(&mut out, &body.workflows, options);
    }
    for gone in &body.gone {
        let _ = writeln!(out, "\n{}", gone.target);
        let (stack, env) = gone.target.split_once('/').unwrap_or((&gone.target, ""));
        let text = format!(
            "no longer in the models: {}. What they made keeps running, and costs, until it is destroyed: \
             gen destroy -s {stack} -e {env}",
            gone.roots.join(", ")
        );
        let _ = writeln!(out, "  {BAD}!{BAD:#} {:10} {}", "target", wrap(&text, 64, 15));
        files(&mut out, &gone.files, options);
    }
    closing(&mut out, body, options, partial, seconds);
    out
}

/// Columns that text takes.
const WIDTH: usize = 80;

fn overview(body: &Body) -> String {
    // Where lines would be too long, lists are broken inside their cells.
    let whole = rows(body, usize::MAX, usize::MAX);
    let fits = |text: &str| text.lines().all(|line| line.chars().count() <= WIDTH);
    let rows = if fits(&table(&whole.concat())) {
        whole
    } else {
        let narrow = rows(body, 0, 0);
        let left = narrow.concat().into_iter().map(|mut row| row.drain(..4).collect()).collect::<Vec<_>>();
        let used = table(&left).lines().map(|line| line.chars().count()).max().unwrap_or(0);
        rows(body, 0, WIDTH.saturating_sub(used + 2))
    };
    let plain = table(&rows.concat());
    let mut lines = plain.lines();
    let mut out = String::new();
    for (target, own) in body.targets.iter().zip(&rows) {
        for (index, line) in lines.by_ref().take(own.len()).enumerate() {
            let shown = if index == 0 { coloured(line, target.state) } else { line.to_owned() };
            let _ = writeln!(out, "{shown}");
        }
    }
    out
}

/// The lines of each target in the table, its providers and verdicts in so many columns.
fn rows(body: &Body, providers: usize, verdicts: usize) -> Vec<Vec<Vec<String>>> {
    let of = |target: &TargetDoc| {
        let providers = pack(&target.providers, providers);
        let verdicts = pack(&rest(target), verdicts);
        let line = |index: usize| {
            let first = |text: &str| if index == 0 { text.to_owned() } else { String::new() };
            let cell = |lines: &[String]| lines.get(index).cloned().unwrap_or_default();
            vec![
                first(&target.target),
                first(&target.profile),
                cell(&providers),
                first(target.state.as_str()),
                cell(&verdicts),
            ]
        };
        (0..providers.len().max(verdicts.len()).max(1)).map(line).collect()
    };
    body.targets.iter().map(of).collect()
}

/// Verdicts that are worth a look.
fn rest(target: &TargetDoc) -> Vec<String> {
    let counts = target.verdicts;
    [
        (counts.refused, "refused"),
        (counts.degraded, "degraded"),
        (counts.waived, "waived"),
        (counts.needs_evidence, "unknown"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, word)| format!("{number} {word}"))
    .collect()
}

fn coloured(line: &str, state: TargetState) -> String {
    let word = state.as_str();
    let style = match state {
        TargetState::Ok => GOOD,
        TargetState::Planned => ODD,
        TargetState::Refused | TargetState::Invalid => BAD,
    };
    match line.rfind(&format!("  {word}")) {
        Some(at) => {
            let end = at + 2 + word.len();
            format!("{}  {style}{word}{style:#}{}", &line[..at], &line[end..])
        }
        None => line.to_owned(),
    }
}

fn details(out: &mut String, target: &TargetDoc, options: &Options, one: bool) {
    let _ = writeln!(out);
    if !one {
        let _ = writeln!(out, "{}", target.target);
    }
    if let Some(release) = &target.release {
        let _ = writeln!(out, "Release    {}", wrap(&super::between::named(release), 68, 11));
    }
    verdicts(out, target, options);
    if target.state != TargetState::Ok {
        return;
    }
    changes(out, &target.changes);
    files(out, &target.files, options);
    risks(out, &target.changes);
    if !target.not_rendered.is_empty() && one {
        let text = format!("{}: on the cluster; gen renders no charts yet", target.not_rendered.join(", "));
        let _ = writeln!(out, "Checked    {}", wrap(&text, 68, 11));
    }
}

fn verdicts(out: &mut String, target: &TargetDoc, options: &Options) {
    let counts = target.verdicts;
    let mut words = vec![format!("{} satisfied", counts.satisfied), format!("{} degraded", counts.degraded)];
    if counts.waived > 0 {
        words.push(format!("{} waived", counts.waived));
    }
    if counts.needs_evidence > 0 {
        words.push(format!("{} unknown", counts.needs_evidence));
    }
    words.push(format!("{} refused", counts.refused));
    let _ = writeln!(out, "Verdicts   {}", words.join(", "));
    let several = target.providers.len() > 1;
    for requirement in &target.requirements {
        let (mark, style) = match requirement.verdict {
            VerdictKind::Satisfied if options.verdicts => ("+", GOOD),
            VerdictKind::Satisfied => continue,
            // What stands in the way was said above, at its place.
            _ if requirement.blocks && !options.verdicts => continue,
            VerdictKind::Degraded => ("~", ODD),
            VerdictKind::Refused => ("!", BAD),
            VerdictKind::NeedsEvidence => ("?", ODD),
            VerdictKind::Waived => ("w", ODD),
        };
        let what = if requirement.verdict == VerdictKind::Satisfied {
            requirement.asked.clone()
        } else {
            // Who lacks it is plain where there is one provider.
            let at = if several { format!(" at {}", requirement.subject) } else { String::new() };
            format!("{} ({}{at})", requirement.without, requirement.asked)
        };
        let text = wrap(&what, 64, 15);
        let _ = writeln!(out, "  {style}{mark}{style:#} {:10} {text}", requirement.component);
        if options.verdicts {
            for evidence in &requirement.evidence {
                let line = format!(
                    "{}, read {}, expires {}: {}",
                    evidence.offered, evidence.read, evidence.expires, evidence.source
                );
                let _ = writeln!(out, "               {FAINT}{}{FAINT:#}", wrap(&line, 64, 15));
            }
        }
    }
}

fn changes(out: &mut String, changes: &[ChangeDoc]) {
    if changes.is_empty() {
        return;
    }
    let _ = writeln!(out, "Changes    desired state; no cloud was asked");
    // What is the same in several places is said once.
    let mut lines: Vec<(Risk, String, Vec<&str>)> = Vec::new();
    let mut why: Vec<String> = Vec::new();
    for change in changes {
        let text = values(change);
        let subject = change.component.as_deref().unwrap_or(&change.root);
        match lines.iter_mut().find(|(risk, known, _)| *risk == change.risk && *known == text) {
            Some((_, _, subjects)) => subjects.push(subject),
            None => lines.push((change.risk, text, vec![subject])),
        }
        if let Some(place) = &change.why {
            let line = place.line.map(|line| format!(":{line}")).unwrap_or_default();
            let reason = format!("{}{line} {}", place.file, change.route.as_deref().unwrap_or_default());
            if !why.contains(&reason) {
                why.push(reason);
            }
        }
    }
    let shown = |subjects: &[&str]| match subjects {
        [one] => (*one).to_owned(),
        several => format!("{} places", several.len()),
    };
    let width = lines.iter().map(|(_, _, subjects)| shown(subjects).len()).max().unwrap_or(0).max(10);
    for (risk, text, subjects) in &lines {
        let (mark, style) = match risk {
            Risk::Destroys | Risk::Irreversible => ("!", BAD),
            Risk::Permissions | Risk::Public => ("!", ODD),
            Risk::Disrupts | Risk::Normal => ("~", FAINT),
        };
        let text = match subjects.as_slice() {
            [_] => text.clone(),
            several => format!("{text}; in {}", several.join(", ")),
        };
        let text = wrap(&text, 74usize.saturating_sub(width).max(30), width + 5);
        let _ = writeln!(out, "  {style}{mark}{style:#} {:width$} {text}", shown(subjects));
    }
    for (index, reason) in why.iter().enumerate() {
        let _ = writeln!(out, "{:10} {reason}", if index == 0 { "Why" } else { "" });
    }
}

/// What changes, from what to what, and what follows from it.
fn values(change: &ChangeDoc) -> String {
    let label = &change.label;
    let values = match (&change.from, &change.to) {
        (Some(from), Some(to)) if from.is_empty() || to.is_empty() => format!("{label}: changed"),
        (Some(from), Some(to)) => format!("{label}: {from} -> {to}"),
        (None, Some(to)) if to.is_empty() => format!("{label}: new"),
        (None, Some(to)) => format!("{label}: new, {to}"),
        (Some(from), None) if from.is_empty() => format!("{label}: gone"),
        (Some(from), None) => format!("{label}: gone, was {from}"),
        (None, None) => label.clone(),
    };
    if change.note.is_empty() { values } else { format!("{values} ({})", change.note) }
}

fn files(out: &mut String, files: &FilesDoc, options: &Options) {
    let hint = if options.diff || files.touched() == 0 { "" } else { "             (--diff shows them)" };
    let _ = writeln!(
        out,
        "Files      {} changed, {} created, {} removed{hint}",
        files.changed.len(),
        files.created.len(),
        files.removed.len()
    );
    for diff in &files.diffs {
        for line in diff.lines() {
            let style = match line.as_bytes().first() {
                Some(b'+') => GOOD,
                Some(b'-') => BAD,
                _ => Style::new(),
            };
            let _ = writeln!(out, "{style}{line}{style:#}");
        }
    }
}

fn risks(out: &mut String, changes: &[ChangeDoc]) {
    if changes.is_empty() {
        return;
    }
    let of = |risk: Risk| changes.iter().filter(|change| change.risk == risk).count();
    let _ = writeln!(
        out,
        "Risk       {} irreversible, {} destroyed, {} permissions, {} public",
        of(Risk::Irreversible),
        of(Risk::Destroys),
        of(Risk::Permissions),
        of(Risk::Public)
    );
}

fn closing(out: &mut String, body: &Body, options: &Options, partial: bool, seconds: f64) {
    let gone = || body.gone.iter().map(|gone| &gone.files);
    let all = || {
        body.targets.iter().map(|target| &target.files).chain([&body.shared, &body.workflows]).chain(gone())
    };
    let touched: usize = all().map(FilesDoc::touched).sum();
    let same: usize = all().map(|files| files.same).sum();
    let rendered = body.targets.iter().filter(|target| target.state == TargetState::Ok);
    let roots: usize = rendered.map(|target| target.roots.len()).sum();
    let stopped = body.targets.iter().filter(|target| target.state != TargetState::Ok).count();
    let _ = writeln!(out);
    let scope =
        format!("{}, {}", count(body.targets.len(), "target", "targets"), count(roots, "root", "roots"));
    for target in body.targets.iter().filter(|target| target.state != TargetState::Ok) {
        let blocking = target.requirements.iter().filter(|requirement| requirement.blocks).count();
        let reason = match target.state {
            TargetState::Refused => format!("{blocking} of {} requirements", target.asked),
            TargetState::Planned => {
                format!("refused as yet, for {blocking} of {} requirements", target.asked)
            }
            _ => "it has faults".to_owned(),
        };
        let style = if target.state == TargetState::Planned { ODD } else { BAD };
        let head = format!("{} {}", target.target, target.state.as_str());
        let text = wrap(&format!("{head}: {reason}. Nothing is rendered for it."), WIDTH - 2, 2);
        // Only spaces inside the head could have been broken, and it is as wide as a line at most.
        let text =
            text.strip_prefix(&head).map(|rest| format!("{style}{head}{style:#}{rest}")).unwrap_or(text);
        let _ = writeln!(out, "{text}");
    }
    if touched == 0 {
        if stopped < body.targets.len() {
            let _ = writeln!(
                out,
                "No changes. {scope}, {} agree with terraform-out. {seconds:.2} s",
                count(same, "file", "files")
            );
        }
    } else {
        let _ = writeln!(
            out,
            "{scope}, {} to write, {same} agree with terraform-out. {seconds:.2} s",
            count(touched, "file", "files")
        );
    }
    let expiring = match body.expiring {
        0 => String::new(),
        number => format!(
            " {} within 30 days: gen matrix --expiring",
            count(number, "fact expires", "facts expire")
        ),
    };
    let _ = writeln!(out, "Evidence as of {}.{expiring}", body.evidence_as_of);
    if options.what_if {
        let _ = writeln!(out, "This is a what-if: to keep it, change the environment's file.");
    } else if touched > 0 {
        let selection = match (partial, body.targets.as_slice()) {
            (true, [target]) => match target.target.split_once('/') {
                Some((stack, env)) => format!(" -s {stack} -e {env}"),
                None => String::new(),
            },
            _ => String::new(),
        };
        let _ = writeln!(out, "To write these files: gen generate{selection}");
    }
}

/// Audit records as they would be stored.
pub(crate) fn events(events: &[gen_core::audit::Event]) -> String {
    let mut out = String::new();
    for event in events {
        // Records hold strings, numbers, lists and string-keyed maps only, so this does not fail.
        let text = serde_json::to_string_pretty(event).unwrap_or_default();
        out.push_str(&format!("\nRecord of the change, as proposed:\n{text}\n"));
    }
    out
}
