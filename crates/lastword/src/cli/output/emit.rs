//! Puts results on standard output in the format that was asked for. It does not make them.

use std::io::{self, Write};
use std::ops::ControlFlow;

use serde::Serialize;

use super::document::{json, json_line, yaml};
use super::table::{Layout, Row, csv, wide};
use crate::cli::arguments::{Format, RowFormat};

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
            Format::Json => print(&json(&items())?),
            Format::Jsonl => print(&items().iter().map(json_line).collect::<Result<String, _>>()?),
            Format::Yaml => print(&yaml(&items())?),
            Format::Name => print(&lines(names())),
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
            Format::Json => print(&json(document)?),
            Format::Jsonl => print(&json_line(document)?),
            Format::Yaml => print(&yaml(document)?),
            Format::Name => print(&(name() + "\n")),
        }
    }

    /// Prints one item of a list that has no end; breaks off when nobody reads it any more.
    ///
    /// # Errors
    /// As [`Emitter::list`].
    pub fn stream<T: Serialize>(
        self,
        text: impl FnOnce() -> String,
        item: &T,
        names: impl FnOnce() -> Vec<String>,
    ) -> anyhow::Result<ControlFlow<()>> {
        match self.format {
            Format::Text => write(&text()),
            Format::Json | Format::Jsonl => write(&json_line(item)?),
            Format::Yaml => write(&("---\n".to_owned() + &yaml(item)?)),
            Format::Name => write(&lines(names())),
        }
    }
}

/// Prints rows: as a list, or in columns.
///
/// # Errors
/// As [`Emitter::list`].
pub fn print_rows<R: Row>(
    format: RowFormat,
    text: impl FnOnce() -> String,
    rows: impl FnOnce() -> Vec<R>,
    names: impl FnOnce() -> Vec<String>,
) -> anyhow::Result<()> {
    match format {
        RowFormat::Plain(format) => Emitter::new(format).list(text, rows, names),
        RowFormat::Wide => print(&wide(&R::columns(Layout::Wide), &rows())),
        RowFormat::Csv => print(&csv(&R::columns(Layout::Csv), &rows())),
    }
}

/// Writes to standard output.
///
/// # Errors
/// When that can't be written; that nobody reads it any more is no error.
pub fn print(text: &str) -> anyhow::Result<()> {
    write(text).map(drop)
}

/// Writes to standard output, and tells whether anybody reads it.
fn write(text: &str) -> anyhow::Result<ControlFlow<()>> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(anyhow::Error::from(error).context("can't write the result"))
        }
        Err(_) => Ok(ControlFlow::Break(())),
        Ok(()) => Ok(ControlFlow::Continue(())),
    }
}

fn lines(names: Vec<String>) -> String {
    names.into_iter().map(|name| name + "\n").collect()
}

/// Text of others, made harmless for a terminal: reasons and causes may hold anything.
#[must_use]
pub fn plain(text: &str) -> String {
    text.chars().map(|c| if hidden(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// What is not to be seen itself: what a terminal obeys, what turns the direction of the text around it,
/// what looks like nothing, and what Unicode says is no character.
#[must_use]
pub fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{17b4}'..='\u{17b5}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{fffe}'..='\u{ffff}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e01ef}'
        )
}
