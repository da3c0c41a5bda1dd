//! Nodes: what is shown of them, how fresh, and why.

mod common;

use api::{
    Code, HoldRequest, NodeQuery, Observed, OnOff, Outcome, Power, ReleaseRequest, Role, State,
};
use arbiter::{Goal, Phase, Report, Settlement};
use common::{Site, busy, eventually, idle, key, now, off, on, problem, seen};

fn query(nodes: &str) -> NodeQuery {
    NodeQuery { nodes: Some(nodes.to_owned()), ..NodeQuery::default() }
}

#[test]
fn a_node_that_was_never_read_is_unknown_and_says_so() {
    let site = Site::new();
    let node = site.admin().node("n1", None).unwrap();
    assert_eq!((node.power, node.age_ms, node.newest), (Power::Unknown, None, 0));
    assert_eq!(node.unknown_because.as_deref(), Some("it was not read yet"));
    assert_eq!(node.labels["rack"], "r1");
}

#[test]
fn a_read_error_is_unknown_with_its_cause_and_the_last_known_state() {
    let site = Site::new();
    let mut status = idle(arbiter::Power::Unknown, now());
    status.seen.last_known = Some((Goal::On, now() - 5_000));
    status.seen.cause = Some(arbiter::Cause {
        trouble: arbiter::Trouble::Passing,
        words: "10.0.0.1 does not answer".into(),
    });
    site.board.publish("n1", status);
    let node = site.admin().node("n1", None).unwrap();
    assert_eq!(node.power, Power::Unknown);
    assert_eq!(node.unknown_because.as_deref(), Some("10.0.0.1 does not answer"));
    let last = node.last_known.unwrap();
    assert_eq!(last.power, Power::On);
    assert!((5_000..60_000).contains(&last.age_ms), "{last:?}");
    let why = site.admin().why("n1").unwrap().sentence;
    assert!(
        why.starts_with("n1 is unknown (10.0.0.1 does not answer, last seen on 5 s ago);"),
        "{why}"
    );
}

#[test]
fn what_is_too_old_is_read_again_and_else_unknown() {
    let site = Site::new();
    let old = now() - 60_000;
    site.board.publish_all([
        ("n1", idle(arbiter::Power::On, old)),
        ("n2", idle(arbiter::Power::On, now())),
        ("n3", idle(arbiter::Power::Off, old)),
    ]);
    *site.live.finds.lock().unwrap() = Some((site.board.clone(), arbiter::Power::Off));
    let fresh = NodeQuery { max_age_ms: Some(10_000), wait_ms: Some(300), ..query("n[1-3]") };
    let nodes = site.admin().nodes(&fresh).unwrap().nodes;
    assert_eq!(*site.live.looked.lock().unwrap(), ["n[1,3]"]);
    let shown: Vec<_> = nodes.iter().map(|node| (node.node.as_str(), node.power)).collect();
    assert_eq!(shown, [("n1", Power::Off), ("n2", Power::On), ("n3", Power::Unknown)]);
    assert_eq!(nodes[2].last_known.unwrap().power, Power::Off);
    assert_eq!(nodes[2].unknown_because.as_deref(), Some("it could not be read in time"));
    let stale = site.admin().nodes(&query("n3")).unwrap().nodes;
    assert_eq!(stale[0].power, Power::Off, "without a bound the age is shown instead");
}

#[test]
fn nodes_are_listed_in_order_and_by_label() {
    let site = Site::new();
    let all = site.admin().nodes(&NodeQuery::default()).unwrap().nodes;
    assert_eq!((all.len(), all[1].node.as_str(), all[9].node.as_str()), (40, "n2", "n10"));
    let some = NodeQuery { selector: Some("rack=r2".into()), ..query("n[19-22]") };
    assert_eq!(site.admin().nodes(&some).unwrap().nodes.len(), 2);
    problem(site.admin().nodes(&query("n41")), 404, Code::UnknownNode);
    problem(site.admin().node("n41", None), 404, Code::UnknownNode);
    problem(site.admin().node("no such/node", None), 404, Code::UnknownNode);
}

