//! What a client sends on a wire without faults, and what it makes of a BMC that says no.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use ipmi::rakp::Status;
use ipmi::{
    BootDevice, BootFlags, Cause, ChassisControl, CompletionCode, Failure, Guid, Key, Password,
    Privilege, Reply, Request, Suite, UserName,
};
use support::{Lab, Way, boot, config, only, power, server_config};

const ON: Request = Request::Control(ChassisControl::On);
const RESET: Request = Request::Control(ChassisControl::Reset);

#[test]
fn a_cold_status_takes_four_requests_and_a_warm_one_takes_one() {
    let mut lab = Lab::usual();
    assert_eq!(power(&lab.ask(Request::Power)), Some(true));
    assert_eq!(lab.sent(), 4);
    lab.machine.on = false;
    assert_eq!(power(&lab.ask(Request::Power)), Some(false));
    assert_eq!(lab.sent(), 5);
    assert_eq!((lab.client.sessions_opened(), lab.client.dropped()), (1, 0));
}

#[test]
fn a_cold_order_takes_five_requests_and_a_warm_one_takes_one() {
    let mut lab = Lab::usual();
    assert_eq!(lab.ask(ON), Ok(Reply::Done));
    assert_eq!(lab.sent(), 5);
    assert_eq!(lab.ask(Request::Control(ChassisControl::Off)), Ok(Reply::Done));
    assert_eq!(lab.sent(), 6);
    assert_eq!(lab.machine.orders, [ChassisControl::On, ChassisControl::Off]);
}

#[test]
fn a_request_that_goes_out_once_only_is_sent_behind_an_answered_one() {
    let mut lab = Lab::usual();
    lab.ask(ON).unwrap();
    assert_eq!(lab.ask(RESET), Ok(Reply::Done));
    let codes: Vec<u8> = lab.commands().iter().map(|(_, command, _)| *command).collect();
    assert_eq!(codes, [0x3b, 0x02, 0x3b, 0x02]);
    assert_eq!(lab.machine.orders, [ChassisControl::On, ChassisControl::Reset]);
}

#[test]
fn every_request_has_its_reply_in_both_suites() {
    for suite in Suite::ALL {
        let mut lab = Lab::new(only(suite), server_config());
        assert_eq!(power(&lab.ask(Request::Power)), Some(true));
        assert_eq!(lab.ask(Request::Guid), Ok(Reply::Guid(Guid(*b"a guid of a test"))));
        let Ok(Reply::DeviceId(id)) = lab.ask(Request::DeviceId) else { panic!("device id") };
        assert_eq!(id.ipmi_version, 2);
        let options = boot(BootDevice::Pxe);
        let flags = BootFlags { valid: true, options };
        assert_eq!(lab.ask(Request::SetBoot(options)), Ok(Reply::Boot(flags)));
        assert_eq!(lab.machine.boot, flags);
        assert_eq!(lab.client.sessions_opened(), 1);
    }
}

#[test]
fn the_best_suite_is_asked_for_first_and_a_refusal_is_kept_in_mind_for_an_hour() {
    let mut server = server_config();
    server.suites = vec![Suite::C3];
    let mut lab = Lab::new(config(), server);
    assert_eq!(power(&lab.ask(Request::Power)), Some(true));
    assert_eq!(lab.sent(), 5, "one refused Open Session Request more");
    lab.now_ms += 60_000;
    assert_eq!(power(&lab.ask(Request::Power)), Some(true));
    assert_eq!(lab.sent(), 5 + 1 + 4, "Close Session, then suite 3 at once");
    lab.now_ms += 3_600_000;
    lab.server.config_mut().suites = Suite::ALL.to_vec();
    assert_eq!(power(&lab.ask(Request::Power)), Some(true));
    let best = lab.log.iter().rev().find(|(_, it)| it[5] == 0x10).map(|(_, it)| it[28]);
    assert_eq!(best, Some(Suite::C17.algorithms().authentication));
}

#[test]
fn a_bmc_key_opens_a_session_and_a_wrong_one_is_told_from_a_wrong_password() {
    let mut server = server_config();
    server.kg = Some(Key::new(b"the key of a BMC").unwrap());
    let mut right = config();
    right.kg = server.kg.clone();
    let mut lab = Lab::new(right, server.clone());
    assert_eq!(power(&lab.ask(Request::Power)), Some(true));
    let mut lab = Lab::new(config(), server);
    assert_eq!(lab.ask(Request::Power), Err(Failure::NotSent(Cause::WrongKey)));
}

