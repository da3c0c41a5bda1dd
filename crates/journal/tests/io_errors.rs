//! Disks that fail to flush or to write, by way of a small library that is preloaded into this very
//! test: an answer is a refusal only if it is certain, and unknown is told as unknown until it is
//! known. Needs a C compiler at run time, which SQLite needs at build time.

mod common;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use common::{MANY, all, id, open, put, seqs};
use journal::{AppendError, Appended, Journal, Local, ReadError, Refusal};
use tempfile::TempDir;

const FAULT: &str = "JOURNAL_FAULT";
const FOLDER: &str = "JOURNAL_FAULT_FOLDER";

#[test]
fn a_flush_that_fails_once_is_refused_for_certain() {
    run("child_whose_flush_fails_once");
}

#[test]
fn flushes_that_keep_failing_leave_it_unknown_until_they_work_again() {
    run("child_whose_flushes_keep_failing");
}

#[test]
fn writes_that_fail_are_refused_or_unknown_and_work_again_later() {
    run("child_whose_writes_fail");
}

#[test]
fn a_crash_in_doubt_may_bring_the_entry_back_and_a_retry_finds_it() {
    let (folder, output) = run("child_that_dies_in_doubt");
    assert!(String::from_utf8_lossy(&output.stdout).contains("died in doubt"), "{output:?}");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let journal = open(&folder.path().join("journal"));
        let found = *journal.head().borrow();
        println!("the entry in doubt was there after the crash: {}", found == 2);
        assert!(found == 1 || found == 2);
        assert_eq!(put(&journal, 2, "doubtful").await.first, 2);
        assert_eq!(seqs(&all(&journal).await), [1, 2]);
    });
}

#[tokio::test]
async fn child_whose_flush_fails_once() {
    let Some((journal, fault)) = child().await else { return };
    fault.set("once");
    let refused = append(&journal, 2, "b").await;
    assert!(!fault.file.exists(), "no flush was tried before the answer");
    assert!(
        matches!(refused, Err(AppendError::Refused(Refusal::Unwritable { .. }))),
        "{refused:?}"
    );
    assert_eq!(seqs(&all(&journal).await), [1]);
    assert_eq!(put(&journal, 3, "c").await.first, 2);
    assert_eq!(put(&journal, 2, "b").await.first, 3);
    assert_same_after_reopening(journal).await;
}

#[tokio::test]
async fn child_whose_flushes_keep_failing() {
    let Some((journal, fault)) = child().await else { return };
    fault.set("sync");
    for _ in 0..3 {
        let unknown = append(&journal, 2, "b").await;
        assert!(matches!(unknown, Err(AppendError::Unknown { .. })), "{unknown:?}");
        let refused = append(&journal, 3, "c").await;
        assert!(matches!(refused, Err(AppendError::Refused(_))), "{refused:?}");
        assert!(matches!(journal.trim(2).await, Err(Refusal::Unwritable { .. })));
        assert!(matches!(journal.probe().await, Err(Refusal::Unwritable { .. })));
        assert_eq!(*journal.head().borrow(), 1);
        assert_eq!(journal.read(2, 1, MANY).await, Ok(vec![]));
        assert_eq!(journal.read(3, 1, MANY).await, Err(ReadError::Ahead { from: 3, head: 1 }));
    }
    fault.clear();
    let second = put(&journal, 2, "b").await;
    assert_eq!(second.first, 2);
    assert_eq!(put(&journal, 3, "c").await.first, 3);
    assert_eq!(put(&journal, 2, "b").await, second);
    assert_same_after_reopening(journal).await;
}

#[tokio::test]
async fn child_whose_writes_fail() {
    let Some((journal, fault)) = child().await else { return };
    fault.set("write");
    for number in 2..5 {
        append(&journal, number, "b").await.unwrap_err();
        journal.probe().await.unwrap_err();
        assert_eq!(*journal.head().borrow(), 1);
    }
    fault.clear();
    assert_eq!(put(&journal, 2, "b").await.first, 2);
    assert_same_after_reopening(journal).await;
}

#[tokio::test]
async fn child_that_dies_in_doubt() {
    let Some((journal, fault)) = child().await else { return };
    fault.set("sync");
    let unknown = append(&journal, 2, "doubtful").await;
    assert!(matches!(unknown, Err(AppendError::Unknown { .. })), "{unknown:?}");
    println!("died in doubt");
    std::process::exit(0);
}

struct Fault {
    file: PathBuf,
}

impl Fault {
    fn set(&self, mode: &str) {
        fs::write(&self.file, mode).expect("the fault can be set");
    }

    fn clear(&self) {
        fs::remove_file(&self.file).expect("the fault can be cleared");
    }
}

/// In a child: a journal with one entry, and what makes its disk fail.
async fn child() -> Option<(Local, Fault)> {
    let folder = env::var(FOLDER).ok()?;
    let file = env::var(FAULT).expect("both or none are set");
    let journal = open(&Path::new(&folder).join("journal"));
    put(&journal, 1, "a").await;
    Some((journal, Fault { file: file.into() }))
}

async fn append(journal: &Local, number: u64, text: &str) -> Result<Appended, AppendError> {
    journal.append(id(number), vec![text.as_bytes().to_vec()]).await
}

async fn assert_same_after_reopening(journal: Local) {
    let before = all(&journal).await;
    assert!(seqs(&before).into_iter().eq(1..=before.len() as u64));
    drop(journal);
    let folder = env::var(FOLDER).expect("this is a child");
    let folder = Path::new(&folder).join("journal");
    let report = journal::check(&folder).expect("it can be checked");
    assert!(report.is_sound(), "{report}");
    assert_eq!(all(&open(&folder)).await, before);
}

/// Runs one test of this file in a process whose disk can be made to fail.
fn run(child: &str) -> (TempDir, Output) {
    let folder = TempDir::new().expect("a folder");
    let library = folder.path().join("faults.so");
    let source = folder.path().join("faults.c");
    fs::write(&source, include_str!("io_errors.c")).expect("the source can be written");
    let compiled = Command::new(env::var("CC").unwrap_or_else(|_| "cc".to_owned()))
        .args(["-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .args(["-ldl"])
        .output()
        .expect("a C compiler");
    assert!(compiled.status.success(), "{compiled:?}");
    let output = Command::new(env::current_exe().expect("this test"))
        .args(["--exact", child, "--nocapture"])
        .env("LD_PRELOAD", &library)
        .env(FAULT, folder.path().join("fault"))
        .env(FOLDER, folder.path())
        .output()
        .expect("the child runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    (folder, output)
}
