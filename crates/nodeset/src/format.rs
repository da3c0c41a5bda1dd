//! The texts of a node set: folded, expanded, and for Slurm. It does not read them back.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

use crate::family::{Family, fill, write_number};
use crate::fold::{fold_rows, write_axis};
use crate::name::HOLE;
use crate::set::NodeSet;

impl NodeSet {
    /// Every name, in order, with `separator` between two.
    #[must_use]
    pub fn expand(&self, separator: &str) -> String {
        let mut text = String::new();
        for (index, name) in self.iter().enumerate() {
            if index > 0 {
                text.push_str(separator);
            }
            text.push_str(&name);
        }
        text
    }

    /// The folded form that Slurm reads: one bracket for each item, at its end, without steps.
    #[must_use]
    pub fn slurm(&self) -> String {
        let mut items = Items { out: String::new(), empty: true };
        for family in &self.families {
            write_slurm(&mut items, family).expect("writing to a string does not fail");
        }
        items.out
    }
}

/// The folded form, as ClusterShell writes it; [`NodeSet::parse`] reads it back.
impl fmt::Display for NodeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut items = Items { out: f, empty: true };
        self.families.iter().try_for_each(|family| write_folded(&mut items, family))
    }
}

/// Items with a comma between two.
struct Items<W> {
    out: W,
    empty: bool,
}

impl<W: Write> Items<W> {
    fn next(&mut self) -> Result<&mut W, fmt::Error> {
        if !self.empty {
            self.out.write_char(',')?;
        }
        self.empty = false;
        Ok(&mut self.out)
    }
}

fn write_folded<W: Write>(items: &mut Items<W>, Family { template, rows }: &Family) -> fmt::Result {
    if rows.len() == 1 {
        let write_hole = |out: &mut W, hole: usize| write_number(out, rows.row(0)[hole]);
        return fill(items.next()?, template, write_hole);
    }
    if rows.width() == 1 {
        return fill(items.next()?, template, |out, _| write_axis(out, rows.cells()));
    }
    for axes in fold_rows(rows) {
        fill(items.next()?, template, |out, hole| write_axis(out, &axes[hole]))?;
    }
    Ok(())
}

/// Rows that differ in the last number only are neighbours, so each item is a slice of them.
fn write_slurm(items: &mut Items<String>, family: &Family) -> fmt::Result {
    let Family { template, rows } = family;
    let Some(last) = rows.width().checked_sub(1).filter(|_| template.ends_with(HOLE)) else {
        return (0..rows.len()).try_for_each(|index| items.next()?.write_str(&family.name(index)));
    };
    let mut start = 0;
    while start < rows.len() {
        let head = &rows.row(start)[..last];
        let same = (start..rows.len()).take_while(|&index| &rows.row(index)[..last] == head);
        let end = start + same.count();
        let numbers: Vec<_> = (start..end).map(|index| rows.row(index)[last]).collect();
        fill(items.next()?, template, |out, hole| match head.get(hole) {
            Some(&number) => write_number(out, number),
            None => write_axis(out, &numbers),
        })?;
        start = end;
    }
    Ok(())
}
