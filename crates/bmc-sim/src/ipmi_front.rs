//! A BMC's UDP socket: datagrams in, answers out when they are due. It does not read them.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::UdpSocket;

use crate::bmc::Bmc;
use crate::fleet::{Clock, lock};
use crate::link::Late;

/// The longest datagram that a BMC reads, in bytes; a longer one is cut, and does not fit then.
const DATAGRAM_MAX: usize = 1_024;

pub fn open(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = std::net::UdpSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    UdpSocket::from_std(socket)
}

/// Answers until it is dropped.
pub async fn serve(bmc: Arc<Mutex<Bmc>>, socket: UdpSocket, clock: Clock) {
    let socket = Arc::new(socket);
    while socket.readable().await.is_ok() {
        while let Some((answers, peer)) = receive(&bmc, &socket, clock) {
            for answer in answers {
                send(&socket, answer, peer).await;
            }
        }
    }
}

/// What is to be said to the next datagram; none when there is none. The buffer lives in here, so that an idle BMC has
/// none.
fn receive(bmc: &Mutex<Bmc>, socket: &UdpSocket, clock: Clock) -> Option<(Vec<Late>, SocketAddr)> {
    let mut buffer = [0; DATAGRAM_MAX];
    loop {
        match socket.try_recv_from(&mut buffer) {
            Ok((len, peer)) => {
                return Some((lock(bmc).datagram(clock.now(), &buffer[..len]), peer));
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return None,
            // a peer that closed its port is reported here and is no fault of ours
            Err(_) => {}
        }
    }
}

async fn send(socket: &Arc<UdpSocket>, (late, bytes): Late, peer: SocketAddr) {
    if late == 0 {
        let _ = socket.send_to(&bytes, peer).await;
        return;
    }
    let socket = Arc::clone(socket);
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(late)).await;
        let _ = socket.send_to(&bytes, peer).await;
    });
}
