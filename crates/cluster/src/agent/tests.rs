//! The agent with time paused: a journal in memory, BMCs played by the test, hours within milliseconds.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arbiter::{Action, Answer, Ask, Command, Order, Phase, Power, Report, Settlement};
use nodeset::NodeSet;
use tokio::sync::{oneshot, watch};

use super::{Agent, Looks, Sighting, Witness};
use crate::clock::now_ms;
use crate::driver::{Answered, Drivers, Exchange, Job, Played};
use crate::inventory::Inventory;
use crate::tests::memory::{self, Memory, Side};

#[derive(Default)]
struct Seen {
    powers: Mutex<BTreeMap<Arc<str>, Power>>,
    /// Every step that was shown, and for which intent.
    steps: Mutex<Vec<(Option<u64>, Phase)>>,
    reports: Mutex<Vec<Report>>,
    exchanges: Mutex<Vec<Exchange>>,
}

impl Witness for Seen {
    fn saw(&self, sightings: Vec<Sighting>) {
        let mut steps = self.steps.lock().expect("no holder panics");
        steps.extend(sightings.iter().map(|it| (it.progress.seq, it.progress.phase)));
        let mut powers = self.powers.lock().expect("no holder panics");
        powers.extend(sightings.into_iter().map(|sighting| (sighting.node, sighting.seen.power)));
    }

    fn reported(&self, _node: &str, report: &Report) {
        self.reports.lock().expect("no holder panics").push(report.clone());
    }

    fn loaded(&self, _loads: Vec<arbiter::Load>) {}

    fn exchanged(&self, _node: &str, exchange: &Exchange, _answer: &Answer) {
        self.exchanges.lock().expect("no holder panics").push(*exchange);
    }
}

/// What the played BMC is said to take for an answer, in milliseconds.
const TOOK_MS: u64 = 12;

/// An agent at work, and the BMC of its one node, played.
struct Stage {
    journal: Arc<Memory>,
    witness: Arc<Seen>,
    bmc: Played,
    looks: Looks,
    inventory: watch::Sender<Arc<Inventory>>,
    stop: Option<oneshot::Sender<()>>,
}

const INVENTORY: &str = "[[nodes]]\nnames = \"n1\"\nbmc = \"10.0.0.1\"\ndriver = \"ipmi\"\n\
    credentials = \"c\"\npoll = \"60s\"\n[credentials.c]\nusername = \"u\"\npassword = { env = \"X\" }\n";

impl Stage {
    fn new() -> Self {
        let journal = Memory::new();
        let witness = Arc::new(Seen::default());
        let inventory = Inventory::from_text("inventory.toml", INVENTORY).expect("an inventory");
        let (sender, inventory) = watch::channel(Arc::new(inventory));
        let (drivers, answered, bmc) = Drivers::played();
        let (agent, looks) = Agent::with_drivers(
            "c",
            Arc::clone(&journal),
            inventory,
            Arc::clone(&witness),
            (drivers, answered),
        );
        let (stop, stopped) = oneshot::channel::<()>();
        tokio::spawn(agent.run(async move { drop(stopped.await) }));
        Self { journal, witness, bmc, looks, inventory: sender, stop: Some(stop) }
    }

    async fn question(&mut self) -> Job {
        self.bmc.questions.recv().await.expect("the agent asks")
    }

    fn answer(&self, job: &Job, answer: Answer) {
        let answered = Answered::new(job, answer, Some(TOOK_MS));
        self.bmc.answers.send(answered).expect("the agent listens");
    }

    /// Answers reads with that state until another question comes.
    async fn read_until_asked(&mut self, power: Power) -> Job {
        loop {
            let job = self.question().await;
            if job.ask != Ask::Power {
                return job;
            }
            self.answer(&job, Answer::Power(power));
        }
    }

    /// Answers reads with that state until so many intents have ended.
    async fn read_until_settled(&mut self, power: Power, ends: usize) {
        while self.journal.settled().len() < ends {
            tokio::select! {
                job = self.bmc.questions.recv() => {
                    let job = job.expect("the agent asks");
                    assert_eq!(job.ask, Ask::Power);
                    self.answer(&job, Answer::Power(power));
                }
                () = tokio::time::sleep(Duration::from_millis(10)) => {}
            }
        }
    }
}

fn command(action: Action, deadline_ms: u64) -> Command {
    memory::command(action, NodeSet::parse("n1", 1).expect("a node"), deadline_ms)
}

#[tokio::test(start_paused = true)]
async fn an_on_is_read_fired_confirmed_and_put_on_record() {
    let mut stage = Stage::new();
    let seq = stage.journal.command(&command(Action::On, 60_000));
    let fire = stage.read_until_asked(Power::Off).await;
    assert_eq!(fire.ask, Ask::Fire(Order::On));
    stage.answer(&fire, Answer::Done);
    stage.read_until_settled(Power::On, 1).await;
    assert_eq!(stage.journal.settled(), [(seq, Settlement::Confirmed)]);
    let powers = stage.witness.powers.lock().expect("no holder panics");
    assert_eq!(powers.get("n1"), Some(&Power::On));
    let exchanges = stage.witness.exchanges.lock().expect("no holder panics");
    let took_ms = Some(TOOK_MS);
    let exchange = |ask, op| Exchange { driver: "ipmi", ask, op, result: "ok", took_ms };
    let order = exchange(Ask::Fire(Order::On), "order");
    assert_eq!(exchanges[..2], [exchange(Ask::Power, "read"), order]);
}

