//! Which file the journal is, so that one that was moved, deleted or replaced while it is open is noticed.
//! It opens nothing.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// The path of a file together with what the system knows it by.
#[derive(Debug, Clone)]
pub(super) struct Place {
    file: PathBuf,
    device_and_inode: (u64, u64),
}

impl Place {
    pub(super) fn of(file: PathBuf) -> io::Result<Self> {
        let device_and_inode = identity(&file)?;
        Ok(Self { file, device_and_inode })
    }

    /// Whether the path still leads to that file; if not, why and what to do.
    pub(super) fn check(&self) -> Result<(), String> {
        let shown = self.file.display();
        match identity(&self.file) {
            Ok(found) if found == self.device_and_inode => Ok(()),
            Ok(_) => Err(format!(
                "{shown} is another file than the one that was opened; stop the service, put the right \
                 folder in its place and start again"
            )),
            Err(error) => Err(format!(
                "{shown} is not where it was opened ({error}); put it back, or stop the service"
            )),
        }
    }
}

fn identity(file: &Path) -> io::Result<(u64, u64)> {
    let found = fs::metadata(file)?;
    Ok((found.dev(), found.ino()))
}
