//! The newest exchanges with machines that somebody may ask about, for the whole fleet and bounded.
//! It keeps no polls of nodes about which nothing happens, so an idle fleet has none.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::{Asked, Order, Try, TryEnd};
use arbiter::{Answer, Ask, Cause, Phase, Power, Seq, Trouble};

use crate::convert::{order, power};
use crate::locks::lock;

/// The most exchanges that are remembered; older ones are forgotten.
const TRIES_MAX: usize = 50_000;

/// An exchange with a machine that ended.
#[derive(Clone, Copy, Debug)]
pub struct Tried<'a> {
    /// When it ended, in Unix milliseconds.
    pub at: u64,
    /// In which protocol it was asked.
    pub driver: &'static str,
    /// What was asked.
    pub ask: Ask,
    /// What was answered.
    pub answer: &'a Answer,
    /// How long it took since it had its turn; none if it did not get that far.
    pub took: Option<Duration>,
}

/// What was known of the node before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Known {
    pub(crate) power: Power,
    pub(crate) read: bool,
    pub(crate) seq: Option<Seq>,
    pub(crate) phase: Phase,
}

/// The remembered exchanges, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Tries(Mutex<VecDeque<Kept>>);

#[derive(Debug)]
struct Kept {
    node: Box<str>,
    at: u64,
    took_ms: Option<u32>,
    seq: Option<Seq>,
    driver: &'static str,
    asked: Asked,
    end: TryEnd,
    power: Option<Power>,
    cause: Option<Arc<str>>,
}

impl Tries {
    /// Remembers it if it is worth it.
    pub(crate) fn note(&self, node: &str, known: Option<Known>, tried: Tried<'_>) {
        if !is_news(known, &tried) {
            return;
        }
        // what an earlier intent left behind is none of the present one's
        let own = known.filter(|known| known.phase != Phase::Draining);
        let kept = Kept::new(node, own.and_then(|known| known.seq), &tried);
        let mut tries = lock(&self.0);
        if tries.len() == TRIES_MAX {
            tries.pop_front();
        }
        tries.push_back(kept);
    }

    /// Those of that node.
    pub(crate) fn of(&self, node: &str) -> Vec<Try> {
        let tries = lock(&self.0);
        tries.iter().filter(|kept| *kept.node == *node).map(Kept::shown).collect()
    }
}

/// Whether it belongs to an operation or tells something new.
fn is_news(known: Option<Known>, tried: &Tried<'_>) -> bool {
    if tried.ask.is_write() {
        return true;
    }
    let found = read_power(tried.answer).unwrap_or(Power::Unknown);
    known.is_some_and(|known| known.phase != Phase::Idle || (known.read && known.power != found))
}

impl Kept {
    fn new(node: &str, seq: Option<Seq>, tried: &Tried<'_>) -> Self {
        let (end, cause) = end(tried.answer);
        let took_ms = tried.took.map(|took| u32::try_from(took.as_millis()).unwrap_or(u32::MAX));
        Self {
            node: node.into(),
            at: tried.at,
            took_ms,
            seq,
            driver: tried.driver,
            asked: asked(tried.ask),
            end,
            power: read_power(tried.answer),
            cause: cause.map(|cause| Arc::clone(&cause.words)),
        }
    }

    fn shown(&self) -> Try {
        Try {
            at_ms: self.at,
            took_ms: self.took_ms.map(u64::from),
            seq: self.seq,
            driver: self.driver.to_owned(),
            asked: self.asked,
            end: self.end,
            power: self.power.map(power),
            cause: self.cause.as_deref().map(str::to_owned),
        }
    }
}

/// What a read found.
const fn read_power(answer: &Answer) -> Option<Power> {
    match answer {
        Answer::Power(power) => Some(*power),
        Answer::Mixed(_) => Some(Power::Unknown),
        Answer::Done | Answer::Refused(_) | Answer::NotSent(_) | Answer::Lost(_) => None,
    }
}

