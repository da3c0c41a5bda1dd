//! Lost, late and doubled datagrams: exchanges still end well, and what may go out once only goes out once.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::collections::VecDeque;

use ipmi::{
    BootDevice, BootOptions, Cause, ChassisControl, Failure, Firmware, Lifetime, Reply, Request,
};
use support::{Lab, Way, boot, config, power, server_config};

const RESET: Request = Request::Control(ChassisControl::Reset);
const REPEATABLE: [Request; 5] = [
    Request::Power,
    Request::Control(ChassisControl::On),
    Request::Control(ChassisControl::Off),
    Request::SetBoot(PXE),
    Request::Guid,
];

const PXE: BootOptions =
    BootOptions { device: BootDevice::Pxe, lifetime: Lifetime::Once, firmware: Firmware::Uefi };

/// Loses the datagrams, counted both ways, that the function names.
fn losing(lost: impl Fn(usize) -> bool) -> impl FnMut(Way, &[u8]) -> Vec<Vec<u8>> {
    let mut count = 0;
    move |_, datagram| {
        count += 1;
        if lost(count - 1) { vec![] } else { vec![datagram.to_vec()] }
    }
}

#[test]
fn any_one_or_two_lost_datagrams_of_a_cold_exchange_do_no_harm() {
    for request in REPEATABLE {
        let clean = Lab::usual().ask(request);
        for first in 0..14 {
            for second in first..14 {
                let mut lab = Lab::usual();
                let outcome = lab.run(request, &mut losing(|at| at == first || at == second));
                assert_eq!(outcome, clean, "{request}: {first} and {second} lost");
            }
        }
    }
}

#[test]
fn any_one_lost_datagram_of_a_warm_exchange_does_no_harm() {
    for request in REPEATABLE {
        for lost in 0..14 {
            let mut lab = Lab::usual();
            lab.ask(Request::Control(ChassisControl::On)).unwrap();
            assert!(lab.run(request, &mut losing(|at| at == lost)).is_ok(), "{request}: {lost}");
        }
    }
}

#[test]
fn what_may_go_out_once_only_does_so_in_every_pattern_of_loss() {
    let orders =
        [ChassisControl::Reset, ChassisControl::Diag, ChassisControl::Soft, ChassisControl::Cycle];
    for pattern in 0u32..1 << 11 {
        let order = orders[pattern.count_ones() as usize % orders.len()];
        let mut lab = Lab::usual();
        if pattern & 1 == 1 {
            lab.ask(Request::Control(ChassisControl::On)).unwrap();
            lab.machine.orders.clear();
        }
        let mut net = losing(|at| at < 10 && pattern >> (at + 1) & 1 == 1);
        let outcome = lab.run(Request::Control(order), &mut net);
        let (sent, done) = (lab.times_sent(order), lab.machine.orders.len());
        assert!(sent <= 1 && done <= sent, "{pattern:#b}: sent {sent}, done {done}");
        match outcome {
            Ok(reply) => assert_eq!((reply, done), (Reply::Done, 1), "{pattern:#b}"),
            Err(Failure::NotSent(_)) => assert_eq!(sent, 0, "{pattern:#b}"),
            Err(Failure::Lost(_)) => assert_eq!(sent, 1, "{pattern:#b}"),
            Err(Failure::Refused(code)) => panic!("{pattern:#b}: {code}"),
        }
    }
}

#[test]
fn an_unanswered_reset_is_lost_and_is_not_sent_with_the_next_exchange() {
    let mut lab = Lab::usual();
    lab.ask(Request::Control(ChassisControl::On)).unwrap();
    let before = lab.sent();
    let sent_before = lab.now_ms;
    let outcome = lab.run(RESET, &mut losing(|at| at >= 2));
    assert_eq!(outcome, Err(Failure::Lost(Cause::NoAnswer)));
    assert_eq!(lab.sent() - before, 3, "raise, reset and Close Session, each once");
    assert!(lab.now_ms - sent_before >= 10_000, "it waits as long as an exchange may take");
    assert_eq!(power(&lab.ask(Request::Power)), Some(true));
    assert_eq!(lab.times_sent(ChassisControl::Reset), 1);
    assert!(lab.machine.orders.iter().all(|order| *order != ChassisControl::Reset));
}

