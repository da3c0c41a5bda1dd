//! The pages of `docs/drivers`, as a newcomer would follow them.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use bmc_sim::Order;

use super::bmcs::Bmcs;
use super::fleet::{Fleet, PASSWORD};
use super::folder;
use super::house::{House, PROGRAM, end, until};

fn page(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/drivers");
    fs::read_to_string(folder.join(format!("{name}.md"))).expect("a page")
}

/// The blocks of that language, one after the other.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let blocks = page.split(&fence).skip(1);
    blocks.filter_map(|rest| Some(rest.split_once("```")?.0.to_owned())).collect()
}

/// The part of a page under "Try it".
fn try_it(name: &str) -> String {
    page(name).split_once("## Try it\n").expect("a part to try").1.to_owned()
}

#[test]
fn every_inventory_on_the_pages_of_drivers_is_a_good_one() {
    for name in ["README", "ipmi", "redfish", "fence", "webhook", "manual", "../site"] {
        let examples = blocks(&page(name), "toml");
        assert!(!examples.is_empty(), "{name}");
        for example in examples {
            let dir = folder();
            let file = dir.path().join("inventory.toml");
            fs::write(&file, &example).expect("a file");
            let check = Command::new(PROGRAM).args(["inventory", "check"]).arg(&file).output();
            let check = super::house::said(check.expect("it runs"));
            assert_eq!(check.code, 0, "{name}: {}\n{example}", check.all());
            assert!(!check.err.contains("warning"), "{name}: {}\n{example}", check.all());
        }
    }
}

#[test]
fn the_example_of_ipmi_works() {
    let dir = folder();
    let fleet = Fleet::start(dir.path(), 1, 500);
    let text = try_it("ipmi");
    let inventory = blocks(&text, "toml").remove(0);
    assert!(inventory.contains("127.0.0.1:9001"), "{inventory}");
    let inventory = inventory.replace(":9001", &format!(":{}", fleet.port(1)));
    fs::write(dir.path().join("password"), PASSWORD).expect("a secret");
    follow(&House::start_with(dir.path(), &inventory), &text);
}

#[test]
fn the_example_of_redfish_works() {
    let (dir, text) = (folder(), try_it("redfish"));
    let bmcs = Bmcs::start(false, &["takes-on=200ms,takes-off=200ms"]);
    let inventory = blocks(&text, "toml").remove(0);
    assert!(inventory.contains("http://127.0.0.1:8001"), "{inventory}");
    let inventory = inventory.replace("http://127.0.0.1:8001", &bmcs.url("n1"));
    fs::write(dir.path().join("password"), PASSWORD).expect("a secret");
    follow(&House::start_with(dir.path(), &inventory), &text);
    assert_eq!(bmcs.orders("n1"), [Order::On, Order::Off, Order::On, Order::Off]);
}

#[test]
fn the_example_of_fence_agents_works() {
    let (dir, text) = (folder(), try_it("fence"));
    let inventory = blocks(&text, "toml").remove(0);
    assert!(inventory.contains("/tmp/lastword-dummy"), "{inventory}");
    let file = dir.path().join("dummy");
    let inventory = inventory.replace("/tmp/lastword-dummy", &file.display().to_string());
    follow(&House::start_with(dir.path(), &inventory), &text);
    assert_eq!(fs::read_to_string(file).expect("the agent's file"), "off");
}

#[test]
fn a_driver_in_one_file_works_as_the_page_has_it() {
    let (dir, page) = (folder(), page("README"));
    let text = page.split_once("in one file\n").expect("a part to follow").1;
    let leds = dir.path().join("leds");
    let relay = leds.join("relay1/brightness");
    fs::create_dir_all(leds.join("relay1")).expect("a folder");
    fs::write(&relay, "0").expect("a relay");
    let program = blocks(text, "python").remove(0);
    assert!(program.contains("/sys/class/leds\""), "{program}");
    let file = dir.path().join("fence_relay");
    fs::write(&file, program.replace("/sys/class/leds\"", &format!("{}\"", leds.display())))
        .expect("a program");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let inventory = blocks(text, "toml").remove(0);
    assert!(inventory.contains("\"fence_relay\""), "{inventory}");
    let inventory = inventory.replace("\"fence_relay\"", &format!("\"{}\"", file.display()));
    let inventory = inventory.replace("n[1-8]", "n[1]");
    follow(&House::start_with(dir.path(), &inventory), text);
    assert_eq!(fs::read_to_string(relay).expect("the relay"), "0");
    let asked = Command::new("sh")
        .args(["-c", "printf 'action=status\\nplug=relay1\\n' | ./fence_relay; echo $?"])
        .current_dir(dir.path())
        .output()
        .expect("it runs");
    assert_eq!(String::from_utf8_lossy(&asked.stdout), "Status: OFF\n2\n");
}

#[test]
fn the_example_of_webhooks_works() {
    let (dir, text) = (folder(), try_it("webhook"));
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.local_addr().expect("an address").port()
    };
    let (inventory, service) = (blocks(&text, "toml").remove(0), blocks(&text, "python").remove(0));
    assert!(inventory.contains(":8000/") && service.contains("8000"), "{inventory}\n{service}");
    let script = dir.path().join("hook.py");
    fs::write(&script, service.replace("8000", &port.to_string())).expect("a script");
    let _service = Service::start(&script);
    let listens = || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
    until("the service listens", listens);
    let inventory = inventory.replace(":8000/", &format!(":{port}/"));
    follow(&House::start_with(dir.path(), &inventory), &text);
}

#[test]
fn the_example_of_a_person_works() {
    let (dir, text) = (folder(), try_it("manual"));
    let house = House::start_with(dir.path(), &blocks(&text, "toml").remove(0));
    let mut waiting = Vec::new();
    for command in commands(&text) {
        match command.strip_suffix(" &") {
            Some(command) => {
                let words: Vec<&str> = command.split_whitespace().skip(1).collect();
                waiting.push(house.begin(&words));
            }
            None => {
                let words: Vec<&str> = command.split_whitespace().skip(1).collect();
                if words[0] == "observed" {
                    let asked = || house.say(&["why", "n1"]).out.contains("then run");
                    until("somebody is asked", asked);
                }
                let said = house.say(&words);
                assert_eq!(said.code, 0, "{command}: {}", said.all());
            }
        }
    }
    for child in waiting {
        let said = end(child);
        assert_eq!(said.code, 0, "{}", said.all());
    }
}

/// Runs the commands of a page.
fn follow(house: &House, text: &str) {
    let commands = commands(text);
    assert!(commands.len() >= 3, "{commands:?}");
    for command in commands {
        let words: Vec<&str> = command.split_whitespace().skip(1).collect();
        let said = house.say(&words);
        assert_eq!(said.code, 0, "{command}: {}", said.all());
    }
}

/// The commands that ask a server.
fn commands(text: &str) -> Vec<String> {
    let lines = blocks(text, "sh").join("\n");
    let lines = lines.lines().map(|line| line.split("  #").next().unwrap_or("").trim());
    let asks = |line: &&str| line.starts_with("lastword ") && !line.starts_with("lastword serve");
    lines.filter(asks).map(str::to_owned).collect()
}

/// A service in Python.
struct Service(Child);

impl Service {
    fn start(script: &PathBuf) -> Self {
        let mut python = Command::new("python3");
        python.arg(script).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Self(python.spawn().expect("python3 is there"))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
