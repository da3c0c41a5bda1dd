//! The README's fight, command by command, as a newcomer would type it.
//!
//! What can't be run in a test as it stands is named here, with the reason: nothing else is left out.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::folder;
use super::house::{House, PROGRAM};

/// Beginnings of lines that are not run here.
const LEFT_OUT: [(&str, &str); 4] = [
    ("sudo apt-get", "`cargo xtask test` installs the packages"),
    ("cargo ", "the test was built by it"),
    ("target/release/lastword serve", "the test starts the server itself, with the same inventory"),
    ("export PATH", "the test sets it"),
];

#[test]
fn every_command_of_the_fight_in_the_readme_works_as_written() {
    let root =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("a folder");
    let readme = std::fs::read_to_string(root.join("README.md")).expect("a README");
    let (_, fight) = readme.split_once("## A fight, step by step").expect("the fight");
    let (fight, _) = fight.split_once("\n## ").expect("what comes after the fight");
    let commands: Vec<&str> = commands(fight);
    assert!(commands.len() >= 10, "{commands:?}");
    let machines = Machines::start(&root);
    let dir = folder();
    let inventory = std::fs::read_to_string(root.join("examples/inventory.toml")).expect("a file");
    let password = root.join("examples/ipmi-sim/password");
    let inventory = inventory.replace("ipmi-sim/password", &password.display().to_string());
    let house = House::start_with(dir.path(), &inventory);
    for command in commands {
        run(&house, &root, command);
    }
    drop(machines);
}

/// The twenty machines of `examples/ipmi-sim`.
struct Machines(PathBuf);

impl Machines {
    fn start(root: &Path) -> Self {
        sh(root, "examples/ipmi-sim/start.sh");
        Self(root.to_path_buf())
    }
}

impl Drop for Machines {
    fn drop(&mut self) {
        sh(&self.0, "examples/ipmi-sim/stop.sh");
    }
}

fn sh(root: &Path, line: &str) {
    let mut shell = Command::new("sh");
    let status = shell.args(["-c", line]).current_dir(root).stdout(Stdio::null()).status();
    assert!(status.expect("a shell").success(), "{line}");
}

/// The lines between fences, without their remarks.
fn commands(text: &str) -> Vec<&str> {
    let blocks = text.split("```").skip(1).step_by(2);
    let lines = blocks.flat_map(str::lines).map(|line| line.split("  #").next().unwrap_or(""));
    let said = lines.map(str::trim).filter(|line| !line.is_empty());
    said.filter(|line| !LEFT_OUT.iter().any(|(start, _)| line.starts_with(start)))
        .filter(|line| !line.starts_with("examples/ipmi-sim/"))
        .collect()
}

fn run(house: &House, root: &Path, command: &str) {
    let endless = command.strip_prefix("while true; do ").and_then(|it| it.strip_suffix("; done"));
    let once = endless.unwrap_or(command);
    let watched = once.starts_with("lastword watch");
    let line = if watched { format!("timeout 2 {once}") } else { once.to_string() };
    let bin = Path::new(PROGRAM).parent().expect("a folder");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    let output = Command::new("sh")
        .args(["-c", &line])
        .current_dir(root)
        .env("PATH", path)
        .env("LASTWORD_SERVER", house.url())
        .env("LASTWORD_TOKEN_FILE", house.token_file())
        .stdin(Stdio::null())
        .output()
        .expect("a shell");
    let stopped_by_timeout = watched && output.status.code() == Some(124);
    assert!(
        output.status.success() || stopped_by_timeout,
        "{command}\n{}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}
