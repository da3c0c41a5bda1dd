//! Privilege levels of users and sessions. Which command needs which level is not decided here.

use core::fmt;

/// A privilege level (IPMI 2.0, section 6.8), lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Privilege {
    /// May only have itself called back.
    Callback = 1,
    /// May read.
    User = 2,
    /// May read and control power.
    Operator = 3,
    /// May do everything.
    Administrator = 4,
    /// Defined by the maker of the BMC.
    Oem = 5,
}

impl Privilege {
    /// The number on the wire.
    pub const fn code(self) -> u8 {
        self as u8
    }

    /// The level for the low four bits of a byte from the wire.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code & 0x0f {
            1 => Some(Self::Callback),
            2 => Some(Self::User),
            3 => Some(Self::Operator),
            4 => Some(Self::Administrator),
            5 => Some(Self::Oem),
            _ => None,
        }
    }
}

impl fmt::Display for Privilege {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Callback => "callback",
            Self::User => "user",
            Self::Operator => "operator",
            Self::Administrator => "administrator",
            Self::Oem => "OEM",
        })
    }
}
