//! What can be asked of a client, and how it can end, in words a person can act on. It says nothing of sessions and
//! retransmissions: they are how, not what.

use core::fmt;

use crate::command::{
    BootFlags, BootOptions, ChassisControl, ChassisStatus, DeviceId, Guid, SetSessionPrivilege,
};
use crate::rakp::Status;
use crate::{CompletionCode, DecodeError, Suite};

/// What to ask of the BMC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Request {
    /// Read the power state.
    Power,
    /// Switch the power.
    Control(ChassisControl),
    /// Set the boot override and read it back.
    SetBoot(BootOptions),
    /// Read who the BMC is.
    DeviceId,
    /// Read the machine's GUID.
    Guid,
}

/// What the BMC answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// The power state.
    Power(ChassisStatus),
    /// The BMC took the order; whether the machine follows is for a later [`Request::Power`] to see.
    Done,
    /// The boot override as read back, which may differ from what was asked for.
    Boot(BootFlags),
    /// Who the BMC is.
    DeviceId(DeviceId),
    /// The machine's GUID.
    Guid(Guid),
}

/// How an exchange failed: whether the request can have had an effect is told by which one it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The request never left: it did not happen and will not.
    NotSent(Cause),
    /// The request left at least once, and no answer tells what became of it.
    Lost(Cause),
    /// The BMC refused: it did not happen.
    Refused(CompletionCode),
}

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// No datagram that belongs here came in time.
    NoAnswer,
    /// The BMC's answers were made with another password.
    WrongPassword,
    /// The BMC's answers were made with another BMC key (Kg).
    WrongKey,
    /// The BMC denied the user a session.
    Denied(Status),
    /// The BMC did not let the session have the privilege level.
    PrivilegeDenied(CompletionCode),
    /// The BMC opened no session.
    NoSession(Status),
    /// The BMC does not offer the suite; without a status it took other algorithms than proposed.
    Unsupported(Suite, Option<Status>),
    /// The BMC answered, but with a code that leaves open whether it happened.
    Inconclusive(CompletionCode),
    /// The boot override was set, but the BMC refused to tell what it is now.
    ReadBack(CompletionCode),
    /// The BMC's authentic answer can't be read.
    Garbled(DecodeError),
}

impl Request {
    /// Whether a copy too many does harm: such a request is sent at most once.
    pub const fn at_most_once(&self) -> bool {
        match self {
            Self::Control(control) => control.at_most_once(),
            Self::Power | Self::SetBoot(_) | Self::DeviceId | Self::Guid => false,
        }
    }

    /// Whether it changes anything.
    pub const fn is_write(&self) -> bool {
        match self {
            Self::Control(_) | Self::SetBoot(_) => true,
            Self::Power | Self::DeviceId | Self::Guid => false,
        }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Power => f.write_str("power status"),
            Self::Control(control) => control.fmt(f),
            Self::SetBoot(_) => f.write_str("boot override"),
            Self::DeviceId => f.write_str("device id"),
            Self::Guid => f.write_str("system GUID"),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotSent(cause) => write!(f, "the request was not sent: {cause}"),
            Self::Lost(cause) => write!(f, "the request was sent, its effect is unknown: {cause}"),
            Self::Refused(code) => write!(f, "the BMC refused the request: {code}"),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAnswer => f.write_str("the BMC did not answer"),
            Self::WrongPassword => f.write_str("the password is not the one that the BMC has"),
            Self::WrongKey => f.write_str("the BMC key (Kg) is not the one that the BMC has"),
            Self::Denied(status) => write!(f, "the BMC denied a session: {status}"),
            Self::PrivilegeDenied(code) => {
                let words = SetSessionPrivilege::words(*code);
                write!(f, "{words} (completion code {:#04x})", code.0)
            }
            Self::NoSession(status) => write!(f, "the BMC opened no session: {status}"),
            Self::Unsupported(suite, Some(status)) => {
                write!(f, "cipher suite {} is not to be had: {status}", suite.number())
            }
            Self::Unsupported(suite, None) => {
                write!(f, "the BMC took something else than cipher suite {}", suite.number())
            }
            Self::Inconclusive(code) => write!(f, "the BMC answered: {code}"),
            Self::ReadBack(code) => write!(f, "set, but it can't be read back: {code}"),
            Self::Garbled(error) => write!(f, "the BMC's answer can't be read: {error}"),
        }
    }
}

impl core::error::Error for Failure {}
impl core::error::Error for Cause {}
