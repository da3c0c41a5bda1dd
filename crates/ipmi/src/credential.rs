//! User names, passwords and BMC keys, bounded as the specification bounds them. They are never printed and are wiped
//! when dropped; where they come from is the caller's business.

use core::fmt;

use zeroize::Zeroize;

/// Why a credential can't be used with IPMI 2.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialError {
    /// The user name is longer than 16 bytes.
    UserNameTooLong(usize),
    /// The password is longer than 20 bytes.
    PasswordTooLong(usize),
    /// The BMC key (Kg) is longer than 20 bytes.
    KeyTooLong(usize),
}

/// A user name of at most 16 bytes; empty means the anonymous user.
#[derive(Clone, PartialEq, Eq)]
pub struct UserName(Bounded<16>);

/// A password of at most 20 bytes. `Debug` prints `***`; the bytes are wiped on drop.
#[derive(Clone)]
pub struct Password(Bounded<20>);

/// A BMC key (Kg) of at most 20 bytes. `Debug` prints `***`; the bytes are wiped on drop.
#[derive(Clone)]
pub struct Key(Bounded<20>);

impl UserName {
    /// Longest name in bytes (IPMI 2.0, section 13.20).
    pub const MAX: usize = 16;

    /// Takes a name of at most [`UserName::MAX`] bytes.
    pub fn new(name: &str) -> Result<Self, CredentialError> {
        Self::from_bytes(name.as_bytes())
    }

    /// Takes a name as it stands on the wire, in whatever encoding.
    pub fn from_bytes(name: &[u8]) -> Result<Self, CredentialError> {
        Bounded::new(name).map(Self).ok_or(CredentialError::UserNameTooLong(name.len()))
    }

    /// The name's bytes, without padding.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl Password {
    /// Longest password in bytes (IPMI 2.0, section 22.30).
    pub const MAX: usize = 20;

    /// Takes a password of at most [`Password::MAX`] bytes.
    pub fn new(password: &[u8]) -> Result<Self, CredentialError> {
        Bounded::new(password).map(Self).ok_or(CredentialError::PasswordTooLong(password.len()))
    }

    /// The secret bytes, without padding.
    pub fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl Key {
    /// Longest key in bytes (IPMI 2.0, section 13.33).
    pub const MAX: usize = 20;

    /// Takes a key of at most [`Key::MAX`] bytes.
    pub fn new(key: &[u8]) -> Result<Self, CredentialError> {
        Bounded::new(key).map(Self).ok_or(CredentialError::KeyTooLong(key.len()))
    }

    /// The secret bytes, without padding.
    pub fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.as_bytes().escape_ascii())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, len, max) = match self {
            Self::UserNameTooLong(len) => ("user name", len, UserName::MAX),
            Self::PasswordTooLong(len) => ("password", len, Password::MAX),
            Self::KeyTooLong(len) => ("BMC key", len, Key::MAX),
        };
        write!(f, "the {what} is {len} bytes long, but IPMI 2.0 takes at most {max}")
    }
}

impl core::error::Error for CredentialError {}

#[derive(Clone, PartialEq, Eq)]
struct Bounded<const N: usize> {
    bytes: [u8; N],
    len: usize,
}

impl<const N: usize> Bounded<N> {
    fn new(from: &[u8]) -> Option<Self> {
        let mut bytes = [0; N];
        bytes.get_mut(..from.len())?.copy_from_slice(from);
        Some(Self { bytes, len: from.len() })
    }

    fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

impl<const N: usize> Drop for Bounded<N> {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}
