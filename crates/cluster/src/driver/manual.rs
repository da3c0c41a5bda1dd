//! A person is asked, and tells what became of it. Nothing is believed but what somebody saw after the order.

use std::future::ready;
use std::io;

use arbiter::{Answer, Ask, Order};

use super::{Answered, Common, Job, plain};

/// The driver's handle. It has no task: everything is answered at once.
#[derive(Debug)]
pub(super) struct Engine(Common);

impl Engine {
    pub(super) fn start(common: &Common) -> io::Result<Self> {
        Ok(Self(common.clone()))
    }

    pub(super) fn ask(&self, job: Job) {
        let answer = self.answer(&job);
        self.0.answer(Answered::new(&job, answer, Some(0)));
    }

    /// What people told does not depend on the inventory.
    pub(super) const fn renew(&self) {}

    pub(super) fn stop(self) -> impl Future<Output = ()> {
        ready(())
    }

    fn answer(&self, job: &Job) -> Answer {
        let (people, target) = (&self.0.people, &job.target);
        let refused = |words: &str| Answer::Refused(plain(target, words));
        match job.ask {
            Ask::Power => match people.power(&target.node) {
                Ok(power) => Answer::Power(power),
                Err(words) => refused(&words),
            },
            // it counts as done when it was sent, and nobody can see whether it was
            Ask::Fire(Order::Nmi) => refused("a person can't send a diagnostic interrupt"),
            Ask::Fire(order) => {
                people.ask(&target.node, order);
                tracing::warn!(node = &*target.node, order = order.word(), "a person is asked");
                Answer::Done
            }
            Ask::Boot(_) => refused("a boot override can't be set and read back by a person"),
        }
    }
}
