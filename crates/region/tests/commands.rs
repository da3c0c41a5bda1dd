//! Commands: what the answer says, what is refused at the door and what by the fold.

mod common;

use api::{
    Action, Code, CommandRequest, HoldRequest, LongPoll, OnOff, Outcome, Role, State, Verdict,
};
use arbiter::{Phase, Policy, Power, Record, Settlement};
use common::{Site, busy, eventually, idle, key, now, off, on, problem};

fn verdicts(answer: &api::CommandAnswer) -> Vec<(String, &'static str)> {
    answer.verdicts.iter().map(|it| (it.nodes.clone(), it.verdict.word())).collect()
}

#[test]
fn a_command_for_an_idle_node_fires_and_is_one_record() {
    let site = Site::new();
    let answer = site.admin().post_command(&on("n[1-3]"), &key()).unwrap();
    assert_eq!(verdicts(&answer), [("n[1-3]".to_owned(), "fire")]);
    assert_eq!((answer.seq, answer.count, answer.accepted), (Some(1), 3, 3));
    assert_eq!(site.head(), 1);
    assert!(!answer.dry_run && !answer.repeated);
}

#[test]
fn a_node_that_was_just_read_in_the_goal_is_there_already() {
    let site = Site::new();
    site.board.publish("n1", idle(Power::On, now() - 1_000));
    site.board.publish("n2", idle(Power::Off, now() - 1_000));
    site.board.publish("n3", idle(Power::On, now() - 3_600_000));
    site.caught_up();
    let answer = site.admin().post_command(&on("n[1-4]"), &key()).unwrap();
    let expected = [("n[2-4]".to_owned(), "fire"), ("n1".to_owned(), "already")];
    assert_eq!(verdicts(&answer), expected);
    let mut cycle = on("n1");
    cycle.action = Action::Cycle;
    let answer = site.admin().post_command(&cycle, &key()).unwrap();
    assert_eq!(answer.verdicts[0].verdict.word(), "supersede");
}

#[test]
fn the_newest_supersedes_and_says_whose_it_was() {
    let site = Site::new();
    let slurm = site.user("slurm", Role::Operator, None);
    let mut first = on("n[1-2]");
    first.reason = Some("job 7".to_owned());
    let older = slurm.post_command(&first, &key()).unwrap().seq.unwrap();
    let answer = site.admin().post_command(&off("n[2-3]"), &key()).unwrap();
    assert_eq!(verdicts(&answer), [("n3".to_owned(), "fire"), ("n2".to_owned(), "supersede")]);
    let Verdict::Supersede(whose) = &answer.verdicts[1].verdict else { panic!("{answer:?}") };
    assert_eq!((whose.seq, whose.by.as_deref()), (older, Some("slurm")));
    assert_eq!((whose.action, whose.reason.as_deref()), (Some(Action::On), Some("job 7")));
    let view = slurm.command(older, None).unwrap();
    assert_eq!(view.open, 1);
    let ended = view.states.iter().find(|group| group.nodes == "n2").unwrap();
    let State::Ended { outcome: Outcome::Superseded { by } } = &ended.state else {
        panic!("{view:?}")
    };
    assert_eq!((by.seq, by.by.as_deref()), (answer.seq.unwrap(), Some("admin")));
}

#[test]
fn an_equal_command_merges_and_shares_the_outcome() {
    let site = Site::new();
    let epoch = site.lead();
    let first = site.admin().post_command(&on("n1"), &key()).unwrap().seq.unwrap();
    let answer = site.admin().post_command(&on("n1"), &key()).unwrap();
    let Verdict::Merge(into) = &answer.verdicts[0].verdict else { panic!("{answer:?}") };
    assert_eq!(into.seq, first);
    site.settle(epoch, first, "n1", Settlement::Confirmed);
    let second = answer.seq.unwrap();
    let view = eventually("the end", || {
        site.admin().command(second, None).ok().filter(|view| view.open == 0)
    });
    let State::Ended { outcome } = &view.states[0].state else { panic!("{view:?}") };
    assert_eq!(outcome.word(), "merged");
    assert_eq!(outcome.result(), &Outcome::Confirmed);
}

