//! The keys of one session, and the packets that they seal and open. It doesn't count sequence numbers.

use alloc::vec::Vec;
use core::fmt;

use zeroize::Zeroize;

use crate::crypto::{self, BLOCK, Code};
use crate::packet::{self, PayloadType, Plus};
use crate::{DecodeError, Suite};

/// K1 and K2 of a session (IPMI 2.0, section 13.32). `Debug` does not print them; they are wiped on drop.
pub struct SessionKeys {
    suite: Suite,
    integrity: Code,
    encryption: [u8; BLOCK],
}

impl SessionKeys {
    /// Derives both keys from the session integrity key.
    pub fn derive(suite: Suite, sik: &Code) -> Self {
        let integrity = crypto::hmac(suite, sik.as_bytes(), &[&[1; 20]]);
        let second = crypto::hmac(suite, sik.as_bytes(), &[&[2; 20]]);
        let mut encryption = [0; BLOCK];
        encryption.copy_from_slice(&second.as_bytes()[..BLOCK]);
        Self { suite, integrity, encryption }
    }

    /// The datagram that carries a LAN message: encrypted, then authenticated.
    pub fn seal(&self, session_id: u32, sequence: u32, iv: [u8; BLOCK], message: &[u8]) -> Vec<u8> {
        let payload = crypto::encrypt(&self.encryption, iv, message);
        let mut out = packet::inside(session_id, sequence, &payload);
        let code = self.code(&out[packet::SIGNED_FROM..]);
        out.extend_from_slice(code.as_bytes());
        out
    }

    /// The LAN message that a packet carries.
    ///
    /// # Errors
    /// When it is not both authenticated and encrypted, its code does not match, or it does not decrypt.
    pub fn open(&self, packet: &Plus<'_>) -> Result<Vec<u8>, DecodeError> {
        let refused = DecodeError::Value { what: "session packet", value: packet.session_id };
        let (signed, code) = packet.signed(self.suite.short_len()).ok_or(refused)?;
        if !packet.encrypted || packet.kind != PayloadType::Ipmi {
            return Err(refused);
        }
        if !self.code(signed).matches(code) {
            return Err(DecodeError::Checksum { what: "session packet" });
        }
        crypto::decrypt(&self.encryption, packet.payload)
    }

    fn code(&self, signed: &[u8]) -> Code {
        let code = crypto::hmac(self.suite, self.integrity.as_bytes(), &[signed]);
        code.truncated(self.suite.short_len())
    }
}

impl fmt::Debug for SessionKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SessionKeys({:?}, ***)", self.suite)
    }
}

impl Drop for SessionKeys {
    fn drop(&mut self) {
        self.encryption.zeroize();
    }
}
