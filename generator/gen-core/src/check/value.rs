//! Values of capabilities, typed by the dictionary.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value as Json;

use crate::model::capability::{Direction, FieldType, MemberKind, Members, ValueType};
use crate::model::names::Place;
use crate::model::units::Period;

/// Groups of countries.
pub type Places = BTreeMap<Place, Vec<Place>>;

/// A value that fits its capability's type.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// A truth value.
    Bool(bool),
    /// Members of a set.
    Set(BTreeSet<Arc<str>>),
    /// Position of a level, lowest first.
    Level(usize),
    /// A word of an enum.
    Word(Arc<str>),
    /// Fields of a record.
    Record(BTreeMap<Arc<str>, Field>),
}

/// A field of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// Seconds or a whole number.
    Number(u64),
    /// A truth value.
    Bool(bool),
}

impl Value {
    /// Types what is asked: groups of countries stand for their members, and nothing empty is asked.
    ///
    /// The error says what is allowed.
    pub fn asked(kind: &ValueType, json: &Json, groups: &Places) -> Result<Self, String> {
        match parse(kind, json, groups, Side::Asked)? {
            Self::Set(members) if members.is_empty() => {
                Err("an empty list asks for nothing: name what is needed, or drop the line".to_owned())
            }
            Self::Record(fields) if fields.is_empty() => {
                Err("an empty mapping asks for nothing: name what is needed, or drop the line".to_owned())
            }
            value => Ok(value),
        }
    }

    /// Types what a fact says. A fact names countries, never groups of them.
    ///
    /// The error says what is allowed.
    pub fn claimed(kind: &ValueType, json: &Json, groups: &Places) -> Result<Self, String> {
        parse(kind, json, groups, Side::Claimed)
    }
}

/// Who says a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Asked,
    Claimed,
}

fn parse(kind: &ValueType, json: &Json, groups: &Places, side: Side) -> Result<Value, String> {
    match kind {
        ValueType::Bool(_) => {
            json.as_bool().map(Value::Bool).ok_or_else(|| "true or false is expected".to_owned())
        }
        ValueType::Set(set) => parse_set(&set.set, json, groups, side),
        ValueType::Level(level) => {
            position(&level.level, json).map(Value::Level).ok_or_else(|| one_of(&level.level))
        }
        ValueType::Enum(words) => {
            let word = position(&words.words, json).and_then(|found| words.words.get(found));
            word.map(|word| Value::Word(word.as_str().into())).ok_or_else(|| one_of(&words.words))
        }
        ValueType::Record(record) => {
            let fields = json.as_object().ok_or_else(|| {
                let fields: Vec<_> = record.record.keys().map(String::as_str).collect();
                format!("a mapping is expected, of {}", fields.join(", "))
            })?;
            let fields = fields.iter().map(|(name, json)| parse_field(&record.record, name, json));
            fields.collect::<Result<_, _>>().map(Value::Record)
        }
    }
}

fn position(words: &[String], json: &Json) -> Option<usize> {
    let word = json.as_str()?;
    words.iter().position(|known| known == word)
}

fn one_of(words: &[String]) -> String {
    format!("one of these is expected: {}", words.join(", "))
}

fn parse_set(members: &Members, json: &Json, groups: &Places, side: Side) -> Result<Value, String> {
    let items = json.as_array().ok_or("a list is expected")?;
    // Sets are built at once, which is faster than word by word.
    let mut set: Vec<Arc<str>> = Vec::with_capacity(items.len());
    for item in items {
        let word = item.as_str().ok_or("a list of words is expected; quote numbers")?;
        match members {
            Members::Words(known) if !known.iter().any(|known| known == word) => {
                return Err(format!("`{word}` is not one of {}", known.join(", ")));
            }
            Members::Kind(MemberKind::Place) => match countries(word, groups, side)? {
                Some(countries) => set.extend(countries.iter().map(|country| Arc::from(country.as_str()))),
                None => set.push(Arc::from(word)),
            },
            _ => set.push(Arc::from(word)),
        }
    }
    Ok(Value::Set(set.into_iter().collect()))
}

/// The countries that a group stands for; none if the word is a country itself.
fn countries<'a>(word: &str, groups: &'a Places, side: Side) -> Result<Option<&'a [Place]>, String> {
    let group = groups.get(word);
    match side {
        Side::Claimed if group.is_some() => {
            Err(format!("`{word}` is a group of countries; a fact names the countries"))
        }
        _ if group.is_none() && !(word.len() == 2 && Place::parse(word).is_ok()) => {
            let known: Vec<_> = groups.keys().map(Place::as_str).collect();
            let or = if side == Side::Asked && !known.is_empty() {
                format!(", or one of {}", known.join(", "))
            } else {
                String::new()
            };
            Err(format!("`{word}` is not a country of two capital letters, such as DE{or}"))
        }
        _ => Ok(group.map(Vec::as_slice)),
    }
}

