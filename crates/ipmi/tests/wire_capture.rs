//! If a test here fails, do not change the test: the captures are what ipmitool, ipmipower and OpenIPMI's ipmi_sim really
//! said. Every code in them is checked, and every datagram is made once more from what was read. No socket is opened.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use ipmi::command::{Body, ChannelAuth, ChassisControl, ChassisStatus};
use ipmi::crypto::Code;
use ipmi::packet::{Packet, PayloadType, Plain, Plus, outside};
use ipmi::rakp::{Answer, OpenRequest, OpenResponse, Rakp1, Rakp2, Rakp3, Rakp4, Status};
use ipmi::{Cause, Client, Config, Failure, Password, Reply, Request, Suite, UserName, lan};
use support::{Listener, Way};

const IPMITOOL_3: &str = include_str!("captures/ipmitool-3.txt");
const IPMITOOL_17: &str = include_str!("captures/ipmitool-17.txt");
const IPMITOOL_17_KG: &str = include_str!("captures/ipmitool-17-kg.txt");
const IPMIPOWER_17: &str = include_str!("captures/ipmipower-17.txt");
const OWN_3: &str = include_str!("captures/own-3.txt");
const REFUSED: &str = include_str!("captures/refused-suite.txt");

fn read(capture: &str) -> Vec<(Way, Vec<u8>)> {
    let lines = capture.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (way, hex) = line.split_once(' ').unwrap();
            let way = if way == ">" { Way::ToBmc } else { Way::ToConsole };
            let byte = |at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
            (way, (0..hex.len()).step_by(2).map(byte).collect())
        })
        .collect()
}

/// Reads a whole capture, makes each datagram again, and gives the LAN messages of the session.
fn verify(capture: &str, suite: Suite, kg: Option<&[u8]>) -> Vec<(Way, Vec<u8>)> {
    let mut listener = Listener::new(b"secret", kg);
    let mut messages = Vec::new();
    for (way, datagram) in read(capture) {
        let message = listener.hear(&datagram);
        match Packet::decode(&datagram).unwrap() {
            Packet::Plain(packet) => assert_eq!(Plain::new(packet.payload).encode(), datagram),
            Packet::Plus(packet) if packet.kind == PayloadType::Ipmi => {
                let message = message.expect("authentic and readable");
                assert_eq!(seal_again(&listener, &packet, kg, &message), datagram);
                assert_eq!(again(way, &message), message);
                messages.push((way, message));
            }
            Packet::Plus(packet) => {
                handshake_again(&listener, &packet, &datagram);
            }
        }
    }
    assert_eq!(listener.transcripts.len(), 1, "RAKP 2 has the right code");
    assert_eq!(listener.transcripts[0].0.suite, suite);
    messages
}

fn again(way: Way, message: &[u8]) -> Vec<u8> {
    match way {
        Way::ToBmc => lan::Request::decode(message).unwrap().encode(),
        Way::ToConsole => lan::Response::decode(message).unwrap().encode(),
    }
}

fn seal_again(
    listener: &Listener,
    packet: &Plus<'_>,
    kg: Option<&[u8]>,
    message: &[u8],
) -> Vec<u8> {
    let (transcript, _) = &listener.transcripts[0];
    let kg = kg.map(|kg| ipmi::Key::new(kg).unwrap());
    let sik = transcript.sik(&Password::new(b"secret").unwrap(), kg.as_ref());
    let iv = packet.payload[..16].try_into().unwrap();
    transcript.keys(&sik).seal(packet.session_id, packet.sequence, iv, message)
}

fn handshake_again(listener: &Listener, packet: &Plus<'_>, datagram: &[u8]) {
    let payload = packet.payload;
    let made = match packet.kind {
        PayloadType::Ipmi => unreachable!("not of the handshake"),
        PayloadType::OpenRequest => OpenRequest::decode(payload).unwrap().encode(),
        PayloadType::OpenResponse => granted(OpenResponse::decode(payload).unwrap()).encode(),
        PayloadType::Rakp1 => Rakp1::decode(payload).unwrap().encode(),
        PayloadType::Rakp2 => granted(Rakp2::decode(payload).unwrap()).encode(),
        PayloadType::Rakp3 => {
            let rakp3 = granted(Rakp3::decode(payload).unwrap());
            let (transcript, _) = &listener.transcripts[0];
            assert_eq!(transcript.code3(&Password::new(b"secret").unwrap()), rakp3.code);
            rakp3.encode()
        }
        PayloadType::Rakp4 => {
            let rakp4 = granted(Rakp4::decode(payload).unwrap());
            let (transcript, sik) = &listener.transcripts[0];
            assert_eq!(transcript.code4(&Code::new(sik).unwrap()), rakp4.code);
            rakp4.encode()
        }
    };
    assert_eq!(outside(packet.kind, &made), datagram);
}

fn granted<T>(answer: Answer<T>) -> T {
    match answer {
        Answer::Granted(it) => it,
        Answer::Refused(refusal) => panic!("refused: {}", refusal.status),
    }
}

fn last_status(messages: &[(Way, Vec<u8>)]) -> ChassisStatus {
    let responses = messages.iter().filter(|(way, _)| *way == Way::ToConsole);
    let mut found = responses.filter_map(|(_, message)| {
        let response = lan::Response::decode(message).unwrap();
        let status = (response.netfn.code(), response.command) == (0, 1);
        status.then(|| ChassisStatus::decode(response.data).unwrap())
    });
    found.next_back().expect("a status")
}

