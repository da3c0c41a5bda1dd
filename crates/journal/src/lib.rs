//! Keeps one ordered, durable log of opaque entries behind one small trait, [`Journal`].
//! It does not know what an entry means: whoever appends and folds does.

mod crc;
mod error;
mod inspect;
mod journal;
mod local;
mod store;

#[cfg(test)]
mod contract;

pub use error::{AppendError, Damage, Fault, InspectError, OpenError, ReadError, Refusal};
pub use inspect::{Exported, Problem, Report, check, export, is_there};
pub use journal::{Appended, Entry, Journal, RequestId, Seq};
pub use local::{Local, Options};
