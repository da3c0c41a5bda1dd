//! The inventory: which nodes there are, how their BMCs are reached and where the secrets are, read
//! from TOML or JSON. It talks to no BMC and resolves no secret.

mod access;
mod address;
mod bmc;
mod build;
mod circuits;
mod credentials;
mod diff;
pub mod duration;
mod expand;
mod export;
mod file;
mod finding;
mod groups;
mod json;
mod kin;
mod load;
mod mask;
mod model;
mod options;
mod source;
mod template;
#[cfg(test)]
mod tests;

pub use access::wrong_system;
pub use address::{Address, AddressError, Host};
pub use diff::{Change, Diff, diff};
pub use expand::{ExpandError, Expanded, expand};
pub use export::Export;
pub use finding::{FINDINGS_MAX, Finding, Findings};
pub use load::{FILES_MAX, INVENTORY_MAX_BYTES, LoadError};
pub use model::{
    Access, Cipher, Circuit, CredentialRef, Drift, Driver, Endpoint, Fingerprint, Identity,
    Inventory, Ipmi, Labels, NODES_MAX, Node, Policy, Poll, Privilege, Redfish, Settings,
    Transport, Trust,
};
pub use options::wrong_word;
