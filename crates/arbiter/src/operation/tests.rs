//! Transitions as tables: what an operation asks for after what it was told.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

mod ladder;
mod neighbours;

use super::*;
use crate::action::{Action, BootDevice, Steps};
use crate::ledger::{Charge, Kept};

/// One node's operation with a clock; tells in words what it wants.
struct Bench {
    op: Operation,
    now: Millis,
    pacing: Pacing,
    ticket: u32,
    charge: Option<Charge>,
}

fn charge(action: Action) -> Charge {
    Charge {
        seq: 5,
        newest: 5,
        action,
        boot: None,
        started: 0,
        deadline: 600_000,
        force_after: None,
        steps: Steps::default(),
    }
}

impl Bench {
    fn new() -> Self {
        let pacing = Pacing { endpoint: "bmc1".into(), poll_ms: None, ..Pacing::default() };
        Self { op: Operation::new(), now: 1_000, pacing, ticket: 0, charge: None }
    }

    fn asked(charge: Charge) -> (Self, String) {
        let mut bench = Self::new();
        let said = bench.charge(charge);
        (bench, said)
    }

    fn tell(&mut self, event: Event) -> String {
        let transition = self.op.step(self.now, event, &self.pacing);
        self.op = transition.next;
        let said: Vec<String> = transition.effects.iter().map(|effect| self.say(effect)).collect();
        said.join(", ")
    }

    fn say(&mut self, effect: &OpEffect) -> String {
        match effect {
            OpEffect::Exchange { ticket, ask, .. } => {
                self.ticket = *ticket;
                match ask {
                    Ask::Power => "read".to_string(),
                    Ask::Boot(boot) => format!("boot {}", boot.device.word()),
                    Ask::Fire(order) => format!("fire {}", order.word()),
                }
            }
            OpEffect::Mark { step, .. } => format!("mark {step:?}"),
            OpEffect::Settle { outcome: Settlement::Confirmed, .. } => "confirmed".to_string(),
            OpEffect::Settle { outcome: Settlement::Failed(cause), .. } => {
                format!("failed: {cause}")
            }
            OpEffect::Settle { outcome: Settlement::Uncertain(cause), .. } => {
                format!("uncertain: {cause}")
            }
            OpEffect::Report(report) => format!("{report:?}"),
        }
    }

    fn charge(&mut self, charge: Charge) -> String {
        self.charge = Some(charge.clone());
        self.tell(Event::Standing(Standing { charge: Some(charge), ..Standing::default() }))
    }

    fn mark(&mut self, step: Step) -> String {
        let mut charge = self.charge.clone().unwrap();
        charge.steps = charge.steps.with(step);
        self.charge(charge)
    }

    fn answer(&mut self, answer: Answer) -> String {
        self.tell(Event::Answered { ticket: self.ticket, answer })
    }

    fn reads_mixed(&mut self) -> String {
        let words = "outlet 3 is on, outlet 7 is off".into();
        self.answer(Answer::Mixed(Cause { trouble: Trouble::Passing, words }))
    }

    fn reads(&mut self, power: Power) -> String {
        self.answer(Answer::Power(power))
    }

    /// Lets time pass until the operation wants something.
    fn wait(&mut self) -> String {
        for _ in 0..100 {
            let Some(due) = self.op.deadline(self.now, &self.pacing) else { return String::new() };
            self.now = self.now.max(due);
            let said = self.tell(Event::Due);
            if !said.is_empty() {
                return said;
            }
        }
        panic!("it waits for ever");
    }

    fn settled(&mut self, goal: Option<Goal>) -> String {
        self.charge = None;
        let since = self.now;
        let kept = goal.map(|goal| Kept { goal, seq: 5, since });
        self.tell(Event::Standing(Standing { kept, ..Standing::default() }))
    }
}

fn cause(words: &str) -> Cause {
    Cause { trouble: Trouble::Passing, words: words.into() }
}

