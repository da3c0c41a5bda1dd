//! The embedded journal across restarts, at its bounds and at its doors.
//! Crashes, damage and full disks have files of their own.

mod common;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use common::{MANY, all, id, open, put, seqs};
use journal::{AppendError, Journal, Local, OpenError, Options, ReadError, Refusal};
use tempfile::TempDir;

#[tokio::test]
async fn entries_requests_and_positions_outlive_a_restart() {
    let folder = TempDir::new().unwrap();
    let journal = open(folder.path());
    let first = put(&journal, 1, "a").await;
    put(&journal, 2, "b").await;
    let before = all(&journal).await;
    drop(journal);
    let journal = open(folder.path());
    assert_eq!(all(&journal).await, before);
    assert_eq!(put(&journal, 1, "a").await, first);
    assert_eq!(put(&journal, 3, "c").await.first, 3);
    assert_eq!(seqs(&all(&journal).await), [1, 2, 3]);
}

#[tokio::test]
async fn a_journal_trimmed_to_nothing_goes_on_where_it_was_after_a_restart() {
    let folder = TempDir::new().unwrap();
    let journal = open(folder.path());
    let first = put(&journal, 1, "a").await;
    assert_eq!(journal.trim(u64::MAX).await, Ok(2));
    drop(journal);
    let journal = open(folder.path());
    assert_eq!(journal.oldest().await, Ok(2));
    assert_eq!(journal.read(1, MANY, MANY).await, Err(ReadError::TooOld { oldest: 2 }));
    let second = put(&journal, 2, "b").await;
    assert_eq!(second.first, 2);
    assert!(second.at_ms >= first.at_ms);
}

#[tokio::test]
async fn times_never_run_backwards_even_if_the_clock_does_across_a_restart() {
    static CLOCK: AtomicU64 = AtomicU64::new(5_000);
    let options = Options { clock: || CLOCK.load(Ordering::SeqCst), ..Options::default() };
    let folder = TempDir::new().unwrap();
    let journal = Local::open(folder.path(), options.clone()).unwrap();
    assert_eq!(put(&journal, 1, "a").await.at_ms, 5_000);
    CLOCK.store(4_000, Ordering::SeqCst);
    assert_eq!(put(&journal, 2, "b").await.at_ms, 5_000);
    journal.trim(3).await.unwrap();
    drop(journal);
    let journal = Local::open(folder.path(), options).unwrap();
    assert_eq!(put(&journal, 3, "c").await.at_ms, 5_000);
    CLOCK.store(6_000, Ordering::SeqCst);
    assert_eq!(put(&journal, 4, "d").await.at_ms, 6_000);
}

#[tokio::test]
async fn only_so_many_requests_are_remembered_and_the_newest_are() {
    let folder = TempDir::new().unwrap();
    let options = Options { requests_max: 3, ..Options::default() };
    let journal = Local::open(folder.path(), options.clone()).unwrap();
    for number in 1..=5 {
        put(&journal, number, "x").await;
    }
    assert_eq!(put(&journal, 3, "x").await.first, 3);
    assert_eq!(put(&journal, 2, "x").await.first, 6);
    drop(journal);
    let journal = Local::open(folder.path(), options).unwrap();
    assert_eq!(put(&journal, 2, "x").await.first, 6);
    assert_eq!(put(&journal, 4, "x").await.first, 4);
    assert_eq!(put(&journal, 3, "x").await.first, 7);
}

