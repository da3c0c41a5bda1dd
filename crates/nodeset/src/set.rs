//! The set of node names and its algebra. It does not read or write the grammar.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::collect::Collector;
use crate::error::ParseError;
use crate::family::Family;
use crate::name::Parts;
use crate::number::Number;
use crate::rows::{Op, Rows, merge_join};

/// The most numbers a parsed set holds over all its names (16 bytes each): a bound on memory
/// for names with many numbers, beside the limit on names.
pub const CELLS_MAX: usize = 1 << 24;

/// An ordered set of node names.
///
/// The order is by words, then by numbers: `n2` is before `n10`, and `n10` before `n01`, for a
/// number with leading zeros is another number (`n1` and `n01` are two nodes).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeSet {
    /// Sorted by template.
    pub(crate) families: Vec<Family>,
}

impl NodeSet {
    /// The set of these plain names: no brackets, groups or operators.
    ///
    /// # Errors
    /// When a name is empty, too long or has a character other than letters, digits and `-_.`;
    /// the error tells the name.
    pub fn from_names<I>(names: I) -> Result<Self, ParseError>
    where
        I: IntoIterator,
        I::Item: AsRef<str>,
    {
        let mut collector = Collector::default();
        for name in names {
            collector.add_parts(&split_named(name.as_ref())?);
        }
        Ok(collector.finish())
    }

    /// How many names are in the set.
    #[must_use]
    pub fn len(&self) -> usize {
        self.families.iter().map(|family| family.rows.len()).sum()
    }

    /// Whether no name is in the set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.families.is_empty()
    }

    /// Whether `name` is in the set; false for what is no node name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        Parts::split(name).is_ok_and(|parts| {
            self.find(&parts.template).is_ok_and(|index| {
                let rows = &self.families[index].rows;
                rows.find(&parts.numbers).is_ok()
            })
        })
    }

    /// The names in order.
    pub fn iter(&self) -> impl Iterator<Item = String> + '_ {
        self.families
            .iter()
            .flat_map(|family| (0..family.rows.len()).map(|index| family.name(index)))
    }

    /// Adds one plain name; false when it was there. Cheap at the end of the order, otherwise as
    /// long as the set: use [`NodeSet::from_names`] for many.
    ///
    /// # Errors
    /// As [`NodeSet::from_names`].
    pub fn insert(&mut self, name: &str) -> Result<bool, ParseError> {
        let Parts { template, numbers } = split_named(name)?;
        match self.find(&template) {
            Ok(index) => Ok(self.families[index].rows.insert(&numbers)),
            Err(index) => {
                self.families.insert(index, family(template, numbers));
                Ok(true)
            }
        }
    }

    /// Adds every name of `other`.
    pub fn extend(&mut self, other: &Self) {
        *self = self.union(other);
    }

    /// The names in either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        self.combine(other, Op::Union)
    }

    /// The names in both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.combine(other, Op::Intersection)
    }

    /// The names in this set and not in `other`.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        self.combine(other, Op::Difference)
    }

    /// The names in exactly one of the sets.
    #[must_use]
    pub fn symmetric_difference(&self, other: &Self) -> Self {
        self.combine(other, Op::Symmetric)
    }

    /// The set of one name.
    pub(crate) fn single(parts: Parts) -> Self {
        Self { families: vec![family(parts.template, parts.numbers)] }
    }

    /// How many numbers the names hold.
    pub(crate) fn cells(&self) -> usize {
        self.families.iter().map(|family| family.rows.cells().len()).sum()
    }

    pub(crate) fn combine(&self, other: &Self, op: Op) -> Self {
        let mut families = Vec::new();
        merge_join(
            (self.families.len(), other.families.len()),
            |left, right| self.families[left].template.cmp(&other.families[right].template),
            |side, left, right| {
                if side.is_eq() {
                    families.extend(self.families[left].combine(&other.families[right], op));
                } else if op.keeps(side) {
                    let from =
                        if side.is_lt() { &self.families[left] } else { &other.families[right] };
                    families.push(from.clone());
                }
            },
        );
        Self { families }
    }

    fn find(&self, template: &str) -> Result<usize, usize> {
        self.families.binary_search_by(|family| (*family.template).cmp(template))
    }
}

fn split_named(name: &str) -> Result<Parts, ParseError> {
    Parts::split(name).map_err(|fault| fault.within(name).naming(name))
}

fn family(template: String, numbers: Vec<Number>) -> Family {
    let rows = Rows::from_unsorted(numbers.len(), numbers);
    Family { template: template.into_boxed_str(), rows }
}
