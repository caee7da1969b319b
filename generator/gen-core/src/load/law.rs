//! The law that holds schemas and loader together: what an editor accepts by the schema is what `gen` reads.

use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::marked::{Kind, Node, parse};
use super::shape::Shape;
use super::{faults, secrets, traps, yaml};
use crate::diag::Fault;
use crate::model::capability::Dictionary;
use crate::model::environment::Environment;
use crate::model::framework::Frameworks;
use crate::model::profile::{AsOf, Profile};
use crate::model::stack::Stack;
use crate::model::subject::{Product, Provider};
use crate::model::waiver::{Release, Waivers};

/// A document that can be changed and written again.
#[derive(Debug, Clone)]
enum Doc {
    Plain(String),
    Quoted(String),
    List(Vec<Doc>),
    Map(Vec<(Doc, Doc)>),
}

impl From<&Node> for Doc {
    fn from(node: &Node) -> Self {
        match &node.kind {
            Kind::Scalar(text, true) if safe(text) => Self::Plain(text.clone()),
            Kind::Scalar(text, _) => Self::Quoted(text.clone()),
            Kind::Sequence(items) => Self::List(items.iter().map(Self::from).collect()),
            Kind::Mapping(entries) => {
                Self::Map(entries.iter().map(|(key, value)| (key.into(), value.into())).collect())
            }
        }
    }
}

/// Can be written without quotes wherever it stands.
fn safe(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-+/".contains(&b)) && !text.starts_with('-')
        || text.parse::<f64>().is_ok()
}

impl Doc {
    fn flow(&self, out: &mut String) {
        match self {
            Self::Plain(text) => out.push_str(text),
            Self::Quoted(text) => out.push_str(&Value::from(text.as_str()).to_string()),
            Self::List(items) => {
                out.push('[');
                for item in items {
                    item.flow(out);
                    out.push_str(", ");
                }
                out.push(']');
            }
            Self::Map(entries) => {
                out.push('{');
                for (key, value) in entries {
                    key.flow(out);
                    out.push_str(": ");
                    value.flow(out);
                    out.push_str(", ");
                }
                out.push('}');
            }
        }
    }

    fn block(&self, indent: usize, depth: usize, out: &mut String) {
        match self {
            Self::Map(entries) if depth > 0 && !entries.is_empty() => {
                for (key, value) in entries {
                    out.push('\n');
                    out.push_str(&" ".repeat(indent));
                    key.flow(out);
                    out.push_str(": ");
                    value.block(indent + 2, depth - 1, out);
                }
            }
            Self::List(items) if depth > 0 && !items.is_empty() => {
                for item in items {
                    out.push('\n');
                    out.push_str(&" ".repeat(indent));
                    out.push_str("- ");
                    item.block(indent + 2, 0, out);
                }
            }
            other => other.flow(out),
        }
    }

    fn count(&self) -> usize {
        1 + match self {
            Self::Plain(_) | Self::Quoted(_) => 0,
            Self::List(items) => items.iter().map(Self::count).sum(),
            Self::Map(entries) => entries.iter().map(|(_, value)| value.count()).sum(),
        }
    }

    /// The node with this number, counted from the root.
    fn at(&mut self, number: usize) -> Option<&mut Self> {
        let mut left = number;
        self.descend(&mut left)
    }

    fn descend(&mut self, left: &mut usize) -> Option<&mut Self> {
        if *left == 0 {
            return Some(self);
        }
        *left -= 1;
        match self {
            Self::Plain(_) | Self::Quoted(_) => None,
            Self::List(items) => items.iter_mut().find_map(|item| item.descend(left)),
            Self::Map(entries) => entries.iter_mut().find_map(|(_, value)| value.descend(left)),
        }
    }
}

/// Scalars that readers of YAML tend to disagree about, and the ends of the ranges of numbers.
const PLAIN: &[&str] = &[
    "",
    "null",
    "Null",
    "NULL",
    "~",
    "true",
    "True",
    "TRUE",
    "false",
    "False",
    "tRue",
    "0",
    "-0",
    "1",
    "+1",
    "-1",
    "2",
    "13",
    "14",
    "49",
    "50",
    "50.5",
    "99",
    "100",
    "100.5",
    "101",
    "255",
    "256",
    "16384",
    "16385",
    "65535",
    "65536",
    "4294967295",
    "4294967296",
    "18446744073709551615",
    "-9223372036854775808",
    "1.5",
    ".5",
    "-.5",
    "5.",
    "007",
    "1_0",
    "0x10",
    "0o7",
    "1e2",
    "1e400",
    ".inf",
    "nan",
    "inf",
    "Infinity",
    "2026-11-20",
    "12:30",
    "no",
    "on",
    "yes",
    "y",
    "s",
    "m",
    "data",
    "$places",
    "word",
    "a.b",
    "<<",
    "=",
    "EU",
    "30d",
    "5m",
];

