//! A YAML document as a tree that knows where each part is written; built only when something is to be shown.

use std::collections::BTreeMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, StructureStyle};
use serde_json::{Map, Number, Value};

use crate::diag::{Route, Spot, Step};

/// Deepest nesting.
const DEEPEST: usize = 64;
/// Most nodes, aliases expanded.
const MOST_NODES: usize = 100_000;
/// Most aliases.
const MOST_ALIASES: usize = 1_000;

/// A part of a document.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// What it is.
    pub kind: Kind,
    /// Bytes from its first to behind its last character.
    pub span: Range<usize>,
    /// Written with a tag, such as `!!str`.
    pub tagged: bool,
}

/// What a node is.
#[derive(Debug, Clone)]
pub(crate) enum Kind {
    /// A scalar and whether it is written without quotes.
    Scalar(String, bool),
    /// A sequence.
    Sequence(Vec<Node>),
    /// A mapping, in the order in which it is written, repeated keys included.
    Mapping(Vec<(Node, Node)>),
}

/// Why there is no tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// Not well-formed: byte offset and what the parser says.
    Syntax(usize, String),
    /// Too deep or too large.
    Limit(usize, &'static str),
}

struct Builder {
    nodes: usize,
    aliases: usize,
    anchors: BTreeMap<usize, Node>,
}

/// Parses one document.
pub(crate) fn parse(text: &str) -> Result<Node, Failure> {
    let mut events = Vec::new();
    for event in Parser::new_from_str(text) {
        match event {
            Ok((event, span)) => {
                let range = span.byte_range().unwrap_or(0..0);
                if matches!(event, Event::DocumentStart(..))
                    && events.iter().any(|(event, _)| matches!(event, Event::DocumentStart(..)))
                {
                    return Err(Failure::Syntax(
                        range.start,
                        "a second document; each file holds one".to_owned(),
                    ));
                }
                events.push((event, range));
                if events.len() > 4 * MOST_NODES {
                    return Err(Failure::Limit(0, "more than 100 000 nodes"));
                }
            }
            Err(error) => {
                let offset = error.marker().byte_offset().unwrap_or(text.len());
                return Err(Failure::Syntax(offset.min(text.len()), error.info().clone()));
            }
        }
    }
    let mut builder = Builder { nodes: 0, aliases: 0, anchors: BTreeMap::new() };
    let mut events = events
        .into_iter()
        .filter(|(event, _)| event.is_node() || matches!(event, Event::MappingEnd | Event::SequenceEnd))
        .peekable();
    match events.next() {
        Some((event, range)) => builder.node(event, range, &mut events, 0),
        None => Ok(Node { kind: Kind::Scalar(String::new(), true), span: 0..0, tagged: false }),
    }
}

