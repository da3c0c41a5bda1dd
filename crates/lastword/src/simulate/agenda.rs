//! What happens when, in virtual time. It does not know what the entries mean.

use std::collections::BTreeMap;

use arbiter::Millis;

/// Entries by their time; those of the same time in the order in which they came.
pub struct Agenda<T> {
    entries: BTreeMap<(Millis, u64), T>,
    came: u64,
}

impl<T> Agenda<T> {
    /// One without entries.
    pub const fn new() -> Self {
        Self { entries: BTreeMap::new(), came: 0 }
    }

    /// Enters something for that time.
    pub fn enter(&mut self, at: Millis, entry: T) {
        self.came += 1;
        self.entries.insert((at, self.came), entry);
    }

    /// The next entry that is due before `end`, with its time.
    pub fn next_before(&mut self, end: Millis) -> Option<(Millis, T)> {
        let first = self.entries.first_entry()?;
        let (at, _) = *first.key();
        (at < end).then(|| (at, first.remove()))
    }
}
