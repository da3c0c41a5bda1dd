//! A token's text, while it is drawn, and its hash.
//! It is never logged: there is no `Debug` or `Display` of the text.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};

/// What every token begins with.
const MARK: &str = "lw_";
/// How many random bytes are in a token.
const RANDOM_BYTES: usize = 32;
/// How many characters of a token are kept for finding it.
const PREFIX_BYTES: usize = MARK.len() + 8;

/// A token's text.
pub(super) struct Plain(String);

impl Plain {
    /// A new one.
    pub(super) fn draw() -> Self {
        let mut random = [0; RANDOM_BYTES];
        getrandom::fill(&mut random).expect("the system has random bytes");
        Self(format!("{MARK}{}", hex(&random)))
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }

    pub(super) fn prefix(&self) -> &str {
        &self.0[..PREFIX_BYTES]
    }

    /// The prefix of a text that may be a token.
    pub(super) fn prefix_of(text: &str) -> Option<&str> {
        let long = text.len() == MARK.len() + 2 * RANDOM_BYTES;
        if long && text.starts_with(MARK) { text.get(..PREFIX_BYTES) } else { None }
    }
}

/// The SHA-256 of a token's text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hash(pub(super) [u8; 32]);

impl Hash {
    pub(super) fn of(text: &str) -> Self {
        Self(Sha256::digest(text).into())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hash(..)")
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex(&self.0))
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || de::Error::custom("a hash has 64 hexadecimal digits");
        if text.len() != 64 || !text.is_ascii() {
            return Err(wrong());
        }
        let mut bytes = [0; 32];
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).map_err(|_| wrong())?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| wrong())?;
        }
        Ok(Self(bytes))
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
