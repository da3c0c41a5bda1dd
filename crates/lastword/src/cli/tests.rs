//! The definition of the command line is sound, its examples parse, and the exit codes weigh as told.

use std::process::ExitCode;

use api::{Code, Outcome, Phase, State, StateGroup, Verdict, Whose};
use clap::{CommandFactory, Parser};

use super::*;

fn whose() -> Whose {
    Whose { seq: 7, by: Some("ops".into()), door: None, action: None, reason: None }
}

fn ended(outcome: Outcome) -> State {
    State::Ended { outcome }
}

fn refused(verdict: Verdict) -> State {
    State::Refused { verdict }
}

fn failed() -> State {
    ended(Outcome::Failed { cause: "x".into() })
}

fn open() -> State {
    State::Running { phase: Phase::Confirming, order: None, attempt: 1, cause: None }
}

fn superseded() -> State {
    ended(Outcome::Superseded { by: whose() })
}

fn held() -> State {
    refused(Verdict::Held { holder: "ops".into(), reason: "x".into(), until_at_ms: 0 })
}

fn stale() -> State {
    refused(Verdict::StaleSequence { newest: 9 })
}

fn code(states: Vec<State>) -> u8 {
    let group = |state| StateGroup { nodes: "n1".into(), count: 1, state };
    Exit::of_states(&states.into_iter().map(group).collect::<Vec<_>>()).code()
}

#[test]
fn every_end_of_a_command_has_its_exit_code() {
    let merged = |result: Outcome| ended(Outcome::Merged { into: 5, result: Box::new(result) });
    for (state, expected) in [
        (ended(Outcome::Confirmed), 0),
        (merged(Outcome::Confirmed), 0),
        (failed(), 1),
        (merged(Outcome::Failed { cause: "x".into() }), 1),
        (ended(Outcome::Uncertain { cause: "x".into() }), 1),
        (superseded(), 3),
        (merged(Outcome::Superseded { by: whose() }), 3),
        (ended(Outcome::Cancelled { by: whose() }), 3),
        (stale(), 5),
        (refused(Verdict::StaleNewest { newest: whose() }), 5),
        (open(), 6),
        (State::Waiting, 6),
        (State::Joined { into: 3 }, 6),
        (held(), 8),
        (refused(Verdict::Busy(whose())), 8),
        (refused(Verdict::Full { limit: 4 }), 8),
    ] {
        assert_eq!(code(vec![state.clone()]), expected, "{state:?}");
    }
    assert_eq!(code(Vec::new()), 0);
}

#[test]
fn of_several_exit_codes_1_comes_before_6_before_3_before_8_before_5() {
    let mut states =
        vec![failed(), open(), superseded(), held(), stale(), ended(Outcome::Confirmed)];
    for expected in [1, 6, 3, 8, 5, 0] {
        let reversed = states.iter().rev().cloned().collect();
        assert_eq!((code(states.clone()), code(reversed)), (expected, expected));
        states.remove(0);
    }
}

#[test]
fn problems_of_the_server_have_the_exit_codes_of_the_manual() {
    for (problem, expected) in [
        (Code::UnknownNode, 2),
        (Code::BadNodeSet, 2),
        (Code::KeyReused, 2),
        (Code::NotAuthenticated, 4),
        (Code::OutOfScope, 4),
        (Code::Stale, 5),
        (Code::NotReady, 7),
        (Code::ConfirmCount, 8),
        (Code::Protected, 8),
        (Code::Full, 8),
        (Code::JournalUnwritable, 8),
        (Code::TooManyClients, 8),
        (Code::TooManyStreams, 8),
        (Code::Other, 1),
    ] {
        assert_eq!(Exit::of_problem(problem).code(), expected, "{problem:?}");
    }
    assert_eq!(ExitCode::from(Exit::Interrupted), ExitCode::from(130));
}

#[test]
fn the_definition_is_sound() {
    Cli::command().debug_assert();
}

/// Splits a line as a shell does, as far as examples need.
fn split(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for c in line.chars() {
        match c {
            '\'' => quoted = !quoted,
            ' ' if !quoted => words.push(std::mem::take(&mut word)),
            _ => word.push(c),
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

fn examples(command: &mut clap::Command) -> Vec<String> {
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let lines = help.lines().filter(|line| line.starts_with("  lastword "));
    let mut found: Vec<String> = lines.map(|line| line.trim().to_owned()).collect();
    for subcommand in command.get_subcommands_mut() {
        found.extend(examples(subcommand));
    }
    found
}

#[test]
fn every_example_of_the_help_parses() {
    let mut command = Cli::command();
    command.build();
    let found = examples(&mut command);
    assert!(found.len() > 40, "only {} examples were found", found.len());
    for example in found {
        let (example, _) = example.split_once(" > ").unwrap_or((&example, ""));
        if let Err(error) = Cli::try_parse_from(split(example)) {
            panic!("{example}: {error}");
        }
    }
}

#[test]
fn aliases_and_flags_before_the_subcommand_are_understood() {
    for line in [
        "lastword softoff n1 --force-after 5m",
        "lastword shutdown n1",
        "lastword stat",
        "lastword query n1",
        "lastword --server http://h:1 -v off n1 -y",
        "lastword off n1 n2 -x n3 --server http://h:1 --token-file f --no-color",
        "lastword boot n1 n2 pxe --and on",
        "lastword boot -a none --and cycle --persist --uefi",
    ] {
        assert!(Cli::try_parse_from(split(line)).is_ok(), "{line}");
    }
    for line in [
        "lastword off n1 --force-after 5m",
        "lastword off n1 --wait --no-wait",
        "lastword off n1 --hold-for 1h",
        "lastword boot n1 floppy --and on",
        "lastword boot n1 pxe",
        "lastword hold n1",
        "lastword nodes n1 --count --expand",
        "lastword",
    ] {
        assert!(Cli::try_parse_from(split(line)).is_err(), "{line}");
    }
}

#[test]
fn a_cause_is_told_once_even_by_errors_that_tell_it_themselves() {
    let cause = || std::io::Error::other("no room");
    let accounts =
        region::AccountsError::File { action: "write", path: "/t".into(), source: cause() };
    let error = anyhow::Error::from(accounts).context("can't open the accounts");
    assert_eq!(super::told(&error), "can't open the accounts: can't write /t: no room");
    let error = anyhow::Error::from(cause()).context("can't begin");
    assert_eq!(super::told(&error), "can't begin: no room");
}

#[test]
fn errors_say_what_to_do_next() {
    let server = "http://127.0.0.1:7473".to_owned();
    let away = api::ClientError::Unreachable { server, cause: "connection refused".into() };
    let failure = Failure::of_client(&away);
    assert_eq!(failure.exit(), Exit::NoDaemon);
    assert_eq!(
        failure.to_string(),
        "lastword: no daemon at http://127.0.0.1:7473: connection refused\n  start it with \
         `lastword serve --inventory FILE`, or say where it is with --server or LASTWORD_SERVER"
    );
    let problem = api::Problem::new(Code::Protected, 409, "n7 is protected");
    let text = Failure::of_client(&api::ClientError::Problem(problem.into())).to_string();
    assert!(text.contains("--force-protected"), "{text}");
}
