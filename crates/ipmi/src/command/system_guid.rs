//! Get System GUID (IPMI 2.0, section 22.14): which machine is this? BMCs disagree on the order of the bytes, so they
//! are kept as they came.

use alloc::vec::Vec;

use super::{Body, Command};
use crate::DecodeError;
use crate::bytes::Reader;
use crate::lan::NetFn;

/// Asks for the machine's GUID. Needs USER.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GetSystemGuid;

impl Body for GetSystemGuid {
    fn encode(&self) -> Vec<u8> {
        Vec::new()
    }

    fn decode(_: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self)
    }
}

impl Command for GetSystemGuid {
    const NETFN: NetFn = NetFn::APP;
    const CODE: u8 = 0x37;
    type Response = Guid;
}

/// A GUID as it stands on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Guid(pub [u8; 16]);

impl Body for Guid {
    fn encode(&self) -> Vec<u8> {
        self.0.to_vec()
    }

    fn decode(data: &[u8]) -> Result<Self, DecodeError> {
        Reader::new("system GUID", data).array().map(Self)
    }
}
