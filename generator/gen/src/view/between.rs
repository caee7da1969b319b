//! What differs between two environments, for people: 80 columns.

use std::fmt::Write as _;

use gen_core::between::{About, Asked, Text};
use gen_core::check::VerdictKind;

use crate::commands::between::{BetweenDoc, ValueDoc};
use crate::commands::diff::{Body, Releases};
use crate::commands::promote;
use crate::release::ReleaseDoc;

use super::text::{count, wrap};

/// `gen diff`.
pub(crate) fn diff(body: &Body) -> String {
    let mut out = format!("{} -> {}\n", body.from, body.to);
    releases(&mut out, &body.release);
    differences(&mut out, &body.between);
    let last = if body.configuration_alone {
        "\nWhat differs is configuration alone.\n"
    } else if body.between.is_same_code() {
        "\nConfiguration differs, and what is released.\n"
    } else {
        "\nConfiguration differs, and code.\n"
    };
    out.push_str(last);
    out
}

/// `gen promote`.
pub(crate) fn promote(body: &promote::Body, dry_run: bool) -> String {
    let Some(release) = &body.release else { return String::new() };
    let mut out = format!("{}   {}\n", body.target, named(release));
    for (workload, digest) in &release.images {
        let known = body.previous.as_ref().and_then(|previous| previous.images.get(workload));
        let same = if known == Some(digest) { "  as before" } else { "" };
        let _ = writeln!(out, "  {workload:12} {}{same}", digest.get(..19).unwrap_or(digest));
    }
    if let Some(previous) = &body.previous {
        let _ = writeln!(out, "Before     {}", named(previous));
    }
    let commits = |number: usize| count(number, "commit", "commits");
    match (&body.previous, body.ahead, body.behind) {
        (None, ..) => out.push_str("Commits    the first release\n"),
        (_, Some(ahead), Some(0)) => out.push_str(&format!("Commits    {} ahead of that\n", commits(ahead))),
        (_, Some(0), Some(behind)) => out.push_str(&format!("Commits    {} back\n", commits(behind))),
        (_, ahead, behind) => {
            let (ahead, behind) = (commits(ahead.unwrap_or(0)), commits(behind.unwrap_or(0)));
            let _ = writeln!(out, "Commits    {ahead} ahead of that, {behind} that it had are not in it");
        }
    }
    let _ = writeln!(out, "HEAD       {} further on", commits(body.behind_head.unwrap_or(0)));
    if let Some(changes) = &body.changes {
        differences(&mut out, changes);
    }
    let file = &body.file;
    let last = match (body.written, dry_run) {
        (true, _) => format!("Written: {file}. Commit it; gen apply takes it from there."),
        (false, true) if body.release != body.previous => format!("A dry run: {file} is as it was."),
        _ => "No changes: it is released already.".to_owned(),
    };
    let _ = writeln!(out, "\n{}", wrap(&last, 80, 0));
    out
}

/// `5f0c1e9 from staging, 2 images`.
pub(super) fn named(release: &ReleaseDoc) -> String {
    let mut text = short(&release.revision).to_owned();
    for (word, value) in [(" from ", &release.from), (", back from ", &release.back_from)] {
        if let Some(value) = value {
            let value = if word == " from " { value } else { short(value) };
            let _ = write!(text, "{word}{value}");
        }
    }
    if !release.images.is_empty() {
        let _ = write!(text, ", {}", count(release.images.len(), "image", "images"));
    }
    text
}

fn short(revision: &str) -> &str {
    revision.get(..7).unwrap_or(revision)
}

fn releases(out: &mut String, releases: &Releases) {
    let (from, to) = (&releases.from, &releases.to);
    let text = match (from, to) {
        (None, None) => "none: both as they lie here".to_owned(),
        (Some(from), Some(to)) => {
            let images = if from.images == to.images { "the same images" } else { "other images" };
            match (releases.ahead, releases.behind) {
                (Some(0), Some(0)) => format!("the same commit {}, {images}", short(&from.revision)),
                (ahead, behind) => {
                    let (from, to) = (short(&from.revision), short(&to.revision));
                    let (ahead, behind) = (ahead.unwrap_or(0), behind.unwrap_or(0));
                    format!("{from} -> {to}, {ahead} commits ahead and {behind} behind, {images}")
                }
            }
        }
        (from, to) => {
            let one =
                |release: &Option<ReleaseDoc>| release.as_ref().map_or("as it lies here".to_owned(), named);
            format!("{} -> {}", one(from), one(to))
        }
    };
    let _ = writeln!(out, "Release    {}", wrap(&text, 68, 11));
    let names = |release: &Option<ReleaseDoc>| {
        release.as_ref().map(|release| release.images.clone()).unwrap_or_default()
    };
    let (old, new) = (names(from), names(to));
    for (workload, digest) in
        new.iter().filter(|(name, digest)| from.is_some() && old.get(*name) != Some(*digest))
    {
        let before = old.get(workload).map_or("none", |digest| digest.get(..19).unwrap_or(digest));
        let _ = writeln!(out, "  {workload:12} {before} -> {}", digest.get(..19).unwrap_or(digest));
    }
}

