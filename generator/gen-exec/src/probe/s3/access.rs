//! Tags and policies of a bucket.

use gen_core::evidence::{Finding, Step};
use serde_json::json;

use super::super::Stop;
use super::Run;
use super::store::{Call, Sign, told};
use super::xml;

impl Run<'_> {
    /// Tags, then policies.
    pub(super) fn access(&mut self, bucket: &str) -> Result<(), Stop> {
        self.tags(bucket)?;
        self.policy(bucket)
    }

    fn tags(&mut self, bucket: &str) -> Result<(), Stop> {
        self.question();
        let body = "<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TagSet><Tag><Key>made-by</Key><Value>probe</Value></Tag></TagSet></Tagging>";
        let put = self.send(&Call::new("PUT", bucket).query("tagging", "").xml(body))?;
        let got = self.send(&Call::new("GET", bucket).query("tagging", ""))?;
        let same = xml::rows(&got.text(), "Tag", &["Key", "Value"]) == [["made-by", "probe"]];
        let steps = vec![
            Step::new("PUT tags of a bucket", told(&put)),
            Step::new("GET them", if same { "the same".to_owned() } else { told(&got) }),
        ];
        let id = "s3.bucket.tags";
        let asked = if put.ok() { &got } else { &put };
        if !self.open_by(id, asked, &steps) {
            self.find(Finding::is(id, put.ok() && same, steps));
        }
        Ok(())
    }

    /// A policy counts if it takes away what was allowed, or allows what was not.
    fn policy(&mut self, bucket: &str) -> Result<(), Stop> {
        let id = "s3.bucket_policy";
        self.question();
        self.write(bucket, "policy", b"x")?;
        let policy = |effect: &str| {
            let text = json!({"Version": "2012-10-17", "Statement": [{
                "Sid": "Probe", "Effect": effect, "Principal": {"AWS": ["*"]}, "Action": ["s3:GetObject"],
                "Resource": [format!("arn:aws:s3:::{bucket}/policy")],
            }]});
            Call::new("PUT", bucket)
                .query("policy", "")
                .header("content-type", "application/json")
                .body(text.to_string())
        };
        let put = self.send(&policy("Deny"))?;
        let mut steps = vec![Step::new("PUT a policy that denies reading one object", told(&put))];
        if !put.ok() {
            self.send(&Call::new("DELETE", bucket).query("policy", ""))?;
            if !self.open_by(id, &put, &steps) {
                self.find(Finding::is(id, false, steps));
            }
            return Ok(());
        }
        let denied = self.send(&Call::new("GET", bucket).key("policy"))?;
        let other = self.send(&Call::new("GET", bucket).key("basics"))?;
        steps
            .push(Step::new("read that object, and another", format!("{}, {}", told(&denied), told(&other))));
        if denied.status == 403 && other.ok() {
            self.send(&Call::new("DELETE", bucket).query("policy", ""))?;
            self.find(Finding::is(id, true, steps));
            return Ok(());
        }
        // Whoever owns the store may be above every policy: then it shows by what it allows to nobody in particular.
        let put = self.send(&policy("Allow"))?;
        steps.push(Step::new("PUT a policy that lets anybody read one object", told(&put)));
        let allowed = self.send(&Call::new("GET", bucket).key("policy").sign(Sign::No))?;
        let other = self.send(&Call::new("GET", bucket).key("basics").sign(Sign::No))?;
        self.send(&Call::new("DELETE", bucket).query("policy", ""))?;
        let after = self.send(&Call::new("GET", bucket).key("policy").sign(Sign::No))?;
        steps.push(Step::new(
            "read that object without a signature, another, and that object after the policy was removed",
            format!("{}, {}, {}", told(&allowed), told(&other), told(&after)),
        ));
        self.find(if allowed.ok() && !other.ok() && !after.ok() {
            Finding::is(id, true, steps).note("not above the owner of the store, whom it cannot deny")
        } else {
            Finding::unknown(id, "taken, but neither denies nor allows anything that could be seen", steps)
        });
        Ok(())
    }
}
