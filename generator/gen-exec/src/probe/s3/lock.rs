//! Object Lock: both modes, and every way around them that is known.

use std::time::Duration;

use gen_core::evidence::{Finding, Step};
use jiff::Timestamp;
use serde_json::json;

use super::super::Stop;
use super::super::http::Answer;
use super::Run;
use super::store::{Call, passing, told, undecided};
use super::xml;

/// Seconds for which scratch objects are locked: long enough for every attempt, short enough to wait for.
pub(super) const LOCKED: i64 = 30;
/// An attempt that ends less than this before the lock does proves nothing.
const MARGIN: i64 = 4;
/// What an entry of a list says that was not refused, but could not be done just then.
const BUSY: [&str; 3] = ["InternalError", "ServiceUnavailable", "SlowDown"];
/// What is kept.
pub(super) const BODY: &[u8] = b"must be kept";

/// One object under a lock.
pub(super) struct Locked {
    /// Its bucket.
    pub bucket: String,
    /// Its name.
    pub key: String,
    /// Its version, where the store has them.
    pub version: Option<String>,
    /// When the lock ends, in seconds since 1970.
    pub until: i64,
}

impl Locked {
    /// A request about it.
    pub(super) fn call(&self, method: &str) -> Call {
        Call::new(method, &self.bucket).key(&self.key).version(self.version.as_deref())
    }

    fn retention(&self, mode: &str, until: i64) -> Call {
        let until = stamp(until);
        let body = format!(
            "<Retention xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Mode>{mode}</Mode><RetainUntilDate>{until}</RetainUntilDate></Retention>"
        );
        self.call("PUT").query("retention", "").xml(&body)
    }

    /// Puts it on hold, or takes it off.
    pub(super) fn hold(&self, status: &str) -> Call {
        let body = format!(
            "<LegalHold xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>{status}</Status></LegalHold>"
        );
        self.call("PUT").query("legal-hold", "").xml(&body)
    }
}

/// With leave to lift a governance lock.
pub(super) fn bypassing(call: Call) -> Call {
    call.header("x-amz-bypass-governance-retention", "true")
}

