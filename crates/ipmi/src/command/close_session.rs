//! Close Session (IPMI 2.0, section 22.19). Whether anybody waits for the answer is not decided here.

use alloc::vec::Vec;

use super::{Body, Command, Nothing};
use crate::DecodeError;
use crate::bytes::Reader;
use crate::lan::NetFn;

/// Ends a session. Needs none but the session itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CloseSession {
    /// The BMC's id of the session.
    pub managed_id: u32,
}

impl Body for CloseSession {
    fn encode(&self) -> Vec<u8> {
        self.managed_id.to_le_bytes().to_vec()
    }

    fn decode(data: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self { managed_id: Reader::new("close session", data).u32()? })
    }
}

impl Command for CloseSession {
    const NETFN: NetFn = NetFn::APP;
    const CODE: u8 = 0x3c;
    type Response = Nothing;
}