#[test]
fn an_expired_session_does_not_fail_the_exchange_that_meets_it() {
    let requests = [
        Request::Power,
        Request::Control(ChassisControl::Off),
        Request::SetBoot(boot(BootDevice::Cd)),
        RESET,
        Request::Control(ChassisControl::Soft),
    ];
    for request in requests {
        let mut lab = Lab::usual();
        lab.ask(Request::Control(ChassisControl::On)).unwrap();
        lab.server.forget_sessions();
        let before = lab.sent();
        assert!(lab.ask(request).is_ok(), "{request}");
        assert_eq!(lab.client.sessions_opened(), 2);
        let control = lab.log.iter().filter(|(way, _)| *way == Way::ToBmc).skip(before);
        assert_eq!(control.take(2).filter(|(_, it)| it[5] == 0xc0).count(), 2, "two tries");
    }
}

#[test]
fn a_bmc_that_restarts_in_the_middle_of_a_handshake_is_asked_anew() {
    for at in [2, 4] {
        let mut lab = Lab::usual();
        lab.client.start(Request::Power, lab.now_ms, &mut |b| b.fill(9)).unwrap();
        for _ in 0..at / 2 {
            let datagram = lab.client.poll_transmit().unwrap();
            let answer = lab.at_bmc(&datagram).unwrap();
            lab.at_console(&answer);
        }
        lab.server.forget_sessions();
        assert_eq!(power(&lab.finish(&mut support::clean)), Some(true), "after {at} datagrams");
    }
}

#[test]
fn a_session_that_the_bmc_opened_but_could_not_say_so_is_closed() {
    let mut lab = Lab::usual();
    let outcome = lab.run(Request::Power, &mut losing(|at| at == 5));
    assert_eq!(power(&outcome), Some(true));
    assert_eq!(lab.server.sessions(lab.now_ms), 1, "the one in use");
    let outcome = lab.run(Request::Control(ChassisControl::On), &mut losing(|at| at < 4));
    assert_eq!(outcome, Ok(Reply::Done));
    assert_eq!(lab.client.sessions_opened(), 2);
}

#[test]
fn a_handshake_that_is_abandoned_leaves_no_session_behind() {
    let mut lab = Lab::usual();
    lab.client.start(Request::Power, lab.now_ms, &mut |b| b.fill(9)).unwrap();
    for _ in 0..2 {
        let datagram = lab.client.poll_transmit().unwrap();
        let answer = lab.at_bmc(&datagram).unwrap();
        lab.at_console(&answer);
    }
    let rakp3 = lab.client.poll_transmit().unwrap();
    lab.at_bmc(&rakp3).unwrap();
    lab.client.abandon();
    assert_eq!(power(&lab.ask(Request::Power)), Some(true));
    assert_eq!(lab.server.sessions(lab.now_ms), 1, "the one in use");
}

#[test]
fn silence_ends_an_exchange_in_time_and_says_whether_the_request_left() {
    let mut lab = Lab::usual();
    let start_ms = lab.now_ms;
    let outcome = lab.run(Request::Power, &mut losing(|_| true));
    assert_eq!(outcome, Err(Failure::NotSent(Cause::NoAnswer)));
    assert!((10_000..10_100).contains(&(lab.now_ms - start_ms)));
    assert!(lab.sent() <= 8, "{} datagrams to a silent BMC", lab.sent());
    lab.ask(Request::Power).unwrap();
    let outcome = lab.run(Request::Control(ChassisControl::On), &mut losing(|_| true));
    assert_eq!(outcome, Err(Failure::NotSent(Cause::NoAnswer)), "only the raise left");
    lab.ask(Request::Control(ChassisControl::On)).unwrap();
    let outcome = lab.run(Request::Control(ChassisControl::On), &mut losing(|_| true));
    assert_eq!(outcome, Err(Failure::Lost(Cause::NoAnswer)));
    assert!(!lab.client.has_session());
}