fn differences(out: &mut String, found: &BetweenDoc) {
    for (about, title) in [
        (About::Environment, "Settings"),
        (About::Binding, "Bindings"),
        (About::Size, "Sizes"),
        (About::Data, "Data"),
    ] {
        let lines = found.settings.iter().filter(|setting| setting.about == about);
        section(
            out,
            title,
            lines.map(|one| (one.name.clone(), pair(one.from.as_deref(), one.to.as_deref()))).collect(),
        );
    }
    let lines = found
        .verdicts
        .iter()
        .map(|one| (one.component.clone(), standing(&one.capability, one.from.as_ref(), one.to.as_ref())));
    section(out, "Verdicts", lines.collect());
    for (roots, word) in
        [(&found.only_from, "only before the arrow"), (&found.only_to, "only behind the arrow")]
    {
        if !roots.is_empty() {
            let _ = writeln!(out, "Roots      {}", wrap(&format!("{word}: {}", roots.join(", ")), 68, 11));
        }
    }
    section(out, "Values", values(&found.values));
    code(out, "HCL", &found.hcl, "; backend.tf (names of states) aside");
    code(out, "Modules", &found.modules, "");
}

fn section(out: &mut String, title: &str, lines: Vec<(String, String)>) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(out, "{title}");
    let width = lines.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0).clamp(12, 30);
    for (name, text) in lines {
        let text = wrap(&text, 76usize.saturating_sub(width), width + 4);
        let _ = writeln!(out, "  {name:width$}  {text}");
    }
}

/// Values that are one difference in several places are said once. What the settings say already is not said again.
fn values(values: &[ValueDoc]) -> Vec<(String, String)> {
    let own = |value: &&ValueDoc| !value.field.starts_with("context.") && !value.field.starts_with("tags.");
    let mut lines: Vec<(Vec<&str>, String)> = Vec::new();
    for value in values.iter().filter(own) {
        let text = if value.from.as_deref().unwrap_or("").is_empty()
            && value.to.as_deref().unwrap_or("").is_empty()
        {
            value.label.clone()
        } else {
            format!("{}: {}", value.label, pair(value.from.as_deref(), value.to.as_deref()))
        };
        let subject = value.component.as_deref().unwrap_or(&value.root);
        match lines.iter_mut().find(|(_, known)| *known == text) {
            Some((subjects, _)) if !subjects.contains(&subject) => subjects.push(subject),
            Some(_) => {}
            None => lines.push((vec![subject], text)),
        }
    }
    let named = |(subjects, text): (Vec<&str>, String)| match subjects.as_slice() {
        [one] => ((*one).to_owned(), text),
        several => (format!("{} components", several.len()), format!("{text}; {}", several.join(", "))),
    };
    lines.into_iter().map(named).collect()
}

fn code(out: &mut String, title: &str, text: &Text, aside: &str) {
    let _ = writeln!(
        out,
        "{title:10} {} of {} are the same{aside}",
        text.same,
        count(text.files, "file", "files")
    );
    for name in &text.differ {
        let _ = writeln!(out, "  {name}");
    }
}

fn pair(from: Option<&str>, to: Option<&str>) -> String {
    let shown = |side: Option<&str>| match side {
        None => "none".to_owned(),
        Some("") => "other".to_owned(),
        Some(text) => text.to_owned(),
    };
    format!("{} -> {}", shown(from), shown(to))
}

/// `db.postgres.pitr: asks {"window":"14d"} -> {"window":"35d"}, satisfied -> degraded`; what is the same is said once.
fn standing(capability: &str, from: Option<&Asked>, to: Option<&Asked>) -> String {
    let value = |side: Option<&Asked>| side.map(|asked| asked.value.clone());
    let verdict = |side: Option<&Asked>| side.map(|asked| word(asked.verdict).to_owned());
    let both = |old: Option<String>, new: Option<String>| match (old, new) {
        (Some(old), Some(new)) if old == new => old,
        (Some(old), Some(new)) => format!("{old} -> {new}"),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => String::new(),
    };
    let word = match (from, to) {
        (None, _) => "asked only there, ",
        (_, None) => "asked only here, ",
        _ => "",
    };
    let asked = both(value(from), value(to));
    let asked = if asked == "true" { String::new() } else { format!(" {asked}") };
    format!("{capability}{asked}: {word}{}", both(verdict(from), verdict(to)))
}

fn word(kind: VerdictKind) -> &'static str {
    match kind {
        VerdictKind::Satisfied => "satisfied",
        VerdictKind::Degraded => "degraded",
        VerdictKind::Refused => "refused",
        VerdictKind::NeedsEvidence => "unknown",
        VerdictKind::Waived => "waived",
    }
}
