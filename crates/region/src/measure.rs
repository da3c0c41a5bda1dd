//! The numbers that are taken when somebody asks for them.
//! It counts nothing that happened: `metrics` does.

use std::collections::HashMap;
use std::time::Duration;

use arbiter::Phase;

use crate::board::Status;
use crate::convert::{action, phase, power};
use crate::locks::read;
use crate::metrics::{ByDriver, ByPower, Open, Word};
use crate::region::Inner;

impl Inner {
    /// Brings the gauges up to date.
    pub(crate) fn measure(&self) {
        self.measure_nodes();
        self.measure_open();
        let head = *self.log.head().borrow();
        self.metrics.journal_head.set(i64::try_from(head).unwrap_or(i64::MAX));
    }

    fn measure_nodes(&self) {
        let (fleet, now) = (self.fleet(), self.now());
        let mut powers: HashMap<api::Power, i64> = HashMap::new();
        let mut backoff: HashMap<&str, i64> = fleet.drivers().map(|driver| (driver, 0)).collect();
        let (mut seen, mut ages_s) = (0, Vec::with_capacity(fleet.nodes().len()));
        self.board.each(|name, status| {
            seen += 1;
            *powers.entry(power(status.seen.power)).or_default() += 1;
            ages_s.extend(age_s(status, now));
            let node = if backs_off(status) { fleet.node(name) } else { None };
            if let Some(count) = node.and_then(|node| backoff.get_mut(node.driver)) {
                *count += 1;
            }
        });
        let unseen = fleet.nodes().len().saturating_sub(seen);
        *powers.entry(api::Power::Unknown).or_default() += i64::try_from(unseen).unwrap_or(0);
        for power in api::Power::ALL {
            let gauge = self.metrics.nodes.get_or_create(&ByPower { power: Word(power.word()) });
            gauge.set(powers.get(power).copied().unwrap_or(0));
        }
        self.metrics.poll_age.set(ages_s);
        for driver in fleet.drivers() {
            let gauge = self.metrics.backoff.get_or_create(&ByDriver { driver: Word(driver) });
            gauge.set(backoff[driver]);
        }
    }

    fn measure_open(&self) {
        let mut phases = HashMap::new();
        self.board.each(|name, status| {
            if let Some(seq) = status.progress.seq {
                phases.insert(Box::<str>::from(name), (seq, phase(status.progress.phase)));
            }
        });
        let fold = read(&self.fold);
        let mut counts: HashMap<(api::Action, api::Phase), i64> = HashMap::new();
        let mut oldest = None;
        for (seq, page) in fold.book.pages_before(u64::MAX) {
            for node in &page.open {
                oldest = Some(page.at);
                let told = phases.get(fold.ledger.name(*node)).filter(|(of, _)| *of == seq);
                let phase = told.map_or(api::Phase::Pending, |(_, phase)| *phase);
                *counts.entry((action(page.command.action), phase)).or_default() += 1;
            }
        }
        drop(fold);
        self.metrics.open.clear();
        for ((action, phase), count) in counts {
            let labels = Open { action: Word(action.word()), phase: Word(phase.word()) };
            self.metrics.open.get_or_create(&labels).set(count);
        }
        let age = oldest.map_or(0, |at| self.now().saturating_sub(at));
        self.metrics.oldest_open_s.set(Duration::from_millis(age).as_secs_f64());
    }
}

/// How long ago the node was read, in seconds; none if it never was. A read that failed told nothing.
fn age_s(status: &Status, now: u64) -> Option<f64> {
    let (_, at) = status.seen.last_known?;
    Some(Duration::from_millis(now.saturating_sub(at)).as_secs_f64())
}

/// Whether its BMC failed, and is asked less and less often until it answers.
fn backs_off(status: &Status) -> bool {
    status.seen.cause.is_some() || status.progress.phase == Phase::BackingOff
}
