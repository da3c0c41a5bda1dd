//! Passwords and keys: where they are, and how they are fetched just before use. It does not
//! cache them, and no message, debug output or export of it holds a value.

use std::env::split_paths;
use std::ffi::OsString;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde::{Serialize, Serializer};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Command;
use zeroize::Zeroizing;

use crate::program::Family;

/// The largest secret that is read from a file or a helper, in bytes.
pub const SECRET_MAX_BYTES: usize = 4096;
/// A helper that hasn't ended after this time is killed, in milliseconds.
pub const HELPER_TIMEOUT_MS: u64 = 10_000;
/// Where a helper is looked for when this process has no `PATH`.
const DEFAULT_PATH: &str = "/usr/local/bin:/usr/bin:/bin";
/// What is shown in place of a value.
const HIDDEN: &str = "***";

/// A password or key; wiped when dropped, shown as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The value itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(value: String) -> Self {
        Self(Zeroizing::new(value))
    }
}

impl Hash for Secret {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.expose().hash(state);
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(HIDDEN)
    }
}

/// Where a secret is. Serialized it is what the inventory says, a literal excepted (`***`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SecretRef {
    /// A file, read anew each time.
    #[serde(serialize_with = "absolute")]
    File(PathBuf),
    /// An environment variable of this process.
    Env(String),
    /// A file of that name in systemd's `$CREDENTIALS_DIRECTORY` (`LoadCredential=`).
    Credential(String),
    /// A helper program and its arguments, run without a shell; `{node}` in an argument is the
    /// node's name. What it prints is the secret. Only the program itself is killed when it hangs, not
    /// what it started.
    Exec(Vec<String>),
    /// The value itself.
    #[serde(untagged)]
    Literal(Secret),
}

/// Names the reference and says nothing of a value.
impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(f, "file {}", path.display()),
            Self::Env(name) => write!(f, "environment variable {name}"),
            Self::Credential(name) => write!(f, "systemd credential {name}"),
            // arguments may hold a token
            Self::Exec(words) => write!(f, "helper {}", words.first().map_or("", String::as_str)),
            Self::Literal(_) => f.write_str("literal"),
        }
    }
}

/// A secret could not be fetched: which one, and why.
#[derive(Debug, Error)]
#[error("secret from {reference}: {cause}")]
pub struct SecretError {
    /// The reference in words, without a value.
    pub reference: String,
    /// What went wrong.
    pub cause: SecretCause,
}

/// Why a secret could not be fetched.
#[derive(Debug, Error)]
pub enum SecretCause {
    /// The operating system said no.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The path leads to a folder, a pipe or a device.
    #[error("not a regular file")]
    NotAFile,
    /// The environment variable isn't set.
    #[error("not set")]
    NotSet,
    /// `$CREDENTIALS_DIRECTORY` isn't set.
    #[error("CREDENTIALS_DIRECTORY is not set: not started by systemd with LoadCredential=")]
    NoCredentials,
    /// There is more than [`SECRET_MAX_BYTES`].
    #[error("longer than {SECRET_MAX_BYTES} bytes")]
    TooLong,
    /// There is nothing.
    #[error("empty")]
    Empty,
    /// It isn't UTF-8, or has a NUL in it.
    #[error("not text")]
    NotText,
    /// The helper's command line is empty.
    #[error("no program named")]
    NoProgram,
    /// The helper is not there, or may not be run.
    #[error("not a program that may be run")]
    NotAProgram,
    /// The helper ended with an error.
    #[error("ended with {0}")]
    Exit(ExitStatus),
    /// The helper was killed after [`HELPER_TIMEOUT_MS`].
    #[error("killed: took longer than {0} ms")]
    TimedOut(u64),
}

/// From wherever the document is read.
fn absolute<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    path.serialize(serializer)
}

impl SecretRef {
    /// Fetches the secret for one node. A newline at the end of a file or of a helper's output is cut.
    ///
    /// # Errors
    /// [`SecretError`] when it can't be had, is empty (a literal may be), isn't text or is too long.
    pub async fn resolve(&self, node: &str) -> Result<Secret, SecretError> {
        self.resolve_within(node, HELPER_TIMEOUT_MS).await
    }

