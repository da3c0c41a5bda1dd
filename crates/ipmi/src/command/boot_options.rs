//! Set and Get System Boot Options (IPMI 2.0, sections 28.12 and 28.13) for the parameters that consoles set for a boot
//! override. The other parameters have no name here.

use alloc::vec::Vec;

use super::{Body, BootFlags, Command, Nothing};
use crate::DecodeError;
use crate::bytes::Reader;
use crate::lan::NetFn;

/// A boot option parameter and its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BootParameter {
    /// Parameter 0: whether somebody is in the middle of setting options.
    InProgress(bool),
    /// Parameter 3: which events don't clear the valid bit of the boot flags, as the specification's bits.
    ValidBitClearing(u8),
    /// Parameter 4: who has taken note of the boot options; mask and bits.
    Acknowledge {
        /// Which bits to write.
        mask: u8,
        /// Their values.
        bits: u8,
    },
    /// Parameter 5: the boot override.
    Flags(BootFlags),
}

/// Sets a boot option parameter. Needs OPERATOR.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetBootOptions(pub BootParameter);

/// Asks for the boot flags (parameter 5). Needs OPERATOR.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GetBootOptions;

impl BootParameter {
    /// The BIOS has taken note of the boot options; written before the flags so that they count as unread.
    pub const BIOS_ACKNOWLEDGED: Self = Self::Acknowledge { mask: 0x01, bits: 0x01 };

    const fn selector(&self) -> u8 {
        match self {
            Self::InProgress(_) => 0,
            Self::ValidBitClearing(_) => 3,
            Self::Acknowledge { .. } => 4,
            Self::Flags(_) => 5,
        }
    }
}

impl Body for SetBootOptions {
    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::from([self.0.selector()]);
        match self.0 {
            BootParameter::InProgress(busy) => out.push(busy.into()),
            BootParameter::ValidBitClearing(bits) => out.push(bits),
            BootParameter::Acknowledge { mask, bits } => out.extend_from_slice(&[mask, bits]),
            BootParameter::Flags(flags) => out.extend(flags.encode()),
        }
        out
    }

    fn decode(data: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new("set boot options", data);
        let parameter = match reader.u8()? & 0x7f {
            0 => BootParameter::InProgress(reader.u8()? & 0x03 == 1),
            3 => BootParameter::ValidBitClearing(reader.u8()? & 0x1f),
            4 => {
                let [mask, bits] = reader.array()?;
                BootParameter::Acknowledge { mask, bits }
            }
            5 => BootParameter::Flags(BootFlags::decode(reader.rest())?),
            other => return reader.refuse(other),
        };
        Ok(Self(parameter))
    }
}

impl Command for SetBootOptions {
    const NETFN: NetFn = NetFn::CHASSIS;
    const CODE: u8 = 0x08;
    type Response = Nothing;
}

impl Body for GetBootOptions {
    fn encode(&self) -> Vec<u8> {
        Vec::from([5, 0, 0])
    }

    fn decode(data: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new("get boot options", data);
        match reader.u8()? & 0x7f {
            5 => Ok(Self),
            other => reader.refuse(other),
        }
    }
}

impl Command for GetBootOptions {
    const NETFN: NetFn = NetFn::CHASSIS;
    const CODE: u8 = 0x09;
    type Response = CurrentBoot;
}

/// The boot flags as [`GetBootOptions`] brings them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurrentBoot(pub BootFlags);

impl Body for CurrentBoot {
    fn encode(&self) -> Vec<u8> {
        let mut out = Vec::from([1, 5]);
        out.extend(self.0.encode());
        out
    }

    fn decode(data: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new("boot options", data);
        let [_, parameter] = reader.array()?;
        if parameter & 0x7f != 5 {
            return reader.refuse(parameter);
        }
        let mut flags = BootFlags::decode(reader.rest())?;
        flags.valid &= parameter & 0x80 == 0;
        Ok(Self(flags))
    }
}
