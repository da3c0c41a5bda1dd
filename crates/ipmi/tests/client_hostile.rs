//! Forged, corrupt and replayed datagrams: they are dropped, whatever they claim.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use ipmi::command::Body;
use ipmi::lan::{self, NetFn};
use ipmi::packet::{Packet, PayloadType, Plain, outside};
use ipmi::rakp::{Answer, OpenResponse, Refusal, Status};
use ipmi::{Algorithms, Cause, ChassisControl, ChassisStatus, Failure, Request, Suite};
use support::{Lab, Way, config, only, power, server_config};

/// "It is off", as the answer to the request with this number.
fn lie(sequence: u8) -> Vec<u8> {
    let netfn = NetFn::CHASSIS;
    let request = lan::Request { from: lan::CONSOLE, netfn, command: 1, sequence, data: &[] };
    let off = ChassisStatus::healthy(false).encode();
    request.respond(ipmi::CompletionCode::OK, &off).encode()
}

fn with_session(mut datagram: Vec<u8>, genuine: &[u8]) -> Vec<u8> {
    datagram[6..14].copy_from_slice(&genuine[6..14]);
    datagram
}

#[test]
fn nothing_that_is_not_both_authenticated_and_encrypted_counts_in_a_session() {
    let mut lab = Lab::usual();
    lab.ask(Request::Power).unwrap();
    let outcome = lab.run(Request::Power, &mut |way, genuine| match way {
        Way::ToBmc => vec![genuine.to_vec()],
        Way::ToConsole => {
            let mut forged = Vec::new();
            for sequence in 0..64 {
                forged.push(Plain::new(&lie(sequence)).encode());
                let plain = outside(PayloadType::Ipmi, &lie(sequence));
                forged.push(plain.clone());
                forged.push(with_session(plain, genuine));
            }
            for bits in [0x00, 0x40, 0x80] {
                let mut weaker = genuine.to_vec();
                weaker[5] = bits;
                forged.push(weaker);
            }
            forged.push(genuine[..genuine.len() - 16].to_vec());
            forged.push(genuine.to_vec());
            forged
        }
    });
    assert_eq!(power(&outcome), Some(true));
    assert_eq!(lab.client.dropped(), 64 * 3 + 4);
}

#[test]
fn a_corrupt_copy_before_the_genuine_datagram_does_no_harm() {
    for suite in Suite::ALL {
        let mut clean = Lab::new(only(suite), server_config());
        clean.ask(Request::Power).unwrap();
        let answers: Vec<usize> =
            clean.log.iter().filter(|it| it.0 == Way::ToConsole).map(|it| it.1.len()).collect();
        for (index, len) in answers.into_iter().enumerate() {
            for at in 0..len {
                corrupt_one(suite, index, at);
            }
        }
    }
}

fn corrupt_one(suite: Suite, index: usize, at: usize) {
    let mut lab = Lab::new(only(suite), server_config());
    let (mut count, mut handshake) = (0, false);
    let outcome = lab.run(Request::Power, &mut |way, genuine| {
        let mut arrives = vec![genuine.to_vec()];
        if way == Way::ToConsole {
            if count == index {
                let mut corrupt = genuine.to_vec();
                corrupt[at] ^= 1 << (at % 8);
                handshake = genuine[5] != 0xc0;
                arrives.insert(0, corrupt);
            }
            count += 1;
        }
        arrives
    });
    // Nobody vouches for the status of a handshake message: the worst that it can do is to say no.
    let refused = handshake && at == 17 && matches!(outcome, Err(Failure::NotSent(_)));
    assert!(refused || power(&outcome) == Some(true), "{index}, byte {at}: {outcome:?}");
}

#[test]
fn corrupt_instead_of_genuine_is_as_good_as_lost() {
    for index in 0..4 {
        for at in [18, 20, 24, 30, 31] {
            let (mut lab, mut count) = (Lab::usual(), 0);
            let outcome = lab.run(Request::Power, &mut |way, genuine| {
                let mut datagram = genuine.to_vec();
                if way == Way::ToConsole {
                    if count == index {
                        datagram[at] ^= 0x40;
                    }
                    count += 1;
                }
                vec![datagram]
            });
            assert_eq!(power(&outcome), Some(true), "answer {index}, byte {at}");
        }
    }
}

