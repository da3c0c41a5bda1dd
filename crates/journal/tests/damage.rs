//! A journal that is not what was written to it: refused with the place and the way out, inspected
//! and saved as far as it is readable.

mod common;

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use common::{MANY, Seeded, all, id, open, put};
use journal::{Exported, Fault, InspectError, Journal, Local, OpenError, Options, ReadError};
use tempfile::TempDir;

#[tokio::test]
async fn an_entry_that_decayed_is_refused_by_name_and_the_others_are_saved() {
    let folder = filled(100).await;
    alter(folder.path(), "UPDATE entry SET payload = CAST('x' AS BLOB) WHERE seq = 40");
    let journal = from_disk(folder.path());
    assert_eq!(journal.read(1, 39, MANY).await.unwrap().len(), 39);
    assert_eq!(journal.read(41, MANY, MANY).await.unwrap().len(), 60);
    let error = journal.read(1, MANY, MANY).await.unwrap_err();
    let ReadError::Damaged(damage) = &error else { panic!("{error}") };
    assert_eq!((damage.seq, &damage.fault), (Some(40), &Fault::Checksum));
    let place = folder.path().canonicalize().unwrap().display().to_string();
    assert!(error.to_string().contains(&place), "{error}");
    assert!(error.to_string().contains("entry 40"), "{error}");
    let report = journal::check(folder.path()).unwrap();
    assert_eq!((report.entries, report.first_bad()), (99, Some(40)));
    assert!(report.to_string().contains("entry 40"), "{report}");
    let (exported, text) = export(folder.path(), 38);
    assert_eq!(exported, Exported { entries: 62, lost: 1, first_lost: Some(40) });
    let lost = r#"{"seq":40,"through":40,"lost":"the entry does not match its checksum"}"#;
    assert_eq!(text.lines().nth(2), Some(lost));
}

#[tokio::test]
async fn a_wrong_time_or_position_does_not_pass_the_checksum() {
    for change in ["at_ms = at_ms + 1", "payload = x'00'", "crc = crc + 1"] {
        let folder = filled(10).await;
        alter(folder.path(), &format!("UPDATE entry SET {change} WHERE seq = 4"));
        assert_eq!(journal::check(folder.path()).unwrap().first_bad(), Some(4), "{change}");
    }
    let folder = filled(10).await;
    alter(folder.path(), "DELETE FROM entry WHERE seq = 4; UPDATE entry SET seq = 4 WHERE seq = 5");
    let report = journal::check(folder.path()).unwrap();
    assert_eq!((report.entries, report.first_bad(), report.problem_count), (8, Some(4), 2));
}

#[tokio::test]
async fn a_gap_is_noticed_by_readers_and_by_the_check() {
    let folder = filled(20).await;
    alter(folder.path(), "DELETE FROM entry WHERE seq IN (7, 8)");
    let journal = from_disk(folder.path());
    let ReadError::Damaged(damage) = journal.read(3, MANY, MANY).await.unwrap_err() else {
        panic!("the gap was not noticed")
    };
    assert_eq!((damage.seq, damage.fault), (Some(7), Fault::Missing));
    let report = journal::check(folder.path()).unwrap();
    assert_eq!((report.first_bad(), report.problem_count), (Some(7), 1));
    assert_eq!(report.problems[0].entries, Some(7..=8));
    let (exported, text) = export(folder.path(), 0);
    assert_eq!(exported, Exported { entries: 18, lost: 1, first_lost: Some(7) });
    assert!(text.contains(r#"{"seq":7,"through":8,"lost":"#), "{text}");
}

#[tokio::test]
async fn entries_that_vanished_from_either_end_keep_it_from_opening() {
    for (lost, seq) in [("seq <= 3", 1), ("seq >= 18", 18), ("true", 1)] {
        let folder = filled(20).await;
        alter(folder.path(), &format!("DELETE FROM entry WHERE {lost}"));
        let OpenError::Damaged(damage) = refused(folder.path()) else { panic!("{lost}") };
        assert_eq!((damage.seq, damage.fault), (Some(seq), Fault::Missing), "{lost}");
        assert_eq!(journal::check(folder.path()).unwrap().first_bad(), Some(seq), "{lost}");
    }
    let folder = filled(20).await;
    alter(folder.path(), "UPDATE state SET oldest = 5, head = 19");
    assert!(matches!(refused(folder.path()), OpenError::Damaged(_)));
}

#[tokio::test]
async fn a_decayed_entry_near_the_end_keeps_it_from_opening() {
    let folder = filled(20).await;
    alter(folder.path(), "UPDATE entry SET crc = 1 WHERE seq = 20");
    let OpenError::Damaged(damage) = refused(folder.path()) else { panic!("it opened") };
    assert_eq!(damage.seq, Some(20));
    assert!(damage.to_string().contains("lastword journal export"), "{damage}");
}

#[tokio::test]
async fn a_file_that_ends_within_a_page_is_not_sound() {
    let folder = filled(20).await;
    let file = folder.path().join("journal.db");
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() - 5]).unwrap();
    let report = journal::check(folder.path()).unwrap();
    assert!(!report.is_sound() && report.to_string().contains("ends within a page"), "{report}");
}