    /// Looks whether the secret can be had, and fetches it; a helper is not run, only looked for.
    ///
    /// # Errors
    /// As [`SecretRef::resolve`].
    pub async fn check(&self) -> Result<Option<Secret>, SecretError> {
        let Self::Exec(words) = self else { return self.resolve("").await.map(Some) };
        let found = match words.first() {
            Some(program) => find_program(program, std::env::var_os("PATH")).map(|_| None),
            None => Err(SecretCause::NoProgram),
        };
        found.map_err(|cause| SecretError { reference: self.to_string(), cause })
    }

    async fn resolve_within(&self, node: &str, timeout_ms: u64) -> Result<Secret, SecretError> {
        let fetched = match self {
            Self::File(path) => from_file(path).await,
            Self::Env(name) => from_env(name),
            Self::Credential(name) => {
                from_credential(std::env::var_os("CREDENTIALS_DIRECTORY"), name).await
            }
            Self::Exec(words) => from_helper(words, node, timeout_ms).await,
            Self::Literal(secret) => Ok(secret.clone()),
        };
        fetched.map_err(|cause| SecretError { reference: self.to_string(), cause })
    }
}

/// Where a helper would be run from.
fn find_program(program: &str, path: Option<OsString>) -> Result<PathBuf, SecretCause> {
    let path = path.unwrap_or_else(|| DEFAULT_PATH.into());
    crate::program::find(program, split_paths(&path)).ok_or(SecretCause::NotAProgram)
}

async fn from_file(path: &Path) -> Result<Secret, SecretCause> {
    // asked before it is opened, because opening a pipe waits for a writer
    if !tokio::fs::metadata(path).await?.is_file() {
        return Err(SecretCause::NotAFile);
    }
    let bytes = read_bounded(tokio::fs::File::open(path).await?).await?;
    text(bytes)
}

fn from_env(name: &str) -> Result<Secret, SecretCause> {
    let value = std::env::var_os(name).ok_or(SecretCause::NotSet)?;
    let value = value.into_string().map_err(|_| SecretCause::NotText)?;
    match value.len() {
        0 => Err(SecretCause::Empty),
        1..=SECRET_MAX_BYTES => Ok(Secret::from(value)),
        _ => Err(SecretCause::TooLong),
    }
}

async fn from_credential(folder: Option<OsString>, name: &str) -> Result<Secret, SecretCause> {
    let folder = folder.ok_or(SecretCause::NoCredentials)?;
    from_file(&Path::new(&folder).join(name)).await
}

async fn from_helper(words: &[String], node: &str, timeout_ms: u64) -> Result<Secret, SecretCause> {
    let (program, arguments) = words.split_first().ok_or(SecretCause::NoProgram)?;
    let mut command = Command::new(program);
    command
        .args(arguments.iter().map(|argument| argument.replace("{node}", node)))
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_else(|| DEFAULT_PATH.into()))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true);
    let running = run(command);
    match tokio::time::timeout(Duration::from_millis(timeout_ms), running).await {
        Ok(output) => output,
        Err(_) => Err(SecretCause::TimedOut(timeout_ms)),
    }
}

/// Runs a helper to its end; dropped half-way, it kills it with all that it started.
async fn run(mut command: Command) -> Result<Secret, SecretCause> {
    let mut child = command.spawn()?;
    let family = Family::of(&child);
    let stdout = child.stdout.take().expect("stdout was asked for as a pipe");
    let bytes = read_bounded(stdout).await?;
    let status = child.wait().await?;
    family.leave();
    if status.success() { text(bytes) } else { Err(SecretCause::Exit(status)) }
}

async fn read_bounded(source: impl AsyncRead + Unpin) -> Result<Zeroizing<Vec<u8>>, SecretCause> {
    let limit = SECRET_MAX_BYTES + 1;
    // allocated once, so that no copy is left behind by growing
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * limit));
    source.take(limit as u64).read_to_end(&mut bytes).await?;
    if bytes.len() < limit { Ok(bytes) } else { Err(SecretCause::TooLong) }
}

fn text(bytes: Zeroizing<Vec<u8>>) -> Result<Secret, SecretCause> {
    let value = str::from_utf8(&bytes).map_err(|_| SecretCause::NotText)?;
    let value = value.strip_suffix('\n').unwrap_or(value);
    let value = value.strip_suffix('\r').unwrap_or(value);
    if value.contains('\0') {
        return Err(SecretCause::NotText);
    }
    if value.is_empty() { Err(SecretCause::Empty) } else { Ok(Secret::from(value.to_owned())) }
}

#[cfg(test)]
mod tests;
