//! Reads and evaluates a node set expression. It does not know groups or nodes: it asks.

mod budget;
mod evaluate;
mod operand;
mod range;
mod text;

pub use budget::WILDCARDS_MAX;
pub(crate) use text::parse_stored;
pub use text::{Groups, TEXT_BYTES_MAX};
