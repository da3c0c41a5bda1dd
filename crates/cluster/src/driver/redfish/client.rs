//! Requests to one BMC: connects when it has to, logs in, waits when it is told to, follows redirects. What a request is
//! for is not known here.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{self, HeaderName, HeaderValue};
use hyper::{Method, Request, StatusCode};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep, timeout_at};

use super::Shared;
use super::document::{self, LogIn};
use super::memory::{Memory, NoSession, Session};
use crate::driver::http::{self, Asked, Broken, Failure, Link, Said, hidden};
use crate::inventory::{Access, Address, CredentialRef, Transport};
use crate::secret::Secret;
use crate::targets::Target;

/// Where sessions are begun (DSP0266, 13.3.4.2).
const SESSIONS: &str = "/redfish/v1/SessionService/Sessions";
/// The header of a session's token.
const TOKEN: HeaderName = HeaderName::from_static("x-auth-token");
/// How long no session is asked for once none was to be had, in milliseconds.
const NO_SESSION_MS: u64 = 60_000;
/// The wait after 503 when the BMC names none, and the shortest, in milliseconds.
const BUSY_MS: u64 = 1_000;
const BUSY_MIN_MS: u64 = 500;
/// Redirects that are followed in a row.
const REDIRECTS_MAX: usize = 3;

/// A request to be made. It has no debug output: a log-in holds the password.
#[derive(Clone)]
pub(super) struct What {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) body: Option<Value>,
    pub(super) if_match: Option<String>,
    pub(super) again: Again,
}

/// Whether a request may be made again when it was refused as busy, or lost with a connection that was kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Again {
    /// It reads, or does the same twice as once.
    Harmless,
    /// No layer may send it twice.
    Never,
}

/// By what a request is let in.
#[derive(Debug, Clone)]
enum Credential {
    /// A session of an earlier exchange.
    Kept(HeaderValue),
    /// A session that was just begun.
    Fresh(HeaderValue),
    Basic(HeaderValue, Sure),
}

/// What it means that basic authentication is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sure {
    /// Name or password are wrong.
    Yes,
    /// That, or the BMC takes nothing but sessions, and has none left.
    No,
}

/// What a log-in came to, when it was not refused.
enum LoggedIn {
    Session(Session),
    /// There is no session left, in these words.
    Full(String),
    /// The BMC does not have sessions.
    NoSessions,
}

/// What an exchange is made with.
pub(super) struct Client<'a> {
    pub(super) shared: &'a Shared,
    pub(super) target: &'a Target,
    pub(super) memory: &'a mut Memory,
    pub(super) link: &'a mut Option<Link>,
    /// Nothing is sent after it.
    pub(super) deadline: Instant,
    /// The passwords that the BMC was told, and the tokens of sessions that are gone.
    pub(super) told: Vec<Secret>,
}

impl What {
    pub(super) fn get(path: &str) -> Self {
        Self {
            method: Method::GET,
            path: path.to_owned(),
            body: None,
            if_match: None,
            again: Again::Harmless,
        }
    }

    pub(super) fn post(path: &str, body: Value, again: Again) -> Self {
        Self { method: Method::POST, body: Some(body), again, ..Self::get(path) }
    }

    pub(super) fn patch(path: &str, body: Value, if_match: Option<String>) -> Self {
        Self { method: Method::PATCH, body: Some(body), if_match, ..Self::get(path) }
    }
}