#[test]
fn the_policy_of_each_node_is_on_record_and_decides() {
    let site = Site::new();
    let client = site.admin();
    client.post_command(&on("n[29-31]"), &key()).unwrap();
    let answer = client.post_command(&off("n[29-31]"), &key()).unwrap();
    let expected = [("n29".to_owned(), "supersede"), ("n[30-31]".to_owned(), "wait")];
    assert_eq!(verdicts(&answer), expected);
    let refused = client.post_command(&on("n30"), &key());
    let full = problem(refused, 409, Code::Full);
    assert_eq!(full.verdicts[0].verdict, Verdict::Full { limit: 1 });
    let exceptions = client.command(1, None).unwrap();
    assert_eq!(exceptions.policy, api::Policy::Supersede);
    assert_eq!(site.region.fleet().node("n31").unwrap().policy, Policy::Queue { limit: 2 });
}

#[test]
fn a_diagnostic_interrupt_is_busy_while_something_runs() {
    let site = Site::new();
    site.admin().post_command(&on("n1"), &key()).unwrap();
    let nmi = api::CommandRequest::new(Action::Nmi, "n1");
    let busy = problem(site.admin().post_command(&nmi, &key()), 409, Code::Busy);
    assert!(busy.detail.contains("on by admin"), "{}", busy.detail);
}

#[test]
fn stale_numbers_and_conditions_are_refused_by_the_fold() {
    let site = Site::new();
    let client = site.admin();
    let mut numbered = on("n1");
    numbered.sequence = Some(7);
    client.post_command(&numbered, &key()).unwrap();
    let stale = problem(client.post_command(&numbered, &key()), 409, Code::Stale);
    assert_eq!(stale.verdicts[0].verdict, Verdict::StaleSequence { newest: 7 });
    assert_eq!(stale.seq, Some(2), "a refused command is on record");
    let mut conditional = off("n1");
    conditional.if_newest = Some(99);
    let stale = problem(client.post_command(&conditional, &key()), 409, Code::Stale);
    assert!(stale.detail.contains('1'), "{}", stale.detail);
    conditional.if_newest = Some(1);
    assert_eq!(client.post_command(&conditional, &key()).unwrap().accepted, 1);
}

#[test]
fn a_hold_by_another_refuses_and_one_that_came_with_a_command_too() {
    let site = Site::new();
    let fence = site.user("fence", Role::Operator, None);
    let mut request = off("n1");
    request.hold = Some(api::HoldTerms { reason: "fencing".into(), for_ms: 60_000 });
    fence.post_command(&request, &key()).unwrap();
    let hold = HoldRequest { nodes: "n2".into(), reason: "repair".into(), for_ms: 60_000 };
    fence.hold(&hold, &key()).unwrap();
    let held = problem(site.admin().post_command(&on("n[1-2]"), &key()), 409, Code::Held);
    assert!(held.detail.contains("fence"), "{}", held.detail);
    assert_eq!(held.verdicts.len(), 2);
    let mixed = site.admin().post_command(&on("n[2-3]"), &key()).unwrap();
    assert_eq!((mixed.count, mixed.accepted), (2, 1), "202 when one node is accepted");
    assert_eq!(fence.post_command(&on("n[1-2]"), &key()).unwrap().accepted, 2);
}

#[test]
fn a_dry_run_under_a_used_key_is_a_dry_run() {
    let site = Site::new();
    let used = key();
    let seq = site.admin().post_command(&on("n1"), &used).unwrap().seq.unwrap();
    let dry = |request| CommandRequest { dry_run: true, ..request };
    let told = site.admin().post_command(&dry(on("n1")), &used).unwrap();
    assert_eq!((told.seq, told.dry_run, told.repeated), (None, true, false));
    let Verdict::Merge(into) = &told.verdicts[0].verdict else { panic!("{told:?}") };
    assert_eq!(into.seq, seq);
    problem(site.admin().post_command(&dry(off("n1")), &used), 422, Code::KeyReused);
    assert_eq!(site.head(), seq);
    assert!(site.admin().post_command(&on("n1"), &used).unwrap().repeated);
}

