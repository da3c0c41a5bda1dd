//! The rules of who wins, told a second time: what the fold says of each record is compared with them.
//!
//! It shares no code with the ledger and keeps its own memory of what was asked, held and begun.

use std::collections::{BTreeMap, BTreeSet};

use arbiter::{
    Action, Batch, Boot, Change, Command, Course, Ledger, Millis, NodeId, Outcome, Policy, Record,
    Refusal, Seq, Step, Verdict,
};

use crate::checks::{Checked, ensure};
use crate::people::id;

/// The design's table 2.2: what a newer action does to a running one. m merge, s supersede.
const MATRIX: [(Action, &str); 7] = [
    //                     on off soft cycle soft-cycle reset
    (Action::On, "msssss"),
    (Action::Off, "smmsss"),
    (Action::Soft, "ssmsss"),
    (Action::Cycle, "mssmss"),
    (Action::SoftCycle, "msssms"),
    (Action::Reset, "sssssm"),
    (Action::Nmi, "ssssss"),
];

/// How long after its deadline an intent may end at the latest: records take their time.
const END_SLACK_MS: Millis = 2_000;

#[derive(Default)]
struct Lane {
    running: Option<Seq>,
    waiting: BTreeSet<Seq>,
    /// When the running intent begins.
    begins: Millis,
    newest: Seq,
    /// Who shares the operation, and until when each lets it go on.
    ends: Vec<(Seq, Millis)>,
    /// The steps of the running intent that are on record.
    steps: Vec<Step>,
    holds: BTreeMap<Box<str>, Millis>,
}

impl Lane {
    /// Until when the operation goes on for all of those up to that one.
    fn ends_by(&self, newest: Seq) -> Millis {
        let known = self.ends.iter().filter(|(seq, _)| *seq <= newest);
        known.map(|(_, at)| *at).max().unwrap_or(0)
    }
}

/// What is known of a command that goes through its nodes a few at a time.
struct Batches {
    terms: Batch,
    under_way: BTreeSet<NodeId>,
    failed: u32,
}

/// An independent judge of every record.
#[derive(Default)]
pub struct Referee {
    epoch: Seq,
    lanes: BTreeMap<NodeId, Lane>,
    /// What was asked: the action, its boot override, how long it may take, when it turns hard.
    commands: BTreeMap<Seq, (Action, Option<Boot>, Millis, Option<Millis>)>,
    batches: BTreeMap<Seq, Batches>,
    numbers: BTreeMap<(Box<str>, NodeId), u64>,
    keys: BTreeMap<(Box<str>, Box<str>), Seq>,
}

impl Referee {
    /// Called with every record and all that the fold made of it.
    pub fn on_record(
        &mut self,
        (now, seq): (Millis, Seq),
        record: &Record,
        changes: &[Change],
    ) -> Checked {
        self.check_ends(seq, now, record, changes)?;
        match record {
            Record::Command(command) => self.check_command((now, seq), command, changes)?,
            Record::Withdrawn(withdrawn) => {
                let against = |node: &NodeId| self.held(now, *node, &withdrawn.by);
                ensure(
                    !ended(changes).any(|(node, _, _)| against(&node)),
                    "a withdrawal changes nothing under somebody else's hold",
                )?;
            }
            Record::Held(held) => {
                for node in held.nodes.iter().map(|name| id(&name)) {
                    self.hold(now, node, &held.by, held.for_ms);
                }
            }
            Record::Released(released) => {
                for node in released.nodes.iter().map(|name| id(&name)) {
                    let holds = &mut self.lanes.entry(node).or_default().holds;
                    holds.retain(|by, _| !released.anybodys && *by != released.by);
                }
            }
            Record::Led { .. } => self.epoch = seq,
            Record::Fired { epoch, step, .. } => {
                self.check_epoch(*epoch, changes)?;
                for change in changes {
                    let lane = change.node().and_then(|node| self.lanes.get_mut(&node));
                    lane.into_iter().for_each(|lane| lane.steps.push(*step));
                }
            }
            Record::Settled { epoch, seen, .. } => {
                self.check_epoch(*epoch, changes)?;
                ensure(
                    ended(changes).all(|(_, ended, _)| ended <= *seen),
                    "an intent that its leader had not seen is not ended by the leader",
                )?;
            }
        }
        for change in changes {
            self.check_beginning(now, change)?;
            self.follow(now, change);
        }
        self.check_batches()
    }

    fn check_batches(&self) -> Checked {
        let few = |it: &Batches| it.under_way.len() <= it.terms.size as usize;
        ensure(
            self.batches.values().all(few),
            "no more nodes of a command begin than its batch has",
        )
    }

