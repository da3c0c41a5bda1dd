//! The texts, word by word, and the fields of the JSON documents.

use api::{
    Action, Boot, BootDevice, Command, Door, Event, HeldBy, History, Intent, LastKnown, Node,
    Outcome, PastIntent, Phase, Policy, Power, State, StateGroup, Verdict, VerdictGroup, What,
    Whose,
};
use jiff::tz::TimeZone;

use super::line::Paint;
use super::moment::{ago, clock_in};
use super::*;

fn whose(seq: u64, by: &str, action: Action) -> Whose {
    Whose { seq, by: Some(by.into()), door: Some(Door::Cli), action: Some(action), reason: None }
}

fn command(action: Action, states: Vec<(&str, usize, State)>) -> Command {
    let group = |(nodes, count, state): (&str, usize, State)| StateGroup {
        nodes: nodes.into(),
        count,
        state,
    };
    Command {
        seq: 812,
        accepted_at_ms: 1_763_906_531_000,
        action,
        nodes: "n[1-9]".into(),
        count: 9,
        by: "ops".into(),
        door: Door::Cli,
        reason: Some("disk swap".into()),
        sequence: None,
        if_newest: None,
        boot: None,
        force_after_ms: None,
        batch: None,
        deadline_ms: 60_000,
        policy: Policy::Supersede,
        open: 0,
        escalated: None,
        verdicts: vec![VerdictGroup { nodes: "n[1-9]".into(), count: 9, verdict: Verdict::Fire }],
        states: states.into_iter().map(group).collect(),
    }
}

fn ended(outcome: Outcome) -> State {
    State::Ended { outcome }
}

fn node(name: &str, power: Power) -> Node {
    Node {
        node: name.into(),
        power,
        observed_at_ms: Some(1_763_906_531_250),
        age_ms: Some(1_500),
        by_second_way: false,
        unknown_because: None,
        last_known: None,
        labels: std::collections::BTreeMap::new(),
        newest: 0,
        intent: None,
        waiting: Vec::new(),
        holds: Vec::new(),
    }
}

fn text(action: Action, states: Vec<(&str, usize, State)>) -> String {
    result_text(action, Some(812), &command(action, states).states, Paint::NONE)
}

#[test]
fn results_are_powermans_lines_and_what_only_we_know() {
    let failed = Outcome::Failed { cause: "10.0.0.53: no answer within 5 s".into() };
    let merged = Outcome::Merged { into: 811, result: Box::new(Outcome::Confirmed) };
    let by = whose(881, "slurm", Action::On);
    let states = vec![
        ("r12n[01-52]", 52, ended(Outcome::Confirmed)),
        ("r12n53", 1, ended(failed)),
        ("r12n[54-64]", 11, ended(merged)),
        ("r12n07", 1, ended(Outcome::Superseded { by })),
    ];
    assert_eq!(
        text(Action::Off, states),
        "off:     r12n[01-52,54-64]\n\
         superseded: r12n07 (by slurm: on, seq 881)\n\
         failed:  r12n53  (10.0.0.53: no answer within 5 s)\n"
    );
}

#[test]
fn an_action_is_told_by_the_state_that_it_ends_in() {
    let confirmed = || vec![("n1", 1, ended(Outcome::Confirmed))];
    for (action, label) in [
        (Action::On, "on:      n1\n"),
        (Action::Soft, "off:     n1\n"),
        (Action::SoftCycle, "on:      n1\n"),
        (Action::Reset, "on:      n1\n"),
        (Action::Nmi, "nmi:     n1\n"),
    ] {
        assert_eq!(text(action, confirmed()), label);
    }
}

#[test]
fn what_is_open_tells_how_to_look_on() {
    let cause = Some("no answer within 5 s".to_owned());
    let running = State::Running { phase: Phase::BackingOff, order: None, attempt: 6, cause };
    let by = Whose { action: None, ..whose(900, "ops", Action::On) };
    let states = vec![
        ("n1", 1, running),
        ("n2", 1, State::Joined { into: 811 }),
        ("n3", 1, ended(Outcome::Cancelled { by })),
        ("n4", 1, ended(Outcome::Uncertain { cause: "reset was sent once".into() })),
    ];
    assert_eq!(
        text(Action::Reset, states),
        "cancelled: n3 (by ops, seq 900)\n\
         firing:  n1  (backing-off, 6 tries, no answer within 5 s, still firing: lastword log '#812')\n\
         firing:  n2  (with #811, still firing: lastword log '#812')\n\
         uncertain: n4 (reset was sent once)\n"
    );
}

