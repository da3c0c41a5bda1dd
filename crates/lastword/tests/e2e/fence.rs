//! Fence agents, end to end: Debian's own in front of simulated BMCs, and ones with bad manners.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use bmc_sim::Order;

use super::bmcs::Bmcs;
use super::fleet::{Fleet, PASSWORD};
use super::folder;
use super::house::{House, end, until};

const ACCOUNT: &str =
    "[credentials.c]\nusername = \"admin\"\npassword = { file = \"bmc.secret\" }\n";
/// Lines for every node's block.
const QUICK: &str = "settle = \"1s\"\ntransition = \"1s\"\ndwell = \"100ms\"\npoll = \"off\"\n";

/// A server for nodes that a fence agent switches.
fn house(dir: &Path, blocks: &str) -> House {
    fs::write(dir.join("bmc.secret"), PASSWORD).expect("a secret");
    let head = format!("[defaults]\ndriver = \"fence\"\ncredentials = \"c\"\n{QUICK}");
    House::start_with(dir, &format!("{head}{blocks}{ACCOUNT}"))
}

/// An agent of two outlets in two files, which does this first. It is on when its file says so.
fn agent(dir: &Path, manners: &str) -> PathBuf {
    let here = dir.display();
    let metadata = "<resource-agent name=\"fence_own\"><parameters><parameter name=\"plug\"/>\
                    <parameter name=\"username\"/><parameter name=\"password\"/></parameters><actions>\
                    <action name=\"on\"/><action name=\"off\"/><action name=\"status\"/></actions></resource-agent>";
    let text = format!(
        "#!/bin/sh\nhere={here}\nwhile IFS= read -r line; do case $line in\n\
         action=*) action=${{line#*=}};; plug=*) plug=${{line#*=}};; password=*) password=${{line#*=}};;\n\
         esac; done\n[ \"$action\" = metadata ] && {{ echo '{metadata}'; exit 0; }}\n{manners}\n\
         case $action in status) [ \"$(cat $here/plug.$plug)\" = on ] && exit 0; exit 2;;\n\
         *) echo $action > $here/plug.$plug; echo $action $plug >> $here/orders;; esac\n"
    );
    let path = dir.join("fence_own");
    fs::write(&path, text).expect("an agent");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it can be run");
    for plug in ["a", "b"] {
        fs::write(dir.join(format!("plug.{plug}")), "off\n").expect("an outlet");
    }
    path
}

/// A server for n1, which two outlets of that agent feed.
fn two_outlets(dir: &Path, manners: &str) -> House {
    let agent = agent(dir, manners);
    let blocks = format!(
        "[[nodes]]\nnames = \"n1\"\nagent = \"{}\"\noutlets = [{{ plug = \"a\" }}, {{ plug = \"b\" }}]\n\
         exchange_timeout = \"8s\"\n",
        agent.display()
    );
    house(dir, &blocks)
}

fn orders(dir: &Path) -> String {
    fs::read_to_string(dir.join("orders")).unwrap_or_default()
}

#[test]
fn fence_ipmilan_switches_a_bmc_and_the_machine_is_read() {
    let dir = folder();
    let fleet = Fleet::start(dir.path(), 1, 900);
    let blocks = format!(
        "[[nodes]]\nnames = \"n1\"\nagent = \"fence_ipmilan\"\n\
         parameters = {{ ip = \"127.0.0.1\", ipport = {}, lanplus = true, cipher = 3, power_wait = 1 }}\n",
        fleet.port(1)
    );
    let house = house(dir.path(), &blocks);
    for action in ["on", "cycle", "off"] {
        let said = house.say(&[action, "n1"]);
        assert_eq!(said.code, 0, "{}", said.all());
    }
    assert_eq!(fleet.edges(1), ["0>1", "1>0", "0>1", "1>0"]);
    let soft = house.say(&["reset", "n1"]);
    assert_eq!(soft.code, 0, "a reset of a node that is off is an on: {}", soft.all());
    let reset = house.say(&["reset", "n1"]);
    assert_eq!(reset.code, 1, "{}", reset.all());
    assert!(reset.out.contains("fence agents know no reset"), "{}", reset.all());
}

#[test]
fn fence_redfish_switches_a_bmc_over_tls() {
    let (dir, bmcs) = (folder(), Bmcs::start(true, &["takes-on=300ms,takes-off=300ms"]));
    let url = bmcs.url("n1");
    let (_, port) = url.rsplit_once(':').expect("a port");
    let blocks = format!(
        "[[nodes]]\nnames = \"n1\"\nagent = \"fence_redfish\"\n\
         parameters = {{ ip = \"127.0.0.1\", ipport = {port}, ssl_insecure = true, \
         systems_uri = \"/redfish/v1/Systems/1\" }}\n"
    );
    let house = house(dir.path(), &blocks);
    for (action, on) in [("on", true), ("off", false)] {
        let said = house.say(&[action, "n1"]);
        assert_eq!(said.code, 0, "{}", said.all());
        assert_eq!(bmcs.is_on("n1"), on);
    }
    assert_eq!(bmcs.orders("n1"), [Order::On, Order::Off]);
}

