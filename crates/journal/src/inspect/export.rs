//! Writes a journal as JSON lines, as far as it is readable.
//! It does not read them back, and it does not understand what it writes.

use std::io::Write;
use std::path::Path;

use super::Opened;
use super::walk::{Found, Walk};
use crate::{Entry, Fault, InspectError, Seq};

/// What an export wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exported {
    /// Lines with an entry.
    pub entries: u64,
    /// Lines that stand for entries which could not be read.
    pub lost: u64,
    /// Position of the first of those.
    pub first_lost: Option<Seq>,
}

/// Writes one line of JSON for each entry from `from` on:
/// `{"seq":7,"at_ms":1700000000000,"payload":…}`. A payload that looks like a JSON object is
/// written as it is, any other as a string of hex digits. Where entries are lost there is a line
/// `{"seq":8,"through":9,"lost":"…"}` instead; the last one stands for an unknown number if the
/// write-ahead log is damaged. The journal may be in use.
///
/// # Errors
/// [`InspectError`] if the journal can't be opened or the output can't be written.
pub fn export(
    folder: impl AsRef<Path>,
    from: Seq,
    mut writer: impl Write,
) -> Result<Exported, InspectError> {
    let Opened { connection, log } = super::open(folder.as_ref())?;
    let mut exported = Exported::default();
    let mut next = from.max(1);
    let walk = Walk::new(&connection, from).inspect(|found| next = found.last() + 1);
    for found in walk {
        match found {
            Found::Entry(entry) => {
                exported.entries += 1;
                write_entry(&mut writer, &entry)?;
            }
            Found::Lost(range, fault) => {
                exported.lost += 1;
                exported.first_lost = exported.first_lost.or(Some(*range.start()));
                write_lost(&mut writer, *range.start(), *range.end(), &fault)?;
            }
        }
    }
    if let Some(fault) = log {
        exported.lost += 1;
        exported.first_lost = exported.first_lost.or(Some(next));
        write_lost(&mut writer, next, next, &fault)?;
    }
    writer.flush()?;
    Ok(exported)
}

fn write_entry(writer: &mut impl Write, entry: &Entry) -> std::io::Result<()> {
    write!(writer, r#"{{"seq":{},"at_ms":{},"payload":"#, entry.seq, entry.at_ms)?;
    match object(&entry.payload) {
        // Between the tokens of JSON a line break is as good as a space, within them there is none.
        Some(text) => writer.write_all(text.replace(['\n', '\r'], " ").as_bytes())?,
        None => write_hex(writer, &entry.payload)?,
    }
    writer.write_all(b"}\n")
}

fn write_hex(writer: &mut impl Write, bytes: &[u8]) -> std::io::Result<()> {
    writer.write_all(b"\"")?;
    bytes.iter().try_for_each(|byte| write!(writer, "{byte:02x}"))?;
    writer.write_all(b"\"")
}

fn write_lost(writer: &mut impl Write, seq: Seq, last: Seq, fault: &Fault) -> std::io::Result<()> {
    let words: String = fault
        .to_string()
        .chars()
        .map(|char| if char.is_control() || char == '"' || char == '\\' { ' ' } else { char })
        .collect();
    writeln!(writer, r#"{{"seq":{seq},"through":{last},"lost":"{words}"}}"#)
}

/// The payload, if it looks like a JSON object.
fn object(payload: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(payload).ok()?;
    (text.starts_with('{') && text.ends_with('}')).then_some(text)
}