#[test]
fn on_reads_fires_and_is_confirmed_only_by_a_read_after_the_fire() {
    let (mut bench, said) = Bench::asked(charge(Action::On));
    assert_eq!(said, "read");
    assert_eq!(bench.reads(Power::Off), "fire power-on");
    assert_eq!(bench.answer(Answer::Done), "read");
    assert_eq!(bench.reads(Power::On), "confirmed");
}

#[test]
fn nothing_is_fired_at_a_node_that_reads_as_asked() {
    for (action, power) in [(Action::On, Power::On), (Action::Off, Power::Off)] {
        let (mut bench, _) = Bench::asked(charge(action));
        assert_eq!(bench.reads(power), "confirmed", "{action:?}");
    }
}

#[test]
fn unknown_is_neither_on_nor_off() {
    for action in [Action::On, Action::Off, Action::Cycle, Action::Reset, Action::Soft] {
        let (mut bench, _) = Bench::asked(charge(action));
        assert_eq!(bench.reads(Power::Unknown), "", "{action:?}");
        assert_eq!(bench.wait(), "read", "{action:?}");
        assert_eq!(bench.answer(Answer::Lost(cause("x"))), "", "{action:?}");
        assert_eq!(bench.wait(), "read", "{action:?}");
    }
}

#[test]
fn it_fires_again_but_not_faster_than_the_node_moves_and_gives_up_within_its_budget() {
    let (mut bench, _) = Bench::asked(charge(Action::On));
    bench.pacing.attempts_max = 3;
    let mut fired_at = Vec::new();
    let mut said = bench.reads(Power::Off);
    while !said.starts_with("failed") {
        if said == "fire power-on" {
            fired_at.push(bench.now);
            said = bench.answer(Answer::Done);
        } else if said == "read" {
            said = bench.reads(Power::Off);
        } else {
            said = bench.wait();
        }
    }
    let gaps: Vec<_> = fired_at.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(fired_at.len(), 3);
    assert!(gaps[0] >= 8_000 && gaps[1] >= 16_000, "each wait is longer: {gaps:?}");
    assert_eq!(said, "failed: bmc1: power-on fired 3 times, still reads off");
}

#[test]
fn a_deadline_ends_it_with_the_last_cause() {
    let (mut bench, mut said) = Bench::asked(charge(Action::Off));
    while !said.starts_with("failed") {
        said = if said == "read" {
            bench.answer(Answer::Lost(cause("bmc1: no answer within 10 s")))
        } else {
            bench.wait()
        };
    }
    assert_eq!(
        said,
        "failed: bmc1: not confirmed within 600 s; nothing was fired, power reads unknown; \
         last: bmc1: no answer within 10 s"
    );
    assert_eq!(bench.now, 600_000);
}

#[test]
fn a_deadline_that_cuts_an_exchange_short_tells_the_cause_before_it_or_else_the_exchange() {
    let lost = || Answer::Lost(cause("bmc1: no route"));
    for (polled, failed, last) in [
        (true, false, "bmc1: no route"),
        (false, true, "bmc1: no route"),
        (false, false, "bmc1: a read not answered for 4 s"),
    ] {
        let mut bench = Bench::new();
        if polled {
            assert_eq!(bench.tell(Event::Look), "read");
            bench.answer(lost());
        }
        assert_eq!(bench.charge(Charge { deadline: 5_000, ..charge(Action::On) }), "read");
        if failed {
            bench.answer(lost());
            assert_eq!(bench.wait(), "read");
        }
        let said = bench.wait();
        let words =
            "failed: bmc1: not confirmed within 5 s; nothing was fired, power reads unknown";
        assert_eq!(said, format!("{words}; last: {last}"));
    }
}

#[test]
fn a_refused_account_is_tried_twice_and_no_more() {
    let (mut bench, _) = Bench::asked(charge(Action::On));
    let denied = || {
        Answer::NotSent(Cause { trouble: Trouble::Denied, words: "bmc1: wrong password".into() })
    };
    assert_eq!(bench.answer(denied()), "");
    assert_eq!(bench.wait(), "read");
    let said = bench.answer(denied());
    assert!(said.starts_with("failed: bmc1: the account was refused"), "{said}");
}

