//! A circuit: so many power-ons within a span, because a rack that starts at once trips its breaker.
//!
//! Whoever is to be powered on stands in line and is given its turn; nobody else is ever kept waiting. A
//! circuit does not know what a power-on is, nor what became of it.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::ledger::NodeId;
use crate::{Millis, Seq};

/// What a circuit bears.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Limit {
    /// The circuit's name.
    pub circuit: Arc<str>,
    /// At most so many starts within the window; at least 1.
    pub starts_max: u16,
    /// The window, in milliseconds.
    pub window_ms: Millis,
    /// At most so many watts may be drawn by what starts within the window.
    pub watts_max: Option<u32>,
}

/// How much of a circuit is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// What it bears.
    pub limit: Limit,
    /// The starts that count: until when, `Millis::MAX` while the order is under way, and their watts.
    pub starts: Vec<(Millis, u32)>,
    /// How many wait for their turn.
    pub waiting: usize,
}

impl Load {
    /// How many starts count at that time, and how many watts they draw.
    #[must_use]
    pub fn starting(&self, now: Millis) -> (usize, u32) {
        let counting = || self.starts.iter().filter(|(until, _)| *until > now);
        (counting().count(), counting().map(|(_, watts)| watts).sum())
    }
}

/// A circuit with those who start and those who wait.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Circuit {
    limit: Limit,
    /// Who waits, with the watts that its start draws.
    line: BTreeMap<(Seq, NodeId), u32>,
    starts: Vec<Start>,
    /// Nobody starts before: starts are spread over the window.
    next_at: Millis,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Start {
    node: NodeId,
    watts: u32,
    /// When it no longer counts; none while its order is under way.
    until: Option<Millis>,
}

impl Circuit {
    pub(crate) const fn new(limit: Limit) -> Self {
        Self { limit, line: BTreeMap::new(), starts: Vec::new(), next_at: 0 }
    }

    pub(crate) fn set_limit(&mut self, limit: Limit) {
        self.limit = limit;
    }

    /// Everybody has gone. What an earlier life may have ordered until then still counts.
    pub(crate) fn begin_anew(&mut self, ordered_until: Option<Millis>) {
        self.line.clear();
        self.starts.clear();
        let quiet = ordered_until.map(|until| until + self.limit.window_ms);
        self.next_at = quiet.unwrap_or(self.next_at).max(self.next_at);
    }

    pub(crate) fn join(&mut self, seq: Seq, node: NodeId, watts: u32) {
        self.line.insert((seq, node), watts);
    }

    pub(crate) fn leave(&mut self, seq: Seq, node: NodeId) {
        self.line.remove(&(seq, node));
    }

    /// When somebody may have a turn, if anybody waits and it does not depend on an answer.
    pub(crate) fn due(&self) -> Option<Millis> {
        let (_, watts) = self.line.first_key_value()?;
        Some(self.room_at(*watts)?.max(self.next_at))
    }

    /// Gives the first in line its turn, if it may start now. The oldest command comes first.
    pub(crate) fn give_turn(&mut self, now: Millis) -> Option<NodeId> {
        if self.due()? > now {
            return None;
        }
        let ((_, node), watts) = self.line.pop_first()?;
        self.forget_old(now);
        self.starts.push(Start { node, watts, until: None });
        self.next_at = now + self.spacing_ms(now, node);
        Some(node)
    }

    /// The turn is over. An order that was sent counts from now on for the whole window: it may have
    /// taken effect as late as this.
    pub(crate) fn end_turn(&mut self, now: Millis, node: NodeId, fired: bool) {
        let turn = |start: &Start| start.node == node && start.until.is_none();
        if fired {
            let until = now + self.limit.window_ms;
            self.starts
                .iter_mut()
                .filter(|start| turn(start))
                .for_each(|it| it.until = Some(until));
        } else {
            self.starts.retain(|start| !turn(start));
        }
    }

    pub(crate) fn load(&self) -> Load {
        let start = |start: &Start| (start.until.unwrap_or(Millis::MAX), start.watts);
        Load {
            limit: self.limit.clone(),
            starts: self.starts.iter().map(start).collect(),
            waiting: self.line.len(),
        }
    }

