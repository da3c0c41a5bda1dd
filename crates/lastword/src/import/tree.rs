//! A document, JSON or YAML, as a tree of texts, lists and maps. A text stays as it was written, so that
//! `off` is no boolean and `0623` no number. It knows no schema and can't be printed.

mod json;
mod yaml;

use super::source::{Source, SourceError};

/// The documents of a file have at most so many values.
const VALUES_MAX: usize = 10_000_000;
/// The aliases of a YAML file stand for so many values at most.
const ALIASED_MAX: usize = 1_000_000;
/// Values are within each other so many times at most.
const DEPTH_MAX: usize = 64;

/// A value and where it is.
#[derive(Clone)]
pub(super) struct Tree {
    /// Counted from 1; JSON does not tell.
    pub(super) line: Option<usize>,
    pub(super) value: Value,
}

#[derive(Clone)]
pub(super) enum Value {
    Null,
    Text(String),
    List(Box<[Tree]>),
    Map(Map),
}

/// Entries in the order of their keys, each once; small, because documents have millions of maps.
#[derive(Clone)]
pub(super) struct Map(Box<[(String, Tree)]>);

impl Map {
    /// Puts entries into their order.
    ///
    /// # Errors
    /// The key that is there twice, and the line of the second.
    fn new(mut entries: Vec<(String, Tree)>) -> Result<Self, (String, Option<usize>)> {
        entries.sort_by(|(one, _), (other, _)| one.cmp(other));
        let double = entries.windows(2).find(|pair| pair[0].0 == pair[1].0);
        match double {
            Some(pair) => Err((pair[1].0.clone(), pair[1].1.line)),
            None => Ok(Self(entries.into())),
        }
    }

    fn get(&self, key: &str) -> Option<&Tree> {
        let at = self.0.binary_search_by(|(known, _)| known.as_str().cmp(key)).ok()?;
        Some(&self.0[at].1)
    }
}

/// The documents of a file.
///
/// # Errors
/// When it is neither JSON nor YAML, or has more than [`VALUES_MAX`] values.
pub(super) fn documents(source: &Source) -> Result<Vec<Tree>, SourceError> {
    let text = plain(&source.text);
    let skipped = source.text[..source.text.len() - text.len()].matches('\n').count();
    let documents =
        if text.starts_with(['{', '[']) { json::documents(text) } else { yaml::documents(text) };
    documents.map_err(|(line, message)| source.line(line + skipped).wrong(message))
}

/// Without what command lines say before their document.
fn plain(text: &str) -> &str {
    let text = text.trim_start_matches('\u{feff}');
    let said = text.starts_with("Success.\n").then(|| text.find(['{', '[']));
    text[said.flatten().unwrap_or(0)..].trim_ascii_start()
}

impl Tree {
    /// The value of a key; none if it is null.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let Value::Map(map) = &self.value else { return None };
        map.get(key).filter(|found| !matches!(found.value, Value::Null))
    }

    /// The value at the end of some keys.
    pub(super) fn at(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |tree, key| tree.get(key))
    }

    /// The text of a key, if it is one and not empty.
    pub(super) fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.as_text().filter(|text| !text.is_empty())
    }

    /// The text itself.
    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The items of a list; none of what is no list.
    pub(super) fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            Value::Null | Value::Text(_) | Value::Map(_) => &[],
        }
    }

    /// The entries of a map; none of what is no map.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, &Self)> {
        let entries = match &self.value {
            Value::Map(map) => &map.0[..],
            Value::Null | Value::Text(_) | Value::List(_) => &[],
        };
        entries.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// The items of a list, taken out of it.
    pub(super) fn into_items(self) -> impl Iterator<Item = Self> {
        let items = match self.value {
            Value::List(items) => items,
            Value::Null | Value::Text(_) | Value::Map(_) => [].into(),
        };
        items.into_iter()
    }

    /// The value of a key, taken out of its map.
    pub(super) fn into_entry(self, key: &str) -> Option<Self> {
        self.into_entries().find(|(known, _)| known == key).map(|(_, value)| value)
    }

    /// The entries of a map, taken out of it.
    pub(super) fn into_entries(self) -> impl Iterator<Item = (String, Self)> {
        let entries = match self.value {
            Value::Map(map) => map.0,
            Value::Null | Value::Text(_) | Value::List(_) => [].into(),
        };
        entries.into_iter()
    }

    pub(super) fn is_map(&self) -> bool {
        matches!(self.value, Value::Map(_))
    }

    /// Whether a key is set to what programs take for true.
    pub(super) fn is_set(&self, key: &str) -> bool {
        self.text(key).is_some_and(is_true)
    }
}

/// Whether a text means true.
pub(super) fn is_true(text: &str) -> bool {
    ["true", "yes", "on", "1"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether a text means false.
pub(super) fn is_false(text: &str) -> bool {
    ["false", "no", "off", "0"].iter().any(|word| text.eq_ignore_ascii_case(word))
}
