//! Appending evidence to the text of a subject's file, so that comments and layout of everything else stay.

use std::collections::BTreeSet;
use std::ops::Range;

use super::ask::ask_edits;
use super::facts::Evidence;
use crate::load::marked::{Kind, Node, parse};
use crate::model::units::Date;

/// Why a text cannot take evidence: it has to be edited by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit(pub String);

/// A replacement of a part of the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Edit(pub Range<usize>, pub String);

/// A text with evidence in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appended {
    /// The text.
    pub text: String,
    /// Capabilities that the evidence says nothing of, and that an earlier run found something out about: that stays.
    pub earlier: BTreeSet<String>,
}

/// The text with the evidence in it: what an earlier run of that id found is replaced where something is known now, and stays as
/// what was found on its day where not; what is known now is no longer asked. Whoever writes the result reads it back first.
pub fn append(text: &str, evidence: &Evidence) -> Result<Appended, Unfit> {
    let earlier = earlier(text, evidence)?;
    let with_sources = edited(text, &source_edits(text, evidence, &earlier)?)?;
    let with_facts = edited(&with_sources, &fact_edits(&with_sources, evidence, &earlier)?)?;
    let without_sources = edited(&with_facts, &unused_sources(&with_facts, evidence)?)?;
    let edits = ask_edits(&without_sources, &evidence.known)?;
    Ok(Appended { text: edited(&without_sources, &edits)?, earlier: earlier.capabilities })
}

/// What an earlier run found and this one did not.
struct Earlier {
    capabilities: BTreeSet<String>,
    /// Id of the source that keeps the day of what the last run found, if any of it stays and that was another day.
    moved_to: Option<String>,
}

/// A fact that a run of this id wrote.
struct Own<'a> {
    item: &'a Node,
    from: &'a Node,
    /// It says nothing that is known better now.
    stays: bool,
    capabilities: Vec<&'a str>,
}

/// The source of an earlier day: what it found stays known as of that day.
fn is_of_earlier_day(from: &str, id: &str) -> bool {
    let day = from.strip_prefix(id).and_then(|rest| rest.strip_prefix('-'));
    day.is_some_and(|day| Date::parse(day).is_some())
}

fn own<'a>(item: &'a Node, evidence: &Evidence) -> Option<Own<'a>> {
    let Kind::Mapping(fact) = &item.kind else { return None };
    let from = value(fact, "from")?;
    if !from.text().is_some_and(|text| text == evidence.id || is_of_earlier_day(text, &evidence.id)) {
        return None;
    }
    let parts = ["is", "not"].into_iter().filter_map(|word| match &value(fact, word)?.kind {
        Kind::Mapping(entries) => Some(entries),
        _ => None,
    });
    let capabilities: Vec<&str> = parts.flatten().filter_map(|(key, _)| key.text()).collect();
    let replaced = |id: &&str| evidence.known.contains(*id) || evidence.aside.contains(*id);
    Some(Own { item, from, stays: !capabilities.iter().any(replaced), capabilities })
}

fn earlier(text: &str, evidence: &Evidence) -> Result<Earlier, Unfit> {
    let entries = entries(text)?;
    let items = match value(&entries, "facts").map(|facts| &facts.kind) {
        Some(Kind::Sequence(items)) => items.as_slice(),
        _ => &[],
    };
    let staying: Vec<Own<'_>> =
        items.iter().filter_map(|item| own(item, evidence)).filter(|own| own.stays).collect();
    let capabilities = staying.iter().flat_map(|own| &own.capabilities).map(|id| (*id).to_owned()).collect();
    let of_last_run = staying.iter().any(|own| own.from.text() == Some(&evidence.id));
    let day = source(&entries, &evidence.id).and_then(day).filter(|day| *day != evidence.day);
    let moved_to = day.filter(|_| of_last_run).map(|day| format!("{}-{day}", evidence.id));
    Ok(Earlier { capabilities, moved_to })
}

fn source<'a>(entries: &'a [(Node, Node)], id: &str) -> Option<&'a Node> {
    match &value(entries, "sources")?.kind {
        Kind::Mapping(sources) => value(sources, id),
        _ => None,
    }
}

/// The day that a source was read on.
fn day(source: &Node) -> Option<Date> {
    match &source.kind {
        Kind::Mapping(fields) => Date::parse(value(fields, "read")?.text()?),
        _ => None,
    }
}

pub(super) fn edited(text: &str, edits: &[Edit]) -> Result<String, Unfit> {
    let mut out = String::with_capacity(text.len() + 1024);
    let mut at = 0;
    for Edit(range, new) in edits {
        let kept = text.get(at..range.start);
        out.push_str(kept.ok_or_else(|| Unfit("its parts cannot be told apart".to_owned()))?);
        out.push_str(new);
        at = range.end;
    }
    out.push_str(text.get(at..).ok_or_else(|| Unfit("its parts cannot be told apart".to_owned()))?);
    Ok(out)
}

