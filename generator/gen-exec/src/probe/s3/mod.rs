//! `gen probe s3` and `gen probe state-lock`: what an S3 object store really does, asked in scratch buckets.
//!
//! Each file of questions is independent of the others, so that one that cannot be answered leaves the rest.

mod access;
mod basics;
mod bucket;
mod chunked;
mod conditions;
mod encryption;
mod lifecycle;
mod lock;
mod lock_reach;
mod multipart;
mod presign;
mod scratch;
pub(crate) mod sign;
mod state_lock;
pub(crate) mod store;
mod versions;
pub(crate) mod xml;

use std::sync::Mutex;
use std::time::Duration;

use gen_core::evidence::{Finding, Kind, Observation, Report, Step};
use gen_core::model::units::Date;

use super::http::Answer;
use super::{Probe, Stop, Watch, ended};
use scratch::Scratch;
use store::{Call, Store, code, passing, told, undecided};

pub use bucket::{Bucket, Keeping, Lock};
pub use state_lock::StateLock;
pub use store::Style;

/// How a store is reached.
#[derive(Debug, Clone)]
pub struct Options {
    /// Its address.
    pub endpoint: String,
    /// Region that requests are signed for.
    pub region: String,
    /// How names of scratch buckets begin.
    pub prefix: String,
    /// Where the name of a bucket goes; none to find out.
    pub style: Option<Style>,
    /// Allow an address that is not encrypted.
    pub insecure: bool,
    /// Key of the store's key service to encrypt with, if it has no default key.
    pub kms_key: Option<String>,
    /// Storage class that objects can be moved to, if its name is not one of the usual ones.
    pub storage_class: Option<String>,
}

/// The probe of an object store.
#[derive(Debug)]
pub struct S3 {
    store: Store,
    options: Options,
}

/// A run: the store, the buckets made so far, and what was found.
struct Run<'a> {
    store: Store,
    options: &'a Options,
    watch: &'a Watch,
    scratch: Scratch,
    report: Report,
    /// Members of `s3.api` that are there.
    there: Vec<&'static str>,
    /// Members of `s3.api` that are lacking.
    lacking: Vec<&'static str>,
    /// Why nothing follows from the answers to the question that is being asked, if something happened to one of them.
    shaken: Mutex<Option<String>>,
}

/// How often an object is written that a question needs, where the store could not just then.
const TRIES: u64 = 3;

impl S3 {
    /// Of a store, with credentials from the environment.
    pub fn new(options: Options) -> Result<Self, Stop> {
        let store = open(&options)?;
        Ok(Self { store, options })
    }
}

/// The store that options name.
fn open(options: &Options) -> Result<Store, Stop> {
    scratch::check_prefix(&options.prefix)?;
    let style = options.style.unwrap_or(Style::Path);
    Store::new(&options.endpoint, &options.region, style, options.insecure)
}

