//! Versions: what is overwritten or deleted can be had back, and can be listed.

use gen_core::evidence::{Finding, Step};

use super::super::Stop;
use super::Run;
use super::store::{Call, told};
use super::xml;

impl Run<'_> {
    /// Whether a bucket can keep versions; gives the bucket if it does.
    pub(super) fn versions(&mut self) -> Result<Option<String>, Stop> {
        let id = "s3.versioning";
        self.question();
        let (bucket, made) = self.make_bucket('v', false)?;
        let mut steps = vec![Step::new("made a bucket", told(&made))];
        if !made.ok() {
            self.find(Finding::unknown(id, format!("no second bucket can be made ({})", told(&made)), steps));
            return Ok(None);
        }
        let on = self.versioning(&bucket, "Enabled")?;
        steps.push(Step::new("turned versioning on", told(&on)));
        let asked = self.send(&Call::new("GET", &bucket).query("versioning", ""))?;
        let status = xml::first(&asked.text(), "Status").unwrap_or_else(|| told(&asked));
        steps.push(Step::new("asked whether it is on", &status));
        if self.open_by(id, &on, &steps) || self.open_by(id, &asked, &steps) {
            return Ok(None);
        }
        if !on.ok() || status != "Enabled" {
            self.find(Finding::is(id, false, steps));
            return Ok(None);
        }
        let first = self.write(&bucket, "versions", b"first")?;
        let old = first.header("x-amz-version-id").map(str::to_owned);
        self.write(&bucket, "versions", b"second")?;
        let deleted = self.send(&Call::new("DELETE", &bucket).key("versions"))?;
        steps.push(Step::new("wrote an object twice and deleted it", told(&deleted)));
        let kept = match &old {
            Some(old) => self.read(&bucket, "versions", Some(old))?.is_some_and(|body| body == b"first"),
            None => false,
        };
        steps.push(Step::new(
            "read the first version",
            if kept { "the first body" } else { "not the first body" },
        ));
        let list = Call::new("GET", &bucket).query("versions", "").query("prefix", "versions");
        let listed = self.send(&list)?;
        let text = listed.text();
        let versions = xml::rows(&text, "Version", &["VersionId"]).len();
        let markers = xml::rows(&text, "DeleteMarker", &["VersionId"]).len();
        steps.push(Step::new("listed versions", format!("{versions} versions, {markers} delete markers")));
        let pages = self.pages_of_versions(&bucket)?;
        steps.push(Step::new("listed them one by one", format!("{pages} entries")));
        let listing = match (versions == 2 && markers == 1, pages) {
            (true, 3) => None,
            (true, 4..) => Some("a listing of versions page by page does not come to an end"),
            _ => Some("a listing of versions is not complete"),
        };
        let finding = Finding::is(id, kept, steps);
        self.find(match listing {
            Some(note) if kept => finding.note(note),
            _ => finding,
        });
        Ok(kept.then_some(bucket))
    }

    fn pages_of_versions(&self, bucket: &str) -> Result<usize, Stop> {
        let mut found = 0;
        let mut marker: Option<(String, String)> = None;
        for _ in 0..8 {
            let mut call = Call::new("GET", bucket)
                .query("versions", "")
                .query("prefix", "versions")
                .query("max-keys", "1");
            if let Some((key, version)) = &marker {
                call = call.query("key-marker", key).query("version-id-marker", version);
            }
            let text = self.send(&call)?.text();
            found += xml::texts(&text, "VersionId").len();
            if xml::first(&text, "IsTruncated").as_deref() != Some("true") {
                break;
            }
            let key = xml::first(&text, "NextKeyMarker").unwrap_or_default();
            marker = Some((key, xml::first(&text, "NextVersionIdMarker").unwrap_or_default()));
        }
        Ok(found)
    }
}
