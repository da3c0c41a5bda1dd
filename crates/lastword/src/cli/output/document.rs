//! Results as JSON and YAML texts. It does not choose their fields.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, Serializer};

use super::hidden;

/// The blanks by which YAML's blocks stand inside each other.
const INDENT: &str = "  ";

/// An indented JSON document.
///
/// # Errors
/// When the document has keys that are no text.
pub fn json(document: &impl Serialize) -> serde_json::Result<String> {
    Ok(escaped(&serde_json::to_string_pretty(document)?, json_escape) + "\n")
}

/// A JSON document on one line.
///
/// # Errors
/// As [`json`].
pub fn json_line(document: &impl Serialize) -> serde_json::Result<String> {
    Ok(escaped(&serde_json::to_string(document)?, json_escape) + "\n")
}

/// A YAML document in block style. Texts are always quoted: to YAML 1.1 a bare `on` is true.
///
/// # Errors
/// As [`json`].
pub fn yaml(document: &impl Serialize) -> serde_json::Result<String> {
    let mut bytes = Vec::new();
    document.serialize(&mut Serializer::with_formatter(&mut bytes, Block::default()))?;
    let text = String::from_utf8_lossy(&bytes);
    // inside quotes there are no line breaks, so this is about blocks alone
    let text = text.replace(": \n", ":\n");
    Ok(escaped(&text, |c| format!("\\U{:08X}", u32::from(c))) + "\n")
}

/// Characters that a terminal would obey, or that nobody sees, are told by their numbers. Outside of
/// texts there are none but line breaks.
fn escaped(text: &str, escape: impl Fn(char) -> String) -> String {
    if !text.contains(|c| c != '\n' && hidden(c)) {
        return text.to_owned();
    }
    let write = |c: char| if c != '\n' && hidden(c) { escape(c) } else { c.to_string() };
    text.chars().map(write).collect()
}

fn json_escape(c: char) -> String {
    c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
}

/// Writes the events of JSON's serializer as YAML blocks.
#[derive(Default)]
struct Block {
    depth: usize,
    /// Whether the innermost list or mapping has something in it.
    filled: bool,
    /// Whether a block that begins here begins on a line of its own.
    below: bool,
    /// The key that is being written.
    key: Option<Vec<u8>>,
}

impl Block {
    fn begin(&mut self) {
        self.depth += 1;
        self.filled = false;
    }

    fn end(&mut self, writer: &mut (impl Write + ?Sized), empty: &str) -> io::Result<()> {
        self.depth -= 1;
        let filled = std::mem::replace(&mut self.filled, true);
        if filled { Ok(()) } else { writer.write_all(empty.as_bytes()) }
    }

    fn item(&self, writer: &mut (impl Write + ?Sized), first: bool) -> io::Result<()> {
        if first && !self.below {
            return Ok(());
        }
        let indent = INDENT.repeat(self.depth.saturating_sub(1));
        write!(writer, "\n{indent}")
    }
}

impl Formatter for Block {
    fn begin_string<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.key.is_some() { Ok(()) } else { writer.write_all(b"\"") }
    }

    fn end_string<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        if self.key.is_some() { Ok(()) } else { writer.write_all(b"\"") }
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        w: &mut W,
        text: &str,
    ) -> io::Result<()> {
        match &mut self.key {
            Some(key) => key.write_all(text.as_bytes()),
            None => w.write_all(text.as_bytes()),
        }
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, w: &mut W, c: CharEscape) -> io::Result<()> {
        match &mut self.key {
            Some(key) => CompactFormatter.write_char_escape(key, c),
            None => CompactFormatter.write_char_escape(w, c),
        }
    }

    fn begin_array<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.begin();
        Ok(())
    }

    fn end_array<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, "[]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        self.item(w, first)?;
        self.below = false;
        w.write_all(b"- ")
    }

    fn end_array_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.begin();
        Ok(())
    }

    fn end_object<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, "{}")
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, w: &mut W, first: bool) -> io::Result<()> {
        self.item(w, first)?;
        self.key = Some(Vec::new());
        Ok(())
    }

    fn end_object_key<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        let key = self.key.take().unwrap_or_default();
        let quote: &[u8] = if is_bare(&key) { b"" } else { b"\"" };
        writer.write_all(&[quote, &key, quote, b": "].concat())
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.below = true;
        Ok(())
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.filled = true;
        Ok(())
    }
}

/// Whether a key is the same text without quotes.
fn is_bare(key: &[u8]) -> bool {
    const OTHERS: &[&[u8]] =
        &[b"y", b"n", b"yes", b"no", b"on", b"off", b"true", b"false", b"null"];
    let letters = key.iter().all(|byte| byte.is_ascii_lowercase() || *byte == b'_');
    letters && !key.is_empty() && !OTHERS.contains(&key)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;

    use super::*;

    #[derive(Serialize)]
    struct Nested {
        power: &'static str,
        age_s: Option<f64>,
        seq: u64,
        done: bool,
        list: Vec<Vec<u8>>,
        labels: BTreeMap<&'static str, &'static str>,
        none: Vec<u8>,
    }

    fn nested(labels: &[(&'static str, &'static str)]) -> Nested {
        Nested {
            power: "on",
            age_s: Some(1.5),
            seq: 7,
            done: true,
            list: vec![vec![1, 2], vec![]],
            labels: labels.iter().copied().collect(),
            none: Vec::new(),
        }
    }

    #[test]
    fn yaml_has_blocks_and_quotes_every_text() {
        let documents = [nested(&[("n", "no"), ("rack", "r1: x\n- y")]), nested(&[])];
        assert_eq!(
            yaml(&documents).unwrap(),
            r#"- power: "on"
  age_s: 1.5
  seq: 7
  done: true
  list:
    - - 1
      - 2
    - []
  labels:
    "n": "no"
    rack: "r1: x\n- y"
  none: []
- power: "on"
  age_s: 1.5
  seq: 7
  done: true
  list:
    - - 1
      - 2
    - []
  labels: {}
  none: []
"#
        );
        assert_eq!(yaml(&Vec::<u8>::new()).unwrap(), "[]\n");
        assert_eq!(yaml(&"off").unwrap(), "\"off\"\n");
    }

    #[test]
    fn what_nobody_sees_is_told_by_its_number() {
        let text = "a\u{9b}2J\u{202e}\u{e0041}\n";
        assert_eq!(json_line(&text).unwrap(), "\"a\\u009b2J\\u202e\\udb40\\udc41\\n\"\n");
        assert_eq!(serde_json::from_str::<String>(&json(&text).unwrap()).unwrap(), text);
        assert_eq!(yaml(&text).unwrap(), "\"a\\U0000009B2J\\U0000202E\\U000E0041\\n\"\n");
    }
}
