//! Spans of time as people write them: `90`, `90s`, `5m`, `1h`, `2d`, `500ms`.
//! It does not read dates.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// The longest span, in milliseconds: 366 days.
const SPAN_MAX_MS: u64 = 366 * 86_400_000;

/// A span of at most 366 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    ms: u64,
}

impl Span {
    /// In milliseconds.
    #[must_use]
    pub const fn ms(self) -> u64 {
        self.ms
    }

    /// As the standard library has it.
    #[must_use]
    pub const fn duration(self) -> Duration {
        Duration::from_millis(self.ms)
    }
}

impl FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let (number, unit) = text.split_at(digits);
        let unit_ms = match unit {
            "ms" => 1,
            "" | "s" => 1_000,
            "m" | "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return Err("expected a span like 30s, 5m, 1h or 2d".to_owned()),
        };
        let number: u64 =
            number.parse().map_err(|_| "expected a span like 30s, 5m, 1h or 2d".to_owned())?;
        match number.checked_mul(unit_ms) {
            Some(0) => Err("a span is longer than nothing".to_owned()),
            Some(ms) if ms <= SPAN_MAX_MS => Ok(Self { ms }),
            Some(_) | None => Err("a span is 366 days at most".to_owned()),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, unit) = match self.ms {
            ms if ms % 86_400_000 == 0 => (ms / 86_400_000, "d"),
            ms if ms % 3_600_000 == 0 => (ms / 3_600_000, "h"),
            ms if ms % 60_000 == 0 => (ms / 60_000, "m"),
            ms if ms % 1_000 == 0 => (ms / 1_000, "s"),
            ms => (ms, "ms"),
        };
        write!(f, "{number}{unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_people_write_them_and_bounded() {
        for (text, ms) in [("90", 90_000), ("500ms", 500), ("5m", 300_000), ("366d", SPAN_MAX_MS)] {
            assert_eq!(text.parse::<Span>().unwrap().ms(), ms, "{text}");
        }
        for bad in ["", "0", "h", "-1s", "1.5h", "367d", "99999999999999999999d", "5 m", "5M"] {
            assert!(bad.parse::<Span>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_span_is_printed_as_it_is_read() {
        for text in ["500ms", "90s", "5m", "1h", "2d"] {
            assert_eq!(text.parse::<Span>().unwrap().to_string(), text);
        }
    }
}