#[tokio::test]
async fn random_bytes_in_the_file_are_never_returned_as_entries_and_never_panic() {
    let mut seeded = Seeded(7);
    let mut noticed = 0;
    for round in 0..60 {
        let folder = filled(300).await;
        let original = all(&open(folder.path())).await;
        overwrite(&folder.path().join("journal.db"), &mut seeded);
        let sound = journal::check(folder.path()).is_ok_and(|report| report.is_sound());
        noticed += u32::from(!sound);
        let mut text = Vec::new();
        let exported = journal::export(folder.path(), 0, &mut text);
        assert!(exported.is_err() || text.ends_with(b"\n") || text.is_empty(), "round {round}");
        let Ok(journal) = Local::open(folder.path(), Options::default()) else { continue };
        for entry in &original {
            if let Ok(read) = journal.read(entry.seq, 1, MANY).await {
                assert_eq!(read[0], *entry, "round {round}");
            }
        }
    }
    assert!(noticed > 40, "only {noticed} of 60 were noticed");
}

#[tokio::test]
async fn a_torn_log_loses_whole_batches_from_its_end_only() {
    let folder = TempDir::new().unwrap();
    let journal = open(folder.path());
    for number in 1..=30 {
        journal.append(id(number), vec![vec![b'x'; 700]; 3]).await.unwrap();
    }
    let log = fs::read(folder.path().join("journal.db-wal")).unwrap();
    let database = fs::read(folder.path().join("journal.db")).unwrap();
    let mut seeded = Seeded(11);
    for _ in 0..40 {
        let copy = TempDir::new().unwrap();
        // The first two commits made the file a journal; a power cut before them loses no entry.
        let cut = 30_000 + usize::try_from(seeded.below(log.len() as u64 - 30_000)).unwrap();
        fs::write(copy.path().join("journal.db"), &database).unwrap();
        fs::write(copy.path().join("journal.db-wal"), &log[..cut]).unwrap();
        let journal = open(copy.path());
        let entries = all(&journal).await;
        assert_eq!(entries.len() % 3, 0, "cut at {cut}");
        let next = entries.len() as u64 / 3 + 1;
        assert_eq!(put(&journal, next, "again").await.first, entries.len() as u64 + 1);
        assert!(journal::check(copy.path()).unwrap().is_sound());
    }
}

#[tokio::test]
async fn a_log_without_its_database_is_not_deleted_by_opening() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("journal.db-wal"), "precious").unwrap();
    for _ in 0..2 {
        let OpenError::Damaged(damage) = refused(folder.path()) else { panic!("it opened") };
        assert!(damage.to_string().contains("write-ahead log"), "{damage}");
    }
    assert_eq!(fs::read(folder.path().join("journal.db-wal")).unwrap(), b"precious");
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_as_it_is() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("journal.db");
    fs::write(&file, "not a database, but long enough to look like a header of one ".repeat(20))
        .unwrap();
    let before = fs::read(&file).unwrap();
    assert!(matches!(refused(folder.path()), OpenError::Damaged(_)));
    assert!(matches!(journal::check(folder.path()), Err(InspectError::Ruined { .. })));
    assert_eq!(fs::read(&file).unwrap(), before);
}

#[tokio::test]
async fn a_sound_journal_in_use_is_checked_and_exported() {
    let folder = TempDir::new().unwrap();
    let journal = open(folder.path());
    put(&journal, 1, "{\"a\":\n1}").await;
    put(&journal, 2, "plain \"text\"").await;
    journal.append(id(3), vec![vec![0xFF, 0x00]]).await.unwrap();
    let report = journal::check(folder.path()).unwrap();
    assert!(report.is_sound(), "{report}");
    assert_eq!((report.entries, report.first, report.last), (3, 1, 3));
    let (exported, text) = export(folder.path(), 0);
    assert_eq!(exported, Exported { entries: 3, lost: 0, first_lost: None });
    let payloads: Vec<_> =
        text.lines().filter_map(|line| line.split("\"payload\":").nth(1)).collect();
    assert_eq!(payloads, ["{\"a\": 1}}", "\"706c61696e20227465787422\"}", "\"ff00\"}"]);
    assert!(text.starts_with("{\"seq\":1,\"at_ms\":1"), "{text}");
    journal.trim(3).await.unwrap();
    assert_eq!(export(folder.path(), 0).0.entries, 1);
    assert!(journal::check(folder.path()).unwrap().is_sound());
}

/// What is done to a folder with a journal.
type Harm = fn(&Path) -> io::Result<()>;

