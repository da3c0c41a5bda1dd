//! A fleet as lines of text for a window of a given size. It touches no terminal.

use api::Power;
use nodeset::NodeSet;

use super::fleet::{Fleet, Folded};
use crate::cli::output::{ago, clock, plain};

/// The share of a window that what is open may take: one line in so many.
const OPEN_SHARE: usize = 3;

/// What is shown beside the fleet.
#[derive(Debug, Clone)]
pub struct Look {
    /// The server's address.
    pub server: String,
    /// Lines at the top.
    pub banner: Vec<String>,
    /// Only these nodes.
    pub wanted: Option<NodeSet>,
}

/// The lines of a window of so many columns and lines, newest events last.
#[must_use]
pub fn draw(fleet: &mut Fleet, look: &Look, size: (usize, usize), now_ms: u64) -> Vec<String> {
    let (columns, rows) = size;
    let mut lines: Vec<String> =
        look.banner.iter().flat_map(|line| wrapped(line, columns)).collect();
    if fleet.is_known() {
        lines.extend(body(fleet, look, (columns, rows.saturating_sub(lines.len())), now_ms));
    } else {
        lines.push(unknown(fleet, look, now_ms));
    }
    lines.truncate(rows);
    lines.iter().map(|line| cut(&plain(line), columns)).collect()
}

/// Before anything was read there is nothing to count.
fn unknown(fleet: &Fleet, look: &Look, now_ms: u64) -> String {
    match fleet.away() {
        Some(words) => format!("{}  NOT CONNECTED, nothing was read yet: {words}", time(now_ms)),
        None => format!("{}  asking {}", time(now_ms), look.server),
    }
}

fn body(fleet: &mut Fleet, look: &Look, size: (usize, usize), now_ms: u64) -> Vec<String> {
    let (columns, rows) = size;
    let folded = fleet.folded(look.wanted.as_ref()).clone();
    let mut lines = vec![headline(fleet, look, &folded, now_ms)];
    lines.push(String::new());
    lines.extend(powers(&folded, columns));
    lines.push(String::new());
    lines.extend(open(fleet, &folded, rows / OPEN_SHARE, now_ms));
    lines.push(String::new());
    lines.push("what happened last".to_owned());
    let room = rows.saturating_sub(lines.len() + 1);
    let newest: Vec<&str> = fleet.events().rev().take(room).collect();
    lines.extend(newest.into_iter().rev().map(|line| format!("  {}", short_time(line).trim_end())));
    lines
}

fn headline(fleet: &Fleet, look: &Look, folded: &Folded, now_ms: u64) -> String {
    let nodes: usize = folded.power.values().map(NodeSet::len).sum();
    let open: usize = folded.open.values().map(NodeSet::len).sum();
    let time = time(now_ms);
    match fleet.away() {
        Some(words) => format!("{time}  NOT CONNECTED, what follows is old: {words}"),
        None => format!("{time}  {nodes} nodes, {open} being changed    {}", look.server),
    }
}

fn time(now_ms: u64) -> String {
    let time = clock(now_ms);
    time.split(' ').next_back().unwrap_or_default().to_owned()
}

fn powers(folded: &Folded, columns: usize) -> Vec<String> {
    let line = |power: Power| {
        let nodes = folded.power.get(&power);
        let (count, nodes) = nodes.map_or((0, String::new()), |set| (set.len(), set.to_string()));
        fit(&format!("  {:<8}{count:>7}  ", power.word()), &nodes, columns)
    };
    [Power::On, Power::Off, Power::Unknown].map(line).into()
}

fn open(fleet: &Fleet, folded: &Folded, room: usize, now_ms: u64) -> Vec<String> {
    let mut lines =
        vec![if folded.open.is_empty() { "nothing is open" } else { "open" }.to_owned()];
    let line = |((seq, phase), nodes): (&(u64, api::Phase), &NodeSet)| {
        let asked = fleet.asked(*seq).map_or_else(String::new, |asked| {
            let age = ago(now_ms.saturating_sub(asked.at_ms));
            format!("{} by {}, {age}", asked.action, asked.by)
        });
        let count = nodes.len();
        let nodes = if count == 1 { nodes.to_string() } else { format!("{count} nodes: {nodes}") };
        format!("  #{seq} {asked}: {phase}  {nodes}")
    };
    // the newest commands are what people look for
    lines.extend(folded.open.iter().rev().take(room).map(line));
    if folded.open.len() > room {
        lines.push(format!("  and {} more", folded.open.len() - room));
    }
    lines
}

/// Nodes behind a head; when they don't fit, as many as do.
fn fit(head: &str, nodes: &str, columns: usize) -> String {
    let room = columns.saturating_sub(head.len() + 1);
    if nodes.len() <= room {
        return format!("{head}{nodes}");
    }
    let end = nodes.char_indices().map(|(at, _)| at).take_while(|at| *at + 3 < room).last();
    let kept = &nodes[..end.unwrap_or(0)];
    let kept = kept.rsplit_once(',').map_or(kept, |(kept, _)| kept);
    format!("{head}{kept},...")
}

/// A line that is too long, in several: what is to be copied must not be cut.
fn wrapped(line: &str, columns: usize) -> Vec<String> {
    let letters: Vec<char> = line.chars().collect();
    let parts = letters.chunks(columns.max(1)).map(|part| part.iter().collect());
    if letters.is_empty() { vec![String::new()] } else { parts.collect() }
}

/// Events of today need no date.
fn short_time(line: &str) -> &str {
    line.split_once(' ').map_or(line, |(_, rest)| rest)
}

fn cut(line: &str, columns: usize) -> String {
    line.chars().take(columns).collect()
}
