//! Says why bytes are not the message they were read as. It does not say what to do about it: that is the caller's.

use core::fmt;

/// Why some bytes could not be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecodeError {
    /// Fewer bytes than the field needs.
    Short {
        /// The message that was being read.
        what: &'static str,
        /// Bytes that were needed next.
        need: usize,
        /// Bytes that were left.
        have: usize,
    },
    /// A field holds a value that the message does not allow.
    Value {
        /// The field.
        what: &'static str,
        /// What it holds.
        value: u32,
    },
    /// A checksum does not match.
    Checksum {
        /// The message that was being read.
        what: &'static str,
    },
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short { what, need, have } => {
                write!(f, "decode {what}: needs {need} more bytes, {have} are left")
            }
            Self::Value { what, value } => {
                write!(f, "decode {what}: value {value:#x} is not allowed")
            }
            Self::Checksum { what } => write!(f, "decode {what}: checksum does not match"),
        }
    }
}

impl core::error::Error for DecodeError {}
