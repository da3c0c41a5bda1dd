//! What was found in the files of other programs, in one form for all of them. It settles nothing: two
//! machines may have the same name.

use std::collections::{BTreeMap, BTreeSet};

use cluster::inventory::{Address, Cipher, Privilege};
use cluster::secret::Secret;

use super::source::Place;

/// All that was found.
#[derive(Default)]
pub struct Found {
    /// Machines in the order of the files.
    pub machines: Vec<Machine>,
    /// Groups, each with the names of its members.
    pub groups: BTreeMap<String, BTreeSet<String>>,
    /// What can't be carried over, or has to be looked at.
    pub left: Vec<Left>,
}

/// One machine.
pub struct Machine {
    /// Its name, as it was written.
    pub name: String,
    /// Where it was found.
    pub place: Place,
    /// How its BMC is reached; none if the file does not tell such things.
    pub bmc: Option<Bmc>,
    /// Its labels, as they were written.
    pub labels: BTreeMap<String, String>,
}

/// How a node's power is reached, mostly by a BMC.
#[derive(Clone, PartialEq, Eq)]
pub struct Bmc {
    /// Host and port; none where the protocol has an address of its own, or nobody has one.
    pub address: Option<Address>,
    /// The protocol, and what only it has.
    pub reach: Reach,
    /// The account.
    pub login: Login,
}

/// A protocol with what was said of it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// IPMI 2.0.
    Ipmi {
        /// The cipher suite, if one was chosen.
        cipher: Option<Cipher>,
        /// The privilege level, if one was chosen.
        privilege: Option<Privilege>,
    },
    /// Redfish.
    Redfish {
        /// Over TLS.
        tls: bool,
        /// The path or id of the system, if one was chosen.
        system: Option<String>,
        /// Whose certificate is taken.
        trust: Trust,
    },
    /// A webhook.
    Webhook(Box<Webhook>),
    /// A person.
    Manual,
}

/// A webhook with what was said of it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Webhook {
    /// The URLs: on, off, query.
    pub urls: [String; 3],
    /// What an answer has in it when the node is on, if that was said.
    pub is_on: Option<String>,
    /// The same for off.
    pub is_off: Option<String>,
    /// The password is a token.
    pub bearer: bool,
}

/// Whose certificate is taken for a BMC's.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trust {
    /// Nothing was said.
    Unsaid,
    /// Any.
    Any,
    /// One by an authority in that file.
    File(String),
}

/// An account, as far as it is known.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Login {
    /// The user name.
    pub username: Option<String>,
    /// The password.
    pub password: Option<Secret>,
    /// The BMC key of two-key logins.
    pub kg: Option<Secret>,
    /// What the source calls the account, such as the name of a Kubernetes secret; two that are called differently
    /// are not taken for one while their password is not known.
    pub name: Option<String>,
}

/// Something that was not carried over, or not as it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Left {
    /// Why, or what to do about it, in lower case.
    pub reason: String,
    /// The node, if it is about one.
    pub node: Option<String>,
    /// Where it was written, if that is one place.
    pub place: Option<Place>,
}

impl Found {
    /// Notes that something of a node was not carried over.
    pub fn leave(&mut self, node: &str, place: &Place, reason: impl Into<String>) {
        let node = Some(node.to_owned());
        self.left.push(Left { reason: reason.into(), node, place: Some(place.clone()) });
    }

    /// Notes that something was not carried over that is not about one node.
    pub fn leave_out(&mut self, place: &Place, reason: impl Into<String>) {
        self.left.push(Left { reason: reason.into(), node: None, place: Some(place.clone()) });
    }

    /// Adds a machine to a group.
    pub fn join(&mut self, group: &str, member: &str) {
        self.groups.entry(group.to_owned()).or_default().insert(member.to_owned());
    }
}

impl Machine {
    /// A machine of which only the name is known so far.
    #[must_use]
    pub fn new(name: impl Into<String>, place: Place) -> Self {
        Self { name: name.into(), place, bmc: None, labels: BTreeMap::new() }
    }
}

impl Bmc {
    /// One that is found by what it is reached with alone.
    #[must_use]
    pub fn without_address(reach: Reach) -> Self {
        Self { address: None, reach, login: Login::default() }
    }
}

impl Login {
    /// Whether nothing is known of an account.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Reach {
    /// IPMI of which nothing else is said.
    pub const IPMI: Self = Self::Ipmi { cipher: None, privilege: None };
}

/// A secret, if there is one: an empty text is none.
#[must_use]
pub fn secret(text: Option<&str>) -> Option<Secret> {
    text.filter(|text| !text.is_empty()).map(|text| Secret::from(text.to_owned()))
}
