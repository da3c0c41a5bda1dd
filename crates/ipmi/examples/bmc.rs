//! A simulated BMC on a UDP port: `bmc ADDRESS:PORT USER PASSWORD [KG]`. It forgets its state when it ends.

use std::fs::File;
use std::io::{Error, Read};
use std::net::UdpSocket;
use std::time::Instant;

use ipmi::server::{Account, Chassis, Server, ServerConfig};
use ipmi::{
    BootDevice, BootFlags, BootOptions, ChassisControl, ChassisStatus, CompletionCode, Firmware,
    Key, Lifetime, Password, Privilege, UserName,
};

struct Machine {
    on: bool,
    boot: BootFlags,
}

impl Chassis for Machine {
    fn status(&mut self) -> Result<ChassisStatus, CompletionCode> {
        Ok(ChassisStatus::healthy(self.on))
    }

    fn control(&mut self, order: ChassisControl) -> Result<(), CompletionCode> {
        println!("{order}");
        self.on = match order {
            ChassisControl::Off | ChassisControl::Soft => false,
            ChassisControl::On | ChassisControl::Cycle => true,
            ChassisControl::Reset | ChassisControl::Diag => self.on,
        };
        Ok(())
    }

    fn boot(&mut self) -> Result<BootFlags, CompletionCode> {
        Ok(self.boot)
    }

    fn set_boot(&mut self, flags: BootFlags) -> Result<(), CompletionCode> {
        self.boot = flags;
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, user, password, kg @ ..] = &arguments[..] else {
        return Err("usage: bmc ADDRESS:PORT USER PASSWORD [KG]".into());
    };
    let account = Account {
        username: UserName::new(user)?,
        password: Password::new(password.as_bytes())?,
        privilege: Privilege::Administrator,
    };
    let mut config = ServerConfig::new(account, *b"simulated-bmc-01");
    config.kg = kg.first().map(|kg| Key::new(kg.as_bytes())).transpose()?;
    let options = BootOptions {
        device: BootDevice::None,
        lifetime: Lifetime::Once,
        firmware: Firmware::Legacy,
    };
    let mut machine = Machine { on: false, boot: BootFlags { valid: false, options } };
    serve(&UdpSocket::bind(address)?, Server::new(config), &mut machine)?;
    Ok(())
}

fn serve(socket: &UdpSocket, mut server: Server, machine: &mut Machine) -> Result<(), Error> {
    let mut random = File::open("/dev/urandom")?;
    let mut rng = |bytes: &mut [u8]| random.read_exact(bytes).expect("urandom never ends");
    let start = Instant::now();
    let mut buffer = [0; 2048];
    loop {
        let (len, peer) = socket.recv_from(&mut buffer)?;
        let now_ms = start.elapsed().as_millis() as u64;
        if let Some(answer) = server.handle(&buffer[..len], now_ms, &mut rng, machine) {
            socket.send_to(&answer, peer)?;
        }
    }
}
