//! The whole matrix under every policy, and each rule of the ledger, as tables.

#![expect(clippy::wildcard_enum_match_arm, reason = "a table asks for one kind of change")]

mod batches;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use nodeset::NodeSet;

use super::*;
use crate::action::{Action, Boot, BootDevice, Step};
use crate::record::{Command, HoldTerms, Policy, Released, Settlement, Withdrawn};

fn nodes(text: &str) -> NodeSet {
    NodeSet::parse(text, 100).unwrap()
}

fn command(action: Action, by: &str) -> Command {
    Command::plain(action, nodes("n1"), ("c", by, "test"), 60_000)
}

/// A ledger with a clock and a leader of epoch 1.
struct Book {
    ledger: Ledger,
    now: Millis,
}

impl Book {
    fn new() -> Self {
        let mut book = Self { ledger: Ledger::new(), now: 1_000 };
        book.put(Record::Led { cluster: "c".into(), agent: "a".into() });
        book
    }

    fn put(&mut self, record: Record) -> (Seq, Vec<Change>) {
        let seq = self.ledger.seq() + 1;
        let mut changes = Vec::new();
        self.ledger.apply(seq, self.now, &record, &mut changes);
        (seq, changes)
    }

    fn ask(&mut self, command: &Command) -> (Seq, Verdict) {
        let predicted = self.ledger.predict(self.now, "n1", command);
        let (seq, changes) = self.put(Record::Command(command.clone().into()));
        let verdict = changes.into_iter().find_map(|change| match change {
            Change::Judged { verdict, .. } => Some(verdict),
            _ => None,
        });
        let verdict = verdict.expect("every command is judged");
        assert_eq!(predicted, verdict, "a prediction is the verdict");
        (seq, verdict)
    }

    fn settle(&mut self, seq: Seq, seen: Seq, outcome: Settlement) {
        self.put(Record::Settled {
            cluster: "c".into(),
            epoch: self.ledger.epoch("c").unwrap(),
            seq,
            seen,
            outcome,
            nodes: nodes("n1"),
        });
    }

    fn mark(&mut self, seq: Seq, step: Step) {
        let epoch = self.ledger.epoch("c").unwrap();
        let (cluster, seen) = ("c".into(), self.ledger.seq());
        self.put(Record::Fired { cluster, epoch, seq, step, seen, nodes: nodes("n1") });
    }

    fn state(&self, seq: Seq) -> String {
        let node = self.ledger.id("n1").unwrap();
        match &self.ledger.intent(node, seq).unwrap().state {
            IntentState::Refused(refusal) => refusal.word().to_string(),
            IntentState::Waiting => "waiting".to_string(),
            IntentState::Running => "running".to_string(),
            IntentState::Joined { into } => format!("joined {into}"),
            IntentState::Ended(outcome) => say(outcome),
        }
    }
}

fn say(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Merged { into, result } => format!("merged({into}, {})", say(result)),
        Outcome::Superseded { by } => format!("superseded({by})"),
        Outcome::Cancelled { by } => format!("cancelled({by})"),
        Outcome::Confirmed => "confirmed".to_string(),
        Outcome::Failed { cause } => format!("failed({cause})"),
        Outcome::Uncertain { cause } => format!("uncertain({cause})"),
    }
}

/// The design's table 2.2, and `nmi` beside it: m merge, s supersede, b busy.
const MATRIX: [(&str, &str); 10] = [
    //             on off soft cycle soft-cycle reset nmi
    ("on", "msssssb"),
    ("off", "smmsssb"),
    ("soft", "ssmsssb"),
    ("cycle", "mssmssb"),
    ("cycle dropped", "msssssb"),
    ("soft-cycle", "msssmsb"),
    ("soft-cycle dropped", "msssssb"),
    ("reset", "sssssmb"),
    ("reset fired", "ssssssb"),
    ("nmi", "ssssssb"),
];

#[test]
fn the_whole_matrix_holds_under_every_policy() {
    for (running, row) in MATRIX {
        for (newer, expected) in Action::ALL.into_iter().zip(row.chars()) {
            for policy in [Policy::Supersede, Policy::Queue { limit: 1 }, Policy::Next] {
                check_meeting(running, newer, expected, policy);
            }
        }
    }
}

