//! One run of an agent: a process group of its own with next to no environment, told everything on standard input, killed
//! when its time is up. It does not know what the run is for.

use std::path::Path;
use std::pin::pin;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::{Instant, timeout, timeout_at};
use zeroize::Zeroizing;

use super::super::veil;
use crate::program::{self, Family};
use crate::secret::Secret;

/// What an agent writes is kept up to so many bytes: of its output the first, of its errors the last.
const OUTPUT_MAX: usize = 256 << 10;
const ERRORS_MAX: usize = 16 << 10;
/// What it wrote is waited for so long once it has ended, in milliseconds: something that it started may hold the pipe.
const REST_MS: u64 = 200;
/// The outer clock ends it so much later than we do, if we are not there any more. In milliseconds.
const OUTLIVED_MS: u64 = 150;
/// An agent that was killed is waited for so long, in milliseconds.
const KILLED_MS: u64 = 100;
/// The program of coreutils that ends a program and its group in time, also when nobody waits for them any more: an
/// agent must not outlive its deadline because lastword was killed.
const CLOCK: &str = "timeout";
/// Where that is.
const CLOCK_FOLDERS: [&str; 2] = ["/usr/bin", "/bin"];
/// All that an agent learns from its environment.
const ENVIRONMENT: [(&str, &str); 3] =
    [("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"), ("LANG", "C.UTF-8"), ("LC_ALL", "C.UTF-8")];
/// The last line of an agent's errors is told up to so many characters.
const LINE_MAX_CHARS: usize = 200;
/// So many are looked at for secrets.
const LOOKED_AT_CHARS: usize = 2_000;
/// How agents end what they say about how they are called: it says nothing of what went wrong.
const HINT: &str = "Please use '-h' for usage";

/// Exit codes that stand for signals.
const SIGNALS: std::ops::RangeInclusive<i32> = 129..=192;

/// An agent that ended by itself.
#[derive(Debug)]
pub(super) struct Ended {
    /// Its exit code; none if a signal ended it.
    pub(super) code: Option<i32>,
    pub(super) output: String,
    /// The last line of its errors, without secrets.
    pub(super) line: Option<String>,
}

/// Why an agent did not end by itself.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Broken {
    /// It was not started.
    NotStarted(String),
    /// It was killed when its time was up, or nobody could wait for it.
    Killed,
}

/// Runs an agent with these lines on its standard input.
pub(super) async fn run(
    agent: &Path,
    lines: Zeroizing<String>,
    secrets: &[Secret],
    deadline: Instant,
) -> Result<Ended, Broken> {
    let not_started = |words: String| Broken::NotStarted(words);
    let left = deadline.saturating_duration_since(Instant::now());
    let clock = program::find(CLOCK, CLOCK_FOLDERS);
    let clock = clock.ok_or_else(|| not_started(format!("there is no {CLOCK} to run it with")))?;
    let mut child = command(&clock, agent, left + Duration::from_millis(OUTLIVED_MS))
        .spawn()
        .map_err(|error| not_started(format!("can't start it: {error}")))?;
    let family = Family::of(&child);
    let mut heard = Heard::default();
    let waited = timeout_at(deadline, follow(&mut child, lines, &mut heard)).await;
    match waited {
        Ok(Ok((status, all_heard))) => {
            if all_heard {
                family.leave();
            }
            Ok(heard.ended(status, secrets))
        }
        Ok(Err(_)) | Err(_) => {
            drop(family);
            let _ = timeout(Duration::from_millis(KILLED_MS), child.wait()).await;
            Err(Broken::Killed)
        }
    }
}

fn command(clock: &Path, agent: &Path, span: Duration) -> Command {
    let mut command = Command::new(clock);
    command
        .args(["--signal=KILL", &format!("{:.3}", span.as_secs_f64())])
        .arg(agent)
        .env_clear()
        .envs(ENVIRONMENT)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true);
    command
}

/// Tells it the lines, and listens until it ends; whether all that it wrote was heard.
async fn follow(
    child: &mut Child,
    lines: Zeroizing<String>,
    heard: &mut Heard,
) -> std::io::Result<(ExitStatus, bool)> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let Heard { output, errors } = heard;
    let mut talk = pin!(async {
        tokio::join!(
            tell(stdin, lines),
            listen(stdout, |bytes| {
                let room = OUTPUT_MAX - output.len();
                output.extend_from_slice(&bytes[..bytes.len().min(room)]);
            }),
            listen(stderr, |bytes| {
                errors.extend_from_slice(bytes);
                let too_many = errors.len().saturating_sub(ERRORS_MAX);
                errors.drain(..too_many);
            }),
        );
    });
    let mut all_heard = false;
    let status = loop {
        tokio::select! {
            status = child.wait() => break status?,
            () = &mut talk, if !all_heard => all_heard = true,
        }
    };
    if !all_heard {
        all_heard = timeout(Duration::from_millis(REST_MS), talk).await.is_ok();
    }
    Ok((status, all_heard))
}

async fn tell(stdin: Option<ChildStdin>, lines: Zeroizing<String>) {
    let Some(mut stdin) = stdin else { return };
    // an agent that does not want to hear more has its reasons, and its exit code
    let _ = stdin.write_all(lines.as_bytes()).await;
    let _ = stdin.shutdown().await;
}

/// Hands on what comes, piece by piece: an agent that writes much must not wait for us.
async fn listen(source: Option<impl AsyncRead + Unpin>, mut hear: impl FnMut(&[u8])) {
    let Some(mut source) = source else { return };
    let mut piece = Zeroizing::new(vec![0; 8 << 10]);
    while let Ok(count @ 1..) = source.read(&mut piece).await {
        hear(&piece[..count]);
    }
}

/// What an agent wrote. It may repeat what it was told.
#[derive(Default)]
struct Heard {
    output: Zeroizing<Vec<u8>>,
    errors: Zeroizing<Vec<u8>>,
}

impl Heard {
    fn ended(&self, status: ExitStatus, secrets: &[Secret]) -> Ended {
        Ended {
            // the clock tells a signal as 128 and its number, as shells do
            code: status.code().filter(|code| !SIGNALS.contains(code)),
            output: String::from_utf8_lossy(&self.output).into_owned(),
            line: self.line(secrets),
        }
    }

    fn line(&self, secrets: &[Secret]) -> Option<String> {
        let text = Zeroizing::new(String::from_utf8_lossy(&self.errors).into_owned());
        // what was cut may begin within a secret
        let whole = if self.errors.len() < ERRORS_MAX {
            text.as_str()
        } else {
            text.split_once('\n').map_or("", |(_, rest)| rest)
        };
        let lines = whole.lines().map(str::trim);
        let line = lines.rev().find(|line| !line.is_empty() && !line.ends_with(HINT))?;
        let plain = line.chars().map(|c| if c.is_control() { ' ' } else { c });
        let plain: Zeroizing<String> = Zeroizing::new(plain.take(LOOKED_AT_CHARS).collect());
        Some(veil::without(&plain, secrets).chars().take(LINE_MAX_CHARS).collect())
    }
}
