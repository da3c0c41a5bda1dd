//! RAKP Message 4 (IPMI 2.0, section 13.23): the BMC proves that it has derived the session's key. Its code is not
//! checked here.

use alloc::vec::Vec;

use super::{Addressed, Answer, answer};
use crate::DecodeError;
use crate::crypto::Code;

/// The BMC's second proof: with it the session is up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rakp4 {
    /// RAKP 3's tag.
    pub tag: u8,
    /// The console's session id.
    pub console_id: u32,
    /// HMAC with the session integrity key, cut to the suite's short length.
    pub code: Code,
}

impl Rakp4 {
    /// The payload.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::from([self.tag, 0, 0, 0]);
        out.extend_from_slice(&self.console_id.to_le_bytes());
        out.extend_from_slice(self.code.as_bytes());
        out
    }

    /// Reads the payload of the message or of a refusal.
    ///
    /// # Errors
    /// When it is too short, or the code is longer than any code.
    pub fn decode(payload: &[u8]) -> Result<Answer<Self>, DecodeError> {
        answer("RAKP Message 4", payload, |tag, mut reader| {
            let [_, _] = reader.array()?;
            let console_id = reader.u32()?;
            Ok(Self { tag, console_id, code: Code::new(reader.rest())? })
        })
    }
}

impl Addressed for Rakp4 {
    fn address(&self) -> (u8, u32) {
        (self.tag, self.console_id)
    }
}
