//! What really happened to a machine, in order: what tests read as the truth. What its BMC told anybody is not in it.

use std::collections::VecDeque;
use std::fmt;

use crate::Millis;
use crate::machine::Order;

/// How many entries a machine's ledger keeps; older ones are forgotten, and counted.
pub const ENTRIES_MAX: usize = 65_536;

/// Something that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// When, in milliseconds since the Unix epoch.
    pub at: Millis,
    /// What.
    pub happened: Happened,
}

/// What can happen to a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// The power came on (`true`) or went off.
    Power(bool),
    /// An order reached the BMC.
    Ordered(Order, Took),
    /// The running machine was reset.
    Reset,
    /// The running machine got a diagnostic interrupt.
    Interrupted,
    /// A boot override was set.
    BootSet,
    /// The machine booted by an override.
    BootedByOverride,
    /// The BMC restarted.
    Rebooted,
}

/// What the BMC made of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Took {
    /// It does what it was told.
    Accepted,
    /// It said yes and does nothing: there was nothing to do, or a fault made it so.
    Ignored,
    /// It said yes and keeps it for later.
    Kept,
    /// It said no.
    Refused,
}

/// A machine's history.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    entries: VecDeque<Entry>,
    forgotten: u64,
    reads: u64,
}

impl Ledger {
    /// What happened, oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.entries.iter()
    }

    /// How many of the oldest entries are gone. Whoever proves something asks that it is 0.
    #[must_use]
    pub const fn forgotten(&self) -> u64 {
        self.forgotten
    }

    /// How many entries were ever written.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.forgotten + self.entries.len() as u64
    }

    /// How often the BMC was asked for the power.
    #[must_use]
    pub const fn reads(&self) -> u64 {
        self.reads
    }

    /// The orders that reached the BMC, oldest first.
    pub fn orders(&self) -> impl Iterator<Item = (Millis, Order, Took)> {
        self.entries().filter_map(|entry| {
            let Happened::Ordered(order, took) = entry.happened else { return None };
            Some((entry.at, order, took))
        })
    }

    /// When the power came on (`true`) or went off, oldest first.
    pub fn edges(&self) -> impl DoubleEndedIterator<Item = (Millis, bool)> {
        self.entries().filter_map(|entry| {
            let Happened::Power(on) = entry.happened else { return None };
            Some((entry.at, on))
        })
    }

    pub(crate) fn note(&mut self, at: Millis, happened: Happened) {
        if self.entries.len() == ENTRIES_MAX {
            self.entries.pop_front();
            self.forgotten += 1;
        }
        self.entries.push_back(Entry { at, happened });
    }

    pub(crate) const fn note_read(&mut self) {
        self.reads += 1;
    }
}

impl fmt::Display for Happened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Power(true) => f.write_str("the power came on"),
            Self::Power(false) => f.write_str("the power went off"),
            Self::Ordered(order, took) => write!(f, "ordered {order}: {took}"),
            Self::Reset => f.write_str("reset"),
            Self::Interrupted => f.write_str("diagnostic interrupt"),
            Self::BootSet => f.write_str("boot override set"),
            Self::BootedByOverride => f.write_str("booted by the override"),
            Self::Rebooted => f.write_str("the BMC restarted"),
        }
    }
}

impl fmt::Display for Took {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Accepted => "accepted",
            Self::Ignored => "accepted, and nothing comes of it",
            Self::Kept => "accepted, for later",
            Self::Refused => "refused",
        })
    }
}
