//! What was found wrong or doubtful in an inventory, with its place, ready to be printed. It does
//! not decide what is wrong, and holds no text that may be a secret.

use std::fmt;

use super::source::Place;

/// At most so many errors, and so many warnings, are kept; the rest are counted.
pub const FINDINGS_MAX: usize = 100;

/// One problem at one place of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file's path as it was given.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// What is wrong, in lower case, without the place.
    pub message: String,
    /// The line and a caret below it; empty when the line may hold a secret.
    pub excerpt: String,
    /// The other place, for things that were written twice.
    pub also: Option<Box<Finding>>,
}

impl Finding {
    pub(super) fn new(place: &Place<'_>, message: String) -> Self {
        let (line, column) = place.source.position(place.span.start);
        let excerpt = place.source.excerpt(place.span.clone());
        Self { file: place.source.name().to_owned(), line, column, message, excerpt, also: None }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        if !self.excerpt.is_empty() {
            write!(f, "\n{}", self.excerpt)?;
        }
        match &self.also {
            Some(other) => write!(f, "\n{other}"),
            None => Ok(()),
        }
    }
}

/// Several findings; shown one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// The findings in the order they were made, at most [`FINDINGS_MAX`].
    pub list: Vec<Finding>,
    /// How many more there were.
    pub more: usize,
}

impl Findings {
    /// Whether nothing was found.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Brings the findings into the order of the files, whatever order they were made in.
    pub(super) fn sort(&mut self) {
        self.list.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    }

    pub(super) fn add(&mut self, place: &Place<'_>, message: impl Into<String>) {
        self.push(|| Finding::new(place, message.into()));
    }

    pub(super) fn add_pair(
        &mut self,
        place: &Place<'_>,
        message: impl Into<String>,
        other: (&Place<'_>, &str),
    ) {
        self.push(|| {
            let also = Some(Box::new(Finding::new(other.0, other.1.to_owned())));
            Finding { also, ..Finding::new(place, message.into()) }
        });
    }

    fn push(&mut self, finding: impl FnOnce() -> Finding) {
        if self.list.len() < FINDINGS_MAX {
            self.list.push(finding());
        } else {
            self.more += 1;
        }
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, finding) in self.list.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{finding}")?;
        }
        match self.more {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

/// Errors, which refuse the inventory, and warnings, which don't.
#[derive(Debug, Default)]
pub(super) struct Report {
    pub(super) errors: Findings,
    pub(super) warnings: Findings,
}

/// Quotes a piece of the file for a message: control characters escaped, long texts cut.
pub(super) fn quoted(text: &str) -> String {
    const SHOWN_MAX_CHARS: usize = 64;
    let mut shown: String =
        text.chars().take(SHOWN_MAX_CHARS).flat_map(char::escape_debug).collect();
    if text.chars().nth(SHOWN_MAX_CHARS).is_some() {
        shown.push('…');
    }
    format!("\"{shown}\"")
}
