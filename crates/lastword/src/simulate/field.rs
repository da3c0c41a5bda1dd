//! What the field does today, as its sources say: MAAS's driver loop, in front of which a second request is refused (MAAS up
//! to 3.4, Ironic) or nothing at all is done about it (MAAS from 3.5 on). It is no part of lastword's control of power.

use arbiter::{Action, Answer, Ask, Goal, Millis, Power};

use super::controller::{Asker, Due, EXCHANGE_MS, Effect, Question, Request};
use super::people::Told;

/// What MAAS's drivers wait after each order before they read, in milliseconds; then they order again.
const WAITS_MS: [Millis; 7] = [1_000, 2_000, 2_000, 4_000, 6_000, 8_000, 12_000];
/// How often MAAS from 3.5 on runs that loop for one request.
const RACE_ATTEMPTS: u32 = 3;
/// How long it waits in between at first, in milliseconds; it doubles.
const RACE_BACKOFF_MS: Millis = 1_000;

/// How they differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manners {
    /// While one runs, every other is refused at once.
    Refuse,
    /// Every request runs by itself, at once.
    Race,
}

/// A controller of the field's.
pub struct Field {
    manners: Manners,
    /// Every request that was ever accepted.
    tasks: Vec<Task>,
    /// Whether a task runs, node by node.
    busy: Vec<bool>,
}

/// One request being carried out.
struct Task {
    request: Request,
    /// How often the whole was tried.
    attempts: u32,
    step: Step,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// A cycle looks first whether the machine is on.
    Looking,
    /// The order is sent. `tried` counts the orders before it.
    Ordering {
        goal: Goal,
        tried: usize,
    },
    /// The order was sent; it waits.
    Waiting {
        goal: Goal,
        tried: usize,
        accepted: bool,
    },
    /// It reads.
    Reading {
        goal: Goal,
        tried: usize,
    },
    /// All of it is tried again after a wait.
    Pausing,
    Ended,
}

impl Field {
    /// One for so many nodes.
    pub fn new(manners: Manners, nodes: usize) -> Self {
        Self { manners, tasks: Vec::new(), busy: vec![false; nodes] }
    }

    /// A request comes in.
    pub fn asked(&mut self, now: Millis, request: Request, effects: &mut Vec<Effect>) {
        if self.manners == Manners::Refuse && self.busy[request.node] {
            effects.push(Effect::Tell(request.id, Told::Refused));
            return;
        }
        self.busy[request.node] = true;
        self.tasks.push(Task { request, attempts: 1, step: Step::Pausing });
        self.begin(now, self.tasks.len() - 1, effects);
    }

    /// A task has waited.
    pub fn waited(&mut self, now: Millis, task: usize, effects: &mut Vec<Effect>) {
        match self.tasks[task].step {
            Step::Waiting { goal, tried, accepted: true } => {
                self.enter(now, task, Step::Reading { goal, tried }, effects);
            }
            Step::Waiting { goal, tried, accepted: false } => {
                self.order(now, task, goal, tried, effects);
            }
            Step::Pausing => self.begin(now, task, effects),
            Step::Looking | Step::Ordering { .. } | Step::Reading { .. } | Step::Ended => {}
        }
    }

    /// A question of a task was answered, or given up.
    pub fn answered(
        &mut self,
        now: Millis,
        task: usize,
        answer: &Answer,
        effects: &mut Vec<Effect>,
    ) {
        let power = match answer {
            Answer::Power(power) => Some(*power),
            Answer::Done
            | Answer::Mixed(_)
            | Answer::Refused(_)
            | Answer::NotSent(_)
            | Answer::Lost(_) => None,
        };
        match self.tasks[task].step {
            Step::Looking => match power {
                Some(Power::On) => self.order(now, task, Goal::Off, 0, effects),
                Some(Power::Off) => self.order(now, task, Goal::On, 0, effects),
                Some(Power::Unknown) | None => self.failed(now, task, effects),
            },
            Step::Ordering { goal, tried } => {
                let accepted = *answer == Answer::Done;
                let wait = WAITS_MS[tried];
                let step = Step::Waiting { goal, tried: tried + 1, accepted };
                self.tasks[task].step = step;
                effects.push(Effect::Later(now + wait, Due::Task(task)));
            }
            Step::Reading { goal, .. } if power.is_some_and(|power| power.is(goal)) => {
                self.reached(now, task, goal, effects);
            }
            Step::Reading { goal, tried } => self.order(now, task, goal, tried, effects),
            Step::Waiting { .. } | Step::Pausing | Step::Ended => {}
        }
    }

    fn begin(&mut self, now: Millis, task: usize, effects: &mut Vec<Effect>) {
        let action = self.tasks[task].request.action;
        if action == Action::Cycle {
            self.enter(now, task, Step::Looking, effects);
        } else if let Some(goal) = action.goal() {
            self.order(now, task, goal, 0, effects);
        } else {
            self.end(task, Told::Refused, effects);
        }
    }

    fn order(
        &mut self,
        now: Millis,
        task: usize,
        goal: Goal,
        tried: usize,
        effects: &mut Vec<Effect>,
    ) {
        if tried == WAITS_MS.len() {
            self.failed(now, task, effects);
        } else {
            self.enter(now, task, Step::Ordering { goal, tried }, effects);
        }
    }

    fn reached(&mut self, now: Millis, task: usize, goal: Goal, effects: &mut Vec<Effect>) {
        if self.tasks[task].request.action == Action::Cycle && goal == Goal::Off {
            self.order(now, task, Goal::On, 0, effects);
        } else {
            self.end(task, Told::Done, effects);
        }
    }

    fn failed(&mut self, now: Millis, task: usize, effects: &mut Vec<Effect>) {
        let attempts_max = match self.manners {
            Manners::Refuse => 1,
            Manners::Race => RACE_ATTEMPTS,
        };
        let attempts = self.tasks[task].attempts;
        if attempts >= attempts_max {
            self.end(task, Told::Failed, effects);
            return;
        }
        self.tasks[task].attempts += 1;
        self.tasks[task].step = Step::Pausing;
        let wait = RACE_BACKOFF_MS << (attempts - 1);
        effects.push(Effect::Later(now + wait, Due::Task(task)));
    }

    fn end(&mut self, task: usize, told: Told, effects: &mut Vec<Effect>) {
        let request = self.tasks[task].request;
        self.tasks[task].step = Step::Ended;
        if self.manners == Manners::Refuse {
            self.busy[request.node] = false;
        }
        effects.push(Effect::Tell(request.id, told));
    }

    /// Goes over to a step that asks the BMC.
    fn enter(&mut self, now: Millis, task: usize, step: Step, effects: &mut Vec<Effect>) {
        let ask = match step {
            Step::Looking | Step::Reading { .. } => Ask::Power,
            Step::Ordering { goal, .. } => Ask::Fire(goal.order()),
            Step::Waiting { .. } | Step::Pausing | Step::Ended => return,
        };
        self.tasks[task].step = step;
        let node = self.tasks[task].request.node;
        let (asker, until) = (Asker::Task(task), now + EXCHANGE_MS);
        effects.push(Effect::Ask(Question { node, asker, ask, until }));
    }
}
