//! What was set as a goal, and whether it was met. It measures nothing.

use super::big::Big;
use super::fleet::Speech;
use super::idle::{self, Idle};
use super::peer::{Peer, Work};
use super::rounds::Rounds;

/// One goal.
#[derive(Debug)]
pub struct Target {
    what: String,
    wanted: &'static str,
    measured: String,
    met: bool,
}

/// All goals that can be judged by what was measured.
pub fn all(rounds: &[Rounds], bigs: &[Big], idle: &[Idle]) -> Vec<Target> {
    let mut targets: Vec<Target> = rounds.iter().flat_map(of_rounds).collect();
    for big in bigs {
        let (ratio, floor) = (big.ratio(), big.floor_s);
        targets.push(Target {
            what: format!("everything to confirmed: {}", big.plan.title()),
            wanted: "at most 1.3 times the floor; aim: 1.1",
            measured: format!("{ratio:.2} times {floor:.3} s"),
            met: ratio <= 1.3,
        });
    }
    if let Some(bytes) = idle::bytes_each(idle) {
        targets.push(Target {
            what: "memory of an idle node beyond a fixed base".into(),
            wanted: "less than 4,096 bytes; aim: 2,048",
            measured: format!("{bytes:.0} bytes"),
            met: bytes < 4_096.0,
        });
    }
    targets
}

/// The table in Markdown.
pub fn table(targets: &[Target]) -> String {
    let mut text = String::from("| target | wanted | measured | |\n| --- | --- | --- | --- |\n");
    for Target { what, wanted, measured, met } in targets {
        let verdict = if *met { "met" } else { "**missed**" };
        text += &format!("| {what} | {wanted} | {measured} | {verdict} |\n");
    }
    text
}

fn of_rounds(rounds: &Rounds) -> Vec<Target> {
    let (speech, title, other) =
        (rounds.plan.speech, rounds.plan.title(), rounds.yardstick().name());
    let against = |work| {
        let row = rounds.row(Peer::Lastword, work)?;
        let ratio = rounds.ratio(&row, work)?;
        Some((ratio.wall?, ratio.cpu, row))
    };
    let mut targets = Vec::new();
    if let Some((wall, cpu, _)) = against(Work::Cold) {
        targets.push(Target {
            what: format!("cold status: {title}"),
            wanted: match speech {
                Speech::Ipmi => "at most ipmipower's wall and CPU; aim: 0.6 of both",
                Speech::Redfish => "at most redfishpower's wall and CPU",
            },
            measured: format!("{wall:.2} of {other}'s wall, {cpu:.2} of its CPU"),
            met: wall <= 1.0 && cpu <= 1.0,
        });
    }
    if let (Speech::Ipmi, Some((wall, _, row))) = (speech, against(Work::Warm)) {
        let (faster, packets) = (1.0 / wall, row.packets);
        targets.push(Target {
            what: format!("warm status: {title}"),
            wanted: "5 times as fast as ipmipower, 2 datagrams a node",
            measured: format!("{faster:.1} times as fast, {packets:.2} datagrams"),
            met: faster >= 5.0 && packets < 2.05,
        });
    }
    targets
}
