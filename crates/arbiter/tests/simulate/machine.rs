//! One simulated machine behind a BMC with the manners of the field's worst.

use arbiter::{Answer, Ask, Cause, Millis, Order, Power, SecondIs, Trouble};

use crate::rng::Rng;

/// What is wrong with a BMC. Times in milliseconds, chances in percent.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    pub lag_max: Millis,
    pub drop: u64,
    pub refuse: u64,
    pub error_reads: u64,
    pub ignores_first: u64,
    pub stale: Millis,
    pub late: Option<Millis>,
    pub transitional: bool,
    pub dead: bool,
    pub wrong_password: bool,
    /// How often there is no session to send anything with.
    pub unsent: u64,
    /// The operating system does not shut down when asked.
    pub deaf: bool,
    /// Two outlets feed it, which don't turn at the same moment.
    pub feeds: bool,
}

impl Faults {
    pub fn draw(rng: &mut Rng) -> Self {
        let mut faults = Self { lag_max: 1 + rng.below(400), ..Self::default() };
        match rng.below(14) {
            0 => faults.dead = true,
            1 => faults.drop = 10 + rng.below(40),
            2 => faults.refuse = 10 + rng.below(40),
            3 => faults.error_reads = 10 + rng.below(50),
            4 => faults.ignores_first = 1 + rng.below(2),
            5 => faults.stale = 500 + rng.below(4_000),
            6 => faults.late = Some(11_000 + rng.below(8_000)),
            7 => faults.transitional = true,
            8 => faults.wrong_password = true,
            9 => faults.lag_max = 3_000,
            10 => faults.unsent = 10 + rng.below(40),
            11 => faults.deaf = true,
            12 => faults.feeds = true,
            _ => {}
        }
        faults
    }

    /// Whether it does what it is told and says what is so, in time though slowly.
    pub fn are_mild(&self) -> bool {
        let broken = self.dead || self.wrong_password || self.late.is_some();
        let flaky = self.drop + self.refuse + self.error_reads + self.unsent + self.ignores_first;
        // a question and its answer may take twice the lag; the later half of them is given up
        let in_time = self.lag_max <= 2_000;
        !broken && flaky == 0 && self.stale == 0 && in_time
    }
}

/// A machine and what its BMC has seen.
#[derive(Clone, Debug)]
pub struct Machine {
    pub faults: Faults,
    pub power: Power,
    pub turning: Option<(Power, Millis)>,
    pub history: Vec<(Millis, Power)>,
    pub orders: u64,
    pub transition: Millis,
    pub resets: u64,
    pub lied: bool,
    /// Whether its feed is on. Without it the machine is off, and its BMC silent.
    pub fed: bool,
}

impl Machine {
    pub fn new(rng: &mut Rng) -> Self {
        let power = *rng.pick(&[Power::On, Power::Off]);
        Self {
            faults: Faults::draw(rng),
            power,
            turning: None,
            history: vec![(0, power)],
            orders: 0,
            transition: rng.below(3_000),
            resets: 0,
            lied: false,
            fed: true,
        }
    }

    /// Lets what was begun come true.
    pub fn settle(&mut self, now: Millis) {
        if let Some((power, at)) = self.turning
            && at <= now
        {
            self.power = power;
            self.history.push((at, power));
            self.turning = None;
        }
    }

    /// Whether power was off at any time since then.
    pub fn was_off_since(&self, since: Millis) -> bool {
        let before = self.history.iter().rev().find(|(at, _)| *at <= since);
        before.is_some_and(|(_, power)| *power == Power::Off)
            || self.history.iter().any(|(at, power)| *at > since && *power == Power::Off)
    }

    /// A question arrives at the second way: a sound one.
    pub fn ask_second(&mut self, now: Millis, ask: Ask, is: SecondIs) -> Answer {
        self.settle(now);
        match (ask, is) {
            (Ask::Power, SecondIs::Feed) if self.fed => Answer::Power(Power::On),
            (Ask::Power, SecondIs::Feed) => Answer::Power(Power::Off),
            (Ask::Power, SecondIs::Machine) => Answer::Power(self.power),
            (Ask::Fire(Order::Off), SecondIs::Feed) => {
                self.fed = false;
                self.turn(Power::Off, now);
                self.settle(now);
                self.turning = None;
                Answer::Done
            }
            (Ask::Fire(Order::On), SecondIs::Feed) => {
                self.fed = true;
                Answer::Done
            }
            (Ask::Fire(order), SecondIs::Machine) => {
                self.order(now, order);
                Answer::Done
            }
            (Ask::Fire(_) | Ask::Boot(_), _) => Answer::Refused(cause("a feed can't do that")),
        }
    }

    /// A question arrives; the answer, unless there is none.
    pub fn ask(&mut self, now: Millis, ask: Ask, rng: &mut Rng) -> Option<Answer> {
        self.settle(now);
        if self.faults.wrong_password {
            return Some(Answer::NotSent(Cause {
                trouble: Trouble::Denied,
                words: "wrong password".into(),
            }));
        }
        if self.faults.dead || !self.fed {
            return None;
        }
        if rng.percent(self.faults.unsent) {
            return Some(Answer::NotSent(cause("no session")));
        }
        match ask {
            Ask::Power => Some(self.read(now, rng)),
            Ask::Boot(_) => Some(Answer::Done),
            Ask::Fire(order) => {
                if rng.percent(self.faults.refuse) {
                    return Some(Answer::Refused(cause("node busy")));
                }
                self.order(now, order);
                Some(Answer::Done)
            }
        }
    }

    fn read(&self, now: Millis, rng: &mut Rng) -> Answer {
        if rng.percent(self.faults.error_reads) {
            return Answer::Refused(cause("read error"));
        }
        if self.faults.transitional && self.turning.is_some() {
            return Answer::Power(Power::Unknown);
        }
        if self.faults.feeds && self.turning.is_some() {
            return Answer::Mixed(cause("one feed is on, one is off"));
        }
        let then = now.saturating_sub(self.faults.stale);
        let seen = self.history.iter().rev().find(|(at, _)| *at <= then);
        Answer::Power(seen.map_or(self.history[0].1, |(_, power)| *power))
    }

    fn order(&mut self, now: Millis, order: Order) {
        self.orders += 1;
        if self.orders <= self.faults.ignores_first {
            return;
        }
        let at = now + self.transition;
        match order {
            Order::On => self.turn(Power::On, at),
            Order::Soft if self.faults.deaf => {}
            Order::Off | Order::Soft => self.turn(Power::Off, at),
            Order::Reset => self.resets += 1,
            Order::Nmi => {}
        }
    }

    pub fn turn(&mut self, power: Power, at: Millis) {
        if !self.fed && power == Power::On {
            return;
        }
        if self.power != power || self.turning.is_some() {
            self.turning = Some((power, at));
        }
    }
}

pub fn cause(words: &str) -> Cause {
    Cause { trouble: Trouble::Passing, words: words.into() }
}
