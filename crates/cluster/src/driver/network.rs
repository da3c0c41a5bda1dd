//! Where datagrams and connections go: into the kernel, or into the network of a simulation.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use socket2::{Domain, Protocol, SockRef, Socket, Type};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UdpSocket};

#[cfg(test)]
use crate::tests::kindness::{self, Port};

/// What the kernel is asked to keep for us, in bytes: a fleet answers in bursts.
const RECEIVE_BUFFER_BYTES: usize = 8 << 20;
/// Datagrams taken in one go from a socket.
const RECEIVE_MAX: usize = 512;
/// No datagram that is expected here is larger, in bytes.
const DATAGRAM_BYTES_MAX: usize = 1_024;

/// What connects us to BMCs.
#[derive(Debug, Clone)]
pub(super) enum Network {
    Kernel,
    /// A simulation's.
    #[cfg(test)]
    Played(kindness::Network),
}

/// A stream of bytes to a BMC.
pub(super) trait Stream: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Sync + Unpin> Stream for T {}

/// A stream, whatever it goes over.
pub(super) type Wire = Box<dyn Stream>;

impl Network {
    /// A connection. What it is dropped with is not delivered later.
    ///
    /// # Errors
    /// As the system has it.
    pub(super) async fn connect(&self, at: SocketAddr) -> io::Result<Wire> {
        match self {
            Self::Kernel => Ok(Box::new(Abrupt::new(TcpStream::connect(at).await?)?)),
            #[cfg(test)]
            Self::Played(network) => Ok(Box::new(network.connect(at).await?)),
        }
    }

    /// Where datagrams are sent from and come to.
    ///
    /// # Errors
    /// When no socket can be opened.
    pub(super) fn datagrams(&self) -> io::Result<Datagrams> {
        match self {
            Self::Kernel => Ok(Datagrams::Kernel {
                v4: socket(Domain::IPV4, (Ipv4Addr::UNSPECIFIED, 0).into())?,
                v6: socket(Domain::IPV6, (Ipv6Addr::UNSPECIFIED, 0).into()).ok(),
            }),
            #[cfg(test)]
            Self::Played(network) => Ok(Datagrams::Played(network.port())),
        }
    }
}

/// One socket for each address family.
#[derive(Debug)]
pub(super) enum Datagrams {
    Kernel {
        v4: UdpSocket,
        /// None where the system has none.
        v6: Option<UdpSocket>,
    },
    /// A simulation's.
    #[cfg(test)]
    Played(Port),
}

impl Datagrams {
    /// Waits until there may be a datagram. It takes none, and may be dropped.
    pub(super) async fn readable(&self) {
        match self {
            Self::Kernel { v4, v6: Some(v6) } => {
                tokio::select! { _ = v4.readable() => {} _ = v6.readable() => {} }
            }
            Self::Kernel { v4, v6: None } => drop(v4.readable().await),
            #[cfg(test)]
            Self::Played(port) => port.readable().await,
        }
    }

    /// Hands over what has come, within a bound.
    pub(super) fn receive(&self, mut take: impl FnMut(SocketAddr, &[u8])) {
        match self {
            Self::Kernel { v4, v6 } => {
                let mut buffer = [0; DATAGRAM_BYTES_MAX];
                for socket in std::iter::once(v4).chain(v6) {
                    for _ in 0..RECEIVE_MAX {
                        let Ok((length, from)) = socket.try_recv_from(&mut buffer) else { break };
                        take(from, &buffer[..length]);
                    }
                }
            }
            #[cfg(test)]
            Self::Played(port) => port.receive(take),
        }
    }

    /// Sends one.
    ///
    /// # Errors
    /// As the system has it.
    pub(super) async fn send(&self, to: SocketAddr, datagram: &[u8]) -> io::Result<()> {
        match self {
            Self::Kernel { v4, v6 } => {
                let socket = if to.is_ipv6() { v6.as_ref().unwrap_or(v4) } else { v4 };
                socket.send_to(datagram, to).await.map(drop)
            }
            #[cfg(test)]
            Self::Played(port) => {
                port.send(to, datagram);
                Ok(())
            }
        }
    }
}

fn socket(domain: Domain, address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
    if domain == Domain::IPV6 {
        socket.set_only_v6(true)?;
    }
    // a smaller buffer only means more retransmissions
    let _ = socket.set_recv_buffer_size(RECEIVE_BUFFER_BYTES);
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    UdpSocket::from_std(socket.into())
}

/// A TCP stream that takes with it what was not delivered when it is dropped: the kernel would go on sending an order for
/// minutes after it was given up. Shut down in order, it ends in order.
struct Abrupt(TcpStream);

impl Abrupt {
    fn new(stream: TcpStream) -> io::Result<Self> {
        // without it small requests wait for acknowledgements
        stream.set_nodelay(true)?;
        SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
        Ok(Self(stream))
    }
}

impl AsyncRead for Abrupt {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, buffer)
    }
}

impl AsyncWrite for Abrupt {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // a stream that can't be told so ends abruptly, which is no harm
        let _ = SockRef::from(&self.0).set_linger(None);
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
