//! LAN messages: what a request and a response look like inside of a packet (IPMI 2.0, section 13.8). It does not know
//! what the commands mean.

use alloc::vec::Vec;

use crate::bytes::Reader;
use crate::crypto::clamp;
use crate::{CompletionCode, DecodeError};

/// Longest message that is looked at, in bytes.
pub const MESSAGE_MAX: usize = 512;
/// The BMC's address.
pub const BMC: u8 = 0x20;
/// The address of software at the other end, as everybody uses it.
pub const CONSOLE: u8 = 0x81;
/// Request sequence numbers have six bits.
pub const SEQUENCE_MASK: u8 = 0x3f;

/// The group that a command belongs to: the even number of the pair (IPMI 2.0, table 5-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NetFn(u8);

/// A request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Request<'a> {
    /// Who asks, usually [`CONSOLE`].
    pub from: u8,
    /// The command's group.
    pub netfn: NetFn,
    /// The command's number in its group.
    pub command: u8,
    /// Ties a response to it; six bits.
    pub sequence: u8,
    /// The command's data.
    pub data: &'a [u8],
}

/// A response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Response<'a> {
    /// Who had asked.
    pub to: u8,
    /// The command's group: the request's, without the bit that marks a response.
    pub netfn: NetFn,
    /// The command's number in its group.
    pub command: u8,
    /// The request's sequence number.
    pub sequence: u8,
    /// How it went.
    pub completion: CompletionCode,
    /// What came of it.
    pub data: &'a [u8],
}

impl NetFn {
    /// Chassis commands.
    pub const CHASSIS: Self = Self(0x00);
    /// Commands to the BMC itself.
    pub const APP: Self = Self(0x06);

    /// The group for a request's number, which is even and below 64.
    pub const fn from_request(code: u8) -> Option<Self> {
        if code & 1 == 0 && code < 64 { Some(Self(code)) } else { None }
    }

    /// The number in a request; a response has one more.
    pub const fn code(self) -> u8 {
        self.0
    }
}

impl<'a> Request<'a> {
    /// The message's bytes.
    pub fn encode(&self) -> Vec<u8> {
        let sequence = (self.sequence & SEQUENCE_MASK) << 2;
        frame([BMC, self.netfn.0 << 2], [self.from, sequence, self.command], &[], self.data)
    }

    /// Reads a request to the BMC.
    ///
    /// # Errors
    /// When it is too short or long, a checksum does not match, or it is a response or for somebody else.
    pub fn decode(message: &'a [u8]) -> Result<Self, DecodeError> {
        let raw = Raw::decode("LAN request", message)?;
        let netfn = NetFn::from_request(raw.netfn_lun >> 2);
        let (Some(netfn), BMC) = (netfn, raw.to) else {
            return Err(DecodeError::Value { what: "LAN request", value: raw.netfn_lun.into() });
        };
        let (sequence, data) = (raw.sequence, raw.data);
        Ok(Self { from: raw.from, netfn, command: raw.command, sequence, data })
    }

    /// The response to this request.
    pub fn respond<'d>(&self, completion: CompletionCode, data: &'d [u8]) -> Response<'d> {
        let Self { netfn, command, sequence, .. } = *self;
        Response { to: self.from, netfn, command, sequence, completion, data }
    }
}

impl<'a> Response<'a> {
    /// The message's bytes.
    pub fn encode(&self) -> Vec<u8> {
        let sequence = (self.sequence & SEQUENCE_MASK) << 2;
        let head = [self.to, (self.netfn.0 | 1) << 2];
        frame(head, [BMC, sequence, self.command], &[self.completion.0], self.data)
    }

    /// Reads a response from the BMC.
    ///
    /// # Errors
    /// When it is too short or long, a checksum does not match, or it is a request or from somebody else.
    pub fn decode(message: &'a [u8]) -> Result<Self, DecodeError> {
        let raw = Raw::decode("LAN response", message)?;
        let refused = DecodeError::Value { what: "LAN response", value: raw.netfn_lun.into() };
        let netfn = raw.netfn_lun >> 2;
        let netfn = NetFn::from_request(netfn ^ 1).ok_or(refused)?;
        let (Some((&completion, data)), BMC) = (raw.data.split_first(), raw.from) else {
            return Err(refused);
        };
        let completion = CompletionCode(completion);
        let (to, command, sequence) = (raw.to, raw.command, raw.sequence);
        Ok(Self { to, netfn, command, sequence, completion, data })
    }
}

struct Raw<'a> {
    to: u8,
    netfn_lun: u8,
    from: u8,
    sequence: u8,
    command: u8,
    data: &'a [u8],
}

impl<'a> Raw<'a> {
    fn decode(what: &'static str, message: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(what, message);
        if message.len() > MESSAGE_MAX {
            return reader.refuse(clamp(message.len()));
        }
        let [to, netfn_lun, head_sum] = reader.array()?;
        let body = reader.rest();
        let [from, sequence, command] = reader.array()?;
        let (Some((_, data)), 0, 0) =
            (reader.rest().split_last(), sum(&[to, netfn_lun, head_sum]), sum(body))
        else {
            return Err(DecodeError::Checksum { what });
        };
        Ok(Self { to, netfn_lun, from, sequence: sequence >> 2, command, data })
    }
}

fn frame(head: [u8; 2], body: [u8; 3], completion: &[u8], data: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(8 + data.len());
    out.extend_from_slice(&head);
    out.push(sum(&head).wrapping_neg());
    out.extend_from_slice(&body);
    out.extend_from_slice(completion);
    out.extend_from_slice(data);
    out.push(sum(&out[3..]).wrapping_neg());
    out
}

fn sum(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| sum.wrapping_add(*byte))
}
