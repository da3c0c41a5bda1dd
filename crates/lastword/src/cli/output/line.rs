//! Folded lines in powerman's form: what, which nodes, and why. It does not know what they mean.

use std::collections::BTreeMap;
use std::io::IsTerminal;

use nodeset::NodeSet;

use super::plain;
use crate::cli::Globals;
use crate::cli::selection::NODES_MAX;

/// Where the nodes begin on a line whose label is short enough.
const NODES_COLUMN: usize = 9;

/// How a line strikes the eye.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Neither good nor bad.
    Even,
    /// Somebody else had the last word.
    Odd,
    /// Wrong.
    Bad,
}

/// Nodes of which the same is said.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// How it strikes the eye. Lines are in this order.
    pub tone: Tone,
    /// What.
    pub label: String,
    /// Why.
    pub note: Option<String>,
}

/// Whether there are colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paint {
    colours: bool,
}

impl Paint {
    /// Colours for standard output if that is a terminal and nobody minds.
    #[must_use]
    pub fn of(globals: &Globals) -> Self {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let minds = globals.no_color || set("NO_COLOR") || dumb;
        Self { colours: !minds && std::io::stdout().is_terminal() }
    }

    /// None.
    pub const NONE: Self = Self { colours: false };

    fn label(self, tone: Tone, label: &str) -> String {
        let colour = match tone {
            Tone::Good => "32",
            Tone::Even => "1",
            Tone::Odd => "33",
            Tone::Bad => "31",
        };
        if self.colours { format!("\x1b[{colour}m{label}\x1b[0m") } else { label.to_owned() }
    }
}

impl Line {
    /// A line.
    #[must_use]
    pub fn new(tone: Tone, label: impl Into<String>, note: Option<String>) -> Self {
        Self { tone, label: label.into(), note }
    }

    fn text(&self, nodes: &str, paint: Paint) -> String {
        let label = plain(&self.label) + ":";
        let width = label.chars().count();
        let short = width < NODES_COLUMN;
        let blanks = " ".repeat(if short { NODES_COLUMN - width } else { 1 });
        let mut text = paint.label(self.tone, &label) + &blanks + &plain(nodes);
        if let Some(note) = &self.note {
            text += if short { "  (" } else { " (" };
            text += &plain(note);
            text.push(')');
        }
        text + "\n"
    }
}

/// One line for all nodes of which the same is said; good news first.
#[must_use]
pub fn fold(lines: impl IntoIterator<Item = (Line, String)>, paint: Paint) -> String {
    let mut folded: BTreeMap<Line, Vec<String>> = BTreeMap::new();
    for (line, nodes) in lines {
        folded.entry(line).or_default().push(nodes);
    }
    folded.iter().map(|(line, nodes)| line.text(&union(nodes), paint)).collect()
}

/// One folded text for several; side by side if they are too many to fold.
fn union(texts: &[String]) -> String {
    let joined = texts.join(",");
    if texts.len() == 1 {
        return joined;
    }
    NodeSet::parse(&joined, NODES_MAX).map_or(joined, |set| set.to_string())
}

/// The names in a folded text that the server made.
#[must_use]
pub fn expand(nodes: &str) -> Vec<String> {
    NodeSet::parse(nodes, NODES_MAX).map(|set| set.iter().collect()).unwrap_or_default()
}
