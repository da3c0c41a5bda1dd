//! Looks at a journal from outside, open elsewhere or not, sound or not: `check` tells what is wrong,
//! `export` saves what is readable. Neither changes an entry or repairs anything.

mod check;
mod export;
mod walk;

use std::fs;
use std::io;
use std::path::Path;

use rusqlite::Connection;

pub use check::{Problem, Report, check};
pub use export::{Exported, export};

use self::walk::{Found, Walk};
use crate::store::{self, Format, StoreError};
use crate::{Fault, InspectError};

/// A journal of a known format, opened to look at it.
struct Opened {
    connection: Connection,
    /// What is wrong with its write-ahead log.
    log: Option<Fault>,
}

/// Whether there is anything in the journal's place, whatever it is. A start that was cut short may leave
/// an empty file there, and so may a lost one.
#[must_use]
pub fn is_there(folder: impl AsRef<Path>) -> bool {
    match fs::metadata(store::file(folder.as_ref())) {
        Ok(found) => found.len() > 0,
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

/// Whether an export would save anything.
pub(crate) fn has_readable(folder: &Path) -> bool {
    let Ok(opened) = open(folder) else { return false };
    Walk::new(&opened.connection, 0).any(|found| matches!(found, Found::Entry(_)))
}

fn open(folder: &Path) -> Result<Opened, InspectError> {
    look_for(folder)?;
    let log = store::log_fault(folder).map_err(|error| {
        let reason = format!("{}: {error}", store::log(folder).display());
        InspectError::Unreadable { folder: folder.to_owned(), reason }
    })?;
    let connection = store::reader(folder).map_err(|error| unopened(folder, error.into()))?;
    let format = store::format(&connection).map_err(|error| unopened(folder, error))?;
    let file = store::file(folder);
    match (format, log) {
        (Format::Known, log) => Ok(Opened { connection, log }),
        (_, Some(fault)) => Err(InspectError::Ruined { folder: folder.to_owned(), fault }),
        (Format::Newer(found), None) => {
            Err(InspectError::Newer { file, found, known: store::FORMAT })
        }
        (Format::Foreign, None) => Err(InspectError::NotAJournal { file }),
    }
}

/// Tells a file that is not there from one that can't be looked at, or has nothing in it.
fn look_for(folder: &Path) -> Result<(), InspectError> {
    let (file, folder) = (store::file(folder), folder.to_owned());
    let size = match fs::metadata(&file) {
        Ok(found) if !found.is_file() => return Err(InspectError::NotAJournal { file }),
        Ok(found) => Some(found.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => {
            let reason = format!("{}: {error}", file.display());
            return Err(InspectError::Unreadable { folder, reason });
        }
    };
    match size {
        Some(1..) => Ok(()),
        Some(0) | None if store::has_orphaned_log(&folder) => {
            Err(InspectError::Ruined { folder, fault: Fault::Database(store::ORPHANED.to_owned()) })
        }
        Some(0) => Err(InspectError::Empty { file }),
        None => Err(InspectError::Missing { folder }),
    }
}

fn unopened(folder: &Path, error: StoreError) -> InspectError {
    let folder = folder.to_owned();
    match error {
        StoreError::Damaged(_, fault) => InspectError::Ruined { folder, fault },
        StoreError::Failed(reason) => InspectError::Unreadable { folder, reason },
    }
}
