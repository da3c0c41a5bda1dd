//! docs/simulate.md shows what the command line in it prints, and docs/simulate.svg is its chart. `cargo xtask fix` writes
//! both anew.

use std::fs;
use std::path::PathBuf;

use clap::Parser;

use super::{run, svg, text};
use crate::cli::Cli;
use crate::command::Subcommand;

const BEGIN: &str = "```\n$ ";
const END: &str = "```\n";

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
}

/// What stands before the block, its command line, what it shows, and what stands after it.
fn parts(page: &str) -> [&str; 4] {
    let (before, rest) = page.split_once(BEGIN).expect("the page has a block with a command");
    let (command, rest) = rest.split_once('\n').expect("the block has lines");
    let (shown, after) = rest.split_once(END).expect("the block ends");
    [before, command, shown, after]
}

#[test]
fn the_page_shows_what_its_command_line_prints() {
    let page = fs::read_to_string(file("simulate.md")).unwrap();
    let [before, command, shown, after] = parts(&page);
    let words = command.split_whitespace();
    let Subcommand::Simulate(args) = Cli::try_parse_from(words).unwrap().subcommand else {
        panic!("{command} is another command");
    };
    assert_eq!(args.svg, Some("docs/simulate.svg".into()));
    let report = run(&args.plan());
    let (printed, drawn) = (text(&report), svg(&report));
    if std::env::var_os("LASTWORD_UPDATE").is_some() {
        let page = [before, BEGIN, command, "\n", &printed, END, after].concat();
        fs::write(file("simulate.md"), page).unwrap();
        fs::write(file("simulate.svg"), drawn).unwrap();
        return;
    }
    let hint = "`cargo xtask fix` writes docs/simulate.md anew";
    assert_eq!(shown, printed, "{hint}");
    assert!(fs::read_to_string(file("simulate.svg")).unwrap() == drawn, "{hint}");
}
