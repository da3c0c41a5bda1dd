//! What BMCs write, read leniently: what is missing or of another type is as if it were not there. It asks for nothing.

use arbiter::{Order, Power};
use hyper::header::{self, HeaderMap};
use serde_json::{Value, json};

use super::quirks;
use crate::driver::http::{Failure, Said};

/// A text of a BMC is told up to so many characters.
const TEXT_MAX_CHARS: usize = 160;
/// So many members of a collection are named.
const NAMED_MAX: usize = 8;

/// What the standard calls an order (DSP0268, ResetType). Those that lastword never uses are not here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ResetType {
    On,
    ForceOn,
    ForceOff,
    GracefulShutdown,
    ForceRestart,
    Nmi,
}

impl ResetType {
    const ALL: [Self; 6] = [
        Self::On,
        Self::ForceOn,
        Self::ForceOff,
        Self::GracefulShutdown,
        Self::ForceRestart,
        Self::Nmi,
    ];

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::On => "On",
            Self::ForceOn => "ForceOn",
            Self::ForceOff => "ForceOff",
            Self::GracefulShutdown => "GracefulShutdown",
            Self::ForceRestart => "ForceRestart",
            Self::Nmi => "Nmi",
        }
    }

    /// What carries the order out, best first.
    pub(super) const fn of(order: Order) -> &'static [Self] {
        match order {
            Order::On => &[Self::On, Self::ForceOn],
            Order::Off => &[Self::ForceOff],
            Order::Soft => &[Self::GracefulShutdown],
            Order::Reset => &[Self::ForceRestart],
            Order::Nmi => &[Self::Nmi],
        }
    }
}

/// The action by which a system is ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reset {
    /// Where orders are posted to.
    pub(super) target: String,
    pub(super) types: Types,
}

/// What a BMC says that it can be ordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Types {
    /// Nothing: only trying tells.
    Hidden,
    /// It is written in the resource at that path (DSP0266, 8.5).
    At(String),
    /// These, of those that lastword uses.
    Known(Vec<ResetType>),
}

/// How the task stands that an order became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Task {
    UnderWay,
    /// It is over, or nobody knows of it any more.
    Over,
    /// It failed, in these words.
    Failed(String),
}

/// What a log-in came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LogIn {
    /// A session, which is ended at that path.
    Session { token: String, path: Option<String> },
    /// The account is refused.
    Denied,
    /// There is no session left, or none now.
    Full,
    /// The BMC has no sessions.
    NoSessions,
}

/// The power state of a system.
///
/// # Errors
/// What it shows in its place, in words.
pub(super) fn power(system: &Value) -> Result<Power, String> {
    match &system["PowerState"] {
        Value::Null => Err("it tells no power state (PowerState is null)".to_owned()),
        Value::String(state) => match state.as_str() {
            "On" => Ok(Power::On),
            "Off" => Ok(Power::Off),
            "PoweringOn" | "PoweringOff" => Ok(Power::Unknown),
            other => {
                let known = quirks::POWER_STATES.iter().find(|quirk| quirk.shows == other);
                let means = known.map_or("which is no power state", |quirk| quirk.means);
                Err(format!("PowerState is {}: {means}", text(other)))
            }
        },
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Err("PowerState is not text".to_owned())
        }
    }
}

/// The reset action of the system at that path. One that is not shown is where the standard has it.
pub(super) fn reset(system: &Value, path: &str) -> Reset {
    let action = &system["Actions"]["#ComputerSystem.Reset"];
    let target = action["target"].as_str().and_then(self::path);
    let usual = || format!("{}/Actions/ComputerSystem.Reset", path.trim_end_matches('/'));
    let types = match (
        types(&action["ResetType@Redfish.AllowableValues"]),
        action["@Redfish.ActionInfo"].as_str().and_then(self::path),
    ) {
        (Some(types), _) => Types::Known(types),
        (None, Some(info)) => Types::At(info),
        (None, None) => Types::Hidden,
    };
    Reset { target: target.unwrap_or_else(usual), types }
}