#[test]
fn a_session_that_was_recorded_can_not_be_played_again() {
    let mut lab = Lab::usual();
    lab.machine.on = false;
    lab.ask(Request::Power).unwrap();
    lab.ask(Request::Power).unwrap();
    let recorded: Vec<Vec<u8>> =
        lab.log.iter().filter(|it| it.0 == Way::ToConsole).map(|it| it.1.clone()).collect();
    lab.machine.on = true;
    for _ in 0..2 {
        lab.client.close(&mut |b| b.fill(1));
        for _ in 0..3 {
            let outcome = lab.run(Request::Power, &mut |_, genuine| {
                let mut arrives = recorded.clone();
                arrives.push(genuine.to_vec());
                arrives
            });
            assert_eq!(power(&outcome), Some(true));
        }
    }
}

#[test]
fn an_answer_can_not_be_played_again_when_its_request_number_comes_round() {
    let mut lab = Lab::usual();
    lab.ask(Request::Power).unwrap();
    let old = lab.log.last().unwrap().1.clone();
    for _ in 1..64 {
        lab.ask(Request::Power).unwrap();
    }
    lab.machine.on = false;
    let outcome = lab.run(Request::Power, &mut |way, genuine| match way {
        Way::ToBmc => vec![genuine.to_vec()],
        Way::ToConsole => vec![old.clone(), genuine.to_vec()],
    });
    assert_eq!(power(&outcome), Some(false));
    assert_eq!(lab.client.dropped(), 1);
}

#[test]
fn a_handshake_answer_with_another_tag_is_dropped() {
    let mut lab = Lab::usual();
    let outcome = lab.run(Request::Power, &mut |way, genuine| {
        let mut other = genuine.to_vec();
        other[16] ^= 1;
        let forged = way == Way::ToConsole && genuine[5] != 0xc0;
        if forged { vec![other] } else { vec![genuine.to_vec()] }
    });
    assert_eq!(outcome, Err(Failure::NotSent(Cause::NoAnswer)));
    assert_eq!(lab.server.sessions(lab.now_ms), lab.sent(), "it never gets past Open Session");
}

#[test]
fn a_refused_proof_is_a_refused_user_unless_rakp_1_went_out_twice() {
    for lose_rakp2 in [false, true] {
        let mut lab = Lab::usual();
        let (mut lose, mut refuse) = (lose_rakp2, true);
        let outcome = lab.run(Request::Power, &mut |_, genuine| {
            let mut datagram = genuine.to_vec();
            match genuine[5] {
                0x13 if core::mem::take(&mut lose) => return vec![],
                0x15 if core::mem::take(&mut refuse) => datagram[17] = Status::BAD_CODE.code(),
                _ => {}
            }
            vec![datagram]
        });
        if lose_rakp2 {
            assert_eq!(power(&outcome), Some(true));
        } else {
            assert_eq!(outcome, Err(Failure::NotSent(Cause::Denied(Status::BAD_CODE))));
        }
    }
}

#[test]
fn an_old_question_can_not_be_asked_again_by_somebody_else() {
    let mut lab = Lab::usual();
    lab.ask(Request::Control(ChassisControl::Reset)).unwrap();
    let asked: Vec<Vec<u8>> =
        lab.log.iter().filter(|it| it.0 == Way::ToBmc).map(|it| it.1.clone()).collect();
    for datagram in asked.iter().rev() {
        lab.at_bmc(datagram);
    }
    assert_eq!(lab.machine.orders, [ChassisControl::Reset]);
}

#[test]
fn a_suite_that_was_not_asked_for_is_not_taken() {
    let none = Algorithms { authentication: 0, integrity: 0, confidentiality: 0 };
    for weaker in [none, Suite::C3.algorithms()] {
        for config in [config(), only(Suite::C17)] {
            let mut lab = Lab::new(config, server_config());
            let outcome = lab.run(Request::Power, &mut |_, genuine| {
                let Ok(Packet::Plus(packet)) = Packet::decode(genuine) else { unreachable!() };
                if packet.kind != PayloadType::OpenResponse {
                    return vec![genuine.to_vec()];
                }
                let Ok(Answer::Granted(open)) = OpenResponse::decode(packet.payload) else {
                    unreachable!()
                };
                let forged = OpenResponse { algorithms: weaker, ..open };
                vec![outside(packet.kind, &forged.encode())]
            });
            let cause = Cause::Unsupported(Suite::C17, None);
            assert_eq!(outcome, Err(Failure::NotSent(cause)));
        }
    }
}

#[test]
fn a_forged_weaker_answer_before_the_genuine_one_does_no_harm() {
    let mut lab = Lab::usual();
    let outcome = lab.run(Request::Power, &mut |_, genuine| {
        let mut forged = genuine.to_vec();
        if genuine[5] == 0x11 {
            forged[32] = 0;
            forged[40] = 0;
        }
        vec![forged, genuine.to_vec()]
    });
    assert_eq!(power(&outcome), Some(true));
    let open = lab.log.iter().filter(|it| it.1[5] == 0x10).count();
    assert_eq!(open, 1);
}

