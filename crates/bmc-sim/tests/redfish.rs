//! Redfish over real sockets, asked by a plain HTTP client.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod common;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use bmc_sim::{BmcPlan, Order, RedfishPlan, Took, Traffic};
use common::{House, PASSWORD, PATIENCE, USER, wait};
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::{HeaderMap, StatusCode, Uri};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

const SYSTEM: &str = "/redfish/v1/Systems/1";
const RESET: &str = "/redfish/v1/Systems/1/Actions/ComputerSystem.Reset";
const SESSIONS: &str = "/redfish/v1/SessionService/Sessions";
const BASIC: (&str, &str) = ("Authorization", "Basic YWRtaW46Y2FuYXJ5LXNpbS03MWQw");

/// What was answered.
#[derive(Debug)]
struct Got {
    status: StatusCode,
    headers: HeaderMap,
    body: Value,
}

/// A client of `n1`.
struct Client {
    agent: Agent,
    url: String,
}

impl Client {
    fn of(house: &House) -> Self {
        let trust = house.fleet.certificate().map(|pem| {
            let certificate = Certificate::from_pem(pem.as_bytes()).unwrap();
            TlsConfig::builder().root_certs(RootCerts::new_with_certs(&[certificate])).build()
        });
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .proxy(None)
            .timeout_global(Some(PATIENCE))
            .tls_config(trust.unwrap_or_default());
        Self { agent: config.build().new_agent(), url: house.url("n1") }
    }

    fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Got, ureq::Error> {
        let url: Uri = format!("{}{path}", self.url).parse().unwrap();
        let mut request = ureq::http::Request::builder().method(method).uri(url);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut answer = if body.is_empty() {
            self.agent.run(request.body(()).unwrap())?
        } else {
            self.agent.run(request.body(body).unwrap())?
        };
        let text = answer.body_mut().read_to_string()?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Got { status: answer.status(), headers: answer.headers().clone(), body })
    }

    fn get(&self, path: &str) -> Got {
        self.ask("GET", path, &[BASIC], "").unwrap()
    }

    fn reset(&self, kind: &str) -> Got {
        let body = json!({ "ResetType": kind }).to_string();
        self.ask("POST", RESET, &[BASIC], &body).unwrap()
    }

    fn power(&self) -> Value {
        let got = self.get(SYSTEM);
        assert_eq!(got.status, 200, "{got:?}");
        got.body["PowerState"].clone()
    }

    fn log_in(&self, password: &str) -> Got {
        let body = json!({ "UserName": USER, "Password": password }).to_string();
        self.ask("POST", SESSIONS, &[], &body).unwrap()
    }
}

impl Got {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// What the error is called in the Base registry.
    fn error(&self) -> &str {
        let id = self.body["error"]["@Message.ExtendedInfo"][0]["MessageId"].as_str();
        id.and_then(|id| id.rsplit('.').next()).unwrap_or("")
    }
}

fn one(on: bool, faults: &str) -> (House, Client) {
    let house = House::redfish(false, &[(on, faults)]);
    let client = Client::of(&house);
    (house, client)
}

#[test]
fn the_root_is_for_everybody_and_the_rest_for_those_with_a_password() {
    let (_house, client) = one(true, "");
    for path in
        ["/redfish", "/redfish/v1", "/redfish/v1/", "/redfish/v1/odata", "/redfish/v1/$metadata"]
    {
        let got = client.ask("GET", path, &[], "").unwrap();
        assert_eq!(got.status, 200, "{path}");
        assert_eq!(got.header("odata-version"), "4.0", "{path}");
    }
    let got = client.ask("GET", SYSTEM, &[], "").unwrap();
    assert_eq!((got.status.as_u16(), got.error()), (401, "ResourceAtUriUnauthorized"));
    assert!(got.header("www-authenticate").starts_with("Basic"));
    let got = client.ask("GET", SESSIONS, &[], "").unwrap();
    assert_eq!(got.status, 401, "they may be posted to, not looked at");
    let got = client.ask("GET", "/redfish/v1/Nothing", &[], "").unwrap();
    assert_eq!(got.status, 401, "what is missing is not told to everybody");
    assert_eq!(client.get(SYSTEM).status, 200);
}

