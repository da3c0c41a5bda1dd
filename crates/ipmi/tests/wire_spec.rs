//! If a test here fails, do not change the test: these bytes are the specification's (IPMI 2.0 rev. 1.1, RFC 2202, RFC
//! 4231, NIST SP 800-38A), and BMCs in the field rely on them. No session is run here.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use ipmi::command::{
    Body, BootParameter, ChannelAuth, CloseSession, CurrentBoot, GetBootOptions, GetChannelAuth,
    GetCipherSuites, SetBootOptions, SetSessionPrivilege,
};
use ipmi::crypto::{decrypt, encrypt, hmac};
use ipmi::lan::{self, NetFn};
use ipmi::packet::{Packet, PayloadType, Plain, outside};
use ipmi::rakp::{Answer, OpenRequest, OpenResponse, Rakp1, Refusal, Status};
use ipmi::{
    BootDevice, BootFlags, BootOptions, ChassisControl, ChassisStatus, CompletionCode, DecodeError,
    DeviceId, Firmware, Key, Lifetime, Password, Privilege, Suite, UserName,
};

#[test]
fn get_channel_authentication_capabilities_is_an_ipmi_15_packet_without_authentication() {
    let request = lan::Request {
        from: 0x81,
        netfn: NetFn::APP,
        command: 0x38,
        sequence: 0,
        data: &GetChannelAuth { privilege: Privilege::Administrator }.encode(),
    };
    let bytes = [
        0x06, 0x00, 0xff, 0x07, // RMCP, class IPMI
        0x00, 0, 0, 0, 0, 0, 0, 0, 0, 0x09, // no authentication, sequence, session, length
        0x20, 0x18, 0xc8, 0x81, 0x00, 0x38, 0x8e, 0x04, 0xb5,
    ];
    assert_eq!(Plain::new(&request.encode()).encode(), bytes);
    let Ok(Packet::Plain(packet)) = Packet::decode(&bytes) else { panic!("IPMI 1.5") };
    assert_eq!(lan::Request::decode(packet.payload), Ok(request));
}

#[test]
fn lan_messages_have_two_checksums() {
    let request =
        lan::Request { from: 0x81, netfn: NetFn::CHASSIS, command: 1, sequence: 0x15, data: &[] };
    let bytes = [0x20, 0x00, 0xe0, 0x81, 0x54, 0x01, 0x2a];
    assert_eq!(request.encode(), bytes);
    let response = request.respond(CompletionCode::OK, &[0x61, 0x10, 0x40]);
    let answer = [0x81, 0x04, 0x7b, 0x20, 0x54, 0x01, 0x00, 0x61, 0x10, 0x40, 0xda];
    assert_eq!(response.encode(), answer);
    assert_eq!(lan::Response::decode(&answer), Ok(response));
    for at in 0..answer.len() {
        let mut wrong = answer;
        wrong[at] ^= 0x10;
        assert!(lan::Response::decode(&wrong).is_err(), "byte {at}");
    }
}

#[test]
fn a_request_is_not_read_as_a_response_nor_the_other_way_round() {
    let request =
        lan::Request { from: 0x81, netfn: NetFn::APP, command: 1, sequence: 1, data: &[0] };
    assert!(lan::Response::decode(&request.encode()).is_err());
    assert!(lan::Request::decode(&request.respond(CompletionCode::OK, &[]).encode()).is_err());
}

#[test]
fn open_session_request_names_three_algorithms() {
    let suites = [(Suite::C3, 1, 1), (Suite::C17, 3, 4)];
    for (suite, authentication, integrity) in suites {
        let open = OpenRequest {
            tag: 0x2a,
            privilege: Some(Privilege::Administrator),
            console_id: 0xa0a1_a2a3,
            algorithms: suite.algorithms(),
        };
        let payload = [
            0x2a,
            0x04,
            0,
            0,
            0xa3,
            0xa2,
            0xa1,
            0xa0, //
            0,
            0,
            0,
            8,
            authentication,
            0,
            0,
            0, //
            1,
            0,
            0,
            8,
            integrity,
            0,
            0,
            0, //
            2,
            0,
            0,
            8,
            1,
            0,
            0,
            0,
        ];
        assert_eq!(open.encode(), payload);
        assert_eq!(OpenRequest::decode(&payload), Ok(open));
        let datagram = outside(PayloadType::OpenRequest, &payload);
        let header = [6, 0, 0xff, 7, 6, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 32, 0];
        assert_eq!(datagram[..16], header);
        assert_eq!(datagram[16..], payload);
    }
}

