//! A BMC whose every answer a test writes, and the driver in front of it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arbiter::{Answer, Ask, NodeId};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{self, UnboundedReceiver};

use super::super::Engine;
use crate::clock::now_ms;
use crate::driver::http::Link;
use crate::driver::network::Network;
use crate::driver::{Answered, Common, Job};
use crate::inventory::{Host, Inventory};
use crate::targets::{Target, targets};

pub const SYSTEM: &str = "/redfish/v1/Systems/1";
pub const RESET: &str = "POST /redfish/v1/Systems/1/Actions/ComputerSystem.Reset";
pub const LOG_IN: &str = "POST /redfish/v1/SessionService/Sessions";
pub const READ: &str = "GET /redfish/v1/Systems/1";

/// A request that came.
pub struct Request {
    /// Its method and path.
    pub line: String,
    /// How many like it came before.
    pub before: usize,
    /// How many requests came over its connection before.
    pub on_connection: usize,
    pub head: String,
    pub body: String,
}

/// What becomes of it.
pub enum Reply {
    Say(u16, String, String),
    /// The connection is closed.
    Close,
    /// Nothing, ever.
    Silence,
}

pub fn say(status: u16, body: Value) -> Reply {
    Reply::Say(status, String::new(), body.to_string())
}

pub fn say_with(status: u16, header: &str, body: Value) -> Reply {
    Reply::Say(status, format!("{header}\r\n"), body.to_string())
}

/// A session, a system that is on, and 204 for whatever else.
pub fn usual(request: &Request) -> Reply {
    match request.line.as_str() {
        LOG_IN => say_with(201, "X-Auth-Token: t\r\nLocation: /s/1", json!({})),
        "GET /redfish/v1/Systems" => say(200, json!({ "Members": [{ "@odata.id": SYSTEM }] })),
        READ => say(200, json!({ "PowerState": "On" })),
        _ => Reply::Say(204, String::new(), String::new()),
    }
}

/// The BMC, and the driver.
pub struct Bench {
    pub engine: Engine,
    answers: UnboundedReceiver<Answered>,
    log: Arc<Log>,
    port: u16,
    tickets: u32,
}

#[derive(Default)]
struct Log {
    requests: Mutex<Vec<String>>,
    connections: AtomicUsize,
    resets: AtomicUsize,
    ends: AtomicUsize,
}

impl Bench {
    pub async fn start(script: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (log, script) = (Arc::<Log>::default(), Arc::new(script));
        let (shared, seen) = (Arc::clone(&log), Arc::<Mutex<HashMap<String, usize>>>::default());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.connections.fetch_add(1, Ordering::Relaxed);
                let (log, script) = (Arc::clone(&shared), Arc::clone(&script));
                let seen = Arc::clone(&seen);
                tokio::spawn(async move { serve(stream, &log, &seen, &*script).await });
            }
        });
        let (sender, answers) = mpsc::unbounded_channel();
        let engine = Engine::new(&Common::new(sender, Network::Kernel));
        Self { engine, answers, log, port, tickets: 0 }
    }

    /// A node behind the BMC, with these lines in the inventory.
    pub fn target(&self, lines: &str) -> Arc<Target> {
        self.target_of("u", lines)
    }

    /// The same with another account.
    pub fn target_of(&self, user: &str, lines: &str) -> Arc<Target> {
        let text = format!(
            "[[nodes]]\nnames = \"n1\"\ndriver = \"redfish\"\nbmc = \"http://127.0.0.1:{}\"\ncredentials = \"c\"\n\
             {lines}\n[credentials.c]\nusername = \"{user}\"\npassword = \"hunter2\"\n",
            self.port
        );
        Arc::new(targets(&Inventory::from_text("i.toml", &text).unwrap()).next().unwrap())
    }

    /// A connection to the BMC.
    pub async fn link(&self) -> Link {
        let (host, traffic) = (Host::Ip([127, 0, 0, 1].into()), Arc::default());
        let at = ([127, 0, 0, 1], self.port).into();
        Link::open(&Network::Kernel, at, &host, None, traffic).await.unwrap()
    }

    /// Asks the node of the system `1`, and waits.
    pub async fn ask(&mut self, ask: Ask) -> Answer {
        let target = self.target("system = \"1\"");
        self.ask_of(target, ask, 5_000).await
    }

    pub async fn ask_of(&mut self, target: Arc<Target>, ask: Ask, within_ms: u64) -> Answer {
        let ticket = self.send(target, ask, within_ms);
        let answered = self.answer().await;
        assert_eq!(answered.ticket, ticket);
        answered.answer
    }

    /// Asks; the ticket.
    pub fn send(&mut self, target: Arc<Target>, ask: Ask, within_ms: u64) -> u32 {
        self.tickets += 1;
        let (ticket, until) = (self.tickets, now_ms() + within_ms);
        self.engine.ask(Job { node: NodeId(0), ticket, ask, until, target });
        ticket
    }

    pub async fn answer(&mut self) -> Answered {
        let answered = tokio::time::timeout(Duration::from_secs(20), self.answers.recv()).await;
        answered.expect("an answer in time").expect("the driver is there")
    }

    /// The requests that came since the last time.
    pub fn requests(&self) -> Vec<String> {
        std::mem::take(&mut *self.log.requests.lock().unwrap())
    }

    /// Stops the driver; the requests that this led to.
    pub async fn stop(self) -> Vec<String> {
        let Self { engine, log, .. } = self;
        engine.stop().await;
        std::mem::take(&mut *log.requests.lock().unwrap())
    }

    pub fn connections(&self) -> usize {
        self.log.connections.load(Ordering::Relaxed)
    }

    /// How many connections were reset, and how many ended in order.
    pub fn endings(&self) -> (usize, usize) {
        (self.log.resets.load(Ordering::Relaxed), self.log.ends.load(Ordering::Relaxed))
    }
}

