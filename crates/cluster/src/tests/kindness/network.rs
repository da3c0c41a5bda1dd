//! A network in which BMCs answer in virtual time, and which watches what reaches them.

use std::collections::{BTreeMap, VecDeque};
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bmc_sim::Clock;
use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf};
use tokio::sync::Notify;
use tokio::time::sleep;

use super::door::Door;
use crate::clock::now_ms;

/// A connection holds so much of each direction, in bytes.
const PIPE_BYTES: usize = 64 << 10;

/// Where all BMCs are.
#[derive(Debug, Clone)]
pub struct Network(Arc<BTreeMap<SocketAddr, Arc<Door>>>);

/// Where datagrams are sent from and come to.
#[derive(Debug)]
pub struct Port {
    network: Network,
    inbox: Arc<Inbox>,
}

#[derive(Debug, Default)]
struct Inbox {
    datagrams: Mutex<VecDeque<(SocketAddr, Vec<u8>)>>,
    came: Notify,
}

/// The console's end of a connection, with the door that it leads to.
#[derive(Debug)]
pub struct Connection {
    stream: DuplexStream,
    door: Arc<Door>,
}

impl Network {
    pub fn new(doors: impl IntoIterator<Item = Arc<Door>>) -> Self {
        Self(Arc::new(doors.into_iter().map(|door| (door.address, door)).collect()))
    }

    /// A connection; one to a BMC that is dead never comes about.
    pub async fn connect(&self, at: SocketAddr) -> io::Result<Connection> {
        let door = self.0.get(&at).ok_or(io::ErrorKind::ConnectionRefused)?;
        if door.is_dead() {
            return pending().await;
        }
        let (stream, other) = tokio::io::duplex(PIPE_BYTES);
        tokio::spawn(bmc_sim::serve_redfish(Arc::clone(&door.bmc), Clock::at(now_ms()), other));
        Ok(Connection { stream, door: Arc::clone(door) })
    }

    pub fn port(&self) -> Port {
        Port { network: self.clone(), inbox: Arc::default() }
    }
}

impl Port {
    pub async fn readable(&self) {
        while self.inbox.datagrams.lock().expect("no holder panics").is_empty() {
            self.inbox.came.notified().await;
        }
    }

    pub fn receive(&self, mut take: impl FnMut(SocketAddr, &[u8])) {
        let datagrams =
            std::mem::take(&mut *self.inbox.datagrams.lock().expect("no holder panics"));
        for (from, datagram) in datagrams {
            take(from, &datagram);
        }
    }

    pub fn send(&self, to: SocketAddr, datagram: &[u8]) {
        let Some(door) = self.network.0.get(&to) else { return };
        for (late, answer) in door.datagram(now_ms(), datagram) {
            let inbox = Arc::clone(&self.inbox);
            tokio::spawn(async move {
                sleep(Duration::from_millis(late)).await;
                inbox.datagrams.lock().expect("no holder panics").push_back((to, answer));
                inbox.came.notify_one();
            });
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.door.hung_up();
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        if buffer.filled().len() > before {
            self.door.said(now_ms());
        }
        polled
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.door.asked(now_ms(), bytes);
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
