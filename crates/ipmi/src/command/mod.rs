//! The commands: one file each, with both directions of request and response. Sending them is the client's job.

mod boot_flags;
mod boot_options;
mod channel_auth;
mod chassis_control;
mod chassis_status;
mod cipher_suites;
mod close_session;
mod device_id;
mod session_privilege;
mod system_guid;

pub use boot_flags::{BootDevice, BootFlags, BootOptions, Firmware, Lifetime};
pub use boot_options::{BootParameter, CurrentBoot, GetBootOptions, SetBootOptions};
pub use channel_auth::{ChannelAuth, GetChannelAuth};
pub use chassis_control::ChassisControl;
pub use chassis_status::{ChassisStatus, GetChassisStatus, RestorePolicy};
pub use cipher_suites::{CipherSuites, GetCipherSuites};
pub use close_session::CloseSession;
pub use device_id::{DeviceId, GetDeviceId};
pub use session_privilege::{SessionPrivilege, SetSessionPrivilege};
pub use system_guid::{GetSystemGuid, Guid};

use alloc::vec::Vec;

use crate::DecodeError;
use crate::lan::NetFn;

/// The data of a request or of a response whose completion code is success.
pub trait Body: Sized {
    /// The bytes.
    fn encode(&self) -> Vec<u8>;

    /// Reads the bytes; more of them than are known is no error, as later versions may add some.
    ///
    /// # Errors
    /// When there are too few, or a value is not allowed.
    fn decode(data: &[u8]) -> Result<Self, DecodeError>;
}

/// A request, and the response that belongs to it.
pub trait Command: Body {
    /// The command's group.
    const NETFN: NetFn;
    /// The command's number in its group.
    const CODE: u8;
    /// What success brings.
    type Response: Body;
}

/// No data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Nothing;

impl Body for Nothing {
    fn encode(&self) -> Vec<u8> {
        Vec::new()
    }

    fn decode(_: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self)
    }
}
