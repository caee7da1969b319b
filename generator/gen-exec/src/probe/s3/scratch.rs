//! Scratch buckets: making them under names that nobody else has, and removing them with everything in them.

use std::time::Duration;

use gen_core::evidence::{Left, Report};
use jiff::Timestamp;

use super::super::{Stop, Watch, random_hex};
use super::store::{Call, Store, code, told};
use super::xml;

/// Longest wait for locks to end while cleaning up.
const PATIENCE: i64 = 90;

/// Buckets that were made and have to go again.
#[derive(Debug)]
pub(super) struct Scratch {
    stem: String,
    made: Vec<String>,
}

/// A bucket's name was made by a probe with this prefix: eight hexadecimal digits, a dash and a letter follow it.
pub(super) fn is_ours(prefix: &str, name: &str) -> bool {
    let Some(rest) = name.strip_prefix(prefix) else { return false };
    let bytes = rest.as_bytes();
    bytes.len() == 10
        && bytes[..8].iter().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte))
        && bytes[8] == b'-'
        && bytes[9].is_ascii_lowercase()
}

/// A prefix that bucket names may begin with, and that is not the beginning of everything.
pub(super) fn check_prefix(prefix: &str) -> Result<(), Stop> {
    let fits = (3..=40).contains(&prefix.len())
        && prefix.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && prefix.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    let why = || format!("`{prefix}` is no beginning of a bucket's name");
    let help = "3 to 40 lower-case letters, digits and dashes, such as gen-probe-";
    if fits { Ok(()) } else { Err(Stop::failed(why(), help)) }
}

impl Scratch {
    /// None made yet.
    pub(super) fn new(prefix: &str) -> Result<Self, Stop> {
        Ok(Self { stem: format!("{prefix}{}", random_hex(8)?), made: Vec::new() })
    }

    /// The name that a bucket of this letter has.
    pub(super) fn name(&self, letter: char) -> String {
        format!("{}-{letter}", self.stem)
    }

    /// Notes a bucket before it is made: an answer that got lost must not leave one behind.
    pub(super) fn note(&mut self, name: &str) {
        self.made.push(name.to_owned());
    }

    /// Forgets a bucket that the store refused to make.
    pub(super) fn forget(&mut self, name: &str) {
        self.made.retain(|made| made != name);
    }

    /// Removes everything, whatever happened.
    pub(super) fn remove(&mut self, store: &Store, watch: &Watch, report: &mut Report) {
        let made = std::mem::take(&mut self.made);
        remove(store, watch, report, &made);
    }
}

/// What keeps a bucket from being removed.
#[derive(Debug)]
enum Kept {
    /// Locks, the last of which ends then (seconds since 1970).
    Until(i64),
    /// Something else.
    Because(String),
}

/// Removes buckets with everything in them, and waits for locks that end soon.
pub(super) fn remove(store: &Store, watch: &Watch, report: &mut Report, buckets: &[String]) {
    let mut open: Vec<String> = buckets.to_vec();
    let begun = store.time();
    loop {
        let mut kept = Vec::new();
        for bucket in open {
            watch.say(&format!("removing {bucket}"));
            match empty(store, &bucket) {
                Ok(true) => report.cleaned.push(format!("bucket {bucket}")),
                Ok(false) => {}
                Err(why) => kept.push((bucket, why)),
            }
        }
        let ends = kept.iter().filter_map(|(_, why)| match why {
            Kept::Until(time) => Some(*time),
            Kept::Because(_) => None,
        });
        let next = ends.filter(|time| time - begun <= PATIENCE).max();
        let Some(next) = next.filter(|_| store.time() - begun <= PATIENCE) else {
            report.left.extend(kept.into_iter().map(|(bucket, why)| left(&bucket, why)));
            return;
        };
        let wait = (next - store.time()).max(0) + 2;
        watch.say(&format!("waiting {wait} s for locks to end"));
        // Cleaning up goes on after an interruption; a second signal ends it.
        std::thread::sleep(Duration::from_secs(u64::try_from(wait).unwrap_or(0)));
        open = kept.into_iter().map(|(bucket, _)| bucket).collect();
    }
}

fn left(bucket: &str, why: Kept) -> Left {
    let what = format!("bucket {bucket}");
    match why {
        Kept::Until(time) => Left {
            what,
            why: "holds objects that are locked".to_owned(),
            until: Timestamp::from_second(time).ok().map(|time| time.to_string()),
        },
        Kept::Because(why) => Left { what, why, until: None },
    }
}

