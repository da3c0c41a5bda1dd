//! What one evaluation may still spend. It does not count bytes of text.

use crate::error::{ErrorKind, Fault};
use crate::set::CELLS_MAX;

/// The most wildcard patterns in one expression, brackets expanded: each is held against every
/// known node.
pub const WILDCARDS_MAX: usize = 256;

/// An expression may visit each name of the largest allowed set this many times.
const VISITS_PER_NAME_MAX: usize = 32;
/// And this many names for each byte of its text, so that a list of plain names is always fine.
const VISITS_PER_BYTE_MAX: usize = 8;

pub(crate) struct Budget {
    pub(crate) names_max: usize,
    steps_max: usize,
    steps_left: usize,
    wildcards_left: usize,
}

impl Budget {
    pub(crate) fn new(names_max: usize, text_bytes: usize) -> Self {
        let names_max = names_max.min(CELLS_MAX);
        let steps_max = names_max * VISITS_PER_NAME_MAX + text_bytes * VISITS_PER_BYTE_MAX;
        Self { names_max, steps_max, steps_left: steps_max, wildcards_left: WILDCARDS_MAX }
    }

    /// How many names with `numbers` numbers each are allowed.
    pub(crate) fn names_max_of(&self, numbers: usize) -> usize {
        self.names_max.min(CELLS_MAX / numbers.max(1))
    }

    /// Pays for visiting `names` names because of the text at `at`.
    pub(crate) fn visit(&mut self, names: usize, at: usize) -> Result<(), Fault> {
        let too_costly = ErrorKind::TooCostly { steps_max: self.steps_max };
        self.steps_left =
            self.steps_left.checked_sub(names).ok_or_else(|| Fault::new(at, too_costly))?;
        Ok(())
    }

    /// Pays for one wildcard pattern at `at`.
    pub(crate) fn wildcard(&mut self, at: usize) -> Result<(), Fault> {
        let too_many = ErrorKind::TooManyWildcards { limit: WILDCARDS_MAX };
        self.wildcards_left =
            self.wildcards_left.checked_sub(1).ok_or_else(|| Fault::new(at, too_many))?;
        Ok(())
    }
}
