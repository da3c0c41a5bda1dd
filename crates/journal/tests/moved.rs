//! A folder that is moved, deleted or replaced under a journal that is open: nothing is told written that
//! nobody will find, and nobody else's file is touched.

mod common;

use std::fs;
use std::path::Path;

use common::{MANY, all, id, open, put, seqs};
use journal::{AppendError, Appended, Journal, Local, Options, ReadError, Refusal};
use tempfile::TempDir;

#[tokio::test]
async fn nothing_is_accepted_into_a_folder_that_was_moved_until_it_is_back() {
    let parent = TempDir::new().unwrap();
    let (place, elsewhere) = (parent.path().join("data"), parent.path().join("elsewhere"));
    let journal = open(&place);
    put(&journal, 1, "a").await;
    fs::rename(&place, &elsewhere).unwrap();
    assert_refused(&journal, &place).await;
    assert!(!place.exists(), "nothing was made in its place");
    fs::rename(&elsewhere, &place).unwrap();
    assert_eq!(put(&journal, 2, "b").await.first, 2);
    assert_eq!(journal.probe().await, Ok(()));
    drop(journal);
    assert_eq!(seqs(&all(&open(&place)).await), [1, 2]);
}

#[tokio::test]
async fn nothing_is_accepted_once_the_folder_was_deleted() {
    let parent = TempDir::new().unwrap();
    let place = parent.path().join("data");
    let journal = open(&place);
    put(&journal, 1, "a").await;
    fs::remove_dir_all(&place).unwrap();
    assert_refused(&journal, &place).await;
    assert!(!place.exists());
}

#[tokio::test]
async fn a_journal_that_took_its_place_is_neither_written_nor_read() {
    let parent = TempDir::new().unwrap();
    let place = parent.path().join("data");
    let options = Options { tail_bytes_max: 0, ..Options::default() };
    let journal = Local::open(&place, options).unwrap();
    put(&journal, 1, "a").await;
    fs::rename(&place, parent.path().join("elsewhere")).unwrap();
    let other = open(&place);
    put(&other, 7, "theirs").await;
    assert_refused(&journal, &place).await;
    let read = journal.read(1, 1, MANY).await;
    assert!(matches!(read, Err(ReadError::Unreadable { .. })), "{read:?}");
    assert_eq!(seqs(&all(&other).await), [1]);
    assert!(matches!(journal.set_max_bytes(None).await, Err(Refusal::Unwritable { .. })));
}

#[tokio::test]
async fn what_is_under_way_while_the_folder_is_moved_is_answered_as_it_is() {
    let parent = TempDir::new().unwrap();
    let (place, elsewhere) = (parent.path().join("data"), parent.path().join("elsewhere"));
    let journal = open(&place);
    let mut number = 0;
    let mut answers = Vec::new();
    for _ in 0..30 {
        let mover = std::thread::spawn({
            let (place, elsewhere) = (place.clone(), elsewhere.clone());
            move || fs::rename(place, elsewhere).unwrap()
        });
        while !mover.is_finished() {
            number += 1;
            answers.push((number, append(&journal, number).await));
        }
        mover.join().unwrap();
        number += 1;
        answers.push((number, append(&journal, number).await));
        fs::rename(&elsewhere, &place).unwrap();
    }
    drop(journal);
    let written: Vec<String> = all(&open(&place)).await.iter().map(text).collect();
    for (number, answer) in answers {
        let is_there = written.contains(&number.to_string());
        match answer {
            Ok(_) => assert!(is_there, "{number} was acknowledged"),
            Err(AppendError::Refused(_)) => assert!(!is_there, "{number} was refused"),
            Err(AppendError::Unknown { .. }) => {}
        }
    }
}

fn text(entry: &journal::Entry) -> String {
    String::from_utf8_lossy(&entry.payload).into_owned()
}

async fn append(journal: &Local, number: u64) -> Result<Appended, AppendError> {
    journal.append(id(number), vec![number.to_string().into_bytes()]).await
}

async fn assert_refused(journal: &Local, place: &Path) {
    let refused = append(journal, 1_000).await.expect_err("it is not written");
    let AppendError::Refused(Refusal::Unwritable { .. }) = &refused else { panic!("{refused}") };
    assert!(refused.to_string().contains(&place.display().to_string()), "{refused}");
    assert!(matches!(journal.probe().await, Err(Refusal::Unwritable { .. })));
    assert!(matches!(journal.trim(1).await, Ok(_) | Err(Refusal::Unwritable { .. })));
}
