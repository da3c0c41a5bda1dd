//! The two keyed hashes and the one cipher of our suites. It knows no message: what is hashed is decided elsewhere.

use alloc::vec::Vec;
use core::fmt;

use aes::Aes128;
use aes::cipher::{Array, BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use crate::{DecodeError, Suite};

/// Length of an AES block, an initialisation vector and an AES-128 key, in bytes.
pub const BLOCK: usize = 16;

/// A keyed hash, or a key derived by one: at most 32 bytes, compared in constant time, never printed, wiped on drop.
#[derive(Clone)]
pub struct Code {
    bytes: [u8; Code::MAX],
    len: usize,
}

impl Code {
    /// Longest code in bytes.
    pub const MAX: usize = 32;

    /// Takes a code from the wire.
    pub fn new(code: &[u8]) -> Result<Self, DecodeError> {
        let mut bytes = [0; Self::MAX];
        let too_long = DecodeError::Value { what: "code length", value: clamp(code.len()) };
        bytes.get_mut(..code.len()).ok_or(too_long)?.copy_from_slice(code);
        Ok(Self { bytes, len: code.len() })
    }

    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// The first `len` bytes, or all if there are fewer.
    #[must_use]
    pub fn truncated(mut self, len: usize) -> Self {
        self.len = self.len.min(len);
        self
    }

    /// Whether both are the same; takes the same time wherever they differ.
    pub fn matches(&self, other: &[u8]) -> bool {
        self.as_bytes().ct_eq(other).into()
    }
}

/// The suite's HMAC of all `parts`, one after the other.
pub fn hmac(suite: Suite, key: &[u8], parts: &[&[u8]]) -> Code {
    match suite {
        Suite::C3 => hash::<Hmac<Sha1>>(key, parts),
        Suite::C17 => hash::<Hmac<Sha256>>(key, parts),
    }
}

/// Encrypts a payload (IPMI 2.0, section 13.29): the initialisation vector, then the padded message in AES-CBC-128.
pub fn encrypt(key: &[u8; BLOCK], iv: [u8; BLOCK], plain: &[u8]) -> Vec<u8> {
    let pad = (BLOCK - (plain.len() + 1) % BLOCK) % BLOCK;
    let mut out = Vec::with_capacity(BLOCK + plain.len() + pad + 1);
    out.extend_from_slice(&iv);
    out.extend_from_slice(plain);
    out.extend((1..=BLOCK as u8).take(pad));
    out.push(pad as u8);
    let mut cipher = cbc::Encryptor::<Aes128>::new(&Array::from(*key), &Array::from(iv));
    for block in out[BLOCK..].as_chunks_mut::<BLOCK>().0 {
        let mut data = Array::from(*block);
        cipher.encrypt_block(&mut data);
        *block = data.into();
    }
    out
}

/// Decrypts what [`encrypt`] makes.
///
/// # Errors
/// When it is not an initialisation vector and whole blocks, or the padding is not as the specification wants it.
pub fn decrypt(key: &[u8; BLOCK], payload: &[u8]) -> Result<Vec<u8>, DecodeError> {
    let what = "encrypted payload";
    let (iv, blocks) = match payload.as_chunks::<BLOCK>() {
        ([iv, blocks @ ..], []) if !blocks.is_empty() => (iv, blocks),
        _ => return Err(DecodeError::Value { what, value: clamp(payload.len()) }),
    };
    let mut cipher = cbc::Decryptor::<Aes128>::new(&Array::from(*key), &Array::from(*iv));
    let mut plain = Vec::with_capacity(blocks.len() * BLOCK);
    for block in blocks {
        let mut data = Array::from(*block);
        cipher.decrypt_block(&mut data);
        plain.extend_from_slice(&data);
    }
    let pad = plain.pop().unwrap_or(0);
    let bad = DecodeError::Value { what: "padding", value: pad.into() };
    let end = plain.len().checked_sub(pad.into()).ok_or(bad)?;
    if usize::from(pad) >= BLOCK || !plain[end..].iter().copied().eq(1..=pad) {
        return Err(bad);
    }
    plain.truncate(end);
    Ok(plain)
}

fn hash<M: Mac + KeyInit>(key: &[u8], parts: &[&[u8]]) -> Code {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    Code::new(&mac.finalize().into_bytes()).expect("both hashes give at most 32 bytes")
}

/// A length for an error message: those that do not fit are all the same to a reader.
pub(crate) fn clamp(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

impl PartialEq for Code {
    fn eq(&self, other: &Self) -> bool {
        self.matches(other.as_bytes())
    }
}

impl Eq for Code {}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "***[{}]", self.len)
    }
}

impl Drop for Code {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}