pub(super) fn entries(text: &str) -> Result<Vec<(Node, Node)>, Unfit> {
    let root = parse(text).map_err(|_| Unfit("it is not well-formed YAML".to_owned()))?;
    if text.trim_start().starts_with('{') {
        return Err(Unfit("it is written in flow style as a whole".to_owned()));
    }
    match root.kind {
        Kind::Mapping(entries) => Ok(entries),
        _ => Err(Unfit("it is not a mapping".to_owned())),
    }
}

pub(super) fn value<'a>(entries: &'a [(Node, Node)], key: &str) -> Option<&'a Node> {
    entries.iter().find(|(found, _)| found.text() == Some(key)).map(|(_, value)| value)
}

/// Where the line of an offset starts.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Where the line of an offset ends, its line break not counted.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline)
}

/// The indentation of an offset's line, up to the offset.
fn indentation(text: &str, at: usize) -> String {
    " ".repeat(text[line_start(text, at)..at].chars().count())
}

pub(super) fn is_flow(text: &str, node: &Node, bracket: char) -> bool {
    text[node.span.start..].starts_with(bracket)
}

/// At the end of the text, on lines of their own.
fn at_end(text: &str, lines: &str) -> Edit {
    let newline = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    Edit(text.len()..text.len(), format!("{newline}{lines}\n"))
}

/// Below the line that a part ends on. A comment on that line stays with it.
fn below(text: &str, end: usize, line: &str) -> Edit {
    let end = line_end(text, end);
    Edit(end..end, format!("\n{line}"))
}

fn source_edits(text: &str, evidence: &Evidence, earlier: &Earlier) -> Result<Vec<Edit>, Unfit> {
    let entries = entries(text)?;
    let (id, new) = (&evidence.id, &evidence.source);
    let Some(old) = source(&entries, id) else { return source_edit(text, id, new).map(|edit| vec![edit]) };
    let mut edits = vec![Edit(old.span.clone(), new.clone())];
    if let Some(moved) = earlier.moved_to.as_ref().filter(|moved| source(&entries, moved).is_none()) {
        let Some(Kind::Mapping(_)) = value(&entries, "sources").map(|sources| &sources.kind) else {
            return Ok(edits);
        };
        let was = text.get(old.span.clone()).filter(|was| was.starts_with('{') && !was.contains('\n'));
        let was = was.ok_or_else(|| Unfit(format!("source `{id}` of an earlier run is not on one line")))?;
        edits.push(source_edit(text, moved, was)?);
        edits.sort_by_key(|Edit(range, _)| range.start);
    }
    Ok(edits)
}

/// Adds a source.
fn source_edit(text: &str, id: &str, source: &str) -> Result<Edit, Unfit> {
    let entries = entries(text)?;
    let Some(sources) = value(&entries, "sources") else {
        return Ok(at_end(text, &format!("sources:\n  {id}: {source}")));
    };
    let Kind::Mapping(known) = &sources.kind else { return Err(Unfit("`sources` is no mapping".to_owned())) };
    match known.last() {
        None => Ok(Edit(sources.span.clone(), format!("\n  {id}: {source}"))),
        Some((_, last)) if is_flow(text, sources, '{') => {
            Ok(Edit(last.span.end..last.span.end, format!(", {id}: {source}")))
        }
        Some((_, last)) => {
            let (first, _) = &known[0];
            let indentation = indentation(text, first.span.start);
            Ok(below(text, last.span.end, &format!("{indentation}{id}: {source}")))
        }
    }
}

/// Sources of earlier days that no fact is from any more, where each stands on a line of its own.
fn unused_sources(text: &str, evidence: &Evidence) -> Result<Vec<Edit>, Unfit> {
    let entries = entries(text)?;
    let Some(sources) = value(&entries, "sources").filter(|sources| !is_flow(text, sources, '{')) else {
        return Ok(Vec::new());
    };
    let (Kind::Mapping(sources), Some(Kind::Sequence(facts))) =
        (&sources.kind, value(&entries, "facts").map(|facts| &facts.kind))
    else {
        return Ok(Vec::new());
    };
    let used: BTreeSet<&str> = facts
        .iter()
        .filter_map(|item| match &item.kind {
            Kind::Mapping(fact) => value(fact, "from")?.text(),
            _ => None,
        })
        .collect();
    let unused = |key: &Node| {
        key.text().is_some_and(|text| is_of_earlier_day(text, &evidence.id) && !used.contains(text))
    };
    let gone = sources.iter().filter(|(key, _)| unused(key)).map(|(key, value)| {
        let end = line_end(text, value.span.end);
        Edit(line_start(text, key.span.start)..(end + 1).min(text.len()), String::new())
    });
    Ok(gone.collect())
}

