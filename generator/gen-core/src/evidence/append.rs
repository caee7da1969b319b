//! Appending evidence to the text of a subject's file, so that comments and layout of everything else stay.

use std::collections::BTreeSet;
use std::ops::Range;

use super::facts::Evidence;
use crate::load::marked::{Kind, Node, parse};

/// Why a text cannot take evidence: it has to be edited by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit(pub String);

/// A replacement of a part of the text.
#[derive(Debug, PartialEq, Eq)]
struct Edit(Range<usize>, String);

/// The text with the evidence in it: source and facts of an earlier run of that id are replaced, and what is known now is no longer
/// asked. Whoever writes the result reads it back first.
pub fn append(text: &str, evidence: &Evidence) -> Result<String, Unfit> {
    let with_sources = edited(text, &[source_edit(text, evidence)?])?;
    let with_facts = edited(&with_sources, &fact_edits(&with_sources, evidence)?)?;
    let edits = ask_edits(&with_facts, &evidence.known)?;
    edited(&with_facts, &edits)
}

fn edited(text: &str, edits: &[Edit]) -> Result<String, Unfit> {
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

fn entries(text: &str) -> Result<Vec<(Node, Node)>, Unfit> {
    let root = parse(text).map_err(|_| Unfit("it is not well-formed YAML".to_owned()))?;
    if text.trim_start().starts_with('{') {
        return Err(Unfit("it is written in flow style as a whole".to_owned()));
    }
    match root.kind {
        Kind::Mapping(entries) => Ok(entries),
        _ => Err(Unfit("it is not a mapping".to_owned())),
    }
}

fn value<'a>(entries: &'a [(Node, Node)], key: &str) -> Option<&'a Node> {
    entries.iter().find(|(found, _)| found.text() == Some(key)).map(|(_, value)| value)
}

/// Where the line of an offset starts.
fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Where the line of an offset ends, its line break not counted.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline)
}

/// The indentation of an offset's line, up to the offset.
fn indentation(text: &str, at: usize) -> String {
    " ".repeat(text[line_start(text, at)..at].chars().count())
}