fn stamp(time: i64) -> String {
    Timestamp::from_second(time).unwrap_or(Timestamp::UNIX_EPOCH).strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// How a mode holds.
enum Holds {
    /// Against everything that was tried.
    Yes,
    /// Not against this.
    No(String),
    /// It cannot be told.
    Unknown(String),
}

/// A mode that is not taken, or an answer that leaves it open.
fn not_taken(answer: &Answer) -> Holds {
    match undecided(answer) {
        Some(why) => Holds::Unknown(why),
        None => Holds::No(format!("not taken ({})", told(answer))),
    }
}

impl Run<'_> {
    /// Everything about locks. `versioned` is a bucket with versions that was made without locks.
    pub(super) fn locks(&mut self, versioned: Option<&str>) -> Result<(), Stop> {
        self.question();
        let (bucket, made) = self.make_bucket('l', true)?;
        let config = self.send(&Call::new("GET", &bucket).query("object-lock", ""))?;
        let steps = vec![
            Step::new("made a bucket with Object Lock", told(&made)),
            Step::new("asked for its lock configuration", told(&config)),
        ];
        let open = undecided(&made).or_else(|| undecided(&config).filter(|_| made.ok()));
        if let Some(why) = open {
            for id in ["s3.object_lock.modes", "s3.object_lock.legal_hold"] {
                self.find(Finding::unknown(id, why.clone(), steps.clone()));
            }
            return Ok(());
        }
        if !made.ok() || !config.ok() || !config.text().contains("Enabled") {
            self.find(Finding::is("s3.object_lock.modes", json!([]), steps.clone()));
            self.find(Finding::is("s3.object_lock.legal_hold", false, steps));
            return Ok(());
        }
        let mut steps = steps;
        // Without this a refusal to delete what is locked would prove nothing.
        let free = self.free(&bucket)?;
        steps.push(Step::new("deleted a version that is not locked", told(&free)));
        if !free.ok() {
            for id in ["s3.object_lock.modes", "s3.object_lock.legal_hold"] {
                let why = format!("a version that is not locked cannot be deleted either ({})", told(&free));
                self.find(Finding::unknown(id, why, steps.clone()));
            }
            return Ok(());
        }
        let mut holding = Vec::new();
        let mut notes = Vec::new();
        let mut unsure = None;
        self.question();
        let compliance = self.compliance(&bucket, &mut steps)?;
        let compliance = self.decided(compliance);
        self.question();
        let (governance, lifts) = self.governance(&bucket, &mut steps)?;
        let governance = self.decided(governance);
        let lifts = lifts && matches!(governance, Holds::Yes);
        for (mode, holds) in [("governance", governance), ("compliance", compliance)] {
            match holds {
                Holds::Yes => holding.push(mode),
                Holds::No(why) => notes.push(format!("{mode}: {why}")),
                Holds::Unknown(why) => unsure = Some(format!("{mode}: {why}")),
            }
        }
        let id = "s3.object_lock.modes";
        let finding = match unsure {
            Some(why) => Finding::unknown(id, why, steps.clone()),
            None => Finding::is(id, json!(holding), steps.clone()),
        };
        self.find(if notes.is_empty() || finding.note.is_some() {
            finding
        } else {
            finding.note(notes.join("; "))
        });
        if lifts {
            let step = Step::new("lifted a governance lock with x-amz-bypass-governance-retention", "lifted");
            self.find(Finding::is("s3.object_lock.bypass_header", "amz", vec![step]));
        }
        self.legal_hold(&bucket)?;
        if !holding.is_empty() {
            self.granularity(&bucket, lifts)?;
        }
        if lifts {
            self.longest(&bucket)?;
            if let Some(versioned) = versioned {
                self.existing_bucket(versioned)?;
            }
        }
        Ok(())
    }

    /// How a mode holds, if every answer was one: a way around it that the store could not go just then was not refused.
    fn decided(&self, holds: Holds) -> Holds {
        self.shaken().map_or(holds, Holds::Unknown)
    }

    /// Lifts a governance lock that reaches far; what cannot be lifted any more ends the run, so that somebody looks.
    pub(super) fn lift(&self, object: &Locked) -> Result<Answer, Stop> {
        let mut answer = self.send(&bypassing(object.call("DELETE")))?;
        for pause in 1..super::TRIES {
            if passing(&answer).is_none() {
                break;
            }
            self.watch.wait(Duration::from_secs(pause))?;
            answer = self.send(&bypassing(object.call("DELETE")))?;
        }
        if answer.ok() || answer.status == 404 {
            return Ok(answer);
        }
        let why = format!(
            "a governance lock on {}/{} cannot be lifted: {}",
            object.bucket,
            object.key,
            told(&answer)
        );
        Err(Stop::failed(why, "lift it by hand, as a login with s3:BypassGovernanceRetention"))
    }

    /// Deletes a version of an object that was never locked.
    fn free(&self, bucket: &str) -> Result<Answer, Stop> {
        let made = self.write(bucket, "free", b"not locked")?;
        self.send(&Call::new("DELETE", bucket).key("free").version(made.header("x-amz-version-id")))
    }

    /// Writes an object under a lock; the error is what the store answers.
    pub(super) fn locked(
        &self,
        bucket: &str,
        key: &str,
        mode: &str,
        until: i64,
    ) -> Result<Result<Locked, Answer>, Stop> {
        let call = Call::new("PUT", bucket)
            .key(key)
            .header("x-amz-object-lock-mode", mode)
            .header("x-amz-object-lock-retain-until-date", &stamp(until));
        let put = self.send(&with_sum(call, BODY))?;
        if !put.ok() {
            return Ok(Err(put));
        }
        let version = put.header("x-amz-version-id").map(str::to_owned);
        Ok(Ok(Locked { bucket: bucket.to_owned(), key: key.to_owned(), version, until }))
    }

    /// The lock is there, as the store tells it.
    pub(super) fn retention(&self, locked: &Locked) -> Result<Option<(String, i64)>, Stop> {
        let answer = self.send(&locked.call("GET").query("retention", ""))?;
        if let Some(why) = undecided(&answer) {
            self.shake(why);
        }
        let told = answer.text();
        let until = xml::first(&told, "RetainUntilDate").and_then(|date| date.parse::<Timestamp>().ok());
        Ok(xml::first(&told, "Mode").zip(until.map(Timestamp::as_second)))
    }

    fn compliance(&mut self, bucket: &str, steps: &mut Vec<Step>) -> Result<Holds, Stop> {
        let until = self.store.time() + LOCKED;
        let object = match self.locked(bucket, "compliance", "COMPLIANCE", until)? {
            Ok(object) => object,
            Err(answer) => {
                steps.push(Step::new("PUT in compliance mode", told(&answer)));
                return Ok(not_taken(&answer));
            }
        };
        let lock = self.retention(&object)?;
        steps.push(Step::new(
            format!("PUT in compliance mode for {LOCKED} seconds"),
            lock.as_ref().map_or("no lock".to_owned(), |(mode, _)| mode.clone()),
        ));
        if lock.is_none_or(|(mode, end)| mode != "COMPLIANCE" || (end - until).abs() > 1) {
            return Ok(Holds::No("what was asked is not what the store keeps".to_owned()));
        }
        let around = self.around_compliance(&object, steps)?;
        // Whoever may not change a retention at all is refused for that reason.
        let longer = self.send(&object.retention("COMPLIANCE", until + 1))?;
        steps.push(Step::new("made the retention a second longer", told(&longer)));
        // The reading decides: whatever was answered, what must be kept is there or is not.
        let kept =
            self.read(bucket, &object.key, object.version.as_deref())?.is_some_and(|body| body == BODY);
        steps.push(Step::new("read the locked version", if kept { "as it was" } else { "it is gone" }));
        if self.store.time() > until - MARGIN {
            return Ok(Holds::Unknown(
                "the store answers so slowly that the lock ended while it was tried".to_owned(),
            ));
        }
        Ok(match (kept, around) {
            (false, around) => Holds::No(format!("the object is gone ({})", around.unwrap_or_default())),
            (true, Some(around)) => Holds::No(around),
            (true, None) if !longer.ok() => {
                Holds::Unknown(format!("a retention cannot be made longer either ({})", told(&longer)))
            }
            (true, None) => Holds::Yes,
        })
    }

    /// Tries to get around a compliance lock: the first way that is not refused.
    fn around_compliance(&mut self, object: &Locked, steps: &mut Vec<Step>) -> Result<Option<String>, Stop> {
        let bucket = object.bucket.as_str();
        let sooner = object.until - LOCKED / 2;
        let empty = "<Retention xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"></Retention>";
        let several = format!(
            "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Object><Key>{}</Key><VersionId>{}</VersionId></Object></Delete>",
            xml::escape(&object.key),
            xml::escape(object.version.as_deref().unwrap_or_default())
        );
        let forced = Call::new("DELETE", bucket).header("x-minio-force-delete", "true");
        let ways: [(&str, Call); 9] = [
            ("deleted the version", object.call("DELETE")),
            ("deleted the version with the header that lifts governance", bypassing(object.call("DELETE"))),
            ("shortened the retention", object.retention("COMPLIANCE", sooner)),
            ("shortened it with that header", bypassing(object.retention("COMPLIANCE", sooner))),
            ("changed the mode to governance", bypassing(object.retention("GOVERNANCE", object.until))),
            ("removed the retention", bypassing(object.call("PUT").query("retention", "").xml(empty))),
            ("suspended versioning", suspending(bucket)),
            ("deleted the bucket", Call::new("DELETE", bucket)),
            ("deleted the bucket by the header of some stores (x-minio-force-delete)", forced),
        ];
        let mut around = None;
        for (what, call) in ways {
            let answer = self.send(&call)?;
            steps.push(Step::new(what, told(&answer)));
            if answer.ok() && around.is_none() {
                around = Some(format!("not refused: {what}"));
            }
            if answer.ok() && what == "suspended versioning" {
                self.versioning(bucket, "Enabled")?;
            }
        }
        let answer = self.send(&bypassing(Call::new("POST", bucket).query("delete", "")).xml(&several))?;
        let code = xml::first(&answer.text(), "Code").filter(|_| answer.ok());
        if let Some(code) = code.filter(|code| BUSY.contains(&code.as_str())) {
            self.shake(format!("the store could not just then ({code})"));
        }
        let refused = !answer.ok() || xml::first(&answer.text(), "Error").is_some();
        let said = if refused { "refused" } else { "not refused" };
        steps.push(Step::new("deleted the version in a list", format!("{said} ({})", told(&answer))));
        if !refused && around.is_none() {
            around = Some("not refused: deleted the version in a list".to_owned());
        }
        // These two are allowed, and leave the locked version alone.
        let over = self.send(&Call::new("PUT", bucket).key(&object.key).body("overwritten"))?;
        let deleted = self.send(&Call::new("DELETE", bucket).key(&object.key))?;
        steps.push(Step::new(
            "overwrote the object and deleted it without naming a version",
            format!("{}, {}", told(&over), told(&deleted)),
        ));
        let (end, mode) = match self.retention(object)? {
            Some((mode, end)) => (end, mode),
            None => (0, String::new()),
        };
        if around.is_none() && (end < object.until - 1 || mode != "COMPLIANCE") {
            around = Some("the lock is no longer what it was".to_owned());
        }
        Ok(around)
    }

    /// Whether governance holds, and whether the header lifts it.
    fn governance(&mut self, bucket: &str, steps: &mut Vec<Step>) -> Result<(Holds, bool), Stop> {
        let until = self.store.time() + LOCKED;
        let object = match self.locked(bucket, "governance", "GOVERNANCE", until)? {
            Ok(object) => object,
            Err(answer) => {
                steps.push(Step::new("PUT in governance mode", told(&answer)));
                return Ok((not_taken(&answer), false));
            }
        };
        let delete = self.send(&object.call("DELETE"))?;
        steps.push(Step::new("deleted a version under governance", told(&delete)));
        let shorter = self.send(&object.retention("GOVERNANCE", until - LOCKED / 2))?;
        steps.push(Step::new("shortened its retention", told(&shorter)));
        let kept = self.read(bucket, &object.key, object.version.as_deref())?.is_some();
        if !kept || delete.ok() || shorter.ok() {
            return Ok((Holds::No("can be lifted without the header".to_owned()), false));
        }
        let lifted = self.send(&bypassing(object.call("DELETE")))?;
        steps.push(Step::new("deleted it with the header that lifts governance", told(&lifted)));
        let gone = self.read(bucket, &object.key, object.version.as_deref())?.is_none();
        if self.store.time() > until - MARGIN {
            return Ok((
                Holds::Unknown(
                    "the store answers so slowly that the lock ended while it was tried".to_owned(),
                ),
                false,
            ));
        }
        Ok((Holds::Yes, lifted.ok() && gone))
    }
}

/// A request that suspends the versions of a bucket.
fn suspending(bucket: &str) -> Call {
    let body = "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>Suspended</Status></VersioningConfiguration>";
    Call::new("PUT", bucket).query("versioning", "").xml(body)
}

/// With a body and its MD5, which S3 wants of every upload that is to be locked.
pub(super) fn with_sum(call: Call, body: &[u8]) -> Call {
    use base64::Engine as _;
    use md5::Digest as _;
    let sum = base64::engine::general_purpose::STANDARD.encode(md5::Md5::digest(body));
    call.header("content-md5", &sum).body(body)
}
