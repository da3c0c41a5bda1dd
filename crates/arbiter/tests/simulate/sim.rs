//! The engine: an agenda of what happens when, and the shell's part done by hand.

use std::collections::BTreeMap;

use arbiter::{
    Agent, Answer, Ask, Drift, Effect, Ledger, Limit, Millis, NodeId, NoticeKind, Order, Pacing,
    Power, Record, Report, Second, SecondIs, Seq, Way, coalesce,
};

use crate::checks::{Checked, Ghosts};
use crate::machine::{Machine, cause};
use crate::people::{draw_record, name};
use crate::rng::Rng;
use crate::traffic::Flight;

/// When a node is looked at whose power button was pressed: everything asked has ended by then.
const LOOK_AFTER_MS: Millis = 1_000_000;

/// How big and how wild a run is.
#[derive(Clone, Debug)]
pub struct Plan {
    pub nodes: u32,
    pub asks: u32,
    pub crashes: u32,
    pub span_ms: Millis,
}

impl Plan {
    pub fn small(seed: u64) -> Self {
        let mut rng = Rng::new(seed ^ 0xA5A5);
        Self {
            nodes: 1 + rng.below(8) as u32,
            asks: 2 + rng.below(24) as u32,
            crashes: rng.below(4) as u32,
            span_ms: 2_000 + rng.below(90_000),
        }
    }

    pub fn large(nodes: u32) -> Self {
        Self { nodes, asks: 60, crashes: 3, span_ms: 120_000 }
    }
}

/// What happened in a run.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    pub intents: usize,
    pub confirmed: usize,
    pub superseded: usize,
    pub merged: usize,
    pub failed: usize,
    pub uncertain: usize,
    pub cancelled: usize,
    pub refused: usize,
    pub crashes: u32,
    pub returned: u32,
}

impl Summary {
    pub fn add(&mut self, other: &Self) {
        self.intents += other.intents;
        self.confirmed += other.confirmed;
        self.superseded += other.superseded;
        self.merged += other.merged;
        self.failed += other.failed;
        self.uncertain += other.uncertain;
        self.cancelled += other.cancelled;
        self.refused += other.refused;
        self.crashes += other.crashes;
        self.returned += other.returned;
    }

    /// Whether everything that can happen did.
    pub fn is_lively(&self) -> bool {
        [self.confirmed, self.superseded, self.merged, self.failed, self.cancelled, self.refused]
            .into_iter()
            .all(|count| count * 100 > self.intents)
            && self.uncertain > 0
            && self.crashes > 0
            && self.returned > 0
    }

    fn note(&mut self, outcome: &arbiter::Outcome) {
        match outcome {
            arbiter::Outcome::Confirmed => self.confirmed += 1,
            arbiter::Outcome::Merged { .. } => self.merged += 1,
            arbiter::Outcome::Superseded { .. } => self.superseded += 1,
            arbiter::Outcome::Cancelled { .. } => self.cancelled += 1,
            arbiter::Outcome::Failed { .. } => self.failed += 1,
            arbiter::Outcome::Uncertain { .. } => self.uncertain += 1,
        }
    }
}

/// Something that is going to happen.
#[derive(Clone, Debug)]
enum What {
    Ask,
    Durable { record: Record },
    Follow { life: u32 },
    Due { life: u32 },
    Arrive { flight: Flight },
    Answer { flight: Flight, answer: Answer },
    Over { flight: Flight },
    Press { node: NodeId },
    Look { node: NodeId },
    Late { node: NodeId, order: Order },
    Turn { node: NodeId },
    Crash,
    TakeOver,
}

struct Life {
    number: u32,
    agent: Agent,
    read: usize,
    due: Option<Millis>,
}

pub struct Sim {
    plan: Plan,
    rng: Rng,
    now: Millis,
    order: u64,
    agenda: BTreeMap<(Millis, u64), What>,
    journal: Vec<(Millis, Record)>,
    truth: Ledger,
    machines: Vec<Machine>,
    lives: Vec<Life>,
    born: u32,
    ghosts: Ghosts,
    summary: Summary,
    log: Option<Vec<String>>,
}

