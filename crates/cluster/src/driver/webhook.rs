//! A webhook: three URLs, each asked once over a connection of its own. It keeps nothing from one question to the next but
//! that an account was refused, and follows no redirect.

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arbiter::{Answer, Ask, Millis, Order, Power};
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{self, HeaderValue};
use hyper::{Method, Request};
use tokio::time::{Instant, timeout_at};

use super::breaker::Breaker;
use super::http::{self, Asked, Broken, Failure, Said};
use super::queues::Queues;
use super::tasks::Tasks;
use super::{Answered, Common, Job, plain};
use crate::clock::now_ms;
use crate::inventory::{Access, Address, Authorization, Webhook};
use crate::targets::Target;

/// Questions that one host is asked at a time: it stands for many machines.
const QUESTIONS_MAX: usize = 16;
/// The answer is given so much before the core gives it up: it says why. In milliseconds.
const MARGIN_MS: Millis = 100;
/// A question is not begun with less than this share of its time left.
const TURN_SHARE: Millis = 4;
/// The header by which MAAS tells a webhook which machine is meant.
const NODE_HEADER: &str = "system_id";

/// The driver's handle.
#[derive(Debug)]
pub(super) struct Engine {
    shared: Arc<Shared>,
    tasks: Tasks,
}

/// What all questions have in common.
#[derive(Debug)]
struct Shared {
    common: Common,
    queues: Queues,
    /// By host and account.
    breakers: Mutex<HashMap<String, Breaker>>,
}

impl Engine {
    pub(super) fn start(common: &Common) -> io::Result<Self> {
        let (common, queues) = (common.clone(), Queues::new(QUESTIONS_MAX));
        let shared = Shared { common, queues, breakers: Mutex::default() };
        Ok(Self { shared: Arc::new(shared), tasks: Tasks::default() })
    }

    /// Asks, within a tokio runtime.
    pub(super) fn ask(&self, job: Job) {
        let shared = Arc::clone(&self.shared);
        self.tasks.begin(async move {
            let answered = shared.answered(&job).await;
            shared.common.answer(answered);
        });
    }

    pub(super) fn renew(&self) {
        self.shared.queues.tidy();
        self.shared.breakers().clear();
    }

    pub(super) async fn stop(self) {
        self.tasks.stop("webhook").await;
    }
}

impl Shared {
    async fn answered(&self, job: &Job) -> Answered {
        let target = &*job.target;
        let left = job.until.saturating_sub(now_ms()).saturating_sub(MARGIN_MS);
        let deadline = Instant::now() + Duration::from_millis(left);
        let turn = self.queues.turn(&target.name(), target.gap_ms, deadline).await;
        let begun = now_ms();
        if turn.is_none() || begun + target.exchange_ms / TURN_SHARE > job.until {
            let answer = Answer::NotSent(plain(target, "no turn in time"));
            return Answered::new(job, answer, None);
        }
        let account = format!("{} {:?}", target.name(), target.endpoint.credentials);
        let refused = self.breakers().get(&account).and_then(|breaker| breaker.cause().cloned());
        if let Some(cause) = refused {
            return Answered::new(job, Answer::NotSent(cause), None);
        }
        let answer = answer(&self.common, target, job.ask, deadline).await;
        self.breakers().entry(account).or_default().note(&answer);
        Answered::new(job, answer, Some(now_ms().saturating_sub(begun)))
    }