#[test]
fn a_running_intent_is_shown_with_who_why_which_step_and_what_next() {
    let site = Site::new();
    let mut request = off("n1");
    request.reason = Some("maintenance".into());
    request.sequence = Some(3);
    let seq = site.admin().post_command(&request, &key()).unwrap().seq.unwrap();
    let pending = site.admin().node("n1", None).unwrap().intent.unwrap();
    assert_eq!((pending.seq, pending.phase), (seq, api::Phase::Pending));
    let mut status =
        busy(arbiter::Power::On, now(), Some(seq), Phase::Confirming(arbiter::Order::Off));
    status.progress.attempt = 2;
    status.progress.next_at = Some(now() + 4_500);
    status.progress.cause = Some("timed out".into());
    site.board.publish("n1", status);
    let why = site.admin().why("n1").unwrap();
    let words = &why.sentence;
    for part in [
        "n1 is on, read",
        "admin asked for off by cli",
        "(maintenance), seq 1",
        "power-off was sent, attempt 2, waiting to see it",
        "last trouble: timed out",
        "next step in 4 s",
        "given up in 4 min",
        "no agent leads its cluster",
    ] {
        assert!(words.contains(part), "{part:?} is not in {words}");
    }
    let intent = why.node.intent.unwrap();
    assert_eq!(
        (intent.attempt, intent.sequence, intent.order),
        (2, Some(3), Some(api::Order::Off))
    );
    assert!(intent.deadline_at_ms.unwrap() >= intent.started_at_ms.unwrap() + 300_000);
    site.lead();
    eventually("the leader is known", || {
        let why = site.admin().why("n1").unwrap();
        (why.agent.as_deref() == Some("agent-1") && !why.sentence.contains("no agent"))
            .then_some(())
    });
}

#[test]
fn an_ended_intent_stays_in_the_history_and_in_why() {
    let site = Site::new();
    let epoch = site.lead();
    let first = site.admin().post_command(&on("n1"), &key()).unwrap().seq.unwrap();
    let second = site.admin().post_command(&off("n1"), &key()).unwrap().seq.unwrap();
    site.settle(epoch, second, "n1", Settlement::Failed("bmc n1 refuses".into()));
    let history = eventually("the end", || {
        let history = site.admin().history("n1").unwrap().intents;
        matches!(&history[1].state, State::Ended { .. }).then_some(history)
    });
    assert_eq!((history[0].seq, history[1].seq), (first, second));
    let State::Ended { outcome: Outcome::Superseded { by } } = &history[0].state else {
        panic!("{history:?}")
    };
    assert_eq!(by.seq, second);
    let why = site.admin().why("n1").unwrap();
    assert!(why.sentence.contains("nothing is being done"), "{}", why.sentence);
    assert!(why.sentence.contains("failed: bmc n1 refuses"), "{}", why.sentence);
    assert_eq!(why.last.unwrap().seq, second);
}

#[test]
fn what_is_done_with_a_node_by_itself_is_told_as_what_it_is() {
    let site = Site::new();
    site.lead();
    let why = |part: &str| {
        eventually(part, || {
            let words = site.admin().why("n1").unwrap().sentence;
            (words.contains(part) && !words.contains("nothing is being done")).then_some(())
        });
    };
    site.board.publish("n1", busy(arbiter::Power::On, now(), None, Phase::Watching));
    why("; it is being watched whether it stays.");
    let returning = || busy(arbiter::Power::Off, now(), None, Phase::Returning(Goal::On));
    site.board.report("n1", Report::Drifted { goal: Goal::On });
    site.board.publish("n1", returning());
    why("; it left on by itself and is being brought back with power-on.");
    site.board.report("n1", Report::LateFire { goal: Goal::On });
    let mut again = returning();
    again.progress.attempt = 2;
    again.progress.next_at = Some(now() + 4_500);
    site.board.publish("n1", again);
    why(
        "by itself (an order fired late) and is being brought back with power-on, attempt 2; next step in 4 s",
    );
    site.board.report("n1", Report::BroughtBack { goal: Goal::On });
    site.board.publish("n1", busy(arbiter::Power::On, now(), None, Phase::Watching));
    why("; it was brought back and is being watched whether it stays.");
    site.board.publish("n1", busy(arbiter::Power::On, now(), None, Phase::Idle));
    assert!(site.admin().why("n1").unwrap().sentence.contains("nothing is being done"));
}

#[test]
fn holds_are_placed_shown_and_released() {
    let site = Site::new();
    let (alice, bob) =
        (site.user("alice", Role::Operator, None), site.user("bob", Role::Operator, None));
    let hold = |nodes: &str| HoldRequest {
        nodes: nodes.into(),
        reason: "repair".into(),
        for_ms: 3_600_000,
    };
    let release = |nodes: &str, break_others| ReleaseRequest { nodes: nodes.into(), break_others };
    let placed = alice.hold(&hold("n[1-3]"), &key()).unwrap();
    assert_eq!((placed.count, placed.nodes.as_str()), (3, "n[1-3]"));
    let partly = bob.hold(&hold("n[3-4]"), &key()).unwrap();
    assert_eq!((partly.nodes.as_str(), partly.refused[0].nodes.as_str()), ("n4", "n3"));
    problem(bob.hold(&hold("n3"), &key()), 409, Code::Held);
    let shown = bob.holds().unwrap().holds;
    assert_eq!(
        (shown.len(), shown[0].nodes.as_str(), shown[0].by.as_str()),
        (2, "n[1-3]", "alice")
    );
    assert_eq!(bob.node("n3", None).unwrap().holds[0].holder, "alice");
    assert!(bob.why("n3").unwrap().sentence.contains("alice holds it for 59 min more (repair)"));
    let mixed = bob.release(&release("n[3-4]", false), &key()).unwrap();
    assert_eq!((mixed.nodes.as_str(), mixed.kept[0].holder.as_str()), ("n4", "alice"));
    let refused = problem(bob.release(&release("n3", false), &key()), 409, Code::Held);
    assert!(refused.detail.contains("alice"), "{}", refused.detail);
    problem(bob.release(&release("n3", true), &key()), 403, Code::RoleForbids);
    assert_eq!(site.admin().release(&release("n3", true), &key()).unwrap().count, 1);
    assert_eq!(alice.release(&release("n[1-3]", false), &key()).unwrap().nodes, "n[1-2]");
    let nothing = alice.release(&release("n[1-3]", false), &key()).unwrap();
    assert_eq!((nothing.seq, nothing.count), (None, 0));
    let mut empty = hold("n1");
    empty.reason = " ".into();
    problem(alice.hold(&empty, &key()), 400, Code::BadValue);
}

