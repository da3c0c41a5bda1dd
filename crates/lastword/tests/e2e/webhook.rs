//! A webhook, end to end: a service of somebody else's that switches machines.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use super::folder;
use super::house::{House, end, until};

/// A service that switches one machine, and what it was asked.
#[derive(Clone, Default)]
struct Service(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    on: bool,
    /// Orders are answered with this and not carried out.
    fails: Option<&'static str>,
    requests: Vec<String>,
}

impl Service {
    fn start(&self) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let state = Arc::clone(&self.0);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { continue };
                let mut bytes = [0; 4096];
                let count = stream.read(&mut bytes).unwrap_or(0);
                let request = String::from_utf8_lossy(&bytes[..count]).into_owned();
                let answer = state.lock().expect("no panic").answer(&request);
                let _ = stream.write_all(answer.as_bytes());
            }
        });
        port
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().expect("no panic").requests.clone()
    }
}

impl State {
    fn answer(&mut self, request: &str) -> String {
        let line = request.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1");
        self.requests.push(line.to_owned());
        let mut status = "200 OK";
        match (line, self.fails) {
            ("POST /n1/on" | "POST /n1/off", Some(fails)) => status = fails,
            ("POST /n1/on", None) => self.on = true,
            ("POST /n1/off", None) => self.on = false,
            _ => {}
        }
        let body = format!("{{\"status\": \"{}\"}}", if self.on { "running" } else { "stopped" });
        format!(
            "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
    }
}

fn scene(dir: &std::path::Path, service: &Service) -> House {
    let port = service.start();
    std::fs::write(dir.join("token"), "canary-token-17").expect("a secret");
    let url = format!("http://127.0.0.1:{port}/{{name}}");
    let inventory = format!(
        "[[nodes]]\nnames = \"n1\"\ndriver = \"webhook\"\npower_on_uri = \"{url}/on\"\n\
         power_off_uri = \"{url}/off\"\npower_query_uri = \"{url}\"\ncredentials = \"c\"\n\
         authorization = \"bearer\"\nsettle = \"1s\"\ntransition = \"1500ms\"\ndwell = \"100ms\"\npoll = \"off\"\n\
         [credentials.c]\nusername = \"lastword\"\npassword = {{ file = \"token\" }}\n"
    );
    House::start_with(dir, &inventory)
}

#[test]
fn a_webhook_is_told_and_asked_and_its_word_alone_confirms_nothing() {
    let (dir, service) = (folder(), Service::default());
    let mut house = scene(dir.path(), &service);
    for action in ["on", "cycle", "off"] {
        let said = house.say(&[action, "n1"]);
        assert_eq!(said.code, 0, "{}", said.all());
    }
    let lines = service.lines();
    let orders: Vec<_> = lines.iter().filter(|line| line.starts_with("POST")).collect();
    assert_eq!(orders, ["POST /n1/on", "POST /n1/off", "POST /n1/on", "POST /n1/off"]);
    assert_eq!(lines.last().map(String::as_str), Some("GET /n1"), "{lines:?}");
    service.0.lock().expect("no panic").fails = Some("500 Internal Server Error");
    let on = house.say(&["on", "n1", "--deadline", "4s"]);
    assert_eq!(on.code, 1, "{}", on.all());
    assert!(on.out.contains("it answered 500"), "{}", on.all());
    house.kill();
    assert!(!house.log().contains("canary-token-17"));
}

#[test]
fn a_newer_off_wins_over_an_on_that_a_webhook_keeps_failing() {
    let (dir, service) = (folder(), Service::default());
    service.0.lock().expect("no panic").fails = Some("503 Service Unavailable");
    let house = scene(dir.path(), &service);
    let on = house.begin(&["on", "n1"]);
    until("it was told to", || service.lines().iter().any(|line| line == "POST /n1/on"));
    let off = house.say(&["off", "n1"]);
    let on = end(on);
    assert_eq!((on.code, off.code), (3, 0), "{}\n{}", on.all(), off.all());
}
