//! What both sides said in a handshake, and the codes and keys that follow from it (IPMI 2.0, section 13.31). It keeps
//! no secret: passwords and keys are lent for one computation.

use super::NONCE;
use crate::crypto::{Code, hmac};
use crate::{Key, Password, SessionKeys, Suite, UserName};

/// Everything that the codes of a handshake cover.
#[derive(Debug, Clone)]
pub struct Transcript {
    /// The suite that both agreed on.
    pub suite: Suite,
    /// The console's session id (SIDm).
    pub console_id: u32,
    /// The BMC's session id (SIDc).
    pub managed_id: u32,
    /// The console's nonce (Rm).
    pub console_nonce: [u8; NONCE],
    /// The BMC's nonce (Rc).
    pub managed_nonce: [u8; NONCE],
    /// The BMC's GUID.
    pub guid: [u8; 16],
    /// RAKP 1's role byte.
    pub role: u8,
    /// RAKP 1's user name.
    pub username: UserName,
}

impl Transcript {
    /// The code of RAKP Message 2.
    pub fn code2(&self, password: &Password) -> Code {
        let name = self.username.as_bytes();
        let parts: [&[u8]; 7] = [
            &self.console_id.to_le_bytes(),
            &self.managed_id.to_le_bytes(),
            &self.console_nonce,
            &self.managed_nonce,
            &self.guid,
            &[self.role, name.len() as u8],
            name,
        ];
        hmac(self.suite, password.expose(), &parts)
    }

    /// The code of RAKP Message 3.
    pub fn code3(&self, password: &Password) -> Code {
        let name = self.username.as_bytes();
        let parts: [&[u8]; 4] = [
            &self.managed_nonce,
            &self.console_id.to_le_bytes(),
            &[self.role, name.len() as u8],
            name,
        ];
        hmac(self.suite, password.expose(), &parts)
    }

    /// The session integrity key; without a BMC key the password takes its place.
    pub fn sik(&self, password: &Password, kg: Option<&Key>) -> Code {
        let name = self.username.as_bytes();
        let parts: [&[u8]; 4] =
            [&self.console_nonce, &self.managed_nonce, &[self.role, name.len() as u8], name];
        hmac(self.suite, kg.map_or(password.expose(), Key::expose), &parts)
    }

    /// The code of RAKP Message 4.
    pub fn code4(&self, sik: &Code) -> Code {
        let parts: [&[u8]; 3] = [&self.console_nonce, &self.managed_id.to_le_bytes(), &self.guid];
        hmac(self.suite, sik.as_bytes(), &parts).truncated(self.suite.short_len())
    }

    /// The keys of the session.
    pub fn keys(&self, sik: &Code) -> SessionKeys {
        SessionKeys::derive(self.suite, sik)
    }
}
