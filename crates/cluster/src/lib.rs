//! Does: the agent of a cluster, the drivers that talk to its BMCs, and the inventory that names them.
//!
//! It serves no HTTP and knows no accounts. Who wins is decided in `arbiter`; this crate carries it out.

mod agent;
pub mod clock;
mod driver;
pub mod inventory;
mod program;
pub mod secret;
mod targets;
#[cfg(test)]
mod tests;

pub use agent::{Agent, AgentError, Looks, Sighting, Witness};
pub use driver::{
    Exchange, People, Traffic, TrustError, check_authorities, find_agent, wrong_password,
    wrong_secret,
};
