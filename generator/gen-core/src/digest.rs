//! Digests.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// SHA-256 in lower-case hex.
pub fn sha256_hex(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] =
        ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| DIGITS[usize::from(digit)]).collect()
}

/// Puts the SHA-256 of a text into it, in lower-case hex, in front of the last `end` bytes. Gives the SHA-256 of what came of it too: what
/// stands before the digits is hashed once for both.
pub fn seal(text: &mut Vec<u8>, end: usize) -> String {
    let place = text.len().saturating_sub(end);
    let mut before = Sha256::new();
    before.update(&text[..place]);
    let mut after = before.clone();
    before.update(&text[place..]);
    let digits = hex(&before.finalize());
    after.update(&digits);
    after.update(&text[place..]);
    text.splice(place..place, digits.into_bytes());
    hex(&after.finalize())
}

/// The canonical JSON of a value (RFC 8785): the same bytes whoever writes it, in whatever order of keys.
pub fn canonical(value: &impl Serialize) -> Vec<u8> {
    // It fails on maps whose keys are no strings and on numbers that are none; documents and records hold neither.
    serde_json_canonicalizer::to_vec(value).unwrap_or_default()
}

/// SHA-256 over the canonical JSON of a value, in lower-case hex.
pub fn canonical_sha256(value: &impl Serialize) -> String {
    sha256_hex(&canonical(value))
}

#[cfg(test)]
mod tests {
    #[test]
    fn matches_the_published_vector() {
        // FIPS 180-2, appendix B.1.
        assert_eq!(
            super::sha256_hex(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn a_seal_is_the_digest_of_the_text_without_it() {
        let (before, end) = ("{\"digest\": \"", "\"}\n");
        let mut text = format!("{before}{end}").into_bytes();
        let digest = super::sha256_hex(&text);
        let whole = super::seal(&mut text, end.len());
        assert_eq!(text, format!("{before}{digest}{end}").as_bytes());
        assert_eq!(whole, super::sha256_hex(&text));
    }

    #[test]
    fn canonical_json_is_that_of_the_standard() {
        // RFC 8785, §3.2.2 and §3.2.3: strings, literals, and the order of keys by UTF-16.
        let value = serde_json::json!({
            "string": "\u{20ac}$\u{f}\nA'B\"\\\\\"/", "literals": [null, true, false], "numbers": [4.5, 2e-3, 1e30],
        });
        let expected = "{\"literals\":[null,true,false],\"numbers\":[4.5,0.002,1e+30],\
                        \"string\":\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
        assert_eq!(super::canonical(&value), expected.as_bytes());
        let value = serde_json::json!({"\u{20ac}": 1, "\r": 2, "\u{fb33}": 3, "1": 4, "\u{1f600}": 5, "\u{80}": 6, "\u{f6}": 7});
        let keys =
            "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"\u{f6}\":7,\"\u{20ac}\":1,\"\u{1f600}\":5,\"\u{fb33}\":3}";
        assert_eq!(super::canonical(&value), keys.as_bytes());
    }
}
