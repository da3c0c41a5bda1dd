//! What a program cost: wall and CPU seconds, and the peak of its memory. It does not know which program it is.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, bail, ensure};

/// How long one program may run, in seconds; then it is killed, and what it did not do is not done.
const PATIENCE_S: &str = "300";
/// How many clock ticks `/proc` counts in a second.
const TICKS_PER_S: f64 = 100.0;

/// What something cost.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spent {
    /// Seconds from its start to its end.
    pub wall_s: f64,
    /// CPU seconds of all its processes.
    pub cpu_s: f64,
    /// The largest of its processes, in KiB.
    pub peak_kib: u64,
}

/// A program with its arguments, and what it reads.
#[derive(Debug)]
pub struct Call {
    words: Vec<OsString>,
    env: Vec<(&'static str, OsString)>,
    input: Option<PathBuf>,
}

/// What became of a call.
#[derive(Debug)]
pub struct Ran {
    /// What it cost.
    pub spent: Spent,
    /// Whether it says that it did what it should.
    pub good: bool,
    /// The end of what it printed.
    pub said: String,
}

impl Call {
    /// A call of that program.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        Self { words: vec![program.as_ref().into()], env: Vec::new(), input: None }
    }

    /// With these arguments.
    pub fn args<T: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = T>) -> Self {
        self.words.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    /// With that in its environment.
    pub fn env(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.env.push((name, value.into()));
        self
    }

    /// Reads that file.
    pub fn reads(mut self, input: &Path) -> Self {
        self.input = Some(input.to_owned());
        self
    }

    /// Runs it to its end. What it prints goes into a file below `scratch`.
    pub fn run(&self, scratch: &Path) -> anyhow::Result<Ran> {
        let (cost, print) = (scratch.join("cost"), scratch.join("printed"));
        let output = File::create(&print)?;
        let mut command = Command::new("timeout");
        command.args([PATIENCE_S, "time", "-q", "-f", "%U %S %M", "-o"]).arg(&cost);
        command.args(&self.words).envs(self.env.iter().map(|(name, value)| (name, value)));
        command.stdin(self.input.as_ref().map_or(Ok(Stdio::null()), |path| open(path))?);
        command.stdout(output.try_clone()?).stderr(output);
        let begun = Instant::now();
        let status = command.status().context("can't start `timeout` and GNU `time`")?;
        let wall_s = begun.elapsed().as_secs_f64();
        let told = fs::read_to_string(&cost).unwrap_or_default();
        let told = told.lines().last().unwrap_or_default();
        let numbers: Vec<f64> = told.split(' ').filter_map(|n| n.parse().ok()).collect();
        let &[user, system, peak] = &numbers[..] else {
            ensure!(status.code() == Some(124), "GNU time did not measure {:?}", self.words[0]);
            let spent = Spent { wall_s, ..Spent::default() };
            return Ok(Ran { spent, good: false, said: format!("killed after {PATIENCE_S} s") });
        };
        let spent = Spent { wall_s, cpu_s: user + system, peak_kib: peak as u64 };
        Ok(Ran { spent, good: status.success(), said: end_of(&print) })
    }
}

/// A program that runs in the background. It is stopped when it is dropped.
#[derive(Debug)]
pub struct Daemon {
    child: Child,
    log: PathBuf,
}

impl Daemon {
    /// Starts it. What it prints goes into that file.
    pub fn start(mut command: Command, log: PathBuf) -> anyhow::Result<Self> {
        let output = File::create(&log)?;
        command.stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command.spawn().with_context(|| format!("can't start {name}"))?;
        Ok(Self { child, log })
    }

    /// Whether it still runs; what it said if it does not.
    pub fn check(&mut self) -> anyhow::Result<()> {
        let Some(status) = self.child.try_wait()? else { return Ok(()) };
        let said = end_of(&self.log);
        bail!("{}", if said.is_empty() { format!("it ended with {status}") } else { said })
    }

    /// CPU seconds of it and its children until now.
    pub fn cpu_s(&self) -> f64 {
        self.family().into_iter().map(cpu_s).sum()
    }

    /// The peaks of it and of its children, in KiB, summed.
    pub fn peak_kib(&self) -> u64 {
        self.family().into_iter().map(|pid| kib(pid, "VmHWM:")).sum()
    }

    /// What it has in memory now, in KiB.
    pub fn resident_kib(&self) -> u64 {
        kib(self.child.id(), "VmRSS:")
    }

    fn family(&self) -> Vec<u32> {
        let (mut all, mut at) = (vec![self.child.id()], 0);
        while let Some(pid) = all.get(at) {
            let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
            let children = children.unwrap_or_default();
            all.extend(children.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
            at += 1;
        }
        all
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Exact from the scheduler, unless threads have ended, which only the coarse count still has.
fn cpu_s(pid: u32) -> f64 {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let nanos = |task: fs::DirEntry| -> Option<f64> {
        let told = fs::read_to_string(task.path().join("schedstat")).ok()?;
        told.split(' ').next()?.parse().ok()
    };
    let exact: f64 = tasks.filter_map(nanos).sum::<f64>() / 1e9;
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    // the name of a program may have blanks; what is wanted comes after it: utime, stime, cutime, cstime
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = fields.iter().skip(11).take(4).filter_map(|n| n.parse::<f64>().ok());
    exact.max(ticks.sum::<f64>() / TICKS_PER_S)
}

fn kib(pid: u32, what: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(what)).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn open(path: &Path) -> anyhow::Result<Stdio> {
    Ok(File::open(path).with_context(|| format!("can't read {}", path.display()))?.into())
}

/// The last lines that were printed, as one.
fn end_of(path: &Path) -> String {
    let text = fs::read(path).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = &lines[lines.len().saturating_sub(3)..];
    last.join("; ").chars().take(300).collect()
}