const QUOTED: &[&str] = &[
    "",
    " ",
    "1",
    "true",
    "null",
    "no",
    "s",
    "EU",
    "de",
    "30d",
    "030d",
    "1000000d",
    "9999999d",
    "30 d",
    "5ms",
    "05ms",
    "0ms",
    "ms",
    "1.34",
    "1.3",
    "1.340",
    "10.0.0.0/16",
    "10.256.0.0/16",
    "10.020.0.0/16",
    "2026-02-29",
    "2028-02-29",
    "2026-13-01",
    "0000-01-01",
    "9999-12-31",
    "10000-01-01",
    "2026-11-20T00:00:00Z",
    "250Gi",
    "0Gi",
    "1000000Ti",
    "a/b",
    "a//b",
    "/",
    "a.b",
    "a..b",
    "A",
    "Ä",
    "\u{e9}",
    "a\n",
    "\n",
    "a b",
    "x-",
    "-x",
    "x--y",
    "$places",
    "data",
    "postgres",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "\u{0661}d",
    "sha256:00",
];

#[derive(Debug, Clone)]
enum Change {
    Plain(usize),
    Quoted(usize),
    Near(u8),
    Delete(usize),
    Rename(usize, usize),
    Insert(usize, usize),
    Duplicate(usize),
    Empty(bool),
    Wrap,
    Unwrap,
    Copy(usize),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => (0..PLAIN.len()).prop_map(Change::Plain),
        4 => (0..QUOTED.len()).prop_map(Change::Quoted),
        3 => (0..8u8).prop_map(Change::Near),
        2 => any::<usize>().prop_map(Change::Delete),
        2 => (any::<usize>(), 0..PLAIN.len() + QUOTED.len()).prop_map(|(a, b)| Change::Rename(a, b)),
        2 => (0..PLAIN.len() + QUOTED.len(), 0..PLAIN.len()).prop_map(|(a, b)| Change::Insert(a, b)),
        1 => any::<usize>().prop_map(Change::Duplicate),
        1 => any::<bool>().prop_map(Change::Empty),
        1 => Just(Change::Wrap),
        1 => Just(Change::Unwrap),
        2 => any::<usize>().prop_map(Change::Copy),
    ]
}

fn key(number: usize) -> Doc {
    match PLAIN.get(number) {
        Some(text) => Doc::Plain((*text).to_owned()),
        None => Doc::Quoted(QUOTED[number - PLAIN.len()].to_owned()),
    }
}

fn near(text: &str, how: u8) -> String {
    match how {
        0 => format!("{text}-"),
        1 => text.to_uppercase(),
        2 => format!("{text}0"),
        3 => text.chars().skip(1).collect(),
        4 => format!("{text}\n"),
        5 => text.repeat(20),
        6 => format!("{text}\u{e9}"),
        _ => text.chars().rev().collect(),
    }
}

fn apply(doc: &mut Doc, number: usize, change: &Change) {
    let count = doc.count();
    let other = match change {
        Change::Copy(from) => doc.at(from % count).cloned(),
        _ => None,
    };
    let Some(node) = doc.at(number % count) else { return };
    match (change, &mut *node) {
        (Change::Plain(at), _) => *node = Doc::Plain(PLAIN[*at].to_owned()),
        (Change::Quoted(at), _) => *node = Doc::Quoted(QUOTED[*at].to_owned()),
        (Change::Near(how), Doc::Plain(text) | Doc::Quoted(text)) => *node = Doc::Quoted(near(text, *how)),
        (Change::Delete(at), Doc::Map(entries)) if !entries.is_empty() => {
            entries.remove(at % entries.len());
        }
        (Change::Rename(at, name), Doc::Map(entries)) if !entries.is_empty() => {
            let at = at % entries.len();
            entries[at].0 = key(*name);
        }
        (Change::Insert(name, value), Doc::Map(entries)) => {
            entries.push((key(*name), Doc::Plain(PLAIN[*value].to_owned())));
        }
        (Change::Duplicate(at), Doc::Map(entries)) if !entries.is_empty() => {
            entries.push(entries[at % entries.len()].clone());
        }
        (Change::Empty(list), _) => *node = if *list { Doc::List(Vec::new()) } else { Doc::Map(Vec::new()) },
        (Change::Wrap, _) => *node = Doc::List(vec![node.clone()]),
        (Change::Unwrap, Doc::List(items)) if !items.is_empty() => *node = items[0].clone(),
        (Change::Copy(_), _) => {
            if let Some(other) = other.filter(|other| other.count() < 200) {
                *node = other;
            }
        }
        _ => {}
    }
}

/// A kind of file: its schema, how it is read, and valid samples.
struct Sample {
    kind: &'static str,
    doc: Doc,
    shape: Arc<Shape>,
    fast: fn(&str) -> Result<(), serde_yaml::Error>,
}

