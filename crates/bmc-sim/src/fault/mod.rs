//! What can be wrong with a BMC: typed, named after what it does, set at the start or while it runs. It says what goes
//! wrong; `Machine`, `Link` and the fronts let it happen.

mod value;

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

pub use value::{Percent, Span, Switch, Value};

/// A text that names no fault, or gives it a value that it can't have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// Nothing is called so.
    #[error("no fault is called {0:?}; they are listed by `lastword sim faults`")]
    Unknown(String),
    /// The value is not of its kind.
    #[error("{name} takes {unit}, not {value:?}")]
    Value {
        /// The fault.
        name: &'static str,
        /// What it takes, in words.
        unit: &'static str,
        /// What was given.
        value: String,
    },
}

/// A fault that can be set, for lists that people read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// What it is called in texts.
    pub name: &'static str,
    /// What it takes, in words; empty for one that is there or not.
    pub unit: &'static str,
    /// What it does.
    pub what: &'static str,
}

/// Declares the faults: the field, its kind, its name in texts and what it does.
macro_rules! faults {
    ($($(#[doc = $what:literal])+ $field:ident: $kind:ty = $name:literal),+ $(,)?) => {
        /// How a BMC and the machine behind it behave. Nothing set: at once, always, and truthfully.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct Faults {
            $($(#[doc = $what])+ pub $field: Option<$kind>,)+
        }

        impl Faults {
            /// All that can be set, in the order in which they are written.
            pub const KNOWN: &[Known] = &[
                $(Known { name: $name, unit: <$kind as Value>::UNIT, what: concat!($($what),+) }),+
            ];

            fn set(&mut self, name: &str, value: &str) -> Result<(), FaultError> {
                match name {
                    $($name => self.$field = Some(parse($name, value)?),)+
                    _ => return Err(FaultError::Unknown(name.to_owned())),
                }
                Ok(())
            }

            fn words(&self) -> Vec<String> {
                let mut words = Vec::new();
                $(words.extend(self.$field.map(|value| word($name, value)));)+
                words
            }
        }
    };
}

faults! {
    /// a power-on takes so long
    takes_on: Span = "takes-on",
    /// a power-off takes so long
    takes_off: Span = "takes-off",
    /// the operating system needs so long to shut down
    takes_soft: Span = "takes-soft",
    /// every answer comes so late
    lag: Span = "lag",
    /// every answer comes later by up to so much more, each by its own amount
    jitter: Span = "jitter",
    /// so many datagrams are lost, each way; Redfish: so many connections are reset, before the request or after it
    drop: Percent = "drop",
    /// IPMI: so many answers come twice
    duplicate: Percent = "duplicate",
    /// IPMI: so many answers are overtaken by later ones
    reorder: Percent = "reorder",
    /// so many answers are cut short
    cuts_short: Percent = "cuts-short",
    /// never answers
    silent: Switch = "silent",
    /// takes the right password for a wrong one
    wrong_password: Switch = "wrong-password",
    /// has no session left
    sessions_exhausted: Switch = "sessions-exhausted",
    /// more than so many datagrams or requests within a second are lost; Redfish answers them with 503
    overloaded_above: u32 = "overloaded-above",
    /// forgets every session after so long
    drops_sessions: Span = "drops-sessions",
    /// is away for so long from now on, and forgets its sessions
    reboots: Span = "reboots",
    /// as it comes back from a reboot it powers the machine off
    reboots_to_off: Switch = "reboots-to-off",
    /// reads tell what was so long ago
    reads_stale: Span = "reads-stale",
    /// so many reads are answered with an error
    reads_fail: Percent = "reads-fail",
    /// reads tell the opposite, as if another machine's wires were on it
    reads_swapped: Switch = "reads-swapped",
    /// reads tell PoweringOn or PoweringOff while in transition and for so long after it
    shows_transitions: Span = "shows-transitions",
    /// reads tell no state at all while in transition and for so long after it
    reads_null: Span = "reads-null",
    /// reads tell Reset while in transition and for so long after it (LP:2079797)
    shows_reset: Span = "shows-reset",
    /// reads tell Paused while in transition and for so long after it
    shows_paused: Span = "shows-paused",
    /// reads tell Unknown while in transition and for so long after it (LP:2052503)
    shows_unknown: Span = "shows-unknown",
    /// reads tell where a transition leads as soon as it begins
    reads_early: Switch = "reads-early",
    /// the first orders are accepted, and nothing happens
    ignores_first: u32 = "ignores-first",
    /// so many orders are accepted, and nothing happens
    ignores_orders: Percent = "ignores-orders",
    /// every order is accepted, and nothing happens
    does_nothing: Switch = "does-nothing",
    /// so many orders are followed, and answered with an error
    denies_orders: Percent = "denies-orders",
    /// an order takes effect so much later, whatever was ordered since
    fires_late: Span = "fires-late",
    /// a power-off of a machine that is off is kept so long and fires at the next power-on (openbmc#3207)
    keeps_needless_off: Span = "keeps-needless-off",
    /// a repeated order starts the transition over (LP:1609496)
    starts_over: Switch = "starts-over",
    /// an order within a transition is refused
    refuses_in_transition: Switch = "refuses-in-transition",
    /// an order for the state that the machine is in is refused
    refuses_needless: Switch = "refuses-needless",
    /// so many orders are refused as busy
    refuses_orders: Percent = "refuses-orders",
    /// a power-on so soon after a power-off is accepted, and nothing happens
    ignores_on_after_off: Span = "ignores-on-after-off",
    /// a power-on so soon after a power-off is refused (LP:2162995)
    refuses_on_after_off: Span = "refuses-on-after-off",
    /// a power-on so soon after a power-off is accepted, and leaves the machine dead until a person pulls its power
    stuck_by_on_after_off: Span = "stuck-by-on-after-off",
    /// the first power-ons come to nothing when their time is up
    fails_first_on: u32 = "fails-first-on",
    /// the next power-on falls back to off after so long, once
    falls_back: Span = "falls-back",
    /// the operating system does not shut down when asked
    deaf: Switch = "deaf",
    /// a boot override is accepted and not kept
    forgets_boot: Switch = "forgets-boot",
    /// Redfish: so many requests are answered with 503
    unavailable: Percent = "unavailable",
    /// Redfish: closes the connection after each answer
    closes_connections: Switch = "closes-connections",
    /// Redfish: after so many wrong passwords in a row takes none, until its faults are set again
    locks_out: u32 = "locks-out",
    /// Redfish: does not say which types of reset it has
    hides_reset_types: Switch = "hides-reset-types",
    /// Redfish: has On, ForceOff and GracefulShutdown alone
    few_reset_types: Switch = "few-reset-types",
    /// Redfish: refuses to restart a machine that is off; IPMI always does
    refuses_restart_when_off: Switch = "refuses-restart-when-off",
    /// Redfish: takes every If-Match for one that does not match (LP:2099949)
    stale_etags: Switch = "stale-etags",
    /// Redfish: answers an order with a task that is under way
    answers_task: Switch = "answers-task",
}

impl Faults {
    /// What is written there in place of what stands here; a name alone with a `-` before it takes that one away.
    ///
    /// # Errors
    /// [`FaultError`] for the first word that is no fault; nothing is changed then.
    pub fn changed(&self, text: &str) -> Result<Self, FaultError> {
        let mut next = *self;
        for word in text.split([',', ' ']).filter(|word| !word.is_empty()) {
            if let Some(gone) = word.strip_prefix('-') {
                next = next.without(gone)?;
            } else {
                let (name, value) = word.split_once('=').unwrap_or((word, ""));
                next.set(name, value)?;
            }
        }
        Ok(next)
    }

    fn without(&self, name: &str) -> Result<Self, FaultError> {
        if !Self::KNOWN.iter().any(|known| known.name == name) {
            return Err(FaultError::Unknown(name.to_owned()));
        }
        let others = self.words().into_iter().filter(|word| {
            let (other, _) = word.split_once('=').unwrap_or((word, ""));
            other != name
        });
        others.collect::<Vec<_>>().join(",").parse()
    }
}

impl FromStr for Faults {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        Self::default().changed(text)
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().join(","))
    }
}

fn parse<V: Value>(name: &'static str, value: &str) -> Result<V, FaultError> {
    V::parse(value).ok_or_else(|| FaultError::Value {
        name,
        unit: V::UNIT,
        value: value.to_owned(),
    })
}

fn word<V: Value>(name: &str, value: V) -> String {
    match value.text() {
        text if text.is_empty() => name.to_owned(),
        text => format!("{name}={text}"),
    }
}
