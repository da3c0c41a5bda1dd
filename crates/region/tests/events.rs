//! The event stream: what is told, to whom, and how a listener finds its way back.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod common;

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use api::{Code, Event, Role, TokenRequest, What};
use arbiter::{Goal, Phase, Power, Report, Settlement};
use common::{Site, busy, key, now, off, on, problem};

/// The next event that `pick` takes.
fn next<T>(events: &mut api::Events, pick: impl Fn(&Event) -> Option<T>) -> T {
    for _ in 0..50 {
        let received = events.next().unwrap().unwrap();
        if let Some(found) = pick(&received.event) {
            return found;
        }
    }
    panic!("no such event");
}

#[test]
fn a_command_its_verdict_and_its_outcome_are_told_in_order() {
    let site = Site::new();
    let epoch = site.lead();
    let mut events = site.admin().events(None).unwrap();
    let seq = site.admin().post_command(&on("n[1-3]"), &key()).unwrap().seq.unwrap();
    site.settle(epoch, seq, "n[1-2]", Settlement::Confirmed);
    let told: Vec<(String, String)> = (0..3)
        .map(|_| events.next().unwrap().unwrap().event)
        .map(|event| (event.what.word().to_owned(), event.nodes))
        .collect();
    let expected = [("command", "n[1-3]"), ("verdict", "n[1-3]"), ("outcome", "n[1-2]")];
    assert_eq!(told, expected.map(|(kind, nodes)| (kind.to_owned(), nodes.to_owned())));
}

#[test]
fn ends_that_come_one_after_the_other_are_told_folded() {
    let site = Site::new();
    let epoch = site.lead();
    let mut events = site.admin().events(None).unwrap();
    let seq = site.admin().post_command(&on("n[1-30]"), &key()).unwrap().seq.unwrap();
    for number in 1..=30 {
        site.settle(epoch, seq, &format!("n{number}"), Settlement::Confirmed);
    }
    let (mut told, mut ended) = (0, 0);
    while ended < 30 {
        ended += next(&mut events, |event| (event.what.word() == "outcome").then_some(event.count));
        told += 1;
    }
    assert!(told < 10, "{told} events");
}

#[test]
fn changes_of_power_and_step_are_told_folded() {
    let site = Site::new();
    let mut events = site.admin().events(None).unwrap();
    let names: Vec<String> = (1..=9).map(|number| format!("n{number}")).collect();
    let status = busy(Power::On, now(), Some(5), Phase::Confirming(arbiter::Order::Off));
    site.board.publish_all(names.iter().map(|name| (name.as_str(), status.clone())));
    let event = events.next().unwrap().unwrap().event;
    assert_eq!((event.nodes.as_str(), event.count), ("n[1-9]", 9));
    let (power, phase) = (api::Power::On, api::Phase::Confirming);
    let what = What::Status { power, phase, seq: Some(5), attempt: 1 };
    assert_eq!(event.what, what);
    site.board.publish_all(names.iter().map(|name| (name.as_str(), status.clone())));
    site.board.report("n1", Report::LateFire { goal: Goal::Off });
    let event = events.next().unwrap().unwrap().event;
    assert_eq!(event.what.word(), "report", "what did not change is not told: {event:?}");
}

#[test]
fn a_listener_resumes_after_the_last_id_and_misses_nothing() {
    let site = Site::new();
    let client = site.admin();
    let mut events = client.events(None).unwrap();
    client.post_command(&on("n1"), &key()).unwrap();
    next(&mut events, |event| (event.what.word() == "verdict").then_some(()));
    let id = events.last_id().unwrap().to_owned();
    drop(events);
    let seq = client.post_command(&off("n2"), &key()).unwrap().seq.unwrap();
    let mut events = client.events(Some(&id)).unwrap();
    let first = events.next().unwrap().unwrap();
    assert!(
        matches!(first.event.what, What::Command { seq: told, .. } if told == seq),
        "{first:?}"
    );
}

#[test]
fn an_id_of_another_run_or_too_far_back_is_answered_by_a_reset() {
    let site = Site::new();
    let client = site.admin();
    let reset = |id: &str| {
        let event = client.events(Some(id)).unwrap().next().unwrap().unwrap();
        assert_eq!(event.event.what, What::Reset, "{id}");
        event.id.unwrap()
    };
    reset("18f3-5");
    let id = reset("rubbish");
    let mut events = client.events(Some(&id)).unwrap();
    site.hold_again(10_050, "again");
    drop(events.next());
    reset(&id);
}

