//! The data folder of a house, before anything in it is opened. It does not know what is in the files.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use anyhow::Context as _;
use region::TOKENS_FILE;

/// Makes the data folder, readable by its owner only, if it is not there.
///
/// # Errors
/// When it can't be made.
pub fn make_private(folder: &Path) -> anyhow::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder
        .create(folder)
        .with_context(|| format!("can't make the data folder {}", folder.display()))
}

/// What to say of a data folder that was in use and whose journal is gone: the tokens are made after it.
#[must_use]
pub fn lost_journal(folder: &Path) -> Option<String> {
    let tokens = folder.join(TOKENS_FILE);
    if journal::is_there(folder) || !tokens.exists() {
        return None;
    }
    let (folder, tokens) = (folder.display(), tokens.display());
    Some(format!(
        "the journal {folder}/journal.db is gone or empty, but {tokens} tells that the folder was in use: \
         put a backup of the journal in its place; or, to begin with an empty one and a new admin token, \
         move {tokens} away"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_folder_that_was_in_use_misses_its_journal() {
        let dir = tempfile::tempdir().unwrap();
        let (tokens, journal) = (dir.path().join("tokens.json"), dir.path().join("journal.db"));
        assert_eq!(lost_journal(&dir.path().join("nowhere")), None);
        assert_eq!(lost_journal(dir.path()), None);
        fs::write(&journal, "").unwrap();
        fs::write(dir.path().join("admin.token"), "left by a first start").unwrap();
        assert_eq!(lost_journal(dir.path()), None);
        fs::write(&tokens, "{}").unwrap();
        let words = lost_journal(dir.path()).unwrap();
        assert!(words.contains(journal.to_str().unwrap()) && words.contains("backup"), "{words}");
        fs::remove_file(&journal).unwrap();
        assert_eq!(lost_journal(dir.path()), Some(words));
        fs::write(&journal, "something").unwrap();
        assert_eq!(lost_journal(dir.path()), None);
    }
}
