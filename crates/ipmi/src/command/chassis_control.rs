//! Chassis Control (IPMI 2.0, section 28.3): the power buttons. The answer only says that the BMC took the order.

use alloc::vec::Vec;
use core::fmt;

use super::{Body, Command, Nothing};
use crate::DecodeError;
use crate::bytes::Reader;
use crate::lan::NetFn;

/// What the chassis shall do. Needs OPERATOR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChassisControl {
    /// Power off at once, whatever the operating system does.
    Off = 0,
    /// Power on.
    On = 1,
    /// Power off, wait, power on.
    Cycle = 2,
    /// Hard reset.
    Reset = 3,
    /// Pulse a diagnostic interrupt (NMI).
    Diag = 4,
    /// Ask the operating system to shut down.
    Soft = 5,
}

impl ChassisControl {
    /// Whether carrying it out twice does more than carrying it out once, so that it must never be sent twice.
    pub const fn at_most_once(self) -> bool {
        match self {
            Self::Cycle | Self::Reset | Self::Diag | Self::Soft => true,
            Self::Off | Self::On => false,
        }
    }
}

impl Body for ChassisControl {
    fn encode(&self) -> Vec<u8> {
        Vec::from([*self as u8])
    }

    fn decode(data: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new("chassis control", data);
        match reader.u8()? & 0x0f {
            0 => Ok(Self::Off),
            1 => Ok(Self::On),
            2 => Ok(Self::Cycle),
            3 => Ok(Self::Reset),
            4 => Ok(Self::Diag),
            5 => Ok(Self::Soft),
            other => reader.refuse(other),
        }
    }
}

impl Command for ChassisControl {
    const NETFN: NetFn = NetFn::CHASSIS;
    const CODE: u8 = 0x02;
    type Response = Nothing;
}

impl fmt::Display for ChassisControl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "power off",
            Self::On => "power on",
            Self::Cycle => "power cycle",
            Self::Reset => "hard reset",
            Self::Diag => "diagnostic interrupt",
            Self::Soft => "soft shutdown",
        })
    }
}
