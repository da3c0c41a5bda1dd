//! The SQLite file: its format, and each statement that is run on it.
//! It has no threads and no queue, and it does not decide what an error means for a caller.

mod connect;
mod read;
mod wal;
mod write;

use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

pub(crate) use connect::{FORMAT, Format, format, prepare, reader, set_max_bytes, writer};
pub(crate) use read::{Loaded, entry_from, highest, load, lowest, range, size_bytes, state};
pub(crate) use write::{Batch, WriteError, Written, append, mend, probe, trim_some};

use crate::{Damage, Fault, Seq};

/// A log that looks damaged elsewhere each time is being written.
const LOG_LOOKS_MAX: usize = 5;
/// How much of a log is read at once.
const LOG_PIECE_BYTES: usize = 256 << 10;

/// The journal's own idea of its ends. Kept in a row of its own, so that entries that vanish from
/// either end are missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    /// The oldest position kept; one past the head if none is.
    pub(crate) oldest: Seq,
    /// The newest position.
    pub(crate) head: Seq,
    /// The time of the newest entry, trimmed or not.
    pub(crate) at_ms: u64,
}

/// What kept a statement from doing its job.
#[derive(Debug)]
pub(crate) enum StoreError {
    /// What is there is wrong, at this position if at one.
    Damaged(Option<Seq>, Fault),
    /// SQLite or the system failed; what is there may be right.
    Failed(String),
}

impl StoreError {
    /// As damage of the journal in that folder, which can be read elsewhere, or the reason of a failure.
    pub(crate) fn into_damage(self, folder: &Path) -> Result<Damage, String> {
        match self {
            Self::Damaged(seq, fault) => {
                Ok(Damage { folder: folder.to_owned(), seq, fault, readable: true })
            }
            Self::Failed(words) => Err(words),
        }
    }

    /// What is wrong, in words.
    pub(crate) fn into_reason(self) -> String {
        match self {
            Self::Damaged(_, fault) => fault.to_string(),
            Self::Failed(words) => words,
        }
    }

    /// Tells which entry was being read, if the error does not know yet.
    fn at(self, position: Seq) -> Self {
        match self {
            Self::Damaged(seq, fault) => Self::Damaged(seq.or(Some(position)), fault),
            Self::Failed(words) => Self::Failed(words),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        if is_damage(&error) {
            Self::Damaged(None, Fault::Database(error.to_string()))
        } else {
            Self::Failed(error.to_string())
        }
    }
}

/// The database in a journal's folder.
pub(crate) fn file(folder: &Path) -> PathBuf {
    folder.join("journal.db")
}

/// The write-ahead log of that database.
pub(crate) fn log(folder: &Path) -> PathBuf {
    folder.join("journal.db-wal")
}

/// What is wrong with a folder that [`has_orphaned_log`].
pub(crate) const ORPHANED: &str =
    "journal.db is gone or empty, but its write-ahead log journal.db-wal is there";

/// Whether there is a write-ahead log whose database is gone.
pub(crate) fn has_orphaned_log(folder: &Path) -> bool {
    let length = |path: &Path| std::fs::metadata(path).map_or(0, |metadata| metadata.len());
    length(&file(folder)) == 0 && length(&log(folder)) > 0
}

/// What is wrong with the write-ahead log of a journal that may be in use. A log looks damaged while it
/// is written, but not twice in the same place.
///
/// # Errors
/// What the system said on reading.
pub(crate) fn log_fault(folder: &Path) -> io::Result<Option<Fault>> {
    let mut before = None;
    for _ in 0..LOG_LOOKS_MAX {
        let Some(wal::LogDamage { at_byte, commits }) = look_at_log(folder)? else { break };
        if before.replace(at_byte) == Some(at_byte) {
            return Ok(Some(Fault::Log { at_byte, commits }));
        }
    }
    Ok(None)
}

fn look_at_log(folder: &Path) -> io::Result<Option<wal::LogDamage>> {
    match File::open(log(folder)) {
        Ok(file) => wal::damage(BufReader::with_capacity(LOG_PIECE_BYTES, file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

pub(crate) fn is_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DiskFull)
}

fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
        || matches!(
            error,
            rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::QueryReturnedNoRows
        )
}

/// Into SQLite's only integer. Positions and times never get near its end.
fn to_sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Back from SQLite's integer; a negative one was not written by this crate.
fn from_sql(column: usize, number: i64) -> rusqlite::Result<u64> {
    u64::try_from(number)
        .map_err(|_negative| rusqlite::Error::IntegralValueOutOfRange(column, number))
}
