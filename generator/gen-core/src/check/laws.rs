//! The laws of `docs/matrix-rules.md` §7, on random matrices.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::matrix::{Matrix, SubjectFacts};
use super::truth::Truth;
use super::verdict::{Verdict, VerdictKind, judge};
use super::{Question, Requirement, Site};
use crate::model::capability::{Dictionary, Severity};
use crate::model::names::{CapabilityId, ComponentName, RegionName, SubjectName};
use crate::model::profile::UnknownPolicy;
use crate::model::subject::{Confidence, Fact, Source};
use crate::model::units::Date;

fn dictionary() -> Arc<Dictionary> {
    let common = json!({"answers": "service", "severity": {"all": "blocking"}, "proof": "probe", "ttl": "180d", "means": {"with": "a", "without": "b"}});
    let capability = |kind: Value, compare: &str| {
        let mut entry = common.clone();
        entry["type"] = kind;
        entry["compare"] = json!(compare);
        entry
    };
    let dictionary = json!({"version": 1, "capabilities": {
        "c.has": capability(json!({"set": ["a", "b", "c"], "closed": true}), "has"),
        "c.some": capability(json!({"set": ["a", "b", "c"]}), "overlaps"),
        "c.in": capability(json!({"set": "open"}), "within"),
        "c.level": capability(json!({"level": ["a", "b", "c"]}), "at_least"),
        "c.flag": capability(json!("bool"), "equals"),
    }});
    Arc::new(serde_json::from_value(dictionary).expect("a dictionary"))
}

fn value(id: &'static str) -> BoxedStrategy<Value> {
    match id {
        "c.level" => prop_oneof![Just(json!("a")), Just(json!("b")), Just(json!("c"))].boxed(),
        "c.flag" => any::<bool>().prop_map(|flag| json!(flag)).boxed(),
        _ => prop::sample::subsequence(vec!["a", "b", "c"], 1..=3).prop_map(|words| json!(words)).boxed(),
    }
}

fn id() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["c.has", "c.some", "c.in", "c.level", "c.flag"])
}

fn fact() -> impl Strategy<Value = Value> {
    // A third party, documents, a probe: each as certain as it may be, or less.
    let confidences = ["probed", "documented", "attested", "reported", "inferred", "unverified", "unknown"];
    let (third_party, document) = (&confidences[3..], &confidences[1..]);
    let sources: Vec<(&str, &str)> = [("s0", third_party), ("s1", document), ("s2", &confidences)]
        .into_iter()
        .flat_map(|(source, allowed)| allowed.iter().map(move |confidence| (source, *confidence)))
        .collect();
    let source = prop::sample::select(sources);
    let part = id().prop_flat_map(|id| value(id).prop_map(move |value| (id, value)));
    (part, source, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |((id, value), (source, confidence), negative, regional, old)| {
            let part = if negative && id != "c.in" { "not" } else { "is" };
            let mut fact = json!({part: {id: value}, "from": source, "confidence": confidence});
            if regional {
                fact["scope"] = json!({"regions": ["here"]});
            }
            if old {
                fact["expires"] = json!("2026-11-19");
            }
            fact
        },
    )
}

fn case() -> impl Strategy<Value = (Vec<Value>, &'static str, Value)> {
    let asked = id().prop_flat_map(|id| value(id).prop_map(move |value| (id, value)));
    (prop::collection::vec(fact(), 0..8), asked).prop_map(|(facts, (id, value))| (facts, id, value))
}

fn verdict(facts: &[Value], id: &str, value: &Value, region: &str) -> Verdict {
    let source =
        |kind: &str| json!({"kind": kind, "confidence": "reported", "at": "x", "read": "2026-11-20"});
    let sources: BTreeMap<String, Source> = serde_json::from_value(
        json!({"s0": source("third_party"), "s1": source("vendor_doc"), "s2": source("probe")}),
    )
    .expect("sources");
    let facts: Vec<Fact> =
        facts.iter().map(|fact| serde_json::from_value(fact.clone()).expect("a fact")).collect();
    let name = SubjectName::parse("subject").expect("a name");
    let subject = SubjectFacts {
        name: &name,
        file: Arc::from("f"),
        sources: &sources,
        facts: &facts,
        regions: None,
        services: None,
    };
    let as_of = Date::parse("2026-11-20").expect("a date");
    let (matrix, faults) = Matrix::build(dictionary(), as_of, std::iter::once(subject));
    assert!(faults.is_empty(), "{faults:?}");
    let requirement = Requirement {
        component: ComponentName::parse("db").expect("a name"),
        capability: CapabilityId::parse(id).expect("an id"),
        value: value.clone().into(),
        site: Site::Primary,
        severity: Severity::Blocking,
        origins: Vec::new(),
        question: Question { subject: name.clone(), region: RegionName::parse(region).ok(), service: None },
    };
    let policy: UnknownPolicy =
        serde_json::from_value(json!({"blocking": "refuse", "degraded": "warn", "advisory": "note"}))
            .expect("a policy");
    judge(&matrix, requirement, policy, None, &[]).expect("a verdict")
}

proptest! {
    #[test]
    fn unknown_never_improves((facts, id, value) in case(), index in any::<prop::sample::Index>()) {
        prop_assume!(!facts.is_empty());
        let before = verdict(&facts, id, &value, "here");
        let mut worse = facts.clone();
        worse[index.index(facts.len())]["confidence"] = json!("unknown");
        let after = verdict(&worse, id, &value, "here");
        prop_assert!(before.kind == VerdictKind::Satisfied || after.kind != VerdictKind::Satisfied);
    }

    #[test]
    fn expiry_moves_to_unknown_only((facts, id, value) in case()) {
        let old: Vec<Value> = facts.iter().cloned().map(|mut fact| { fact["expires"] = json!("2026-11-19"); fact }).collect();
        prop_assert_eq!(verdict(&old, id, &value, "here").truth, Truth::Unknown);
    }

    #[test]
    fn order_never_matters((facts, id, value) in case(), seed in any::<u64>()) {
        let mut shuffled = facts.clone();
        let length = shuffled.len().max(1);
        shuffled.rotate_left(usize::try_from(seed % length as u64).unwrap_or(0));
        let (a, b) = (verdict(&facts, id, &value, "here"), verdict(&shuffled, id, &value, "here"));
        prop_assert_eq!((a.truth, a.kind), (b.truth, b.kind));
    }

    #[test]
    fn regional_claims_do_not_leak((facts, id, value) in case()) {
        let global: Vec<Value> = facts.iter().filter(|fact| fact.get("scope").is_none()).cloned().collect();
        let (a, b) = (verdict(&facts, id, &value, "elsewhere"), verdict(&global, id, &value, "elsewhere"));
        prop_assert_eq!((a.truth, a.kind), (b.truth, b.kind));
    }

    #[test]
    fn satisfied_cites_live_evidence((facts, id, value) in case()) {
        let found = verdict(&facts, id, &value, "here");
        let as_of = Date::parse("2026-11-20").expect("a date");
        let strong = |confidence| matches!(confidence, Confidence::Probed | Confidence::Documented | Confidence::Attested);
        if found.kind == VerdictKind::Satisfied {
            prop_assert!(!found.cites().is_empty());
            prop_assert!(found.cites().iter().all(|claim| claim.expires >= as_of && strong(claim.confidence)));
        } else {
            prop_assert!(found.cites().is_empty());
        }
    }
}