fn check_meeting(running: &str, newer: Action, expected: char, policy: Policy) {
    let mut book = Book::new();
    let (word, event) = running.split_once(' ').unwrap_or((running, ""));
    let older = Action::ALL.into_iter().find(|action| action.word() == word).unwrap();
    let (first, verdict) = book.ask(&command(older, "ann"));
    assert_eq!(verdict, Verdict::Accepted(Course::Run));
    match event {
        "fired" => book.mark(first, Step::Reset),
        "dropped" => book.mark(first, Step::Dropped),
        _ => {}
    }
    let mut asked = command(newer, "bob");
    asked.policy = policy;
    let (second, verdict) = book.ask(&asked);
    let waits = policy != Policy::Supersede;
    let (expected, first_state, second_state) = match expected {
        'b' => (Verdict::Refused(Refusal::Busy { seq: first }), "running".into(), "busy".into()),
        _ if waits => {
            let course = Course::Wait { behind: first };
            (Verdict::Accepted(course), "running".into(), "waiting".to_string())
        }
        'm' => {
            let course = Course::Merge { into: first };
            (Verdict::Accepted(course), "running".into(), format!("joined {first}"))
        }
        _ => {
            let course = Course::Supersede { seq: first };
            (Verdict::Accepted(course), format!("superseded({second})"), "running".into())
        }
    };
    let meeting = format!("{} meets {running} under {policy:?}", newer.word());
    assert_eq!(verdict, expected, "{meeting}");
    assert_eq!(book.state(first), first_state, "{meeting}");
    assert_eq!(book.state(second), second_state, "{meeting}");
}

#[test]
fn another_boot_override_does_not_merge_but_none_does() {
    let pxe = Boot { device: BootDevice::Pxe, persistent: false, uefi: false };
    let disk = Boot { device: BootDevice::Disk, ..pxe };
    for (older, newer, merges) in [
        (Some(pxe), Some(pxe), true),
        (Some(pxe), None, true),
        (None, Some(pxe), false),
        (Some(pxe), Some(disk), false),
    ] {
        let mut book = Book::new();
        let mut first = command(Action::On, "ann");
        first.boot = older;
        let mut second = command(Action::On, "bob");
        second.boot = newer;
        let (into, _) = book.ask(&first);
        let (_, verdict) = book.ask(&second);
        let merged = verdict == Verdict::Accepted(Course::Merge { into });
        assert_eq!(merged, merges, "{older:?} then {newer:?}");
    }
}

#[test]
fn merged_intents_share_the_outcome_and_the_later_deadline() {
    let mut book = Book::new();
    let (first, _) = book.ask(&command(Action::On, "ann"));
    book.now += 10_000;
    let (second, _) = book.ask(&command(Action::On, "bob"));
    let node = book.ledger.id("n1").unwrap();
    let charge = book.ledger.standing(book.now, node).charge.unwrap();
    assert_eq!((charge.seq, charge.deadline), (first, 1_000 + 10_000 + 60_000));
    book.settle(first, second, Settlement::Confirmed);
    assert_eq!(book.state(first), "confirmed");
    assert_eq!(book.state(second), "merged(2, confirmed)");
}

#[test]
fn superseding_a_shared_operation_tells_everybody() {
    let mut book = Book::new();
    let (first, _) = book.ask(&command(Action::On, "ann"));
    let (second, _) = book.ask(&command(Action::On, "bob"));
    let (third, _) = book.ask(&command(Action::Off, "cid"));
    assert_eq!(book.state(first), "superseded(4)");
    assert_eq!(book.state(second), "merged(2, superseded(4))");
    assert_eq!(book.state(third), "running");
}

#[test]
fn an_intent_that_joined_after_the_decision_is_carried_out_by_itself() {
    let mut book = Book::new();
    let (first, _) = book.ask(&command(Action::On, "ann"));
    let decided_at = book.ledger.seq();
    let (second, _) = book.ask(&command(Action::On, "bob"));
    book.settle(first, decided_at, Settlement::Confirmed);
    assert_eq!(book.state(first), "confirmed");
    assert_eq!(book.state(second), "running");
}