#[test]
fn a_withdrawal_of_a_held_intent_is_refused() {
    let site = Site::new();
    let alice = site.user("alice", Role::Operator, None);
    alice.post_command(&on("n1"), &key()).unwrap();
    let hold = HoldRequest { nodes: "n1".into(), reason: "mine".into(), for_ms: 60_000 };
    alice.hold(&hold, &key()).unwrap();
    let request = api::WithdrawRequest { nodes: "n1".into(), seq: None, reason: None };
    let refused = site.admin().withdraw(&request, &key()).unwrap();
    assert_eq!((refused.count, refused.refused[0].nodes.as_str()), (0, "n1"));
    assert_eq!(alice.withdraw(&request, &key()).unwrap().count, 1);
}

#[test]
fn a_node_that_left_the_inventory_is_shown_while_something_is_done_with_it() {
    let site = Site::new();
    let epoch = site.lead();
    let seq = site.admin().post_command(&on("n1"), &key()).unwrap().seq.unwrap();
    site.board.publish("n1", busy(arbiter::Power::Off, now(), Some(seq), Phase::Reading));
    site.board.publish("n2", idle(arbiter::Power::Off, now()));
    let limits = region::Limits::default();
    let empty = region::Fleet::new(common::CLUSTER, [], Default::default(), limits).unwrap();
    site.region.set_fleet(empty);
    assert_eq!(site.admin().node("n1", None).unwrap().intent.unwrap().seq, seq);
    problem(site.admin().node("n2", None), 404, Code::UnknownNode);
    problem(site.admin().post_command(&on("n1"), &key()), 404, Code::UnknownNode);
    assert!(site.board.status("n2").is_none() && site.board.status("n1").is_some());
    site.settle(epoch, seq, "n1", Settlement::Confirmed);
    eventually("it is gone", || site.admin().node("n1", None).is_err().then_some(()));
    assert_eq!(seen(arbiter::Power::On, 1).last_known, Some((Goal::On, 1)));
}

#[test]
fn the_names_of_nodes_and_groups_are_told_as_far_as_the_caller_may_see_them() {
    let site = Site::new();
    let all = site.admin().groups().unwrap();
    assert_eq!((all.nodes.as_str(), all.count), ("n[1-40]", 40));
    let group = |list: &api::GroupList| {
        let group = list.groups.first()?;
        Some((group.group.clone(), group.nodes.clone(), group.count))
    };
    assert_eq!(group(&all), Some(("gpu".into(), "n[1-4]".into(), 4)));
    let some = site.user("some", Role::Viewer, Some("n[3-9]")).groups().unwrap();
    assert_eq!(
        (some.nodes.as_str(), group(&some)),
        ("n[3-9]", Some(("gpu".into(), "n[3-4]".into(), 2)))
    );
    let none = site.user("none", Role::Viewer, Some("n9")).groups().unwrap();
    assert_eq!((none.nodes.as_str(), none.groups.len()), ("n9", 0));
}

#[test]
fn what_an_operator_saw_is_handed_on_with_the_name_and_only_where_nobody_reads() {
    let site = Site::new();
    let observed = |nodes: &str| Observed { nodes: nodes.to_owned(), power: OnOff::Off };
    let bob = site.user("bob", Role::Operator, Some("n[1-2]"));
    let told = bob.observed(&observed("n[1-2]")).unwrap();
    assert_eq!((told.nodes.as_str(), told.count, told.power), ("n[1-2]", 2, OnOff::Off));
    problem(bob.observed(&observed("n3")), 403, Code::OutOfScope);
    let eve = site.user("eve", Role::Viewer, None);
    problem(eve.observed(&observed("n1")), 403, Code::RoleForbids);
    let read = problem(site.admin().observed(&observed("n[4-5]")), 409, Code::NotManual);
    assert_eq!(read.nodes.as_deref(), Some("n5"));
    assert_eq!(*site.live.told.lock().unwrap(), ["bob: n[1-2] Off"]);
}