impl Sim {
    pub fn new(seed: u64, plan: Plan, logged: bool) -> Self {
        let mut rng = Rng::new(seed);
        let mut truth = Ledger::new();
        let machines = (0..plan.nodes).map(|_| Machine::new(&mut rng)).collect();
        for node in 0..plan.nodes {
            truth.intern(&name(node));
        }
        let mut sim = Self {
            plan,
            rng,
            now: 1_000,
            order: 0,
            agenda: BTreeMap::new(),
            journal: Vec::new(),
            truth,
            machines,
            lives: Vec::new(),
            born: 0,
            ghosts: Ghosts::default(),
            summary: Summary::default(),
            log: logged.then(Vec::new),
        };
        sim.begin_life();
        sim.plan_events();
        sim
    }

    pub fn log(&self) -> &[String] {
        self.log.as_deref().unwrap_or_default()
    }

    /// Runs until nothing is left to happen.
    pub fn run(&mut self) -> Result<Summary, String> {
        let mut steps = 0_u64;
        while let Some(((at, _), what)) = self.agenda.pop_first() {
            self.now = self.now.max(at);
            self.note(|| format!("{what:?}"));
            self.happen(what)?;
            steps += 1;
            if steps > 2_000_000 {
                return Err("it never comes to rest".into());
            }
        }
        for machine in &mut self.machines {
            machine.settle(self.now);
        }
        self.ghosts.at_end(&self.truth, &self.machines, |node| pacing(node.0).drift)?;
        self.summary.intents = self.ghosts.intents();
        Ok(self.summary.clone())
    }

    fn plan_events(&mut self) {
        for _ in 0..self.plan.asks {
            let mut at = self.rng.below(self.plan.span_ms);
            for _ in 0..1 + self.rng.below(3) {
                self.at(1_000 + at, What::Ask);
                at += self.rng.below(700);
            }
        }
        for _ in 0..self.plan.crashes {
            let at = 1_000 + self.rng.below(self.plan.span_ms);
            let what = if self.rng.percent(70) { What::Crash } else { What::TakeOver };
            self.at(at, what);
        }
        for _ in 0..self.rng.below(3) {
            let node = NodeId(self.rng.below(u64::from(self.plan.nodes)) as u32);
            let at = 1_000 + self.rng.below(self.plan.span_ms * 2);
            self.at(at, What::Press { node });
            let soon = self.rng.below(30_000);
            self.at(at + soon, What::Look { node });
            self.at(at + LOOK_AFTER_MS, What::Look { node });
        }
    }

    fn at(&mut self, at: Millis, what: What) {
        self.order += 1;
        self.agenda.insert((at, self.order), what);
    }

    fn after(&mut self, span: Millis, what: What) {
        self.at(self.now + span, what);
    }

    fn note(&mut self, line: impl FnOnce() -> String) {
        let now = self.now;
        if let Some(log) = &mut self.log {
            log.push(format!("{now:>9} ms  {}", line()));
        }
    }

    fn happen(&mut self, what: What) -> Checked {
        match what {
            What::Ask => {
                let newest = self.journal.len() as Seq;
                let record = draw_record(&mut self.rng, self.plan.nodes, newest);
                let latency = 1 + self.rng.below(20);
                self.after(latency, What::Durable { record });
            }
            What::Durable { record } => self.append(&record)?,
            What::Follow { life } => self.follow(life)?,
            What::Due { life } => self.due(life)?,
            What::Arrive { flight } => self.arrive(flight)?,
            What::Answer { flight, answer } => self.answer(&flight, answer)?,
            What::Over { flight } => self.ghosts.traffic.on_over(self.now, &flight, None),
            What::Press { node } => self.press(node),
            What::Look { node } => self.look(node)?,
            What::Late { node, order } => self.fire_late(node, order),
            What::Turn { node } => self.machines[node.0 as usize].settle(self.now),
            What::Crash => {
                self.summary.crashes += 1;
                self.lives.clear();
                self.begin_life();
            }
            What::TakeOver => self.begin_life(),
        }
        Ok(())
    }

    fn begin_life(&mut self) {
        self.born += 1;
        let mut agent = Agent::new("c", &format!("agent-{}", self.born));
        let nodes = (0..self.plan.nodes).map(|node| (name(node).into(), pacing(node), None));
        agent.set_circuits((0..self.plan.nodes).filter_map(limit));
        agent.manage(self.now, nodes, &mut Vec::new());
        let pairs = (0..self.plan.nodes).filter_map(|node| Some((name(node), parent(node)?)));
        let pairs = pairs.map(|(child, parent)| (child.into(), name(parent).into()));
        agent.set_parents(self.now, pairs, &mut Vec::new());
        let record = agent.claim();
        let number = self.born;
        self.lives.push(Life { number, agent, read: 0, due: None });
        self.after(5, What::Durable { record });
        self.after(1, What::Follow { life: number });
    }

