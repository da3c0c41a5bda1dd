//! Feeds any bytes to every decoder: none may panic, and what was read must be read again from what it is written as.

use ipmi::command::{
    Body, BootFlags, ChannelAuth, ChassisControl, ChassisStatus, CipherSuites, CloseSession,
    CurrentBoot, DeviceId, GetBootOptions, GetChannelAuth, GetCipherSuites, Guid, SessionPrivilege,
    SetBootOptions, SetSessionPrivilege,
};
use ipmi::crypto::{decrypt, encrypt};
use ipmi::packet::{Packet, PayloadType, Plain, outside};
use ipmi::rakp::{Answer, OpenRequest, OpenResponse, Rakp1, Rakp2, Rakp3, Rakp4};
use ipmi::{DecodeError, lan};

/// Reads the input as everything that it could be.
pub fn all(input: &[u8]) {
    packets(input);
    payloads(input);
    messages(input);
    commands(input);
}

fn packets(input: &[u8]) {
    match Packet::decode(input) {
        Ok(Packet::Plain(packet)) => {
            let again = Plain { ..packet }.encode();
            assert_eq!(Packet::decode(&again), Ok(Packet::Plain(packet)));
            messages(packet.payload);
        }
        Ok(Packet::Plus(packet)) => {
            for code_len in [0, 12, 16, 32, 2_000] {
                let signed = packet.signed(code_len);
                assert!(signed.is_none_or(|(_, code)| code.len() == code_len));
            }
            if packet.kind != PayloadType::Ipmi {
                let again = outside(packet.kind, packet.payload);
                let Ok(Packet::Plus(same)) = Packet::decode(&again) else { panic!("ours") };
                assert_eq!((same.kind, same.payload), (packet.kind, packet.payload));
            }
            payloads(packet.payload);
        }
        Err(_) => {}
    }
}

fn payloads(input: &[u8]) {
    again(OpenRequest::decode(input), OpenRequest::encode, OpenRequest::decode);
    again(Rakp1::decode(input), Rakp1::encode, Rakp1::decode);
    answer(input, OpenResponse::decode, OpenResponse::encode);
    answer(input, Rakp2::decode, Rakp2::encode);
    answer(input, Rakp3::decode, Rakp3::encode);
    answer(input, Rakp4::decode, Rakp4::encode);
    if let Ok(plain) = decrypt(&[7; 16], input) {
        let sealed = encrypt(&[7; 16], input[..16].try_into().unwrap(), &plain);
        assert_eq!(decrypt(&[7; 16], &sealed), Ok(plain));
    }
}

fn messages(input: &[u8]) {
    if let Ok(request) = lan::Request::decode(input) {
        assert_eq!(lan::Request::decode(&request.encode()), Ok(request));
        commands(request.data);
    }
    if let Ok(response) = lan::Response::decode(input) {
        assert_eq!(lan::Response::decode(&response.encode()), Ok(response));
        commands(response.data);
    }
}

fn commands(input: &[u8]) {
    body::<BootFlags>(input);
    body::<ChannelAuth>(input);
    body::<ChassisControl>(input);
    body::<ChassisStatus>(input);
    body::<CipherSuites>(input);
    body::<CloseSession>(input);
    body::<CurrentBoot>(input);
    body::<DeviceId>(input);
    body::<GetBootOptions>(input);
    body::<GetChannelAuth>(input);
    body::<GetCipherSuites>(input);
    body::<Guid>(input);
    body::<SessionPrivilege>(input);
    body::<SetBootOptions>(input);
    body::<SetSessionPrivilege>(input);
}

fn body<B: Body + PartialEq + std::fmt::Debug>(input: &[u8]) {
    again(B::decode(input), B::encode, B::decode);
}

fn answer<T: PartialEq + std::fmt::Debug>(
    input: &[u8],
    decode: impl Fn(&[u8]) -> Result<Answer<T>, DecodeError>,
    encode: impl Fn(&T) -> Vec<u8>,
) {
    let both = |it: &Answer<T>| match it {
        Answer::Granted(it) => encode(it),
        Answer::Refused(refusal) => refusal.encode(),
    };
    again(decode(input), both, &decode);
}

fn again<T: PartialEq + std::fmt::Debug>(
    first: Result<T, DecodeError>,
    encode: impl Fn(&T) -> Vec<u8>,
    decode: impl Fn(&[u8]) -> Result<T, DecodeError>,
) {
    if let Ok(first) = first {
        assert_eq!(decode(&encode(&first)).as_ref(), Ok(&first));
    }
}
