//! Nodes with a second way: what falls back, what escalates, and what is told of it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use bmc_sim::Order;

use super::bmcs::Bmcs;
use super::folder;
use super::house::{House, end, until};
use super::relay::{Manner, Relay};

const QUICK: &str = "settle = \"0s\"\ntransition = \"1s\"\ndwell = \"100ms\"\npoll = \"off\"\nexchange_timeout = \"2s\"\n";
const ACCOUNT: &str =
    "[credentials.bmc]\nusername = \"admin\"\npassword = { file = \"bmc.secret\" }\n";

/// An outlet in that folder that is on, as a second way that feeds the node.
fn outlet(dir: &Path, more: &str) -> String {
    let here = dir.display();
    let metadata = "<resource-agent name=\"fence_own\"><parameters/><actions><action name=\"on\"/>\
                    <action name=\"off\"/><action name=\"status\"/></actions></resource-agent>";
    let agent = dir.join("fence_own");
    let text = format!(
        "#!/bin/sh\nwhile IFS= read -r line; do case $line in action=*) action=${{line#*=}};; esac; done\n\
         case $action in metadata) echo '{metadata}';; \
         status) [ \"$(cat {here}/outlet)\" = on ] && exit 0; exit 2;; \
         *) echo $action > {here}/outlet; echo $action >> {here}/orders;; esac\n"
    );
    fs::write(&agent, text).expect("an agent");
    fs::set_permissions(&agent, fs::Permissions::from_mode(0o755)).expect("it can be run");
    fs::write(dir.join("outlet"), "on\n").expect("an outlet");
    format!("is = \"feed\"\ndriver = \"fence\"\nagent = \"{}\"\n{more}", agent.display())
}

/// What that outlet was ordered.
fn outlet_orders(dir: &Path) -> String {
    fs::read_to_string(dir.join("orders")).unwrap_or_default()
}

/// A server for n1 by IPMI at that address, with a second way.
fn house(dir: &Path, ipmi: &str, second: &str) -> House {
    house_with(dir, ipmi, QUICK, second)
}

fn house_with(dir: &Path, ipmi: &str, settings: &str, second: &str) -> House {
    fs::write(dir.join("bmc.secret"), super::fleet::PASSWORD).expect("a secret");
    let inventory = format!(
        "[[nodes]]\nnames = \"n1\"\nbmc = \"{ipmi}\"\ndriver = \"ipmi\"\ncredentials = \"bmc\"\n{settings}\
         [nodes.second]\n{second}\n{ACCOUNT}"
    );
    House::start_with(dir, &inventory)
}

#[test]
fn a_dead_bmc_is_read_by_another_controller_and_ordered_by_it_after_a_while() {
    let (dir, bmcs) = (folder(), Bmcs::start(false, &["takes-on=200ms,takes-off=200ms"]));
    let silent = Relay::start(bmcs.ipmi("n1").port(), Manner::Silent);
    let second = format!(
        "is = \"machine\"\ndriver = \"redfish\"\ncredentials = \"bmc\"\nbmc = \"{}\"\nescalate = \"5s\"",
        bmcs.url("n1")
    );
    let house = house(dir.path(), &format!("127.0.0.1:{}", silent.port()), &second);
    let status = house.say(&["status", "--fresh"]);
    assert!(status.out.contains("off:"), "{}", status.all());
    let why = house.say(&["why", "n1"]);
    assert!(why.out.contains("is off, read by its second way"), "{}", why.all());
    let on = house.begin(&["on", "n1", "--deadline", "60s"]);
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(bmcs.orders("n1"), [], "not before it was said");
    let mut why = String::new();
    until("it escalates", || {
        let said = house.say(&["why", "n1"]).out;
        if said.contains("escalated to its second way") {
            why = said;
        }
        !why.is_empty() || !bmcs.orders("n1").is_empty()
    });
    let on = end(on);
    assert_eq!(on.code, 0, "{}", on.all());
    assert_eq!(bmcs.orders("n1"), [Order::On]);
    assert!(house.log().contains("Escalated"), "it is on record");
    for line in [&["why", "n1"][..], &["log", "n1"]] {
        let told = house.say(line);
        assert!(told.out.contains("escalated to its second way"), "{}", told.all());
    }
}

#[test]
fn an_off_that_a_dead_bmc_can_not_carry_out_is_carried_out_by_the_outlet() {
    let dir = folder();
    let bmcs = Bmcs::start(false, &[""]);
    let silent = Relay::start(bmcs.ipmi("n1").port(), Manner::Silent);
    let second = outlet(dir.path(), "escalate = \"4s\"");
    let house = house(dir.path(), &format!("127.0.0.1:{}", silent.port()), &second);
    let why = || house.say(&["why", "n1"]).out;
    house.say(&["status", "--fresh"]);
    assert!(why().contains("which does not say whether the machine is"), "{}", why());
    let off = house.say(&["off", "n1", "--deadline", "60s"]);
    assert_eq!(off.code, 0, "{}\n{}", off.all(), why());
    let orders = || outlet_orders(dir.path());
    assert_eq!(orders(), "off\n");
    let on = house.begin(&["on", "n1", "--deadline", "15s"]);
    until("the outlet gets its power back", || orders() == "off\non\n");
    let on = end(on);
    assert_eq!(
        on.code,
        1,
        "its BMC is still dead, and the feed alone proves nothing: {}",
        on.all()
    );
}

#[test]
fn a_bmc_that_is_well_is_ordered_itself_however_slow_its_second_way_may_be() {
    let dir = folder();
    let bmcs = Bmcs::start(false, &["takes-on=200ms,takes-off=200ms"]);
    let second = outlet(dir.path(), "escalate = \"10s\"");
    let settings = QUICK.replace("exchange_timeout = \"2s\"\n", "");
    let ipmi = format!("127.0.0.1:{}", bmcs.ipmi("n1").port());
    let house = house_with(dir.path(), &ipmi, &settings, &second);
    for action in ["on", "off", "on", "soft"] {
        let said = house.say(&[action, "n1", "--deadline", "60s"]);
        assert_eq!(said.code, 0, "{action}: {}", said.all());
    }
    assert_eq!(bmcs.orders("n1"), [Order::On, Order::Off, Order::On, Order::Soft]);
    assert_eq!(outlet_orders(dir.path()), "");
}
