//! Ctrl-C at a command that waits, as a shell sees it.

use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::fleet::free_ports;
use super::folder;
use super::house::{House, PROGRAM};

const PATIENCE: Duration = Duration::from_secs(10);

#[test]
fn a_shells_loop_of_power_commands_ends_with_ctrl_c() {
    let dir = folder();
    let house = House::start(dir.path(), &free_ports(1), "poll = \"off\"\n");
    let mut shell = Command::new("bash")
        .args(["-c", "while true; do \"$0\" off n1; done", PROGRAM])
        .env("LASTWORD_SERVER", house.url())
        .env("LASTWORD_TOKEN_FILE", house.token_file())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .expect("a shell");
    let group = format!("-{}", shell.id());
    let signal = |name| {
        let killed = Command::new("kill").args([name, "--", &group]).status();
        assert!(killed.expect("kill runs").success());
    };
    let started = Instant::now();
    while !house.say(&["log", "n1"]).out.contains("off") && started.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(20));
    }
    let mut ended = None;
    signal("-INT");
    let started = Instant::now();
    while ended.is_none() && started.elapsed() < PATIENCE {
        ended = shell.try_wait().expect("it can be asked");
        std::thread::sleep(Duration::from_millis(20));
    }
    if ended.is_none() {
        signal("-KILL");
    }
    let said = shell.wait_with_output().expect("it ended");
    let err = String::from_utf8_lossy(&said.stderr);
    assert_eq!(ended.and_then(|status| status.signal()), Some(2), "the loop went on:\n{err}");
    assert!(err.contains("#1 stays") || err.contains("interrupted"), "{err}");
}