impl Builder {
    fn node<'a>(
        &mut self,
        event: Event<'a>,
        range: Range<usize>,
        events: &mut impl Iterator<Item = (Event<'a>, Range<usize>)>,
        depth: usize,
    ) -> Result<Node, Failure> {
        self.nodes += 1;
        if depth > DEEPEST {
            return Err(Failure::Limit(range.start, "nested deeper than 64 levels"));
        }
        if self.nodes > MOST_NODES {
            return Err(Failure::Limit(range.start, "more than 100 000 nodes, aliases expanded"));
        }
        let tagged = match &event {
            Event::Scalar(_, _, _, tag)
            | Event::SequenceStart(_, _, tag)
            | Event::MappingStart(_, _, tag) => tag.is_some(),
            _ => false,
        };
        let (kind, end, anchor) = match event {
            // The parser gives `~` for a value that is left out.
            Event::Scalar(_, ScalarStyle::Plain, anchor, _) if range.is_empty() => {
                (Kind::Scalar(String::new(), true), range.end, anchor)
            }
            Event::Scalar(text, style, anchor, _) => {
                (Kind::Scalar(text.into_owned(), style == ScalarStyle::Plain), range.end, anchor)
            }
            Event::SequenceStart(style, anchor, _) => {
                let mut items = Vec::new();
                let mut end = range.end;
                while let Some((event, range)) = events.next() {
                    if matches!(event, Event::SequenceEnd) {
                        // Where a block ends is only known from what follows it; a flow ends with its bracket.
                        end = if style == StructureStyle::Flow { range.end } else { end };
                        break;
                    }
                    let item = self.node(event, range, events, depth + 1)?;
                    end = end.max(item.span.end);
                    items.push(item);
                }
                (Kind::Sequence(items), end, anchor)
            }
            Event::MappingStart(style, anchor, _) => {
                let mut entries = Vec::new();
                let mut end = range.end;
                while let Some((event, range)) = events.next() {
                    if matches!(event, Event::MappingEnd) {
                        end = if style == StructureStyle::Flow { range.end } else { end };
                        break;
                    }
                    let key = self.node(event, range, events, depth + 1)?;
                    let Some((event, range)) = events.next() else { break };
                    let value = self.node(event, range, events, depth + 1)?;
                    end = end.max(key.span.end).max(value.span.end);
                    entries.push((key, value));
                }
                (Kind::Mapping(entries), end, anchor)
            }
            Event::Alias(id) => return self.alias(id, range),
            _ => return Err(Failure::Syntax(range.start, "this is not a value".to_owned())),
        };
        let node = Node { kind, span: range.start..end.max(range.start), tagged };
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    fn alias(&mut self, id: usize, range: Range<usize>) -> Result<Node, Failure> {
        let Some(target) = self.anchors.get(&id) else {
            return Err(Failure::Syntax(range.start, "an alias inside what it stands for".to_owned()));
        };
        self.aliases += 1;
        self.nodes += count(target);
        if self.aliases > MOST_ALIASES {
            return Err(Failure::Limit(range.start, "more than 1 000 aliases"));
        }
        if self.nodes > MOST_NODES {
            return Err(Failure::Limit(range.start, "more than 100 000 nodes, aliases expanded"));
        }
        Ok(Node { span: range, ..target.clone() })
    }
}

fn count(node: &Node) -> usize {
    1 + match &node.kind {
        Kind::Scalar(..) => 0,
        Kind::Sequence(items) => items.iter().map(count).sum(),
        Kind::Mapping(entries) => entries.iter().map(|(key, value)| count(key) + count(value)).sum(),
    }
}

impl Node {
    /// The text of a scalar.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar(text, _) => Some(text),
            _ => None,
        }
    }

    /// The document as JSON, by the core schema of YAML 1.2.2 (§10.3); the first of repeated keys counts.
    pub(crate) fn json(&self) -> Value {
        match &self.kind {
            Kind::Scalar(text, true) => plain(text),
            Kind::Scalar(text, false) => Value::String(text.clone()),
            Kind::Sequence(items) => items.iter().map(Self::json).collect(),
            Kind::Mapping(entries) => {
                let mut map = Map::new();
                for (key, value) in entries {
                    map.entry(key.text().unwrap_or_default().to_owned()).or_insert_with(|| value.json());
                }
                Value::Object(map)
            }
        }
    }

    /// Key (if the last step is one) and value at a route.
    pub(crate) fn find(&self, route: &Route) -> Option<(Option<&Node>, &Node)> {
        let mut found = (None, self);
        for step in &route.0 {
            found = match (&found.1.kind, step) {
                (Kind::Mapping(entries), Step::Key(wanted)) => {
                    let (key, value) = entries.iter().find(|(key, _)| key.text() == Some(wanted))?;
                    (Some(key), value)
                }
                (Kind::Sequence(items), Step::Index(index)) => (None, items.get(*index)?),
                _ => return None,
            };
        }
        Some(found)
    }

    /// The bytes that a spot stands for. A route that leads nowhere stands for the deepest part of it that exists.
    pub(crate) fn locate(&self, spot: &Spot) -> Option<Range<usize>> {
        let (route, key) = match spot {
            Spot::File => return None,
            Spot::Bytes(from, to) => return Some(*from..*to),
            Spot::Value(route) => (route, false),
            Spot::Key(route) => (route, true),
        };
        let mut route = route.clone();
        loop {
            if let Some((found_key, value)) = self.find(&route) {
                return Some(match found_key {
                    Some(found) if key || value.span.is_empty() => found.span.clone(),
                    _ => value.span.clone(),
                });
            }
            route.0.pop()?;
        }
    }
}

/// What a word without quotes is; those that readers disagree about are reported as traps before anybody relies on this.
fn plain(text: &str) -> Value {
    match text {
        "" | "null" => return Value::Null,
        "true" => return Value::Bool(true),
        "false" => return Value::Bool(false),
        _ => {}
    }
    if text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.')) {
        if let Ok(number) = text.parse::<i64>() {
            return Value::Number(number.into());
        }
        if let Ok(number) = text.parse::<u64>() {
            return Value::Number(number.into());
        }
        if let Some(number) = text.parse::<f64>().ok().and_then(Number::from_f64) {
            return Value::Number(number);
        }
    }
    Value::String(text.to_owned())
}