#[test]
fn every_link_leads_somewhere_and_names_itself() {
    let (_house, client) = one(true, "answers-task");
    assert_eq!(client.reset("On").status, 202);
    let (mut seen, mut left) = (Vec::new(), vec!["/redfish/v1/".to_owned()]);
    while let Some(path) = left.pop() {
        let got = client.get(&path);
        assert_eq!((got.status.as_u16(), &got.body["@odata.id"]), (200, &json!(path)));
        assert_eq!(got.header("allow").split(", ").next(), Some("GET"), "{path}");
        assert!(got.header("link").contains("describedby"), "{path}");
        seen.push(path);
        links(&got.body, &mut left);
        left.retain(|path| !seen.contains(path));
    }
    assert_eq!(seen.iter().filter(|path| path.contains("Roles/")).count(), 3);
    for place in
        ["Systems/1", "Managers/1", "Chassis/1", "Accounts/1", "Tasks/1", "ResetActionInfo"]
    {
        assert!(seen.iter().any(|path| path.ends_with(place)), "{place}");
    }
}

fn links(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                if ["@odata.id", "@Redfish.ActionInfo"].contains(&name.as_str()) {
                    found.push(field.as_str().unwrap().to_owned());
                }
                links(field, found);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| links(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[test]
fn a_session_opens_everything_until_it_is_closed() {
    let (_house, client) = one(true, "");
    assert_eq!(client.log_in("wrong").status, 401);
    let got = client.log_in(PASSWORD);
    assert_eq!(got.status, 201);
    let (token, path) = (got.header("x-auth-token"), got.header("location"));
    assert_eq!(got.body["@odata.id"], path);
    let auth = [("X-Auth-Token", token)];
    assert_eq!(client.ask("GET", SYSTEM, &auth, "").unwrap().status, 200);
    assert_eq!(client.ask("GET", path, &auth, "").unwrap().status, 200);
    let list = client.ask("GET", SESSIONS, &auth, "").unwrap();
    assert_eq!(list.body["Members"], json!([{ "@odata.id": path }]));
    assert_eq!(client.ask("DELETE", path, &auth, "").unwrap().status, 204);
    assert_eq!(client.ask("GET", SYSTEM, &auth, "").unwrap().status, 401);
    let both = [auth[0], BASIC];
    assert_eq!(client.ask("GET", SYSTEM, &both, "").unwrap().status, 401, "the token counts");
    assert_eq!(client.ask("DELETE", path, &[BASIC], "").unwrap().status, 404);
}

#[test]
fn every_type_of_reset_is_an_order_that_the_ledger_knows() {
    for (on, kind, order, on_after) in [
        (true, "On", Order::On, true),
        (true, "ForceOn", Order::On, true),
        (true, "ForceOff", Order::Off, false),
        (true, "GracefulShutdown", Order::Soft, false),
        (true, "GracefulRestart", Order::SoftCycle, true),
        (true, "ForceRestart", Order::Reset, true),
        (true, "PowerCycle", Order::Cycle, true),
        (true, "Nmi", Order::Nmi, true),
        (true, "PushPowerButton", Order::Soft, false),
        (false, "On", Order::On, true),
        (false, "ForceOn", Order::On, true),
        (false, "ForceOff", Order::Off, false),
        (false, "GracefulRestart", Order::On, true),
        (false, "ForceRestart", Order::On, true),
        (false, "PowerCycle", Order::On, true),
        (false, "PushPowerButton", Order::On, true),
    ] {
        let (house, client) = one(on, "");
        let offered = client.get(SYSTEM).body["Actions"]["#ComputerSystem.Reset"].clone();
        let types = offered["ResetType@Redfish.AllowableValues"].as_array().unwrap().clone();
        assert!(types.contains(&json!(kind)), "{kind} is not offered");
        let got = client.reset(kind);
        assert_eq!((got.status.as_u16(), &got.body), (204, &json!("")), "{kind}");
        assert_eq!(house.taken("n1"), [(order, Took::Accepted)], "{kind}");
        let wanted = if on_after { "On" } else { "Off" };
        wait(kind, || client.power() == wanted && house.fleet.is_on("n1") == Some(on_after));
    }
}

#[test]
fn a_boot_override_is_set_with_the_tag_that_was_read_and_not_with_an_older_one() {
    let (_house, client) = one(false, "");
    let seen = client.get(SYSTEM);
    let boot = json!({ "Boot": {
        "BootSourceOverrideTarget": "Pxe",
        "BootSourceOverrideEnabled": "Once",
        "BootSourceOverrideMode": "UEFI",
    }});
    let patch = |tag: &str, body: &Value| {
        client.ask("PATCH", SYSTEM, &[BASIC, ("If-Match", tag)], &body.to_string()).unwrap()
    };
    assert_eq!(patch(seen.header("etag"), &boot).status, 204);
    let now = client.get(SYSTEM);
    assert_eq!(now.body["Boot"]["BootSourceOverrideTarget"], "Pxe");
    assert_eq!(now.body["Boot"]["BootSourceOverrideEnabled"], "Once");
    assert_eq!(now.body["Boot"]["BootSourceOverrideMode"], "UEFI");
    let got = patch(seen.header("etag"), &boot);
    assert_eq!((got.status.as_u16(), got.error()), (412, "PreconditionFailed"));
    assert_eq!(patch("*", &boot).status, 204);
    let odd = json!({ "Boot": { "BootSourceOverrideTarget": "Floppy" } });
    assert_eq!(patch("*", &odd).error(), "PropertyValueNotInList");
    assert_eq!(patch("*", &json!({ "AssetTag": "x" })).error(), "PropertyMissing");
    assert_eq!(client.reset("On").status, 204);
    let used = client.get(SYSTEM);
    assert_eq!(used.body["Boot"]["BootSourceOverrideEnabled"], "Disabled", "it was for once");
}

#[test]
fn what_makes_no_sense_is_told_so_and_changes_nothing() {
    let (house, client) = one(true, "");
    let long = format!("{{\"ResetType\": \"{}\"}}", "x".repeat(20_000));
    for (method, path, header, body, status, error) in [
        ("GET", "/redfish/v1/Systems/2", BASIC, "", 404, "ResourceMissingAtURI"),
        ("GET", RESET, BASIC, "", 405, "OperationNotAllowed"),
        ("DELETE", SYSTEM, BASIC, "", 405, "OperationNotAllowed"),
        ("BREW", SYSTEM, BASIC, "", 501, "ActionNotSupported"),
        ("GET", "/redfish/v1/Systems?$expand=.", BASIC, "", 501, "ActionNotSupported"),
        ("GET", "/redfish/v1", ("OData-Version", "4.1"), "", 412, "HeaderInvalid"),
        ("POST", RESET, BASIC, "On", 400, "MalformedJSON"),
        ("POST", RESET, BASIC, "[1]", 400, "MalformedJSON"),
        ("POST", RESET, BASIC, "{}", 400, "ActionParameterMissing"),
        ("POST", RESET, BASIC, r#"{"ResetType":7}"#, 400, "ActionParameterValueNotInList"),
        ("POST", RESET, BASIC, r#"{"ResetType":"off"}"#, 400, "ActionParameterValueNotInList"),
        ("POST", RESET, BASIC, &long, 413, "PayloadTooLarge"),
        ("POST", SESSIONS, BASIC, r#"{"UserName":"admin"}"#, 400, "PropertyMissing"),
    ] {
        let got = client.ask(method, path, &[header], body).unwrap();
        let told = (got.status.as_u16(), got.error());
        assert_eq!(told, (status, error), "{method} {path} {}", &body[..body.len().min(40)]);
        assert!(status != 405 || !got.header("allow").is_empty(), "{method} {path}");
    }
    assert_eq!((house.taken("n1"), house.fleet.is_on("n1")), (vec![], Some(true)));
}

#[test]
fn reads_lie_in_the_words_of_redfish() {
    for (faults, told) in [
        ("takes-off=1h,shows-transitions=0ms", json!("PoweringOff")),
        ("takes-off=1h,reads-null=0ms", json!(null)),
        ("takes-off=1h,shows-reset=0ms", json!("Reset")),
        ("takes-off=1h,shows-paused=0ms", json!("Paused")),
        ("takes-off=1h,shows-unknown=0ms", json!("Unknown")),
        ("takes-off=1h,reads-early", json!("Off")),
        ("reads-stale=1h", json!("On")),
        ("reads-swapped", json!("On")),
        ("takes-off=1h", json!("On")),
    ] {
        let (_house, client) = one(true, faults);
        assert_eq!(client.reset("ForceOff").status, 204);
        assert_eq!(client.power(), told, "{faults}");
    }
    let (_house, client) = one(true, "reads-fail=100%");
    let got = client.get(SYSTEM);
    assert_eq!((got.status.as_u16(), got.error()), (500, "InternalError"));
}

#[test]
fn refusals_have_their_status_and_say_when_to_come_back() {
    let told = |on, faults: &str, kinds: [&str; 2]| {
        let (_house, client) = one(on, faults);
        client.reset(kinds[0]);
        let got = client.reset(kinds[1]);
        (got.status.as_u16(), got.error().to_owned(), got.header("retry-after").to_owned())
    };
    let conflict = (409, "ResourceInUse".to_owned(), String::new());
    let later = (503, "ServiceTemporarilyUnavailable".to_owned(), "1".to_owned());
    assert_eq!(told(true, "refuses-orders=100%", ["On", "On"]), later);
    assert_eq!(told(true, "unavailable=100%", ["On", "On"]), later);
    assert_eq!(told(true, "refuses-needless", ["On", "On"]), conflict);
    assert_eq!(told(true, "takes-off=1h,refuses-in-transition", ["ForceOff", "On"]), conflict);
    assert_eq!(told(true, "refuses-on-after-off=1h", ["ForceOff", "On"]), conflict);
    assert_eq!(told(true, "refuses-restart-when-off", ["ForceOff", "ForceRestart"]), conflict);
    assert_eq!(told(true, "refuses-restart-when-off", ["ForceOff", "On"]).0, 204);
    assert_eq!(told(true, "", ["ForceOff", "GracefulShutdown"]), conflict);
}

#[test]
fn an_order_that_is_followed_may_be_answered_with_an_error() {
    let (house, client) = one(true, "denies-orders=100%");
    let got = client.reset("ForceOff");
    assert_eq!((got.status.as_u16(), got.error()), (500, "InternalError"));
    assert_eq!((house.fleet.is_on("n1"), client.power()), (Some(false), json!("Off")));
}

#[test]
fn who_asks_too_often_is_told_to_come_back() {
    let (_house, client) = one(true, "overloaded-above=5");
    wait("a refusal", || client.get(SYSTEM).status == 503);
    wait("another second", || client.get(SYSTEM).status == 200);
}

#[test]
fn reset_types_are_hidden_or_few() {
    let (_house, client) = one(true, "hides-reset-types");
    let action = &client.get(SYSTEM).body["Actions"]["#ComputerSystem.Reset"];
    assert_eq!(action, &json!({ "target": RESET }));
    assert_eq!(client.get("/redfish/v1/Systems/1/ResetActionInfo").status, 404);
    assert_eq!(client.reset("PowerCycle").status, 204, "it has them all the same");
    let (_house, client) = one(true, "few-reset-types");
    let info = client.get("/redfish/v1/Systems/1/ResetActionInfo");
    let few = json!(["On", "ForceOff", "GracefulShutdown"]);
    assert_eq!(info.body["Parameters"][0]["AllowableValues"], few);
    assert_eq!(client.reset("PowerCycle").error(), "ActionParameterValueNotInList");
}

#[test]
fn stale_etags_match_nothing() {
    let (_house, client) = one(true, "stale-etags");
    let tag = client.get(SYSTEM).header("etag").to_owned();
    let off = r#"{"ResetType":"ForceOff"}"#;
    let with = [BASIC, ("If-Match", tag.as_str())];
    assert_eq!(client.ask("POST", RESET, &with, off).unwrap().status, 412);
    let boot = r#"{"Boot":{"BootSourceOverrideTarget":"Pxe"}}"#;
    assert_eq!(client.ask("PATCH", SYSTEM, &with, boot).unwrap().status, 412);
    assert_eq!(client.ask("PATCH", SYSTEM, &[BASIC], boot).unwrap().status, 204);
    assert_eq!(client.reset("ForceOff").status, 204);
}

#[test]
fn a_task_is_under_way_as_long_as_the_machine_is() {
    let (house, client) = one(true, "answers-task,takes-off=1h");
    let got = client.reset("ForceOff");
    assert_eq!((got.status.as_u16(), got.header("retry-after")), (202, "1"));
    assert_eq!(got.body["TaskState"], "Running");
    let monitor = got.header("location").to_owned();
    assert_eq!(got.body["TaskMonitor"], monitor);
    assert_eq!(client.get(&monitor).status, 202);
    house.fleet.set_power("n1", false);
    assert_eq!(client.get(&monitor).status, 204);
    assert_eq!(client.get(got.body["@odata.id"].as_str().unwrap()).body["TaskState"], "Completed");
    assert_eq!(client.get("/redfish/v1/TaskService/TaskMonitors/9").status, 404);
}

#[test]
fn sessions_run_out_and_are_dropped_and_passwords_are_taken_for_wrong_ones() {
    let (_house, client) = one(true, "sessions-exhausted");
    let got = client.log_in(PASSWORD);
    assert_eq!((got.status.as_u16(), got.error()), (503, "SessionLimitExceeded"));
    assert_eq!(client.get(SYSTEM).status, 200, "who needs no session is served");
    let (_house, client) = one(true, "wrong-password");
    assert_eq!(
        (client.log_in(PASSWORD).status.as_u16(), client.get(SYSTEM).status.as_u16()),
        (401, 401)
    );
    let (house, client) = one(true, "locks-out=1");
    assert_eq!(client.log_in("wrong").status, 401);
    assert_eq!(client.log_in(PASSWORD).status, 401);
    house.fleet.set_faults("n1", house.fleet.faults("n1").unwrap());
    assert_eq!(client.log_in(PASSWORD).status, 201);
    let (_house, client) = one(true, "drops-sessions=200ms");
    let got = client.log_in(PASSWORD);
    let auth = [("X-Auth-Token", got.header("x-auth-token"))];
    wait("a dropped session", || client.ask("GET", SYSTEM, &auth, "").unwrap().status == 401);
}

#[test]
fn the_sixteenth_session_is_the_last() {
    let (_house, client) = one(true, "");
    for _ in 0..16 {
        assert_eq!(client.log_in(PASSWORD).status, 201);
    }
    assert_eq!(client.log_in(PASSWORD).status, 503);
}

/// What the wire brings for one request of its own connection, and how long it took.
fn raw(house: &House, patience: Duration) -> (std::io::Result<Vec<u8>>, Duration) {
    let address = house.url("n1").replace("http://", "");
    let began = Instant::now();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(patience)).unwrap();
    let asked = format!(
        "GET {SYSTEM} HTTP/1.1\r\nHost: n1\r\n{}: {}\r\nConnection: close\r\n\r\n",
        BASIC.0, BASIC.1
    );
    let mut got = Vec::new();
    let read = stream.write_all(asked.as_bytes()).and_then(|()| stream.read_to_end(&mut got));
    (read.map(|_| got), began.elapsed())
}

#[test]
fn connections_are_reset_cut_delayed_and_left_alone_as_the_faults_say() {
    let reset = std::io::ErrorKind::ConnectionReset;
    let (house, _) = one(true, "drop=100%");
    assert_eq!(raw(&house, PATIENCE).0.unwrap_err().kind(), reset);
    let (house, _) = one(true, "lag=150ms");
    let (got, took) = raw(&house, PATIENCE);
    let whole = got.unwrap();
    assert!(whole.starts_with(b"HTTP/1.1 200 OK") && took >= Duration::from_millis(150));
    let (house, client) = one(true, "cuts-short=100%");
    let cut = raw(&house, PATIENCE).0.unwrap();
    assert!(cut.starts_with(b"HTTP/1.1 200 OK") && cut.len() < whole.len(), "{}", cut.len());
    assert!(client.ask("GET", SYSTEM, &[BASIC], "").is_err(), "half a body is no answer");
    let (house, _) = one(true, "silent");
    let silence = raw(&house, Duration::from_millis(200)).0.unwrap_err();
    assert_eq!(silence.kind(), std::io::ErrorKind::WouldBlock);
    assert_eq!(house.fleet.traffic("n1").unwrap().sent, 0);
}

#[test]
fn an_order_whose_answer_is_lost_was_carried_out_now_and_then() {
    let (house, client) = one(true, "drop=50%");
    let mut lost = 0;
    while house.fleet.is_on("n1") == Some(true) || lost == 0 {
        let body = r#"{"ResetType":"ForceOff"}"#;
        lost += u32::from(client.ask("POST", RESET, &[BASIC], body).is_err());
    }
    let asked = house.fleet.traffic("n1").unwrap();
    assert!(asked.received > asked.sent && house.taken("n1").len() as u64 <= asked.received);
}

#[test]
fn a_bmc_that_reboots_resets_its_connections_and_forgets_its_sessions() {
    let (house, client) = one(true, "");
    let got = client.log_in(PASSWORD);
    let auth = [("X-Auth-Token", got.header("x-auth-token"))];
    let mut kept = TcpStream::connect(house.url("n1").replace("http://", "")).unwrap();
    let mut root = || {
        kept.write_all(b"GET /redfish HTTP/1.1\r\nHost: n1\r\n\r\n")?;
        kept.read(&mut [0; 4_096])
    };
    assert!(root().unwrap() > 0);
    house.fleet.set_faults("n1", "reboots=0ms".parse().unwrap());
    assert!(root().is_err(), "the connection is of an earlier life");
    house.fleet.set_faults("n1", "reboots=1h".parse().unwrap());
    assert!(client.ask("GET", SYSTEM, &auth, "").is_err(), "it is away");
    house.fleet.set_faults("n1", "reboots=0ms".parse().unwrap());
    let back = || client.ask("GET", SYSTEM, &auth, "").is_ok_and(|got| got.status == 401);
    wait("its return", back);
    assert_eq!(client.get(SYSTEM).status, 200);
}

#[test]
fn connections_are_kept_unless_the_bmc_closes_them() {
    let (house, client) = one(true, "");
    (0..3).for_each(|_| assert_eq!(client.power(), "On"));
    let traffic = Traffic { received: 3, sent: 3, connections: 1, ..Traffic::default() };
    assert_eq!(house.fleet.traffic("n1"), Some(traffic));
    house.fleet.set_faults("n1", "closes-connections".parse().unwrap());
    (0..3).for_each(|_| assert_eq!(client.power(), "On"));
    assert_eq!(house.fleet.traffic("n1").unwrap().connections, 3);
}

#[test]
fn https_is_spoken_with_a_certificate_that_can_be_trusted() {
    let house = House::redfish(true, &[(true, "")]);
    let client = Client::of(&house);
    assert!(client.url.starts_with("https://127.0.0.1:"));
    (0..3).for_each(|_| assert_eq!(client.power(), "On"));
    let traffic = Traffic { received: 3, sent: 3, connections: 1, handshakes: 1, resumed: 0 };
    assert_eq!(house.fleet.traffic("n1"), Some(traffic));
    house.fleet.set_faults("n1", "closes-connections".parse().unwrap());
    (0..3).for_each(|_| assert_eq!(client.power(), "On"));
    let traffic = house.fleet.traffic("n1").unwrap();
    assert_eq!((traffic.connections, traffic.handshakes, traffic.resumed), (3, 3, 2));
    let stranger = Agent::config_builder().timeout_global(Some(PATIENCE)).build().new_agent();
    assert!(stranger.get(&client.url).call().is_err(), "nobody else has to trust it");
    house.fleet.set_faults("n1", "drop=100%".parse().unwrap());
    assert!(client.ask("GET", SYSTEM, &[BASIC], "").is_err());
}

#[test]
fn the_thirty_third_connection_is_reset() {
    let (house, client) = one(true, "silent");
    let address = house.url("n1").replace("http://", "");
    let held: Vec<_> = (0..32).map(|_| TcpStream::connect(&address).unwrap()).collect();
    wait("32 connections", || house.fleet.traffic("n1").unwrap().connections == 32);
    house.fleet.set_faults("n1", "".parse().unwrap());
    assert!(client.ask("GET", SYSTEM, &[BASIC], "").is_err());
    drop(held);
    wait("a place", || client.ask("GET", SYSTEM, &[BASIC], "").is_ok());
}

#[test]
fn a_thousand_bmcs_share_a_port_and_each_has_its_own_machine() {
    let port = free_port();
    let plans = (0..1_000_u16).map(|number| {
        let [high, low] = number.to_be_bytes();
        let address = SocketAddr::from(([127, 9, high, low], port));
        BmcPlan {
            name: format!("n{number}"),
            redfish: Some(RedfishPlan { address, tls: false }),
            ..BmcPlan::default()
        }
    });
    let house = House::start(plans);
    let client =
        |name: &str| Client { url: house.fleet.redfish(name).unwrap(), ..Client::of(&house) };
    assert_eq!(client("n777").reset("On").status, 204);
    assert_eq!((client("n777").power(), client("n778").power()), (json!("On"), json!("Off")));
    let on = house.fleet.names().filter(|name| house.fleet.is_on(name) == Some(true));
    assert_eq!(on.collect::<Vec<_>>(), ["n777"]);
}

fn free_port() -> u16 {
    std::net::TcpListener::bind(("127.9.0.0", 0)).unwrap().local_addr().unwrap().port()
}
