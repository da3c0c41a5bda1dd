//! The rules of kindness, each checked when a run is over.

use arbiter::{Action, Millis, Settlement};

use super::door::{Door, Kind};
use super::world::World;
use crate::clock::now_ms;

/// An account is refused so often at one BMC at most.
const REFUSED_AT_ONE_MAX: usize = 2;
/// So often in all: at four BMCs, and once more where it was being tried meanwhile.
const REFUSED_IN_ALL_MAX: usize = 4 * REFUSED_AT_ONE_MAX + 1;
/// A log-in is over within so long, in milliseconds.
const HANDSHAKE_MS: Millis = 2_000;
/// An account that is left alone is tried so often, in milliseconds.
const PROBE_MS: Millis = 300_000;
/// A node that is well is read so much later than it should be at most, in milliseconds.
const LATE_MS: Millis = 5_000;
/// Who was silent is asked less and less often, down to once in so many poll intervals.
const RARE_POLLS: Millis = 8;
/// Within a second at most so many times as many reads come as usual; and so many in any case.
const RUSH_TIMES: Millis = 3;
const RUSH_LEAST: usize = 12;
const SECOND_MS: Millis = 1_000;

/// How much happened.
#[derive(Debug, Default)]
pub struct Summary {
    exchanges: usize,
    log_ins: usize,
    refused: usize,
    pub outages: usize,
    intents: usize,
    confirmed: usize,
    rush_most: usize,
    late_most: Millis,
    sessions_most: usize,
}

impl Summary {
    pub fn add(&mut self, other: &Self) {
        self.exchanges += other.exchanges;
        self.log_ins += other.log_ins;
        self.refused += other.refused;
        self.outages += other.outages;
        self.intents += other.intents;
        self.confirmed += other.confirmed;
        self.rush_most = self.rush_most.max(other.rush_most);
        self.late_most = self.late_most.max(other.late_most);
        self.sessions_most = self.sessions_most.max(other.sessions_most);
    }

    pub const fn is_lively(&self) -> bool {
        self.exchanges > 1_000 && self.refused > 10 && self.outages > 0 && self.confirmed > 100
    }
}

/// Checks everything.
pub fn all(world: &World) -> Result<Summary, String> {
    let mut summary = Summary::default();
    for door in &world.doors {
        at_the_door(door, &mut summary)?;
    }
    accounts(world, &mut summary)?;
    reading(world, &mut summary)?;
    rush(world, &mut summary)?;
    outcomes(world, &mut summary)?;
    summary.outages = usize::from(world.outage.is_some());
    Ok(summary)
}

/// One exchange at a time, the gap, and one session, which is reused and closed.
fn at_the_door(door: &Door, summary: &mut Summary) -> Result<(), String> {
    let (mut open, watch) = (door.bmc().sessions(now_ms()), door.watch());
    summary.exchanges += watch.answered.len();
    if let Some(broken) = watch.broken.first() {
        return Err(broken.clone());
    }
    if door.kind != Kind::Well {
        return Ok(());
    }
    if watch.log_ins.last().is_some_and(|began| now_ms() < began + HANDSHAKE_MS) {
        // one that is half open can't be closed; the BMC forgets it
        open = 0;
    }
    summary.log_ins += watch.log_ins.len();
    summary.sessions_most = summary.sessions_most.max(watch.sessions_most);
    if watch.sessions_most > 1 || open > 0 {
        let most = watch.sessions_most;
        return Err(format!("{}: {most} sessions at a time, {open} in the end", door.address));
    }
    Ok(())
}

/// An account is not locked out.
fn accounts(world: &World, summary: &mut Summary) -> Result<(), String> {
    let (mut by, began) = (
        Vec::new(),
        world.doors.iter().filter_map(|door| door.watch().log_ins.first().copied()).min(),
    );
    for door in &world.doors {
        let log_ins = door.watch().log_ins.clone();
        match door.kind {
            Kind::Refuses => by.extend(log_ins),
            Kind::Stubborn if log_ins.len() > REFUSED_AT_ONE_MAX => {
                return Err(format!("{}: {} log-ins, all refused", door.address, log_ins.len()));
            }
            Kind::Stubborn | Kind::Well | Kind::Lossy | Kind::Dead => {}
        }
    }
    let probes = (world.ended_at - began.unwrap_or(world.ended_at)) / PROBE_MS;
    summary.refused += by.len();
    if by.len() > REFUSED_IN_ALL_MAX + usize::try_from(probes).unwrap_or(usize::MAX) {
        return Err(format!("an account that nobody accepts was tried {} times", by.len()));
    }
    Ok(())
}

/// The dead cost the others nothing: whoever is well is read at its time.
fn reading(world: &World, summary: &mut Summary) -> Result<(), String> {
    let reads = world.seen.reads.lock().expect("no holder panics");
    for (door, nodes) in world.doors.iter().zip(&world.nodes) {
        for node in nodes.iter().filter(|_| door.kind == Kind::Well) {
            let times = reads.get(node).map_or(&[][..], Vec::as_slice);
            let quiet = times.iter().copied().filter(|at| *at >= world.quiet_since);
            let mut before = world.quiet_since;
            for at in quiet.chain([world.ended_at]) {
                let silent = world.outage.is_some() && before == world.quiet_since;
                let polls = if silent { RARE_POLLS } else { 1 };
                let late = (at - before).saturating_sub(polls * world.poll_ms);
                summary.late_most = summary.late_most.max(late);
                if late > LATE_MS {
                    return Err(format!("{node}: not read for {} ms", at - before));
                }
                before = at;
            }
        }
    }
    Ok(())
}

/// Nothing is read in step: neither usually nor after an outage of all.
fn rush(world: &World, summary: &mut Summary) -> Result<(), String> {
    let mut times: Vec<Millis> =
        world.doors.iter().flat_map(|door| door.watch().answered.clone()).collect();
    times.retain(|at| *at >= world.quiet_since);
    times.sort_unstable();
    let nodes = world.nodes.iter().map(Vec::len).sum::<usize>() as Millis;
    let usual = usize::try_from(RUSH_TIMES * nodes * SECOND_MS / world.poll_ms).unwrap_or(0);
    for (place, at) in times.iter().enumerate() {
        let most = times[place..].iter().take_while(|later| **later < at + SECOND_MS).count();
        summary.rush_most = summary.rush_most.max(most);
        if most > usual.max(RUSH_LEAST) {
            return Err(format!("{most} reads in the second from {at}, usually {usual}"));
        }
    }
    Ok(())
}

/// The last word holds at whoever is well.
fn outcomes(world: &World, summary: &mut Summary) -> Result<(), String> {
    summary.intents += world.settled.len();
    let confirmed = |(_, end): &&(u64, Settlement)| *end == Settlement::Confirmed;
    summary.confirmed += world.settled.iter().filter(confirmed).count();
    for (door, (seq, action)) in &world.last {
        let door = &world.doors[*door];
        let is_on = door.bmc().machine().is_on(now_ms());
        if door.kind == Kind::Well && is_on == (*action == Action::Off) {
            return Err(format!("{}: {action:?} of {seq} was the last word", door.address));
        }
    }
    Ok(())
}
