//! RMCP datagrams that carry IPMI: the 1.5 wrapper without authentication, and the RMCP+ header with its trailer
//! (IPMI 2.0, sections 13.1 and 13.6). It checks no code and decrypts nothing.

use alloc::vec::Vec;

use crate::bytes::Reader;
use crate::crypto::clamp;
use crate::{DecodeError, lan};

/// Longest datagram that is looked at, in bytes. The longest that we send has under 150.
pub const DATAGRAM_MAX: usize = 1024;

/// Version 1.0, reserved, no acknowledgement wanted, class IPMI.
const RMCP: [u8; 4] = [0x06, 0x00, 0xff, 0x07];
const RMCP_LEN: usize = RMCP.len();
const RMCP_PLUS: u8 = 0x06;
const NEXT_HEADER: u8 = 0x07;
/// From the authentication type to the payload's length.
const HEADER_LEN: usize = 12;

/// A datagram of class IPMI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packet<'a> {
    /// IPMI 1.5, not authenticated: only good for asking what the BMC can do.
    Plain(Plain<'a>),
    /// IPMI 2.0 / RMCP+.
    Plus(Plus<'a>),
}

/// An IPMI 1.5 packet without authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plain<'a> {
    /// Sequence number; 0 outside of a session.
    pub sequence: u32,
    /// Session; 0 outside of a session.
    pub session_id: u32,
    /// A LAN message.
    pub payload: &'a [u8],
}

/// What an RMCP+ packet carries (IPMI 2.0, table 13-16).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadType {
    /// A LAN message.
    Ipmi = 0x00,
    /// RMCP+ Open Session Request.
    OpenRequest = 0x10,
    /// RMCP+ Open Session Response.
    OpenResponse = 0x11,
    /// RAKP Message 1.
    Rakp1 = 0x12,
    /// RAKP Message 2.
    Rakp2 = 0x13,
    /// RAKP Message 3.
    Rakp3 = 0x14,
    /// RAKP Message 4.
    Rakp4 = 0x15,
}

/// An RMCP+ packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plus<'a> {
    /// What it carries.
    pub kind: PayloadType,
    /// Whether the payload is encrypted.
    pub encrypted: bool,
    /// Whether a trailer with a code follows.
    pub authenticated: bool,
    /// The receiver's session; 0 outside of a session.
    pub session_id: u32,
    /// Sequence number in the session; 0 outside of a session.
    pub sequence: u32,
    /// What it carries, as it stands on the wire.
    pub payload: &'a [u8],
    /// From the authentication type to the end of the datagram: what the code covers, and the code.
    pub(crate) span: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Reads a datagram.
    ///
    /// # Errors
    /// When it is longer than [`DATAGRAM_MAX`], not RMCP of class IPMI, or its lengths don't fit.
    pub fn decode(datagram: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new("RMCP packet", datagram);
        if datagram.len() > DATAGRAM_MAX {
            return reader.refuse(clamp(datagram.len()));
        }
        let [version, _, _, class] = reader.array()?;
        if version != RMCP[0] || class != RMCP[3] {
            return reader.refuse(class);
        }
        let span = reader.rest();
        match reader.u8()? {
            0 => Plain::decode(reader).map(Self::Plain),
            RMCP_PLUS => Plus::decode(reader, span).map(Self::Plus),
            other => reader.refuse(other),
        }
    }
}

impl<'a> Plain<'a> {
    /// A packet outside of a session.
    pub fn new(payload: &'a [u8]) -> Self {
        Self { sequence: 0, session_id: 0, payload }
    }

    /// The datagram. A payload that is longer than 255 bytes can't be said in this format and is cut.
    pub fn encode(&self) -> Vec<u8> {
        let payload = &self.payload[..self.payload.len().min(u8::MAX.into())];
        let mut out = Vec::with_capacity(RMCP_LEN + 10 + payload.len());
        out.extend_from_slice(&RMCP);
        out.push(0);
        out.extend_from_slice(&self.sequence.to_le_bytes());
        out.extend_from_slice(&self.session_id.to_le_bytes());
        out.push(payload.len() as u8);
        out.extend_from_slice(payload);
        out
    }

