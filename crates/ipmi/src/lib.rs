#![no_std]
//! Speaks IPMI 2.0 over RMCP+: the bytes, the sessions and the few commands that power control needs.
//! It opens no socket, reads no clock and draws no random number: datagrams, time and nonces come in as arguments.

extern crate alloc;

mod bytes;
pub mod client;
pub mod command;
mod completion;
mod credential;
pub mod crypto;
mod error;
pub mod lan;
pub mod packet;
mod privilege;
pub mod rakp;
mod seal;
pub mod server;
mod suite;
mod window;

pub use client::{Cause, Client, Config, Failure, Reply, Request};
pub use command::{
    BootDevice, BootFlags, BootOptions, ChassisControl, ChassisStatus, DeviceId, Firmware, Guid,
    Lifetime,
};
pub use completion::{CompletionCode, Verdict};
pub use credential::{CredentialError, Key, Password, UserName};
pub use error::DecodeError;
pub use privilege::Privilege;
pub use seal::SessionKeys;
pub use suite::{Algorithms, Suite, SuitePolicy};
pub use window::Window;

/// Fills a buffer with unpredictable bytes: session ids, nonces and initialisation vectors.
pub type Rng<'a> = dyn FnMut(&mut [u8]) + 'a;

/// Draws one array from the caller's randomness.
pub(crate) fn draw<const N: usize>(rng: &mut Rng<'_>) -> [u8; N] {
    let mut bytes = [0; N];
    rng(&mut bytes);
    bytes
}
