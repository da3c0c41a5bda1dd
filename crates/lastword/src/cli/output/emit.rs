//! Puts results on standard output in the format that was asked for. It does not make them.

use std::io::{self, Write};

use serde::Serialize;

use crate::cli::arguments::Format;

/// Prints results in one format.
#[derive(Clone, Copy, Debug)]
pub struct Emitter {
    format: Format,
}

impl Emitter {
    /// For that format.
    #[must_use]
    pub const fn new(format: Format) -> Self {
        Self { format }
    }

    /// Prints a list: its text, its items as an array or one a line, or its names. Only what is asked
    /// for is made.
    ///
    /// # Errors
    /// When standard output can't be written; that nobody reads it any more is no error.
    pub fn list<T: Serialize>(
        self,
        text: impl FnOnce() -> String,
        items: impl FnOnce() -> Vec<T>,
        names: impl FnOnce() -> Vec<String>,
    ) -> anyhow::Result<()> {
        match self.format {
            Format::Text => print(&text()),
            Format::Json => print(&(serde_json::to_string_pretty(&items())? + "\n")),
            Format::Jsonl => {
                let mut lines = String::new();
                for item in items() {
                    lines += &serde_json::to_string(&item)?;
                    lines.push('\n');
                }
                print(&lines)
            }
            Format::Name => print(&names().into_iter().map(|name| name + "\n").collect::<String>()),
        }
    }

    /// Prints one document.
    ///
    /// # Errors
    /// As [`Emitter::list`].
    pub fn one<T: Serialize>(
        self,
        text: impl FnOnce() -> String,
        document: &T,
        name: impl FnOnce() -> String,
    ) -> anyhow::Result<()> {
        match self.format {
            Format::Text => print(&text()),
            Format::Json => print(&(serde_json::to_string_pretty(document)? + "\n")),
            Format::Jsonl => print(&(serde_json::to_string(document)? + "\n")),
            Format::Name => print(&(name() + "\n")),
        }
    }

    /// Prints one item of a list that has no end.
    ///
    /// # Errors
    /// As [`Emitter::list`].
    pub fn stream<T: Serialize>(
        self,
        text: impl FnOnce() -> String,
        item: &T,
        names: impl FnOnce() -> Vec<String>,
    ) -> anyhow::Result<()> {
        match self.format {
            Format::Text => print(&text()),
            Format::Json | Format::Jsonl => print(&(serde_json::to_string(item)? + "\n")),
            Format::Name => print(&names().into_iter().map(|name| name + "\n").collect::<String>()),
        }
    }
}

/// Writes to standard output.
///
/// # Errors
/// When that can't be written; that nobody reads it any more is no error.
pub fn print(text: &str) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(anyhow::Error::from(error).context("can't write the result"))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Text of others, made harmless for a terminal: reasons and causes may hold anything.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c }).collect()
}
