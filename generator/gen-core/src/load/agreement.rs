//! Schema and loader come to the same verdict, on documents that are almost right.

use std::path::Path;
use std::sync::{Arc, LazyLock};

use jsonschema::Validator;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::marked::parse;
use super::yaml;
use crate::diag::Diagnostic;
use crate::model::{capability, environment, profile, stack, subject, waiver};

type Loader = fn(&str) -> Result<(), Vec<Diagnostic>>;

struct Kind {
    loader: Loader,
    validator: Validator,
    samples: Vec<Value>,
}

fn load<T: serde::de::DeserializeOwned + schemars::JsonSchema>(text: &str) -> Result<(), Vec<Diagnostic>> {
    yaml::read::<T>(&Arc::from("sample.yaml"), text).map(drop)
}

fn sample(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
    parse(&std::fs::read_to_string(path).expect("a sample")).expect("YAML").json()
}

/// The first facts of a provider: the rest is more of the same.
fn short(mut provider: Value) -> Value {
    if let Some(facts) = provider.get_mut("facts").and_then(Value::as_array_mut) {
        facts.truncate(6);
    }
    provider
}

static KINDS: LazyLock<Vec<Kind>> = LazyLock::new(|| {
    let kinds: Vec<(&str, Loader, Vec<Value>)> = vec![
        (
            "stack",
            load::<stack::Stack>,
            vec![sample("stacks/control-plane/stack.yaml"), sample("stacks/foundation/stack.yaml")],
        ),
        (
            "environment",
            load::<environment::Environment>,
            vec![
                sample("stacks/control-plane/environments/prod.yaml"),
                sample("stacks/foundation/environments/prod.yaml"),
            ],
        ),
        (
            "profile",
            load::<profile::Profile>,
            vec![sample("profiles/sovereign.yaml"), sample("profiles/byo.yaml")],
        ),
        ("provider", load::<subject::Provider>, vec![short(sample("profiles/providers/aws.yaml"))]),
        ("product", load::<subject::Product>, vec![short(sample("profiles/products/cnpg.yaml"))]),
        ("as-of", load::<profile::AsOf>, vec![sample("profiles/as-of.yaml")]),
        (
            "capabilities",
            load::<capability::Dictionary>,
            vec![json!({"version": 1, "places": {"EU": ["DE"]}, "capabilities": {
                "a.b": {"type": "bool", "compare": "equals", "answers": "service", "severity": {"all": "blocking"}, "proof": "probe", "ttl": "180d", "means": {"with": "x", "without": "y"}},
                "a.c": {"type": {"set": ["a"], "closed": true}, "compare": "has", "answers": "operator", "severity": {"production": "degraded"}, "proof": "attest", "ttl": "1y", "means": {"with": "x", "without": "y"}},
                "a.d": {"type": {"record": {"rpo": {"duration": "at_most"}}}, "compare": "at_least", "answers": "engine", "severity": {}, "proof": "document", "ttl": "26w", "means": {"with": "x", "without": "y"}}}})],
        ),
        (
            "waivers",
            load::<waiver::Waivers>,
            vec![
                json!({"version": 1, "waivers": [{"env": "prod", "component": "db", "capability": "a.b", "why": "x", "ticket": "T", "author": "a", "approvers": ["b"], "until": "2026-12-01"}]}),
            ],
        ),
        (
            "release",
            load::<waiver::Release>,
            vec![
                json!({"version": 1, "revision": "abc", "images": {"api": "sha256:1"}, "from": "staging", "evidence": []}),
            ],
        ),
    ];
    let schemas = crate::schema::inputs();
    kinds
        .into_iter()
        .map(|(name, loader, samples)| {
            let schema = schemas.iter().find(|(known, _)| *known == name).expect("a schema");
            Kind { loader, validator: super::faults::validator(&schema.1).expect("a validator"), samples }
        })
        .collect()
});

/// Values that are nearly right somewhere.
fn scalar() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!(null),
        json!(true),
        json!(false),
        json!(0),
        json!(1),
        json!(2),
        json!(-1),
        json!(13),
        json!(14),
        json!(100),
        json!(255),
        json!(256),
        json!(65535),
        json!(65536),
        json!(70000),
        json!(4_294_967_296_u64),
        json!(0.5),
        json!(49.9),
        json!(99.9),
        json!(101),
        json!(""),
        json!("a"),
        json!("aws"),
        json!("AWS"),
        json!("a-b"),
        json!("a--b"),
        json!("-a"),
        json!("a_b"),
        json!("a.b"),
        json!("db"),
        json!("a-very-long-name-that-is-longer-than-any-limit"),
        json!("5m"),
        json!("05m"),
        json!("5 m"),
        json!("90d"),
        json!("7y"),
        json!("300ms"),
        json!("0ms"),
        json!("250Gi"),
        json!("250GB"),
        json!("2026-11-20"),
        json!("2026-13-01"),
        json!("2026-02-30"),
        json!("DE"),
        json!("de"),
        json!("10.20.0.0/16"),
        json!("10.256.0.0/16"),
        json!("standard"),
        json!("production"),
        json!("s"),
        json!("xl"),
        json!("read"),
        json!("1.34"),
        json!("1.3"),
        json!("example/platform"),
        json!("a/b/c"),
        json!([]),
        json!({}),
        json!(["a"]),
        json!([1]),
        json!({"a": 1}),
        json!({"type": "secrets"}),
        json!({"type": "postgres"}),
        json!({"provider": "aws"}),
    ])
}

/// Every place in a document, as pointers.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                places(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                places(value, &format!("{at}/{index}"), found);
            }
        }
        _ => {}
    }
}

fn mutate(document: &Value, place: prop::sample::Index, how: u8, with: &Value) -> Value {
    let mut document = document.clone();
    let mut all = Vec::new();
    places(&document, "", &mut all);
    let pointer: &String = place.get(&all);
    let Some(target) = document.pointer_mut(pointer) else { return document };
    let first = |map: &Map<String, Value>| map.keys().next().cloned();
    match (how % 4, target) {
        (0, target) => *target = with.clone(),
        (1, Value::Object(map)) => drop(first(map).and_then(|key| map.remove(&key))),
        (2, Value::Object(map)) => drop(map.insert("surplus".to_owned(), with.clone())),
        (3, Value::Object(map)) => {
            if let Some((key, value)) = first(map).and_then(|key| map.remove_entry(&key)) {
                map.insert(format!("{key}x"), value);
            }
        }
        (_, Value::Array(items)) => items.push(with.clone()),
        (_, target) => *target = with.clone(),
    }
    document
}

#[test]
fn samples_are_right() {
    for kind in KINDS.iter() {
        for sample in &kind.samples {
            assert!(kind.validator.is_valid(sample), "{:?}", kind.validator.iter_errors(sample).next());
            assert_eq!((kind.loader)(&sample.to_string()).err().map(|faults| faults.len()), None);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn schema_and_loader_agree(
        kind in any::<prop::sample::Index>(),
        sample in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), scalar()), 1..3),
    ) {
        let kind = kind.get(&KINDS);
        let mut document = sample.get(&kind.samples).clone();
        for (place, how, with) in &changes {
            document = mutate(&document, *place, *how, with);
        }
        let by_schema = kind.validator.is_valid(&document);
        let by_loader = (kind.loader)(&document.to_string());
        let complaint = kind.validator.iter_errors(&document).next().map(|error| format!("{} at {}", error, error.instance_path()));
        prop_assert_eq!(by_schema, by_loader.is_ok(), "schema: {:?}\nloader: {:?}\n{}", complaint, by_loader.err(), document);
    }
}