#[test]
fn under_queue_everything_is_carried_out_in_turn_and_the_queue_is_bounded() {
    let mut book = Book::new();
    let mut queued = command(Action::On, "ann");
    queued.policy = Policy::Queue { limit: 2 };
    let (first, _) = book.ask(&queued);
    let (second, _) = book.ask(&queued);
    let (third, _) = book.ask(&queued);
    let (_, verdict) = book.ask(&queued);
    assert_eq!(verdict, Verdict::Refused(Refusal::Full { limit: 2 }));
    for (running, seen) in [(first, 5), (second, 6), (third, 7)] {
        assert_eq!(book.state(running), "running");
        book.settle(running, seen, Settlement::Confirmed);
        assert_eq!(book.state(running), "confirmed");
    }
}

#[test]
fn a_superseding_command_also_ends_what_waits() {
    let mut book = Book::new();
    let (first, _) = book.ask(&command(Action::On, "ann"));
    let mut queued = command(Action::Off, "bob");
    queued.policy = Policy::Next;
    let (second, _) = book.ask(&queued);
    let (third, _) = book.ask(&command(Action::On, "cid"));
    assert_eq!(book.state(second), "superseded(4)");
    assert_eq!(book.state(third), format!("joined {first}"));
}

#[test]
fn a_caller_s_own_numbers_are_compared_in_its_own_stream_and_for_ever() {
    let mut book = Book::new();
    let numbered = |by: &str, number| {
        let mut command = command(Action::On, by);
        command.sequence = Some(number);
        command
    };
    let (first, _) = book.ask(&numbered("ann", 7));
    book.settle(first, first, Settlement::Confirmed);
    book.now += KEY_KEPT_MS * 400;
    let stale = Verdict::Refused(Refusal::StaleSequence { newest: 7 });
    assert_eq!(book.ask(&numbered("ann", 7)).1, stale);
    assert_eq!(book.ask(&numbered("ann", 6)).1, stale);
    assert_eq!(book.ask(&numbered("bob", 1)).1, Verdict::Accepted(Course::Run));
}

#[test]
fn if_newest_is_refused_unless_that_is_still_the_newest() {
    let mut book = Book::new();
    let mut first = command(Action::On, "ann");
    first.if_newest = Some(0);
    let (seq, verdict) = book.ask(&first);
    assert_eq!(verdict, Verdict::Accepted(Course::Run));
    let (_, verdict) = book.ask(&first);
    assert_eq!(verdict, Verdict::Refused(Refusal::StaleNewest { newest: seq }));
    first.if_newest = Some(seq);
    assert_eq!(book.ask(&first).1, Verdict::Accepted(Course::Merge { into: seq }));
}

#[test]
fn the_same_key_from_the_same_caller_is_carried_out_once() {
    let mut book = Book::new();
    let mut keyed = command(Action::Reset, "ann");
    keyed.key = Some("k".into());
    let (seq, _) = book.ask(&keyed);
    book.settle(seq, seq, Settlement::Confirmed);
    let (again, changes) = book.put(Record::Command(keyed.clone().into()));
    assert_eq!(changes, [Change::Repeated { seq: again, of: seq }]);
    keyed.by = "bob".into();
    assert_eq!(book.ask(&keyed).1, Verdict::Accepted(Course::Run));
    book.now += KEY_KEPT_MS;
    keyed.by = "ann".into();
    assert!(matches!(book.ask(&keyed).1, Verdict::Accepted(_)), "forgotten after a day");
}

fn held(by: &str, for_ms: Millis) -> Record {
    Record::Held(crate::record::Held {
        nodes: nodes("n1"),
        by: by.into(),
        door: "test".into(),
        reason: "firmware".into(),
        for_ms,
    })
}

#[test]
fn a_hold_refuses_everybody_but_its_holder_until_it_expires() {
    let mut book = Book::new();
    book.put(held("ann", 5_000));
    let holder: Box<str> = "ann".into();
    let refused = Refusal::Held { holder, reason: "firmware".into(), until: 6_000 };
    assert_eq!(book.ask(&command(Action::On, "bob")).1, Verdict::Refused(refused));
    assert!(matches!(book.ask(&command(Action::On, "ann")).1, Verdict::Accepted(_)));
    book.now = 6_000;
    assert!(matches!(book.ask(&command(Action::Off, "bob")).1, Verdict::Accepted(_)));
}