    /// A batch begins at once or, once another one has ended, after the delay.
    fn check_beginning(&self, now: Millis, change: &Change) -> Checked {
        let Change::Began { seq, at, .. } = change else { return Ok(()) };
        let right = match self.batches.get(seq) {
            None => *at == now,
            Some(batches) => [now, now + batches.terms.delay_ms, Millis::MAX].contains(at),
        };
        ensure(right, "an operation begins when it takes over, or when its batch does")
    }

    fn check_epoch(&self, epoch: Seq, changes: &[Change]) -> Checked {
        ensure(
            epoch == self.epoch || changes.is_empty(),
            "the records of a deposed leader change nothing",
        )
    }

    fn check_ends(&self, seq: Seq, now: Millis, record: &Record, changes: &[Change]) -> Checked {
        for (node, whose, outcome) in ended(changes) {
            let right = match (outcome.result(), record) {
                (Outcome::Cancelled { by }, _) if *by == whose => self.is_stopped(whose, changes),
                (Outcome::Superseded { by }, Record::Command(_))
                | (Outcome::Cancelled { by }, Record::Withdrawn(_)) => *by == seq,
                (
                    Outcome::Confirmed | Outcome::Failed { .. } | Outcome::Uncertain { .. },
                    Record::Settled { .. },
                ) => true,
                _ => false,
            };
            ensure(right, "an outcome names what ended the intent")?;
            let Some(lane) = self.lanes.get(&node) else { continue };
            let late =
                lane.running.is_some() && now > lane.ends_by(Seq::MAX).saturating_add(END_SLACK_MS);
            ensure(!late, "an intent ends by its deadline")?;
            let (Outcome::Failed { cause }, Record::Settled { seen, .. }) = (outcome, record)
            else {
                continue;
            };
            ensure(
                !cause.contains("not confirmed within") || now >= lane.ends_by(*seen),
                "the later deadline of those that share an operation holds",
            )?;
        }
        Ok(())
    }

    /// Whether so many of a command's nodes have failed, by now, that the others are taken back.
    fn is_stopped(&self, seq: Seq, changes: &[Change]) -> bool {
        let Some(batches) = self.batches.get(&seq) else { return false };
        let failed = ended(changes).filter(|(_, of, outcome)| *of == seq && is_failure(outcome));
        let failed = batches.failed + failed.count() as u32;
        batches.terms.stop_after.is_some_and(|max| failed >= max)
    }

    fn check_command(
        &mut self,
        (now, seq): (Millis, Seq),
        command: &Command,
        changes: &[Change],
    ) -> Checked {
        let key = command.key.clone().map(|key| (command.by.clone(), key));
        if let Some(of) = key.as_ref().and_then(|key| self.keys.get(key)) {
            let repeated = [Change::Repeated { seq, of: *of }];
            return ensure(changes == repeated, "the same key is not carried out twice");
        }
        self.keys.extend(key.map(|key| (key, seq)));
        let Command { action, boot, deadline_ms, force_after_ms, .. } = *command;
        self.commands.insert(seq, (action, boot, deadline_ms, force_after_ms));
        if let Some(terms) = command.batch {
            let batches = Batches { terms, under_way: BTreeSet::new(), failed: 0 };
            self.batches.insert(seq, batches);
        }
        for change in changes {
            if let Change::Judged { node, verdict, .. } = change {
                let (expected, given) = (self.ruling(now, *node, command), word(verdict));
                if expected != given {
                    return Err(format!(
                        "broken: the newest wins by the table (2.2, 2.3): {} of {} is {given}, not \
                         {expected}",
                        command.action.word(),
                        command.by
                    ));
                }
                self.remember(now, *node, command, verdict);
            }
        }
        Ok(())
    }

