//! Stub.
pub mod inventory;
pub mod secret;
