//! A character for what is known of a node, as `api::Snapshot` has it.
//! It knows no node.

use arbiter::{Outcome, Phase, Power};

/// The letters of ages, youngest first.
const AGES: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The ages that are told to the second.
const SECONDS_EXACT: usize = 10;
/// How much older each further letter is.
const AGE_STEP: f64 = 1.25;
/// What stands for nothing: a node that was not read.
pub(super) const UNREAD: char = '-';
/// What stands for nothing: no step, no end.
pub(super) const NONE: char = '.';

/// The letter of a power that was read.
pub(super) const fn power(power: Power) -> char {
    match power {
        Power::On => '1',
        Power::Off => '0',
        Power::Unknown => '?',
    }
}

/// The letter of an age in milliseconds.
pub(super) fn age(age_ms: u64) -> char {
    let seconds = usize::try_from(age_ms / 1_000).unwrap_or(usize::MAX);
    let mut place = seconds.min(SECONDS_EXACT);
    let mut next = SECONDS_EXACT as f64 * AGE_STEP;
    while next <= seconds as f64 && place + 1 < AGES.len() {
        place += 1;
        next *= AGE_STEP;
    }
    char::from(AGES[place])
}

/// The letter of a step; none is for an intent that its agent did not take up yet.
pub(super) const fn phase(phase: Option<Phase>) -> char {
    match phase {
        None => 'p',
        Some(Phase::Idle) => NONE,
        Some(Phase::Draining) => 'd',
        Some(Phase::Reading) => 'r',
        Some(Phase::Batched) => 'q',
        Some(Phase::Gated) => 'g',
        Some(Phase::InLine) => 'l',
        Some(Phase::SettingBoot) => 'b',
        Some(Phase::Firing(_)) => 'f',
        Some(Phase::Confirming(_)) => 'c',
        Some(Phase::BackingOff) => 'e',
        Some(Phase::Recording) => 'w',
        Some(Phase::Held) => 'h',
        Some(Phase::Watching) => 's',
        Some(Phase::Returning(_)) => 't',
    }
}

/// The letter of a number of fires.
pub(super) fn attempt(fires: u8) -> char {
    char::from_digit(u32::from(fires).min(35), 36).unwrap_or('z')
}

/// The letter of an end.
pub(super) fn outcome(outcome: &Outcome) -> char {
    match outcome.result() {
        Outcome::Confirmed | Outcome::Merged { .. } => 'c',
        Outcome::Superseded { .. } => 's',
        Outcome::Cancelled { .. } => 'x',
        Outcome::Failed { .. } => 'f',
        Outcome::Uncertain { .. } => 'u',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_told_to_the_second_at_first_and_then_in_quarters() {
        for (seconds, letter) in
            [(0, '0'), (9, '9'), (10, 'A'), (12, 'A'), (13, 'B'), (15, 'B'), (16, 'C'), (60, 'I')]
        {
            assert_eq!(age(seconds * 1_000 + 999), letter, "{seconds} s");
        }
        let ten_days = 864_000;
        assert_eq!((age(ten_days * 1_000), age(u64::MAX)), ('y', 'z'));
    }

    #[test]
    fn fires_are_counted_in_one_character() {
        assert_eq!((attempt(0), attempt(9), attempt(10), attempt(255)), ('0', '9', 'a', 'z'));
    }
}