    fn append(&mut self, record: &Record) -> Checked {
        let seq = self.journal.len() as Seq + 1;
        let mut changes = Vec::new();
        self.truth.apply(seq, self.now, record, &mut changes);
        self.journal.push((self.now, record.clone()));
        for machine in &mut self.machines {
            machine.settle(self.now);
        }
        self.ghosts.referee.on_record((self.now, seq), record, &changes)?;
        for change in &changes {
            self.ghosts.on_change(self.now, &self.truth, &self.machines, change)?;
            match change {
                arbiter::Change::Ended { outcome, .. } => self.summary.note(outcome),
                arbiter::Change::Judged { verdict: arbiter::Verdict::Refused(_), .. } => {
                    self.summary.refused += 1;
                }
                _ => {}
            }
        }
        for life in self.lives.iter().map(|life| life.number).collect::<Vec<_>>() {
            let latency = 1 + self.rng.below(30);
            self.after(latency, What::Follow { life });
        }
        Ok(())
    }

    fn place(&self, life: u32) -> Option<usize> {
        self.lives.iter().position(|known| known.number == life)
    }

    fn follow(&mut self, number: u32) -> Checked {
        let Some(place) = self.place(number) else { return Ok(()) };
        while self.lives[place].read < self.journal.len() {
            let read = self.lives[place].read;
            let (at, record) = self.journal[read].clone();
            let mut effects = Vec::new();
            let (now, seq) = (self.now, read as Seq + 1);
            let life = &mut self.lives[place];
            life.read += 1;
            life.agent.fold(now, (seq, at), &record, &mut effects);
            self.perform(place, effects)?;
        }
        Ok(())
    }

    fn due(&mut self, number: u32) -> Checked {
        let Some(place) = self.place(number) else { return Ok(()) };
        if self.lives[place].due.is_none_or(|at| at > self.now) {
            return Ok(());
        }
        self.lives[place].due = None;
        let mut effects = Vec::new();
        self.lives[place].agent.due(self.now, &mut effects);
        self.perform(place, effects)
    }

    fn perform(&mut self, place: usize, effects: Vec<Effect>) -> Checked {
        let mut records = Vec::new();
        for effect in effects {
            match effect {
                Effect::Exchange { node, ticket, ask, way, until } => {
                    self.send(place, node, ticket, (ask, way), until)?;
                }
                Effect::Append(record) => records.push(record),
                Effect::Notice(notice) => {
                    let returned =
                        matches!(notice.kind, NoticeKind::Report(Report::BroughtBack { .. }));
                    self.summary.returned += u32::from(returned);
                }
            }
        }
        for record in coalesce(records) {
            let latency = 1 + self.rng.below(20);
            self.after(latency, What::Durable { record });
        }
        let life = &mut self.lives[place];
        let due = life.agent.next_due();
        if due != life.due {
            life.due = due;
            let life = life.number;
            if let Some(at) = due {
                self.at(at.max(self.now), What::Due { life });
            }
        }
        Ok(())
    }

    fn send(
        &mut self,
        place: usize,
        node: NodeId,
        ticket: u32,
        (ask, way): (Ask, Way),
        until: Millis,
    ) -> Checked {
        let (agent, life) = (&self.lives[place].agent, self.lives[place].number);
        let seq = agent.ledger().running(node).map_or(0, |(seq, _)| seq);
        let flight = Flight { life, node, ticket, ask, way, at: self.now, until, seq };
        let sent = self.ghosts.traffic.on_send(&flight, agent, &pacing(node.0));
        sent.map_err(|broken| format!("{broken} ({flight:?})"))?;
        let faults = &self.machines[node.0 as usize].faults;
        let lag = 1 + self.rng.below(faults.lag_max);
        if self.rng.percent(faults.drop) {
            self.at(until, What::Over { flight });
        } else {
            self.after(lag, What::Arrive { flight });
        }
        Ok(())
    }