#[test]
fn a_newer_intent_drains_the_outstanding_write_and_reads_afresh() {
    let (mut bench, _) = Bench::asked(charge(Action::On));
    bench.reads(Power::Off);
    let write = bench.ticket;
    let newer = Charge { seq: 6, ..charge(Action::Off) };
    assert_eq!(bench.charge(newer), "", "it waits for the outstanding power-on");
    let answered = Event::Answered { ticket: write, answer: Answer::Done };
    assert_eq!(bench.tell(answered), "read");
    assert_eq!(bench.reads(Power::On), "fire power-off");
}

#[test]
fn a_newer_intent_goes_on_when_the_outstanding_write_is_lost() {
    let (mut bench, _) = Bench::asked(charge(Action::On));
    bench.reads(Power::Off);
    let started = bench.now;
    assert_eq!(bench.charge(Charge { seq: 6, ..charge(Action::Off) }), "");
    assert_eq!(bench.wait(), "read");
    assert_eq!(bench.now, started + bench.pacing.exchange_ms);
}

#[test]
fn a_read_from_before_the_newer_intent_proves_nothing() {
    let (mut bench, _) = Bench::asked(charge(Action::On));
    let old_read = bench.ticket;
    bench.charge(Charge { seq: 6, ..charge(Action::Off) });
    let answered = Event::Answered { ticket: old_read, answer: Answer::Power(Power::Off) };
    assert_eq!(bench.tell(answered), "read");
}

#[test]
fn an_answer_with_an_old_ticket_changes_nothing() {
    let (mut bench, _) = Bench::asked(charge(Action::On));
    let before = bench.op.clone();
    let answered = Event::Answered { ticket: 77, answer: Answer::Power(Power::On) };
    assert_eq!(bench.tell(answered), "");
    assert_eq!(bench.op, before);
}

#[test]
fn a_cycle_is_off_seen_off_on_record_dwell_on() {
    let (mut bench, _) = Bench::asked(charge(Action::Cycle));
    assert_eq!(bench.reads(Power::On), "fire power-off");
    assert_eq!(bench.answer(Answer::Done), "read");
    let off_at = bench.now;
    assert_eq!(bench.reads(Power::Off), "mark Dropped");
    assert_eq!(bench.mark(Step::Dropped), "");
    assert_eq!(bench.wait(), "read");
    let mut said = bench.reads(Power::Off);
    while said != "fire power-on" {
        said = if said == "read" { bench.reads(Power::Off) } else { bench.wait() };
    }
    assert!(bench.now >= off_at + bench.pacing.dwell_ms);
    assert_eq!(bench.answer(Answer::Done), "read");
    assert_eq!(bench.reads(Power::On), "confirmed");
}

#[test]
fn a_cycle_of_a_node_that_is_off_is_just_on() {
    let (mut bench, _) = Bench::asked(charge(Action::Cycle));
    assert_eq!(bench.reads(Power::Off), "mark Dropped");
    assert_eq!(bench.mark(Step::Dropped), "fire power-on");
}

#[test]
fn a_cycle_resumed_after_its_second_half_was_recorded_does_not_drop_power_again() {
    let resumed = Charge { steps: Steps::default().with(Step::Dropped), ..charge(Action::Cycle) };
    let (mut bench, said) = Bench::asked(resumed);
    assert_eq!(said, "read");
    assert_eq!(bench.reads(Power::On), "confirmed");
}

#[test]
fn a_reset_is_recorded_then_fired_then_confirmed() {
    let (mut bench, _) = Bench::asked(charge(Action::Reset));
    assert_eq!(bench.reads(Power::On), "mark Reset");
    assert_eq!(bench.mark(Step::Reset), "fire reset");
    assert_eq!(bench.answer(Answer::Done), "read");
    assert_eq!(bench.reads(Power::On), "confirmed");
}