#[test]
fn a_dry_run_tells_the_same_and_does_nothing() {
    let site = Site::new();
    site.caught_up();
    site.admin().post_command(&on("n1"), &key()).unwrap();
    site.board.publish("n3", idle(Power::Off, now()));
    let mut request = off("@*");
    request.dry_run = true;
    let told = site.admin().post_command(&request, &key()).unwrap();
    assert_eq!((told.seq, told.dry_run, site.head()), (None, true, 1));
    let words: Vec<&str> = told.verdicts.iter().map(|it| it.verdict.word()).collect();
    assert_eq!(words, ["fire", "already", "supersede"]);
    request.dry_run = false;
    request.confirm = Some(40);
    request.force_protected = true;
    let done = site.admin().post_command(&request, &key()).unwrap();
    assert_eq!(done.verdicts, told.verdicts);
}

#[test]
fn the_same_key_is_the_same_command_also_after_a_restart() {
    let site = Site::new();
    let key = key();
    let first = site.admin().post_command(&off("n1"), &key).unwrap();
    let again = site.admin().post_command(&off("n1"), &key).unwrap();
    assert_eq!((again.seq, again.repeated, site.head()), (first.seq, true, 1));
    let other = site.admin().post_command(&off("n2"), &key);
    problem(other, 422, Code::KeyReused);
    let somebody = site.user("somebody", Role::Operator, None);
    assert_eq!(somebody.post_command(&off("n1"), &key).unwrap().seq, Some(2));
    let site = site.restart(region::Tls::Off);
    let again = site.admin().post_command(&off("n1"), &key).unwrap();
    assert_eq!((again.seq, again.repeated, site.head()), (first.seq, true, 2));
    assert_eq!(again.verdicts, first.verdicts);
}

#[test]
fn a_refused_command_is_refused_again_under_its_key() {
    let site = Site::new();
    let key = key();
    let mut request = off("n1");
    request.if_newest = Some(5);
    let first = problem(site.admin().post_command(&request, &key), 409, Code::Stale);
    let again = problem(site.admin().post_command(&request, &key), 409, Code::Stale);
    assert_eq!((first.seq, site.head()), (again.seq, 1));
}

#[test]
fn many_nodes_need_their_number_and_the_problem_tells_what_would_happen() {
    let site = Site::new();
    for node in ["n1", "n2", "n20"] {
        site.board.publish(node, idle(Power::On, now()));
    }
    site.admin().post_command(&on("n5"), &key()).unwrap();
    let mut request = off("n[1-17]");
    let asked = problem(site.admin().post_command(&request, &key()), 409, Code::ConfirmCount);
    assert_eq!((asked.count, asked.on), (Some(17), Some(2)));
    assert!(asked.detail.contains("admin's on (1) would be superseded on n5"), "{}", asked.detail);
    assert_eq!(asked.verdicts.len(), 2);
    request.confirm = Some(16);
    problem(site.admin().post_command(&request, &key()), 409, Code::ConfirmCount);
    assert_eq!(site.head(), 1, "nothing was recorded");
    request.confirm = Some(17);
    assert_eq!(site.admin().post_command(&request, &key()).unwrap().accepted, 17);
    assert_eq!(site.admin().post_command(&on("n[1-30]"), &key()).unwrap().count, 30);
    assert_eq!(site.admin().post_command(&off("n[1-16]"), &key()).unwrap().count, 16);
}

#[test]
fn protected_nodes_need_force() {
    let site = Site::new();
    let mut request = off("n[39-40]");
    let protected = problem(site.admin().post_command(&request, &key()), 409, Code::Protected);
    assert_eq!(protected.nodes.as_deref(), Some("n40"));
    request.force_protected = true;
    assert_eq!(site.admin().post_command(&request, &key()).unwrap().accepted, 2);
    assert_eq!(site.admin().post_command(&on("n40"), &key()).unwrap().accepted, 1);
}

