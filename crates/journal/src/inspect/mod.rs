//! Looks at a journal from outside, open elsewhere or not, sound or not: `check` tells what is wrong,
//! `export` saves what is readable. Neither changes an entry or repairs anything.

mod check;
mod export;
mod walk;

use std::path::Path;

use rusqlite::Connection;

pub use check::{Problem, Report, check};
pub use export::{Exported, export};

use crate::InspectError;
use crate::store::{self, Format};

/// Opens the database to look at it, if it is a journal of a known format.
fn open(folder: &Path) -> Result<Connection, InspectError> {
    let file = store::file(folder);
    if !file.exists() {
        return Err(InspectError::Missing { folder: folder.to_owned() });
    }
    let unreadable = |reason| InspectError::Unreadable { folder: folder.to_owned(), reason };
    let connection = store::reader(folder).map_err(|error| unreadable(error.to_string()))?;
    let format = store::format(&connection).map_err(|error| unreadable(error.into_reason()))?;
    match format {
        Format::Known => Ok(connection),
        Format::Newer(found) => {
            Err(unreadable(format!("it has format {found}, of a newer version")))
        }
        Format::Foreign => Err(unreadable("it is not a journal".to_owned())),
    }
}