#[test]
fn a_reset_of_a_node_that_is_off_is_just_on() {
    let (mut bench, _) = Bench::asked(charge(Action::Reset));
    assert_eq!(bench.reads(Power::Off), "mark Dropped");
    assert_eq!(bench.mark(Step::Dropped), "fire power-on");
    assert_eq!(bench.answer(Answer::Done), "read");
    assert_eq!(bench.reads(Power::On), "confirmed");
}

#[test]
fn an_unanswered_reset_is_uncertain_and_not_repeated() {
    let (mut bench, _) = Bench::asked(charge(Action::Reset));
    bench.reads(Power::On);
    bench.mark(Step::Reset);
    let said = bench.answer(Answer::Lost(cause("bmc1: no answer within 10 s")));
    assert!(said.starts_with("uncertain: reset was sent once and not answered"), "{said}");
}

#[test]
fn a_reset_that_never_left_is_tried_again_and_a_refused_one_failed() {
    let (mut bench, _) = Bench::asked(charge(Action::Reset));
    bench.reads(Power::On);
    bench.mark(Step::Reset);
    bench.answer(Answer::NotSent(cause("no session")));
    assert_eq!(bench.wait(), "read");
    assert_eq!(bench.reads(Power::On), "fire reset");
    let said = bench.answer(Answer::Refused(cause("not supported")));
    assert_eq!(said, "failed: bmc1: reset refused while it reads on: not supported");
}

#[test]
fn at_most_once_steps_of_an_earlier_life_are_uncertain() {
    for (action, step) in [(Action::Reset, Step::Reset), (Action::Nmi, Step::Nmi)] {
        let resumed = Charge { steps: Steps::default().with(step), ..charge(action) };
        let (_, said) = Bench::asked(resumed);
        assert!(said.starts_with("uncertain: bmc1: a restart came between"), "{said}");
    }
}

#[test]
fn an_interrupt_is_recorded_then_fired_once() {
    let (mut bench, said) = Bench::asked(charge(Action::Nmi));
    assert_eq!(said, "mark Nmi");
    assert_eq!(bench.mark(Step::Nmi), "fire diagnostic interrupt");
    assert_eq!(bench.answer(Answer::Done), "confirmed");
}

#[test]
fn soft_asks_once_and_waits_and_force_after_goes_on_as_off() {
    let (mut bench, _) = Bench::asked(Charge { force_after: Some(30_000), ..charge(Action::Soft) });
    assert_eq!(bench.reads(Power::On), "mark Asked");
    assert_eq!(bench.mark(Step::Asked), "fire soft shutdown");
    let mut said = bench.answer(Answer::Done);
    while said != "fire power-off" {
        assert_ne!(said, "fire soft shutdown");
        said = if said == "read" { bench.reads(Power::On) } else { bench.wait() };
    }
    assert!(bench.now >= 30_000);
}

#[test]
fn a_soft_shutdown_that_the_bmc_refuses_fails_at_once_without_force() {
    let (mut bench, _) = Bench::asked(charge(Action::Soft));
    bench.reads(Power::On);
    bench.mark(Step::Asked);
    assert_eq!(bench.answer(Answer::Refused(cause("not supported"))), "read");
    let said = bench.reads(Power::On);
    assert_eq!(said, "failed: bmc1: soft shutdown refused while it reads on: not supported");
}

#[test]
fn the_boot_override_is_set_before_power_is_applied() {
    let boot = Boot { device: BootDevice::Pxe, persistent: false, uefi: true };
    let (mut bench, _) = Bench::asked(Charge { boot: Some(boot), ..charge(Action::On) });
    assert_eq!(bench.reads(Power::Off), "boot pxe");
    assert_eq!(bench.answer(Answer::Done), "read");
    assert_eq!(bench.reads(Power::Off), "fire power-on");
}

