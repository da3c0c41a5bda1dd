//! Alice and Bob, who fight over machines, and a scheduler that does its work. They use the public interface, as anybody.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use api::{Action, Client, CommandRequest, Door, Role, Secret, TokenRequest};

use crate::cli::session::fresh_key;

/// How many machines people fight over at most.
const FOUGHT_OVER: usize = 3;
/// How many machines the scheduler has in a batch at most.
const BATCH: usize = 12;
/// How often somebody looks whether it is over.
const PAUSE: Duration = Duration::from_millis(50);

/// People at work, until told to stop.
#[derive(Debug)]
pub struct People {
    stop: Arc<AtomicBool>,
    threads: Vec<thread::JoinHandle<()>>,
}

/// One of them.
struct Person {
    client: Client,
    stop: Arc<AtomicBool>,
    chance: fastrand::Rng,
}

impl People {
    /// Lets them in and begin.
    ///
    /// # Errors
    /// When the server does not let them in.
    pub fn begin(admin: &Client, names: &[String], seed: u64) -> anyhow::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let mut threads = Vec::new();
        let fought: Vec<String> = names.iter().take(FOUGHT_OVER).cloned().collect();
        let rest: Vec<String> = names.iter().skip(FOUGHT_OVER).cloned().collect();
        for (name, number) in [("alice", 1), ("bob", 2)] {
            let chance = fastrand::Rng::with_seed(seed + number);
            let person = Person::enter(admin, name, chance, &stop)?;
            let fought = fought.clone();
            threads.push(thread::spawn(move || person.fight(&fought)));
        }
        let chance = fastrand::Rng::with_seed(seed);
        let scheduler = Person::enter(admin, "scheduler", chance, &stop)?;
        threads.push(thread::spawn(move || scheduler.schedule(&rest)));
        Ok(Self { stop, threads })
    }

    /// Sends them home.
    pub fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            // one who broke has nothing more to do
            let _ = thread.join();
        }
    }
}

impl Person {
    fn enter(
        admin: &Client,
        name: &str,
        chance: fastrand::Rng,
        stop: &Arc<AtomicBool>,
    ) -> anyhow::Result<Self> {
        // a demo that is kept knows them from the last time
        let _ = admin.delete_token(name);
        let wanted = TokenRequest { name: name.to_owned(), role: Role::Operator, scope: None };
        let token = Secret::parse(&admin.create_token(&wanted)?.token)?;
        let client = Client::new(admin.server(), token, None, Door::Cli)?;
        Ok(Self { client, stop: Arc::clone(stop), chance })
    }

    /// Wants a machine to be on, then off, then on...
    fn fight(mut self, nodes: &[String]) {
        while self.waits(1_200, 4_500) {
            let Some(node) = self.chance.choice(nodes) else { return };
            let actions = [Action::On, Action::Off, Action::On, Action::Off, Action::Cycle];
            let action = self.chance.choice(actions).unwrap_or(Action::On);
            self.ask(action, node, "I need it so");
        }
    }

    /// Starts what is not there, then puts some of it to sleep and wakes it again.
    fn schedule(mut self, nodes: &[String]) {
        let most = nodes.len() * 3 / 4;
        let mut awake = 0;
        while self.waits(1_500, 2_500) && awake < most {
            let batch = nodes[awake..most].iter().take(BATCH).cloned().collect::<Vec<_>>();
            awake += batch.len();
            self.ask(Action::On, &batch.join(","), "jobs are waiting");
        }
        while self.waits(6_000, 12_000) {
            let from = self.chance.usize(0..nodes.len().max(1));
            let batch: Vec<String> = nodes.iter().skip(from).take(BATCH).cloned().collect();
            let action = if self.chance.bool() { Action::Soft } else { Action::On };
            self.ask(action, &batch.join(","), "power saving");
        }
    }

    fn ask(&self, action: Action, nodes: &str, why: &str) {
        let Ok(key) = fresh_key() else { return };
        let reason = Some(why.to_owned());
        let request = CommandRequest { reason, ..CommandRequest::new(action, nodes) };
        // what became of it is in the events, for everybody to see
        let _ = self.client.post_command(&request, &key);
    }

    /// Waits about so many milliseconds; false when it is over.
    fn waits(&mut self, from: u64, to: u64) -> bool {
        let mut left = Duration::from_millis(self.chance.u64(from..to));
        while !self.stop.load(Ordering::Relaxed) && !left.is_zero() {
            let pause = left.min(PAUSE);
            thread::sleep(pause);
            left -= pause;
        }
        !self.stop.load(Ordering::Relaxed)
    }
}