    fn decode(mut reader: Reader<'a>) -> Result<Self, DecodeError> {
        let sequence = reader.u32()?;
        let session_id = reader.u32()?;
        let len = reader.u8()?;
        Ok(Self { sequence, session_id, payload: reader.take(len.into())? })
    }
}

impl PayloadType {
    /// The type for the low six bits of its byte.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code & 0x3f {
            0x00 => Some(Self::Ipmi),
            0x10 => Some(Self::OpenRequest),
            0x11 => Some(Self::OpenResponse),
            0x12 => Some(Self::Rakp1),
            0x13 => Some(Self::Rakp2),
            0x14 => Some(Self::Rakp3),
            0x15 => Some(Self::Rakp4),
            _ => None,
        }
    }
}

impl<'a> Plus<'a> {
    fn decode(mut reader: Reader<'a>, span: &'a [u8]) -> Result<Self, DecodeError> {
        let kind_byte = reader.u8()?;
        let Some(kind) = PayloadType::from_code(kind_byte) else {
            return reader.refuse(kind_byte);
        };
        let session_id = reader.u32()?;
        let sequence = reader.u32()?;
        let len = reader.u16()?;
        let payload = reader.take(len.into())?;
        let (encrypted, authenticated) = (kind_byte & 0x80 != 0, kind_byte & 0x40 != 0);
        Ok(Self { kind, encrypted, authenticated, session_id, sequence, payload, span })
    }

    /// The part that the code covers and the code, when the packet ends in a code of `code_len` bytes.
    pub fn signed(&self, code_len: usize) -> Option<(&'a [u8], &'a [u8])> {
        let (signed, code) = self.span.split_at_checked(self.span.len().checked_sub(code_len)?)?;
        let trailed = signed.len() >= HEADER_LEN + self.payload.len() + 2;
        (self.authenticated && trailed && signed.last() == Some(&NEXT_HEADER))
            .then_some((signed, code))
    }
}

/// A datagram outside of a session: a step of the handshake.
pub fn outside(kind: PayloadType, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(RMCP_LEN + HEADER_LEN + payload.len());
    header(&mut out, kind as u8, 0, 0, payload);
    out
}

/// A datagram inside of a session, up to where the code goes: its payload is already encrypted.
/// The code covers everything behind the first [`SIGNED_FROM`] bytes.
pub(crate) fn inside(session_id: u32, sequence: u32, payload: &[u8]) -> Vec<u8> {
    let pad = (4 - (HEADER_LEN + payload.len() + 2) % 4) % 4;
    let mut out = Vec::with_capacity(RMCP_LEN + HEADER_LEN + payload.len() + pad + 2 + 32);
    header(&mut out, PayloadType::Ipmi as u8 | 0xc0, session_id, sequence, payload);
    out.extend_from_slice(&[0xff; 3][..pad]);
    out.extend_from_slice(&[pad as u8, NEXT_HEADER]);
    out
}

/// Where the part begins that a packet's code covers.
pub(crate) const SIGNED_FROM: usize = RMCP_LEN;

fn header(out: &mut Vec<u8>, kind: u8, session_id: u32, sequence: u32, payload: &[u8]) {
    debug_assert!(payload.len() <= lan::MESSAGE_MAX + 64, "we make no payload of that length");
    out.extend_from_slice(&RMCP);
    out.extend_from_slice(&[RMCP_PLUS, kind]);
    out.extend_from_slice(&session_id.to_le_bytes());
    out.extend_from_slice(&sequence.to_le_bytes());
    out.extend_from_slice(&(payload.len() as u16).to_le_bytes());
    out.extend_from_slice(payload);
}