#[test]
fn somebody_else_s_hold_stops_firing_until_it_ends() {
    let mut bench = Bench::new();
    let standing =
        Standing { charge: Some(charge(Action::On)), kept: None, held_until: Some(50_000) };
    assert_eq!(bench.tell(Event::Standing(standing)), "");
    assert_eq!(bench.wait(), "read");
    assert_eq!(bench.now, 50_000);
}

#[test]
fn a_node_that_leaves_its_goal_in_the_settle_window_is_brought_back_once() {
    let (mut bench, _) = Bench::asked(charge(Action::Off));
    bench.reads(Power::Off);
    assert_eq!(bench.settled(Some(Goal::Off)), "");
    assert_eq!(bench.wait(), "read");
    assert_eq!(bench.reads(Power::On), "LateFire { goal: Off }, read");
    assert_eq!(bench.reads(Power::On), "fire power-off");
    assert_eq!(bench.answer(Answer::Done), "read");
    assert_eq!(bench.reads(Power::Off), "BroughtBack { goal: Off }");
}

#[test]
fn drift_is_reported_once_and_brought_back_only_when_told_to() {
    for (drift, then) in [(Drift::Observe, ""), (Drift::Enforce, ", read")] {
        let (mut bench, _) = Bench::asked(charge(Action::Off));
        bench.pacing.drift = drift;
        bench.reads(Power::Off);
        bench.settled(Some(Goal::Off));
        while bench.wait() == "read" && bench.reads(Power::Off).is_empty() {}
        assert_eq!(bench.tell(Event::Look), "read");
        assert_eq!(bench.reads(Power::On), format!("Drifted {{ goal: Off }}{then}"));
    }
}

#[test]
fn whoever_looks_while_a_read_is_under_way_gets_one_of_their_own() {
    let mut bench = Bench::new();
    assert_eq!(bench.tell(Event::Look), "read");
    bench.now += 1;
    assert_eq!(bench.tell(Event::Look), "");
    bench.now += 1;
    assert_eq!(bench.reads(Power::Off), "read");
    assert_eq!(bench.reads(Power::Off), "");
}

#[test]
fn a_recovered_operation_reads_while_it_drains_and_fires_nothing() {
    let mut bench = Bench::new();
    bench.op = Operation::recovered(bench.now, Traces::default(), &bench.pacing);
    let started = bench.now;
    assert_eq!(bench.charge(charge(Action::On)), "read", "whoever waits sees what the machine is");
    assert_eq!(bench.reads(Power::Off), "");
    assert_eq!(bench.op.seen().power, Power::Off);
    assert_eq!(bench.op.progress(bench.now, &bench.pacing).phase, Phase::Draining);
    assert_eq!(bench.tell(Event::Look), "read", "and so does whoever looks");
    assert_eq!(bench.reads(Power::Off), "");
    assert_eq!(bench.wait(), "read", "what was read while draining decides nothing");
    assert_eq!(bench.now, started + bench.pacing.exchange_ms);
    let mut said = "read".to_string();
    while said == "read" || said.is_empty() {
        said = if said == "read" { bench.reads(Power::Off) } else { bench.wait() };
    }
    assert_eq!(said, "fire power-on");
    assert!(bench.now >= started + bench.pacing.exchange_ms + bench.pacing.dwell_ms);
}

#[test]
fn a_read_that_was_asked_while_draining_decides_nothing_when_it_is_answered_later() {
    let mut bench = Bench::new();
    bench.op = Operation::recovered(bench.now, Traces::default(), &bench.pacing);
    bench.now += bench.pacing.exchange_ms - 1;
    bench.charge(charge(Action::Off));
    bench.now += 1;
    assert_eq!(bench.reads(Power::On), "read");
    assert_eq!(bench.reads(Power::On), "fire power-off");
}

