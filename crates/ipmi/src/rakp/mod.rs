//! The handshake's messages (IPMI 2.0, sections 13.17 to 13.24) and the codes that authenticate them. Who sends which
//! when is decided by the client and the server.

mod message1;
mod message2;
mod message3;
mod message4;
mod open;
mod status;
mod transcript;

pub use message1::{NAME_ONLY_LOOKUP, Rakp1};
pub use message2::Rakp2;
pub use message3::Rakp3;
pub use message4::Rakp4;
pub use open::{OpenRequest, OpenResponse};
pub use status::Status;
pub use transcript::Transcript;

use alloc::vec::Vec;

use crate::DecodeError;
use crate::bytes::Reader;

/// Length of a nonce in bytes.
pub const NONCE: usize = 16;

/// A message that says either what was agreed, or why nothing was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer<T> {
    /// Status 0.
    Granted(T),
    /// Any other status.
    Refused(Refusal),
}

/// A message with a status other than 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// The tag of the message that it answers.
    pub tag: u8,
    /// Why.
    pub status: Status,
    /// The receiver's session id; some BMCs leave it out.
    pub session_id: Option<u32>,
}

/// A message of the handshake that is sent to a session of the receiver.
pub trait Addressed {
    /// The tag of the message that it answers, and the receiver's session id.
    fn address(&self) -> (u8, u32);
}

impl<T: Addressed> Answer<T> {
    /// Whether it answers the message with this tag in this session. A refusal may leave out the session.
    pub fn is_for(&self, tag: u8, session_id: u32) -> bool {
        match self {
            Self::Granted(it) => it.address() == (tag, session_id),
            Self::Refused(it) => it.tag == tag && it.session_id.is_none_or(|id| id == session_id),
        }
    }
}

impl Refusal {
    /// The payload of a refusal of any kind.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::from([self.tag, self.status.code()]);
        if let Some(id) = self.session_id {
            out.extend_from_slice(&[0, 0]);
            out.extend_from_slice(&id.to_le_bytes());
        }
        out
    }
}

/// Reads tag and status, then either the rest by `granted` or what a refusal tells.
fn answer<'a, T>(
    what: &'static str,
    payload: &'a [u8],
    granted: impl FnOnce(u8, Reader<'a>) -> Result<T, DecodeError>,
) -> Result<Answer<T>, DecodeError> {
    let mut reader = Reader::new(what, payload);
    let [tag, status] = reader.array()?;
    match Status::from_code(status) {
        None => granted(tag, reader).map(Answer::Granted),
        Some(status) => {
            let session_id = reader.take(2).and_then(|_| reader.u32()).ok();
            Ok(Answer::Refused(Refusal { tag, status, session_id }))
        }
    }
}
