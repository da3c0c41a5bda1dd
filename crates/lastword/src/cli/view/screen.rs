//! The terminal's second screen: opened, drawn on, and put back as it was, whatever happens. It does not know what is
//! drawn.

use std::fmt::Write as _;
use std::io::{self, Write};

use anyhow::Context as _;
use terminal_size::{Height, Width};

/// What is assumed where the terminal does not tell.
const USUAL: (usize, usize) = (80, 24);
/// To the second screen, without a cursor and without wrapping.
const OPEN: &str = "\x1b[?1049h\x1b[?25l\x1b[?7l";
/// Back again.
const CLOSE: &str = "\x1b[?7h\x1b[?25h\x1b[?1049l";

/// The second screen, until it is dropped.
#[derive(Debug)]
pub struct Screen(());

impl Screen {
    /// Opens it.
    ///
    /// # Errors
    /// When the terminal can't be written.
    pub fn open() -> anyhow::Result<Self> {
        out(OPEN)?;
        Ok(Self(()))
    }

    /// Columns and lines.
    #[must_use]
    pub fn size(&self) -> (usize, usize) {
        terminal_size::terminal_size()
            .map_or(USUAL, |(Width(columns), Height(rows))| (columns.into(), rows.into()))
    }

    /// Draws these lines in place of what is there.
    ///
    /// # Errors
    /// When the terminal can't be written.
    pub fn write(&self, lines: &[String]) -> anyhow::Result<()> {
        let mut text = String::from("\x1b[H");
        for (place, line) in lines.iter().enumerate() {
            let _ = write!(text, "{}{line}\x1b[K", if place == 0 { "" } else { "\r\n" });
        }
        out(&(text + "\x1b[J"))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // there is no terminal to put back when it can't be written
        let _ = out(CLOSE);
    }
}

fn out(text: &str) -> anyhow::Result<()> {
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .context("can't draw on the terminal")
}
