//! Exchanges with machines, counted as agents tell of them.
//! It does not know what they were for: words and times are all that it gets.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::metrics::Word;

/// The upper ends of the histogram of exchanges, in seconds: from one on a quiet network to one that
/// was given up.
const TOOK_S: [f64; 11] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// A question to a machine that ended. Its words become labels: they come from closed lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// In which protocol it was asked.
    pub driver: &'static str,
    /// What was asked.
    pub op: &'static str,
    /// What came of it.
    pub result: &'static str,
    /// How long it took since it had its turn; none if it did not get that far.
    pub took: Option<Duration>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByResult {
    driver: Word,
    op: Word,
    result: Word,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ByOp {
    driver: Word,
    op: Word,
}

/// The counts. Clones are the same ones.
#[derive(Clone, Debug)]
pub(crate) struct Exchanges {
    ended: Family<ByResult, Counter>,
    took: Family<ByOp, Histogram>,
}

impl Default for Exchanges {
    fn default() -> Self {
        let took = || Histogram::new(TOOK_S);
        Self { ended: Family::default(), took: Family::new_with_constructor(took) }
    }
}

impl Exchanges {
    pub(crate) fn count(&self, exchange: &Exchange) {
        let (driver, op) = (Word(exchange.driver), Word(exchange.op));
        let by_result = ByResult { driver, op, result: Word(exchange.result) };
        self.ended.get_or_create(&by_result).inc();
        if let Some(took) = exchange.took {
            self.took.get_or_create(&ByOp { driver, op }).observe(took.as_secs_f64());
        }
    }

    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register("bmc_requests", "Questions to BMCs that ended", self.ended.clone());
        registry.register(
            "bmc_request_duration_seconds",
            "From a question's turn at its BMC to its end",
            self.took.clone(),
        );
    }
}
