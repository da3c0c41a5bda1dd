//! The second way: what falls back, and what is put on record before it is ordered.

use super::*;

fn with_second(is: SecondIs, escalate_ms: Option<Millis>) -> Bench {
    let mut bench = Bench::new();
    let second = Second { is, endpoint: "pdu1".into(), escalate_ms };
    bench.pacing.second = Some(second.into());
    bench
}

/// The way of the exchange that is under way, if one is.
fn way(bench: &Bench) -> Option<Way> {
    match bench.op.wire {
        Wire::Asked { way, .. } => Some(way),
        Wire::Quiet => None,
    }
}

fn lost() -> Answer {
    Answer::Lost(cause("bmc1: no answer"))
}

#[test]
fn a_read_that_fails_is_tried_by_the_second_way_at_once_and_says_so() {
    let mut bench = with_second(SecondIs::Machine, None);
    assert_eq!(bench.tell(Event::Look), "read");
    assert_eq!(way(&bench), Some(Way::First));
    assert_eq!(bench.answer(lost()), "read");
    assert_eq!(way(&bench), Some(Way::Second));
    bench.reads(Power::On);
    assert_eq!((bench.op.seen().power, bench.op.seen().way), (Power::On, Way::Second));
    assert_eq!(bench.tell(Event::Look), "read");
    assert_eq!(way(&bench), Some(Way::First), "the first way is asked first again");
}

#[test]
fn a_feed_that_is_off_means_off_and_one_that_is_on_means_nothing() {
    for (told, power) in [(Power::Off, Power::Off), (Power::On, Power::Unknown)] {
        let mut bench = with_second(SecondIs::Feed, None);
        bench.tell(Event::Look);
        assert_eq!(bench.answer(lost()), "read");
        assert_eq!(bench.reads(told), "", "it is not asked again and again");
        assert_eq!(bench.op.seen().power, power, "{told:?}");
        let words = bench.op.seen().cause.as_ref().map(|cause| cause.words.to_string());
        let expected =
            "bmc1: no answer; its feed pdu1 is on, which does not say whether the machine is";
        assert_eq!(words.as_deref(), (told == Power::On).then_some(expected));
    }
}

#[test]
fn an_off_that_the_bmc_does_not_carry_out_goes_to_the_feed_once_that_is_on_record() {
    let mut bench = with_second(SecondIs::Feed, Some(60_000));
    bench.charge(charge(Action::Off));
    let mut said = bench.answer(lost());
    while !said.starts_with("mark") {
        said = match (said.as_str(), way(&bench)) {
            ("read", Some(Way::First)) => bench.answer(lost()),
            ("read", _) => bench.reads(Power::On),
            _ => bench.wait(),
        };
        assert!(!said.contains("fire"), "{said}");
    }
    assert_eq!(said, "mark Escalated");
    assert!(bench.now >= 60_000);
    assert_eq!(bench.mark(Step::Escalated), "read");
    assert_eq!(way(&bench), Some(Way::Second));
    assert_eq!(bench.reads(Power::On), "fire power-off");
    assert_eq!(way(&bench), Some(Way::Second));
    assert!(bench.op.progress(bench.now, &bench.pacing).escalated);
    assert_eq!(bench.answer(Answer::Done), "read");
    assert_eq!(bench.reads(Power::Off), "confirmed");
}

#[test]
fn without_leave_to_escalate_nothing_is_ordered_by_the_second_way() {
    for is in [SecondIs::Feed, SecondIs::Machine] {
        for action in [Action::Off, Action::On, Action::Cycle] {
            let mut bench = with_second(is, None);
            let mut said = bench.charge(charge(action));
            while !said.starts_with("failed") && said != "confirmed" {
                assert!(!said.contains("Escalated"), "{said}");
                said = match (said.as_str(), way(&bench)) {
                    ("read", Some(Way::Second)) => bench.reads(Power::Off),
                    (_, Some(Way::Second)) => panic!("{action:?} by the second way"),
                    (_, Some(Way::First)) => bench.answer(lost()),
                    ("mark Dropped", None) => bench.mark(Step::Dropped),
                    (_, None) => bench.wait(),
                };
            }
        }
    }
}

