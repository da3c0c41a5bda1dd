//! Why a text was refused, and where. It does not show the text: callers print it with a caret
//! under the column.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use crate::name::{NAME_BYTES_MAX, NUMBERS_MAX};
use crate::number::DIGITS_MAX;
use crate::parse::TEXT_BYTES_MAX;

/// A refused node set or name: the place and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    column: usize,
    kind: ErrorKind,
    name: Option<Box<str>>,
}

/// The reason of a [`ParseError`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// The text does not follow the grammar.
    Syntax(Syntax),
    /// The name after `@` is no known group.
    UnknownGroup {
        /// The text after `@`, brackets expanded.
        name: String,
    },
    /// A group or wildcard in a text that may hold plain names only ([`crate::NodeSet::parse`]).
    NoGroups,
    /// An operand or result has more names than allowed; found before the names are made.
    TooMany {
        /// The most names allowed here.
        limit: usize,
    },
    /// The text names few nodes in the end but takes too many steps to evaluate.
    TooCostly {
        /// The most names the whole evaluation may visit.
        steps_max: usize,
    },
    /// More wildcard patterns than one expression may hold.
    TooManyWildcards {
        /// The most wildcard patterns, brackets expanded.
        limit: usize,
    },
    /// The text is longer than [`TEXT_BYTES_MAX`].
    TextTooLong,
    /// A name is longer than [`NAME_BYTES_MAX`].
    NameTooLong,
    /// A name holds more than [`NUMBERS_MAX`] numbers.
    TooManyNumbers,
    /// A number has more than [`DIGITS_MAX`] digits.
    NumberTooLong,
}

/// How a text breaks the grammar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Syntax {
    /// A name that is empty.
    EmptyName,
    /// An operator (`,` `!` `&` `^`) without a node set before or after it.
    MissingOperand,
    /// A character that no node name has.
    BadCharacter(char),
    /// `[` without `]`.
    MissingBracket,
    /// `]` without `[`.
    IllegalClosing,
    /// Two brackets with nothing but digits between them.
    IllegalReopening,
    /// Nothing between two commas of a bracket, or in a bracket.
    EmptyRange,
    /// Something other than a number, a range or a range with a step in a bracket.
    BadNumber,
    /// The ends of a range with leading zeros are not equally long, as in `[01-2]`.
    PaddingMismatch,
    /// A range whose end is below its start.
    BackwardRange,
    /// A step of zero, or that is no number.
    BadStep,
    /// A step on a single number.
    StepWithoutRange,
    /// A step in a bracket followed by digits, as in `n[1-9/2]0`.
    StepBeforeDigits,
    /// Digits before a range that grows longer, as in `n1[9-10]`: read as `n[19-110]` by some.
    DigitsBeforeRange,
}

/// A reason and the byte offset it was found at.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) at: usize,
    pub(crate) kind: ErrorKind,
}

impl Fault {
    pub(crate) fn new(at: usize, kind: ErrorKind) -> Self {
        Self { at, kind }
    }

    pub(crate) fn syntax(at: usize, syntax: Syntax) -> Self {
        Self::new(at, ErrorKind::Syntax(syntax))
    }

    /// Turns the byte offset into a column of `text`.
    pub(crate) fn within(self, text: &str) -> ParseError {
        let column = text.char_indices().take_while(|&(start, _)| start < self.at).count() + 1;
        ParseError { column, kind: self.kind, name: None }
    }
}

impl ParseError {
    /// Where the text is wrong: the character's place in it, from 1.
    #[must_use]
    pub fn column(&self) -> usize {
        self.column
    }

    /// Why the text is refused.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The refused name, shortened to [`NAME_BYTES_MAX`], when one of many names was refused
    /// ([`crate::NodeSet::from_names`]); the column counts within it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    pub(crate) fn naming(mut self, name: &str) -> Self {
        let end = name.floor_char_boundary(NAME_BYTES_MAX);
        self.name = Some(name[..end].into());
        self
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            write!(f, "node name {name:?}: ")?;
        }
        write!(f, "column {}: {}", self.column, self.kind)
    }
}

impl core::error::Error for ParseError {}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(syntax) => syntax.fmt(f),
            Self::UnknownGroup { name } => write!(f, "unknown group @{name}"),
            Self::NoGroups => f.write_str("groups and wildcards are not accepted here"),
            Self::TooMany { limit } => write!(f, "more than {limit} node names"),
            Self::TooCostly { steps_max } => {
                write!(f, "evaluating the node set visits more than {steps_max} names")
            }
            Self::TooManyWildcards { limit } => write!(f, "more than {limit} wildcard patterns"),
            Self::TextTooLong => write!(f, "node set text of more than {TEXT_BYTES_MAX} bytes"),
            Self::NameTooLong => write!(f, "node name of more than {NAME_BYTES_MAX} bytes"),
            Self::TooManyNumbers => write!(f, "node name with more than {NUMBERS_MAX} numbers"),
            Self::NumberTooLong => write!(f, "number of more than {DIGITS_MAX} digits"),
        }
    }
}

impl fmt::Display for Syntax {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EmptyName => "empty node name",
            Self::MissingOperand => "missing node set before or after an operator",
            Self::BadCharacter(found) => {
                return write!(f, "character {found:?} does not belong in a node name");
            }
            Self::MissingBracket => "missing closing bracket",
            Self::IllegalClosing => "closing bracket without an opening one",
            Self::IllegalReopening => "bracket directly after a bracket",
            Self::EmptyRange => "empty range in brackets",
            Self::BadNumber => "expected a number or a range like 1-9 or 1-9/2 in brackets",
            Self::PaddingMismatch => "ends of a zero-padded range are not equally long",
            Self::BackwardRange => "end of the range is below its start",
            Self::BadStep => "step of the range is not a number above zero",
            Self::StepWithoutRange => "step on a single number",
            Self::StepBeforeDigits => "digits after brackets that hold a step",
            Self::DigitsBeforeRange => {
                "digits before brackets whose range changes length are ambiguous"
            }
        })
    }
}
