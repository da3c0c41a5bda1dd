//! A histogram of how things are at this moment, not of what happened since the start.
//! It adds nothing up: every measurement replaces the one before.

use std::sync::{Arc, Mutex};

use prometheus_client::encoding::{EncodeMetric, MetricEncoder, NoLabelSet};
use prometheus_client::metrics::{MetricType, TypedMetric};

use crate::locks::lock;

/// How many of the things are below each of some bounds now. Clones are the same one.
#[derive(Clone, Debug)]
pub(crate) struct Spread {
    bounds: &'static [f64],
    newest: Arc<Mutex<Measured>>,
}

#[derive(Debug, Default)]
struct Measured {
    sum: f64,
    count: u64,
    /// One for each bound, and one for what is above all of them.
    parts: Vec<u64>,
}

impl Spread {
    /// With these upper bounds, ascending.
    pub(crate) fn new(bounds: &'static [f64]) -> Self {
        Self { bounds, newest: Arc::default() }
    }

    /// Replaces what was measured before.
    pub(crate) fn set(&self, values: impl IntoIterator<Item = f64>) {
        let mut measured =
            Measured { parts: vec![0; self.bounds.len() + 1], ..Measured::default() };
        for value in values {
            measured.sum += value;
            measured.count += 1;
            measured.parts[self.bounds.partition_point(|bound| *bound < value)] += 1;
        }
        *lock(&self.newest) = measured;
    }
}

impl EncodeMetric for Spread {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> Result<(), std::fmt::Error> {
        let newest = lock(&self.newest);
        let bounds = self.bounds.iter().copied().chain([f64::INFINITY]);
        let parts: Vec<(f64, u64)> = bounds.zip(newest.parts.iter().copied()).collect();
        encoder.encode_histogram::<NoLabelSet>(newest.sum, newest.count, &parts, None)
    }

    fn metric_type(&self) -> MetricType {
        Self::TYPE
    }
}

impl TypedMetric for Spread {
    const TYPE: MetricType = MetricType::Histogram;
}
