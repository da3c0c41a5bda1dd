//! The BMC's side: answers datagrams for a simulated BMC and for tests. It has no socket and no chassis of its own: the
//! machine behind it is a [`Chassis`].

mod commands;
mod handshake;
mod presence;
mod session;

use alloc::vec::Vec;

use crate::command::{BootFlags, ChassisControl, ChassisStatus, DeviceId};
use crate::packet::{self, Packet, PayloadType, Plain, Plus};
use crate::{CompletionCode, Key, Password, Privilege, Rng, Suite, UserName, lan};
use session::{Session, Stage};

/// The machine behind a BMC. Each order may be refused with a completion code.
pub trait Chassis {
    /// The power state.
    ///
    /// # Errors
    /// The completion code to refuse with.
    fn status(&mut self) -> Result<ChassisStatus, CompletionCode>;

    /// Carries out an order.
    ///
    /// # Errors
    /// The completion code to refuse with.
    fn control(&mut self, order: ChassisControl) -> Result<(), CompletionCode>;

    /// The boot override.
    ///
    /// # Errors
    /// The completion code to refuse with.
    fn boot(&mut self) -> Result<BootFlags, CompletionCode>;

    /// Changes the boot override.
    ///
    /// # Errors
    /// The completion code to refuse with.
    fn set_boot(&mut self, flags: BootFlags) -> Result<(), CompletionCode>;
}

/// A BMC user.
#[derive(Debug, Clone)]
pub struct Account {
    /// Its name.
    pub username: UserName,
    /// Its password.
    pub password: Password,
    /// Its highest level.
    pub privilege: Privilege,
}

/// What a BMC is like.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// Its users.
    pub accounts: Vec<Account>,
    /// The machine's GUID.
    pub guid: [u8; 16],
    /// The suites that it offers.
    pub suites: Vec<Suite>,
    /// The BMC key, if one is set.
    pub kg: Option<Key>,
    /// Who it says it is.
    pub device: DeviceId,
    /// How many sessions there may be at a time, half-open ones included.
    pub sessions_max: usize,
    /// After how long without a packet a session is dropped.
    pub session_idle_ms: u64,
}

/// A sans-I/O BMC for any number of consoles.
#[derive(Debug)]
pub struct Server {
    config: ServerConfig,
    sessions: Vec<Session>,
}

impl ServerConfig {
    /// A BMC with one administrator, both suites, 16 sessions and 60 s of patience.
    pub fn new(account: Account, guid: [u8; 16]) -> Self {
        Self {
            accounts: Vec::from([account]),
            guid,
            suites: Suite::ALL.to_vec(),
            kg: None,
            device: DeviceId {
                device: 0x20,
                revision: 1,
                updating: false,
                firmware_major: 1,
                firmware_minor: 0,
                ipmi_version: 0x02,
                support: 0x80,
                manufacturer: 0,
                product: 0,
            },
            sessions_max: 16,
            session_idle_ms: 60_000,
        }
    }
}

impl Server {
    /// A BMC without sessions.
    pub fn new(config: ServerConfig) -> Self {
        Self { config, sessions: Vec::new() }
    }

    /// Takes a datagram and gives the answer to send back, if there is one.
    pub fn handle(
        &mut self,
        datagram: &[u8],
        now_ms: u64,
        rng: &mut Rng<'_>,
        chassis: &mut dyn Chassis,
    ) -> Option<Vec<u8>> {
        let idle_ms = self.config.session_idle_ms;
        self.sessions.retain(|it| it.is_remembered(now_ms, idle_ms));
        if let Some(pong) = presence::pong(datagram) {
            return Some(pong.to_vec());
        }
        match Packet::decode(datagram).ok()? {
            Packet::Plain(packet) => {
                let answer = self.unauthenticated(packet.session_id, packet.payload)?;
                Some(Plain::new(&answer).encode())
            }
            Packet::Plus(packet) if packet.authenticated || packet.encrypted => {
                self.in_session(&packet, now_ms, rng, chassis)
            }
            Packet::Plus(packet) => match packet.kind {
                PayloadType::Ipmi => {
                    let answer = self.unauthenticated(packet.session_id, packet.payload)?;
                    Some(packet::outside(PayloadType::Ipmi, &answer))
                }
                PayloadType::OpenRequest => self.open(packet.payload, now_ms, rng),
                PayloadType::Rakp1 => self.rakp1(packet.payload, now_ms, rng),
                PayloadType::Rakp3 => self.rakp3(packet.payload, now_ms),
                PayloadType::OpenResponse | PayloadType::Rakp2 | PayloadType::Rakp4 => None,
            },
        }
    }

    /// Forgets every session, as a BMC does that restarts.
    pub fn forget_sessions(&mut self) {
        self.sessions.clear();
    }

    /// How many sessions are open or half-open.
    pub fn sessions(&self, now_ms: u64) -> usize {
        self.sessions
            .iter()
            .filter(|it| it.is_remembered(now_ms, self.config.session_idle_ms))
            .count()
    }

    /// What the BMC is like; changes hold for whatever comes next.
    pub fn config_mut(&mut self) -> &mut ServerConfig {
        &mut self.config
    }

    fn unauthenticated(&self, session_id: u32, message: &[u8]) -> Option<Vec<u8>> {
        let request = lan::Request::decode(message).ok()?;
        let data =
            (session_id == 0).then(|| commands::without_session(&self.config, &request))??;
        Some(request.respond(CompletionCode::OK, &data).encode())
    }

    fn in_session(
        &mut self,
        packet: &Plus<'_>,
        now_ms: u64,
        rng: &mut Rng<'_>,
        chassis: &mut dyn Chassis,
    ) -> Option<Vec<u8>> {
        let index = self.sessions.iter().position(|it| it.managed_id == packet.session_id)?;
        let session = &mut self.sessions[index];
        let Stage::Active(live) = &mut session.stage else { return None };
        let message = live.open(packet)?;
        session.heard_ms = now_ms;
        let request = lan::Request::decode(&message).ok()?;
        let outcome = commands::carry_out(&self.config, live, &request, chassis);
        let (code, data) = match outcome {
            Ok(data) => (CompletionCode::OK, data),
            Err(code) => (code, Vec::new()),
        };
        let answer = live.seal(session.console_id, &request.respond(code, &data).encode(), rng);
        if code.is_ok() && commands::closes(&request, packet.session_id) {
            self.sessions.remove(index);
        }
        Some(answer)
    }
}