/// The words of an answer that is no success, with what they say of the order.
pub fn told(answer: &Answer) -> String {
    match answer {
        Answer::Power(power) => power.word().to_owned(),
        Answer::Mixed(cause) => format!("mixed {}", cause.words),
        Answer::Done => "done".to_owned(),
        Answer::Refused(cause) => format!("refused {}", cause.words),
        Answer::NotSent(cause) if cause.trouble == arbiter::Trouble::Denied => {
            format!("denied {}", cause.words)
        }
        Answer::NotSent(cause) => format!("not sent {}", cause.words),
        Answer::Lost(cause) => format!("lost {}", cause.words),
    }
}

async fn serve(
    mut stream: TcpStream,
    log: &Log,
    seen: &Mutex<HashMap<String, usize>>,
    script: &(impl Fn(&Request) -> Reply + Send + Sync),
) {
    let mut on_connection = 0;
    while let Some((head, body)) = read(&mut stream, log).await {
        let line = head.split(" HTTP/").next().unwrap_or_default().to_owned();
        log.requests.lock().unwrap().push(line.clone());
        let before = {
            let mut seen = seen.lock().unwrap();
            let count = seen.entry(line.clone()).or_default();
            *count += 1;
            *count - 1
        };
        let reply = script(&Request { line, before, on_connection, head, body });
        on_connection += 1;
        let Reply::Say(status, headers, body) = reply else {
            if matches!(reply, Reply::Silence) {
                read(&mut stream, log).await;
            }
            return;
        };
        let length = body.len();
        let text =
            format!("HTTP/1.1 {status} X\r\nContent-Length: {length}\r\n{headers}\r\n{body}");
        let text = if status == 204 { format!("HTTP/1.1 204 X\r\n{headers}\r\n") } else { text };
        if stream.write_all(text.as_bytes()).await.is_err() || body == "last" {
            return;
        }
    }
}

/// A request; none at the end of the connection.
async fn read(stream: &mut TcpStream, log: &Log) -> Option<(String, String)> {
    let mut text = String::new();
    loop {
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok()
            });
            if body.len() >= length.unwrap_or(0) {
                return Some((head.to_owned(), body.to_owned()));
            }
        }
        let mut bytes = [0; 4_096];
        match stream.read(&mut bytes).await {
            Ok(0) => {
                // a reset right after the end is none in order
                tokio::time::sleep(Duration::from_millis(20)).await;
                let reset = matches!(stream.take_error(), Ok(Some(_)) | Err(_));
                let how = if reset { &log.resets } else { &log.ends };
                how.fetch_add(1, Ordering::Relaxed);
                return None;
            }
            Ok(count) => text.push_str(&String::from_utf8_lossy(&bytes[..count])),
            Err(_) => {
                log.resets.fetch_add(1, Ordering::Relaxed);
                return None;
            }
        }
    }
}
