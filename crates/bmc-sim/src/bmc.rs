//! One BMC: a machine, the sessions with it, and what goes wrong on the way. It has no socket.

use ipmi::command::{BootFlags, ChassisControl, ChassisStatus};
use ipmi::server::{Account, Chassis, Server, ServerConfig};
use ipmi::{CompletionCode, Password, Privilege, UserName};

pub use crate::link::Late;

use crate::fault::{Faults, Span};
use crate::link::Arrives;
use crate::machine::{Machine, Order, Reading, Refusal};
use crate::redfish::{Answer, Asked, Problem, Service};
use crate::{Millis, link};

/// How many sessions a BMC has, half-open ones included.
const SESSIONS_MAX: usize = 16;
/// After how long without a datagram a session is forgotten, in milliseconds.
const SESSION_IDLE_MS: Millis = 60_000;
/// "The password is wrong" is told by comparing with one that nobody has.
const NOBODYS: &[u8] = b"\0nobody's password\0";

/// What reached a BMC and what left it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Datagrams or requests that came in.
    pub received: u64,
    /// Datagrams or answers that went out.
    pub sent: u64,
    /// Connections that came in.
    pub connections: u64,
    /// TLS handshakes that were completed.
    pub handshakes: u64,
    /// How many of these took up an earlier one.
    pub resumed: u64,
}

/// A BMC with its machine.
#[derive(Debug)]
pub struct Bmc {
    machine: Machine,
    server: Server,
    redfish: Service,
    password: Password,
    traffic: Traffic,
    /// How often it restarted.
    life: u64,
    /// A second since the epoch, and how much reached it in there.
    crowd: (Millis, u32),
    sessions_since: Millis,
    rng: fastrand::Rng,
}

/// What becomes of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Met {
    /// It is spoken on, by this life of the BMC.
    Taken(u64),
    /// It is reset.
    Reset,
    /// It is open, and nothing is ever said.
    Silence,
}

/// What becomes of a request.
#[derive(Debug)]
pub(crate) enum Reply {
    /// All of this is said, so many milliseconds later.
    Whole(Millis, Answer),
    /// A part of it is said, so many milliseconds later, and then the connection is closed.
    Cut(Millis, Answer),
    /// The connection is reset.
    Reset,
    /// Nothing is ever said.
    Silence,
}

/// The machine as the IPMI server sees it, at one moment.
struct Front<'a> {
    machine: &'a mut Machine,
    now: Millis,
}

