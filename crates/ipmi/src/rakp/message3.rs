//! RAKP Message 3 (IPMI 2.0, section 13.22): the console proves that it knows the password. Its code is not checked here.

use alloc::vec::Vec;

use super::{Answer, answer};
use crate::DecodeError;
use crate::crypto::Code;

/// The console's proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rakp3 {
    /// Ties the answer to it.
    pub tag: u8,
    /// The BMC's session id.
    pub managed_id: u32,
    /// HMAC with the password over the BMC's nonce and who we are.
    pub code: Code,
}

impl Rakp3 {
    /// The payload.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::from([self.tag, 0, 0, 0]);
        out.extend_from_slice(&self.managed_id.to_le_bytes());
        out.extend_from_slice(self.code.as_bytes());
        out
    }

    /// Reads the payload of the message, or of one in which the console gives up.
    ///
    /// # Errors
    /// When it is too short, or the code is longer than any code.
    pub fn decode(payload: &[u8]) -> Result<Answer<Self>, DecodeError> {
        answer("RAKP Message 3", payload, |tag, mut reader| {
            let [_, _] = reader.array()?;
            let managed_id = reader.u32()?;
            Ok(Self { tag, managed_id, code: Code::new(reader.rest())? })
        })
    }
}