fn fact_edits(text: &str, evidence: &Evidence, earlier: &Earlier) -> Result<Vec<Edit>, Unfit> {
    let entries = entries(text)?;
    let lines = |indentation: &str| {
        let lines = evidence.facts.iter().map(|fact| format!("{indentation}- {fact}"));
        lines.collect::<Vec<_>>().join("\n")
    };
    let Some(facts) = value(&entries, "facts") else {
        return Ok(vec![at_end(text, &format!("facts:\n{}", lines("  ")))]);
    };
    let Kind::Sequence(items) = &facts.kind else { return Err(Unfit("`facts` is no list".to_owned())) };
    let (Some(first), Some(last)) = (items.first(), items.last()) else {
        return Ok(vec![Edit(facts.span.clone(), format!("\n{}", lines("  ")))]);
    };
    if is_flow(text, facts, '[') {
        if items.iter().any(|item| own(item, evidence).is_some()) {
            return Err(Unfit("facts of an earlier probe stand in a list in flow style".to_owned()));
        }
        let more = format!(", {}", evidence.facts.join(", "));
        return Ok(vec![Edit(last.span.end..last.span.end, more)]);
    }
    let dash = |item: &Node| {
        let before = text[..item.span.start].trim_end();
        before.ends_with('-').then(|| before.len() - 1)
    };
    let unclear = || Unfit("its list of facts cannot be told apart".to_owned());
    let indentation = indentation(text, dash(first).ok_or_else(unclear)?);
    let mut edits = Vec::new();
    let mut last_goes = false;
    for Own { item, from, stays, .. } in items.iter().filter_map(|item| own(item, evidence)) {
        if stays {
            if let Some(moved) = earlier.moved_to.as_ref().filter(|_| from.text() == Some(&evidence.id)) {
                edits.push(Edit(from.span.clone(), moved.clone()));
            }
            continue;
        }
        last_goes = std::ptr::eq(item, last);
        let from = line_start(text, dash(item).ok_or_else(unclear)?);
        let end = line_end(text, item.span.end);
        let rest = text[item.span.end..end].trim();
        // What somebody noted beside a fact stays where it is.
        let new = if rest.starts_with('#') { format!("{indentation}{rest}\n") } else { String::new() };
        edits.push(Edit(from..(end + 1).min(text.len()), new));
    }
    match edits.last_mut() {
        // The last item goes: the new ones take its place.
        Some(Edit(_, kept)) if last_goes => {
            kept.push_str(&format!("{}\n", lines(&indentation)));
        }
        _ => edits.push(below(text, last.span.end, &lines(&indentation))),
    }
    Ok(edits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::load::marked;

    fn evidence(facts: &[&str], known: &[&str]) -> Evidence {
        Evidence {
            id: "probe-s3".to_owned(),
            source: "{kind: probe}".to_owned(),
            facts: facts.iter().map(|fact| format!("{{is: {{{fact}: true}}, from: probe-s3}}")).collect(),
            known: known.iter().map(|&id| id.to_owned()).collect(),
            aside: BTreeSet::new(),
            day: date("2026-11-24"),
        }
    }

    fn date(text: &str) -> Date {
        Date::parse(text).expect("a date")
    }

    fn appended(text: &str, evidence: &Evidence) -> String {
        append(text, evidence).expect("it fits").text
    }

    fn json(text: &str) -> serde_json::Value {
        marked::parse(text).unwrap_or_else(|error| panic!("{error:?}\n{text}")).json()
    }

    #[test]
    fn comments_and_layout_survive_and_a_second_run_replaces_the_first() {
        let text = "# top\nversion: 1\nsources: # where\n  # a doc\n  doc: {kind: vendor_doc} # aside\n\nfacts:\n  # first\n  - {is: {a.b: 1}, from: doc} # why\n\n# what is open\nask:\n  c.d: probe\n  # keep me\n  e.f: document\n";
        let once = appended(text, &evidence(&["c.d", "g.h"], &["c.d", "g.h"]));
        assert_eq!(
            once,
            "# top\nversion: 1\nsources: # where\n  # a doc\n  doc: {kind: vendor_doc} # aside\n  probe-s3: {kind: probe}\n\nfacts:\n  # first\n  - {is: {a.b: 1}, from: doc} # why\n  - {is: {c.d: true}, from: probe-s3}\n  - {is: {g.h: true}, from: probe-s3}\n\n# what is open\nask:\n  # keep me\n  e.f: document\n"
        );
        let same = appended(&once, &evidence(&["c.d", "g.h"], &["c.d", "g.h"]));
        assert_eq!(same, once);
        let aside = Evidence { aside: ["c.d".to_owned()].into(), ..evidence(&["g.h"], &["g.h"]) };
        assert_eq!(appended(&once, &aside), once.replace("  - {is: {c.d: true}, from: probe-s3}\n", ""));
    }

    #[test]
    fn what_an_earlier_run_knew_stays_with_its_day_until_it_is_known_again() {
        let run = |day: &str, ids: &[&str]| Evidence {
            source: format!("{{kind: probe, read: {day}}}"),
            day: date(day),
            ..evidence(ids, ids)
        };
        let first = appended("version: 1\n", &run("2026-11-01", &["a.b", "c.d"]));
        let second = append(&first, &run("2026-11-24", &["c.d"])).expect("it fits");
        assert_eq!(second.earlier, ["a.b".to_owned()].into());
        assert_eq!(
            second.text,
            "version: 1\nsources:\n  probe-s3: {kind: probe, read: 2026-11-24}\n  probe-s3-2026-11-01: {kind: probe, read: 2026-11-01}\nfacts:\n  - {is: {a.b: true}, from: probe-s3-2026-11-01}\n  - {is: {c.d: true}, from: probe-s3}\n"
        );
        // It stays again, under its own day.
        let third = append(&second.text, &run("2026-12-01", &["c.d"])).expect("it fits");
        assert_eq!(third.earlier, ["a.b".to_owned()].into());
        assert_eq!(third.text, second.text.replacen("2026-11-24", "2026-12-01", 1));
        // Known again, it goes, and so does the source that it was from.
        let fourth = append(&third.text, &run("2026-12-02", &["a.b", "c.d"])).expect("it fits");
        assert!(fourth.earlier.is_empty());
        assert_eq!(
            fourth.text,
            "version: 1\nsources:\n  probe-s3: {kind: probe, read: 2026-12-02}\nfacts:\n  - {is: {a.b: true}, from: probe-s3}\n  - {is: {c.d: true}, from: probe-s3}\n"
        );
        // On the same day nothing has to move.
        let same_day = append(&first, &run("2026-11-01", &["c.d"])).expect("it fits");
        assert_eq!((same_day.text, same_day.earlier), (first, ["a.b".to_owned()].into()));
    }

    #[test]
    fn facts_of_an_earlier_run_go_wherever_they_stand() {
        let text = "sources:\n  probe-s3: {kind: probe}\nfacts:\n- {is: {x.y: 1}, from: probe-s3} # noted\n-\n  is: {y.z: 1}\n  from: probe-s3\n- {is: {a.b: 1}, from: doc}\nask: {}\n";
        let everything =
            Evidence { aside: ["x.y".to_owned(), "y.z".to_owned()].into(), ..evidence(&["c.d"], &["c.d"]) };
        let done = appended(text, &everything);
        assert_eq!(
            done,
            "sources:\n  probe-s3: {kind: probe}\nfacts:\n# noted\n- {is: {a.b: 1}, from: doc}\n- {is: {c.d: true}, from: probe-s3}\nask: {}\n"
        );
    }

    #[test]
    fn what_is_missing_is_made() {
        for (text, expected) in [
            (
                "a: 1",
                "a: 1\nsources:\n  probe-s3: {kind: probe}\nfacts:\n  - {is: {c.d: true}, from: probe-s3}\n",
            ),
            (
                "sources: {}\nfacts: []\nask: {c.d: probe}\n",
                "sources: \n  probe-s3: {kind: probe}\nfacts: \n  - {is: {c.d: true}, from: probe-s3}\nask: {}\n",
            ),
            (
                "sources: {a: {kind: x}}\nfacts: [{from: a}]\n",
                "sources: {a: {kind: x}, probe-s3: {kind: probe}}\nfacts: [{from: a}, {is: {c.d: true}, from: probe-s3}]\n",
            ),
            (
                "sources:\n    a: {kind: x}\nfacts:\n- {from: a}",
                "sources:\n    a: {kind: x}\n    probe-s3: {kind: probe}\nfacts:\n- {from: a}\n- {is: {c.d: true}, from: probe-s3}",
            ),
        ] {
            let done = appended(text, &evidence(&["c.d"], &["c.d"]));
            assert_eq!(done, expected);
            json(&done);
        }
        assert!(append("{a: 1}", &evidence(&["c.d"], &[])).is_err());
        assert!(append("- a", &evidence(&["c.d"], &[])).is_err());
    }
}
