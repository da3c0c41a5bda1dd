//! A BMC's Redfish service: requests in, answers out, one system with its BMC (DSP0266). What the network does to them
//! and what the machine makes of orders is not decided here.

mod access;
mod answer;
mod documents;
mod problem;
mod resource;
mod said;
mod system;
mod tasks;
mod tls;
mod wire;

use hyper::{HeaderMap, Method, StatusCode, header};
use serde_json::{Value, json};

pub use answer::Answer;
pub use problem::Problem;
pub use tls::{Certificate, CertificateError};
pub use wire::{Endpoint, connection, open, serve};

use crate::Millis;
use crate::machine::Machine;
use access::Access;
use ipmi::{Password, UserName};
use resource::Resource;
use tasks::Tasks;

/// The methods that are known at all; others are not implemented rather than not allowed.
const METHODS: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PATCH,
    Method::PUT,
    Method::DELETE,
    Method::OPTIONS,
];

/// A request.
#[derive(Debug)]
pub struct Asked<'a> {
    /// What is to be done.
    pub method: &'a Method,
    /// With what.
    pub path: &'a str,
    /// How, if it says so.
    pub query: Option<&'a str>,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body, all of it.
    pub body: &'a [u8],
}

/// What a BMC remembers from one request to the next.
#[derive(Debug)]
pub struct Service {
    access: Access,
    tasks: Tasks,
    uuid: String,
}

impl Service {
    /// One with one account, for the machine with this GUID.
    pub fn new(username: UserName, password: Password, guid: [u8; 16]) -> Self {
        Self { access: Access::new(username, password), tasks: Tasks::default(), uuid: uuid(guid) }
    }

    /// Forgets its sessions.
    pub fn forget_sessions(&mut self) {
        self.access.forget_sessions();
    }

    /// How many sessions are open.
    pub fn sessions(&mut self, now: Millis) -> usize {
        self.access.ids(now).count()
    }

    /// Forgives wrong passwords.
    pub const fn forgive(&mut self) {
        self.access.forgive();
    }

    /// Answers a request.
    pub fn answer(&mut self, machine: &mut Machine, now: Millis, asked: &Asked<'_>) -> Answer {
        let resource = Resource::at(asked.path);
        let answer = self
            .admit(machine, now, asked, resource)
            .and_then(|resource| self.serve(machine, now, asked, resource))
            .unwrap_or_else(Answer::problem);
        let closes = machine.faults().closes_connections.is_some();
        let answer = if closes { answer.with(header::CONNECTION, "close") } else { answer };
        // DSP0266, 6.5.3 and 8.2: what is allowed is told with what is shown, and with a refusal of the method
        let tells = asked.method == Method::GET
            || asked.method == Method::HEAD
            || answer.status == StatusCode::METHOD_NOT_ALLOWED;
        match resource {
            Some(resource) if tells => answer.with(header::ALLOW, resource.allows()),
            Some(_) | None => answer,
        }
    }

