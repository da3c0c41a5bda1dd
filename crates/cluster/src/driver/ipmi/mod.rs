//! IPMI over LAN: one engine, one task, one socket for each address family, for all endpoints.
//!
//! The protocol is in the crate `ipmi`; this owns its sockets, its timers and its queues.

mod endpoint;
mod engine;
mod translate;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::task::JoinHandle;

use super::{Answered, Job};
use engine::Task;

/// How long closing all sessions may take at the end.
const STOP_MS: u64 = 2_000;

/// The engine's handle.
#[derive(Debug)]
pub(super) struct Engine {
    orders: UnboundedSender<Order>,
    task: JoinHandle<()>,
    traffic: Arc<Traffic>,
}

/// What the engine's task is told.
#[derive(Debug)]
enum Order {
    Ask(Job),
    Renew,
    Stop,
}

/// Datagrams that the engine exchanged.
#[derive(Debug, Default)]
pub struct Traffic {
    sent: AtomicU64,
    received: AtomicU64,
}

impl Traffic {
    /// Datagrams sent so far.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Datagrams received so far, those that belonged to nothing included.
    #[must_use]
    pub fn received(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    fn count_sent(&self) {
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    fn count_received(&self) {
        self.received.fetch_add(1, Ordering::Relaxed);
    }
}

impl Engine {
    pub(super) fn start(answers: UnboundedSender<Answered>) -> std::io::Result<Self> {
        let (orders, received) = mpsc::unbounded_channel();
        let traffic = Arc::new(Traffic::default());
        let task = Task::new(received, answers, Arc::clone(&traffic))?;
        let task = tokio::spawn(task.run());
        Ok(Self { orders, task, traffic })
    }

    pub(super) fn ask(&self, job: Job) {
        self.order(Order::Ask(job));
    }

    pub(super) fn renew(&self) {
        self.order(Order::Renew);
    }

    pub(super) fn traffic(&self) -> Arc<Traffic> {
        Arc::clone(&self.traffic)
    }

    pub(super) async fn stop(self) {
        self.order(Order::Stop);
        let ended = tokio::time::timeout(Duration::from_millis(STOP_MS), self.task).await;
        if ended.is_err() {
            tracing::warn!("the IPMI engine did not end within {STOP_MS} ms");
        }
    }

    fn order(&self, order: Order) {
        if self.orders.send(order).is_err() {
            tracing::error!("the IPMI engine has ended");
        }
    }
}