#[test]
fn open_session_response_carries_both_session_ids() {
    let payload = [
        0x2a, 0x00, 0x04, 0, 0xa3, 0xa2, 0xa1, 0xa0, 0x84, 0x01, 0, 0, //
        0, 0, 0, 8, 1, 0, 0, 0, 1, 0, 0, 8, 1, 0, 0, 0, 2, 0, 0, 8, 1, 0, 0, 0,
    ];
    let open = OpenResponse {
        tag: 0x2a,
        privilege: 4,
        console_id: 0xa0a1_a2a3,
        managed_id: 0x184,
        algorithms: Suite::C3.algorithms(),
    };
    assert_eq!(open.encode(), payload);
    assert_eq!(OpenResponse::decode(&payload), Ok(Answer::Granted(open)));
}

#[test]
fn a_refusal_may_leave_out_the_session_id() {
    let short = OpenResponse::decode(&[0x2a, 0x11]);
    let status = Status::NO_SUITE;
    assert_eq!(short, Ok(Answer::Refused(Refusal { tag: 0x2a, status, session_id: None })));
    let long = OpenResponse::decode(&[0x2a, 0x11, 0, 0, 4, 3, 2, 1]);
    let refusal = Refusal { tag: 0x2a, status, session_id: Some(0x0102_0304) };
    assert_eq!(long, Ok(Answer::Refused(refusal)));
    assert_eq!(refusal.encode(), [0x2a, 0x11, 0, 0, 4, 3, 2, 1]);
}

#[test]
fn rakp_1_looks_users_up_by_name() {
    let rakp1 = Rakp1 {
        tag: 1,
        managed_id: 0x0403_0201,
        nonce: *b"0123456789abcdef",
        role: 0x14,
        username: UserName::new("admin").unwrap(),
    };
    let mut bytes = vec![1, 0, 0, 0, 1, 2, 3, 4];
    bytes.extend_from_slice(b"0123456789abcdef");
    bytes.extend_from_slice(&[0x14, 0, 0, 5]);
    bytes.extend_from_slice(b"admin");
    assert_eq!(rakp1.encode(), bytes);
    assert_eq!(Rakp1::decode(&bytes), Ok(rakp1));
}

