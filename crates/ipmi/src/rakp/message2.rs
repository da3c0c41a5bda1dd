//! RAKP Message 2 (IPMI 2.0, section 13.21): the BMC proves that it knows the password. Its code is not checked here.

use alloc::vec::Vec;

use super::{Addressed, Answer, NONCE, answer};
use crate::DecodeError;
use crate::crypto::Code;

/// The BMC's nonce, its GUID and its proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rakp2 {
    /// RAKP 1's tag.
    pub tag: u8,
    /// The console's session id.
    pub console_id: u32,
    /// The BMC's nonce.
    pub nonce: [u8; NONCE],
    /// The BMC's GUID.
    pub guid: [u8; 16],
    /// HMAC with the password over what both sides said so far.
    pub code: Code,
}

impl Rakp2 {
    /// The payload.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::from([self.tag, 0, 0, 0]);
        out.extend_from_slice(&self.console_id.to_le_bytes());
        out.extend_from_slice(&self.nonce);
        out.extend_from_slice(&self.guid);
        out.extend_from_slice(self.code.as_bytes());
        out
    }

    /// Reads the payload of the message or of a refusal.
    ///
    /// # Errors
    /// When it is too short, or the code is longer than any code.
    pub fn decode(payload: &[u8]) -> Result<Answer<Self>, DecodeError> {
        answer("RAKP Message 2", payload, |tag, mut reader| {
            let [_, _] = reader.array()?;
            let console_id = reader.u32()?;
            let (nonce, guid) = (reader.array()?, reader.array()?);
            Ok(Self { tag, console_id, nonce, guid, code: Code::new(reader.rest())? })
        })
    }
}

impl Addressed for Rakp2 {
    fn address(&self) -> (u8, u32) {
        (self.tag, self.console_id)
    }
}
