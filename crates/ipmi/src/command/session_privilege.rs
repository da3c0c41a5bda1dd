//! Set Session Privilege Level (IPMI 2.0, section 22.18): a session starts as USER and is raised by this.

use alloc::vec::Vec;

use super::{Body, Command};
use crate::bytes::Reader;
use crate::lan::NetFn;
use crate::{CompletionCode, DecodeError, Privilege};

/// Raises or lowers the level of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetSessionPrivilege(pub Privilege);

/// The level that the session now has, as the BMC writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionPrivilege(pub u8);

impl SetSessionPrivilege {
    /// A refusal in words; some codes mean something of their own here.
    pub const fn words(code: CompletionCode) -> &'static str {
        match code.0 {
            0x80 => "the BMC user does not have the privilege level",
            0x81 => "the privilege level is above the limit of the user or of the channel",
            0x82 => "the BMC can't switch off authentication for the user level",
            _ => code.words(),
        }
    }
}

impl Body for SetSessionPrivilege {
    fn encode(&self) -> Vec<u8> {
        Vec::from([self.0.code()])
    }

    fn decode(data: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new("set session privilege", data);
        let level = reader.u8()?;
        match Privilege::from_code(level) {
            Some(privilege) => Ok(Self(privilege)),
            None => reader.refuse(level),
        }
    }
}

impl Command for SetSessionPrivilege {
    const NETFN: NetFn = NetFn::APP;
    const CODE: u8 = 0x3b;
    type Response = SessionPrivilege;
}

impl Body for SessionPrivilege {
    fn encode(&self) -> Vec<u8> {
        Vec::from([self.0])
    }

    fn decode(data: &[u8]) -> Result<Self, DecodeError> {
        Reader::new("session privilege", data).u8().map(Self)
    }
}