fn is_flow(text: &str, node: &Node, bracket: char) -> bool {
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

fn source_edit(text: &str, evidence: &Evidence) -> Result<Edit, Unfit> {
    let entries = entries(text)?;
    let (id, source) = (&evidence.id, &evidence.source);
    let Some(sources) = value(&entries, "sources") else {
        return Ok(at_end(text, &format!("sources:\n  {id}: {source}")));
    };
    let Kind::Mapping(known) = &sources.kind else { return Err(Unfit("`sources` is no mapping".to_owned())) };
    if let Some((_, old)) = known.iter().find(|(key, _)| key.text() == Some(id)) {
        return Ok(Edit(old.span.clone(), source.clone()));
    }
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

fn fact_edits(text: &str, evidence: &Evidence) -> Result<Vec<Edit>, Unfit> {
    let entries = entries(text)?;
    let lines = |indentation: &str| {
        let lines = evidence.facts.iter().map(|fact| format!("{indentation}- {fact}"));
        lines.collect::<Vec<_>>().join("\n")
    };
    let Some(facts) = value(&entries, "facts") else {
        return Ok(vec![at_end(text, &format!("facts:\n{}", lines("  ")))]);
    };
    let Kind::Sequence(items) = &facts.kind else { return Err(Unfit("`facts` is no list".to_owned())) };
    let ours = |item: &Node| match &item.kind {
        Kind::Mapping(fact) => value(fact, "from").and_then(Node::text) == Some(&evidence.id),
        _ => false,
    };
    let (Some(first), Some(last)) = (items.first(), items.last()) else {
        return Ok(vec![Edit(facts.span.clone(), format!("\n{}", lines("  ")))]);
    };
    if is_flow(text, facts, '[') {
        if items.iter().any(ours) {
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
    for item in items.iter().filter(|item| ours(item)) {
        let from = line_start(text, dash(item).ok_or_else(unclear)?);
        let end = line_end(text, item.span.end);
        let rest = text[item.span.end..end].trim();
        // What somebody noted beside a fact stays where it is.
        let new = if rest.starts_with('#') { format!("{indentation}{rest}\n") } else { String::new() };
        edits.push(Edit(from..(end + 1).min(text.len()), new));
    }
    let end = line_end(text, last.span.end);
    match edits.last_mut() {
        // The last item is one of ours: the new ones take its place.
        Some(Edit(range, kept)) if range.end > end || range.end == text.len() => {
            kept.push_str(&format!("{}\n", lines(&indentation)));
        }
        _ => edits.push(below(text, last.span.end, &lines(&indentation))),
    }
    Ok(edits)
}

fn ask_edits(text: &str, known: &BTreeSet<String>) -> Result<Vec<Edit>, Unfit> {
    let entries = entries(text)?;
    let Some(ask) = value(&entries, "ask") else { return Ok(Vec::new()) };
    let Kind::Mapping(asked) = &ask.kind else { return Ok(Vec::new()) };
    let answered = |key: &Node| key.text().is_some_and(|key| known.contains(key));
    if !asked.iter().any(|(key, _)| answered(key)) {
        return Ok(Vec::new());
    }
    if is_flow(text, ask, '{') {
        return Ok(flow_ask_edits(text, asked, answered));
    }
    if asked.iter().all(|(key, _)| answered(key)) {
        let (Some((first, _)), Some((_, last))) = (asked.first(), asked.last()) else {
            return Ok(Vec::new());
        };
        let colon = text[..first.span.start].rfind(':').map_or(first.span.start, |colon| colon + 1);
        let comments = text[colon..last.span.end].contains('#');
        if !comments {
            return Ok(vec![Edit(colon..last.span.end, " {}".to_owned())]);
        }
        return Err(Unfit("`ask` would be left with comments alone".to_owned()));
    }
    let gone = asked.iter().filter(|(key, _)| answered(key)).map(|(key, value)| {
        let end = line_end(text, value.span.end);
        Edit(line_start(text, key.span.start)..(end + 1).min(text.len()), String::new())
    });
    Ok(gone.collect())
}

/// Entries of a flow mapping go with their comma, and a line that holds nothing more goes as a whole.
fn flow_ask_edits(text: &str, asked: &[(Node, Node)], answered: impl Fn(&Node) -> bool) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    let mut kept_end: Option<usize> = None;
    for (key, value) in asked {
        if !answered(key) {
            kept_end = Some(value.span.end);
            continue;
        }
        let after = &text[value.span.end..];
        let rest = after.trim_start();
        let mut from = key.span.start;
        let to = if let Some(behind) = rest.strip_prefix(',') {
            let comma = text.len() - behind.len();
            comma + behind.len() - behind.trim_start_matches(' ').len()
        } else {
            // The last one: the comma before it goes too, unless a comment stands between.
            if let Some(end) = kept_end
                && text[end..from].chars().all(|c| c == ',' || c.is_whitespace())
            {
                from = end;
            }
            value.span.end
        };
        match edits.last_mut() {
            Some(Edit(range, _)) if range.end >= from => range.end = to.max(range.end),
            _ => edits.push(Edit(from..to, String::new())),
        }
        if let Some(Edit(range, _)) = edits.last_mut()
            && range.start > from
        {
            range.start = from;
        }
    }
    for Edit(range, new) in &mut edits {
        let start = line_start(text, range.start);
        let blank_before = text[start..range.start].chars().all(char::is_whitespace);
        let at_line_end = text[range.end..].starts_with('\n');
        if at_line_end && blank_before && start > 0 {
            range.start = start - 1;
        } else if at_line_end && !blank_before {
            // Only the blank before what is gone is left over.
            let trimmed = text[..range.start].trim_end_matches(' ').len();
            range.start = trimmed.max(start);
        }
        new.clear();
    }
    edits
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
        }
    }

    fn json(text: &str) -> serde_json::Value {
        marked::parse(text).unwrap_or_else(|error| panic!("{error:?}\n{text}")).json()
    }

    #[test]
    fn comments_and_layout_survive_and_a_second_run_replaces_the_first() {
        let text = "# top\nversion: 1\nsources: # where\n  # a doc\n  doc: {kind: vendor_doc} # aside\n\nfacts:\n  # first\n  - {is: {a.b: 1}, from: doc} # why\n\n# what is open\nask:\n  c.d: probe\n  # keep me\n  e.f: document\n";
        let once = append(text, &evidence(&["c.d", "g.h"], &["c.d", "g.h"])).expect("it fits");
        assert_eq!(
            once,
            "# top\nversion: 1\nsources: # where\n  # a doc\n  doc: {kind: vendor_doc} # aside\n  probe-s3: {kind: probe}\n\nfacts:\n  # first\n  - {is: {a.b: 1}, from: doc} # why\n  - {is: {c.d: true}, from: probe-s3}\n  - {is: {g.h: true}, from: probe-s3}\n\n# what is open\nask:\n  # keep me\n  e.f: document\n"
        );
        let same = append(&once, &evidence(&["c.d", "g.h"], &["c.d", "g.h"])).expect("it fits");
        assert_eq!(same, once);
        let fewer = append(&once, &evidence(&["g.h"], &["g.h"])).expect("it fits");
        assert_eq!(fewer, once.replace("  - {is: {c.d: true}, from: probe-s3}\n", ""));
    }

    #[test]
    fn facts_of_an_earlier_run_go_wherever_they_stand() {
        let text = "sources:\n  probe-s3: {kind: probe}\nfacts:\n- {is: {x.y: 1}, from: probe-s3} # noted\n-\n  is: {y.z: 1}\n  from: probe-s3\n- {is: {a.b: 1}, from: doc}\nask: {}\n";
        let done = append(text, &evidence(&["c.d"], &[])).expect("it fits");
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
            let done = append(text, &evidence(&["c.d"], &["c.d"])).expect("it fits");
            assert_eq!(done, expected);
            json(&done);
        }
        assert!(append("{a: 1}", &evidence(&["c.d"], &[])).is_err());
        assert!(append("- a", &evidence(&["c.d"], &[])).is_err());
    }

    #[test]
    fn any_part_of_what_was_asked_can_go() {
        let ids = ["a.a", "b.b", "c.c", "d.d", "e.e", "f.f"];
        let texts = [
            "x: 1\nask: {a.a: probe, b.b: probe, c.c: document,\n  d.d: probe, e.e: probe,\n  f.f: attest}\n",
            "x: 1\nask:\n  {a.a: probe,\n   b.b: probe, # why\n   c.c: document,\n   d.d: probe,\n   e.e: probe,\n   f.f: attest,\n  }\nz: 2\n",
            "x: 1\nask:\n  a.a: probe\n  b.b: probe # why\n  c.c: document\n  d.d: probe\n\n  e.e: probe\n  f.f: attest\nz: 2\n",
        ];
        for text in texts {
            for chosen in 0..64_u32 {
                let known: BTreeSet<String> = ids
                    .iter()
                    .enumerate()
                    .filter(|(bit, _)| chosen & (1 << bit) != 0)
                    .map(|(_, id)| (*id).to_owned())
                    .collect();
                let edits = ask_edits(text, &known);
                let done = match edits {
                    Ok(edits) => edited(text, &edits).expect("it fits"),
                    Err(_) if known.len() == ids.len() => continue,
                    Err(error) => panic!("{error:?}"),
                };
                let mut expected = json(text);
                expected["ask"].as_object_mut().expect("a mapping").retain(|key, _| !known.contains(key));
                assert_eq!(json(&done), expected, "{known:?}\n{done}");
                assert!(done.lines().all(|line| line.trim_end() == line), "{known:?}\n{done}");
            }
        }
    }
}
