//! The numbers that are taken when somebody asks for them.
//! It counts nothing that happened: `metrics` does.

use std::collections::HashMap;
use std::time::Duration;

use crate::convert::{action, phase, power};
use crate::locks::read;
use crate::metrics::{ByPower, Open, Word};
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
        let fleet = self.fleet();
        let mut counts: HashMap<api::Power, i64> = HashMap::new();
        let mut seen = 0;
        self.board.each(|_, status| {
            seen += 1;
            *counts.entry(power(status.seen.power)).or_default() += 1;
        });
        let unseen = fleet.nodes().len().saturating_sub(seen);
        *counts.entry(api::Power::Unknown).or_default() += i64::try_from(unseen).unwrap_or(0);
        for power in api::Power::ALL {
            let gauge = self.metrics.nodes.get_or_create(&ByPower { power: Word(power.word()) });
            gauge.set(counts.get(power).copied().unwrap_or(0));
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
