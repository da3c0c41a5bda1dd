//! Get Chassis Status (IPMI 2.0, section 28.2): is it on? What "on" means for an order is not decided here.

use alloc::vec::Vec;

use super::{Body, Command};
use crate::DecodeError;
use crate::bytes::Reader;
use crate::lan::NetFn;

/// Asks for the chassis status. Needs USER.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GetChassisStatus;

impl Body for GetChassisStatus {
    fn encode(&self) -> Vec<u8> {
        Vec::new()
    }

    fn decode(_: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self)
    }
}

impl Command for GetChassisStatus {
    const NETFN: NetFn = NetFn::CHASSIS;
    const CODE: u8 = 0x01;
    type Response = ChassisStatus;
}

/// What the machine does when mains power comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestorePolicy {
    /// Stays off.
    StayOff,
    /// Goes back to what it was.
    Restore,
    /// Goes on.
    TurnOn,
    /// The BMC does not know.
    Unknown,
}

/// The state of the chassis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChassisStatus {
    /// The power is on.
    pub power_on: bool,
    /// Shut down by a power overload.
    pub overload: bool,
    /// Shut down because a panel interlock is active.
    pub interlock: bool,
    /// A fault in the main power subsystem.
    pub power_fault: bool,
    /// The BMC could not switch the power on or off.
    pub control_fault: bool,
    /// What happens when mains power comes back.
    pub restore: RestorePolicy,
    /// Why the power last changed, as the BMC's bits: bit 4 is "on by an IPMI command".
    pub last_event: u8,
    /// Intrusion, lockout, drive and cooling faults, as the BMC's bits.
    pub misc: u8,
}

impl ChassisStatus {
    /// A healthy chassis that is on or off.
    pub const fn healthy(power_on: bool) -> Self {
        Self {
            power_on,
            overload: false,
            interlock: false,
            power_fault: false,
            control_fault: false,
            restore: RestorePolicy::Unknown,
            last_event: 0,
            misc: 0,
        }
    }
}

impl Body for ChassisStatus {
    fn encode(&self) -> Vec<u8> {
        let flags =
            [self.power_on, self.overload, self.interlock, self.power_fault, self.control_fault];
        let restore = match self.restore {
            RestorePolicy::StayOff => 0x00,
            RestorePolicy::Restore => 0x20,
            RestorePolicy::TurnOn => 0x40,
            RestorePolicy::Unknown => 0x60,
        };
        let bits = (0..).zip(flags).map(|(bit, set)| u8::from(set) << bit);
        Vec::from([bits.fold(restore, |all, bit| all | bit), self.last_event, self.misc])
    }

    fn decode(data: &[u8]) -> Result<Self, DecodeError> {
        let [power, last_event, misc] = Reader::new("chassis status", data).array()?;
        Ok(Self {
            power_on: power & 0x01 != 0,
            overload: power & 0x02 != 0,
            interlock: power & 0x04 != 0,
            power_fault: power & 0x08 != 0,
            control_fault: power & 0x10 != 0,
            restore: match power & 0x60 {
                0x00 => RestorePolicy::StayOff,
                0x20 => RestorePolicy::Restore,
                0x40 => RestorePolicy::TurnOn,
                _ => RestorePolicy::Unknown,
            },
            last_event,
            misc,
        })
    }
}
