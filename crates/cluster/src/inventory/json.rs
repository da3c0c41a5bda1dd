//! Lets the TOML parser read JSON: since TOML 1.1 a JSON object is an inline table when its colons
//! are equals signs, and the outermost object is the document when its members are on lines of their
//! own. Offsets stay what they were. It does not give `null` a meaning.

use std::ops::Range;

use serde::de::IgnoredAny;
use zeroize::Zeroizing;

/// What is wrong with a JSON document, and where.
pub(super) struct JsonError {
    pub(super) offset: usize,
    pub(super) message: String,
}

/// Turns a JSON object into a TOML document in which everything is at the offset where it was.
pub(super) fn as_toml(json: &str) -> Result<Zeroizing<String>, JsonError> {
    let IgnoredAny = serde_json::from_str(json).map_err(|error| refused(json, &error))?;
    let start = json.len() - json.trim_ascii_start().len();
    if !json[start..].starts_with('{') {
        return Err(JsonError { offset: start, message: "an inventory is an object".to_owned() });
    }
    let mut toml = Zeroizing::new(String::with_capacity(json.len()));
    let mut depth = 0;
    let mut rest = json;
    while let Some(quote) = rest.find('"') {
        push_plain(&rest[..quote], &mut depth, &mut toml)?;
        let length = string_length(&rest[quote..]);
        push_string(&rest[quote..quote + length], &mut toml);
        rest = &rest[quote + length..];
    }
    push_plain(rest, &mut depth, &mut toml)?;
    Ok(toml)
}

fn refused(json: &str, error: &serde_json::Error) -> JsonError {
    let lines = json.split_inclusive('\n').take(error.line().saturating_sub(1));
    let start: usize = lines.map(str::len).sum();
    let offset = (start + error.column().saturating_sub(1)).min(json.len());
    let message = error.to_string();
    // the place at its end is told in our own way
    let message = message.split(" at line ").next().unwrap_or_default().to_owned();
    JsonError { offset, message }
}

/// Rewrites what is between strings; `depth` counts the brackets that are open.
fn push_plain(plain: &str, depth: &mut usize, toml: &mut String) -> Result<(), JsonError> {
    if let Some(at) = plain.find("null") {
        let message = "null: leave the key out instead".to_owned();
        return Err(JsonError { offset: toml.len() + at, message });
    }
    for character in plain.chars() {
        let outer = *depth;
        match character {
            '{' | '[' => *depth += 1,
            '}' | ']' => *depth = depth.saturating_sub(1),
            _ => {}
        }
        toml.push(match character {
            '{' if outer == 0 => ' ',
            '}' if outer == 1 => ' ',
            ',' if outer == 1 => '\n',
            ':' => '=',
            '\n' | '\r' => ' ',
            kept => kept,
        });
    }
    Ok(())
}

/// The length in bytes of the string that the valid JSON `text` starts with, quotes included.
pub(super) fn string_length(text: &str) -> usize {
    let mut escaped = true; // the opening quote doesn't end the string
    for (offset, byte) in text.bytes().enumerate() {
        match byte {
            b'"' if !escaped => return offset + 1,
            b'\\' if !escaped => escaped = true,
            _ => escaped = false,
        }
    }
    text.len()
}

/// JSON knows two escapes that TOML does not, `\/` and surrogate pairs, so a string with escapes
/// is written anew and filled up with blanks.
fn push_string(raw: &str, toml: &mut String) {
    if !raw.contains('\\') {
        toml.push_str(raw);
        return;
    }
    let value: String = serde_json::from_str(raw).expect("the whole document was parsed before");
    let value = Zeroizing::new(value);
    let end = toml.len() + raw.len();
    toml.push('"');
    for character in value.chars() {
        match character {
            '"' | '\\' => toml.extend(['\\', character]),
            '\n' => toml.push_str("\\n"),
            '\r' => toml.push_str("\\r"),
            '\t' => toml.push_str("\\t"),
            '\u{8}' => toml.push_str("\\b"),
            '\u{c}' => toml.push_str("\\f"),
            c if c.is_ascii_control() => toml.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => toml.push(c),
        }
    }
    toml.push('"');
    while toml.len() < end {
        toml.push(' ');
    }
}

/// Widens ranges that hold a string to all of the string as it is written in the JSON text.
pub(super) fn widen(json: &str, ranges: &mut [Range<usize>]) {
    for range in ranges {
        if json[range.start..].starts_with('"') {
            range.end = range.start + string_length(&json[range.start..]);
        }
    }
}
