//! Commands that go through their nodes a few at a time.

use super::*;
use crate::record::Batch;

const LATER: Millis = Millis::MAX;

fn batched(size: u32, stop_after: Option<u32>) -> Command {
    Command {
        nodes: nodes("n[1-5]"),
        batch: Some(Batch { size, delay_ms: 2_000, stop_after }),
        ..command(Action::Cycle, "ann")
    }
}

impl Book {
    fn give(&mut self, command: &Command) -> Seq {
        self.put(Record::Command(command.clone().into())).0
    }

    fn end(&mut self, seq: Seq, which: &str, outcome: Settlement) -> Vec<Change> {
        let (cluster, epoch) = ("c".into(), self.ledger.epoch("c").unwrap());
        let (seen, nodes) = (self.ledger.seq(), nodes(which));
        self.put(Record::Settled { cluster, epoch, seq, seen, outcome, nodes }).1
    }

    /// When each node begins, or how its intent ended.
    fn beginnings(&self, seq: Seq) -> Vec<Result<Millis, String>> {
        let each = ["n1", "n2", "n3", "n4", "n5"].map(|name| {
            let node = self.ledger.id(name).unwrap();
            match self.ledger.standing(self.now, node).charge {
                Some(charge) if charge.seq == seq => Ok(charge.started),
                Some(_) | None => match &self.ledger.intent(node, seq).unwrap().state {
                    IntentState::Ended(outcome) => Err(say(outcome)),
                    other => Err(format!("{other:?}")),
                },
            }
        });
        each.into()
    }
}

fn confirmed() -> Result<Millis, String> {
    Err("confirmed".into())
}

#[test]
fn the_next_nodes_begin_a_while_after_the_former_have_all_ended() {
    let mut book = Book::new();
    let seq = book.give(&batched(2, None));
    assert_eq!(book.beginnings(seq), [Ok(1_000), Ok(1_000), Ok(LATER), Ok(LATER), Ok(LATER)]);
    book.now = 5_000;
    book.end(seq, "n1", Settlement::Confirmed);
    assert_eq!(book.beginnings(seq)[2], Ok(LATER), "n2 has not ended");
    book.now = 6_000;
    let changes = book.end(seq, "n2", Settlement::Failed("x".into()));
    let begin = |change: &Change| matches!(change, Change::Began { seq: of, .. } if *of == seq);
    assert_eq!(changes.iter().filter(|change| begin(change)).count(), 2, "agents are told");
    let begun = [confirmed(), Err("failed(x)".into()), Ok(8_000), Ok(8_000), Ok(LATER)];
    assert_eq!(book.beginnings(seq), begun);
    let node = book.ledger.id("n3").unwrap();
    let charge = book.ledger.standing(6_000, node).charge.unwrap();
    assert_eq!(charge.deadline, 68_000, "its time runs from when it begins");
}

#[test]
fn after_so_many_failures_those_that_have_not_begun_are_taken_back_and_the_others_go_on() {
    let mut book = Book::new();
    let seq = book.give(&batched(3, Some(2)));
    book.end(seq, "n1", Settlement::Failed("x".into()));
    assert_eq!(book.beginnings(seq)[3], Ok(LATER), "one failure is borne");
    book.end(seq, "n2", Settlement::Uncertain("y".into()));
    let own = || Err(format!("cancelled({seq})"));
    let ends = [Err("failed(x)".into()), Err("uncertain(y)".into()), Ok(1_000), own(), own()];
    assert_eq!(book.beginnings(seq), ends);
    book.end(seq, "n3", Settlement::Confirmed);
    assert_eq!(book.beginnings(seq)[2], confirmed());
}

#[test]
fn a_newer_word_takes_the_place_of_one_that_has_not_begun_whatever_it_asks() {
    let mut book = Book::new();
    let seq = book.give(&Command { action: Action::On, ..batched(4, None) });
    let mut newer = command(Action::On, "bob");
    newer.nodes = nodes("n[4-5]");
    let by = book.give(&newer);
    let node = |name: &str| book.ledger.id(name).unwrap();
    let running = |name: &str| book.ledger.running(node(name)).unwrap();
    assert_eq!(running("n4"), (seq, &[by][..]), "n4 had begun: merged");
    assert_eq!(running("n5"), (by, &[][..]), "bob does not wait for ann's batches");
    book.end(seq, "n[1-4]", Settlement::Confirmed);
    assert_eq!(book.beginnings(seq)[4], Err(format!("superseded({by})")));
}

#[test]
fn who_is_gone_before_its_batch_is_passed_over() {
    let mut book = Book::new();
    let seq = book.give(&batched(1, None));
    book.put(withdrawn_from("n[2-3]", "ann", None));
    book.end(seq, "n1", Settlement::Confirmed);
    assert_eq!(book.beginnings(seq)[3..], [Ok(3_000), Ok(LATER)]);
}

#[test]
fn under_queue_a_node_that_waits_for_its_turn_belongs_to_its_batch() {
    let mut book = Book::new();
    let mut older = command(Action::Off, "bob");
    older.nodes = nodes("n1");
    let first = book.give(&older);
    let queued = Command { policy: Policy::Queue { limit: 2 }, ..batched(2, None) };
    let seq = book.give(&queued);
    book.end(seq, "n2", Settlement::Confirmed);
    assert_eq!(book.beginnings(seq)[2], Ok(LATER), "n1 has not even begun");
    book.now = 9_000;
    book.end(first, "n1", Settlement::Confirmed);
    assert_eq!(book.beginnings(seq)[0], Ok(9_000));
}

#[test]
fn in_a_replay_the_same_nodes_begin_at_the_same_times() {
    let record = |book: &mut Book| {
        let seq = book.give(&batched(2, Some(3)));
        book.now = 7_000;
        book.end(seq, "n[1-2]", Settlement::Confirmed);
        book.beginnings(seq)
    };
    assert_eq!(record(&mut Book::new()), record(&mut Book::new()));
}

#[test]
fn what_carries_on_after_one_whose_batch_never_began_has_a_deadline_of_its_own() {
    let mut book = Book::new();
    let mut older = command(Action::Cycle, "bob");
    older.nodes = nodes("n5");
    let first = book.give(&older);
    let seq = book.give(&batched(1, Some(1)));
    let last = book.give(&older);
    let node = book.ledger.id("n5").unwrap();
    assert_eq!(book.ledger.running(node), Some((first, &[seq, last][..])));
    book.put(withdrawn_from("n5", "bob", Some(first)));
    assert_eq!(book.beginnings(seq)[4], Ok(LATER), "n1 has not ended");
    book.end(seq, "n1", Settlement::Failed("x".into()));
    let charge = book.ledger.standing(book.now, node).charge.unwrap();
    assert_eq!((charge.seq, charge.deadline), (last, book.now + 60_000));
}

#[test]
fn one_that_comes_to_its_own_later_does_not_bring_the_next_batch_forward() {
    let mut book = Book::new();
    let mut older = command(Action::Cycle, "bob");
    older.nodes = nodes("n5");
    let first = book.give(&older);
    let seq = book.give(&batched(2, None));
    book.end(seq, "n1", Settlement::Confirmed);
    book.put(withdrawn_from("n5", "bob", Some(first)));
    assert_eq!(book.beginnings(seq)[2..], [Ok(LATER), Ok(LATER), Ok(LATER)], "n2 has not ended");
}
