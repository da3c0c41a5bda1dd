//! A file of another program with its name and, for messages, the places in it. It opens nothing.

use std::fmt;
use std::sync::Arc;

use thiserror::Error;
use zeroize::Zeroizing;

/// All files of an import together are at most this long, in bytes.
pub const SOURCES_MAX_BYTES: usize = 256 << 20;

/// A file that was read; wiped when dropped, because it may hold passwords.
pub struct Source {
    /// The path as it was given.
    pub name: Arc<str>,
    /// What is in it.
    pub text: Zeroizing<String>,
}

impl Source {
    /// A line of it, counted from 1.
    #[must_use]
    pub fn line(&self, line: usize) -> Place {
        Place { file: Arc::clone(&self.name), line: Some(line) }
    }

    /// The file as a whole.
    #[must_use]
    pub fn whole(&self) -> Place {
        Place { file: Arc::clone(&self.name), line: None }
    }

    /// A line of it, where that is known.
    #[must_use]
    pub fn at(&self, line: Option<usize>) -> Place {
        Place { line, ..self.whole() }
    }
}

/// Where something was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The path as it was given.
    pub file: Arc<str>,
    /// Counted from 1; none where the form of the file does not tell.
    pub line: Option<usize>,
}

impl Place {
    /// That nothing can be made of the file because of this.
    #[must_use]
    pub fn wrong(&self, message: impl Into<String>) -> SourceError {
        SourceError { place: self.clone(), message: message.into() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}", self.file),
            None => f.write_str(&self.file),
        }
    }
}

/// Why nothing can be made of a file. The message holds no text that may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{place}: {message}")]
pub struct SourceError {
    /// Where it was found.
    pub place: Place,
    /// What is wrong, in lower case.
    pub message: String,
}

/// Quotes a piece of a file for a message: control characters escaped, long texts cut.
pub(super) fn quoted(text: &str) -> String {
    const SHOWN_MAX_CHARS: usize = 64;
    let shown: String = text.chars().take(SHOWN_MAX_CHARS).flat_map(char::escape_debug).collect();
    let more = if text.chars().nth(SHOWN_MAX_CHARS).is_some() { "…" } else { "" };
    format!("\"{shown}{more}\"")
}
