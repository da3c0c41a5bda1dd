#![no_std]
//! Reads, folds and bounds node sets in ClusterShell's grammar. It does not know which nodes exist:
//! groups and wildcards are answered by whoever implements [`Groups`].
//!
//! ```
//! use nodeset::NodeSet;
//!
//! let set = NodeSet::parse("rack[1-2]n[01-03]!rack2n02", 1_000).unwrap();
//! assert_eq!(set.len(), 5);
//! assert_eq!(set.to_string(), "rack1n[01-03],rack2n[01,03]");
//! assert!(set.contains("rack2n03") && !set.contains("rack2n3"));
//! ```

extern crate alloc;

mod collect;
mod error;
mod family;
mod fold;
mod format;
mod name;
mod number;
mod parse;
mod rows;
mod serial;
mod set;
mod wildcard;

pub use error::{ErrorKind, ParseError, Syntax};
pub use name::{NAME_BYTES_MAX, NUMBERS_MAX};
pub use number::DIGITS_MAX;
pub use parse::{Groups, TEXT_BYTES_MAX, WILDCARDS_MAX};
pub use serial::DESERIALIZE_NAMES_MAX;
pub use set::{CELLS_MAX, NodeSet};
