//! Bytes by the hundred thousand, made from genuine ones and from nothing: nothing panics and nothing false is believed.
//! `LASTWORD_FUZZ_INPUTS` sets how many inputs each test makes.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod support;

use std::fs;
use std::path::Path;

use ipmi::{ChassisControl, Failure, Request};
use support::prey::{ANSWERS, Prey};
use support::{Lab, Seed, Way, decoders, power};

const CAPTURES: [&str; 2] =
    [include_str!("captures/ipmitool-3.txt"), include_str!("captures/ipmitool-17.txt")];

fn inputs() -> usize {
    let default = if cfg!(debug_assertions) { 300_000 } else { 3_000_000 };
    std::env::var("LASTWORD_FUZZ_INPUTS").map_or(default, |it| it.parse().expect("a number"))
}

/// The committed inputs of the fuzz targets.
fn corpus() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let targets = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    let files = targets.flat_map(|target| fs::read_dir(target).unwrap());
    files.map(|file| fs::read(file.unwrap().path()).unwrap()).collect()
}

fn captured() -> Vec<Vec<u8>> {
    let lines = CAPTURES.iter().flat_map(|it| it.lines()).filter(|it| !it.starts_with('#'));
    lines
        .map(|line| {
            let byte = |at| u8::from_str_radix(&line[at..at + 2], 16).unwrap();
            (2..line.len()).step_by(2).map(byte).collect()
        })
        .collect()
}

fn mutate(seed: &mut Seed, bytes: &mut Vec<u8>) {
    for _ in 0..=seed.below(3) {
        let at = seed.below(bytes.len());
        match seed.below(8) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, seed.next() as u8),
            2 if at < bytes.len() => drop(bytes.remove(at)),
            3 => bytes.extend_from_within(at..),
            4 => {
                *bytes = vec![0; seed.below(96)];
                seed.fill(bytes);
            }
            5 => bytes.iter_mut().skip(at).take(4).for_each(|it| *it = 0xff),
            _ => bytes.iter_mut().skip(at).take(1).for_each(|it| *it ^= 1 << seed.below(8)),
        }
    }
}

#[test]
fn the_corpus_of_the_fuzz_targets_is_harmless() {
    let corpus = corpus();
    assert!(corpus.len() >= 10, "{} files", corpus.len());
    for input in corpus {
        decoders::all(&input);
        for answered in 0..ANSWERS {
            Prey::new(answered).offer(&input);
        }
        Lab::usual().at_bmc(&input);
    }
}

#[test]
fn no_decoder_panics_and_all_read_what_they_write() {
    let mut seed = Seed(2);
    let mut sources = captured();
    let payloads: Vec<Vec<u8>> =
        sources.iter().filter_map(|it| it.get(16..)).map(<[u8]>::to_vec).collect();
    sources.extend(payloads);
    sources.extend([vec![1, 5, 0x80, 4, 0, 0, 0], vec![0x21, 0, 0], vec![]]);
    for _ in 0..inputs() {
        let mut input = sources[seed.below(sources.len())].clone();
        mutate(&mut seed, &mut input);
        decoders::all(&input);
    }
}

#[test]
fn a_client_believes_nothing_but_the_genuine_answer() {
    let mut seed = Seed(3);
    let foreign = captured();
    for answered in 0..ANSWERS {
        let mut prey = Prey::new(answered);
        for _ in 0..inputs() / ANSWERS {
            let mut input = prey.genuine.clone();
            if seed.below(8) == 0 {
                input = foreign[seed.below(foreign.len())].clone();
            }
            mutate(&mut seed, &mut input);
            prey.offer(&input);
        }
        prey.offer(&prey.genuine.clone());
    }
}

#[test]
fn a_server_obeys_nobody_without_a_session() {
    let mut lab = Lab::usual();
    lab.ask(Request::Control(ChassisControl::On)).unwrap();
    let asked: Vec<Vec<u8>> =
        lab.log.iter().filter(|it| it.0 == Way::ToBmc).map(|it| it.1.clone()).collect();
    let mut seed = Seed(4);
    for _ in 0..inputs() / 4 {
        let mut input = asked[seed.below(asked.len())].clone();
        mutate(&mut seed, &mut input);
        lab.at_bmc(&input);
        assert!(lab.server.sessions(lab.now_ms) <= lab.server.config_mut().sessions_max);
    }
    assert_eq!(lab.machine.orders, [ChassisControl::On]);
}

#[test]
fn on_a_wire_that_loses_doubles_delays_and_corrupts_no_answer_is_false() {
    let (mut answered, mut lost) = (0, 0);
    for round in 0..inputs() as u64 / 300 {
        let mut seed = Seed(round);
        let mut lab = Lab::usual();
        lab.seed = Seed(round.wrapping_mul(77));
        for _ in 0..3 {
            lab.machine.on = seed.below(2) == 0;
            let truth = lab.machine.on;
            match power(&lab.run(Request::Power, &mut rough(&mut seed))) {
                Some(state) => assert_eq!((state, answered += 1), (truth, ()), "round {round}"),
                None => lost += 1,
            }
            let order = ChassisControl::Reset;
            let before = (lab.times_sent(order), lab.machine.orders.len());
            let outcome = lab.run(Request::Control(order), &mut rough(&mut seed));
            let after = (lab.times_sent(order), lab.machine.orders.len());
            let (sent, done) = (after.0 - before.0, after.1 - before.1);
            assert!(sent <= 1 && done <= sent, "round {round}: sent {sent}, done {done}");
            match outcome {
                Ok(_) => assert_eq!(done, 1, "round {round}"),
                Err(Failure::NotSent(_)) => assert_eq!(sent, 0, "round {round}"),
                Err(Failure::Lost(_)) => assert_eq!(sent, 1, "round {round}"),
                Err(Failure::Refused(code)) => panic!("round {round}: {code}"),
            }
        }
    }
    assert!(answered > lost * 4, "{answered} answered, {lost} lost: a rough wire is still a wire");
}

/// Every third datagram or so is lost, doubled, held back until later, or corrupt.
fn rough(seed: &mut Seed) -> impl FnMut(Way, &[u8]) -> Vec<Vec<u8>> {
    let mut held: Vec<Vec<u8>> = Vec::new();
    move |way, datagram| {
        let datagram = datagram.to_vec();
        let mut arrives = match seed.below(18) {
            0 | 1 => vec![],
            2 | 3 => vec![datagram.clone(), datagram.clone()],
            4 => {
                let mut corrupt = datagram.clone();
                corrupt[seed.below(datagram.len())] ^= 1 << seed.below(8);
                vec![corrupt]
            }
            _ => vec![datagram.clone()],
        };
        if way == Way::ToConsole {
            if seed.below(3) == 0 {
                arrives.append(&mut held);
            }
            held.push(datagram);
        }
        arrives
    }
}
