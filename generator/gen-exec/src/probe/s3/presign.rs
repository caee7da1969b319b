//! Signed addresses: that they give access, and that nothing else does.

use gen_core::evidence::{Finding, Step};
use serde_json::{Map, Value, json};

use super::super::Stop;
use super::Run;
use super::store::{Call, Sign, told};

/// Seven days, the longest that AWS allows.
const WEEK: u64 = 604_800;

impl Run<'_> {
    /// Everything about signed addresses.
    pub(super) fn presign(&mut self, bucket: &str) -> Result<(), Stop> {
        let id = "s3.presign.sigv4";
        self.question();
        let signed = |method: &str, key: &str, expires: u64| {
            Call::new(method, bucket).key(key).sign(Sign::Address(expires))
        };
        let get = self.send(&signed("GET", "basics", 60))?;
        let put = self.send(&signed("PUT", "presigned", 60).body("put by an address"))?;
        let written = self.read(bucket, "presigned", None)?.is_some_and(|body| body == b"put by an address");
        let expired = self.send(&signed("GET", "basics", 60).off(-120))?;
        let wrong = self.send(&signed("GET", "basics", 60).wrong_secret())?;
        let mut steps = vec![
            Step::new("GET by a signed address", told(&get)),
            Step::new(
                "PUT by a signed address, then GET",
                if written { "written".to_owned() } else { told(&put) },
            ),
            Step::new("GET by an address that expired a minute ago", told(&expired)),
            Step::new("GET by an address with a wrong signature", told(&wrong)),
        ];
        let get_works = get.ok() && get.body == b"there";
        let put_works = put.ok() && written;
        self.part_of_api("presign", get_works || put_works, &get);
        if expired.ok() || wrong.ok() {
            let what = if wrong.ok() { "a signature that is wrong" } else { "an address that has expired" };
            self.find(Finding::unknown(
                id,
                format!("{what} gives access: such addresses protect nothing"),
                steps,
            ));
            return Ok(());
        }
        let week = self.send(&signed("GET", "basics", WEEK))?;
        let longer = self.send(&signed("GET", "basics", WEEK + 1))?;
        steps.push(Step::new("GET by an address for seven days", told(&week)));
        steps.push(Step::new("GET by one for a second more", told(&longer)));
        let mut value = Map::new();
        value.insert("get".to_owned(), get_works.into());
        value.insert("put".to_owned(), put_works.into());
        let mut note = None;
        if week.ok() && !longer.ok() {
            value.insert("max_ttl".to_owned(), json!("7d"));
        } else if week.ok() {
            note = Some(
                "addresses for more than seven days are taken too; how long they may count was not found",
            );
        } else {
            note = Some("addresses for seven days are refused; how long they may count was not found");
        }
        let finding = Finding::is(id, Value::Object(value), steps);
        self.find(match note {
            Some(note) => finding.note(note),
            None => finding,
        });
        for (minutes, good) in [(5, true), (20, false)] {
            let answer = self.send(&signed("GET", "basics", 60).off(minutes * 60))?;
            let did = format!("GET by an address signed {minutes} minutes in the future");
            let about = format!("an address from {minutes} minutes ahead");
            self.see_answer(&about, answer.ok() == good, did, &answer);
        }
        Ok(())
    }
}
