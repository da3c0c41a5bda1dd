//! What every journal has to keep, as tests over the trait: `contract_tests!(fresh)` runs them all,
//! where `fresh()` is an async function that makes an empty journal. They say nothing about restarts,
//! which are not the same for an embedded journal and for an engine elsewhere.

use std::collections::HashSet;
use std::future::Future;
use std::ops::Deref;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use crate::{AppendError, Entry, Journal, ReadError, Refusal, RequestId, Seq};

const MANY: usize = 1 << 20;

macro_rules! contract_tests {
    ($fresh:path: $($rule:ident)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $rule() {
            $crate::contract::$rule($fresh().await).await;
        }
    )*};
    ($fresh:path) => {
        $crate::contract::contract_tests! { $fresh:
            a_fresh_journal_is_empty
            a_batch_lies_side_by_side_and_reads_back_in_order
            appends_at_once_share_the_positions_without_gaps
            a_retry_gets_the_first_answer_and_appends_nothing
            the_same_request_twice_at_once_is_written_once
            an_empty_batch_is_refused_and_changes_nothing
            a_read_stays_within_its_bounds_but_returns_at_least_one_entry
            a_follower_sees_every_entry_once_and_in_order
            a_position_past_the_end_is_told_apart_from_the_end
            a_trimmed_position_is_too_old_and_positions_go_on
            a_trimmed_request_is_still_known
            a_probe_is_seen_by_nobody
            an_append_that_nobody_waits_for_is_written_whole_and_once
            times_never_run_backwards
        }
    };
}
pub(crate) use contract_tests;

pub(crate) async fn a_fresh_journal_is_empty(journal: impl Deref<Target = impl Journal>) {
    assert_eq!(*journal.head().borrow(), 0);
    assert_eq!(journal.oldest().await, Ok(1));
    assert_eq!(journal.read(1, MANY, MANY).await, Ok(vec![]));
    assert_eq!(journal.read(0, MANY, MANY).await, Err(ReadError::TooOld { oldest: 1 }));
}

