//! What nodes mean for each other, seen from outside the agent: circuits, and who depends on whom.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::*;
use crate::action::{Action, Order, Power};
use crate::operation::{Cause, Trouble};
use crate::record::Command;

/// An agent with a clock, and machines that do at once what they are told.
struct Site {
    agent: Agent,
    now: Millis,
    seq: Seq,
    powers: BTreeMap<NodeId, Power>,
    asked: Vec<(NodeId, u32, Ask)>,
    /// Every order: when, at which node.
    fires: Vec<(Millis, String)>,
    slow: bool,
}

impl Site {
    fn new(nodes: usize, circuit: Option<&str>) -> Self {
        let mut agent = Agent::new("c", "a");
        let limit = |name: &str| Limit {
            circuit: name.into(),
            starts_max: 2,
            window_ms: 10_000,
            watts_max: None,
        };
        agent.set_circuits(circuit.map(limit));
        let pacing = Pacing {
            circuit: circuit.map(Into::into),
            poll_ms: None,
            settle_ms: 0,
            ..Pacing::default()
        };
        let listed = (0..nodes).map(|node| (format!("n{node}").into(), pacing.clone(), None));
        agent.manage(0, listed, &mut Vec::new());
        let (powers, asked, fires) = (BTreeMap::new(), Vec::new(), Vec::new());
        let mut site = Self { agent, now: 0, seq: 0, powers, asked, fires, slow: false };
        let claim = site.agent.claim();
        site.put(&claim);
        site
    }

    fn parents(&mut self, pairs: &[(&str, &str)]) {
        let mut effects = Vec::new();
        let pairs = pairs.iter().map(|(child, parent)| ((*child).into(), (*parent).into()));
        self.agent.set_parents(self.now, pairs, &mut effects);
        self.perform(effects);
    }

    fn put(&mut self, record: &Record) {
        self.seq += 1;
        let mut effects = Vec::new();
        self.agent.fold(self.now, (self.seq, self.now), record, &mut effects);
        self.perform(effects);
    }

    fn give(&mut self, action: Action, nodes: &str) -> Seq {
        let nodes = NodeSet::parse(nodes, 100).unwrap();
        let command = Command::plain(action, nodes, ("c", "ann", "test"), 120_000);
        self.put(&Record::Command(command.into()));
        self.seq
    }

    fn perform(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Exchange { node, ticket, ask, .. } => self.asked.push((node, ticket, ask)),
                Effect::Append(record) => self.put(&record),
                Effect::Notice(_) => {}
            }
        }
    }

    fn answer_all(&mut self) {
        for (node, ticket, ask) in core::mem::take(&mut self.asked) {
            let power = self.powers.entry(node).or_insert(Power::Off);
            let answer = match ask {
                Ask::Power => Answer::Power(*power),
                Ask::Fire(order) => {
                    *power = if order == Order::On { Power::On } else { Power::Off };
                    self.fires.push((self.now, format!("{} {}", order.word(), node.0)));
                    Answer::Done
                }
                Ask::Boot(_) => Answer::Done,
            };
            let mut effects = Vec::new();
            self.agent.answered(self.now, node, ticket, answer, &mut effects);
            self.perform(effects);
        }
    }

    /// Lets time pass, a tenth of a second at a time.
    fn run(&mut self, span_ms: Millis) {
        let end = self.now + span_ms;
        while self.now < end {
            if !self.slow {
                self.answer_all();
            }
            self.now += 100;
            let mut effects = Vec::new();
            self.agent.due(self.now, &mut effects);
            self.perform(effects);
        }
    }

    fn orders(&self) -> Vec<&str> {
        self.fires.iter().map(|(_, words)| &**words).collect()
    }
}

