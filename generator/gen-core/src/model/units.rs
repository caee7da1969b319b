//! Quantities with their units, and dates.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A length of time such as `90d`: a whole number and one of `s m h d w y` (a year is 365 days).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    seconds: u64,
}

const UNITS: [(char, u64); 6] =
    [('y', 365 * 86400), ('w', 7 * 86400), ('d', 86400), ('h', 3600), ('m', 60), ('s', 1)];

impl Period {
    /// A period of whole days.
    pub const fn days(days: u64) -> Self {
        Self { seconds: days * 86400 }
    }

    /// A period of seconds.
    pub const fn seconds(seconds: u64) -> Self {
        Self { seconds }
    }

    /// Length in seconds.
    pub const fn as_seconds(self) -> u64 {
        self.seconds
    }

    /// Length in days, rounded up.
    pub const fn as_days(self) -> u64 {
        self.seconds.div_ceil(86400)
    }

    /// Length in days, rounded up, of calendar years with their leap days: seven years are 2557 days, wherever they begin. Of two
    /// years and more; a single year is 365 days.
    pub const fn as_calendar_days(self) -> u64 {
        let days = self.as_days();
        if days >= 730 && days.is_multiple_of(365) { (days / 365 * 1461).div_ceil(4) } else { days }
    }

    /// The period that [`Self::as_calendar_days`] gives these days for.
    pub const fn of_calendar_days(days: u64) -> Self {
        let years = days * 4 / 1461;
        if years >= 2 && (years * 1461).div_ceil(4) == days {
            Self::days(years * 365)
        } else {
            Self::days(days)
        }
    }

    /// Parses `15m`, `90d`, `7y` ...
    pub fn parse(text: &str) -> Option<Self> {
        let unit = text.chars().next_back()?;
        let (_, factor) = UNITS.into_iter().find(|(letter, _)| *letter == unit)?;
        let digits = &text[..text.len() - 1];
        if digits.is_empty()
            || digits.len() > 6
            || digits.starts_with('0')
            || !digits.bytes().all(|b| b.is_ascii_digit())
        {
            return None;
        }
        Some(Self { seconds: digits.parse::<u64>().ok()? * factor })
    }
}

impl TryFrom<String> for Period {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("a length of time is a whole number and one of s m h d w y, such as 90d")
    }
}

impl From<Period> for String {
    fn from(period: Period) -> String {
        period.to_string()
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (letter, factor) = UNITS
            .into_iter()
            .filter(|(letter, _)| *letter != 'w')
            .find(|(_, factor)| self.seconds >= *factor && self.seconds.is_multiple_of(*factor))
            .unwrap_or(('s', 1));
        f.pad(&format!("{}{letter}", self.seconds / factor))
    }
}

impl JsonSchema for Period {
    fn schema_name() -> Cow<'static, str> {
        "Period".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A length of time: a whole number and one of s m h d w y, such as 90d.",
            "type": "string",
            "pattern": "^[1-9][0-9]{0,5}[smhdwy]$",
        })
    }
}

/// An amount of storage in binary units, such as `250Gi`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Storage {
    gib: u64,
}

impl Storage {
    /// Amount in GiB.
    pub const fn as_gib(self) -> u64 {
        self.gib
    }

    /// Parses `250Gi` or `2Ti`.
    pub fn parse(text: &str) -> Option<Self> {
        let (digits, factor) =
            text.strip_suffix("Gi").map(|d| (d, 1)).or_else(|| text.strip_suffix("Ti").map(|d| (d, 1024)))?;
        if digits.is_empty()
            || digits.len() > 6
            || digits.starts_with('0')
            || !digits.bytes().all(|b| b.is_ascii_digit())
        {
            return None;
        }
        Some(Self { gib: digits.parse::<u64>().ok()? * factor })
    }
}

impl TryFrom<String> for Storage {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("an amount of storage is a whole number and Gi or Ti, such as 250Gi")
    }
}

impl From<Storage> for String {
    fn from(storage: Storage) -> String {
        format!("{}Gi", storage.gib)
    }
}

impl JsonSchema for Storage {
    fn schema_name() -> Cow<'static, str> {
        "Storage".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An amount of storage: a whole number and Gi or Ti, such as 250Gi.",
            "type": "string",
            "pattern": "^[1-9][0-9]{0,5}(Gi|Ti)$",
        })
    }
}

/// A calendar day, `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date(jiff::civil::Date);

impl Date {
    /// Parses `2026-11-20`.
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() != 10 || !text.bytes().all(|b| b.is_ascii_digit() || b == b'-') {
            return None;
        }
        text.parse().ok().map(Self)
    }

    /// The day so many days later; the last representable day if that is out of range.
    #[must_use]
    pub fn plus_days(self, days: u64) -> Self {
        let days = i64::try_from(days).unwrap_or(i64::MAX).min(4_000_000);
        Self(self.0.saturating_add(jiff::Span::new().days(days)))
    }

    /// Days from `self` to `other`; negative when `other` is earlier.
    pub fn days_until(self, other: Self) -> i64 {
        self.0.until(other.0).map_or(0, |span| i64::from(span.get_days()))
    }
}

impl TryFrom<String> for Date {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("a date is written year-month-day, such as 2026-11-20")
    }
}

