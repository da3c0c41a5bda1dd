//! What is refused: with which exit code, in which words, and with nothing fired.

use super::folder;
use super::house::House;
use super::scene;

#[test]
fn refusals_have_their_exit_codes_and_fire_nothing() {
    let dir = folder();
    let (fleet, house) = scene(dir.path(), 2);
    for (args, code, word) in [
        (&["on", "n1", "--seq", "7"][..], 0, "on:"),
        (&["off", "n1", "--seq", "7"], 5, "stale"),
        (&["off", "n1", "--seq", "6"], 5, "stale"),
        (&["off", "n1", "--if-newest", "1"], 5, "stale"),
        (&["off", "nosuch"], 2, "nosuch"),
        (&["off", "n[1-"], 2, "n[1-"),
        (&["off", "n[5-1]"], 2, ""),
    ] {
        let said = house.say(args);
        assert_eq!(said.code, code, "{args:?}: {}", said.all());
        assert!(said.all().contains(word), "{args:?}: {}", said.all());
    }
    assert_eq!(fleet.orders(1), ["power=1"], "only the first was carried out");
}

#[test]
fn a_hold_refuses_others_and_not_its_holder() {
    let dir = folder();
    let (fleet, house) = scene(dir.path(), 1);
    let bob = house.caller("bob");
    let hold = house.say(&["hold", "n1", "--reason", "firmware, ask Ann", "--for", "1h"]);
    assert_eq!(hold.code, 0, "{}", hold.all());
    let refused = super::house::said(house.call_as(&bob, &["on", "n1"]).output().expect("it runs"));
    assert_eq!(refused.code, 8, "{}", refused.all());
    assert!(refused.all().contains("firmware, ask Ann"), "{}", refused.all());
    assert_eq!(fleet.orders(1), [] as [&str; 0]);
    assert_eq!(house.say(&["on", "n1"]).code, 0);
    assert_eq!(house.say(&["unhold", "n1"]).code, 0);
    let off = super::house::said(house.call_as(&bob, &["off", "n1"]).output().expect("it runs"));
    assert_eq!(off.code, 0, "{}", off.all());
}

#[test]
fn a_hundred_and_one_nodes_without_yes_are_refused_with_the_count() {
    let dir = folder();
    let ports: Vec<u16> = super::fleet::free_ports(101);
    let house = House::start(dir.path(), &ports, "poll = \"off\"\n");
    let off = house.say(&["off", "n[1-101]"]);
    assert_eq!(off.code, 8, "{}", off.all());
    assert!(off.all().contains("101") && off.all().contains("--yes"), "{}", off.all());
    let log = house.say(&["log", "n1", "-o", "json"]);
    let log: serde_json::Value = serde_json::from_str(&log.out).expect("JSON");
    assert_eq!(log["intents"].as_array().map(Vec::len), Some(0));
}

#[test]
fn a_server_whose_journal_is_gone_does_not_begin_anew() {
    let dir = folder();
    let ports = super::fleet::free_ports(1);
    let mut house = House::start(dir.path(), &ports, "poll = \"off\"\n");
    house.kill();
    for name in ["journal.db", "journal.db-wal", "journal.db-shm"] {
        let _absent = std::fs::remove_file(dir.path().join("data").join(name));
    }
    let serve = std::process::Command::new(super::house::PROGRAM)
        .args(["serve", "--listen", "127.0.0.1:0", "--inventory"])
        .arg(dir.path().join("inventory.toml"))
        .arg("--data")
        .arg(dir.path().join("data"))
        .output()
        .expect("it runs");
    let said = super::house::said(serve);
    assert_ne!(said.code, 0, "{}", said.all());
    assert!(
        said.err.contains("journal.db is gone") && said.err.contains("backup"),
        "{}",
        said.all()
    );
    assert!(!dir.path().join("data/journal.db").exists(), "nothing was made");
}

#[test]
fn a_server_whose_data_folder_is_moved_accepts_nothing_until_it_is_back() {
    let dir = folder();
    let house = House::start(dir.path(), &super::fleet::free_ports(1), "poll = \"off\"\n");
    let bob = house.caller("bob");
    let say =
        |args: &[&str]| super::house::said(house.call_as(&bob, args).output().expect("it runs"));
    let (data, moved) = (dir.path().join("data"), dir.path().join("moved"));
    std::fs::rename(&data, &moved).expect("it is moved");
    let refused = say(&["on", "n1", "--no-wait"]);
    assert_eq!(refused.code, 8, "{}", refused.all());
    assert!(refused.err.contains("is not where it was opened"), "{}", refused.all());
    assert!(!data.exists(), "nothing was made in its place");
    let mut ready = std::net::TcpStream::connect(house.url().trim_start_matches("http://"))
        .expect("the server listens");
    let request = b"GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    std::io::Write::write_all(&mut ready, request).expect("it is sent");
    let answer = std::io::read_to_string(ready).expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("opened"), "{answer}");
    std::fs::rename(&moved, &data).expect("it is moved back");
    let accepted = say(&["on", "n1", "--no-wait"]);
    assert_eq!(accepted.code, 0, "{}", accepted.all());
}

#[test]
fn no_daemon_and_a_wrong_token_have_their_own_codes() {
    let dir = folder();
    let (_fleet, house) = scene(dir.path(), 1);
    let wrong = dir.path().join("wrong.token");
    std::fs::write(&wrong, "lw_nonsense").expect("a file");
    let said = super::house::said(house.call_as(&wrong, &["status"]).output().expect("it runs"));
    assert_eq!(said.code, 4, "{}", said.all());
    let mut call = house.call(&["status"]);
    call.env("LASTWORD_SERVER", "http://127.0.0.1:9");
    let said = super::house::said(call.output().expect("it runs"));
    assert_eq!(said.code, 7, "{}", said.all());
    assert!(said.err.contains("LASTWORD_SERVER"), "{}", said.all());
}
