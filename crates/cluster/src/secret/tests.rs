//! Secrets of every kind, and that none is printed.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use super::*;

fn exec(words: &[&str]) -> SecretRef {
    SecretRef::Exec(words.iter().map(|word| (*word).to_owned()).collect())
}

async fn said(reference: &SecretRef) -> String {
    match reference.resolve("n7").await {
        Ok(secret) => format!("ok: {}", secret.expose()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_secret_is_printed_as_stars() {
    let reference = SecretRef::Literal(Secret::from("hunter2".to_owned()));
    assert_eq!(format!("{reference:?} {reference}"), "Literal(***) literal");
    assert_eq!(serde_json::to_string(&reference).unwrap(), "\"***\"");
}

#[test]
fn references_are_exported_as_the_file_writes_them() {
    let file = SecretRef::File("/p".into());
    assert_eq!(serde_json::to_string(&file).unwrap(), r#"{"file":"/p"}"#);
    let helper = exec(&["h", "{node}"]);
    assert_eq!(serde_json::to_string(&helper).unwrap(), r#"{"exec":["h","{node}"]}"#);
}

#[tokio::test]
async fn a_literal_is_itself() {
    let reference = SecretRef::Literal(Secret::from("hunter2\n".to_owned()));
    assert_eq!(said(&reference).await, "ok: hunter2\n");
}

#[tokio::test]
async fn a_file_is_read_without_its_last_newline() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p");
    let prefix = format!("secret from file {}: ", path.display());
    let (most, more) = ("x".repeat(SECRET_MAX_BYTES), "x".repeat(SECRET_MAX_BYTES + 1));
    for (content, expected) in [
        (&b"hunter2\n"[..], "ok: hunter2".to_owned()),
        (b"hunter2\r\n", "ok: hunter2".to_owned()),
        (b"hunter2", "ok: hunter2".to_owned()),
        (b" hunter2\n\n", "ok:  hunter2\n".to_owned()),
        (most.as_bytes(), format!("ok: {most}")),
        (more.as_bytes(), format!("{prefix}longer than 4096 bytes")),
        (b"\n", format!("{prefix}empty")),
        (b"hunter2\xff", format!("{prefix}not text")),
        (b"hunter2\0", format!("{prefix}not text")),
    ] {
        fs::write(&path, content).unwrap();
        assert_eq!(said(&SecretRef::File(path.clone())).await, expected);
    }
    fs::remove_file(&path).unwrap();
    let expected = format!("{prefix}No such file or directory (os error 2)");
    assert_eq!(said(&SecretRef::File(path)).await, expected);
    let expected = "secret from file /dev/zero: not a regular file";
    assert_eq!(said(&SecretRef::File("/dev/zero".into())).await, expected);
}

#[tokio::test]
async fn a_variable_is_read_from_the_environment() {
    // cargo sets this one for tests
    let expected = concat!("ok: ", env!("CARGO_MANIFEST_DIR"));
    assert_eq!(said(&SecretRef::Env("CARGO_MANIFEST_DIR".to_owned())).await, expected);
    let unset = SecretRef::Env("LASTWORD_TEST_UNSET".to_owned());
    assert_eq!(said(&unset).await, "secret from environment variable LASTWORD_TEST_UNSET: not set");
}

#[tokio::test]
async fn a_systemd_credential_is_a_file_in_the_folder_that_systemd_names() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bmc"), "hunter2\n").unwrap();
    let named = Some(folder.path().as_os_str().to_owned());
    assert_eq!(from_credential(named, "bmc").await.unwrap().expose(), "hunter2");
    let unset = from_credential(None, "bmc").await.unwrap_err();
    assert!(matches!(unset, SecretCause::NoCredentials));
}

#[tokio::test]
async fn a_helper_prints_the_secret_of_a_node() {
    assert_eq!(said(&exec(&["printf", "%s\\n", "pw-{node}"])).await, "ok: pw-n7");
    assert_eq!(said(&exec(&["printf", "%s", "$(id) `id` ;id"])).await, "ok: $(id) `id` ;id");
}

#[tokio::test]
async fn a_helper_gets_nothing_but_the_path() {
    let environment = said(&exec(&["env"])).await;
    assert!(environment.starts_with("ok: PATH=") && !environment.contains('\n'), "{environment}");
    assert_eq!(said(&exec(&["sh", "-c", "cat; echo end"])).await, "ok: end");
}

#[tokio::test]
async fn what_a_failed_helper_printed_is_not_told() {
    for (words, expected) in [
        (&["sh", "-c", "echo hunter2; echo hunter2 >&2; exit 3"][..], "ended with exit status: 3"),
        (&["sh", "-c", "echo hunter2; kill -9 $$"], "ended with signal: 9 (SIGKILL)"),
        (&["sh", "-c", "yes hunter2"], "longer than 4096 bytes"),
        (&["sh", "-c", "printf 'hunter2\\377'"], "not text"),
        (&["sh", "-c", ":"], "empty"),
    ] {
        assert_eq!(said(&exec(words)).await, format!("secret from helper sh: {expected}"));
    }
    let missing = "secret from helper /none: No such file or directory (os error 2)";
    assert_eq!(said(&exec(&["/none", "hunter2"])).await, missing);
    assert_eq!(said(&exec(&[])).await, "secret from helper : no program named");
}

#[tokio::test]
async fn a_helper_that_hangs_is_killed() {
    let folder = tempfile::tempdir().unwrap();
    let late = folder.path().join("late");
    let helper =
        exec(&["sh", "-c", "sleep 1; echo hunter2; touch \"$0\"", &late.display().to_string()]);
    let start = Instant::now();
    let error = helper.resolve_within("n7", 100).await.unwrap_err();
    assert_eq!(error.to_string(), "secret from helper sh: killed: took longer than 100 ms");
    assert!(start.elapsed() < Duration::from_millis(900));
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert!(!late.exists(), "the helper went on");
}

#[tokio::test]
async fn what_a_helper_started_is_killed_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let (late, started) = (folder.path().join("late"), folder.path().join("started"));
    let script = "(sleep 1; touch \"$0\") & echo started > \"$1\"; wait";
    let paths = [&late, &started].map(|path| path.display().to_string());
    let helper = exec(&["sh", "-c", script, &paths[0], &paths[1]]);
    let error = helper.resolve_within("n7", 300).await.unwrap_err();
    assert!(matches!(error.cause, SecretCause::TimedOut(300)));
    assert!(started.exists());
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert!(!late.exists(), "what the helper started went on");
}

#[tokio::test]
async fn a_helper_that_closes_its_output_and_hangs_is_killed_too() {
    let error = exec(&["sh", "-c", "echo x; exec >&-; sleep 30"]).resolve_within("n7", 100).await;
    assert!(matches!(error.unwrap_err().cause, SecretCause::TimedOut(100)));
}

#[tokio::test]
async fn a_check_finds_what_is_missing_and_runs_no_helper() {
    let folder = tempfile::tempdir().unwrap();
    let (path, ran) = (folder.path().join("helper"), folder.path().join("ran"));
    fs::write(&path, format!("#!/bin/sh\ntouch {}\n", ran.display())).unwrap();
    let helper = exec(&[path.to_str().unwrap(), "secret-argument"]);
    let refused = helper.check().await.unwrap_err().to_string();
    assert_eq!(
        refused,
        format!("secret from helper {}: not a program that may be run", path.display())
    );
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    helper.check().await.unwrap();
    assert!(!ran.exists());
    exec(&["sh"]).check().await.unwrap();
    assert!(exec(&["no-such-program-anywhere"]).check().await.is_err());
    assert!(exec(&[]).check().await.is_err());
    SecretRef::File(path).check().await.unwrap();
    assert!(SecretRef::File(folder.path().join("gone")).check().await.is_err());
    assert!(SecretRef::Env("LASTWORD_TEST_NEVER_SET".into()).check().await.is_err());
}
