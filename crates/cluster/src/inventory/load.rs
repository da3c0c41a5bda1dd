//! Reads inventory files from the disk and leads them through all checks. It keeps no file open
//! and watches none.

use std::fs::{self, File};
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use thiserror::Error;
use zeroize::Zeroizing;

use super::build::build;
use super::file;
use super::finding::{Findings, Report};
use super::model::Inventory;
use super::source::Raw;

/// All files of an inventory together are at most this long, in bytes.
pub const INVENTORY_MAX_BYTES: usize = 64 << 20;
/// A folder may hold at most so many inventory files.
pub const FILES_MAX: usize = 4096;
/// The mode bit that lets everybody read a file.
const OTHERS_READ: u32 = 0o004;

/// Why there is no inventory.
#[derive(Debug, Error)]
pub enum LoadError {
    /// A file or folder can't be read.
    #[error("inventory {path}: {cause}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        cause: io::Error,
    },
    /// The folder has no file ending in `.toml`.
    #[error("inventory {path}: no file ending in .toml in this folder")]
    NoFiles {
        /// The folder.
        path: PathBuf,
    },
    /// More than [`FILES_MAX`] files, or than [`INVENTORY_MAX_BYTES`] in them.
    #[error("inventory {path}: more than {FILES_MAX} files or {INVENTORY_MAX_BYTES} bytes")]
    TooLarge {
        /// The file or folder at which the bound was passed.
        path: PathBuf,
    },
    /// A file isn't UTF-8.
    #[error("inventory {path}: not UTF-8")]
    NotText {
        /// The file.
        path: PathBuf,
    },
    /// What is written is wrong; all of it is told.
    #[error("{0}")]
    Invalid(Findings),
}

impl Inventory {
    /// Reads a TOML file, a JSON file (when its name ends in `.json`), or all files of a folder
    /// that end in `.toml` and don't start with a dot. It blocks.
    ///
    /// # Errors
    /// [`LoadError`] when something can't be read, or with everything that is wrong in the files.
    pub fn load(path: &Path) -> Result<Self, LoadError> {
        let mut left = INVENTORY_MAX_BYTES;
        let raws: Result<Vec<Raw>, _> =
            paths(path)?.into_iter().map(|path| read(path, &mut left)).collect();
        Self::from_raws(&raws?)
    }

    /// Reads one text as if it were the file `name`, which nobody else can read.
    ///
    /// # Errors
    /// [`LoadError::Invalid`] with everything that is wrong in the text.
    pub fn from_text(name: &str, text: &str) -> Result<Self, LoadError> {
        let text = Zeroizing::new(text.to_owned());
        Self::from_raws(&[raw(PathBuf::from(name), text, false)])
    }

    pub(super) fn from_raws(raws: &[Raw]) -> Result<Self, LoadError> {
        let mut report = Report::default();
        let mut files: Vec<_> =
            raws.iter().map(|raw| file::read(raw, &mut report.errors)).collect();
        let mut inventory = Self::default();
        // what a file that isn't understood defines would be missed in all others
        if files.iter().all(|(source, _)| source.is_understood()) {
            inventory = build(&mut files, &mut report);
        }
        if !report.errors.is_empty() {
            report.errors.sort();
            return Err(LoadError::Invalid(report.errors));
        }
        report.warnings.sort();
        Ok(Self { warnings: report.warnings, ..inventory })
    }
}

pub(super) fn raw(path: PathBuf, text: Zeroizing<String>, others_may_read: bool) -> Raw {
    let json = path.extension().is_some_and(|extension| extension == "json");
    let name = path.display().to_string();
    Raw { path, name, text, json, others_may_read }
}

fn paths(path: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let failed = |cause| LoadError::Io { path: path.to_path_buf(), cause };
    if !fs::metadata(path).map_err(failed)?.is_dir() {
        return Ok(vec![path.to_path_buf()]);
    }
    let entries: io::Result<Vec<_>> =
        fs::read_dir(path).map_err(failed)?.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = entries.map_err(failed)?;
    paths.retain(|path| {
        let hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        !hidden && path.extension().is_some_and(|extension| extension == "toml")
    });
    paths.sort();
    match paths.len() {
        0 => Err(LoadError::NoFiles { path: path.to_path_buf() }),
        1..=FILES_MAX => Ok(paths),
        _ => Err(LoadError::TooLarge { path: path.to_path_buf() }),
    }
}

fn read(path: PathBuf, left: &mut usize) -> Result<Raw, LoadError> {
    let (bytes, others_may_read) =
        read_bounded(&path, *left).map_err(|cause| LoadError::Io { path: path.clone(), cause })?;
    if bytes.len() > *left {
        return Err(LoadError::TooLarge { path });
    }
    *left -= bytes.len();
    match str::from_utf8(&bytes) {
        Ok(text) => Ok(raw(path, Zeroizing::new(text.to_owned()), others_may_read)),
        Err(_) => Err(LoadError::NotText { path }),
    }
}

/// Reads at most one byte more than `max`, and says whether everybody may read the file.
fn read_bounded(path: &Path, max: usize) -> io::Result<(Zeroizing<Vec<u8>>, bool)> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    let size = usize::try_from(metadata.len()).unwrap_or(max).min(max);
    // allocated once, so that no copy of a literal password is left behind by growing
    let mut bytes = Zeroizing::new(Vec::with_capacity(size + 1));
    file.take(max as u64 + 1).read_to_end(&mut bytes)?;
    Ok((bytes, metadata.is_file() && metadata.mode() & OTHERS_READ != 0))
}
