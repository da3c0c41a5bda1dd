//! Circuits, nodes that depend on others, batches, gaps, and which machine is behind a BMC: on real sockets.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use bmc_sim::Order;

use super::bmcs::Bmcs;
use super::folder;
use super::house::{House, QUICK, end, until};

const SETTINGS: &str = "settle = \"0s\"\npoll = \"off\"\ntransition = \"1500ms\"\n";

#[test]
fn a_rack_starts_two_nodes_at_a_time_and_goes_off_at_once() {
    let (dir, bmcs) = (folder(), Bmcs::start(false, &["takes-on=200ms,takes-off=200ms"; 6]));
    let labels = format!("{SETTINGS}labels = {{ circuit = \"r1\" }}\n");
    let circuit = "[circuits.r1]\nstarts = 2\nwithin = \"2s\"\n";
    let inventory = bmcs.inventory(dir.path(), &labels) + circuit;
    let house = House::start_with(dir.path(), &inventory);
    let dry = house.say(&["on", "n[1-6]", "--dry-run"]);
    assert!(dry.out.contains("6 starts on circuit r1"), "{}", dry.all());
    let on = house.begin(&["on", "n[1-6]"]);
    until("they line up", || house.say(&["circuits"]).out.contains("2 of 2 start within 2 s"));
    let why = (1..=6).map(|node| house.say(&["why", &format!("n{node}")]).out).collect::<String>();
    assert!(why.contains("waiting for its turn to be powered on"), "{why}");
    let on = end(on);
    assert_eq!(on.code, 0, "{}", on.all());
    let mut starts: Vec<u64> =
        (1..=6).flat_map(|node| bmcs.ordered_at(&format!("n{node}"), Order::On)).collect();
    starts.sort_unstable();
    assert_eq!(starts.len(), 6, "{starts:?}");
    assert!(starts.windows(3).all(|three| three[2] - three[0] >= 2_000), "{starts:?}");
    let begun = Instant::now();
    let off = house.say(&["off", "n[1-6]"]);
    assert_eq!(off.code, 0, "{}", off.all());
    assert!(begun.elapsed() < Duration::from_secs(5), "off waits for no circuit");
}

#[test]
fn a_chassis_comes_before_its_blades_and_is_not_taken_from_under_them() {
    let (dir, bmcs) = (folder(), Bmcs::start(false, &["takes-on=400ms,takes-off=400ms"; 3]));
    let inventory = bmcs.inventory(dir.path(), SETTINGS);
    let inventory = inventory
        .replace("names = \"n2\"\n", "names = \"n2\"\ndepends_on = \"n1\"\n")
        .replace("names = \"n3\"\n", "names = \"n3\"\ndepends_on = \"n1\"\n");
    let house = House::start_with(dir.path(), &inventory);
    let alone = house.say(&["status", "--fresh"]);
    assert_eq!(alone.code, 0, "{}", alone.all());
    let refused = house.say(&["on", "n2"]);
    assert_eq!(refused.code, 8, "{}", refused.all());
    assert!(refused.err.contains("--with-parents"), "{}", refused.all());
    let on = house.say(&["on", "n[2-3]", "--with-parents"]);
    assert_eq!(on.code, 0, "{}", on.all());
    let first = |node: &str, order| bmcs.ordered_at(node, order)[0];
    assert!(first("n1", Order::On) + 400 <= first("n2", Order::On).min(first("n3", Order::On)));
    let refused = house.say(&["off", "n1"]);
    assert_eq!(refused.code, 8, "{}", refused.all());
    assert!(refused.err.contains("n[2-3] are not known to be off"), "{}", refused.all());
    assert!(bmcs.is_on("n1"));
    let off = house.say(&["off", "n1", "--with-children"]);
    assert_eq!(off.code, 0, "{}", off.all());
    assert!(first("n1", Order::Off) >= first("n2", Order::Off).max(first("n3", Order::Off)) + 400);
}

#[test]
fn a_careful_command_stops_when_a_node_of_its_first_batch_fails() {
    let faults = ["does-nothing", "", "", ""];
    let (dir, bmcs) = (folder(), Bmcs::start(false, &faults));
    let house = bmcs.house(dir.path(), SETTINGS);
    let careful = ["--batch", "2", "--stop-after-failures", "1", "--deadline", "4s"];
    let on = house.say(&[&["on", "n[1-4]"][..], &careful].concat());
    assert_eq!(on.code, 1, "{}", on.all());
    assert!(on.out.contains("cancelled: n[3-4]"), "{}", on.all());
    assert!(bmcs.is_on("n2") && bmcs.orders("n3").is_empty() && bmcs.orders("n4").is_empty());
    bmcs.set_faults("n1", "");
    let on = house.say(&["on", "n[1-4]", "--batch", "1", "--delay", "200ms"]);
    assert_eq!(on.code, 0, "{}", on.all());
    let (third, fourth) = (bmcs.ordered_at("n3", Order::On), bmcs.ordered_at("n4", Order::On));
    assert!(fourth[0] >= third[0] + 200, "{third:?} {fourth:?}");
}