/// What came of it, and what is wrong.
const fn end(answer: &Answer) -> (TryEnd, Option<&Cause>) {
    let (end, cause) = match answer {
        Answer::Power(_) | Answer::Done => return (TryEnd::Ok, None),
        Answer::Mixed(cause) => (TryEnd::Ok, cause),
        Answer::Refused(cause) => (TryEnd::Refused, cause),
        Answer::NotSent(cause) => (TryEnd::NotSent, cause),
        Answer::Lost(cause) => (TryEnd::Lost, cause),
    };
    let end = match cause.trouble {
        Trouble::Passing => end,
        Trouble::Denied => TryEnd::Denied,
        Trouble::Stranger => TryEnd::Stranger,
    };
    (end, Some(cause))
}

const fn asked(ask: Ask) -> Asked {
    match ask {
        Ask::Power => Asked::Read,
        Ask::Boot(_) => Asked::Boot,
        Ask::Fire(fired) => match order(fired) {
            Order::On => Asked::On,
            Order::Off => Asked::Off,
            Order::Soft => Asked::Soft,
            Order::Reset => Asked::Reset,
            Order::Nmi => Asked::Nmi,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IDLE: Known = Known { power: Power::On, read: true, seq: None, phase: Phase::Idle };

    fn tried(ask: Ask, answer: &Answer) -> Tried<'_> {
        Tried { at: 7, driver: "ipmi", ask, answer, took: Some(Duration::from_millis(12)) }
    }

    #[test]
    fn polls_that_tell_nothing_new_are_not_kept() {
        let (tries, on) = (Tries::default(), Answer::Power(Power::On));
        tries.note("n1", None, tried(Ask::Power, &on));
        tries.note("n1", Some(Known { read: false, ..IDLE }), tried(Ask::Power, &on));
        tries.note("n1", Some(IDLE), tried(Ask::Power, &on));
        assert_eq!(tries.of("n1"), []);
        let lost = Answer::Lost(Cause { trouble: Trouble::Passing, words: "h: no answer".into() });
        tries.note("n1", Some(IDLE), tried(Ask::Power, &lost));
        let denied = Cause { trouble: Trouble::Denied, words: "h: no".into() };
        tries.note("n1", Some(IDLE), tried(Ask::Power, &Answer::NotSent(denied)));
        tries.note("n2", Some(IDLE), tried(Ask::Power, &Answer::Power(Power::Off)));
        let kept = tries.of("n1");
        assert_eq!((kept.len(), kept[1].end), (2, TryEnd::Denied));
        assert_eq!((kept[0].end, kept[0].cause.as_deref()), (TryEnd::Lost, Some("h: no answer")));
        assert_eq!(tries.of("n2")[0].power, Some(api::Power::Off));
    }

    #[test]
    fn whatever_an_operation_does_is_kept_for_its_command() {
        let (tries, fire) = (Tries::default(), Ask::Fire(arbiter::Order::Off));
        let confirming = Phase::Confirming(arbiter::Order::Off);
        let busy = Known { seq: Some(5), phase: confirming, ..IDLE };
        tries.note("n1", Some(busy), tried(fire, &Answer::Done));
        tries.note("n1", Some(busy), tried(Ask::Power, &Answer::Power(Power::On)));
        let draining = Known { seq: Some(6), phase: Phase::Draining, ..IDLE };
        tries.note("n1", Some(draining), tried(fire, &Answer::Done));
        let told: Vec<_> = tries.of("n1").iter().map(|it| (it.asked, it.seq)).collect();
        assert_eq!(told, [(Asked::Off, Some(5)), (Asked::Read, Some(5)), (Asked::Off, None)]);
    }

    #[test]
    fn the_oldest_are_forgotten_first() {
        let tries = Tries::default();
        tries.note("old", Some(IDLE), tried(Ask::Fire(arbiter::Order::On), &Answer::Done));
        for _ in 0..TRIES_MAX {
            tries.note("n1", Some(IDLE), tried(Ask::Fire(arbiter::Order::On), &Answer::Done));
        }
        assert_eq!((tries.of("old").len(), tries.of("n1").len()), (0, TRIES_MAX));
    }
}
