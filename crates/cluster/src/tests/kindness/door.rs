//! One BMC and what is watched at its door: how many questions are there at a time, how soon one follows the other, how
//! often somebody logs in.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use arbiter::Millis;
use bmc_sim::{Bmc, Faults, Late, Machine};
use ipmi::{Password, UserName};

/// The byte of a datagram in which RMCP+ has the type of its payload, and an Open Session Request's (IPMI 2.0, 13.6, 13.27.3).
const PAYLOAD_TYPE_AT: usize = 5;
const OPEN_SESSION: u8 = 0x10;
/// How Redfish logs in (DSP0266, 13.3.4.3).
const LOG_IN: &[u8] = b"POST /redfish/v1/SessionService/Sessions";
/// A session is kept at least so long after the last answer, in milliseconds: 20 s from the beginning of its exchange.
const KEPT_MS: Millis = 17_000;
/// Who was silent is not judged for so long after it speaks again, in milliseconds: so long it may remember a session that
/// was given up.
const GRACE_MS: Millis = 70_000;

/// What kind of BMC it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It answers.
    Well,
    /// It loses, cuts and doubles.
    Lossy,
    /// It has never answered.
    Dead,
    /// It refuses the account that all BMCs refuse that have it.
    Refuses,
    /// It refuses an account that others accept.
    Stubborn,
}

/// A BMC's door.
#[derive(Debug)]
pub struct Door {
    pub address: SocketAddr,
    pub kind: Kind,
    pub is_ipmi: bool,
    pub gap_ms: Millis,
    pub bmc: Arc<Mutex<Bmc>>,
    usual: Faults,
    watch: Mutex<Watch>,
}

/// What was seen at a door.
#[derive(Debug, Default)]
pub struct Watch {
    /// Until when an answer to a datagram is on its way.
    answers_until: Millis,
    /// A request is there that was not answered.
    is_asked: bool,
    /// Until when it is not judged.
    excused_until: Millis,
    /// How many reads and orders the machine had got.
    questions: usize,
    /// When reads and orders were answered.
    pub answered: Vec<Millis>,
    /// When somebody began to log in.
    pub log_ins: Vec<Millis>,
    /// The most sessions that there were.
    pub sessions_most: usize,
    /// What went against the rules.
    pub broken: Vec<String>,
}

impl Door {
    pub fn new(plan: Plan, seed: u64) -> Self {
        let faults: Faults = plan.faults.parse().expect("they are faults");
        let machine = Machine::new(plan.on, faults, seed);
        let name = UserName::new("admin").expect("it is short");
        let bmc = Bmc::new(name, Password::new(b"hunter2").expect("it is short"), machine, seed);
        let (bmc, watch) = (Arc::new(Mutex::new(bmc)), Mutex::default());
        let Plan { address, kind, is_ipmi, gap_ms, .. } = plan;
        Self { address, kind, is_ipmi, gap_ms, bmc, usual: faults, watch }
    }

    pub fn is_dead(&self) -> bool {
        self.kind == Kind::Dead
    }

    pub fn watch(&self) -> MutexGuard<'_, Watch> {
        self.watch.lock().expect("no holder panics")
    }

    pub fn bmc(&self) -> MutexGuard<'_, Bmc> {
        self.bmc.lock().expect("no holder panics")
    }

    /// It answers nothing from now on.
    pub fn fall_silent(&self, now: Millis) {
        self.bmc().set_faults(now, "silent".parse().expect("it is a fault"));
        self.watch().excused_until = Millis::MAX;
    }

    /// It answers as before.
    pub fn speak(&self, now: Millis) {
        self.bmc().set_faults(now, self.usual);
        self.watch().excused_until = now + GRACE_MS;
    }

    /// A datagram comes; the answers, each so much later.
    pub fn datagram(&self, now: Millis, datagram: &[u8]) -> Vec<Late> {
        if self.is_dead() {
            return Vec::new();
        }
        let (mut bmc, mut watch) = (self.bmc(), self.watch());
        let sessions = bmc.sessions(now);
        let answers = bmc.datagram(now, datagram);
        if bmc.sessions(now) < sessions {
            // a farewell, whose answer nobody waits for
            return answers;
        }
        // one that is not answered is sent again, and tries no password
        let opens = datagram.get(PAYLOAD_TYPE_AT) == Some(&OPEN_SESSION);
        let logs_in = opens && !answers.is_empty();
        let under_way = now < watch.answers_until;
        self.judge(&mut watch, now, under_way, logs_in.then_some(sessions));
        let late = answers.iter().map(|(late, _)| *late).max();
        watch.answers_until = late.map_or(watch.answers_until, |late| now + late);
        watch.count(&mut bmc, now, now + late.unwrap_or(0));
        answers
    }

    /// A request comes, or more of it.
    pub fn asked(&self, now: Millis, bytes: &[u8]) {
        let sessions = self.bmc().sessions(now);
        let mut watch = self.watch();
        // a log-out is a farewell, and may follow at once
        let begins = [b"GET ".as_slice(), b"POST ", b"PATCH "];
        if begins.iter().any(|method| bytes.starts_with(method)) {
            let under_way = std::mem::replace(&mut watch.is_asked, true);
            let logs_in = bytes.starts_with(LOG_IN);
            self.judge(&mut watch, now, under_way, logs_in.then_some(sessions));
        }
    }

    /// An answer arrives, or a part of it.
    pub fn said(&self, now: Millis) {
        let (mut bmc, mut watch) = (self.bmc(), self.watch());
        watch.is_asked = false;
        watch.count(&mut bmc, now, now);
    }

    /// A connection ends: what was asked over it was given up.
    pub fn hung_up(&self) {
        self.watch().is_asked = false;
    }

    /// Whether what comes may come now; a log-in comes with the number of sessions that there are.
    fn judge(&self, watch: &mut Watch, now: Millis, under_way: bool, logs_in: Option<usize>) {
        let again = logs_in.filter(|_| !watch.log_ins.is_empty());
        if logs_in.is_some() {
            watch.log_ins.push(now);
        }
        if self.kind != Kind::Well || now < watch.excused_until {
            return;
        }
        let since = watch.answered.last().map_or(Millis::MAX, |ended| now.saturating_sub(*ended));
        let address = self.address;
        if under_way {
            watch.broken.push(format!("{address} at {now}: asked while a question is under way"));
        }
        if since < self.gap_ms {
            let gap_ms = self.gap_ms;
            watch
                .broken
                .push(format!("{address} at {now}: {since} ms after the last, not {gap_ms}"));
        }
        if again.is_some_and(|sessions| sessions > 0 || since < KEPT_MS) {
            watch
                .broken
                .push(format!("{address} at {now}: a log-in, {since} ms after the last answer"));
        }
    }
}

impl Watch {
    /// Counts what the machine was asked, answered at that time, and the sessions of its BMC.
    fn count(&mut self, bmc: &mut Bmc, now: Millis, at: Millis) {
        let ledger = bmc.machine().ledger(now);
        let questions = ledger.reads() as usize + ledger.orders().count();
        if questions > std::mem::replace(&mut self.questions, questions) {
            self.answered.push(at);
        }
        if now >= self.excused_until {
            self.sessions_most = self.sessions_most.max(bmc.sessions(now));
        }
    }
}

/// How a door is to be.
#[derive(Debug, Clone)]
pub struct Plan {
    pub address: SocketAddr,
    pub kind: Kind,
    pub is_ipmi: bool,
    pub gap_ms: Millis,
    pub on: bool,
    pub faults: String,
}