#[test]
fn nothing_is_fired_at_a_machine_that_is_not_the_one_that_is_named() {
    let (dir, bmcs) = (folder(), Bmcs::start(false, &["", ""]));
    let (first, second) = (uuid(&bmcs.url("n1")), uuid(&bmcs.url("n2")));
    let mut inventory = bmcs.inventory(dir.path(), SETTINGS);
    for (name, bmc) in [("i1", "n1"), ("i2", "n2")] {
        let address = bmcs.ipmi(bmc);
        let _ = write!(
            inventory,
            "[[nodes]]\nnames = \"{name}\"\nbmc = \"{address}\"\ndriver = \"ipmi\"\n\
             credentials = \"bmc\"\n{SETTINGS}"
        );
    }
    // the cables of two machines were exchanged; n1 and i1 are told as they are
    let swapped = "ffffffff-ffff-4fff-bfff-ffffffffffff";
    let _ = write!(
        inventory,
        "[identity]\nn1 = {{ uuid = \"{first}\" }}\nn2 = {{ uuid = \"{first}\" }}\n"
    );
    let inventory = inventory
        .replace(&format!("n2 = {{ uuid = \"{first}\""), &format!("n2 = {{ uuid = \"{swapped}\""));
    let more = format!("i2 = {{ uuid = \"{}\" }}\n", swapped.replace('f', "e"));
    let house = House::start_with(dir.path(), &(inventory + &more));
    let good = house.say(&["on", "n1"]);
    assert_eq!(good.code, 0, "{}", good.all());
    for (node, wanted) in [("n2", swapped.to_owned()), ("i2", swapped.replace('f', "e"))] {
        for action in ["on", "reset", "off"] {
            let bad = house.say(&[action, node]);
            assert_eq!(bad.code, 1, "{action} {node}: {}", bad.all());
            let told = format!("this is machine {second}, but {node} is to be {wanted}");
            assert!(bad.out.contains(&told), "{action} {node}: {}", bad.all());
        }
        let status = house.say(&["status", node]);
        assert!(status.out.contains("unknown:"), "{}", status.all());
    }
    assert_eq!(bmcs.orders("n2"), []);
    let stop = house.say(&["off", "i1"]);
    assert_eq!(stop.code, 0, "without an identity it is driven as before: {}", stop.all());
}

#[test]
fn a_machine_over_ipmi_is_the_one_that_is_named() {
    let (dir, bmcs) = (folder(), Bmcs::start(false, &[""]));
    let uuid = uuid(&bmcs.url("n1"));
    std::fs::write(dir.path().join("bmc.secret"), super::fleet::PASSWORD).unwrap();
    let inventory = format!(
        "[[nodes]]\nnames = \"n1\"\nbmc = \"{}\"\ndriver = \"ipmi\"\ncredentials = \"bmc\"\n{SETTINGS}\
         [credentials.bmc]\nusername = \"admin\"\npassword = {{ file = \"bmc.secret\" }}\n\
         [identity]\nn1 = {{ uuid = \"{uuid}\" }}\n",
        bmcs.ipmi("n1")
    );
    let house = House::start_with(dir.path(), &inventory);
    for (action, on) in [("on", true), ("off", false)] {
        let said = house.say(&[action, "n1"]);
        assert_eq!(said.code, 0, "{}", said.all());
        assert_eq!(bmcs.is_on("n1"), on);
    }
}

#[test]
fn two_exchanges_with_a_bmc_keep_their_distance() {
    for ipmi in [false, true] {
        let (dir, bmcs) = (folder(), Bmcs::start(false, &[""]));
        let mut inventory = bmcs.inventory(dir.path(), &format!("{SETTINGS}gap = \"1s\"\n"));
        if ipmi {
            inventory = inventory
                .replace(&bmcs.url("n1"), &bmcs.ipmi("n1").to_string())
                .replace("\"redfish\"", "\"ipmi\"");
        }
        let house = House::start_with(dir.path(), &inventory);
        let begun = Instant::now();
        for _ in 0..3 {
            let said = house.say(&["status", "--fresh"]);
            assert!(said.out.contains("off:"), "{}", said.all());
        }
        assert!(begun.elapsed() >= Duration::from_secs(2), "{:?}", begun.elapsed());
    }
}

#[test]
fn the_machine_below_lastword_asks_for_more_than_a_yes() {
    let (dir, bmcs) = (folder(), Bmcs::start(false, &[""]));
    let house = bmcs.house(dir.path(), &format!("{QUICK}hosts_lastword = true\n"));
    let refused = house.say(&["off", "n1", "-y"]);
    assert_eq!(refused.code, 8, "{}", refused.all());
    assert!(refused.err.contains("lastword itself runs on n1"), "{}", refused.all());
    assert_eq!(house.say(&["off", "n1", "--force-protected"]).code, 0);
}

/// What a BMC says over Redfish, without anybody's account.
fn uuid(url: &str) -> String {
    let host = url.strip_prefix("http://").expect("HTTP");
    let mut stream = TcpStream::connect(host).expect("it listens");
    let request = format!("GET /redfish/v1/ HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let (_, rest) = answer.split_once("\"UUID\"").expect("a UUID");
    rest.split('"').nth(1).expect("text").to_owned()
}