#[test]
fn learned_transition_times_slow_the_next_fire_down() {
    let (mut bench, _) = Bench::asked(charge(Action::On));
    bench.reads(Power::Off);
    let mut said = bench.answer(Answer::Done);
    let fired = bench.now;
    while bench.now < fired + 6_000 {
        said = if said == "read" { bench.reads(Power::Off) } else { bench.wait() };
    }
    assert_eq!(said, "read");
    assert_eq!(bench.reads(Power::On), "confirmed");
    assert!(bench.pacing.refire_ms(bench.op.learned_on_ms, 1) >= 12_000);
}

#[test]
fn an_order_that_may_still_take_effect_keeps_a_reading_from_being_the_last_word() {
    let (mut bench, _) = Bench::asked(charge(Action::On));
    bench.reads(Power::Off);
    bench.answer(Answer::Done);
    bench.reads(Power::Off);
    let fired = bench.now;
    let mut said = bench.charge(Charge { seq: 6, ..charge(Action::Off) });
    while said == "read" || said.is_empty() {
        said = if said == "read" { bench.reads(Power::Off) } else { bench.wait() };
    }
    assert_eq!(said, "confirmed", "off was read all the time, but on was on its way");
    assert!(bench.now >= fired + bench.pacing.transition_min_ms);
}

#[test]
fn an_order_that_takes_effect_after_it_was_superseded_is_answered() {
    let (mut bench, _) = Bench::asked(charge(Action::On));
    bench.reads(Power::Off);
    bench.answer(Answer::Done);
    bench.reads(Power::Off);
    assert_eq!(bench.charge(Charge { seq: 6, ..charge(Action::Off) }), "read");
    assert_eq!(bench.reads(Power::Off), "");
    assert_eq!(bench.wait(), "read");
    assert_eq!(bench.reads(Power::On), "fire power-off");
    assert_eq!(bench.answer(Answer::Done), "read");
    assert_eq!(bench.reads(Power::Off), "confirmed");
}

#[test]
fn a_reset_that_never_left_is_not_sent_to_a_node_that_went_off_since() {
    let (mut bench, _) = Bench::asked(charge(Action::Reset));
    bench.reads(Power::On);
    bench.mark(Step::Reset);
    bench.answer(Answer::NotSent(cause("no session")));
    assert_eq!(bench.wait(), "read");
    assert_eq!(bench.reads(Power::Off), "mark Dropped", "on a node that is off: just on");
}

#[test]
fn a_reading_from_before_a_long_hold_decides_nothing() {
    for power in [Power::On, Power::Off] {
        let (mut bench, _) = Bench::asked(charge(Action::On));
        let held_until = Some(300_000);
        let charge = Some(charge(Action::On));
        bench.tell(Event::Standing(Standing { charge, kept: None, held_until }));
        assert_eq!(bench.reads(power), "");
        assert_eq!(bench.wait(), "read", "{power:?}");
        assert!(bench.now >= 300_000);
    }
}

#[test]
fn a_cycle_whose_boot_override_is_not_taken_drops_no_power() {
    let boot = Boot { device: BootDevice::Pxe, persistent: false, uefi: false };
    let (mut bench, _) = Bench::asked(Charge { boot: Some(boot), ..charge(Action::Cycle) });
    let mut said = bench.reads(Power::On);
    while !said.starts_with("failed") {
        assert!(!said.starts_with("fire"), "{said}");
        said = match said.as_str() {
            "read" => bench.reads(Power::On),
            "boot pxe" => bench.answer(Answer::Refused(cause("reads back as Disk"))),
            _ => bench.wait(),
        };
    }
    assert!(said.contains("boot override pxe not set after 5 tries"), "{said}");
}