/// Runs questions in scratch buckets of their own, and removes those whatever happens.
fn run<'a>(
    report: Report,
    (store, options): (&Store, &'a Options),
    watch: &'a Watch,
    ask: impl FnOnce(&mut Run<'a>) -> Result<(), Stop>,
) -> Report {
    let mut report = report;
    match Scratch::new(&options.prefix) {
        Err(stop) => {
            ended(&mut report, Err(stop));
            report
        }
        Ok(scratch) => {
            let store = store.clone();
            let (there, lacking) = (Vec::new(), Vec::new());
            let shaken = Mutex::default();
            let mut run = Run { store, options, watch, scratch, report, there, lacking, shaken };
            let outcome = ask(&mut run);
            run.finish(outcome)
        }
    }
}

impl Run<'_> {
    /// Sends a request, unless the run is to end. An answer that may be another one the next time leaves the question open, whatever
    /// is made of it: one failure that passes must not look like what the store does.
    fn send(&self, call: &Call) -> Result<Answer, Stop> {
        self.watch.go_on()?;
        let answer = self.store.send(call)?;
        if let Some(why) = passing(&answer) {
            self.shake(why);
        }
        Ok(answer)
    }

    /// Begins a question: what happened to answers to earlier ones has no say in it.
    fn question(&self) {
        if let Ok(mut shaken) = self.shaken.lock() {
            *shaken = None;
        }
    }

    /// Notes why nothing follows from the answers to this question.
    fn shake(&self, why: String) {
        if let Ok(mut shaken) = self.shaken.lock() {
            shaken.get_or_insert(why);
        }
    }

    /// Why nothing follows from the answers to this question, if so.
    fn shaken(&self) -> Option<String> {
        self.shaken
            .lock()
            .map_or_else(|_| Some("a request could not be sent".to_owned()), |shaken| shaken.clone())
    }

    /// Notes a finding; what it says is unknown if one of the answers to the question says nothing.
    fn find(&mut self, finding: Finding) {
        let finding = match self.shaken().filter(|_| finding.is_known()) {
            Some(why) => Finding::unknown(&finding.capability, why, finding.steps),
            None => finding,
        };
        self.report.findings.push(finding);
    }

    /// What the answers come to: a word, or why they say nothing.
    fn conclude(&mut self, id: &str, verdict: Result<&str, String>, steps: Vec<Step>) {
        self.find(match verdict {
            Ok(word) => Finding::is(id, word, steps),
            Err(why) => Finding::unknown(id, why, steps),
        });
    }

    fn see(&mut self, about: &str, good: bool, did: impl Into<String>, answered: impl Into<String>) {
        let step = Step::new(did, answered);
        self.report.observations.push(Observation { about: about.to_owned(), good, step });
    }

    /// The same of one answer, which is not good where it says nothing.
    fn see_answer(&mut self, about: &str, good: bool, did: impl Into<String>, answer: &Answer) {
        match passing(answer) {
            Some(why) => self.see(about, false, did, format!("nothing can be told: {why}")),
            None => self.see(about, good, did, told(answer)),
        }
    }

    /// Notes whether a part of the API is there, unless an answer leaves that open.
    fn part_of_api(&mut self, name: &'static str, there: bool, answer: &Answer) {
        if there {
            self.there.push(name);
        } else if undecided(answer).is_none() && self.shaken().is_none() {
            self.lacking.push(name);
        }
    }

    /// A finding that an answer leaves open, if it does.
    fn open_by(&mut self, id: &str, answer: &Answer, steps: &[Step]) -> bool {
        let Some(why) = undecided(answer) else { return false };
        self.find(Finding::unknown(id, why, steps.to_vec()));
        true
    }

    /// Reads an object; none where there is none. Where that cannot be told the question stays open.
    fn read(&self, bucket: &str, key: &str, version: Option<&str>) -> Result<Option<Vec<u8>>, Stop> {
        let answer = self.send(&Call::new("GET", bucket).key(key).version(version))?;
        if !answer.ok() && answer.status != 404 {
            self.shake(format!("whether an object is there cannot be told ({})", told(&answer)));
        }
        Ok(answer.ok().then_some(answer.body))
    }

    /// Writes an object that a question needs; no store does without this, so a refusal ends the run.
    fn write(&self, bucket: &str, key: &str, body: &[u8]) -> Result<Answer, Stop> {
        self.watch.go_on()?;
        let call = Call::new("PUT", bucket).key(key).body(body);
        let mut answer = self.store.send(&call)?;
        for pause in 1..TRIES {
            if passing(&answer).is_none() {
                break;
            }
            if answer.status == 0 {
                // It may have been written, so that now it is there twice.
                self.shake(told(&answer));
            }
            self.watch.wait(Duration::from_secs(pause))?;
            answer = self.store.send(&call)?;
        }
        if answer.ok() {
            return Ok(answer);
        }
        let why = format!("an object cannot be written: {}", told(&answer));
        Err(Stop::failed(why, "do the credentials allow s3:PutObject?"))
    }

    /// Makes a bucket with this letter at its name's end; what the store answers is for the caller to judge.
    fn make_bucket(&mut self, letter: char, locked: bool) -> Result<(String, Answer), Stop> {
        let name = self.scratch.name(letter);
        self.scratch.note(&name, self.store.style);
        let call = |constraint: bool| {
            let mut call = Call::new("PUT", &name);
            if locked {
                call = call.header("x-amz-bucket-object-lock-enabled", "true");
            }
            if constraint {
                call = call.xml(&format!(
                    "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><LocationConstraint>{}</LocationConstraint></CreateBucketConfiguration>",
                    xml::escape(&self.options.region)
                ));
            }
            call
        };
        // us-east-1 is the one region that AWS wants without a constraint; other stores differ in which they take.
        let first = self.options.region != "us-east-1";
        let mut answer = self.send(&call(first))?;
        if answer.status == 400 {
            answer = self.send(&call(!first))?;
        }
        if refused_to_make(&answer) {
            self.scratch.forget(&name);
        }
        Ok((name, answer))
    }

    /// Turns versioning of a bucket on or off.
    fn versioning(&self, bucket: &str, status: &str) -> Result<Answer, Stop> {
        let body = format!(
            "<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>{status}</Status></VersioningConfiguration>"
        );
        self.send(&Call::new("PUT", bucket).query("versioning", "").xml(&body))
    }

    /// The bucket that every question without a bucket of its own uses. A store that makes none cannot be probed.
    fn first_bucket(&mut self) -> Result<String, Stop> {
        let reached = self.send(&Call::new("GET", ""))?;
        if reached.status == 0 {
            let why = format!("{} does not answer: {}", self.store.address(), reached.text());
            return Err(Stop::failed(why, "is the address right, and is the store up?"));
        }
        self.store.set_clock(&reached);
        let mut last = reached;
        // Each way has a name of its own: that one refuses says nothing about a bucket whose answer got lost on the other.
        let styles = match self.options.style {
            Some(style) => vec![(style, 'p')],
            None if self.store.is_bare_address() => vec![(Style::Path, 'p')],
            None => vec![(Style::Path, 'p'), (Style::Host, 'h')],
        };
        for (style, letter) in styles {
            self.store.style = style;
            let (name, answer) = self.make_bucket(letter, false)?;
            if answer.ok() {
                self.store.set_clock(&answer);
                self.report.server = server(&answer);
                return Ok(name);
            }
            self.store.set_clock(&answer);
            last = answer;
        }
        let help = "do the credentials allow s3:CreateBucket, and is --region the store's?";
        Err(Stop::failed(format!("no bucket can be made: {}", told(&last)), help))
    }

    /// Removes what was made, and gives the report.
    fn finish(mut self, outcome: Result<(), Stop>) -> Report {
        self.scratch.remove(&self.store, self.watch, &mut self.report);
        ended(&mut self.report, outcome);
        self.report
    }
}

