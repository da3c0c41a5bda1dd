//! The stream that a page shows: a snapshot first, what happens after it, and how it finds its way back.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod common;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use api::{Ages, Event, LabelColumn, Role, Snapshot, What};
use arbiter::{Cause, Phase, Power, Settlement, Trouble};
use common::{Site, busy, idle, key, now, off, on};
use nodeset::NodeSet;
use tempfile::TempDir;

/// The frames of a stream.
struct Frames(BufReader<TcpStream>);

#[derive(Debug)]
struct Frame {
    kind: String,
    id: Option<String>,
    data: String,
}

impl Frames {
    fn open(site: &Site, token: &str, last_id: Option<&str>) -> Self {
        let mut stream = TcpStream::connect(site.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let resume = last_id.map(|id| format!("last-event-id: {id}\r\n")).unwrap_or_default();
        // HTTP/1.0: the body comes as it is
        let ask = "GET /api/v1/events?snapshot=true HTTP/1.0\r\nhost: x\r\n";
        write!(stream, "{ask}authorization: Bearer {token}\r\n{resume}\r\n").unwrap();
        let mut lines = BufReader::new(stream);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(lines.read_line(&mut head).unwrap() > 0, "{head}");
        }
        assert!(head.starts_with("HTTP/1.0 200"), "{head}");
        Self(lines)
    }

    fn next(&mut self) -> Frame {
        let (mut kind, mut id, mut data) = (String::new(), None, String::new());
        loop {
            let mut line = String::new();
            assert!(self.0.read_line(&mut line).unwrap() > 0, "the stream goes on");
            let line = line.trim_end();
            if let Some(value) = line.strip_prefix("event: ") {
                kind = value.to_owned();
            } else if let Some(value) = line.strip_prefix("id: ") {
                id = Some(value.to_owned());
            } else if let Some(value) = line.strip_prefix("data: ") {
                data.push_str(value);
            } else if line.is_empty() && !data.is_empty() {
                return Frame { kind, id, data };
            }
        }
    }

    fn snapshot(&mut self) -> (Snapshot, String) {
        let frame = self.next();
        assert_eq!(frame.kind, "snapshot", "{frame:?}");
        (serde_json::from_str(&frame.data).unwrap(), frame.id.unwrap())
    }

    /// The next frame of that kind.
    fn find(&mut self, kind: &str) -> Frame {
        for _ in 0..10_000 {
            let frame = self.next();
            if frame.kind == kind {
                return frame;
            }
        }
        panic!("no {kind}");
    }
}

fn open(site: &Site) -> Frames {
    Frames::open(site, &site.admin_token(), None)
}

fn token(site: &Site, scope: &str) -> String {
    let (name, role, scope) = ("viewer".to_owned(), Role::Viewer, Some(scope.to_owned()));
    site.admin().create_token(&api::TokenRequest { name, role, scope }).unwrap().token
}

fn unread(words: &str) -> region::Status {
    let mut status = idle(Power::Unknown, now());
    status.seen.cause = Some(Cause { trouble: Trouble::Passing, words: words.into() });
    status
}

#[test]
fn it_begins_with_every_node_as_columns() {
    let site = Site::new();
    let epoch = site.lead();
    let admin = site.admin();
    let settled = admin.post_command(&on("n[5-6]"), &key()).unwrap().seq.unwrap();
    site.settle(epoch, settled, "n5", Settlement::Confirmed);
    let last = site.settle(epoch, settled, "n6", Settlement::Failed("h: no answer".into()));
    site.folded_to(last);
    let seq = admin.post_command(&off("n[2-3]"), &key()).unwrap().seq.unwrap();
    let hold = api::HoldRequest { nodes: "n4".into(), reason: "mine".into(), for_ms: 60_000 };
    admin.hold(&hold, &key()).unwrap();
    site.board.publish("n1", idle(Power::On, now()));
    site.board.publish("n2", busy(Power::On, now() - 60_000, Some(seq), Phase::Reading));
    site.board.publish("n7", unread("10.0.0.7: no answer within 5 s"));
    site.board.publish("n8", unread("10.0.0.8: no answer within 5 s"));

    let (snapshot, _) = open(&site).snapshot();
    assert_eq!((snapshot.nodes.as_str(), snapshot.count), ("n[1-40]", 40));
    assert_eq!(snapshot.power, format!("11----??{}", "-".repeat(32)));
    assert_eq!(snapshot.age, format!("0I----00{}", "-".repeat(32)));
    assert_eq!(snapshot.phase, format!(".rp.....{}", ".".repeat(32)));
    assert_eq!(snapshot.attempt, format!("01{}", "0".repeat(38)));
    assert_eq!(snapshot.outcome, format!("....cf{}", ".".repeat(34)));
    let [intent] = &snapshot.intents[..] else { panic!("{:?}", snapshot.intents) };
    assert_eq!((intent.seq, intent.nodes.as_str(), intent.by.as_str()), (seq, "n[2-3]", "admin"));
    assert_eq!(snapshot.waiting, []);
    let [cause] = &snapshot.unknown_because[..] else { panic!("{:?}", snapshot.unknown_because) };
    assert_eq!((cause.because.as_str(), cause.nodes.as_str()), ("no answer within 5 s", "n[7-8]"));
    assert_eq!(snapshot.holds[0].nodes, "n4");
    assert_eq!(snapshot.labels, labels(&site, &NodeSet::parse("n[1-40]", 40).unwrap()));
    assert!(!snapshot.labels.is_empty());
    assert_eq!(snapshot.protected, site.region.fleet().protected().to_string());
}

