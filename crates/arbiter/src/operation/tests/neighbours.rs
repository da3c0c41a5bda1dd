//! What an operation waits for that is not its own BMC: its circuit, other nodes, other nodes' batches.

use super::*;

fn on_a_circuit() -> Bench {
    let mut bench = Bench::new();
    bench.pacing.circuit = Some("r1".into());
    bench.charge(charge(Action::On));
    bench
}

#[test]
fn a_start_waits_for_its_turn_and_then_fires_at_a_node_that_was_just_read() {
    let mut bench = on_a_circuit();
    assert_eq!(bench.reads(Power::Off), "");
    assert_eq!(bench.op.start(), Start::Waiting);
    assert_eq!(bench.op.progress(bench.now, &bench.pacing).phase, Phase::InLine);
    assert_eq!(bench.tell(Event::Turn), "fire power-on");
    assert_eq!(bench.op.start(), Start::Firing);
    assert_eq!(bench.answer(Answer::Done), "read");
    assert_eq!(bench.op.start(), Start::None);
}

#[test]
fn a_turn_that_comes_late_is_used_after_a_fresh_read_only() {
    let mut bench = on_a_circuit();
    bench.reads(Power::Off);
    bench.now += bench.pacing.exchange_ms + 1;
    assert_eq!(bench.tell(Event::Turn), "read");
    assert_eq!(bench.op.start(), Start::Turn);
    assert_eq!(bench.reads(Power::Off), "fire power-on");
}

#[test]
fn a_turn_is_given_back_by_a_node_that_can_not_be_started_now() {
    let failures = [Answer::Lost(cause("x")), Answer::Power(Power::Unknown)];
    for given in failures {
        let mut bench = on_a_circuit();
        bench.reads(Power::Off);
        bench.now += bench.pacing.exchange_ms + 1;
        assert_eq!(bench.tell(Event::Turn), "read");
        bench.answer(given.clone());
        assert_eq!(bench.op.start(), Start::None, "{given:?}");
    }
}

#[test]
fn a_node_that_comes_on_by_itself_leaves_the_line_and_is_confirmed() {
    let mut bench = on_a_circuit();
    bench.reads(Power::Off);
    assert_eq!(bench.tell(Event::Look), "read");
    assert_eq!(bench.reads(Power::On), "confirmed");
    assert_eq!(bench.op.start(), Start::None);
}

#[test]
fn a_hold_and_a_newer_word_leave_the_line_at_once() {
    let mut bench = on_a_circuit();
    bench.reads(Power::Off);
    let charge = bench.charge.clone();
    let held_until = Some(bench.now + 5_000);
    bench.tell(Event::Standing(Standing { charge, kept: None, held_until }));
    assert_eq!(bench.op.start(), Start::None);

    let mut bench = on_a_circuit();
    bench.reads(Power::Off);
    assert_eq!(bench.charge(Charge { seq: 6, ..super::charge(Action::Off) }), "read");
    assert_eq!(bench.op.start(), Start::None);
}

#[test]
fn off_never_waits_for_a_circuit() {
    let mut bench = Bench::new();
    bench.pacing.circuit = Some("r1".into());
    bench.charge(charge(Action::Off));
    assert_eq!(bench.reads(Power::On), "fire power-off");
}

#[test]
fn every_start_takes_a_turn_of_its_own_the_second_as_well() {
    let mut bench = on_a_circuit();
    bench.reads(Power::Off);
    bench.tell(Event::Turn);
    bench.answer(Answer::Done);
    for _ in 0..100 {
        if bench.op.start() == Start::Waiting {
            return;
        }
        assert!(!bench.reads(Power::Off).starts_with("fire"), "without a turn");
        bench.wait();
    }
    panic!("it never lines up again");
}

#[test]
fn a_boot_override_is_set_before_the_node_lines_up() {
    let mut bench = Bench::new();
    bench.pacing.circuit = Some("r1".into());
    let boot = Boot { device: BootDevice::Pxe, persistent: false, uefi: false };
    bench.charge(Charge { boot: Some(boot), ..charge(Action::On) });
    assert_eq!(bench.reads(Power::Off), "boot pxe");
    assert_eq!(bench.op.start(), Start::None);
}

#[test]
fn a_stranger_behind_the_bmc_ends_it_with_nothing_fired() {
    for action in [Action::On, Action::Off, Action::Cycle, Action::Reset] {
        let (mut bench, _) = Bench::asked(charge(action));
        let words = "bmc1: this is machine bbbb, not aaaa";
        let cause = Cause { trouble: Trouble::Stranger, words: words.into() };
        let said = bench.answer(Answer::NotSent(cause));
        assert_eq!(said, format!("failed: bmc1: nothing was fired; last: {words}"), "{action:?}");
    }
}

#[test]
fn on_waits_for_what_the_node_depends_on_and_off_for_what_depends_on_it() {
    let closed = Gate { bars_on: true, bars_off: true };
    let orders = [
        (Action::On, Power::Off, "fire power-on"),
        (Action::Off, Power::On, "fire power-off"),
        (Action::Soft, Power::On, "mark Asked"),
        (Action::Cycle, Power::On, "fire power-off"),
    ];
    for (action, power, then) in orders {
        let mut bench = Bench::new();
        bench.tell(Event::Gate(closed));
        bench.charge(charge(action));
        assert_eq!(bench.reads(power), "", "{action:?}");
        assert_eq!(bench.op.progress(bench.now, &bench.pacing).phase, Phase::Gated, "{action:?}");
        assert_eq!(bench.tell(Event::Gate(Gate::default())), then, "{action:?}");
    }
}

#[test]
fn a_deadline_tells_who_else_was_waited_for() {
    let mut bench = Bench::new();
    bench.tell(Event::Gate(Gate { bars_on: true, bars_off: false }));
    let mut said = bench.charge(charge(Action::On));
    while !said.starts_with("failed") {
        said = if said == "read" { bench.reads(Power::Off) } else { bench.wait() };
    }
    assert_eq!(
        said,
        "failed: bmc1: not confirmed within 600 s; nothing was fired, power reads off; what it \
         depends on was not on, or was to go off"
    );
}

#[test]
fn a_node_whose_batch_has_not_begun_is_not_asked() {
    let mut bench = Bench::new();
    let waits = Charge { started: Millis::MAX, deadline: Millis::MAX, ..charge(Action::On) };
    assert_eq!(bench.charge(waits.clone()), "");
    assert_eq!(bench.op.progress(bench.now, &bench.pacing).phase, Phase::Batched);
    let begins = Charge { started: bench.now + 4_000, deadline: 600_000, ..waits };
    assert_eq!(bench.charge(begins), "");
    assert_eq!(bench.wait(), "read");
    assert_eq!(bench.now, 5_000);
}
