//! Reads YAML documents out of a parser's events. Tags mean nothing, and no alias makes more values than the
//! bound of a document.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Span};

use super::{ALIASED_MAX, DEPTH_MAX, Map, Tree, VALUES_MAX, Value};
use crate::import::source::quoted;

/// The line and what is wrong there.
type Mistake = (usize, String);

/// The documents; empty ones are left out.
pub(super) fn documents(text: &str) -> Result<Vec<Tree>, Mistake> {
    let mut builder = Builder { left: VALUES_MAX, aliased_left: ALIASED_MAX, ..Builder::default() };
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(told)?;
        builder.take(event, span)?;
    }
    Ok(builder.documents)
}

/// The parser's words, without what it quotes of the file.
fn told(error: ScanError) -> Mistake {
    let info = error.info().split('`').next().unwrap_or_default().trim_end();
    (error.marker().line(), format!("not YAML: {info}"))
}

#[derive(Default)]
struct Builder {
    documents: Vec<Tree>,
    /// The lists and maps that are open, outermost first.
    open: Vec<Open>,
    /// What has an anchor.
    anchors: HashMap<usize, (Tree, Size)>,
    /// How many values may still come.
    left: usize,
    /// How many may still come of aliases, those that are kept for them counted too.
    aliased_left: usize,
}

struct Open {
    line: usize,
    anchor: usize,
    size: Size,
    so_far: SoFar,
}

/// How many values there are in a value, itself counted, and how many are within each other.
#[derive(Clone, Copy)]
struct Size {
    values: usize,
    height: usize,
}

impl Size {
    const ONE: Self = Self { values: 1, height: 1 };
}

enum SoFar {
    List(Vec<Tree>),
    /// With the key that waits for its value.
    Map(Vec<(String, Tree)>, Option<String>),
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Mistake> {
        let line = span.start.line();
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let null = style == ScalarStyle::Plain && is_null(&text);
                let value = if null { Value::Null } else { Value::Text(text.into_owned()) };
                self.pay(1, line)?;
                self.add(Tree { line: Some(line), value }, Size::ONE, anchor)
            }
            Event::Alias(anchor) => self.repeat(anchor, line),
            Event::SequenceStart(anchor, _) => self.begin(line, anchor, SoFar::List(Vec::new())),
            Event::MappingStart(anchor, _) => {
                self.begin(line, anchor, SoFar::Map(Vec::new(), None))
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(line),
            Event::DocumentEnd => {
                self.anchors.clear();
                Ok(())
            }
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) => {
                Ok(())
            }
        }
    }

    /// Takes so many values from the bound.
    fn pay(&mut self, values: usize, line: usize) -> Result<(), Mistake> {
        let left = self.left.checked_sub(values);
        self.left = left.ok_or_else(|| (line, format!("more than {VALUES_MAX} values")))?;
        Ok(())
    }

    fn pay_for_alias(&mut self, values: usize, line: usize) -> Result<(), Mistake> {
        let left = self.aliased_left.checked_sub(values);
        let wrong = || (line, format!("aliases for more than {ALIASED_MAX} values"));
        self.aliased_left = left.ok_or_else(wrong)?;
        Ok(())
    }

    fn repeat(&mut self, anchor: usize, line: usize) -> Result<(), Mistake> {
        let known = self.anchors.get(&anchor);
        let size = known.ok_or((line, "an alias of what it is part of".to_owned()))?.1;
        self.check_depth(size.height, line)?;
        // paid before it is made
        self.pay_for_alias(size.values, line)?;
        let tree = self.anchors[&anchor].0.clone();
        self.add(tree, size, 0)
    }

    fn begin(&mut self, line: usize, anchor: usize, so_far: SoFar) -> Result<(), Mistake> {
        self.check_depth(1, line)?;
        self.pay(1, line)?;
        self.open.push(Open { line, anchor, size: Size::ONE, so_far });
        Ok(())
    }

    fn check_depth(&self, height: usize, line: usize) -> Result<(), Mistake> {
        let too_deep = self.open.len() + height > DEPTH_MAX;
        if too_deep { Err((line, format!("deeper than {DEPTH_MAX} values"))) } else { Ok(()) }
    }

    fn end(&mut self, line: usize) -> Result<(), Mistake> {
        let wrong = || (line, "an end without its beginning".to_owned());
        let Open { line, anchor, size, so_far } = self.open.pop().ok_or_else(wrong)?;
        let value = match so_far {
            SoFar::List(items) => Value::List(items.into()),
            SoFar::Map(entries, _) => Value::Map(merged(entries)?),
        };
        self.add(Tree { line: Some(line), value }, size, anchor)
    }

    /// Puts a whole value where it belongs.
    fn add(&mut self, tree: Tree, size: Size, anchor: usize) -> Result<(), Mistake> {
        let line = tree.line.unwrap_or(1);
        if anchor != 0 {
            self.pay_for_alias(size.values, line)?;
            self.anchors.insert(anchor, (tree.clone(), size));
        }
        let Some(open) = self.open.last_mut() else {
            let empty = matches!(tree.value, Value::Null);
            self.documents.extend((!empty).then_some(tree));
            return Ok(());
        };
        open.size.values += size.values;
        open.size.height = open.size.height.max(size.height + 1);
        match &mut open.so_far {
            SoFar::List(items) => items.push(tree),
            SoFar::Map(map, key) => match key.take() {
                None => *key = Some(key_text(tree)?),
                Some(key) => map.push((key, tree)),
            },
        }
        Ok(())
    }
}

fn key_text(tree: Tree) -> Result<String, Mistake> {
    match tree.value {
        Value::Text(text) => Ok(text),
        Value::Null => Ok(String::new()),
        Value::List(_) | Value::Map(_) => {
            Err((tree.line.unwrap_or(1), "a key that is no text".to_owned()))
        }
    }
}

fn is_null(text: &str) -> bool {
    matches!(text, "" | "~" | "null" | "Null" | "NULL")
}

/// With the entries of the maps that `<<` names, where the map itself has none of that name.
fn merged(mut entries: Vec<(String, Tree)>) -> Result<Map, Mistake> {
    let merges = entries.iter().position(|(key, _)| key == "<<").map(|at| entries.swap_remove(at));
    let map = Map::new(entries).map_err(twice)?;
    let Some((_, merge)) = merges else { return Ok(map) };
    let others = if matches!(merge.value, Value::List(_)) {
        merge.into_items().collect()
    } else {
        vec![merge]
    };
    let mut all: Vec<(String, Tree)> = map.0.into_iter().collect();
    for other in others {
        let new: Vec<_> = other
            .into_entries()
            .filter(|(key, _)| !all.iter().any(|(known, _)| known == key))
            .collect();
        all.extend(new);
    }
    Map::new(all).map_err(twice)
}

fn twice((key, line): (String, Option<usize>)) -> Mistake {
    (line.unwrap_or(1), format!("key {} twice", quoted(&key)))
}
