//! The event stream as an iterator that finds its way back when the connection breaks.
//! It does not keep events.

use std::io::{BufRead, BufReader, Read};
use std::thread;
use std::time::Duration;

use ureq::BodyReader;

use super::error::ClientError;
use super::wire::Client;
use crate::event::Event;

/// The longest line of a stream, in bytes.
const LINE_BYTES_MAX: u64 = 16 << 20;
/// How often a broken stream is opened again before that is told.
const TRIES_MAX: u32 = 6;
/// The first pause before a broken stream is opened again; it doubles.
const PAUSE: Duration = Duration::from_millis(200);

/// One event, and the id to resume after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// Its id; none for a `reset`.
    pub id: Option<String>,
    /// What happened.
    pub event: Event,
}

/// What happens, as it happens. It ends after an error.
pub struct Events {
    client: Client,
    lines: BufReader<BodyReader<'static>>,
    last_id: Option<String>,
    once: bool,
    ended: bool,
}

impl Events {
    pub(super) fn open(client: Client, last_id: Option<&str>) -> Result<Self, ClientError> {
        let lines = lines(&client, last_id)?;
        Ok(Self { client, lines, last_id: last_id.map(str::to_owned), once: false, ended: false })
    }

    /// The id to resume after the newest event that was handed out.
    #[must_use]
    pub fn last_id(&self) -> Option<&str> {
        self.last_id.as_deref()
    }

    /// The same, but it ends when the connection breaks: for who wants to tell of that.
    #[must_use]
    pub fn once(self) -> Self {
        Self { once: true, ..self }
    }

    /// The next event of this connection; none if it broke.
    fn read(&mut self) -> Option<Result<Received, ClientError>> {
        let (mut id, mut data) = (None, String::new());
        loop {
            let line = self.line()?;
            if let Some(value) = line.strip_prefix("id:") {
                id = Some(value.trim().to_owned());
            } else if let Some(value) = line.strip_prefix("data:") {
                data.push_str(value.trim_start());
            } else if line.is_empty() && !data.is_empty() {
                break;
            }
        }
        let event = serde_json::from_str(&data).map_err(|error| self.client.garbled(&error));
        Some(event.map(|event| {
            if id.is_some() {
                self.last_id.clone_from(&id);
            }
            Received { id, event }
        }))
    }

    fn line(&mut self) -> Option<String> {
        let mut line = Vec::new();
        let mut limited = (&mut self.lines).take(LINE_BYTES_MAX);
        limited.read_until(b'\n', &mut line).ok()?;
        if line.pop() != Some(b'\n') {
            return None;
        }
        Some(String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned())
    }

    fn reopen(&mut self) -> Result<(), ClientError> {
        let mut pause = PAUSE;
        let mut failure = self.client.unreachable(&"the event stream ended");
        for _ in 0..TRIES_MAX {
            match lines(&self.client, self.last_id.as_deref()) {
                Ok(lines) => {
                    self.lines = lines;
                    return Ok(());
                }
                Err(error @ ClientError::Unreachable { .. }) => failure = error,
                Err(error) => return Err(error),
            }
            thread::sleep(pause);
            pause *= 2;
        }
        Err(failure)
    }
}

impl Iterator for Events {
    type Item = Result<Received, ClientError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.ended {
            let next = match self.read() {
                Some(next) => next,
                None if self.once => {
                    self.ended = true;
                    return None;
                }
                None => match self.reopen() {
                    Ok(()) => continue,
                    Err(error) => Err(error),
                },
            };
            self.ended = next.is_err();
            return Some(next);
        }
        None
    }
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Events").field("last_id", &self.last_id).finish_non_exhaustive()
    }
}

fn lines(
    client: &Client,
    last_id: Option<&str>,
) -> Result<BufReader<BodyReader<'static>>, ClientError> {
    Ok(BufReader::new(
        client.stream(last_id)?.into_body().into_with_config().limit(u64::MAX).reader(),
    ))
}
