//! The inventory: which nodes there are, how their BMCs are reached and where the secrets are, read
//! from TOML or JSON. It talks to no BMC and resolves no secret.

mod access;
mod address;
mod bmc;
mod build;
mod circuits;
mod contact;
mod credentials;
mod diff;
pub mod duration;
mod endpoint;
mod expand;
mod export;
mod fence;
mod file;
mod finding;
mod groups;
mod json;
mod kin;
mod load;
mod mask;
mod model;
mod options;
mod pattern;
mod second;
mod source;
mod switches;
mod template;
#[cfg(test)]
mod tests;
mod webhook;

pub use access::wrong_system;
pub use address::{Address, AddressError, Host};
pub use contact::Contact;
pub use diff::{Change, Diff, diff};
pub use endpoint::{Access, Endpoint, Fingerprint, Ipmi, Redfish, Transport, Trust};
pub use expand::{ExpandError, Expanded, expand};
pub use export::Export;
pub use fence::{Fence, Outlet, Parameter};
pub use finding::{FINDINGS_MAX, Finding, Findings};
pub use load::{FILES_MAX, INVENTORY_MAX_BYTES, LoadError};
pub use model::{
    Authorization, Cipher, Circuit, CredentialRef, Drift, Driver, Identity, Inventory, Labels,
    NODES_MAX, Node, Policy, Poll, Privilege, Second, SecondIs, Settings,
};
pub use options::wrong_word;
pub use pattern::Pattern;
pub use webhook::{KEYS as WEBHOOK_KEYS, USUAL_OFF, USUAL_ON, Webhook, wrong_urls};
