//! `lastword holds`: who asked that which nodes be left alone. It changes nothing.

use api::Hold;

use crate::cli::arguments::RowOutput;
use crate::cli::output::{
    Column, Layout, Line, Paint, Row, Tone, clock, expand, fold, print_rows, rfc3339,
};
use crate::cli::{Exit, Globals, Session};

/// The flags.
#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(flatten)]
    output: RowOutput,
}

/// Runs it.
///
/// # Errors
/// When the server is away.
pub fn run(args: Args, globals: &Globals) -> anyhow::Result<Exit> {
    let session = Session::open(globals)?;
    let holds = session.ask(api::Client::holds)?.holds;
    print_rows(
        args.output.format,
        || fold(holds.iter().map(line), Paint::of(globals)),
        || holds.clone(),
        || holds.iter().flat_map(|hold| expand(&hold.nodes)).collect(),
    )?;
    Ok(Exit::Done)
}

impl Row for Hold {
    fn columns(_: Layout) -> Vec<Column<Self>> {
        vec![
            Column::new("nodes", |hold: &Self| Some(hold.nodes.clone())),
            Column::new("by", |hold: &Self| Some(hold.by.clone())),
            Column::new("until", |hold: &Self| rfc3339(hold.until_at_ms)),
            Column::new("reason", |hold: &Self| Some(hold.reason.clone())),
        ]
    }
}

fn line(hold: &Hold) -> (Line, String) {
    let until = clock(hold.until_at_ms);
    let note = format!("by {} until {until}: {}", hold.by, hold.reason);
    (Line::new(Tone::Even, "held", Some(note)), hold.nodes.clone())
}
