//! Instants and ages for people and for programs. It has no clock of its own.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// An instant as people here write it: `2026-11-23 14:02:11`.
#[must_use]
pub fn clock(at_ms: u64) -> String {
    clock_in(at_ms, TimeZone::system())
}

pub(super) fn clock_in(at_ms: u64, zone: TimeZone) -> String {
    match timestamp(at_ms) {
        Some(at) => at.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        None => format!("{at_ms} ms"),
    }
}

/// An instant for programs: `2026-11-23T13:02:11.5Z`; none if no calendar has it.
#[must_use]
pub fn rfc3339(at_ms: u64) -> Option<String> {
    timestamp(at_ms).map(|at| at.to_string())
}

/// An age as people say it: `3 min`.
#[must_use]
pub fn ago(age_ms: u64) -> String {
    match age_ms / 1_000 {
        s @ 0..60 => format!("{s} s"),
        s @ 60..3_600 => format!("{} min", s / 60),
        s @ 3_600..86_400 => format!("{} h", s / 3_600),
        s => format!("{} d", s / 86_400),
    }
}

fn timestamp(at_ms: u64) -> Option<Timestamp> {
    Timestamp::from_millisecond(i64::try_from(at_ms).ok()?).ok()
}
