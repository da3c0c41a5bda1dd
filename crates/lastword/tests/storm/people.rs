//! Callers who ask for this and that at random, also while the server is away.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use api::{
    Action, Client, ClientError, Code, CommandQuery, CommandRequest, Door, Role, Secret,
    TokenRequest,
};

use super::house::House;

/// Nodes of one command at most: fewer than the count that would have to be repeated.
const NODES_MAX: usize = 12;
/// How long a caller tries to be heard.
const PATIENCE: Duration = Duration::from_secs(60);

/// A command that a caller heard to be accepted.
#[derive(Debug, Clone)]
pub struct Asked {
    pub seq: u64,
    pub action: Action,
    pub nodes: String,
}

pub fn admin(house: &House) -> Client {
    let text = fs::read_to_string(house.token_file()).expect("a token");
    client(&house.url(), text.trim())
}

/// How many commands have open intents.
pub fn open(client: &Client) -> usize {
    let query = CommandQuery { open: Some(true), limit: Some(1_000), ..CommandQuery::default() };
    client.commands(&query).map_or(usize::MAX, |list| list.commands.len())
}

pub fn caller(
    house: &House,
    number: usize,
    seed: u64,
    names: Vec<String>,
    over: &Arc<AtomicBool>,
) -> JoinHandle<Vec<Asked>> {
    let request =
        TokenRequest { name: format!("caller{number}"), role: Role::Operator, scope: None };
    let token = admin(house).create_token(&request).expect("a token").token;
    let client = client(&house.url(), &token);
    let over = Arc::clone(over);
    let mut rng = fastrand::Rng::with_seed(seed * 1_000 + number as u64);
    thread::spawn(move || {
        let mut asked = Vec::new();
        while !over.load(Ordering::Relaxed) {
            thread::sleep(Duration::from_millis(rng.u64(300..1_800)));
            let nodes: Vec<&str> = (0..rng.usize(1..=NODES_MAX))
                .map(|_| names[rng.usize(..names.len())].as_str())
                .collect();
            let request = CommandRequest::new(action(&mut rng), nodes.join(","));
            let key = format!("storm-{number}-{}", rng.u64(..));
            let Some(seq) = give(&client, &request, &key) else { continue };
            asked.push(Asked { seq, action: request.action, nodes: request.nodes });
        }
        asked
    })
}

fn action(rng: &mut fastrand::Rng) -> Action {
    match rng.u8(0..20) {
        0..7 => Action::On,
        7..13 => Action::Off,
        13..15 => Action::Cycle,
        15..17 => Action::Soft,
        17 => Action::Nmi,
        _ => Action::Reset,
    }
}

/// The same key is the same command: it is safe to ask until somebody answers. None if it is refused on every node.
fn give(client: &Client, request: &CommandRequest, key: &str) -> Option<u64> {
    let since = Instant::now();
    loop {
        match client.post_command(request, key) {
            Ok(answer) => return answer.seq,
            Err(ClientError::Problem(problem)) if problem.code == Code::Busy => return None,
            // the server is away, or does not know yet
            Err(error @ (ClientError::Unreachable { .. } | ClientError::Problem(_))) => {
                assert!(since.elapsed() < PATIENCE, "nobody answers: {error}");
                thread::sleep(Duration::from_millis(100));
            }
            Err(error) => panic!("{error}"),
        }
    }
}

fn client(url: &str, token: &str) -> Client {
    let token = Secret::parse(token).expect("a token");
    Client::new(url, token, None, Door::Rest).expect("a client")
}
