//! The figures of a whole server: the release program on this machine, 100,000 idle nodes and one at work.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use api::{Action, Client, CommandRequest};

use super::server::Server;
use super::{bmc, row};

const CALLERS: usize = 64;
const COMMANDS_EACH: usize = 200;
const WARM_ROUNDS: usize = 200;

/// Starts the server, measures, stops it.
pub fn run() {
    let (port, datagrams) = bmc::start();
    let server = Server::start(&inventory(port), bmc::ACCOUNT, "w1");
    let client = server.client();
    idle(&server);
    bulk(&client);
    println!("one flush of this disk: {:.2} ms", flush_ms(&server.folder));
    singles(&server);
    warm(&client, &datagrams);
}

fn inventory(port: u16) -> String {
    let mut text = String::new();
    let _ = write!(
        text,
        "[defaults]\ndriver = \"ipmi\"\ncredentials = \"c\"\npoll = \"off\"\nsettle = \"0s\"\n\
         [[nodes]]\nnames = \"a[1-40]b[0-9]c[1-250]\"\nbmc = \"127.{{1}}.{{2}}.{{3}}\"\n\
         [[nodes]]\nnames = \"w1\"\nbmc = \"127.0.0.1:{port}\"\ntransition = \"100ms\"\n\
         [credentials.c]\nusername = \"{0}\"\npassword = {{ file = \"secret\" }}\n",
        bmc::ACCOUNT
    );
    text
}

/// What 100,000 nodes cost while nothing happens.
fn idle(server: &Server) {
    std::thread::sleep(Duration::from_secs(3));
    let (_, before) = server.stat();
    std::thread::sleep(Duration::from_secs(10));
    let (rss, after) = server.stat();
    row("100,000 idle nodes, resident", &format!("{rss:.0} MiB"), "200 MiB");
    let share = (after - before) / 10.0 * 100.0;
    row("100,000 idle nodes, polling off, share of a core", &format!("{share:.2} %"), "2 %");
}

/// One command to the whole fleet, withdrawn at once: their BMCs do not exist.
fn bulk(client: &Client) {
    let mut request = CommandRequest::new(Action::On, "a[1-40]b[0-9]c[1-250]");
    request.confirm = Some(100_000);
    let started = Instant::now();
    let answer = client.post_command(&request, "bulk").expect("it is accepted");
    let took = started.elapsed().as_secs_f64() * 1e3;
    row("one command to 100,000 nodes, accepted durably", &format!("{took:.0} ms"), "100 ms");
    let _ = client.withdraw_command(answer.seq.unwrap_or(0), "bulk-back");
    std::thread::sleep(Duration::from_secs(15));
}

fn flush_ms(dir: &Path) -> f64 {
    let mut file = File::create(dir.join("flush")).expect("a file");
    let started = Instant::now();
    for _ in 0..100 {
        file.write_all(b"0123456789").expect("room");
        file.sync_data().expect("a disk");
    }
    started.elapsed().as_secs_f64() * 10.0
}

/// 64 callers, each clicking at a node of its own: durable acceptance, with little for BMCs to do.
fn singles(server: &Server) {
    let started = Instant::now();
    std::thread::scope(|scope| {
        for caller in 0..CALLERS {
            let client = server.client();
            scope.spawn(move || {
                for turn in 0..COMMANDS_EACH {
                    let node = format!("a1b0c{}", caller + 1);
                    let request = CommandRequest::new(Action::On, node);
                    let key = format!("s{caller}-{turn}");
                    client.post_command(&request, &key).expect("it is accepted");
                }
            });
        }
    });
    let rate = (CALLERS * COMMANDS_EACH) as f64 / started.elapsed().as_secs_f64();
    row("single commands accepted durably, 64 callers", &format!("{rate:.0} /s"), "5000 /s");
}

/// From the request to the first datagram at a BMC with a warm session: more than from "accepted".
fn warm(client: &Client, datagrams: &Receiver<Instant>) {
    let mut spans = Vec::new();
    for round in 0..=WARM_ROUNDS {
        let action = if round % 2 == 0 { Action::On } else { Action::Off };
        while datagrams.try_recv().is_ok() {}
        let started = Instant::now();
        let key = format!("w{round}");
        client.post_command(&CommandRequest::new(action, "w1"), &key).expect("it is accepted");
        let first = datagrams.recv_timeout(Duration::from_secs(10)).expect("a datagram");
        if round > 0 {
            spans.push(first.duration_since(started).as_secs_f64() * 1e3);
        }
        std::thread::sleep(Duration::from_millis(350));
    }
    spans.sort_by(f64::total_cmp);
    let at = |share: usize| format!("{:.2} ms", spans[spans.len() * share / 100]);
    row("request to first datagram, warm session, p50", &at(50), "");
    row("request to first datagram, warm session, p99", &at(99), "5 ms");
}