#[test]
fn a_wrong_password_is_found_out_after_two_wrong_codes() {
    for suite in Suite::ALL {
        let mut wrong = only(suite);
        wrong.password = Password::new(b"battery staple").unwrap();
        let mut lab = Lab::new(wrong, server_config());
        let start_ms = lab.now_ms;
        assert_eq!(lab.ask(Request::Power), Err(Failure::NotSent(Cause::WrongPassword)));
        assert!(lab.now_ms - start_ms < 2_000, "{} ms", lab.now_ms - start_ms);
        assert!(!lab.client.has_session());
    }
}

#[test]
fn a_user_that_the_bmc_does_not_know_is_denied_at_once() {
    let mut nobody = config();
    nobody.username = UserName::new("nobody").unwrap();
    let mut lab = Lab::new(nobody, server_config());
    let start_ms = lab.now_ms;
    let denied = Failure::NotSent(Cause::Denied(Status::UNAUTHORIZED_NAME));
    assert_eq!(lab.ask(Request::Power), Err(denied));
    assert!(lab.now_ms - start_ms < 10);
    assert_eq!(
        denied.to_string(),
        "the request was not sent: the BMC denied a session: the BMC does not know the user (status 0x0d)"
    );
}

#[test]
fn a_user_without_the_privilege_level_is_denied_at_once() {
    let mut server = server_config();
    server.accounts[0].privilege = Privilege::User;
    let mut lab = Lab::new(config(), server.clone());
    let denied = Cause::Denied(Status::UNAUTHORIZED_ROLE);
    assert_eq!(lab.ask(Request::Power), Err(Failure::NotSent(denied)));
    let mut modest = config();
    modest.privilege = Privilege::User;
    let mut lab = Lab::new(modest, server);
    assert_eq!(power(&lab.ask(Request::Power)), Some(true));
    assert_eq!(lab.ask(ON), Err(Failure::Refused(CompletionCode::PRIVILEGE)));
    assert!(lab.machine.orders.is_empty());
}

#[test]
fn a_bmc_without_a_free_session_says_so_at_once() {
    let mut server = server_config();
    server.sessions_max = 0;
    let mut lab = Lab::new(config(), server);
    let full = Failure::NotSent(Cause::NoSession(Status::NO_RESOURCES));
    assert_eq!(lab.ask(ON), Err(full));
    assert_eq!(lab.sent(), 1);
}

#[test]
fn an_idle_session_is_closed_and_replaced() {
    let mut lab = Lab::usual();
    lab.ask(Request::Power).unwrap();
    lab.now_ms += 30_000;
    lab.ask(Request::Power).unwrap();
    assert_eq!(lab.client.sessions_opened(), 2);
    assert_eq!(lab.server.sessions(lab.now_ms), 1, "the old one was closed");
}

#[test]
fn close_tells_the_bmc_and_waits_for_nothing() {
    let mut lab = Lab::usual();
    lab.ask(Request::Power).unwrap();
    lab.client.close(&mut |bytes| bytes.fill(7));
    assert!(!lab.client.has_session());
    lab.pump(&mut support::clean);
    assert_eq!(lab.server.sessions(lab.now_ms), 0);
    assert_eq!(lab.client.deadline_ms(), None);
}

#[test]
fn one_exchange_at_a_time_and_its_outcome_is_not_overwritten() {
    let mut lab = Lab::usual();
    let mut rng = |bytes: &mut [u8]| bytes.fill(7);
    lab.client.start(Request::Power, 0, &mut rng).unwrap();
    assert!(lab.client.start(Request::Power, 0, &mut rng).is_err());
    lab.pump(&mut support::clean);
    assert!(lab.client.start(RESET, 0, &mut rng).is_err(), "the outcome was not fetched");
    assert_eq!(power(&lab.client.poll_done().unwrap()), Some(true));
    assert!(lab.client.start(RESET, 0, &mut rng).is_ok());
}

#[test]
fn an_order_that_was_abandoned_before_it_left_does_not_leave() {
    let mut lab = Lab::usual();
    lab.ask(ON).unwrap();
    lab.client
        .start(Request::Control(ChassisControl::Off), lab.now_ms, &mut |b| b.fill(7))
        .unwrap();
    lab.client.abandon();
    assert_eq!(lab.client.poll_transmit(), None);
    assert_eq!(power(&lab.ask(Request::Power)), Some(true));
    assert_eq!(lab.machine.orders, [ChassisControl::On]);
}

