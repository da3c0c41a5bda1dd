//! What can go wrong, in words that name the place and the way out.
//! It does not decide what went wrong: the modules that meet a failure do.

use std::fmt;
use std::io;
use std::path::PathBuf;

use crate::Seq;

/// Why an append was not acknowledged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// It was certainly not written and never will be.
    #[error("append refused: {0}")]
    Refused(#[from] Refusal),
    /// It may or may not be written: retry under the same id, or read.
    #[error("append may or may not have been written: {reason}")]
    Unknown {
        /// What happened to it.
        reason: String,
    },
}

/// Why the journal did not do as it was asked. Nothing was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A batch without entries has no position.
    #[error("the batch is empty")]
    Empty,
    /// An entry, a batch or its count is over its limit.
    #[error("{what} is {size}, more than the {max} allowed")]
    TooLarge {
        /// Which limit, with its unit.
        what: &'static str,
        /// What was asked for.
        size: usize,
        /// What is allowed.
        max: usize,
    },
    /// Too much is waiting to be written; try again later.
    #[error("the queue of the journal is full")]
    QueueFull,
    /// No room is left. Appends work again as soon as there is some.
    #[error(
        "no space is left for the journal in {}: free some, or shorten its retention",
        folder.display()
    )]
    DiskFull {
        /// The journal's folder.
        folder: PathBuf,
    },
    /// The disk or the database does not accept writes.
    #[error("the journal in {} can't be written: {reason}", folder.display())]
    Unwritable {
        /// The journal's folder.
        folder: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The journal is closed, or closing.
    #[error("the journal is closed")]
    Closed,
}

/// Why entries could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The position was trimmed away: start over from `oldest`.
    #[error("the journal now begins at {oldest}")]
    TooOld {
        /// The oldest position kept.
        oldest: Seq,
    },
    /// The position is past the end. A follower that sees this followed a journal which has since
    /// gone back in time, such as one restored from a backup.
    #[error("position {from} is past the end of the journal at {head}: has it gone back in time?")]
    Ahead {
        /// The position asked for.
        from: Seq,
        /// The newest position.
        head: Seq,
    },
    /// The entries are there but not as they were written.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// The disk or the database does not answer.
    #[error("the journal in {} can't be read: {reason}", folder.display())]
    Unreadable {
        /// The journal's folder.
        folder: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The journal is closed.
    #[error("the journal is closed")]
    Closed,
}

/// The journal is not what was written to it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the journal in {} is damaged{}: {fault}; `lastword journal check` tells how far it goes. \
     What to do: {}",
    folder.display(), at(*seq), way_out(*readable)
)]
pub struct Damage {
    /// The journal's folder.
    pub folder: PathBuf,
    /// The first position that is known to be wrong, if it is about one.
    pub seq: Option<Seq>,
    /// What is wrong.
    pub fault: Fault,
    /// Whether an export saves some of it.
    pub readable: bool,
}

/// What is wrong with a damaged journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The entry is not there.
    Missing,
    /// The entry does not match its checksum.
    Checksum,
    /// The entry is older than the one before it.
    Backwards,
    /// Its write-ahead log ends in the middle, with acknowledged entries behind that.
    Log {
        /// Where it ends, in bytes.
        at_byte: u64,
        /// How many transactions are behind that, at the least.
        commits: u64,
    },
    /// The database itself is broken; in its words.
    Database(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("the entry is missing"),
            Self::Checksum => f.write_str("the entry does not match its checksum"),
            Self::Backwards => f.write_str("the entry is older than the one before it"),
            Self::Log { at_byte, commits } => write!(
                f,
                "its write-ahead log journal.db-wal is not as it was written from byte {at_byte} on, \
                 and at least {commits} commits there can't be read"
            ),
            Self::Database(words) => f.write_str(words),
        }
    }
}

/// Why a journal could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder or one of its files can't be made or used.
    #[error("can't {action} {}: {source}", path.display())]
    Folder {
        /// What was tried.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process has it open, or this one does.
    #[error("the journal in {} is in use by {}", folder.display(), process(*pid))]
    InUse {
        /// The journal's folder.
        folder: PathBuf,
        /// The process that holds it, if it left its number.
        pid: Option<u32>,
    },
    /// The file belongs to some other program.
    #[error("{} is not a journal", file.display())]
    NotAJournal {
        /// The file.
        file: PathBuf,
    },
    /// A newer version of the program wrote it.
    #[error(
        "the journal {} has format {found}, this version knows {known} at most: use a newer one",
        file.display()
    )]
    Newer {
        /// The file.
        file: PathBuf,
        /// The format found.
        found: u32,
        /// The newest format that this version knows.
        known: u32,
    },
    /// It is not what was written to it.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// The disk or the database does not work.
    #[error("can't open the journal in {}: {reason}", folder.display())]
    Unusable {
        /// The journal's folder.
        folder: PathBuf,
        /// What the system said.
        reason: String,
    },
}

/// What to do about a damaged journal, of which an export saves something or nothing.
pub(crate) fn way_out(readable: bool) -> &'static str {
    if readable {
        "stop the service, keep a copy of this folder, save what is readable with `lastword journal \
         export`, then put a backup in its place or start with an empty folder"
    } else {
        "stop the service, keep a copy of this folder, then put a backup in its place or start with an \
         empty folder"
    }
}

/// Why a journal could not be inspected at all.
#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    /// The folder holds no journal.
    #[error("there is no journal in {}", folder.display())]
    Missing {
        /// The folder.
        folder: PathBuf,
    },
    /// There is a file in its place, but nothing was ever written to it, or nothing is left.
    #[error(
        "the journal {} is empty: a start that was cut short leaves it so, and so does a lost file. \
         What to do: put a backup in its place, or start the service, which begins anew there unless \
         other files tell that it was used",
        file.display()
    )]
    Empty {
        /// The file.
        file: PathBuf,
    },
    /// The file belongs to some other program.
    #[error("{} is not a journal: name the data folder of a server", file.display())]
    NotAJournal {
        /// The file.
        file: PathBuf,
    },
    /// A newer version of the program wrote it.
    #[error(
        "the journal {} has format {found}, this version knows {known} at most: use a newer one",
        file.display()
    )]
    Newer {
        /// The file.
        file: PathBuf,
        /// The format found.
        found: u32,
        /// The newest format that this version knows.
        known: u32,
    },
    /// It is damaged where the database begins, or its end is missing.
    #[error(
        "the journal in {} is damaged so that no entry of it can be read: {fault}. What to do: {}",
        folder.display(), way_out(false)
    )]
    Ruined {
        /// The journal's folder.
        folder: PathBuf,
        /// What is wrong.
        fault: Fault,
    },
    /// The file may be right, but can't be opened.
    #[error(
        "the journal in {} can't be read: {reason}; run this as the user of the service",
        folder.display()
    )]
    Unreadable {
        /// The journal's folder.
        folder: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The export can't be written.
    #[error("can't write the export: {0}")]
    Output(#[from] io::Error),
}

fn at(seq: Option<Seq>) -> String {
    seq.map_or_else(String::new, |seq| format!(" at entry {seq}"))
}

fn process(pid: Option<u32>) -> String {
    pid.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
}
