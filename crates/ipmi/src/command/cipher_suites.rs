//! Get Channel Cipher Suites (IPMI 2.0, section 22.15): which suites a BMC offers. Many BMCs do not answer it, so our
//! client does not ask; the server answers those who do.

use alloc::vec::Vec;

use super::{Body, Command};
use crate::bytes::Reader;
use crate::lan::NetFn;
use crate::{DecodeError, Suite};

/// Asks for 16 bytes of the list of suites. Needs no session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GetCipherSuites {
    /// Which 16 bytes, from 0 to 63.
    pub index: u8,
}

/// A part of the list of suites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CipherSuites {
    /// The channel's number.
    pub channel: u8,
    /// The suites of ours that are named in it; the others are skipped.
    pub suites: Vec<Suite>,
}

impl Body for GetCipherSuites {
    fn encode(&self) -> Vec<u8> {
        Vec::from([0x0e, 0, 0x80 | (self.index & 0x3f)])
    }

    fn decode(data: &[u8]) -> Result<Self, DecodeError> {
        let [_, _, index] = Reader::new("get cipher suites", data).array()?;
        Ok(Self { index: index & 0x3f })
    }
}

impl Command for GetCipherSuites {
    const NETFN: NetFn = NetFn::APP;
    const CODE: u8 = 0x54;
    type Response = CipherSuites;
}

impl Body for CipherSuites {
    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::from([self.channel]);
        for suite in &self.suites {
            let it = suite.algorithms();
            out.extend_from_slice(&[0xc0, suite.number(), it.authentication]);
            out.extend_from_slice(&[0x40 | it.integrity, 0x80 | it.confidentiality]);
        }
        out
    }

    fn decode(data: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new("cipher suites", data);
        let channel = reader.u8()?;
        let found = reader.rest().windows(2).filter(|pair| pair[0] == 0xc0);
        let suites =
            found.filter_map(|pair| Suite::ALL.into_iter().find(|s| s.number() == pair[1]));
        Ok(Self { channel, suites: suites.take(Suite::ALL.len()).collect() })
    }
}