/// The types in an ActionInfo.
pub(super) fn action_info(info: &Value) -> Types {
    let parameters = info["Parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let parameter = parameters.iter().find(|parameter| parameter["Name"] == "ResetType");
    let known = parameter.and_then(|parameter| types(&parameter["AllowableValues"]));
    known.map_or(Types::Hidden, Types::Known)
}

/// An empty list is taken for none: nothing could be ordered by it.
fn types(values: &Value) -> Option<Vec<ResetType>> {
    let values = values.as_array().filter(|values| !values.is_empty())?;
    let known = ResetType::ALL.into_iter().filter(|it| values.iter().any(|v| v == it.word()));
    Some(known.collect())
}

/// The only member of a collection.
///
/// # Errors
/// That there is none, or that there are several, which are named.
pub(super) fn only_member(systems: &Value) -> Result<String, String> {
    let members = systems["Members"].as_array().map(Vec::as_slice).unwrap_or_default();
    let paths: Vec<String> =
        members.iter().filter_map(|member| member["@odata.id"].as_str().and_then(path)).collect();
    let more = systems["Members@odata.nextLink"].is_string();
    match &paths[..] {
        [] => Err("it has no system".to_owned()),
        [only] if !more => Ok(only.clone()),
        several => {
            let ids = several.iter().take(NAMED_MAX).map(|path| {
                text(path.trim_end_matches('/').rsplit('/').next().unwrap_or_default())
            });
            let mut ids = ids.collect::<Vec<_>>().join(", ");
            if more || several.len() > NAMED_MAX {
                ids.push_str(", ...");
            }
            Err(format!("it has several systems ({ids}); `system` in the inventory chooses one"))
        }
    }
}

/// The path of a reference, which may be a URL. Whose URL it is makes no difference: the path is asked for on the
/// connection that there is.
pub(super) fn path(reference: &str) -> Option<String> {
    let path = match reference.split_once("://") {
        Some((_, rest)) => &rest[rest.find('/')?..],
        None => reference,
    };
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic());
    (path.starts_with('/') && !path.starts_with("//") && plain).then(|| path.to_owned())
}

/// The host of a URL; none for a path.
pub(super) fn host(reference: &str) -> Option<&str> {
    let (_, rest) = reference.split_once("://")?;
    let authority = rest.split('/').next()?;
    let end = if authority.ends_with(']') { None } else { authority.rfind(':') };
    Some(authority[..end.unwrap_or(authority.len())].trim_matches(['[', ']']))
}

/// The tag of what was read, as If-Match wants it.
pub(super) fn etag(headers: &HeaderMap, document: &Value) -> Option<String> {
    let header = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok());
    header.or_else(|| document["@odata.etag"].as_str()).map(str::to_owned)
}

/// How many milliseconds to wait before it is asked again, if it says so in seconds.
pub(super) fn retry_after_ms(headers: &HeaderMap) -> Option<u64> {
    let seconds: u64 = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(seconds.saturating_mul(1_000))
}

/// How a task stands, by what its monitor answers (DSP0266, 12.2). A monitor that can't be read says nothing of the task.
pub(super) fn task(said: &Said) -> Task {
    let status = said.status().as_u16();
    let task = serde_json::from_slice::<Value>(said.body()).unwrap_or_default();
    match (status, task["TaskState"].as_str()) {
        (200..=299, Some(state @ ("Exception" | "Killed" | "Cancelled"))) => {
            Task::Failed(state.to_owned())
        }
        (200..=299, Some("Completed")) => Task::Over,
        (200..=299, Some(_)) | (202, None) => Task::UnderWay,
        (200..=299, None) | (401 | 403 | 404 | 410 | 429 | 503, _) => Task::Over,
        _ => Task::Failed(problem(said)),
    }
}

/// What an answer that is no success says of the request.
pub(super) fn failure(said: &Said) -> Failure {
    Failure::of(said.status(), problem(said))
}

/// What it says, in one line.
fn problem(said: &Said) -> String {
    let status = said.status();
    let name = status.canonical_reason().unwrap_or("an unknown status");
    let error = serde_json::from_slice::<Value>(said.body()).unwrap_or_default();
    let error = &error["error"];
    let told = error["@Message.ExtendedInfo"][0]["Message"].as_str();
    match told.or_else(|| error["message"].as_str()) {
        Some(told) => format!("{} {name}: {}", status.as_u16(), text(told)),
        None => format!("{} {name}", status.as_u16()),
    }
}

