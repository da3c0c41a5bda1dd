//! A node set in documents: its folded text. It does not accept groups.

use core::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

use crate::parse::parse_stored;
use crate::set::NodeSet;

/// The most names of a node set read from a document.
pub const DESERIALIZE_NAMES_MAX: usize = 1_000_000;

impl Serialize for NodeSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for NodeSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(FoldedText)
    }
}

struct FoldedText;

impl Visitor<'_> for FoldedText {
    type Value = NodeSet;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a node set like rack[1-2]n[01-10]")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<NodeSet, E> {
        parse_stored(text, DESERIALIZE_NAMES_MAX).map_err(E::custom)
    }
}
