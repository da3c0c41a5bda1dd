//! ClusterShell's groups: YAML files with sources of groups, and the older files with a group a line. Groups are
//! written out; of two sources that have the same group both are called SOURCE.GROUP.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use cluster::inventory::NODES_MAX;
use nodeset::{Groups, NodeSet};

use super::found::Found;
use super::source::{Place, Source, SourceError, quoted};
use super::tree::{Tree, documents};

/// The source of groups in files that name none.
const LOCAL: &str = "local";
/// Groups may refer to groups that refer to groups so many times.
const DEPTH_MAX: usize = 32;

/// All groups together have so many members at most.
const MEMBERS_MAX: usize = 2_000_000;

/// A source and a group of it.
type Name = (String, String);

/// Reads the files, as one.
///
/// # Errors
/// When one is no YAML, or the groups are too large.
pub(super) fn read(sources: &[Source], found: &mut Found) -> Result<(), SourceError> {
    let mut written = BTreeMap::new();
    for source in sources {
        for document in documents(source)? {
            read_document(&document, source, &mut written, found)?;
        }
    }
    let mut left = MEMBERS_MAX;
    let resolver =
        Resolver { written: &written, done: RefCell::default(), open: RefCell::default() };
    for (name, (_, place)) in &written {
        match resolver.evaluate(name) {
            Ok(set) => {
                left = left.checked_sub(set.len()).ok_or_else(|| {
                    place.wrong(format!("the groups have more than {MEMBERS_MAX} members"))
                })?;
                // also if it is empty, so that this is told
                let group = found.groups.entry(flat_name(name, &written)).or_default();
                group.extend(set.iter());
            }
            Err(reason) => {
                found.leave_out(place, format!("group {}:{}: {reason}", name.0, name.1));
            }
        }
    }
    Ok(())
}

type Definitions = BTreeMap<Name, (String, Place)>;

fn read_document(
    document: &Tree,
    source: &Source,
    written: &mut Definitions,
    found: &mut Found,
) -> Result<(), SourceError> {
    if !document.is_map() {
        return Err(source.at(document.line).wrong("expected sources with groups in them"));
    }
    for (key, value) in document.entries() {
        if value.is_map() {
            for (group, members) in value.entries() {
                define((key, group), members, source, written, found);
            }
        } else {
            define((LOCAL, key), value, source, written, found);
        }
    }
    Ok(())
}

fn define(
    (origin, group): (&str, &str),
    members: &Tree,
    source: &Source,
    written: &mut Definitions,
    found: &mut Found,
) {
    let place = source.at(members.line);
    let name = (origin.to_owned(), group.to_owned());
    let items: Option<Vec<&str>> = members.items().iter().map(Tree::as_text).collect();
    let text = match (members.as_text(), items) {
        (Some(text), _) => text.to_owned(),
        (None, Some(items)) if !members.is_map() => items.join(","),
        (None, _) => {
            let words = "neither a node set nor a list of them";
            return found.leave_out(&place, format!("group {origin}:{group}: {words}"));
        }
    };
    if let Some((_, first)) = written.get(&name) {
        let words = format!("group {origin}:{group} is at {first} already");
        return found.leave_out(&place, words);
    }
    written.insert(name, (text, place));
}

/// What a group is called where there are no sources.
fn flat_name((origin, group): &Name, written: &Definitions) -> String {
    let twice = written.keys().any(|(other, name)| name == group && other != origin);
    if twice { format!("{origin}.{group}") } else { group.clone() }
}

struct Resolver<'w> {
    written: &'w Definitions,
    done: RefCell<BTreeMap<&'w Name, NodeSet>>,
    /// The groups being evaluated, outermost first.
    open: RefCell<Vec<&'w Name>>,
}

impl<'w> Resolver<'w> {
    fn evaluate(&self, name: &Name) -> Result<NodeSet, String> {
        let Some((name, (text, _))) = self.written.get_key_value(name) else {
            return Err(format!("there is no group {}", quoted(&name.1)));
        };
        if let Some(set) = self.done.borrow().get(name) {
            return Ok(set.clone());
        }
        if self.open.borrow().contains(&name) || self.open.borrow().len() == DEPTH_MAX {
            return Err("it refers to itself, or too deep".to_owned());
        }
        let set = self.within(name, text)?;
        self.done.borrow_mut().insert(name, set.clone());
        Ok(set)
    }

    fn within(&self, name: &'w Name, text: &str) -> Result<NodeSet, String> {
        self.open.borrow_mut().push(name);
        let set = NodeSet::parse_with(text, self, NODES_MAX);
        self.open.borrow_mut().pop();
        set.map_err(|error| error.kind().to_string())
    }

    /// The source of the group that is being evaluated.
    fn origin(&self) -> String {
        self.open.borrow().last().map_or_else(String::new, |(origin, _)| origin.clone())
    }

    /// All nodes of a source, as far as they can be known.
    fn all_of(&self, origin: &str) -> NodeSet {
        let open: BTreeSet<&Name> = self.open.borrow().iter().copied().collect();
        let of = self.written.keys().filter(|name| name.0 == origin && !open.contains(name));
        of.filter_map(|name| self.evaluate(name).ok())
            .fold(NodeSet::default(), |all, set| all.union(&set))
    }
}

impl Groups for Resolver<'_> {
    fn group(&self, name: &str) -> Option<NodeSet> {
        let (origin, group) = match name.split_once(':') {
            Some((origin, group)) => (origin.to_owned(), group),
            None => (self.origin(), name),
        };
        if group == "*" {
            return Some(self.all_of(&origin));
        }
        self.evaluate(&(origin, group.to_owned())).ok()
    }

    fn all(&self) -> NodeSet {
        self.all_of(&self.origin())
    }

    fn wildcard(&self, pattern: &str) -> NodeSet {
        self.all().matching(pattern)
    }
}