#[test]
fn a_session_that_lost_its_privilege_level_gets_it_back_once() {
    let mut lab = Lab::usual();
    lab.ask(ON).unwrap();
    lab.machine.refuse = vec![CompletionCode::PRIVILEGE];
    assert_eq!(lab.ask(Request::Control(ChassisControl::Off)), Ok(Reply::Done));
    assert_eq!(lab.machine.orders, [ChassisControl::On, ChassisControl::Off]);
    lab.machine.refuse = vec![CompletionCode::PRIVILEGE; 9];
    let refused = Err(Failure::Refused(CompletionCode::PRIVILEGE));
    assert_eq!(lab.ask(ON), refused);
    assert_eq!(lab.machine.refuse.len(), 7, "two tries");
    assert_eq!(lab.ask(RESET), refused);
    assert_eq!(lab.machine.refuse.len(), 6, "a reset is tried once");
}

#[test]
fn a_refusal_is_reported_as_what_it_proves() {
    let table = [
        (Request::Power, CompletionCode::NODE_BUSY, true),
        (Request::Power, CompletionCode::TIMEOUT, true),
        (ON, CompletionCode::NODE_BUSY, true),
        (ON, CompletionCode::NOT_IN_THIS_STATE, true),
        (RESET, CompletionCode::BAD_DATA, true),
        (RESET, CompletionCode::TIMEOUT, false),
        (RESET, CompletionCode(0xff), false),
        (ON, CompletionCode(0xce), false),
    ];
    for (request, code, conclusive) in table {
        let mut lab = Lab::usual();
        lab.machine.refuse = vec![code];
        let refused = Failure::Refused(code);
        let unclear = Failure::Lost(Cause::Inconclusive(code));
        let expected = if conclusive { refused } else { unclear };
        assert_eq!(lab.ask(request), Err(expected), "{request}, {code}");
    }
}

#[test]
fn a_refusal_of_the_second_copy_says_nothing_about_the_first() {
    let mut lab = Lab::usual();
    lab.ask(ON).unwrap();
    let mut lost = 0;
    lab.machine.refuse = vec![CompletionCode::NOT_IN_THIS_STATE, CompletionCode::NODE_BUSY];
    let outcome = lab.run(Request::Control(ChassisControl::Off), &mut |way, datagram| {
        let lose = way == Way::ToConsole && lost == 0;
        lost += usize::from(lose);
        if lose { vec![] } else { vec![datagram.to_vec()] }
    });
    let code = CompletionCode::NOT_IN_THIS_STATE;
    assert_eq!(outcome, Err(Failure::Lost(Cause::Inconclusive(code))));
}

#[test]
fn boot_courtesies_that_a_bmc_does_not_know_do_no_harm() {
    let mut lab = Lab::usual();
    let options = boot(BootDevice::Bios);
    lab.machine.refuse = vec![CompletionCode::BAD_DATA];
    let refused = lab.ask(Request::SetBoot(options));
    assert_eq!(refused, Err(Failure::Refused(CompletionCode::BAD_DATA)));
    let reply = lab.ask(Request::SetBoot(options));
    assert_eq!(reply, Ok(Reply::Boot(BootFlags { valid: true, options })));
    let data: Vec<Vec<u8>> = lab.commands().into_iter().rev().take(5).map(|it| it.2).collect();
    let last_first =
        [vec![5, 0, 0], vec![0, 0], vec![5, 0xa0, 0x18, 0, 0, 0], vec![4, 1, 1], vec![0, 1]];
    assert_eq!(data, last_first);
}

#[test]
fn a_boot_override_that_can_not_be_read_back_is_not_called_refused() {
    let mut lab = Lab::usual();
    let mut answers = 0;
    lab.ask(ON).unwrap();
    let options = boot(BootDevice::Disk);
    lab.client.start(Request::SetBoot(options), lab.now_ms, &mut |b| b.fill(7)).unwrap();
    while lab.client.deadline_ms().is_some() {
        let datagram = lab.client.poll_transmit().unwrap();
        answers += 1;
        if answers == 5 {
            lab.machine.refuse.push(CompletionCode::INVALID_COMMAND);
        }
        let answer = lab.at_bmc(&datagram).unwrap();
        lab.at_console(&answer);
    }
    let cause = Cause::ReadBack(CompletionCode::INVALID_COMMAND);
    assert_eq!(lab.client.poll_done(), Some(Err(Failure::Lost(cause))));
    assert!(lab.machine.boot.valid);
}
