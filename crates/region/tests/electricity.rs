//! Circuits, nodes that depend on others, and batches, at the door.

mod common;

use std::collections::{BTreeMap, HashMap};

use api::{Action, Batch, Code, CommandRequest, Role};
use arbiter::{Limit, Load, Policy, Power, Record};
use common::{CLUSTER, Site, idle, key, now, off, on, problem};
use nodeset::NodeSet;
use region::{CircuitLimit, Fleet, FleetNode, Limits};

/// A chassis with three blades on one circuit; the first blade feeds a box, and lastword runs on `mgmt`.
fn site() -> Site {
    let site = Site::new();
    let node = |name: &str| {
        let labels = BTreeMap::from([("circuit".to_owned(), "pdu1".to_owned())]);
        let (policy, deadline_ms) = (Policy::Supersede, 300_000);
        (name.into(), FleetNode { labels: labels.into(), policy, deadline_ms, driver: "ipmi" })
    };
    let names = ["chassis", "b1", "b2", "b3", "box", "mgmt"];
    let fleet = Fleet::new(CLUSTER, names.map(node), BTreeMap::default(), Limits::default());
    let limit = CircuitLimit { starts_max: 2, within_ms: 10_000, watts_max: None, start_watts: 0 };
    let pairs = [("b1", "chassis"), ("b2", "chassis"), ("b3", "chassis"), ("box", "b1")];
    let fleet = fleet.expect("names").with_site(region::Site {
        circuits: BTreeMap::from([("pdu1".into(), limit)]),
        parents: HashMap::from(pairs.map(|(child, parent)| (child.into(), parent.into()))),
        hosts_lastword: NodeSet::parse("mgmt", 1).expect("a node"),
    });
    site.region.set_fleet(fleet.expect("names"));
    site
}

fn with_children(request: CommandRequest) -> CommandRequest {
    CommandRequest { with_children: true, ..request }
}

#[test]
fn power_is_not_taken_from_under_a_node_that_is_not_known_to_be_off() {
    let site = site();
    let admin = site.admin();
    site.board.publish("b1", idle(Power::Off, now()));
    site.board.publish("b2", idle(Power::On, now()));
    for action in [Action::Off, Action::Soft, Action::Cycle, Action::SoftCycle] {
        let request = CommandRequest::new(action, "chassis");
        let refused = problem(admin.post_command(&request, &key()), 409, Code::Depends);
        assert!(refused.detail.contains("b[2-3] are not known to be off"), "{}", refused.detail);
        let dry = CommandRequest { dry_run: true, ..request };
        problem(admin.post_command(&dry, &key()), 409, Code::Depends);
    }
    assert_eq!(site.head(), 0, "nothing was recorded");
    let answer = admin.post_command(&with_children(off("chassis")), &key()).unwrap();
    assert_eq!(answer.nodes, "b[1-3],box,chassis", "what depends on them is meant as well");
}

#[test]
fn blades_that_are_off_or_on_their_way_there_do_not_keep_a_chassis_on() {
    let site = site();
    let admin = site.admin();
    for blade in ["b1", "b2"] {
        site.board.publish(blade, idle(Power::Off, now()));
    }
    site.board.publish("b3", idle(Power::On, now()));
    admin.post_command(&off("b3"), &key()).unwrap();
    admin.post_command(&off("chassis"), &key()).unwrap();
}

#[test]
fn a_blade_is_not_powered_on_while_its_chassis_is_off_unless_that_is_asked_for_too() {
    let site = site();
    let admin = site.admin();
    admin.post_command(&on("b2"), &key()).unwrap();
    site.board.publish("chassis", idle(Power::Off, now()));
    let refused = problem(admin.post_command(&on("b1"), &key()), 409, Code::Depends);
    assert!(refused.detail.contains("chassis is off"), "{}", refused.detail);
    let request = CommandRequest { with_parents: true, ..on("box") };
    assert_eq!(admin.post_command(&request, &key()).unwrap().nodes, "b1,box,chassis");
    admin.post_command(&on("b3"), &key()).unwrap();
}

#[test]
fn whom_a_token_does_not_cover_it_does_not_reach_as_a_relative() {
    let site = site();
    let ann = site.user("ann", Role::Operator, Some("chassis"));
    problem(ann.post_command(&with_children(off("chassis")), &key()), 403, Code::OutOfScope);
}

#[test]
fn a_dry_run_tells_how_long_it_may_take_and_why() {
    let site = site();
    let plan = |request: CommandRequest| {
        let request = CommandRequest { dry_run: true, ..request };
        let plan = site.admin().post_command(&request, &key()).unwrap().plan.unwrap();
        (plan.expected_ms, plan.because)
    };
    let because = |words: &str| Some(words.to_owned());
    let expected = (30_000, because("3 levels of nodes that depend on each other"));
    assert_eq!(plan(on("chassis,b[1-3],box")), expected);
    assert_eq!(plan(on("b[1-3],mgmt")), (25_000, because("4 starts on circuit pdu1")));
    let batch = Some(Batch { size: 1, delay_ms: 60_000, stop_after: None });
    let request = CommandRequest { batch, ..on("b[1-3]") };
    assert_eq!(plan(request), (150_000, because("3 batches")));
    assert_eq!(plan(off("box")), (10_000, None));
    site.board.publish("box", idle(Power::Off, now()));
    assert_eq!(plan(off("box")), (0, None), "it is off already");
}

