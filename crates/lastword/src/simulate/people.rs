//! Who asks for what: impatient people, a scheduler, a fencing agent. All of it is drawn beforehand and is the same under
//! every policy; only what somebody does after an answer depends on the answer.

use arbiter::{Action, Millis};
use fastrand::Rng;

/// For how long new wishes come up, in milliseconds.
pub const STORM_MS: Millis = 300_000;

/// What a caller hears of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It is done.
    Done,
    /// It was given up.
    Failed,
    /// A newer request took its place.
    Superseded,
    /// It was not accepted: something else runs or waits.
    Refused,
}

/// Who somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// Looks at the machine, and clicks again when nothing seems to happen.
    Person,
    /// Asks, and asks again when that fails.
    Scheduler,
    /// Asks until it is told that the machine is off.
    Fencer,
}

/// Something that is wanted from a certain time on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// From when on.
    pub at: Millis,
    /// What.
    pub action: Action,
}

/// When a caller does something next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The next wish comes up.
    Wish(usize),
    /// It looks, or tries, again, unless something came between.
    Again(u32),
}

/// Somebody who wants something of one node.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Of which node.
    pub node: usize,
    /// Who it is.
    pub who: Who,
    wishes: Vec<Wish>,
    /// How long it waits after a click until it looks again.
    patience_ms: Millis,
    /// How long it waits after a refusal or a failure.
    retry_ms: Millis,
    /// How often it asks for one wish.
    tries_max: u32,
    wish: usize,
    tries: u32,
    gone: bool,
    turn: u32,
}

impl Caller {
    /// What it wants, oldest first.
    pub fn wishes(&self) -> &[Wish] {
        &self.wishes
    }

    /// What it wants now.
    pub fn wish(&self) -> Wish {
        self.wishes[self.wish]
    }

    /// Its moment came. Whether it clicks; `content` tells whether the machine is where it wants it.
    pub fn acts(&mut self, moment: Moment, content: bool) -> bool {
        match moment {
            Moment::Wish(wish) => {
                (self.wish, self.tries, self.gone) = (wish, 0, false);
            }
            Moment::Again(turn) if turn != self.turn || self.gone => return false,
            Moment::Again(_) => {
                let sees = content && self.who == Who::Person;
                self.gone = sees || self.tries >= self.tries_max;
            }
        }
        self.tries += u32::from(!self.gone);
        !self.gone
    }

    /// After a click: when it looks again.
    pub fn looks_again(&mut self) -> Option<(Millis, Moment)> {
        self.turn += 1;
        (self.who == Who::Person).then_some((self.patience_ms, Moment::Again(self.turn)))
    }

    /// It hears what became of a click for `wish`. After how long it tries again, if it does.
    pub fn hears(&mut self, wish: Wish, told: Told) -> Option<(Millis, Moment)> {
        if wish != self.wish() || self.gone {
            return None;
        }
        let insists = match told {
            Told::Done => false,
            Told::Superseded => self.who == Who::Fencer,
            Told::Failed | Told::Refused => true,
        };
        self.gone = !insists;
        self.turn += 1;
        insists.then_some((self.retry_ms, Moment::Again(self.turn)))
    }

    /// One that asks for every wish once and does not come back, whatever it hears.
    #[cfg(test)]
    pub fn once(node: usize, wishes: Vec<Wish>) -> Self {
        let (who, patience_ms, retry_ms, tries_max) = (Who::Scheduler, 0, 0, 1);
        let (wish, tries, gone, turn) = (0, 0, true, 0);
        Self { node, who, wishes, patience_ms, retry_ms, tries_max, wish, tries, gone, turn }
    }

    fn new(node: usize, who: Who, wishes: Vec<Wish>, rng: &mut Rng) -> Self {
        let (patience_ms, retry_ms, tries_max) = match who {
            Who::Person => (rng.u64(3_000..=15_000), rng.u64(5_000..=20_000), rng.u32(2..=6)),
            Who::Scheduler => (0, 15_000, 4),
            Who::Fencer => (0, 5_000, 24),
        };
        let (wish, tries, gone, turn) = (0, 0, true, 0);
        Self { node, who, wishes, patience_ms, retry_ms, tries_max, wish, tries, gone, turn }
    }
}

/// Everybody who wants something of that node.
pub fn draw(node: usize, rng: &mut Rng) -> Vec<Caller> {
    let mut callers = Vec::new();
    for _ in 0..rng.u32(1..=2) {
        let quarrel = rng.u64(0..STORM_MS - 60_000);
        for _ in 0..rng.u32(1..=3) {
            let wishes = draw_person(quarrel + rng.u64(0..15_000), rng);
            callers.push(Caller::new(node, Who::Person, wishes, rng));
        }
        if rng.u8(0..100) < 40 {
            let wish = Wish { at: quarrel + rng.u64(0..20_000), action: Action::Off };
            callers.push(Caller::new(node, Who::Fencer, vec![wish], rng));
        }
    }
    let wishes = draw_scheduler(rng);
    callers.push(Caller::new(node, Who::Scheduler, wishes, rng));
    callers
}

fn draw_person(at: Millis, rng: &mut Rng) -> Vec<Wish> {
    let action = match rng.u8(0..100) {
        0..40 => Action::On,
        40..80 => Action::Off,
        _ => Action::Cycle,
    };
    let mut wishes = vec![Wish { at, action }];
    if rng.u8(0..100) < 35 {
        let other = if action == Action::Off { Action::On } else { Action::Off };
        wishes.push(Wish { at: at + rng.u64(2_000..30_000), action: other });
    }
    wishes
}

/// It resumes and suspends the node in turn.
fn draw_scheduler(rng: &mut Rng) -> Vec<Wish> {
    let (mut wishes, mut at, mut resumes) = (Vec::new(), rng.u64(0..120_000), rng.bool());
    while at < STORM_MS {
        let action = if resumes { Action::On } else { Action::Off };
        wishes.push(Wish { at, action });
        at += rng.u64(60_000..180_000);
        resumes = !resumes;
    }
    wishes
}