    /// Nothing of an exchange arrives after its deadline: the driver sees to that.
    fn arrive(&mut self, flight: Flight) -> Checked {
        if flight.until <= self.now {
            self.ghosts.traffic.on_over(self.now, &flight, None);
            return Ok(());
        }
        let machine = &mut self.machines[flight.node.0 as usize];
        let answer = match (flight.way, second(flight.node.0)) {
            (Way::Second, Some(second)) => {
                Some(machine.ask_second(self.now, flight.ask, second.is))
            }
            (Way::First | Way::Second, _) => machine.ask(self.now, flight.ask, &mut self.rng),
        };
        let reached = !matches!(answer, Some(Answer::NotSent(_)));
        if reached {
            self.ghosts.traffic.on_arrival(self.now, &flight, &pacing(flight.node.0))?;
        }
        let (turning, late) = (machine.turning, machine.faults.late);
        let (lag, drop) = (machine.faults.lag_max, machine.faults.drop);
        if let Some((_, at)) = turning {
            self.at(at, What::Turn { node: flight.node });
        }
        if let (Some(late), Ask::Fire(order @ (Order::On | Order::Off))) = (late, flight.ask)
            && flight.way == Way::First
            && self.rng.percent(10)
        {
            let machine = &mut self.machines[flight.node.0 as usize];
            machine.faults.late = None;
            machine.lied = true;
            self.after(late, What::Late { node: flight.node, order });
        }
        match answer {
            Some(answer) if !self.rng.percent(drop) => {
                let lag = 1 + self.rng.below(lag);
                self.after(lag, What::Answer { flight, answer });
            }
            _ => self.at(flight.until, What::Over { flight }),
        }
        Ok(())
    }

    fn answer(&mut self, flight: &Flight, answer: Answer) -> Checked {
        let answer = if flight.until <= self.now { Answer::Lost(cause("late")) } else { answer };
        self.ghosts.traffic.on_over(self.now, flight, Some(&answer));
        let Some(place) = self.place(flight.life) else { return Ok(()) };
        let mut effects = Vec::new();
        let now = self.now;
        let agent = &mut self.lives[place].agent;
        agent.answered(now, flight.node, flight.ticket, answer, &mut effects);
        self.perform(place, effects)
    }

    /// A hand at the machine itself.
    fn press(&mut self, node: NodeId) {
        let machine = &mut self.machines[node.0 as usize];
        machine.settle(self.now);
        let power = if machine.power == Power::On { Power::Off } else { Power::On };
        machine.turn(power, self.now);
        machine.settle(self.now);
        self.ghosts.on_press(self.now, node);
    }

    fn look(&mut self, node: NodeId) -> Checked {
        for place in 0..self.lives.len() {
            let mut effects = Vec::new();
            self.lives[place].agent.look(self.now, node, &mut effects);
            self.perform(place, effects)?;
        }
        Ok(())
    }

    /// An old order that sat in the BMC fires, once, well after it was answered.
    fn fire_late(&mut self, node: NodeId, order: Order) {
        let machine = &mut self.machines[node.0 as usize];
        machine.settle(self.now);
        let power = if order == Order::On { Power::On } else { Power::Off };
        machine.turn(power, self.now);
        machine.settle(self.now);
    }
}

/// What a node draws while it starts.
pub const WATTS: u32 = 300;

/// Every third node is on no circuit.
pub fn limit(node: u32) -> Option<Limit> {
    let circuit = format!("c{}", node / 6).into();
    let watts_max = (node / 6 % 2 == 1).then_some(700);
    let limit =
        Limit { circuit, starts_max: 2 + (node / 6 % 2) as u16, window_ms: 6_000, watts_max };
    (node % 3 != 2).then_some(limit)
}

/// Some nodes have a feed that can be switched, and some another controller.
pub fn second(node: u32) -> Option<Second> {
    let is = match node % 5 {
        1 => SecondIs::Feed,
        3 => SecondIs::Machine,
        _ => return None,
    };
    let endpoint = format!("second{node}").into();
    Some(Second { is, endpoint, escalate_ms: Some(20_000) })
}

/// Every fourth node depends on the one before it, every eighth on one that depends on another.
pub fn parent(node: u32) -> Option<u32> {
    (node % 4 == 3 || node % 8 == 2).then(|| node - 1)
}

fn pacing(node: u32) -> Pacing {
    Pacing {
        endpoint: name(node).into(),
        exchange_ms: 5_000,
        second: second(node).map(Into::into),
        circuit: limit(node).map(|limit| limit.circuit),
        start_watts: WATTS,
        settle_ms: 30_000,
        transition_min_ms: 4_000,
        attempts_max: 3,
        poll_ms: None,
        drift: if node.is_multiple_of(3) { Drift::Enforce } else { Drift::Observe },
        salt: u64::from(node),
        ..Pacing::default()
    }
}