impl Bmc {
    /// A BMC with one account.
    #[must_use]
    pub fn new(username: UserName, password: Password, machine: Machine, seed: u64) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut guid = [0; 16];
        rng.fill(&mut guid);
        let redfish = Service::new(username.clone(), password.clone(), guid);
        let account =
            Account { username, password: password.clone(), privilege: Privilege::Administrator };
        let mut config = ServerConfig::new(account, guid);
        config.sessions_max = SESSIONS_MAX;
        config.session_idle_ms = SESSION_IDLE_MS;
        let server = Server::new(config);
        let mut bmc = Self {
            machine,
            server,
            redfish,
            password,
            traffic: Traffic::default(),
            life: 0,
            crowd: (0, 0),
            sessions_since: 0,
            rng,
        };
        bmc.adopt_faults();
        bmc
    }

    /// A datagram comes in; the answers to send, each so much later.
    pub fn datagram(&mut self, now: Millis, datagram: &[u8]) -> Vec<Late> {
        self.traffic.received += 1;
        let faults = *self.machine.faults();
        let lost = self.is_deaf_to_all(now) || link::loses(&faults, &mut self.rng);
        if lost || self.is_overloaded(now) {
            return Vec::new();
        }
        self.forget_sessions_in_time(now);
        // ids and nonces must differ from those of another run: a console may still hold a session of it
        let mut random =
            |bytes: &mut [u8]| getrandom::fill(bytes).expect("the system has randomness");
        let mut front = Front { machine: &mut self.machine, now };
        let Some(answer) = self.server.handle(datagram, now, &mut random, &mut front) else {
            return Vec::new();
        };
        let answers = link::send(&faults, answer, &mut self.rng);
        self.traffic.sent += answers.len() as u64;
        answers
    }

    /// A connection comes in.
    pub(crate) const fn connection(&mut self, now: Millis) -> Met {
        self.traffic.connections += 1;
        if self.machine.is_away(now) {
            return Met::Reset;
        }
        if self.machine.faults().silent.is_some() { Met::Silence } else { Met::Taken(self.life) }
    }

    /// A TLS handshake came to its end.
    pub(crate) fn handshake(&mut self, resumed: bool) {
        self.traffic.handshakes += 1;
        self.traffic.resumed += u64::from(resumed);
    }

    /// A request comes in, over a connection that was taken by that life of the BMC.
    pub(crate) fn request(&mut self, now: Millis, life: u64, asked: &Asked<'_>) -> Reply {
        self.traffic.received += 1;
        let faults = *self.machine.faults();
        if faults.silent.is_some() {
            return Reply::Silence;
        }
        if life != self.life || self.machine.is_away(now) || link::loses(&faults, &mut self.rng) {
            return Reply::Reset;
        }
        self.forget_sessions_in_time(now);
        let unavailable = faults.unavailable.is_some_and(|share| share.strikes(&mut self.rng));
        let answer = if unavailable || self.is_overloaded(now) {
            Answer::problem(Problem::Busy)
        } else {
            self.redfish.answer(&mut self.machine, now, asked)
        };
        let arrives = link::answer(&faults, &mut self.rng);
        self.traffic.sent += u64::from(arrives != Arrives::Never);
        match arrives {
            Arrives::Whole(late) => Reply::Whole(late, answer),
            Arrives::Cut(late) => Reply::Cut(late, answer),
            Arrives::Never => Reply::Reset,
        }
    }

    /// Whether it answers nothing at all now.
    pub(crate) const fn is_deaf_to_all(&self, now: Millis) -> bool {
        self.machine.faults().silent.is_some() || self.machine.is_away(now)
    }

    /// Its machine.
    pub const fn machine(&mut self) -> &mut Machine {
        &mut self.machine
    }

    /// What reached it and what left it.
    #[must_use]
    pub const fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// How many sessions it has, those over IPMI and those over Redfish, half-open ones included.
    pub fn sessions(&mut self, now: Millis) -> usize {
        self.server.sessions(now) + self.redfish.sessions(now)
    }

    /// Lets it behave differently from now on.
    pub fn set_faults(&mut self, now: Millis, faults: Faults) {
        if faults.reboots.is_some() {
            self.forget_sessions(now);
            self.life += 1;
        }
        self.sessions_since = now;
        self.redfish.forgive();
        self.machine.set_faults(now, faults);
        self.adopt_faults();
    }

    /// Counts one more, and tells whether that is too many for this second.
    fn is_overloaded(&mut self, now: Millis) -> bool {
        let second = now / 1_000;
        let (counted, many) = self.crowd;
        let many = if counted == second { many + 1 } else { 1 };
        self.crowd = (second, many);
        self.machine.faults().overloaded_above.is_some_and(|most| many > most)
    }

    fn forget_sessions_in_time(&mut self, now: Millis) {
        if let Some(Span(keeps)) = self.machine.faults().drops_sessions
            && now >= self.sessions_since + keeps
        {
            self.forget_sessions(now);
        }
    }

    fn forget_sessions(&mut self, now: Millis) {
        self.server.forget_sessions();
        self.redfish.forget_sessions();
        self.sessions_since = now;
    }

    fn adopt_faults(&mut self) {
        let faults = self.machine.faults();
        let nobodys = || Password::new(NOBODYS).expect("it is 19 bytes long");
        let config = self.server.config_mut();
        config.sessions_max = if faults.sessions_exhausted.is_some() { 0 } else { SESSIONS_MAX };
        let wrong = faults.wrong_password.is_some();
        for account in &mut config.accounts {
            account.password = if wrong { nobodys() } else { self.password.clone() };
        }
    }
}

impl Chassis for Front<'_> {
    fn status(&mut self) -> Result<ChassisStatus, CompletionCode> {
        match self.machine.read(self.now).map_err(code)? {
            Reading::On => Ok(ChassisStatus::healthy(true)),
            Reading::Off => Ok(ChassisStatus::healthy(false)),
            // IPMI has no word for a transition
            Reading::TurningOn
            | Reading::TurningOff
            | Reading::Nothing
            | Reading::Reset
            | Reading::Paused
            | Reading::Unknown => Err(CompletionCode::NOT_IN_THIS_STATE),
        }
    }

    fn control(&mut self, order: ChassisControl) -> Result<(), CompletionCode> {
        let order = match order {
            ChassisControl::Off => Order::Off,
            ChassisControl::On => Order::On,
            ChassisControl::Cycle => Order::Cycle,
            ChassisControl::Reset => Order::Reset,
            ChassisControl::Diag => Order::Nmi,
            ChassisControl::Soft => Order::Soft,
        };
        self.machine.order(self.now, order).map_err(code)
    }

    fn boot(&mut self) -> Result<BootFlags, CompletionCode> {
        Ok(self.machine.boot())
    }

    fn set_boot(&mut self, flags: BootFlags) -> Result<(), CompletionCode> {
        self.machine.set_boot(self.now, flags);
        Ok(())
    }
}

const fn code(refusal: Refusal) -> CompletionCode {
    match refusal {
        Refusal::Busy => CompletionCode::NODE_BUSY,
        Refusal::NotNow => CompletionCode::NOT_IN_THIS_STATE,
        Refusal::Failed => CompletionCode(0xff),
    }
}
