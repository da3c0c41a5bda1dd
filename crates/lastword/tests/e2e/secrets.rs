//! Planted canaries: BMC passwords and tokens appear nowhere that anybody could look.

use std::fs;
use std::path::Path;

use super::fleet::PASSWORD;
use super::house::{end, until};
use super::{folder, scene};

#[test]
fn planted_secrets_appear_nowhere() {
    let dir = folder();
    let (fleet, mut house) = scene(dir.path(), 2);
    let token = fs::read_to_string(house.token_file()).expect("a token");
    let token = token.trim().to_string();
    let mut heard = Vec::new();
    let cycle = house.begin(&["cycle", "n[1-2]", "-v"]);
    until("something was fired", || !fleet.orders(1).is_empty());
    for pid in [house.pid(), cycle.id()] {
        heard.push((format!("argv of {pid}"), read(Path::new(&format!("/proc/{pid}/cmdline")))));
    }
    heard.push(("cycle".into(), end(cycle).all().into_bytes()));
    for args in [
        &["status", "-o", "json"][..],
        &["log", "n1", "-o", "json"],
        &["why", "n1"],
        &["nodes", "@*", "--list"],
        &["off", "n[1-"],
        &["token", "list"],
        &["holds"],
    ] {
        heard.push((format!("{args:?}"), house.say(args).all().into_bytes()));
    }
    fs::write(dir.path().join("bmc.secret"), "canary-wrong-77fe").expect("a secret");
    house.kill();
    house.serve();
    heard.push(("wrong password".into(), house.say(&["on", "n1"]).all().into_bytes()));
    house.kill();
    heard.push(("log".into(), house.log().into_bytes()));
    for entry in fs::read_dir(dir.path().join("data")).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_file() && !path.ends_with("admin.token") {
            heard.push((path.display().to_string(), read(&path)));
        }
    }
    assert!(heard.iter().any(|(_, text)| text.len() > 10_000), "the trace log is being read");
    for (where_, text) in &heard {
        for secret in [PASSWORD, "canary-wrong-77fe", &token] {
            assert!(!contains(text, secret.as_bytes()), "{secret} in {where_}");
        }
    }
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_default()
}

fn contains(text: &[u8], secret: &[u8]) -> bool {
    text.windows(secret.len()).any(|window| window == secret)
}
