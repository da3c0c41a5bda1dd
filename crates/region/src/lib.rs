//! Answers: the REST door, accounts and events over a fold of the journal.
//! It knows no BMC, driver or secret of one: it has a [`Board`] to read and a [`Live`] to ask.

mod accounts;
mod board;
mod circuits;
mod commands;
mod convert;
mod events;
mod exchanges;
mod fleet;
mod fold;
mod groups;
mod holds;
mod locks;
mod log;
mod measure;
mod metrics;
mod nodes;
mod observed;
mod recent;
mod region;
mod rest;
mod retention;
mod serve;
mod snapshot;
mod spread;
mod tries;
mod watchers;
mod web;
mod writable;

pub use accounts::{AccountsError, TOKENS_FILE};
pub use board::{Board, Live, Status};
pub use exchanges::Exchange;
pub use fleet::{CircuitLimit, Fleet, FleetNode, Limits, Site};
pub use region::{Options, Region};
pub use rest::openapi;
pub use retention::Retention;
pub use serve::{ServeError, Tls, TlsError, check_tls, install_crypto};
pub use tries::Tried;
pub use web::{PAGE_PATH, has_page};