#[test]
fn a_rack_that_is_switched_on_starts_so_many_nodes_at_a_time() {
    let mut site = Site::new(6, Some("r1"));
    site.give(Action::On, "n[0-5]");
    site.run(40_000);
    assert_eq!(site.fires.len(), 6, "{:?}", site.fires);
    for three in site.fires.windows(3) {
        assert!(three[2].0 - three[0].0 >= 10_000, "{:?}", site.fires);
    }
    assert!(site.agent.take_loads().iter().all(|load| load.waiting == 0));
    site.give(Action::Off, "n[0-5]");
    let before = site.now;
    site.run(5_000);
    assert_eq!(site.fires.len(), 12);
    assert!(site.fires[6..].iter().all(|(at, _)| *at <= before + 1_000), "off is not throttled");
}

#[test]
fn a_superseded_start_leaves_the_line_and_the_next_one_moves_up() {
    let mut site = Site::new(4, Some("r1"));
    site.give(Action::On, "n[0-3]");
    site.run(1_000);
    assert_eq!(site.agent.take_loads()[0].waiting, 3, "the second comes after the spacing");
    site.give(Action::Off, "n[1-2]");
    assert_eq!(site.agent.take_loads()[0].waiting, 1);
    assert!(site.agent.take_loads().is_empty(), "nothing is new");
    site.run(20_000);
    assert_eq!(site.orders(), ["power-on 0", "power-on 3"]);
}

#[test]
fn an_order_that_is_not_answered_keeps_its_place_until_it_is_given_up() {
    let mut site = Site::new(3, Some("r1"));
    site.give(Action::On, "n[0-2]");
    site.run(6_000);
    site.give(Action::Off, "n[0-1]");
    site.slow = true;
    site.run(8_000);
    let load = &site.agent.take_loads()[0];
    let (starting, _) = load.starting(site.now);
    assert!((1..=2).contains(&starting), "{load:?}");
}

#[test]
fn after_a_take_over_nothing_starts_before_an_earlier_life_s_starts_are_over() {
    let mut site = Site::new(2, Some("r1"));
    site.put(&Record::Led { cluster: "c".into(), agent: "other".into() });
    let claim = site.agent.claim();
    site.put(&claim);
    let from = site.now;
    site.give(Action::On, "n[0-1]");
    site.run(60_000);
    let exchange_and_window = 10_000 + 10_000;
    assert_eq!(site.fires.len(), 2);
    assert!(site.fires[0].0 >= from + exchange_and_window, "{:?}", site.fires);
}

#[test]
fn a_chassis_comes_on_before_its_blades_and_goes_off_after_them() {
    let mut site = Site::new(3, None);
    site.parents(&[("n1", "n0"), ("n2", "n0")]);
    site.give(Action::On, "n[0-2]");
    site.run(10_000);
    assert_eq!(site.orders(), ["power-on 0", "power-on 1", "power-on 2"]);
    site.fires.clear();
    site.give(Action::Off, "n[0-2]");
    site.run(40_000);
    assert_eq!(site.orders(), ["power-off 1", "power-off 2", "power-off 0"]);
}

#[test]
fn a_blade_waits_for_its_chassis_however_long_nobody_switches_that_on() {
    let mut site = Site::new(2, None);
    site.parents(&[("n1", "n0")]);
    site.give(Action::On, "n1");
    site.run(60_000);
    assert!(site.fires.is_empty());
    site.give(Action::On, "n0");
    site.run(30_000);
    assert_eq!(site.orders(), ["power-on 0", "power-on 1"]);
}

#[test]
fn a_chassis_is_not_switched_off_under_a_blade_that_is_on() {
    let mut site = Site::new(2, None);
    site.parents(&[("n1", "n0")]);
    site.give(Action::On, "n[0-1]");
    site.run(10_000);
    site.fires.clear();
    site.give(Action::Off, "n0");
    site.run(60_000);
    assert!(site.fires.is_empty(), "{:?}", site.fires);
    site.give(Action::Off, "n1");
    site.run(30_000);
    assert_eq!(site.orders(), ["power-off 1", "power-off 0"]);
}

