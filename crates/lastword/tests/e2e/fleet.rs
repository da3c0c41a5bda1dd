//! Simulated machines behind OpenIPMI's `ipmi_sim`, a BMC that we did not write.

use std::fmt::Write as _;
use std::fs;
use std::net::UdpSocket;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub const PASSWORD: &str = "canary-bmc-5f2c";

/// One `ipmi_sim` process with a BMC for each node n1, n2, ...
pub struct Fleet {
    dir: PathBuf,
    ports: Vec<u16>,
    sim: Child,
}

impl Fleet {
    /// Starts so many machines, all off, which change their power within `transition_ms`.
    pub fn start(dir: &Path, nodes: usize, transition_ms: u64) -> Self {
        let dir = dir.join("fleet");
        fs::create_dir_all(dir.join("persist")).expect("a folder for the simulator");
        let ports = free_ports(nodes);
        let script = dir.join("chassis.sh");
        fs::write(&script, include_str!("chassis.sh")).expect("the chassis program");
        let runnable = fs::Permissions::from_mode(0o755);
        fs::set_permissions(&script, runnable).expect("the chassis program can be run");
        for node in 1..=nodes {
            machine(&dir.join(format!("n{node}")), transition_ms);
        }
        fs::write(dir.join("lan.conf"), lan(&dir, &ports)).expect("lan.conf");
        fs::write(dir.join("bmc.emu"), emulator(nodes)).expect("bmc.emu");
        let log = fs::File::create(dir.join("log")).expect("a log");
        let sim = Command::new("ipmi_sim")
            .args(["-n", "-c", "lan.conf", "-f", "bmc.emu", "-s", "persist"])
            .current_dir(&dir)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn()
            .expect("ipmi_sim starts (`cargo xtask test` installs openipmi)");
        let fleet = Self { dir, ports, sim };
        for node in 1..=nodes {
            fleet.wait_until_up(node);
        }
        fleet
    }

    pub fn port(&self, node: usize) -> u16 {
        self.ports[node - 1]
    }

    pub fn set(&self, node: usize, name: &str, value: &str) {
        fs::write(self.machine(node).join(name), format!("{value}\n")).expect("a setting");
    }

    pub fn unset(&self, node: usize, name: &str) {
        fs::remove_file(self.machine(node).join(name)).expect("a setting");
    }

    /// Orders that reached the machine: "power=1", "reset=1", ...
    pub fn orders(&self, node: usize) -> Vec<String> {
        lines(&self.machine(node).join("orders"))
    }

    /// Power edges that really happened: "0>1", "1>0".
    pub fn edges(&self, node: usize) -> Vec<String> {
        lines(&self.machine(node).join("edges"))
    }

    /// What `ipmitool`, a client that we did not write, says about the power.
    pub fn ipmitool(&self, node: usize) -> String {
        ipmitool(self.port(node), &["chassis", "power", "status"])
    }

    fn machine(&self, node: usize) -> PathBuf {
        self.dir.join(format!("n{node}"))
    }

    fn wait_until_up(&self, node: usize) {
        let started = Instant::now();
        while !ipmitool(self.port(node), &["chassis", "power", "status"]).contains("Power is") {
            assert!(started.elapsed() < Duration::from_secs(20), "the BMC of n{node} is not up");
        }
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        let _ = self.sim.kill();
        let _ = self.sim.wait();
    }
}

fn ipmitool(port: u16, args: &[&str]) -> String {
    let port = port.to_string();
    let output = Command::new("ipmitool")
        .args(["-I", "lanplus", "-C", "3", "-H", "127.0.0.1", "-p", &port, "-U", "admin", "-E"])
        .args(["-N", "1", "-R", "2"])
        .args(args)
        .env("IPMI_PASSWORD", PASSWORD)
        .output()
        .expect("ipmitool runs (`cargo xtask test` installs it)");
    String::from_utf8_lossy(&output.stdout).trim().to_string()
}

fn lines(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines().filter_map(|line| Some(line.split_once(' ')?.1.to_string())).collect()
}

fn machine(dir: &Path, transition_ms: u64) {
    fs::create_dir_all(dir).expect("a machine's folder");
    let span = transition_ms.to_string();
    for (name, value) in [("power", "0"), ("boot", "default"), ("on_ms", &span), ("off_ms", &span)]
    {
        fs::write(dir.join(name), format!("{value}\n")).expect("a machine's state");
    }
}

/// Ports that were free a moment ago.
pub fn free_ports(count: usize) -> Vec<u16> {
    let sockets: Vec<UdpSocket> =
        (0..count).map(|_| UdpSocket::bind("127.0.0.1:0").expect("a free port")).collect();
    sockets.iter().map(|socket| socket.local_addr().expect("an address").port()).collect()
}

/// The management controllers' addresses on the bus: 0x20, 0x22, ...
fn address(place: usize) -> usize {
    0x20 + 2 * place
}

fn lan(dir: &Path, ports: &[u16]) -> String {
    let mut text = String::from("name \"fleet\"\n");
    for (place, port) in ports.iter().enumerate() {
        let folder = dir.join(format!("n{}", place + 1));
        let _ = write!(
            text,
            "set_working_mc {:#x}\nstartlan 1\n  addr 127.0.0.1 {port}\n  priv_limit admin\n  \
             allowed_auths_admin none md2 md5 straight\n  guid {:032x}\nendlan\n\
             user 2 true \"admin\" \"{PASSWORD}\" admin 10 none md2 md5 straight\n\
             chassis_control \"{} {}\"\n",
            address(place),
            place + 1,
            dir.join("chassis.sh").display(),
            folder.display()
        );
    }
    text
}

fn emulator(nodes: usize) -> String {
    let mut text = String::from("mc_setbmc 0x20\n");
    for place in 0..nodes {
        let at = address(place);
        let _ = write!(
            text,
            "mc_add {at:#x} 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02\n\
             sel_enable {at:#x} 100 0x0a\nmc_enable {at:#x}\n"
        );
    }
    text
}
