//! The documents' forms on the wire, which clients in other languages rely on.

use serde_json::{Value, json};

use crate::{
    Action, Client, ClientError, Code, Door, Event, Outcome, Phase, Power, Problem, Secret, State,
    StateGroup, Verdict, VerdictGroup, What, Whose,
};

fn both_ways<T>(document: &T, expected: Value)
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let value = serde_json::to_value(document).unwrap();
    assert_eq!(value, expected);
    assert_eq!(&serde_json::from_value::<T>(value).unwrap(), document);
}

fn whose() -> Whose {
    Whose {
        seq: 7,
        by: Some("slurm".into()),
        door: Some(Door::Rest),
        action: Some(Action::SoftCycle),
        reason: None,
    }
}

#[test]
fn a_verdict_group_is_flat() {
    let group =
        VerdictGroup { nodes: "n[1-2]".into(), count: 2, verdict: Verdict::Supersede(whose()) };
    let expected = json!({
        "nodes": "n[1-2]", "count": 2, "does": "supersede", "seq": 7, "by": "slurm",
        "door": "rest", "action": "soft-cycle",
    });
    both_ways(&group, expected);
}

#[test]
fn a_merged_outcome_tells_the_result_of_the_older_one() {
    let outcome =
        Outcome::Merged { into: 5, result: Outcome::Failed { cause: "no answer".into() }.into() };
    let state = State::Ended { outcome: outcome.clone() };
    let group = StateGroup { nodes: "n1".into(), count: 1, state };
    let expected = json!({
        "nodes": "n1", "count": 1, "state": "ended", "outcome": "merged", "into": 5,
        "result": {"outcome": "failed", "cause": "no answer"},
    });
    both_ways(&group, expected);
    assert_eq!(outcome.result().word(), "failed");
}

#[test]
fn an_event_is_flat_and_its_kind_is_its_word() {
    let what =
        What::Status { power: Power::Unknown, phase: Phase::BackingOff, seq: Some(3), attempt: 0 };
    let word = what.word();
    let event = Event { at_ms: 1, nodes: "n1".into(), count: 1, what };
    let expected = json!({
        "at_ms": 1, "nodes": "n1", "count": 1, "kind": word, "power": "unknown",
        "phase": "backing-off", "seq": 3,
    });
    both_ways(&event, expected);
    both_ways(
        &Event { at_ms: 1, nodes: String::new(), count: 0, what: What::Reset },
        json!({"at_ms": 1, "nodes": "", "count": 0, "kind": "reset"}),
    );
}

#[test]
fn a_document_in_a_document_never_hides_its_fields() {
    let verdict = Verdict::Merge(whose());
    let event = Event {
        at_ms: 1,
        nodes: "n1".into(),
        count: 1,
        what: What::Verdict { seq: 9, verdict: verdict.clone() },
    };
    let value = serde_json::to_value(&event).unwrap();
    assert_eq!((&value["seq"], &value["verdict"]["seq"]), (&json!(9), &json!(7)));
    both_ways(&event, value);
    let outcome = Outcome::Superseded { by: whose() };
    let past = crate::PastIntent {
        seq: 3,
        action: Action::On,
        by: "admin".into(),
        door: Door::Cli,
        accepted_at_ms: 5,
        reason: None,
        sequence: None,
        ended_at_ms: Some(9),
        escalated: false,
        state: State::Ended { outcome: outcome.clone() },
    };
    let value = serde_json::to_value(&past).unwrap();
    both_ways(&past, value);
    let event = Event { what: What::Outcome { seq: 9, outcome }, ..event };
    let value = serde_json::to_value(&event).unwrap();
    both_ways(&event, value);
    let refused = State::Refused { verdict };
    let group = StateGroup { nodes: "n1".into(), count: 1, state: refused };
    let value = serde_json::to_value(&group).unwrap();
    both_ways(&group, value);
}

#[test]
fn every_word_is_the_one_on_the_wire() {
    for action in Action::ALL {
        assert_eq!(serde_json::to_value(action).unwrap(), action.word());
        assert_eq!(Action::of(action.word()), Some(*action));
    }
    for phase in Phase::ALL {
        assert_eq!(serde_json::to_value(phase).unwrap(), phase.word());
    }
    assert_eq!(serde_json::to_value(Code::UnknownNode).unwrap(), Code::UnknownNode.word());
}

#[test]
fn a_code_of_a_later_version_is_understood_as_other() {
    let problem = Problem::new(Code::Held, 409, "held");
    let mut value = serde_json::to_value(problem).unwrap();
    value["code"] = json!("from-the-future");
    assert_eq!(serde_json::from_value::<Problem>(value).unwrap().code, Code::Other);
}

#[test]
fn a_token_is_never_printed() {
    let secret = Secret::parse(" lw_canary\n").unwrap();
    let client = Client::new("http://127.0.0.1:1", secret.clone(), None, Door::Cli).unwrap();
    let refused = client.version().unwrap_err();
    let shown = format!("{secret:?} {client:?} {refused:?} {refused}");
    assert!(!shown.contains("canary"), "{shown}");
    assert!(matches!(refused, ClientError::Unreachable { .. }), "{refused:?}");
    assert!(Secret::parse("two\nlines").is_err());
    assert!(Secret::parse(" ").is_err());
}