/// The store said that it makes no bucket. That it is there already, and ours, is what an earlier answer that got lost looks like.
fn refused_to_make(answer: &Answer) -> bool {
    (400..500).contains(&answer.status)
        && passing(answer).is_none()
        && code(answer).as_deref() != Some("BucketAlreadyOwnedByYou")
}

/// Why nothing is concluded from answers that exclude each other.
const CONTRADICTION: &str = "the answer and what became of the object contradict each other";

/// Name and version of a store, where it tells them.
fn server(answer: &Answer) -> Option<String> {
    let name = answer.header("server")?;
    let name: String = name.chars().filter(|c| !c.is_control()).take(80).collect();
    (!name.is_empty()).then_some(name)
}

impl Probe for S3 {
    fn kind(&self) -> Kind {
        Kind::S3
    }

    fn endpoint(&self) -> String {
        self.store.address()
    }

    fn intent(&self) -> Vec<String> {
        vec![
            format!("make three buckets, {}XXXXXXXX-X, and remove them at the end", self.options.prefix),
            "write some hundred objects into them, 11 MiB altogether, and a thousand parts of one byte".to_owned(),
            "lock a few objects for 30 seconds, also in compliance mode, and wait until they can be removed".to_owned(),
            "where a governance lock was seen to be lifted: lock an object for a hundred years in that mode, and one for a day by a default of its bucket, and lift both at once; whoever takes the right to do that away meanwhile leaves them locked".to_owned(),
            "give one of the buckets policies, lifecycle rules and tags of its own for a moment; one policy lets anybody read one object of one byte".to_owned(),
        ]
    }