#[test]
fn a_chassis_that_is_cycled_with_its_blades_drops_power_while_all_of_them_are_off() {
    let mut site = Site::new(3, None);
    site.parents(&[("n1", "n0"), ("n2", "n0")]);
    site.give(Action::On, "n[0-2]");
    site.run(10_000);
    site.fires.clear();
    site.give(Action::Cycle, "n[0-2]");
    site.run(60_000);
    let expected =
        ["power-off 1", "power-off 2", "power-off 0", "power-on 0", "power-on 1", "power-on 2"];
    assert_eq!(site.orders(), expected);
}

#[test]
fn a_blade_is_not_switched_on_in_a_chassis_that_is_about_to_go_off() {
    let mut site = Site::new(3, None);
    site.parents(&[("n1", "n0"), ("n2", "n0")]);
    site.give(Action::On, "n[0,2]");
    site.run(10_000);
    site.fires.clear();
    site.give(Action::Off, "n0");
    site.run(10_000);
    site.give(Action::On, "n1");
    site.run(60_000);
    assert!(site.fires.is_empty(), "n2 keeps the chassis on, for now: {:?}", site.fires);
    site.give(Action::Off, "n2");
    site.run(30_000);
    assert_eq!(site.orders(), ["power-off 2", "power-off 0"]);
}

#[test]
fn a_chassis_that_was_on_when_it_was_read_last_is_read_again_before_a_blade_is_switched_on() {
    let mut site = Site::new(2, None);
    site.parents(&[("n1", "n0")]);
    site.give(Action::On, "n0");
    site.run(10_000);
    site.powers.insert(NodeId(0), Power::Off);
    site.give(Action::On, "n1");
    site.run(60_000);
    assert_eq!(site.orders(), ["power-on 0"], "somebody pulled its plug");
}

/// How many questions a fleet of 1,200 nodes, read once a minute, asks in each second. All are read first at once, and
/// between those times no BMC answers.
fn questions_each_second(seconds: u64, outage: core::ops::Range<Millis>) -> Vec<usize> {
    let mut agent = Agent::new("c", "a");
    let listed = (0..1_200_u64).map(|node| {
        let salt = node.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (format!("n{node}").into(), Pacing { salt, ..Pacing::default() }, Some(0))
    });
    agent.manage(0, listed, &mut Vec::new());
    let claim = agent.claim();
    let mut effects = Vec::new();
    agent.fold(0, (1, 0), &claim, &mut effects);
    let mut counts = alloc::vec![0; usize::try_from(seconds).unwrap()];
    for now in (0..seconds * 1_000).step_by(100) {
        agent.due(now, &mut effects);
        for effect in core::mem::take(&mut effects) {
            let Effect::Exchange { node, ticket, .. } = effect else { continue };
            counts[usize::try_from(now / 1_000).unwrap()] += 1;
            let cause = Cause { trouble: Trouble::Passing, words: "bmc: no answer".into() };
            let up = !outage.contains(&now);
            let answer = if up { Answer::Power(Power::On) } else { Answer::Lost(cause) };
            agent.answered(now, node, ticket, answer, &mut effects);
        }
    }
    counts
}

#[test]
fn a_fleet_that_was_read_at_once_is_read_all_over_the_interval_from_then_on() {
    let counts = questions_each_second(600, 0..0);
    assert!(counts[0] >= 1_200, "{counts:?}");
    for minute in counts[60..].chunks(60) {
        assert_eq!(minute.iter().sum::<usize>(), 1_200, "{minute:?}");
    }
    assert!(counts[1..].iter().all(|count| *count <= 40), "{counts:?}");
}

#[test]
fn a_fleet_is_asked_less_during_an_outage_and_comes_back_without_a_rush() {
    let counts = questions_each_second(2_400, 300_000..900_000);
    let asked = |seconds: core::ops::Range<usize>| counts[seconds].iter().sum::<usize>();
    assert!(asked(600..900) < 1_200 * 5 / 3, "{}", asked(600..900));
    assert!(counts[900..].iter().all(|count| *count <= 40), "{:?}", &counts[900..]);
    assert_eq!(asked(1_440..1_500), 1_200, "every node is read again, once a minute");
}