#[test]
fn a_node_that_was_never_seen_to_move_may_take_longer_than_the_shortest_wait() {
    let (mut bench, _) = Bench::asked(charge(Action::On));
    assert_eq!(bench.reads(Power::Off), "fire power-on");
    assert_eq!(bench.answer(Answer::Done), "read");
    bench.charge(Charge { seq: 6, ..charge(Action::Off) });
    let accepted_at = bench.now;
    let mut said = bench.reads(Power::Off);
    while bench.now < accepted_at + 20_000 {
        assert_ne!(said, "confirmed", "{} ms after the power-on", bench.now - accepted_at);
        said = if said == "read" { bench.reads(Power::Off) } else { bench.wait() };
    }
    assert_eq!(bench.wait(), "read");
    assert_eq!(bench.reads(Power::On), "fire power-off", "the power-on has taken effect");
}

#[test]
fn a_node_that_leaves_its_goal_late_in_the_settle_window_is_brought_back_too() {
    for leaves_after in [1_000, 8_000, 16_000, 23_000, 29_000] {
        let (mut bench, _) = Bench::asked(charge(Action::On));
        assert_eq!(bench.reads(Power::On), "confirmed");
        bench.settled(Some(Goal::On));
        let leaves_at = bench.now + leaves_after;
        let mut said = String::new();
        while !said.contains("LateFire") {
            assert_eq!(bench.wait(), "read", "left after {leaves_after} ms, never seen");
            let power = if bench.now < leaves_at { Power::On } else { Power::Off };
            bench.now += 100;
            said = bench.reads(power);
        }
        assert_eq!(said, "LateFire { goal: On }, read", "left after {leaves_after} ms");
    }
}

/// The first reading that is taken for the last word after a take-over, in milliseconds since it.
fn confirmed_after(traces: Traces, action: Action, power: Power) -> Millis {
    let mut bench = Bench::new();
    bench.now = 1_000_000;
    bench.op = Operation::recovered(bench.now, traces, &bench.pacing);
    let mut said = bench.charge(Charge { deadline: 2_000_000, ..charge(action) });
    while said != "confirmed" {
        assert!(said == "read" || said.is_empty(), "{said}");
        said = if said == "read" { bench.reads(power) } else { bench.wait() };
    }
    bench.now - 1_000_000
}

#[test]
fn after_a_take_over_only_an_order_against_a_reading_keeps_it_from_being_the_last_word() {
    let pacing = Pacing::default();
    let (drain, reach) = (pacing.exchange_ms, pacing.exchange_ms + pacing.stirring_ms(0));
    let (none, just) = (Traces::default(), 1_000_000);
    let ordered_on = Traces { on: just, off: 0 };
    let both = Traces { on: just, off: just - 5_000 };
    let long_ago = Traces { on: just - 600_000, off: just - 600_000 };
    for (traces, action, power, at) in [
        (none, Action::Off, Power::Off, drain),
        (none, Action::On, Power::On, drain),
        (long_ago, Action::Off, Power::Off, drain),
        (ordered_on, Action::On, Power::On, drain),
        (ordered_on, Action::Off, Power::Off, reach),
        (both, Action::Off, Power::Off, reach),
        (both, Action::On, Power::On, reach - 5_000),
    ] {
        let took = confirmed_after(traces, action, power);
        assert!((at..at + 4_000).contains(&took), "{traces:?} {action:?}: {took}, not {at}");
    }
}

/// How often a machine is read until it is seen in its goal, and how late that is, in milliseconds.
fn reads_until_seen(takes: Millis, learned_ms: u32) -> (u32, Millis) {
    let pacing = Pacing::default();
    let first = if learned_ms > 0 { pacing.confirm_wait_ms(0, learned_ms) } else { 0 };
    let (mut at, mut reads) = (first, 1);
    while at < takes {
        at += pacing.confirm_wait_ms(at, learned_ms);
        reads += 1;
    }
    (reads, at - takes)
}