    fn breakers(&self) -> MutexGuard<'_, HashMap<String, Breaker>> {
        self.breakers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn answer(common: &Common, target: &Target, ask: Ask, deadline: Instant) -> Answer {
    let (Access::Webhook(webhook), Some(address)) =
        (&target.endpoint.access, target.endpoint.contact.host())
    else {
        return Answer::NotSent(plain(target, "it is not reached by a webhook"));
    };
    let call = Call { common, target, webhook, address, deadline };
    let answered = match ask {
        Ask::Power => call.power().await.map(Answer::Power),
        Ask::Fire(Order::On) => call.order(&webhook.on).await.map(|()| Answer::Done),
        Ask::Fire(Order::Off) => call.order(&webhook.off).await.map(|()| Answer::Done),
        Ask::Fire(order @ (Order::Soft | Order::Reset | Order::Nmi)) => {
            Err(Failure::Refused(format!("a webhook knows on and off, and no {}", order.word())))
        }
        Ask::Boot(_) => Err(Failure::Refused("a webhook knows no boot override".to_owned())),
    };
    answered.unwrap_or_else(|failure| failure.answer(target))
}

/// One question to one webhook.
struct Call<'a> {
    common: &'a Common,
    target: &'a Target,
    webhook: &'a Webhook,
    address: &'a Address,
    deadline: Instant,
}

impl Call<'_> {
    async fn power(&self) -> Result<Power, Failure> {
        let said = self.send(Method::GET, &self.webhook.query).await?;
        succeeded(&said)?;
        let text = String::from_utf8_lossy(said.body());
        match (self.webhook.is_on.is_in(&text), self.webhook.is_off.is_in(&text)) {
            (true, false) => Ok(Power::On),
            (false, true) => Ok(Power::Off),
            (true, true) => {
                let words = "its answer looks like on and like off";
                Err(Failure::Refused(words.to_owned()))
            }
            (false, false) => {
                let words = "its answer looks neither like on nor like off";
                Err(Failure::Refused(words.to_owned()))
            }
        }
    }

    async fn order(&self, path: &str) -> Result<(), Failure> {
        let said = self.send(Method::POST, path).await?;
        succeeded(&said)
    }

    /// Sends one request, once.
    async fn send(&self, method: Method, path: &str) -> Result<Said, Failure> {
        let request = self.request(method, path).await?;
        let (transport, mut suspect) = (&self.webhook.transport, false);
        let link = self.common.http.connect(self.address, transport, self.deadline, &mut suspect);
        let mut link = link.await.map_err(Failure::NotSent)?;
        let said = match timeout_at(self.deadline, link.send(request)).await {
            Ok(Ok(said)) => said,
            Ok(Err(Broken::NotSent(words))) => return Err(Failure::NotSent(words)),
            Ok(Err(Broken::Lost(words) | Broken::Cut(words))) => return Err(Failure::Lost(words)),
            Err(_) => return Err(Failure::Lost("it did not answer in time".to_owned())),
        };
        link.close().await;
        Ok(said)
    }

    async fn request(&self, method: Method, path: &str) -> Result<Asked, Failure> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, http::host(self.address, &self.webhook.transport))
            .header(header::ACCEPT, "application/json, */*")
            .header(NODE_HEADER, &*self.target.node);
        if let Some(authorization) = self.authorization().await? {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let request = request.body(Full::new(Bytes::new()));
        request.map_err(|error| Failure::NotSent(format!("can't ask: {error}")))
    }

    async fn authorization(&self) -> Result<Option<HeaderValue>, Failure> {
        let Some(credential) = &self.target.credential else { return Ok(None) };
        let resolved = self.common.turns.secret(&credential.password, &self.target.node);
        let resolved = timeout_at(self.deadline, resolved).await;
        let late = |_| Failure::NotSent("the password was not there in time".to_owned());
        let password =
            resolved.map_err(late)?.map_err(|error| Failure::NotSent(error.to_string()))?;
        match self.webhook.authorization {
            Authorization::Basic => http::basic(&credential.username, &password).map(Some),
            Authorization::Bearer => http::bearer(&password).map(Some),
        }
    }
}

fn succeeded(said: &Said) -> Result<(), Failure> {
    let status = said.status();
    if status.is_success() {
        return Ok(());
    }
    // the answer itself is not told: it may repeat what was sent
    let redirect = if status.is_redirection() { ", which is not followed" } else { "" };
    Err(Failure::of(status, format!("it answered {status}{redirect}")))
}

#[cfg(test)]
mod tests;
