//! The numbers of `/metrics`. Labels are closed sets: no node and no user name is among them.
//! It counts from the start of the process; what is long past is not counted again.

use std::fmt::Write as _;
use std::sync::atomic::AtomicI64;

use arbiter::{Command, Outcome};
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::convert::door;
use crate::exchanges::Exchanges;
use crate::spread::Spread;

/// The upper ends of the histogram of confirmations, in seconds.
const CONFIRM_S: [f64; 11] = [0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 600.0];

/// The upper ends of the histogram of what is known of nodes, in seconds.
const AGE_S: [f64; 9] = [5.0, 15.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3_600.0, 86_400.0];

/// A label value that is one of our own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Word(pub(crate) &'static str);

impl EncodeLabelValue for Word {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), std::fmt::Error> {
        encoder.write_str(self.0)
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct ByAction {
    action: Word,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByDoor {
    api: Word,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByActionAndDoor {
    action: Word,
    api: Word,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Fight {
    winner: Word,
    loser: Word,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct End {
    action: Word,
    outcome: Word,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct ByPower {
    pub(crate) power: Word,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct ByDriver {
    pub(crate) driver: Word,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Open {
    pub(crate) action: Word,
    pub(crate) phase: Word,
}

/// The numbers.
pub(crate) struct Metrics {
    registry: Registry,
    accepted: Family<ByActionAndDoor, Counter>,
    merged: Family<ByAction, Counter>,
    superseded: Family<Fight, Counter>,
    stale: Family<ByDoor, Counter>,
    finished: Family<End, Counter>,
    confirm: Family<ByAction, Histogram>,
    pub(crate) nodes: Family<ByPower, Gauge>,
    pub(crate) poll_age: Spread,
    pub(crate) backoff: Family<ByDriver, Gauge>,
    pub(crate) open: Family<Open, Gauge>,
    pub(crate) oldest_open_s: Gauge<f64, std::sync::atomic::AtomicU64>,
    pub(crate) journal_head: Gauge<i64, AtomicI64>,
    pub(crate) sse_clients: Gauge,
    pub(crate) sse_resets: Counter,
    pub(crate) auth_failures: Counter,
    pub(crate) append_failures: Counter,
}

impl Metrics {
    pub(crate) fn new(exchanges: &Exchanges) -> Self {
        let confirm = || Histogram::new(CONFIRM_S);
        let mut metrics = Self {
            registry: Registry::with_prefix("lastword"),
            accepted: Family::default(),
            merged: Family::default(),
            superseded: Family::default(),
            stale: Family::default(),
            finished: Family::default(),
            confirm: Family::new_with_constructor(confirm),
            nodes: Family::default(),
            poll_age: Spread::new(&AGE_S),
            backoff: Family::default(),
            open: Family::default(),
            oldest_open_s: Gauge::default(),
            journal_head: Gauge::default(),
            sse_clients: Gauge::default(),
            sse_resets: Counter::default(),
            auth_failures: Counter::default(),
            append_failures: Counter::default(),
        };
        metrics.register_intents();
        metrics.register_machines();
        exchanges.register(&mut metrics.registry);
        metrics.register_rest();
        metrics
    }

    /// What a command did on so many nodes.
    pub(crate) fn judged(&self, command: &Command, verdict: &api::Verdict, count: usize) {
        let (action, api) = (Word(command.action.word()), Word(door(&command.door).word()));
        let count = count as u64;
        if verdict.is_accepted() {
            self.accepted.get_or_create(&ByActionAndDoor { action, api }).inc_by(count);
        }
        match verdict {
            api::Verdict::Merge(_) => {
                self.merged.get_or_create(&ByAction { action }).inc_by(count);
            }
            api::Verdict::Supersede(older) => {
                let loser = Word(older.door.map_or("unknown", api::Door::word));
                self.superseded.get_or_create(&Fight { winner: api, loser }).inc_by(count);
            }
            api::Verdict::StaleSequence { .. } | api::Verdict::StaleNewest { .. } => {
                self.stale.get_or_create(&ByDoor { api }).inc_by(count);
            }
            api::Verdict::Fire
            | api::Verdict::Already
            | api::Verdict::Wait(_)
            | api::Verdict::Held { .. }
            | api::Verdict::Busy(_)
            | api::Verdict::Full { .. } => {}
        }
    }

    /// How so many intents of a command ended, and how long that took.
    pub(crate) fn ended(&self, command: &Command, outcome: &Outcome, count: usize, took_ms: u64) {
        let action = Word(command.action.word());
        let end = End { action, outcome: Word(outcome.word()) };
        self.finished.get_or_create(&end).inc_by(count as u64);
        if *outcome == Outcome::Confirmed {
            let histogram = self.confirm.get_or_create(&ByAction { action });
            let seconds = std::time::Duration::from_millis(took_ms).as_secs_f64();
            for _ in 0..count {
                histogram.observe(seconds);
            }
        }
    }

    /// The numbers as OpenMetrics text.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        if encode(&mut text, &self.registry).is_err() {
            let _ = write!(text, "# can't be encoded");
        }
        text
    }

    fn register_intents(&mut self) {
        let registry = &mut self.registry;
        registry.register("intents_accepted", "Intents accepted", self.accepted.clone());
        registry.register(
            "intents_merged",
            "Intents that joined an older one",
            self.merged.clone(),
        );
        registry.register("intents_superseded", "Who overrides whom", self.superseded.clone());
        registry.register("intents_stale_rejected", "Intents refused as stale", self.stale.clone());
        registry.register("intents_finished", "Intents that ended", self.finished.clone());
        registry.register(
            "confirm_duration_seconds",
            "From acceptance to confirmation",
            self.confirm.clone(),
        );
        registry.register("intents_open", "Intents that await their outcome", self.open.clone());
        registry.register(
            "oldest_open_intent_age_seconds",
            "Age of the oldest open intent",
            self.oldest_open_s.clone(),
        );
    }

    fn register_machines(&mut self) {
        let registry = &mut self.registry;
        registry.register("nodes", "Nodes by what their BMCs said last", self.nodes.clone());
        registry.register(
            "poll_age_seconds",
            "Age of what is known of each node now: take quantiles of it, not rates",
            self.poll_age.clone(),
        );
        registry.register(
            "bmc_backoff_nodes",
            "Nodes whose BMCs are asked less often after errors",
            self.backoff.clone(),
        );
    }

    fn register_rest(&mut self) {
        let info = Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]);
        let registry = &mut self.registry;
        registry.register("build", "What runs", info);
        registry.register("journal_head", "Newest record", self.journal_head.clone());
        registry.register("sse_clients", "Open event streams", self.sse_clients.clone());
        registry.register("sse_resets", "Listeners that lost events", self.sse_resets.clone());
        registry.register("auth_failures", "Wrong tokens", self.auth_failures.clone());
        registry.register(
            "journal_append_failures",
            "Records that the journal did not take",
            self.append_failures.clone(),
        );
    }
}
