//! Makes one node set expression for the server out of everything that the command line says about
//! nodes. It does not know which nodes exist.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use api::NodeQuery;
use nodeset::{NodeSet, ParseError};

use super::arguments::Selection;
use super::{Failure, Session};

/// The most nodes of one command line.
pub const NODES_MAX: usize = 1 << 20;
/// The most bytes of a host file.
const HOSTFILE_BYTES_MAX: u64 = 64 << 20;
/// Every node that the caller may see.
const ALL: &str = "@*";

/// Which nodes a command line means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// A node set expression.
    pub nodes: String,
    /// Only those with these labels.
    pub selector: Option<String>,
    /// As it was typed, for people.
    pub typed: String,
    /// The words that were typed, which may be names of files that a shell put there.
    pub words: Vec<String>,
}

impl Target {
    /// What to ask the server for.
    #[must_use]
    pub fn query(&self) -> NodeQuery {
        NodeQuery {
            nodes: Some(self.nodes.clone()),
            selector: self.selector.clone(),
            ..NodeQuery::default()
        }
    }

    /// The names of the nodes, from the server.
    ///
    /// # Errors
    /// When a node or group is unknown, or the server is away.
    pub fn ask(&self, session: &Session) -> anyhow::Result<NodeSet> {
        let asked = session.ask(|client| client.nodes(&self.query()));
        let list = asked.map_err(|error| self.explain(error))?;
        Ok(NodeSet::from_names(list.nodes.iter().map(|node| &node.node))?)
    }

    /// The same nodes without labels, for requests that take none.
    ///
    /// # Errors
    /// As [`Target::ask`], and when no node has the labels.
    pub fn without_labels(self, session: &Session) -> anyhow::Result<Self> {
        if self.selector.is_none() {
            return Ok(self);
        }
        let names = self.ask(session)?;
        if names.is_empty() {
            return Err(Failure::usage("no node has these labels").into());
        }
        Ok(Self { nodes: names.to_string(), selector: None, ..self })
    }

    /// What to say about a node set or node that the server refuses, beside its own words.
    #[must_use]
    pub fn explain(&self, error: api::ClientError) -> anyhow::Error {
        let api::ClientError::Problem(problem) = &error else { return error.into() };
        let failure = Failure::of_client(&error);
        match (problem.code, problem.column) {
            (api::Code::BadNodeSet, Some(column)) => {
                quoting(caret(failure, &self.nodes, column), &self.words).into()
            }
            (api::Code::UnknownNode | api::Code::BadNodeSet, _) => {
                quoting(failure, &self.words).into()
            }
            _ => error.into(),
        }
    }
}

/// What a command line says about nodes, read and not asked yet.
pub struct Draft {
    wanted: Sum,
    others: Sum,
    selector: Option<String>,
    typed: String,
    words: Vec<String>,
}

/// Reads everything that is said about nodes; none if nothing is.
///
/// # Errors
/// When a node set breaks the grammar, or the host file can't be read.
pub fn find(words: &[String], selection: &Selection) -> Result<Option<Draft>, Failure> {
    if selection.all && !words.is_empty() {
        return Err(Failure::usage("-a means every node: name nodes, or say -a, not both"));
    }
    if !is_said(words, selection) && selection.exclude.is_empty() {
        return Ok(None);
    }
    if !words.is_empty() && words.iter().all(|word| word.trim().is_empty()) {
        return Err(
            Failure::usage("the node set is empty").hint("is a variable of a script not set?")
        );
    }
    let mut wanted = Sum::of(words)?;
    if let Some(path) = &selection.hostfile {
        wanted.add_hostfile(path)?;
    }
    if words.is_empty() && (selection.all || selection.hostfile.is_none()) {
        wanted.asked.push(ALL.to_owned());
    }
    let others = Sum::of(&selection.exclude)?;
    let selector = (!selection.selector.is_empty()).then(|| selection.selector.join(","));
    let typed = typed(words, selection);
    Ok(Some(Draft { wanted, others, selector, typed, words: words.to_vec() }))
}

/// The same for subcommands that need nodes.
///
/// # Errors
/// As [`find`], and when nothing is said about nodes.
pub fn need(words: &[String], selection: &Selection) -> Result<Draft, Failure> {
    let draft = if is_said(words, selection) { find(words, selection)? } else { None };
    draft.ok_or_else(|| {
        Failure::usage("which nodes?")
            .hint("give NODES, -l LABEL=VALUE, --hostfile FILE, or -a for all")
    })
}

fn is_said(words: &[String], selection: &Selection) -> bool {
    !words.is_empty()
        || selection.all
        || !selection.selector.is_empty()
        || selection.hostfile.is_some()
}

impl Draft {
    /// The nodes, if no server is needed to know them.
    #[must_use]
    pub fn plain(&self) -> Option<NodeSet> {
        let plain = self.wanted.asked.is_empty() && self.others.asked.is_empty();
        (plain && self.selector.is_none()).then(|| self.wanted.plain.difference(&self.others.plain))
    }

    /// Makes one expression of it.
    ///
    /// # Errors
    /// When no node is left, or the server is needed and does not know a group or is away.
    pub fn target(self, session: &Session) -> anyhow::Result<Target> {
        let ask = |word: &str| {
            let query = NodeQuery { nodes: Some(word.to_owned()), ..NodeQuery::default() };
            let list = session.ask(|client| client.nodes(&query))?;
            Ok(NodeSet::from_names(list.nodes.iter().map(|node| &node.node))?.to_string())
        };
        let nodes = expression(&self.wanted, &self.others, &ask)?;
        if nodes.is_empty() {
            return Err(Failure::usage("no node is left of the node set").into());
        }
        let Self { selector, typed, words, .. } = self;
        Ok(Target { nodes, selector, typed, words })
    }
}