#[test]
fn predictions_tell_what_would_be_done_to_whom() {
    let group = |nodes: &str, verdict| VerdictGroup { nodes: nodes.into(), count: 1, verdict };
    let newest = Whose { by: None, action: None, ..whose(0, "", Action::On) };
    let verdicts = vec![
        group("n1", Verdict::Fire),
        group("n2", Verdict::Already),
        group("n3", Verdict::Merge(whose(812, "ops", Action::On))),
        group("n4", Verdict::Supersede(whose(811, "ops", Action::Off))),
        group("n5", Verdict::Wait(whose(811, "ops", Action::Off))),
        group("n6", Verdict::StaleSequence { newest: 9 }),
        group("n7", Verdict::StaleNewest { newest: whose(881, "slurm", Action::On) }),
        group("n8", Verdict::StaleNewest { newest }),
        group("n9", Verdict::Busy(whose(811, "ops", Action::Off))),
        group("n10", Verdict::Full { limit: 16 }),
    ];
    assert_eq!(
        verdict_text(&verdicts, Paint::NONE),
        "already: n2\n\
         fire:    n1\n\
         merge(#812): n3\n\
         supersede(#811 by ops: off): n4\n\
         wait(#811 by ops: off): n5\n\
         busy:    n9  (#811 by ops: off runs)\n\
         full:    n10  (16 wait already)\n\
         stale:   n7  (newest is #881 by slurm: on)\n\
         stale:   n8  (no command is known here)\n\
         stale:   n6  (your newest number here is 9)\n"
    );
}

#[test]
fn status_is_powermans_three_lines_then_what_changes_and_what_is_held() {
    let mut off = node("r12n51", Power::Off);
    off.intent = Some(intent());
    off.holds =
        vec![HeldBy { holder: "ops".into(), reason: "disk swap".into(), until_at_ms: u64::MAX }];
    let mut dead = node("r12n53", Power::Unknown);
    dead.last_known = Some(LastKnown { power: Power::On, at_ms: 0, age_ms: 200_000 });
    let mut dumb = dead.clone();
    dumb.node = "r12n55".into();
    dumb.unknown_because = Some("no answer within 5 s".into());
    let nodes = [node("r12n50", Power::Off), off, node("r12n52", Power::On), dead, dumb];
    assert_eq!(
        status_text(&nodes, Paint::NONE),
        "on:      r12n52\n\
         off:     r12n[50-51]\n\
         unknown: r12n53  (last seen on, 3 min ago)\n\
         unknown: r12n55  (last seen on, 3 min ago: no answer within 5 s)\n\
         changing: r12n51 (on by slurm, #881, firing)\n\
         held:    r12n51  (by ops until 18446744073709551615 ms: disk swap)\n"
    );
}

#[test]
fn many_different_causes_are_told_without_addresses_so_that_nodes_fold() {
    let dead = |index: usize| {
        let mut node = node(&format!("n{index}"), Power::Unknown);
        node.unknown_because = Some(format!("10.0.0.{index}:623: no answer: try again"));
        node
    };
    let mut nodes: Vec<_> = (1..=17).map(dead).collect();
    nodes[16].unknown_because = Some("the BMC is in transition: wait".into());
    assert_eq!(
        status_text(&nodes, Paint::NONE),
        "unknown: n[1-16]  (never seen: no answer: try again)\n\
         unknown: n17  (never seen: the BMC is in transition: wait)\n"
    );
    assert_eq!(
        status_text(&nodes[..1], Paint::NONE),
        "unknown: n1  (never seen: 10.0.0.1:623: no answer: try again)\n"
    );
}

#[test]
fn text_of_others_can_not_move_the_cursor() {
    let cause = "\x1b[2J\r\nall is well".to_owned();
    let shown = text(Action::Off, vec![("n1", 1, ended(Outcome::Failed { cause }))]);
    assert!(!shown.contains(['\x1b', '\r']) && shown.lines().count() == 1, "{shown:?}");
}

#[test]
fn text_of_others_can_not_hide_or_turn_words() {
    let turned = [
        '\u{7f}',
        '\u{9b}',
        '\u{200b}',
        '\u{200f}',
        '\u{2028}',
        '\u{2029}',
        '\u{202a}',
        '\u{202e}',
        '\u{2066}',
        '\u{2069}',
        '\u{feff}',
        '\u{e0001}',
        '\u{e0041}',
        '\u{e007f}',
    ];
    for c in turned {
        assert_eq!(plain(&format!("a{c}b")), "a\u{fffd}b", "{}", c.escape_unicode());
    }
    let words = "Größe 漢字 עברית é 🙂 -";
    assert_eq!(plain(words), words);
}

#[test]
fn the_log_tells_who_asked_what_and_what_became_of_it() {
    let past = |seq, action, by: &str, state| PastIntent {
        seq,
        action,
        by: by.into(),
        door: Door::Rest,
        accepted_at_ms: 0,
        reason: Some("job 7".into()),
        sequence: None,
        ended_at_ms: None,
        escalated: seq == 812,
        state,
    };
    let by = whose(812, "ops", Action::Off);
    let intents = vec![
        past(811, Action::On, "slurm", ended(Outcome::Superseded { by })),
        past(812, Action::Off, "ops", ended(Outcome::Confirmed)),
    ];
    let shown = history_text(&History { node: "n7".into(), intents });
    let lines: Vec<_> = shown.lines().collect();
    assert!(lines[0].starts_with("#811  1970-01-01 "), "{shown}");
    assert!(
        lines[0]
            .ends_with("on          by slurm (rest)  superseded (by ops: off, seq 812)  \"job 7\""),
        "{shown}"
    );
    let escalated = "off         by ops (rest)  confirmed  escalated to its second way  \"job 7\"";
    assert!(lines[1].ends_with(escalated), "{shown}");
    let none = History { node: "n7".into(), intents: Vec::new() };
    assert_eq!(history_text(&none), "n7: no command is remembered\n");
}

