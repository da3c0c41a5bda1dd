//! `lastword circuits`: how many nodes each circuit may start at a time, and how many start now. It changes nothing.

use api::Circuit;

use crate::cli::arguments::RowOutput;
use crate::cli::output::{Column, Layout, Line, Paint, Row, Tone, expand, fold, print_rows};
use crate::cli::{Exit, Globals, Session};

/// The flags.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
A circuit is the label `circuit` of nodes; what it bears stands in the inventory:
  [circuits.\"pdu[1-4]\"]
  starts = 8
  within = \"10s\"
In no ten seconds more than eight start then, and turns are spread over the ten seconds: the ninth
waits until ten seconds after the first one's order was answered.")]
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
    let circuits = session.ask(api::Client::circuits)?.circuits;
    print_rows(
        args.output.format,
        || fold(circuits.iter().map(line), Paint::of(globals)),
        || circuits.clone(),
        || circuits.iter().flat_map(|circuit| expand(&circuit.nodes)).collect(),
    )?;
    Ok(Exit::Done)
}

impl Row for Circuit {
    fn columns(_: Layout) -> Vec<Column<Self>> {
        vec![
            Column::new("circuit", |it: &Self| Some(it.circuit.clone())),
            Column::new("starting", |it: &Self| Some(it.starting.to_string())),
            Column::new("starts", |it: &Self| Some(it.starts.to_string())),
            Column::new("within_ms", |it: &Self| Some(it.within_ms.to_string())),
            Column::new("waiting", |it: &Self| Some(it.waiting.to_string())),
            Column::new("watts", |it: &Self| it.watts.map(|watts| watts.to_string())),
            Column::new("watts_max", |it: &Self| it.watts_max.map(|watts| watts.to_string())),
            Column::new("nodes", |it: &Self| Some(it.nodes.clone())),
        ]
    }
}

fn line(circuit: &Circuit) -> (Line, String) {
    let Circuit { starting, starts, within_ms, waiting, watts, watts_max, .. } = circuit;
    let seconds = *within_ms as f64 / 1_000.0;
    let budget = watts.zip(*watts_max).map(|(now, max)| format!(", {now} of {max} W"));
    let budget = budget.unwrap_or_default();
    let note = format!("{starting} of {starts} start within {seconds} s{budget}, {waiting} wait");
    let tone = if *waiting > 0 { Tone::Odd } else { Tone::Even };
    (Line::new(tone, &circuit.circuit, Some(note)), circuit.nodes.clone())
}
