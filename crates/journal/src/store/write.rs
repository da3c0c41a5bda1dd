//! Changes the database, one transaction a call, and tells at which step one failed.
//! It keeps no state between calls.

use std::sync::Arc;

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::{State, StoreError, state, to_sql};
use crate::{Appended, Entry, RequestId, Seq, crc};

/// A chunk of trimming ends after this many entries ...
const TRIM_ENTRIES: u64 = 512;
/// ... or once it freed this much, whichever is first.
const TRIM_BYTES: u64 = 8 << 20;

/// The size of the entry that tells whether there is room.
const PROBE_BYTES: usize = 4 << 10;

/// One request, ready to be written.
pub(crate) struct Batch<'a> {
    pub(crate) id: RequestId,
    pub(crate) at_ms: u64,
    pub(crate) payloads: &'a [Arc<[u8]>],
}

/// What a transaction wrote.
pub(crate) struct Written {
    pub(crate) state: State,
    /// One for each batch, in order.
    pub(crate) answers: Vec<Appended>,
    pub(crate) entries: Vec<Entry>,
}

/// How far a transaction got.
#[derive(Debug)]
pub(crate) enum WriteError {
    /// No trace of it can ever be seen.
    Undone(rusqlite::Error),
    /// It failed while it was committed: a crash now may bring it back.
    Unsettled(rusqlite::Error),
}

impl From<rusqlite::Error> for WriteError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Undone(error)
    }
}

/// Appends the batches in one transaction and forgets the requests before position `forget`. Times
/// below those of earlier entries are raised to them.
pub(crate) fn append(
    connection: &mut Connection,
    mut state: State,
    batches: &[Batch<'_>],
    forget: Seq,
) -> Result<Written, WriteError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut answers = Vec::with_capacity(batches.len());
    let mut entries = Vec::new();
    for batch in batches {
        state.at_ms = state.at_ms.max(batch.at_ms);
        let first = state.head + 1;
        for payload in batch.payloads {
            state.head += 1;
            let (seq, at_ms) = (state.head, state.at_ms);
            let entry = Entry { seq, at_ms, payload: Arc::clone(payload) };
            insert(&transaction, &entry)?;
            entries.push(entry);
        }
        let answer = Appended { first, last: state.head, at_ms: state.at_ms };
        remember(&transaction, batch.id, answer)?;
        answers.push(answer);
    }
    transaction
        .prepare_cached("DELETE FROM request WHERE first < ?1")?
        .execute([to_sql(forget)])?;
    transaction
        .prepare_cached("UPDATE state SET head = ?1, at_ms = ?2")?
        .execute([to_sql(state.head), to_sql(state.at_ms)])?;
    commit(transaction)?;
    Ok(Written { state, answers, entries })
}

/// Deletes a bounded number of the entries below `before`, which is at most one past the head.
pub(crate) fn trim_some(
    connection: &mut Connection,
    mut state: State,
    before: Seq,
) -> Result<State, WriteError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    state.oldest = chunk_end(&transaction, state.oldest, before)?;
    transaction
        .prepare_cached("DELETE FROM entry WHERE seq < ?1")?
        .execute([to_sql(state.oldest)])?;
    transaction.prepare_cached("UPDATE state SET oldest = ?1")?.execute([to_sql(state.oldest)])?;
    commit(transaction)?;
    Ok(state)
}

/// Commits an entry of a usual size together with its deletion: it needs the room that an append needs
/// and leaves nothing to read.
pub(crate) fn probe(connection: &mut Connection, state: State) -> Result<(), WriteError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (seq, at_ms) = (state.head + 1, state.at_ms);
    insert(&transaction, &Entry { seq, at_ms, payload: vec![0; PROBE_BYTES].into() })?;
    transaction.prepare_cached("DELETE FROM entry WHERE seq = ?1")?.execute([to_sql(seq)])?;
    transaction.prepare_cached("UPDATE state SET mended = mended + 1")?.execute([])?;
    commit(transaction)
}

/// Commits something. In the write-ahead log it takes the place of a commit that failed half-way,
/// so that what is seen afterwards is final. The counter makes it a change.
pub(crate) fn mend(connection: &mut Connection) -> Result<(), StoreError> {
    state(connection)?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute("UPDATE state SET mended = mended + 1", [])?;
    Ok(transaction.commit()?)
}

/// A full disk keeps the commit mark, which is written last, from being written. Any other failure
/// of a commit leaves open what reached the disk.
fn commit(transaction: Transaction<'_>) -> Result<(), WriteError> {
    transaction.commit().map_err(|error| {
        if super::is_full(&error) {
            WriteError::Undone(error)
        } else {
            WriteError::Unsettled(error)
        }
    })
}

fn insert(transaction: &Transaction<'_>, entry: &Entry) -> rusqlite::Result<()> {
    let checksum = crc::of_entry(entry.seq, entry.at_ms, &entry.payload);
    transaction
        .prepare_cached("INSERT INTO entry (seq, at_ms, crc, payload) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![to_sql(entry.seq), to_sql(entry.at_ms), checksum, &*entry.payload])?;
    Ok(())
}

fn remember(
    transaction: &Transaction<'_>,
    id: RequestId,
    answer: Appended,
) -> rusqlite::Result<()> {
    let (first, last, at_ms) = (to_sql(answer.first), to_sql(answer.last), to_sql(answer.at_ms));
    transaction
        .prepare_cached("INSERT INTO request (first, last, at_ms, id) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![first, last, at_ms, id.0])?;
    Ok(())
}

fn chunk_end(transaction: &Transaction<'_>, oldest: Seq, before: Seq) -> rusqlite::Result<Seq> {
    let end = before.min(oldest.saturating_add(TRIM_ENTRIES));
    let mut statement = transaction.prepare_cached(
        "SELECT seq, length(payload) FROM entry WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq",
    )?;
    let mut rows = statement.query([to_sql(oldest), to_sql(end.saturating_sub(1))])?;
    let mut freed = 0;
    while let Some(row) = rows.next()? {
        freed += super::from_sql(1, row.get(1)?)?;
        if freed >= TRIM_BYTES {
            return Ok(super::from_sql(0, row.get(0)?)? + 1);
        }
    }
    Ok(end)
}