/// Removes a bucket: true if it was there.
fn empty(store: &Store, bucket: &str) -> Result<bool, Kept> {
    let send = |call: &Call| {
        store.send(call).map_err(|stop| match stop {
            Stop::Interrupted => Kept::Because("was not removed: interrupted".to_owned()),
            Stop::Failed { why, .. } => Kept::Because(format!("cannot be removed: {why}")),
        })
    };
    // A policy that denies would deny this too.
    send(&Call::new("DELETE", bucket).query("policy", ""))?;
    let mut until: Option<i64> = None;
    // Rounds, because a listing has pages and what is listed changes.
    for _ in 0..200 {
        let uploads = send(&Call::new("GET", bucket).query("uploads", ""))?;
        if code(&uploads).as_deref() == Some("NoSuchBucket") {
            return Ok(false);
        }
        for upload in xml::rows(&uploads.text(), "Upload", &["Key", "UploadId"]) {
            send(&Call::new("DELETE", bucket).key(&upload[0]).query("uploadId", &upload[1]))?;
        }
        let found = contents(store, bucket)?;
        let mut gone = false;
        until = None;
        for (key, version) in &found {
            match remove_object(store, bucket, key, version.as_deref())? {
                None => gone = true,
                Some(end) => until = until.max(Some(end)),
            }
        }
        let more = uploads.text().contains("<IsTruncated>true</IsTruncated>");
        if found.is_empty() && !more {
            break;
        }
        if !gone && !more {
            break;
        }
    }
    if let Some(end) = until.filter(|end| *end > 0) {
        return Err(Kept::Until(end));
    }
    let answer = send(&Call::new("DELETE", bucket))?;
    match (answer.ok(), code(&answer).as_deref()) {
        (true, _) => Ok(true),
        (false, Some("NoSuchBucket")) => Ok(false),
        _ => Err(Kept::Because(format!("cannot be removed: {}", told(&answer)))),
    }
}

/// Objects and their versions, one page of them.
fn contents(store: &Store, bucket: &str) -> Result<Vec<(String, Option<String>)>, Kept> {
    let send = |call: &Call| {
        store.send(call).map_err(|_| Kept::Because("cannot be removed: the store does not answer".to_owned()))
    };
    let listed = send(&Call::new("GET", bucket).query("versions", ""))?;
    let text = listed.text();
    if listed.ok() && text.contains("ListVersionsResult") {
        let versions =
            ["Version", "DeleteMarker"].iter().flat_map(|name| xml::rows(&text, name, &["Key", "VersionId"]));
        return Ok(versions
            .map(|mut row| (std::mem::take(&mut row[0]), Some(std::mem::take(&mut row[1]))))
            .collect());
    }
    let listed = send(&Call::new("GET", bucket))?;
    let keys = xml::rows(&listed.text(), "Contents", &["Key"]);
    Ok(keys.into_iter().map(|mut row| (std::mem::take(&mut row[0]), None)).collect())
}

/// Removes an object; if it is locked, when that ends (0 where nobody says).
fn remove_object(store: &Store, bucket: &str, key: &str, version: Option<&str>) -> Result<Option<i64>, Kept> {
    let send = |call: &Call| {
        store.send(call).map_err(|_| Kept::Because("cannot be removed: the store does not answer".to_owned()))
    };
    let delete = Call::new("DELETE", bucket).key(key).version(version);
    let answer = send(&delete)?;
    if answer.ok() || answer.status == 404 {
        return Ok(None);
    }
    let off = Call::new("PUT", bucket).key(key).query("legal-hold", "").version(version);
    send(&off.xml(
        "<LegalHold xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>OFF</Status></LegalHold>",
    ))?;
    let answer = send(&delete.header("x-amz-bypass-governance-retention", "true"))?;
    if answer.ok() || answer.status == 404 {
        return Ok(None);
    }
    let held = send(&Call::new("GET", bucket).key(key).query("retention", "").version(version))?;
    let until = xml::first(&held.text(), "RetainUntilDate").and_then(|date| date.parse::<Timestamp>().ok());
    Ok(Some(until.map_or(0, Timestamp::as_second)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_probe_made_is_ours() {
        let prefix = "gen-probe-";
        for (name, ours) in [
            ("gen-probe-0123abcd-p", true),
            ("gen-probe-0123abcd-", false),
            ("gen-probe-0123abcg-p", false),
            ("gen-probe-0123abcd-p2", false),
            ("gen-probe-", false),
            ("gen-probe-results", false),
            ("other-0123abcd-p", false),
        ] {
            assert_eq!(is_ours(prefix, name), ours, "{name}");
        }
        assert!(check_prefix("gen-probe-").is_ok());
        for bad in ["", "g", "Gen-", "-gen", "gen/probe", &"x".repeat(41)] {
            assert!(check_prefix(bad).is_err(), "{bad}");
        }
    }
}