/// Nodes that need no server to be known, and expressions that do.
#[derive(Default)]
struct Sum {
    plain: NodeSet,
    asked: Vec<String>,
}

impl Sum {
    fn of(words: &[String]) -> Result<Self, Failure> {
        let mut sum = Self::default();
        for word in words {
            sum.add(word).map_err(|failure| quoting(failure, words))?;
        }
        Ok(sum)
    }

    fn add(&mut self, word: &str) -> Result<(), Failure> {
        if needs_server(word) {
            self.asked.push(word.to_owned());
        } else {
            self.plain.extend(&parse(word)?);
        }
        Ok(())
    }

    fn add_hostfile(&mut self, path: &Path) -> Result<(), Failure> {
        let text = read(path).map_err(|error| {
            Failure::usage(format!("can't read the host file {}: {error}", path.display()))
        })?;
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or(line));
        let (sets, names): (Vec<&str>, Vec<&str>) = lines
            .flat_map(str::split_whitespace)
            .partition(|word| word.contains(['[', ',', '!', '&', '^', '@', '*', '?']));
        let names = NodeSet::from_names(names).map_err(|error| {
            Failure::usage(format!("bad host file {}: {error}", path.display()))
        })?;
        self.plain.extend(&names);
        sets.into_iter().try_for_each(|word| self.add(word))
    }
}

fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let source: Box<dyn Read> =
        if path == Path::new("-") { Box::new(io::stdin()) } else { Box::new(File::open(path)?) };
    source.take(HOSTFILE_BYTES_MAX + 1).read_to_string(&mut text)?;
    if text.len() as u64 > HOSTFILE_BYTES_MAX {
        return Err(io::Error::other(format!("more than {HOSTFILE_BYTES_MAX} bytes")));
    }
    Ok(text)
}

/// Whether groups or wildcards are in it.
fn needs_server(word: &str) -> bool {
    word.contains(['@', '*', '?'])
}

fn parse(word: &str) -> Result<NodeSet, Failure> {
    NodeSet::parse(word, NODES_MAX).map_err(|error| bad(&error, word))
}

fn bad(error: &ParseError, text: &str) -> Failure {
    let failure =
        Failure::usage(format!("bad node set, column {}: {}", error.column(), error.kind()));
    caret(failure, text, error.column())
}

/// Shows the text with a mark under the place, as far as that fits on a line.
fn caret(failure: Failure, text: &str, column: usize) -> Failure {
    const BEFORE_MAX: usize = 50;
    const SHOWN_MAX: usize = 76;
    let skip = column.saturating_sub(BEFORE_MAX);
    let shown: String = text.chars().skip(skip).take(SHOWN_MAX).collect();
    let blanks = " ".repeat(column.saturating_sub(1 + skip));
    failure.hint(shown).hint(format!("{blanks}^"))
}

/// A word that is no node but a file here was likely put there by the shell.
fn quoting(failure: Failure, words: &[String]) -> Failure {
    match words.iter().find(|word| Path::new(word).symlink_metadata().is_ok()) {
        Some(file) => failure.hint(format!(
            "{file} is a file here: did your shell expand n[1-3]? quote it: 'n[1-3]'"
        )),
        None => failure,
    }
}

/// The wanted nodes without the others. The grammar has no parentheses and reads from left to right, so
/// what can't be written that way is asked first.
fn expression(
    wanted: &Sum,
    others: &Sum,
    ask: &dyn Fn(&str) -> anyhow::Result<String>,
) -> anyhow::Result<String> {
    let plain = wanted.plain.difference(&others.plain);
    let mut parts = Vec::new();
    for (index, word) in wanted.asked.iter().enumerate() {
        let unions = index == 0 || operands(word).is_some();
        parts.push(if unions { word.clone() } else { ask(word)? });
    }
    if !plain.is_empty() {
        parts.push(plain.to_string());
    }
    let mut text = parts.join(",");
    if text.is_empty() {
        return Ok(text);
    }
    if !wanted.asked.is_empty() && !others.plain.is_empty() {
        without(&mut text, &others.plain.to_string());
    }
    for word in &others.asked {
        let unions = operands(word).is_some();
        without(&mut text, &if unions { word.clone() } else { ask(word)? });
    }
    Ok(text)
}

fn without(text: &mut String, union: &str) {
    for operand in operands(union).unwrap_or_default() {
        text.push('!');
        text.push_str(operand);
    }
}

/// The node sets that a union is made of; none if it is more than a union.
fn operands(text: &str) -> Option<Vec<&str>> {
    let (mut depth, mut start, mut found) = (0_usize, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            '!' | '&' | '^' if depth == 0 => return None,
            _ if depth == 0 && (c == ',' || c.is_whitespace()) => {
                found.push(&text[start..at]);
                start = at + c.len_utf8();
            }
            _ => {}
        }
    }
    found.push(&text[start..]);
    found.retain(|operand| !operand.is_empty());
    Some(found)
}

fn typed(words: &[String], selection: &Selection) -> String {
    const TYPED_CHARS_MAX: usize = 24;
    let mut text = words.join(",");
    for selector in &selection.selector {
        text.push_str(if text.is_empty() { "" } else { " " });
        text.push_str(selector);
    }
    if text.is_empty() {
        text.push_str("all");
    }
    let text = text.trim_start_matches('@');
    if text.chars().count() <= TYPED_CHARS_MAX {
        return text.to_owned();
    }
    text.chars().take(TYPED_CHARS_MAX - 2).chain("..".chars()).collect()
}

#[cfg(test)]
mod tests;
