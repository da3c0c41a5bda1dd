//! The cipher suites that are spoken: 17 and 3. The weaker ones have no name here, so nothing can fall back to them.

/// A cipher suite (IPMI 2.0, table 22-20). Both authenticate and encrypt every packet of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Suite {
    /// RAKP-HMAC-SHA1, HMAC-SHA1-96, AES-CBC-128.
    C3,
    /// RAKP-HMAC-SHA256, HMAC-SHA256-128, AES-CBC-128.
    C17,
}

/// Which suites a client may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SuitePolicy {
    /// Ask for 17; ask for 3 only when the BMC says that it does not know 17.
    /// That answer is not authenticated, so whoever can forge it can force suite 3.
    #[default]
    Best,
    /// Ask for this one and no other.
    Only(Suite),
}

/// The algorithm numbers of an Open Session message (IPMI 2.0, tables 13-17 to 13-19).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Algorithms {
    /// RAKP authentication.
    pub authentication: u8,
    /// Integrity of packets in the session.
    pub integrity: u8,
    /// Encryption of payloads in the session.
    pub confidentiality: u8,
}

impl Suite {
    /// Every suite, best first.
    pub const ALL: [Suite; 2] = [Suite::C17, Suite::C3];

    /// The suite's number in the specification.
    pub const fn number(self) -> u8 {
        match self {
            Self::C3 => 3,
            Self::C17 => 17,
        }
    }

    /// What an Open Session Request proposes for it.
    pub const fn algorithms(self) -> Algorithms {
        match self {
            Self::C3 => Algorithms { authentication: 1, integrity: 1, confidentiality: 1 },
            Self::C17 => Algorithms { authentication: 3, integrity: 4, confidentiality: 1 },
        }
    }

    /// The suite made of exactly these algorithms, if it is one of ours.
    pub fn from_algorithms(algorithms: Algorithms) -> Option<Suite> {
        Self::ALL.into_iter().find(|suite| suite.algorithms() == algorithms)
    }

    /// Length in bytes of RAKP 2 and 3 codes and of the session keys.
    pub const fn digest_len(self) -> usize {
        match self {
            Self::C3 => 20,
            Self::C17 => 32,
        }
    }

    /// Length in bytes of the RAKP 4 code and of the code behind every packet of a session.
    pub const fn short_len(self) -> usize {
        match self {
            Self::C3 => 12,
            Self::C17 => 16,
        }
    }
}

impl SuitePolicy {
    /// The suite to ask for first.
    pub const fn first(self) -> Suite {
        match self {
            Self::Best => Suite::C17,
            Self::Only(suite) => suite,
        }
    }

    /// The suite to ask for after the BMC said that it does not know `refused`.
    pub const fn after(self, refused: Suite) -> Option<Suite> {
        match (self, refused) {
            (Self::Best, Suite::C17) => Some(Suite::C3),
            (Self::Best, Suite::C3) | (Self::Only(_), _) => None,
        }
    }
}
