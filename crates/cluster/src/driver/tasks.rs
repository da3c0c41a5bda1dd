//! Exchanges under way, each a task of its own, ended together. It does not know what they do.

use std::future::Future;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;

/// How long exchanges under way may take to end by themselves when the drivers stop, in milliseconds.
const STOP_MS: u64 = 2_000;

/// The tasks of a driver. Their number is bounded by that of the nodes: each has at most one question outstanding.
#[derive(Debug, Default)]
pub(super) struct Tasks(Mutex<JoinSet<()>>);

impl Tasks {
    /// Begins one, within a tokio runtime.
    pub(super) fn begin(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(task);
    }

    /// Waits for them a while, and gives up those that are left.
    pub(super) async fn stop(self, driver: &str) {
        let mut tasks = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let all = async { while tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(Duration::from_millis(STOP_MS), all).await.is_err() {
            tracing::warn!(driver, "exchanges were given up: they did not end within {STOP_MS} ms");
            tasks.shutdown().await;
        }
    }
}
