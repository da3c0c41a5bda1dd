//! Boot flags (IPMI 2.0, table 28-14, parameter 5): where the machine boots from next. How they get to the BMC is not
//! decided here.

use alloc::vec::Vec;

use super::Body;
use crate::DecodeError;
use crate::bytes::Reader;

/// What to boot from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BootDevice {
    /// As the firmware is set up.
    None,
    /// The network.
    Pxe,
    /// The disk.
    Disk,
    /// A CD or DVD.
    Cd,
    /// The firmware's setup page.
    Bios,
    /// Another selector that a BMC told of; four bits.
    Other(u8),
}

/// How long an override holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Lifetime {
    /// For the next boot.
    Once,
    /// Until it is changed.
    Persistent,
}

/// How the machine's firmware boots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Firmware {
    /// As a PC BIOS does.
    Legacy,
    /// UEFI.
    Uefi,
}

/// A boot override as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BootOptions {
    /// What to boot from.
    pub device: BootDevice,
    /// For how long.
    pub lifetime: Lifetime,
    /// By which firmware.
    pub firmware: Firmware,
}

/// A boot override as the BMC holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BootFlags {
    /// Whether the BMC will use the override at all.
    pub valid: bool,
    /// What it is.
    pub options: BootOptions,
}

impl BootDevice {
    const fn selector(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Pxe => 1,
            Self::Disk => 2,
            Self::Cd => 5,
            Self::Bios => 6,
            Self::Other(selector) => selector & 0x0f,
        }
    }

    const fn from_selector(selector: u8) -> Self {
        match selector & 0x0f {
            0 => Self::None,
            1 => Self::Pxe,
            2 => Self::Disk,
            5 => Self::Cd,
            6 => Self::Bios,
            other => Self::Other(other),
        }
    }
}

impl Body for BootFlags {
    fn encode(&self) -> Vec<u8> {
        let valid = u8::from(self.valid) << 7;
        let lifetime = match self.options.lifetime {
            Lifetime::Once => 0,
            Lifetime::Persistent => 0x40,
        };
        let firmware = match self.options.firmware {
            Firmware::Legacy => 0,
            Firmware::Uefi => 0x20,
        };
        Vec::from([valid | lifetime | firmware, self.options.device.selector() << 2, 0, 0, 0])
    }

    fn decode(data: &[u8]) -> Result<Self, DecodeError> {
        let [first, second] = Reader::new("boot flags", data).array()?;
        let lifetime = if first & 0x40 == 0 { Lifetime::Once } else { Lifetime::Persistent };
        let firmware = if first & 0x20 == 0 { Firmware::Legacy } else { Firmware::Uefi };
        let device = BootDevice::from_selector(second >> 2);
        Ok(Self { valid: first & 0x80 != 0, options: BootOptions { device, lifetime, firmware } })
    }
}