#[test]
fn a_dry_run_expects_what_the_last_commands_took() {
    let site = site();
    let (admin, epoch) = (site.admin(), site.lead());
    let plan = |request: CommandRequest| {
        let request = CommandRequest { dry_run: true, ..request };
        site.admin().post_command(&request, &key()).unwrap().plan.unwrap().expected_ms
    };
    site.board.publish("b1", idle(Power::On, now()));
    let seq = admin.post_command(&on("b[1-2]"), &key()).unwrap().seq.unwrap();
    site.settle(epoch, seq, "b1", arbiter::Settlement::Confirmed);
    assert_eq!(plan(on("mgmt")), 10_000, "b1 was on already");
    std::thread::sleep(std::time::Duration::from_millis(300));
    let head = site.settle(epoch, seq, "b2", arbiter::Settlement::Confirmed);
    site.folded_to(head);
    let seen = plan(on("mgmt"));
    assert!((300..10_000).contains(&seen), "{seen} ms");
    assert_eq!(plan(off("mgmt")), 10_000, "that was never seen");
}

#[test]
fn a_batch_is_checked_recorded_and_shown() {
    let site = site();
    let admin = site.admin();
    for (size, stop_after) in [(0, None), (1, Some(0))] {
        let batch = Some(Batch { size, delay_ms: 0, stop_after });
        problem(
            admin.post_command(&CommandRequest { batch, ..on("b1") }, &key()),
            400,
            Code::BadValue,
        );
    }
    let batch = Some(Batch { size: 1, delay_ms: 500, stop_after: Some(1) });
    let request = CommandRequest { batch, ..on("b[1-3]") };
    let seq = admin.post_command(&request, "one-key").unwrap().seq.unwrap();
    assert_eq!(admin.command(seq, None).unwrap().batch, batch);
    let other = CommandRequest { batch: None, ..request };
    problem(admin.post_command(&other, "one-key"), 422, Code::KeyReused);
    let node = admin.node("b2", None).unwrap();
    assert_eq!(node.intent.unwrap().started_at_ms, None, "its batch has not begun");
    let epoch = site.lead();
    let failed = arbiter::Settlement::Failed("no answer".to_owned());
    let head = site.settle(epoch, seq, "b1", failed);
    site.folded_to(head);
    let view = admin.command(seq, None).unwrap();
    assert_eq!(view.open, 0);
    let why = admin.why("b2").unwrap().sentence;
    assert!(
        why.contains("taken back, because too many other nodes of the command failed"),
        "{why}"
    );
}

#[test]
fn the_machine_that_lastword_runs_on_is_guarded() {
    let site = site();
    let refused = problem(site.admin().post_command(&off("mgmt"), &key()), 409, Code::Protected);
    assert!(refused.detail.contains("lastword itself runs on mgmt"), "{}", refused.detail);
    let request = CommandRequest { force_protected: true, ..off("mgmt") };
    site.admin().post_command(&request, &key()).unwrap();
}

#[test]
fn circuits_are_listed_with_their_load_to_whom_they_concern() {
    let site = site();
    let limit = Limit { circuit: "pdu1".into(), starts_max: 2, window_ms: 10_000, watts_max: None };
    let starts = vec![(now() + 60_000, 0), (now() - 1, 0)];
    site.board.publish_loads([Load { limit, starts, waiting: 3 }]);
    let circuits = site.admin().circuits().unwrap().circuits;
    let [circuit] = &circuits[..] else { panic!("{circuits:?}") };
    assert_eq!((circuit.starting, circuit.waiting, circuit.starts), (1, 3, 2));
    assert_eq!((circuit.nodes.as_str(), circuit.count), ("b[1-3],box,chassis,mgmt", 6));
    let ann = site.user("ann", Role::Viewer, Some("b1"));
    assert_eq!(ann.circuits().unwrap().circuits[0].nodes, "b1");
}

#[test]
fn an_older_record_without_a_batch_is_read() {
    let text = r#"{"command":{"action":"on","nodes":"n1","cluster":"c1","by":"a","door":"cli","deadline_ms":1}}"#;
    let Record::Command(command) = serde_json::from_str(text).unwrap() else { panic!() };
    assert_eq!(command.batch, None);
}

#[test]
fn nodes_that_depend_on_each_other_don_t_go_in_batches() {
    let site = site();
    let batch = Some(Batch { size: 1, delay_ms: 0, stop_after: None });
    for request in [on("chassis,b1"), with_children(off("chassis"))] {
        let request = CommandRequest { batch, ..request };
        let refused = problem(site.admin().post_command(&request, &key()), 409, Code::Depends);
        assert!(refused.detail.contains("b1 depends on chassis"), "{}", refused.detail);
    }
    site.admin().post_command(&CommandRequest { batch, ..on("b[1-3]") }, &key()).unwrap();
}

#[test]
fn relatives_outside_of_a_scope_are_not_named() {
    let site = site();
    site.board.publish("chassis", idle(Power::Off, now()));
    site.board.publish("b2", idle(Power::On, now()));
    let ann = site.user("ann", Role::Operator, Some("b1"));
    let refused = problem(ann.post_command(&on("b1"), &key()), 409, Code::Depends);
    assert!(!refused.detail.contains("chassis"), "{}", refused.detail);
    let bob = site.user("bob", Role::Operator, Some("chassis"));
    let refused = problem(bob.post_command(&off("chassis"), &key()), 409, Code::Depends);
    assert!(!refused.detail.contains("b2"), "{}", refused.detail);
    let refused =
        problem(bob.post_command(&with_children(off("chassis")), &key()), 403, Code::OutOfScope);
    assert!(!refused.detail.contains("b2"), "{}", refused.detail);
}
