//! What the network does to datagrams and to answers on connections: late, lost, doubled, overtaken, cut short. It does
//! not look into them.

use crate::Millis;
use crate::fault::{Faults, Span};

/// By how much an overtaken answer is held back, in milliseconds.
const HELD_BACK_MS: Millis = 30;

/// An answer on its way, and how long it stays there.
pub type Late = (Millis, Vec<u8>);

/// How an answer on a connection arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrives {
    /// All of it, so many milliseconds later.
    Whole(Millis),
    /// The first part of it, so many milliseconds later, and then the connection is closed.
    Cut(Millis),
    /// Not at all: the connection is reset.
    Never,
}

/// Whether a datagram or a request is lost on its way.
pub fn loses(faults: &Faults, rng: &mut fastrand::Rng) -> bool {
    faults.drop.is_some_and(|share| share.strikes(rng))
}

/// What becomes of an answer.
pub fn send(faults: &Faults, mut answer: Vec<u8>, rng: &mut fastrand::Rng) -> Vec<Late> {
    if loses(faults, rng) {
        return Vec::new();
    }
    if faults.cuts_short.is_some_and(|share| share.strikes(rng)) {
        answer.truncate(answer.len() / 2);
    }
    let mut late = delay(faults, rng);
    if faults.reorder.is_some_and(|share| share.strikes(rng)) {
        late += HELD_BACK_MS;
    }
    if faults.duplicate.is_some_and(|share| share.strikes(rng)) {
        return vec![(late, answer.clone()), (late, answer)];
    }
    vec![(late, answer)]
}

/// What becomes of an answer on a connection, where nothing comes twice and nothing is overtaken.
pub fn answer(faults: &Faults, rng: &mut fastrand::Rng) -> Arrives {
    if loses(faults, rng) {
        return Arrives::Never;
    }
    let late = delay(faults, rng);
    let cut = faults.cuts_short.is_some_and(|share| share.strikes(rng));
    if cut { Arrives::Cut(late) } else { Arrives::Whole(late) }
}

/// How late an answer comes, in milliseconds.
pub fn delay(faults: &Faults, rng: &mut fastrand::Rng) -> Millis {
    let Span(lag) = faults.lag.unwrap_or(Span(0));
    let Span(jitter) = faults.jitter.unwrap_or(Span(0));
    lag + rng.u64(0..=jitter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(text: &str, times: usize) -> Vec<Late> {
        let (faults, mut rng) = (text.parse().unwrap(), fastrand::Rng::with_seed(1));
        (0..times).flat_map(|_| send(&faults, vec![7; 8], &mut rng)).collect()
    }

    #[test]
    fn a_good_link_does_nothing() {
        assert_eq!(sent("", 2), [(0, vec![7; 8]), (0, vec![7; 8])]);
    }

    #[test]
    fn answers_come_late_by_the_lag_and_the_jitter() {
        let delays: Vec<_> =
            sent("lag=5ms,jitter=4ms", 100).iter().map(|(late, _)| *late).collect();
        assert!(delays.iter().all(|late| (5..=9).contains(late)));
        assert!(delays.contains(&5) && delays.contains(&9));
    }

    #[test]
    fn shares_are_what_they_say() {
        assert!((700..900).contains(&sent("drop=20%", 1_000).len()));
        assert!((1_100..1_300).contains(&sent("duplicate=20%", 1_000).len()));
        assert_eq!(sent("cuts-short=100%", 1), [(0, vec![7; 4])]);
        assert_eq!(sent("reorder=100%", 1), [(HELD_BACK_MS, vec![7; 8])]);
    }

    #[test]
    fn an_answer_on_a_connection_is_whole_cut_or_gone() {
        let arrives = |text: &str| answer(&text.parse().unwrap(), &mut fastrand::Rng::with_seed(1));
        assert_eq!(arrives(""), Arrives::Whole(0));
        assert_eq!(arrives("lag=5ms,duplicate=100%,reorder=100%"), Arrives::Whole(5));
        assert_eq!(arrives("cuts-short=100%,lag=5ms"), Arrives::Cut(5));
        assert_eq!(arrives("drop=100%"), Arrives::Never);
    }
}
