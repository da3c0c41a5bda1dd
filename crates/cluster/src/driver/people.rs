//! What people were asked for and what they told, node by node. It asks nobody, and forgets all at a restart.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arbiter::{Goal, Millis, Order, Power};

use crate::clock::now_ms;

/// What a person told counts for so long, in milliseconds: somebody else may have pressed the button since.
const CURRENT_MS: Millis = 600_000;

/// What is known of nodes that only people switch. Clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct People(Arc<Mutex<HashMap<Arc<str>, Known>>>);

/// What is known of a node.
#[derive(Debug, Clone, Default)]
struct Known {
    /// What was asked for last, and when; none once somebody told what became of it.
    asked: Option<(Order, Millis)>,
    told: Option<Told>,
}

/// What a person saw.
#[derive(Debug, Clone)]
struct Told {
    goal: Goal,
    by: Arc<str>,
    at: Millis,
}

impl People {
    /// Somebody looked at a node now and saw that.
    pub fn tell(&self, node: &str, goal: Goal, by: &str) {
        let mut all = self.all();
        let known = all.entry(node.into()).or_default();
        known.asked = None;
        known.told = Some(Told { goal, by: by.into(), at: now_ms() });
    }

    /// Somebody is to do that. What was told before says nothing any more.
    pub(super) fn ask(&self, node: &Arc<str>, order: Order) {
        let mut all = self.all();
        let known = all.entry(Arc::clone(node)).or_default();
        known.asked = Some((order, now_ms()));
    }

    /// What a node was seen to be, by somebody who looked after the last order and not long ago.
    ///
    /// # Errors
    /// What somebody has to do so that it is known.
    pub(super) fn power(&self, node: &str) -> Result<Power, String> {
        let known = self.all().get(node).cloned().unwrap_or_default();
        known.power(node, now_ms())
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Arc<str>, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn power(&self, node: &str, now: Millis) -> Result<Power, String> {
        let look = format!("look, then run `lastword observed {node} on|off`");
        if let Some((order, at)) = self.asked {
            let ago = span(now.saturating_sub(at));
            let (what, result) = wish(order);
            return Err(format!(
                "waiting for a person, asked {ago} ago, nobody has looked since: {what} if that is still \
                 wanted, then run `lastword observed {node} {result}`"
            ));
        }
        let Some(told) = &self.told else {
            return Err(format!("nobody has looked at it: {look}"));
        };
        let power = match told.goal {
            Goal::On => Power::On,
            Goal::Off => Power::Off,
        };
        let age = now.saturating_sub(told.at);
        if age <= CURRENT_MS {
            return Ok(power);
        }
        let (by, ago) = (&told.by, span(age));
        Err(format!("{by} saw it {} {ago} ago, which is too long: {look}", power.word()))
    }
}

/// What a person is to do, and what comes of it.
const fn wish(order: Order) -> (&'static str, &'static str) {
    match order {
        Order::On => ("power it on", "on"),
        Order::Off => ("power it off", "off"),
        Order::Soft => ("shut it down", "off"),
        Order::Reset => ("press its reset button", "on"),
        Order::Nmi => ("send it a diagnostic interrupt", "on|off"),
    }
}

/// A span in its largest unit.
fn span(ms: Millis) -> String {
    match ms / 1_000 {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3_600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_seen_after_the_last_order_and_not_long_ago_counts() {
        let (people, node) = (People::default(), Arc::from("n1"));
        let words = |power: Result<Power, String>| power.unwrap_err();
        assert!(words(people.power("n1")).starts_with("nobody has looked at it: look"));
        people.tell("n1", Goal::Off, "ann");
        assert_eq!(people.power("n1"), Ok(Power::Off));
        people.ask(&node, Order::Off);
        assert!(words(people.power("n1")).ends_with(
            "power it off if that is still wanted, then run `lastword observed n1 off`"
        ));
        people.tell("n1", Goal::On, "ann");
        assert_eq!(people.power("n1"), Ok(Power::On), "what was seen, not what was asked for");
        assert!(people.power("n2").is_err());
        let known = people.all().get("n1").cloned().unwrap();
        let told_at = known.told.as_ref().unwrap().at;
        assert_eq!(known.power("n1", told_at + CURRENT_MS), Ok(Power::On));
        let late = words(known.power("n1", told_at + CURRENT_MS + 1));
        assert!(late.starts_with("ann saw it on 10 min ago, which is too long: look"), "{late}");
    }
}
