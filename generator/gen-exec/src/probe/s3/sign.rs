//! Signature Version 4 as S3 takes it, in headers and in addresses
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html>).
//!
//! Written here and not taken from a client library, because a probe has to send what a well-behaved client never would: headers that a
//! store does not know, times that are wrong, signatures that do not fit.

use gen_core::digest::sha256_hex;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;

use super::super::{Secret, Stop, hex};

/// Hash of a body that is not signed.
pub(crate) const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// Who signs.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Access key; public by nature, never printed all the same.
    pub key: Secret,
    /// Secret key.
    pub secret: Secret,
    /// Session token of temporary credentials.
    pub token: Option<Secret>,
}

impl Credentials {
    /// Those of the environment.
    pub(crate) fn of_environment() -> Result<Self, Stop> {
        let help = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN for temporary credentials)";
        let need = |name: &str| {
            Secret::of(name).ok_or_else(|| Stop::failed(format!("the environment has no {name}"), help))
        };
        Ok(Self {
            key: need("AWS_ACCESS_KEY_ID")?,
            secret: need("AWS_SECRET_ACCESS_KEY")?,
            token: Secret::of("AWS_SESSION_TOKEN"),
        })
    }
}

/// What is signed.
#[derive(Debug, Clone)]
pub(crate) struct Signed<'a> {
    /// Method.
    pub method: &'a str,
    /// Host, with its port where that is not the scheme's own.
    pub host: &'a str,
    /// Path, encoded.
    pub path: &'a str,
    /// Parameters, not encoded.
    pub query: &'a [(String, String)],
    /// Headers that are signed beside the host, names in lower case.
    pub headers: &'a [(String, String)],
    /// Region that is signed for.
    pub region: &'a str,
    /// Time that is signed, in seconds since 1970.
    pub time: i64,
}

