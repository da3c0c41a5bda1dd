//! Evaluates `[groups]`, which may refer to each other in any order but not in a circle. It does
//! not evaluate node sets itself.

use std::cell::RefCell;
use std::collections::BTreeMap;

use nodeset::{Groups, NodeSet};

use super::file::Written;
use super::finding::Findings;
use super::model::NODES_MAX;
use super::options::wrong_word;
use super::source::{Source, Text};

/// Groups may refer to groups that refer to groups so many times.
pub(super) const GROUP_DEPTH_MAX: usize = 32;

/// The groups by name; those that are wrong are reported and empty. `complete` says that `all` are
/// all nodes, so that others in a group are a mistake.
pub(super) fn resolve(
    files: &[(Source<'_>, Written)],
    all: &NodeSet,
    complete: bool,
    errors: &mut Findings,
) -> BTreeMap<String, NodeSet> {
    let written = written(files, errors);
    let resolver = Resolver { written: &written, all, complete, state: RefCell::default() };
    for name in written.keys() {
        resolver.group(name);
    }
    let state = resolver.state.into_inner();
    for (name, at_chars, message) in state.mistakes {
        let (text, source) = written[name];
        let place = match at_chars {
            Some(at_chars) => source.inside(text, at_chars),
            None => source.place(text.span()),
        };
        errors.add(&place, message);
    }
    state.done.into_iter().map(|(name, set)| (name.to_owned(), set)).collect()
}

type Definitions<'f> = BTreeMap<&'f str, (&'f Text, &'f Source<'f>)>;

fn written<'f>(files: &'f [(Source<'f>, Written)], errors: &mut Findings) -> Definitions<'f> {
    let mut definitions = Definitions::new();
    let mut places = BTreeMap::new();
    for (source, written) in files {
        for (name, members) in &written.groups {
            let place = source.place(name.span());
            let name = name.get_ref().as_str();
            if let Some(first) = places.get(name) {
                let message = format!("group {name} is defined twice");
                errors.add_pair(&place, message, (first, "first defined here"));
                continue;
            }
            let slash = name.contains('/').then_some("no / is allowed");
            if let Some(wrong) = wrong_word(name).or(slash) {
                errors.add(&place, format!("name of a group: {wrong}"));
            }
            definitions.insert(name, (members, source));
            places.insert(name, place);
        }
    }
    definitions
}

struct Resolver<'f> {
    written: &'f Definitions<'f>,
    all: &'f NodeSet,
    complete: bool,
    state: RefCell<State<'f>>,
}

#[derive(Default)]
struct State<'f> {
    /// The groups being evaluated, outermost first.
    open: Vec<&'f str>,
    done: BTreeMap<&'f str, NodeSet>,
    /// The group, how many characters into its text, and what is wrong.
    mistakes: Vec<(&'f str, Option<usize>, String)>,
    /// Why a group that exists was not given; takes the place of the parser's "unknown group".
    refused: Option<String>,
}

impl<'f> Resolver<'f> {
    fn evaluate(&self, name: &'f str, text: &str) -> NodeSet {
        self.state.borrow_mut().open.push(name);
        let parsed = NodeSet::parse_with(text, self, NODES_MAX);
        let mut state = self.state.borrow_mut();
        state.open.pop();
        let refused = state.refused.take();
        let mistake = match &parsed {
            Ok(set) => self.strangers(set).map(|message| (None, message)),
            Err(error) => {
                let message = refused.unwrap_or_else(|| error.kind().to_string());
                Some((Some(error.column() - 1), message))
            }
        };
        if let Some((at_chars, message)) = mistake {
            state.mistakes.push((name, at_chars, message));
            // it is reported once; those that refer to it are as well as they can be
            return NodeSet::default();
        }
        parsed.unwrap_or_default()
    }

    fn strangers(&self, set: &NodeSet) -> Option<String> {
        let strangers = set.difference(self.all);
        let wrong = self.complete && !strangers.is_empty();
        wrong.then(|| format!("not in the inventory: {strangers}"))
    }
}

impl Groups for Resolver<'_> {
    fn group(&self, name: &str) -> Option<NodeSet> {
        let (name, (text, _)) = self.written.get_key_value(name)?;
        {
            let mut state = self.state.borrow_mut();
            if let Some(set) = state.done.get(name) {
                return Some(set.clone());
            }
            let circle = state.open.iter().position(|open| open == name);
            if let Some(start) = circle {
                let path = state.open[start..].join(" > ");
                state.refused = Some(format!("a group that refers to itself: {path} > {name}"));
                return None;
            }
            if state.open.len() == GROUP_DEPTH_MAX {
                state.refused =
                    Some(format!("groups refer to groups more than {GROUP_DEPTH_MAX} times"));
                return None;
            }
        }
        let set = self.evaluate(name, text.get_ref());
        self.state.borrow_mut().done.insert(name, set.clone());
        Some(set)
    }

    fn all(&self) -> NodeSet {
        self.all.clone()
    }

    fn wildcard(&self, pattern: &str) -> NodeSet {
        self.all.matching(pattern)
    }
}
