//! Reads one operand: a template of words and axes of numbers. It does not make its names.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

use super::budget::Budget;
use super::evaluate::{is_blank, operator};
use super::range::read_ranges;
use crate::collect::advance;
use crate::error::{ErrorKind, Fault, Syntax};
use crate::family::{fill, write_number};
use crate::name::{HOLE, NAME_BYTES_MAX, NUMBERS_MAX, digits_len, is_name_char};
use crate::number::Number;

/// What the texts of an operand are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Names of nodes.
    Nodes,
    /// Names of groups, the `@` taken off.
    Group,
    /// Patterns with `*` or `?`.
    Wildcard,
}

/// A template and, for each of its holes, the numbers that go there.
#[derive(Debug)]
pub(super) struct Operand {
    pub(super) kind: Kind,
    pub(super) template: String,
    pub(super) axes: Vec<Vec<Number>>,
}

impl Operand {
    pub(super) fn len(&self) -> usize {
        self.axes.iter().map(Vec::len).product()
    }

    /// Every combination as text.
    pub(super) fn texts(&self) -> impl Iterator<Item = String> + '_ {
        let mut row = vec![0; self.axes.len()];
        (0..self.len()).map(move |_| {
            let mut text = String::new();
            fill(&mut text, &self.template, |text, hole| {
                write_number(text, self.axes[hole][row[hole]])
            })
            .expect("writing to a string does not fail");
            advance(&mut row, &self.axes);
            text
        })
    }
}

/// How many bytes the operand at the start of `text` takes: up to a blank or an operator outside
/// of brackets.
pub(super) fn operand_len(text: &str) -> usize {
    let mut inside = false;
    let end = text.char_indices().find(|&(_, found)| {
        inside = (inside || found == '[') && found != ']';
        !inside && (is_blank(found) || operator(found).is_some())
    });
    end.map_or(text.len(), |(at, _)| at)
}

/// Reads the operand that `span` of `text` holds.
pub(super) fn read_operand(
    text: &str,
    span: Range<usize>,
    budget: &mut Budget,
) -> Result<Operand, Fault> {
    let group = text[span.clone()].starts_with('@');
    let start = span.start + usize::from(group);
    let kind = if group { Kind::Group } else { Kind::Nodes };
    let operand = Operand { kind, template: String::new(), axes: Vec::new() };
    let mut reader = Reader { text: &text[..span.end], start, at: start, budget, operand };
    while reader.at < span.end {
        reader.step()?;
    }
    reader.finish()
}

struct Reader<'a> {
    text: &'a str,
    start: usize,
    at: usize,
    budget: &'a mut Budget,
    operand: Operand,
}

impl Reader<'_> {
    /// Takes digits, a bracket with the digits around it, or one other character.
    fn step(&mut self) -> Result<(), Fault> {
        let digits = self.take_digits()?;
        let Some(found) = self.text[self.at..].chars().next() else {
            return self.push_axis(digits.into_iter().collect());
        };
        match (found, digits) {
            ('[', digits) => self.bracket(digits),
            (_, Some(number)) => self.push_axis(vec![number]),
            (']', None) => Err(Fault::syntax(self.at, Syntax::IllegalClosing)),
            (found, None) => self.word(found),
        }
    }

    fn take_digits(&mut self) -> Result<Option<Number>, Fault> {
        let rest = &self.text.as_bytes()[self.at..];
        let digits = &rest[..digits_len(rest)];
        if digits.is_empty() {
            return Ok(None);
        }
        let too_long = || Fault::new(self.at, ErrorKind::NumberTooLong);
        let number = Number::read(digits).ok_or_else(too_long)?;
        self.at += digits.len();
        Ok(Some(number))
    }

    fn word(&mut self, found: char) -> Result<(), Fault> {
        let operand = &mut self.operand;
        let accepted = match (operand.kind, found) {
            (Kind::Nodes | Kind::Wildcard, '*' | '?') => {
                operand.kind = Kind::Wildcard;
                true
            }
            // every group, or every group of a source
            (Kind::Group, '*') => {
                let alone = operand.template.is_empty() || operand.template.ends_with(':');
                alone && self.at + 1 == self.text.len()
            }
            (Kind::Group, ':') => true,
            (Kind::Nodes | Kind::Wildcard | Kind::Group, found) => is_name_char(found),
        };
        if !accepted {
            return Err(Fault::syntax(self.at, Syntax::BadCharacter(found)));
        }
        operand.template.push(found);
        self.at += found.len_utf8();
        Ok(())
    }

    /// Reads a bracket. Digits before and after it belong to its numbers: `n1[2-3]4` is `n124`
    /// and `n134`.
    fn bracket(&mut self, before: Option<Number>) -> Result<(), Fault> {
        let open = self.at;
        let (inside, rest) = self.text[open + 1..]
            .split_once(']')
            .ok_or_else(|| Fault::syntax(open, Syntax::MissingBracket))?;
        let limit = self.budget.names_max_of(self.operand.axes.len() + 1);
        let room = limit / self.operand.len();
        let too_many = ErrorKind::TooMany { limit };
        let mut numbers = read_ranges(inside, open + 1, room, too_many, self.budget)?;
        self.at = self.text.len() - rest.len();
        let after = self.take_digits()?;
        if after.is_some() && inside.contains('/') {
            return Err(Fault::syntax(self.at, Syntax::StepBeforeDigits));
        }
        if self.text[self.at..].starts_with('[') {
            return Err(Fault::syntax(self.at, Syntax::IllegalReopening));
        }
        numbers = surround(before, numbers, after).map_err(|kind| Fault::new(open, kind))?;
        self.push_axis(numbers)
    }

    fn push_axis(&mut self, numbers: Vec<Number>) -> Result<(), Fault> {
        if self.operand.axes.len() == NUMBERS_MAX {
            return Err(Fault::new(self.start, ErrorKind::TooManyNumbers));
        }
        self.operand.axes.push(numbers);
        self.operand.template.push(HOLE);
        Ok(())
    }

    fn finish(self) -> Result<Operand, Fault> {
        let Operand { template, axes, .. } = &self.operand;
        if template.is_empty() {
            return Err(Fault::syntax(self.start, Syntax::EmptyName));
        }
        let longest = |axis: &Vec<Number>| axis.iter().map(|number| number.length()).max();
        let digits: usize = axes.iter().filter_map(longest).sum();
        if template.len() - axes.len() + digits > NAME_BYTES_MAX {
            return Err(Fault::new(self.start, ErrorKind::NameTooLong));
        }
        Ok(self.operand)
    }
}

/// Puts the digits around a bracket to each of its sorted numbers.
fn surround(
    before: Option<Number>,
    numbers: Vec<Number>,
    after: Option<Number>,
) -> Result<Vec<Number>, ErrorKind> {
    let join = |head: Number, tail| head.followed_by(tail).ok_or(ErrorKind::NumberTooLong);
    let numbers = match after {
        Some(after) => numbers.into_iter().map(|number| join(number, after)).collect(),
        None => Ok(numbers),
    }?;
    let Some(before) = before else { return Ok(numbers) };
    let grows = |pair: &[Number]| {
        pair[0].length() != pair[1].length() && pair[0].value() + 1 == pair[1].value()
    };
    if numbers.windows(2).any(grows) {
        return Err(ErrorKind::Syntax(Syntax::DigitsBeforeRange));
    }
    numbers.into_iter().map(|number| join(before, number)).collect()
}