#[test]
fn keyed_hashes_are_those_of_the_rfcs() {
    let sha1 = hmac(Suite::C3, b"Jefe", &[b"what do ya want ", b"for nothing?"]);
    assert_eq!(hex(sha1.as_bytes()), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
    let sha256 = hmac(Suite::C17, b"Jefe", &[b"what do ya want ", b"for nothing?"]);
    let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
    assert_eq!(hex(sha256.as_bytes()), expected);
}

#[test]
fn aes_cbc_is_that_of_nist_and_padding_counts_up() {
    let key = bytes("2b7e151628aed2a6abf7158809cf4f3c");
    let iv = bytes("000102030405060708090a0b0c0d0e0f");
    let plain = unhex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
    let sealed = encrypt(&key, iv, &plain);
    assert_eq!(hex(&sealed[..16]), hex(&iv));
    let expected = "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2";
    assert_eq!(hex(&sealed[16..48]), expected);
    for len in 0..40 {
        let sealed = encrypt(&key, iv, &plain.repeat(2)[..len]);
        assert_eq!(sealed.len(), 16 + (len + 1).next_multiple_of(16), "{len}");
        assert_eq!(decrypt(&key, &sealed).unwrap(), plain.repeat(2)[..len]);
    }
}

#[test]
fn chassis_commands_are_one_byte() {
    let orders = [
        (ChassisControl::Off, 0),
        (ChassisControl::On, 1),
        (ChassisControl::Cycle, 2),
        (ChassisControl::Reset, 3),
        (ChassisControl::Diag, 4),
        (ChassisControl::Soft, 5),
    ];
    for (order, byte) in orders {
        assert_eq!(order.encode(), [byte]);
        assert_eq!(ChassisControl::decode(&[byte]), Ok(order));
    }
    assert!(ChassisControl::decode(&[6]).is_err());
}

#[test]
fn chassis_status_says_on_in_bit_0_and_faults_above() {
    let status = ChassisStatus::decode(&[0x19, 0x10, 0x40, 0x00]).unwrap();
    assert!(status.power_on && status.power_fault && status.control_fault);
    assert!(!status.overload && !status.interlock);
    assert_eq!(status.encode(), [0x19, 0x10, 0x40]);
    assert!(!ChassisStatus::decode(&[0x60, 0, 0]).unwrap().power_on);
    assert!(matches!(ChassisStatus::decode(&[1, 0]), Err(DecodeError::Short { .. })));
}

#[test]
fn boot_flags_are_parameter_5() {
    let table = [
        (BootDevice::None, Lifetime::Once, Firmware::Legacy, [0x80, 0x00]),
        (BootDevice::Pxe, Lifetime::Once, Firmware::Legacy, [0x80, 0x04]),
        (BootDevice::Disk, Lifetime::Persistent, Firmware::Legacy, [0xc0, 0x08]),
        (BootDevice::Cd, Lifetime::Once, Firmware::Uefi, [0xa0, 0x14]),
        (BootDevice::Bios, Lifetime::Persistent, Firmware::Uefi, [0xe0, 0x18]),
    ];
    for (device, lifetime, firmware, [first, second]) in table {
        let options = BootOptions { device, lifetime, firmware };
        let flags = BootFlags { valid: true, options };
        let set = SetBootOptions(BootParameter::Flags(flags));
        assert_eq!(set.encode(), [5, first, second, 0, 0, 0]);
        assert_eq!(SetBootOptions::decode(&set.encode()), Ok(set));
        let read = CurrentBoot::decode(&[1, 5, first, second, 0, 0, 0]);
        assert_eq!(read, Ok(CurrentBoot(flags)));
        let locked = CurrentBoot::decode(&[1, 0x85, first, second, 0, 0, 0]).unwrap();
        assert!(!locked.0.valid);
    }
    assert_eq!(SetBootOptions(BootParameter::InProgress(true)).encode(), [0, 1]);
    assert_eq!(SetBootOptions(BootParameter::InProgress(false)).encode(), [0, 0]);
    // table 28-14, parameter 3, bit 3: no Chassis Control within 60 s does not clear the valid bit
    assert_eq!(SetBootOptions(BootParameter::ValidBitClearing(8)).encode(), [3, 8]);
    let cleared = SetBootOptions::decode(&[3, 8]);
    assert_eq!(cleared, Ok(SetBootOptions(BootParameter::ValidBitClearing(8))));
    assert_eq!(SetBootOptions(BootParameter::BIOS_ACKNOWLEDGED).encode(), [4, 1, 1]);
    assert_eq!(GetBootOptions.encode(), [5, 0, 0]);
}

#[test]
fn session_commands_have_the_bytes_of_the_specification() {
    assert_eq!(SetSessionPrivilege(Privilege::Administrator).encode(), [4]);
    assert_eq!(CloseSession { managed_id: 0x0403_0201 }.encode(), [1, 2, 3, 4]);
    assert_eq!(GetCipherSuites { index: 1 }.encode(), [0x0e, 0, 0x81]);
    let caps = ChannelAuth::decode(&[1, 0x97, 0x24, 0x03, 0, 0, 0, 0]).unwrap();
    assert!(caps.ipmi20 && caps.kg_set && caps.named_users && !caps.anonymous);
}

#[test]
fn device_id_splits_firmware_and_keeps_three_bytes_of_the_maker() {
    let bytes = [0x20, 0x81, 0x83, 0x45, 0x02, 0xbf, 0x57, 0x01, 0x00, 0x34, 0x12];
    let id = DeviceId::decode(&bytes).unwrap();
    assert_eq!((id.device, id.revision, id.updating), (0x20, 1, true));
    assert_eq!((id.firmware_major, id.firmware_minor), (3, 0x45));
    assert_eq!((id.manufacturer, id.product), (0x157, 0x1234));
    assert_eq!(id.encode()[2..], bytes[2..]);
}

#[test]
fn credentials_are_bounded_and_never_printed() {
    assert!(UserName::new(&"u".repeat(16)).is_ok());
    let error = UserName::new(&"u".repeat(17)).unwrap_err();
    assert_eq!(error.to_string(), "the user name is 17 bytes long, but IPMI 2.0 takes at most 16");
    assert!(Password::new(&[7; 20]).is_ok());
    let error = Password::new(&[7; 21]).unwrap_err();
    assert_eq!(error.to_string(), "the password is 21 bytes long, but IPMI 2.0 takes at most 20");
    assert!(Key::new(&[7; 21]).is_err());
    let config = ipmi::Config::new(UserName::new("u").unwrap(), Password::new(b"hunter2").unwrap());
    let printed = format!("{config:?} {:?}", Key::new(b"hunter3").unwrap());
    assert!(printed.contains("***") && !printed.contains("hunter"), "{printed}");
    assert!(!printed.contains("104, 117"), "{printed}");
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
        .collect()
}

fn bytes(text: &str) -> [u8; 16] {
    unhex(text).try_into().unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