fn sample<T: DeserializeOwned + schemars::JsonSchema>(kind: &'static str, text: &str) -> Sample {
    Sample {
        kind,
        doc: Doc::from(&parse(text).expect(kind)),
        shape: Arc::new(Shape::of::<T>()),
        fast: |text| yaml::fast::<T>(text).map(drop),
    }
}

impl Sample {
    fn read(&self, text: &str) -> Result<(), yaml::Faulty> {
        yaml::judge(&"file.yaml".into(), &text.into(), (self.fast)(text), || self.shape.clone())
    }
}

fn samples() -> Vec<Sample> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let shipped = |path: &str| std::fs::read_to_string(root.join(path)).expect(path);
    vec![
        sample::<Stack>("stack", &shipped("stacks/control-plane/stack.yaml")),
        sample::<Stack>("stack", include_str!("samples/stack.yaml")),
        sample::<Environment>("environment", &shipped("stacks/control-plane/environments/prod.yaml")),
        sample::<Environment>("environment", include_str!("samples/environment.yaml")),
        sample::<Waivers>("waivers", include_str!("samples/waivers.yaml")),
        sample::<Release>("release", include_str!("samples/release.yaml")),
        sample::<Profile>("profile", &shipped("profiles/sovereign.yaml")),
        sample::<Profile>("profile", include_str!("samples/profile.yaml")),
        sample::<AsOf>("as-of", &shipped("profiles/as-of.yaml")),
        sample::<Frameworks>("frameworks", &shipped("profiles/frameworks.yaml")),
        sample::<Dictionary>("capabilities", include_str!("samples/capabilities.yaml")),
        sample::<Provider>("provider", include_str!("samples/provider.yaml")),
        sample::<Product>("product", &shipped("profiles/products/openbao.yaml")),
    ]
}

thread_local! {
    static SAMPLES: Vec<Sample> = samples();
}

fn odd_keys(node: &Node) -> bool {
    let mut found = false;
    faults::keys(node, &mut |_, _| found = true);
    found
}

fn judge(sample: &Sample, text: &str) -> Result<(), TestCaseError> {
    let kind = sample.kind;
    let fast = (sample.fast)(text);
    let read = sample.read(text);
    let Ok(tree) = parse(text) else {
        prop_assert!(fast.is_err() && read.is_err(), "{kind}: read what does not parse\n{text}");
        return Ok(());
    };
    let (mut words, mut literals, mut crooked) = (Vec::new(), Vec::new(), Vec::new());
    traps::collect(&tree, &mut words);
    secrets::collect(&tree, None, &mut literals);
    faults::invisible(&tree, &mut literals);
    faults::crooked(&tree, &mut crooked);
    let plain =
        words.is_empty() && literals.is_empty() && !odd_keys(&tree) && secrets::tokens(text).is_empty();
    let accepted = sample.shape.accepts(&tree.json());
    prop_assert_eq!(
        read.is_ok(),
        plain && accepted && fast.is_ok(),
        "{}: read {:?}, fast {:?}, schema {}\n{}",
        kind,
        read,
        fast,
        accepted,
        text
    );
    // JSON Schema takes 16.0 for a whole number; the model does not.
    if plain && crooked.is_empty() {
        prop_assert_eq!(fast.is_ok(), accepted, "{}: fast {:?}, read {:?}\n{}", kind, fast, read, text);
    }
    for diagnostic in read.err().map(|faulty| faulty.found).unwrap_or_default() {
        let place = diagnostic.place.clone();
        prop_assert!(
            diagnostic.fault.code() < Fault::UnknownName.code() || diagnostic.fault == Fault::LiteralSecret
        );
        let Some(place) = place else { return Err(TestCaseError::fail("a fault without a place")) };
        if place.spot != crate::diag::Spot::File {
            prop_assert!(super::locate(text, &place.spot).is_some(), "{:?} is nowhere in\n{}", place, text);
        }
    }
    Ok(())
}

#[test]
fn samples_are_valid() {
    SAMPLES.with(|samples| {
        for sample in samples {
            for depth in [0, 1, 3] {
                let mut text = String::new();
                sample.doc.block(0, depth, &mut text);
                if let Err(faulty) = sample.read(&text) {
                    panic!("{}: {:?}\n{text}", sample.kind, faulty.found);
                }
            }
        }
    });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8 * ProptestConfig::default().cases, ..ProptestConfig::default() })]

    #[test]
    fn schema_and_loader_give_one_verdict(
        which in any::<prop::sample::Index>(),
        depth in 0..4usize,
        changes in prop::collection::vec((any::<usize>(), change()), 1..3),
    ) {
        SAMPLES.with(|samples| {
            let sample = &samples[which.index(samples.len())];
            let mut doc = sample.doc.clone();
            for (number, change) in &changes {
                apply(&mut doc, *number, change);
            }
            let mut text = String::new();
            doc.block(0, depth, &mut text);
            judge(sample, &text)
        })?;
    }
}
