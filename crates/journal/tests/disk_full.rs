//! A journal that has no room left: it refuses for certain, keeps what it has, and works again once
//! there is room, without a restart. Both with a limit of its own and on a real full disk.

mod common;

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use common::{MANY, all, id, open, put, seqs};
use journal::{AppendError, Journal, Local, Options, Refusal};
use tempfile::TempDir;

const MOUNTED: &str = "JOURNAL_FULL_DISK";
const BALLAST_BYTES: usize = 800_000;

#[tokio::test]
async fn a_journal_at_its_limit_refuses_until_the_limit_is_raised() {
    let folder = TempDir::new().unwrap();
    let options = Options { max_bytes: Some(200_000), ..Options::default() };
    let journal = Local::open(folder.path(), options.clone()).unwrap();
    let written = fill(&journal).await;
    assert!(written > 10);
    assert!(journal.size_bytes().await.unwrap() <= 200_000);
    let report = journal::check(folder.path()).unwrap();
    assert!(report.is_sound() && report.entries == written, "{report}");
    journal.set_max_bytes(Some(400_000)).await.unwrap();
    assert_eq!(put(&journal, written + 1, &text(9_000)).await.first, written + 1);
    drop(journal);
    let journal = Local::open(folder.path(), options).unwrap();
    assert_eq!(all(&journal).await.len() as u64, written + 1);
    assert!(is_full(&journal.append(id(1_000_000), vec![vec![b'x'; 9_000]]).await));
}

#[tokio::test]
async fn a_probe_is_refused_where_an_append_is_and_takes_no_room() {
    let folder = TempDir::new().unwrap();
    let options = Options { max_bytes: Some(200_000), ..Options::default() };
    let journal = Local::open(folder.path(), options).unwrap();
    let before = journal.size_bytes().await.unwrap();
    for _ in 0..100 {
        assert_eq!(journal.probe().await, Ok(()));
    }
    assert_eq!(journal.size_bytes().await.unwrap(), before);
    fill(&journal).await;
    fill_the_rest(&journal).await;
    assert!(matches!(journal.probe().await, Err(Refusal::DiskFull { .. })));
    journal.set_max_bytes(Some(400_000)).await.unwrap();
    assert_eq!(journal.probe().await, Ok(()));
    assert!(journal::check(folder.path()).unwrap().is_sound());
}

#[tokio::test]
async fn trimming_makes_room_in_a_journal_at_its_limit() {
    let folder = TempDir::new().unwrap();
    let options = Options { max_bytes: Some(200_000), ..Options::default() };
    let journal = Local::open(folder.path(), options).unwrap();
    let written = fill(&journal).await;
    journal.trim(written / 2).await.unwrap();
    assert_eq!(put(&journal, written + 1, &text(9_000)).await.first, written + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_fit_does_not_keep_out_what_does() {
    let folder = TempDir::new().unwrap();
    let options = Options { max_bytes: Some(200_000), ..Options::default() };
    let journal = Local::open(folder.path(), options).unwrap();
    for turn in 0..10 {
        let (small, large, other) = tokio::join!(
            journal.append(id(turn * 3), vec![vec![b'x'; 10]]),
            journal.append(id(turn * 3 + 1), vec![vec![b'x'; 10], vec![b'x'; 300_000]]),
            journal.append(id(turn * 3 + 2), vec![vec![b'x'; 10]]),
        );
        assert!(is_full(&large), "{large:?}");
        assert!(small.is_ok() && other.is_ok(), "{small:?} {other:?}");
    }
    assert_eq!(seqs(&all(&journal).await), (1..=20).collect::<Vec<_>>());
}

/// Runs itself again where a file system of 2 MiB is mounted on a folder, as root or in a user
/// namespace; where neither is allowed the test with a limit has to do.
#[test]
fn a_journal_on_a_full_disk_works_again_once_there_is_room() {
    let folder = TempDir::new().unwrap();
    let mount = r#"mount -t tmpfs -o size=2m tmpfs "$0" && exec "$@""#;
    for options in [vec!["-m"], vec!["-r", "-m"]] {
        let probe = Command::new("unshare")
            .args(&options)
            .args(["sh", "-c", mount])
            .arg(folder.path())
            .arg("true")
            .output();
        if !probe.is_ok_and(|probe| probe.status.success()) {
            continue;
        }
        let output = Command::new("unshare")
            .args(&options)
            .args(["sh", "-c", mount])
            .arg(folder.path())
            .arg(env::current_exe().unwrap())
            .args(["--exact", "child_on_a_small_disk", "--nocapture"])
            .env(MOUNTED, folder.path())
            .output()
            .unwrap();
        println!("ran on a real full disk, with unshare {options:?}");
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && text.contains("1 passed"), "{output:?}");
        assert!(text.contains("the disk was full"), "{text}");
        return;
    }
    println!("not run: no file system can be mounted here");
}

#[tokio::test]
async fn child_on_a_small_disk() {
    let Ok(disk) = env::var(MOUNTED) else { return };
    let ballast = Path::new(&disk).join("ballast");
    fs::write(&ballast, vec![0; BALLAST_BYTES]).unwrap();
    let folder = Path::new(&disk).join("journal");
    let journal = open(&folder);
    let written = fill(&journal).await;
    println!("the disk was full after {written} entries");
    assert!(written > 5);
    assert!(is_full(&journal.append(id(1_000_000), vec![vec![b'x'; 300_000]]).await));
    fill_the_rest(&journal).await;
    assert!(matches!(journal.probe().await, Err(Refusal::DiskFull { .. })));
    fs::remove_file(&ballast).unwrap();
    assert_eq!(journal.probe().await, Ok(()));
    let written = *journal.head().borrow();
    let before = all(&journal).await;
    assert_eq!(put(&journal, written + 1, &text(9_000)).await.first, written + 1);
    let more = fill_from(&journal, written + 2).await;
    fs::write(&ballast, "x").unwrap_err();
    journal.trim(written).await.unwrap_or(written);
    drop(journal);
    assert!(journal::check(&folder).unwrap().is_sound());
    let journal = open(&folder);
    assert_eq!(*journal.head().borrow(), written + 1 + more);
    if journal.oldest().await == Ok(1) {
        let again = journal.read(1, before.len(), MANY).await.unwrap();
        assert_eq!(again, before);
    }
}

/// Appends until there is no room and then once more, smaller; returns how many were written.
async fn fill(journal: &Local) -> u64 {
    fill_from(journal, 1).await
}

async fn fill_from(journal: &Local, from: u64) -> u64 {
    for number in from..from + 10_000 {
        let answer = journal.append(id(number), vec![text(9_000).into_bytes()]).await;
        if let Ok(appended) = answer {
            assert_eq!(appended.first, number);
            continue;
        }
        assert!(is_full(&answer), "{answer:?}");
        assert_eq!(*journal.head().borrow(), number - 1);
        assert_eq!(all(journal).await.len() as u64, number - 1);
        return number - from;
    }
    panic!("it never became full");
}

/// Appends what is small until even that does not fit.
async fn fill_the_rest(journal: &Local) {
    for number in 2_000_000..2_010_000 {
        if is_full(&journal.append(id(number), vec![vec![b'x'; 100]]).await) {
            return;
        }
    }
    panic!("it never became full");
}

fn is_full<T>(answer: &Result<T, AppendError>) -> bool {
    matches!(answer, Err(AppendError::Refused(Refusal::DiskFull { .. })))
}

fn text(length: usize) -> String {
    "x".repeat(length)
}
