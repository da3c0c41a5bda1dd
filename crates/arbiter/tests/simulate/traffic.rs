//! What leaves the agents and what comes back: the promises about fires, node by node.
//!
//! It sees every exchange of every life, and the agent's own fold; never its operations' inside.

use std::collections::BTreeMap;

use arbiter::{
    Action, Agent, Answer, Ask, Ledger, Millis, NodeId, Order, Pacing, Power, SecondIs, Seq, Step,
    Trouble, Way,
};

use crate::checks::{Checked, ensure};
use crate::sim::{WATTS, limit, parent, second};

/// One exchange.
#[derive(Clone, Debug)]
pub struct Flight {
    pub life: u32,
    pub node: NodeId,
    pub ticket: u32,
    pub ask: Ask,
    pub way: Way,
    pub at: Millis,
    pub until: Millis,
    /// The running intent in its agent's eyes; 0 if there is none.
    pub seq: Seq,
}

/// The last answer to a question for the power.
#[derive(Clone, Copy, Debug)]
struct Reading {
    life: u32,
    asked_at: Millis,
    power: Power,
    mixed: bool,
}

/// What one life did for one intent on one node.
#[derive(Clone, Debug, Default)]
struct Pursuit {
    fires: BTreeMap<(&'static str, bool), (u32, Millis)>,
    denied: u32,
    boot_set: bool,
}

#[derive(Clone, Debug, Default)]
struct Wires {
    busy_until: Millis,
    written_at: Millis,
    off_at: Option<Millis>,
    off_arrived_at: Option<Millis>,
    reading: Option<Reading>,
    life: u32,
    seq: Seq,
    pursuit: Pursuit,
}

/// What an all-seeing observer remembers of the wires.
#[derive(Default)]
pub struct Traffic {
    nodes: BTreeMap<NodeId, Wires>,
    once: BTreeMap<(NodeId, Seq, &'static str), u32>,
    /// When power-ons arrived, by circuit.
    starts: BTreeMap<String, Vec<Millis>>,
}

impl Traffic {
    /// Called when a question leaves an agent.
    pub fn on_send(&mut self, flight: &Flight, agent: &Agent, pacing: &Pacing) -> Checked {
        let now = flight.at;
        let wires = self.nodes.entry(flight.node).or_default();
        if (wires.life, wires.seq) != (flight.life, flight.seq) {
            (wires.life, wires.seq, wires.pursuit) = (flight.life, flight.seq, Pursuit::default());
        }
        ensure(
            flight.seq == 0 || wires.pursuit.denied < 2,
            "an account that was refused twice is not tried again for the same intent",
        )?;
        if !flight.ask.is_write() {
            return Ok(());
        }
        ensure(
            wires.busy_until <= now,
            "at most one write is in flight, across restarts and take-overs",
        )?;
        check_right(flight, agent)?;
        self.check_kin(flight)?;
        let wires = self.nodes.entry(flight.node).or_default();
        if let Ask::Fire(order) = flight.ask {
            wires.check_reading(flight, order)?;
            wires.check_patience(flight, order, pacing)?;
            check_record(flight, order, agent.ledger(), wires.pursuit.boot_set)?;
            if order == Order::Off {
                wires.off_at = Some(now);
            }
        }
        (wires.busy_until, wires.written_at) = (flight.until, now);
        Ok(())
    }

    /// Called when a question arrives at a BMC that takes it.
    pub fn on_arrival(&mut self, now: Millis, flight: &Flight, pacing: &Pacing) -> Checked {
        let Ask::Fire(order) = flight.ask else { return Ok(()) };
        if order == Order::On {
            self.check_circuit(now, flight.node)?;
        }
        let wires = self.nodes.entry(flight.node).or_default();
        match order {
            Order::Off => wires.off_arrived_at = Some(now),
            Order::On => ensure(
                wires.off_arrived_at.is_none_or(|off| now >= off + pacing.dwell_ms),
                "between an off and an on of one node lies the dwell",
            )?,
            Order::Soft | Order::Reset | Order::Nmi => {}
        }
        if !order.is_at_most_once() {
            return Ok(());
        }
        let times = self.once.entry((flight.node, flight.seq, order.word())).or_default();
        *times += 1;
        ensure(*times == 1, "reset, nmi and soft reach the BMC at most once for an intent")
    }