#[test]
fn a_node_whose_feed_is_off_gets_its_feed_back_and_is_then_powered_on_by_its_bmc() {
    let mut bench = with_second(SecondIs::Feed, Some(60_000));
    bench.charge(charge(Action::On));
    assert_eq!(bench.answer(lost()), "read");
    assert_eq!(way(&bench), Some(Way::Second));
    assert_eq!(bench.reads(Power::Off), "mark Escalated");
    assert_eq!(bench.mark(Step::Escalated), "read");
    assert_eq!(bench.reads(Power::Off), "fire power-on");
    assert_eq!(way(&bench), Some(Way::Second));
    let mut said = bench.answer(Answer::Done);
    let mut by_bmc = 0;
    while said != "fire power-on" {
        said = match (said.as_str(), way(&bench)) {
            ("read", Some(Way::Second)) => bench.reads(Power::On),
            // it boots for a while
            ("read", Some(Way::First)) if by_bmc < 3 => {
                by_bmc += 1;
                bench.answer(lost())
            }
            ("read", Some(Way::First)) => bench.reads(Power::Off),
            _ => bench.wait(),
        };
    }
    assert_eq!(way(&bench), Some(Way::First));
    assert_eq!(bench.answer(Answer::Done), "read");
    assert_eq!(bench.reads(Power::On), "confirmed");
}

#[test]
fn a_soft_shutdown_escalates_only_where_force_was_asked_for() {
    for (force_after, escalates) in [(Some(5_000), true), (None, false)] {
        let mut bench = with_second(SecondIs::Feed, Some(30_000));
        let mut said = bench.charge(Charge { force_after, ..charge(Action::Soft) });
        while !said.starts_with("failed") && said != "mark Escalated" {
            said = match said.as_str() {
                "read" => bench.reads(Power::On),
                "mark Asked" => bench.mark(Step::Asked),
                said if said.starts_with("fire") => bench.answer(Answer::Done),
                _ => bench.wait(),
            };
        }
        assert_eq!(said == "mark Escalated", escalates, "{said}");
    }
}

#[test]
fn a_stranger_behind_the_second_way_does_not_end_what_the_first_one_was_told() {
    let mut bench = with_second(SecondIs::Machine, Some(5_000));
    bench.charge(charge(Action::Off));
    assert_eq!(bench.reads(Power::On), "fire power-off");
    let mut said = bench.answer(Answer::Done);
    for _ in 0..40 {
        said = match (said.as_str(), way(&bench)) {
            (_, Some(Way::Second)) => {
                let words = "bmc2: this is machine bbbb, not aaaa";
                let cause = Cause { trouble: Trouble::Stranger, words: words.into() };
                bench.answer(Answer::NotSent(cause))
            }
            ("read", _) => bench.answer(lost()),
            ("mark Escalated", _) => bench.mark(Step::Escalated),
            _ => bench.wait(),
        };
        assert!(!said.starts_with("failed"), "after {} ms: {said}", bench.now);
    }
    while way(&bench) != Some(Way::First) {
        said = if way(&bench).is_some() { bench.answer(lost()) } else { bench.wait() };
    }
    assert_eq!(said, "read");
    while !said.contains("confirmed") {
        said = if way(&bench).is_some() { bench.reads(Power::Off) } else { bench.wait() };
    }
}

#[test]
fn a_silent_bmc_does_not_put_off_the_second_way() {
    let mut bench = with_second(SecondIs::Feed, Some(3_000));
    let charge = charge(Action::Off);
    let due = charge.started + 3_000;
    assert_eq!(bench.charge(charge), "read");
    let mut said = bench.wait();
    while said != "mark Escalated" {
        said = if way(&bench) == Some(Way::Second) { bench.reads(Power::On) } else { bench.wait() };
    }
    assert_eq!(bench.now, due);
}
