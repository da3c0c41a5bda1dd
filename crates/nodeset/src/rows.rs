//! A sorted table of numbers: one row for each node of one template, one column for each number.
//! It does not know the template.

use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::number::Number;

/// Sorted, unique rows of equal width. Rows without numbers are all equal, so there is one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Rows {
    width: usize,
    cells: Vec<Number>,
}

/// A set operation, told by which elements of two sorted sequences it keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Union,
    Difference,
    Intersection,
    Symmetric,
}

impl Op {
    /// Whether an element stays that is in the left set only (`Less`), in both (`Equal`), in the
    /// right set only (`Greater`).
    pub(crate) fn keeps(self, side: Ordering) -> bool {
        match self {
            Self::Union => true,
            Self::Difference => side == Ordering::Less,
            Self::Intersection => side == Ordering::Equal,
            Self::Symmetric => side != Ordering::Equal,
        }
    }
}

/// Fewer rows than one in so many are looked up one by one rather than walked along.
const LOOKED_UP_SHARE: usize = 32;

/// Walks two sorted sequences of the given lengths together. `visit` is told the side an element
/// is on and the index it has there (the left one when it is on both).
pub(crate) fn merge_join(
    lengths: (usize, usize),
    compare: impl Fn(usize, usize) -> Ordering,
    mut visit: impl FnMut(Ordering, usize, usize),
) {
    let (mut left, mut right) = (0, 0);
    while left < lengths.0 || right < lengths.1 {
        let side = match (left < lengths.0, right < lengths.1) {
            (true, true) => compare(left, right),
            (true, false) => Ordering::Less,
            (false, _) => Ordering::Greater,
        };
        visit(side, left, right);
        left += usize::from(side.is_le());
        right += usize::from(side.is_ge());
    }
}

impl Rows {
    /// The rows in `cells`, `width` numbers each, in any order and with doubles.
    pub(crate) fn from_unsorted(width: usize, mut cells: Vec<Number>) -> Self {
        if width == 1 {
            // the stable sort merges runs, which operands are
            cells.sort();
            cells.dedup();
        } else if width > 1 && !is_strictly_sorted(width, &cells) {
            cells = sorted(width, &cells);
        }
        cells.shrink_to_fit();
        Self { width, cells }
    }

    pub(crate) fn width(&self) -> usize {
        self.width
    }

    pub(crate) fn cells(&self) -> &[Number] {
        &self.cells
    }

    pub(crate) fn len(&self) -> usize {
        self.cells.len().checked_div(self.width).unwrap_or(1)
    }

    pub(crate) fn row(&self, index: usize) -> &[Number] {
        &self.cells[index * self.width..(index + 1) * self.width]
    }

    /// The place of `row`, or where it would go.
    pub(crate) fn find(&self, row: &[Number]) -> Result<usize, usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.row(middle).cmp(row) {
                Ordering::Less => low = middle + 1,
                Ordering::Equal => return Ok(middle),
                Ordering::Greater => high = middle,
            }
        }
        Err(low)
    }

    /// Adds `row`; false when it was there.
    pub(crate) fn insert(&mut self, row: &[Number]) -> bool {
        match self.find(row) {
            Ok(_) => false,
            Err(index) => {
                let at = index * self.width;
                self.cells.splice(at..at, row.iter().copied());
                true
            }
        }
    }

    /// The rows whose index `keep` accepts; none when nothing is left.
    pub(crate) fn filtered(&self, keep: impl Fn(usize) -> bool) -> Option<Self> {
        let (mut kept, mut cells) = (0_usize, Vec::new());
        for index in (0..self.len()).filter(|&index| keep(index)) {
            kept += 1;
            cells.extend_from_slice(self.row(index));
        }
        (kept > 0).then_some(Self { width: self.width, cells })
    }

    /// What `op` makes of two tables of equal width; none when nothing is left. A few rows beside many
    /// are looked up: one node of a large fleet is the usual case.
    pub(crate) fn combine(&self, other: &Self, op: Op) -> Option<Self> {
        match op {
            Op::Intersection if self.is_few_beside(other) => {
                self.filtered(|index| other.find(self.row(index)).is_ok())
            }
            Op::Intersection if other.is_few_beside(self) => {
                other.filtered(|index| self.find(other.row(index)).is_ok())
            }
            Op::Difference if self.is_few_beside(other) => {
                self.filtered(|index| other.find(self.row(index)).is_err())
            }
            Op::Union | Op::Intersection | Op::Difference | Op::Symmetric => self.merge(other, op),
        }
    }

    fn is_few_beside(&self, other: &Self) -> bool {
        self.len().saturating_mul(LOOKED_UP_SHARE) < other.len()
    }

    fn merge(&self, other: &Self, op: Op) -> Option<Self> {
        let (mut kept, mut cells) = (0_usize, Vec::new());
        merge_join(
            (self.len(), other.len()),
            |left, right| self.row(left).cmp(other.row(right)),
            |side, left, right| {
                if op.keeps(side) {
                    kept += 1;
                    let row = if side.is_le() { self.row(left) } else { other.row(right) };
                    cells.extend_from_slice(row);
                }
            },
        );
        (kept > 0).then_some(Self { width: self.width, cells })
    }
}

fn is_strictly_sorted(width: usize, cells: &[Number]) -> bool {
    cells.chunks_exact(width).is_sorted_by(|left, right| left < right)
}

fn sorted(width: usize, cells: &[Number]) -> Vec<Number> {
    let mut rows: Vec<&[Number]> = cells.chunks_exact(width).collect();
    rows.sort();
    rows.dedup();
    rows.concat()
}