#[test]
fn what_is_wrong_on_its_face_never_reaches_the_journal() {
    let site = Site::new();
    let client = site.admin();
    let unknown = problem(client.post_command(&on("n1,n77,zz"), &key()), 404, Code::UnknownNode);
    assert_eq!(unknown.nodes.as_deref(), Some("n77,zz"));
    let group = problem(client.post_command(&on("@nope"), &key()), 404, Code::UnknownNode);
    assert!(group.detail.contains("@nope"), "{}", group.detail);
    let syntax = problem(client.post_command(&on("n1,n[5-1]"), &key()), 400, Code::BadNodeSet);
    assert_eq!(syntax.column, Some(6), "{syntax:?}");
    problem(client.post_command(&on(""), &key()), 400, Code::NoNodes);
    problem(client.post_command(&on("n[1-99999999999]"), &key()), 400, Code::BadNodeSet);
    let mut boot = off("n1");
    let device = api::BootDevice::Pxe;
    boot.boot = Some(api::Boot { device, persistent: false, uefi: true });
    problem(client.post_command(&boot, &key()), 400, Code::BadValue);
    let mut force = off("n1");
    force.force_after_ms = Some(5);
    problem(client.post_command(&force, &key()), 400, Code::BadValue);
    let mut reason = off("n1");
    reason.reason = Some("x".repeat(2_000));
    problem(client.post_command(&reason, &key()), 400, Code::BadValue);
    assert_eq!(site.head(), 0);
}

#[test]
fn labels_and_groups_choose_nodes() {
    let site = Site::new();
    let mut request = on("@*");
    request.selector = Some("rack=r2".to_owned());
    assert_eq!(site.admin().post_command(&request, &key()).unwrap().nodes, "n[21-40]");
    assert_eq!(site.admin().post_command(&on("@gpu!n2"), &key()).unwrap().nodes, "n[1,3-4]");
    request.selector = Some("rack".to_owned());
    problem(site.admin().post_command(&request, &key()), 400, Code::BadValue);
    request.selector = Some("rack=r9".to_owned());
    problem(site.admin().post_command(&request, &key()), 400, Code::NoNodes);
}

