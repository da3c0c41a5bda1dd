//! What stands between callers and BMCs: lastword's own core under its three policies, or what the field does today. It
//! has no clock and no wire; the world gives it both.

use arbiter::{Action, Answer, Ask, Millis, NodeId, Record};
use clap::ValueEnum;
use serde::Serialize;

use super::field::{Field, Manners};
use super::house::House;
use super::people::Told;

/// How long an exchange with a BMC may take before it is given up, in milliseconds; for all controllers.
pub const EXCHANGE_MS: Millis = 10_000;

/// What happens when a request meets a running one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Policy {
    /// lastword: the newest wins, equal ones merge
    Supersede,
    /// lastword: every request is carried out in turn
    Queue,
    /// lastword: one runs, one waits, more are refused
    Next,
    /// As MAAS up to 3.4 and Ironic: a second request is refused
    Refuse,
    /// As MAAS from 3.5 on and most others: all run at once
    Race,
}

/// A click that reached the controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    /// Its number in the world's log.
    pub id: usize,
    /// Which caller.
    pub by: usize,
    /// For which node.
    pub node: usize,
    /// What.
    pub action: Action,
}

/// A question on its way to a BMC.
#[derive(Clone, Copy, Debug)]
pub struct Question {
    /// Which node's.
    pub node: usize,
    /// Whose question: to be handed back with the answer.
    pub asker: Asker,
    /// What is asked.
    pub ask: Ask,
    /// When it is given up.
    pub until: Millis,
}

/// Who waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// An operation of lastword, by the exchange's ticket.
    Operation(NodeId, u32),
    /// A task of the field's, by its number.
    Task(usize),
}

/// A moment that a controller asked for.
#[derive(Clone, Debug)]
pub enum Due {
    /// A record is durable.
    Durable(Box<Record>),
    /// An operation of lastword has something to do.
    Operations,
    /// A task of the field's has waited.
    Task(usize),
}

/// What a controller wants done.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Ask a BMC.
    Ask(Question),
    /// Call again at that time.
    Later(Millis, Due),
    /// Answer the request of that number.
    Tell(usize, Told),
}

/// One of them.
pub enum Controller {
    /// lastword's core.
    House(Box<House>),
    /// What the field does today.
    Field(Field),
}

impl Policy {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Supersede, Self::Queue, Self::Next, Self::Refuse, Self::Race];

    /// The word on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Supersede => "supersede",
            Self::Queue => "queue",
            Self::Next => "next",
            Self::Refuse => "refuse",
            Self::Race => "race",
        }
    }
}

impl Controller {
    /// One for so many nodes, with what it does first.
    pub fn new(policy: Policy, nodes: usize, effects: &mut Vec<Effect>) -> Self {
        let own = match policy {
            Policy::Supersede => arbiter::Policy::Supersede,
            Policy::Queue => arbiter::Policy::Queue { limit: crate::house::QUEUE_MAX },
            Policy::Next => arbiter::Policy::Next,
            Policy::Refuse => return Self::Field(Field::new(Manners::Refuse, nodes)),
            Policy::Race => return Self::Field(Field::new(Manners::Race, nodes)),
        };
        Self::House(Box::new(House::new(own, nodes, effects)))
    }

    /// A request comes in.
    pub fn asked(&mut self, now: Millis, request: Request, effects: &mut Vec<Effect>) {
        match self {
            Self::House(house) => house.asked(now, request, effects),
            Self::Field(field) => field.asked(now, request, effects),
        }
    }

    /// A moment that it asked for has come.
    pub fn due(&mut self, now: Millis, due: Due, effects: &mut Vec<Effect>) {
        match (self, due) {
            (Self::House(house), Due::Durable(record)) => house.durable(now, &record, effects),
            (Self::House(house), Due::Operations) => house.due(now, effects),
            (Self::Field(field), Due::Task(task)) => field.waited(now, task, effects),
            (Self::House(_), Due::Task(_))
            | (Self::Field(_), Due::Durable(_) | Due::Operations) => {}
        }
    }

    /// A question was answered, or given up.
    pub fn answered(
        &mut self,
        now: Millis,
        asker: Asker,
        answer: Answer,
        effects: &mut Vec<Effect>,
    ) {
        match (self, asker) {
            (Self::House(house), Asker::Operation(node, ticket)) => {
                house.answered(now, (node, ticket), answer, effects);
            }
            (Self::Field(field), Asker::Task(task)) => field.answered(now, task, &answer, effects),
            (Self::House(_), Asker::Task(_)) | (Self::Field(_), Asker::Operation(..)) => {}
        }
    }
}
