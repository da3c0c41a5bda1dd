//! Orders that are answered with a task in place of a result. It does not carry them out.

use std::collections::VecDeque;

use super::Problem;
use crate::Millis;
use crate::machine::Machine;

/// How many tasks a BMC remembers; the oldest is forgotten.
const TASKS_MAX: usize = 16;

/// The newest tasks, oldest first.
#[derive(Debug, Default)]
pub struct Tasks {
    ids: VecDeque<u32>,
    begun: u32,
}

impl Tasks {
    pub fn begin(&mut self) -> u32 {
        if self.ids.len() == TASKS_MAX {
            self.ids.pop_front();
        }
        self.begun = self.begun.wrapping_add(1);
        self.ids.push_back(self.begun);
        self.begun
    }

    pub fn ids(&self) -> impl Iterator<Item = u32> {
        self.ids.iter().copied()
    }

    /// The id that stands there as text.
    pub fn id(&self, text: &str) -> Result<u32, Problem> {
        self.ids().find(|id| id.to_string() == text).ok_or(Problem::NotFound)
    }

    /// Whether it is under way: the newest one, until the machine has come to rest. Older ones are over.
    pub fn is_running(&self, machine: &mut Machine, now: Millis, id: u32) -> bool {
        self.ids.back() == Some(&id) && machine.is_turning(now)
    }
}
