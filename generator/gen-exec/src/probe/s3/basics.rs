//! Addresses, listings, and making a bucket that is there.

use gen_core::evidence::{Finding, Step};

use super::super::Stop;
use super::Run;
use super::store::{Call, Style, code, told, undecided};
use super::xml;

/// A name with what listings are known to mangle.
const ODD: &str = "odd/a b+c%20ü&x=1";

impl Run<'_> {
    /// Everything that clients do first.
    pub(super) fn basics(&mut self, bucket: &str) -> Result<(), Stop> {
        self.write(bucket, "basics", b"there")?;
        self.addressing(bucket)?;
        self.listings(bucket)?;
        self.create_conflict(bucket)?;
        self.signatures(bucket)
    }

    fn addressing(&mut self, bucket: &str) -> Result<(), Stop> {
        let id = "s3.addressing";
        self.question();
        let get = |style: Style| Call::new("GET", bucket).key("basics").style(style);
        let path = self.send(&get(Style::Path))?;
        let path_works = path.ok() && path.body == b"there";
        let mut steps = vec![Step::new("GET with the bucket in the path", told(&path))];
        self.part_of_api("path", path_works, &path);
        if self.store.is_bare_address() {
            self.find(Finding::unknown(
                id,
                "the endpoint is an IP address, before which no bucket can stand",
                steps,
            ));
            return Ok(());
        }
        let host = self.send(&get(Style::Host))?;
        let host_works = host.ok() && host.body == b"there";
        steps.push(Step::new("GET with the bucket in the host", told(&host)));
        self.part_of_api("vhost", host_works, &host);
        self.find(match (host_works, path_works) {
            (true, _) => Finding::is(id, "virtual_host", steps),
            (false, true) if undecided(&host).is_some() => {
                Finding::unknown(id, format!("a bucket's own host does not answer ({})", told(&host)), steps)
            }
            (false, true) => Finding::is(id, "path", steps),
            (false, false) => Finding::unknown(id, "neither way reads what was written", steps),
        });
        Ok(())
    }

    fn listings(&mut self, bucket: &str) -> Result<(), Stop> {
        self.question();
        for key in ["list/1", "list/2", "list/3", ODD] {
            self.write(bucket, key, b"x")?;
        }
        let list = || Call::new("GET", bucket).query("prefix", "list/").query("max-keys", "2");
        let one = self.send(&list())?;
        let first = xml::texts(&one.text(), "Key");
        let next = self.send(&list().query("marker", "list/2"))?;
        let v1 = first == ["list/1", "list/2"] && xml::texts(&next.text(), "Key") == ["list/3"];
        let mut steps = vec![Step::new("listed by version 1, two at a time", told(&one))];
        self.part_of_api("list_v1", v1, &one);
        let two = self.send(&list().query("list-type", "2"))?;
        let text = two.text();
        let token = xml::first(&text, "NextContinuationToken");
        let rest = match &token {
            Some(token) => {
                let next = self.send(&list().query("list-type", "2").query("continuation-token", token))?;
                xml::texts(&next.text(), "Key")
            }
            None => Vec::new(),
        };
        let after = self.send(&list().query("list-type", "2").query("start-after", "list/2"))?;
        let v2 = xml::texts(&text, "Key") == ["list/1", "list/2"]
            && rest == ["list/3"]
            && xml::texts(&after.text(), "Key") == ["list/3"];
        let said = if token.is_some() { "200 with a token for the next page".to_owned() } else { told(&two) };
        steps.push(Step::new("listed by version 2, two at a time", said));
        self.part_of_api("list_v2", v2, &two);
        self.find(match (v2, v1) {
            (true, _) => Finding::is("s3.list.version", "v2", steps),
            (false, true) if undecided(&two).is_some() => {
                Finding::unknown("s3.list.version", format!("version 2 is answered {}", told(&two)), steps)
            }
            (false, true) => Finding::is("s3.list.version", "v1", steps),
            (false, false) => {
                Finding::unknown("s3.list.version", "neither listing has what was written", steps)
            }
        });
        self.question();
        let listed = self.send(
            &Call::new("GET", bucket)
                .query("list-type", "2")
                .query("prefix", "odd/")
                .query("encoding-type", "url"),
        )?;
        let text = listed.text();
        let key = xml::first(&text, "Key").unwrap_or_default();
        let encoded = xml::first(&text, "EncodingType").as_deref() == Some("url")
            && decoded(&key) == Some(ODD.to_owned())
            && key != ODD;
        let steps = vec![Step::new(format!("listed `{ODD}` with encoding-type=url"), format!("`{key}`"))];
        if !self.open_by("s3.list.url_encoding", &listed, &steps) {
            self.find(Finding::is("s3.list.url_encoding", encoded, steps));
        }
        Ok(())
    }

    fn create_conflict(&mut self, bucket: &str) -> Result<(), Stop> {
        let id = "s3.bucket.create_conflict";
        self.question();
        let again = self.send(&Call::new("PUT", bucket))?;
        let steps = vec![Step::new("made a bucket that is there", told(&again))];
        if self.open_by(id, &again, &steps) {
            return Ok(());
        }
        let code = code(&again).unwrap_or_default();
        self.find(if again.ok() {
            Finding::unknown(
                id,
                "making it again is answered as if it had been made: there is no error to tell apart",
                steps,
            )
        } else {
            let apart = again.status == 409
                && matches!(code.as_str(), "BucketAlreadyOwnedByYou" | "BucketAlreadyExists");
            Finding::is(id, apart, steps)
        });
        Ok(())
    }

    /// Requests that are not rightly signed.
    fn signatures(&mut self, bucket: &str) -> Result<(), Stop> {
        let get = || Call::new("GET", bucket).key("basics");
        let wrong = self.send(&get().wrong_secret())?;
        self.see_answer("wrong signature", !wrong.ok(), "GET signed with another secret", &wrong);
        let unsigned = self.send(&get().sign(super::store::Sign::No))?;
        self.see_answer("no signature", !unsigned.ok(), "GET without a signature", &unsigned);
        for (minutes, good) in [(5, true), (20, false), (-20, false)] {
            let answer = self.send(&get().off(minutes * 60))?;
            let did = format!("GET signed for a time {minutes} minutes off");
            self.see_answer(&format!("a clock {minutes} minutes off"), answer.ok() == good, did, &answer);
        }
        let region = self.send(&get().region("gen-nowhere-1"))?;
        let did = "GET signed for a region that is not the store's";
        self.see_answer("another region", !region.ok(), did, &region);
        Ok(())
    }
}

/// Text without its percent encoding.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        if *first == b'%' {
            let digits = std::str::from_utf8(behind.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &behind[2..];
        } else {
            // In this encoding a plus stands for a space (`application/x-www-form-urlencoded`).
            bytes.push(if *first == b'+' { b' ' } else { *first });
            rest = behind;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn encoded_names_are_read_in_both_forms() {
        for text in ["odd/a%20b%2Bc%2520%C3%BC%26x%3D1", "odd%2Fa+b%2Bc%2520%C3%BC%26x%3D1"] {
            assert_eq!(super::decoded(text).as_deref(), Some(super::ODD));
        }
        assert_eq!(super::decoded("%zz"), None);
        assert_eq!(super::decoded("%4"), None);
    }
}
