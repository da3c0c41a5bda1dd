//! Redfish against sushy-tools' emulator, a BMC that we did not write: several systems behind one service, basic
//! authentication alone, a connection for each request, and machines that take 1 to 11 seconds for an order.

use std::fmt::Write as _;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use ureq::tls::TlsConfig;

use super::folder;
use super::house::{House, end, until};

/// The emulator takes 11 s for an order at most, and each restart shows off meanwhile.
const PATIENT: &str = "settle = \"1s\"\ntransition = \"12s\"\npoll = \"2s\"\n";
/// The password of the fleet, as the emulator wants it.
const ACCOUNT: &str = "admin:$2b$04$gqqcmk4Rc8maIZWPPs/DOejhpTjJ//ccqot2QzfNYofmziN9nE9P.\n";
const SYSTEMS: [&str; 3] = ["a1", "a2", "a3"];

struct Emulator {
    url: String,
    pin: String,
    process: Child,
}

impl Emulator {
    fn start(dir: &Path) -> Self {
        let port = {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
            listener.local_addr().expect("an address").port()
        };
        let place = |name: &str| dir.join(name).display().to_string();
        fs::create_dir(dir.join("state")).expect("a folder");
        fs::write(dir.join("account"), ACCOUNT).expect("an account");
        let mut config = format!(
            "SUSHY_EMULATOR_STATE_DIR = '{}'\nSUSHY_EMULATOR_AUTH_FILE = '{}'\nSUSHY_EMULATOR_FAKE_SYSTEMS = [\n",
            place("state"),
            place("account")
        );
        for system in SYSTEMS {
            let _ = writeln!(
                config,
                "{{'uuid': '{system}', 'name': 'name-{system}', 'power_state': 'Off', 'nics': []}},"
            );
        }
        config.push_str("]\n");
        fs::write(dir.join("emulator.py"), config).expect("a configuration");
        let pin = certificate(dir);
        let log = fs::File::create(dir.join("emulator.log")).expect("a log");
        let process = Command::new(emulator())
            .args(["--fake", "-i", "127.0.0.1", "-p", &port.to_string()])
            .args(["--config", &place("emulator.py")])
            .args(["--ssl-certificate", &place("tls.pem"), "--ssl-key", &place("tls.key")])
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn()
            .expect("the emulator starts (`cargo xtask test` installs it)");
        let emulator = Self { url: format!("https://127.0.0.1:{port}"), pin, process };
        until("the emulator answers", || emulator.read("").is_some());
        emulator
    }

    /// What it says at that path to a client that is not ours.
    fn read(&self, path: &str) -> Option<serde_json::Value> {
        let tls = TlsConfig::builder().disable_verification(true).build();
        let agent: ureq::Agent = ureq::Agent::config_builder().tls_config(tls).build().into();
        let url = format!("{}/redfish/v1{path}", self.url);
        let asked = agent.get(url).header("Authorization", "Basic YWRtaW46Y2FuYXJ5LWJtYy01ZjJj");
        asked.call().ok()?.body_mut().read_json().ok()
    }

    fn power(&self, system: &str) -> String {
        let system = self.read(&format!("/Systems/{system}")).expect("a system");
        system["PowerState"].as_str().unwrap_or_default().to_owned()
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The program beside the Python that has the clients.
fn emulator() -> PathBuf {
    let python = std::env::var_os("LASTWORD_TEST_PYTHON");
    let python =
        python.expect("LASTWORD_TEST_PYTHON names a Python with sushy-tools (`cargo xtask test`)");
    Path::new(&python).with_file_name("sushy-emulator")
}

/// A certificate of its own; its SHA-256.
fn certificate(dir: &Path) -> String {
    let openssl = |args: &str| {
        let output = Command::new("openssl").args(args.split(' ')).current_dir(dir).output();
        let output = output.expect("openssl is there (`cargo xtask test` installs it)");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    };
    openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout tls.key -out tls.pem -days 2 \
         -subj /CN=emulator",
    );
    let told = openssl("x509 -noout -fingerprint -sha256 -in tls.pem");
    told.trim().split_once('=').expect("a fingerprint").1.to_owned()
}

#[test]
fn systems_behind_an_emulator_that_we_did_not_write_are_fought_over_one_by_one() {
    let dir = folder();
    let emulator = Emulator::start(dir.path());
    fs::write(dir.path().join("bmc.secret"), super::fleet::PASSWORD).expect("a secret");
    let (url, pin) = (&emulator.url, &emulator.pin);
    let inventory = format!(
        "[defaults]\ndriver = \"redfish\"\ncredentials = \"bmc\"\nfingerprint = \"{pin}\"\n{PATIENT}\
         [[nodes]]\nnames = \"n[1-3]\"\nbmc = \"{url}\"\nsystem = \"a{{1}}\"\n\
         [[nodes]]\nnames = \"any\"\nbmc = \"{url}\"\n\
         [credentials.bmc]\nusername = \"admin\"\npassword = {{ file = \"bmc.secret\" }}\n"
    );
    let house = House::start_with(dir.path(), &inventory);
    until("they are read", || house.say(&["status", "n[1-3]", "--check", "off"]).code == 0);
    let any = house.say(&["on", "any", "--deadline", "5s"]);
    assert!(any.code == 1 && any.out.contains("several systems (a1, a2, a3)"), "{}", any.all());

    let on = house.begin(&["on", "n1"]);
    until("the on comes first", || house.say(&["why", "n1"]).out.contains("admin"));
    let boot = house.begin(&["boot", "n2", "pxe", "--and", "on"]);
    let off = house.say(&["off", "n1"]);
    let (on, boot) = (end(on), end(boot));
    assert_eq!((on.code, off.code), (3, 0), "{}\n{}", on.all(), off.all());
    assert_eq!(boot.code, 0, "{}", boot.all());
    let power = SYSTEMS.map(|system| emulator.power(system));
    assert_eq!(power, ["Off", "On", "Off"]);
    let booted = emulator.read("/Systems/a2").expect("a system");
    assert_eq!(booted["Boot"]["BootSourceOverrideTarget"], "Pxe", "{booted}");

    let nmi = house.say(&["nmi", "n2"]);
    assert!(nmi.code == 1 && nmi.out.contains("501"), "it is told that it can't: {}", nmi.all());
}
