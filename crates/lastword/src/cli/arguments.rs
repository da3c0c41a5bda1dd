//! The groups of flags that several subcommands share. It gives them no meaning.

use std::path::PathBuf;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use clap_complete::ArgValueCompleter;

use super::complete;
use super::span::Span;

/// Which nodes, beside those that are named one by one.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Which nodes")]
pub struct Selection {
    /// Only nodes with this label (repeat it, or join with commas: all must fit)
    #[arg(short = 'l', long, value_name = "LABEL=VALUE")]
    pub selector: Vec<String>,
    /// Leave these nodes out
    #[arg(short = 'x', long, value_name = "NODES", add = ArgValueCompleter::new(complete::nodes))]
    pub exclude: Vec<String>,
    /// Every node that you may see
    #[arg(short = 'a', long)]
    pub all: bool,
    /// Also the nodes in this file, one or many a line; - is standard input
    #[arg(long, value_name = "FILE")]
    pub hostfile: Option<PathBuf>,
}

/// How to print one document, or a list that has no columns.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct Output {
    /// How to print the result
    #[arg(short = 'o', long = "output", value_name = "FORMAT", value_enum, default_value_t)]
    pub format: Format,
}

/// How to print rows.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct RowOutput {
    /// How to print the result
    #[arg(short = 'o', long = "output", value_name = "FORMAT", value_enum, default_value_t)]
    pub format: RowFormat,
}

/// A way to print any result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Folded lines for people
    #[default]
    Text,
    /// One JSON document
    Json,
    /// One JSON document a line
    Jsonl,
    /// The same documents in YAML
    Yaml,
    /// Names alone, one a line
    Name,
}

/// A way to print rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowFormat {
    /// As any other result.
    Plain(Format),
    /// A line a row, in columns.
    Wide,
    /// A heading and a line a row, as RFC 4180 has it.
    Csv,
}

impl RowFormat {
    /// Whether people read it, rather than programs.
    #[must_use]
    pub const fn is_for_people(self) -> bool {
        matches!(self, Self::Plain(Format::Text | Format::Name) | Self::Wide)
    }
}

impl Default for RowFormat {
    fn default() -> Self {
        Self::Plain(Format::default())
    }
}

impl ValueEnum for RowFormat {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Plain(Format::Text),
            Self::Wide,
            Self::Plain(Format::Json),
            Self::Plain(Format::Jsonl),
            Self::Plain(Format::Yaml),
            Self::Csv,
            Self::Plain(Format::Name),
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Plain(format) => format.to_possible_value(),
            Self::Wide => Some(PossibleValue::new("wide").help("A line a row, in columns")),
            Self::Csv => Some(PossibleValue::new("csv").help("Comma-separated, with a heading")),
        }
    }
}

/// A state of a node's power that a command line can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnOff {
    /// On
    On,
    /// Off
    Off,
}

impl From<OnOff> for api::OnOff {
    fn from(state: OnOff) -> Self {
        match state {
            OnOff::On => Self::On,
            OnOff::Off => Self::Off,
        }
    }
}

/// How a command is given and followed.
#[derive(Args, Clone, Debug, Default)]
pub struct Order {
    /// Wait until every node is confirmed or has failed (the default)
    #[arg(long, conflicts_with = "no_wait")]
    pub wait: bool,
    /// Return as soon as the command is accepted
    #[arg(long)]
    pub no_wait: bool,
    /// Wait no longer than this; then exit 6, and the daemon keeps firing
    #[arg(long, value_name = "SPAN", conflicts_with = "no_wait")]
    pub timeout: Option<Span>,
    /// How long the daemon may try before it gives up [default: what the inventory says]
    #[arg(long, value_name = "SPAN")]
    pub deadline: Option<Span>,
    /// Tell what it would do, and do nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Don't ask, however many nodes they are
    #[arg(short = 'y', long)]
    pub yes: bool,
    /// Don't ask for so many nodes; never command more than that without asking
    #[arg(long, value_name = "N")]
    pub max_nodes: Option<usize>,
    /// Why; others see it
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// Your own number of this command: refused as stale unless larger than your last for a node
    #[arg(long, value_name = "N")]
    pub seq: Option<u64>,
    /// Refused as stale unless this is still the newest command of each node
    #[arg(long, value_name = "SEQ")]
    pub if_newest: Option<u64>,
    /// Refused as a whole unless every node reads so now; unknown is neither
    #[arg(long, value_name = "STATE", value_enum)]
    pub if_state: Option<OnOff>,
    /// The same key is the same command: given twice, it is carried out once [default: random]
    #[arg(long, value_name = "KEY")]
    pub key: Option<String>,
    /// Place a hold with it, so that nobody else changes the nodes
    #[arg(long, value_name = "REASON")]
    pub hold: Option<String>,
    /// How long that hold lasts
    #[arg(long, value_name = "SPAN", requires = "hold", default_value = "1h")]
    pub hold_for: Option<Span>,
    /// Also nodes that the inventory protects
    #[arg(long)]
    pub force_protected: bool,
    /// Also everything that depends on these nodes
    #[arg(long)]
    pub with_children: bool,
    /// Also everything that these nodes depend on
    #[arg(long)]
    pub with_parents: bool,
    #[command(flatten)]
    pub batch: Batch,
}

/// How to go through many nodes.
#[derive(Args, Clone, Copy, Debug, Default)]
#[command(next_help_heading = "A few at a time")]
pub struct Batch {
    /// Begin with N nodes, and with the next N when all of those have ended
    #[arg(long = "batch", value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub size: Option<u32>,
    /// Wait between the end of one batch and the beginning of the next
    #[arg(long, value_name = "SPAN", requires = "size")]
    pub delay: Option<Span>,
    /// When K nodes have failed, take back those that have not begun
    #[arg(long, value_name = "K", requires = "size", value_parser = clap::value_parser!(u32).range(1..))]
    pub stop_after_failures: Option<u32>,
}

impl Batch {
    /// The same in the words of the interface; none if all nodes begin at once.
    #[must_use]
    pub fn asked(self) -> Option<api::Batch> {
        let delay_ms = self.delay.map_or(0, Span::ms);
        self.size.map(|size| api::Batch { size, delay_ms, stop_after: self.stop_after_failures })
    }
}
