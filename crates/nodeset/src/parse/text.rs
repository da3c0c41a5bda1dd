//! The entrances: bounds the text, and takes a short way for one plain name. It does not walk
//! expressions.

use super::evaluate::Evaluation;
use crate::error::{ErrorKind, Fault, ParseError};
use crate::name::{Parts, is_name_char};
use crate::set::NodeSet;

/// The most bytes of a node set text given to [`NodeSet::parse`] and [`NodeSet::parse_with`].
pub const TEXT_BYTES_MAX: usize = 1 << 20;

/// Whoever knows the groups and the nodes.
pub trait Groups {
    /// The nodes of the group named after `@`, as `compute` or `source:compute`; none when there
    /// is no such group. `@source:*` asks for `source:*`.
    fn group(&self, name: &str) -> Option<NodeSet>;

    /// Every known node: `@*`.
    fn all(&self) -> NodeSet;

    /// The known nodes that match a pattern with `*` and `?`; see [`NodeSet::matching`].
    fn wildcard(&self, pattern: &str) -> NodeSet;
}

impl NodeSet {
    /// Reads a node set expression without groups and wildcards, left to right: `,` or a blank
    /// is union, `!` difference, `&` intersection, `^` symmetric difference. Empty text is the
    /// empty set.
    ///
    /// No operand and no result may have more than `limit` names; that is checked before the
    /// names are made.
    ///
    /// # Errors
    /// A [`ParseError`] with the column and the reason.
    pub fn parse(text: &str, limit: usize) -> Result<Self, ParseError> {
        parse_bounded(text, None, limit)
    }

    /// [`NodeSet::parse`] that also reads `@group`, `@source:group`, `@*` and the wildcards `*`
    /// and `?`.
    ///
    /// # Errors
    /// A [`ParseError`] with the column and the reason.
    pub fn parse_with(text: &str, groups: &dyn Groups, limit: usize) -> Result<Self, ParseError> {
        parse_bounded(text, Some(groups), limit)
    }
}

/// Reads a folded text that is already held in memory, so its length needs no bound.
pub(crate) fn parse_stored(text: &str, limit: usize) -> Result<NodeSet, ParseError> {
    parse_any(text, None, limit)
}

fn parse_bounded(
    text: &str,
    groups: Option<&dyn Groups>,
    limit: usize,
) -> Result<NodeSet, ParseError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(Fault::new(0, ErrorKind::TextTooLong).within(text));
    }
    parse_any(text, groups, limit)
}

fn parse_any(text: &str, groups: Option<&dyn Groups>, limit: usize) -> Result<NodeSet, ParseError> {
    // one plain name is by far the most frequent text
    if limit > 0 && !text.is_empty() && text.chars().all(is_name_char) {
        return Parts::split(text).map(NodeSet::single).map_err(|fault| fault.within(text));
    }
    Evaluation::new(text, groups, limit).run().map_err(|fault| fault.within(text))
}