impl From<Date> for String {
    fn from(date: Date) -> String {
        date.to_string()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

impl JsonSchema for Date {
    fn schema_name() -> Cow<'static, str> {
        "Date".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A day, year-month-day.",
            "type": "string",
            "format": "date",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        })
    }
}

/// A moment in UTC, such as `2026-11-21T10:00:00Z` (RFC 3339).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// Parses `2026-11-21T10:00:00Z`.
    pub fn parse(text: &str) -> Option<Self> {
        let parsed: jiff::Timestamp = text.parse().ok()?;
        // One moment has one text, or digests of equal records would differ.
        let moment = Self(parsed);
        (moment.to_string() == text).then_some(moment)
    }

    /// The moment so many seconds after 1970-01-01T00:00:00Z; none out of range.
    pub fn of_seconds(seconds: i64) -> Option<Self> {
        jiff::Timestamp::from_second(seconds).ok().map(Self)
    }
}

impl TryFrom<String> for Timestamp {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("a moment is written in UTC, such as 2026-11-21T10:00:00Z")
    }
}

impl From<Timestamp> for String {
    fn from(moment: Timestamp) -> String {
        moment.to_string()
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

impl JsonSchema for Timestamp {
    fn schema_name() -> Cow<'static, str> {
        "Timestamp".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A moment in UTC (RFC 3339).",
            "type": "string",
            "format": "date-time",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,9})?Z$",
        })
    }
}

/// The version of a file's format: always 1 so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct FormatVersion;

impl TryFrom<u64> for FormatVersion {
    type Error = &'static str;

    fn try_from(version: u64) -> Result<Self, Self::Error> {
        if version == 1 { Ok(Self) } else { Err("this gen reads version 1 of the format") }
    }
}

impl From<FormatVersion> for u64 {
    fn from(_: FormatVersion) -> u64 {
        1
    }
}

impl JsonSchema for FormatVersion {
    fn schema_name() -> Cow<'static, str> {
        "FormatVersion".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"description": "Version of the file format.", "const": 1})
    }
}

/// Text that is not blank.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
#[schemars(extend("pattern" = "\\S"))]
pub struct Text(String);

impl std::ops::Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Text {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        if text.trim().is_empty() { Err("the text must not be blank") } else { Ok(Self(text)) }
    }
}

/// A list that holds something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    try_from = "Vec<T>",
    into = "Vec<T>",
    bound(serialize = "T: Clone + Serialize", deserialize = "T: Deserialize<'de>")
)]
pub struct NonEmpty<T>(Vec<T>);

impl<T> std::ops::Deref for NonEmpty<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> TryFrom<Vec<T>> for NonEmpty<T> {
    type Error = &'static str;

    fn try_from(items: Vec<T>) -> Result<Self, Self::Error> {
        if items.is_empty() { Err("the list must not be empty") } else { Ok(Self(items)) }
    }
}

impl<T> From<NonEmpty<T>> for Vec<T> {
    fn from(list: NonEmpty<T>) -> Vec<T> {
        list.0
    }
}

impl<T: JsonSchema> JsonSchema for NonEmpty<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("NonEmpty_of_{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let items = generator.subschema_for::<T>();
        json_schema!({"type": "array", "items": items, "minItems": 1})
    }
}

/// Percentages of a budget, each once: from 1 to 1000, four at most, which is what providers have room for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<u16>", into = "Vec<u16>")]
pub struct Shares(Vec<u16>);

impl Shares {
    const MOST: usize = 4;
    const LARGEST: u16 = 1000;
}

impl TryFrom<Vec<u16>> for Shares {
    type Error = String;

    fn try_from(shares: Vec<u16>) -> Result<Self, Self::Error> {
        let mut seen = std::collections::BTreeSet::new();
        let fits = |share: &u16| (1..=Self::LARGEST).contains(share) && seen.insert(*share);
        if (1..=Self::MOST).contains(&shares.len()) && shares.iter().all(fits) {
            Ok(Self(shares))
        } else {
            Err(format!("1 to {} different percentages from 1 to {}", Self::MOST, Self::LARGEST))
        }
    }
}

impl From<Shares> for Vec<u16> {
    fn from(shares: Shares) -> Vec<u16> {
        shares.0
    }
}

impl JsonSchema for Shares {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Shares".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "array",
            "items": {"type": "integer", "minimum": 1, "maximum": Self::LARGEST},
            "minItems": 1,
            "maxItems": Self::MOST,
            "uniqueItems": true,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_print_as_people_write_them() {
        for (text, seconds) in [("5m", 300), ("36h", 129_600), ("90d", 7_776_000), ("7y", 220_752_000)] {
            let period = Period::parse(text).expect(text);
            assert_eq!(period.as_seconds(), seconds);
            assert_eq!(period.to_string(), text);
        }
        for bad in ["", "5", "m", "05m", "5 m", "1.5h", "-3d", "9999999d", "5é"] {
            assert_eq!(Period::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn dates_count_days_across_leap_years() {
        let date = Date::parse("2027-11-20").expect("a date");
        assert_eq!(date.plus_days(180).to_string(), "2028-05-18");
        assert_eq!(date.days_until(date.plus_days(400)), 400);
        assert_eq!(Date::parse("2026-02-30"), None);
        assert_eq!(Date::parse("26-2-3"), None);
    }
}