#[test]
fn a_command_is_told_with_its_result() {
    let mut command = command(Action::On, vec![("n[1-9]", 9, ended(Outcome::Confirmed))]);
    command.boot = Some(Boot { device: BootDevice::Pxe, persistent: true, uefi: false });
    let shown = command_text(&command, Paint::NONE);
    assert!(shown.starts_with("#812  2025-11-23 "), "{shown}");
    assert!(
        shown.ends_with(
            "on (boot pxe, persistent)  by ops (cli)  9 nodes: n[1-9]  \"disk swap\"\non:      n[1-9]\n"
        ),
        "{shown}"
    );
}

#[test]
fn events_are_a_line_each() {
    let line = |what| {
        let text = event_line(&Event { at_ms: 0, nodes: "n[1-3]".into(), count: 3, what });
        text.split_once("n[1-3]  ").unwrap().1.trim_end().to_owned()
    };
    let outcome = Outcome::Superseded { by: whose(812, "ops", Action::Off) };
    assert_eq!(line(What::Outcome { seq: 811, outcome }), "#811 superseded (by ops: off, seq 812)");
    let verdict = Verdict::Supersede(whose(811, "slurm", Action::On));
    assert_eq!(line(What::Verdict { seq: 812, verdict }), "#812 supersede(#811 by slurm: on)");
    let status =
        What::Status { power: Power::Off, phase: Phase::Firing, seq: Some(812), attempt: 1 };
    assert_eq!(line(status), "off, firing for #812");
    let ended = What::Hold { holder: None, reason: None, until_at_ms: None };
    assert_eq!(line(ended), "hold ended");
}

#[test]
fn instants_and_ages_are_told_as_people_say_them() {
    assert_eq!(clock_in(1_763_906_531_000, TimeZone::UTC), "2025-11-23 14:02:11");
    assert_eq!(clock_in(u64::MAX, TimeZone::UTC), "18446744073709551615 ms");
    for (ms, words) in [
        (900, "0 s"),
        (59_999, "59 s"),
        (60_000, "1 min"),
        (7_200_000, "2 h"),
        (172_800_000, "2 d"),
    ] {
        assert_eq!(ago(ms), words);
    }
}

fn intent() -> Intent {
    Intent {
        seq: 881,
        action: Action::On,
        by: "slurm".into(),
        door: Door::Rest,
        reason: None,
        sequence: None,
        accepted_at_ms: 0,
        started_at_ms: Some(0),
        deadline_at_ms: Some(0),
        escalated: false,
        phase: Phase::Firing,
        order: None,
        attempt: 2,
        next_at_ms: None,
        cause: None,
        joined: Vec::new(),
    }
}

#[test]
fn a_node_in_json_has_the_fields_of_the_manual() {
    let mut busy = node("n7", Power::On);
    busy.intent = Some(intent());
    assert_eq!(
        serde_json::to_string(&NodeRow::of(&busy)).unwrap(),
        r##"{"node":"n7","power":"on","confirmed_at":"2025-11-23T14:02:11.25Z","age_s":1.5,"intent":{"id":"n7#881","action":"on","phase":"firing","by":"slurm","via":"rest","seq":881,"reason":null,"tries":2,"accepted_at":"1970-01-01T00:00:00Z"},"error":null}"##
    );
}

#[test]
fn a_result_in_json_is_the_node_and_what_became_of_the_command() {
    let by = whose(881, "slurm", Action::On);
    let command = command(
        Action::Off,
        vec![
            ("n1", 1, ended(Outcome::Confirmed)),
            ("n2", 1, ended(Outcome::Superseded { by })),
            ("n3", 1, ended(Outcome::Failed { cause: "dead".into() })),
        ],
    );
    let rows = ResultRow::of_command(&command, &[node("n1", Power::Off)]);
    let rows: Vec<serde_json::Value> =
        rows.iter().map(|row| serde_json::to_value(row).unwrap()).collect();
    assert_eq!(rows[0]["node"], "n1");
    assert_eq!(rows[0]["power"], "off");
    assert_eq!(rows[0]["intent"]["id"], "n1#812");
    assert_eq!(rows[0]["intent"]["reason"], "disk swap");
    assert_eq!((&rows[0]["outcome"], &rows[0]["error"]), (&"confirmed".into(), &().into()));
    assert_eq!(rows[1]["outcome"], "superseded");
    assert_eq!(rows[1]["other"]["by"], "slurm");
    assert_eq!(rows[1]["error"], "superseded (by slurm: on, seq 881)");
    assert_eq!((&rows[1]["power"], &rows[1]["verdict"]), (&"unknown".into(), &"fire".into()));
    assert_eq!(rows[2]["error"], "dead");
}
