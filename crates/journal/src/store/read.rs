//! Reads entries and the state, and verifies each thing it returns.
//! It never returns an entry that is not as it was written.

use std::collections::VecDeque;

use rusqlite::{Connection, Row};

use super::{State, StoreError, from_sql, to_sql};
use crate::{Appended, Entry, Fault, RequestId, Seq, crc};

/// No entry of this format is larger; a length beyond it is damage, and not read into memory.
const PAYLOAD_BYTES_MAX: i64 = 256 << 20;
const COLUMNS: &str = "seq, at_ms, crc, length(payload), payload";

/// What is kept in memory while the journal is open.
pub(crate) struct Loaded {
    pub(crate) state: State,
    /// The newest requests, oldest first.
    pub(crate) requests: VecDeque<(RequestId, Appended)>,
    /// The newest entries, oldest first.
    pub(crate) tail: VecDeque<Entry>,
}

/// Reads and verifies the ends of the journal: the state, the newest `requests_max` requests and the
/// newest entries, up to `tail_bytes` of payload.
pub(crate) fn load(
    connection: &Connection,
    requests_max: usize,
    tail_bytes: usize,
) -> Result<Loaded, StoreError> {
    let snapshot = connection.unchecked_transaction()?;
    let state = state(&snapshot)?;
    ends(state, lowest(&snapshot)?, highest(&snapshot)?)?;
    let requests = requests(&snapshot, requests_max)?;
    let tail = tail(&snapshot, state, tail_bytes)?;
    Ok(Loaded { state, requests, tail })
}

/// Reads the state row.
pub(crate) fn state(connection: &Connection) -> Result<State, StoreError> {
    let row = |row: &Row<'_>| Ok((number(row, 0)?, number(row, 1)?, number(row, 2)?));
    let (oldest, head, at_ms) = connection
        .prepare_cached("SELECT oldest, head, at_ms FROM state WHERE only = 1")?
        .query_row([], row)?;
    if oldest == 0 || oldest > head + 1 {
        let words = format!("its ends are out of order: oldest {oldest}, newest {head}");
        return Err(StoreError::Damaged(None, Fault::Database(words)));
    }
    Ok(State { oldest, head, at_ms })
}

/// The lowest position that has an entry.
pub(crate) fn lowest(connection: &Connection) -> Result<Option<Seq>, StoreError> {
    end(connection, "SELECT min(seq) FROM entry")
}

/// The highest position that has an entry.
pub(crate) fn highest(connection: &Connection) -> Result<Option<Seq>, StoreError> {
    end(connection, "SELECT max(seq) FROM entry")
}

/// Reads from `from` to `head` at most. `Err(oldest)` inside if `from` is no longer kept.
pub(crate) fn range(
    connection: &Connection,
    from: Seq,
    head: Seq,
    max_entries: usize,
    max_bytes: usize,
) -> Result<Result<Vec<Entry>, Seq>, StoreError> {
    let snapshot = connection.unchecked_transaction()?;
    let oldest = state(&snapshot)?.oldest;
    if from < oldest {
        return Ok(Err(oldest));
    }
    let mut statement = snapshot.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM entry WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq"
    ))?;
    let mut rows = statement.query([to_sql(from), to_sql(head)])?;
    let mut entries: Vec<Entry> = Vec::new();
    let mut bytes = 0;
    for expected in (from..=head).take(max_entries) {
        if bytes >= max_bytes && !entries.is_empty() {
            break;
        }
        let row = rows.next().map_err(|error| StoreError::from(error).at(expected))?;
        let missing = || StoreError::Damaged(Some(expected), Fault::Missing);
        let entry = entry(row.ok_or_else(missing)?, Some(expected))?;
        if entries.last().is_some_and(|before| before.at_ms > entry.at_ms) {
            return Err(StoreError::Damaged(Some(expected), Fault::Backwards));
        }
        bytes += entry.payload.len();
        entries.push(entry);
    }
    Ok(Ok(entries))
}

