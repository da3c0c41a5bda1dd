//! Controls one BMC: `power ADDRESS:PORT USER status|on|off|soft|cycle|reset|diag|pxe|disk|id|guid...`, each in turn in
//! one session. The password is taken from IPMI_PASSWORD and the BMC key, if any, from IPMI_KG.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::net::UdpSocket;
use std::time::{Duration, Instant};

use ipmi::{
    BootDevice, BootOptions, ChassisControl, Client, Config, Failure, Firmware, Key, Lifetime,
    Password, Reply, Request, Rng, UserName,
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, user, words @ ..] = &arguments[..] else {
        return Err("usage: power ADDRESS:PORT USER ACTION...".into());
    };
    let password = std::env::var("IPMI_PASSWORD")?;
    let mut config = Config::new(UserName::new(user)?, Password::new(password.as_bytes())?);
    if let Ok(kg) = std::env::var("IPMI_KG") {
        config.kg = Some(Key::new(kg.as_bytes())?);
    }
    let socket = UdpSocket::bind("0.0.0.0:0")?;
    socket.connect(address)?;
    let mut random = File::open("/dev/urandom")?;
    let mut rng = |bytes: &mut [u8]| random.read_exact(bytes).expect("urandom never ends");
    let mut client = Client::new(config);
    for word in words {
        let request = request(word).ok_or_else(|| format!("unknown action {word}"))?;
        let start = Instant::now();
        match exchange(&socket, &mut client, request, &mut rng)? {
            Ok(reply) => println!("{request}: {reply:?} after {:?}", start.elapsed()),
            Err(failure) => println!("{request}: {failure} after {:?}", start.elapsed()),
        }
    }
    client.close(&mut rng);
    while let Some(datagram) = client.poll_transmit() {
        socket.send(&datagram)?;
    }
    println!("{} sessions, {} datagrams dropped", client.sessions_opened(), client.dropped());
    Ok(())
}

fn request(word: &str) -> Option<Request> {
    let boot = |device| {
        let (lifetime, firmware) = (Lifetime::Once, Firmware::Uefi);
        Request::SetBoot(BootOptions { device, lifetime, firmware })
    };
    Some(match word {
        "status" => Request::Power,
        "on" => Request::Control(ChassisControl::On),
        "off" => Request::Control(ChassisControl::Off),
        "soft" => Request::Control(ChassisControl::Soft),
        "cycle" => Request::Control(ChassisControl::Cycle),
        "reset" => Request::Control(ChassisControl::Reset),
        "diag" => Request::Control(ChassisControl::Diag),
        "pxe" => boot(BootDevice::Pxe),
        "disk" => boot(BootDevice::Disk),
        "id" => Request::DeviceId,
        "guid" => Request::Guid,
        _ => return None,
    })
}

fn exchange(
    socket: &UdpSocket,
    client: &mut Client,
    request: Request,
    rng: &mut Rng<'_>,
) -> Result<Result<Reply, Failure>, Box<dyn std::error::Error>> {
    let start = std::sync::LazyLock::force(&START);
    let now_ms = || start.elapsed().as_millis() as u64;
    let mut buffer = [0; 2048];
    client.start(request, now_ms(), rng)?;
    loop {
        while let Some(datagram) = client.poll_transmit() {
            socket.send(&datagram)?;
        }
        if let Some(outcome) = client.poll_done() {
            return Ok(outcome);
        }
        let due_ms = client.deadline_ms().unwrap_or(0);
        let wait = Duration::from_millis(due_ms.saturating_sub(now_ms()).max(1));
        socket.set_read_timeout(Some(wait))?;
        match socket.recv(&mut buffer) {
            Ok(len) => client.handle(&buffer[..len], now_ms(), rng),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(error) => return Err(error.into()),
        }
        client.timeout(now_ms(), rng);
    }
}

static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
