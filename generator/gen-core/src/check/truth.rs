//! Three-valued comparison of what is asked with what is claimed: `docs/matrix-rules.md` §2 and §3.

use serde::Serialize;

use crate::model::capability::{Capability, Compare, Proof, SetType, ValueType};
use crate::model::subject::Confidence;
use crate::model::units::Date;

use super::matrix::Claim;
use super::value::{Value, holds};

/// Kleene's third value between *no* and *yes*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    /// It is lacking.
    No,
    /// Nobody knows.
    Unknown,
    /// It is there.
    Yes,
}

/// What one claim says about what is asked, before anybody asks how far it is believed.
pub(super) fn compare(capability: &Capability, asked: &Value, claim: &Claim) -> Truth {
    let (is, not) = (claim.is.as_ref(), claim.not.as_ref());
    let (yes, no) = match (capability.compare, &capability.kind, asked) {
        (Compare::Has, ValueType::Set(set), Value::Set(asked)) => {
            let lacking = |member| is_lacking(set, member, is, not);
            (asked.iter().all(|member| contains(is, member)), asked.iter().any(lacking))
        }
        (Compare::Overlaps, ValueType::Set(set), Value::Set(asked)) => {
            let lacking = |member| is_lacking(set, member, is, not);
            let has = |member| contains(is, member) && !contains(not, member);
            (asked.iter().any(has), asked.iter().all(lacking))
        }
        (Compare::Within, _, Value::Set(asked)) => match is {
            // An empty list names nothing, so it says nothing about where things are.
            Some(Value::Set(offered)) => {
                (!offered.is_empty() && offered.is_subset(asked), !offered.is_subset(asked))
            }
            _ => (false, false),
        },
        (Compare::AtLeast, ValueType::Record(record), Value::Record(asked)) => match is {
            Some(Value::Record(offered)) => {
                let field = |name: &str| record.record.get(name).copied();
                let verdicts = asked.iter().map(|(name, wanted)| match (field(name), offered.get(name)) {
                    (Some(kind), Some(found)) => {
                        if holds(kind, *wanted, *found) {
                            Truth::Yes
                        } else {
                            Truth::No
                        }
                    }
                    _ => Truth::Unknown,
                });
                match verdicts.min().unwrap_or(Truth::Yes) {
                    Truth::Yes => (true, false),
                    Truth::No => (false, true),
                    Truth::Unknown => (false, false),
                }
            }
            _ => (false, false),
        },
        (Compare::AtLeast, _, Value::Level(asked)) => {
            let offered = match is {
                Some(Value::Level(level)) => Some(level),
                _ => None,
            };
            let below = matches!(not, Some(Value::Level(level)) if asked >= level);
            (
                offered.is_some_and(|offered| offered >= asked),
                offered.is_some_and(|offered| offered < asked) || below,
            )
        }
        (Compare::Equals, _, Value::Bool(asked)) => {
            let (has, lacks) = (bool_of(is), bool_of(not));
            (has == Some(*asked) || lacks == Some(!*asked), has == Some(!*asked) || lacks == Some(*asked))
        }
        (Compare::Equals, _, Value::Word(asked)) => {
            let word = |value: Option<&Value>| match value {
                Some(Value::Word(word)) => Some(word == asked),
                _ => None,
            };
            (word(is) == Some(true), word(is) == Some(false) || word(not) == Some(true))
        }
        _ => (false, false),
    };
    match (yes, no) {
        (_, true) => Truth::No,
        (true, false) => Truth::Yes,
        (false, false) => Truth::Unknown,
    }
}

fn contains(value: Option<&Value>, member: &std::sync::Arc<str>) -> bool {
    matches!(value, Some(Value::Set(set)) if set.contains(member))
}

fn is_lacking(set: &SetType, member: &std::sync::Arc<str>, is: Option<&Value>, not: Option<&Value>) -> bool {
    contains(not, member) || (set.closed && is.is_some() && !contains(is, member))
}

fn bool_of(value: Option<&Value>) -> Option<bool> {
    match value {
        Some(Value::Bool(value)) => Some(*value),
        _ => None,
    }
}

/// What a claim amounts to once its age and confidence are considered.
pub(super) fn believe(truth: Truth, claim: &Claim, proof: Proof, as_of: Date) -> Truth {
    if as_of > claim.expires {
        return Truth::Unknown;
    }
    match truth {
        Truth::Yes => match claim.confidence {
            Confidence::Probed | Confidence::Documented | Confidence::Attested
                if !(claim.is_attested() && proof == Proof::Probe) =>
            {
                Truth::Yes
            }
            _ => Truth::Unknown,
        },
        Truth::No if matches!(claim.confidence, Confidence::Unverified | Confidence::Unknown) => {
            Truth::Unknown
        }
        other => other,
    }
}