    fn run(&self, watch: &Watch, today: Date) -> Report {
        let report = Report::new(Kind::S3, self.store.address(), today);
        run(report, (&self.store, &self.options), watch, Run::ask)
    }

    fn clean_intent(&self) -> Vec<String> {
        clean_intent(&self.options)
    }

    fn clean(&self, watch: &Watch, today: Date) -> Report {
        clean(Kind::S3, &self.store, &self.options, watch, today)
    }
}

fn clean_intent(options: &Options) -> Vec<String> {
    vec![format!(
        "remove every bucket named {}XXXXXXXX-X (eight hexadecimal digits and a letter) with everything in it; a probe that is running now would lose its own",
        options.prefix
    )]
}

fn clean(kind: Kind, store: &Store, options: &Options, watch: &Watch, today: Date) -> Report {
    let mut report = Report::new(kind, store.address(), today);
    let listed = store.send(&Call::new("GET", ""));
    let outcome = listed.and_then(|listed| {
        store.set_clock(&listed);
        // The clock was not known when the list was signed.
        let listed = if listed.ok() { listed } else { store.send(&Call::new("GET", ""))? };
        report.server = server(&listed);
        if !listed.ok() {
            return Err(Stop::failed(
                format!("buckets cannot be listed: {}", told(&listed)),
                "do the credentials allow s3:ListAllMyBuckets?",
            ));
        }
        let names = xml::rows(&listed.text(), "Bucket", &["Name"]).into_iter().flatten();
        let ours: Vec<String> = names.filter(|name| scratch::is_ours(&options.prefix, name)).collect();
        let mut store = store.clone();
        if let (None, false, Some(first)) = (options.style, store.is_bare_address(), ours.first()) {
            let asked = store.send(&Call::new("GET", first).query("versioning", ""))?;
            let by_path = asked.ok() || passing(&asked).is_some();
            store.style = if by_path { Style::Path } else { Style::Host };
        }
        let ours: Vec<_> = ours.into_iter().map(|name| (name, store.style)).collect();
        scratch::remove(&store, (watch, &|| watch.go_on()), &mut report, ours)
    });
    ended(&mut report, outcome);
    report
}

impl Run<'_> {
    fn ask(&mut self) -> Result<(), Stop> {
        self.watch.step("making a bucket")?;
        let plain = self.first_bucket()?;
        self.question();
        let ahead = self.store.ahead();
        let said = format!("the store's clock is {ahead} s ahead of this machine's");
        self.see(
            "clock",
            ahead.abs() <= 60,
            "compared the Date of an answer with this machine's clock",
            said,
        );
        self.watch.step("versioning")?;
        let versioned = self.versions()?;
        self.watch.step("object lock")?;
        self.locks(versioned.as_deref())?;
        self.watch.step("addressing and listings")?;
        self.basics(&plain)?;
        self.watch.step("conditions")?;
        self.conditions(&plain, versioned.as_deref())?;
        self.watch.step("multipart uploads")?;
        self.multipart(&plain)?;
        self.watch.step("signed addresses")?;
        self.presign(&plain)?;
        self.watch.step("checksums")?;
        self.checksums(&plain)?;
        self.watch.step("encryption")?;
        self.encryption(&plain)?;
        self.watch.step("lifecycle")?;
        self.lifecycle(versioned.as_deref().unwrap_or(&plain))?;
        self.watch.step("tags and policies")?;
        self.access(&plain)?;
        self.api();
        self.find(Finding::unknown(
            "s3.sts.web_identity",
            "needs a token of an issuer that the store was told to trust; the probe has none",
            Vec::new(),
        ));
        self.report.findings.sort_by(|a, b| a.capability.cmp(&b.capability));
        Ok(())
    }

    fn api(&mut self) {
        self.question();
        let (there, lacking) = (std::mem::take(&mut self.there), std::mem::take(&mut self.lacking));
        let words = |words: &[&str]| (!words.is_empty()).then(|| serde_json::json!(words));
        let steps =
            vec![Step::new("used each part of the API on scratch buckets", "as the other findings say")];
        let mut finding = Finding::unknown("s3.api", "", steps);
        finding.note = None;
        (finding.is, finding.not) = (words(&there), words(&lacking));
        self.find(finding);
    }
}
