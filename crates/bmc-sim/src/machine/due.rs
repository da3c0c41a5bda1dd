//! Orders that a machine keeps for later. It does not carry them out.

use std::collections::VecDeque;

use super::Order;
use crate::Millis;

/// How many orders a machine keeps; one more is forgotten.
const KEPT_MAX: usize = 64;

/// Kept orders, the next one first.
#[derive(Debug, Clone, Default)]
pub(super) struct Due(VecDeque<(Millis, Order)>);

impl Due {
    pub(super) fn keep(&mut self, at: Millis, order: Order) {
        if self.0.len() < KEPT_MAX {
            let place = self.0.partition_point(|(other, _)| *other <= at);
            self.0.insert(place, (at, order));
        }
    }

    pub(super) fn next(&self) -> Option<Millis> {
        self.0.front().map(|(at, _)| *at)
    }

    pub(super) fn take(&mut self, by: Millis) -> Option<Order> {
        let (at, order) = self.0.front().copied()?;
        (at <= by).then(|| self.0.pop_front())?;
        Some(order)
    }
}
