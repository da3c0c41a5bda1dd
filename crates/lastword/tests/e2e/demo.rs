//! `lastword demo` as somebody meets it who has nothing but the program.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use super::house::{PROGRAM, said, until};

#[test]
fn a_demo_shows_who_had_the_last_word_and_leaves_nothing_behind() {
    let home = tempfile::tempdir().expect("a folder");
    let mut demo = Command::new(PROGRAM);
    demo.args(["demo", "--nodes", "60", "--for", "15s"]).stdin(Stdio::null());
    let said = said(demo.env("TMPDIR", home.path()).output().expect("the program runs"));
    assert_eq!(said.code, 0, "{}", said.all());
    assert!(said.out.contains("export LASTWORD_TOKEN_FILE="), "{}", said.all());
    let page = ["/ui/#token=lw_", "There is no web page: "];
    assert!(page.iter().any(|told| said.out.contains(told)), "{}", said.all());
    for told in [
        " by alice (cli)",
        " by bob (cli)",
        " by scheduler (cli)",
        " superseded (by ",
        " confirmed",
    ] {
        assert!(said.out.contains(told), "{told:?} is missing: {}", said.all());
    }
    let left: Vec<_> = fs::read_dir(home.path()).expect("the folder").collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_demo_that_is_kept_leaves_a_journal_that_is_whole() {
    let home = tempfile::tempdir().expect("a folder");
    let kept = home.path().join("kept");
    let mut demo = Command::new(PROGRAM);
    demo.args(["demo", "--nodes", "45", "--for", "6s", "--keep"]).arg(&kept).stdin(Stdio::null());
    let first = said(demo.output().expect("the program runs"));
    assert_eq!(first.code, 0, "{}", first.all());
    let mut check = Command::new(PROGRAM);
    let check =
        said(check.args(["journal", "check"]).arg(kept.join("data")).output().expect("it runs"));
    assert_eq!(check.code, 0, "{}", check.all());
    let again = said(demo.output().expect("the program runs"));
    assert_eq!(again.code, 0, "a kept demo goes on: {}", again.all());
}

#[test]
fn a_demo_that_is_told_to_end_or_that_nobody_reads_ends_and_leaves_nothing_behind() {
    for is_told in [true, false] {
        let home = tempfile::tempdir().expect("a folder");
        let mut demo = Command::new(PROGRAM);
        demo.args(["demo", "--nodes", "40"]).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut demo = demo.env("TMPDIR", home.path()).spawn().expect("the program runs");
        let mut lines = BufReader::new(demo.stdout.take().expect("it is piped")).lines();
        lines.next().expect("a first line").expect("text");
        if is_told {
            let told = Command::new("kill").arg(demo.id().to_string()).status();
            assert!(told.expect("kill runs").success());
        } else {
            drop(lines);
        }
        until("it ends", || demo.try_wait().expect("it can be asked").is_some());
        let left: Vec<_> = fs::read_dir(home.path()).expect("the folder").collect();
        assert!(left.is_empty(), "told: {is_told}: {left:?}");
    }
}
