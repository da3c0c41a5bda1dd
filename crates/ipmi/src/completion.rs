//! Completion codes in words a person can act on (IPMI 2.0, section 5.2), and what each says about a request that was
//! refused. Codes that mean something else for one command get that command's words there.

use core::fmt;

/// The first byte of every response.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CompletionCode(pub u8);

/// What a code other than success says about whether the request was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It was not, and no copy of it was or will be.
    Never,
    /// This copy was not; an earlier copy may have been.
    NotNow,
    /// It may have been.
    Unknown,
}

impl CompletionCode {
    /// The request was carried out.
    pub const OK: Self = Self(0x00);
    /// The BMC is busy.
    pub const NODE_BUSY: Self = Self(0xc0);
    /// The BMC does not know the command.
    pub const INVALID_COMMAND: Self = Self(0xc1);
    /// The BMC gave up on carrying it out.
    pub const TIMEOUT: Self = Self(0xc3);
    /// The request's data are too short or too long.
    pub const BAD_LENGTH: Self = Self(0xc7);
    /// The request's data hold a value that is not allowed.
    pub const BAD_DATA: Self = Self(0xcc);
    /// The session's privilege level is too low.
    pub const PRIVILEGE: Self = Self(0xd4);
    /// Not possible in the present state.
    pub const NOT_IN_THIS_STATE: Self = Self(0xd5);

    /// Whether the request was carried out.
    pub const fn is_ok(self) -> bool {
        self.0 == 0
    }

    /// What a refusal with this code proves.
    pub const fn verdict(self) -> Verdict {
        match self.0 {
            0xc1 | 0xc2 | 0xc6..=0xc9 | 0xcb..=0xcd | 0xd6 => Verdict::Never,
            0x00 | 0xc3 | 0xce | 0xcf | 0xff => Verdict::Unknown,
            _ => Verdict::NotNow,
        }
    }

    /// The code in words.
    pub const fn words(self) -> &'static str {
        match self.0 {
            0x00 => "done",
            0xc0 => "the BMC is busy; try again later",
            0xc1 => "the BMC does not know this command",
            0xc2 => "the command is not valid for this part of the BMC",
            0xc3 => "the BMC timed out while it carried out the command",
            0xc4 => "the BMC is out of space",
            0xc5 => "the reservation was cancelled or is invalid",
            0xc6 => "the request was cut short",
            0xc7 => "the request's length is wrong for this BMC",
            0xc8 => "the request is too long for this BMC",
            0xc9 => "a parameter is out of range for this BMC",
            0xca => "the BMC can't return that many bytes",
            0xcb => "the BMC does not have what was asked for",
            0xcc => "the BMC does not take a value in the request",
            0xcd => "the BMC does not take this command for that sensor or record",
            0xce => "the BMC could not give a response",
            0xcf => "the BMC took the request for a repeated one",
            0xd0 => "the BMC's sensor data are being updated; try again later",
            0xd1 => "the BMC is in firmware update mode",
            0xd2 => "the BMC is starting up; try again later",
            0xd3 => "the part of the BMC that carries this out does not answer",
            0xd4 => {
                "the user's privilege level is too low; let the BMC user have OPERATOR or ADMINISTRATOR"
            }
            0xd5 => "the BMC can't do this in the machine's present state",
            0xd6 => "this function is disabled on the BMC",
            0x01..=0x7e => "an error that only the maker of the BMC can explain",
            0x80..=0xbe => "an error that is specific to the command",
            0xff => "the BMC failed and gave no reason",
            _ => "a code that the specification reserves",
        }
    }
}

impl fmt::Display for CompletionCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (completion code {:#04x})", self.words(), self.0)
    }
}
