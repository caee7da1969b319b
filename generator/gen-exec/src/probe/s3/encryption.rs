//! Encryption by the store: asked for, and confirmed by what it says about the object. What is ignored in silence is not offered.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gen_core::evidence::{Finding, Step};
use md5::{Digest as _, Md5};
use serde_json::json;

use super::super::http::Answer;
use super::super::{Stop, random_hex};
use super::Run;
use super::store::{Call, told, undecided};

/// What became of a kind.
enum Offered {
    Yes,
    No,
    /// It cannot be told, and why.
    Unknown(String),
}

/// The header that names the algorithm.
const ALGORITHM: &str = "x-amz-server-side-encryption";
/// The header that names the algorithm of a key that the client brings.
const CUSTOMER: &str = "x-amz-server-side-encryption-customer-algorithm";

impl Run<'_> {
    /// Every kind of encryption.
    pub(super) fn encryption(&mut self, bucket: &str) -> Result<(), Stop> {
        let id = "s3.encryption";
        self.question();
        let mut steps = Vec::new();
        let kinds = [
            ("sse_s3", self.named(bucket, "AES256", &mut steps)?),
            ("sse_kms", self.named(bucket, "aws:kms", &mut steps)?),
            ("sse_c", self.brought(bucket, &mut steps)?),
        ];
        let mut offered = Vec::new();
        let mut unsure = Vec::new();
        for (kind, found) in kinds {
            match found {
                Offered::Yes => offered.push(kind),
                Offered::No => {}
                Offered::Unknown(why) => unsure.push(format!("{kind}: {why}")),
            }
        }
        // The set is closed: to name a part of it would deny the rest.
        self.find(if unsure.is_empty() {
            Finding::is(id, json!(offered), steps)
        } else {
            let there = if offered.is_empty() { "none".to_owned() } else { offered.join(", ") };
            Finding::unknown(id, format!("{}; seen: {there}", unsure.join("; ")), steps)
        });
        Ok(())
    }

    fn named(&self, bucket: &str, algorithm: &str, steps: &mut Vec<Step>) -> Result<Offered, Stop> {
        let key = format!("encrypted-{}", algorithm.replace(':', "-"));
        let mut call = Call::new("PUT", bucket).key(&key).header(ALGORITHM, algorithm).body("secret");
        let kms_key = self.options.kms_key.as_deref().filter(|_| algorithm == "aws:kms");
        if let Some(id) = kms_key {
            call = call.header("x-amz-server-side-encryption-aws-kms-key-id", id);
        }
        let put = self.send(&call)?;
        let head = self.send(&Call::new("HEAD", bucket).key(&key))?;
        let says = |answer: &Answer| answer.header(ALGORITHM) == Some(algorithm);
        let confirmed = put.ok() && says(&put) && says(&head);
        let said = if confirmed {
            "confirmed by PUT and HEAD".to_owned()
        } else if put.ok() {
            "taken, and not confirmed: ignored".to_owned()
        } else {
            told(&put)
        };
        let open = undecided(&put).or_else(|| undecided(&head).filter(|_| put.ok())).filter(|_| !confirmed);
        steps.push(Step::new(format!("PUT with {ALGORITHM}: {algorithm}"), said));
        Ok(if confirmed {
            Offered::Yes
        } else if let Some(why) = open {
            Offered::Unknown(why)
        } else if !put.ok()
            && algorithm == "aws:kms"
            && kms_key.is_none()
            && (400..500).contains(&put.status)
            && !is_not_there(&put)
        {
            Offered::Unknown(format!("refused ({}); a key may have to be named: --kms-key", told(&put)))
        } else {
            Offered::No
        })
    }

    fn brought(&self, bucket: &str, steps: &mut Vec<Step>) -> Result<Offered, Stop> {
        let key = random_hex(32)?;
        let with_key = |call: Call| {
            call.header(CUSTOMER, "AES256")
                .header("x-amz-server-side-encryption-customer-key", &STANDARD.encode(key.as_bytes()))
                .header(
                    "x-amz-server-side-encryption-customer-key-md5",
                    &STANDARD.encode(Md5::digest(key.as_bytes())),
                )
        };
        let put = self.send(&with_key(Call::new("PUT", bucket).key("encrypted-c").body("secret")))?;
        if !put.ok() {
            steps.push(Step::new("PUT with a key of the client's own", told(&put)));
            if let Some(why) = undecided(&put) {
                return Ok(Offered::Unknown(why));
            }
            return Ok(if self.store.encrypted() || is_not_there(&put) {
                Offered::No
            } else {
                // A key must not be sent in clear: AWS and others refuse that for every store behind such an address.
                Offered::Unknown(format!(
                    "refused ({}), which may be because the address is not encrypted",
                    told(&put)
                ))
            });
        }
        let confirmed = put.header(CUSTOMER) == Some("AES256");
        let without = self.send(&Call::new("GET", bucket).key("encrypted-c"))?;
        let with = self.send(&with_key(Call::new("GET", bucket).key("encrypted-c")))?;
        steps.push(Step::new(
            "PUT with a key of the client's own",
            if confirmed { "confirmed" } else { "taken, and not confirmed: ignored" },
        ));
        steps.push(Step::new("GET without that key", told(&without)));
        steps.push(Step::new("GET with that key", told(&with)));
        let kept = !without.ok() && with.ok() && with.body == b"secret";
        Ok(match undecided(&with) {
            Some(why) if confirmed => Offered::Unknown(why),
            _ if confirmed && kept => Offered::Yes,
            _ => Offered::No,
        })
    }
}

/// The store says that it has no such thing.
fn is_not_there(answer: &Answer) -> bool {
    answer.status == 501 || super::store::code(answer).as_deref() == Some("NotImplemented")
}