#[test]
fn a_hold_placed_with_a_command_guards_it_and_a_refused_command_places_none() {
    let mut book = Book::new();
    let mut fencing = command(Action::Off, "fence");
    fencing.hold = Some(HoldTerms { reason: "fencing".into(), for_ms: 5_000 });
    let (seq, _) = book.ask(&fencing);
    let (_, verdict) = book.ask(&command(Action::On, "bob"));
    assert!(matches!(verdict, Verdict::Refused(Refusal::Held { .. })));
    assert_eq!(book.state(seq), "running");
    let node = book.ledger.id("n1").unwrap();
    let mut other = fencing.clone();
    other.by = "bob".into();
    book.ask(&other);
    assert_eq!(book.ledger.live_holds(book.now, node).count(), 1);
}

#[test]
fn only_the_holder_releases_unless_anybodys_holds_are_meant() {
    let mut book = Book::new();
    book.put(held("ann", 5_000));
    let release = |by: &str, anybodys| {
        let (nodes, by) = (nodes("n1"), by.into());
        Record::Released(Released { nodes, by, door: "test".into(), anybodys })
    };
    let node = book.ledger.id("n1").unwrap();
    book.put(release("bob", false));
    assert_eq!(book.ledger.live_holds(book.now, node).count(), 1);
    book.put(release("bob", true));
    assert_eq!(book.ledger.live_holds(book.now, node).count(), 0);
}

#[test]
fn a_hold_by_another_stops_a_running_operation_but_not_the_holder_s_own() {
    let mut book = Book::new();
    book.ask(&command(Action::On, "ann"));
    let node = book.ledger.id("n1").unwrap();
    book.put(held("ann", 5_000));
    assert_eq!(book.ledger.standing(book.now, node).held_until, None);
    let mut book = Book::new();
    book.ask(&command(Action::On, "bob"));
    book.put(held("ann", 5_000));
    assert_eq!(book.ledger.standing(book.now, node).held_until, Some(6_000));
}

fn withdrawn(by: &str, seq: Option<Seq>) -> Record {
    withdrawn_from("n1", by, seq)
}

fn withdrawn_from(which: &str, by: &str, seq: Option<Seq>) -> Record {
    let (nodes, by, door) = (nodes(which), by.into(), "test".into());
    Record::Withdrawn(Withdrawn { nodes, by, door, seq, reason: None })
}

#[test]
fn a_withdrawal_ends_what_is_open_and_who_joined_carries_on() {
    let mut book = Book::new();
    let (first, _) = book.ask(&command(Action::On, "ann"));
    let (second, _) = book.ask(&command(Action::On, "bob"));
    let (by, _) = book.put(withdrawn("ann", Some(first)));
    assert_eq!(book.state(first), format!("cancelled({by})"));
    assert_eq!(book.state(second), "running");
    let (by, _) = book.put(withdrawn("ann", None));
    assert_eq!(book.state(second), format!("cancelled({by})"));
    assert_eq!(book.ledger.running(book.ledger.id("n1").unwrap()), None);
}

#[test]
fn a_withdrawal_is_withheld_under_somebody_else_s_hold() {
    let mut book = Book::new();
    let (first, _) = book.ask(&command(Action::Off, "fence"));
    book.put(held("fence", 5_000));
    let (_, changes) = book.put(withdrawn("bob", None));
    assert!(matches!(changes[..], [Change::Withheld { .. }]));
    assert_eq!(book.state(first), "running");
}

#[test]
fn records_of_an_older_epoch_are_ignored() {
    let mut book = Book::new();
    let (first, _) = book.ask(&command(Action::On, "ann"));
    let old = book.ledger.epoch("c").unwrap();
    book.put(Record::Led { cluster: "c".into(), agent: "b".into() });
    book.put(Record::Settled {
        cluster: "c".into(),
        epoch: old,
        seq: first,
        seen: first,
        outcome: Settlement::Confirmed,
        nodes: nodes("n1"),
    });
    assert_eq!(book.state(first), "running");
    book.settle(first, 9, Settlement::Failed("x".into()));
    assert_eq!(book.state(first), "failed(x)");
}

