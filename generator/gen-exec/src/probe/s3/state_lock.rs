//! `gen probe state-lock`: two writers who lock a state as Terraform and OpenTofu do with `use_lockfile`.
//!
//! The lock is an object that is created only if there is none; unlocking removes it. State buckets are versioned, and there a removed
//! object is one with a marker on top: stores have been seen that then refuse every further lock.

use gen_core::evidence::{Finding, Kind, Report, Step};
use gen_core::model::units::Date;
use serde_json::json;

use super::super::http::Answer;
use super::super::{Probe, Stop, Watch};
use super::chunked;
use super::conditions::{Races, UNCONTESTED, together};
use super::store::{Call, Store, told, undecided};
use super::{Options, Run, clean, clean_intent, open, run};

/// The capability that this is about.
const LOCK: &str = "state.lock";

/// The probe.
#[derive(Debug)]
pub struct StateLock {
    store: Store,
    options: Options,
}

impl StateLock {
    /// Of a store, with credentials from the environment.
    pub fn new(options: Options) -> Result<Self, Stop> {
        let store = open(&options)?;
        Ok(Self { store, options })
    }
}

/// How locking went in one bucket.
struct Tried {
    steps: Vec<Step>,
    /// What went wrong first.
    wrong: Option<Wrong>,
}

/// What went wrong.
enum Wrong {
    /// The store does not lock.
    Lacking(String),
    /// It cannot be told, and why.
    Open(String),
}

impl Wrong {
    /// What an answer means that should have been another one.
    fn of(answer: &Answer, what: &str) -> Self {
        match undecided(answer) {
            Some(why) => Self::Open(format!("{what}: {why}")),
            None => Self::Lacking(format!("{what} ({})", told(answer))),
        }
    }

    /// The finding, and why.
    fn finding(self, whole: impl FnOnce(String) -> String, steps: Vec<Step>) -> Finding {
        match self {
            Self::Lacking(why) => Finding::not(LOCK, json!(["s3_lockfile"]), steps).note(whole(why)),
            Self::Open(why) => Finding::unknown(LOCK, why, steps),
        }
    }
}

impl Probe for StateLock {
    fn kind(&self) -> Kind {
        Kind::StateLock
    }

    fn endpoint(&self) -> String {
        self.store.address()
    }

    fn intent(&self) -> Vec<String> {
        vec![
            format!("make two buckets, {}XXXXXXXX-X, and remove them at the end", self.options.prefix),
            "lock and unlock a state in each, as two writers".to_owned(),
        ]
    }

    fn run(&self, watch: &Watch, today: Date) -> Report {
        let report = Report::new(Kind::StateLock, self.store.address(), today);
        run(report, (&self.store, &self.options), watch, Run::lock_states)
    }

    fn clean_intent(&self) -> Vec<String> {
        clean_intent(&self.options)
    }

    fn clean(&self, watch: &Watch, today: Date) -> Report {
        clean(Kind::StateLock, &self.store, &self.options, watch, today)
    }
}

