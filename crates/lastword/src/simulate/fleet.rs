//! The simulated fleets: which machines there are and how their BMCs behave, drawn from a seed. It carries nothing out.

use arbiter::Millis;
use bmc_sim::Machine;
use bmc_sim::fault::{Faults, Percent, Span, Switch};
use clap::ValueEnum;
use fastrand::Rng;
use serde::Serialize;

/// A kind of fleet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Fleet {
    /// Slow transitions and slow answers, and nothing worse
    Lazy,
    /// Every BMC has one to three of the field's faults
    Nasty,
}

/// The way to a BMC.
#[derive(Clone, Copy, Debug)]
pub struct Wire {
    /// How long a message takes one way, in milliseconds.
    lag_ms: Millis,
    /// How much longer it may take, in milliseconds.
    jitter_ms: Millis,
    /// How many messages of a hundred are lost.
    drop_percent: u8,
}

impl Fleet {
    /// All kinds.
    pub const ALL: [Self; 2] = [Self::Lazy, Self::Nasty];

    /// The word on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Lazy => "lazy",
            Self::Nasty => "nasty",
        }
    }

    /// What it is, in a line.
    pub const fn what(self) -> &'static str {
        match self {
            Self::Lazy => "BMCs that are slow, and nothing worse",
            Self::Nasty => "BMCs with one to three of the field's faults each",
        }
    }

    /// One machine of it, and the way to its BMC.
    pub fn draw(self, rng: &mut Rng) -> (Machine, Wire) {
        let faults = Faults {
            takes_on: Some(Span(rng.u64(4_000..=20_000))),
            takes_off: Some(Span(rng.u64(2_000..=10_000))),
            ..Faults::default()
        };
        let mut wire =
            Wire { lag_ms: rng.u64(20..=300), jitter_ms: rng.u64(10..=300), drop_percent: 0 };
        let on = rng.bool();
        let faults = match self {
            Self::Lazy => faults,
            Self::Nasty => spoil(faults, &mut wire, rng),
        };
        (Machine::new(on, faults, rng.u64(..)), wire)
    }
}

impl Wire {
    /// One that loses nothing and takes that long each way, in milliseconds.
    #[cfg(test)]
    pub const fn steady(lag_ms: Millis) -> Self {
        Self { lag_ms, jitter_ms: 0, drop_percent: 0 }
    }

    /// How long a message takes this time, in milliseconds; none if it is lost.
    pub fn carry(self, rng: &mut Rng) -> Option<Millis> {
        let lost = rng.u8(0..100) < self.drop_percent;
        let span = self.lag_ms + rng.u64(0..=self.jitter_ms);
        (!lost).then_some(span)
    }
}

/// Draws one to three different faults.
fn spoil(mut faults: Faults, wire: &mut Wire, rng: &mut Rng) -> Faults {
    let mut kinds = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
    rng.shuffle(&mut kinds);
    for kind in &kinds[..rng.usize(1..=3)] {
        add(&mut faults, *kind, wire, rng);
    }
    faults
}

fn add(faults: &mut Faults, kind: u8, wire: &mut Wire, rng: &mut Rng) {
    let mut seconds = |from: u64, to: u64| Some(Span(1_000 * rng.u64(from..=to)));
    match kind {
        0 => faults.ignores_first = Some(rng.u32(1..=2)),
        1 => faults.fires_late = seconds(2, 20),
        2 => faults.reads_stale = seconds(1, 6),
        3 => faults.reads_fail = Some(Percent::new(rng.u8(5..=25))),
        4 => faults.shows_transitions = seconds(1, 3),
        5 => faults.keeps_needless_off = seconds(30, 30),
        6 => faults.starts_over = Some(Switch),
        7 => faults.refuses_in_transition = Some(Switch),
        8 => faults.refuses_orders = Some(Percent::new(rng.u8(10..=40))),
        9 => faults.ignores_on_after_off = seconds(2, 6),
        10 => faults.falls_back = seconds(2, 20),
        _ => wire.drop_percent = rng.u8(2..=10),
    }
}
