//! Who switches a node's power, as messages name it: a host, a device that a program reaches, or a person. It says
//! nothing of how they are spoken to.

use std::fmt;
use std::sync::Arc;

use super::address::Address;

/// Who switches a node's power.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Contact {
    /// Whoever answers at that address.
    Host(Address),
    /// What a fence agent reaches by itself, in words: outlets of devices.
    Device(Arc<str>),
    /// Whoever stands beside that node.
    Person(Arc<str>),
}

impl Contact {
    /// The address, if it is one.
    #[must_use]
    pub const fn host(&self) -> Option<&Address> {
        match self {
            Self::Host(address) => Some(address),
            Self::Device(_) | Self::Person(_) => None,
        }
    }
}

impl fmt::Display for Contact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Host(address) => address.fmt(f),
            Self::Device(words) => f.write_str(words),
            Self::Person(node) => write!(f, "a person at {node}"),
        }
    }
}
