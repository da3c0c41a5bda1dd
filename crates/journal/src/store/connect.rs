//! Opens connections and tells whose file it is and in which format.
//! It reads and writes no entries.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::{StoreError, file};

/// The newest format that this version reads and writes, as `PRAGMA user_version`.
pub(crate) const FORMAT: u32 = 1;
/// Marks the file as a journal for `file(1)` and for us: "LWJL".
const APPLICATION_ID: u32 = 0x4C57_4A4C;
const PAGE_BYTES: u64 = 4096;
/// SQLite's own limit, used when none is asked for.
const PAGES_MAX: u64 = 0xFFFF_FFFE;
/// How long to wait for another connection's short lock.
const BUSY_MS: u64 = 5_000;
/// A write-ahead log that grew beyond this is cut back at the next checkpoint.
const WAL_KEPT_BYTES: i64 = 16 << 20;

const SCHEMA: &str = "
CREATE TABLE entry (
    seq INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    crc INTEGER NOT NULL,
    payload BLOB NOT NULL
) STRICT;
CREATE TABLE request (
    first INTEGER PRIMARY KEY,
    last INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    id BLOB NOT NULL
) STRICT;
CREATE TABLE state (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    oldest INTEGER NOT NULL,
    head INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    mended INTEGER NOT NULL
) STRICT;
INSERT INTO state VALUES (1, 1, 0, 0, 0);
";

/// Whose file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// A journal that this version knows.
    Known,
    /// A journal of a later version, with its format.
    Newer(u32),
    /// Some other program's database.
    Foreign,
}

/// Opens the one connection that writes, to a file that is there. An empty file becomes an empty database.
pub(crate) fn writer(folder: &Path, max_bytes: Option<u64>) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file(folder), flags)?;
    settings(&connection)?;
    set_max_bytes(&connection, max_bytes)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update_and_check(None, "journal_size_limit", WAL_KEPT_BYTES, |_| Ok(()))?;
    Ok(connection)
}

/// Opens a connection that changes no entry.
pub(crate) fn reader(folder: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file(folder), flags)?;
    settings(&connection)?;
    Ok(connection)
}

/// Makes a fresh file a journal, and leaves any other as it is.
pub(crate) fn prepare(connection: &mut Connection) -> Result<Format, StoreError> {
    if !is_blank(connection)? {
        let format = format(connection)?;
        if format == Format::Known {
            write_ahead(connection)?;
        }
        return Ok(format);
    }
    write_ahead(connection)?;
    let creation = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    creation.pragma_update(None, "application_id", APPLICATION_ID)?;
    creation.pragma_update(None, "user_version", FORMAT)?;
    creation.execute_batch(SCHEMA)?;
    creation.commit()?;
    Ok(Format::Known)
}

/// Tells whose file it is.
pub(crate) fn format(connection: &Connection) -> Result<Format, StoreError> {
    let application: u32 = connection.pragma_query_value(None, "application_id", |r| r.get(0))?;
    let version: u32 = connection.pragma_query_value(None, "user_version", |r| r.get(0))?;
    Ok(match (application, version) {
        (APPLICATION_ID, FORMAT) => Format::Known,
        (APPLICATION_ID, newer) if newer > FORMAT => Format::Newer(newer),
        _ => Format::Foreign,
    })
}

/// Bounds the database, without its write-ahead log; what is over the bound already stays.
pub(crate) fn set_max_bytes(connection: &Connection, max: Option<u64>) -> rusqlite::Result<()> {
    let pages = max.map_or(PAGES_MAX, |bytes| (bytes / PAGE_BYTES).clamp(1, PAGES_MAX));
    let pages = super::to_sql(pages);
    connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))
}

fn settings(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(Duration::from_millis(BUSY_MS))?;
    connection.pragma_update(None, "cell_size_check", true)?;
    connection.pragma_update(None, "trusted_schema", false)
}

/// A file that a crash left before the schema was committed, or that was never written.
fn is_blank(connection: &Connection) -> Result<bool, StoreError> {
    let application: u32 = connection.pragma_query_value(None, "application_id", |r| r.get(0))?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    Ok(application == 0 && tables == 0)
}

fn write_ahead(connection: &Connection) -> Result<(), StoreError> {
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get(0))?;
    if mode == "wal" {
        return Ok(());
    }
    let words = "the file system can't hold a write-ahead log (no shared memory)".to_owned();
    Err(StoreError::Failed(words))
}
