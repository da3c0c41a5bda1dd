//! Finds the parts of a file that may hold a secret: every value that isn't known to be harmless
//! by its key, so that a misspelt `password` is masked too. It does not look at comments.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Keys whose values are never secrets.
const HARMLESS_KEYS: [&str; 43] = [
    "names",
    "bmc",
    "driver",
    "credentials",
    "cipher",
    "privilege",
    "system",
    "ca_file",
    "fingerprint",
    "insecure",
    "agent",
    "ip",
    "plug",
    "port",
    "power_on_regex",
    "power_off_regex",
    "authorization",
    "drift",
    "policy",
    "settle",
    "transition",
    "dwell",
    "deadline",
    "attempts",
    "poll",
    "exchange_timeout",
    "gap",
    "start_watts",
    "depends_on",
    "hosts_lastword",
    "is",
    "escalate",
    "starts",
    "within",
    "watts",
    "uuid",
    "serial",
    "labels",
    "username",
    "file",
    "env",
    "credential",
    "exec",
];

/// The ranges of all values that may be secrets, in order.
pub(super) fn ranges(root: &DeTable<'_>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (key, value) in root {
        match key.get_ref().as_ref() {
            "groups" => {}
            "credentials" => each_value(value, |_, entry| walk(entry, false, &mut found)),
            _ => walk(value, false, &mut found),
        }
    }
    found.sort_by_key(|range| range.start);
    found
}

fn walk(value: &Spanned<DeValue<'_>>, harmless: bool, found: &mut Vec<Range<usize>>) {
    match value.get_ref() {
        DeValue::Table(_) => each_value(value, |key, inner| {
            if key != "labels" {
                walk(inner, HARMLESS_KEYS.contains(&key) && !has_account(key, inner), found);
            }
        }),
        DeValue::Array(list) => list.iter().for_each(|inner| walk(inner, harmless, found)),
        DeValue::String(_)
        | DeValue::Integer(_)
        | DeValue::Float(_)
        | DeValue::Boolean(_)
        | DeValue::Datetime(_) => {
            if !harmless {
                found.push(value.span());
            }
        }
    }
}

/// Whether an address has an account in it, where none belongs.
fn has_account(key: &str, value: &Spanned<DeValue<'_>>) -> bool {
    key == "bmc" && value.get_ref().as_str().is_some_and(|text| text.contains('@'))
}

fn each_value<'v, 'i>(
    value: &'v Spanned<DeValue<'i>>,
    mut visit: impl FnMut(&str, &'v Spanned<DeValue<'i>>),
) {
    match value.get_ref().as_table() {
        Some(table) => table.iter().for_each(|(key, inner)| visit(key.get_ref(), inner)),
        None => visit("", value),
    }
}

/// Whether a line of a file that could not be parsed may be shown: it is a header, or opens with
/// a harmless key, and neither it nor its section has to do with credentials.
pub(super) fn looks_harmless(before: &str, line: &str) -> bool {
    let section = before.lines().rev().find(|line| line.trim_start().starts_with('['));
    let text = line.trim_start().to_ascii_lowercase();
    let mentions =
        |text: &str| ["pass", "kg", "secret", "credential"].iter().any(|w| text.contains(w));
    if mentions(&text) || section.is_some_and(|header| mentions(&header.to_ascii_lowercase())) {
        return false;
    }
    let key =
        text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or_default();
    text.starts_with('[') || HARMLESS_KEYS.contains(&key) && !(key == "bmc" && text.contains('@'))
}
