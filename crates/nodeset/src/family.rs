//! The nodes that share one template. It does not order families among each other.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt::{self, Write};

use crate::name::HOLE;
use crate::number::{DIGITS_MAX, Number};
use crate::rows::{Op, Rows};

/// A template like `r%n%` and the numbers of each of its nodes; never empty.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Family {
    pub(crate) template: Box<str>,
    pub(crate) rows: Rows,
}

impl Family {
    /// The name of the node in row `index`.
    pub(crate) fn name(&self, index: usize) -> String {
        let row = self.rows.row(index);
        let digits: usize = row.iter().map(|number| number.length()).sum();
        let mut name = String::with_capacity(self.template.len() + digits);
        fill(&mut name, &self.template, |name, hole| write_number(name, row[hole]))
            .expect("writing to a string does not fail");
        name
    }

    /// The nodes whose name `keep` accepts.
    pub(crate) fn filtered(&self, keep: impl Fn(&str) -> bool) -> Option<Self> {
        let rows = self.rows.filtered(|index| keep(&self.name(index)))?;
        Some(Self { template: self.template.clone(), rows })
    }

    pub(crate) fn combine(&self, other: &Self, op: Op) -> Option<Self> {
        let rows = self.rows.combine(&other.rows, op)?;
        Some(Self { template: self.template.clone(), rows })
    }
}

/// Writes `template`, and for its n-th hole what `write_hole` writes for n.
pub(crate) fn fill<W: Write>(
    out: &mut W,
    template: &str,
    mut write_hole: impl FnMut(&mut W, usize) -> fmt::Result,
) -> fmt::Result {
    for (hole, word) in template.split(HOLE).enumerate() {
        if hole > 0 {
            write_hole(out, hole - 1)?;
        }
        out.write_str(word)?;
    }
    Ok(())
}

pub(crate) fn write_number<W: Write>(out: &mut W, number: Number) -> fmt::Result {
    out.write_str(number.digits(&mut [0; DIGITS_MAX]))
}
