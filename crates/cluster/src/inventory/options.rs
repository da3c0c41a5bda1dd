//! Turns the optional keys of `[defaults]` and `[[nodes]]` into values, and lays one over the
//! other. It doesn't say what holds when neither sets a key.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use toml::Spanned;

use super::access::AccessOptions;
use super::credentials::Known;
use super::duration;
use super::fence::FenceOptions;
use super::file::Block;
use super::finding::{Findings, quoted};
use super::model::{Driver, Poll, Settings, Word};
use super::source::{Place, Source, Text};
use super::template::Template;
use super::webhook::WebhookOptions;

const SETTLE_MS: RangeInclusive<u64> = 0..=3_600_000;
const TRANSITION_MS: RangeInclusive<u64> = 100..=120_000;
const DWELL_MS: RangeInclusive<u64> = 0..=600_000;
const DEADLINE_MS: RangeInclusive<u64> = 1_000..=604_800_000;
const POLL_MS: RangeInclusive<u64> = 1_000..=86_400_000;
const EXCHANGE_TIMEOUT_MS: RangeInclusive<u64> = 100..=300_000;
const GAP_MS: RangeInclusive<u64> = 0..=60_000;
const START_WATTS: RangeInclusive<i64> = 0..=10_000_000;
const ATTEMPTS: RangeInclusive<i64> = 1..=255;
/// Names of labels, groups and credentials, and values of labels, are at most so long, in bytes.
const WORD_MAX_BYTES: usize = 63;

/// What a block sets.
#[derive(Clone, Default)]
pub(super) struct Options<'s> {
    pub(super) driver: Option<Driver>,
    pub(super) credentials: Option<Arc<str>>,
    pub(super) access: AccessOptions<'s>,
    pub(super) fence: FenceOptions<'s>,
    pub(super) webhook: WebhookOptions<'s>,
    pub(super) labels: BTreeMap<Arc<str>, (Template, Place<'s>)>,
    pub(super) depends_on: Option<(Template, Place<'s>)>,
    pub(super) settings: Settings,
}

impl<'s> Options<'s> {
    pub(super) fn read(
        block: &Block,
        source: &'s Source<'s>,
        known: &Known,
        errors: &mut Findings,
    ) -> Self {
        Self {
            driver: word(&block.driver, "driver", source, errors),
            credentials: credentials(block, source, known, errors),
            access: AccessOptions::read(block, source, errors),
            fence: FenceOptions::read(block, source, errors),
            webhook: WebhookOptions::read(block, source, errors),
            labels: labels(block, source, errors),
            depends_on: block.depends_on.as_ref().and_then(|text| template(text, source, errors)),
            settings: settings(block, source, errors),
        }
    }

    /// What is set here, and what isn't from `defaults`.
    pub(super) fn over(mut self, defaults: &Self) -> Self {
        for (name, value) in &defaults.labels {
            self.labels.entry(Arc::clone(name)).or_insert_with(|| value.clone());
        }
        Self {
            driver: self.driver.or(defaults.driver),
            credentials: self.credentials.or_else(|| defaults.credentials.clone()),
            access: self.access.over(&defaults.access),
            fence: self.fence.over(&defaults.fence),
            webhook: self.webhook.over(&defaults.webhook),
            labels: self.labels,
            depends_on: self.depends_on.or_else(|| defaults.depends_on.clone()),
            settings: over(&self.settings, &defaults.settings),
        }
    }
}

const fn over(own: &Settings, usual: &Settings) -> Settings {
    const fn or<T: Copy>(own: Option<T>, usual: Option<T>) -> Option<T> {
        if own.is_some() { own } else { usual }
    }
    Settings {
        drift: or(own.drift, usual.drift),
        policy: or(own.policy, usual.policy),
        settle_ms: or(own.settle_ms, usual.settle_ms),
        transition_ms: or(own.transition_ms, usual.transition_ms),
        dwell_ms: or(own.dwell_ms, usual.dwell_ms),
        deadline_ms: or(own.deadline_ms, usual.deadline_ms),
        attempts: or(own.attempts, usual.attempts),
        poll: or(own.poll, usual.poll),
        exchange_timeout_ms: or(own.exchange_timeout_ms, usual.exchange_timeout_ms),
        gap_ms: or(own.gap_ms, usual.gap_ms),
        start_watts: or(own.start_watts, usual.start_watts),
        hosts_lastword: or(own.hosts_lastword, usual.hosts_lastword),
    }
}

/// A text with places to fill in; what is wrong with it is reported where it is.
pub(super) fn template<'s>(
    text: &Text,
    source: &'s Source<'s>,
    errors: &mut Findings,
) -> Option<(Template, Place<'s>)> {
    match Template::parse(text.get_ref()) {
        Ok(template) => Some((template, source.place(text.span()))),
        Err(error) => {
            errors.add(&source.inside(text, error.at_chars), error.message);
            None
        }
    }
}