    /// Called when an exchange is over; nothing of it can land any more. `None`: it was lost.
    pub fn on_over(&mut self, now: Millis, flight: &Flight, answer: Option<&Answer>) {
        let wires = self.nodes.entry(flight.node).or_default();
        if flight.ask.is_write() && wires.busy_until == flight.until {
            wires.busy_until = 0;
        }
        if flight.ask == Ask::Power {
            let feed = second(flight.node.0).is_some_and(|second| second.is == SecondIs::Feed);
            let power = match answer {
                // that its feed is on says nothing of the machine
                Some(Answer::Power(Power::On)) if flight.way == Way::Second && feed => {
                    Power::Unknown
                }
                Some(Answer::Power(power)) => *power,
                _ => Power::Unknown,
            };
            let mixed = matches!(answer, Some(Answer::Mixed(_)));
            let reading = Reading { life: flight.life, asked_at: flight.at, power, mixed };
            // what an older life hears, or hears late, is not what is known
            let newer = |old: Reading| (old.life, old.asked_at) <= (flight.life, flight.at);
            if wires.reading.is_none_or(newer) {
                wires.reading = Some(reading);
            }
        }
        if (wires.life, wires.seq) != (flight.life, flight.seq) {
            return;
        }
        let pursuit = &mut wires.pursuit;
        match (flight.ask, answer) {
            (_, Some(Answer::NotSent(cause))) => {
                pursuit.denied += u32::from(cause.trouble == Trouble::Denied)
            }
            (Ask::Boot(_), Some(Answer::Done)) => pursuit.boot_set = true,
            (Ask::Fire(order), _) => {
                let (times, at) = pursuit.fires.entry(kind(flight, order)).or_default();
                // what is answered later was given up then
                (*times, *at) = (*times + 1, now.min(flight.until));
            }
            _ => {}
        }
    }

    fn check_circuit(&mut self, now: Millis, node: NodeId) -> Checked {
        let Some(limit) = limit(node.0) else { return Ok(()) };
        let starts = self.starts.entry(limit.circuit.to_string()).or_default();
        starts.retain(|at| *at + limit.window_ms > now);
        starts.push(now);
        let watts_fit = limit.watts_max.is_none_or(|max| starts.len() as u32 * WATTS <= max);
        ensure(
            starts.len() <= usize::from(limit.starts_max) && watts_fit,
            "no circuit sees more starts within its window than it bears, across restarts and take-overs",
        )
    }

    /// By what was read last, nothing is powered on before what it depends on, or off under what depends on it.
    fn check_kin(&self, flight: &Flight) -> Checked {
        let Ask::Fire(order) = flight.ask else { return Ok(()) };
        let reads = |node: u32, power: Power| {
            let wires = self.nodes.get(&NodeId(node));
            wires.is_none_or(|wires| {
                wires.busy_until <= flight.at && wires.reading.is_some_and(|it| it.power == power)
            })
        };
        let node = flight.node.0;
        match order {
            Order::On => ensure(
                parent(node).is_none_or(|parent| reads(parent, Power::On)),
                "a node is not powered on before what it depends on is on",
            ),
            Order::Off | Order::Soft => ensure(
                parent(node + 1) != Some(node) || reads(node + 1, Power::Off),
                "nothing is powered off under a node that is not off",
            ),
            Order::Reset | Order::Nmi => Ok(()),
        }
    }

