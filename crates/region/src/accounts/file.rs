//! Private files that are there as a whole or not at all.
//! It does not know what is in them, apart from the list of tokens.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{AccountsError, Entry};

/// The largest file of tokens, in bytes.
const BYTES_MAX: u64 = 64 << 20;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    tokens: Vec<Entry>,
}

/// The tokens in that file; none if there is no file.
pub(super) fn load(path: &Path) -> Result<Option<Vec<Entry>>, AccountsError> {
    let failed = |source| AccountsError::File { action: "read", path: path.to_owned(), source };
    let garbled = |reason| AccountsError::Garbled { path: path.to_owned(), reason };
    let size = match fs::metadata(path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    if size > BYTES_MAX {
        return Err(garbled(format!("it has more than {BYTES_MAX} bytes")));
    }
    let bytes = fs::read(path).map_err(failed)?;
    let document: Document =
        serde_json::from_slice(&bytes).map_err(|error| garbled(error.to_string()))?;
    if document.version != 1 {
        return Err(garbled(format!("it has version {}, not 1", document.version)));
    }
    Ok(Some(document.tokens))
}

pub(super) fn store(path: &Path, tokens: &[Entry]) -> Result<(), AccountsError> {
    let document = Document { version: 1, tokens: tokens.to_vec() };
    let bytes = serde_json::to_vec_pretty(&document).expect("entries have string keys only");
    write_private(path, &bytes)
}

/// Writes a file that only its owner may read, in place of the one that may be there.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> Result<(), AccountsError> {
    let failed = |source| AccountsError::File { action: "write", path: path.to_owned(), source };
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(folder).map_err(failed)?;
    let new = path.with_extension("new");
    match fs::remove_file(&new) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(error)),
        Ok(()) | Err(_) => {}
    }
    let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&new).and_then(
        |mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        },
    );
    written.map_err(failed)?;
    fs::rename(&new, path).map_err(failed)?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
}
