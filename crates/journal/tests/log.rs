//! A write-ahead log as a kill or a power cut leaves it, and as a disk that lies does: what a crash can
//! explain is undone, what it can't is refused. What is in `journal.db` itself is in `damage.rs`.

mod common;

use std::fs;
use std::path::Path;

use common::{Seeded, all, id, open};
use journal::{Fault, Journal, Local, OpenError, Options};
use tempfile::TempDir;

const APPENDS: u64 = 60;
/// The log's header, and that of each of its frames.
const HEADER_BYTES: usize = 32;
const FRAME_BYTES: usize = 24 + 4096;

#[tokio::test]
async fn a_byte_that_changed_in_the_middle_of_the_log_is_refused_with_the_place_and_the_way_out() {
    let killed = Killed::new().await;
    let mut seeded = Seeded(3);
    // The last appends can't be told from one that was under way.
    let middle = killed.log.len() as u64 * 9 / 10;
    let offsets = (0..HEADER_BYTES as u64).step_by(3).chain((0..50).map(|_| seeded.below(middle)));
    for offset in offsets {
        let at = usize::try_from(offset).unwrap();
        let mut log = killed.log.clone();
        log[at] ^= 0x10;
        let folder = killed.folder_with(&log);
        let refused = Local::open(folder.path(), Options::default());
        let Err(OpenError::Damaged(damage)) = refused else { panic!("{at}: {refused:?}") };
        assert!(matches!(damage.fault, Fault::Log { .. }), "{at}: {damage}");
        let said = damage.to_string();
        let place = folder.path().canonicalize().unwrap().display().to_string();
        assert!(said.contains(&place) && said.contains("journal.db-wal"), "{at}: {said}");
        assert_eq!(fs::read(folder.path().join("journal.db-wal")).unwrap(), log, "left as it is");
        says_what_can_be_saved(folder.path(), &said);
        match journal::check(folder.path()) {
            Ok(report) => assert!(!report.is_sound(), "{at}: {report}"),
            Err(error) => says_what_can_be_saved(folder.path(), &error.to_string()),
        }
    }
}

#[tokio::test]
async fn an_export_of_a_damaged_log_says_that_something_is_missing() {
    let killed = Killed::new().await;
    let mut log = killed.log.clone();
    let middle = log.len() / 2;
    log[middle] ^= 1;
    let folder = killed.folder_with(&log);
    let mut text = Vec::new();
    let exported = journal::export(folder.path(), 0, &mut text).unwrap();
    assert!(exported.entries > 0 && exported.entries < APPENDS, "{exported:?}");
    assert_eq!((exported.lost, exported.first_lost), (1, Some(exported.entries + 1)));
    let text = String::from_utf8(text).unwrap();
    assert!(text.lines().last().unwrap().contains("write-ahead log"), "{text}");
}

#[tokio::test]
async fn a_log_that_was_cut_anywhere_opens_with_what_was_whole() {
    let killed = Killed::new().await;
    let mut seeded = Seeded(5);
    for _ in 0..40 {
        let cut = usize::try_from(seeded.below(killed.log.len() as u64)).unwrap();
        let folder = killed.folder_with(&killed.log[..cut]);
        let journal = open(folder.path());
        assert_eq!(all(&journal).await.len() as u64, *journal.head().borrow(), "cut at {cut}");
    }
}

#[tokio::test]
async fn an_append_that_was_under_way_at_the_crash_is_undone_in_whatever_order_it_was_written() {
    let killed = Killed::new().await;
    let frames = (killed.log.len() - HEADER_BYTES) / FRAME_BYTES;
    let at = |frame: usize| HEADER_BYTES + frame * FRAME_BYTES;
    let is_commit = |frame: &usize| killed.log[at(*frame) + 4..at(*frame) + 8] != [0; 4];
    let last_but_one = (0..frames - 1).rev().find(is_commit).unwrap();
    assert!(last_but_one < frames - 2, "the last append takes several frames");
    for missing in last_but_one + 1..frames {
        let mut log = killed.log.clone();
        log[at(missing)..at(missing + 1)].fill(0);
        let folder = killed.folder_with(&log);
        assert!(journal::check(folder.path()).unwrap().is_sound());
        let journal = open(folder.path());
        assert_eq!(*journal.head().borrow(), APPENDS - 1, "frame {missing}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_journal_that_is_being_written_is_not_taken_for_damaged() {
    let folder = TempDir::new().unwrap();
    let journal = open(folder.path());
    let place = folder.path().to_owned();
    let checks = tokio::task::spawn_blocking(move || {
        for _ in 0..12 {
            let report = journal::check(&place).unwrap();
            assert!(report.is_sound(), "{report}");
        }
    });
    let mut number = 0;
    while !checks.is_finished() {
        number += 1;
        journal.append(id(number), vec![vec![b'x'; 9_000]]).await.unwrap();
    }
    checks.await.unwrap();
}

fn says_what_can_be_saved(folder: &Path, said: &str) {
    let exported = journal::export(folder, 0, &mut Vec::new());
    let saved = exported.is_ok_and(|exported| exported.entries > 0);
    assert_eq!(said.contains("journal export"), saved, "{said}");
}

/// What a killed process left.
struct Killed {
    database: Vec<u8>,
    log: Vec<u8>,
}

impl Killed {
    async fn new() -> Self {
        let folder = TempDir::new().expect("a journal's files");
        let journal = open(folder.path());
        for number in 1..=APPENDS {
            journal.append(id(number), vec![vec![b'x'; 1_700]]).await.expect("a journal's files");
        }
        let read = |name| fs::read(folder.path().join(name)).expect("a journal's files");
        Self { database: read("journal.db"), log: read("journal.db-wal") }
    }

    fn folder_with(&self, log: &[u8]) -> TempDir {
        let folder = TempDir::new().expect("a journal's files");
        fs::write(folder.path().join("journal.db"), &self.database).expect("a journal's files");
        fs::write(folder.path().join("journal.db-wal"), log).expect("a journal's files");
        folder
    }
}