    /// When there is room for so many watts and one more start; none if that depends on an answer.
    fn room_at(&self, watts: u32) -> Option<Millis> {
        let mut ends: Vec<(Millis, u32)> = Vec::with_capacity(self.starts.len());
        let (mut count, mut drawn) = (self.starts.len(), 0_u32);
        for start in &self.starts {
            drawn = drawn.saturating_add(start.watts);
            ends.extend(start.until.map(|until| (until, start.watts)));
        }
        ends.sort_unstable();
        let fits = |count: usize, drawn: u32| {
            let watts_fit =
                self.limit.watts_max.is_none_or(|max| drawn.saturating_add(watts) <= max);
            count < usize::from(self.limit.starts_max.max(1)) && (watts_fit || count == 0)
        };
        let mut at = 0;
        let mut ends = ends.into_iter();
        while !fits(count, drawn) {
            let (until, ended) = ends.next()?;
            (at, count, drawn) = (until, count - 1, drawn - ended);
        }
        Some(at)
    }

    fn forget_old(&mut self, now: Millis) {
        self.starts.retain(|start| start.until.is_none_or(|until| until > now));
    }

    /// Between half and all of an equal share of the window.
    fn spacing_ms(&self, now: Millis, node: NodeId) -> Millis {
        let share = self.limit.window_ms / Millis::from(self.limit.starts_max.max(1));
        let mixed = (now ^ u64::from(node.0) << 32).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        share - (share / 2) * (mixed & 0xFF) / 0x100
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circuit(starts_max: u16, watts_max: Option<u32>) -> Circuit {
        Circuit::new(Limit { circuit: "r1".into(), starts_max, window_ms: 10_000, watts_max })
    }

    fn turns(circuit: &mut Circuit, to: Millis) -> Vec<(Millis, NodeId)> {
        let mut turns = Vec::new();
        for now in 0..to {
            while let Some(node) = circuit.give_turn(now) {
                circuit.end_turn(now, node, true);
                turns.push((now, node));
            }
        }
        turns
    }

    #[test]
    fn no_window_sees_more_starts_than_it_may_and_they_are_spread() {
        let mut circuit = circuit(4, None);
        (0..20).for_each(|node| circuit.join(7, NodeId(node), 0));
        let turns = turns(&mut circuit, 60_000);
        assert_eq!(turns.len(), 20);
        for (place, (at, _)) in turns.iter().enumerate().skip(4) {
            assert!(at - turns[place - 4].0 >= 10_000, "{turns:?}");
        }
        assert!(turns.windows(2).all(|two| two[1].0 - two[0].0 >= 1_250), "{turns:?}");
        assert!(turns[19].0 < 50_000, "no slower than the circuit bears: {turns:?}");
    }

    #[test]
    fn the_oldest_command_comes_first_and_who_leaves_is_not_waited_for() {
        let mut circuit = circuit(1, None);
        circuit.join(9, NodeId(1), 0);
        circuit.join(8, NodeId(2), 0);
        circuit.join(8, NodeId(3), 0);
        circuit.leave(8, NodeId(2));
        let order: Vec<NodeId> =
            turns(&mut circuit, 30_000).into_iter().map(|(_, node)| node).collect();
        assert_eq!(order, [NodeId(3), NodeId(1)]);
    }

    #[test]
    fn an_order_counts_until_a_window_after_its_answer_and_one_that_was_not_sent_not_at_all() {
        let mut circuit = circuit(1, None);
        (1..=3).for_each(|node| circuit.join(7, NodeId(node), 0));
        assert_eq!(circuit.give_turn(0), Some(NodeId(1)));
        assert_eq!(circuit.due(), None, "the answer is waited for");
        circuit.end_turn(4_000, NodeId(1), true);
        assert_eq!(circuit.due(), Some(14_000));
        assert_eq!(circuit.give_turn(14_000), Some(NodeId(2)));
        circuit.end_turn(15_000, NodeId(2), false);
        let due = circuit.due().expect("somebody waits");
        assert!((19_000..=24_000).contains(&due), "only the spacing is left: {due}");
    }

    #[test]
    fn what_starts_within_the_window_draws_no_more_than_the_budget() {
        let mut circuit = circuit(8, Some(1_000));
        (0..4).for_each(|node| circuit.join(7, NodeId(node), 400));
        let turns = turns(&mut circuit, 40_000);
        assert_eq!(turns.len(), 4);
        assert!(turns[2].0 - turns[0].0 >= 10_000, "two of them draw 800 W: {turns:?}");
        assert!(turns[3].0 - turns[1].0 >= 10_000, "{turns:?}");
    }

    #[test]
    fn after_a_take_over_the_earlier_life_s_starts_count() {
        let mut circuit = circuit(8, None);
        circuit.begin_anew(Some(5_000));
        circuit.join(7, NodeId(1), 0);
        assert_eq!(circuit.due(), Some(15_000));
    }
}