#[test]
fn a_listener_with_a_scope_hears_of_its_nodes_only() {
    let site = Site::new();
    let mut events = site.user("viewer", Role::Viewer, Some("n[2-3]")).events(None).unwrap();
    site.admin().post_command(&on("n1"), &key()).unwrap();
    site.admin().post_command(&off("n[1-2]"), &key()).unwrap();
    let first = events.next().unwrap().unwrap().event;
    assert_eq!((first.what.word(), first.nodes.as_str(), first.count), ("command", "n2", 1));
    let verdict = events.next().unwrap().unwrap().event;
    assert!(
        matches!(verdict.what, What::Verdict { verdict: api::Verdict::Fire, .. }),
        "{verdict:?}"
    );
    site.admin().reload_inventory().unwrap();
    site.board.publish("n3", common::idle(Power::On, now()));
    let next = events.next().unwrap().unwrap().event;
    assert_eq!((next.what.word(), next.nodes.as_str()), ("status", "n3"), "no inventory");
}

#[test]
fn a_hold_and_a_reload_are_told() {
    let site = Site::new();
    let mut events = site.admin().events(None).unwrap();
    let hold = api::HoldRequest { nodes: "n1".into(), reason: "mine".into(), for_ms: 60_000 };
    site.admin().hold(&hold, &key()).unwrap();
    let holder = next(&mut events, |event| {
        if let What::Hold { holder, .. } = &event.what { Some(holder.clone()) } else { None }
    });
    assert_eq!(holder.as_deref(), Some("admin"));
    site.admin().reload_inventory().unwrap();
    let changed = next(&mut events, |event| {
        if let What::Inventory { changed } = &event.what { Some(changed.clone()) } else { None }
    });
    assert_eq!(changed, "nothing changed");
}

#[test]
fn a_stream_ends_when_its_token_is_deleted_and_streams_are_bounded() {
    let dir = std::sync::Arc::new(tempfile::TempDir::new().unwrap());
    let site = Site::at(dir, region::Tls::Off, |options| options.sse_clients_max = 1);
    let request = TokenRequest { name: "viewer".into(), role: Role::Viewer, scope: None };
    let token = site.admin().create_token(&request).unwrap().token;
    let mut stream = TcpStream::connect(site.address).unwrap();
    let ask =
        "GET /api/v1/events HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer";
    write!(stream, "{ask} {token}\r\n\r\n").unwrap();
    let mut lines = BufReader::new(stream);
    let mut line = String::new();
    lines.read_line(&mut line).unwrap();
    assert!(line.contains("200"), "{line}");
    problem(site.admin().events(None), 503, Code::TooManyClients);
    site.admin().delete_token("viewer").unwrap();
    site.admin().post_command(&on("n1"), &key()).unwrap();
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut lines, &mut rest).ok();
    assert!(!rest.contains("command"), "{rest}");
}

#[test]
fn streams_of_one_token_are_bounded_and_leave_room_for_others() {
    let dir = std::sync::Arc::new(tempfile::TempDir::new().unwrap());
    let site = Site::at(dir, region::Tls::Off, |options| options.sse_clients_of_token_max = 2);
    let (admin, viewer) = (site.admin(), site.user("viewer", Role::Viewer, None));
    let streams = [admin.events(None).unwrap(), admin.events(None).unwrap()];
    let refused = problem(admin.events(None), 429, Code::TooManyStreams);
    assert!(
        refused.detail.contains("2 event streams are open with the token admin"),
        "{refused:?}"
    );
    assert_eq!(refused.retry_after_s, Some(5));
    let raw = site.ask("GET", "/api/v1/events", "", "");
    assert!(raw.to_lowercase().contains("retry-after: 5"), "{raw}");
    viewer.events(None).unwrap();
    drop(streams);
    // a place is free once the server notices that the client is gone: with the next event at the latest
    common::eventually("a place is free", || {
        site.board.publish("n1", common::idle(Power::On, now()));
        site.board.publish("n1", common::idle(Power::Off, now()));
        admin.events(None).ok()
    });
}
