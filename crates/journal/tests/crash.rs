//! A process that appends from several tasks is killed at random moments, again and again: what it
//! acknowledged is there exactly once and in order, and a retry is harmless. It does not cut the
//! power: that the log is flushed before an answer is shown in `io_errors.rs`.

mod common;

use std::collections::{BTreeMap, HashMap};
use std::env;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use common::{MANY, Seeded};
use journal::{Entry, Journal, Local, Options, RequestId, Seq};
use tempfile::TempDir;

const KILLS: u32 = 150;
const TASKS: u32 = 4;
/// A child that says nothing for so long has failed.
const CHILD_SILENT: Duration = Duration::from_secs(30);
const FOLDER: &str = "JOURNAL_CRASH_FOLDER";
const ROUND: &str = "JOURNAL_CRASH_ROUND";

#[test]
fn nothing_acknowledged_is_lost_or_doubled_by_150_kills() {
    kill_again_and_again(0x1234_5678);
}

#[test]
fn nothing_acknowledged_is_lost_or_doubled_by_150_other_kills() {
    kill_again_and_again(0x9ABC_DEF1);
}

#[test]
fn child_that_appends_until_it_is_killed() {
    if let (Ok(folder), Ok(round)) = (env::var(FOLDER), env::var(ROUND)) {
        child(Path::new(&folder), round.parse().unwrap());
    }
}

/// What one task of the child does at one turn is told by round, task and turn alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Step {
    round: u32,
    task: u32,
    turn: u32,
}

impl Step {
    fn id(self) -> RequestId {
        let numbers = [0, self.round, self.task, self.turn];
        RequestId(std::array::from_fn(|at| numbers[at / 4].to_be_bytes()[at % 4]))
    }

    fn batch(self) -> Vec<Vec<u8>> {
        let mut seeded =
            Seeded(1 + u64::from(self.round * 7 + self.task) * 1_000 + u64::from(self.turn));
        let entries = 1 + seeded.below(3);
        let large = if seeded.below(12) == 0 { 50_000 } else { 600 };
        let Self { round, task, turn } = self;
        let payload = |part| {
            let head = format!("{round} {task} {turn} {part} {entries} ").into_bytes();
            let filler = usize::try_from(seeded.below(large)).expect("small");
            [head, vec![b'.'; filler]].concat()
        };
        (0..entries).map(payload).collect()
    }
}

/// With a short tail in memory, so that it opens fast and reads from disk.
fn open(folder: &Path) -> Local {
    let options = Options { tail_bytes_max: 100_000, ..Options::default() };
    Local::open(folder, options).expect("the journal opens")
}

type Places = BTreeMap<Step, (Seq, Seq)>;

fn child(folder: &Path, round: u32) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let journal = Arc::new(open(folder));
        for task in 0..TASKS {
            tokio::spawn(append_for_ever(Arc::clone(&journal), round, task));
        }
        let floor = *journal.head().borrow();
        loop {
            let oldest = journal.oldest().await.expect("an oldest entry");
            journal.trim(floor.min(oldest + 20)).await.expect("it is trimmed");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
}

async fn append_for_ever(journal: Arc<Local>, round: u32, task: u32) {
    for turn in 0.. {
        let step = Step { round, task, turn };
        let answer = journal.append(step.id(), step.batch()).await.expect("it is appended");
        let line = format!("ack {round} {task} {turn} {} {}\n", answer.first, answer.last);
        std::io::stdout().write_all(line.as_bytes()).expect("the parent listens");
    }
}

fn kill_again_and_again(seed: u64) {
    let folder = TempDir::new().expect("a folder");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let mut seeded = Seeded(seed);
    let (mut head, mut acknowledged, mut unanswered) = (0, 0, 0);
    for round in 0..KILLS {
        let acks = one_life(folder.path(), round, &mut seeded);
        acknowledged += acks.len();
        let journal = open(folder.path());
        let written = runtime.block_on(written_after(&journal, head));
        assert_kept(&acks, &written, round);
        unanswered += written.len() - acks.len();
        runtime.block_on(assert_retries_are_harmless(&journal, &acks, &written, round));
        head = *journal.head().borrow();
        if round % 25 == 0 {
            let report = journal::check(folder.path()).expect("it can be checked");
            assert!(report.is_sound(), "round {round}: {report}");
        }
    }
    println!("seed {seed:#x}: {KILLS} kills, {acknowledged} acknowledged, {unanswered} unanswered");
    assert!(acknowledged > 1_000, "too little happened: {acknowledged} acknowledged");
}