impl Run<'_> {
    fn lock_states(&mut self) -> Result<(), Stop> {
        self.watch.step("making a bucket")?;
        let plain = self.first_bucket()?;
        self.question();
        let (versioned, made) = self.make_bucket('v', false)?;
        let on = if made.ok() { self.versioning(&versioned, "Enabled")? } else { made.clone() };
        // Clients send a checksum behind the body unless they are told not to (`skip_s3_checksum`).
        let trailing = self.lock_call(&plain, "with-checksum", "a", true);
        let trailing = self.send(&trailing)?;
        let mut notes = Vec::new();
        if !trailing.ok() {
            notes.push(format!(
                "only with skip_s3_checksum: a lock with a checksum behind it is answered {}",
                told(&trailing)
            ));
        }
        let checksum = trailing.ok();
        self.watch.step("two writers, without versions")?;
        let first = self.lock_state(&plain, checksum)?;
        let mut steps = first.steps;
        if let Some(wrong) = first.wrong {
            self.find(wrong.finding(|why| why, steps));
            return Ok(());
        }
        // Where no second bucket can be made, nobody knows what it would do with versions.
        let open = if made.ok() {
            undecided(&on)
        } else {
            Some(format!("no second bucket can be made ({})", told(&made)))
        };
        if let Some(why) = open {
            self.find(Finding::unknown(LOCK, format!("without versions it locks; with them: {why}"), steps));
            return Ok(());
        }
        if !on.ok() {
            notes.push(format!("without versions; versioning cannot be turned on ({})", told(&on)));
            self.find(Finding::is(LOCK, json!(["s3_lockfile"]), steps).note(notes.join("; ")));
            return Ok(());
        }
        self.watch.step("two writers, with versions")?;
        let second = self.lock_state(&versioned, checksum)?;
        steps.extend(second.steps);
        let finding = match second.wrong {
            Some(wrong) => {
                notes.clear();
                let whole = |why| {
                    format!("on a versioned bucket, as states have them, {why}; without versions it locks")
                };
                wrong.finding(whole, steps)
            }
            None => Finding::is(LOCK, json!(["s3_lockfile"]), steps),
        };
        let finding = if notes.is_empty() { finding } else { finding.note(notes.join("; ")) };
        self.find(finding);
        Ok(())
    }

    fn lock_call(&self, bucket: &str, key: &str, who: &str, checksum: bool) -> Call {
        let body = format!("{{\"ID\":\"{who}\",\"Operation\":\"OperationTypeApply\",\"Who\":\"{who}\"}}");
        let call = Call::new("PUT", bucket)
            .key(&format!("{key}.tflock"))
            .header("if-none-match", "*")
            .header("content-type", "application/json");
        if checksum {
            chunked::with_trailer(call, body.as_bytes(), None, &self.store)
        } else {
            call.body(body)
        }
    }

    /// Locks and unlocks three times, with a second writer who must be refused each time; then both at once.
    fn lock_state(&self, bucket: &str, checksum: bool) -> Result<Tried, Stop> {
        let mut tried = Tried { steps: Vec::new(), wrong: None };
        let key = "env/terraform.tfstate";
        let lock = |who: &str| self.lock_call(bucket, key, who, checksum);
        let delete = Call::new("DELETE", bucket).key(&format!("{key}.tflock"));
        for round in 1..=3 {
            let times = ["", "for the first time", "again", "a third time"][round];
            let one = self.send(&lock("one"))?;
            tried.steps.push(Step::new(format!("writer one locks {times}"), told(&one)));
            if !one.ok() {
                tried.wrong = Some(Wrong::of(&one, &format!("a state cannot be locked {times}")));
                return Ok(tried);
            }
            let two = self.send(&lock("two"))?;
            tried.steps.push(Step::new("writer two locks meanwhile", told(&two)));
            if two.ok() {
                tried.wrong = Some(Wrong::Lacking("two writers hold the lock at once".to_owned()));
                return Ok(tried);
            }
            if !matches!(two.status, 409 | 412) {
                tried.wrong = Some(Wrong::of(&two, "a held lock is not answered with 412"));
                return Ok(tried);
            }
            let held = self.read(bucket, &format!("{key}.tflock"), None)?;
            if held.is_none_or(|held| !String::from_utf8_lossy(&held).contains("\"ID\":\"one\"")) {
                tried.wrong = Some(Wrong::Lacking("the lock does not name who holds it".to_owned()));
                return Ok(tried);
            }
            let unlocked = self.send(&delete)?;
            tried.steps.push(Step::new("writer one unlocks", told(&unlocked)));
            if !unlocked.ok() {
                tried.wrong = Some(Wrong::of(&unlocked, "a lock cannot be removed"));
                return Ok(tried);
            }
        }
        tried.wrong = self.both_at_once(&lock, &delete, &mut tried.steps)?;
        Ok(tried)
    }

    fn both_at_once(
        &self,
        lock: &(dyn Fn(&str) -> Call + Sync),
        delete: &Call,
        steps: &mut Vec<Step>,
    ) -> Result<Option<Wrong>, Stop> {
        let mut races = Races::default();
        for _ in 0..8 {
            self.watch.go_on()?;
            if races.count(&together(&self.store, &[lock("one"), lock("two")])?) > 1 {
                steps.push(Step::new("both lock at once", "both hold the lock"));
                return Ok(Some(Wrong::Lacking("two who lock at once both hold the lock".to_owned())));
            }
            let unlocked = self.send(delete)?;
            if !unlocked.ok() {
                return Ok(Some(Wrong::of(&unlocked, "a lock cannot be removed")));
            }
        }
        steps.push(Step::new("both lock at once, eight times", races.to_string()));
        // Who is refused for another reason, or not answered, did not lose to the lock.
        Ok((races.decided == 0).then(|| Wrong::Open(UNCONTESTED.to_owned())))
    }
}