pub(crate) async fn a_batch_lies_side_by_side_and_reads_back_in_order(
    journal: impl Deref<Target = impl Journal>,
) {
    let first = journal.append(id(1), batch(&["a", "", "c"])).await.unwrap();
    assert_eq!((first.first, first.last), (1, 3));
    let second = journal.append(id(2), batch(&["d"])).await.unwrap();
    assert_eq!((second.first, second.last), (4, 4));
    assert_eq!(*journal.head().borrow(), 4);
    let entries = journal.read(1, MANY, MANY).await.unwrap();
    assert_eq!(texts(&entries), ["a", "", "c", "d"]);
    assert_eq!(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert!(entries[..3].iter().all(|entry| entry.at_ms == first.at_ms));
    assert_eq!(texts(&journal.read(3, MANY, MANY).await.unwrap()), ["c", "d"]);
}

pub(crate) async fn appends_at_once_share_the_positions_without_gaps<J: Journal>(
    journal: impl Deref<Target = J> + Send + Sync + 'static,
) {
    let journal = Arc::new(journal);
    let start = |task| tokio::spawn(append_some(Arc::clone(&journal), task));
    let tasks: Vec<_> = (0..16).map(start).collect();
    for task in tasks {
        task.await.unwrap();
    }
    let entries = all(&**journal).await;
    assert_eq!(entries.len(), 16 * 20 * 3);
    let mut seen = HashSet::new();
    for (three, expected) in entries.chunks(3).zip((1_u64..).step_by(3)) {
        let name = texts(three)[0].clone();
        assert_eq!(texts(three), [name.clone(), name.clone(), name.clone()]);
        assert_eq!(three[0].seq, expected);
        assert!(seen.insert(name));
    }
}

async fn append_some<J: Journal>(journal: Arc<impl Deref<Target = J>>, task: u64) {
    for turn in 0..20 {
        let number = task * 100 + turn;
        let name = number.to_string();
        let answer = journal.append(id(number), batch(&[&name, &name, &name])).await.unwrap();
        assert_eq!(answer.last, answer.first + 2);
        let read = journal.read(answer.first, 3, MANY).await.unwrap();
        assert_eq!(texts(&read), [name.clone(), name.clone(), name]);
    }
}

pub(crate) async fn a_retry_gets_the_first_answer_and_appends_nothing(
    journal: impl Deref<Target = impl Journal>,
) {
    let answer = journal.append(id(1), batch(&["a", "b"])).await.unwrap();
    journal.append(id(2), batch(&["c"])).await.unwrap();
    assert_eq!(journal.append(id(1), batch(&["a", "b"])).await.unwrap(), answer);
    assert_eq!(journal.append(id(1), batch(&["other"])).await.unwrap(), answer);
    assert_eq!(texts(&all(&*journal).await), ["a", "b", "c"]);
}

pub(crate) async fn the_same_request_twice_at_once_is_written_once(
    journal: impl Deref<Target = impl Journal>,
) {
    for turn in 0..20 {
        let (one, two, other, three) = tokio::join!(
            journal.append(id(turn), batch(&["x"])),
            journal.append(id(turn), batch(&["x"])),
            journal.append(id(1_000 + turn), batch(&["y"])),
            journal.append(id(turn), batch(&["x"])),
        );
        assert_eq!(one, two);
        assert_eq!(one, three);
        assert_ne!(one, other);
    }
    assert_eq!(all(&*journal).await.len(), 40);
}

pub(crate) async fn an_empty_batch_is_refused_and_changes_nothing(
    journal: impl Deref<Target = impl Journal>,
) {
    let refused = journal.append(id(1), vec![]).await;
    assert_eq!(refused, Err(AppendError::Refused(Refusal::Empty)));
    assert_eq!(journal.append(id(1), batch(&["a"])).await.unwrap().first, 1);
}

pub(crate) async fn a_read_stays_within_its_bounds_but_returns_at_least_one_entry(
    journal: impl Deref<Target = impl Journal>,
) {
    journal.append(id(1), batch(&["aaaa", "bbbb", "cccc", "dddd"])).await.unwrap();
    let read = async |entries, bytes| texts(&journal.read(2, entries, bytes).await.unwrap());
    assert_eq!(read(2, MANY).await, ["bbbb", "cccc"]);
    assert_eq!(read(0, MANY).await, [""; 0]);
    assert_eq!(read(MANY, 0).await, ["bbbb"]);
    assert_eq!(read(MANY, 4).await, ["bbbb"]);
    assert_eq!(read(MANY, 5).await, ["bbbb", "cccc"]);
}

pub(crate) async fn a_follower_sees_every_entry_once_and_in_order<J: Journal>(
    journal: impl Deref<Target = J> + Send + Sync + 'static,
) {
    let journal = Arc::new(journal);
    let followed = Arc::clone(&journal);
    let follower = tokio::spawn(async move { follow(&**followed, 200).await });
    for number in 0..200_u64 {
        journal.append(id(number), batch(&[&number.to_string()])).await.unwrap();
    }
    let seen = follower.await.unwrap();
    assert!(texts(&seen).into_iter().eq((0..200).map(|number| number.to_string())));
}

async fn follow(journal: &impl Journal, count: usize) -> Vec<Entry> {
    let mut head = journal.head();
    let mut seen: Vec<Entry> = Vec::new();
    while seen.len() < count {
        let next = seen.last().map_or(1, |entry| entry.seq + 1);
        if *head.borrow_and_update() < next {
            head.changed().await.unwrap();
            continue;
        }
        let read = journal.read(next, 7, MANY).await.unwrap();
        assert!(!read.is_empty(), "an entry below the head was not there");
        seen.extend(read);
    }
    seen
}

pub(crate) async fn a_position_past_the_end_is_told_apart_from_the_end(
    journal: impl Deref<Target = impl Journal>,
) {
    journal.append(id(1), batch(&["a", "b"])).await.unwrap();
    assert_eq!(journal.read(3, MANY, MANY).await, Ok(vec![]));
    let ahead = ReadError::Ahead { from: 4, head: 2 };
    assert_eq!(journal.read(4, MANY, MANY).await, Err(ahead));
    assert!(journal.read(Seq::MAX, MANY, MANY).await.is_err());
}

pub(crate) async fn a_trimmed_position_is_too_old_and_positions_go_on(
    journal: impl Deref<Target = impl Journal>,
) {
    journal.append(id(1), batch(&["a", "b", "c", "d"])).await.unwrap();
    assert_eq!(journal.trim(3).await, Ok(3));
    assert_eq!(journal.oldest().await, Ok(3));
    let too_old = Err(ReadError::TooOld { oldest: 3 });
    assert_eq!(journal.read(2, MANY, MANY).await, too_old);
    assert_eq!(texts(&journal.read(3, MANY, MANY).await.unwrap()), ["c", "d"]);
    assert_eq!(journal.trim(1).await, Ok(3));
    assert_eq!(journal.trim(Seq::MAX).await, Ok(5));
    assert_eq!(journal.oldest().await, Ok(5));
    assert_eq!(*journal.head().borrow(), 4);
    assert_eq!(journal.read(5, MANY, MANY).await, Ok(vec![]));
    assert_eq!(journal.append(id(2), batch(&["e"])).await.unwrap().first, 5);
    assert_eq!(texts(&all(&*journal).await), ["e"]);
}

pub(crate) async fn a_trimmed_request_is_still_known(journal: impl Deref<Target = impl Journal>) {
    let answer = journal.append(id(1), batch(&["a"])).await.unwrap();
    journal.trim(2).await.unwrap();
    assert_eq!(journal.append(id(1), batch(&["a"])).await.unwrap(), answer);
    assert_eq!(all(&*journal).await, []);
}

pub(crate) async fn a_probe_is_seen_by_nobody(journal: impl Deref<Target = impl Journal>) {
    assert_eq!(journal.probe().await, Ok(()));
    assert_eq!(*journal.head().borrow(), 0);
    assert_eq!(journal.append(id(1), batch(&["a"])).await.unwrap().first, 1);
    assert_eq!(journal.probe().await, Ok(()));
    assert_eq!(journal.append(id(2), batch(&["b"])).await.unwrap().first, 2);
    assert_eq!(texts(&all(&*journal).await), ["a", "b"]);
}

pub(crate) async fn an_append_that_nobody_waits_for_is_written_whole_and_once(
    journal: impl Deref<Target = impl Journal>,
) {
    for turn in 0..20 {
        {
            let unwanted = pin!(journal.append(id(turn), batch(&["x", "y"])));
            let _dropped = unwanted.poll(&mut Context::from_waker(Waker::noop()));
        }
        journal.append(id(turn), batch(&["x", "y"])).await.unwrap();
    }
    assert_eq!(texts(&all(&*journal).await), ["x", "y"].repeat(20));
}

pub(crate) async fn times_never_run_backwards(journal: impl Deref<Target = impl Journal>) {
    for turn in 0..50 {
        journal.append(id(turn), batch(&["x", "y"])).await.unwrap();
    }
    assert!(all(&*journal).await.is_sorted_by_key(|entry| entry.at_ms));
}

async fn all(journal: &impl Journal) -> Vec<Entry> {
    let oldest = journal.oldest().await.unwrap();
    journal.read(oldest, MANY, MANY).await.unwrap()
}

fn id(number: u64) -> RequestId {
    RequestId(u128::from(number).to_be_bytes())
}

fn batch(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

fn texts(entries: &[Entry]) -> Vec<String> {
    entries.iter().map(|entry| String::from_utf8(entry.payload.to_vec()).unwrap()).collect()
}
