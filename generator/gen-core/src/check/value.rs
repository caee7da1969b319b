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
    /// Types a value. In what is asked, groups of countries stand for their members.
    ///
    /// The error says what is allowed.
    pub fn parse(kind: &ValueType, json: &Json, groups: Option<&Places>) -> Result<Self, String> {
        match kind {
            ValueType::Bool(_) => {
                json.as_bool().map(Self::Bool).ok_or_else(|| "true or false is expected".to_owned())
            }
            ValueType::Set(set) => parse_set(&set.set, json, groups),
            ValueType::Level(level) => {
                let position =
                    json.as_str().and_then(|word| level.level.iter().position(|known| known == word));
                position
                    .map(Self::Level)
                    .ok_or_else(|| format!("one of these is expected: {}", level.level.join(", ")))
            }
            ValueType::Enum(words) => {
                let word = json.as_str().filter(|word| words.words.iter().any(|known| known == word));
                word.map(|word| Self::Word(word.into()))
                    .ok_or_else(|| format!("one of these is expected: {}", words.words.join(", ")))
            }
            ValueType::Record(record) => {
                let entries = json.as_object().ok_or_else(|| {
                    let fields: Vec<_> = record.record.keys().map(String::as_str).collect();
                    format!("a mapping is expected, of {}", fields.join(", "))
                })?;
                entries
                    .iter()
                    .map(|(name, json)| parse_field(&record.record, name, json))
                    .collect::<Result<_, _>>()
                    .map(Self::Record)
            }
        }
    }
}

fn parse_set(members: &Members, json: &Json, groups: Option<&Places>) -> Result<Value, String> {
    let items = json.as_array().ok_or("a list is expected")?;
    let mut set = BTreeSet::new();
    for item in items {
        let word = item.as_str().ok_or("a list of words is expected; quote numbers")?;
        match members {
            Members::Words(known) if !known.iter().any(|known| known == word) => {
                return Err(format!("`{word}` is not one of {}", known.join(", ")));
            }
            Members::Kind(MemberKind::Place) => {
                let place = Place::parse(word).map_err(|error| error.to_string())?;
                match groups.and_then(|groups| groups.get(&place)) {
                    Some(countries) => {
                        set.extend(countries.iter().map(|country| Arc::from(country.as_str())));
                    }
                    None => {
                        set.insert(Arc::from(word));
                    }
                }
            }
            _ => {
                set.insert(Arc::from(word));
            }
        }
    }
    Ok(Value::Set(set))
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
            .ok_or_else(|| format!("`{name}` is a length of time, such as 35d"))?,
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
