//! Checksums behind a body: `aws-chunked` with a CRC-32 trailer, as present client libraries send them unasked
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html>).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gen_core::evidence::{Finding, Step};

use super::super::Stop;
use super::Run;
use super::store::{Call, Store, told};

/// A body with its CRC-32 behind it, or with another value in its place.
pub(super) fn with_trailer(call: Call, body: &[u8], instead: Option<u32>, store: &Store) -> Call {
    let sum = STANDARD.encode(instead.unwrap_or_else(|| crc32fast::hash(body)).to_be_bytes());
    let call = call
        .header("content-encoding", "aws-chunked")
        .header("x-amz-decoded-content-length", &body.len().to_string())
        .header("x-amz-trailer", "x-amz-checksum-crc32")
        .header("x-amz-sdk-checksum-algorithm", "CRC32");
    if store.encrypted() {
        let mut framed = format!("{:x}\r\n", body.len()).into_bytes();
        framed.extend_from_slice(body);
        framed.extend_from_slice(format!("\r\n0\r\nx-amz-checksum-crc32:{sum}\r\n\r\n").as_bytes());
        call.hash("STREAMING-UNSIGNED-PAYLOAD-TRAILER").body(framed)
    } else {
        // Without TLS nothing else protects the body, so clients sign each chunk.
        call.trailer(body, &format!("x-amz-checksum-crc32:{sum}"))
    }
}

impl Run<'_> {
    /// Whether uploads with a checksum behind them are taken, and the checksum looked at.
    pub(super) fn checksums(&mut self, bucket: &str) -> Result<(), Stop> {
        let id = "s3.checksum.default_integrity";
        self.question();
        let body = b"what is checked end to end";
        let call = Call::new("PUT", bucket).key("checksum");
        let sent = self.send(&with_trailer(call, body, None, &self.store))?;
        let mut steps = vec![Step::new("PUT in aws-chunked form with a CRC-32 behind the body", told(&sent))];
        if self.open_by(id, &sent, &steps) {
            return Ok(());
        }
        if !sent.ok() {
            self.find(Finding::is(id, "reject", steps));
            return Ok(());
        }
        let same = self.read(bucket, "checksum", None)?.is_some_and(|read| read == body);
        steps.push(Step::new(
            "GET",
            if same { "the body as it was sent" } else { "not the body that was sent" },
        ));
        if !same {
            self.find(
                Finding::is(id, "reject", steps).note("the framing of the chunks is stored as content"),
            );
            return Ok(());
        }
        let call = Call::new("PUT", bucket).key("checksum-wrong");
        let wrong = self.send(&with_trailer(call, body, Some(1), &self.store))?;
        steps.push(Step::new("the same with a checksum that does not fit", told(&wrong)));
        let mut finding = Finding::is(id, "accept", steps);
        if wrong.ok() {
            finding = finding.note("a checksum that does not fit is not noticed");
        }
        self.find(finding);
        let call = Call::new("PUT", bucket).key("checksum-header").body(&body[..]);
        let sum = STANDARD.encode(2_u32.to_be_bytes());
        let wrong = self.send(&call.header("x-amz-checksum-crc32", &sum))?;
        let did = "PUT with a header x-amz-checksum-crc32 that does not fit";
        self.see_answer("checksum in a header", !wrong.ok(), did, &wrong);
        Ok(())
    }
}
