//! Tells whether a journal is what was written to it, and if not, where it is not.
//! It repairs nothing: SQLite undoes what a crash left, and damage needs a person.

use std::fmt;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::Opened;
use super::walk::{Found, Walk};
use crate::error::way_out;
use crate::{Fault, InspectError, Seq, store};

/// Problems beyond this many are counted but not listed.
const PROBLEMS_MAX: usize = 100;
/// How many complaints to ask SQLite for.
const COMPLAINTS_MAX: i64 = 20;

/// What a journal looks like from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The journal's folder.
    pub folder: PathBuf,
    /// The format of its file.
    pub format: u32,
    /// How many entries are as they were written.
    pub entries: u64,
    /// Sum of their payloads, in bytes.
    pub payload_bytes: u64,
    /// Position of the first sound entry, 0 if there is none.
    pub first: Seq,
    /// Position of the last sound entry, 0 if there is none.
    pub last: Seq,
    /// The first 100 things that are wrong, those about entries in order of position.
    pub problems: Vec<Problem>,
    /// How many things are wrong.
    pub problem_count: u64,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The positions it is about, or none if it is about the file as a whole.
    pub entries: Option<RangeInclusive<Seq>>,
    /// What is wrong with them.
    pub fault: Fault,
}

/// Reads the whole journal and verifies the database, each checksum and that no position is missing.
/// The journal may be in use.
///
/// # Errors
/// [`InspectError`] if it can't even be opened; damage inside is in the [`Report`].
pub fn check(folder: impl AsRef<Path>) -> Result<Report, InspectError> {
    let folder = folder.as_ref();
    let Opened { connection, log } = super::open(folder)?;
    let mut report = Report::new(folder);
    if let Some(fault) = log {
        report.add(None, fault);
    }
    report.look_at_database(&connection);
    report.look_at_length(&connection);
    if let Err(error) = store::state(&connection) {
        report.add(None, Fault::Database(error.into_reason()));
    }
    let mut before_ms = 0;
    for found in Walk::new(&connection, 0) {
        match found {
            Found::Entry(entry) => {
                if entry.at_ms < before_ms {
                    report.add(Some(entry.seq..=entry.seq), Fault::Backwards);
                }
                before_ms = entry.at_ms;
                report.count(entry.seq, entry.payload.len());
            }
            Found::Lost(range, fault) => report.add(Some(range), fault),
        }
    }
    Ok(report)
}

impl Report {
    fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            format: store::FORMAT,
            entries: 0,
            payload_bytes: 0,
            first: 0,
            last: 0,
            problems: Vec::new(),
            problem_count: 0,
        }
    }

    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.problem_count == 0
    }

    /// The first position that is known to be wrong.
    pub fn first_bad(&self) -> Option<Seq> {
        self.problems.iter().find_map(|problem| Some(*problem.entries.as_ref()?.start()))
    }

    fn look_at_database(&mut self, connection: &Connection) {
        let complaints = connection.pragma(None, "integrity_check", COMPLAINTS_MAX, |row| {
            let words: String = row.get(0)?;
            if words != "ok" {
                self.add(None, Fault::Database(words));
            }
            Ok(())
        });
        if let Err(error) = complaints {
            self.add(None, Fault::Database(error.to_string()));
        }
    }

    /// SQLite passes over what is missing of the last page.
    fn look_at_length(&mut self, connection: &Connection) {
        let page = connection.pragma_query_value(None, "page_size", |row| row.get::<_, u32>(0));
        let length = connection.path().and_then(|path| std::fs::metadata(path).ok());
        if let (Ok(page), Some(length)) = (page, length.map(|it| it.len()))
            && length.checked_rem(page.into()).is_some_and(|rest| rest > 0)
        {
            let words = format!("the file has {length} bytes: it ends within a page of {page}");
            self.add(None, Fault::Database(words));
        }
    }

    fn count(&mut self, seq: Seq, bytes: usize) {
        self.entries += 1;
        self.payload_bytes += u64::try_from(bytes).unwrap_or(u64::MAX);
        self.first = if self.first == 0 { seq } else { self.first };
        self.last = seq;
    }

    /// Neighbours with the same fault are one problem, and so is what is wrong with the file.
    fn add(&mut self, entries: Option<RangeInclusive<Seq>>, fault: Fault) {
        if let (Some(new), Some(last)) = (&entries, self.problems.last_mut())
            && last.fault == fault
            && let Some(range) = &mut last.entries
            && *range.end() + 1 == *new.start()
        {
            *range = *range.start()..=*new.end();
            return;
        }
        if entries.is_none() && self.problems.iter().any(|known| known.fault == fault) {
            return;
        }
        self.problem_count += 1;
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(Problem { entries, fault });
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let folder = self.folder.display();
        let Self { entries, first, last, .. } = self;
        if self.is_sound() {
            let bytes = self.payload_bytes;
            return write!(
                f,
                "{folder}: sound, {entries} entries ({first} to {last}), {bytes} bytes"
            );
        }
        writeln!(f, "{folder}: damaged, {entries} entries are sound ({first} to {last})")?;
        for problem in &self.problems {
            writeln!(f, "  {problem}")?;
        }
        let unlisted = self.problem_count - u64::try_from(self.problems.len()).unwrap_or(0);
        if unlisted > 0 {
            writeln!(f, "  and {unlisted} more")?;
        }
        write!(f, "what to do: {}", way_out(*entries > 0))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.entries {
            None => write!(f, "database: {}", self.fault),
            Some(one) if one.start() == one.end() => {
                write!(f, "entry {}: {}", one.start(), self.fault)
            }
            Some(range) => {
                write!(f, "entries {} to {}: {}", range.start(), range.end(), self.fault)
            }
        }
    }
}
