//! The way to the server: finds it, and outlasts its restarts. It does not know what is asked.

use std::io::{IsTerminal, Write};
use std::thread;
use std::time::{Duration, Instant};

use api::{Client, ClientError, Code, Door};

use super::credentials;
use super::{Failure, Globals, Place};

/// How long a server that answered before may be away, unless `--timeout` is shorter.
const PATIENCE: Duration = Duration::from_secs(60);
/// The first pause before a server that is away is asked again; it doubles.
const PAUSE: Duration = Duration::from_millis(100);
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(2);
/// The random bytes of an idempotency key.
const KEY_BYTES: usize = 16;

/// A server that answered, and a caller with a token.
#[derive(Debug)]
pub struct Session {
    client: Client,
    patience: Duration,
}

impl Session {
    /// Finds the server and the caller's token.
    ///
    /// # Errors
    /// When nobody answers there, or no token is found.
    pub fn open(globals: &Globals) -> anyhow::Result<Self> {
        Self::open_at(&Place::find(globals)?, globals.verbose)
    }

    /// The same, for a server that was found already.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub fn open_at(at: &Place, verbose: u8) -> anyhow::Result<Self> {
        let found = credentials::token(at)?;
        if verbose > 0 {
            let place = found.as_ref().map_or("nowhere", |found| &found.place);
            let context = at.context.as_ref().map(|name| format!(" (context {name})"));
            let (server, context) = (&at.server, context.unwrap_or_default());
            say(&format!("asking {server}{context}, with the token from {place}"));
        }
        if let Some(warning) = found.as_ref().and_then(|found| found.warning.as_ref()) {
            say(&format!("warning: {warning}"));
        }
        let known = found.is_some();
        let token = found.map_or_else(credentials::nobody, |found| found.secret);
        let pem = credentials::ca_pem(at)?;
        let client = Client::new(&at.server, token, pem.as_deref(), Door::Cli)?;
        // from here on an answer that does not come is a restart, not a wrong address
        client.alive()?;
        if !known {
            return Err(credentials::none_found(&at.server).into());
        }
        Ok(Self { client, patience: PATIENCE })
    }

    /// The same, that outlasts a restart no longer than this.
    #[must_use]
    pub fn patient(self, limit: Option<Duration>) -> Self {
        let patience = limit.map_or(PATIENCE, |limit| limit.min(PATIENCE));
        Self { patience, ..self }
    }

    /// Asks, and asks again while the server restarts. What is asked must be harmless to repeat.
    ///
    /// # Errors
    /// [`ClientError`] of the last try.
    pub fn ask<T>(
        &self,
        mut request: impl FnMut(&Client) -> Result<T, ClientError>,
    ) -> Result<T, ClientError> {
        let (since, mut pause, mut told) = (Instant::now(), PAUSE, false);
        loop {
            match request(&self.client) {
                Err(error) if may_pass(&error) && since.elapsed() < self.patience => {
                    if !told {
                        say(&format!("{error}; trying again for {} s", self.patience.as_secs()));
                        told = true;
                    }
                }
                other => {
                    if told && other.is_ok() {
                        say("the server answers again");
                    }
                    return other;
                }
            }
            thread::sleep(pause);
            pause = PAUSE_MAX.min(pause * 2);
        }
    }

    /// Asks once: for what is not harmless to repeat.
    #[must_use]
    pub const fn client(&self) -> &Client {
        &self.client
    }
}

/// A key that no other request has.
///
/// # Errors
/// When the system has no randomness to give.
pub fn fresh_key() -> Result<String, Failure> {
    let mut bytes = [0; KEY_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| {
        Failure::new(super::Exit::Failed, format!("can't make an idempotency key: {error}"))
    })?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Tells a person something beside the result.
pub fn say(text: &str) {
    let mut stderr = std::io::stderr();
    let clear = if stderr.is_terminal() { "\r\x1b[K" } else { "" };
    // nobody is left to tell when stderr is closed
    let _ = writeln!(stderr, "{clear}lastword: {}", super::output::plain(text));
}

/// Whether the same request may be answered later: the server restarts, or does not know yet.
fn may_pass(error: &ClientError) -> bool {
    match error {
        ClientError::Unreachable { .. } => true,
        ClientError::Problem(problem) => {
            matches!(problem.code, Code::NotReady | Code::JournalUnknown | Code::VerdictPending)
        }
        ClientError::Misconfigured(_) | ClientError::Garbled { .. } => false,
    }
}
