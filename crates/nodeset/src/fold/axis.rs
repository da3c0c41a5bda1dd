//! Interned sets of numbers, so that two are compared by their id. It does not merge tables.

use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::number::Number;

/// The place of a set of numbers in [`Axes`]: equal ids are equal sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct AxisId(usize);

/// A set of numbers that grows; sorted only when it must be compared.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bag {
    numbers: Vec<Number>,
    sum: u64,
    sorted: bool,
}

impl Bag {
    pub(crate) fn add(&mut self, axis: &Axis) {
        self.numbers.extend_from_slice(&axis.numbers);
        self.sum = self.sum.wrapping_add(axis.sum);
        self.sorted = false;
    }

    fn sort(&mut self) {
        if !self.sorted {
            self.numbers.sort_unstable();
            self.sorted = true;
        }
    }
}

/// A set of numbers with what sorting and comparing look at.
#[derive(Debug)]
pub(crate) struct Axis {
    numbers: Rc<[Number]>,
    /// The sum of the numbers' hashes, which does not depend on their order.
    sum: u64,
    first: (u128, usize),
    last: (u128, usize),
}

impl Axis {
    fn new(numbers: Rc<[Number]>, sum: u64) -> Self {
        let text_order = |number: Option<&Number>| number.map_or((0, 0), |n| n.text_order());
        let (first, last) = (text_order(numbers.first()), text_order(numbers.last()));
        Self { numbers, sum, first, last }
    }

    pub(crate) fn numbers(&self) -> &Rc<[Number]> {
        &self.numbers
    }

    /// ClusterShell's order of two axes at one place: larger first, then by the texts of the
    /// first and the last number.
    pub(crate) fn fold_order(&self, other: &Self) -> Ordering {
        let larger_first = other.numbers.len().cmp(&self.numbers.len());
        larger_first.then((self.first, self.last).cmp(&(other.first, other.last)))
    }
}

/// Every axis met so far.
#[derive(Debug, Default)]
pub(crate) struct Axes {
    known: Vec<Axis>,
    by_sum: BTreeMap<(usize, u64), Vec<AxisId>>,
}

impl Axes {
    pub(crate) fn get(&self, id: AxisId) -> &Axis {
        &self.known[id.0]
    }

    /// The id of the set in `bag`, if it was met before.
    pub(crate) fn find(&self, bag: &mut Bag) -> Option<AxisId> {
        let candidates = self.by_sum.get(&(bag.numbers.len(), bag.sum))?;
        bag.sort();
        candidates.iter().copied().find(|&id| *self.get(id).numbers == *bag.numbers)
    }

    pub(crate) fn intern(&mut self, mut bag: Bag) -> AxisId {
        if let Some(id) = self.find(&mut bag) {
            return id;
        }
        bag.sort();
        let id = AxisId(self.known.len());
        self.by_sum.entry((bag.numbers.len(), bag.sum)).or_default().push(id);
        self.known.push(Axis::new(bag.numbers.into(), bag.sum));
        id
    }

    pub(crate) fn intern_one(&mut self, number: Number) -> AxisId {
        let bag = Bag { numbers: vec![number], sum: scatter(number), sorted: true };
        self.intern(bag)
    }
}

/// A hash whose sums over different sets seldom agree. It need not be safe: equal sums are
/// followed by a comparison.
fn scatter(number: Number) -> u64 {
    let value = number.value();
    let mut mixed = (value as u64) ^ ((value >> 64) as u64).rotate_left(32);
    mixed ^= (number.length() as u64) << 56;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
