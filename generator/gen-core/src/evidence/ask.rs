//! Taking what is known now out of what a subject's file asks.

use std::collections::BTreeSet;

use super::append::{Edit, Unfit, entries, is_flow, line_end, line_start, value};
use crate::load::marked::{Kind, Node};

/// The edits that leave out what is known.
pub(super) fn ask_edits(text: &str, known: &BTreeSet<String>) -> Result<Vec<Edit>, Unfit> {
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
    use super::super::append::edited;
    use super::*;
    use crate::load::marked;

    fn json(text: &str) -> serde_json::Value {
        marked::parse(text).unwrap_or_else(|error| panic!("{error:?}\n{text}")).json()
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