#[tokio::test(start_paused = true)]
async fn a_bmc_that_never_answers_fails_the_intent_at_its_deadline() {
    let mut stage = Stage::new();
    let (seq, started) = (stage.journal.command(&command(Action::Off, 120_000)), now_ms());
    while stage.journal.settled().is_empty() {
        tokio::select! {
            job = stage.question() => assert_eq!(job.ask, Ask::Power),
            () = tokio::time::sleep(Duration::from_millis(100)) => {}
        }
    }
    let took = now_ms() - started;
    assert!((120_000..121_000).contains(&took), "{took} ms");
    let settled = stage.journal.settled();
    assert!(
        matches!(&settled[..], [(ended, Settlement::Failed(_))] if *ended == seq),
        "{settled:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_is_fired_while_an_older_order_is_on_its_way() {
    let mut stage = Stage::new();
    stage.journal.command(&command(Action::On, 60_000));
    let on = stage.read_until_asked(Power::Off).await;
    let off = stage.journal.command(&command(Action::Off, 60_000));
    let next = tokio::time::timeout(Duration::from_secs(5), stage.question()).await;
    assert!(next.is_err(), "it waits for the answer to the power-on: {next:?}");
    stage.answer(&on, Answer::Done);
    let fire = stage.read_until_asked(Power::On).await;
    assert_eq!(fire.ask, Ask::Fire(Order::Off));
    stage.answer(&fire, Answer::Done);
    stage.read_until_settled(Power::Off, 1).await;
    assert_eq!(stage.journal.settled(), [(off, Settlement::Confirmed)]);
}

#[tokio::test(start_paused = true)]
async fn a_look_reads_at_once_and_idle_nodes_are_read_at_their_pace() {
    let mut stage = Stage::new();
    let first = stage.question().await;
    stage.answer(&first, Answer::Power(Power::Off));
    let started = now_ms();
    let second = stage.question().await;
    let gap = now_ms() - started;
    assert!((1..=60_000).contains(&gap), "{gap} ms between two reads");
    stage.answer(&second, Answer::Power(Power::Off));
    tokio::time::sleep(Duration::from_secs(1)).await;
    let started = now_ms();
    stage.looks.look(NodeSet::parse("n1", 1).expect("a node"));
    let third = stage.question().await;
    assert!(now_ms() - started < 1_000);
    assert_eq!(third.ask, Ask::Power);
}

#[tokio::test(start_paused = true)]
async fn a_stopped_agent_asks_nothing_more() {
    let mut stage = Stage::new();
    let first = stage.question().await;
    stage.answer(&first, Answer::Power(Power::Off));
    drop(stage.stop.take());
    tokio::time::sleep(Duration::from_secs(5)).await;
    stage.journal.command(&command(Action::On, 60_000));
    assert!(stage.bmc.questions.recv().await.is_none(), "its drivers are gone");
}

#[tokio::test(start_paused = true)]
async fn a_node_that_left_the_inventory_keeps_its_open_intent_until_that_ends() {
    let mut stage = Stage::new();
    let seq = stage.journal.command(&command(Action::On, 60_000));
    let fire = stage.read_until_asked(Power::Off).await;
    stage.inventory.send_replace(Arc::new(Inventory::default()));
    tokio::time::sleep(Duration::from_millis(100)).await;
    stage.answer(&fire, Answer::Done);
    stage.read_until_settled(Power::On, 1).await;
    assert_eq!(stage.journal.settled(), [(seq, Settlement::Confirmed)]);
    stage.journal.command(&command(Action::Off, 60_000));
    let more = tokio::time::timeout(Duration::from_secs(300), stage.question()).await;
    assert!(more.is_err(), "after that it is left alone: {more:?}");
}

#[tokio::test(start_paused = true)]
async fn a_batch_is_acted_on_record_by_record_so_that_a_reset_leaves_before_the_newer_word_is_seen()
{
    let mut stage = Stage::new();
    let first = stage.question().await;
    let reset = stage.journal.command(&command(Action::Reset, 60_000));
    stage.journal.command_beside(Side::After, &command(Action::Off, 60_000));
    stage.answer(&first, Answer::Power(Power::On));
    let fire = stage.read_until_asked(Power::On).await;
    assert_eq!(fire.ask, Ask::Fire(Order::Reset));
    let off = *stage.journal.head.borrow();
    let shown = stage.witness.steps.lock().expect("no holder panics").clone();
    let at = |step| shown.iter().position(|it| *it == step);
    let fired = at((Some(reset), Phase::Firing(Order::Reset)));
    let newer = at((Some(off), Phase::Draining));
    assert!(fired.is_some() && fired < newer, "the reset left first: {shown:?}");
    let next = tokio::time::timeout(Duration::from_secs(5), stage.question()).await;
    assert!(next.is_err(), "the newer word waits for what was sent: {next:?}");
    stage.answer(&fire, Answer::Done);
    let fire = stage.read_until_asked(Power::On).await;
    assert_eq!(fire.ask, Ask::Fire(Order::Off));
}

#[tokio::test(start_paused = true)]
async fn a_reset_whose_record_comes_after_the_newer_word_never_leaves() {
    let mut stage = Stage::new();
    let first = stage.question().await;
    stage.journal.command(&command(Action::Reset, 60_000));
    stage.journal.command_beside(Side::Before, &command(Action::Off, 60_000));
    stage.answer(&first, Answer::Power(Power::On));
    let fire = stage.read_until_asked(Power::On).await;
    assert_eq!(fire.ask, Ask::Fire(Order::Off));
    stage.answer(&fire, Answer::Done);
    stage.read_until_settled(Power::Off, 1).await;
}