#[test]
fn every_retransmission_has_a_session_sequence_number_of_its_own_and_the_same_request_number() {
    let mut lab = Lab::usual();
    lab.ask(Request::Power).unwrap();
    let before = lab.log.len();
    lab.run(Request::Power, &mut losing(|at| at < 1)).unwrap();
    let sent: Vec<&Vec<u8>> =
        lab.log[before..].iter().filter(|it| it.0 == Way::ToBmc).map(|it| &it.1).collect();
    assert_eq!(sent.len(), 2);
    assert_ne!(sent[0][10..14], sent[1][10..14], "session sequence");
    let mut listener = support::Listener::new(support::PASSWORD, None);
    let messages: Vec<Vec<u8>> = lab.log.iter().filter_map(|it| listener.hear(&it.1)).collect();
    let [.., first, second, _] = &messages[..] else { panic!("three messages") };
    assert_eq!(first, second, "the same LAN message");
}

#[test]
fn doubled_and_reordered_datagrams_change_nothing() {
    let mut lab = Lab::usual();
    for round in 0..80 {
        lab.machine.on = round % 3 == 0;
        let mut late: Vec<Vec<u8>> = Vec::new();
        let outcome = lab.run(Request::Power, &mut |_, datagram| {
            let mut now = late.clone();
            now.extend([datagram.to_vec(), datagram.to_vec()]);
            late = vec![datagram.to_vec()];
            now
        });
        assert_eq!(power(&outcome), Some(round % 3 == 0), "round {round}");
    }
    assert_eq!(lab.client.sessions_opened(), 1);
    assert!(lab.client.dropped() > 80);
}

#[test]
fn a_late_answer_of_an_earlier_exchange_is_not_the_answer_of_this_one() {
    let mut lab = Lab::usual();
    lab.ask(Request::Power).unwrap();
    for round in 0..200 {
        lab.client.start(Request::Power, lab.now_ms, &mut |b| b.fill(round)).unwrap();
        let question = lab.client.poll_transmit().unwrap();
        let late = lab.at_bmc(&question).unwrap();
        lab.client.abandon();
        lab.machine.on = !lab.machine.on;
        let truth = lab.machine.on;
        let outcome = lab.run(Request::Power, &mut |way, datagram| match way {
            Way::ToBmc => vec![datagram.to_vec()],
            Way::ToConsole => vec![late.clone(), datagram.to_vec()],
        });
        assert_eq!(power(&outcome), Some(truth), "round {round}");
    }
    assert_eq!(lab.client.sessions_opened(), 1);
}

#[test]
fn a_bmc_that_takes_a_second_for_every_answer_is_waited_for() {
    for request in [Request::Power, Request::Control(ChassisControl::Off), RESET] {
        for delay_ms in [100, 450, 700, 1_000, 1_300] {
            let outcome = with_delay(request, delay_ms);
            assert!(outcome.is_ok(), "{request}, {delay_ms} ms: {outcome:?}");
        }
    }
}

/// An exchange in which every answer comes late; whatever overlaps, overlaps.
fn with_delay(request: Request, delay_ms: u64) -> Result<Reply, Failure> {
    let mut patient = config();
    patient.exchange_timeout_ms = 20_000;
    let mut lab = Lab::new(patient, server_config());
    let mut flying: VecDeque<(u64, Vec<u8>)> = VecDeque::new();
    lab.client.start(request, lab.now_ms, &mut |b| b.fill(3)).unwrap();
    loop {
        while let Some(datagram) = lab.client.poll_transmit() {
            if let Some(answer) = lab.at_bmc(&datagram) {
                flying.push_back((lab.now_ms + delay_ms, answer));
            }
        }
        if let Some(outcome) = lab.client.poll_done() {
            return outcome;
        }
        let due_ms = lab.client.deadline_ms().unwrap();
        match flying.pop_front() {
            Some((at_ms, answer)) if at_ms <= due_ms => {
                lab.now_ms = at_ms;
                lab.at_console(&answer);
            }
            other => {
                flying.extend(other);
                flying.make_contiguous().sort();
                lab.now_ms = due_ms;
                let mut seed = support::Seed(due_ms);
                lab.client.timeout(due_ms, &mut |b| seed.fill(b));
            }
        }
    }
}
