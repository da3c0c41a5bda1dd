//! Writes sets of numbers as ranges and tables as products of axes. It does not know templates.

mod axis;
mod growing;
mod pieces;
mod ranges;

pub(crate) use pieces::fold_rows;
pub(crate) use ranges::write_axis;
