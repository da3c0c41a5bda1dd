//! Who may come in: tokens, their roles and scopes.
//! It keeps no token, only the hash of each.

mod caller;
mod file;
mod throttle;
mod token;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, RwLock};

use api::{NewToken, Role, TokenEntry, TokenRequest};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

pub(crate) use caller::Caller;
pub(crate) use file::write_private;
use throttle::Throttle;
use token::{Hash, Plain};

use crate::locks::{lock, read, write};

/// The name of the file of tokens in a data folder. It is made last at a first start.
pub const TOKENS_FILE: &str = "tokens.json";
/// The most tokens.
const TOKENS_MAX: usize = 10_000;
/// The name of the first token.
const FIRST: &str = "admin";

/// Why the accounts can't be read or written.
#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// A file can't be read or written.
    #[error("can't {action} {}: {source}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not what was written to it.
    #[error("{} holds no tokens: {reason}; delete it to begin anew with a new admin token", path.display())]
    Garbled {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// Why a token can't be made or deleted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ChangeError {
    #[error("a token named {0} exists: delete it first")]
    Exists(String),
    #[error("there is no token named {0}")]
    Unknown(String),
    #[error("{0} is the last token of an administrator: make another one first")]
    LastAdmin(String),
    #[error("{TOKENS_MAX} tokens exist: delete some first")]
    TooMany,
    #[error(transparent)]
    File(#[from] AccountsError),
}

/// The tokens.
#[derive(Debug)]
pub(crate) struct Accounts {
    file: PathBuf,
    entries: RwLock<Vec<Entry>>,
    changing: Mutex<()>,
    throttle: Throttle,
}

/// A token as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(flatten)]
    shown: TokenEntry,
    sha256: Hash,
}

impl Accounts {
    /// Reads the tokens in that folder. If there are none, makes one for an administrator and writes
    /// it to `admin.token` beside.
    pub(crate) fn open(folder: &Path, now: u64) -> Result<Self, AccountsError> {
        let path = folder.join(TOKENS_FILE);
        let entries = match file::load(&path)? {
            Some(entries) => entries,
            None => first_start(folder, &path, now)?,
        };
        let throttle = Throttle::default();
        Ok(Self { file: path, entries: RwLock::new(entries), changing: Mutex::new(()), throttle })
    }

    pub(crate) fn list(&self) -> Vec<TokenEntry> {
        let mut list: Vec<TokenEntry> =
            read(&self.entries).iter().map(|entry| entry.shown.clone()).collect();
        list.sort_by(|left, right| left.name.cmp(&right.name));
        list
    }

    /// Makes a token. Its text is in the answer and nowhere else.
    pub(crate) fn create(&self, request: TokenRequest, now: u64) -> Result<NewToken, ChangeError> {
        let _changing = lock(&self.changing);
        let mut entries = read(&self.entries).clone();
        if entries.iter().any(|entry| entry.shown.name == request.name) {
            return Err(ChangeError::Exists(request.name));
        }
        if entries.len() >= TOKENS_MAX {
            return Err(ChangeError::TooMany);
        }
        let plain = Plain::draw();
        let entry = Entry::new(&plain, request, now);
        let token = NewToken { token: plain.text().to_owned(), entry: entry.shown.clone() };
        entries.push(entry);
        self.adopt(entries)?;
        Ok(token)
    }

    pub(crate) fn delete(&self, name: &str) -> Result<(), ChangeError> {
        let _changing = lock(&self.changing);
        let mut entries = read(&self.entries).clone();
        let before = entries.len();
        entries.retain(|entry| entry.shown.name != name);
        if entries.len() == before {
            return Err(ChangeError::Unknown(name.to_owned()));
        }
        if !entries
            .iter()
            .any(|entry| entry.shown.role == Role::Admin && entry.shown.scope.is_none())
        {
            return Err(ChangeError::LastAdmin(name.to_owned()));
        }
        self.adopt(entries)?;
        Ok(())
    }

    /// Whether the caller's token was not deleted since.
    pub(crate) fn still_valid(&self, caller: &Caller) -> bool {
        read(&self.entries).iter().any(|entry| entry.sha256 == caller.hash)
    }

    /// The caller's token, unless it was deleted.
    fn entry(&self, caller: &Caller) -> Option<Entry> {
        read(&self.entries).iter().find(|entry| entry.sha256 == caller.hash).cloned()
    }

    /// Whose token that is.
    fn whose(&self, presented: &str) -> Option<Entry> {
        let prefix = Plain::prefix_of(presented)?;
        let hash = Hash::of(presented);
        let entries = read(&self.entries);
        let mut candidates = entries.iter().filter(|entry| entry.shown.prefix == prefix);
        candidates.find(|entry| bool::from(entry.sha256.0.ct_eq(&hash.0))).cloned()
    }

    fn adopt(&self, entries: Vec<Entry>) -> Result<(), AccountsError> {
        file::store(&self.file, &entries)?;
        *write(&self.entries) = entries;
        Ok(())
    }
}

impl Entry {
    fn new(plain: &Plain, request: TokenRequest, now: u64) -> Self {
        let shown = TokenEntry {
            name: request.name,
            role: request.role,
            scope: request.scope,
            prefix: plain.prefix().to_owned(),
            created_at_ms: now,
        };
        Self { shown, sha256: Hash::of(plain.text()) }
    }
}

fn first_start(folder: &Path, path: &Path, now: u64) -> Result<Vec<Entry>, AccountsError> {
    let plain = Plain::draw();
    let request = TokenRequest { name: FIRST.to_owned(), role: Role::Admin, scope: None };
    let entries = vec![Entry::new(&plain, request, now)];
    let admin = folder.join("admin.token");
    // the hash comes last: without it the next start begins anew
    file::write_private(&admin, format!("{}\n", plain.text()).as_bytes())?;
    file::store(path, &entries)?;
    tracing::info!(path = %admin.display(), "made a token for the administrator");
    Ok(entries)
}