#[test]
fn a_node_with_one_of_two_outlets_on_is_not_off_and_an_off_switches_both() {
    let dir = folder();
    let house = two_outlets(dir.path(), "");
    fs::write(dir.path().join("plug.a"), "on\n").expect("an outlet");
    let status = house.say(&["status", "n1", "--fresh"]);
    assert!(status.out.contains("unknown:"), "{}", status.all());
    let why = house.say(&["why", "n1"]);
    assert!(why.out.contains("outlet a is on, outlet b is off"), "{}", why.all());
    let off = house.say(&["off", "n1"]);
    assert_eq!(off.code, 0, "{}", off.all());
    assert_eq!(orders(dir.path()), "off a\noff b\n");
    let cycle = house.say(&["on", "n1"]);
    assert_eq!(cycle.code, 0, "{}", cycle.all());
    fs::remove_file(dir.path().join("orders")).expect("it was ordered");
    let cycle = house.say(&["cycle", "n1"]);
    assert_eq!(cycle.code, 0, "{}", cycle.all());
    assert_eq!(orders(dir.path()), "off a\noff b\non a\non b\n");
}

#[test]
fn an_outlet_that_does_not_switch_off_keeps_the_node_from_being_off() {
    let dir = folder();
    let stuck = "[ \"$action $plug\" = \"off b\" ] && { echo 'relay is stuck' >&2; exit 7; }";
    let house = two_outlets(dir.path(), stuck);
    for plug in ["plug.a", "plug.b"] {
        fs::write(dir.path().join(plug), "on\n").expect("an outlet");
    }
    let off = house.say(&["off", "n1", "--deadline", "6s"]);
    assert_eq!(off.code, 1, "{}", off.all());
    assert!(off.out.contains("outlet a is off, outlet b is on"), "{}", off.all());
    assert!(orders(dir.path()).starts_with("off a\n"));
}

#[test]
fn passwords_are_in_no_command_line_environment_log_or_answer() {
    let dir = folder();
    let manners =
        "touch $here/busy.$action; sleep 1; echo \"$password\"; echo \"no: $password\" >&2; exit 1";
    let mut house = two_outlets(dir.path(), manners);
    let off = house.begin(&["off", "n1", "--deadline", "7s"]);
    until("an agent runs", || dir.path().join("busy.status").exists());
    let (mut agents, mut heard) = (0, Vec::new());
    for process in fs::read_dir("/proc").expect("processes").flatten() {
        let line = fs::read(process.path().join("cmdline")).unwrap_or_default();
        let own = String::from_utf8_lossy(&line).contains(&dir.path().display().to_string());
        agents += usize::from(own && String::from_utf8_lossy(&line).contains("fence_own"));
        if own {
            heard.push(line);
            heard.push(fs::read(process.path().join("environ")).unwrap_or_default());
        }
    }
    assert!(agents > 0, "the agent's command line was looked at");
    heard.push(end(off).all().into_bytes());
    for args in [&["why", "n1"][..], &["log", "n1", "-o", "json"], &["status", "-o", "json"]] {
        let said = house.say(args).all();
        heard.push(said.into_bytes());
    }
    let told = heard.iter().any(|text| String::from_utf8_lossy(text).contains("no: ***"));
    assert!(told, "what the agent said is told without the password");
    house.kill();
    heard.push(house.log().into_bytes());
    for entry in fs::read_dir(dir.path().join("data")).expect("a folder").flatten() {
        heard.push(fs::read(entry.path()).unwrap_or_default());
    }
    for text in heard {
        assert!(
            !String::from_utf8_lossy(&text).contains(PASSWORD),
            "{}",
            String::from_utf8_lossy(&text)
        );
    }
}

#[test]
fn an_agent_does_not_outlive_its_deadline_when_the_server_is_killed() {
    let dir = folder();
    let manners = "[ \"$action\" = status ] || { echo $$ > $here/pid; sleep 600; }";
    let mut house = two_outlets(dir.path(), manners);
    let mut off = house.begin(&["on", "n1"]);
    until("the agent runs", || dir.path().join("pid").exists());
    house.kill();
    let _ = off.kill();
    let _ = off.wait();
    let pid = fs::read_to_string(dir.path().join("pid")).expect("a pid");
    let status = PathBuf::from(format!("/proc/{}/status", pid.trim()));
    assert!(status.exists(), "it still runs");
    until("it is gone", || {
        !fs::read_to_string(&status).is_ok_and(|text| !text.contains("State:\tZ"))
    });
}
