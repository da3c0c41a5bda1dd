//! A client and a server on a wire that the test controls, a machine that notes its orders, and a listener that knows
//! the password. It keeps no real time.

#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod decoders;
pub mod prey;

use ipmi::command::Body;
use ipmi::lan;
use ipmi::packet::{Packet, PayloadType};
use ipmi::rakp::{Answer, OpenRequest, OpenResponse, Rakp1, Rakp2, Transcript};
use ipmi::server::{Account, Chassis, Server, ServerConfig};
use ipmi::{
    BootDevice, BootFlags, BootOptions, ChassisControl, ChassisStatus, Client, CompletionCode,
    Config, Failure, Firmware, Key, Lifetime, Password, Privilege, Reply, Request, SessionKeys,
    Suite, SuitePolicy, UserName,
};

pub const USER: &str = "operator";
pub const PASSWORD: &[u8] = b"correct horse";

/// A small random generator (splitmix64): the same seed gives the same test.
#[derive(Clone)]
pub struct Seed(pub u64);

impl Seed {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    pub fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let word = self.next().to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
    }
}

/// A machine that does at once what it is told, unless it was told to refuse.
pub struct Machine {
    pub on: bool,
    pub boot: BootFlags,
    pub orders: Vec<ChassisControl>,
    /// What the next calls are refused with, last first.
    pub refuse: Vec<CompletionCode>,
}

impl Machine {
    pub fn new(on: bool) -> Self {
        let options = boot(BootDevice::None);
        let boot = BootFlags { valid: false, options };
        Self { on, boot, orders: Vec::new(), refuse: Vec::new() }
    }

    fn consent(&mut self) -> Result<(), CompletionCode> {
        self.refuse.pop().map_or(Ok(()), Err)
    }
}

impl Chassis for Machine {
    fn status(&mut self) -> Result<ChassisStatus, CompletionCode> {
        self.consent().map(|()| ChassisStatus::healthy(self.on))
    }

    fn control(&mut self, order: ChassisControl) -> Result<(), CompletionCode> {
        self.consent()?;
        self.orders.push(order);
        self.on = match order {
            ChassisControl::Off | ChassisControl::Soft => false,
            ChassisControl::On | ChassisControl::Cycle => true,
            ChassisControl::Reset | ChassisControl::Diag => self.on,
        };
        Ok(())
    }

    fn boot(&mut self) -> Result<BootFlags, CompletionCode> {
        self.consent().map(|()| self.boot)
    }

    fn set_boot(&mut self, flags: BootFlags) -> Result<(), CompletionCode> {
        self.consent()?;
        self.boot = flags;
        Ok(())
    }
}

/// Which way a datagram goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    ToBmc,
    ToConsole,
}

/// Decides what arrives when a datagram is sent: nothing, it, or whatever else.
pub type Net<'a> = dyn FnMut(Way, &[u8]) -> Vec<Vec<u8>> + 'a;

pub struct Lab {
    pub client: Client,
    pub server: Server,
    pub machine: Machine,
    pub seed: Seed,
    pub now_ms: u64,
    /// Everything that was sent, whether it arrived or not.
    pub log: Vec<(Way, Vec<u8>)>,
}

pub fn config() -> Config {
    Config::new(UserName::new(USER).unwrap(), Password::new(PASSWORD).unwrap())
}

pub fn server_config() -> ServerConfig {
    let account = Account {
        username: UserName::new(USER).unwrap(),
        password: Password::new(PASSWORD).unwrap(),
        privilege: Privilege::Administrator,
    };
    ServerConfig::new(account, *b"a guid of a test")
}

pub fn only(suite: Suite) -> Config {
    Config { suites: SuitePolicy::Only(suite), ..config() }
}

pub fn boot(device: BootDevice) -> BootOptions {
    BootOptions { device, lifetime: Lifetime::Once, firmware: Firmware::Uefi }
}

pub fn power(reply: &Result<Reply, Failure>) -> Option<bool> {
    match reply {
        Ok(Reply::Power(status)) => Some(status.power_on),
        _ => None,
    }
}

/// A wire without faults.
pub fn clean(_: Way, datagram: &[u8]) -> Vec<Vec<u8>> {
    vec![datagram.to_vec()]
}

impl Lab {
    pub fn new(config: Config, server: ServerConfig) -> Self {
        Self {
            client: Client::new(config),
            server: Server::new(server),
            machine: Machine::new(true),
            seed: Seed(1),
            now_ms: 1_000,
            log: Vec::new(),
        }
    }

    pub fn usual() -> Self {
        Self::new(config(), server_config())
    }

    /// One exchange on a wire without faults.
    pub fn ask(&mut self, request: Request) -> Result<Reply, Failure> {
        self.run(request, &mut clean)
    }

    /// One exchange to its end; the clock jumps when nothing is under way.
    pub fn run(&mut self, request: Request, net: &mut Net<'_>) -> Result<Reply, Failure> {
        let mut seed = self.seed.clone();
        self.client.start(request, self.now_ms, &mut |b| seed.fill(b)).unwrap();
        self.seed = seed;
        self.finish(net)
    }