#[test]
fn suite_3_is_fallen_back_to_only_where_the_configuration_allows_it() {
    let mut server = server_config();
    server.suites = vec![Suite::C3];
    let mut lab = Lab::new(only(Suite::C17), server.clone());
    let cause = Cause::Unsupported(Suite::C17, Some(Status::NO_SUITE));
    assert_eq!(lab.ask(Request::Power), Err(Failure::NotSent(cause)));
    assert_eq!(lab.sent(), 1);
    let mut lab = Lab::new(config(), server);
    assert_eq!(power(&lab.ask(Request::Power)), Some(true));
}

#[test]
fn only_a_refusal_that_is_about_the_suite_leads_to_suite_3() {
    for code in 1..=0x20 {
        let status = Status::from_code(code).unwrap();
        let mut lab = Lab::usual();
        let mut first = true;
        let _ = lab.run(Request::Power, &mut |way, genuine| {
            let refuse = way == Way::ToConsole && core::mem::take(&mut first);
            let (tag, session_id) = (genuine[16], None);
            let refusal = Refusal { tag, status, session_id }.encode();
            if refuse {
                vec![outside(PayloadType::OpenResponse, &refusal)]
            } else {
                vec![genuine.to_vec()]
            }
        });
        let asked: Vec<u8> =
            lab.log.iter().filter(|it| it.1[5] == 0x10).map(|it| it.1[28]).collect();
        let about_suite = [4, 5, 6, 7, 0x10, 0x11].contains(&code);
        assert_eq!(asked.contains(&1), about_suite, "status {code:#x}: {asked:?}");
    }
}

#[test]
fn a_bmc_that_has_agreed_to_a_suite_can_not_be_said_to_lack_it() {
    for at in [1, 2] {
        let (mut lab, mut count) = (Lab::usual(), 0);
        let outcome = lab.run(Request::Power, &mut |way, genuine| {
            let mut datagram = genuine.to_vec();
            if way == Way::ToConsole {
                if count == at {
                    datagram[17] = Status::NO_SUITE.code();
                }
                count += 1;
            }
            vec![datagram]
        });
        let cause = Cause::Unsupported(Suite::C17, Some(Status::NO_SUITE));
        assert_eq!(outcome, Err(Failure::NotSent(cause)));
        assert_eq!(lab.log.iter().filter(|it| it.1[5] == 0x10).count(), 1, "no second try");
    }
}

#[test]
fn refusals_that_do_not_match_tag_and_session_are_dropped() {
    let mut lab = Lab::usual();
    let outcome = lab.run(Request::Power, &mut |way, genuine| {
        if way == Way::ToBmc {
            return vec![genuine.to_vec()];
        }
        let (tag, status) = (genuine[16], Status::UNAUTHORIZED_NAME);
        let kinds = [PayloadType::OpenResponse, PayloadType::Rakp2, PayloadType::Rakp4];
        let mut arrives = Vec::new();
        for kind in kinds {
            for (tag, session_id) in [(tag ^ 1, None), (tag, Some(7)), (tag ^ 1, Some(7))] {
                arrives.push(outside(kind, &Refusal { tag, status, session_id }.encode()));
            }
        }
        arrives.push(genuine.to_vec());
        arrives
    });
    assert_eq!(power(&outcome), Some(true));
}

#[test]
fn a_forged_proof_before_the_genuine_one_is_not_a_wrong_password() {
    let mut lab = Lab::usual();
    let outcome = lab.run(Request::Power, &mut |_, genuine| {
        let mut forged = genuine.to_vec();
        if matches!(genuine[5], 0x13 | 0x15) {
            *forged.last_mut().unwrap() ^= 1;
        }
        vec![forged.clone(), forged, genuine.to_vec()]
    });
    assert_eq!(power(&outcome), Some(true));
}

#[test]
fn a_server_takes_nothing_in_a_session_that_is_not_authenticated_and_encrypted() {
    let mut lab = Lab::usual();
    lab.ask(Request::Control(ChassisControl::On)).unwrap();
    let genuine = lab.log.iter().rev().find(|it| it.0 == Way::ToBmc).unwrap().1.clone();
    let netfn = NetFn::CHASSIS;
    let off = lan::Request { from: 0x81, netfn, command: 2, sequence: 9, data: &[0] }.encode();
    let plain = outside(PayloadType::Ipmi, &off);
    let forged = [Plain::new(&off).encode(), plain.clone(), with_session(plain, &genuine)];
    for datagram in forged {
        assert_eq!(lab.at_bmc(&datagram), None);
    }
    assert!(lab.machine.on);
}
