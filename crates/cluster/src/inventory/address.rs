//! Where a BMC answers: a host and a port. It resolves no names.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use thiserror::Error;

/// A DNS name is at most this long, in bytes (RFC 1035, 2.3.4).
const NAME_MAX_BYTES: usize = 253;
/// A part of a DNS name is at most this long, in bytes (RFC 1035, 2.3.4).
const LABEL_MAX_BYTES: usize = 63;

/// The host part of an address.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Host {
    /// A literal address.
    Ip(IpAddr),
    /// A DNS name in lower case.
    Name(Arc<str>),
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(ip) => ip.fmt(f),
            Self::Name(name) => f.write_str(name),
        }
    }
}

/// A host and a UDP or TCP port.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// The host.
    pub host: Host,
    /// The port, never 0.
    pub port: u16,
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            Host::Ip(IpAddr::V6(ip)) => write!(f, "[{ip}]:{}", self.port),
            host @ (Host::Ip(IpAddr::V4(_)) | Host::Name(_)) => write!(f, "{host}:{}", self.port),
        }
    }
}

/// Why a text is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum AddressError {
    /// There is nothing; a command to it would reach this host.
    #[error("the bmc address is empty")]
    Empty,
    /// The port isn't a number from 1 to 65535.
    #[error("the port is not a number from 1 to 65535")]
    Port,
    /// An IPv6 address without brackets, or a bracket out of place.
    #[error("an IPv6 address is written in brackets: [fd00::1] or [fd00::1]:623")]
    Brackets,
    /// It looks like an IPv4 address and isn't one.
    #[error("not an IPv4 address")]
    Ipv4,
    /// 0.0.0.0, `::`, or a multicast or broadcast address.
    #[error("not the address of one host")]
    NotOneHost,
    /// A character that host names don't have, or a part that is empty or too long.
    #[error("not a host name")]
    Name,
}

impl Address {
    /// Parses `10.0.0.5`, `10.0.0.5:6230`, `[fd00::1]:623` or `host.name`.
    ///
    /// # Errors
    /// [`AddressError`] when it is none of these.
    pub fn parse(text: &str, default_port: u16) -> Result<Self, AddressError> {
        if text.is_empty() {
            return Err(AddressError::Empty);
        }
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => {
                let (host, after) = rest.split_once(']').ok_or(AddressError::Brackets)?;
                let ip: Ipv6Addr = host.parse().map_err(|_| AddressError::Brackets)?;
                (one_host(IpAddr::V6(ip).to_canonical())?, after)
            }
            None if text.matches(':').count() > 1 => return Err(AddressError::Brackets),
            None => {
                let (host, after) = text.split_at(text.find(':').unwrap_or(text.len()));
                (ipv4_or_name(host)?, after)
            }
        };
        let port = if port.is_empty() { default_port } else { parse_port(port)? };
        Ok(Self { host, port })
    }
}

fn parse_port(text: &str) -> Result<u16, AddressError> {
    let digits = text.strip_prefix(':').ok_or(AddressError::Brackets)?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
    let port = digits.parse().ok().filter(|port| plain && *port != 0);
    port.ok_or(AddressError::Port)
}

fn ipv4_or_name(text: &str) -> Result<Host, AddressError> {
    if text.is_empty() {
        return Err(AddressError::Empty);
    }
    let name = text.strip_suffix('.').unwrap_or(text);
    let last = name.rsplit('.').next().unwrap_or_default();
    if !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()) {
        let ip: Ipv4Addr = text.parse().map_err(|_| AddressError::Ipv4)?;
        return one_host(IpAddr::V4(ip));
    }
    let well_formed = name.len() <= NAME_MAX_BYTES && name.split('.').all(is_label);
    if well_formed {
        Ok(Host::Name(name.to_ascii_lowercase().into()))
    } else {
        Err(AddressError::Name)
    }
}

fn is_label(label: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=LABEL_MAX_BYTES).contains(&label.len())
        && !label.starts_with('-')
        && !label.ends_with('-')
        && label.bytes().all(allowed)
}

fn one_host(ip: IpAddr) -> Result<Host, AddressError> {
    let broadcast = ip == IpAddr::V4(Ipv4Addr::BROADCAST);
    if ip.is_unspecified() || ip.is_multicast() || broadcast {
        return Err(AddressError::NotOneHost);
    }
    Ok(Host::Ip(ip))
}
