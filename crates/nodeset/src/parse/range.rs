//! Reads the inside of a bracket: numbers, ranges and steps. It does not know the name around it.

use alloc::vec::Vec;

use super::budget::Budget;
use super::evaluate::is_blank;
use crate::error::{ErrorKind, Fault, Syntax};
use crate::number::Number;

/// A range as written: equally spaced values, each with at least `length_min` digits.
struct Span {
    start: u128,
    stop: u128,
    step: u128,
    length_min: usize,
}

impl Span {
    fn len(&self) -> usize {
        let gaps = (self.stop - self.start) / self.step;
        usize::try_from(gaps).map_or(usize::MAX, |gaps| gaps.saturating_add(1))
    }

    fn numbers(&self) -> impl Iterator<Item = Number> + '_ {
        let values = core::iter::successors(Some(self.start), |value| {
            value.checked_add(self.step).filter(|next| *next <= self.stop)
        });
        values.map(|value| Number::padded_to(value, self.length_min))
    }
}

/// The sorted numbers of `list`, which starts at byte `at` of the text; at most `room`, or it is
/// `too_many`.
pub(super) fn read_ranges(
    list: &str,
    at: usize,
    room: usize,
    too_many: ErrorKind,
    budget: &mut Budget,
) -> Result<Vec<Number>, Fault> {
    let mut numbers = Vec::new();
    let mut start = at;
    for piece in list.split(',') {
        let trimmed = piece.trim_start_matches(is_blank);
        let piece_at = start + piece.len() - trimmed.len();
        let span = read_span(trimmed.trim_end_matches(is_blank), piece_at)?;
        start += piece.len() + 1;
        if span.len() > room {
            return Err(Fault::new(piece_at, too_many.clone()));
        }
        budget.visit(span.len(), piece_at)?;
        numbers.extend(span.numbers());
        // doubles do not count, yet must not pile up
        if numbers.len() > room.saturating_mul(2) && !settle(&mut numbers, room) {
            return Err(Fault::new(piece_at, too_many.clone()));
        }
    }
    if settle(&mut numbers, room) { Ok(numbers) } else { Err(Fault::new(at, too_many)) }
}

/// Sorts and takes out doubles; false when there are still more than `room`.
fn settle(numbers: &mut Vec<Number>, room: usize) -> bool {
    // the stable sort is the faster one here: it merges the ranges, which are runs
    numbers.sort();
    numbers.dedup();
    numbers.len() <= room
}

/// Reads `1`, `1-9` or `1-9/2`.
fn read_span(piece: &str, at: usize) -> Result<Span, Fault> {
    if piece.is_empty() {
        return Err(Fault::syntax(at, Syntax::EmptyRange));
    }
    let (ends, step) = match piece.split_once('/') {
        Some((ends, step)) => (ends, read_step(step, at + ends.len() + 1)?),
        None => (piece, 1),
    };
    let Some((start, stop)) = ends.split_once('-') else {
        let number = read_number(ends, at)?;
        return match step {
            1 => span(number, number, 1, at),
            _ => Err(Fault::syntax(at, Syntax::StepWithoutRange)),
        };
    };
    let stop_at = at + start.len() + 1;
    span(read_number(start, at)?, read_number(stop, stop_at)?, step, at)
}

fn span(start: Number, stop: Number, step: u128, at: usize) -> Result<Span, Fault> {
    let padded = start.is_padded() || stop.is_padded();
    if padded && start.length() != stop.length() {
        return Err(Fault::syntax(at, Syntax::PaddingMismatch));
    }
    if start.value() > stop.value() {
        return Err(Fault::syntax(at, Syntax::BackwardRange));
    }
    let length_min = if padded { start.length() } else { 1 };
    Ok(Span { start: start.value(), stop: stop.value(), step, length_min })
}

fn read_number(text: &str, at: usize) -> Result<Number, Fault> {
    let digits = text.trim_matches(is_blank);
    let at = at + text.len() - text.trim_start_matches(is_blank).len();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Fault::syntax(at, Syntax::BadNumber));
    }
    Number::read(digits.as_bytes()).ok_or_else(|| Fault::new(at, ErrorKind::NumberTooLong))
}

fn read_step(text: &str, at: usize) -> Result<u128, Fault> {
    let step = read_number(text, at).map_or(0, Number::value);
    if step == 0 { Err(Fault::syntax(at, Syntax::BadStep)) } else { Ok(step) }
}
