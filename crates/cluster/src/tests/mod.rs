//! What tests of several parts share, and those of all parts together.

pub mod kindness;
pub mod memory;
