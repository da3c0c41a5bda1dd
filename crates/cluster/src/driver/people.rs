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
        let told = Told { goal, by: by.into(), at: now_ms() };
        let mut all = self.all();
        let known = all.entry(node.into()).or_default();
        known.asked = None;
        known.told = Some(told);
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
        let (known, now) = (self.all().get(node).cloned().unwrap_or_default(), now_ms());
        let say = |what: &str| format!("lastword observed {node} {what}");
        if let Some((order, at)) = known.asked {
            let ago = seconds(now.saturating_sub(at));
            let (what, result) = match order {
                Order::On => ("power it on", "on"),
                Order::Off => ("power it off", "off"),
                Order::Soft => ("shut it down", "off"),
                Order::Reset => ("press its reset button", "on"),
                Order::Nmi => ("send it a diagnostic interrupt", "on|off"),
            };
            return Err(format!(
                "waiting for a person, asked {ago} ago, nobody has looked since: {what}, then run `{}`",
                say(result)
            ));
        }
        let Some(told) = known.told else {
            let words = format!("nobody has looked at it: look, then run `{}`", say("on|off"));
            return Err(words);
        };
        let (state, age) = match told.goal {
            Goal::On => ((Power::On, "on"), now.saturating_sub(told.at)),
            Goal::Off => ((Power::Off, "off"), now.saturating_sub(told.at)),
        };
        if age <= CURRENT_MS {
            return Ok(state.0);
        }
        let (by, ago) = (told.by, seconds(age));
        let words = format!(
            "{by} saw it {} {ago} ago, which is too long: look, then run `{}`",
            state.1,
            say("on|off")
        );
        Err(words)
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Arc<str>, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A span in its largest unit.
fn seconds(ms: Millis) -> String {
    match ms / 1_000 {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7_200 => format!("{} min", seconds / 60),
        seconds => format!("{} h", seconds / 3_600),
    }
}
