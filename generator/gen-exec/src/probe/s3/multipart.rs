//! Multipart uploads: checks, conditions, copies, more than a thousand parts, and the highest part number.

use std::sync::atomic::{AtomicUsize, Ordering};

use gen_core::evidence::{Finding, Step};
use md5::{Digest as _, Md5};
use serde_json::json;

use super::super::http::Answer;
use super::super::{Stop, hex};
use super::store::{Call, told, undecided};
use super::xml;
use super::{CONTRADICTION, Run};

/// The least that every part but the last has to have at most stores.
const LEAST: usize = 5 << 20;
/// Parts of one byte that are uploaded to see whether more than a thousand can be listed.
const MANY: usize = 1001;
/// Uploads at once.
const WORKERS: usize = 8;

impl Run<'_> {
    /// Everything about multipart uploads.
    pub(super) fn multipart(&mut self, bucket: &str) -> Result<(), Stop> {
        self.question();
        let large = vec![b'x'; LEAST];
        let begun = self.send(&Call::new("POST", bucket).key("large").query("uploads", ""))?;
        let Some(upload) = xml::first(&begun.text(), "UploadId").filter(|_| begun.ok()) else {
            self.part_of_api("multipart", false, &begun);
            let steps = vec![Step::new("began a multipart upload", told(&begun))];
            if !self.open_by("s3.copy.multipart", &begun, &steps) {
                self.find(Finding::is("s3.copy.multipart", false, steps));
            }
            return Ok(());
        };
        // The highest number that AWS allows comes second, so that one upload shows two things.
        let first = self.part(bucket, "large", &upload, 1, &large)?;
        let last = self.part(bucket, "large", &upload, 10_000, b"y")?;
        let beyond = self.part(bucket, "large", &upload, 10_001, b"z")?;
        let mut steps = vec![
            Step::new("uploaded part 1 of 5 MiB", told(&first)),
            Step::new("uploaded part 10 000 of one byte", told(&last)),
            Step::new("uploaded part 10 001", told(&beyond)),
        ];
        let numbers: &[(u32, &Answer)] =
            if last.ok() { &[(1, &first), (10_000, &last)] } else { &[(1, &first)] };
        let done = self.complete(bucket, "large", &upload, numbers, None)?;
        steps.push(Step::new("completed the upload", told(&done)));
        let whole = done.ok() && xml::first(&done.text(), "Code").is_none();
        self.part_of_api("multipart", whole, &done);
        self.etag(&done, &large, last.ok().then_some(&b"y"[..]), steps.clone());
        self.most_parts(bucket, (last.ok(), beyond.ok(), whole), steps)?;
        if whole {
            self.copy(bucket)?;
            self.condition(bucket, &large)?;
        }
        self.many(bucket)
    }

    fn begin(&self, bucket: &str, key: &str) -> Result<Option<String>, Stop> {
        let begun = self.send(&Call::new("POST", bucket).key(key).query("uploads", ""))?;
        Ok(xml::first(&begun.text(), "UploadId").filter(|id| begun.ok() && !id.is_empty()))
    }

    fn part(&self, bucket: &str, key: &str, upload: &str, number: u32, body: &[u8]) -> Result<Answer, Stop> {
        let call = Call::new("PUT", bucket)
            .key(key)
            .query("partNumber", &number.to_string())
            .query("uploadId", upload);
        self.send(&call.body(body))
    }

    fn complete(
        &self,
        bucket: &str,
        key: &str,
        upload: &str,
        parts: &[(u32, &Answer)],
        condition: Option<&str>,
    ) -> Result<Answer, Stop> {
        let parts: Vec<(u32, String)> = parts
            .iter()
            .map(|(number, answer)| (*number, answer.header("etag").unwrap_or_default().to_owned()))
            .collect();
        self.complete_by(bucket, key, upload, &parts, condition)
    }

    fn complete_by(
        &self,
        bucket: &str,
        key: &str,
        upload: &str,
        parts: &[(u32, String)],
        condition: Option<&str>,
    ) -> Result<Answer, Stop> {
        let mut body =
            "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">".to_owned();
        for (number, etag) in parts {
            body.push_str(&format!(
                "<Part><PartNumber>{number}</PartNumber><ETag>{}</ETag></Part>",
                xml::escape(etag)
            ));
        }
        body.push_str("</CompleteMultipartUpload>");
        let mut call = Call::new("POST", bucket).key(key).query("uploadId", upload).body(body);
        if let Some(condition) = condition {
            call = call.header("if-none-match", condition);
        }
        let mut answer = self.send(&call)?;
        // An upload may fail after its status was sent: then the body holds the error (CompleteMultipartUpload, "200 OK with an error").
        if answer.ok() && xml::first(&answer.text(), "Code").is_some() {
            answer.status = 500;
        }
        Ok(answer)
    }

    fn abort(&self, bucket: &str, key: &str, upload: &str) -> Result<(), Stop> {
        self.send(&Call::new("DELETE", bucket).key(key).query("uploadId", upload)).map(drop)
    }

    fn etag(&mut self, done: &Answer, first: &[u8], last: Option<&[u8]>, mut steps: Vec<Step>) {
        let id = "s3.multipart.etag";
        if !done.ok() {
            self.find(Finding::unknown(id, "no multipart upload can be completed", steps));
            return;
        }
        let etag = xml::first(&done.text(), "ETag").unwrap_or_default().trim_matches('"').to_owned();
        let mut all = Md5::digest(first).to_vec();
        if let Some(last) = last {
            all.extend(Md5::digest(last));
        }
        let count = if last.is_some() { 2 } else { 1 };
        let expected = format!("{}-{count}", hex(&Md5::digest(&all)));
        let computed = etag == expected;
        let said = if computed { "equal" } else { "not equal" };
        steps.push(Step::new("compared the ETag with the MD5 of the parts' MD5s", said));
        self.find(Finding::is(id, if computed { "md5" } else { "opaque" }, steps));
    }

    /// The highest part number, if it can be told exactly: a lower bound alone would deny what lies above it.
    fn most_parts(
        &mut self,
        bucket: &str,
        (highest, beyond, whole): (bool, bool, bool),
        mut steps: Vec<Step>,
    ) -> Result<(), Stop> {
        let id = "s3.multipart.max_parts";
        if highest && !beyond && whole {
            self.find(
                Finding::is(id, json!({"parts": 10_000}), steps)
                    .note("by the highest part number; not as many parts"),
            );
            return Ok(());
        }
        if !highest && let Some(upload) = self.begin(bucket, "parts")? {
            let thousand = self.part(bucket, "parts", &upload, 1000, b"y")?;
            let more = self.part(bucket, "parts", &upload, 1001, b"y")?;
            steps.push(Step::new("uploaded part 1 000", told(&thousand)));
            steps.push(Step::new("uploaded part 1 001", told(&more)));
            self.abort(bucket, "parts", &upload)?;
            if thousand.ok() && !more.ok() {
                self.find(Finding::is(id, json!({"parts": 1000}), steps).note("by the highest part number"));
                return Ok(());
            }
        }
        let why = if beyond {
            "part numbers above 10 000 are taken too"
        } else {
            "the highest part number was not found"
        };
        self.find(Finding::unknown(id, why, steps));
        Ok(())
    }

    fn copy(&mut self, bucket: &str) -> Result<(), Stop> {
        let id = "s3.copy.multipart";
        self.question();
        let mut steps = Vec::new();
        let Some(upload) = self.begin(bucket, "copy")? else { return Ok(()) };
        let copy = Call::new("PUT", bucket)
            .key("copy")
            .query("partNumber", "1")
            .query("uploadId", &upload)
            .header("x-amz-copy-source", &format!("/{bucket}/large"))
            .header("x-amz-copy-source-range", "bytes=0-9");
        let copied = self.send(&copy)?;
        steps.push(Step::new("uploaded a part by copying ten bytes of an object", told(&copied)));
        let etag = xml::first(&copied.text(), "ETag").unwrap_or_default();
        let done = self.complete_by(bucket, "copy", &upload, &[(1, etag)], None)?;
        steps.push(Step::new("completed the upload", told(&done)));
        let same = done.ok() && self.read(bucket, "copy", None)?.is_some_and(|body| body == b"xxxxxxxxxx");
        steps.push(Step::new("GET", if same { "the ten bytes" } else { "not the ten bytes" }));
        if !done.ok() {
            self.abort(bucket, "copy", &upload)?;
        }
        if !self.open_by(id, &copied, &steps) && !self.open_by(id, &done, &steps) {
            self.find(Finding::is(id, copied.ok() && same, steps));
        }
        let whole =
            Call::new("PUT", bucket).key("copied").header("x-amz-copy-source", &format!("/{bucket}/basics"));
        let whole = self.send(&whole)?;
        let same = self.read(bucket, "copied", None)?.is_some_and(|body| body == b"there");
        let did = "PUT with x-amz-copy-source, then GET";
        self.see_answer("copy of an object", whole.ok() && same, did, &whole);
        Ok(())
    }

    fn condition(&mut self, bucket: &str, large: &[u8]) -> Result<(), Stop> {
        let id = "s3.multipart.if_none_match";
        self.question();
        self.write(bucket, "taken", b"first")?;
        let mut steps = Vec::new();
        let mut tries = Vec::new();
        for key in ["taken", "untaken"] {
            let Some(upload) = self.begin(bucket, key)? else { return Ok(()) };
            let body = if key == "taken" { large } else { b"small" };
            let part = self.part(bucket, key, &upload, 1, body)?;
            let done = self.complete(bucket, key, &upload, &[(1, &part)], Some("*"))?;
            let what = if key == "taken" { "there is an object" } else { "there is none" };
            steps.push(Step::new(
                format!("completed an upload with If-None-Match: * where {what}"),
                told(&done),
            ));
            if !done.ok() {
                self.abort(bucket, key, &upload)?;
            }
            if let Some(why) = undecided(&part) {
                self.shake(why);
            }
            tries.push(done);
        }
        let kept = self.read(bucket, "taken", None)?.is_some_and(|body| body == b"first");
        steps.push(Step::new("GET", if kept { "the first object" } else { "not the first object" }));
        if let Some(why) = tries.iter().find_map(undecided) {
            self.find(Finding::unknown(id, why, steps));
            return Ok(());
        }
        let verdict = match (tries[0].status, tries[1].ok(), kept) {
            (412 | 409, true, true) => Ok("enforced"),
            (200..=299, _, false) => Ok("ignored"),
            (_, false, true) => Ok("rejected"),
            _ => Err(CONTRADICTION.to_owned()),
        };
        self.conclude(id, verdict, steps);
        Ok(())
    }

    /// More than a thousand parts: completed where small parts are allowed, else uploaded and listed page by page.
    fn many(&mut self, bucket: &str) -> Result<(), Stop> {
        let Some(upload) = self.begin(bucket, "many")? else { return Ok(()) };
        self.watch.step("multipart uploads: 1 001 parts")?;
        let next = AtomicUsize::new(1);
        let run = &*self;
        let upload_parts = || -> Result<Vec<(u32, String)>, Stop> {
            let mut made = Vec::new();
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number > MANY {
                    return Ok(made);
                }
                let number = u32::try_from(number).unwrap_or(u32::MAX);
                let call = Call::new("PUT", bucket)
                    .key("many")
                    .query("partNumber", &number.to_string())
                    .query("uploadId", &upload);
                let answer = run.send(&call.body("x"))?;
                if answer.ok() {
                    made.push((number, answer.header("etag").unwrap_or_default().to_owned()));
                }
            }
        };
        let parts: Result<Vec<_>, Stop> = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..WORKERS).map(|_| scope.spawn(upload_parts)).collect();
            let failed = || Stop::failed("a part could not be uploaded", "run it again");
            workers.into_iter().map(|worker| worker.join().unwrap_or_else(|_| Err(failed()))).collect()
        });
        let mut parts: Vec<(u32, String)> = parts?.into_iter().flatten().collect();
        parts.sort();
        let listed = self.list_parts(bucket, &upload)?;
        let did = format!("uploaded {MANY} parts of one byte and listed them page by page");
        let good = parts.len() == MANY && listed == MANY;
        self.see("more than 1 000 parts", good, did, format!("{} uploaded, {listed} listed", parts.len()));
        let done = self.complete_by(bucket, "many", &upload, &parts, None)?;
        let size = if done.ok() { self.read(bucket, "many", None)?.map(|body| body.len()) } else { None };
        let said = match (done.ok(), size) {
            (true, Some(size)) => format!("completed, {size} bytes"),
            (true, None) => "completed, and cannot be read".to_owned(),
            (false, _) => {
                format!("{}: parts have a least size, so completing that many was not tried", told(&done))
            }
        };
        // Either is as it should be: small parts may be refused.
        let good = size == Some(MANY) || !done.ok();
        self.see("completing 1 001 small parts", good, "completed the upload", said);
        if !done.ok() {
            self.abort(bucket, "many", &upload)?;
        }
        Ok(())
    }

    fn list_parts(&self, bucket: &str, upload: &str) -> Result<usize, Stop> {
        let mut found = 0;
        let mut marker = String::new();
        for _ in 0..8 {
            let mut call = Call::new("GET", bucket).key("many").query("uploadId", upload);
            if !marker.is_empty() {
                call = call.query("part-number-marker", &marker);
            }
            let text = self.send(&call)?.text();
            found += xml::texts(&text, "PartNumber").len();
            if xml::first(&text, "IsTruncated").as_deref() != Some("true") {
                break;
            }
            marker = xml::first(&text, "NextPartNumberMarker").unwrap_or_default();
        }
        Ok(found)
    }
}