/// The labels of the inventory, put together in another way.
fn labels(site: &Site, nodes: &NodeSet) -> Vec<LabelColumn> {
    let fleet = site.region.fleet();
    let mut groups: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for name in nodes.iter() {
        for (label, value) in &*fleet.node(&name).unwrap().labels {
            groups.entry((label.clone(), value.clone())).or_default().push(name.clone());
        }
    }
    let mut columns: BTreeMap<String, LabelColumn> = BTreeMap::new();
    for ((label, value), names) in groups {
        let nodes = NodeSet::from_names(names).unwrap();
        let group = api::LabelGroup { value, count: nodes.len(), nodes: nodes.to_string() };
        let column = LabelColumn { label: label.clone(), values: Vec::new(), left_out: None };
        columns.entry(label).or_insert(column).values.push(group);
    }
    columns.into_values().collect()
}

#[test]
fn who_has_a_scope_sees_nothing_else_in_it() {
    let site = Site::new();
    let admin = site.admin();
    admin.post_command(&off("n[1-2]"), &key()).unwrap();
    admin.post_command(&off("n9"), &key()).unwrap();
    let hold = |nodes: &str| {
        let request =
            api::HoldRequest { nodes: nodes.into(), reason: "mine".into(), for_ms: 60_000 };
        admin.hold(&request, &key()).unwrap();
    };
    hold("n[3-4]");
    hold("n8");
    site.board.publish("n7", unread("h: dead"));
    let scoped = token(&site, "n[2-3]");
    let mut frames = Frames::open(&site, &scoped, None);
    let (snapshot, _) = frames.snapshot();
    assert_eq!((snapshot.nodes.as_str(), snapshot.count), ("n[2-3]", 2));
    assert_eq!((snapshot.power.as_str(), snapshot.phase.as_str()), ("--", "p."));
    let told: Vec<&str> = snapshot.intents.iter().map(|it| it.nodes.as_str()).collect();
    assert_eq!(told, ["n2"]);
    let held: Vec<&str> = snapshot.holds.iter().map(|it| it.nodes.as_str()).collect();
    assert_eq!(held, ["n3"]);
    assert_eq!(snapshot.unknown_because, []);
    assert_eq!(snapshot.labels, labels(&site, &NodeSet::parse("n[2-3]", 2).unwrap()));
    site.board.publish("n1", idle(Power::On, now()));
    site.board.publish("n2", idle(Power::On, now()));
    let event: Event = serde_json::from_str(&frames.find("status").data).unwrap();
    assert_eq!(event.nodes, "n2");
}

#[test]
fn it_resumes_without_a_snapshot_and_begins_anew_where_it_can_not() {
    let site = Site::new();
    let token = site.admin_token();
    let (_, id) = open(&site).snapshot();
    site.admin().post_command(&on("n1"), &key()).unwrap();
    let mut frames = Frames::open(&site, &token, Some(&id));
    let first = frames.next();
    assert_eq!(first.kind, "command", "{first:?}");
    Frames::open(&site, &token, Some("18f3-5")).snapshot();
    let (_, id) = Frames::open(&site, &token, Some("rubbish")).snapshot();
    site.hold_again(10_050, "again");
    let (snapshot, _) = Frames::open(&site, &token, Some(&id)).snapshot();
    assert_eq!(snapshot.seq, site.head(), "it is the newest one");
}

#[test]
fn who_reads_too_slowly_is_given_another_snapshot_and_no_reset() {
    let site = Site::new();
    let mut frames = open(&site);
    frames.snapshot();
    // more than all buffers on the way take, and more events than are kept
    site.hold_again(30_000, &"long ".repeat(200));
    for _ in 0..30_000 {
        let frame = frames.next();
        assert_ne!(frame.kind, "reset");
        if frame.kind == "snapshot" {
            return;
        }
    }
    panic!("nothing was missing");
}

