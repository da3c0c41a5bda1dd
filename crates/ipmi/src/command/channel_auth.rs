//! Get Channel Authentication Capabilities (IPMI 2.0, section 22.13): what a BMC says it can do, before any session.
//! Nobody vouches for the answer, so nothing may be decided by it.

use alloc::vec::Vec;

use super::{Body, Command};
use crate::bytes::Reader;
use crate::lan::NetFn;
use crate::{DecodeError, Privilege};

/// Asks what the channel that it came by can do. Needs no session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetChannelAuth {
    /// The level that a session would want.
    pub privilege: Privilege,
}

/// What a channel can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChannelAuth {
    /// The channel's number.
    pub channel: u8,
    /// IPMI 2.0 sessions are possible.
    pub ipmi20: bool,
    /// A BMC key (Kg) other than zero is set.
    pub kg_set: bool,
    /// Some user has a name.
    pub named_users: bool,
    /// Some user has a password but no name.
    pub null_users: bool,
    /// Some user has neither name nor password.
    pub anonymous: bool,
}

impl Body for GetChannelAuth {
    fn encode(&self) -> Vec<u8> {
        Vec::from([0x8e, self.privilege.code()])
    }

    fn decode(data: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new("get channel authentication capabilities", data);
        let [_, level] = reader.array()?;
        match Privilege::from_code(level) {
            Some(privilege) => Ok(Self { privilege }),
            None => reader.refuse(level),
        }
    }
}

impl Command for GetChannelAuth {
    const NETFN: NetFn = NetFn::APP;
    const CODE: u8 = 0x38;
    type Response = ChannelAuth;
}

impl Body for ChannelAuth {
    fn encode(&self) -> Vec<u8> {
        let extended = u8::from(self.ipmi20) << 7;
        let status = u8::from(self.kg_set) << 5
            | u8::from(self.named_users) << 2
            | u8::from(self.null_users) << 1
            | u8::from(self.anonymous);
        Vec::from([self.channel, extended, status, u8::from(self.ipmi20) << 1, 0, 0, 0, 0])
    }

    fn decode(data: &[u8]) -> Result<Self, DecodeError> {
        let [channel, types, status, versions] =
            Reader::new("channel authentication capabilities", data).array()?;
        Ok(Self {
            channel: channel & 0x0f,
            ipmi20: types & 0x80 != 0 && versions & 0x02 != 0,
            kg_set: status & 0x20 != 0,
            named_users: status & 0x04 != 0,
            null_users: status & 0x02 != 0,
            anonymous: status & 0x01 != 0,
        })
    }
}