#[tokio::test]
async fn what_is_too_large_is_refused_with_its_limit() {
    let folder = TempDir::new().unwrap();
    let options = Options {
        entry_bytes_max: 10,
        batch_bytes_max: 25,
        batch_entries_max: 4,
        ..Options::default()
    };
    let journal = Local::open(folder.path(), options).unwrap();
    let refused = async |sizes: &[usize]| {
        let batch = sizes.iter().map(|size| vec![b'x'; *size]).collect();
        match journal.append(id(1), batch).await {
            Err(AppendError::Refused(Refusal::TooLarge { size, max, .. })) => (size, max),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(refused(&[11]).await, (11, 10));
    assert_eq!(refused(&[10, 10, 6]).await, (26, 25));
    assert_eq!(refused(&[1, 1, 1, 1, 1]).await, (5, 4));
    assert_eq!(*journal.head().borrow(), 0);
    journal.append(id(1), vec![vec![b'x'; 10]; 2]).await.unwrap();
}

#[tokio::test]
async fn an_entry_of_16_mib_goes_in_and_out() {
    let folder = TempDir::new().unwrap();
    let journal = open(folder.path());
    let payload: Vec<u8> = (0..16_usize << 20).map(|at| at.to_le_bytes()[at % 3]).collect();
    journal.append(id(1), vec![payload.clone()]).await.unwrap();
    assert_eq!(*all(&journal).await[0].payload, payload);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_queue_refuses_and_what_it_took_is_written() {
    let folder = TempDir::new().unwrap();
    let options = Options { queue_max: 2, ..Options::default() };
    let journal = Arc::new(Local::open(folder.path(), options).unwrap());
    let append = |number| {
        let journal = Arc::clone(&journal);
        tokio::spawn(async move { journal.append(id(number), vec![vec![b'x'; 100_000]]).await })
    };
    let tasks: Vec<_> = (0..200).map(append).collect();
    let (mut taken, mut refused) = (0, 0);
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => taken += 1,
            Err(AppendError::Refused(Refusal::QueueFull)) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert!(refused > 0, "200 appends at once fitted into a queue of 2");
    assert_eq!(all(&journal).await.len(), taken);
}

#[tokio::test]
async fn a_closed_journal_refuses_and_ends_its_followers() {
    let folder = TempDir::new().unwrap();
    let journal = open(folder.path());
    let mut head = journal.head();
    journal.close();
    let refused = journal.append(id(1), vec![b"x".to_vec()]).await;
    assert_eq!(refused, Err(AppendError::Refused(Refusal::Closed)));
    assert_eq!(journal.trim(1).await, Err(Refusal::Closed));
    assert_eq!(journal.size_bytes().await, Err(ReadError::Closed));
    assert!(head.changed().await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_trim_lets_appends_through_and_its_room_is_used_again() {
    let folder = TempDir::new().unwrap();
    let journal = Arc::new(open(folder.path()));
    let fill = async |from: u64| {
        for number in from..from + 60 {
            let batch = vec![vec![b'x'; 1_000]; 200];
            journal.append(id(number), batch).await.unwrap();
        }
    };
    fill(0).await;
    let full = journal.size_bytes().await.unwrap();
    let trimming = tokio::spawn({
        let journal = Arc::clone(&journal);
        async move { journal.trim(12_001).await }
    });
    let mut through = 0;
    while !trimming.is_finished() {
        put(&journal, 1_000_000 + through, "x").await;
        through += 1;
    }
    assert_eq!(trimming.await.unwrap(), Ok(12_001));
    assert!(through > 5, "only {through} appends during 24 chunks");
    assert!(journal.size_bytes().await.unwrap() < full / 10);
    let on_disk = length(folder.path());
    fill(2_000).await;
    assert!(length(folder.path()) < on_disk * 11 / 10, "trimmed room was not used again");
}

#[test]
fn a_second_process_is_told_who_has_the_journal() {
    let folder = TempDir::new().unwrap();
    let journal = open(folder.path());
    let error = Local::open(folder.path(), Options::default()).unwrap_err();
    let OpenError::InUse { pid, .. } = &error else { panic!("{error}") };
    assert_eq!(*pid, Some(std::process::id()));
    assert!(error.to_string().contains(&folder.path().display().to_string()), "{error}");
    drop(journal);
    open(folder.path());
}

#[tokio::test]
async fn folder_and_files_are_for_their_owner_only() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("new/journal");
    let journal = open(&folder);
    put(&journal, 1, "x").await;
    assert_eq!(mode(&folder), 0o700);
    for file in fs::read_dir(&folder).unwrap() {
        let path = file.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 4);
}

#[test]
fn a_newer_format_is_refused_and_left_as_it_is() {
    let folder = TempDir::new().unwrap();
    drop(open(folder.path()));
    alter(folder.path(), "PRAGMA user_version = 7");
    let error = Local::open(folder.path(), Options::default()).unwrap_err();
    assert!(matches!(error, OpenError::Newer { found: 7, known: 1, .. }), "{error}");
    assert!(journal::check(folder.path()).unwrap_err().to_string().contains("format 7"));
    alter(folder.path(), "PRAGMA user_version = 1");
    open(folder.path());
}

#[test]
fn the_database_of_another_program_is_refused_and_left_as_it_is() {
    let folder = TempDir::new().unwrap();
    alter(folder.path(), "CREATE TABLE theirs (x); PRAGMA user_version = 1");
    let before = fs::read(folder.path().join("journal.db")).unwrap();
    let error = Local::open(folder.path(), Options::default()).unwrap_err();
    assert!(matches!(error, OpenError::NotAJournal { .. }), "{error}");
    assert_eq!(fs::read(folder.path().join("journal.db")).unwrap(), before);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let parent = TempDir::new().unwrap();
    let file = parent.path().join("file");
    fs::write(&file, "").unwrap();
    let error = Local::open(file.join("journal"), Options::default()).unwrap_err();
    assert!(error.to_string().contains(&file.display().to_string()), "{error}");
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("the file is there").permissions().mode() & 0o777
}

fn length(folder: &Path) -> u64 {
    fs::metadata(folder.join("journal.db")).expect("the database is there").len()
}

fn alter(folder: &Path, statements: &str) {
    let database = rusqlite::Connection::open(folder.join("journal.db")).expect("it opens");
    database.execute_batch(statements).expect("the statements are valid");
}