/// What a log-in came to.
///
/// Sessions that are used up say nothing of the password, whatever their status.
pub(super) fn log_in(said: &Said) -> LogIn {
    let status = said.status();
    let text = |name: &str| said.headers().get(name).and_then(|value| value.to_str().ok());
    if status.is_success() {
        let path = text("location").and_then(path);
        return match text("x-auth-token") {
            Some(token) => LogIn::Session { token: token.to_owned(), path },
            None => LogIn::NoSessions,
        };
    }
    let error = serde_json::from_slice::<Value>(said.body()).unwrap_or_default();
    let messages = error["error"]["@Message.ExtendedInfo"].as_array();
    let ids: Vec<&str> =
        messages.into_iter().flatten().filter_map(|it| it["MessageId"].as_str()).collect();
    let says = |word: &str| ids.iter().any(|id| id.contains(word));
    let full = quirks::SESSIONS_USED_UP.iter().any(|quirk| says(quirk.shows));
    match status.as_u16() {
        _ if full => LogIn::Full,
        401 | 403 => LogIn::Denied,
        400 if says("Unauthorized") => LogIn::Denied,
        501 => LogIn::NoSessions,
        429 | 500.. => LogIn::Full,
        _ => LogIn::NoSessions,
    }
}

/// The body that orders.
pub(super) fn order(reset: ResetType) -> Value {
    json!({ "ResetType": reset.word() })
}

/// A BMC's text as it can be shown to people: in one line and not too long.
pub(super) fn text(text: &str) -> String {
    let line = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut shown: String = line.take(TEXT_MAX_CHARS).collect();
    if text.chars().nth(TEXT_MAX_CHARS).is_some() {
        shown.push_str("...");
    }
    shown
}

#[cfg(test)]
mod tests {
    use hyper::Response;

    use super::*;

    const PATH: &str = "/redfish/v1/Systems/1";

    #[test]
    fn only_on_and_off_are_states_and_nothing_else_is_taken_for_one() {
        for (state, expected) in [
            (json!("On"), "on"),
            (json!("Off"), "off"),
            (json!("PoweringOn"), "unknown"),
            (json!("PoweringOff"), "unknown"),
            (json!("Paused"), "PowerState is Paused: the machine is paused"),
            (json!("Reset"), "PowerState is Reset: the machine is in a reset"),
            (json!("Unknown"), "PowerState is Unknown: the BMC does not know the power state"),
            (json!("on"), "PowerState is on: which is no power state"),
            (json!(null), "it tells no power state (PowerState is null)"),
            (json!(true), "PowerState is not text"),
        ] {
            let told = power(&json!({ "PowerState": state }));
            let told = told.map_or_else(|words| words, |power| power.word().to_owned());
            assert_eq!(told, expected, "{state}");
        }
        assert!(power(&json!({})).is_err());
        assert!(power(&json!([])).is_err());
    }

    #[test]
    fn what_can_be_ordered_is_where_the_bmc_says_or_where_the_standard_has_it() {
        let usual = format!("{PATH}/Actions/ComputerSystem.Reset");
        let action = |action: Value| json!({ "Actions": { "#ComputerSystem.Reset": action } });
        let on_and_off = Types::Known(vec![ResetType::On, ResetType::ForceOff]);
        for (system, target, types) in [
            (json!({}), usual.as_str(), Types::Hidden),
            (
                action(json!({
                    "target": "https://10.0.0.9/redfish/v1/x",
                    "ResetType@Redfish.AllowableValues": ["ForceOff", "On", "Suspend", 7],
                    "@Redfish.ActionInfo": "/info",
                })),
                "/redfish/v1/x",
                on_and_off,
            ),
            (
                action(json!({ "@Redfish.ActionInfo": "/info" })),
                usual.as_str(),
                Types::At("/info".into()),
            ),
            (
                action(json!({ "target": "nowhere", "ResetType@Redfish.AllowableValues": [] })),
                usual.as_str(),
                Types::Hidden,
            ),
        ] {
            let expected = Reset { target: target.to_owned(), types };
            assert_eq!(reset(&system, PATH), expected, "{system}");
        }
        let info = json!({ "Parameters": [
            { "Name": "Other", "AllowableValues": ["On"] },
            { "Name": "ResetType", "AllowableValues": ["Nmi"] },
        ] });
        assert_eq!(action_info(&info), Types::Known(vec![ResetType::Nmi]));
        assert_eq!(action_info(&json!({ "Parameters": 3 })), Types::Hidden);
    }

    #[test]
    fn one_member_is_taken_and_of_several_none() {
        let member = |id: &str| json!({ "@odata.id": format!("/redfish/v1/Systems/{id}/") });
        let told = |systems: Value| only_member(&systems).unwrap_or_else(|words| words);
        assert_eq!(told(json!({ "Members": [member("a")] })), "/redfish/v1/Systems/a/");
        assert_eq!(told(json!({ "Members": [] })), "it has no system");
        assert_eq!(told(json!(null)), "it has no system");
        assert_eq!(
            told(json!({ "Members": [member("a"), member("b")] })),
            "it has several systems (a, b); `system` in the inventory chooses one"
        );
        let many: Vec<Value> = (0..40).map(|id| member(&id.to_string())).collect();
        assert!(told(json!({ "Members": many })).contains("(0, 1, 2, 3, 4, 5, 6, 7, ...)"));
        let first = json!({ "Members": [member("a")], "Members@odata.nextLink": "/more" });
        assert!(told(first).starts_with("it has several systems (a, ...)"));
    }