/// Reads the first entry at `from` or later, wherever it is.
pub(crate) fn entry_from(connection: &Connection, from: Seq) -> Result<Option<Entry>, StoreError> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM entry WHERE seq >= ?1 ORDER BY seq LIMIT 1"
    ))?;
    let mut rows = statement.query([to_sql(from)])?;
    rows.next()?.map(|row| entry(row, None)).transpose()
}

/// Bytes in use, without free pages.
pub(crate) fn size_bytes(connection: &Connection) -> Result<u64, StoreError> {
    let value = |pragma| connection.pragma_query_value(None, pragma, |row| number(row, 0));
    let pages = value("page_count")?.saturating_sub(value("freelist_count")?);
    Ok(pages * value("page_size")?)
}

/// Compares the ends that the state remembers with those that the entries have.
fn ends(state: State, low: Option<Seq>, high: Option<Seq>) -> Result<(), StoreError> {
    let low = low.unwrap_or(state.head + 1);
    let high = high.unwrap_or(state.head);
    if low > state.oldest {
        return Err(StoreError::Damaged(Some(state.oldest), Fault::Missing));
    }
    if high < state.head {
        return Err(StoreError::Damaged(Some(high + 1), Fault::Missing));
    }
    if low < state.oldest || high > state.head {
        let words = "it holds entries beyond its ends".to_owned();
        return Err(StoreError::Damaged(None, Fault::Database(words)));
    }
    Ok(())
}

fn end(connection: &Connection, query: &str) -> Result<Option<Seq>, StoreError> {
    let end: Option<i64> = connection.prepare_cached(query)?.query_row([], |row| row.get(0))?;
    Ok(end.map(|seq| from_sql(0, seq)).transpose()?)
}

fn requests(
    connection: &Connection,
    max: usize,
) -> Result<VecDeque<(RequestId, Appended)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT first, last, at_ms, id FROM request ORDER BY first DESC LIMIT ?1",
    )?;
    let mut rows = statement.query([i64::try_from(max).unwrap_or(i64::MAX)])?;
    let mut requests = VecDeque::new();
    while let Some(row) = rows.next()? {
        let (first, last, at_ms) = (number(row, 0)?, number(row, 1)?, number(row, 2)?);
        requests.push_front((RequestId(row.get(3)?), Appended { first, last, at_ms }));
    }
    Ok(requests)
}

fn tail(
    connection: &Connection,
    state: State,
    max_bytes: usize,
) -> Result<VecDeque<Entry>, StoreError> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {COLUMNS} FROM entry ORDER BY seq DESC"))?;
    let mut rows = statement.query([])?;
    let mut tail = VecDeque::new();
    let mut bytes = 0;
    for expected in (state.oldest..=state.head).rev() {
        let row = rows.next().map_err(|error| StoreError::from(error).at(expected))?;
        let missing = || StoreError::Damaged(Some(expected), Fault::Missing);
        let entry = entry(row.ok_or_else(missing)?, Some(expected))?;
        bytes += entry.payload.len();
        if bytes > max_bytes {
            break;
        }
        tail.push_front(entry);
    }
    Ok(tail)
}

/// Verifies one row; at the position where it belongs, if that is known.
fn entry(row: &Row<'_>, expected: Option<Seq>) -> Result<Entry, StoreError> {
    let seq = number(row, 0)?;
    if expected.is_some_and(|expected| expected != seq) {
        return Err(StoreError::Damaged(expected, Fault::Missing));
    }
    fields(row, seq).map_err(|error| error.at(seq))
}

fn fields(row: &Row<'_>, seq: Seq) -> Result<Entry, StoreError> {
    let (at_ms, checksum) = (number(row, 1)?, number(row, 2)?);
    let length: i64 = row.get(3)?;
    if length > PAYLOAD_BYTES_MAX {
        return Err(StoreError::Damaged(None, Fault::Checksum));
    }
    let payload = row.get_ref(4)?.as_blob().map_err(rusqlite::Error::from)?;
    if u64::from(crc::of_entry(seq, at_ms, payload)) != checksum {
        return Err(StoreError::Damaged(None, Fault::Checksum));
    }
    Ok(Entry { seq, at_ms, payload: payload.into() })
}

fn number(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    from_sql(column, row.get(column)?)
}
