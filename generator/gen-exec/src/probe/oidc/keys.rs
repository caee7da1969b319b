//! The keys of an issuer: a JSON Web Key Set (RFC 7517) and what signatures they verify (RFC 7518).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gen_core::evidence::Report;
use ring::signature::{self, RsaPublicKeyComponents, UnparsedPublicKey};
use serde_json::Value;

use super::{see, short};

/// The published keys.
#[derive(Debug, Default)]
pub(super) struct Keys(Vec<Key>);

/// A key.
#[derive(Debug)]
struct Key {
    id: Option<String>,
    algorithm: Option<String>,
    material: Material,
    /// The private half is published too.
    private: bool,
}

#[derive(Debug)]
enum Material {
    Rsa { n: Vec<u8>, e: Vec<u8> },
    P256(Vec<u8>),
    P384(Vec<u8>),
    Ed25519(Vec<u8>),
    Other(String),
}

/// Whether a signature fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verified {
    /// By a published key.
    Yes,
    /// By none of them.
    No,
    /// The algorithm is none that a published key can verify.
    Unknown,
}

impl Keys {
    /// Reads a key set; what is no key of a known kind is kept by its name.
    pub(super) fn read(set: &Value) -> Self {
        let keys = set.get("keys").and_then(Value::as_array);
        Self(keys.into_iter().flatten().map(Key::read).collect())
    }

    /// What can be said about the keys.
    pub(super) fn report(&self, report: &mut Report) {
        let kinds: Vec<String> = self.0.iter().map(Key::describe).collect();
        let said = if kinds.is_empty() { "none".to_owned() } else { short(&kinds.join(", ")) };
        see(report, "keys", !kinds.is_empty(), "fetched jwks_uri", said);
        let unnamed = self.0.iter().filter(|key| key.id.is_none()).count();
        if unnamed > 0 {
            see(
                report,
                "key ids",
                unnamed == self.0.len() && unnamed == 1,
                "looked for `kid`",
                format!("{unnamed} without one"),
            );
        }
        if self.0.iter().any(|key| key.private) {
            see(
                report,
                "private keys",
                false,
                "looked for private halves",
                "the issuer publishes a private key",
            );
        }
        let weak =
            self.0.iter().filter(|key| matches!(&key.material, Material::Rsa { n, .. } if bits(n) < 2048));
        let weak = weak.count();
        if weak > 0 {
            see(report, "key size", false, "counted the bits of RSA keys", format!("{weak} below 2048 bits"));
        }
    }

    /// Whether a key verifies a signature made by this algorithm.
    pub(super) fn verify(&self, id: Option<&str>, algorithm: &str, message: &[u8], made: &[u8]) -> Verified {
        let fitting = self.0.iter().filter(|key| {
            id.is_none_or(|id| key.id.as_deref() == Some(id))
                && key.algorithm.as_deref().is_none_or(|known| known == algorithm)
        });
        let mut verdict = Verified::Unknown;
        for key in fitting {
            match key.material.verify(algorithm, message, made) {
                Verified::Yes => return Verified::Yes,
                Verified::No => verdict = Verified::No,
                Verified::Unknown => {}
            }
        }
        verdict
    }
}

fn bits(number: &[u8]) -> usize {
    let number = match number.iter().position(|byte| *byte != 0) {
        Some(first) => &number[first..],
        None => return 0,
    };
    number.len() * 8 - number.first().map_or(0, |byte| byte.leading_zeros() as usize)
}

impl Key {
    fn read(key: &Value) -> Self {
        let text = |name: &str| key.get(name).and_then(Value::as_str).map(str::to_owned);
        let bytes = |name: &str| URL_SAFE_NO_PAD.decode(text(name)?).ok();
        let kind = (text("kty").unwrap_or_default(), text("crv").unwrap_or_default());
        let point = || {
            let mut point = vec![4_u8];
            point.extend(bytes("x")?);
            point.extend(bytes("y")?);
            Some(point)
        };
        let material = match (kind.0.as_str(), kind.1.as_str()) {
            ("RSA", _) => bytes("n").zip(bytes("e")).map(|(n, e)| Material::Rsa { n, e }),
            ("EC", "P-256") => point().map(Material::P256),
            ("EC", "P-384") => point().map(Material::P384),
            ("OKP", "Ed25519") => bytes("x").map(Material::Ed25519),
            _ => None,
        };
        let material = material.unwrap_or_else(|| Material::Other(short(&format!("{} {}", kind.0, kind.1))));
        Self { id: text("kid"), algorithm: text("alg"), material, private: key.get("d").is_some() }
    }

    fn describe(&self) -> String {
        let kind = match &self.material {
            Material::Rsa { n, .. } => format!("RSA {}", bits(n)),
            Material::P256(_) => "EC P-256".to_owned(),
            Material::P384(_) => "EC P-384".to_owned(),
            Material::Ed25519(_) => "Ed25519".to_owned(),
            Material::Other(name) => format!("{} (not known here)", name.trim()),
        };
        match &self.algorithm {
            Some(algorithm) => format!("{kind} {algorithm}"),
            None => kind,
        }
    }
}

impl Material {
    fn verify(&self, algorithm: &str, message: &[u8], made: &[u8]) -> Verified {
        let outcome = match (self, algorithm) {
            (Self::Rsa { n, e }, name) => {
                let parameters = match name {
                    "RS256" => &signature::RSA_PKCS1_2048_8192_SHA256,
                    "RS384" => &signature::RSA_PKCS1_2048_8192_SHA384,
                    "RS512" => &signature::RSA_PKCS1_2048_8192_SHA512,
                    "PS256" => &signature::RSA_PSS_2048_8192_SHA256,
                    "PS384" => &signature::RSA_PSS_2048_8192_SHA384,
                    "PS512" => &signature::RSA_PSS_2048_8192_SHA512,
                    _ => return Verified::Unknown,
                };
                RsaPublicKeyComponents { n, e }.verify(parameters, message, made)
            }
            (Self::P256(point), "ES256") => {
                UnparsedPublicKey::new(&signature::ECDSA_P256_SHA256_FIXED, point).verify(message, made)
            }
            (Self::P384(point), "ES384") => {
                UnparsedPublicKey::new(&signature::ECDSA_P384_SHA384_FIXED, point).verify(message, made)
            }
            (Self::Ed25519(point), "EdDSA") => {
                UnparsedPublicKey::new(&signature::ED25519, point).verify(message, made)
            }
            _ => return Verified::Unknown,
        };
        if outcome.is_ok() { Verified::Yes } else { Verified::No }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// RFC 8037, appendix A.4: an Ed25519 key and a signature by it.
    #[test]
    fn a_signature_is_verified_by_its_key_alone() {
        let key = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        let keys = Keys::read(&json!({"keys": [key, {"kty": "oct"}, 3]}));
        let message = b"eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        let made = URL_SAFE_NO_PAD
            .decode("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg")
            .expect("base64");
        assert_eq!(keys.verify(None, "EdDSA", message, &made), Verified::Yes);
        assert_eq!(keys.verify(None, "EdDSA", b"other", &made), Verified::No);
        assert_eq!(keys.verify(None, "RS256", message, &made), Verified::Unknown);
        assert_eq!(keys.verify(Some("other"), "EdDSA", message, &made), Verified::Unknown);
    }

    #[test]
    fn bits_are_counted_without_leading_zeros() {
        assert_eq!((bits(&[0, 0]), bits(&[0, 1]), bits(&[0x80, 0])), (0, 1, 16));
    }
}