    /// Whether the request may be served at all.
    fn admit<'a>(
        &mut self,
        machine: &Machine,
        now: Millis,
        asked: &Asked<'_>,
        resource: Option<Resource<'a>>,
    ) -> Result<Resource<'a>, Problem> {
        if asked.headers.get("odata-version").is_some_and(|version| version != "4.0") {
            return Err(Problem::WrongVersion);
        }
        let method = asked.method.as_str();
        let is_public = resource.is_some_and(|resource| resource.is_public_for(method));
        if !is_public {
            self.access.admit(now, machine.faults(), asked.headers)?;
        }
        if !METHODS.contains(asked.method) {
            return Err(Problem::NotImplemented);
        }
        let resource = resource.ok_or(Problem::NotFound)?;
        if !resource.allows().split(", ").any(|allowed| allowed == method) {
            return Err(Problem::MethodNotAllowed);
        }
        let mut options = asked.query.into_iter().flat_map(|query| query.split('&'));
        if options.any(|option| option.starts_with('$') || option.starts_with("%24")) {
            return Err(Problem::NotImplemented);
        }
        Ok(resource)
    }

    fn serve(
        &mut self,
        machine: &mut Machine,
        now: Millis,
        asked: &Asked<'_>,
        resource: Resource<'_>,
    ) -> Result<Answer, Problem> {
        match (asked.method.as_str(), resource) {
            ("POST", Resource::Sessions) => self.log_in(machine, now, asked),
            ("DELETE", Resource::Session(id)) => {
                self.access.log_out(id)?;
                Ok(Answer::empty(StatusCode::NO_CONTENT))
            }
            ("PATCH", Resource::System) => system::set_boot(machine, now, asked),
            ("POST", Resource::Reset) => {
                system::reset(machine, now, asked)?;
                if machine.faults().answers_task.is_none() {
                    return Ok(Answer::empty(StatusCode::NO_CONTENT));
                }
                Ok(under_way(self.tasks.begin()))
            }
            (_, resource) => self.show(machine, now, resource),
        }
    }

    fn log_in(
        &mut self,
        machine: &Machine,
        now: Millis,
        asked: &Asked<'_>,
    ) -> Result<Answer, Problem> {
        let body = object(asked.body)?;
        let text = |name| body[name].as_str().ok_or(Problem::PropertyMissing(name));
        let (name, password) = (text("UserName")?, text("Password")?);
        let (id, token) = self.access.log_in(now, machine.faults(), name, password)?;
        let path = documents::session_path(&id);
        let session = documents::session(&id, &self.access.username());
        let answer = Answer::json(StatusCode::CREATED, &session);
        Ok(answer.with(header::LOCATION, &path).with("x-auth-token", &token))
    }

    fn show(
        &mut self,
        machine: &mut Machine,
        now: Millis,
        resource: Resource<'_>,
    ) -> Result<Answer, Problem> {
        let shown = match resource {
            Resource::Metadata => return Ok(Answer::xml(documents::METADATA)),
            Resource::System => return system::show(machine, now, &self.uuid),
            Resource::TaskMonitor(id) => {
                let id = self.tasks.id(id)?;
                let over = !self.tasks.is_running(machine, now, id);
                return Ok(if over {
                    Answer::empty(StatusCode::NO_CONTENT)
                } else {
                    under_way(id)
                });
            }
            Resource::Account(name) => {
                let account =
                    documents::account(name, &self.access.username()).ok_or(Problem::NotFound)?;
                let answer = Answer::json(StatusCode::OK, &account);
                return Ok(answer.with(header::ETAG, "\"1\""));
            }
            Resource::Versions => json!({ "v1": "/redfish/v1/" }),
            Resource::Root => documents::root(&self.uuid),
            Resource::Odata => documents::odata(),
            Resource::SessionService => documents::session_service(),
            Resource::Sessions => documents::sessions(self.access.ids(now)),
            Resource::Session(id) => {
                self.access.find(now, id)?;
                documents::session(id, &self.access.username())
            }
            Resource::ResetInfo => system::reset_info(machine)?,
            Resource::Manager => documents::manager(&self.uuid),
            Resource::Chassis => documents::chassis(),
            Resource::Role(name) => documents::role(name).ok_or(Problem::NotFound)?,
            Resource::AccountService => documents::account_service(),
            Resource::TaskService => documents::task_service(),
            Resource::Tasks => documents::tasks(self.tasks.ids()),
            Resource::Task(id) => {
                let id = self.tasks.id(id)?;
                documents::task(id, self.tasks.is_running(machine, now, id))
            }
            Resource::Collection(kind) => documents::collection_of(kind),
            // an action is no resource; the method was checked
            Resource::Reset => return Err(Problem::MethodNotAllowed),
        };
        Ok(Answer::json(StatusCode::OK, &shown))
    }
}

/// What the monitor of a task answers until it is over; then it answers as the order itself would have (DSP0266, 12.2).
fn under_way(id: u32) -> Answer {
    let answer = Answer::json(StatusCode::ACCEPTED, &documents::task(id, true));
    answer.with(header::LOCATION, &documents::monitor_path(id)).with(header::RETRY_AFTER, "1")
}

/// A body that has to be an object.
fn object(body: &[u8]) -> Result<Value, Problem> {
    let value: Value = serde_json::from_slice(body).map_err(|_| Problem::Malformed)?;
    if value.is_object() { Ok(value) } else { Err(Problem::Malformed) }
}

fn uuid(guid: [u8; 16]) -> String {
    let digits = u128::from_be_bytes(guid);
    let digits = format!("{digits:032x}");
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    parts.join("-")
}