#[test]
fn another_inventory_is_another_snapshot_for_everybody() {
    let site = Site::new();
    let scoped = token(&site, "n[2-3]");
    let (mut all, mut some) = (open(&site), Frames::open(&site, &scoped, None));
    all.snapshot();
    some.snapshot();
    site.admin().reload_inventory().unwrap();
    assert_eq!(all.next().kind, "inventory");
    all.snapshot();
    some.snapshot();
}

#[test]
fn a_stream_is_never_silent_for_long() {
    let dir = Arc::new(TempDir::new().unwrap());
    let soon = Duration::from_millis(50);
    let site = Site::at(dir, region::Tls::Off, |options| options.silence_max = soon);
    let mut frames = open(&site);
    frames.snapshot();
    for expected in [":", "", ":", ""] {
        let mut line = String::new();
        frames.0.read_line(&mut line).unwrap();
        assert_eq!(line, format!("{expected}\n"));
    }
}

#[test]
fn a_scope_means_its_groups_by_the_newest_inventory() {
    let site = Site::new();
    let mut frames = Frames::open(&site, &token(&site, "@gpu"), None);
    assert_eq!(frames.snapshot().0.nodes, "n[1-4]");
    site.region.set_fleet(common::fleet_with("n[4-5]"));
    site.admin().reload_inventory().unwrap();
    assert_eq!(frames.snapshot().0.nodes, "n[4-5]");
    site.board.publish("n1", idle(Power::On, now()));
    site.board.publish("n5", idle(Power::On, now()));
    let event: Event = serde_json::from_str(&frames.next().data).unwrap();
    assert_eq!(event.nodes, "n5", "{event:?}");
}

#[test]
fn readings_that_say_nothing_new_are_told_by_their_age() {
    let dir = Arc::new(TempDir::new().unwrap());
    let often = Duration::from_millis(50);
    let site = Site::at(dir, region::Tls::Off, |options| options.ages_every = often);
    let mut frames = Frames::open(&site, &token(&site, "n[2-3]"), None);
    site.board.publish("n2", idle(Power::On, now() - 5_000));
    let frame = frames.find("ages");
    assert_eq!(frame.id, None, "nobody has to resume after it");
    let ages: Ages = serde_json::from_str(&frame.data).unwrap();
    assert_eq!((ages.count, ages.age.len()), (2, 2), "{ages:?}");
    assert!(["5-", "--"].contains(&ages.age.as_str()), "{ages:?}");
}

/// The power of each node as a page believes it.
fn followed(frames: &mut Frames) -> Vec<api::Power> {
    let (snapshot, _) = frames.snapshot();
    let mut powers: Vec<api::Power> = snapshot.power.chars().map(power).collect();
    loop {
        let event: Event = serde_json::from_str(&frames.next().data).unwrap();
        if let What::Status { power, .. } = event.what {
            for name in NodeSet::parse(&event.nodes, 100).unwrap().iter() {
                powers[name[1..].parse::<usize>().unwrap() - 1] = power;
            }
        } else {
            assert_eq!(event.what.word(), "report", "{event:?}");
            return powers;
        }
    }
}

fn power(letter: char) -> api::Power {
    match letter {
        '1' => api::Power::On,
        '0' => api::Power::Off,
        _ => api::Power::Unknown,
    }
}

#[test]
fn a_page_that_opens_in_a_storm_ends_up_with_the_truth() {
    let site = Site::new();
    let names: Vec<String> = (1..=40).map(|number| format!("n{number}")).collect();
    let truth: Vec<api::Power> = std::thread::scope(|scope| {
        let pages: Vec<_> = (0..8)
            .map(|page| {
                let site = &site;
                scope.spawn(move || {
                    std::thread::sleep(Duration::from_millis(70 * page));
                    followed(&mut open(site))
                })
            })
            .collect();
        let mut state = vec![Power::On; names.len()];
        for round in 0..700_usize {
            let node = (round * 17 + round / 40) % names.len();
            state[node] = if round % 3 == 0 { Power::Off } else { Power::On };
            site.board.publish(&names[node], idle(state[node], now()));
            std::thread::sleep(Duration::from_millis(1));
        }
        let truth = (0..names.len()).map(|node| match site.board.status(&names[node]) {
            Some(status) if status.seen.power == Power::On => api::Power::On,
            Some(_) => api::Power::Off,
            None => api::Power::Unknown,
        });
        let truth: Vec<api::Power> = truth.collect();
        site.board.report("n1", arbiter::Report::Drifted { goal: arbiter::Goal::On });
        for page in pages {
            assert_eq!(page.join().unwrap(), truth);
        }
        truth
    });
    assert!(truth.contains(&api::Power::On) && truth.contains(&api::Power::Off));
}
