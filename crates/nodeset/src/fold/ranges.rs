//! Writes sorted numbers as ranges. It does not know tables.

use core::fmt::{self, Write};

use crate::family::write_number;
use crate::number::Number;

/// Writes sorted numbers as ClusterShell does: one number bare, several in brackets.
pub(crate) fn write_axis<W: Write>(out: &mut W, numbers: &[Number]) -> fmt::Result {
    if let [number] = numbers {
        return write_number(out, *number);
    }
    out.write_char('[')?;
    let mut separator = "";
    for_each_run(numbers, |first, last| {
        out.write_str(separator)?;
        separator = ",";
        write_number(out, first)?;
        if first == last {
            return Ok(());
        }
        out.write_char('-')?;
        write_number(out, last)
    })?;
    out.write_char(']')
}

/// Tells `emit` the first and last number of each run of consecutive numbers.
///
/// After a number with leading zeros only equally long numbers continue: `08`, `09`, `10` is a
/// run. ClusterShell takes that rule off again only after a run of two or more or a change of
/// length, so `08,10-99,100` stays in three; the same is done here.
fn for_each_run(
    numbers: &[Number],
    mut emit: impl FnMut(Number, Number) -> fmt::Result,
) -> fmt::Result {
    let Some((&head, rest)) = numbers.split_first() else { return Ok(()) };
    let (mut first, mut last, mut fixed_length) = (head, head, fixed_length(head));
    for &next in rest {
        let fits = match fixed_length {
            Some(length) => next.length() == length,
            None => !next.is_padded(),
        };
        if !(fits && next.value() == last.value() + 1) {
            emit(first, last)?;
            if !fits || first != last {
                fixed_length = self::fixed_length(next);
            }
            first = next;
        }
        last = next;
    }
    emit(first, last)
}

fn fixed_length(number: Number) -> Option<usize> {
    number.is_padded().then(|| number.length())
}
