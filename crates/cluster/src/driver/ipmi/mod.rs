//! IPMI over LAN: one engine, one task, one socket for each address family, for all endpoints.
//!
//! The protocol is in the crate `ipmi`; this owns its sockets, its timers and its queues.

mod endpoint;
mod engine;
mod translate;

use std::time::Duration;

use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::task::JoinHandle;

use super::{Common, Job};
use engine::Task;

/// How long closing all sessions may take at the end.
const STOP_MS: u64 = 2_000;

/// The engine's handle.
#[derive(Debug)]
pub(super) struct Engine {
    orders: UnboundedSender<Order>,
    task: JoinHandle<()>,
}

/// What the engine's task is told.
#[derive(Debug)]
enum Order {
    Ask(Job),
    Renew,
    Stop,
}

impl Engine {
    pub(super) fn start(common: &Common) -> std::io::Result<Self> {
        let (orders, received) = mpsc::unbounded_channel();
        let task = Task::new(received, common)?;
        Ok(Self { orders, task: tokio::spawn(task.run()) })
    }

    pub(super) fn ask(&self, job: Job) {
        self.order(Order::Ask(job));
    }

    pub(super) fn renew(&self) {
        self.order(Order::Renew);
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
