//! One question carried out: read the power, order, set a boot override. What may happen only once is sent once.

use std::time::Duration;

use arbiter::{Answer, Ask, Order, Power};
use hyper::StatusCode;
use hyper::header::{self, HeaderMap};
use serde_json::Value;
use tokio::time::Instant;

use super::client::{Again, Client, What};
use super::document::{self, ResetType, Task, Types};
use super::memory::{Session, System};
use super::{identity, quirks};
use crate::driver::http::{Failure, Link, Said};

/// Where the systems are, and each by its id (DSP0266, annex B).
const SYSTEMS: &str = "/redfish/v1/Systems";
/// A connection that brought an answer so recently is taken for whole, in milliseconds. An order that may be sent only
/// once does not try out an older one.
const PROVEN_MS: u64 = 2_000;
/// A task that an order became is followed so long: whoever takes its place waits for the answer. In milliseconds.
const TASK_MS: u64 = 3_000;
/// The wait before a task is looked at again when the BMC names none, and the longest, in milliseconds.
const TASK_AGAIN_MS: u64 = 500;

impl Client<'_> {
    /// The answer to the question.
    pub(super) async fn answer(&mut self, ask: Ask) -> Answer {
        let done = match ask {
            Ask::Power => self.power().await.map(Answer::Power),
            Ask::Fire(order) => self.fire(order).await.map(|()| Answer::Done),
            Ask::Boot(boot) => self.boot(boot).await.map(|()| Answer::Done),
        };
        done.unwrap_or_else(|failure| {
            let token = self.memory.session.as_ref().and_then(Session::secret);
            self.told.extend(token);
            failure.without(&self.told).answer(self.target)
        })
    }

    async fn power(&mut self) -> Result<Power, Failure> {
        let (system, _) = self.look().await?;
        document::power(&system).map_err(Failure::Refused)
    }

    async fn fire(&mut self, order: Order) -> Result<(), Failure> {
        let (target, candidates) = self.prepare(order).await.map_err(Failure::before)?;
        let candidates = candidates.map_err(Failure::Refused)?;
        let again = if order.is_at_most_once() { Again::Never } else { Again::Harmless };
        let mut candidates = candidates.into_iter().peekable();
        while let Some(candidate) = candidates.next() {
            let what = What::post(&target, document::order(candidate), again);
            let said = self.ask(what).await?;
            let status = said.status();
            if status == StatusCode::ACCEPTED {
                return self.follow(&said).await;
            }
            if status.is_success() {
                return Ok(());
            }
            let unknown = status == StatusCode::BAD_REQUEST && again == Again::Harmless;
            if unknown && candidates.peek().is_some() {
                continue;
            }
            return self.settle_refusal(order, &said).await;
        }
        Err(Failure::NotSent("there is no way to order it".to_owned()))
    }

    /// An order that was refused because there was nothing to do is done. It is looked at, and not sent again.
    async fn settle_refusal(&mut self, order: Order, said: &Said) -> Result<(), Failure> {
        let goal = match order {
            Order::On => Some(Power::On),
            Order::Off | Order::Soft => Some(Power::Off),
            Order::Reset | Order::Nmi => None,
        };
        let goal = goal.filter(|_| quirks::may_be_there(said.status().as_u16()));
        if let Some(goal) = goal
            && self.power().await.is_ok_and(|power| power == goal)
        {
            return Ok(());
        }
        if said.status() == StatusCode::NOT_FOUND {
            self.memory.systems.remove(&self.target.endpoint.system().cloned());
        }
        Err(document::failure(said))
    }

    /// Where to post an order to, and what may carry it out, best first; or that the BMC has nothing that does.
    async fn prepare(
        &mut self,
        order: Order,
    ) -> Result<(String, Result<Vec<ResetType>, String>), Failure> {
        let usable = |link: &Link| {
            let recent = |at: Instant| at.elapsed() < Duration::from_millis(PROVEN_MS);
            link.is_open() && link.answered().is_some_and(recent)
        };
        // which machine it is, is looked at before each order
        let proven = self.target.identity.is_none()
            && (!order.is_at_most_once() || self.link.as_ref().is_some_and(usable));
        let known = self.known().and_then(|system| system.reset.clone());
        let mut reset = match known {
            Some(reset) if proven => reset,
            Some(_) | None => {
                self.look().await?;
                let known = self.known().and_then(|system| system.reset.clone());
                known.ok_or_else(|| Failure::NotSent("it shows no system".to_owned()))?
            }
        };
        if let Types::At(path) = &reset.types {
            reset.types = match self.get(&path.clone()).await {
                Ok((info, _)) => document::action_info(&info),
                Err(Failure::Refused(_)) => Types::Hidden,
                Err(failure) => return Err(failure),
            };
            self.remember(|system| system.reset = Some(reset.clone()));
        }
        let wanted = ResetType::of(order);
        let Types::Known(types) = &reset.types else {
            return Ok((reset.target, Ok(wanted.to_vec())));
        };
        let usable: Vec<_> =
            wanted.iter().copied().filter(|it| types.contains(it)).take(1).collect();
        if usable.is_empty() {
            let word = |types: &[ResetType]| {
                types.iter().map(|it| it.word()).collect::<Vec<_>>().join(", ")
            };
            let (wanted, types) = (word(wanted), word(types));
            let words = format!("the BMC has no reset type {wanted}, only {types}");
            return Ok((reset.target, Err(words)));
        }
        Ok((reset.target, Ok(usable)))
    }

    /// Follows the task that an order became. Its end is only the answer; one that is not over in time was accepted.
    async fn follow(&mut self, said: &Said) -> Result<(), Failure> {
        let until = self.deadline.min(Instant::now() + Duration::from_millis(TASK_MS));
        let Some(monitor) = location(said.headers()) else { return Ok(()) };
        let mut wait_ms = document::retry_after_ms(said.headers());
        loop {
            let span = Duration::from_millis(wait_ms.unwrap_or(TASK_AGAIN_MS).min(TASK_MS));
            if Instant::now() + span >= until {
                return Ok(());
            }
            self.pause(span).await;
            // the order was accepted; that its task can't be read does not take that back
            let Ok(said) = self.ask(What::get(&monitor)).await else { return Ok(()) };
            match document::task(&said) {
                Task::UnderWay => {}
                Task::Over => return Ok(()),
                Task::Failed(words) => {
                    return Err(Failure::Lost(format!("the task of the order failed: {words}")));
                }
            }
            wait_ms = document::retry_after_ms(said.headers());
        }
    }

    /// Reads the system, and learns how it is ordered.
    pub(super) async fn look(&mut self) -> Result<(Value, Option<String>), Failure> {
        let found = self.known().is_some();
        let path = self.locate().await?;
        let said = self.ask(What::get(&path)).await?;
        if said.status() == StatusCode::NOT_FOUND {
            self.memory.systems.remove(&self.target.endpoint.system().cloned());
            if self.target.endpoint.system().is_some() {
                return Err(self.no_such_system(&path).await);
            }
            if found {
                return Box::pin(self.look()).await;
            }
        }
        if !said.status().is_success() {
            return Err(document::failure(&said));
        }
        let system: Value = serde_json::from_slice(said.body())
            .map_err(|_| Failure::Refused(format!("what it answers at {path} is no JSON")))?;
        identity::check(self.target, &system)?;
        let reset = document::reset(&system, &path);
        self.remember(|known| {
            // what an ActionInfo said is kept while the system refers to the same action, and a list that is shown no
            // more: Gigabyte's BMCs drop theirs at times (Cray-HPE/csm#4190)
            let same = known.reset.as_ref().is_some_and(|known| known.target == reset.target);
            if !same || matches!(reset.types, Types::Known(_)) {
                known.reset = Some(reset);
            }
        });
        let tag = document::etag(said.headers(), &system);
        Ok((system, tag))
    }

    /// The path of the system.
    async fn locate(&mut self) -> Result<String, Failure> {
        if let Some(system) = self.known() {
            return Ok(system.path.clone());
        }
        let path = match self.target.endpoint.system() {
            Some(path) if path.starts_with('/') => path.to_string(),
            Some(id) => format!("{SYSTEMS}/{id}"),
            None => {
                let (systems, _) = self.get(SYSTEMS).await?;
                document::only_member(&systems).map_err(Failure::NotSent)?
            }
        };
        let system = System { path: path.clone(), reset: None };
        self.memory.systems.insert(self.target.endpoint.system().cloned(), system);
        Ok(path)
    }

    /// What there is in place of the system that the inventory chose.
    async fn no_such_system(&mut self, path: &str) -> Failure {
        let systems = self.get(SYSTEMS).await.map(|(systems, _)| systems).unwrap_or_default();
        let there = match document::only_member(&systems) {
            Ok(only) => format!("its only system is {only}"),
            Err(words) => words,
        };
        Failure::NotSent(format!("there is no system at {path}; {there}"))
    }

    pub(super) fn known(&self) -> Option<&System> {
        self.memory.systems.get(&self.target.endpoint.system().cloned())
    }

    fn remember(&mut self, what: impl FnOnce(&mut System)) {
        let key = self.target.endpoint.system().cloned();
        if let Some(system) = self.memory.systems.get_mut(&key) {
            what(system);
        }
    }
}

fn location(headers: &HeaderMap) -> Option<String> {
    headers.get(header::LOCATION)?.to_str().ok().and_then(document::path)
}