#[test]
fn what_a_machine_needs_is_seen_soon_after_and_without_many_reads() {
    for takes in [1, 300, 1_000, 4_000, 20_000, 90_000] {
        let (reads, late) = reads_until_seen(takes, 0);
        assert!(late <= (takes / 4).max(200) && reads <= 45, "{takes}: {reads} reads, {late} late");
    }
    for takes in [300, 1_000, 4_000, 20_000, 90_000] {
        let (reads, late) = reads_until_seen(takes, u32::try_from(takes).unwrap());
        assert!(late <= (takes / 16).max(50) && reads <= 14, "{takes}: {reads} reads, {late} late");
        let (reads, late) = reads_until_seen(takes, 90_000);
        assert!(late <= takes.max(200) && reads <= 14, "{takes}, once slow: {reads}, {late} late");
    }
}

#[test]
fn an_order_that_is_still_under_way_is_not_sent_again_because_somebody_asks_again() {
    let (mut bench, _) = Bench::asked(charge(Action::On));
    assert_eq!(bench.reads(Power::Off), "fire power-on");
    assert_eq!(bench.answer(Answer::Done), "read");
    assert_eq!(bench.reads(Power::Off), "");
    let fired = bench.now;
    for seq in 6..40 {
        bench.now += 100;
        let action = if seq % 2 == 0 { Action::Off } else { Action::On };
        assert_eq!(bench.charge(Charge { seq, ..charge(action) }), "read", "#{seq}");
        assert_eq!(bench.reads(Power::Off), "", "#{seq}");
    }
    let mut said = bench.wait();
    while said == "read" {
        said = bench.reads(Power::Off);
        if said.is_empty() {
            said = bench.wait();
        }
    }
    assert_eq!(said, "fire power-on", "it was not seen to take effect");
    assert!(bench.now >= fired + bench.pacing.transition_min_ms);
}

#[test]
fn what_an_order_needed_is_learned_also_when_another_command_sees_it() {
    let (mut bench, _) = Bench::asked(charge(Action::On));
    bench.reads(Power::Off);
    bench.answer(Answer::Done);
    bench.charge(Charge { seq: 6, ..charge(Action::Off) });
    bench.now += 6_000;
    let said = bench.reads(Power::Off);
    let said = if said == "read" { said } else { bench.wait() };
    assert_eq!(said, "read");
    assert_eq!(bench.reads(Power::On), "fire power-off");
    assert!((6_000..8_000).contains(&bench.op.learned_on_ms), "{}", bench.op.learned_on_ms);
}

#[test]
fn a_node_with_some_power_is_ordered_to_any_goal_and_confirmed_in_none() {
    for (action, order) in [
        (Action::On, "fire power-on"),
        (Action::Off, "fire power-off"),
        (Action::Cycle, "fire power-off"),
    ] {
        let (mut bench, said) = Bench::asked(charge(action));
        assert_eq!(said, "read", "{action:?}");
        assert_eq!(bench.reads_mixed(), order, "{action:?}");
        assert_eq!(bench.op.seen().power, Power::Unknown);
        bench.answer(Answer::Done);
        // still mixed: ordered again in its time, and never confirmed
        let mut fired = 0;
        for _ in 0..60 {
            match bench.wait().as_str() {
                "read" => {
                    let said = bench.reads_mixed();
                    assert!(!said.contains("confirmed"), "{action:?}: {said}");
                    if said == order {
                        fired += 1;
                        bench.answer(Answer::Done);
                    } else if said.starts_with("failed") {
                        break;
                    }
                }
                said if said.starts_with("failed") => break,
                said => panic!("{action:?}: {said}"),
            }
        }
        assert_eq!(fired, 4, "{action:?}");
    }
}

#[test]
fn a_node_that_lost_or_got_some_power_has_left_what_was_confirmed() {
    for goal in [Goal::On, Goal::Off] {
        let mut bench = Bench::new();
        bench.pacing.settle_ms = 0;
        bench.settled(Some(goal));
        assert_eq!(bench.tell(Event::Look), "read");
        let said = bench.reads_mixed();
        assert!(said.starts_with(&format!("Drifted {{ goal: {goal:?} }}")), "{said}");
        assert_eq!(bench.tell(Event::Look), "read");
        assert_eq!(bench.reads_mixed(), "", "told once");
    }
}
