//! How a node's power is reached: by whom, over what, and what only that protocol has.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use super::contact::Contact;
use super::fence::Fence;
use super::model::{Cipher, Driver, Privilege};
use super::webhook::Webhook;

/// How a node's power is reached. Nodes whose contact is the same are reached by the same door: their endpoints differ
/// in nothing but the system that they choose behind it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// Who switches it.
    pub contact: Contact,
    /// A key of [`Inventory::credentials`](super::Inventory::credentials), if an account is needed.
    pub credentials: Option<Arc<str>>,
    /// The protocol, and what only it has.
    pub access: Access,
}

/// A protocol with what it takes to speak it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Access {
    /// IPMI 2.0.
    Ipmi(Ipmi),
    /// Redfish; boxed, because most fleets have far more of the other.
    Redfish(Box<Redfish>),
    /// A fence agent.
    Fence(Box<Fence>),
    /// A webhook.
    Webhook(Box<Webhook>),
    /// A person.
    Manual,
}

/// How IPMI is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ipmi {
    /// The cipher suite to ask for.
    pub cipher: Cipher,
    /// The privilege level to ask for.
    pub privilege: Privilege,
}

/// How Redfish is spoken.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Redfish {
    /// What is below HTTP.
    pub transport: Transport,
    /// The system behind the BMC: the path of its resource, or its id; without it, the only one there is.
    pub system: Option<Arc<str>>,
}

/// What is below HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Transport {
    /// Nothing: `http://`.
    Plain,
    /// TLS: `https://`.
    Tls(Trust),
}

/// Whose certificate is taken for the BMC's.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Trust {
    /// One for its host name, by an authority that Mozilla's list has.
    Roots,
    /// One for its host name, by an authority in that PEM file.
    File(Arc<Path>),
    /// The one with that SHA-256.
    Fingerprint(Fingerprint),
    /// Any. Whoever is in between can read and change everything.
    Any,
}

/// The SHA-256 of a certificate; shown as 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint(pub [u8; 32]);

/// An exchange may take so long, its wait for a turn included, unless the inventory says otherwise.
const EXCHANGE_MS: u64 = 10_000;
/// The same for a fence agent: it waits by itself until the device shows what it was told to do, and for its turn at a
/// device of many outlets.
const AGENT_EXCHANGE_MS: u64 = 60_000;

impl Driver {
    /// How long one exchange may take, its wait for a turn included, unless the inventory says otherwise.
    pub(crate) const fn exchange_ms(self) -> u64 {
        match self {
            Self::Fence => AGENT_EXCHANGE_MS,
            Self::Ipmi | Self::Redfish | Self::Webhook | Self::Manual => EXCHANGE_MS,
        }
    }

    /// Whether its nodes have a BMC with an address and an account of its own.
    pub(super) const fn has_bmc(self) -> bool {
        matches!(self, Self::Ipmi | Self::Redfish)
    }
}

impl Endpoint {
    /// The protocol.
    #[must_use]
    pub const fn driver(&self) -> Driver {
        match self.access {
            Access::Ipmi(_) => Driver::Ipmi,
            Access::Redfish(_) => Driver::Redfish,
            Access::Fence(_) => Driver::Fence,
            Access::Webhook(_) => Driver::Webhook,
            Access::Manual => Driver::Manual,
        }
    }

    /// Whether it can be asked which machine is behind it.
    #[must_use]
    pub const fn tells_identity(&self) -> bool {
        self.driver().has_bmc()
    }

    /// What is below HTTP, if it is reached by that.
    #[must_use]
    pub fn transport(&self) -> Option<&Transport> {
        match &self.access {
            Access::Redfish(redfish) => Some(&redfish.transport),
            Access::Webhook(webhook) => Some(&webhook.transport),
            Access::Ipmi(_) | Access::Fence(_) | Access::Manual => None,
        }
    }

    /// The system that was chosen behind it.
    #[must_use]
    pub const fn system(&self) -> Option<&Arc<str>> {
        let Access::Redfish(redfish) = &self.access else { return None };
        redfish.system.as_ref()
    }

    /// The same without the choice of a system: what is behind one door shares connections and accounts.
    #[must_use]
    pub fn door(&self) -> Self {
        let mut door = self.clone();
        if let Access::Redfish(redfish) = &mut door.access {
            redfish.system = None;
        }
        door
    }

    /// The contact as the inventory has it; of a webhook, what its URLs begin with.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = self.transport().map_or("", Transport::scheme);
        format!("{scheme}{}", self.contact)
    }
}

impl Transport {
    /// What an address begins with.
    #[must_use]
    pub const fn scheme(&self) -> &'static str {
        match self {
            Self::Plain => "http://",
            Self::Tls(_) => "https://",
        }
    }
}

impl Fingerprint {
    /// Reads 64 hexadecimal digits; colons between pairs, as `openssl x509 -fingerprint` writes them, are passed over.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits: Vec<u32> =
            text.chars().filter(|c| *c != ':').map(|c| c.to_digit(16)).collect::<Option<_>>()?;
        let bytes: Vec<u8> = digits
            .chunks(2)
            .map(|pair| u8::try_from(pair.iter().fold(0, |byte, digit| byte * 16 + digit)))
            .collect::<Result<_, _>>()
            .ok()?;
        (digits.len() == 64).then(|| bytes.try_into().ok().map(Self)).flatten()
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
