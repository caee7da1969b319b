//! What a bucket that exists does with its objects, asked without changing anything.

use std::time::Duration;

use super::super::Stop;
use super::store::{Call, Store, Style, code, told, undecided};
use super::xml;

/// Where a bucket is.
#[derive(Debug, Clone, Copy)]
pub struct Bucket<'a> {
    /// Address of its store.
    pub endpoint: &'a str,
    /// Region that requests are signed for.
    pub region: &'a str,
    /// Where its name goes.
    pub style: Style,
    /// Its name.
    pub name: &'a str,
}

/// What a bucket does with its objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keeping {
    /// Versions of objects are kept.
    pub versions: bool,
    /// How new objects are locked, where the bucket does that of its own accord.
    pub lock: Option<Lock>,
}

/// The lock that new objects get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// Its mode, in lower case.
    pub mode: String,
    /// Days that it holds; a year has 365 of them.
    pub days: u64,
}

impl Bucket<'_> {
    /// Asks for versioning and the default lock, with credentials from the environment. None if there is no such bucket; the error
    /// says in words why nobody knows.
    pub fn keeping(&self, timeout: Duration) -> Result<Option<Keeping>, String> {
        let store = Store::new(self.endpoint, self.region, self.style, false).map_err(why)?;
        let store = store.within(timeout);
        let ask = |what: &str| store.send(&Call::new("GET", self.name).query(what, "")).map_err(why);
        let versioning = ask("versioning")?;
        if code(&versioning).as_deref() == Some("NoSuchBucket") {
            return Ok(None);
        }
        let lock = ask("object-lock")?;
        let unlocked = code(&lock).as_deref() == Some("ObjectLockConfigurationNotFoundError");
        for answer in [Some(&versioning), (!unlocked).then_some(&lock)].into_iter().flatten() {
            if !answer.ok() {
                return Err(undecided(answer).unwrap_or_else(|| format!("the store says {}", told(answer))));
            }
        }
        let versions = xml::first(&versioning.text(), "Status").as_deref() == Some("Enabled");
        let lock = if unlocked { None } else { default_lock(&lock.text()) };
        Ok(Some(Keeping { versions, lock }))
    }
}

fn why(stop: Stop) -> String {
    match stop {
        Stop::Interrupted => "interrupted".to_owned(),
        Stop::Failed { why, .. } => why,
    }
}

/// The default retention of a lock configuration.
fn default_lock(text: &str) -> Option<Lock> {
    let mode = xml::first(text, "Mode")?.to_ascii_lowercase();
    let number = |name: &str| xml::first(text, name)?.parse::<u64>().ok();
    let days = number("Days").or_else(|| number("Years")?.checked_mul(365))?;
    Some(Lock { mode, days })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_default_retention_locks_of_its_own_accord() {
        let rule = |period: &str| {
            format!(
                "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>\
                 <Mode>COMPLIANCE</Mode>{period}</DefaultRetention></Rule></ObjectLockConfiguration>"
            )
        };
        let days = |text: &str| default_lock(text).map(|lock| (lock.mode, lock.days));
        assert_eq!(days(&rule("<Days>30</Days>")), Some(("compliance".to_owned(), 30)));
        assert_eq!(days(&rule("<Years>7</Years>")), Some(("compliance".to_owned(), 2555)));
        assert_eq!(days(&rule("<Years>99999999999999999999</Years>")), None);
        assert_eq!(days(&rule("")), None);
        assert_eq!(
            days(
                "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>"
            ),
            None
        );
    }
}