/// Percent-encodes everything but the unreserved characters of RFC 3986, and slashes where `path` says so.
pub(crate) fn encode(text: &str, path: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b'/' if path => out.push('/'),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

/// Parameters as they stand in an address: encoded and sorted.
pub(crate) fn query(parameters: &[(String, String)]) -> String {
    let mut pairs: Vec<(String, String)> =
        parameters.iter().map(|(name, value)| (encode(name, false), encode(value, false))).collect();
    pairs.sort();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

fn stamp(time: i64) -> String {
    Timestamp::from_second(time).unwrap_or(Timestamp::UNIX_EPOCH).strftime("%Y%m%dT%H%M%SZ").to_string()
}

fn mac(key: &[u8], message: &str) -> Vec<u8> {
    // HMAC takes keys of every length, so there is no error to speak of.
    Hmac::<Sha256>::new_from_slice(key)
        .map(|mut mac| {
            mac.update(message.as_bytes());
            mac.finalize().into_bytes().to_vec()
        })
        .unwrap_or_default()
}

impl Signed<'_> {
    fn scope(&self) -> String {
        format!("{}/{}/s3/aws4_request", &stamp(self.time)[..8], self.region)
    }

    /// Headers in canonical form, and their names.
    fn canonical(&self, headers: &[(String, String)]) -> (String, String) {
        let mut all: Vec<(&str, String)> = vec![("host", self.host.to_owned())];
        all.extend(headers.iter().map(|(name, value)| (name.as_str(), value.trim().to_owned())));
        all.sort();
        let lines: Vec<String> = all.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        (lines.concat(), names.join(";"))
    }

    fn signature(
        &self,
        credentials: &Credentials,
        query: &str,
        headers: &[(String, String)],
        hash: &str,
    ) -> String {
        let (lines, names) = self.canonical(headers);
        let request = format!("{}\n{}\n{query}\n{lines}\n{names}\n{hash}", self.method, self.path);
        let stamp = stamp(self.time);
        let text = format!("AWS4-HMAC-SHA256\n{stamp}\n{}\n{}", self.scope(), sha256_hex(request.as_bytes()));
        self.mac(credentials, &text)
    }

    /// Signs a text with the key of day, region and service.
    fn mac(&self, credentials: &Credentials, text: &str) -> String {
        let first = format!("AWS4{}", credentials.secret.expose());
        let day = &stamp(self.time)[..8];
        let steps = [day, self.region, "s3", "aws4_request", text];
        hex(&steps.iter().fold(first.into_bytes(), |key, step| mac(&key, step)))
    }

    /// The headers to send, those that were to be signed included. `hash` is the body's, in hex, or what stands for it.
    pub(crate) fn in_headers(&self, credentials: &Credentials, hash: &str) -> Vec<(String, String)> {
        let mut headers = self.headers.to_vec();
        headers.push(("x-amz-content-sha256".to_owned(), hash.to_owned()));
        headers.push(("x-amz-date".to_owned(), stamp(self.time)));
        if let Some(token) = &credentials.token {
            headers.push(("x-amz-security-token".to_owned(), token.expose().to_owned()));
        }
        let (_, names) = self.canonical(&headers);
        let signature = self.signature(credentials, &query(self.query), &headers, hash);
        let value = format!(
            "AWS4-HMAC-SHA256 Credential={}/{}, SignedHeaders={names}, Signature={signature}",
            credentials.key.expose(),
            self.scope()
        );
        headers.push(("authorization".to_owned(), value));
        headers
    }

    /// Headers and body of an upload in signed chunks (here one) with a signed trailer, in the form `name:value`.
    pub(crate) fn in_chunks(
        &self,
        credentials: &Credentials,
        body: &[u8],
        trailer: &str,
    ) -> (Vec<(String, String)>, Vec<u8>) {
        let headers = self.in_headers(credentials, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER");
        let authorization = headers.last().map(|(_, value)| value.as_str()).unwrap_or_default();
        let seed =
            authorization.rsplit_once("Signature=").map(|(_, seed)| seed.to_owned()).unwrap_or_default();
        let stamp = stamp(self.time);
        let sign = |kind: &str, before: &str, rest: &str| {
            self.mac(credentials, &format!("{kind}\n{stamp}\n{}\n{before}\n{rest}", self.scope()))
        };
        let chunk = |before: &str, body: &[u8]| {
            let rest = format!("{}\n{}", sha256_hex(b""), sha256_hex(body));
            sign("AWS4-HMAC-SHA256-PAYLOAD", before, &rest)
        };
        let first = chunk(&seed, body);
        let last = chunk(&first, b"");
        let end = sign("AWS4-HMAC-SHA256-TRAILER", &last, &sha256_hex(format!("{trailer}\n").as_bytes()));
        let mut framed = format!("{:x};chunk-signature={first}\r\n", body.len()).into_bytes();
        framed.extend_from_slice(body);
        let rest =
            format!("\r\n0;chunk-signature={last}\r\n{trailer}\r\nx-amz-trailer-signature:{end}\r\n\r\n");
        framed.extend_from_slice(rest.as_bytes());
        (headers, framed)
    }

    /// The parameters of a signed address that counts for so many seconds.
    pub(crate) fn in_address(&self, credentials: &Credentials, expires: u64) -> Vec<(String, String)> {
        let mut parameters = self.query.to_vec();
        let (_, names) = self.canonical(self.headers);
        let mut add = |name: &str, value: String| parameters.push((name.to_owned(), value));
        add("X-Amz-Algorithm", "AWS4-HMAC-SHA256".to_owned());
        add("X-Amz-Credential", format!("{}/{}", credentials.key.expose(), self.scope()));
        add("X-Amz-Date", stamp(self.time));
        add("X-Amz-Expires", expires.to_string());
        if let Some(token) = &credentials.token {
            add("X-Amz-Security-Token", token.expose().to_owned());
        }
        add("X-Amz-SignedHeaders", names);
        let signature = self.signature(credentials, &query(&parameters), self.headers, UNSIGNED);
        parameters.push(("X-Amz-Signature".to_owned(), signature));
        parameters
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The key of the documentation's examples.
    fn example() -> Credentials {
        Credentials {
            key: Secret::made("AKIAIOSFODNN7EXAMPLE"),
            secret: Secret::made("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            token: None,
        }
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    /// 24 May 2013, 00:00 UTC.
    const MAY: i64 = 1_369_353_600;

    /// "Authenticating Requests: Using the Authorization Header", examples PUT Object and GET Bucket (List Objects).
    #[test]
    fn headers_match_the_published_examples() {
        let headers = [
            pair("date", "Fri, 24 May 2013 00:00:00 GMT"),
            pair("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ];
        let put = Signed {
            method: "PUT",
            host: "examplebucket.s3.amazonaws.com",
            path: "/test%24file.text",
            query: &[],
            headers: &headers,
            region: "us-east-1",
            time: MAY,
        };
        let hash = sha256_hex(b"Welcome to Amazon S3.");
        let sent = put.in_headers(&example(), &hash);
        let (_, value) = sent.iter().find(|(name, _)| name == "authorization").expect("a signature");
        assert!(
            value.ends_with("Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
            "{value}"
        );
        let parameters = [pair("prefix", "J"), pair("max-keys", "2")];
        let list = Signed { method: "GET", path: "/", query: &parameters, headers: &[], ..put };
        let sent = list.in_headers(&example(), &sha256_hex(b""));
        let (_, value) = sent.iter().find(|(name, _)| name == "authorization").expect("a signature");
        assert!(
            value.ends_with("Signature=34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
            "{value}"
        );
    }

    /// "Authenticating Requests: Using Query Parameters", the example.
    #[test]
    fn addresses_match_the_published_example() {
        let get = Signed {
            method: "GET",
            host: "examplebucket.s3.amazonaws.com",
            path: "/test.txt",
            query: &[],
            headers: &[],
            region: "us-east-1",
            time: MAY,
        };
        let parameters = get.in_address(&example(), 86_400);
        let expected = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
        assert_eq!(parameters.last(), Some(&pair("X-Amz-Signature", expected)));
    }

    #[test]
    fn what_is_not_unreserved_is_encoded() {
        assert_eq!(encode("a b/ü+~", true), "a%20b/%C3%BC%2B~");
        assert_eq!(encode("a/b", false), "a%2Fb");
        assert_eq!(query(&[pair("b", "2"), pair("a", ""), pair("B", "x y")]), "B=x%20y&a=&b=2");
    }
}
