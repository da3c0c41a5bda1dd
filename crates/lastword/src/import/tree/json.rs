//! Reads JSON documents, one after the other. It does not tell where a value is.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::{DEPTH_MAX, Map, Tree, VALUES_MAX, Value};
use crate::import::source::quoted;

/// The documents, or the line and what is wrong there.
pub(super) fn documents(text: &str) -> Result<Vec<Tree>, (usize, String)> {
    let left = Cell::new(VALUES_MAX);
    let mut reader = serde_json::Deserializer::from_str(text);
    let mut documents = Vec::new();
    loop {
        let seed = Seed { left: &left, depth: DEPTH_MAX };
        documents.push(seed.deserialize(&mut reader).map_err(told)?);
        if reader.end().is_ok() {
            return Ok(documents);
        }
    }
}

fn told(error: serde_json::Error) -> (usize, String) {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    (error.line().max(1), format!("not JSON: {message}"))
}

/// A value that is read within bounds.
#[derive(Clone, Copy)]
struct Seed<'l> {
    /// How many values may still come.
    left: &'l Cell<usize>,
    depth: usize,
}

impl Seed<'_> {
    fn tree<E: Error>(self, value: Value) -> Result<Tree, E> {
        let left = self.left.get().checked_sub(1);
        self.left.set(left.ok_or_else(|| E::custom(format!("more than {VALUES_MAX} values")))?);
        Ok(Tree { line: None, value })
    }

    fn text<E: Error>(self, text: impl fmt::Display) -> Result<Tree, E> {
        self.tree(Value::Text(text.to_string()))
    }

    fn deeper<E: Error>(self) -> Result<Self, E> {
        let depth = self.depth.checked_sub(1);
        let depth = depth.ok_or_else(|| E::custom(format!("deeper than {DEPTH_MAX} values")))?;
        Ok(Self { depth, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Tree;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Tree, E> {
        self.tree(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Tree, E> {
        self.text(value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Tree, E> {
        self.text(value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Tree, E> {
        self.text(value)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Tree, E> {
        self.text(value)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Tree, E> {
        self.text(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree, A::Error> {
        let inner = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        self.tree(Value::List(list.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let inner = self.deeper()?;
        let mut map = Vec::new();
        while let Some(key) = entries.next_key::<String>()? {
            map.push((key, entries.next_value_seed(inner)?));
        }
        let twice = |(key, _): (String, _)| A::Error::custom(format!("key {} twice", quoted(&key)));
        self.tree(Value::Map(Map::new(map).map_err(twice)?))
    }
}
