//! RMCP+ Open Session Request and Response (IPMI 2.0, sections 13.17 and 13.18). It reads whatever algorithms are
//! named; whether they are acceptable is not decided here.

use alloc::vec::Vec;

use super::{Addressed, Answer, answer};
use crate::bytes::Reader;
use crate::{Algorithms, DecodeError, Privilege};

/// The console asks for a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenRequest {
    /// Ties the answer to it.
    pub tag: u8,
    /// The highest level wanted; `None` is whatever the user may have.
    pub privilege: Option<Privilege>,
    /// The session id that the BMC shall use towards us.
    pub console_id: u32,
    /// What is proposed.
    pub algorithms: Algorithms,
}

/// The BMC has made room for a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenResponse {
    /// The request's tag.
    pub tag: u8,
    /// The highest level that is possible, as the BMC writes it.
    pub privilege: u8,
    /// The request's session id.
    pub console_id: u32,
    /// The session id that the console shall use towards the BMC; never 0.
    pub managed_id: u32,
    /// What the BMC took.
    pub algorithms: Algorithms,
}

impl OpenRequest {
    /// The payload.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::from([self.tag, self.privilege.map_or(0, Privilege::code), 0, 0]);
        out.extend_from_slice(&self.console_id.to_le_bytes());
        write_algorithms(&mut out, self.algorithms);
        out
    }

    /// Reads the payload.
    ///
    /// # Errors
    /// When it is too short, the session id is 0, or the level or an algorithm record is not one.
    pub fn decode(payload: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new("Open Session Request", payload);
        let [tag, privilege, _, _] = reader.array()?;
        let console_id = reader.u32()?;
        let level = Privilege::from_code(privilege);
        if console_id == 0 || (level.is_none() && privilege & 0x0f != 0) {
            return reader.refuse(privilege);
        }
        Ok(Self { tag, privilege: level, console_id, algorithms: read_algorithms(&mut reader)? })
    }
}

impl OpenResponse {
    /// The payload.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::from([self.tag, 0, self.privilege, 0]);
        out.extend_from_slice(&self.console_id.to_le_bytes());
        out.extend_from_slice(&self.managed_id.to_le_bytes());
        write_algorithms(&mut out, self.algorithms);
        out
    }

    /// Reads the payload of a response or of a refusal.
    ///
    /// # Errors
    /// When it is too short, the BMC's session id is 0, or an algorithm record is not one.
    pub fn decode(payload: &[u8]) -> Result<Answer<Self>, DecodeError> {
        answer("Open Session Response", payload, |tag, mut reader| {
            let [privilege, _] = reader.array()?;
            let console_id = reader.u32()?;
            let managed_id = reader.u32()?;
            if managed_id == 0 {
                return reader.refuse(managed_id);
            }
            let algorithms = read_algorithms(&mut reader)?;
            Ok(Self { tag, privilege, console_id, managed_id, algorithms })
        })
    }
}

impl Addressed for OpenResponse {
    fn address(&self) -> (u8, u32) {
        (self.tag, self.console_id)
    }
}

fn write_algorithms(out: &mut Vec<u8>, algorithms: Algorithms) {
    let Algorithms { authentication, integrity, confidentiality } = algorithms;
    for (kind, algorithm) in (0..).zip([authentication, integrity, confidentiality]) {
        out.extend_from_slice(&[kind, 0, 0, 8, algorithm, 0, 0, 0]);
    }
}

fn read_algorithms(reader: &mut Reader<'_>) -> Result<Algorithms, DecodeError> {
    let mut found = [0; 3];
    for (expected, slot) in (0u8..).zip(&mut found) {
        let [kind, _, _, len, algorithm, _, _, _] = reader.array()?;
        if kind != expected || len != 8 {
            return reader.refuse(kind);
        }
        *slot = algorithm & 0x3f;
    }
    let [authentication, integrity, confidentiality] = found;
    Ok(Algorithms { authentication, integrity, confidentiality })
}