    /// Carries on until the exchange has an outcome.
    pub fn finish(&mut self, net: &mut Net<'_>) -> Result<Reply, Failure> {
        for _ in 0..1_000 {
            self.pump(net);
            if let Some(done) = self.client.poll_done() {
                return done;
            }
            self.now_ms = self.now_ms.max(self.client.deadline_ms().expect("an exchange is on"));
            let mut seed = self.seed.clone();
            self.client.timeout(self.now_ms, &mut |b| seed.fill(b));
            self.seed = seed;
        }
        panic!("the exchange does not end");
    }

    /// Delivers until nobody has anything more to say.
    pub fn pump(&mut self, net: &mut Net<'_>) {
        while let Some(sent) = self.client.poll_transmit() {
            self.now_ms += 1;
            self.log.push((Way::ToBmc, sent.clone()));
            for datagram in net(Way::ToBmc, &sent) {
                if let Some(answer) = self.at_bmc(&datagram) {
                    self.log.push((Way::ToConsole, answer.clone()));
                    for datagram in net(Way::ToConsole, &answer) {
                        self.at_console(&datagram);
                    }
                }
            }
        }
    }

    pub fn at_bmc(&mut self, datagram: &[u8]) -> Option<Vec<u8>> {
        let mut seed = self.seed.clone();
        let fill = &mut |b: &mut [u8]| seed.fill(b);
        let answer = self.server.handle(datagram, self.now_ms, fill, &mut self.machine);
        self.seed = seed;
        answer
    }

    pub fn at_console(&mut self, datagram: &[u8]) {
        let mut seed = self.seed.clone();
        self.client.handle(datagram, self.now_ms, &mut |b| seed.fill(b));
        self.seed = seed;
    }

    pub fn sent(&self) -> usize {
        self.log.iter().filter(|(way, _)| *way == Way::ToBmc).count()
    }

    /// Every command that the client sent inside of a session: network function, number and data.
    pub fn commands(&self) -> Vec<(u8, u8, Vec<u8>)> {
        let mut listener = Listener::new(PASSWORD, None);
        let heard = self.log.iter().filter_map(|(_, datagram)| listener.hear(datagram));
        heard
            .filter_map(|message| {
                let request = lan::Request::decode(&message).ok()?;
                Some((request.netfn.code(), request.command, request.data.to_vec()))
            })
            .collect()
    }

    /// How often the client sent this order.
    pub fn times_sent(&self, order: ChassisControl) -> usize {
        let wanted = (0x00, 0x02, order.encode());
        self.commands().iter().filter(|it| **it == wanted).count()
    }
}

/// Reads along: whoever knows the password and heard the handshake can open what follows.
pub struct Listener {
    password: Password,
    kg: Option<Key>,
    opens: Vec<OpenRequest>,
    pairs: Vec<(u32, u32, Suite)>,
    rakp1: Vec<Rakp1>,
    pub transcripts: Vec<(Transcript, Vec<u8>)>,
    keys: Vec<(u32, u32, SessionKeys)>,
}

impl Listener {
    pub fn new(password: &[u8], kg: Option<&[u8]>) -> Self {
        Self {
            password: Password::new(password).unwrap(),
            kg: kg.map(|kg| Key::new(kg).unwrap()),
            opens: Vec::new(),
            pairs: Vec::new(),
            rakp1: Vec::new(),
            transcripts: Vec::new(),
            keys: Vec::new(),
        }
    }

    /// The LAN message of a datagram in a session whose handshake was heard.
    pub fn hear(&mut self, datagram: &[u8]) -> Option<Vec<u8>> {
        let Ok(Packet::Plus(packet)) = Packet::decode(datagram) else { return None };
        match packet.kind {
            PayloadType::Ipmi => {
                let id = packet.session_id;
                let known = self.keys.iter().rev().filter(|it| it.0 == id || it.1 == id);
                return known.filter_map(|(_, _, keys)| keys.open(&packet).ok()).next();
            }
            PayloadType::OpenRequest => self.opens.extend(OpenRequest::decode(packet.payload)),
            PayloadType::OpenResponse => self.opened(packet.payload),
            PayloadType::Rakp1 => self.rakp1.extend(Rakp1::decode(packet.payload)),
            PayloadType::Rakp2 => self.challenged(packet.payload),
            PayloadType::Rakp3 | PayloadType::Rakp4 => {}
        }
        None
    }

    fn opened(&mut self, payload: &[u8]) {
        if let Ok(Answer::Granted(open)) = OpenResponse::decode(payload) {
            let suite = Suite::from_algorithms(open.algorithms).unwrap();
            self.pairs.push((open.console_id, open.managed_id, suite));
        }
    }

    fn challenged(&mut self, payload: &[u8]) {
        let Ok(Answer::Granted(rakp2)) = Rakp2::decode(payload) else { return };
        for (console_id, managed_id, suite) in self.pairs.clone() {
            let Some(rakp1) = self.rakp1.iter().find(|it| it.managed_id == managed_id) else {
                continue;
            };
            let transcript = Transcript {
                suite,
                console_id,
                managed_id,
                console_nonce: rakp1.nonce,
                managed_nonce: rakp2.nonce,
                guid: rakp2.guid,
                role: rakp1.role,
                username: rakp1.username.clone(),
            };
            if transcript.code2(&self.password).matches(rakp2.code.as_bytes()) {
                let sik = transcript.sik(&self.password, self.kg.as_ref());
                self.keys.push((console_id, managed_id, transcript.keys(&sik)));
                self.transcripts.push((transcript, sik.as_bytes().to_vec()));
            }
        }
    }
}