    #[test]
    fn a_reference_is_a_path_or_a_url_and_never_leads_elsewhere() {
        for (reference, expected, at) in [
            ("/redfish/v1/x?y=1", Some("/redfish/v1/x?y=1"), None),
            ("https://h:8443/x", Some("/x"), Some("h")),
            ("https://[fd00::1]/x", Some("/x"), Some("fd00::1")),
            ("https://[fd00::1]:1/x", Some("/x"), Some("fd00::1")),
            ("https://h", None, Some("h")),
            ("//h/x", None, None),
            ("x", None, None),
            ("/x y", None, None),
            ("/x\r\nHost: y", None, None),
            ("", None, None),
        ] {
            assert_eq!(path(reference).as_deref(), expected, "{reference}");
            assert_eq!(host(reference), at, "{reference}");
        }
    }

    #[test]
    fn a_task_is_over_when_its_monitor_says_so_or_is_gone() {
        let failed = |words: &str| Task::Failed(words.to_owned());
        for (status, state, expected) in [
            (202, "", Task::UnderWay),
            (202, "Running", Task::UnderWay),
            (200, "Pending", Task::UnderWay),
            (200, "Completed", Task::Over),
            (200, "", Task::Over),
            (204, "", Task::Over),
            (404, "", Task::Over),
            (503, "", Task::Over),
            (200, "Exception", failed("Exception")),
            (202, "Killed", failed("Killed")),
            (400, "", failed("400 Bad Request")),
            (500, "", failed("500 Internal Server Error")),
        ] {
            let body = if state.is_empty() { Value::Null } else { json!({ "TaskState": state }) };
            let said = Response::builder().status(status).body(body.to_string().into_bytes());
            assert_eq!(task(&said.unwrap()), expected, "{status} {state}");
        }
    }

    #[test]
    fn a_log_in_is_refused_only_where_the_bmc_says_so() {
        let denied = LogIn::Denied;
        for (status, id, expected) in [
            (401, "", denied.clone()),
            (403, "Base.1.8.InsufficientPrivilege", denied.clone()),
            (400, "iLO.2.14.UnauthorizedLoginAttempt", denied.clone()),
            (400, "IDRAC.2.8.RAC0218", LogIn::Full),
            (403, "Base.1.8.SessionLimitExceeded", LogIn::Full),
            (503, "", LogIn::Full),
            (429, "", LogIn::Full),
            (500, "", LogIn::Full),
            (400, "", LogIn::NoSessions),
            (404, "", LogIn::NoSessions),
            (405, "", LogIn::NoSessions),
            (501, "", LogIn::NoSessions),
            (308, "", LogIn::NoSessions),
            (201, "", LogIn::NoSessions),
        ] {
            let body = json!({ "error": { "@Message.ExtendedInfo": [{ "MessageId": id }] } });
            let said = Response::builder().status(status).body(body.to_string().into_bytes());
            assert_eq!(log_in(&said.unwrap()), expected, "{status} {id}");
        }
        let said = Response::builder()
            .status(201)
            .header("X-Auth-Token", "t")
            .header("Location", "https://elsewhere/redfish/v1/s/7");
        let session = LogIn::Session { token: "t".into(), path: Some("/redfish/v1/s/7".into()) };
        assert_eq!(log_in(&said.body(Vec::new()).unwrap()), session);
    }

    #[test]
    fn what_went_wrong_is_told_in_one_short_line() {
        let told = |body: &str| {
            problem(&Response::builder().status(409).body(body.as_bytes().to_vec()).unwrap())
        };
        let body = json!({ "error": { "message": "general", "@Message.ExtendedInfo": [
            { "Message": "Server is already powered ON.\nReally." },
        ] } });
        assert_eq!(told(&body.to_string()), "409 Conflict: Server is already powered ON. Really.");
        assert_eq!(told(r#"{"error":{"message":"general"}}"#), "409 Conflict: general");
        assert_eq!(told("<html>"), "409 Conflict");
        let long = json!({ "error": { "message": "x".repeat(9_000) } });
        assert_eq!(told(&long.to_string()).len(), "409 Conflict: ...".len() + TEXT_MAX_CHARS);
    }
}
