//! A datagram relay in front of a BMC: it counts, loses a share, or swallows everything.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

/// What becomes of a datagram.
#[derive(Clone, Copy)]
pub enum Manner {
    /// It is passed on.
    Faithful,
    /// So many in a hundred are lost, in both directions.
    Lossy(u64),
    /// It is swallowed.
    Silent,
}

pub struct Relay {
    port: u16,
    openings: Arc<AtomicU64>,
    requests: Arc<AtomicU64>,
    stop: Arc<AtomicU64>,
}

/// Open Session Request (IPMI 2.0, 13.17) is payload type 0x10, the sixth byte of the datagram.
const OPEN_SESSION: u8 = 0x10;

impl Relay {
    pub fn start(to: u16, manner: Manner) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let port = socket.local_addr().expect("an address").port();
        let openings = Arc::new(AtomicU64::new(0));
        let requests = Arc::new(AtomicU64::new(0));
        let stop = Arc::new(AtomicU64::new(0));
        let counters = (Arc::clone(&openings), Arc::clone(&requests), Arc::clone(&stop));
        thread::spawn(move || run(&socket, to, manner, &counters));
        Self { port, openings, requests, stop }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// How many times a session was asked for.
    pub fn openings(&self) -> u64 {
        self.openings.load(Ordering::SeqCst)
    }

    /// How many datagrams came from the client.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::SeqCst)
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.stop.store(1, Ordering::SeqCst);
    }
}

fn run(
    socket: &UdpSocket,
    to: u16,
    manner: Manner,
    (openings, requests, stop): &(Arc<AtomicU64>, Arc<AtomicU64>, Arc<AtomicU64>),
) {
    let bmc = SocketAddr::from(([127, 0, 0, 1], to));
    let mut client = None;
    let mut seed = u64::from(to) | 1;
    let mut buffer = [0; 2048];
    socket.set_read_timeout(Some(Duration::from_millis(100))).expect("a time-out");
    while stop.load(Ordering::SeqCst) == 0 {
        let Ok((length, from)) = socket.recv_from(&mut buffer) else { continue };
        if from != bmc {
            client = Some(from);
            requests.fetch_add(1, Ordering::SeqCst);
            openings.fetch_add(u64::from(buffer[5] == OPEN_SESSION), Ordering::SeqCst);
        }
        let next = if from == bmc { client } else { Some(bmc) };
        if passes(manner, &mut seed)
            && let Some(next) = next
        {
            let _ = socket.send_to(&buffer[..length], next);
        }
    }
}

fn passes(manner: Manner, seed: &mut u64) -> bool {
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    match manner {
        Manner::Faithful => true,
        Manner::Lossy(percent) => *seed % 100 >= percent,
        Manner::Silent => false,
    }
}
