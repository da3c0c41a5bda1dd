//! The view as it stands in a window.

use api::{Action, Door, Outcome, Phase, What};

use super::*;

fn event(nodes: &str, what: What) -> Event {
    Event { at_ms: 1_000, nodes: nodes.into(), count: 1, what }
}

fn status(power: api::Power, phase: Phase, seq: Option<u64>) -> What {
    What::Status { power, phase, seq, attempt: 0 }
}

fn look() -> Look {
    Look { server: "http://127.0.0.1:7473".into(), banner: vec!["demo".into()], wanted: None }
}

fn drawn(fleet: &mut Fleet, look: &Look, size: (usize, usize)) -> Vec<String> {
    draw(fleet, look, size, 5_000)
}

fn fought_over() -> Fleet {
    let mut fleet = Fleet::default();
    fleet.replace(&[]);
    fleet.apply(&event("r1n[01-38]", status(api::Power::On, Phase::Idle, None)));
    fleet.apply(&event("r1n39", status(api::Power::Unknown, Phase::Idle, None)));
    let command = What::Command {
        seq: 7,
        action: Action::Off,
        by: "bob".into(),
        door: Door::Cli,
        reason: None,
    };
    fleet.apply(&event("r1n40", command));
    fleet.apply(&event("r1n40", status(api::Power::On, Phase::Firing, Some(7))));
    fleet
}

#[test]
fn it_tells_the_power_what_is_open_and_what_happened() {
    let lines = drawn(&mut fought_over(), &look(), (80, 24));
    let text = lines.join("\n");
    assert_eq!(lines[0], "demo");
    assert!(lines[1].contains("40 nodes, 1 being changed"), "{text}");
    assert!(text.contains("  on           39  r1n[01-38,40]"), "{text}");
    assert!(text.contains("  off           0"), "{text}");
    assert!(text.contains("  unknown       1  r1n39"), "{text}");
    assert!(text.contains("  #7 off by bob, 4 s: firing  r1n40"), "{text}");
    assert!(lines.last().is_some_and(|line| line.contains("#7 off by bob (cli)")), "{text}");
}

#[test]
fn what_has_ended_is_no_longer_open() {
    let mut fleet = fought_over();
    fleet.apply(&event("r1n40", status(api::Power::Off, Phase::Watching, None)));
    fleet.apply(&event("r1n40", What::Outcome { seq: 7, outcome: Outcome::Confirmed }));
    let text = drawn(&mut fleet, &look(), (80, 24)).join("\n");
    assert!(text.contains("nothing is open") && text.contains("#7 confirmed"), "{text}");
}

#[test]
fn it_fits_into_any_window() {
    let mut fleet = fought_over();
    let names = (0..500).map(|n| format!("x{}", n * 2)).collect::<Vec<_>>().join(",");
    fleet.apply(&event(&names, status(api::Power::Off, Phase::Firing, Some(7))));
    for size in [(80, 24), (40, 10), (10, 3), (1, 1), (200, 60)] {
        let lines = drawn(&mut fleet, &look(), size);
        assert!(lines.len() <= size.1, "{size:?}: {}", lines.len());
        assert!(lines.iter().all(|line| line.chars().count() <= size.0), "{size:?}");
    }
    let text = drawn(&mut fleet, &look(), (80, 24)).join("\n");
    assert!(text.contains(",..."), "a set that is too long is cut between names\n{text}");
}

#[test]
fn a_line_of_the_banner_that_is_too_long_is_wrapped_and_not_cut() {
    let link = format!("http://127.0.0.1:7473/ui/#token={}", "0123456789".repeat(7));
    let look = Look { banner: vec![link.clone()], ..look() };
    let lines = drawn(&mut fought_over(), &look, (40, 24));
    assert_eq!(lines[..3].concat(), link);
}

#[test]
fn only_the_nodes_that_are_wanted_are_counted() {
    let wanted = Some(NodeSet::parse("r1n[39-40]", 9).unwrap());
    let text = drawn(&mut fought_over(), &Look { wanted, ..look() }, (80, 24)).join("\n");
    assert!(text.contains("2 nodes"), "{text}");
}

#[test]
fn before_anything_was_read_nothing_is_counted() {
    let mut fleet = Fleet::default();
    let text = drawn(&mut fleet, &look(), (80, 24)).join("\n");
    assert!(text.contains("asking http://127.0.0.1:7473") && !text.contains("nodes"), "{text}");
    fleet.lose("the token is wrong".into());
    let text = drawn(&mut fleet, &look(), (80, 24)).join("\n");
    assert!(text.contains("nothing was read yet: the token is wrong"), "{text}");
    assert!(!text.contains("unknown"), "{text}");
}

#[test]
fn a_server_that_is_away_is_told_of_and_what_is_shown_is_old() {
    let mut fleet = fought_over();
    fleet.lose("no answer from http://127.0.0.1:7473".into());
    let text = drawn(&mut fleet, &look(), (80, 24)).join("\n");
    assert!(text.contains("NOT CONNECTED") && text.contains("r1n[01-38,40]"), "{text}");
}
