//! What hangs on Object Lock: legal holds, what a lock is put on, how long it may be, and buckets that were made without it.

use gen_core::evidence::{Finding, Step};
use serde_json::json;

use super::super::Stop;
use super::Run;
use super::lock::{BODY, LOCKED, Locked, bypassing, with_sum};
use super::store::{Call, told};

impl Run<'_> {
    pub(super) fn legal_hold(&mut self, bucket: &str) -> Result<(), Stop> {
        let id = "s3.object_lock.legal_hold";
        self.question();
        let call = Call::new("PUT", bucket).key("hold").header("x-amz-object-lock-legal-hold", "ON");
        let put = self.send(&with_sum(call, BODY))?;
        let mut steps = vec![Step::new("PUT with a legal hold", told(&put))];
        if self.open_by(id, &put, &steps) {
            return Ok(());
        }
        if !put.ok() {
            self.find(Finding::is(id, false, steps));
            return Ok(());
        }
        let version = put.header("x-amz-version-id").map(str::to_owned);
        let object = Locked { bucket: bucket.to_owned(), key: "hold".to_owned(), version, until: 0 };
        let held = self.send(&object.call("DELETE"))?;
        steps.push(Step::new("deleted the version", told(&held)));
        let forced = self.send(&bypassing(object.call("DELETE")))?;
        steps.push(Step::new("deleted it with the header that lifts governance", told(&forced)));
        let kept = self.read(bucket, "hold", object.version.as_deref())?.is_some();
        let off = self.send(&object.hold("OFF"))?;
        steps.push(Step::new("lifted the hold", told(&off)));
        let deleted = self.send(&object.call("DELETE"))?;
        steps.push(Step::new("deleted the version", told(&deleted)));
        let holds = kept && !held.ok() && !forced.ok();
        let finding = Finding::is(id, holds, steps);
        self.find(if holds && !(off.ok() && deleted.ok()) {
            finding.note(format!("a hold cannot be lifted again ({}, then {})", told(&off), told(&deleted)))
        } else {
            finding
        });
        Ok(())
    }

    pub(super) fn granularity(&mut self, bucket: &str, lifts: bool) -> Result<(), Stop> {
        self.question();
        let steps = vec![
            Step::new("locked single objects, each with a retention of its own", "locked"),
            Step::new("deleted an object beside them that was written without one", "deleted"),
        ];
        self.find(Finding::is("s3.object_lock.granularity", "object", steps));
        if !lifts {
            // A default is of whole days: without a way to lift it, the bucket would stay for one.
            return Ok(());
        }
        let rule = |rule: &str| {
            let body = format!(
                "<ObjectLockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><ObjectLockEnabled>Enabled</ObjectLockEnabled>{rule}</ObjectLockConfiguration>"
            );
            Call::new("PUT", bucket).query("object-lock", "").xml(&body)
        };
        let days = "<Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>1</Days></DefaultRetention></Rule>";
        let on = self.send(&rule(days))?;
        let made = self.send(&with_sum(Call::new("PUT", bucket).key("default"), BODY))?;
        let version = made.header("x-amz-version-id").map(str::to_owned);
        let object = Locked { bucket: bucket.to_owned(), key: "default".to_owned(), version, until: 0 };
        let held = self.retention(&object)?.is_some();
        let deleted = self.send(&object.call("DELETE"))?;
        let locked = made.ok() && !deleted.ok();
        self.send(&rule(""))?;
        self.lift(&object)?;
        let about = "default retention of a bucket";
        let did = "wrote an object while the bucket had a default of one day of governance";
        let said = match (locked, held) {
            (true, true) => "locked".to_owned(),
            (true, false) => "locked, though the store tells no retention of it".to_owned(),
            (false, _) => {
                format!("not locked: the rule is answered {}, a deletion {}", told(&on), told(&deleted))
            }
        };
        match self.shaken() {
            Some(why) => self.see(about, false, did, format!("nothing can be told: {why}")),
            None => self.see(about, locked, did, said),
        }
        Ok(())
    }

    /// How long a lock may be: asked in governance mode, which was just seen to be lifted.
    pub(super) fn longest(&mut self, bucket: &str) -> Result<(), Stop> {
        let id = "s3.object_lock.max_retention";
        self.question();
        let mut steps = Vec::new();
        for years in [100, 30, 10, 7, 1] {
            let until = self.store.time() + years * 31_557_600;
            match self.locked(bucket, &format!("years-{years}"), "GOVERNANCE", until)? {
                Err(answer) => {
                    steps.push(Step::new(format!("PUT in governance mode for {years} years"), told(&answer)));
                }
                Ok(object) => {
                    let kept = self.retention(&object)?.is_some_and(|(_, end)| (end - until).abs() <= 1);
                    let lifted = self.lift(&object)?;
                    let said = if kept { "locked until then" } else { "not locked until then" };
                    steps.push(Step::new(format!("PUT in governance mode for {years} years"), said));
                    steps.push(Step::new("lifted it", told(&lifted)));
                    if !kept {
                        continue;
                    }
                    let finding = if years == 100 {
                        Finding::is(id, json!({"period": "100y"}), steps)
                            .note("asked in governance mode; longer was not asked")
                    } else {
                        // What lies between is not known, and a fact would deny it.
                        let why =
                            format!("{years} years are taken, the next longer that was asked is refused");
                        Finding::unknown(id, why, steps)
                    };
                    self.find(finding);
                    return Ok(());
                }
            }
        }
        self.find(Finding::unknown(id, "not even a year is taken", steps));
        Ok(())
    }

    pub(super) fn existing_bucket(&mut self, bucket: &str) -> Result<(), Stop> {
        let id = "s3.object_lock.on_existing_bucket";
        self.question();
        let body = "<ObjectLockConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>";
        let on = self.send(&Call::new("PUT", bucket).query("object-lock", "").xml(body))?;
        let mut steps =
            vec![Step::new("turned Object Lock on for a bucket that was made without it", told(&on))];
        if self.open_by(id, &on, &steps) {
            return Ok(());
        }
        if !on.ok() {
            self.find(Finding::is(id, false, steps));
            return Ok(());
        }
        let until = self.store.time() + LOCKED;
        let holds = match self.locked(bucket, "later", "GOVERNANCE", until)? {
            Err(answer) => {
                steps.push(Step::new("locked an object in it", told(&answer)));
                if self.open_by(id, &answer, &steps) {
                    return Ok(());
                }
                false
            }
            Ok(object) => {
                let deleted = self.send(&object.call("DELETE"))?;
                steps.push(Step::new("deleted an object that was locked in it", told(&deleted)));
                self.send(&bypassing(object.call("DELETE")))?;
                !deleted.ok()
            }
        };
        self.find(Finding::is(id, holds, steps));
        Ok(())
    }
}