    fn ruling(&self, now: Millis, node: NodeId, command: &Command) -> &'static str {
        let none = Lane::default();
        let lane = self.lanes.get(&node).unwrap_or(&none);
        let number = self.numbers.get(&(command.by.clone(), node));
        if command.sequence.is_some_and(|own| number.is_some_and(|newest| own <= *newest))
            || command.if_newest.is_some_and(|seq| seq != lane.newest)
        {
            return "stale";
        }
        if self.held(now, node, &command.by) {
            return "held";
        }
        let Some(running) = lane.running else { return "run" };
        let room = match command.policy {
            _ if command.action == Action::Nmi => return "busy",
            Policy::Supersede => return self.meeting(now, lane, running, command),
            Policy::Queue { limit } => usize::from(limit),
            Policy::Next => 1,
        };
        if lane.waiting.len() < room { "wait" } else { "full" }
    }

    fn meeting(&self, now: Millis, lane: &Lane, running: Seq, command: &Command) -> &'static str {
        if lane.begins > now {
            return "supersede";
        }
        let (older, boot, _, force) = self.commands[&running];
        let row = MATRIX.iter().find(|(action, _)| *action == older).expect("a row for each").1;
        let column = Action::ALL.iter().position(|action| *action == command.action);
        let cell = row.as_bytes()[column.expect("a column for each")];
        let other_boot = command.boot.is_some() && command.boot != boot;
        let event = match older {
            Action::Reset => lane.steps.contains(&Step::Reset),
            Action::Cycle | Action::SoftCycle => lane.steps.contains(&Step::Dropped),
            _ => false,
        };
        let too_late = event && command.action != Action::On;
        let soft = matches!(older, Action::Soft | Action::SoftCycle) && older == command.action;
        let other_force = soft && command.force_after_ms != force;
        if cell == b'm' && !other_boot && !other_force && !too_late { "merge" } else { "supersede" }
    }

    fn remember(&mut self, now: Millis, node: NodeId, command: &Command, verdict: &Verdict) {
        let stale = matches!(verdict, Verdict::Refused(Refusal::StaleSequence { .. }));
        if let (Some(number), false) = (command.sequence, stale) {
            self.numbers.insert((command.by.clone(), node), number);
        }
        if let (Verdict::Accepted(_), Some(terms)) = (verdict, &command.hold) {
            self.hold(now, node, &command.by, terms.for_ms);
        }
    }

    fn held(&self, now: Millis, node: NodeId, by: &str) -> bool {
        let holds = self.lanes.get(&node).map(|lane| &lane.holds);
        holds.is_some_and(|holds| holds.iter().any(|(who, until)| &**who != by && *until > now))
    }

    fn hold(&mut self, now: Millis, node: NodeId, by: &str, for_ms: Millis) {
        if !self.held(now, node, by) {
            self.lanes.entry(node).or_default().holds.insert(by.into(), now + for_ms);
        }
    }

    /// Keeps its own memory of what runs and what waits.
    fn follow(&mut self, now: Millis, change: &Change) {
        let Some(node) = change.node() else { return };
        self.follow_batches(node, change);
        let begins = match change {
            Change::Judged { seq, .. } if self.batches.contains_key(seq) => Millis::MAX,
            Change::Began { at, .. } => *at,
            _ => now,
        };
        let lane = self.lanes.entry(node).or_default();
        match change {
            Change::Judged { seq, verdict: Verdict::Accepted(course), .. } => {
                let ends_by = now + self.commands[seq].2;
                lane.newest = *seq;
                match course {
                    Course::Run | Course::Supersede { .. } => {
                        let ends_by = begins.saturating_add(self.commands[seq].2);
                        (lane.running, lane.ends) = (Some(*seq), vec![(*seq, ends_by)]);
                        lane.begins = begins;
                        lane.steps.clear();
                    }
                    Course::Merge { .. } => lane.ends.push((*seq, ends_by)),
                    Course::Wait { .. } => _ = lane.waiting.insert(*seq),
                }
            }
            Change::Ended { seq, .. } => {
                lane.waiting.remove(seq);
                lane.running.take_if(|running| running == seq);
            }
            Change::Began { seq, .. } => {
                if lane.waiting.remove(seq) || lane.begins == Millis::MAX {
                    lane.ends.clear();
                }
                lane.running = Some(*seq);
                lane.begins = begins;
                lane.ends.push((*seq, begins.saturating_add(self.commands[seq].2)));
                lane.steps.clear();
            }
            _ => {}
        }
    }
}

impl Referee {
    fn follow_batches(&mut self, node: NodeId, change: &Change) {
        match change {
            Change::Began { seq, at, .. } if *at != Millis::MAX => {
                if let Some(batches) = self.batches.get_mut(seq) {
                    batches.under_way.insert(node);
                }
            }
            Change::Ended { seq, outcome, .. } => {
                let Some(batches) = self.batches.get_mut(seq) else { return };
                let begun = batches.under_way.remove(&node);
                batches.failed += u32::from(begun && is_failure(outcome));
            }
            _ => {}
        }
    }
}

fn is_failure(outcome: &Outcome) -> bool {
    matches!(outcome.result(), Outcome::Failed { .. } | Outcome::Uncertain { .. })
}

fn ended(changes: &[Change]) -> impl Iterator<Item = (NodeId, Seq, &Outcome)> {
    changes.iter().filter_map(|change| match change {
        Change::Ended { node, seq, outcome } => Some((*node, *seq, outcome)),
        _ => None,
    })
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Accepted(Course::Run) => "run",
        Verdict::Accepted(Course::Merge { .. }) => "merge",
        Verdict::Accepted(Course::Supersede { .. }) => "supersede",
        Verdict::Accepted(Course::Wait { .. }) => "wait",
        Verdict::Refused(refusal) => refusal.word(),
    }
}

/// The newest intent by the referee's own count is the ledger's.
pub fn check_newest(referee: &Referee, truth: &Ledger) -> Checked {
    ensure(
        referee.lanes.iter().all(|(node, lane)| truth.newest(*node) == lane.newest),
        "the journal's order decides which is newer",
    )
}
