//! One number of a node name: its value and its written length, so that `1` and `01` stay apart.
//! It does not know names.

use core::fmt;

/// The most digits of one number in a node name.
pub const DIGITS_MAX: usize = 36;

const VALUE_BITS: u32 = 120;
const POWERS: [u128; DIGITS_MAX + 1] = powers();

/// Length and value in one word, the length on top: the derived order is ClusterShell's, shorter
/// numbers first, then by value.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Number(u128);

const fn powers() -> [u128; DIGITS_MAX + 1] {
    let mut powers = [1; DIGITS_MAX + 1];
    let mut exponent = 1;
    while exponent <= DIGITS_MAX {
        powers[exponent] = powers[exponent - 1] * 10;
        exponent += 1;
    }
    powers
}

impl Number {
    /// Reads ASCII digits; none when there are none or more than [`DIGITS_MAX`].
    pub(crate) fn read(digits: &[u8]) -> Option<Self> {
        if digits.is_empty() || digits.len() > DIGITS_MAX {
            return None;
        }
        let value = digits.iter().try_fold(0_u128, |value, digit| {
            digit.is_ascii_digit().then(|| value * 10 + u128::from(digit - b'0'))
        })?;
        Some(Self::new(value, digits.len()))
    }

    /// The number `value` written with at least `length_min` digits. The value must have come
    /// from another number or lie below one.
    pub(crate) fn padded_to(value: u128, length_min: usize) -> Self {
        let natural = POWERS.iter().position(|power| value < *power).unwrap_or(DIGITS_MAX);
        Self::new(value, natural.max(1).max(length_min))
    }

    fn new(value: u128, length: usize) -> Self {
        Self((length as u128) << VALUE_BITS | value)
    }

    pub(crate) fn value(self) -> u128 {
        self.0 & ((1 << VALUE_BITS) - 1)
    }

    /// How many digits it is written with.
    pub(crate) fn length(self) -> usize {
        (self.0 >> VALUE_BITS) as usize
    }

    /// Whether it is written with leading zeros.
    pub(crate) fn is_padded(self) -> bool {
        let length = self.length();
        length > 1 && self.value() < POWERS[length - 1]
    }

    /// The digits of `self` followed by those of `tail`; none when that is too long.
    pub(crate) fn followed_by(self, tail: Self) -> Option<Self> {
        let length = self.length() + tail.length();
        (length <= DIGITS_MAX)
            .then(|| Self::new(self.value() * POWERS[tail.length()] + tail.value(), length))
    }

    /// A key that orders numbers as their texts would be ordered.
    pub(crate) fn text_order(self) -> (u128, usize) {
        (self.value() * POWERS[DIGITS_MAX - self.length()], self.length())
    }

    /// Writes the digits into `buffer` and returns them.
    pub(crate) fn digits(self, buffer: &mut [u8; DIGITS_MAX]) -> &str {
        let digits = &mut buffer[..self.length()];
        let mut rest = self.value();
        for digit in digits.iter_mut().rev() {
            // one-word division is several times faster and nearly always enough
            (rest, *digit) = match u64::try_from(rest) {
                Ok(small) => (u128::from(small / 10), b'0' + (small % 10) as u8),
                Err(_) => (rest / 10, b'0' + (rest % 10) as u8),
            };
        }
        core::str::from_utf8(digits).expect("decimal digits are ASCII")
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.digits(&mut [0; DIGITS_MAX]))
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
