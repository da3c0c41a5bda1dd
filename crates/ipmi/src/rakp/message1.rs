//! RAKP Message 1 (IPMI 2.0, section 13.20): the console names the user. It carries no proof yet.

use alloc::vec::Vec;

use super::NONCE;
use crate::bytes::Reader;
use crate::{DecodeError, UserName};

/// In the role byte: look the user up by name alone, whatever its level.
pub const NAME_ONLY_LOOKUP: u8 = 0x10;

/// The console's nonce, role and user name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rakp1 {
    /// Ties the answer to it.
    pub tag: u8,
    /// The BMC's session id.
    pub managed_id: u32,
    /// The console's nonce.
    pub nonce: [u8; NONCE],
    /// [`NAME_ONLY_LOOKUP`] and the highest level wanted; goes into the codes as it stands here.
    pub role: u8,
    /// The user.
    pub username: UserName,
}

impl Rakp1 {
    /// The payload.
    pub fn encode(&self) -> Vec<u8> {
        let name = self.username.as_bytes();
        let mut out = Vec::from([self.tag, 0, 0, 0]);
        out.extend_from_slice(&self.managed_id.to_le_bytes());
        out.extend_from_slice(&self.nonce);
        out.extend_from_slice(&[self.role, 0, 0, name.len() as u8]);
        out.extend_from_slice(name);
        out
    }

    /// Reads the payload.
    ///
    /// # Errors
    /// When it is too short or the name is longer than 16 bytes.
    pub fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new("RAKP Message 1", payload);
        let [tag, _, _, _] = reader.array()?;
        let managed_id = reader.u32()?;
        let nonce = reader.array()?;
        let [role, _, _, len] = reader.array()?;
        let username =
            UserName::from_bytes(reader.take(len.into())?).or_else(|_| reader.refuse(len))?;
        Ok(Self { tag, managed_id, nonce, role, username })
    }
}