fn parse_field(
    fields: &BTreeMap<String, FieldType>,
    name: &str,
    json: &Json,
) -> Result<(Arc<str>, Field), String> {
    let kind = fields.get(name).ok_or_else(|| {
        let known: Vec<_> = fields.keys().map(String::as_str).collect();
        format!("`{name}` is not one of {}", known.join(", "))
    })?;
    let field = match kind {
        FieldType::Duration(_) => json
            .as_str()
            .and_then(Period::parse)
            .map(|period| Field::Number(period.as_seconds()))
            .ok_or_else(|| format!("`{name}` is a whole number and one of s m h d w y, such as 35d"))?,
        FieldType::Int(_) => {
            json.as_u64().map(Field::Number).ok_or_else(|| format!("`{name}` is a whole number"))?
        }
        FieldType::Bool(_) => {
            json.as_bool().map(Field::Bool).ok_or_else(|| format!("`{name}` is true or false"))?
        }
    };
    Ok((Arc::from(name), field))
}

/// Whether what is offered in a field is good enough for what is asked.
pub(super) fn holds(kind: FieldType, asked: Field, offered: Field) -> bool {
    let (FieldType::Duration(direction) | FieldType::Int(direction) | FieldType::Bool(direction)) = kind;
    match direction {
        Direction::AtMost => offered <= asked,
        Direction::AtLeast => offered >= asked,
        Direction::Equals => offered == asked,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kind(json: Json) -> ValueType {
        serde_json::from_value(json).expect("a type")
    }

    fn groups() -> Places {
        serde_json::from_value(json!({"EU": ["DE", "FR"], "NORDIC": ["NO", "SE"]})).expect("groups")
    }

    fn words(members: &[&str]) -> Value {
        Value::Set(members.iter().map(|member| Arc::from(*member)).collect())
    }

    #[test]
    fn values_take_the_form_that_their_type_asks_for() {
        let record = json!({"record": {"rpo": {"duration": "at_most"}, "copies": {"int": "at_least"}, "on": {"bool": "equals"}}});
        let fields = [("rpo", Field::Number(300)), ("copies", Field::Number(2)), ("on", Field::Bool(true))];
        let fields = fields.into_iter().map(|(name, field)| (Arc::from(name), field)).collect();
        for (written, json, value) in [
            (json!("bool"), json!(true), Value::Bool(true)),
            (json!({"set": ["a", "b"]}), json!(["b", "a", "b"]), words(&["a", "b"])),
            (json!({"set": "open"}), json!(["16", "any word"]), words(&["16", "any word"])),
            (json!({"set": ["a"]}), json!([]), words(&[])),
            (json!({"level": ["low", "high"]}), json!("high"), Value::Level(1)),
            (json!({"enum": ["x", "y"]}), json!("y"), Value::Word("y".into())),
            (record, json!({"rpo": "5m", "copies": 2, "on": true}), Value::Record(fields)),
        ] {
            assert_eq!(Value::claimed(&kind(written), &json, &groups()), Ok(value), "{json}");
        }
    }

    #[test]
    fn errors_say_what_is_allowed() {
        let record = json!({"record": {"rpo": {"duration": "at_most"}, "copies": {"int": "at_least"}}});
        for (written, json, error) in [
            (json!("bool"), json!("yes"), "true or false is expected"),
            (json!({"set": ["a", "b"]}), json!("a"), "a list is expected"),
            (json!({"set": ["a", "b"]}), json!(["c"]), "`c` is not one of a, b"),
            (json!({"set": "open"}), json!([16]), "a list of words is expected; quote numbers"),
            (
                json!({"set": "open"}),
                json!([]),
                "an empty list asks for nothing: name what is needed, or drop the line",
            ),
            (json!({"level": ["low", "high"]}), json!("mid"), "one of these is expected: low, high"),
            (json!({"level": ["low", "high"]}), json!(1), "one of these is expected: low, high"),
            (json!({"enum": ["x", "y"]}), json!("z"), "one of these is expected: x, y"),
            (record.clone(), json!([]), "a mapping is expected, of copies, rpo"),
            (record.clone(), json!({"rto": "5m"}), "`rto` is not one of copies, rpo"),
            (
                record.clone(),
                json!({"rpo": 5}),
                "`rpo` is a whole number and one of s m h d w y, such as 35d",
            ),
            (record.clone(), json!({"copies": -1}), "`copies` is a whole number"),
            (record, json!({}), "an empty mapping asks for nothing: name what is needed, or drop the line"),
        ] {
            assert_eq!(Value::asked(&kind(written), &json, &groups()), Err(error.to_owned()), "{json}");
        }
    }

    #[test]
    fn groups_stand_for_their_countries_where_they_are_asked_for() {
        let place = kind(json!({"set": "place"}));
        let asked = |json: Json| Value::asked(&place, &json, &groups());
        let claimed = |json: Json| Value::claimed(&place, &json, &groups());
        assert_eq!(asked(json!(["EU", "CH"])), Ok(words(&["CH", "DE", "FR"])));
        assert_eq!(asked(json!(["NORDIC"])), Ok(words(&["NO", "SE"])));
        assert_eq!(claimed(json!(["CH"])), Ok(words(&["CH"])));
        for (result, error) in [
            (claimed(json!(["EU"])), "`EU` is a group of countries; a fact names the countries"),
            (claimed(json!(["DEU"])), "`DEU` is not a country of two capital letters, such as DE"),
            (
                asked(json!(["EUU"])),
                "`EUU` is not a country of two capital letters, such as DE, or one of EU, NORDIC",
            ),
            (
                asked(json!(["de"])),
                "`de` is not a country of two capital letters, such as DE, or one of EU, NORDIC",
            ),
        ] {
            assert_eq!(result, Err(error.to_owned()));
        }
    }
}