    /// Called when an intent is confirmed by that life: the machine itself said so, after everything.
    pub fn check_proof(&self, node: NodeId, action: Action, life: u32, began: Millis) -> Checked {
        let Some(goal) = action.goal() else { return Ok(()) };
        let proof = self.nodes.get(&node).is_some_and(|wires| {
            wires.reading.is_some_and(|reading| {
                reading.life == life
                    && reading.power.is(goal)
                    && reading.asked_at >= began
                    && reading.asked_at > wires.written_at
            })
        });
        ensure(proof, "confirmed by a read that was sent after the intent began and the last fire")
    }
}

impl Wires {
    /// On is fired at what reads off, everything else at what reads on, anything at what is in between with its power,
    /// and the read is a fresh one.
    fn check_reading(&self, flight: &Flight, order: Order) -> Checked {
        // power is taken by the second way also when only that says that there is any
        if order == Order::Nmi || order == Order::Off && flight.way == Way::Second {
            return Ok(());
        }
        let right = self.reading.is_some_and(|reading| {
            let otherwise = match order {
                Order::On => reading.power == Power::Off,
                Order::Off | Order::Soft | Order::Reset => reading.power == Power::On,
                Order::Nmi => true,
            };
            let otherwise = otherwise || reading.mixed;
            reading.life == flight.life && otherwise && reading.asked_at > self.written_at
        });
        ensure(right, "nothing is fired at a node that was not just read otherwise")
    }

    fn check_patience(&self, flight: &Flight, order: Order, pacing: &Pacing) -> Checked {
        let dwelt = self.off_at.is_none_or(|off| flight.at >= off + pacing.dwell_ms);
        ensure(
            order != Order::On || dwelt,
            "an on is not fired before the dwell after an off is over",
        )?;
        if flight.seq == 0 || order.is_at_most_once() {
            return Ok(());
        }
        let fires = self.pursuit.fires.get(&kind(flight, order));
        let Some((times, at)) = fires else { return Ok(()) };
        ensure(*times < u32::from(pacing.attempts_max), "the attempts for an intent are bounded")?;
        let wait = (pacing.transition_min_ms << (times - 1)).min(pacing.transition_max_ms);
        ensure(
            flight.at >= at + wait,
            "nothing is fired again faster than the node's own transition time, doubled each time",
        )
    }
}

/// What is counted together.
fn kind(flight: &Flight, order: Order) -> (&'static str, bool) {
    (order.word(), flight.way == Way::Second)
}

/// Who fires is entitled to: for the running intent, within its deadline, against nobody's hold.
fn check_right(flight: &Flight, agent: &Agent) -> Checked {
    let (now, node, ledger) = (flight.at, flight.node, agent.ledger());
    let pursued = agent.status(now, node).and_then(|(_, progress)| progress.seq).unwrap_or(0);
    ensure(pursued == flight.seq, "nothing is fired for an intent that is not the running one")?;
    let standing = ledger.standing(now, node);
    let whose = standing.kept.map_or(flight.seq, |kept| kept.seq);
    let by = ledger.command(whose).map(|entry| entry.command.by.clone()).unwrap_or_default();
    ensure(
        !ledger.live_holds(now, node).any(|(_, hold)| hold.by != by),
        "nothing is fired under somebody else's hold",
    )?;
    let charge = standing.charge.as_ref();
    ensure(
        charge.is_none_or(|charge| charge.started <= now),
        "nothing is fired at a node whose batch has not begun",
    )?;
    let deadline = charge.map(|charge| charge.deadline);
    ensure(deadline.is_none_or(|deadline| now < deadline), "nothing is fired after the deadline")
}

/// What must be on record, or set, before the order is sent.
fn check_record(flight: &Flight, order: Order, ledger: &Ledger, boot_set: bool) -> Checked {
    let Some(charge) = ledger.standing(flight.at, flight.node).charge else { return Ok(()) };
    let has = |step| charge.steps.has(step);
    let halves = match charge.action {
        Action::Cycle | Action::SoftCycle => true,
        Action::Reset => !has(Step::Reset),
        _ => false,
    };
    let step = match order {
        Order::Reset => Some(Step::Reset),
        Order::Nmi => Some(Step::Nmi),
        Order::Soft => Some(Step::Asked),
        Order::On => halves.then_some(Step::Dropped),
        Order::Off => None,
    };
    ensure(
        step.is_none_or(has),
        "an at-most-once step and the half of a cycle are on record before what follows is sent",
    )?;
    ensure(
        flight.way == Way::First || has(Step::Escalated),
        "no order goes to the second way before that is on record",
    )?;
    ensure(
        order != Order::On || charge.boot.is_none() || boot_set,
        "the boot override is set before power is applied",
    )
}