#[test]
fn whoever_leads_first_recovers_nothing_unless_the_journal_s_start_was_retired() {
    let led = Record::Led { cluster: "c".into(), agent: "a".into() };
    for (first, expected) in [(1, false), (2, true)] {
        let mut changes = Vec::new();
        Ledger::new().apply(first, 1_000, &led, &mut changes);
        let took_over = matches!(changes[..], [Change::Led { took_over: true, .. }]);
        assert_eq!(took_over, expected, "the first record that is left is {first}");
    }
}

#[test]
fn closed_intents_and_their_commands_are_forgotten_but_open_ones_never() {
    let mut book = Book::new();
    let (open, _) = book.ask(&command(Action::Cycle, "ann"));
    for _ in 0..40 {
        book.ask(&command(Action::Nmi, "bob"));
    }
    let node = book.ledger.id("n1").unwrap();
    assert_eq!(book.state(open), "running");
    assert_eq!(book.ledger.intents(node).len(), INTENTS_KEPT_MAX + 1);
    assert_eq!(book.ledger.commands().count(), INTENTS_KEPT_MAX + 1);
    assert_eq!(book.ledger.floor(book.now), Some(open));
}

#[test]
fn each_node_of_a_command_has_its_own_verdict_and_policy() {
    let mut book = Book::new();
    let (first, _) = book.ask(&command(Action::On, "ann"));
    let mut wide = command(Action::Off, "bob");
    wide.nodes = nodes("n[1-3]");
    wide.exceptions.insert(nodes("n[1-2]"), Policy::Next);
    let (seq, changes) = book.put(Record::Command(wide.into()));
    let verdicts: Vec<_> = changes
        .iter()
        .filter_map(|change| match change {
            Change::Judged { node, verdict, .. } => Some((book.ledger.name(*node), verdict)),
            _ => None,
        })
        .collect();
    let wait = Verdict::Accepted(Course::Wait { behind: first });
    let run = Verdict::Accepted(Course::Run);
    assert_eq!(verdicts, [("n1", &wait), ("n2", &run), ("n3", &run)]);
    assert_eq!(book.ledger.command(seq).unwrap().command.nodes.len(), 3);
}

#[test]
fn operations_leave_a_trace_of_where_they_may_have_ordered_the_node() {
    let mut book = Book::new();
    let node = book.ledger.intern("n1");
    let traces = |book: &Book| book.ledger.traces(book.now, node);
    assert_eq!(traces(&book), Traces::default());
    book.ask(&command(Action::On, "alice"));
    book.now += 100;
    assert_eq!(traces(&book), Traces { on: book.now, off: 0 }, "it runs");
    let superseded_at = book.now;
    let (off, _) = book.ask(&command(Action::Off, "bob"));
    book.now += 100;
    assert_eq!(traces(&book), Traces { on: superseded_at, off: book.now });
    let settled_at = book.now;
    book.settle(off, off, Settlement::Confirmed);
    book.now += 100;
    let (cycle, _) = book.ask(&command(Action::Cycle, "alice"));
    book.put(withdrawn("alice", Some(cycle)));
    assert_eq!(traces(&book), Traces { on: book.now, off: book.now });
    assert!(settled_at < book.now);
    book.now += 100;
    let before = traces(&book);
    book.ask(&command(Action::Nmi, "alice"));
    assert_eq!(traces(&book), before, "an interrupt orders the power nowhere");
}

#[test]
fn a_cycle_that_joined_after_the_leader_had_asked_gets_a_drop_of_its_own() {
    let mut book = Book::new();
    let (first, _) = book.ask(&command(Action::Cycle, "ann"));
    let (second, verdict) = book.ask(&command(Action::Cycle, "bob"));
    assert_eq!(verdict, Verdict::Accepted(Course::Merge { into: first }));
    let (on, _) = book.ask(&command(Action::On, "cleo"));
    let epoch = book.ledger.epoch("c").unwrap();
    book.put(Record::Fired {
        cluster: "c".into(),
        epoch,
        seq: first,
        step: Step::Dropped,
        seen: first,
        nodes: nodes("n1"),
    });
    book.settle(first, on, Settlement::Confirmed);
    assert_eq!(book.state(first), "confirmed");
    assert_eq!(book.state(second), "running");
    assert_eq!(book.state(on), format!("joined {second}"), "nothing older runs after it ended");
    let node = book.ledger.id("n1").unwrap();
    assert!(!book.ledger.standing(book.now, node).charge.unwrap().steps.has(Step::Dropped));
}
