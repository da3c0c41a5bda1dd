//! The kinds of value that a fault takes, as text. It does not know the faults.

use crate::Millis;

/// The longest span, in milliseconds: a day.
const SPAN_MAX_MS: Millis = 86_400_000;

/// Something that a fault takes.
pub trait Value: Copy {
    /// What it is, in words; empty for one that is there or not.
    const UNIT: &'static str;

    /// Reads it.
    fn parse(text: &str) -> Option<Self>;

    /// Writes it so that it can be read again.
    fn text(self) -> String;
}

/// A span of time, in milliseconds: at most a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(pub Millis);

/// A share of 1 to 100 in a hundred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Percent(u8);

/// There, or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Switch;

impl Percent {
    /// That share, at most 100.
    #[must_use]
    pub fn new(share: u8) -> Self {
        Self(share.min(100))
    }

    /// Whether chance strikes this time.
    pub(crate) fn strikes(self, rng: &mut fastrand::Rng) -> bool {
        rng.u8(0..100) < self.0
    }
}

impl Value for Span {
    const UNIT: &'static str = "a span of a day at most, such as 5ms, 2s or 1m";

    fn parse(text: &str) -> Option<Self> {
        let digits = text.find(|letter: char| !letter.is_ascii_digit())?;
        let (number, unit) = text.split_at(digits);
        let unit_ms = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return None,
        };
        let ms = number.parse::<Millis>().ok()?.checked_mul(unit_ms)?;
        (ms <= SPAN_MAX_MS).then_some(Self(ms))
    }

    fn text(self) -> String {
        match self.0 {
            ms if ms % 3_600_000 == 0 && ms > 0 => format!("{}h", ms / 3_600_000),
            ms if ms % 60_000 == 0 && ms > 0 => format!("{}m", ms / 60_000),
            ms if ms % 1_000 == 0 && ms > 0 => format!("{}s", ms / 1_000),
            ms => format!("{ms}ms"),
        }
    }
}

impl Value for Percent {
    const UNIT: &'static str = "a share such as 20%";

    fn parse(text: &str) -> Option<Self> {
        let share = text.strip_suffix('%')?.parse().ok()?;
        (share <= 100).then_some(Self(share))
    }

    fn text(self) -> String {
        format!("{}%", self.0)
    }
}

impl Value for u32 {
    const UNIT: &'static str = "a number";

    fn parse(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn text(self) -> String {
        self.to_string()
    }
}

impl Value for Switch {
    const UNIT: &'static str = "";

    fn parse(text: &str) -> Option<Self> {
        text.is_empty().then_some(Self)
    }

    fn text(self) -> String {
        String::new()
    }
}
