//! Scratch buckets: making them under names that nobody else has, and removing them with everything in them.

use std::time::Duration;

use gen_core::evidence::{Left, Report};
use jiff::Timestamp;

use super::super::{Stop, Watch, random_hex};
use super::store::{Call, Store, Style, code, passing, told};
use super::xml;

/// Longest wait for locks to end while cleaning up.
const PATIENCE: i64 = 90;
/// How often removing is tried where something other than a lock is in the way.
const TRIES: usize = 4;
/// The pause before it is tried again, in seconds.
const PAUSE: i64 = 2;

/// A bucket, and where its name goes.
type Made = (String, Style);

/// Buckets that were made and have to go again.
#[derive(Debug)]
pub(super) struct Scratch {
    stem: String,
    made: Vec<Made>,
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
    pub(super) fn note(&mut self, name: &str, style: Style) {
        self.made.push((name.to_owned(), style));
    }

    /// Forgets a bucket that the store refused to make.
    pub(super) fn forget(&mut self, name: &str) {
        self.made.retain(|(made, _)| made != name);
    }

    /// Removes everything, whatever happened: it goes on after an interruption, and a second signal ends it.
    pub(super) fn remove(&mut self, store: &Store, watch: &Watch, report: &mut Report) {
        let made = std::mem::take(&mut self.made);
        // Nothing stops it, so that there is nothing to say about what did.
        let _ = remove(store, (watch, &|| Ok(())), report, made);
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

/// Removes buckets with everything in them, waits for locks that end soon, and tries again where something else is in the way.
/// `go_on` says whether to.
pub(super) fn remove(
    store: &Store,
    (watch, go_on): (&Watch, &dyn Fn() -> Result<(), Stop>),
    report: &mut Report,
    buckets: Vec<Made>,
) -> Result<(), Stop> {
    let mut open = buckets;
    let begun = store.time();
    let mut tries = 1;
    loop {
        let mut kept = Vec::new();
        for (bucket, style) in open {
            go_on()?;
            watch.say(&format!("removing {bucket}"));
            let mut store = store.clone();
            store.style = style;
            match empty(&store, &bucket, go_on) {
                Ok(true) => report.cleaned.push(format!("bucket {bucket}")),
                Ok(false) => {}
                Err(why) => kept.push(((bucket, style), why)),
            }
        }
        let Some(time) = again(&kept, store.time(), begun, tries) else {
            report.left.extend(kept.into_iter().map(|((bucket, _), why)| left(&bucket, why)));
            return go_on();
        };
        tries += 1;
        wait(time - store.time(), (watch, go_on))?;
        open = kept.into_iter().map(|(bucket, _)| bucket).collect();
    }
}

/// When removing is to be tried again: after the last lock that ends soon, or a moment later. None if that is no use.
fn again(kept: &[(Made, Kept)], now: i64, begun: i64, tries: usize) -> Option<i64> {
    if now - begun > PATIENCE {
        return None;
    }
    let ends = kept.iter().filter_map(|(_, why)| match why {
        Kept::Until(time) => Some((*time + 2).max(now + PAUSE)),
        Kept::Because(_) => (tries < TRIES).then_some(now + PAUSE),
    });
    ends.filter(|time| time - begun <= PATIENCE + 2).max()
}

fn wait(seconds: i64, (watch, go_on): (&Watch, &dyn Fn() -> Result<(), Stop>)) -> Result<(), Stop> {
    if seconds > PAUSE {
        watch.say(&format!("waiting {seconds} s for locks to end"));
    }
    for _ in 0..seconds.max(0).saturating_mul(20) {
        go_on()?;
        std::thread::sleep(Duration::from_millis(50));
    }
    go_on()
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

fn because(why: &str) -> Kept {
    Kept::Because(format!("cannot be removed: {why}"))
}

fn stopped(stop: Stop) -> Kept {
    match stop {
        Stop::Interrupted => Kept::Because("was not removed: interrupted".to_owned()),
        Stop::Failed { why, .. } => because(&why),
    }
}

/// Removes a bucket: true if it was there.
fn empty(store: &Store, bucket: &str, go_on: &dyn Fn() -> Result<(), Stop>) -> Result<bool, Kept> {
    let send = |call: &Call| {
        go_on().map_err(stopped)?;
        store.send(call).map_err(stopped)
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
        if let Some(why) = passing(&uploads) {
            return Err(because(&why));
        }
        for upload in xml::rows(&uploads.text(), "Upload", &["Key", "UploadId"]) {
            send(&Call::new("DELETE", bucket).key(&upload[0]).query("uploadId", &upload[1]))?;
        }
        let found = contents(store, bucket)?;
        let mut gone = false;
        until = None;
        for (key, version) in &found {
            go_on().map_err(stopped)?;
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
        _ => Err(because(&told(&answer))),
    }
}

/// Objects and their versions, one page of them.
fn contents(store: &Store, bucket: &str) -> Result<Vec<(String, Option<String>)>, Kept> {
    let send = |call: &Call| {
        let answer = store.send(call).map_err(stopped)?;
        passing(&answer).map_or(Ok(answer), |why| Err(because(&why)))
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
    let send = |call: &Call| store.send(call).map_err(stopped);
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
    fn what_is_in_the_way_is_tried_again_and_waited_for_within_reason() {
        let kept = |why| [(("b".to_owned(), Style::Path), why)];
        let busy = || kept(Kept::Because("503".to_owned()));
        assert_eq!(again(&busy(), 100, 100, 1), Some(102));
        assert_eq!(again(&busy(), 100, 100, TRIES), None);
        assert_eq!(again(&kept(Kept::Until(130)), 100, 100, TRIES), Some(132));
        assert_eq!(again(&kept(Kept::Until(1000)), 100, 100, 1), None);
        assert_eq!(again(&busy(), 100 + PATIENCE + 1, 100, 1), None);
        assert_eq!(again(&[], 100, 100, 1), None);
    }

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
