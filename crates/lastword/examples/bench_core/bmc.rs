//! A BMC for the bench: it answers at once and remembers when a datagram came in.

use std::net::UdpSocket;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Instant;

use ipmi::server::{Account, Chassis, Server, ServerConfig};
use ipmi::{
    BootDevice, BootFlags, BootOptions, ChassisControl, ChassisStatus, CompletionCode, Firmware,
    Lifetime, Password, Privilege, UserName,
};

/// The BMC's user and password.
pub const ACCOUNT: &str = "bench";

struct Machine {
    on: bool,
}

impl Chassis for Machine {
    fn status(&mut self) -> Result<ChassisStatus, CompletionCode> {
        Ok(ChassisStatus::healthy(self.on))
    }

    fn control(&mut self, order: ChassisControl) -> Result<(), CompletionCode> {
        match order {
            ChassisControl::On => self.on = true,
            ChassisControl::Off | ChassisControl::Soft => self.on = false,
            ChassisControl::Cycle | ChassisControl::Reset | ChassisControl::Diag => {}
        }
        Ok(())
    }

    fn boot(&mut self) -> Result<BootFlags, CompletionCode> {
        let (device, lifetime, firmware) = (BootDevice::None, Lifetime::Once, Firmware::Legacy);
        Ok(BootFlags { valid: false, options: BootOptions { device, lifetime, firmware } })
    }

    fn set_boot(&mut self, _flags: BootFlags) -> Result<(), CompletionCode> {
        Ok(())
    }
}

/// Starts it; gives its port and the times at which datagrams come.
pub fn start() -> (u16, Receiver<Instant>) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let port = socket.local_addr().expect("an address").port();
    let (times, received) = mpsc::channel();
    let account = Account {
        username: UserName::new(ACCOUNT).expect("a user name"),
        password: Password::new(ACCOUNT.as_bytes()).expect("a password"),
        privilege: Privilege::Administrator,
    };
    let mut server = Server::new(ServerConfig::new(account, [7; 16]));
    thread::spawn(move || {
        let (mut machine, start) = (Machine { on: false }, Instant::now());
        let mut rng = |bytes: &mut [u8]| getrandom::fill(bytes).expect("the system has randomness");
        let mut buffer = [0; 2_048];
        while let Ok((length, peer)) = socket.recv_from(&mut buffer) {
            let now_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(0);
            if times.send(Instant::now()).is_err() {
                return;
            }
            let answer = server.handle(&buffer[..length], now_ms, &mut rng, &mut machine);
            if let Some(answer) = answer {
                let _ = socket.send_to(&answer, peer);
            }
        }
    });
    (port, received)
}