fn credentials(
    block: &Block,
    source: &Source<'_>,
    known: &Known,
    errors: &mut Findings,
) -> Option<Arc<str>> {
    let name = block.credentials.as_ref()?;
    if !known.contains_key(name.get_ref()) {
        let message = format!("unknown credentials {}", quoted(name.get_ref()));
        errors.add(&source.place(name.span()), message);
    }
    Some(name.get_ref().as_str().into())
}

fn settings(block: &Block, source: &Source<'_>, errors: &mut Findings) -> Settings {
    let mut length =
        |text: &Option<Text>, range| duration_ms(text.as_ref()?, range, source, errors);
    let settle_ms = length(&block.settle, SETTLE_MS);
    let transition_ms = length(&block.transition, TRANSITION_MS);
    let dwell_ms = length(&block.dwell, DWELL_MS);
    let deadline_ms = length(&block.deadline, DEADLINE_MS);
    let exchange_timeout_ms = length(&block.exchange_timeout, EXCHANGE_TIMEOUT_MS);
    let gap_ms = length(&block.gap, GAP_MS).and_then(|ms| u32::try_from(ms).ok());
    let watts = block.start_watts.as_ref();
    Settings {
        drift: word(&block.drift, "drift", source, errors),
        policy: word(&block.policy, "policy", source, errors),
        settle_ms,
        transition_ms,
        dwell_ms,
        deadline_ms,
        attempts: block.attempts.as_ref().and_then(|it| number(it, ATTEMPTS, source, errors)),
        poll: block.poll.as_ref().and_then(|text| poll(text, source, errors)),
        exchange_timeout_ms,
        gap_ms,
        start_watts: watts.and_then(|it| number(it, START_WATTS, source, errors)),
        hosts_lastword: block.hosts_lastword.as_ref().map(|it| *it.get_ref()),
    }
}

pub(super) fn word<T: Word>(
    text: &Option<Text>,
    what: &str,
    source: &Source<'_>,
    errors: &mut Findings,
) -> Option<T> {
    let text = text.as_ref()?;
    let found = T::ALL.iter().find(|word| word.word() == text.get_ref());
    if found.is_none() {
        let known: Vec<String> = T::ALL.iter().map(|word| quoted(word.word())).collect();
        let (given, known) = (quoted(text.get_ref()), known.join(", "));
        errors.add(&source.place(text.span()), format!("unknown {what} {given}, expected {known}"));
    }
    found.copied()
}

pub(super) fn duration_ms(
    text: &Text,
    range: RangeInclusive<u64>,
    source: &Source<'_>,
    errors: &mut Findings,
) -> Option<u64> {
    let message = match duration::parse_ms(text.get_ref()) {
        Ok(ms) if range.contains(&ms) => return Some(ms),
        Ok(_) => {
            let (low, high) =
                (duration::format_ms(*range.start()), duration::format_ms(*range.end()));
            format!("{} is not between {low} and {high}", text.get_ref())
        }
        Err(error) => error.to_string(),
    };
    errors.add(&source.place(text.span()), message);
    None
}

fn poll(text: &Text, source: &Source<'_>, errors: &mut Findings) -> Option<Poll> {
    if text.get_ref() == "off" {
        return Some(Poll::Off);
    }
    duration_ms(text, POLL_MS, source, errors).map(Poll::EveryMs)
}

pub(super) fn number(
    number: &Spanned<i64>,
    range: RangeInclusive<i64>,
    source: &Source<'_>,
    errors: &mut Findings,
) -> Option<u32> {
    let value = *number.get_ref();
    if range.contains(&value) {
        return u32::try_from(value).ok();
    }
    let (low, high) = (range.start(), range.end());
    errors.add(&source.place(number.span()), format!("{value} is not between {low} and {high}"));
    None
}

fn labels<'s>(
    block: &Block,
    source: &'s Source<'s>,
    errors: &mut Findings,
) -> BTreeMap<Arc<str>, (Template, Place<'s>)> {
    let mut labels = BTreeMap::new();
    for (name, value) in &block.labels {
        if let Some(wrong) = wrong_word(name.get_ref()) {
            errors.add(&source.place(name.span()), format!("label name: {wrong}"));
        }
        if let Some(found) = template(value, source, errors) {
            labels.insert(name.get_ref().as_str().into(), found);
        }
    }
    labels
}

/// What is wrong with a name or value that people will type and scripts will split: it starts
/// and ends with a letter or digit, with letters, digits and `-_./` between.
#[must_use]
pub fn wrong_word(text: &str) -> Option<&'static str> {
    let between = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    let ends = [text.bytes().next(), text.bytes().next_back()];
    if text.is_empty() {
        Some("empty")
    } else if text.len() > WORD_MAX_BYTES {
        Some("longer than 63 bytes")
    } else if !text.bytes().all(between) {
        Some("only letters, digits and -_./ are allowed")
    } else if !ends.iter().flatten().all(u8::is_ascii_alphanumeric) {
        Some("it must start and end with a letter or digit")
    } else {
        None
    }
}
