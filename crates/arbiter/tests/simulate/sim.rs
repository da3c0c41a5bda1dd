//! The engine: an agenda of what happens when, and the shell's part done by hand.

use std::collections::BTreeMap;

use arbiter::{
    Action, Agent, Answer, Ask, Command, Drift, Effect, Held, HoldTerms, Ledger, Millis, NodeId,
    Order, Pacing, Policy, Record, Released, Seq, Withdrawn, coalesce,
};
use nodeset::NodeSet;

use crate::checks::{Checked, Ghosts};
use crate::machine::{Machine, cause};
use crate::rng::Rng;

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
    }

    /// Whether everything that can happen did.
    pub fn is_lively(&self) -> bool {
        [self.confirmed, self.superseded, self.merged, self.failed, self.cancelled, self.refused]
            .into_iter()
            .all(|count| count * 100 > self.intents)
            && self.uncertain > 0
            && self.crashes > 0
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
    Late { node: NodeId, order: Order },
    Turn { node: NodeId },
    Crash,
    TakeOver,
}

#[derive(Clone, Debug)]
struct Flight {
    life: u32,
    node: NodeId,
    ticket: u32,
    ask: Ask,
    until: Millis,
    seq: Seq,
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
            if steps > 20_000_000 {
                return Err("it never comes to rest".into());
            }
        }
        for machine in &mut self.machines {
            machine.settle(self.now);
        }
        self.ghosts.at_end(&self.truth, &self.machines)?;
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
                let record = self.draw_record();
                let latency = 1 + self.rng.below(20);
                self.after(latency, What::Durable { record });
            }
            What::Durable { record } => self.append(&record)?,
            What::Follow { life } => self.follow(life)?,
            What::Due { life } => self.due(life)?,
            What::Arrive { flight } => self.arrive(flight)?,
            What::Answer { flight, answer } => self.answer(&flight, answer)?,
            What::Over { flight } => self.ghosts.on_over(flight.node, flight.until),
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
        agent.manage(self.now, nodes, &mut Vec::new());
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
                Effect::Exchange { node, ticket, ask, until } => {
                    self.send(place, node, ticket, ask, until)?;
                }
                Effect::Append(record) => records.push(record),
                Effect::Notice(_) => {}
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
        ask: Ask,
        until: Millis,
    ) -> Checked {
        let life = &self.lives[place];
        let ledger = life.agent.ledger();
        let number = life.number;
        let seq = ledger.running(node).map_or(0, |(seq, _)| seq);
        let status = life.agent.status(self.now, node);
        let charged = status.is_some_and(|(_, progress)| progress.seq.is_some());
        self.ghosts.on_send(self.now, ledger, node, ask, until, charged)?;
        let flight = Flight { life: number, node, ticket, ask, until, seq };
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
            self.ghosts.on_over(flight.node, flight.until);
            return Ok(());
        }
        let machine = &mut self.machines[flight.node.0 as usize];
        let answer = machine.ask(self.now, flight.ask, &mut self.rng);
        let reached = !matches!(answer, Some(Answer::NotSent(_)));
        if let (Ask::Fire(Order::Reset | Order::Nmi), true) = (flight.ask, reached) {
            self.ghosts.on_once(flight.node, flight.seq)?;
        }
        let (turning, late) = (machine.turning, machine.faults.late);
        let (lag, drop) = (machine.faults.lag_max, machine.faults.drop);
        if let Some((_, at)) = turning {
            self.at(at, What::Turn { node: flight.node });
        }
        if let (Some(late), Ask::Fire(order @ (Order::On | Order::Off))) = (late, flight.ask)
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
        self.ghosts.on_over(flight.node, flight.until);
        let Some(place) = self.place(flight.life) else { return Ok(()) };
        let answer = if flight.until <= self.now { Answer::Lost(cause("late")) } else { answer };
        let mut effects = Vec::new();
        let now = self.now;
        let agent = &mut self.lives[place].agent;
        agent.answered(now, flight.node, flight.ticket, answer, &mut effects);
        self.perform(place, effects)
    }

    /// An old order that sat in the BMC fires, once, well after it was answered.
    fn fire_late(&mut self, node: NodeId, order: Order) {
        let machine = &mut self.machines[node.0 as usize];
        machine.settle(self.now);
        let power = if order == Order::On { arbiter::Power::On } else { arbiter::Power::Off };
        machine.turn(power, self.now);
        machine.settle(self.now);
    }

    fn draw_record(&mut self) -> Record {
        let nodes = self.draw_nodes();
        let by: Box<str> = (*self.rng.pick(&["ann", "bob", "slurm", "fence"])).into();
        let door: Box<str> = "sim".into();
        match self.rng.below(20) {
            0 => Record::Withdrawn(Withdrawn { nodes, by, door, seq: None, reason: None }),
            1 => Record::Held(Held {
                nodes,
                by,
                door,
                reason: "sim".into(),
                for_ms: self.rng.below(20_000),
            }),
            2 => Record::Released(Released { nodes, by, door, anybodys: true }),
            _ => Record::Command(self.draw_command(nodes, by, door).into()),
        }
    }

    fn draw_nodes(&mut self) -> NodeSet {
        let count = u64::from(self.plan.nodes);
        let (first, width) = (self.rng.below(count), 1 + self.rng.below(count));
        let names = (first..count.min(first + width)).map(|node| name(node as u32));
        NodeSet::from_names(names).unwrap()
    }

    fn draw_command(&mut self, nodes: NodeSet, by: Box<str>, door: Box<str>) -> Command {
        let rng = &mut self.rng;
        let action = *rng.pick(&[
            Action::On,
            Action::On,
            Action::Off,
            Action::Off,
            Action::Soft,
            Action::Cycle,
            Action::SoftCycle,
            Action::Reset,
            Action::Nmi,
        ]);
        let policies = [Policy::Supersede, Policy::Supersede, Policy::Supersede, Policy::Next];
        Command {
            action,
            nodes,
            cluster: "c".into(),
            by,
            door,
            reason: None,
            sequence: rng.percent(20).then(|| rng.below(10)),
            if_newest: None,
            key: rng.percent(10).then(|| format!("k{}", rng.below(4)).into()),
            policy: if rng.percent(10) { Policy::Queue { limit: 3 } } else { *rng.pick(&policies) },
            exceptions: BTreeMap::new(),
            hold: rng
                .percent(8)
                .then(|| HoldTerms { reason: "fencing".into(), for_ms: rng.below(15_000) }),
            boot: None,
            force_after_ms: rng.percent(50).then_some(4_000),
            deadline_ms: 60_000 + rng.below(120_000),
        }
    }
}

fn name(node: u32) -> String {
    format!("n{node}")
}

fn pacing(node: u32) -> Pacing {
    Pacing {
        endpoint: name(node).into(),
        exchange_ms: 5_000,
        settle_ms: 30_000,
        transition_min_ms: 4_000,
        poll_ms: None,
        drift: if node.is_multiple_of(3) { Drift::Enforce } else { Drift::Observe },
        salt: u64::from(node),
        ..Pacing::default()
    }
}
