//! Reads and writes durations such as `90s`, `5m` and `500ms` as whole milliseconds. It knows no
//! fractions and no sums (`1h30m`): one number, one unit.

use thiserror::Error;

/// The units, largest first, each with its length in milliseconds.
const UNITS: [(&str, u64); 5] =
    [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// Why a text is no duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DurationError {
    /// It isn't a whole number followed by a unit.
    #[error("a duration is a whole number and a unit (ms, s, m, h, d), such as \"90s\"")]
    Form,
    /// It doesn't fit into 64 bits of milliseconds.
    #[error("the duration is too long")]
    TooLong,
}

/// Parses a duration into milliseconds.
///
/// # Errors
/// [`DurationError`] when the text isn't one whole number and one unit, or too long to hold.
pub fn parse_ms(text: &str) -> Result<u64, DurationError> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    if number.is_empty() {
        return Err(DurationError::Form);
    }
    let (_, length_ms) = UNITS.iter().find(|(name, _)| *name == unit).ok_or(DurationError::Form)?;
    let number: u64 = number.parse().map_err(|_| DurationError::TooLong)?;
    number.checked_mul(*length_ms).ok_or(DurationError::TooLong)
}

/// Writes milliseconds in the largest unit that holds them exactly; [`parse_ms`] reads it back.
#[must_use]
pub fn format_ms(ms: u64) -> String {
    let exact = UNITS.iter().find(|(_, length_ms)| ms != 0 && ms.is_multiple_of(*length_ms));
    let (unit, length_ms) = exact.copied().unwrap_or(("s", 1_000));
    format!("{}{unit}", ms / length_ms)
}