#[tokio::test]
async fn whatever_is_wrong_with_a_file_its_place_and_the_way_out_are_told() {
    let harms: [(&str, Harm, &str); 10] = [
        ("cut in half", |folder| cut_to(folder, |length| length / 2), "an empty folder"),
        ("the last byte cut", |folder| cut_to(folder, |length| length - 1), "an empty folder"),
        ("hardly a header", |folder| cut_to(folder, |_| 100), "put a backup"),
        ("zeros", |folder| write(folder, &[0; 100_000]), "put a backup"),
        ("a page of zeros", zero_a_page, "lastword journal export"),
        ("text", |folder| write(folder, &b"hello\n".repeat(2_000)), "put a backup"),
        ("nothing", |folder| write(folder, b""), "begins anew"),
        ("a log alone", leave_the_log, "keep a copy of this folder"),
        ("a loop", loop_to_itself, "as the user of the service"),
        ("a folder", make_a_folder, "name the data folder of a server"),
    ];
    for (harm, apply, way_out) in harms {
        let folder = filled(1_000).await;
        apply(folder.path()).unwrap();
        let said = match journal::check(folder.path()) {
            Ok(report) => {
                assert!(!report.is_sound(), "{harm}: {report}");
                report.to_string()
            }
            Err(error) => error.to_string(),
        };
        let place = folder.path().display().to_string();
        assert!(said.contains(&place) && said.contains(way_out), "{harm}: {said}");
        let exported = journal::export(folder.path(), 0, &mut Vec::new());
        let can_export = exported.is_ok_and(|exported| exported.entries > 0);
        assert_eq!(said.contains("journal export"), can_export, "it is true, {harm}: {said}");
        if let Err(OpenError::Damaged(damage)) = Local::open(folder.path(), Options::default()) {
            let said = damage.to_string();
            assert_eq!(said.contains("journal export"), can_export, "it is true, {harm}: {said}");
        }
    }
}

fn write(folder: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::write(folder.join("journal.db"), bytes)
}

fn cut_to(folder: &Path, kept: fn(usize) -> usize) -> io::Result<()> {
    let whole = fs::read(folder.join("journal.db"))?;
    write(folder, &whole[..kept(whole.len())])
}

fn zero_a_page(folder: &Path) -> io::Result<()> {
    let mut whole = fs::read(folder.join("journal.db"))?;
    let at = whole.len() / 2 / 4096 * 4096;
    whole[at..at + 4096].fill(0);
    write(folder, &whole)
}

fn leave_the_log(folder: &Path) -> io::Result<()> {
    fs::remove_file(folder.join("journal.db"))?;
    fs::write(folder.join("journal.db-wal"), "precious")
}

fn make_a_folder(folder: &Path) -> io::Result<()> {
    fs::remove_file(folder.join("journal.db"))?;
    fs::create_dir(folder.join("journal.db"))
}

fn loop_to_itself(folder: &Path) -> io::Result<()> {
    let file = folder.join("journal.db");
    fs::remove_file(&file)?;
    std::os::unix::fs::symlink(&file, &file)
}

#[test]
fn a_folder_without_a_journal_is_not_made_one_by_looking() {
    let folder = TempDir::new().unwrap();
    assert!(matches!(journal::check(folder.path()), Err(InspectError::Missing { .. })));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

async fn filled(entries: u64) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let journal = open(folder.path());
    let batch = (1..=entries).map(|n| format!("{{\"entry\":{n:0100}}}").into_bytes()).collect();
    journal.append(id(1), batch).await.expect("the entries are appended");
    folder
}

fn from_disk(folder: &Path) -> Local {
    let options = Options { tail_bytes_max: 0, ..Options::default() };
    Local::open(folder, options).expect("the journal opens")
}

fn refused(folder: &Path) -> OpenError {
    Local::open(folder, Options::default()).expect_err("the journal is refused")
}

fn export(folder: &Path, from: u64) -> (Exported, String) {
    let mut text = Vec::new();
    let exported = journal::export(folder, from, &mut text).expect("the journal is exported");
    (exported, String::from_utf8(text).expect("JSON is text"))
}

/// Writes a few to a few thousand random bytes somewhere behind the header.
fn overwrite(path: &Path, seeded: &mut Seeded) {
    let file = File::options().write(true).open(path).expect("the database is there");
    let length = file.metadata().expect("it has a length").len();
    let size = [1, 4, 16, 200, 4_000][usize::try_from(seeded.below(5)).expect("small")];
    let noise: Vec<u8> = (0..size).map(|_| seeded.below(256).to_le_bytes()[0]).collect();
    let at = 100 + seeded.below(length - 100 - noise.len() as u64);
    file.write_all_at(&noise, at).expect("it can be written");
}

fn alter(folder: &Path, statements: &str) {
    let database = rusqlite::Connection::open(folder.join("journal.db")).expect("it opens");
    database.execute_batch(statements).expect("the statements are valid");
}
