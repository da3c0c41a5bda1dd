//! RMCP+ and RAKP status codes in words (IPMI 2.0, table 13-15). Success has no status here.

use core::fmt;

/// Why the other side refused a step of the handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Status(u8);

impl Status {
    /// No session is free.
    pub const NO_RESOURCES: Self = Self(0x01);
    /// The session is not known.
    pub const INVALID_SESSION: Self = Self(0x02);
    /// The authentication algorithm is not known.
    pub const BAD_AUTHENTICATION: Self = Self(0x04);
    /// The session is not active.
    pub const INACTIVE_SESSION: Self = Self(0x08);
    /// The privilege level is more than the user may have.
    pub const UNAUTHORIZED_ROLE: Self = Self(0x0a);
    /// No such user.
    pub const UNAUTHORIZED_NAME: Self = Self(0x0d);
    /// The code does not match.
    pub const BAD_CODE: Self = Self(0x0f);
    /// None of the BMC's suites has the proposed algorithms.
    pub const NO_SUITE: Self = Self(0x11);

    /// The status for a byte; `None` for 0, which means success.
    pub const fn from_code(code: u8) -> Option<Self> {
        if code == 0 { None } else { Some(Self(code)) }
    }

    /// The byte.
    pub const fn code(self) -> u8 {
        self.0
    }

    /// Whether it says that the cipher suite is not supported.
    pub const fn is_about_suite(self) -> bool {
        matches!(self.0, 0x04..=0x07 | 0x10 | 0x11)
    }

    /// Whether it says that the user may not, or is not who it claims to be.
    pub const fn is_about_user(self) -> bool {
        matches!(self.0, 0x09 | 0x0a | 0x0c..=0x0f)
    }

    /// Whether it says that the BMC has forgotten the half-made session, so that starting over may help.
    pub const fn is_about_session(self) -> bool {
        matches!(self.0, 0x02 | 0x08)
    }

    /// The status in words.
    pub const fn words(self) -> &'static str {
        match self.0 {
            0x00 => "no error",
            0x01 => "all sessions of the BMC are in use",
            0x02 => "the BMC does not know the session",
            0x03 => "the BMC does not know the payload type",
            0x04 => "the BMC does not know the authentication algorithm",
            0x05 => "the BMC does not know the integrity algorithm",
            0x06 => "the BMC found no matching authentication algorithm",
            0x07 => "the BMC found no matching integrity algorithm",
            0x08 => "the session is not active",
            0x09 => "the BMC does not know the privilege level",
            0x0a => "the user may not have the privilege level",
            0x0b => "all sessions of the BMC for the privilege level are in use",
            0x0c => "the BMC does not take a user name of this length",
            0x0d => "the BMC does not know the user",
            0x0e => "the BMC does not accept the GUID",
            0x0f => "the BMC does not accept the password",
            0x10 => "the BMC does not know the encryption algorithm",
            0x11 => "the BMC does not offer the cipher suite",
            0x12 => "the BMC does not accept a parameter",
            _ => "a status that the specification does not know",
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (status {:#04x})", self.words(), self.0)
    }
}
