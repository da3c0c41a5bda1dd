//! Which programs there are, in which versions, and on what machine. It installs nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::peer::Peer;

/// The version of what that peer is measured by, or why it is not there.
pub fn version(peer: Peer, program: &Path, python: Option<&Path>) -> Result<String, String> {
    match peer {
        Peer::Lastword => first_number(Command::new(program).arg("--version")),
        Peer::Ipmipower => first_number(Command::new("ipmipower").arg("--version")),
        Peer::Powerman => first_number(Command::new("powermand").arg("-V")),
        Peer::Ipmitool => first_number(Command::new("ipmitool").arg("-V")),
        Peer::FenceIpmilan => first_number(Command::new("fence_ipmilan").arg("--version")),
        Peer::FenceRedfish => first_number(Command::new("fence_redfish").arg("--version")),
        Peer::Redfishpower => {
            first_number(Command::new("redfishpower").arg("-h").arg("localhost").arg("-V"))
        }
        Peer::Pyghmi => package("pyghmi", python),
        Peer::Sushy => package("sushy", python),
        Peer::Redfishtool => package("redfishtool", python),
    }
    .ok_or_else(|| "not installed".to_owned())
}

/// The processor, memory, system and load of this machine.
pub fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        line.and_then(|line| {
            Some(line.split_once([':', '='])?.1.trim().trim_matches('"').to_owned())
        })
    };
    let processor = field(&read("/proc/cpuinfo"), "model name").unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = field(&read("/proc/meminfo"), "MemTotal").unwrap_or_default();
    let kib: u64 = memory.trim_end_matches(" kB").parse().unwrap_or(0);
    let system = field(&read("/etc/os-release"), "PRETTY_NAME").unwrap_or_default();
    let kernel = read("/proc/sys/kernel/osrelease");
    let gib = kib.div_ceil(1024 * 1024);
    format!("{processor}, {cores} cores, {gib} GiB, {system}, Linux {}", kernel.trim())
}

/// How much is going on: the average of the last minute.
pub fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or_default().to_owned()
}

/// The commit that was measured.
pub fn commit() -> String {
    let told = |mut command: Command| {
        let done = command.stderr(Stdio::null()).output().ok()?;
        done.status.success().then(|| String::from_utf8_lossy(&done.stdout).trim().to_owned())
    };
    let mut git = Command::new("git");
    git.args(["describe", "--always", "--dirty"]);
    told(git).unwrap_or_else(|| "unknown".into())
}

/// Where the release build's program is: two folders above the examples.
pub fn program() -> anyhow::Result<PathBuf> {
    let example = std::env::current_exe()?;
    let program = example.ancestors().nth(2).unwrap_or(Path::new("")).join("lastword");
    anyhow::ensure!(program.exists(), "{} is not built", program.display());
    Ok(program)
}

/// The first word with a digit of what it prints, if it can be started.
fn first_number(command: &mut Command) -> Option<String> {
    let done = command.stdin(Stdio::null()).output().ok()?;
    let text = [done.stdout, done.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    let is_version =
        |word: &&str| word.starts_with(|c: char| c.is_ascii_digit()) && word.contains('.');
    Some(text.split_whitespace().find(is_version).unwrap_or("unknown").to_owned())
}

fn package(name: &str, python: Option<&Path>) -> Option<String> {
    let script = format!("import importlib.metadata as m; print(m.version('{name}'))");
    let mut python = Command::new(python.unwrap_or(Path::new("python3")));
    let done = python.args(["-c", &script]).stderr(Stdio::null()).output().ok()?;
    done.status.success().then(|| String::from_utf8_lossy(&done.stdout).trim().to_owned())
}
