//! The data folder: made, locked for this process and closed to other users.
//! It opens no database.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::place::Place;
use crate::{Damage, Fault, OpenError, inspect, store};

const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;
/// More than a process number ever takes.
const PID_BYTES_MAX: u64 = 20;

/// A folder that belongs to this process as long as this lives.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    /// The database in it.
    pub(super) database: Place,
    lock: File,
}

impl Folder {
    /// Makes the folder if need be, takes its lock and makes the database file ready to be opened.
    pub(super) fn take(path: &Path) -> Result<Self, OpenError> {
        let path = make(path)?;
        let lock = lock(&path)?;
        refuse_orphaned_log(&path)?;
        refuse_damaged_log(&path)?;
        private_database(&store::file(&path))?;
        File::open(&path)
            .and_then(|folder| folder.sync_all())
            .map_err(failed("flush folder", &path))?;
        let file = store::file(&path);
        let database = Place::of(file.clone()).map_err(failed("find", &file))?;
        Ok(Self { path, database, lock })
    }
}

/// Closing the file is not enough: a child process that is being started has a copy of it for a moment.
impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = self.lock.unlock() {
            tracing::debug!(%error, "the journal's lock can't be released early");
        }
    }
}

/// Only a folder made here gets its mode; one that someone made on purpose keeps theirs.
fn make(path: &Path) -> Result<PathBuf, OpenError> {
    if !path.is_dir() {
        DirBuilder::new()
            .recursive(true)
            .mode(FOLDER_MODE)
            .create(path)
            .map_err(failed("make folder", path))?;
    }
    let path = path.canonicalize().map_err(failed("find folder", path))?;
    if let Some(parent) = path.parent()
        && let Ok(parent) = File::open(parent)
        && let Err(error) = parent.sync_all()
    {
        tracing::debug!(%error, "the parent of the journal's folder can't be flushed");
    }
    Ok(path)
}

fn lock(folder: &Path) -> Result<File, OpenError> {
    let path = folder.join("journal.lock");
    let mut lock = private_file(&path)?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            return Err(OpenError::InUse { folder: folder.to_owned(), pid: holder(&mut lock) });
        }
        Err(TryLockError::Error(source)) => return Err(failed("lock", &path)(source)),
    }
    // The number only helps people, so a full disk must not keep the journal from being opened.
    if let Err(error) = sign(&mut lock) {
        tracing::debug!(%error, "the journal's lock can't be signed");
    }
    Ok(lock)
}

fn sign(lock: &mut File) -> io::Result<()> {
    lock.set_len(0)?;
    lock.rewind()?;
    write!(lock, "{}", std::process::id())
}

fn holder(lock: &mut File) -> Option<u32> {
    let mut text = String::new();
    lock.take(PID_BYTES_MAX).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

/// SQLite deletes the write-ahead log of an empty database, and with it what it holds.
fn refuse_orphaned_log(folder: &Path) -> Result<(), OpenError> {
    if !store::has_orphaned_log(folder) {
        return Ok(());
    }
    let fault = Fault::Database(store::ORPHANED.to_owned());
    Err(Damage { folder: folder.to_owned(), seq: None, fault, readable: false }.into())
}

/// SQLite takes a log for whole that is damaged in the middle, and writes over the rest.
fn refuse_damaged_log(folder: &Path) -> Result<(), OpenError> {
    let path = store::log(folder);
    let Some(fault) = store::log_fault(folder).map_err(failed("read", &path))? else {
        return Ok(());
    };
    let readable = inspect::has_readable(folder);
    Err(Damage { folder: folder.to_owned(), seq: None, fault, readable }.into())
}

/// A database that is there is not opened here: closing it would release the locks that an
/// inspection in this very process holds.
fn private_database(path: &Path) -> Result<(), OpenError> {
    if path.exists() {
        let mode = Permissions::from_mode(FILE_MODE);
        return fs::set_permissions(path, mode).map_err(failed("set the mode of", path));
    }
    private_file(path).map(drop)
}

/// Opens the file, made if need be, for this user only. SQLite gives its side files the same mode.
fn private_file(path: &Path) -> Result<File, OpenError> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(FILE_MODE)
        .open(path)
        .map_err(failed("open", path))?;
    file.set_permissions(Permissions::from_mode(FILE_MODE))
        .map_err(failed("set the mode of", path))?;
    Ok(file)
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> OpenError {
    let path = path.to_owned();
    move |source| OpenError::Folder { action, path, source }
}