#[test]
fn ipmitool_and_ipmi_sim_with_suite_3() {
    let messages = verify(IPMITOOL_3, Suite::C3, None);
    assert!(last_status(&messages).power_on);
    let (_, first) = &read(IPMITOOL_3)[1];
    let Ok(Packet::Plain(packet)) = Packet::decode(first) else { panic!("IPMI 1.5") };
    let response = lan::Response::decode(packet.payload).unwrap();
    let caps = ChannelAuth::decode(response.data).unwrap();
    assert!(caps.ipmi20 && !caps.kg_set);
}

#[test]
fn ipmitool_with_suite_17() {
    let messages = verify(IPMITOOL_17, Suite::C17, None);
    let on = messages.iter().filter(|(way, _)| *way == Way::ToBmc).any(|(_, message)| {
        let request = lan::Request::decode(message).unwrap();
        (request.netfn.code(), request.command, request.data) == (0, 2, &[1][..])
            && ChassisControl::decode(request.data) == Ok(ChassisControl::On)
    });
    assert!(on, "ipmitool orders power on");
}

#[test]
fn ipmitool_with_suite_17_and_a_bmc_key() {
    let messages = verify(IPMITOOL_17_KG, Suite::C17, Some(b"kgkey"));
    assert!(last_status(&messages).power_on);
}

#[test]
fn ipmipower_with_suite_17() {
    assert!(last_status(&verify(IPMIPOWER_17, Suite::C17, None)).power_on);
}

#[test]
fn our_client_and_ipmi_sim_with_suite_3() {
    let datagrams = read(OWN_3);
    let mut client = Client::new(config("admin"));
    let mut random = Script::of(&datagrams);
    let expected = [
        (Request::Control(ChassisControl::Off), None),
        (Request::Power, Some(false)),
        (Request::Control(ChassisControl::On), None),
        (Request::Power, Some(true)),
        (Request::Control(ChassisControl::Reset), None),
    ];
    let mut wire = datagrams.into_iter();
    for (request, state) in expected {
        let outcome = replay(&mut client, request, &mut wire, &mut random);
        match state {
            Some(on) => assert_eq!(support::power(&outcome), Some(on)),
            None => assert_eq!(outcome, Ok(Reply::Done)),
        }
    }
    client.close(&mut |bytes| random.draw(bytes));
    assert_eq!(client.poll_transmit(), wire.next().map(|it| it.1), "Close Session");
    assert_eq!(client.dropped(), 0);
}

#[test]
fn a_suite_and_a_user_that_ipmi_sim_does_not_know() {
    let datagrams = read(REFUSED);
    assert_eq!(datagrams[1].1.len(), 18, "tag and status only");
    let mut client = Client::new(config("nobody"));
    let mut random = Script::of(&datagrams);
    let outcome = replay(&mut client, Request::Power, &mut datagrams.into_iter(), &mut random);
    assert_eq!(outcome, Err(Failure::NotSent(Cause::Denied(Status::UNAUTHORIZED_NAME))));
}

fn config(user: &str) -> Config {
    Config::new(UserName::new(user).unwrap(), Password::new(b"secret").unwrap())
}

/// Runs an exchange against a capture: what the client says must be there, byte for byte.
fn replay(
    client: &mut Client,
    request: Request,
    wire: &mut impl Iterator<Item = (Way, Vec<u8>)>,
    random: &mut Script,
) -> Result<Reply, Failure> {
    client.start(request, 0, &mut |bytes| random.draw(bytes)).unwrap();
    loop {
        if let Some(outcome) = client.poll_done() {
            return outcome;
        }
        let (way, datagram) = wire.next().expect("the capture goes on");
        match way {
            Way::ToBmc => assert_eq!(client.poll_transmit(), Some(datagram)),
            Way::ToConsole => client.handle(&datagram, 0, &mut |bytes| random.draw(bytes)),
        }
    }
}

/// Gives the random bytes that the captured client had drawn: they all are on the wire.
struct Script {
    draws: std::vec::IntoIter<Vec<u8>>,
}

impl Script {
    fn of(datagrams: &[(Way, Vec<u8>)]) -> Self {
        let sent: Vec<&[u8]> = datagrams
            .iter()
            .filter(|(way, _)| *way == Way::ToBmc)
            .map(|(_, datagram)| datagram.as_slice())
            .collect();
        let mut draws = Vec::new();
        for (at, datagram) in sent.iter().enumerate() {
            let Ok(Packet::Plus(packet)) = Packet::decode(datagram) else { unreachable!() };
            match packet.kind {
                PayloadType::OpenRequest => {
                    let open = OpenRequest::decode(packet.payload).unwrap();
                    draws.push(vec![open.tag]);
                    draws.push(open.console_id.to_le_bytes().to_vec());
                    draws
                        .push(sent.get(at + 1).and_then(|next| nonce(next)).unwrap_or(vec![0; 16]));
                }
                PayloadType::Ipmi => draws.push(packet.payload[..16].to_vec()),
                PayloadType::Rakp1 | PayloadType::Rakp3 => {}
                PayloadType::OpenResponse | PayloadType::Rakp2 | PayloadType::Rakp4 => {
                    unreachable!("not said by a console")
                }
            }
        }
        Self { draws: draws.into_iter() }
    }

    fn draw(&mut self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.draws.next().expect("nothing else is drawn"));
    }
}

fn nonce(datagram: &[u8]) -> Option<Vec<u8>> {
    match Packet::decode(datagram) {
        Ok(Packet::Plus(packet)) if packet.kind == PayloadType::Rakp1 => {
            Rakp1::decode(packet.payload).ok().map(|it| it.nonce.to_vec())
        }
        _ => None,
    }
}