#[test]
fn commands_at_once_agree_with_the_journals_order() {
    let site = Site::new();
    let client = site.admin();
    let answers: Vec<(u64, Action, Verdict)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|number| {
                let client = client.clone();
                scope.spawn(move || {
                    let request = if number % 2 == 0 { on("n1") } else { off("n1") };
                    let answer = client.post_command(&request, &key()).unwrap();
                    (answer.seq.unwrap(), request.action, answer.verdicts[0].verdict.clone())
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut answers = answers;
    answers.sort_by_key(|(seq, ..)| *seq);
    let mut running: Option<(u64, Action)> = None;
    for (seq, action, verdict) in answers {
        match (running, &verdict) {
            (None, Verdict::Fire) => {}
            (Some((older, was)), Verdict::Merge(into)) => {
                assert_eq!((into.seq, action), (older, was));
                continue;
            }
            (Some((older, was)), Verdict::Supersede(loser)) => {
                assert_eq!(loser.seq, older);
                assert_ne!(action, was);
            }
            (running, verdict) => panic!("{seq}: {verdict:?} while {running:?}"),
        }
        running = Some((seq, action));
    }
}

#[test]
fn one_key_at_once_is_carried_out_once() {
    let site = Site::new();
    let (client, key) = (site.admin(), key());
    let seqs: Vec<Option<u64>> = std::thread::scope(|scope| {
        let post = || client.post_command(&off("n1"), &key).unwrap().seq;
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(post)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(seqs.iter().all(|seq| *seq == seqs[0]), "{seqs:?}");
    assert_eq!(client.commands(&api::CommandQuery::default()).unwrap().commands.len(), 1);
}

#[test]
fn a_long_poll_answers_once_something_changes() {
    let site = Site::new();
    let epoch = site.lead();
    let client = site.admin();
    let seq = client.post_command(&on("n[1-2]"), &key()).unwrap().seq.unwrap();
    let poll = |open| Some(LongPoll { wait_ms: 30_000, open });
    let begun = std::time::Instant::now();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| client.command(seq, poll(Some(2))).unwrap());
        std::thread::sleep(std::time::Duration::from_millis(100));
        site.settle(epoch, seq, "n1", Settlement::Failed("no answer".into()));
        assert_eq!(waiting.join().unwrap().open, 1);
        assert_eq!(client.command(seq, poll(Some(2))).unwrap().open, 1, "changed before");
        let waiting = scope.spawn(|| client.command(seq, poll(Some(1))).unwrap());
        std::thread::sleep(std::time::Duration::from_millis(100));
        let confirming = Phase::Confirming(arbiter::Order::On);
        site.board.publish("n2", busy(Power::Off, now(), Some(seq), confirming));
        let view = waiting.join().unwrap();
        let running = view.states.iter().find(|group| group.nodes == "n2").unwrap();
        let State::Running { phase, attempt, .. } = &running.state else { panic!("{view:?}") };
        assert_eq!((*phase, *attempt), (api::Phase::Confirming, 1));
    });
    let limit = Some(LongPoll { wait_ms: 50, open: Some(1) });
    assert_eq!(client.command(seq, limit).unwrap().open, 1, "the time is up");
    assert!(begun.elapsed().as_secs() < 20);
}

#[test]
fn a_command_is_remembered_for_longer_than_by_each_node() {
    let site = Site::new();
    let client = site.admin();
    let first = client.post_command(&on("n1"), &key()).unwrap().seq.unwrap();
    for number in 0..40 {
        let request = if number % 2 == 0 { off("n1") } else { on("n1") };
        client.post_command(&request, &key()).unwrap();
    }
    assert!(client.history("n1").unwrap().intents.len() < 20);
    let view = client.command(first, None).unwrap();
    let State::Ended { outcome: Outcome::Superseded { .. } } = &view.states[0].state else {
        panic!("{view:?}")
    };
    let list = client.commands(&api::CommandQuery::default()).unwrap().commands;
    assert_eq!((list.len(), list[0].seq, list[0].tally.open), (41, 41, 1));
    assert_eq!(list[40].tally.superseded, 1);
    let open = api::CommandQuery { open: Some(true), ..Default::default() };
    assert_eq!(client.commands(&open).unwrap().commands.len(), 1);
    problem(client.command(999, None), 404, Code::UnknownCommand);
}

#[test]
fn withdrawal_ends_what_is_open_and_says_so() {
    let site = Site::new();
    let client = site.admin();
    let seq = client.post_command(&on("n[1-2]"), &key()).unwrap().seq.unwrap();
    let request =
        api::WithdrawRequest { nodes: "n[1-3]".into(), seq: None, reason: Some("oops".into()) };
    let (key, again) = (key(), key());
    let withdrawn = client.withdraw(&request, &key).unwrap();
    assert_eq!((withdrawn.count, withdrawn.withdrawn[0].seq), (2, seq));
    assert_eq!(client.withdraw(&request, &key).unwrap(), withdrawn, "a retry tells the same");
    assert_eq!(client.withdraw(&request, &again).unwrap().seq, None, "nothing is left");
    let view = client.command(seq, None).unwrap();
    let State::Ended { outcome: Outcome::Cancelled { by } } = &view.states[0].state else {
        panic!("{view:?}")
    };
    assert_eq!((by.by.as_deref(), by.reason.as_deref()), (Some("admin"), Some("oops")));
}

#[test]
fn one_command_is_withdrawn_by_its_number() {
    let site = Site::new();
    let client = site.admin();
    client.post_command(&on("n1"), &key()).unwrap();
    let seq = client.post_command(&on("n2"), &key()).unwrap().seq.unwrap();
    assert_eq!(client.withdraw_command(seq, &key()).unwrap().count, 1);
    assert_eq!(client.command(1, None).unwrap().open, 1);
    problem(client.withdraw_command(77, &key()), 404, Code::UnknownCommand);
}

#[test]
fn a_record_of_an_old_leader_changes_nothing() {
    let site = Site::new();
    let old = site.lead();
    let seq = site.admin().post_command(&on("n1"), &key()).unwrap().seq.unwrap();
    site.append(&Record::Led { cluster: common::CLUSTER.into(), agent: "agent-2".into() });
    let last = site.settle(old, seq, "n1", Settlement::Confirmed);
    site.folded_to(last);
    assert_eq!(site.admin().command(seq, None).unwrap().open, 1);
}

#[test]
fn a_command_for_nodes_in_a_state_is_refused_as_a_whole_unless_all_are_in_it() {
    let site = Site::new();
    site.board.publish("n1", idle(Power::Off, now()));
    site.board.publish("n2", idle(Power::On, now()));
    site.board.publish("n3", idle(Power::Unknown, now()));
    site.caught_up();
    let wish =
        |nodes: &str, dry_run| CommandRequest { if_state: Some(OnOff::On), dry_run, ..off(nodes) };
    for dry_run in [false, true] {
        let answer = site.admin().post_command(&wish("n[1-3]", dry_run), &key());
        let problem = problem(answer, 409, Code::StateDiffers);
        let powers: Vec<_> =
            problem.powers.iter().map(|it| (it.nodes.as_str(), it.count, it.power)).collect();
        assert_eq!(powers, [("n1", 1, api::Power::Off), ("n3", 1, api::Power::Unknown)]);
        assert_eq!(
            problem.detail,
            "off is refused, it is for nodes that are on: n1 is off, n3 is unknown"
        );
    }
    assert_eq!(site.head(), 0);
    let answer = site.admin().post_command(&wish("n2", false), &key()).unwrap();
    assert_eq!(verdicts(&answer), [("n2".to_owned(), "fire")]);
}

#[test]
fn the_state_is_judged_on_a_fresh_reading() {
    let site = Site::new();
    site.board.publish("n1", idle(Power::On, now() - 60_000));
    *site.live.finds.lock().unwrap() = Some((site.board.clone(), Power::Off));
    site.caught_up();
    let wish = |if_state| CommandRequest { if_state: Some(if_state), ..on("n1") };
    let refused = site.admin().post_command(&wish(OnOff::On), &key());
    problem(refused, 409, Code::StateDiffers);
    site.admin().post_command(&wish(OnOff::Off), &key()).unwrap();
    assert_eq!(*site.live.looked.lock().unwrap(), ["n1"]);
}

#[test]
fn a_command_that_was_accepted_under_its_key_is_not_judged_by_its_state_again() {
    let site = Site::new();
    site.board.publish("n1", idle(Power::On, now()));
    site.caught_up();
    let wish = CommandRequest { if_state: Some(OnOff::On), ..off("n1") };
    let key = key();
    let first = site.admin().post_command(&wish, &key).unwrap();
    site.board.publish("n1", idle(Power::Off, now()));
    let again = site.admin().post_command(&wish, &key).unwrap();
    assert!(again.repeated && again.seq == first.seq, "{again:?}");
}

#[test]
fn a_command_whose_twin_was_accepted_while_it_was_judged_answers_as_the_twin_did() {
    let site = Site::new();
    site.caught_up();
    let wish = CommandRequest { if_state: Some(OnOff::Off), ..on("n1") };
    let (key, client) = (key(), site.admin());
    let slow = {
        let (wish, key) = (wish.clone(), key.clone());
        std::thread::spawn(move || client.post_command(&wish, &key))
    };
    eventually("its node is looked at", || {
        (!site.live.looked.lock().unwrap().is_empty()).then_some(())
    });
    let twin = CommandRequest { if_state: None, ..wish };
    let first = site.admin().post_command(&twin, &key).unwrap();
    site.board.publish("n1", idle(Power::On, now()));
    let answer = slow.join().unwrap().unwrap();
    assert!(answer.repeated && answer.seq == first.seq, "{answer:?}");
}
