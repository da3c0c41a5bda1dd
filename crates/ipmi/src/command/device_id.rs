//! Get Device ID (IPMI 2.0, section 20.1): which BMC is this? Makers' names are not looked up here.

use alloc::vec::Vec;

use super::{Body, Command};
use crate::DecodeError;
use crate::bytes::Reader;
use crate::lan::NetFn;

/// Asks who the BMC is. Needs USER.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GetDeviceId;

impl Body for GetDeviceId {
    fn encode(&self) -> Vec<u8> {
        Vec::new()
    }

    fn decode(_: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self)
    }
}

impl Command for GetDeviceId {
    const NETFN: NetFn = NetFn::APP;
    const CODE: u8 = 0x01;
    type Response = DeviceId;
}

/// Who the BMC is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceId {
    /// The maker's number for the device.
    pub device: u8,
    /// The device's revision, four bits.
    pub revision: u8,
    /// The BMC is starting up or being updated, and not fully usable.
    pub updating: bool,
    /// Firmware version: major, seven bits.
    pub firmware_major: u8,
    /// Firmware version: minor, as binary-coded decimal.
    pub firmware_minor: u8,
    /// IPMI version: 0x02 is 2.0, 0x51 is 1.5 (the low digit comes first).
    pub ipmi_version: u8,
    /// What else the device is, as the specification's bits; bit 7 is "chassis device".
    pub support: u8,
    /// The maker's enterprise number, 24 bits.
    pub manufacturer: u32,
    /// The maker's number for the product.
    pub product: u16,
}

impl Body for DeviceId {
    fn encode(&self) -> Vec<u8> {
        let firmware = (self.firmware_major & 0x7f) | (u8::from(self.updating) << 7);
        let mut out = Vec::from([self.device, self.revision & 0x0f, firmware]);
        out.extend_from_slice(&[self.firmware_minor, self.ipmi_version, self.support]);
        out.extend_from_slice(&self.manufacturer.to_le_bytes()[..3]);
        out.extend_from_slice(&self.product.to_le_bytes());
        out
    }

    fn decode(data: &[u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new("device id", data);
        let [device, revision, firmware, firmware_minor, ipmi_version, support] = reader.array()?;
        let [low, middle, high] = reader.array()?;
        Ok(Self {
            device,
            revision: revision & 0x0f,
            updating: firmware & 0x80 != 0,
            firmware_major: firmware & 0x7f,
            firmware_minor,
            ipmi_version,
            support,
            manufacturer: u32::from_le_bytes([low, middle, high, 0]),
            product: reader.u16()?,
        })
    }
}