impl Client<'_> {
    /// The document at that path, and its answer.
    ///
    /// # Errors
    /// [`Failure`], also when it is no JSON.
    pub(super) async fn get(&mut self, path: &str) -> Result<(Value, Said), Failure> {
        let said = self.ask(What::get(path)).await?;
        if !said.status().is_success() {
            return Err(document::failure(&said));
        }
        match serde_json::from_slice(said.body()) {
            Ok(document) => Ok((document, said)),
            Err(_) => Err(Failure::Refused(format!("what it answers at {path} is no JSON"))),
        }
    }

    /// Makes a request, whatever its answer: not 401, and not one that asks to come back in time.
    ///
    /// # Errors
    /// [`Failure`].
    pub(super) async fn ask(&mut self, mut what: What) -> Result<Said, Failure> {
        let mut redirects = 0;
        loop {
            let said = self.let_in(&what).await?;
            let status = said.status();
            if status == StatusCode::SERVICE_UNAVAILABLE || status == StatusCode::TOO_MANY_REQUESTS
            {
                if what.again == Again::Never || !self.wait(&said).await {
                    return Ok(said);
                }
            } else if status.is_redirection() && what.method == Method::GET {
                redirects += 1;
                what.path = self.redirect(&said, redirects)?;
            } else {
                return Ok(said);
            }
        }
    }

    /// Ends a session that is not needed any more. What becomes of that is no matter: the BMC ends it some day.
    pub(super) async fn log_out(&mut self, session: Session) {
        let Some(path) = session.path else { return };
        let what = What { method: Method::DELETE, ..What::get(&path) };
        let _ = self.transfer(&what, Some(&(TOKEN, session.token))).await;
    }

    /// Waits as long as the BMC asks for, if there is time for it.
    async fn wait(&self, said: &Said) -> bool {
        let ms = document::retry_after_ms(said.headers()).unwrap_or(BUSY_MS).max(BUSY_MIN_MS);
        let until = Instant::now() + Duration::from_millis(ms.min(u64::from(u32::MAX)));
        if until >= self.deadline {
            return false;
        }
        tokio::time::sleep_until(until).await;
        true
    }

    fn redirect(&self, said: &Said, redirects: usize) -> Result<String, Failure> {
        let to = said.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
        let to = to.unwrap_or_default();
        let host = self.place()?.0.host.to_string();
        if document::host(to).is_some_and(|other| !other.eq_ignore_ascii_case(&host)) {
            return Err(Failure::Refused("it redirects to another host".to_owned()));
        }
        match document::path(to) {
            Some(path) if redirects <= REDIRECTS_MAX => Ok(path),
            Some(_) => Err(Failure::Refused("it redirects again and again".to_owned())),
            None => Err(Failure::Refused("it redirects to nowhere".to_owned())),
        }
    }

    /// Makes a request with the account. A session that is no longer known is begun anew, once: 401 says that nothing
    /// was done.
    async fn let_in(&mut self, what: &What) -> Result<Said, Failure> {
        loop {
            let credential = self.credential().await.map_err(Failure::before)?;
            let header = match &credential {
                Credential::Kept(token) | Credential::Fresh(token) => (TOKEN, token.clone()),
                Credential::Basic(basic, _) => (header::AUTHORIZATION, basic.clone()),
            };
            let said = self.transfer(what, Some(&header)).await?;
            if said.status() != StatusCode::UNAUTHORIZED {
                return Ok(said);
            }
            let gone = self.memory.session.take();
            self.told.extend(gone.and_then(|session| session.secret()));
            match credential {
                Credential::Kept(_) => {}
                Credential::Fresh(_) | Credential::Basic(_, Sure::Yes) => {
                    return Err(wrong_account(&said));
                }
                Credential::Basic(_, Sure::No) => {
                    self.memory.basic_refused = true;
                    let words = "it has no session left, and takes no basic authentication";
                    return Err(Failure::NotSent(words.to_owned()));
                }
            }
        }
    }

    async fn credential(&mut self) -> Result<Credential, Failure> {
        if let Some(session) = &self.memory.session {
            return Ok(Credential::Kept(session.token.clone()));
        }
        if self.memory.log_in_refused {
            return self.basic(Sure::Yes).await;
        }
        let waits = self.memory.no_session.filter(|no| no.until > Instant::now());
        let is_for_good = match waits {
            Some(no) if !self.memory.basic_refused => no.is_for_good,
            Some(_) | None => match self.log_in().await? {
                LoggedIn::Session(session) => {
                    let token = session.token.clone();
                    self.memory.session = Some(session);
                    return Ok(Credential::Fresh(token));
                }
                LoggedIn::Full(words) if self.memory.basic_refused => {
                    return Err(Failure::NotSent(format!("it has no session left: {words}")));
                }
                LoggedIn::Full(_) => self.without_session(false),
                LoggedIn::NoSessions => self.without_session(true),
            },
        };
        self.basic(if is_for_good { Sure::Yes } else { Sure::No }).await
    }

    async fn basic(&mut self, sure: Sure) -> Result<Credential, Failure> {
        let password = self.password().await?;
        Ok(Credential::Basic(http::basic(&self.account()?.username, &password)?, sure))
    }

    fn without_session(&mut self, is_for_good: bool) -> bool {
        let until = Instant::now() + Duration::from_millis(NO_SESSION_MS);
        self.memory.no_session = Some(NoSession { until, is_for_good });
        is_for_good
    }

    /// Begins a session.
    async fn log_in(&mut self) -> Result<LoggedIn, Failure> {
        let password = self.password().await?;
        let body = json!({
            "UserName": self.account()?.username,
            "Password": password.expose(),
        });
        // only a BMC that can be reached takes a turn
        if !self.link.as_ref().is_some_and(Link::is_open) {
            *self.link = Some(self.connect().await?);
        }
        let turn = self.shared.accounts.turn(self.target).await;
        let _turn = turn.map_err(Failure::NotSent)?;
        let said = self.transfer(&What::post(SESSIONS, body, Again::Harmless), None).await?;
        match document::log_in(&said) {
            LogIn::Denied => {
                self.memory.log_in_refused = true;
                // before the turn is over, so that the next one knows
                self.shared.accounts.learn(self.target, true);
                Err(wrong_account(&said))
            }
            LogIn::Full => Ok(LoggedIn::Full(said.status().to_string())),
            LogIn::NoSessions => Ok(LoggedIn::NoSessions),
            LogIn::Session { token, path } => {
                self.shared.accounts.learn(self.target, false);
                Ok(LoggedIn::Session(Session { token: hidden(&token)?, path }))
            }
        }
    }

    fn account(&self) -> Result<&CredentialRef, Failure> {
        self.target.credential().map_err(|words| Failure::NotSent(words.to_owned()))
    }

    async fn password(&mut self) -> Result<Secret, Failure> {
        let reference = &self.account()?.password;
        let resolved = self.shared.turns.secret(reference, &self.target.node);
        let late = |_| Failure::NotSent("the password was not there in time".to_owned());
        let password = timeout_at(self.deadline, resolved).await.map_err(late)?;
        let password = password.map_err(|error| Failure::NotSent(error.to_string()))?;
        self.told.push(password.clone());
        Ok(password)
    }

    /// Sends a request, over a new connection if the old one turns out to be closed.
    async fn transfer(
        &mut self,
        what: &What,
        credential: Option<&(HeaderName, HeaderValue)>,
    ) -> Result<Said, Failure> {
        loop {
            let kept = self.link.as_ref().is_some_and(Link::is_open);
            if !kept {
                *self.link = None;
                *self.link = Some(self.connect().await?);
            }
            let request = self.request(what, credential)?;
            let Some(link) = self.link.as_mut() else { continue };
            let kept = link.answered().is_some();
            let sent = timeout_at(self.deadline, link.send(request)).await;
            let broken = match sent {
                Ok(Ok(said)) => return Ok(said),
                Ok(Err(broken)) => broken,
                Err(_) => {
                    *self.link = None;
                    return Err(Failure::Lost("it did not answer in time".to_owned()));
                }
            };
            *self.link = None;
            match broken {
                Broken::NotSent(_) if kept => {}
                Broken::Lost(_) if kept && what.again == Again::Harmless => {}
                Broken::NotSent(words) => return Err(Failure::NotSent(words)),
                Broken::Lost(words) | Broken::Cut(words) => return Err(Failure::Lost(words)),
            }
        }
    }

    fn request(
        &self,
        what: &What,
        credential: Option<&(HeaderName, HeaderValue)>,
    ) -> Result<Asked, Failure> {
        let (address, transport) = self.place()?;
        let host = http::host(address, transport);
        let mut request = Request::builder()
            .method(&what.method)
            .uri(&what.path)
            .header(header::HOST, host)
            .header(header::ACCEPT, "application/json")
            .header("odata-version", "4.0");
        if let Some((name, value)) = credential {
            request = request.header(name, value);
        }
        if let Some(tag) = &what.if_match {
            request = request.header(header::IF_MATCH, tag);
        }
        let body = what.body.as_ref().map(Value::to_string);
        if body.is_some() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        let body = Full::new(Bytes::from(body.unwrap_or_default()));
        let request = request.body(body);
        request.map_err(|error| Failure::NotSent(format!("can't ask at {}: {error}", what.path)))
    }

    /// Where the BMC is, and what is below HTTP.
    fn place(&self) -> Result<(&Address, &Transport), Failure> {
        match (&self.target.endpoint.contact.host(), &self.target.endpoint.access) {
            (Some(address), Access::Redfish(redfish)) => Ok((address, &redfish.transport)),
            _ => Err(Failure::NotSent("it is not reached by Redfish".to_owned())),
        }
    }

    async fn connect(&mut self) -> Result<Link, Failure> {
        let mut suspect = self.memory.suspect;
        let (address, transport) = self.place()?;
        let opened =
            self.shared.http.connect(address, transport, self.deadline, &mut suspect).await;
        self.memory.suspect = suspect;
        opened.map_err(Failure::NotSent)
    }

    /// Waits, within the deadline.
    pub(super) async fn pause(&self, span: Duration) {
        let left = self.deadline.saturating_duration_since(Instant::now());
        sleep(span.min(left)).await;
    }
}

fn wrong_account(said: &Said) -> Failure {
    // what the BMC says to a log-in is not told: it may repeat what was sent
    let what = match said.status() {
        StatusCode::FORBIDDEN => "the account may not log in",
        _ => "wrong user name or password",
    };
    Failure::Denied(format!("{what} ({})", said.status()))
}