/// Starts a child, kills it at some moment and returns what it acknowledged.
fn one_life(folder: &Path, round: u32, seeded: &mut Seeded) -> Places {
    let mut child = Command::new(env::current_exe().expect("this test"))
        .args(["--exact", "child_that_appends_until_it_is_killed", "--nocapture"])
        .env(FOLDER, folder)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a child");
    let lines = listen(&mut child);
    let mut acks = Places::new();
    if seeded.below(10) > 0 {
        let first = lines.recv_timeout(CHILD_SILENT).expect("the child acknowledges something");
        acks.extend(parse(&first));
    }
    thread::sleep(Duration::from_micros(seeded.below(50_000)));
    child.kill().expect("it can be killed");
    child.wait().expect("it ends");
    acks.extend(lines.iter().filter_map(|line| parse(&line)));
    acks
}

/// The child's acknowledgements; a line that the kill cut short is none.
fn listen(child: &mut Child) -> Receiver<String> {
    let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
    let (sender, lines) = channel();
    thread::spawn(move || {
        let mut line = String::new();
        while output.read_line(&mut line).is_ok_and(|length| length > 0) {
            if line.contains("ack ") && line.ends_with('\n') {
                let _closed = sender.send(line.clone());
            }
            line.clear();
        }
    });
    lines
}

fn parse(line: &str) -> Option<(Step, (Seq, Seq))> {
    let numbers: Vec<u32> =
        line.split_once("ack ")?.1.split_whitespace().map_while(|n| n.parse().ok()).collect();
    let [round, task, turn, first, last] = numbers[..] else { return None };
    Some((Step { round, task, turn }, (first.into(), last.into())))
}

/// Where each request of the last life went; fails on gaps, doubles and batches that are not whole.
async fn written_after(journal: &Local, head: Seq) -> Places {
    let entries = journal.read(head + 1, MANY, MANY).await.expect("it can be read");
    assert!(entries.is_sorted_by_key(|entry| entry.at_ms));
    let mut rest = &entries[..];
    let mut places = Places::new();
    let mut expected = head + 1;
    while let Some(first) = rest.first() {
        let step = step(first);
        let batch = step.batch();
        assert!(rest.len() >= batch.len(), "{step:?} is not whole");
        for (entry, payload) in rest.iter().zip(&batch) {
            assert_eq!(entry.seq, expected);
            assert!(*entry.payload == **payload, "{step:?} is not as it was appended");
            expected += 1;
        }
        let doubled = places.insert(step, (first.seq, expected - 1));
        assert_eq!(doubled, None, "{step:?} is there twice");
        rest = &rest[batch.len()..];
    }
    places
}

fn step(entry: &Entry) -> Step {
    let text = String::from_utf8_lossy(&entry.payload);
    let mut numbers = text.split(' ').map(|number| number.parse().expect("a number"));
    let mut next = || numbers.next().expect("round, task and turn");
    Step { round: next(), task: next(), turn: next() }
}

/// Each acknowledged request is where it was said to be; of each task, all turns are there, in
/// order, and at most one that was not acknowledged.
fn assert_kept(acks: &Places, written: &Places, round: u32) {
    for (step, place) in acks {
        assert_eq!(written.get(step), Some(place), "round {round}: {step:?}");
    }
    let mut turns: HashMap<u32, u32> = HashMap::new();
    let mut in_order: Vec<_> = written.iter().map(|(step, place)| (place, step)).collect();
    in_order.sort();
    for (_, step) in in_order {
        assert_eq!(step.round, round);
        let turn = turns.entry(step.task).or_default();
        assert_eq!(step.turn, *turn, "{step:?}");
        *turn += 1;
    }
    for (task, turns) in turns {
        let acked = acks.keys().filter(|step| step.task == task).count();
        assert!(turns as usize - acked <= 1, "round {round}: task {task} ran ahead of its answers");
    }
}

/// Retries the last requests of each task, and the one that it had under way.
async fn assert_retries_are_harmless(journal: &Local, acks: &Places, written: &Places, round: u32) {
    for task in 0..TASKS {
        let next = acks.keys().filter(|step| step.task == task).map(|step| step.turn + 1).max();
        let next = next.unwrap_or(0);
        for turn in next.saturating_sub(5)..=next {
            let step = Step { round, task, turn };
            let head = *journal.head().borrow();
            let answer = journal.append(step.id(), step.batch()).await.expect("it is appended");
            match written.get(&step) {
                Some(place) => assert_eq!((answer.first, answer.last), *place, "{step:?}"),
                None => assert_eq!(answer.first, head + 1, "{step:?}"),
            }
        }
    }
}
