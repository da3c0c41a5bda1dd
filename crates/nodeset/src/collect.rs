//! Gathers many names and sorts them once. It does not bound them: the caller asks before it adds.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use crate::family::Family;
use crate::name::Parts;
use crate::number::Number;
use crate::rows::Rows;
use crate::set::NodeSet;

/// Names in any order, doubles included.
#[derive(Debug, Default)]
pub(crate) struct Collector {
    families: BTreeMap<String, Pile>,
    names: usize,
    cells: usize,
}

#[derive(Debug, Default)]
struct Pile {
    width: usize,
    cells: Vec<Number>,
}

impl Collector {
    /// How many names were added, doubles included.
    pub(crate) fn names(&self) -> usize {
        self.names
    }

    /// How many numbers were added, doubles included.
    pub(crate) fn cells(&self) -> usize {
        self.cells
    }

    pub(crate) fn add_parts(&mut self, parts: &Parts) {
        self.count(1, parts.numbers.len());
        let pile = self.pile(&parts.template, parts.numbers.len());
        pile.cells.extend_from_slice(&parts.numbers);
    }

    /// Adds every combination of one number from each axis, the last axis fastest.
    pub(crate) fn add_product(&mut self, template: &str, axes: &[Vec<Number>]) {
        let names = axes.iter().map(Vec::len).product();
        self.count(names, axes.len());
        let cells = &mut self.pile(template, axes.len()).cells;
        cells.reserve(names * axes.len());
        let mut row: Vec<usize> = axes.iter().map(|_| 0).collect();
        for _ in 0..names {
            cells.extend(row.iter().zip(axes).map(|(&index, axis)| axis[index]));
            advance(&mut row, axes);
        }
    }

    pub(crate) fn add_set(&mut self, set: &NodeSet) {
        for Family { template, rows } in &set.families {
            self.count(rows.len(), rows.width());
            self.pile(template, rows.width()).cells.extend_from_slice(rows.cells());
        }
    }

    pub(crate) fn finish(self) -> NodeSet {
        let families = self.families.into_iter().map(|(template, pile)| Family {
            template: template.into_boxed_str(),
            rows: Rows::from_unsorted(pile.width, pile.cells),
        });
        NodeSet { families: families.collect() }
    }

    fn count(&mut self, names: usize, width: usize) {
        self.names += names;
        self.cells += names * width;
    }

    fn pile(&mut self, template: &str, width: usize) -> &mut Pile {
        if !self.families.contains_key(template) {
            self.families.insert(template.into(), Pile { width, cells: Vec::new() });
        }
        self.families.get_mut(template).expect("it was there or was just inserted")
    }
}

/// Moves `row`, an index into each axis, to the next combination.
pub(crate) fn advance(row: &mut [usize], axes: &[Vec<Number>]) {
    for (index, axis) in row.iter_mut().zip(axes).rev() {
        *index += 1;
        if *index < axis.len() {
            return;
        }
        *index = 0;
    }
}
